"""A thousand certificates and a roster of thousands, stamped, against weasyprint, typst and reportlab in the same run.

Every engine works in a process of its own, turn by turn, with the same names, artwork, faces, page size and QR codes; what
counts is its processor time after its imports. Ours learns the layout, composes every page and makes the QR codes within its
time. Of certificates weasyprint gets fewer in one document, and its time is taken as growing evenly (it grows faster: that is in its favor);
the whole roster it lays out once.
A fast wrong page would be no achievement: the pages are compared with weasyprint's own, word by word and pixel by pixel.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from tests.bench.measure import Measure
from tests.support.drawn import drawn, structure_faults

ROUNDS = 3
MANY, SOME, SINGLE = 1000, 20, 200
ROWS, SOME_ROWS = 5000, 500
DOTS = 72
EVERY = 25
Figures = dict[str, float]


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory(prefix="youthprog-bench-") as name:
        yield from certificates(Path(name))
        yield from rosters(Path(name))


def certificates(folder: Path) -> Iterator[Measure]:
    """A thousand tagged certificates in one file, and single ones."""
    ours, learned, typst, reportlab, plain, bare, bare_typst, single = _turns(
        folder,
        ("stamped", "certificates", MANY),
        ("learned", "certificates", MANY),
        ("typst", "certificates", MANY),
        ("reportlab", "certificates", MANY),
        ("weasyprint", "certificates", SOME),
        ("stamped", "plain", MANY),
        ("typst", "plain", MANY),
        ("stamped", "single", SINGLE),
    )
    a_page = plain["cpu"] / SOME
    yield Measure(
        f"{MANY} tagged certificates, against typst, processor time", ours["cpu"] / typst["cpu"], "times", 0.5
    )
    yield Measure(
        f"{MANY} tagged certificates, against weasyprint",
        a_page * MANY / ours["cpu"],
        "times faster",
        100,
        more_is_better=True,
    )
    yield Measure(
        "the same from a learned layout", a_page * MANY / learned["cpu"], "times faster", 100, more_is_better=True
    )
    yield Measure(f"{MANY} tagged certificates, against reportlab untagged", ours["cpu"] / reportlab["cpu"], "times", 3)
    yield Measure("the same without artwork, against typst", bare["cpu"] / bare_typst["cpu"], "times", 5)
    yield Measure(f"file of {MANY} certificates, against typst", ours["bytes"] / typst["bytes"], "times", 0.35)
    yield Measure("the same without artwork, file against typst", bare["bytes"] / bare_typst["bytes"], "times", 0.35)
    yield Measure(f"peak memory of {MANY} certificates", ours["memory"], "MB", 150)
    yield Measure("one certificate from a learned layout, composed", 1000 * single["cpu"] / SINGLE, "ms", 3)
    yield Measure(f"certificates a second (wall), of {MANY}", MANY / ours["wall"], "pages/s", 50, more_is_better=True)
    yield from _equal(folder / "stamped-certificates.pdf", folder / "weasyprint-certificates.pdf")


def rosters(folder: Path) -> Iterator[Measure]:
    """A tagged roster of five thousand rows, against weasyprint's of as many."""
    ours, learned, typst, reportlab, some, _same = _turns(
        folder,
        ("stamped", "roster", ROWS),
        ("learned", "roster", ROWS),
        ("typst", "roster", ROWS),
        ("reportlab", "roster", ROWS),
        ("weasyprint", "roster-some", SOME_ROWS),
        ("stamped", "roster-some", SOME_ROWS),
    )
    (plain,) = _turns(folder, ("weasyprint", "roster", ROWS), rounds=1)
    yield Measure(f"roster of {ROWS} rows, against typst, processor time", ours["cpu"] / typst["cpu"], "times", 0.33)
    for name, figures in (("the layout learned in the same time", ours), ("from a learned layout", learned)):
        times = plain["cpu"] / figures["cpu"]
        yield Measure(
            f"roster of {ROWS} rows, against weasyprint, {name}", times, "times faster", 50, more_is_better=True
        )
    evenly = some["cpu"] * ROWS / SOME_ROWS
    print(f"weasyprint's {ROWS} rows took {plain['cpu'] / evenly:.2f} of ten times its {SOME_ROWS} rows", flush=True)
    yield Measure(
        f"roster of {ROWS} rows, against reportlab's untagged table", ours["cpu"] / reportlab["cpu"], "times", 0.5
    )
    yield Measure(f"file of {ROWS} rows, against typst", ours["bytes"] / typst["bytes"], "times", 0.35)
    yield Measure(f"file of {ROWS} rows, against weasyprint", ours["bytes"] / plain["bytes"], "times", 1)
    yield Measure(f"peak memory of {ROWS} rows", ours["memory"], "MB", 150)
    yield from _equal(folder / "stamped-roster-some.pdf", folder / "weasyprint-roster-some.pdf", sorted_words=True)
    yield from _same_breaks(folder / "stamped-roster.pdf", folder / "weasyprint-roster.pdf")


def _same_breaks(ours: Path, plain: Path) -> Iterator[Measure]:
    """Rows follow each other: a page that breaks elsewhere changes all that follow, so some pages and the last tell."""
    with pikepdf.open(ours) as mine, pikepdf.open(plain) as theirs:
        wrong = abs(len(theirs.pages) - len(mine.pages))
        for number in {*range(0, len(theirs.pages), EVERY), len(theirs.pages) - 1} if not wrong else ():
            words = [sorted(drawn(each.pages[number]).words(), key=_place) for each in (mine, theirs)]
            wrong += [word for word, *_box in words[0]] != [word for word, *_box in words[1]]
    yield Measure(f"pages of {ROWS} rows that break elsewhere than weasyprint's", wrong, "pages", 0)


def _turns(folder: Path, *works: tuple[str, str, int], rounds: int = ROUNDS) -> list[Figures]:
    """The medians of each work's figures, taken turn by turn."""
    taken: list[list[Figures]] = [[] for _work in works]
    for _round in range(rounds):
        for (engine, job, count), figures in zip(works, taken, strict=True):
            command = [sys.executable, "-P", "-m", "tests.bench.stamping_peers", engine, job, str(count), str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            figures.append(json.loads(done.stdout.splitlines()[-1]))
    return [{key: statistics.median(each[key] for each in figures) for key in figures[0]} for figures in taken]


def _equal(ours: Path, plain: Path, *, sorted_words: bool = False) -> Iterator[Measure]:
    """How far our pages are from weasyprint's. The words of a table's page are compared by place: its margins come last in one of them."""
    farthest, wrong = 0.0, 0
    with pikepdf.open(ours) as mine, pikepdf.open(plain) as theirs:
        pages = len(theirs.pages)
        wrong += abs(pages - len(mine.pages)) if sorted_words else 0
        for number in range(pages):
            our_words, their_words = drawn(mine.pages[number]).words(), drawn(theirs.pages[number]).words()
            if sorted_words:
                our_words, their_words = (sorted(words, key=_place) for words in (our_words, their_words))
            wrong += [word for word, *_box in our_words] != [word for word, *_box in their_words]
            for (_word, *box), (_same, *other) in zip(our_words, their_words, strict=False):
                farthest = max(farthest, *(abs(a - b) for a, b in zip(box, other, strict=True)))
    yield Measure(f"pages of {pages} with other words than weasyprint's", wrong, "pages", 0)
    yield Measure("farthest word from where weasyprint sets it", farthest, "pt", 0.01)
    yield Measure("faults in the structure of the file", len(structure_faults(ours.read_bytes())), "faults", 0)
    if shutil.which("pdftoppm") is None:
        print("no pdftoppm: pixels are not compared", flush=True)
        return
    pixels = sum(_differing(ours, plain, number) for number in range(1, pages + 1))
    yield Measure(f"differing pixels on {pages} pages at {DOTS} dpi", pixels, "pixels", 0)


def _place(word: tuple[str, float, float, float]) -> tuple[int, int]:
    _text, left, _right, base = word
    return round(base), round(left)


def _differing(one: Path, other: Path, number: int) -> int:
    pictures = [
        subprocess.run(
            ["pdftoppm", "-r", str(DOTS), "-f", str(number), "-l", str(number), str(each)],
            capture_output=True,
            check=True,
        ).stdout
        for each in (one, other)
    ]
    if len(pictures[0]) != len(pictures[1]):
        return len(pictures[0])
    return sum(a != b for a, b in zip(*pictures, strict=True))

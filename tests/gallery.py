"""`python -m tests.gallery`: a picture of every kind of paper, in both languages, with the longest and the shortest names.

Every type of sheet is found by itself: whatever is a `Sheet` and has a maker in `tests.makers` is printed as a department
prints it, page by page, and drawn. Of a paper that bears one name there is one picture of the longest and one of the
shortest; a list has both on the same sheet. English stands on Letter, Spanish on A4 where a paper knows both. Pictures are
small: a few colors, no grays between. Needs `pdftoppm` (poppler-utils).
"""

from __future__ import annotations

import argparse
import inspect
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from PIL import Image

from tests.makers import records, sheets
from youthprog import config
from youthprog.consent.paper import record_of
from youthprog.consent.part_paper import supplement_of
from youthprog.consent.taking_back_paper import withdrawal_of
from youthprog.demo.drawn_faces import GROUNDS, HAIRS, SHIRTS, SKINS, drawn_face
from youthprog.documents.press import Press, SheetJob
from youthprog.documents.seal import make_seal_keys
from youthprog.documents.types import Language, Paper, ScheduleOrder, Sheet

WITH_PHOTOS = "-with-photos"
FOLDER = config.ROOT / "docs" / "gallery"
LONGEST, SHORTEST = "María Fernanda de la Concepción Castellanos-Ruiz de la Vega", "Li Wu"
PAGES = 2
DOTS = 88  # an inch
# The colors of our papers, each with what its edges blend into; everything drawn is one of these.
INKS = ("16202b", "123f73", "f2b01e", "4a5664", "9b1c1c", "136339", "6b4700", "b4bdc8")
PAPERS = ("ffffff", "eceff2")
BLENDS = (1.0, 0.7, 0.45, 0.2)
MADE_AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
# Papers whose words another room writes.
WRITTEN: dict[str, Callable[[str], Sheet]] = {
    "ConsentRecord": lambda language: record_of(records.record_facts(language)),
    "WithdrawalRecord": lambda language: withdrawal_of(records.withdrawal_facts(language)),
    "SupplementRecord": lambda language: supplement_of(records.part_facts(language)),
}


def makers() -> dict[str, Callable[..., Any]]:
    """The maker of each type of sheet, by the name of the type."""
    found = {}
    for _name, maker in inspect.getmembers(sheets, inspect.isfunction):
        made = inspect.signature(maker).return_annotation
        found.setdefault(getattr(made, "__name__", str(made)), maker)
    return found


def without_sample() -> list[str]:
    """The types of sheets of which there would be no picture."""
    known = makers().keys() | WRITTEN.keys()
    return [sheet.__name__ for sheet in get_args(Sheet) if sheet.__name__ not in known]


def samples() -> Iterator[tuple[str, Sheet]]:
    """Every paper with the name of its picture."""
    for kind in get_args(Sheet):
        for language in Language:
            if kind.__name__ in WRITTEN:
                yield f"{_name_of(kind)}-{language}", WRITTEN[kind.__name__](language.value)
            elif kind.__name__ in makers():
                for suffix, sheet in _variants(makers()[kind.__name__], kind, language):
                    yield f"{_name_of(kind)}{suffix}-{language}", sheet


def _variants(maker: Callable[..., Any], kind: Any, language: Language) -> Iterator[tuple[str, Any]]:
    """A sheet in a language: with the longest and the shortest name, a schedule in each order."""
    names = {part.name for part in fields(kind)}
    said = {"language": language} if "language" in names else {}
    if "paper" in names and language is Language.SPANISH:
        said["paper"] = Paper.A4
    spoken = maker(**said)
    if "name" in names:
        yield "-long", replace(spoken, name=LONGEST)
        yield "-short", replace(spoken, name=SHORTEST)
    elif "order" in names:
        for order in ScheduleOrder:
            yield f"-by-{order}", replace(spoken, order=order)
    else:
        yield "", spoken
        if "photo" in {part.name for row in getattr(spoken, "rows", ())[:1] for part in fields(row)}:
            yield WITH_PHOTOS, with_photos(spoken)


def with_photos(sheet: Any) -> Any:
    """A sheet on which every row but each third has a photo: a drawn figure."""
    rows = []
    for place, row in enumerate(sheet.rows):
        agreed = {"photos": True} if hasattr(row, "photos") else {}
        rows.append(replace(row, photo=drawn_face(place), **agreed) if place % 3 != 2 else row)
    return replace(sheet, rows=tuple(rows))


def _name_of(kind: type) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip("-")


def draw(content: bytes, program: str, faces: bool = False) -> list[bytes]:
    """The first pages of a file as small pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper.pdf").write_bytes(content)
        drawn = [program, "-r", str(DOTS), "-l", str(PAGES), "-png", folder / "paper.pdf", folder / "page"]
        subprocess.run(drawn, check=True, capture_output=True)
        return [_small(page, faces) for page in sorted(folder.glob("page*.png"))]


def _small(page: Path, faces: bool) -> bytes:
    written = io.BytesIO()
    picture = Image.open(page).convert("RGB")
    few = picture.quantize(palette=_palette(faces), dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _palette(faces: bool) -> Image.Image:
    """The few colors of a picture, and those of drawn figures where there are any."""
    inks = [bytes.fromhex(ink) for ink in INKS]
    colors = [bytes.fromhex(paper) for paper in PAPERS]
    colors += [bytes(round(255 + (part - 255) * share) for part in ink) for ink in inks for share in BLENDS]
    if faces:
        colors += [bytes.fromhex(color[1:]) for color in (*GROUNDS, *SKINS, *HAIRS, *SHIRTS)]
    found = Image.new("P", (1, 1))
    found.putpalette(b"".join(colors + colors[:1] * (256 - len(colors))))
    return found


def main() -> int:
    """Write the pictures and the list of them; 1 where a kind has no sample or nothing can draw."""
    parser = argparse.ArgumentParser(description="pictures of every kind of paper")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder of the pictures")
    parser.add_argument("--only", default="", help="kinds whose name has this")
    asked = parser.parse_args()
    program = shutil.which("pdftoppm")
    if program is None:
        print("There is no pdftoppm: install poppler-utils.", file=sys.stderr)
        return 1
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="youthprog-gallery-") as name:
        make_seal_keys(Path(name), department="Riverton Police")
        press = Press(Path(name), keys=Path(name))
        try:
            whole = sum(_write(asked.out, picture, sheet, press, program) for picture, sheet in _chosen(asked.only))
        finally:
            press.close()
    print(f"{whole / 1e6:.2f} MB in {asked.out}")
    for missing in without_sample():
        print(f"no sample of {missing}: add a maker to tests/makers/sheets.py", file=sys.stderr)
    return 1 if without_sample() else 0


def _chosen(word: str) -> Iterator[tuple[str, Sheet]]:
    return ((name, sheet) for name, sheet in samples() if word in name)


def _write(folder: Path, name: str, sheet: Sheet, press: Press, program: str) -> int:
    """Print and draw one paper; returns how many bytes its pictures have."""
    job = SheetJob(sheet, templates=config.ROOT / "templates", instance=press.instance, made_at=MADE_AT)
    pages = draw(press.print_sheet(job).content, program, faces=WITH_PHOTOS in name)
    for number, page in enumerate(pages, 1):
        (folder / (f"{name}-{number}.png" if len(pages) > 1 else f"{name}.png")).write_bytes(page)
    print(f"{name}: {len(pages)}", flush=True)
    return sum(map(len, pages))


if __name__ == "__main__":
    sys.exit(main())

"""The sealed evidence of a consent: how large, how many pages, how soon.

The press is warm, as it is when a guardian signs. The floor of a time is what any sealed PDF costs in the same
process and moment: one empty page laid out by weasyprint and sealed by pyHanko. The half second that is allowed is
taken in processor time, which other work on the machine does not stretch.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import sealing
from tests.bench.measure import Measure
from tests.makers import records
from youthprog import config
from youthprog.consent import paper
from youthprog.consent.taking_back_paper import withdrawal_of
from youthprog.documents.compose import compose_job
from youthprog.documents.fonts import use_our_fonts
from youthprog.documents.press import Press, PrintedSheet, PrintJob, SheetJob
from youthprog.documents.seal import make_seal_keys, seal_pdf
from youthprog.documents.types import Sheet, Variant
from youthprog.documents.typeset import typeset

KILOBYTES = 60
PAGES = 3
ROUNDS = 15
BLANK = "<html lang=en><title>Blank</title><body><h1>Blank</h1>"


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory(prefix="youthprog-bench-") as name:
        folder = Path(name)
        make_seal_keys(folder, department="Riverton Police")
        use_our_fonts(folder)
        press = Press(folder, keys=folder)
        try:
            yield from _measures(press, folder)
        finally:
            press.close()
    yield from sealing.measures()


def _measures(press: Press, folder: Path) -> Iterator[Measure]:
    for language in ("en", "es"):
        printed = _print(press, folder, paper.record_of(records.record_facts(language)))
        yield Measure(f"sealed consent record, {language}", len(printed.content) / 1000, "kB", KILOBYTES)
        yield Measure(f"pages of the consent record, {language}", printed.pages, "pages", PAGES)
    printed = _print(press, folder, withdrawal_of(records.withdrawal_facts()))
    yield Measure("sealed record of a taking back", len(printed.content) / 1000, "kB", KILOBYTES)
    blank = PrintJob(BLANK, "blank", Variant.ARCHIVAL, records.SIGNED_AT, seal_reason="Blank")
    record = SheetJob(
        paper.record_of(records.record_facts()), config.ROOT / "templates", folder, records.SIGNED_AT
    )  # fmt: skip
    ours, floor = _medians(lambda: _press_here(compose_job(record)[1], folder), lambda: _press_here(blank, folder))
    yield Measure("render and seal a 3-page record, against a blank sealed page", ours / floor, "times", 25)
    yield Measure("render and seal a 3-page record, processor time", 1000 * ours, "ms", 500)


def _press_here(job: PrintJob, keys: Path) -> bytes:
    """What the press child does, in this process, so that its processor time can be read."""
    content, _pages = typeset(
        job.html,
        assets=job.assets,
        identifier=job.identifier.encode(),
        variant=job.variant,
        made_at=job.made_at,
        enclosed=job.enclosed,
    )
    return seal_pdf(content, keys=keys, reason=job.seal_reason or "")


def _print(press: Press, folder: Path, sheet: Sheet) -> PrintedSheet:
    return press.print_sheet(SheetJob(sheet, config.ROOT / "templates", folder, records.SIGNED_AT))


def _medians(*works: Callable[[], object]) -> list[float]:
    """The median processor seconds of each, taken turn by turn so that all meet the same noise, after a warm turn.

    Like the press child, without the collector of cycles in the middle of a job.
    """
    gc.disable()
    taken: list[list[float]] = [[] for _work in works]
    try:
        for turn in range(ROUNDS + 1):
            for work, times in zip(works, taken, strict=True):
                start = time.process_time()
                work()
                if turn:
                    times.append(time.process_time() - start)
    finally:
        gc.enable()
    return [statistics.median(times) for times in taken]

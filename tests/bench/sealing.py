"""Sealing certificates, as a batch does: key and chain are read once, then one seal after the other.

The ten seconds that are allowed for a hundred are taken in processor time, which other work on the machine does not
stretch. The share is of a certificate that is laid out by itself; laid out together, sealing is most of what is left.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.bench.measure import Measure
from tests.makers import records, sheets
from youthprog import config
from youthprog.documents.compose import compose_job
from youthprog.documents.fonts import use_our_fonts
from youthprog.documents.joining import join
from youthprog.documents.press import PrintJob, SheetJob
from youthprog.documents.seal import make_seal_keys, seal_pdf
from youthprog.documents.typeset import typeset

SEALED = 100
LAID_OUT = 10
KILOBYTES = 40


def measures() -> Iterator[Measure]:
    """Seconds for a hundred seals, their share of a certificate, and how large one is in a joined file."""
    with tempfile.TemporaryDirectory(prefix="youthprog-bench-") as name:
        folder = Path(name)
        make_seal_keys(folder, department="Riverton Police")
        use_our_fonts(folder)
        jobs = [_job(folder, number) for number in range(LAID_OUT)]
        _laid_out(jobs[0])  # the first one loads the libraries
        start = time.process_time()
        contents = [_laid_out(job) for job in jobs]
        laying_out = (time.process_time() - start) / LAID_OUT
        seal_pdf(contents[0], keys=folder, reason="Warm")
        start = time.process_time()
        sealed = [seal_pdf(contents[number % LAID_OUT], keys=folder, reason="Certificate") for number in range(SEALED)]
        taken = time.process_time() - start
        yield Measure(f"sealing {SEALED} certificates, processor time", taken, "s", 10)
        share = 100 * (taken / SEALED) / (taken / SEALED + laying_out)
        yield Measure("share of the seal in a certificate laid out alone", share, "%", 60)
        start = time.process_time()
        joined = join(sealed[:LAID_OUT])
        yield Measure("a certificate in a joined file", len(joined) / LAID_OUT / 1000, "kB", KILOBYTES)
        yield Measure(
            "joining a certificate to a file, against laying it out",
            (time.process_time() - start) / LAID_OUT / laying_out,
            "times",
            1,
        )


def _job(folder: Path, number: int) -> PrintJob:
    sheet = replace(sheets.certificate(), name=f"{PEOPLE[number]} Okafor-Núñez")
    return compose_job(SheetJob(sheet, config.ROOT / "templates", folder, records.SIGNED_AT))[1]


PEOPLE = ("Ana", "Ben", "Chidi", "Dana", "Eve", "Fay", "Gus", "Hue", "Imani", "Jo")


def _laid_out(job: PrintJob) -> bytes:
    return typeset(
        job.html,
        assets=job.assets,
        identifier=job.identifier.encode(),
        variant=job.variant,
        made_at=job.made_at,
        enclosed=job.enclosed,
    )[0]

"""The press itself: `python -m youthprog.documents.press_child KEYS DEPARTMENT`, one job at a time from its standard input.

It may use a gigabyte of memory and a bounded time of processor, has no secrets in its environment, and leaves
when its parent does, when nothing came for five minutes, or after two hundred jobs (the heap only grows).
"""

import base64
import gc
import importlib
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from youthprog.documents import badge_keys
from youthprog.documents.compose import compose_job, undrawable_in
from youthprog.documents.portraits import BadPhoto, portrait_of
from youthprog.documents.press import (
    PrintJob,
    SheetJob,
    Undrawable,
    read_message,
    unpacked,
    unpacked_sheet,
    write_message,
)
from youthprog.documents.scanned import NotAScan, read_scan
from youthprog.documents.seal import ROOT_CERTIFICATE, make_seal_keys, seal_pdf, verify_pdf
from youthprog.documents.stamped_sheets import SheetStamper
from youthprog.documents.theming.files import theme_of
from youthprog.documents.theming.pictures import BadPicture, harmless
from youthprog.documents.theming.trying import Trial, faults_in_every, try_out
from youthprog.documents.theming.types import OwnTemplate, Sample
from youthprog.documents.types import Letterhead
from youthprog.documents.typeset import CannotTypeset, typeset

try:
    import resource
except ImportError:  # Windows: the parent's clock is then the only limit
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 1024**3
CPU_SECONDS_PER_JOB = 25
IDLE_SECONDS = 300.0
JOBS_IN_A_LIFE = 200
STAMPER = SheetStamper()


def main(keys: str, department: str) -> int:
    """Answer jobs until there are no more."""
    incoming, outgoing = _own_the_pipes()
    _limit_memory()
    if department:
        make_seal_keys(Path(keys), department=department)
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    trouble = _load_the_libraries()
    gc.freeze()
    gc.disable()
    write_message(outgoing, {"ready": True})
    for done in range(1, JOBS_IN_A_LIFE + 1):
        message = _next_message(incoming)
        if message is None:
            return 0
        _limit_processor()
        answer = {"unavailable": trouble} if trouble else _answer(message)
        write_message(outgoing, answer | ({"last": True} if done == JOBS_IN_A_LIFE else {}))
        gc.collect()
    return 0


def _own_the_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the wire to ourselves: what a library prints goes to standard error."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return incoming, outgoing


def _limit_memory() -> None:
    if resource is not None and sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor() -> None:
    """Even an orphan in an endless layout comes to an end."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + CPU_SECONDS_PER_JOB
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _load_the_libraries() -> str:
    """Import what is heavy before the first job comes. Returns what is missing, or nothing."""
    try:
        for name in ("weasyprint", "pyhanko.sign.signers", "pyhanko.sign.validation"):
            importlib.import_module(name)
    except (ImportError, OSError) as problem:
        return f"{type(problem).__name__}: {problem}".splitlines()[0]
    return ""


def _next_message(incoming: IO[bytes]) -> dict[str, Any] | None:
    patience = threading.Timer(IDLE_SECONDS, os._exit, (0,))
    patience.daemon = True
    patience.start()
    try:
        return read_message(incoming)
    finally:
        patience.cancel()


def _answer(message: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return DEEDS[message["do"]](message)
    except Undrawable as problem:
        return {"undrawable": problem.letters}
    except CannotTypeset as problem:
        return {"error": str(problem)}
    except Exception as problem:  # one bad job must not end the press
        logging.exception("a job failed")
        return {"error": f"{type(problem).__name__}: {problem}"}


def _print(message: Mapping[str, Any]) -> dict[str, Any]:
    return _printed(unpacked(message), Path(message["keys"]))


def _print_sheet(message: Mapping[str, Any]) -> dict[str, Any]:
    return _printed_sheet(unpacked_sheet(message), Path(message["keys"]), following=0)


def _print_sheets(message: Mapping[str, Any]) -> dict[str, Any]:
    """Several sheets of a batch, each with the number of its kin that follow."""
    jobs = [unpacked_sheet(each) for each in message["jobs"]]
    keys = Path(message["keys"])
    pairs = zip(jobs, message["following"], strict=True)
    return {"printed": [_printed_sheet(job, keys, following=following) for job, following in pairs]}


def _missing(message: Mapping[str, Any]) -> dict[str, Any]:
    jobs = [unpacked_sheet(each) for each in message["jobs"]]
    return {"missing": [[place, letters] for place, job in enumerate(jobs) if (letters := undrawable_in(job))]}


def _printed_sheet(job: SheetJob, keys: Path, *, following: int) -> dict[str, Any]:
    composed, printing = compose_job(job)
    told = {"kind": composed.kind, "title": composed.title, "language": composed.language}
    stamped = STAMPER.print(job, composed, printing, following=following)
    if stamped is None:
        return told | {"stamped": False, "reason": STAMPER.reason} | _printed(printing, keys)
    return told | {"stamped": True} | _sealed(stamped, 1, printing, keys)


def _printed(job: PrintJob, keys: Path) -> dict[str, Any]:
    content, pages = typeset(
        job.html,
        assets=job.assets,
        identifier=job.identifier.encode(),
        variant=job.variant,
        made_at=job.made_at,
        enclosed=job.enclosed,
    )
    return _sealed(content, pages, job, keys)


def _sealed(content: bytes, pages: int, job: PrintJob, keys: Path) -> dict[str, Any]:
    if job.seal_reason is not None:
        content = seal_pdf(content, keys=keys, reason=job.seal_reason)
    return {"content": base64.b64encode(content).decode("ascii"), "pages": pages}


def _verify(message: Mapping[str, Any]) -> dict[str, Any]:
    report = verify_pdf(base64.b64decode(message["content"]), trust_root=Path(message["keys"]) / ROOT_CERTIFICATE)
    return {
        "ours": report.ours,
        "intact": report.intact,
        "whole_file": report.whole_file,
        "signed_at": report.signed_at.isoformat() if report.signed_at else None,
        "code": report.code,
    }


def _read_scan(message: Mapping[str, Any]) -> dict[str, Any]:
    try:
        pages = read_scan(base64.b64decode(message["content"]))
    except NotAScan as problem:
        return {"no_scan": str(problem)}
    return {"pages": [[base64.b64encode(each.content).decode("ascii"), each.content_type, each.code] for each in pages]}


def _take_picture(message: Mapping[str, Any]) -> dict[str, Any]:
    try:
        content, ending = harmless(base64.b64decode(message["content"]))
    except BadPicture as problem:
        return {"refused": str(problem)}
    return {"content": base64.b64encode(content).decode("ascii"), "ending": ending}


def _take_portrait(message: Mapping[str, Any]) -> dict[str, Any]:
    try:
        content = portrait_of(base64.b64decode(message["content"]))
    except BadPhoto as problem:
        return {"refused": str(problem)}
    return {"content": base64.b64encode(content).decode("ascii")}


def _try_out(message: Mapping[str, Any]) -> dict[str, Any]:
    trial = Trial(
        message["name"],
        Letterhead(**message["letterhead"]),
        Path(message["templates"]),
        Path(message["instance"]),
        OwnTemplate(**message["own"]) if message["own"] else None,
        theme_of(json.loads(message["theme"]), 0) if message["theme"] else None,
    )
    if message["sample"] is None:
        content, faults = b"", faults_in_every(trial)
    else:
        content, faults = try_out(trial, Sample(**message["sample"]))
    found = [[each.part, each.line, each.text, dict(each.values)] for each in faults]
    return {"faults": found, "content": base64.b64encode(content).decode("ascii")}


def _sign_badge(message: Mapping[str, Any]) -> dict[str, Any]:
    folder = Path(message["keys"])
    badge_keys.make_badge_key(folder)
    return {"signed": badge_keys.sign(message["claims"], folder=folder, keys_at=message["keys_at"])}


DEEDS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "print": _print,
    "print_sheet": _print_sheet,
    "print_sheets": _print_sheets,
    "missing": _missing,
    "verify": _verify,
    "read_scan": _read_scan,
    "take_picture": _take_picture,
    "take_portrait": _take_portrait,
    "try_out": _try_out,
    "sign_badge": _sign_badge,
}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

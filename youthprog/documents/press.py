"""The printing press: a warm child process that composes, renders, seals and verifies, and that can be killed.

weasyprint and pyhanko weigh a hundred megabytes and read what strangers typed. They live in the child
alone, with all that composes a page: a sheet crosses the pipe as plain values. A web process keeps one press, started at its first job (or by `warm_up`), killed when a job
takes longer than twenty seconds, gone after five idle minutes or with its parent.
"""

import atexit
import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from youthprog.documents.fonts import use_our_fonts
from youthprog.documents.types import DocumentKind, Enclosed, Language, ScannedPage, SealReport, Sheet, Variant
from youthprog.documents.wire import sheet_from, values_of

JOB_SECONDS = 20.0
START_SECONDS = 60.0
QUEUE_SECONDS = 30.0
SLOW_SECONDS = 1.5
MOST_BEHIND_SLOW = 1
"""So many wait behind a job that has taken long: on PostgreSQL there are four threads, and pages want some of them."""
LETTERS_AT_ONCE = 500
LONGEST_MESSAGE = 256 * 1024 * 1024
KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "PYTHONPATH")


class PressFailed(Exception):
    """The document could not be made. The message is for the log, never for the page."""


class PressUnavailable(PressFailed):
    """There is no press here: its libraries are missing, or too many jobs wait for it."""


class JobTooLong(PressFailed):
    """The job took longer than it may; the press was killed."""


class Undrawable(PressFailed):
    """No face here has these letters, and the document may not go out without them."""

    def __init__(self, letters: str):
        super().__init__(f"no face draws {letters}")
        self.letters = letters


@dataclass(frozen=True, slots=True)
class SheetJob:
    """A sheet to be composed, laid out and, when its kind asks for it, sealed: all of it in the child.

    The instance folder may hold a crest and faces of the department's own.
    """

    sheet: Sheet
    templates: Path
    instance: Path
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PrintJob:
    """Everything the press needs for one file. `seal_reason` None leaves the file unsealed."""

    html: str
    identifier: str
    variant: Variant
    made_at: datetime
    assets: Mapping[str, bytes] = field(default_factory=dict)
    enclosed: Enclosed | None = None
    seal_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """What came off the press."""

    content: bytes = field(repr=False)
    pages: int


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """What became of a sheet. `title` names nobody: it may be shown to whoever has the code."""

    content: bytes = field(repr=False)
    pages: int
    kind: DocumentKind
    title: str
    language: Language
    stamped: bool = False
    """Stamped from a layout, not laid out: the same page in a hundredth of the time."""
    reason: str = ""
    """Why it was laid out, where it might have been stamped. Names nobody."""


class Press:
    """One child process and the queue before it. Safe to share between threads.

    Given a `department`, the child makes its sealing keys when there are none yet: what makes them weighs a megabyte.
    """

    def __init__(self, instance: Path, *, keys: Path, department: str = "", job_seconds: float = JOB_SECONDS):
        self.instance = instance
        self.keys = keys
        self.department = department
        self.job_seconds = job_seconds
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._began: float | None = None  # when the job under way began; None while the child gets ready
        self._child: subprocess.Popen[bytes] | None = None
        self._owner, self._is_ready = 0, False
        atexit.register(self.close)

    def render_and_seal(self, job: PrintJob) -> Printed:
        """Lay out, and seal when the job asks for it. Raises `PressFailed`."""
        answer = self._do({"do": "print", "keys": str(self.keys), **_packed(job)})
        return Printed(base64.b64decode(answer["content"]), int(answer["pages"]))

    def print_sheet(self, job: SheetJob) -> PrintedSheet:
        """Compose, lay out and seal a sheet. Raises `Undrawable`, `PressFailed`."""
        answer = self._do({"do": "print_sheet", "keys": str(self.keys), **_packed_sheet(job)})
        if "undrawable" in answer:
            raise Undrawable(answer["undrawable"])
        return _printed_sheet(answer)

    def print_sheets(self, jobs: Sequence[SheetJob], *, following: Sequence[int]) -> list[PrintedSheet]:
        """A few sheets in one go; `following`: how many sheets of its kin (all but name and code alike) follow each in the batch.

        Raises `Undrawable`, `PressFailed`.
        """
        packed = [_packed_sheet(job) for job in jobs]
        answer = self._do({"do": "print_sheets", "keys": str(self.keys), "jobs": packed, "following": list(following)})
        if "undrawable" in answer:
            raise Undrawable(answer["undrawable"])
        return [_printed_sheet(each) for each in answer["printed"]]

    def missing_letters(self, jobs: Sequence[SheetJob]) -> list[tuple[int, str]]:
        """Which of these sheets have letters in a name that no face here draws, by their places; nothing is printed."""
        found = []
        for start in range(0, len(jobs), LETTERS_AT_ONCE):
            packed = [_packed_sheet(job) for job in jobs[start : start + LETTERS_AT_ONCE]]
            answer = self._do({"do": "missing", "jobs": packed})
            found += [(start + place, letters) for place, letters in answer["missing"]]
        return found

    def verify(self, content: bytes) -> SealReport:
        """Read the seal of a stranger's file, away from the web process. Raises `PressFailed`."""
        answer = self._do({"do": "verify", "keys": str(self.keys), "content": _text(content)})
        signed_at = answer["signed_at"]
        return SealReport(
            ours=answer["ours"],
            intact=answer["intact"],
            whole_file=answer["whole_file"],
            signed_at=datetime.fromisoformat(signed_at) if signed_at else None,
            code=answer["code"],
        )

    def read_scan(self, content: bytes) -> list[ScannedPage] | None:
        """The pages of a scan with the match code of each; None when the file is none. Raises `PressFailed`."""
        answer = self._do({"do": "read_scan", "content": _text(content)})
        if "no_scan" in answer:
            return None
        return [ScannedPage(base64.b64decode(page), kind, code) for page, kind, code in answer["pages"]]

    def ask(self, deed: str, **values: Any) -> dict[str, Any]:
        """Have the child do one of its other deeds (`press_child.DEEDS`). Raises `PressFailed`."""
        return self._do({"do": deed, **values})

    def sign_badge(self, claims: Mapping[str, Any], *, keys_at: str) -> str:
        """Sign the claims of a badge; makes the key when there is none yet. Raises `PressFailed`."""
        message = {"do": "sign_badge", "keys": str(self.keys), "claims": claims, "keys_at": keys_at}
        return str(self._do(message)["signed"])

    def warm_up(self) -> None:
        """Start the child without waiting for it, so that the next job finds it ready."""
        if self._turn.acquire(blocking=False):
            try:
                if not self._is_up():
                    self._start()
            finally:
                self._turn.release()

    def close(self) -> None:
        """Stop the child. The next job starts another."""
        with self._turn:
            if self._owner == os.getpid():
                self._stop()

    def _do(self, message: dict[str, Any]) -> dict[str, Any]:
        self._take_turn()
        try:
            answer = self._ask(message, may_retry=self._is_up())
        finally:
            self._turn.release()
        if "unavailable" in answer:
            raise PressUnavailable(answer["unavailable"])
        if "error" in answer:
            raise PressFailed(answer["error"])
        return answer

    def _take_turn(self) -> None:
        """Wait for the press. Behind a job that takes long only a few wait: the others keep their threads for pages."""
        until = time.monotonic() + QUEUE_SECONDS
        with self._counting:
            self._waiting += 1
        try:
            while not self._turn.acquire(timeout=0.25):
                now, began = time.monotonic(), self._began
                crowded = self._waiting > MOST_BEHIND_SLOW and began is not None and now - began > SLOW_SECONDS
                if now > until or crowded:
                    raise PressUnavailable("the press is busy")
        finally:
            with self._counting:
                self._waiting -= 1

    def _ask(self, message: dict[str, Any], *, may_retry: bool) -> dict[str, Any]:
        """Send one job and wait. A child that had gone idle just before is replaced, once.

        A job has its seconds from the moment the child is ready, however long that took to load its libraries.
        """
        if not self._is_up():
            self._start()
        answer, ran_out = None, False
        if self._is_ready or self._exchange(None, START_SECONDS)[0] is not None:
            self._is_ready, self._began = True, time.monotonic()
            answer, ran_out = self._exchange(message, self.job_seconds)
            self._began = None
        if answer is None:
            self._stop()
            if ran_out:
                raise JobTooLong(f"a job took longer than {self.job_seconds:.0f} s")
            if may_retry:
                return self._ask(message, may_retry=False)
            raise PressFailed("the press stopped in the middle of a job")
        if answer.get("last") or "unavailable" in answer:
            self._stop()
        return answer

    def _exchange(self, message: dict[str, Any] | None, seconds: float) -> tuple[dict[str, Any] | None, bool]:
        """Send a message, if there is one, and read the next. None when the child is gone; whether time ran out."""
        child = self._child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        ran_out = threading.Event()
        clock = threading.Timer(seconds, _end, (child, ran_out))
        clock.daemon = True
        clock.start()
        try:
            if message is not None:
                write_message(child.stdin, message)
            return read_message(child.stdout), ran_out.is_set()
        except OSError:
            return None, ran_out.is_set()
        finally:
            clock.cancel()

    def _is_up(self) -> bool:
        return self._child is not None and self._owner == os.getpid() and self._child.poll() is None

    def _start(self) -> None:
        if self._owner == os.getpid():
            self._stop()
        environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        environment |= {"FONTCONFIG_FILE": str(use_our_fonts(self.instance)), "PYTHONUTF8": "1"}
        self._owner, self._is_ready = os.getpid(), False
        self._child = subprocess.Popen(
            [sys.executable, "-m", "youthprog.documents.press_child", str(self.keys), self.department],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
        )

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass
        child.kill()
        child.wait()


def _printed_sheet(answer: Mapping[str, Any]) -> PrintedSheet:
    return PrintedSheet(
        content=base64.b64decode(answer["content"]),
        pages=int(answer["pages"]),
        kind=DocumentKind(answer["kind"]),
        title=answer["title"],
        language=Language(answer["language"]),
        stamped=bool(answer.get("stamped")),
        reason=answer.get("reason", ""),
    )


def _end(child: subprocess.Popen[bytes], ran_out: threading.Event) -> None:
    ran_out.set()
    child.kill()


# The wire: eight bytes of length, then JSON -----------------------------------------------------------------


def write_message(pipe: IO[bytes], message: Mapping[str, Any]) -> None:
    """Send one message."""
    body = json.dumps(message, ensure_ascii=True).encode("ascii")
    pipe.write(len(body).to_bytes(8, "big") + body)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Receive one message; None when the other side is gone."""
    head = pipe.read(8)
    length = int.from_bytes(head, "big")
    if len(head) < 8 or length > LONGEST_MESSAGE:
        return None
    body = pipe.read(length)
    return json.loads(body) if len(body) == length else None


def _packed_sheet(job: SheetJob) -> dict[str, Any]:
    return {
        "sheet": values_of(job.sheet),
        "templates": str(job.templates.resolve()),
        "instance": str(job.instance.resolve()),
        "made_at": job.made_at.isoformat(),
    }


def unpacked_sheet(message: Mapping[str, Any]) -> SheetJob:
    """The job on a sheet that a message carries."""
    return SheetJob(
        sheet=sheet_from(message["sheet"]),
        templates=Path(message["templates"]),
        instance=Path(message["instance"]),
        made_at=datetime.fromisoformat(message["made_at"]),
    )


def _packed(job: PrintJob) -> dict[str, Any]:
    enclosed = job.enclosed
    return {
        "html": job.html,
        "identifier": job.identifier,
        "variant": str(job.variant),
        "made_at": job.made_at.isoformat(),
        "assets": {name: _text(content) for name, content in job.assets.items()},
        "enclosed": [enclosed.name, enclosed.description, _text(enclosed.content)] if enclosed else None,
        "seal_reason": job.seal_reason,
    }


def unpacked(message: Mapping[str, Any]) -> PrintJob:
    """The job a message carries."""
    enclosed = message["enclosed"]
    return PrintJob(
        html=message["html"],
        identifier=message["identifier"],
        variant=Variant(message["variant"]),
        made_at=datetime.fromisoformat(message["made_at"]),
        assets={name: base64.b64decode(content) for name, content in message["assets"].items()},
        enclosed=Enclosed(enclosed[0], enclosed[1], base64.b64decode(enclosed[2])) if enclosed else None,
        seal_reason=message["seal_reason"],
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")

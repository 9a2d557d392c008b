"""Printing, sealing, keeping and checking documents.

Issuing has two halves. `prepare` is slow and takes no lock: it refuses, lays out, seals and puts the file
on disk. `record_document` is quick and runs in the transaction of the deed. Between them nothing points
to the file; if the deed is refused after all, `discard` takes it away.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from youthprog import config
from youthprog.core import db
from youthprog.core.refusals import NotFound, refuse_if
from youthprog.documents import codes, queries, rules, storage
from youthprog.documents.models import Document
from youthprog.documents.press import Press, PrintedSheet, SheetJob, Undrawable
from youthprog.documents.types import (
    NO_SEAL,
    SEALED,
    Appreciation,
    Certificate,
    Issued,
    Letterhead,
    PreparedDocument,
    ScannedPage,
    SealReport,
    Sheet,
)

SHEETS_AT_ONCE = 8
"""Even when each has to be laid out, so many sheets take a fraction of the time a job may take."""
_starting = threading.Lock()


@dataclass(frozen=True)
class Verdict:
    """What can be said of a file somebody brought: ours to the byte, or bearing our unbroken seal, or neither."""

    document: Document | None
    seal: SealReport

    @property
    def is_ours(self) -> bool:
        return self.document is not None or self.seal.is_good


def new_code() -> str:
    """A fresh code for a document about to be prepared."""
    return codes.new_code()


def letterhead() -> Letterhead:
    """The department as it heads its paper."""
    settings = _settings()
    public = urlsplit(settings.public_url)
    return Letterhead(
        department=settings.department,
        unit=settings.department_program,
        address=settings.department_address,
        phone=settings.department_phone,
        verify_at=f"{public.netloc}/v",
    )


def print_sheet(sheet: Sheet, *, now: datetime) -> bytes:
    """Print a working sheet (roster, sign-in): not sealed, not kept. Raises `Refused`, `PressFailed`."""
    return _print(sheet, now).content


def print_many(sheets: Iterable[Sheet], *, now: datetime) -> Iterator[PrintedSheet]:
    """Print sheets in their order, stamping from one layout what differs in name and code alone.

    Raises `Refused` with every reason of every sheet, also every name with letters nobody can draw, before anything is
    printed; `PressFailed` when the press cannot.
    """
    wanted = list(sheets)
    refuse_if([reason for sheet in wanted for reason in rules.refusals_to_print(sheet)])
    jobs = [_job(sheet, now) for sheet in wanted]
    missing = press().missing_letters(jobs)
    refuse_if([reason for place, letters in missing for reason in rules.refusals_to_draw(wanted[place], letters)])
    following = _kin_following(wanted)
    for start in range(0, len(jobs), SHEETS_AT_ONCE):
        part = slice(start, start + SHEETS_AT_ONCE)
        yield from press().print_sheets(jobs[part], following=following[part])


def _kin_following(sheets: Sequence[Sheet]) -> list[int]:
    """For each sheet how many later ones differ from it in name and code alone."""
    seen: Counter[str] = Counter()
    following = []
    for sheet in reversed(sheets):
        kin = repr(replace(sheet, name="", code="")) if isinstance(sheet, Certificate | Appreciation) else ""
        following.append(seen[kin])
        seen[kin] += 1
    return following[::-1]


def prepare(sheet: Issued, *, now: datetime) -> PreparedDocument:
    """Print, seal and keep the file of a certificate or record, without a lock and without a row.

    Raises `Refused` with every reason, `PressFailed` when the press cannot.
    """
    printed = _print(sheet, now)
    return PreparedDocument(
        kind=printed.kind,
        code=sheet.code,
        title=printed.title[:200],
        language=printed.language,
        issuer=sheet.letterhead.full_name,
        sealed=printed.kind in SEALED,
        content=printed.content,
        sha256=storage.keep(printed.content, _settings().documents),
        pages=printed.pages,
    )


def record_document(prepared: PreparedDocument, *, subject_kind: str, subject_id: int, now: datetime) -> Document:
    """Enter a prepared document in the books, in the caller's transaction.

    The room whose deed this is writes the audit line, with the document's id and SHA-256 in its detail.
    """
    document = Document(
        code=prepared.code,
        kind=prepared.kind,
        title=prepared.title,
        issuer=prepared.issuer,
        sha256=prepared.sha256,
        size_bytes=len(prepared.content),
        pages=prepared.pages,
        language=str(prepared.language),
        sealed=prepared.sealed,
        subject_kind=subject_kind,
        subject_id=subject_id,
        issued_at=now,
    )
    db.session().add(document)
    db.flush()
    return document


def discard(prepared: PreparedDocument) -> None:
    """Take away the file of a document that was prepared and then not recorded."""
    if queries.find_by_sha256(prepared.sha256) is None:
        storage.discard(prepared.sha256, _settings().documents)


def purge_of_subject(subject_kind: str, subject_id: int, *, now: datetime) -> None:
    """Take the files of everything issued about a thing away for good, after the commit; the rows say that it was so.

    The room whose deed this is writes the audit line.
    """
    folder = _settings().documents
    for document in queries.list_of_subject(subject_kind, subject_id):
        document.purged_at = document.purged_at or now
        digest = document.sha256
        db.after_commit(lambda digest=digest: storage.discard(digest, folder))  # type: ignore[misc]


def load_bytes(document: Document) -> bytes:
    """The sealed file of a document. Raises `NotFound` after a purge, `Damaged` when it is no longer what was issued."""
    if document.purged_at is not None:
        raise NotFound
    return storage.load(document.sha256, _settings().documents)


def compare(limit: int) -> dict[int, bool]:
    """Compare the stored files longest not looked at with their SHA-256; document id to whether it is whole.

    Reads only, and takes no lock: `note_compared` writes down what was found.
    """
    folder, found = _settings().documents, {}
    for document_id, digest in queries.list_longest_unchecked(limit):
        try:
            storage.load(digest, folder)
        except storage.Damaged:
            found[document_id] = False
        else:
            found[document_id] = True
    return found


def note_compared(found: Mapping[int, bool], *, now: datetime) -> tuple[list[int], list[int]]:
    """Write down what comparing found; returns the ids newly damaged and those whole again. The caller audits."""
    damaged, mended = [], []
    for document in db.session().scalars(sa.select(Document).where(Document.id.in_(found))):
        document.checked_at = now
        if not found[document.id] and document.damaged_at is None:
            document.damaged_at = now
            damaged.append(document.id)
        elif found[document.id] and document.damaged_at is not None:
            document.damaged_at = None
            mended.append(document.id)
    return damaged, mended


def revoke(document: Document, *, reason: str, now: datetime) -> None:
    """Declare a document void from now on; the public page says so at once. The file stays. Raises `Refused`.

    The room whose deed this is writes the audit line.
    """
    refuse_if(rules.refusals_to_revoke(reason, already=document.revoked_at is not None))
    document.revoked_at = now
    document.revoked_reason = reason.strip()[:300]


def verify_upload(content: bytes) -> Verdict:
    """Say whether a file is ours and unchanged. Stranger's bytes are parsed in the press only."""
    document = queries.find_by_sha256(hashlib.sha256(content).hexdigest())
    if document is not None and not document.sealed:
        return Verdict(document, NO_SEAL)
    return Verdict(document, press().verify(content))


def read_scan(content: bytes) -> list[ScannedPage] | None:
    """The pages of a scan with the match code of each; None when the file is none. Raises `PressFailed`."""
    return press().read_scan(content)


def press() -> Press:
    """This process's press; its child starts at the first job."""
    found: Press | None = current_app.extensions.get("youthprog.press")
    if found is None:
        with _starting:
            found = current_app.extensions.get("youthprog.press") or _new_press()
            current_app.extensions["youthprog.press"] = found
    return found


def warm_up() -> None:
    """Let the press get ready while somebody still reads: the next document then takes a fifth of a second."""
    press().warm_up()


def _new_press() -> Press:
    settings = _settings()
    return Press(settings.instance, keys=settings.instance, department=settings.department)


def _settings() -> config.Settings:
    settings: config.Settings = current_app.config["YOUTHPROG"]
    return settings


def _print(sheet: Sheet, now: datetime) -> PrintedSheet:
    refuse_if(rules.refusals_to_print(sheet))
    try:
        return press().print_sheet(_job(sheet, now))
    except Undrawable as problem:
        refuse_if(rules.refusals_to_draw(sheet, problem.letters))
        raise


def _job(sheet: Sheet, now: datetime) -> SheetJob:
    templates = Path(str(current_app.jinja_loader.searchpath[0]))  # type: ignore[union-attr]
    return SheetJob(sheet, templates=templates, instance=_settings().instance, made_at=now.astimezone(UTC))

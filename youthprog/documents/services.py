"""Printing, sealing, keeping and checking documents.

Issuing has two halves. `prepare` is slow and takes no lock: it refuses, lays out, seals and puts the file
on disk. `record_document` is quick and runs in the transaction of the deed. Between them nothing points
to the file; if the deed is refused after all, `discard` takes it away.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from youthprog import config
from youthprog.core import crypto, db
from youthprog.core.beside import Beside
from youthprog.core.refusals import NotFound, Refusal, Refused, refuse_if
from youthprog.documents import badges, codes, queries, rules, storage
from youthprog.documents.models import Document
from youthprog.documents.press import Press, PrintedSheet, SheetJob, Undrawable
from youthprog.documents.types import (
    BADGES,
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

LETTERING, LETTERING_SECONDS = "youthprog.documents.lettering", 60.0
SHEETS_AT_ONCE = 8
"""Even when each has to be laid out, so many sheets take a fraction of the time a job may take."""
_starting = threading.Lock()


@dataclass(frozen=True)
class Verdict:
    """What can be said of a file somebody brought: ours to the byte, or bearing our unbroken seal, or neither."""

    document: Document | None
    seal: SealReport
    claimed: Document | None = None
    """Which document a file says it is whose bytes are not those that were issued."""

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


def templates_folder() -> Path:
    """Where the house's templates lie, those of paper among them."""
    return Path(str(current_app.jinja_loader.searchpath[0]))  # type: ignore[union-attr]


def print_sheet(sheet: Sheet, *, now: datetime) -> bytes:
    """Print a working sheet (roster, sign-in): not sealed, not kept. Raises `Refused`, `PressFailed`."""
    return _print(sheet, now).content


def print_many(sheets: Iterable[Sheet], *, now: datetime) -> Iterator[PrintedSheet]:
    """Print sheets in their order, stamping from one layout what is of one family (`rules.kin_of`).

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
    """For each sheet how many later ones are of its family."""
    seen: Counter[str] = Counter()
    following = []
    for sheet in reversed(sheets):
        kin = rules.kin_of(sheet) if isinstance(sheet, Certificate | Appreciation) else ""
        following.append(seen[kin])
        seen[kin] += 1
    return following[::-1]


def prepare(sheet: Issued, *, now: datetime) -> PreparedDocument:
    """Print, seal and keep the file of a certificate or record, without a lock and without a row.

    Raises `Refused` with every reason, `PressFailed` when the press cannot.
    """
    return keep_printed(sheet, _print(sheet, now))


def keep_printed(sheet: Issued, printed: PrintedSheet) -> PreparedDocument:
    """Keep the file of a sheet that was printed, without a row: the second half of `prepare`, where many are printed at once."""
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
        holder=getattr(sheet, "name", ""),
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
    document.seal("holder_sealed", prepared.holder or None)
    return document


def refusals_to_print(sheet: Sheet) -> list[Refusal]:
    """Every reason why a sheet would not be printed, but for letters that nobody can draw."""
    return rules.refusals_to_print(sheet)


def undrawable(names: Mapping[int, str]) -> dict[int, str]:
    """Of names by some key, those with letters that no face here can draw, and which; found in a process of its own."""
    with Beside(LETTERING, (dict(names), _settings().instance)) as other:
        found: dict[int, str] = other.next(LETTERING_SECONDS) or {}
    return found


def discard_unrecorded(digest: str) -> None:
    """Take away the file of a SHA-256 that no row speaks of."""
    if queries.find_by_sha256(digest) is None:
        storage.discard(digest, _settings().documents)


def place_of(digest: str) -> Path:
    """Where the file of a SHA-256 lies, for a process that joins files."""
    return storage.path_of(digest, _settings().documents)


def parts_of(place: Path) -> Iterator[bytes]:
    """A file in parts."""
    return storage.parts_of(place)


def discard(prepared: PreparedDocument) -> None:
    """Take away the file of a document that was prepared and then not recorded."""
    discard_unrecorded(prepared.sha256)


def purge_of_subject(subject_kind: str, subject_id: int, *, now: datetime) -> None:
    """Take the files of everything issued about a thing away for good, after the commit; the rows say that it was so.

    The room whose deed this is writes the audit line.
    """
    folder = _settings().documents
    for document in queries.list_of_subject(subject_kind, subject_id):
        document.purged_at = document.purged_at or now
        document.holder_sealed = None
        digest = document.sha256
        db.after_commit(lambda digest=digest: storage.discard(digest, folder))  # type: ignore[misc]


def keep_to_fetch(parts: Iterable[bytes], place: Path) -> int:
    """Keep a file that waits to be fetched, sealed with the field key; returns how many bytes it holds."""
    return storage.keep_sealed(parts, place, ring=crypto.keyring())


def fetched(place: Path) -> Iterator[bytes]:
    """What was kept to be fetched, part by part; it can be read on after the request. Raises `Damaged`."""
    return storage.open_sealed(place, ring=crypto.keyring())


def reader_of(sha256: str) -> Callable[[], bytes]:
    """How to read a sealed file later, when the request is over. The caller has asked whether it may be read."""
    folder = _settings().documents
    return lambda: storage.load(sha256, folder)


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
    seal = press().verify(content)
    claimed = queries.find_by_code(seal.code) if document is None and seal.ours and seal.code else None
    return Verdict(document, seal, claimed)


def is_holder(document: Document | None, typed: str) -> bool:
    """Whether somebody typed the name on a document, whole, in whatever case, accents and order of its parts.

    The same work whatever was typed, and whether there is a name or none.
    """
    holder = document.unseal("holder_sealed") if document is not None and document.purged_at is None else None
    wanted, given = rules.name_digest(holder or ""), rules.name_digest(typed)
    return hmac.compare_digest(wanted, given) and bool(holder)


def sign_badge(document: Document, *, with_name: bool = False) -> str:
    """A certificate as a signed Open Badges 3.0 credential, the same each time. Raises `NotFound`, `PressFailed`."""
    holder = document.unseal("holder_sealed")
    if document.kind not in BADGES or not holder or document.purged_at or document.revoked_at:
        raise NotFound
    settings = _settings()
    badge = badges.Badge(
        title=document.title,
        holder=holder,
        issuer=document.issuer,
        issued_at=document.issued_at,
        file_sha256=document.sha256,
        verify_at=f"{settings.public_url}/v/{codes.grouped(document.code)}",
        address=badges_at(),
        with_name=with_name,
    )
    return press().sign_badge(badges.credential_of(badge), keys_at=badges_at())


def badges_at() -> str:
    """Where this department's badges are explained."""
    return f"{_settings().public_url}/badges"


def badge_keys() -> dict[str, Any]:
    """The public keys of badges as a JWKS; none before the first badge."""
    place = _settings().instance / badges.KEY_SET
    found: dict[str, Any] = json.loads(place.read_text()) if place.exists() else {"keys": []}
    return found


def badge_issuer() -> dict[str, Any]:
    """Who issues badges here."""
    settings = _settings()
    return badges.issuer_profile(
        address=badges_at(),
        name=f"{settings.department} {settings.department_program}".strip(),
        home=settings.public_url,
        email=settings.department_email,
        phone=settings.department_phone,
    )


def badges_revoked() -> dict[str, Any]:
    """The badges that hold no more."""
    return badges.revocation_list(queries.list_revoked(BADGES), address=badges_at())


def take_portrait(content: bytes) -> bytes:
    """A photo somebody sent, drawn anew by the press as a small JPEG. Raises `Refused`, `PressFailed`."""
    answer = press().ask("take_portrait", content=base64.b64encode(content).decode("ascii"))
    if "refused" in answer:
        raise Refused([Refusal("bad_photo", answer["refused"], "photo")])
    return base64.b64decode(answer["content"])


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
    return SheetJob(sheet, templates=templates_folder(), instance=_settings().instance, made_at=now.astimezone(UTC))

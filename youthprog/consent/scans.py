"""Scans of signed sheets: read by the press, filed by their match code; what cannot be read waits and is never lost."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import desk_queries, uploads
from youthprog.consent.cases import note
from youthprog.consent.entry_rules import may_be_filed
from youthprog.consent.models import ConsentUpload, LooseScan
from youthprog.consent.queries import Case
from youthprog.consent.types import Happening
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.documents import services as documents
from youthprog.documents.types import ScannedPage

NO_SCAN = Refusal(
    "no_scan", N_("This is not a scan we can read. Send a PDF, JPEG or PNG file, 60 pages at most."), "file"
)
NO_SUCH_CODE = Refusal("no_such_code", N_("No open form has this code. Check it against the sheet."), "code")


@dataclass(frozen=True)
class Received:
    """The pages of a scan, read and stored sealed, not yet filed."""

    name: str
    pages: Sequence[tuple[ScannedPage, str]]  # with the SHA-256


@dataclass(frozen=True)
class Filed:
    """What became of a scan: pages filed by request, how many wait to be filed by hand, whose sheets bear older words."""

    by_request: dict[int, int]
    children: tuple[str, ...]
    loose: int
    older: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The request a code leads to, and the version whose words were printed with it."""

    case: Case
    version_id: int

    @property
    def is_older(self) -> bool:
        """Whether the form has moved to newer words since."""
        return self.version_id != self.case.version.id


def receive(content: bytes, *, name: str) -> Received:
    """Read a scan and store its pages sealed, without a lock. Raises `Refused`, `PressFailed`."""
    pages = documents.read_scan(content)
    if not pages:
        raise Refused([NO_SCAN])
    return Received(name[:160] or "scan", [(page, uploads.store(page.content)) for page in pages])


def file_pages(received: Received, *, program_id: int | None = None, by: Actor, now: datetime) -> Filed:
    """File each page to the request of its code; the others wait in the list of the program, with their bytes."""
    cases: dict[str, Found | None] = {}
    filed: dict[int, int] = {}
    children: dict[int, str] = {}
    waiting: list[tuple[int, ScannedPage, str]] = []
    older: set[str] = set()
    for number, (page, digest) in enumerate(received.pages, start=1):
        if page.code is not None and page.code not in cases:
            cases[page.code] = _taking(page.code, by, now)
        found = cases.get(page.code) if page.code is not None else None
        if found is None:
            waiting.append((number, page, digest))
            continue
        case = found.case
        _file(found, received.name, page.content_type, len(page.content), digest, by=by, now=now)
        filed[case.request.id] = filed.get(case.request.id, 0) + 1
        children[case.request.id] = case.youth.name
        older |= {case.youth.name} if found.is_older else set()
    office = program_id or _office([each.case for each in cases.values() if each is not None], by)
    loose = sum(
        _keep_loose(received.name, number, page, digest, office, by=by, now=now) for number, page, digest in waiting
    )
    return Filed(filed, tuple(children.values()), loose, tuple(sorted(older)))


def _office(cases: Sequence[Case], by: Actor) -> int | None:
    """Whose office pages came to that nobody could file: the program of the other pages, else the only one of who sent them."""
    for known in ({case.program.id for case in cases}, by.programs(P.CONSENT_ENTER)):
        if len(known) == 1:
            return next(iter(known))
    return None


def file_loose(scan: LooseScan, code: str | None, *, by: Actor, now: datetime) -> Found:
    """File a page by a code that somebody typed from it. Raises `Refused`: a wrong code and another's look alike."""
    found = _taking(code, by, now) if code else None
    if found is None:
        raise Refused([NO_SUCH_CODE])
    _file(found, scan.name, scan.content_type, scan.size_bytes, scan.sha256, by=by, now=now)
    db.session().delete(scan)
    db.flush()
    return found


def put_away(scan: LooseScan, *, by: Actor, now: datetime) -> None:
    """Throw a page away that is no form: a cover sheet, a back side, somebody's thumb."""
    digest = scan.sha256
    record("scan.put_away", "scan", scan.id, by=by, now=now, sha256=digest)
    db.session().delete(scan)
    db.flush()
    if not is_in_use(digest):
        db.after_commit(lambda: uploads.discard(digest))


def is_in_use(digest: str, *, but: int | None = None) -> bool:
    """Whether a row still speaks of a stored file; `but` leaves the rows of one request out."""
    kept = sa.select(ConsentUpload.id).where(ConsentUpload.sha256 == digest)
    if but is not None:
        kept = kept.where(ConsentUpload.request_id != but)
    loose = sa.select(LooseScan.id).where(LooseScan.sha256 == digest)
    return any(db.session().scalar(each.limit(1)) is not None for each in (kept, loose))


def drop_upload(digest: str) -> None:
    """Remove a stored file after the commit, unless a row of this room still speaks of it. Other rooms ask of their own."""
    if not is_in_use(digest):
        db.after_commit(lambda: uploads.discard(digest))


def _taking(code: str, by: Actor, now: datetime) -> Found | None:
    """The request that a page with this code goes to, when it is the actor's to file and still takes pages."""
    case, version_id = desk_queries.find_by_match_code(by, code, clock.day_of(now))
    if case is None:
        return None
    waits = bool(desk_queries.waiting_for_original(case.request.id)) or bool(desk_queries.parts_waiting(case))
    return Found(case, version_id) if may_be_filed(case.request.state, is_awaited=waits) else None


def _file(found: Found, name: str, kind: str, size: int, digest: str, *, by: Actor, now: datetime) -> None:
    case, known = found.case, desk_queries.scans_of(found.case.request.id)
    if digest in {each.sha256 for each in known}:
        return  # the same page once more
    db.session().add(
        ConsentUpload(
            request_id=case.request.id, form_version_id=found.version_id, name=name, content_type=kind,
            size_bytes=size, sha256=digest, kept_at=now,
        )
    )  # fmt: skip
    takes = case.request.signed_at is None or case.request.scan_sha256 is None
    if takes and not found.is_older:
        same = [each.sha256 for each in known if each.form_version_id == found.version_id]
        case.request.scan_sha256 = scan_hash([*same, digest])
    note(case.request.id, Happening.SCANNED, now, {"who": by.name, "by_id": by.person_id, "sha256": digest})
    db.flush()
    record("scan.filed", "consent_request", case.request.id, by=by, now=now, sha256=digest)


def _keep_loose(
    name: str, number: int, page: ScannedPage, digest: str, office: int | None, *, by: Actor, now: datetime
) -> int:
    seen = LooseScan.by_id == by.person_id
    if office is not None:
        seen = sa.or_(seen, LooseScan.program_id == office)
    known = sa.select(LooseScan.id).where(LooseScan.sha256 == digest, seen)
    if db.session().scalar(known) is not None:
        return 0
    row = LooseScan(
        name=name, page=number, content_type=page.content_type, size_bytes=len(page.content), sha256=digest,
        code_read=page.code, received_at=now, by_id=by.person_id, program_id=office,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record("scan.received", "scan", row.id, by=by, now=now, sha256=digest)
    return 1


def scan_hash(digests: Sequence[str]) -> str:
    """What the record names as its scan: the page's own SHA-256, or that of all pages' hashes one after the other."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def discard_received(received: Received) -> None:
    """Take the files of a scan away that was read and then not filed, where no row speaks of them."""
    for _page, digest in received.pages:
        if not is_in_use(digest):
            uploads.discard(digest)

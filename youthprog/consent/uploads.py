"""Files that come with an answer: looked at, encrypted, kept under their SHA-256, given back to who may read them.

What a browser says a file is, is not believed: the first bytes say it. A file lies at
`instance/uploads/ab/ab12….sealed`, sealed for that place with the department's field key.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.consent.cases import expiry_in
from youthprog.consent.models import ConsentUpload
from youthprog.consent.queries import Case
from youthprog.consent.types import Question
from youthprog.core import crypto, db
from youthprog.core.refusals import N_, Refusal, refuse_if

MOST_BYTES = 10 * 1024 * 1024
# The first bytes of what is taken, and the ending its copy gets.
KINDS = {
    "application/pdf": (b"%PDF-", "pdf"),
    "image/jpeg": (b"\xff\xd8\xff", "jpg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", "png"),
}
DIGEST = re.compile(r"[0-9a-f]{64}")
LONGEST_NAME = 160


class Lost(Exception):
    """A kept file is gone, or is no longer what was kept."""


def kind_of(content: bytes) -> str | None:
    """What the first bytes say a file is; None when it is nothing we take."""
    return next((kind for kind, (start, _ending) in KINDS.items() if content.startswith(start)), None)


def refusals_of_file(content: bytes) -> list[Refusal]:
    """Why a file is not taken: empty, too large, or neither PDF nor picture."""
    if not content:
        return [Refusal("no_file", N_("Choose a file that is not empty."), "file")]
    if len(content) > MOST_BYTES:
        return [Refusal("too_large", N_("This file is larger than 10 MB. Take a smaller picture of it."), "file")]
    if kind_of(content) is None:
        return [Refusal("wrong_kind", N_("Send a PDF, a JPEG or a PNG. Photos from a phone work."), "file")]
    return []


def name_of(name: str, content: bytes) -> str:
    """A file's name as people see it: its last part, of letters that can be shown, with the ending its bytes have."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(each for each in last if each.isprintable()).strip(" .")
    stem = plain.rsplit(".", 1)[0][: LONGEST_NAME - 5] or "file"
    return f"{stem}.{KINDS[kind_of(content) or 'application/pdf'][1]}"


# ---- the bytes ----


def store(content: bytes) -> str:
    """Encrypt and write a file durably, whole or not at all; its SHA-256 is its name. Before the lock: it takes a moment.

    Raises `Refused` when the file is not one we take.
    """
    refuse_if(refusals_of_file(content))
    digest = hashlib.sha256(content).hexdigest()
    try:
        load(digest)
    except Lost:  # not here, or damaged, or sealed with a key that is gone
        _write(digest, crypto.keyring().seal_bytes(content, place=_place(digest)))
    return digest


def load(digest: str) -> bytes:
    """The bytes kept under a SHA-256. Raises `Lost`."""
    try:
        content = crypto.keyring().open_bytes(path_of(digest).read_bytes(), place=_place(digest))
    except (OSError, crypto.Unreadable) as problem:
        raise Lost(f"upload {digest[:12]} cannot be read") from problem
    if hashlib.sha256(content).hexdigest() != digest:
        raise Lost(f"upload {digest[:12]} is not what was kept")
    return content


def discard(digest: str) -> None:
    """Remove a file that no row speaks of any more."""
    path_of(digest).unlink(missing_ok=True)


def path_of(digest: str) -> Path:
    """Where the file of a SHA-256 lies."""
    if not DIGEST.fullmatch(digest):
        raise Lost("no such upload")
    folder: Path = current_app.config["YOUTHPROG"].uploads
    return folder / digest[:2] / f"{digest}.sealed"


def reseal() -> Iterator[int]:
    """Seal every file with the current key; yields 1 for each that was changed. Safe to repeat."""
    ring = crypto.keyring()
    for path in sorted(current_app.config["YOUTHPROG"].uploads.rglob("*.sealed")):
        sealed = path.read_bytes()
        if ring.key_id(sealed) != ring.current:
            place = _place(path.stem)
            _write(path.stem, ring.seal_bytes(ring.open_bytes(sealed, place=place), place=place))
            yield 1


def _place(digest: str) -> str:
    return f"consent_upload:{digest}:content"


def _write(digest: str, sealed: bytes) -> None:
    place = path_of(digest)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)


# ---- the rows ----


def note_upload(case: Case, question: Question, given: Mapping[str, Any], *, now: datetime) -> None:
    """Let the file of an answer stand and the one before it go. Raises `Refused` when its bytes are not here."""
    digest = given.get("sha256")
    if digest and not (DIGEST.fullmatch(digest) and path_of(digest).exists()):
        refuse_if([Refusal("no_file", N_("Choose the file again."), "file")])
    standing = None
    for row in _rows(case.request.id, question.section_id):
        if row.sha256 == digest:
            standing = row
        else:
            row.ended_at = now
    if standing is not None:
        standing.expires_on = expiry_in(given)
    elif digest:
        row = ConsentUpload(
            request_id=case.request.id,
            section_id=question.section_id,
            name=given["name"],
            content_type=given["type"],
            size_bytes=given["size"],
            sha256=digest,
            expires_on=expiry_in(given),
            kept_at=now,
        )
        db.session().add(row)


def end_upload(case: Case, question: Question, *, now: datetime) -> None:
    """A section was hidden by another answer: its file does not stand."""
    for row in _rows(case.request.id, question.section_id):
        row.ended_at = now


def _rows(request_id: int, section_id: int) -> list[ConsentUpload]:
    statement = sa.select(ConsentUpload).where(
        ConsentUpload.request_id == request_id,
        ConsentUpload.section_id == section_id,
        ConsentUpload.ended_at.is_(None),
    )
    return list(db.session().scalars(statement))

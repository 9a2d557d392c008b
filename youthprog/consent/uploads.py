"""Files given with an answer, and scans of signed sheets: sealed in the instance folder under their SHA-256."""

import hashlib
import os
from pathlib import Path

from flask import current_app

from youthprog.core.crypto import Unreadable, keyring
from youthprog.core.refusals import NotFound


def keep(content: bytes) -> str:
    """Seal and store a file, whole or not at all; returns the SHA-256 of what was given. Twice changes nothing."""
    digest = hashlib.sha256(content).hexdigest()
    place = _path_of(digest)
    if place.exists():
        return digest
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(keyring().seal_bytes(content, place=_name_of(digest)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    return digest


def load(digest: str) -> bytes:
    """What was given. Raises `NotFound` when it is gone, `Unreadable` when it was changed on disk."""
    try:
        sealed = _path_of(digest).read_bytes()
    except OSError as problem:
        raise NotFound from problem
    content = keyring().open_bytes(sealed, place=_name_of(digest))
    if hashlib.sha256(content).hexdigest() != digest:
        raise Unreadable(f"upload {digest[:12]} is another file")
    return content


def discard(digest: str) -> None:
    """Take the file away. The caller knows that no row speaks of it any more."""
    _path_of(digest).unlink(missing_ok=True)


def _name_of(digest: str) -> str:
    return f"upload:{digest}"


def _path_of(digest: str) -> Path:
    folder: Path = current_app.config["YOUTHPROG"].uploads
    return folder / digest[:2] / f"{digest}.sealed"

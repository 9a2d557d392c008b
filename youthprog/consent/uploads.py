"""Files that come with an answer, and scans of signed sheets: encrypted, kept under their SHA-256, given back to who may read them.

A file lies at `instance/uploads/ab/ab12….sealed`, sealed for that place with the department's field key.
"""

import hashlib
import os
import re
from pathlib import Path

from flask import current_app

from youthprog.core import crypto

DIGEST = re.compile(r"[0-9a-f]{64}")


class Lost(Exception):
    """A kept file is gone, or is no longer what was kept."""


def store(content: bytes) -> str:
    """Encrypt and write a file durably, whole or not at all; its SHA-256 is its name. Before the lock: it takes a moment."""
    digest = hashlib.sha256(content).hexdigest()
    if not path_of(digest).exists():
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

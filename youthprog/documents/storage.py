"""Where finished files lie: `instance/documents/ab/ab12….pdf`, under their own SHA-256. They never change."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from youthprog.core.crypto import Keyring


class Damaged(Exception):
    """A stored file is gone or is no longer what was stored."""


def keep(content: bytes, folder: Path) -> str:
    """Write a file durably, whole or not at all, and return its SHA-256. Keeping it twice changes nothing."""
    digest = hashlib.sha256(content).hexdigest()
    place = path_of(digest, folder)
    if place.exists():
        return digest
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    _sync_folder(place.parent)
    return digest


def load(digest: str, folder: Path) -> bytes:
    """The bytes stored under a SHA-256. Raises `Damaged` when they are not those any more."""
    try:
        content = path_of(digest, folder).read_bytes()
    except OSError as problem:
        raise Damaged(f"document {digest[:12]} cannot be read") from problem
    if hashlib.sha256(content).hexdigest() != digest:
        raise Damaged(f"document {digest[:12]} was changed on disk")
    return content


PART = 512 * 1024  # how much of a sealed file is open at a time


def keep_sealed(parts: Iterable[bytes], place: Path, *, ring: Keyring) -> int:
    """Write a file that waits to be fetched, sealed part by part under its own name; returns how many bytes it holds."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft, size = place.with_suffix(f".{os.getpid()}"), 0
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for number, part in enumerate(parts):
            box = ring.seal_bytes(part, place=_part_of(place, number))
            file.write(len(box).to_bytes(4, "big") + box)
            size += len(part)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    return size


def open_sealed(place: Path, *, ring: Keyring) -> Iterator[bytes]:
    """What was written by `keep_sealed`, part by part. Raises `Damaged`, `Unreadable`."""
    try:
        with place.open("rb") as file:
            number = 0
            while head := file.read(4):
                yield ring.open_bytes(file.read(int.from_bytes(head, "big")), place=_part_of(place, number))
                number += 1
    except OSError as problem:
        raise Damaged(f"{place.name} cannot be read") from problem


def parts_of(place: Path) -> Iterator[bytes]:
    """A file on disk in parts."""
    with place.open("rb") as file:
        while part := file.read(PART):
            yield part


def _part_of(place: Path, number: int) -> str:
    return f"{place.parent.name}/{place.name}:{number}"


def discard(digest: str, folder: Path) -> None:
    """Remove a file that no row speaks of."""
    path_of(digest, folder).unlink(missing_ok=True)


def path_of(digest: str, folder: Path) -> Path:
    """Where the file of a SHA-256 lies."""
    return folder / digest[:2] / f"{digest}.pdf"


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too; Windows has no such call."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Secrets: sealed fields, tokens and codes.

A sealed field is AES-256-GCM with `table:row:column` as associated data and the key's id in front, so a
ciphertext cannot be moved to another row and keys can be changed one row at a time.
"""

import base64
import hashlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

KEY_ID_BYTES = 4
NONCE_BYTES = 12
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 O 1 I: read aloud, typed from paper
LETTER_OF_BYTE = CODE_LETTERS.encode() * 8  # 32 letters: none is likelier


class Unreadable(Exception):
    """A sealed field does not open: moved, altered, or its key is gone."""


@dataclass(frozen=True)
class Keyring:
    """Field keys by id (4 characters); `current` seals, all open."""

    keys: Mapping[str, bytes]
    current: str

    def seal(self, text: str, *, place: str) -> bytes:
        """Encrypt for one place (`table:row:column`)."""
        return self.seal_bytes(text.encode(), place=place)

    def open(self, sealed: bytes, *, place: str) -> str:
        """Decrypt what was sealed for this place. Raises `Unreadable`."""
        try:
            return self.open_bytes(sealed, place=place).decode()
        except ValueError as problem:
            raise Unreadable(f"{place} does not open") from problem

    def seal_bytes(self, content: bytes, *, place: str) -> bytes:
        """Encrypt a file for one place."""
        nonce = os.urandom(NONCE_BYTES)
        box = AESGCM(self.keys[self.current]).encrypt(nonce, content, place.encode())
        return self.current.encode() + nonce + box

    def open_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """Decrypt a file that was sealed for this place. Raises `Unreadable`."""
        key = self.keys.get(self.key_id(sealed))
        if key is None:
            raise Unreadable(f"no key for {place}")
        nonce = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        try:
            return AESGCM(key).decrypt(nonce, sealed[KEY_ID_BYTES + NONCE_BYTES :], place.encode())
        except (InvalidTag, ValueError) as problem:
            raise Unreadable(f"{place} does not open") from problem

    @staticmethod
    def key_id(sealed: bytes) -> str:
        """The id of the key a field was sealed with."""
        return sealed[:KEY_ID_BYTES].decode("ascii", "replace")


class KeyFile:
    """The key file, read again when it changed: a server at work learns of a new key at once."""

    def __init__(self, path: Path):
        self.path = path
        self.seen = 0
        self.ring = Keyring({}, "")

    def read(self) -> Keyring:
        """The keys as the file has them now; none when there is no file yet."""
        try:
            changed = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            return self.ring
        if changed != self.seen:
            found = tomllib.loads(self.path.read_text())["field_keys"]
            keys = {name: base64.b64decode(value) for name, value in found.items() if name != "current"}
            self.ring, self.seen = Keyring(keys, found["current"]), changed
        return self.ring


def install(app: Flask, key_file: KeyFile) -> None:
    """Give the application its keys."""
    app.extensions["youthprog.keys"] = key_file


def keyring() -> Keyring:
    """The running application's keys."""
    keys: KeyFile = current_app.extensions["youthprog.keys"]
    return keys.read()


class Sealable:
    """A row with sealed columns. `SEALED` names them; the row needs its id before it can seal."""

    SEALED: ClassVar[tuple[str, ...]] = ()
    __tablename__: str
    id: object

    def place(self, column: str) -> str:
        """Where a field lives: the associated data of its seal."""
        if self.id is None:
            raise ValueError(f"flush {self.__tablename__} before sealing {column}")
        return f"{self.__tablename__}:{self.id}:{column}"

    def seal(self, column: str, text: str | None) -> None:
        """Write a sealed column; None empties it."""
        setattr(self, column, None if text is None else keyring().seal(text, place=self.place(column)))

    def unseal(self, column: str) -> str | None:
        """Read a sealed column. Raises `Unreadable` when it was moved or altered."""
        content = self.unseal_bytes(column)
        return None if content is None else content.decode()

    def seal_bytes(self, column: str, content: bytes) -> None:
        """Write a sealed column that holds a file."""
        setattr(self, column, keyring().seal_bytes(content, place=self.place(column)))

    def unseal_bytes(self, column: str) -> bytes | None:
        """Read a sealed column as it was written. Raises `Unreadable`."""
        sealed = getattr(self, column)
        return None if sealed is None else keyring().open_bytes(sealed, place=self.place(column))


def new_key_id() -> str:
    """A fresh field key id."""
    return code(KEY_ID_BYTES)


def new_key() -> str:
    """A fresh 256-bit key, base64."""
    return base64.b64encode(os.urandom(32)).decode()


def token() -> str:
    """A fresh secret for a link or a session: 192 bits, URL-safe."""
    return secrets.token_urlsafe(24)


def fingerprint(secret: str) -> str:
    """What is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def code(length: int = 8) -> str:
    """A random code for people, without letters that look alike."""
    return os.urandom(length).translate(LETTER_OF_BYTE).decode()

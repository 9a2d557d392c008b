"""Codes that people read aloud, and their QR pictures."""

import re
from io import BytesIO

import segno

from youthprog.core.crypto import CODE_LETTERS
from youthprog.core.crypto import code as random_letters

CODE_LENGTH = 8
GROUP = 4
NAVY = "#123f73"


def new_code() -> str:
    """A fresh document code: 8 characters without 0 O 1 I, about 40 bits."""
    return random_letters(CODE_LENGTH)


def grouped(code: str) -> str:
    """A code as it is printed: "R3WD-8HNC"."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(typed: str) -> str | None:
    """The code in what someone typed, or None: case, blanks and dashes do not matter."""
    code = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def qr_png(address: str, *, dark: str = NAVY) -> bytes:
    """A QR code of an address as a small PNG: level M, quiet zone of four modules; printed without smoothing."""
    picture = BytesIO()
    _symbol(address).save(picture, kind="png", scale=2, border=4, dark=dark, light="#ffffff")
    return picture.getvalue()


def qr_version(address: str) -> int:
    """How large the symbol gets; up to 4 a printed module stays wide enough for any phone."""
    return int(_symbol(address).version)


def _symbol(address: str) -> segno.QRCode:
    return segno.make(address, error="m", boost_error=False, micro=False)

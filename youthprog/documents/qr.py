"""QR pictures of addresses, for paper: the press alone draws them."""

from io import BytesIO

import segno

from youthprog.documents.codes import MATCH_PREFIX

NAVY = "#123f73"


def qr_png(address: str, *, dark: str = NAVY) -> bytes:
    """A QR code of an address as a small PNG: level M, quiet zone of four modules; printed without smoothing."""
    picture = BytesIO()
    _symbol(address).save(picture, kind="png", scale=2, border=4, dark=dark, light="#ffffff")
    return picture.getvalue()


def qr_version(address: str) -> int:
    """How large the symbol gets; up to 4 a printed module stays wide enough for any phone."""
    return int(_symbol(address).version)


def qr_modules(address: str) -> int:
    """How many modules the picture of an address is wide, with its quiet zone."""
    return int(_symbol(address).symbol_size(border=4)[0])


def _symbol(address: str) -> segno.QRCode:
    return segno.make(address, error="m", boost_error=False, micro=False)


def match_png(code: str) -> bytes:
    """The picture of a match code, for a scanner of ours: level Q, so that a folded or stained sheet still reads."""
    picture = BytesIO()
    symbol = segno.make(f"{MATCH_PREFIX}{code}", error="q", boost_error=False, micro=False)
    symbol.save(picture, kind="png", scale=10, border=4, dark="#16202b", light="#ffffff")
    return picture.getvalue()

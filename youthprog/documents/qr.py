"""QR pictures of addresses, for paper: the press alone draws them."""

from io import BytesIO

import segno

from youthprog.documents.codes import MATCH_PREFIX

NAVY = "#123f73"
LARGEST = 4  # version: 33 modules


def qr_png(address: str, *, dark: str = NAVY, may_weaken: bool = True) -> bytes:
    """A QR code of an address as a small PNG with its quiet zone; printed without smoothing.

    Where the picture may get larger with its address it need not be weakened: a card worn on a field keeps level M.
    """
    picture, symbol = BytesIO(), _symbol(address, may_weaken=may_weaken)
    symbol.save(picture, kind="png", scale=2, border=_quiet(symbol), dark=dark, light="#ffffff")
    return picture.getvalue()


def qr_version(address: str) -> int:
    """How large the symbol gets; up to 4 a printed module stays wide enough for any phone."""
    return int(_symbol(address).version)


def qr_modules(address: str, *, may_weaken: bool = True) -> int:
    """How many modules the picture of an address is wide, with its quiet zone."""
    symbol = _symbol(address, may_weaken=may_weaken)
    return int(symbol.symbol_size(border=_quiet(symbol))[0])


def _symbol(address: str, *, may_weaken: bool = True) -> segno.QRCode:
    """Level M; of an address too long for that, level L, before the modules get too small for a printer."""
    symbol = segno.make(address, error="m", boost_error=False, micro=False)
    if int(symbol.version) <= LARGEST or not may_weaken:
        return symbol
    return segno.make(address, error="l", boost_error=False, micro=False)


def _quiet(symbol: segno.QRCode) -> int:
    """Modules of blank around: four; two where the symbol is large, so that its modules stay as wide. Paper around the
    picture is blank anyway."""
    return 4 if int(symbol.version) < LARGEST else 2


def match_png(code: str) -> bytes:
    """The picture of a match code, for a scanner of ours: level Q, so that a folded or stained sheet still reads."""
    picture = BytesIO()
    symbol = segno.make(f"{MATCH_PREFIX}{code}", error="q", boost_error=False, micro=False)
    symbol.save(picture, kind="png", scale=10, border=4, dark="#16202b", light="#ffffff")
    return picture.getvalue()

"""Signed sheets as a scanner sends them: a page with a match code on it, or without.

While the quick press is in use, `png` and `pdf` say the same in a few bytes that only it reads.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tests.support import quick_press
from youthprog.documents.qr import match_png


def sheet(code: str | None, *, mark: int = 0) -> Image.Image:
    """A gray page, a little askew; `mark` tells pages apart."""
    page = Image.new("L", (850, 1100), 250)
    if code is not None:
        picture = Image.open(BytesIO(match_png(code))).convert("L").resize((140, 140))
        page.paste(picture, (680, 30))
    page.paste(20, (100, 900 + mark % 90, 160, 910 + mark % 90))
    return page.rotate(1.5, fillcolor=250)


def png(code: str | None, *, mark: int = 0) -> bytes:
    """One page as a PNG file."""
    if quick_press.is_in_use():
        return quick_press.quick_page(code, mark)
    file = BytesIO()
    sheet(code, mark=mark).save(file, "PNG")
    return file.getvalue()


def pdf(*codes: str | None, mode: str = "L") -> bytes:
    """A scanner's PDF, one picture a page."""
    if quick_press.is_in_use():
        return quick_press.SHEETS + quick_press.CUT.join(
            quick_press.quick_page(code, mark) for mark, code in enumerate(codes)
        )
    pages = [sheet(code, mark=number).convert(mode) for number, code in enumerate(codes)]
    file = BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=100)
    return file.getvalue()

"""QR codes as filled rectangles: one matrix for the page that is laid out and for the page that is stamped."""

import re
from functools import lru_cache
from math import isqrt
from typing import Any

import zxingcpp

from youthprog.documents.stamping.types import Squares

DARK = re.compile(rb"\0+")
WHOLE = re.compile(
    rb'<svg xmlns="http://www\.w3\.org/2000/svg" width="(\d+)" height="\1" viewBox="0 0 \1 \1">'
    rb'<path fill="(#[0-9a-f]{6})" d="((?:M\d+ \d+H\d+V\d+H\d+z)*)"/></svg>'
)
BOX = re.compile(rb"M(\d+) (\d+)H(\d+)V(\d+)H\d+z")
LARGEST = 33
"""Modules across a symbol of version 4. A longer text gets level L, and modules as wide, before it gets finer than printers draw."""
QUIET, LEAST_QUIET = 4, 2
"""Modules of white around the symbol (ISO/IEC 18004); around the largest fewer, for its modules to stay as wide."""


@lru_cache(maxsize=64)
def qr_squares(text: str) -> Squares:
    """The QR code of a text at level M, with its quiet zone, as horizontal runs of dark modules."""
    light, size = _modules(text, "M")
    if size > LARGEST:
        light, size = _modules(text, "L")
    quiet = QUIET if size < LARGEST else LEAST_QUIET
    boxes = []
    for row in range(size):
        for run in DARK.finditer(light, row * size, (row + 1) * size):
            start, end = run.span()
            boxes.append((start - row * size + quiet, row + quiet, end - start, 1))
    return Squares(tuple(boxes), size + 2 * quiet)


def _modules(text: str, level: str) -> tuple[bytes, int]:
    """Row by row a byte for each module, 0 where it is dark; and how many are in a row."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    picture: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    light = bytes(picture)
    return light, isqrt(len(light))


class SquaresSvg(bytes):
    """An SVG that remembers which rectangles it draws."""

    squares: Squares


def svg_of(squares: Squares, color: str) -> SquaresSvg:
    """The same picture for the page that is laid out: one path."""
    path = "".join(f"M{x} {y}H{x + width}V{y + height}H{x}z" for x, y, width, height in squares.boxes)
    across = squares.across
    svg = SquaresSvg(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{across}" viewBox="0 0 {across} {across}">'
        f'<path fill="{color}" d="{path}"/></svg>'.encode()
    )
    svg.squares = squares
    return svg


def squares_from(svg: bytes) -> Squares | None:
    """The picture `svg_of` wrote; None for any other."""
    if isinstance(svg, SquaresSvg):
        return svg.squares
    found = WHOLE.fullmatch(svg)
    if found is None:
        return None
    boxes = tuple(
        (int(x), int(y), int(right) - int(x), int(bottom) - int(y))
        for x, y, right, bottom in BOX.findall(found.group(3))
    )
    return Squares(boxes, int(found.group(1)))

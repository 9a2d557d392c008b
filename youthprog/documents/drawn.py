"""A drawn signature on paper: path data in whole numbers becomes a small picture. Pure.

Only `M` and `L` with whole numbers inside the pad pass; nothing that could be markup, an address or a huge page.
"""

import re

WIDTH, HEIGHT = 600, 200
"""The pad, in its own units."""
LONGEST = 8_000
"""So many letters of path data at most: a thinned drawing has a third of it."""
AROUND = 4
PEN = 2.6
_STROKE = r"M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})+"
_PATH = re.compile(rf"(?:{_STROKE})+", re.ASCII)
_PLACE = re.compile(r"(\d+) (\d+)", re.ASCII)


def is_drawing(path: str) -> bool:
    """Whether path data are those of a drawing within the pad."""
    if len(path) > LONGEST or not _PATH.fullmatch(path):
        return False
    return all(x <= WIDTH and y <= HEIGHT for x, y in _places(path))


def drawing_svg(path: str, *, color: str) -> bytes:
    """The picture of a drawing, cut to where the pen was. Raises `ValueError` for what is none."""
    if not is_drawing(path):
        raise ValueError("not a drawing")
    across, down = zip(*_places(path), strict=True)
    left, top = max(min(across) - AROUND, 0), max(min(down) - AROUND, 0)
    width, height = max(across) + AROUND - left, max(down) + AROUND - top
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" width="{width}" height="{height}">'
        f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{PEN}" stroke-linecap="round" stroke-linejoin="round"/>'
        "</svg>"
    ).encode("ascii")


def _places(path: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for x, y in _PLACE.findall(path)]

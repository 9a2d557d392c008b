"""A drawn signature: strokes as numbers in, path data of our own making out. Pure.

What a browser sends is never stored as it came: only whole numbers within the pad's size survive, and nothing that
could be markup, a script or an address.
"""

import re

PAD_WIDTH, PAD_HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 60, 3000
LONGEST = MOST_POINTS * 8
_POINT = re.compile(r"(\d{1,4}),(\d{1,4})", re.ASCII)


def path_of(strokes: str) -> str | None:
    """SVG path data of strokes like `10,20 11,22;30,40`; empty for none, None when it is not a drawing."""
    text = strokes.strip()
    if not text:
        return ""
    if len(text) > LONGEST:
        return None
    parts: list[str] = []
    count = 0
    for stroke in text.split(";"):
        points = [_POINT.fullmatch(each) for each in stroke.split(" ")]
        count += len(points)
        if len(parts) == MOST_STROKES or count > MOST_POINTS or not all(points):
            return None
        places = [(int(each.group(1)), int(each.group(2))) for each in points if each]
        if any(x > PAD_WIDTH or y > PAD_HEIGHT for x, y in places):
            return None
        (x, y), *rest = places
        parts.append(f"M{x} {y}" + "".join(f"L{a} {b}" for a, b in rest or [(x, y)]))
    return "".join(parts)

"""A drawn signature: strokes as numbers in, path data of our own making out. Pure.

What a browser sends is never stored as it came: only whole numbers within the pad's size survive, and nothing that
could be markup, a script or an address. The line is thinned to the points that give it its shape, so that a sealed
record with a drawing stays small whatever somebody scribbles.
"""

import re
from collections.abc import Sequence
from math import hypot

Stroke = list[tuple[int, int]]
PAD_WIDTH, PAD_HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 60, 3000
LONGEST = MOST_POINTS * 8
MOST_MEASURED, MOST_KEPT = 1200, 300
FINE = 0.8
"""A point less than this off the line, in units of the pad (a tenth of a millimeter on paper), changes no shape."""
_POINT = re.compile(r"(\d{1,4}),(\d{1,4})", re.ASCII)


def path_of(strokes: str) -> str | None:
    """SVG path data of strokes like `10,20 11,22;30,40`; empty for none, None when it is not a drawing."""
    text = strokes.strip()
    if not text:
        return ""
    if len(text) > LONGEST:
        return None
    strokes_read: list[Stroke] = []
    count = 0
    for stroke in text.split(";"):
        points = [_POINT.fullmatch(each) for each in stroke.split(" ")]
        count += len(points)
        if len(strokes_read) == MOST_STROKES or count > MOST_POINTS or not all(points):
            return None
        places = [(int(each.group(1)), int(each.group(2))) for each in points if each]
        if any(x > PAD_WIDTH or y > PAD_HEIGHT for x, y in places):
            return None
        strokes_read.append(places)
    return "".join(_written(stroke) for stroke in thinned(strokes_read))


def _written(stroke: Stroke) -> str:
    (x, y), *rest = stroke
    return f"M{x} {y}" + "".join(f"L{a} {b}" for a, b in rest or [(x, y)])


def thinned(strokes: Sequence[Stroke]) -> list[Stroke]:
    """The strokes by the points that give them their shape: both ends, and whatever is off the line, the most first."""
    every = -(-sum(map(len, strokes)) // MOST_MEASURED)
    coarse = [[*stroke[:-1:every], stroke[-1]] for stroke in strokes]
    weights = [_weights(stroke) for stroke in coarse]
    inner = sorted((weight for each in weights for weight in each[1:-1]), reverse=True)
    room = MOST_KEPT - 2 * len(strokes)
    least = max(FINE, inner[room]) if len(inner) > room else FINE
    return [
        [
            place
            for number, (place, weight) in enumerate(zip(stroke, each, strict=True))
            if weight > least or number in (0, len(stroke) - 1)
        ]
        for stroke, each in zip(coarse, weights, strict=True)
    ]


def _weights(stroke: Stroke) -> list[float]:
    """How far each point is off the line without it, never more than the point that parted the line before it."""
    weights = [0.0] * len(stroke)
    waiting = [(0, len(stroke) - 1, float("inf"))]
    while waiting:
        first, last, above = waiting.pop()
        if last - first < 2:
            continue
        (ax, ay), (bx, by) = stroke[first], stroke[last]
        dx, dy = bx - ax, by - ay
        length = hypot(dx, dy)
        off = [
            abs(dx * (ay - y) - dy * (ax - x)) / length if length else hypot(x - ax, y - ay)
            for x, y in stroke[first + 1 : last]
        ]
        most = max(off)
        middle = first + 1 + off.index(most)
        weights[middle] = min(above, most)
        waiting += [(first, middle, weights[middle]), (middle, last, weights[middle])]
    return weights

"""The engraved frame of a certificate: waves that follow a rounded border, and a rosette for the crest.

A certificate on its side has the whole of it; an upright one two hairlines and a wide, pale rosette.

Pure geometry, in millimetres. A curve is sampled with its exact slope and written as cubic Béziers, so that
few points make a smooth line.
"""

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin, tau

NAVY, GOLD, PAPER = "#123f73", "#f2b01e", "#fffefb"
THREAD = 0.25
"""So much white is in the main color, as a hair-thin line of the band shows it."""
PALE = 0.72
"""And in the rosette under the crest of an upright certificate: the crest stands out from it."""

STRANDS = 10
BEADS = 56
"""Swellings of the woven band around the border."""

Point = tuple[float, float]
Curve = Callable[[float], Point]


@lru_cache(maxsize=8)
def frame_svg(
    width: float, height: float, *, medallion_at: float = 29.5, main: str = NAVY, accent: str = GOLD
) -> bytes:
    """The whole artwork of a landscape page: double border, woven band, rosette at the top center."""
    center, thread = (width / 2, medallion_at), lighter(main, THREAD)
    band = [_stroke(_woven(width, height, turn), thread, 0.12, 10 * BEADS) for turn in range(STRANDS)]
    gold = [_stroke(_long_wave(width, height, turn), accent, 0.4, 6 * BEADS) for turn in range(2)]
    body = [
        _border(width, height, 9.0, 18.4, main, 0.45),
        _border(width, height, 18.1, 9.6, accent, 0.42),
        *band,
        *gold,
        f'<circle cx="{center[0]}" cy="{center[1]}" r="20.1" fill="{PAPER}"/>',
        *_rosette(center, main, accent),
    ]
    return _svg(width, height, body)


@lru_cache(maxsize=8)
def upright_svg(width: float, height: float, *, medallion_at: float, main: str = NAVY, accent: str = GOLD) -> bytes:
    """The artwork of an upright page: two hairlines around it, a wide pale rosette that leaves its middle free."""
    center = (width / 2, medallion_at)
    body = [
        _border(width, height, 12.0, 0, main, 0.42),
        _border(width, height, 13.5, 0, accent, 0.3),
        _stroke(_petals(center, 20.7, 7.3, turns=17, petals=60), lighter(main, PALE), 0.14, 60 * 9),
        _stroke(_petals(center, 18.4, 3.6, turns=13, petals=48), lighter(accent, 0.35), 0.16, 48 * 9),
    ]
    return _svg(width, height, body)


def lighter(color: str, white: float) -> str:
    """A color with so much white (0 to 1) in it."""
    parts = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in parts)


def _svg(width: float, height: float, body: list[str]) -> bytes:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
    )
    return (head + "".join(body) + "</svg>").encode()


def _border(width: float, height: float, inset: float, radius: float, color: str, weight: float) -> str:
    return (
        f'<rect x="{inset}" y="{inset}" width="{width - 2 * inset:.2f}" height="{height - 2 * inset:.2f}" '
        f'rx="{radius}" fill="none" stroke="{color}" stroke-width="{weight}"/>'
    )


# The band -----------------------------------------------------------------------------------------------------


def _rounded(width: float, height: float, inset: float, radius: float) -> tuple[Curve, Curve, float]:
    """A rounded rectangle by arc length: point, outward normal, and total length."""
    across, down, corner = width - 2 * (inset + radius), height - 2 * (inset + radius), pi / 2 * radius
    sides = [
        (across, (inset + radius, inset), (1.0, 0.0)),
        (down, (width - inset, inset + radius), (0.0, 1.0)),
        (across, (width - inset - radius, height - inset), (-1.0, 0.0)),
        (down, (inset, height - inset - radius), (0.0, -1.0)),
    ]
    length = 2 * (across + down) + 4 * corner

    def at(s: float) -> tuple[Point, Point]:
        s %= length
        for straight, (x, y), (dx, dy) in sides:
            if s < straight:
                return (x + dx * s, y + dy * s), (dy, -dx)
            s -= straight
            if s < corner:
                turn = s / radius
                end = (x + dx * straight, y + dy * straight)
                middle = (end[0] - dy * radius, end[1] + dx * radius)
                normal = (dy * cos(turn) + dx * sin(turn), -dx * cos(turn) + dy * sin(turn))
                return (middle[0] + normal[0] * radius, middle[1] + normal[1] * radius), normal
            s -= corner
        return sides[0][1], (0.0, -1.0)

    return (lambda s: at(s)[0]), (lambda s: at(s)[1]), length


def _along_border(width: float, height: float, offset: Callable[[float], float]) -> Curve:
    """A curve around the band's middle line; `offset` takes the way round (0 to 1) and returns mm outward."""
    point, normal, length = _rounded(width, height, 13.5, 14.0)

    def curve(t: float) -> Point:
        (x, y), (nx, ny), away = point(t * length), normal(t * length), offset(t % 1.0)
        return x + nx * away, y + ny * away

    return curve


def _woven(width: float, height: float, turn: int) -> Curve:
    """One strand of the net: a quick wave swelling and narrowing with the beads."""
    start = tau * turn / STRANDS

    def offset(t: float) -> float:
        swell = 1.95 + 1.05 * cos(tau * BEADS * t)
        return swell * sin(tau * BEADS * 2 * t + start)

    return _along_border(width, height, offset)


def _long_wave(width: float, height: float, turn: int) -> Curve:
    return _along_border(width, height, lambda t: 3.35 * sin(tau * BEADS / 2 * t + pi * turn))


# The rosette --------------------------------------------------------------------------------------------------


def _rosette(center: Point, main: str, accent: str) -> list[str]:
    """Two rolling chains of loops, gold over navy, around an empty field for the crest."""
    x, y = center
    circles = [
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="none" stroke="{color}" stroke-width="{weight}"/>'
        for r, color, weight in ((14.0, main, 0.3), (13.4, accent, 0.3))
    ]
    return [
        _stroke(_loops(center, 15.8, 1.75, 97), main, 0.14, 97 * 8),
        _stroke(_loops(center, 16.7, 2.6, 72), accent, 0.25, 72 * 8),
        *circles,
    ]


def _loops(center: Point, radius: float, size: float, count: int) -> Curve:
    """A rolling chain of small loops."""

    def curve(t: float) -> Point:
        around, roll = tau * t, tau * t * count
        x = radius * sin(around) + size * sin(around - roll)
        y = radius * cos(around) + size * cos(around - roll)
        return center[0] + x, center[1] - y

    return curve


def _petals(center: Point, radius: float, swing: float, *, turns: int, petals: int) -> Curve:
    """A closed wave that goes around many times, never on its own path; `turns` and `petals` share no divisor."""

    def curve(t: float) -> Point:
        around, away = tau * t * turns, radius + swing * sin(tau * t * petals)
        return center[0] + away * sin(around), center[1] - away * cos(around)

    return curve


# Writing curves -----------------------------------------------------------------------------------------------


def _stroke(curve: Curve, color: str, weight: float, pieces: int) -> str:
    return f'<path d="{_closed(curve, pieces)}" fill="none" stroke="{color}" stroke-width="{weight}"/>'


def _closed(curve: Curve, pieces: int) -> str:
    """A closed curve as relative cubic Béziers through `pieces` points, with slopes by central difference."""
    step, nudge = 1 / pieces, 1e-5
    points = [curve(i * step) for i in range(pieces)]
    slopes = [_slope(curve, i * step, nudge) for i in range(pieces)]
    third = step / 3
    x, y = round(points[0][0], 2), round(points[0][1], 2)
    written = [f"M{x:g} {y:g}"]
    for i in range(pieces):
        j = (i + 1) % pieces
        (px, py), (qx, qy), (ax, ay), (bx, by) = points[i], points[j], slopes[i], slopes[j]
        spots = ((px + ax * third, py + ay * third), (qx - bx * third, qy - by * third), (qx, qy))
        written.append("c" + " ".join(f"{round(u - x, 2):g} {round(v - y, 2):g}" for u, v in spots))
        x, y = round(x + round(qx - x, 2), 2), round(y + round(qy - y, 2), 2)
    return "".join(written) + "z"


def _slope(curve: Curve, t: float, nudge: float) -> Point:
    (ax, ay), (bx, by) = curve(t - nudge), curve(t + nudge)
    return (bx - ax) / (2 * nudge), (by - ay) / (2 * nudge)

"""A crest or signature somebody uploads, made harmless: drawn anew from what is known, never kept as it came.

An SVG is rebuilt from a closed list of shapes and attributes: no script, no text, no address, no entity, nothing that
refers outside itself. A PNG is decoded and written again, no larger than paper needs. Runs in the press child.
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import tinycss2

from youthprog.core.refusals import N_

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = frozenset(
    {"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "clipPath",
     "linearGradient", "radialGradient", "stop"}
)  # fmt: skip
GEOMETRY = frozenset(
    {"d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height", "points",
     "viewBox", "transform", "offset", "gradientUnits", "gradientTransform", "spreadMethod", "clipPathUnits", "id"}
)  # fmt: skip
LOOKS = frozenset(
    {"fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
     "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "opacity", "clip-path", "clip-rule", "stop-color",
     "stop-opacity", "color"}
)  # fmt: skip
WITHIN = re.compile(r"url\(\s*['\"]?#([\w.-]{1,60})['\"]?\s*\)")
PLAIN = re.compile(r"[\w\s.,;%#()+\-]*", re.ASCII)
DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*>", re.I)
LARGEST_SVG, LARGEST_PNG = 300_000, 4_000_000
MOST_SHAPES, DEEPEST = 4_000, 24
WIDEST = 1_600
"""A crest of 21 mm, or a signature of 70, at more than 500 dots an inch."""

TOO_LARGE = N_("This picture is too large: 300 kB for an SVG, 4 MB for a PNG.")
NO_PICTURE = N_("This is no SVG or PNG picture we can read.")
EMPTY = N_("Nothing of this SVG can be printed. Turn its text into outlines and save it as plain SVG.")


class BadPicture(Exception):
    """A file is not printed as a picture; the text is the sentence for whoever sent it."""


def harmless(content: bytes) -> tuple[bytes, str]:
    """The picture drawn anew, and its ending. Raises `BadPicture`."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(content), ".png"
    return _svg(content), ".svg"


def _png(content: bytes) -> bytes:
    from PIL import Image

    if len(content) > LARGEST_PNG:
        raise BadPicture(TOO_LARGE)
    try:
        with Image.open(BytesIO(content), formats=("PNG",)) as opened:
            if opened.width * opened.height > 40_000_000:
                raise BadPicture(TOO_LARGE)
            picture = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise BadPicture(NO_PICTURE) from problem
    picture.thumbnail((WIDEST, WIDEST))
    written = BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def _svg(content: bytes) -> bytes:
    if len(content) > LARGEST_SVG:
        raise BadPicture(TOO_LARGE)
    try:
        text = DOCTYPE.sub("", content.decode("utf-8-sig"))
        if re.search(r"<!(?!--|\[CDATA\[)", text):  # an entity, or a document type that declares some
            raise BadPicture(NO_PICTURE)
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError) as problem:
        raise BadPicture(NO_PICTURE) from problem
    if root.tag != f"{SVG}svg":
        raise BadPicture(NO_PICTURE)
    drawn = _drawn(root, _classes_of(root), [MOST_SHAPES], 0)
    if drawn is None or not any(each.tag == f"{SVG}path" or each.tag.endswith(("rect", "circle", "ellipse", "polygon", "polyline", "line")) for each in drawn.iter()):  # fmt: skip
        raise BadPicture(EMPTY)
    _framed(drawn)
    ElementTree.register_namespace("", SVG[1:-1])
    return ElementTree.tostring(drawn, encoding="utf-8")


def _drawn(
    element: ElementTree.Element, classes: Mapping[str, Mapping[str, str]], left: list[int], depth: int
) -> ElementTree.Element | None:
    """A shape with what is known of it and of its children; None for anything else."""
    name = element.tag.removeprefix(SVG) if isinstance(element.tag, str) else ""
    left[0] -= 1
    if name not in SHAPES or left[0] < 0 or depth > DEEPEST:
        return None
    drawn = ElementTree.Element(f"{SVG}{name}", dict(_attributes(element, classes)))
    for child in element:
        kept = _drawn(child, classes, left, depth + 1)
        if kept is not None:
            drawn.append(kept)
    return drawn


def _attributes(element: ElementTree.Element, classes: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    looks = {name: value for each in element.get("class", "").split() for name, value in classes.get(each, {}).items()}
    given = {**element.attrib, **looks, **_declared(tinycss2.parse_blocks_contents(element.get("style", "")))}
    for name, value in given.items():
        inside = WITHIN.fullmatch(value.strip())
        if inside and name in ("fill", "stroke", "clip-path"):
            yield name, f"url(#{inside[1]})"
        elif name in GEOMETRY | LOOKS and PLAIN.fullmatch(value) and "url" not in value.lower():
            yield name, value


def _classes_of(root: ElementTree.Element) -> dict[str, dict[str, str]]:
    """What drawing programs write into a style sheet: looks by class."""
    found: dict[str, dict[str, str]] = {}
    for style in root.iter(f"{SVG}style"):
        for rule in tinycss2.parse_stylesheet(style.text or "", skip_comments=True, skip_whitespace=True):
            if rule.type != "qualified-rule":
                continue
            for selector in tinycss2.serialize(rule.prelude).split(","):
                name = selector.strip().removeprefix(".")
                found.setdefault(name, {}).update(_declared(tinycss2.parse_blocks_contents(rule.content)))
    return found


def _declared(declarations: list[Any]) -> dict[str, str]:
    return {
        each.lower_name: tinycss2.serialize(each.value).strip()
        for each in declarations
        if each.type == "declaration" and each.lower_name in LOOKS
    }


def _framed(drawn: ElementTree.Element) -> None:
    """A view box, so that the picture fills its place; no size of its own."""
    if not re.fullmatch(r"\s*-?[\d.]+([\s,]+-?[\d.]+){3}\s*", drawn.get("viewBox", "")):
        sizes = [re.match(r"[\d.]+", drawn.get(side, "")) for side in ("width", "height")]
        if not all(sizes):
            raise BadPicture(NO_PICTURE)
        drawn.set("viewBox", f"0 0 {' '.join(size.group() for size in sizes if size)}")
    for side in ("width", "height"):
        drawn.attrib.pop(side, None)

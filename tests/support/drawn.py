"""What a page of a PDF shows, glyph by glyph and path by path, whatever operators draw it.

Two pages that show the same glyphs of the same outlines at the same places in the same colors, and the same paths, are the
same picture. The graphics state is followed as a viewer follows it (ISO 32000-1, 8.4).
"""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]
SILENT = {"/Div", "/Span", "/NonStruct", "/Sect", "/Document"}
COLORS = {"rg": "fill", "g": "fill", "k": "fill", "RG": "stroke", "G": "stroke", "K": "stroke", "w": "w"}
PAINTED = {"f", "f*", "F", "S", "s", "B", "B*", "b", "b*"}


@dataclass
class Face:
    """An embedded font as the page uses it."""

    name: str
    content: bytes
    widths: dict[int, float]
    spelled: dict[int, str]


@dataclass
class Glyph:
    """One glyph: what it says, its number and face, the left end of its base line in points, its size and color."""

    text: str
    number: int
    face: str
    x: float
    y: float
    size: float
    color: tuple[Any, ...]
    mark: int | None
    width: float


@dataclass
class Drawn:
    """A page: its glyphs, its paths and placed objects in the order of painting, and its faces."""

    glyphs: list[Glyph] = field(default_factory=list)
    paths: list[tuple[Any, ...]] = field(default_factory=list)
    faces: dict[str, Face] = field(default_factory=dict)

    def words(self) -> list[tuple[str, float, float, float]]:
        """The words with left end, right end and base line in points."""
        words: list[tuple[str, float, float, float]] = []
        fresh = True
        for before, glyph in zip([None, *self.glyphs], self.glyphs, strict=False):
            if glyph.text.strip(" \u00a0") == "" and glyph.text:
                fresh = True
                continue
            if (
                before is None
                or before.mark != glyph.mark
                or abs(before.y - glyph.y) > glyph.size / 2
                or abs(before.x + before.width - glyph.x) > glyph.size / 2
            ):
                fresh = True
            if fresh:
                words.append((glyph.text, glyph.x, glyph.x + glyph.width, glyph.y))
            else:
                text, left, _right, base = words[-1]
                words[-1] = (text + glyph.text, left, glyph.x + glyph.width, base)
            fresh = False
        return words


def times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _at(x: float, y: float, m: Matrix) -> tuple[float, float]:
    return x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]


def drawn(page: Any) -> Drawn:
    """What a page shows."""
    return _Viewer(page).look()


class _Viewer:
    def __init__(self, page: Any):
        self.page, self.result = page, Drawn()
        self.state: dict[str, Any] = {
            "ctm": (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
            "fill": (0,),
            "stroke": (0,),
            "gs": "",
            "w": 1.0,
        }
        self.stack: list[dict[str, Any]] = []
        self.marks: list[int | None] = []
        self.path: list[tuple[Any, ...]] = []
        self.text: Matrix = (1, 0, 0, 1, 0, 0)

    def look(self) -> Drawn:
        for operands, operator in pikepdf.parse_content_stream(self.page):
            getattr(self, f"_{NAMED.get(str(operator), 'other')}")(str(operator), operands)
        return self.result

    def _other(self, operator: str, operands: Any) -> None:
        if operator == "gs":
            self.state["gs"] = str(operands[0])
        elif operator in COLORS:
            self.state[COLORS[operator]] = tuple(map(float, operands))
        elif operator in ("W", "W*"):
            self.result.paths.append(("clip", operator, tuple(self.path)))
        elif operator in PAINTED:
            self.result.paths.append(
                (
                    operator,
                    self.state["fill"],
                    self.state["stroke"],
                    self.state["gs"],
                    self.state["w"],
                    tuple(self.path),
                )
            )
        if operator in PAINTED or operator == "n":
            self.path = []

    def _draw(self, operator: str, operands: Any) -> None:
        values = list(map(float, operands))
        if operator in ("m", "re") and self.path and self.path[-1][0] == "m":
            self.path.pop()
        if operator == "re":
            x, y, w, h = values
            corners = [_at(*corner, self.state["ctm"]) for corner in ((x, y), (x + w, y), (x + w, y + h), (x, y + h))]
            self.path += [("m", corners[0]), ("l", corners[1]), ("l", corners[2]), ("l", corners[3]), ("h",)]
        else:
            points = [_at(values[n], values[n + 1], self.state["ctm"]) for n in range(0, len(values), 2)]
            self.path.append((operator, *points))

    def _push(self, _operator: str, _operands: Any) -> None:
        self.stack.append(dict(self.state))

    def _pop(self, _operator: str, _operands: Any) -> None:
        self.state = self.stack.pop()

    def _turn(self, _operator: str, operands: Any) -> None:
        self.state["ctm"] = times(tuple(map(float, operands)), self.state["ctm"])  # type: ignore[arg-type]

    def _begin(self, _operator: str, operands: Any) -> None:
        mark = operands[1].get("/MCID") if len(operands) > 1 else None
        self.marks.append(int(mark) if mark is not None else None)

    def _end(self, _operator: str, _operands: Any) -> None:
        self.marks.pop()

    def _place(self, _operator: str, operands: Any) -> None:
        placed = self.page.Resources.XObject[str(operands[0])]
        self.result.paths.append(("Do", placed.read_raw_bytes(), self.state["ctm"]))

    def _begin_text(self, _operator: str, _operands: Any) -> None:
        self.text = (1, 0, 0, 1, 0, 0)

    def _set_text(self, _operator: str, operands: Any) -> None:
        self.text = tuple(map(float, operands))  # type: ignore[assignment]

    def _font(self, _operator: str, operands: Any) -> None:
        name = str(operands[0])
        self.state["font"], self.state["size"] = name, float(operands[1])
        if name not in self.result.faces:
            self.result.faces[name] = _face(self.page.Resources.Font[name])

    def _rise(self, _operator: str, operands: Any) -> None:
        self.state["rise"] = float(operands[0])

    def _show(self, _operator: str, operands: Any) -> None:
        face, size = self.result.faces[self.state["font"]], self.state["size"]
        mark = next((each for each in reversed(self.marks) if each is not None), None)
        for each in operands[0]:
            if isinstance(each, pikepdf.String):
                code = bytes(each)
                for n in range(0, len(code), 2):
                    number = int.from_bytes(code[n : n + 2], "big")
                    place = times((1, 0, 0, 1, 0, self.state.get("rise", 0.0)), times(self.text, self.state["ctm"]))
                    scale = abs(times(self.text, self.state["ctm"])[3])
                    width = face.widths[number] / 1000 * size
                    self.result.glyphs.append(
                        Glyph(
                            face.spelled.get(number, ""),
                            number,
                            face.name,
                            place[4],
                            place[5],
                            size * scale,
                            self.state["fill"],
                            mark,
                            width * scale,
                        )
                    )
                    self.text = times((1, 0, 0, 1, width, 0), self.text)
            else:
                self.text = times((1, 0, 0, 1, -float(each) / 1000 * size, 0), self.text)


NAMED = {
    "q": "push", "Q": "pop", "cm": "turn", "BDC": "begin", "BMC": "begin", "EMC": "end", "Do": "place",
    "m": "draw", "l": "draw", "c": "draw", "h": "draw", "re": "draw", "BT": "begin_text", "Tm": "set_text", "Tf": "font", "Ts": "rise", "TJ": "show",
}  # fmt: skip


def _face(font: Any) -> Face:
    descendant = font.DescendantFonts[0]
    widths: dict[int, float] = {}
    listed = list(descendant.W)
    for first, run in zip(listed[::2], listed[1::2], strict=True):
        widths |= {int(first) + n: float(width) for n, width in enumerate(run)}
    spelled = {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in re.findall(
            rb"<([0-9a-f]{4})> <([0-9a-f]*)>\n?", font.ToUnicode.read_bytes().split(b"endcodespacerange")[1]
        )
    }
    return Face(str(font.BaseFont), descendant.FontDescriptor.FontFile2.read_bytes(), widths, spelled)


def structure(content: bytes) -> list[tuple[str, str, str]]:
    """Role, text and alternative text of every element that says something, in reading order."""
    with pikepdf.open(BytesIO(content)) as pdf:
        said = {}
        for page in pdf.pages:
            texts: dict[int | None, str] = {}
            for glyph in drawn(page).glyphs:
                texts[glyph.mark] = texts.get(glyph.mark, "") + glyph.text
            said[page.objgen] = texts
        found: list[tuple[str, str, str]] = []
        _walk(pdf.Root.StructTreeRoot.K, None, said, found)
    return [
        (role, text.strip(), alternative) for role, text, alternative in found if role not in SILENT or text.strip()
    ]


def _walk(node: Any, page: Any, said: dict[Any, dict[int | None, str]], found: list[tuple[str, str, str]]) -> str:
    if isinstance(node, pikepdf.Array):
        return "".join(_walk(each, page, said, found) for each in node)
    if isinstance(node, int) or node._type_name == "integer":
        return said[page].get(int(node), "")
    page = node.Pg.objgen if "/Pg" in node else page
    role, place = str(node.S), len(found)
    text = _walk(node.K, page, said, found) if "/K" in node else ""
    if role in SILENT:
        return text
    found.insert(place, (role, text, str(node.get("/Alt", ""))))
    return ""


def structure_faults(content: bytes) -> list[str]:
    """What a validator of rules may miss: text without an owner, an owner that does not know its text, a bookmark to no page."""
    with pikepdf.open(BytesIO(content)) as pdf:
        root = pdf.Root.StructTreeRoot
        if "/ParentTree" not in root:
            return ["no parent tree"]
        listed = list(root.ParentTree.Nums)
        owners = dict(zip(map(int, listed[::2]), listed[1::2], strict=True))
        faults = []
        for page in pdf.pages:
            mine = list(owners.get(int(page.StructParents), []))
            marks = {glyph.mark for glyph in drawn(page).glyphs} - {None}
            for mark, owner in enumerate(mine):
                if owner.Pg.objgen != page.objgen or mark not in [
                    int(kid) for kid in owner.K if not isinstance(kid, pikepdf.Dictionary)
                ]:
                    faults.append(f"element of piece {mark} does not know it")
            faults += [f"piece {mark} belongs to nobody" for mark in marks if mark is not None and mark >= len(mine)]
        pages = {page.objgen for page in pdf.pages}
        faults += [
            "a bookmark leads nowhere"
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and "/Dest" in each and each.Dest[0].objgen not in pages
        ]
        return faults

"""XML from outside, read without trust. Pure.

No document type, hence no entities and nothing fetched; a limit on bytes, depth and elements. Every element keeps its
line, so that a fault can name its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_BYTES = 16 * 1024 * 1024
MOST_DEPTH = 40
MOST_ELEMENTS = 200_000


class XmlUnusable(Exception):
    """The file cannot be used; the text is one sentence, and `line` is 0 when it is about the whole file."""

    def __init__(self, sentence: str, line: int = 0):
        super().__init__(f"line {line}: {sentence}" if line else sentence)
        self.line = line


@dataclass(slots=True)
class Element:
    """One element: its name, attributes, text and children, and the line where it begins."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """This element and everything below it, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()

    def first(self, name: str) -> "Element | None":
        """The first element of that name below, or None."""
        return next((each for each in self.walk() if each.name == name), None)

    def every(self, name: str) -> list["Element"]:
        """All elements of that name below."""
        return [each for each in self.walk() if each.name == name]


def read_xml(content: bytes) -> Element:
    """The root element of a file. Raises `XmlUnusable` naming the line."""
    if len(content) > MOST_BYTES:
        raise XmlUnusable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
    if not content.strip():
        raise XmlUnusable("The file is empty.")
    return _Reader().read(content)


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.say
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.buffer_text = True
        self.open: list[Element] = []
        self.root: Element | None = None
        self.count = 0

    def read(self, content: bytes) -> Element:
        try:
            self.parser.Parse(content, True)
        except expat.ExpatError as problem:
            raise XmlUnusable(
                f"This is no well-formed XML ({expat.ErrorString(problem.code)}).", problem.lineno
            ) from None
        except (LookupError, ValueError):
            raise XmlUnusable("The encoding that the file names is not known.", 1) from None
        assert self.root is not None
        return self.root

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.count += 1
        if len(self.open) >= MOST_DEPTH or self.count > MOST_ELEMENTS:
            raise XmlUnusable("There are more elements than any season has.", line)
        element = Element(name, attributes, line)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _name: str) -> None:
        self.open.pop()

    def say(self, text: str) -> None:
        self.open[-1].text += text

    def doctype(self, *_declared: object) -> None:
        raise XmlUnusable("A document type is declared, which is not accepted.", self.parser.CurrentLineNumber)

"""Many PDF files become one, tags and all: `python -m youthprog.documents.joining`, a process beside the worker.

Pages are copied with what they use; what is alike in several files (artwork, faces) is kept once. The structure trees
become branches of one tree, and the numbers by which pages find their elements are counted on from file to file. Seals
are left out: they hold for the single files. pyHanko, which reads our own files here, is never in the worker itself.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from youthprog.core.beside import serve

DEEP = 20_000  # how far one object may lead into the next
FROM_FIRST = ("/Metadata", "/Lang", "/MarkInfo", "/ViewerPreferences")
OF_THE_TREE = ("/RoleMap", "/ClassMap", "/Namespaces")
PLACED = ("/Parent", "/P", "/StructParent", "/StructParents", "/K", "/Kids")  # only what is somewhere has one of these
NUMBERED = ("/StructParent", "/StructParents")
Say = Callable[[Any], None]


def join(contents: Iterable[bytes]) -> bytes:
    """One file with the pages of all, in their order. Its title and language are those of the first."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))
    joined = Joined()
    for content in contents:
        joined.add(content)
    return joined.written()


class Joined:
    """A file under way."""

    def __init__(self) -> None:
        from pyhanko.pdf_utils import generic, writer

        self.pdf = generic
        self.out = writer.PdfFileWriter(stream_xrefs=True)
        self.out._update_meta = lambda: None  # type: ignore[method-assign]  # it would rewrite what the first file says of itself
        self.alike: dict[bytes, Any] = {}
        self.pages: list[Any] = []
        self.branches: list[Any] = []
        self.numbers: list[Any] = []
        self.next_number = 0
        self.head: dict[str, Any] = {}
        self.tree_head: dict[str, Any] = {}
        self.tree = self.out.allocate_placeholder()
        self.inside: Any = None

    def add(self, content: bytes) -> None:
        """Take the pages and tags of one file."""
        from pyhanko.pdf_utils.reader import PdfFileReader

        root = PdfFileReader(BytesIO(content)).root
        copy = Copy(self)
        if "/StructTreeRoot" in root:
            copy.meant[_key(root.raw_get("/StructTreeRoot"))] = self.tree
        self.inside = self.out.prepare_object_stream()
        self.pages += [copy.of(page) for page in _leaves(root.raw_get("/Pages"))]
        if "/StructTreeRoot" in root:
            self._add_tree(root["/StructTreeRoot"], copy)
        if not self.head:
            self.head = {name: copy.of(root.raw_get(name)) for name in FROM_FIRST if name in root}

    def _add_tree(self, tree: Any, copy: "Copy") -> None:
        top = tree["/K"]
        for branch in [tree.raw_get("/K")] if isinstance(top, dict) else [*_raw_items(top)]:
            self.branches.append(copy.of(branch))
        highest = -1
        for number, elements in _numbers(tree["/ParentTree"]):
            highest = max(highest, number)
            self.numbers += [self.pdf.NumberObject(number + self.next_number), copy.of(elements)]
        self.next_number += highest + 1
        if not self.tree_head:
            self.tree_head = {name: copy.of(tree.raw_get(name)) for name in OF_THE_TREE if name in tree}

    def written(self) -> bytes:
        """The whole file."""
        pdf, out = self.pdf, self.out
        pages = out.root["/Pages"]
        pages["/Kids"] = pdf.ArrayObject(self.pages)
        pages["/Count"] = pdf.NumberObject(len(self.pages))
        for name, value in self.head.items():
            out.root[name] = value
        if self.branches:
            numbers = out.add_object(pdf.DictionaryObject({"/Nums": pdf.ArrayObject(self.numbers)}))
            tree = {"/Type": pdf.NameObject("/StructTreeRoot"), "/K": pdf.ArrayObject(self.branches)}
            tree |= {"/ParentTree": numbers, "/ParentTreeNextKey": pdf.NumberObject(self.next_number)}
            out.add_object(pdf.DictionaryObject(tree | self.tree_head), idnum=self.tree.idnum)
            out.root["/StructTreeRoot"] = self.tree
        whole = BytesIO()
        out.write(whole)
        return whole.getvalue()


class Copy:
    """Copies objects of one file into the file under way, each once."""

    def __init__(self, joined: Joined):
        self.joined, self.pdf = joined, joined.pdf
        self.meant: dict[tuple[int, int], Any] = {}

    def of(self, value: Any) -> Any:
        """The copy of a value; of a reference, a reference to the copy."""
        if isinstance(value, self.pdf.IndirectObject):
            known = self.meant.get(_key(value))
            return known if known is not None else self._referred(value)
        if isinstance(value, self.pdf.StreamObject):
            entries = self._entries(value, but="/Resources")
            if "/Resources" in value:
                entries["/Resources"] = self._used(value["/Resources"], value.data)
            return self.pdf.StreamObject(entries, encoded_data=value.encoded_data)
        if isinstance(value, dict):
            return self.pdf.DictionaryObject(self._entries(value))
        if isinstance(value, list):
            return self.pdf.ArrayObject(self.of(each) for each in _raw_items(value))
        return value

    def _referred(self, reference: Any) -> Any:
        """Copy what a reference leads to. What is used without being somewhere (artwork, faces) is looked for among what is there."""
        value, out, key = reference.get_object(), self.joined.out, _key(reference)
        is_stream = isinstance(value, self.pdf.StreamObject)
        if not is_stream and (not isinstance(value, dict) or any(name in value for name in PLACED)):
            somewhere = self.meant[key] = out.allocate_placeholder()
            out.add_object(self.of(value), idnum=somewhere.idnum, obj_stream=self.joined.inside)
            return somewhere
        made = self.of(value)
        digest = _digest(made, is_stream=is_stream)
        place: Any = self.joined.alike.get(digest)
        if place is None:
            place = out.add_object(made, obj_stream=None if is_stream else self.joined.inside)
            self.joined.alike[digest] = place
        self.meant[key] = place
        return place

    def _used(self, resources: Any, content: bytes) -> Any:
        """The resources that a drawing names: one that is offered all faces of its file would be like no other file's."""
        used = self.pdf.DictionaryObject()
        for kind in resources:
            offered: Any = resources[kind]
            if isinstance(offered, self.pdf.DictionaryObject):
                names = [name for name in offered if str(name).encode() in content]
                used[kind] = self.pdf.DictionaryObject({name: self.of(offered.raw_get(name)) for name in names})
            else:
                used[kind] = self.of(resources.raw_get(kind))
        return used

    def _entries(self, value: Any, but: str = "") -> dict[str, Any]:
        found = {}
        for name in value:
            if name == but:
                continue
            raw = value.raw_get(name)
            if name in NUMBERED:
                raw = self.pdf.NumberObject(int(raw) + self.joined.next_number)
            elif name == "/Annots":
                raw = self.pdf.ArrayObject(each for each in _raw_items(value[name]) if not _is_widget(each))
            elif name == "/Parent" and value.get("/Type") == "/Page":
                found[name] = self.joined.out.root.raw_get("/Pages")
                continue
            found[name] = self.of(raw)
        return found


def _key(reference: Any) -> tuple[int, int]:
    return reference.idnum, reference.generation


def _raw_items(values: Any) -> Iterator[Any]:
    return (values.raw_get(place) for place in range(len(values)))


def _is_widget(reference: Any) -> bool:
    return bool(reference.get_object().get("/Subtype") == "/Widget")


def _digest(made: Any, *, is_stream: bool) -> bytes:
    """What two copies have in common that are the same: entries, references as numbers in the new file, data."""
    about = repr(sorted((str(name), repr(made.raw_get(name))) for name in made)).encode()
    return hashlib.sha256(about + (made.encoded_data if is_stream else b"")).digest()


def _leaves(reference: Any) -> Iterator[Any]:
    """References to the pages below a node of the page tree, in order."""
    node = reference.get_object()
    if node["/Type"] == "/Page":
        yield reference
    else:
        for each in _raw_items(node["/Kids"]):
            yield from _leaves(each)


def _numbers(node: Any) -> Iterator[tuple[int, Any]]:
    """What a number tree holds."""
    if "/Nums" in node:
        values = list(_raw_items(node["/Nums"]))
        yield from ((int(number), value) for number, value in zip(values[::2], values[1::2], strict=True))
    for each in node.get("/Kids", ()):
        yield from _numbers(each.get_object())


def work(task: tuple[list[Path | bytes], Path], tell: Say, _stopped: Callable[[], bool]) -> None:
    """Join files, each a path or its bytes, into a new file that its owner alone can read; tells how many bytes it has."""
    files, target = task
    content = join(each if isinstance(each, bytes) else each.read_bytes() for each in files)
    target.touch(mode=0o600)
    target.write_bytes(content)
    tell(len(content))


if __name__ == "__main__":
    sys.exit(serve(work))

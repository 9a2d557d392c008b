"""Every sentence shown has its Spanish, with the same places in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SPANISH = ROOT / "youthprog" / "translations" / "es"
PLACE = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def said() -> dict[str, str]:
    """Every msgid of code and templates, with where it stands."""
    found: dict[str, str] = {}
    options = {"**.html": {"extensions": "jinja2.ext.do"}, "**.txt": {"extensions": "jinja2.ext.do"}}
    methods = [("**.html", "jinja2"), ("**.txt", "jinja2")]
    for name, line, message, _comments, _context in extract_from_dir(ROOT / "templates", methods, options, KEYWORDS):
        for each in message if isinstance(message, tuple) else (message,):
            if each:
                found.setdefault(each, f"templates/{name}:{line}")
    for path in sorted((ROOT / "youthprog").rglob("*.py")):
        for each, line in said_in_code(path.read_text(encoding="utf-8")):
            found.setdefault(each, f"{path.relative_to(ROOT)}:{line}")
    return found


def said_in_code(source: str) -> Iterator[tuple[str, int]]:
    """What Babel finds in Python, read by Python's own parser in a tenth of the time."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in KEYWORDS:
            for given in node.args[: 2 if name == "ngettext" else 1]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value:
                    yield given.value, node.lineno


def translated() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(SPANISH.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="es"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                for each, string in zip(ids, strings, strict=False):
                    if each and string and not message.fuzzy:
                        found[each] = string
    return found


def test_every_sentence_has_its_spanish():
    have = translated()
    missing = [f"{where}: {message!r}" for message, where in said().items() if message not in have]
    assert not missing, f"{len(missing)} sentences without Spanish:\n" + "\n".join(missing)


def test_places_are_the_same():
    wrong = [
        f"{message!r} -> {string!r}"
        for message, string in translated().items()
        if set(PLACE.findall(message)) != set(PLACE.findall(string))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", sorted(SPANISH.glob("*.po")), ids=lambda path: path.name)
def test_no_exclamation_marks(path):
    with path.open("rb") as file:
        loud = [m.id for m in read_po(file) if m.id and ("!" in str(m.string) or "!" in str(m.id))]
    assert not loud

"""Templates: all compile, all are used, none is unsafe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*")
    if path.suffix in (".html", ".txt", ".css", ".svg")
)
PYTHON = "\n".join(path.read_text() for path in (ROOT / "youthprog").rglob("*.py"))
# `|safe` is allowed where the value is markup we made ourselves; each with its reason.
SAFE_ALLOWED: dict[str, str] = {}


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name):
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
    )
    environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))


def test_every_template_is_used():
    everything = PYTHON + "\n".join((TEMPLATES / name).read_text() for name in NAMES)
    unused = []
    for name in NAMES:
        folder = name.rsplit("/", 1)[0]
        mentioned = f'"{name}"' in everything or f"'{name}'" in everything
        a_letter = "/mail/" in f"{folder}/" and f"{folder}" in everything  # rooms name the folder of a letter
        an_error = name.startswith("web/errors/")
        a_paper = name.startswith("documents/") and name.split("/")[-1].split(".")[0] in everything
        if not (mentioned or a_letter or an_error or a_paper):
            unused.append(name)
    assert not unused, unused


def test_nothing_is_marked_safe():
    found = [
        name for name in NAMES if re.search(r"\|\s*safe\b", (TEMPLATES / name).read_text()) and name not in SAFE_ALLOWED
    ]
    assert not found, found


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name.endswith(".html") and not name.startswith("documents/") and "/mail/" not in name],
)
def test_no_inline_style_or_handler(name):
    text = (TEMPLATES / name).read_text()
    assert not re.search(r"\sstyle=", text), "an inline style"
    assert not re.search(r"\son(click|change|input|submit|load|focus|blur|key\w+|mouse\w+)=", text), "an inline handler"
    assert "javascript:" not in text


def test_templates_never_compare_roles():
    found = [name for name in NAMES if re.search(r"actor\.roles|role\s*==", (TEMPLATES / name).read_text())]
    assert not found, found

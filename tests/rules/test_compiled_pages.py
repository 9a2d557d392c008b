"""Compiled pages are used while they are of today's templates, and the program writes none."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from youthprog.web import compiled


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    (tmp_path / "templates/documents").mkdir(parents=True)
    (tmp_path / "templates/hello.html").write_text("Hello {{ name }}")
    (tmp_path / "templates/documents/sheet.html").write_text("{{ 'x'|only_sheets_know }}")
    return _application(tmp_path)


def _application(folder: Path) -> Flask:
    app = Flask("hello", template_folder=str(folder / "templates"))
    compiled.install(app)
    return app


def _says(app: Flask) -> str:
    return app.jinja_env.get_template("hello.html").render(name="Imani")


def test_pages_are_compiled_once_and_sheets_are_not(app, tmp_path, monkeypatch):
    assert compiled.compile_pages(app) == 1
    later = _application(tmp_path)
    monkeypatch.setattr(later.jinja_env, "compile", _nothing_is_compiled)
    assert _says(later) == "Hello Imani"


def _nothing_is_compiled(*_args: object, **_kwargs: object) -> None:
    raise AssertionError("compiled again")


def test_a_page_changed_since_is_shown_as_it_is_now(app, tmp_path):
    compiled.compile_pages(app)
    (tmp_path / "templates/hello.html").write_text("Welcome {{ name }}")
    assert _says(_application(tmp_path)) == "Welcome Imani"


def test_the_program_writes_no_compiled_page(app):
    assert _says(app) == "Hello Imani"
    assert not compiled.folder_of(app).exists()


def test_compiling_again_leaves_nothing_of_before(app, tmp_path):
    compiled.compile_pages(app)
    (tmp_path / "templates/hello.html").rename(tmp_path / "templates/welcome.html")
    assert compiled.compile_pages(_application(tmp_path)) == 1
    assert len(list(compiled.folder_of(app).iterdir())) == 1

"""A second start leaves out what is done: a glance at the database decides, without loading the application."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.support.houses import House, bare_house
from tests.support.skipping import skip_unless_ci
from youthprog import config
from youthprog.access.types import Role
from youthprog.core import db
from youthprog.documents.seal import make_seal_keys
from youthprog.operations import glance, serve, setup
from youthprog.web import migrations

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"flask", "sqlalchemy", "weasyprint", "pyhanko", "cryptography", "jinja2", "granian", "phonenumbers", "wtforms"}


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path, monkeypatch):
    """An installation without tables, and a program of one file."""
    program = tmp_path / "program"
    program.mkdir()
    (program / "first.py").write_text("one = 1\n")
    monkeypatch.setattr(glance, "PROGRAM", program)
    with bare_house(request.param, tmp_path / "instance") as built:
        if built.app is None:
            skip_unless_ci(built.reason)
        yield built


def settings_of(house: House) -> config.Settings:
    return house.app.config["YOUTHPROG"]


def set_up(house: House) -> config.Settings:
    """As `youthprog init` leaves it."""
    settings = settings_of(house)
    make_seal_keys(settings.instance, department=settings.department)
    settings.documents.mkdir(exist_ok=True)
    setup.migrate(house.app)
    glance.leave_mark(settings, str(migrations.head()))
    return settings


def test_an_installation_without_tables_has_nothing(house):
    assert glance.look(settings_of(house)) == glance.Seen()


def test_what_is_there_is_seen(house):
    settings = set_up(house)
    assert glance.look(settings) == glance.Seen(is_set_up=True)
    with house.app.app_context():
        make_account(Role.ADMIN, is_demo=False)
        shown = make_account(Role.COACH).email
        db.session().commit()
    assert glance.look(settings) == glance.Seen(True, True, frozenset({shown}))


def test_another_program_sets_up_again(house):
    settings = set_up(house)
    (glance.PROGRAM / "first.py").write_text("one = 1.0\n")
    assert not glance.look(settings).is_set_up


@pytest.mark.parametrize("gone", ["keys.toml", "seal.pem", glance.MARK])
def test_a_missing_file_is_set_up_again(house, gone):
    settings = set_up(house)
    (settings.instance / gone).unlink()
    assert not glance.look(settings).is_set_up


def test_an_older_database_is_set_up_again(house):
    settings = set_up(house)
    with house.app.app_context():
        db.session().execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        db.session().commit()
    assert not glance.look(settings).is_set_up


@pytest.mark.parametrize(
    ("seen", "commands"),
    [
        (glance.Seen(), ["init", "demo"]),
        (glance.Seen(is_set_up=True), ["demo"]),
        (glance.Seen(has_people=True), ["init"]),
        (glance.Seen(is_set_up=True, has_people=True), []),
    ],
)
def test_only_what_is_missing_is_run(monkeypatch, seen, commands):
    run: list[str] = []

    def note(command, **_options):
        run.append(command[3])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(glance, "look", lambda _settings: seen)
    monkeypatch.setattr(serve.subprocess, "run", note)
    assert serve.prepare(config.read({})) == 0
    assert run == commands


def test_a_failure_ends_the_start(monkeypatch):
    monkeypatch.setattr(glance, "look", lambda _settings: glance.Seen())
    monkeypatch.setattr(serve.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 3))
    assert serve.prepare(config.read({})) == 3


def test_the_second_start_loads_no_application(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("YOUTHPROG_")}
    environment |= {"YOUTHPROG_INSTANCE": str(tmp_path / "instance"), "PYTHONPATH": str(ROOT)}

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout

    python("-m", "youthprog.cli", "init")
    script = (
        "import sys; from youthprog import config; from youthprog.operations import glance, serve; "
        "print(glance.look(config.read()).is_set_up, *sys.modules)"
    )
    is_set_up, *modules = python("-c", script).split()
    assert is_set_up == "True"
    assert HEAVY & set(modules) == set()
    python("-m", "youthprog.cli", "init")
    assert python("-c", script).split()[0] == "True", "setting up again changes nothing"

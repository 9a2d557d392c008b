"""What a newcomer, a container and continuous integration start from names only things that exist."""

import importlib
import io
import os
import re
import shlex
import subprocess
import tomllib
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import fields
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from youthprog.cli import main
from youthprog.config import Settings

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
TARGETS = {"help", "run", "test", "check", "bench", "prove", "lock"}
CONTRACT_COMMANDS = {
    "init",
    "demo",
    "serve",
    "worker",
    "import",
    "roster",
    "verify",
    "audit",
    "backup",
    "restore",
    "check",
}


# --- lock files ------------------------------------------------------------------------------------------------------


def locked(lock: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each locked requirement with its hashes, by canonical name."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    entries: dict[str, tuple[Requirement, list[str]]] = {}
    for line in filter(str.strip, text.splitlines()):
        wanted, *hashes = re.split(r"\s+--hash=", line.strip())
        requirement = Requirement(wanted)
        entries[canonicalize_name(requirement.name)] = (requirement, hashes)
    return entries


def version_of(requirement: Requirement) -> Version:
    (pin,) = requirement.specifier
    assert pin.operator == "==", f"{requirement} is not one version"
    return Version(pin.version)


def wanted_by(lock: str) -> list[Requirement]:
    """What pyproject.toml asks of a lock file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["postgres"]
    if lock == "requirements-dev.lock":
        wanted += project["dependency-groups"]["dev"]
    return [Requirement(line) for line in wanted]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_library_is_one_version_with_hashes(lock: str) -> None:
    for requirement, hashes in locked(lock).values():
        assert version_of(requirement)
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_what_the_project_asks(lock: str) -> None:
    entries = locked(lock)
    for wanted in wanted_by(lock):
        name = canonicalize_name(wanted.name)
        assert name in entries, f"{wanted} is not in {lock}: run `make lock`"
        assert wanted.specifier.contains(version_of(entries[name][0])), f"{wanted} against {entries[name][0]}"


def test_the_development_lock_contains_the_other() -> None:
    running, developing = (locked(lock) for lock in LOCKS)
    assert {name: entry for name, entry in developing.items() if name in running} == running


def test_the_environment_holds_what_the_lock_names() -> None:
    environment = dict(default_environment())
    for name, (requirement, _) in locked("requirements-dev.lock").items():
        if requirement.marker is None or requirement.marker.evaluate(environment):
            assert Version(metadata.version(name)) == version_of(requirement)


# --- no foreign addresses --------------------------------------------------------------------------------------------

INDEX = re.compile(
    r"(?:pypi|pythonhosted|anaconda|jfrog|artifactory|devpi|registry\.npmjs|npmmirror)(?:[a-z0-9-]*\.)+[a-z]{2,}"
)
INDEX_OPTION = re.compile(r"^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)\b", re.MULTILINE)


@cache
def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("the source is not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_package_index() -> None:
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found = INDEX.search(text)
        assert found is None, f"{path.relative_to(ROOT)} names {found.group(0) if found else ''}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_leaves_the_index_to_the_machine(lock: str) -> None:
    assert INDEX_OPTION.search((ROOT / lock).read_text(encoding="utf-8")) is None


def test_the_instance_folder_keeps_its_data_to_itself() -> None:
    tracked = {path.relative_to(ROOT).as_posix() for path in tracked_files()}
    assert {name for name in tracked if name.startswith("instance/")} <= {"instance/README.md"}


# --- make and continuous integration ---------------------------------------------------------------------------------


@cache
def make_targets() -> dict[str, list[str]]:
    """The Makefile's targets with the lines of their recipes."""
    targets: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines():
        head = re.match(r"([a-z][a-z-]*):(?!=)", line)
        if head:
            name = head.group(1)
            targets[name] = []
        elif line.startswith("\t"):
            targets[name].append(line.strip().lstrip("@"))
    return targets


def test_make_has_the_stable_targets() -> None:
    assert set(make_targets()) >= TARGETS


def test_make_help_names_every_stable_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in TARGETS:
        assert re.search(rf"^  make {target}\s+\S", shown, re.MULTILINE), f"`make help` does not explain {target}"


def test_the_modules_and_scripts_make_starts_exist() -> None:
    recipes = "\n".join(line for lines in make_targets().values() for line in lines)
    for script in re.findall(r"\btools/\S+\.py", recipes):
        assert (ROOT / script).is_file(), script
    for module in re.findall(r"-m (tests\.\S+)", recipes):
        folder = ROOT / module.replace(".", "/")
        assert folder.with_suffix(".py").is_file() or (folder / "__main__.py").is_file(), module


def test_continuous_integration_runs_the_suite_and_skips_nothing() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in lines
    assert "export CI=true" in lines
    assert lines[-1] == "make test", "pytest's last line must be the last line of all"


# --- the image and the services --------------------------------------------------------------------------------------


@cache
def image() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1].strip()) for line in text.splitlines() if line.strip()]


@cache
def services() -> dict[str, dict]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def copied_sources() -> list[str]:
    arguments = [value for name, value in image() if name == "COPY"]
    return [part for value in arguments for part in value.split()[:-1] if not part.startswith("--")]


def test_what_the_image_copies_exists() -> None:
    assert copied_sources()
    for source in copied_sources():
        assert (ROOT / source).exists(), source


def test_what_the_image_copies_is_sent_to_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied_sources()) == sent


def test_the_image_is_of_a_supported_python_and_checks_hashes() -> None:
    instructions = dict(image())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.fullmatch(r"python:(3\.\d+)-slim", instructions["FROM"])
    assert version
    assert Requirement(f"python{project['requires-python']}").specifier.contains(version.group(1))
    assert any(name == "RUN" and "pip install" in value and "--require-hashes" in value for name, value in image())


def test_whoever_installs_a_lock_resolves_nothing() -> None:
    """A resolver would look at releases newer than the lock and stop for want of their hashes."""
    bootstrap = (ROOT / "tools" / "bootstrap.py").read_text(encoding="utf-8")
    assert '"--no-deps", "--require-hashes"' in bootstrap
    assert any(name == "RUN" and "--no-deps --require-hashes" in value for name, value in image())


def test_no_two_libraries_write_the_same_file_unless_one_pip_installs_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    bootstrap = importlib.import_module("bootstrap")
    owners = defaultdict(set)
    for library in metadata.distributions():
        name = library.name
        for line in (library.read_text("RECORD") or "").splitlines():
            owners[line.rsplit(",", 2)[0]].add(name)
    assert owners
    assert {name for names in owners.values() if len(names) > 1 for name in names} <= bootstrap.TWINS
    made = bootstrap.shares([f"{name}==1" for name in ("a", *sorted(bootstrap.TWINS), "b", "c")], 3)
    assert sorted(len(part) for part in made) == [1, 1, 3]
    assert {f"{name}==1" for name in bootstrap.TWINS} <= set(made[0])


def test_the_image_does_not_run_as_root() -> None:
    users = [value for name, value in image() if name == "USER"]
    assert users == ["youthprog"]
    assert any("--uid 10001" in value for name, value in image() if name == "RUN")


def test_the_image_installs_the_native_libraries_the_set_up_installs() -> None:
    native = (ROOT / "tools" / "native.py").read_text(encoding="utf-8")
    packages = re.search(r"PANGO_PACKAGES = \[(.*)\]", native)
    assert packages
    for package in re.findall(r'"(\S+?)"', packages.group(1)):
        assert any(package in value for name, value in image() if name == "RUN"), package


def test_the_services_are_web_worker_and_a_database_that_says_when_it_is_ready() -> None:
    assert {"web", "worker", "database", "setup"} == set(services())
    assert services()["database"]["image"].startswith("postgres:")
    assert "pg_isready" in services()["database"]["healthcheck"]["test"]
    assert services()["setup"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        assert services()[name]["depends_on"]["setup"]["condition"] == "service_completed_successfully"


def test_the_worker_is_stopped_so_that_it_finishes_its_task() -> None:
    assert services()["worker"]["stop_signal"] == "SIGINT"


def test_volumes_the_services_mount_are_declared() -> None:
    declared = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["volumes"]
    mounted = {volume.split(":")[0] for service in services().values() for volume in service.get("volumes", [])}
    assert mounted == set(declared)


def test_the_settings_the_services_set_are_settings() -> None:
    known = {f"YOUTHPROG_{field.name.upper()}" for field in fields(Settings)}
    of_services = {name for service in services().values() for name in service.get("environment", {})}
    of_image = set(re.findall(r"YOUTHPROG_[A-Z_]+", " ".join(value for name, value in image() if name == "ENV")))
    assert {name for name in of_services | of_image if name.startswith("YOUTHPROG_")} <= known


def test_the_settings_of_the_operators_guide_are_settings() -> None:
    table = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8").split("| name | default |")[1].split("\n\n")[0]
    named = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1] if "|" in row else "")
    }
    assert named
    assert named <= {field.name.upper() for field in fields(Settings)}


# --- the command -----------------------------------------------------------------------------------------------------


def commands_named() -> list[tuple[str, list[str]]]:
    """Every start of `youthprog` in the Makefile, the image, the services and the operators' guide, with its source."""
    found = [("Makefile", line.split("youthprog ", 1)[1]) for line in make_targets()["run"] if "youthprog " in line]
    found += [("Dockerfile", " ".join(yaml.safe_load(value)[1:])) for name, value in image() if name == "CMD"]
    found += [("compose.yaml", " ".join(each["command"][1:])) for each in services().values() if "command" in each]
    for guide in ("README.md", "docs/operators.md"):
        code = re.findall(r"```.*?```|`[^`\n]+`", (ROOT / guide).read_text(encoding="utf-8"), re.DOTALL)
        found += [(guide, line) for line in re.findall(r"\byouthprog ([a-z]+(?: --[a-z-]+)*)", "\n".join(code))]
    return [(source, shlex.split(line)) for source, line in found]


@cache
def help_of(*command: str) -> str:
    shown = io.StringIO()
    with redirect_stdout(shown), pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0, f"youthprog {' '.join(command)} --help: {shown.getvalue()}"
    return shown.getvalue()


@pytest.mark.parametrize("command", sorted(CONTRACT_COMMANDS))
def test_the_stable_commands_explain_themselves_with_an_example(command: str) -> None:
    shown = help_of(command)
    assert f"youthprog {command}" in shown
    assert "example" in shown.lower()


def test_every_command_and_option_named_exists() -> None:
    for source, (command, *options) in commands_named():
        shown = help_of(command)
        for option in (word for word in options if word.startswith("--")):
            assert option in shown, f"{source}: youthprog {command} has no {option}"

"""A real installation, served as `youthprog serve` serves it, and a real browser in front of it."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import launch_options
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
START_SECONDS = 60
ZONES = ("America/Chicago", "Europe/Athens", "Asia/Tokyo", "Pacific/Honolulu")  # somewhere it is day
AXE_RUN = """async () => {
  const found = await axe.run(document, {
    runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'], resultTypes: ['violations'], iframes: false,
  });
  return found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 4).join(' | '));
}"""


NUMBER = re.compile(r"test_\d_")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser. The journeys of one file share an installation and run in their order.

    What is measured after the six journeys needs no browser, and pytest would put it after all that do.
    """
    ours = [item for item in items if "/journeys/" in item.nodeid]
    for item in ours:
        item.add_marker(pytest.mark.journey)
    places = [place for place, item in enumerate(items) if item in ours]
    for place, item in zip(places, sorted(ours, key=_when), strict=True):
        items[place] = item


def _when(item: pytest.Item) -> tuple[bool, str]:
    """The numbered journeys in their order, then the others as they are."""
    numbered = NUMBER.match(item.path.name) is not None
    return not numbered, item.path.name if numbered else ""


@dataclass(frozen=True)
class Installation:
    """A served installation: its address, folder and environment; which files used it; who served it at the start."""

    url: str
    folder: Path
    environment: dict[str, str]
    seen: set[str] = field(default_factory=set)
    began_with: set[int] = field(default_factory=set)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `youthprog` on it."""
        return subprocess.run(
            [sys.executable, "-m", "youthprog.cli", *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def web_processes(self) -> set[int]:
        """The processes of granian that serve this installation."""
        ours = f"YOUTHPROG_INSTANCE={self.folder}".encode()
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                mine = ours in (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if mine and (
                b"youthprog.operations.web_server" in words or any(b"multiprocessing" in word for word in words)
            ):
                found.add(int(folder.name))
        return found


# Files that share one department: the six journeys, what is measured after them, and the walk over every page.
SHARING = re.compile(r"test_(\d_|every_page)")


@pytest.fixture(scope="session")
def shared_installation(tmp_path_factory: pytest.TempPathFactory, department: Department) -> Iterator[Installation]:
    """The department the numbered journeys share."""
    with served(tmp_path_factory.mktemp("served"), department) as here:
        yield here


@pytest.fixture(scope="module")
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, department: Department
) -> Iterator[Installation]:
    """A demo department of size s, served: the shared one, or one of the file's own, whose families nobody else asked."""
    if SHARING.match(request.path.stem):
        yield request.getfixturevalue("shared_installation")
        return
    with served(tmp_path_factory.mktemp("served"), department) as here:
        yield here


@dataclass(frozen=True)
class Department:
    """The demo department of size s as it was made, and the zone it lies in."""

    folder: Path
    zone: str


@pytest.fixture(scope="session")
def department(tmp_path_factory: pytest.TempPathFactory) -> Department:
    """Made once a run: the process that asks first makes it, the others wait for it and take copies."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, zone = shared / "department", shared / "department.zone"
    with (shared / "department.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not zone.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what another process could not finish
            folder.mkdir()
            here = Installation("http://127.0.0.1", folder, environment_of(folder, "http://127.0.0.1", daytime()))
            for command in (["init"], ["demo", "--size", "s"]):
                done = here.command(*command)
                assert done.returncode == 0, done.stderr
            zone.write_text(daytime(), encoding="utf-8")
    return Department(folder, zone.read_text(encoding="utf-8"))


def environment_of(folder: Path, url: str, zone: str) -> dict[str, str]:
    """Under which `youthprog` works on an installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("YOUTHPROG_")} | {
        "YOUTHPROG_INSTANCE": str(folder),
        "YOUTHPROG_PUBLIC_URL": url,
        "YOUTHPROG_ENVIRONMENT": "development",
        "YOUTHPROG_TIMEZONE": zone,
        "PYTHONPATH": str(ROOT),
    }


@cache
def daytime() -> str:
    """A zone in which it is now between eight in the morning and five: half an hour ago is then the same day."""
    return next(zone for zone in ZONES if 8 <= datetime.now(ZoneInfo(zone)).hour < 17)


@contextmanager
def served(folder: Path, department: Department) -> Iterator[Installation]:
    """A copy of the demo department in a folder, with web server and worker."""
    shutil.copytree(department.folder, folder, dirs_exist_ok=True)
    port = free_port()
    environment = environment_of(folder, f"http://127.0.0.1:{port}", department.zone)
    here = Installation(f"http://127.0.0.1:{port}", folder, environment)
    log = (folder / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "youthprog.cli", "serve", "--port", str(port)],
        env=environment, cwd=ROOT, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        _wait_until_ready(here.url, process, folder / "serve.log")
        here.began_with.update(here.web_processes())
        assert here.began_with, "no web process was found"
        yield here
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not start:\n" + log.read_text()[-2000:])


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, talking to nobody but us."""
    return launch_options()


class Traveler:
    """One person with one device."""

    def __init__(self, context: BrowserContext, installation: Installation):
        self.context, self.url = context, installation.url
        self.page: Page = context.new_page()

    def go(self, path: str) -> Page:
        """Open an address of ours."""
        answer = self.page.goto(path if path.startswith("http") else self.url + path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        return self.page

    def sign_in(self, role: str) -> Page:
        """Come in as the demo's person of a role, by typing."""
        self.go("/sign-in")
        self.page.get_by_label(re.compile("mail", re.I)).fill(f"{role}@demo.example")
        self.page.get_by_label("Password", exact=False).first.fill(f"demo-{role}")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/today")
        return self.page

    def assert_fits(self) -> None:
        """Nothing sticks out to the side."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    def assert_accessible(self) -> None:
        """axe finds nothing."""
        self.page.evaluate(AXE.read_text())
        assert self.page.evaluate(AXE_RUN) == [], self.page.url


@pytest.fixture
def travelers(request: pytest.FixtureRequest, browser: Browser, installation: Installation) -> Iterator[Any]:
    """Makes people with devices: `travelers(PHONE, java_script_enabled=False, locale="es-US")`."""
    installation.seen.add(request.path.stem)
    contexts: list[BrowserContext] = []

    def make(viewport: dict[str, int] = PHONE, **options: Any) -> Traveler:
        options.setdefault("locale", "en-US")
        context = browser.new_context(viewport=viewport, bypass_csp=False, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Traveler(context, installation)

    yield make
    for context in contexts:
        context.close()

"""The Chromium that the journeys drive: the system's own, started so that it talks to nobody but us."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from tests.support.skipping import skip_unless_ci

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REASON = "no Chromium: install Debian's package chromium, or name a program in CHROMIUM"
DRIVER_REASON = "Playwright's driver does not start: install Debian's package libatomic1"
SETUID_HELPER = Path("/usr/lib/chromium/chrome-sandbox")
# Without these, Chromium looks up its maker's hosts at every start.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
)


def find_browser() -> str | None:
    """The program named by CHROMIUM, else the first of the usual names; None when there is none."""
    named = os.environ.get("CHROMIUM")
    return next((found for name in ((named,) if named else NAMES) if (found := shutil.which(name))), None)


def require_browser() -> str:
    """The browser's path; without one the test is skipped with the reason, and fails where CI is set."""
    if not driver_starts():
        skip_unless_ci(DRIVER_REASON)
    return find_browser() or skip_unless_ci(REASON)


@cache
def driver_starts() -> bool:
    """Playwright drives the browser through a program in its wheel, which a bare Debian has no library for."""
    program, *_ = compute_driver_executable()
    try:
        return subprocess.run([program, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def launch_options() -> dict[str, object]:
    """What `playwright.chromium.launch` is given."""
    arguments = [*QUIET] if sandbox_works() else [*QUIET, "--no-sandbox"]
    return {"executable_path": require_browser(), "args": arguments, "headless": True}


@cache
def sandbox_works() -> bool:
    """Chromium's sandbox needs its setuid helper or user namespaces, and refuses root. Only our own pages are loaded."""
    if os.geteuid() == 0:
        return False
    if SETUID_HELPER.exists():
        return True
    try:
        return subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode == 0
    except OSError:
        return False

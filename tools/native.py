"""Native programs the Python libraries need: Pango for PDF pages, a browser and PDF tools for the tests.

Root installs Debian's packages. Anyone else gets the same packages downloaded and unpacked beside the virtual
environment, found through LD_LIBRARY_PATH. Neither changes anything where the libraries are already there.
"""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

SYSTEM, BUNDLED, MISSING = "system", "bundled", "missing"

PANGO_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
# Never unpacked: a C library that differs from the running loader's own stops every program.
C_LIBRARY = {"libc6", "libc-bin", "libcrypt1", "libgcc-s1", "libstdc++6"}
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]

SENTENCE = (
    "Pango is not on this machine and could not be fetched, so PDF files cannot be made and every page is printed "
    "from the browser instead. "
    + (
        "Install it with 'brew install pango' and start again."
        if platform.system() == "Darwin"
        else f"Install {' '.join(PANGO_PACKAGES)} and start again."
    )
)
PROBE = "import weasyprint.text.ffi"


def provide(venv: Path) -> str:
    """Make Pango loadable from the environment's Python; returns SYSTEM, BUNDLED or MISSING.

    With YOUTHPROG_FORCE_NATIVE=1 the download is made even where the system has Pango, to try that path.
    """
    forced = os.environ.get("YOUTHPROG_FORCE_NATIVE") == "1"
    if not forced:
        if pango_loads(venv):
            return SYSTEM
        if pango_loads(venv, library_folders(venv)):
            return BUNDLED
        if is_root() and apt_install(PANGO_PACKAGES) and pango_loads(venv):
            return SYSTEM
    if unpack_pango(venv, everything=forced) and pango_loads(venv, library_folders(venv)):
        return BUNDLED
    return MISSING


def pango_loads(venv: Path, folders: Iterable[Path] = ()) -> bool:
    """Ask a child process, since a library that fails to load may leave its dependencies behind."""
    earlier = os.environ.get("LD_LIBRARY_PATH")
    searched = [*map(str, folders), *([earlier] if earlier else [])]
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(searched)} if searched else None
    return quiet([venv / "bin" / "python", "-c", PROBE], env=environment).returncode == 0


def library_folders(venv: Path) -> list[Path]:
    """The folders of unpacked libraries, `usr/lib/<machine>` and on older Debian `lib/<machine>`."""
    return sorted({path.parent for path in (venv / "native").glob("**/lib*.so.*") if path.parent.parent.name == "lib"})


def provide_test_programs(venv: Path) -> list[str]:
    """Install what only the tests need; returns one sentence for each package that cannot be had."""
    missing = missing_test_packages(venv)
    if missing and is_root():
        apt_install(missing)
        missing = missing_test_packages(venv)
    return [
        f"{package} is not on this machine and could not be installed; the tests that need it are skipped."
        for package in missing
    ]


def missing_test_packages(venv: Path) -> list[str]:
    """Debian's packages of a browser, of the library that drives it, and of the tool that reads PDF text."""
    driver = next(venv.glob("lib/python3*/site-packages/playwright/driver/node"), "node")
    here = {
        "chromium": "CHROMIUM" in os.environ or any(map(shutil.which, BROWSERS)),
        "libatomic1": quiet([driver, "--version"]).returncode == 0,
        "poppler-utils": shutil.which("pdftotext") is not None,
    }
    return [package for package, is_here in here.items() if not is_here]


# --- Debian's packages -----------------------------------------------------------------------------------------------


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def apt_install(packages: Iterable[str]) -> bool:
    """Install as root; a first failure is usually a stale list, so it is refreshed once."""
    if not shutil.which("apt-get"):
        return False
    print(f"set-up: installing {' '.join(packages)} ...", flush=True)
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    if apt(install).returncode == 0:
        return True
    return apt(["apt-get", "update", "--quiet"]).returncode == 0 and apt(install).returncode == 0


def apt(command: list) -> subprocess.CompletedProcess[str]:
    return quiet(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def unpack_pango(venv: Path, *, everything: bool) -> bool:
    """Download Pango and the libraries below it and unpack them into `<venv>/native`, without any rights.

    The machine's own package lists are tried first, then fresh ones kept in a folder of our own.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    print("set-up: fetching Pango beside the virtual environment ...", flush=True)
    target = venv / "native"
    with tempfile.TemporaryDirectory(prefix="youthprog-native-") as name:
        folder = Path(name)
        for options in ([], private_lists(folder)):
            wanted = library_packages(options, everything=everything)
            downloads = folder / "downloads"
            downloads.mkdir(exist_ok=True)
            if wanted and quiet(["apt-get", *options, "download", *wanted], cwd=downloads).returncode == 0:
                break
        else:
            return False
        shutil.rmtree(target, ignore_errors=True)
        return all(quiet(["dpkg", "-x", package, target]).returncode == 0 for package in downloads.glob("*.deb"))


def private_lists(folder: Path) -> list[str]:
    """Options that make apt keep its lists in `folder`, with the lists fetched when first used."""
    options = []
    for setting, place in {"Dir::State::lists": "lists", "Dir::Cache": "cache"}.items():
        (folder / place / "partial").mkdir(parents=True, exist_ok=True)
        options += ["-o", f"{setting}={folder / place}"]
    return [*options, "-o", "Debug::NoLocking=1"]


def library_packages(options: list[str], *, everything: bool) -> list[str]:
    """The library packages Pango needs and the machine has not, in the words of the package lists."""
    if options:
        quiet(["apt-get", *options, "update", "--quiet"])
    have = C_LIBRARY if everything else C_LIBRARY | installed_packages()
    found: list[str] = []
    level = list(PANGO_PACKAGES)
    while level:
        found += level
        shown = quiet(["apt-cache", *options, "depends", "--important", *level])
        if shown.returncode != 0:
            return []
        named = [line.split("Depends:")[1].strip() for line in shown.stdout.splitlines() if "Depends:" in line]
        libraries = [name for name in dict.fromkeys(named) if name.startswith(("lib", "zlib"))]
        level = [name for name in libraries if name not in have and name not in found]
    return found


def installed_packages() -> set[str]:
    shown = quiet(["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n"])
    return {line.split()[0] for line in shown.stdout.splitlines() if line.endswith(" installed")}


def quiet(command: list, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command, keep what it prints, and treat a program that is not there like one that failed."""
    try:
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            check=False,
            errors="replace",
            stdin=subprocess.DEVNULL,
            text=True,
            **more,  # type: ignore[call-overload]
        )
    except OSError as failure:
        return subprocess.CompletedProcess(command, 127, "", str(failure))

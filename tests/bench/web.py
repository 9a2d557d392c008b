"""How soon the command answers: people judge a tool by `--help`."""

import subprocess
import sys
from collections.abc import Iterator

from tests.bench.measure import Measure, ratio

START = "import sys; from youthprog.cli import main; sys.argv = ['youthprog', '--help']; sys.exit(main())"


def measures() -> Iterator[Measure]:
    yield Measure("youthprog --help, against a bare Python start", ratio(help_page, bare_start), "times", 8)


def help_page() -> None:
    subprocess.run([sys.executable, "-P", "-c", START], capture_output=True, check=True)


def bare_start() -> None:
    subprocess.run([sys.executable, "-P", "-c", "pass"], capture_output=True, check=True)

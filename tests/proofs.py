"""`make prove`: run every test marked as a proof at its full count, one line a proof, exit 1 on a failure."""

import argparse
import os
import sys
from dataclasses import dataclass, field

import pytest

from tests.support import proofs

# pytest's own report is left out, and with it the option of pyproject.toml that only the report knows.
QUIET = ["-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]


@dataclass
class Proof:
    """What became of the tests that share a proof's room and name."""

    cases: int = 0
    failures: int = 0
    skipped: int = 0
    words: list[str] = field(default_factory=list)

    def line(self, room: str, name: str) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{room}: {name}: {self.cases} cases, {self.failures} failures{skipped}"


class Report:
    """A pytest plugin that keeps the proofs of one room, or all, and counts them."""

    def __init__(self, room: str | None) -> None:
        self.room = room
        self.found: dict[tuple[str, str], Proof] = {}
        self.named: dict[str, tuple[str, str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            named = proofs.proof_of(item)
            if named and self.room in (None, named[0]):
                self.named[item.nodeid] = named
                self.found.setdefault(named, Proof())
        items[:] = sorted(
            (item for item in items if item.nodeid in self.named), key=lambda item: self.named[item.nodeid]
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            print(report.longreprtext, file=sys.stderr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        proof = self.found[self.named[report.nodeid]]
        if report.when == "call":
            proof.cases += proofs.count_of(report.nodeid)
        proof.failures += report.failed
        proof.skipped += report.skipped
        if report.failed:
            proof.words.append(report.longreprtext)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make prove", description="Run the long proofs at their full counts.")
    parser.add_argument("--only", metavar="ROOM", help="the proofs of one room")
    only = parser.parse_args(argv).only
    os.environ[proofs.FULL] = "1"
    report = Report(only)
    outcome = pytest.main([*QUIET, "-m", "proof", "tests"], plugins=[report])
    for (room, name), proof in report.found.items():
        print(proof.line(room, name))
        print("".join(f"{words}\n" for words in proof.words), end="", file=sys.stderr)
    if outcome == pytest.ExitCode.NO_TESTS_COLLECTED:
        print(f"There is no proof {f'for {only} ' if only else ''}yet.")
        return int(only is not None)
    return int(outcome != pytest.ExitCode.OK)


if __name__ == "__main__":
    sys.exit(main())

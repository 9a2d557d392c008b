"""What one web worker holds in memory after the six journeys, which come before this file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.conftest import Installation

MOST_RESIDENT_KB = 110 * 1024
WON_KB = 120 * 1024


@pytest.mark.xfail(reason="not reached yet: docs/decisions/0009 says what is in the way", strict=False)
def test_the_web_worker_stays_small(installation: Installation):
    assert _most(installation) < MOST_RESIDENT_KB


def test_what_was_won_is_not_lost_again(installation: Installation):
    assert _most(installation) < WON_KB


def _most(installation: Installation) -> int:
    """The largest web process, in kB."""
    resident = [_resident_kb(pid) for pid in _web_processes(installation)]
    assert resident, "no web process was found"
    return max(resident)


def _web_processes(installation: Installation) -> list[int]:
    """The processes of granian that serve this installation."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            mine = f"YOUTHPROG_INSTANCE={installation.folder}".encode() in (folder / "environ").read_bytes().split(
                b"\0"
            )
        except OSError:
            continue
        if mine and (b"granian" in words or any(b"multiprocessing" in word for word in words)):
            found.append(int(folder.name))
    return found


def _resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match.group(1)) if match else 0

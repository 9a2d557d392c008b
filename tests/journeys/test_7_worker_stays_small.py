"""What one web worker holds in memory after the six journeys, which come before this file on the same server.

It is looked at once the process rests: each second it gives back the pages of its libraries (docs/decisions/0009), and those
that the last request touched a moment ago are no more than that.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.journeys.conftest import Installation
from tests.support.skipping import skip_unless_ci

MOST_RESIDENT_KB = 110 * 1024
REST_SECONDS = 5
JOURNEYS = {path.stem for path in Path(__file__).parent.glob("test_[1-6]_*.py")}


def test_the_web_worker_stays_small(installation: Installation):
    assert len(JOURNEYS) == 6
    if missing := JOURNEYS - installation.seen:
        skip_unless_ci(f"not measured: {', '.join(sorted(missing))} did not use this server before")
    serving = installation.web_processes()
    assert serving == installation.began_with, "a web process was replaced on the way: the new one has seen little"
    until = time.monotonic() + REST_SECONDS
    while max((resident := {pid: _resident_kb(pid) for pid in serving}).values()) >= MOST_RESIDENT_KB:
        assert time.monotonic() < until, resident
        time.sleep(0.1)


def _resident_kb(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found, f"process {pid} is gone"
    return int(found.group(1))

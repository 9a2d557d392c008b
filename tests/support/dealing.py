"""Who of the processes of `pytest -n` runs what.

A file goes to one process, as with `--dist=loadfile`, so that what it shares is made once. The numbered journeys go to
one process together and in their order: the last of them measures the server that the others used. (A group mark
would do nothing here: only `--dist=loadgroup` reads it, and that deals every test without a mark out alone.)
"""

from __future__ import annotations

import os
import re

import pytest
from xdist.scheduler import LoadFileScheduling

JOURNEYS = "the numbered journeys"
NUMBERED = re.compile(r"^tests/journeys/test_\d_")
# The two longest pieces begin at once, on two processes; by number of tests they would come late and end alone.
FIRST = (JOURNEYS, "tests/journeys/test_every_page.py")


class Dealer(LoadFileScheduling):
    """File by file, the numbered journeys as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return JOURNEYS if NUMBERED.match(file) else file

    def _assign_work_unit(self, node: object) -> None:
        for scope in reversed(FIRST):
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)  # type: ignore[arg-type]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are processors: half of a test's time goes to the browser, the press or PostgreSQL."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Dealer | None:
    """Deal the house's way, unless another way was asked for."""
    return Dealer(config, log) if config.getvalue("dist") == "loadfile" else None  # type: ignore[arg-type]

"""Who of the processes of `pytest -n` runs what.

A file goes to one process, as with `--dist=loadfile`, so that what it shares is made once. The numbered journeys go to
one process together and in their order: the last of them measures the server that the others used. (A group mark
would do nothing here: only `--dist=loadgroup` reads it, and that deals every test without a mark out alone.)
"""

from __future__ import annotations

import re

import pytest
from xdist.scheduler import LoadFileScheduling

JOURNEYS = "the numbered journeys"
NUMBERED = re.compile(r"^tests/journeys/test_\d_")
# The longest pieces begin first; by number of tests they would come late, and the last would end alone.
FIRST = (
    JOURNEYS,
    "tests/web/test_malformed.py",  # meanwhile the others make the demo department
    "tests/journeys/test_every_page.py",
    "tests/journeys/test_every_kind.py",
    "tests/web/test_field_rules.py",
    "tests/web/test_query_budgets.py",
    "tests/web/test_every_door.py",
    "tests/web/test_reading_changes_nothing.py",
    "tests/web/test_only_guardians_sign_online.py",
    "tests/web/test_every_deed_leaves_a_line.py",
    "tests/journeys/test_writing_a_form.py",
)


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
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Dealer | None:
    """Deal the house's way, unless another way was asked for."""
    return Dealer(config, log) if config.getvalue("dist") == "loadfile" else None  # type: ignore[arg-type]

"""Fixtures of the whole suite.

Store and web tests run on both engines: ask for `app` (and `client`), and the test runs twice.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from tests.support import postgres
from tests.support.dealing import pytest_xdist_make_scheduler  # noqa: F401  a hook: pytest finds it by its name
from tests.support.houses import House, build_house
from tests.support.pages import Visitor
from tests.support.proofs import is_full
from tests.support.quick_press import QuickPress
from tests.support.skipping import skip_unless_ci

ENGINES = ("sqlite", "postgresql")
PRESS = "youthprog.press"
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
SHARE = 8
MIDDAY = datetime(2026, 9, 17, 17, 0, tzinfo=UTC)  # noon of a Thursday where the department is, no clock change near
BEGAN = time.monotonic()


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(
        10_000, 20, 20
    )  # what a suite makes lives for one test: looking for circles less often saves a twentieth
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:  # in a container it may hold 64 MB
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # no test is about the disk: nothing waits for one
    postgres.begin_run(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    postgres.end_run(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that say little new on a second engine run on one (docs/decisions/0081); `make prove` runs them on both.

    What a press prints does not depend on where rows are kept. Of the tests of pages, one in SHARE runs on the second engine
    too: every statement is sent there by tests of the store, and every door opened and every form sent by the walks.
    """
    spared = {id(item) for item in items if _engine_of(item) == ENGINES[1] and _is_spared(item)}
    if is_full():
        for item in items:
            if id(item) in spared:
                item.add_marker(pytest.mark.proof("tests of pages and of print on the second engine", room="web"))
        return
    config.hook.pytest_deselected(items=[item for item in items if id(item) in spared])
    items[:] = [item for item in items if id(item) not in spared]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The suite begins at noon, whenever it is run, and its clock goes on from there.

    Half an hour ago is then the same day, and no month ends tomorrow. What happens at midnight has tests that say so.
    Where other processes take part, which know nothing of this, the time is the true one: journeys, whose department is
    where it is day, and tests marked `true_time`.
    """
    if any(item.get_closest_marker(name) for name in ("journey", "true_time")):
        return (yield)
    with time_machine.travel(MIDDAY + timedelta(seconds=time.monotonic() - BEGAN)):
        return (yield)


def _engine_of(item: pytest.Item) -> Any:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("app") if callspec else None


def _is_spared(item: pytest.Item) -> bool:
    """Chosen by the name, so that the same tests run each time."""
    if item.get_closest_marker("press") is not None:
        return True
    return item.path.parent.name == "web" and crc32(item.nodeid.encode()) % SHARE > 0


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, House]]:
    """Applications already built in this worker, by engine."""
    with ExitStack() as stack:
        yield _Houses(stack, tmp_path_factory.mktemp("instance"))


class _Houses(dict[str, House]):
    def __init__(self, stack: ExitStack, folder: Path):
        super().__init__()
        self.stack, self.folder = stack, folder

    def __missing__(self, engine: str) -> House:
        self[engine] = self.stack.enter_context(build_house(engine, self.folder / engine))
        return self[engine]


@pytest.fixture(params=ENGINES)
def app(request: pytest.FixtureRequest, houses: dict[str, House]) -> Iterator[Flask]:
    """The application on an empty database, with an application context pushed.

    What it prints is text, at once; a test that looks at the file itself is marked `press` and gets the real one.
    """
    house = houses[request.param]
    if house.app is None:
        skip_unless_ci(house.reason)
    real = house.app.extensions.pop(PRESS, None)
    if request.node.get_closest_marker("press") is None:
        house.app.extensions[PRESS] = QuickPress()
    elif real is not None:
        house.app.extensions[PRESS] = real
    with house.app.app_context():
        yield house.app
        house.empty()
    now = house.app.extensions.pop(PRESS, None)
    kept = real or (None if isinstance(now, QuickPress) else now)
    if kept is not None:  # its child is running: the next test that needs it need not start one
        house.app.extensions[PRESS] = kept


@pytest.fixture
def session(app: Flask) -> Any:
    """The database session of a store test."""
    from youthprog.core import db

    return db.session()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser without JavaScript that checks every page it is shown."""
    return Visitor(app)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every SQL statement sent while the test runs, for query budgets."""
    from youthprog.core import prepared
    from youthprog.core.db import db

    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET ")):
            sent.append(statement)

    def note_prepared(_dialect: Any, statement: str, _cursor: Any) -> None:
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    prepared.LISTENERS.append(note_prepared)
    yield sent
    prepared.LISTENERS.remove(note_prepared)
    sa.event.remove(db.engine, "before_cursor_execute", note)

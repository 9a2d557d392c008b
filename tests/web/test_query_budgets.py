"""Every page sends as many statements for twenty of a thing as for one, from the live URL map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.world import grow
from tests.support.walking import LONG_WALKERS, ON_ONE_ENGINE, SIDED, UNSIDED, Endpoint, Stage, Walker, open_to
from youthprog.core import db, prepared

pytestmark = [ON_ONE_ENGINE, pytest.mark.proof("twenty rows cost what one costs, on both engines", room="web")]

MORE = 19
DEAREST = "reports.today"
MOST = 56  # statements of the page that sends the most: Today, with a list for each thing that needs doing
MOST_OF_THE_YEAR = 71  # of the evidence file, which looks at everything and is opened for a funder
ONCE_A_YEAR = {"evidence.index", "evidence.printed", "evidence.table"}
NUMBERS = re.compile(r"\([^()]*(?:\?|%\()[^()]*\)")


@contextmanager
def counted(stage: Stage) -> Iterator[list[str]]:
    """The statements sent inside."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET ")):
            sent.append(" ".join(NUMBERS.sub("(…)", statement).split()))

    with stage.app.app_context():
        engine = db.db.engine

    def note_prepared(_dialect: Any, statement: str, *_rest: Any) -> None:
        note(None, None, statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    prepared.LISTENERS.append(note_prepared)
    try:
        yield sent
    finally:
        prepared.LISTENERS.remove(note_prepared)
        sa.event.remove(engine, "before_cursor_execute", note)


def statements_of(walker: Walker, endpoint: Endpoint) -> tuple[int, list[str]]:
    """The status of a page and the statements it sends when nothing is new to it."""
    with counted(walker.stage) as sent:
        answer = walker.open(endpoint.path(walker.stage.world, "A"))
    return answer.status, sent


def test_twenty_rows_cost_what_one_costs(stage):
    alone = {}
    for walker in (stage.walker(name) for name in (*SIDED, *UNSIDED)):
        for page in open_to(walker, "GET"):
            if walker.name not in LONG_WALKERS and page.name != DEAREST:
                continue
            status, sent = statements_of(walker, page)
            if status == 200:
                alone[walker, page.name] = page, sent
    with stage.app.app_context():
        grow(stage.world, MORE)
        db.db.session.remove()
    dearer = []
    for (walker, name), (page, before) in alone.items():
        _status, after = statements_of(walker, page)
        if len(after) > len(before):  # fewer where the nearest rows are of another kind now
            extra = sorted({each for each in after if after.count(each) > before.count(each)})
            dearer.append(f"{walker.name} {name}: {len(before)} -> {len(after)}: {extra[:1]}"[:600])
        if len(after) > (MOST_OF_THE_YEAR if name in ONCE_A_YEAR else MOST):
            dearer.append(f"{walker.name} {name}: {len(after)} statements")
    assert not dearer, "\n".join(dearer)


def test_the_count_sees_one_statement_more(stage):
    with counted(stage) as sent, stage.app.app_context():
        db.session().execute(sa.text("SELECT 1"))
        db.db.session.remove()
    assert sent == ["SELECT 1"]


@pytest.mark.parametrize("address", ["/teams", "/people", "/consents", "/matches", "/outbox", "/accounts", "/audit"])
def test_the_growth_is_seen_on_the_lists(stage, address):
    """The world did grow where it is counted: the test above would pass on empty lists."""
    owner = "admin" if address in ("/accounts", "/audit") else "coordinator"
    body = stage.walker(owner).open(address).body
    rows = max(len(re.findall(r"<(?:tr|li)\b", body)), body.count("More"))
    assert rows >= MORE

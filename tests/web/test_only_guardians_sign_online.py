"""No role can make a record whose route says that the guardian signed online, through any door of the live map."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.consent import Family
from tests.support.forms import forms_on
from tests.support.walking import UNSIDED, Stage, open_to
from youthprog.core import db

STAFF = ("coordinator of A", "coach of A", "mentor of A", *UNSIDED)
CLAIMS = {
    "route": "online", "signing-route": "online", "typed_name": "Rosa Adult", "is_guardian": "y", "agrees": "y",
    "version": "0", "identity": "Called her", "choice": "yes", "signed_on": "2026-01-01",
}  # fmt: skip
WRITES = ("INSERT INTO CONSENT_REQUEST", "UPDATE CONSENT_REQUEST")


@contextmanager
def online_signatures(stage: Stage) -> Iterator[list[str]]:
    """Every statement that writes the word online into a request, as it is sent."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.upper().replace('"', "").startswith(WRITES) and "'online'" in repr(parameters):
            found.append(statement)

    with stage.app.app_context():
        engine = db.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def careful_answers(walker: Any, path: str) -> dict[str, str]:
    """What a careful person would send from the page of this address, with claims on top."""
    body = walker.open(path).body
    filled: dict[str, str] = {}
    for form in forms_on(body, path) if body.startswith("<!") else []:
        filled |= form.filled()
    return filled | CLAIMS | {name: filled[name] for name in ("version",) if name in filled}


@pytest.mark.parametrize("name", STAFF)
def test_no_door_of_the_staff_signs_online(stage, name):
    walker = stage.walker(name)
    pages = {endpoint.path(stage.world, "A") for endpoint in open_to(walker, "GET")}
    with stage.rehearsal(), online_signatures(stage) as found:
        for endpoint in open_to(walker, "POST"):
            path = endpoint.path(stage.world, "A")
            data = careful_answers(walker, path) if path in pages else CLAIMS
            for sent in (data, CLAIMS, data | {"scan_sha256": "0" * 64, "state": "signed"}):
                walker.post(path, sent)
            assert not found, (name, endpoint.name)


def test_the_watch_does_see_a_guardian_sign(stage):
    """The same watch, where it must see something."""
    with stage.rehearsal(), online_signatures(stage) as found, stage.app.app_context():
        Family().sign()
        db.session().rollback()
    assert found

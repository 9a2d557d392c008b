"""No role can make a record whose route says that the guardian, or another signer, signed online, through any door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers.consent import Family
from tests.support.forms import forms_on
from tests.support.proofs import is_full
from tests.support.walking import LONG_WALKERS, ON_ONE_ENGINE, UNSIDED, Stage, open_to, writing_names
from youthprog.core import clock, db

pytestmark = [ON_ONE_ENGINE, pytest.mark.proof("no door of the staff signs online, on either engine", room="web")]

STAFF = ("coordinator of A", "coach of A", "mentor of A", *(each for each in UNSIDED if each in LONG_WALKERS))
CLAIMS = {
    "route": "online", "signing-route": "online", "typed_name": "Rosa Adult", "is_guardian": "y", "agrees": "y",
    "version": "0", "identity": "Called her", "choice": "yes", "signed_on": "2026-01-01",
}  # fmt: skip
# A part on paper, complete, with claims on top.
PART_CLAIMS = {
    "doctor-choice": "yes", "doctor-office": "Riverton Clinic", "doctor-route": "online", "doctor-by-route": "online",
    "doctor-by-signed": "yes", "doctor-by-typed_name": "Ada Obi",
}  # fmt: skip
# Somebody for a pick-up list: only the signer's own link or account puts a name there.
ON_A_LIST = {"name": "Tía Beatriz", "relation": "Aunt", "person": "1", "names": "Tía Beatriz", "request": "1"}
# A newly signed sheet, a call or a matched answer brings the guardian's own new list, recorded as what it is.
NEW_LISTS = {"consent_entries.enter_paper", "consent_entries.enter_phone", "consent_unmatched.match"}
WRITES = ("INSERT INTO CONSENT_REQUEST", "UPDATE CONSENT_REQUEST")
PART_WRITES = ("INSERT INTO CONSENT_PART", "UPDATE CONSENT_PART")
SIGNING = ("consent", "cosigners", "release", "access", "accounts")  # where a record of a signature is made
OWN_HAND = {"cosigners.sign_part"}  # a coach or the office signs what is theirs, in the own account and name


@contextmanager
def signatures(stage: Stage, writes: tuple[str, ...] = WRITES, route: str = "online") -> Iterator[list[str]]:
    """Every statement that writes a route into a request, or into a part, as it is sent."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.upper().replace('"', "").startswith(writes) and f"'{route}'" in repr(parameters):
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
    answer = walker.open(path)
    filled: dict[str, str] = {}
    for form in forms_on(answer.body, path) if answer.status == 200 and answer.kind == "text/html" else []:
        filled |= form.filled()
    return filled | CLAIMS | {name: filled[name] for name in ("version",) if name in filled}


@pytest.mark.parametrize("name", STAFF)
def test_no_door_of_the_staff_signs_online(stage, name):
    walker = stage.walker(name)
    pages = {endpoint.path(stage.world, "A") for endpoint in open_to(walker, "GET")}
    with (
        stage.rehearsal(),
        signatures(stage) as found,
        signatures(stage, PART_WRITES) as parts,
        writing_names(stage) as named,
    ):
        for endpoint in open_to(walker, "POST"):
            path = endpoint.path(stage.world, "A")
            data = careful_answers(walker, path) if path in pages else CLAIMS
            everything = data | ON_A_LIST | {"scan_sha256": "0" * 64, "state": "signed"}
            near = endpoint.name.startswith(SIGNING) or is_full()
            for sent in (data, CLAIMS, everything) if near else (everything,):
                walker.post(path, sent)
            assert not found, (name, endpoint.name)
            assert not parts or endpoint.name in OWN_HAND, (name, endpoint.name)
            assert not named or endpoint.name in NEW_LISTS, (name, endpoint.name)
            parts.clear()
            named.clear()


def test_a_part_from_a_sheet_says_paper_whatever_was_claimed(stage):
    """The one door through which the staff enters what a doctor signed: the deed is done, and says what it is."""
    walker = stage.walker("coordinator of A")
    (endpoint,) = [each for each in open_to(walker, "POST") if each.name == "consent_part_entries.enter"]
    path = endpoint.path(stage.world, "A")
    with stage.app.app_context():
        today = {"doctor-by-signed_on": clock.today().isoformat()}
    with stage.rehearsal(), signatures(stage, PART_WRITES, "paper") as paper, signatures(stage, PART_WRITES) as online:
        answer = walker.post(path, CLAIMS | PART_CLAIMS | today)
    assert answer.status == 303, answer.body
    assert paper
    assert not online


def test_the_watch_does_see_a_guardian_sign(stage):
    """The same watch, where it must see something."""
    with stage.rehearsal(), signatures(stage) as found, stage.app.app_context():
        Family().sign()
        db.session().rollback()
    assert found


@pytest.mark.parametrize("name", ["guardian of A", "guardian's link of A"])
def test_no_other_guardian_changes_a_list(stage, name):
    walker = stage.walker(name)
    doors = [each for each in open_to(walker, "POST") if each.name.endswith((".add_person", ".take_off"))]
    assert len(doors) == 2
    with stage.rehearsal(), writing_names(stage) as found:
        for endpoint in doors:
            for side in ("neighbor", "B", "nowhere"):
                for key in ("signed_id", "taken_back_id", "request_id"):
                    request_id = stage.world.sides.get(side, stage.world.sides["B"]).ids[key]
                    path = endpoint.path(stage.world, side).replace(
                        str(stage.world.id_of("request_id", side, endpoint.name)), str(request_id)
                    )
                    for number in ("1", "2", "3"):
                        assert walker.post(path, ON_A_LIST | {"agrees": "y", "person": number}).status == 404
    assert not found


def test_the_watch_does_see_the_signer_name_somebody(stage):
    """The same watch, where it must see something."""
    with stage.rehearsal(), writing_names(stage) as found, stage.app.app_context():
        Family().sign()
        db.session().rollback()
    assert found

"""Check-ins at a gate: few statements, nobody's authority older than the request, and nothing lost in a crash."""

from __future__ import annotations

import json
import random
import re
import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from tests.bench.gate import phone_headers
from tests.bench.serving import OURS, post, send, served
from tests.makers.accounts import make_account, make_actor, session_cookie
from tests.support.houses import build_house
from tests.web.test_attendance import Field, objections  # noqa: F401  a fixture: pytest finds it by its name
from tests.web.test_sync import Phone, deed
from youthprog.access import queries as access
from youthprog.access.models import RoleGrant, UserSession
from youthprog.access.types import Role
from youthprog.attendance import sayings
from youthprog.attendance.models import Deed, Register
from youthprog.attendance.types import DeedKind, Said
from youthprog.audit.models import AuditEntry
from youthprog.audit.queries import verify
from youthprog.core import clock, db
from youthprog.core.clearance import QuickLook
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web import edge
from youthprog.web.cookies import KEPT, Checked

FIRST = (
    9  # the session; the gathering; what consent it asks for; what is known of youth; four that write; the chain's end
)
NEXT = 4  # in the same minute, while nobody else writes: what is known of youth; three that write
CLIENTS = 4
EVERY_TIME_ANOTHER = re.compile(r'nonce="[^"]*"|name="csrf_token"[^>]*|content="[^"]*"')


@pytest.fixture
def field(session, objections):  # noqa: F811
    return Field(session)


@pytest.fixture
def phone(visitor, field):
    return Phone(visitor, field)


def test_what_a_phone_sends_again_is_not_forgotten_before_what_others_sent_earlier():
    checked = Checked()
    checked.keep("a phone's", 1)
    for number in range(KEPT - 1):
        checked.keep(number, number)
    checked.keep("a phone's", 2)
    checked.keep("one more", 3)
    assert checked.get("a phone's") == 2
    assert checked.get(0) is None


def arrivals(field, *youth_ids):
    return [deed(who, "arrive", "present") for who in youth_ids or field.ids[:1]]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("count", [1, 3])
def test_a_check_in_is_few_statements_however_many_arrive(app, phone, field, statements, monkeypatch, count):
    quick = QuickLook(lambda youth_ids, *_where: set(youth_ids), lambda *_what: sa.true(), lambda *_where: {})
    monkeypatch.setitem(app.extensions, "youthprog.clearance_surely", (quick,))
    consent, of_rows_that_were_there = 1, 1
    with time_machine.travel(soon(), tick=False) as now:
        statements.clear()
        phone.send(*arrivals(field, field.ids[0]))
        assert len(statements) == FIRST - consent, "\n".join(statements)
        now.shift(1)
        phone.send(*arrivals(field, field.ids[0]))  # as a guest, whose session is read while it is kept
        now.shift(1)
        statements.clear()
        answer = phone.send(*arrivals(field, *field.ids[:count]))
        assert [each["state"] for each in answer["results"]] == ["kept"] * count
        assert len(statements) == NEXT + of_rows_that_were_there, "\n".join(statements)


def soon():
    """The twentieth second of the next minute."""
    return (clock.now() + timedelta(minutes=1)).replace(second=20, microsecond=0)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_register_is_stamped_once_a_minute_by_whoever_checks_in(app, phone, field, session):
    """A save of the page stamps it at once, and so does the first check-in after it."""

    def stamps(*seconds, **more):
        found = []
        for second in seconds:
            with time_machine.travel(first + timedelta(seconds=second), tick=False):
                phone.send(*arrivals(field), **more)
            session.rollback()
            row = session.execute(sa.select(Register.saved_at, Register.save_id)).one()
            found.append(((row.saved_at - first).seconds, row.save_id))
        return found

    first, save = soon(), str(uuid.uuid4())
    assert stamps(0, 1, 2, 3) == [(0, None), (0, None), (0, None), (0, None)]
    assert stamps(60, 61) == [(60, None), (60, None)]
    assert stamps(62, save=save) == [(62, save)]
    assert stamps(63, 64) == [(63, None), (63, None)]


def test_what_is_known_is_read_again_once_anybody_else_has_written(phone, field, session, statements):
    """Whatever was written, and by whomever: SQLite says that something was."""
    for _time in range(3):
        phone.send(*arrivals(field))
    session.execute(sa.update(db.table(Person)).values(school="Another"))
    session.commit()
    statements.clear()
    phone.send(*arrivals(field))
    assert sum("FROM user_session" in each for each in statements) == 1
    session.execute(sa.update(db.table(Gathering)).values(canceled_at=clock.now()))
    session.commit()
    assert phone.send(*arrivals(field))["results"][0]["code"] == "gathering_canceled"


def test_a_session_that_was_known_is_good_until_it_expires(phone, field, session, monkeypatch):
    for _time in range(3):
        phone.send(*arrivals(field))
    ends = session.scalar(sa.select(UserSession.expires_at).where(UserSession.account_id == field.account.id))
    monkeypatch.setattr(access, "clock", SimpleNamespace(now=lambda: ends, day_of=clock.day_of))
    phone.send(*arrivals(field), status=403)


def test_an_ended_session_says_nothing_more(phone, field, session):
    for _time in range(3):
        phone.send(*arrivals(field))
    session.execute(sa.update(db.table(UserSession)).values(ended_at=clock.now()))
    session.commit()
    phone.send(*arrivals(field), status=403)
    assert session.scalar(sa.select(sa.func.count()).select_from(Deed)) == 3


def test_a_role_that_was_taken_says_nothing_more(phone, field, session):
    for _time in range(3):
        phone.send(*arrivals(field))
    session.execute(sa.update(db.table(RoleGrant)).values(until_on=clock.today() - timedelta(days=1)))
    session.commit()
    phone.send(*arrivals(field), status=404)


def taken_role(session, field):
    session.execute(sa.update(db.table(RoleGrant)).values(until_on=clock.today() - timedelta(days=1)))


def ended_session(session, field):
    session.execute(sa.update(db.table(UserSession)).values(ended_at=clock.now()))


def another_s_gathering(session, field):
    field.gathering = Field(session).gathering


def nothing(session, field):
    pass


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("befalls", "body", "accept", "status"),
    [
        (taken_role, None, "text/html", 404), (ended_session, None, "text/html", 403),
        (another_s_gathering, None, "application/json", 404), (nothing, "[", "application/json", 400),
        (ended_session, "[", "application/json", 403),
    ],
)  # fmt: skip
def test_a_guest_is_turned_away_as_at_the_door(phone, field, session, monkeypatch, befalls, body, accept, status):
    """Whoever stepped inside before it was known who it is hears what the door says to everybody else."""
    for _time in range(2):
        phone.send(*arrivals(field))
    befalls(session, field)
    session.commit()
    sent = body or json.dumps({"deeds": arrivals(field)})
    answers, steps_in = [], edge._steps_in
    for as_guest in (True, False):
        monkeypatch.setattr(edge, "_steps_in", lambda *what, guest=as_guest: guest and steps_in(*what))
        answers.append(
            phone.visitor.raw(
                f"/gatherings/{field.gathering.id}/deeds", "POST", data=sent, content_type="application/json",
                headers={"X-CSRFToken": phone.snapshot["token"], "Accept": accept},
            )
        )  # fmt: skip
    guest, other = answers
    assert guest.status_code == other.status_code == status
    assert EVERY_TIME_ANOTHER.sub("", guest.get_data(as_text=True)) == EVERY_TIME_ANOTHER.sub(
        "", other.get_data(as_text=True)
    )
    assert set(guest.headers.keys()) == set(other.headers.keys())


def test_a_token_of_another_session_is_refused_although_it_was_good_there(phone, field, visitor):
    phone.send(*arrivals(field))
    visitor.client.delete_cookie("youthprog")
    visitor.sign_in(make_account(Role.COORDINATOR))
    phone.send(*arrivals(field), status=400)


def test_an_answer_that_asked_for_no_nonce_allows_no_script(phone):
    for address, allowed in ((f"{phone.address}/standing.json", "'none'"), ("/today", "'nonce-")):
        policy = phone.visitor.raw(address).headers["Content-Security-Policy"]
        assert f"script-src {allowed}" in policy


def test_one_statement_reaches_what_the_pages_reach(session, field):
    """Of gatherings and youth, for who reaches everywhere, in a program, by leading, and nothing."""
    other, on = Field(session), clock.today()
    actors = [
        make_actor(Role.COORDINATOR), make_actor(Role.COORDINATOR, program_id=field.program_id),
        make_actor(Role.COACH, field.coach.id), make_actor(Role.COACH, other.coach.id), make_actor(Role.MENTOR),
    ]  # fmt: skip
    asked, seen = [*field.ids, *other.ids, 10**6], set()
    said = [Said(f"asked-{who}", who, DeedKind.ARRIVE, clock.now()) for who in asked]
    for actor in actors:
        asker = sayings.Asker(actor, P.REGISTER_TAKE, on)
        for place in (field.gathering.id, other.gathering.id, 10**6):
            try:
                by_page = programs.get_gathering_for(actor, P.REGISTER_TAKE, place, on).id
            except NotFound:
                by_page = None
            try:
                gate = sayings.gate_of(asker, place)
            except NotFound:
                assert by_page is None
                continue
            assert gate.place.id == by_page
            told = sayings.ask(gate.asked, said)
            meant = {row.who: row.living for row in told if row.living is not None}
            assert meant == {who: who for who in people.reachable(actor, P.REGISTER_TAKE, asked, on)}
            seen.add((place, len(meant)))
    assert len(seen) == 4


# ---- a really served gate ----


@dataclass(frozen=True)
class Gate:
    """An installation on SQLite, and what its phones send: one mark a message."""

    app: Flask
    field: Field
    folder: Path
    token: str
    ids: list[str]
    bodies: list[bytes]

    def requests(self, port, some):
        headers = phone_headers(self.app, self.token)
        address = self.field.address.replace("register", "deeds")
        return [post(port, address, self.bodies[place], headers) for place in some]

    def kept(self):
        """The ids of all deeds, in the order they were kept in; and whether the trail is whole, with its lines of saves."""
        with self.app.app_context():
            found = list(db.session().scalars(sa.select(Deed.client_id).order_by(Deed.id)))
            saves = sa.select(sa.func.count()).where(AuditEntry.action == "register.saved")
            lines = db.session().scalar(saves) if verify({}).whole else None
            db.db.session.remove()
        return found, lines


@pytest.fixture
def gate(tmp_path: Path):
    with build_house("sqlite", tmp_path) as house:
        assert house.app is not None
        (tmp_path / "config.toml").write_text(f'database_url = "sqlite:///{tmp_path / "test.db"}"\n')
        with house.app.app_context():
            field = Field(db.session())
            token = session_cookie(field.account)
            db.session().commit()
            db.db.session.remove()
            at = clock.now().isoformat()
        ids = [str(uuid.uuid4()) for _ in range(400)]
        mark = {"kind": "mark", "mark": "absent", "at": at}
        bodies = [
            json.dumps({"deeds": [{"id": each, "youth": random.choice(field.ids), **mark}]}).encode() for each in ids
        ]
        yield Gate(house.app, field, tmp_path, token, ids, bodies)


@pytest.mark.true_time
def test_a_server_that_is_killed_loses_nothing_it_answered(gate):
    """Four phones send; the server dies between two answers; what was answered is there, and is known when sent again."""
    with served(OURS, gate.folder) as server:
        whole = gate.requests(server.port, range(len(gate.ids)))
        answered = send(server.port, whole, clients=CLIENTS, good=b'"kept"', stop_after=60, then=server.kill).answered
    assert 60 <= len(answered) < len(gate.ids), "it was killed too late to prove anything"
    kept, lines = gate.kept()
    assert lines == len(kept) == len(set(kept))
    assert {gate.ids[place] for place in answered} <= set(kept)
    assert len(kept) <= len(answered) + CLIENTS
    with served(OURS, gate.folder) as server:
        again = send(server.port, gate.requests(server.port, sorted(answered)[:20]), clients=1, good=b'"kept"')
    assert len(again.answered) == 20
    assert len(gate.kept()[0]) == len(kept)


@pytest.mark.true_time
def test_two_processes_that_write_together_each_lose_nothing_between_them(gate):
    """As with `--workers 2`: each has its own who wait, and the file lets one in at a time. The halves overlap, so some
    deeds come to both: each is kept once, by whoever was first, and both say so."""
    with served(OURS, gate.folder) as one, served(OURS, gate.folder) as other:
        sent = [None, None]

        def phones(place, server, some):
            sent[place] = send(server.port, gate.requests(server.port, some), clients=CLIENTS, good=b'"kept"')

        at_once = [
            threading.Thread(target=phones, args=(0, one, range(220))),
            threading.Thread(target=phones, args=(1, other, range(180, 400))),
        ]
        for each in at_once:
            each.start()
        for each in at_once:
            each.join()
    assert [(len(each.answered), each.failures) for each in sent] == [(220, []), (220, [])]
    kept, lines = gate.kept()
    assert sorted(kept) == sorted(gate.ids)
    assert lines == len(gate.ids)

"""Who may have a child is judged for the day it leaves: past midnight, on a camp's third day, and on a phone meanwhile."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account, make_actor
from tests.makers.consent import Family
from tests.makers.people import make_guardian, make_person
from tests.makers.programs import lead, make_gathering, make_season, make_team
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance import services, stops
from youthprog.attendance.models import Deed
from youthprog.attendance.types import CollectedBy, Collector, DeedKind, Said
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.crypto import fingerprint
from youthprog.core.names import keys_of_adult
from youthprog.leagues.queries import sign_in_lines
from youthprog.outreach.models import Message
from youthprog.people import services as people
from youthprog.people.types import Relationship
from youthprog.programs.models import Gathering, GroupStaff
from youthprog.programs.types import StaffRole

FRIDAY, SATURDAY, SUNDAY = date(2026, 9, 18), date(2026, 9, 19), date(2026, 9, 20)
MONDAY = date(2026, 9, 21)


def at(on: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the department's clock."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)


@pytest.fixture(autouse=True)
def _cleared(app):
    with only_these_are_not_cleared(app):
        yield


class Gate:
    """Mateo, his mother Rosa and his father Paul, who may collect but for what a test has a court order."""

    def __init__(self, session):
        self.session = session
        family = Family(make_team(make_season()).group)
        self.youth, self.group, self.rosa = family.youth, family.group, family.guardian
        family.sign(at(date(2026, 9, 1), 12), pickup={"names": ["Abuela Consuelo"]})
        self.paul = make_guardian(self.youth, "Paul", "Kept", relationship=Relationship.FATHER, rank=2)
        self.coach = make_person("Alicia", "Moreno")
        lead(self.coach, self.group, StaffRole.HEAD_COACH, self.youth)
        self.account = make_account(Role.COACH, self.coach)
        session.commit()

    def order(self, starts_on: date, ends_on: date | None = None, adult=None, **limits: bool) -> None:
        """What a court orders."""
        told = {"no_collect": True, "no_decide": False, "no_information": False} | limits
        people.restrict_custody(
            self.youth, adult or self.paul, **told, starts_on=starts_on, ends_on=ends_on, by=SYSTEM, now=clock.now()
        )
        self.session.commit()

    def meet(self, starts_at: datetime, ends_at: datetime) -> Gathering:
        """A gathering at which Mateo is."""
        found = make_gathering(self.group, starts_at, ends_at=ends_at)
        self.say(found, DeedKind.ARRIVE, starts_at, now=starts_at)
        return found

    def say(self, gathering, kind, moment, to=None, *, now):
        """What becomes of a deed: the code it is refused with."""
        said = Said(str(uuid.uuid4()), self.youth.id, kind, moment, to=to)
        (outcome,) = services.say(gathering, [said], by=SYSTEM, now=now)
        self.session.commit()
        return outcome.refusal and outcome.refusal.code

    def leaves(self, gathering, moment, *, now=None, to=None):
        """What becomes of Mateo leaving with his father; said at once, or when a phone sends it."""
        father = Collector(CollectedBy.GUARDIAN, "Paul Kept", self.paul.id, id_seen=True)
        return self.say(gathering, DeedKind.LEAVE, moment, to or father, now=now or moment)

    def practice(self):
        """A practice from 11:40 in the evening of a Friday to half past one."""
        return self.meet(at(FRIDAY, 23, 40), at(SATURDAY, 1, 30))

    def camp(self):
        """From Friday afternoon to Sunday noon."""
        return self.meet(at(FRIDAY, 17), at(SUNDAY, 12))


@pytest.fixture
def gate(session):
    return Gate(session)


def test_an_order_that_begins_after_midnight_bars_at_a_practice_begun_before(gate):
    gate.order(SATURDAY)
    practice = gate.practice()
    assert gate.leaves(practice, at(FRIDAY, 23, 59)) is None
    assert gate.leaves(practice, at(SATURDAY, 0, 1)) == "barred"


def test_on_a_camp_of_three_days_each_day_has_its_own_answer(gate):
    gate.order(SATURDAY, SATURDAY)
    camp = gate.camp()
    told = [gate.leaves(camp, at(day, 11)) for day in (SATURDAY, SUNDAY)]
    assert (gate.leaves(camp, at(FRIDAY, 18)), told) == (None, ["barred", None])


def test_what_a_phone_sends_late_is_judged_as_it_was_at_the_gate(gate):
    gate.order(SATURDAY)
    practice = gate.practice()
    late = at(MONDAY, 9)
    assert gate.leaves(practice, at(FRIDAY, 23, 50), now=late) is None
    assert gate.leaves(practice, at(SATURDAY, 0, 10), now=late) == "barred"
    named = Collector(None, "Paul Kept")
    stopped = [gate.say(practice, DeedKind.STOP, at(day, 0, 5), named, now=late) for day in (SATURDAY,)]
    assert stopped == ["barred"]


def test_a_time_that_cannot_be_is_no_way_past_an_order(gate):
    gate.order(SATURDAY, SATURDAY)
    practice = gate.practice()
    now = at(SATURDAY, 0, 20)
    for told in (at(FRIDAY, 8), at(SUNDAY, 9), at(MONDAY, 9)):
        assert gate.leaves(practice, told, now=now) == "barred"
    assert gate.leaves(practice, at(SUNDAY, 9), now=at(SUNDAY, 10)) is None


def test_who_is_old_enough_on_the_day_of_the_release_leaves_alone(gate, session):
    session.merge(gate.group.season.program).alone_from_age = 12
    session.merge(gate.youth).born_on = date(2014, 9, 20)
    session.commit()
    camp = gate.camp()
    alone = Collector(CollectedBy.ALONE)
    assert [gate.leaves(camp, at(day, 11), to=alone) for day in (SATURDAY, SUNDAY)] == ["not_alone", None]


def test_the_page_asks_for_this_day_and_saves_so(visitor, gate):
    gate.order(SATURDAY)
    practice = gate.practice()
    address, father = f"/gatherings/{practice.id}/release/{gate.youth.id}", f"guardian-{gate.paul.id}"
    with time_machine.travel(at(FRIDAY, 23, 55), tick=False):
        assert "Paul Kept" in visitor.sign_in(gate.account).get(address).text
    with time_machine.travel(at(SATURDAY, 0, 5), tick=False):
        assert "Paul Kept" not in visitor.get(address).text
        visitor.post(address, {"to": father, "answer": "id"}, status=422)
        page = visitor.post(address, {"to": "else", "name": "Paul Kept"})
        assert page.h1 == "Stop. Do not release Mateo to this person."
    assert db.session().scalars(sa.select(Deed.refusal).where(Deed.kind == DeedKind.STOP)).all() == ["barred"]


def test_a_phone_is_told_what_holds_on_each_day_it_may_be_used(visitor, gate):
    gate.order(SATURDAY)
    practice = gate.practice()
    hashes = lambda salt: {fingerprint(salt + key)[:24] for key in keys_of_adult("Paul", "Kept")}  # noqa: E731
    with time_machine.travel(at(FRIDAY, 23, 45), tick=False):
        given = visitor.sign_in(gate.account).raw(f"/gatherings/{practice.id}/register.json").get_json()
        (child,) = given["youth"]
        assert (given["hours"], child["barred"]) == (12, [])
        assert "Paul Kept" in {each["name"] for each in child["collect"]}
        (later,) = child["later"]
        assert later["from"] == "2026-09-19T05:00:00.000Z"
        assert set(later["barred"]) == hashes(given["salt"])
        assert {each["name"] for each in later["collect"]} == {"Rosa Aguilar", "Abuela Consuelo"}
    with time_machine.travel(at(SATURDAY, 0, 5), tick=False):
        given = visitor.raw(f"/gatherings/{practice.id}/register.json").get_json()
        (child,) = given["youth"]
        assert "later" not in child
        assert set(child["barred"]) == hashes(given["salt"])


@pytest.mark.parametrize("why", ["a court keeps the child from the coach", "the coach leads no more"])
def test_a_phone_keeps_no_register_into_a_day_on_which_its_holder_may_not_open_it(visitor, gate, session, why):
    practice = gate.practice()
    if why == "the coach leads no more":
        session.scalars(sa.select(GroupStaff).where(GroupStaff.person_id == gate.coach.id)).one().until_on = FRIDAY
        session.commit()
    else:
        gate.order(SATURDAY, adult=gate.coach, no_information=True)
    with time_machine.travel(at(FRIDAY, 23, 45), tick=False):
        given = visitor.sign_in(gate.account).raw(f"/gatherings/{practice.id}/register.json").get_json()
    assert given["hours"] == 0.25


def test_the_sheet_of_a_camp_names_who_may_collect_on_all_its_days(gate):
    gate.order(SUNDAY)
    camp, practice = gate.camp(), gate.meet(at(FRIDAY, 17), at(FRIDAY, 18))
    actor = make_actor(Role.COORDINATOR, make_person("Sam", "Hall").id, program_id=gate.group.season.program_id)
    with time_machine.travel(at(FRIDAY, 16), tick=False):
        named = [sign_in_lines(actor, each, FRIDAY)[0].pick_up for each in (practice, camp)]
    assert ["Paul Kept" in each for each in named] == [True, False]
    assert "Rosa Aguilar" in named[1]


@pytest.mark.parametrize(("starts_on", "told"), [(SATURDAY, "office"), (SUNDAY, "coach")])
def test_a_leader_whom_a_court_limits_by_now_is_not_told_of_who_was_not_checked_out(gate, starts_on, told):
    office = make_account(Role.COORDINATOR, program_id=gate.group.season.program_id)
    gate.practice()
    gate.order(starts_on, adult=gate.coach)
    assert list(stops.tell_of_late(at(SATURDAY, 2)))
    (mail,) = db.session().scalars(sa.select(Message).where(Message.kind == "release_late"))
    assert mail.person_id == {"office": office.person_id, "coach": gate.coach.id}[told]

"""The two answers of a reach agree: may this actor, and which rows may this actor list."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers.accounts import make_actor
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_group, make_season
from tests.support.proofs import cases
from youthprog.access.models import Assignment, Placement
from youthprog.access.roles import TABLE
from youthprog.access.rules import HeldRole, YouthFacts, grants_of, in_force, reaches_youth
from youthprog.access.types import Role
from youthprog.core import reach
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.people.types import Relationship
from youthprog.programs.types import StaffRole

ON = date(2026, 9, 17)
PROGRAMS = (1, 2)
DAYS = st.integers(-3, 3).map(lambda days: ON + timedelta(days=days))
PERIODS = st.tuples(DAYS, st.none() | DAYS)
PLACES = st.integers(0, 2)


def rows_of(session, actor, permission):
    return set(session.scalars(sa.select(Person.id).where(reach.within(actor, permission, Person.id, ON))))


def test_coach_reaches_only_own_team(session):
    season = make_season()
    tigers, rams = make_group(season, "Tigers"), make_group(season, "Rams")
    mateo, imani = make_youth("Mateo"), make_youth("Imani")
    make_guardian(mateo)
    coach = make_person("Alicia", "Moreno")
    join(mateo, tigers)
    join(imani, rams)
    lead(coach, tigers, StaffRole.HEAD_COACH, mateo)
    actor = make_actor(Role.COACH, coach.id)
    assert rows_of(session, actor, P.YOUTH_READ) == {mateo.id}


@st.composite
def worlds(draw):
    """Three young people and three adults: bonds, assignments, places, restrictions, and roles of each adult."""
    pair = st.tuples(PLACES, PLACES)
    return {
        "bonds": draw(st.dictionaries(pair, st.none() | DAYS, max_size=5)),
        "assigned": draw(st.dictionaries(st.tuples(PLACES, PLACES, st.integers(0, 1)), PERIODS, max_size=5)),
        "placed": draw(
            st.dictionaries(st.tuples(PLACES, st.sampled_from(PROGRAMS), st.integers(0, 1)), PERIODS, max_size=5)
        ),
        "restricted": draw(st.lists(st.tuples(PLACES, PLACES, PERIODS, st.booleans()), max_size=3)),
        "roles": draw(
            st.lists(
                st.lists(
                    st.builds(HeldRole, st.sampled_from(list(Role)), st.none() | st.sampled_from(PROGRAMS)), max_size=3
                ),
                min_size=3,
                max_size=3,
            )
        ),
    }


def build(session, world):
    youth = [make_youth(f"Youth {number}") for number in range(3)]
    adults = [make_person(f"Adult {number}") for number in range(3)]
    for (child, adult), ended_on in world["bonds"].items():
        session.add(
            Guardianship(
                youth_id=youth[child].id, guardian_id=adults[adult].id, relationship=Relationship.MOTHER, rank=1,
                may_decide=True, may_collect=True, ended_on=ended_on,
            )
        )  # fmt: skip
    for (child, adult, source), (from_on, until_on) in world["assigned"].items():
        session.add(
            Assignment(
                youth_id=youth[child].id, adult_id=adults[adult].id, source=f"group:{source}", from_on=from_on,
                until_on=until_on,
            )
        )  # fmt: skip
    for (child, program_id, source), (from_on, until_on) in world["placed"].items():
        session.add(
            Placement(
                youth_id=youth[child].id, program_id=program_id, source=f"season:{source}", from_on=from_on,
                until_on=until_on,
            )
        )  # fmt: skip
    for child, adult, (starts_on, ends_on), hides in world["restricted"]:
        session.add(
            CustodyRestriction(
                youth_id=youth[child].id, adult_id=adults[adult].id, no_collect=True, no_decide=False,
                no_information=hides, starts_on=starts_on, ends_on=ends_on, recorded_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    return [each.id for each in youth], [each.id for each in adults]


def facts_of(world, child, youth_ids, adult_ids):
    """The same world, as the pure rule sees it."""

    def adults(rows):
        return frozenset(adult_ids[adult] for adult in rows)

    return YouthFacts(
        youth_id=youth_ids[child],
        program_ids=frozenset(
            program_id
            for (who, program_id, _s), period in world["placed"].items()
            if who == child and in_force(*period, ON)
        ),
        assigned_adult_ids=adults(
            adult for (who, adult, _s), period in world["assigned"].items() if who == child and in_force(*period, ON)
        ),
        guardian_ids=adults(
            adult
            for (who, adult), ended_on in world["bonds"].items()
            if who == child and (ended_on is None or ended_on > ON)
        ),
        restricted_adult_ids=adults(
            adult
            for who, adult, period, hides in world["restricted"]
            if who == child and hides and in_force(*period, ON)
        ),
    )


@pytest.mark.proof("both answers of a reach agree", room="access")
def test_the_rows_are_those_the_rule_allows(session):
    """Every permission of every adult over every youth, in small random worlds."""

    @settings(
        max_examples=cases(full=500, sample=15),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(worlds())
    def agree(world):
        try:
            youth_ids, adult_ids = build(session, world)
            for adult_id, held in zip(adult_ids, world["roles"], strict=True):
                actor = Actor("account", person_id=adult_id, grants=grants_of(held, TABLE))
                facts = [facts_of(world, child, youth_ids, adult_ids) for child in range(3)]
                for permission in sorted(actor.grants, key=lambda each: each.key):
                    allowed = {each.youth_id for each in facts if reaches_youth(actor, permission, each)}
                    assert rows_of(session, actor, permission) & set(youth_ids) == allowed, permission
        finally:
            session.rollback()

    agree()


@pytest.mark.parametrize(
    ("role", "permission"), [*product([Role.ADMIN], [P.YOUTH_READ, P.HEALTH_READ, P.CONTACT_READ])]
)
def test_an_administrator_reaches_no_child(session, role, permission):
    make_youth()
    assert rows_of(session, make_actor(role, make_person().id), permission) == set()


def test_a_restriction_beats_every_role(session):
    child, adult = make_youth(), make_person()
    session.add(
        CustodyRestriction(
            youth_id=child.id, adult_id=adult.id, no_collect=True, no_decide=True, no_information=True,
            starts_on=ON, recorded_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    for role in Role:
        for permission in TABLE[role]:
            assert child.id not in rows_of(session, make_actor(role, adult.id), permission)


def test_without_grant_nothing_is_reached(session):
    make_youth()
    assert rows_of(session, Actor("visitor"), P.YOUTH_READ) == set()

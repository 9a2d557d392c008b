"""The two answers of a reach agree: may this actor, and which rows."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_group, make_season
from youthprog.access.types import Role
from youthprog.core import reach
from youthprog.core.permissions import P
from youthprog.people.models import Person
from youthprog.programs.types import StaffRole

ON = date(2026, 9, 17)


def test_coach_reaches_only_own_team(session):
    season = make_season()
    tigers, rams = make_group(season, "Tigers"), make_group(season, "Rams")
    mateo, imani = make_youth("Mateo"), make_youth("Imani")
    make_guardian(mateo)
    coach = make_person("Alicia", "Moreno")
    join(mateo, tigers), join(imani, rams)
    lead(coach, tigers, StaffRole.HEAD_COACH, mateo)
    actor = make_actor(Role.COACH, coach.id)
    rows = session.scalars(sa.select(Person.id).where(reach.within(actor, P.YOUTH_READ, Person.id, ON))).all()
    assert rows == [mateo.id]

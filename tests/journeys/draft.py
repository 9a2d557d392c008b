"""Puts a live draft into a served installation: two teams, each with a coach who signs in, six children, a sibling pair.

Run inside the installation's environment: `python -m tests.journeys.draft`; prints the draft's key. The Hawks are the demo
coach's and pick first; the Otters' coach is `otters@demo.example`.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.makers.credentials import make_paper
from tests.makers.people import make_person, make_youth
from tests.makers.programs import make_season
from youthprog import create_app
from youthprog.access.models import Account
from youthprog.access.services import grant_role, open_account
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.credentials.types import CONCUSSION, CRIMINAL_CHECK
from youthprog.leagues.drafting.services import open_draft
from youthprog.leagues.drafting.types import DraftOrder
from youthprog.leagues.forming import known
from youthprog.leagues.forming.types import LinkKind
from youthprog.leagues.imports.writing import open_team
from youthprog.people.models import Person
from youthprog.programs import services as programs
from youthprog.programs.types import StaffRole

CHILDREN = ("Ana", "Ben", "Chidi", "Dana", "Eve", "Fay")
FAMILY = "Larkspur"  # a word that stands nowhere else


def main() -> None:
    """Make it."""
    with create_app().app_context():
        on, deed = clock.today(), {"by": SYSTEM, "now": clock.now()}
        season = make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)
        teams = [open_team(season, "Draft Under 10", name, **deed) for name in ("Draft Hawks", "Draft Otters")]
        owner = sa.select(Person).join(Account, Account.person_id == Person.id)
        first = db.session().scalars(owner.where(Account.email == "coach@demo.example")).one()
        second = make_person("Olu", "Otterby")
        account = open_account(second, email="otters@demo.example", password="demo-otters", is_demo=True, **deed)
        grant_role(account, Role.COACH, **deed)
        for kind in (CRIMINAL_CHECK, CONCUSSION):
            make_paper(second.id, on - timedelta(30), kind)
        for person, team in zip((first, second), teams, strict=True):
            programs.lead_group(person.id, team.group, StaffRole.HEAD_COACH, **deed)
        ids = {name: make_youth(name, FAMILY, born_on=on - timedelta(days=9 * 366)).id for name in CHILDREN}
        for youth_id in ids.values():
            programs.enroll(youth_id, season.id, **deed)
        known.link(teams[0].division, LinkKind.SIBLINGS, ids["Ana"], ids["Fay"], **deed)
        places = {team.group_id: number for number, team in enumerate(teams, start=1)}
        draft = open_draft(
            teams[0].division, order=DraftOrder.SNAKE, places=places, shows_ratings=False, keeps_players=False, **deed
        )
        db.session().commit()
        print(draft.id)


if __name__ == "__main__":
    main()

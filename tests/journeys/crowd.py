"""Puts a group with a practice of just now into a served installation, led by the demo's coach; prints the gathering's key.

Run inside the installation's environment: `python -m tests.journeys.crowd 12`. Each youth has a guardian who may collect
and a father who must not.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta

import sqlalchemy as sa

from tests.makers.forms import form_of, section
from tests.makers.people import make_guardian, make_youth
from tests.makers.programs import join, lead, make_gathering, make_group, make_program, make_season
from youthprog import create_app
from youthprog.access.models import Account
from youthprog.audit.services import record
from youthprog.consent.services import publish_form, use_form
from youthprog.consent.types import SectionKind
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.people.models import CustodyRestriction, Person
from youthprog.programs.models import Season
from youthprog.programs.types import StaffRole

FAMILY = "Quillfeather"  # a word that stands nowhere else


def main(count: int) -> None:
    """Make them."""
    with create_app().app_context():
        now, today = clock.now(), clock.today()
        season = make_season(
            make_program(f"Crowd {count}"), starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30)
        )
        _ask_nothing(season, count)
        group = make_group(season, name="Crowd")
        coach = db.session().scalars(
            sa.select(Person).join(Account, Account.person_id == Person.id).where(Account.email == "coach@demo.example")
        ).one()  # fmt: skip
        youth = [make_youth(f"Child{number:03}", FAMILY) for number in range(count)]
        for number, each in enumerate(youth):
            join(each, group, str(number + 1)).from_on = season.starts_on
            make_guardian(each, f"Mother{number:03}", FAMILY)
            _bar(each, make_guardian(each, f"Father{number:03}", "Ravenscroft", rank=2), today)
        lead(coach, group, StaffRole.HEAD_COACH, *youth)
        gathering = make_gathering(group, now - timedelta(minutes=20))
        record("world.made", "world", None, by=SYSTEM, now=now)
        db.session().commit()
        print(gathering.id)


def _ask_nothing(season: Season, count: int) -> None:
    """A form without anything required in place of the starter form: all are cleared."""
    at = clock.now() - timedelta(days=60)
    form = publish_form(form_of(f"crowd{count}", section("photos", SectionKind.DECISION)), by=SYSTEM, now=at)
    use_form(form.form_id, {season.program_id: "instead"}, by=SYSTEM, now=at)


def _bar(youth: Person, adult: Person, today: date) -> None:
    """A court's order that an adult must not collect a child."""
    row = CustodyRestriction(
        youth_id=youth.id, adult_id=adult.id, no_collect=True, no_decide=True, no_information=True, starts_on=today,
        recorded_at=clock.now(),
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))

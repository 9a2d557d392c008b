"""No deed without its line: when the trail cannot be written, nothing of the deed is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import enroll, join, lead, make_gathering, make_group, make_season
from tests.support.quick_press import QuickPress
from tests.support.walking import fingerprint
from youthprog.access.services import grant_role
from youthprog.access.types import Role
from youthprog.attendance.services import save_register
from youthprog.attendance.types import Mark
from youthprog.audit import services as audit
from youthprog.audit.models import AuditEntry
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.mentorship.services import propose_match
from youthprog.people import services as people
from youthprog.people.types import HealthKind
from youthprog.programs import services as programs

Deed = Callable[[], Any]


class TrailBroken(Exception):
    """The trail cannot be written."""


def prepare_enrolling() -> Deed:
    youth, season = make_youth(), make_season()
    return lambda: programs.enroll(youth.id, season.id, by=SYSTEM, now=NOW)


def prepare_withdrawing() -> Deed:
    enrollment = enroll(make_youth(), make_season(taken=1))
    return lambda: programs.withdraw(enrollment, by=SYSTEM, now=NOW)


def prepare_joining() -> Deed:
    group = make_group(make_season())
    youth = make_youth()
    enroll(youth, group.season)
    return lambda: programs.join_group(youth.id, group, by=SYSTEM, now=NOW)


def prepare_marking() -> Deed:
    group, youth = make_group(make_season()), make_youth()
    join(youth, group)
    gathering = make_gathering(group, NOW - timedelta(hours=1))
    return lambda: save_register(gathering, {youth.id: Mark.ABSENT}, seen={}, by=SYSTEM, now=NOW)


def prepare_asking() -> Deed:
    family = Family()
    return lambda: family.ask()


def prepare_signing() -> Deed:
    family = Family()
    return lambda: family.sign()


def prepare_granting() -> Deed:
    account = make_account(Role.COACH)
    return lambda: grant_role(account, Role.COORDINATOR, by=SYSTEM, now=NOW)


def prepare_matching() -> Deed:
    season, youth, mentor = make_season(), make_youth(), make_person("Morgan", "Reed")
    enroll(youth, season)
    return lambda: propose_match(season, mentors=[mentor.id], youth=[youth.id], by=SYSTEM, now=NOW)


def prepare_health() -> Deed:
    youth = make_youth()
    return lambda: people.note_health(youth, HealthKind.ALLERGY, alert="Bee stings", detail=None, by=SYSTEM, now=NOW)


def prepare_renaming() -> Deed:
    youth = make_youth()
    return lambda: people.rename(youth, given_name="Teo", family_name="Aguilar", by=SYSTEM, now=NOW)


def prepare_merging() -> Deed:
    kept, gone = make_youth(), make_youth()
    make_guardian(gone)
    return lambda: people.merge(kept, gone, by=SYSTEM, now=NOW)


def prepare_custody() -> Deed:
    youth = make_youth()
    father = make_guardian(youth, "Paul")
    return lambda: people.restrict_custody(
        youth, father, no_collect=True, no_decide=True, no_information=True, starts_on=NOW.date(), by=SYSTEM, now=NOW
    )


def prepare_leading() -> Deed:
    group, coach = make_group(make_season()), make_person("Casey", "Lane")
    lead(make_person("Chris", "Poole"), group)
    return lambda: programs.lead_group(coach.id, group, programs.StaffRole.HEAD_COACH, by=SYSTEM, now=NOW)


DEEDS = {
    name.removeprefix("prepare_"): prepare for name, prepare in list(globals().items()) if name.startswith("prepare_")
}


@pytest.fixture(autouse=True)
def september(app):
    """In the season of the makers, with a press that is quick."""
    before = app.extensions.get("youthprog.press")
    app.extensions["youthprog.press"] = QuickPress()
    with time_machine.travel(NOW, tick=True):
        yield
    app.extensions["youthprog.press"] = before
    if before is None:
        del app.extensions["youthprog.press"]


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_kept_with_its_line_or_not_at_all(app, session, monkeypatch, name):
    deed = DEEDS[name]()
    session.commit()
    session.expire_on_commit = False
    before, lines = fingerprint(app), session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))

    def broken(*_ignored: object) -> None:
        raise TrailBroken

    with monkeypatch.context() as broke:
        broke.setattr(audit, "append", broken)
        with pytest.raises(TrailBroken):
            _do(deed)
    session.rollback()
    assert fingerprint(app) == before, f"{name} was kept without its line"

    session.expire_all()
    _do(deed)
    assert fingerprint(app) != before, f"{name} does nothing"
    assert (session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0) > (lines or 0)


def _do(deed: Deed) -> None:
    deed()
    db.session().commit()

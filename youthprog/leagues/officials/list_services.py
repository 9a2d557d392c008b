"""Verbs of the list: a program's roles and numbers, the people who serve, what they hold. They never commit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.access.services import place, unplace
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.credentials import services as credentials_services
from youthprog.credentials.models import Credential
from youthprog.credentials.types import Step
from youthprog.leagues.officials import candidates, queries, rules
from youthprog.leagues.officials.models import (
    Duty,
    DutyNeed,
    DutyRole,
    DutySetting,
    Official,
    OfficialRole,
)
from youthprog.leagues.officials.services import check_again, check_person, hold_games_of
from youthprog.leagues.officials.types import USUAL_ROLES, Ending, StandDown
from youthprog.people.models import Person
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Season

LISTED = "officials"  # the source of a placement: credentials are asked of those on a list

# ---- what a program says ----


def add_role(season: Season, name: str, name_es: str, needs: Sequence[str], *, by: Actor, now: datetime) -> DutyRole:
    """Add a role to the list of a season's program, with the credentials it asks for."""
    _refuse_same_name(season.program_id, name)
    row = DutyRole(
        program_id=season.program_id, name=name, name_es=name_es or name, folded_name=fold(name), needs=list(needs)
    )
    db.session().add(row)
    db.flush()
    record("duty_role.added", "program", season.program_id, by=by, now=now, role_id=row.id)
    return row


def add_usual_roles(season: Season, *, by: Actor, now: datetime) -> None:
    """Begin with the roles most leagues have; those of the same name stay as they are."""
    known = {role.folded_name for role in queries.roles_of(season.program_id)}
    for name, name_es in USUAL_ROLES:
        if fold(name) not in known:
            add_role(season, name, name_es, (), by=by, now=now)


def change_role(
    role: DutyRole, name: str, name_es: str, needs: Sequence[str], *, by: Actor, now: datetime
) -> list[StandDown]:
    """Change what a role is called and asks for. Returns who stands down because of it."""
    if fold(name) != role.folded_name:
        _refuse_same_name(role.program_id, name)
    role.name, role.name_es, role.folded_name, role.needs = name, name_es or name, fold(name), list(needs)
    db.flush()
    record("duty_role.changed", "program", role.program_id, by=by, now=now, role_id=role.id)
    return check_again(candidates.fixtures_with_duties(now, Duty.role_id == role.id), by=by, now=now)


def end_role(role: DutyRole, *, by: Actor, now: datetime) -> list[StandDown]:
    """Take a role off the list: no game needs it any more, and whoever is on in it stands down."""
    role.ended_at = now
    db.flush()
    record("duty_role.ended", "program", role.program_id, by=by, now=now, role_id=role.id)
    return check_again(candidates.fixtures_with_duties(now, Duty.role_id == role.id), by=by, now=now)


def _refuse_same_name(program_id: int, name: str) -> None:
    if any(role.folded_name == fold(name) for role in queries.roles_of(program_id)):
        raise Refused([Refusal("name_taken", N_("There is a role of this name."), "name")])


def set_needs(
    season: Season, needed: Mapping[tuple[int, int], int], travel_minutes: int, *, by: Actor, now: datetime
) -> None:
    """Say how many of each role a game of each division needs, by (division, role), and how long the way takes."""
    refuse_if(rules.refusals_to_need({number: count for number, count in enumerate(needed.values())}))
    divisions = {key for key, _name in queries.divisions_of(season.id)}
    roles = {role.id for role in queries.roles_of(season.program_id)}
    for (division_id, role_id), count in needed.items():
        if division_id not in divisions or role_id not in roles:
            continue
        row = db.session().get(DutyNeed, (division_id, role_id))
        if row is None and count:
            db.session().add(DutyNeed(division_id=division_id, role_id=role_id, needed=count))
        elif row is not None and not count:
            db.session().delete(row)
        elif row is not None:
            row.needed = count
    setting = db.session().get(DutySetting, season.program_id)
    if setting is None:
        db.session().add(DutySetting(program_id=season.program_id, travel_minutes=travel_minutes))
    else:
        setting.travel_minutes = travel_minutes
    db.flush()
    record("duty_needs.set", "season", season.id, by=by, now=now)


# ---- the list ----


def add_official(
    season: Season,
    person: Person,
    role_ids: Collection[int],
    *,
    by: Actor,
    now: datetime,
    home_site_id: int | None = None,
) -> Official:
    """Put an adult on the list of a season's program. Somebody who was on it before comes back."""
    statement = sa.select(Official).where(Official.person_id == person.id, Official.program_id == season.program_id)
    row = db.session().scalar(statement)
    if row is not None and row.ended_at is None:
        raise Refused([Refusal("listed", N_("%(name)s is on the list already."), "email", {"name": person.name})])
    if row is None:
        row = Official(person_id=person.id, program_id=season.program_id, added_at=now)
        db.session().add(row)
    row.ended_at, row.home_site_id = None, home_site_id
    db.flush()
    _serve_in(row, role_ids)
    place(person.id, season.program_id, source=LISTED, from_on=clock.day_of(now))
    record("official.added", "person", person.id, by=by, now=now, program_id=season.program_id)
    return row


def change_official(
    row: Official, role_ids: Collection[int], home_site_id: int | None, *, by: Actor, now: datetime
) -> list[StandDown]:
    """Say in which roles somebody serves, and which site is nearest. Returns where they stand down because of it."""
    hold_games_of(row.person_id, now)
    row.home_site_id = home_site_id
    _serve_in(row, role_ids)
    record("official.changed", "person", row.person_id, by=by, now=now, program_id=row.program_id)
    return check_person(row.person_id, by=by, now=now)


def end_official(row: Official, *, by: Actor, now: datetime) -> list[StandDown]:
    """Take somebody off the list. They stand down from every coming game of the program."""
    hold_games_of(row.person_id, now)
    row.ended_at = now
    unplace(row.person_id, source=LISTED, on=clock.day_of(now), program_id=row.program_id)
    db.flush()
    record("official.ended", "person", row.person_id, by=by, now=now, program_id=row.program_id)
    return check_person(row.person_id, by=by, now=now)


def _serve_in(row: Official, role_ids: Collection[int]) -> None:
    known = {role.id for role in queries.roles_of(row.program_id)}
    wanted, there = set(role_ids) & known, candidates.role_ids_of(row.id)
    for role_id in there - wanted:
        db.session().delete(db.session().get_one(OfficialRole, (row.id, role_id)))
    db.session().add_all(OfficialRole(official_id=row.id, role_id=role_id) for role_id in sorted(wanted - there))
    db.flush()


def add_credential(
    person: Person, name: str, from_on: date, until_on: date | None, *, by: Actor, now: datetime
) -> Credential:
    """Note what somebody who serves at games holds, since when, and until when where it says so itself."""
    kind = credentials_services.kind_named(name, now=now)
    return credentials_services.record_paper(
        person, kind, Step.APPROVED, issued_on=from_on, until_on=until_on, by=by, now=now
    )


def end_credential(row: Credential, *, by: Actor, now: datetime) -> list[StandDown]:
    """Take a credential off the file. Returns where its holder stands down because of it."""
    hold_games_of(row.person_id, now)
    credentials_services.take_off(row, by=by, now=now)
    return check_person(row.person_id, by=by, now=now)


# ---- one person under two records ----


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged person's lists and games follow. Of a game both were on for, one place stays."""
    kept, gone = event.kept_id, event.gone_id
    _merge_lists(kept, gone)
    there = set(db.session().scalars(sa.select(Duty.fixture_id).where(Duty.person_id == kept, Duty.ended_at.is_(None))))
    for duty in db.session().scalars(sa.select(Duty).where(Duty.person_id == gone)):
        if duty.ended_at is None and duty.fixture_id in there:
            duty.ended_at, duty.ending = event.at, Ending.SWAPPED
        duty.person_id = kept
    db.flush()
    check_person(kept, by=SYSTEM, now=event.at)


def _merge_lists(kept: int, gone: int) -> None:
    mine = {row.program_id: row for row in db.session().scalars(sa.select(Official).where(Official.person_id == kept))}
    for row in db.session().scalars(sa.select(Official).where(Official.person_id == gone)):
        here = mine.get(row.program_id)
        if here is None:
            row.person_id = kept
            continue
        roles = candidates.role_ids_of(here.id) if here.ended_at is None else set()
        roles |= candidates.role_ids_of(row.id) if row.ended_at is None else set()
        here.ended_at = None if row.ended_at is None else here.ended_at
        row.ended_at = row.ended_at or clock.now()
        db.flush()
        _serve_in(here, roles)
    db.flush()

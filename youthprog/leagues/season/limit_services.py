"""Verbs of what limits a schedule: days off, homes, fields for some divisions, ways, excuses. They never commit."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.leagues.models import Team
from youthprog.leagues.season import limits
from youthprog.leagues.season.limits import Pair
from youthprog.leagues.season.models import ClashExcuse, SeasonTravel, TeamDayOff, TeamHome, VenueDivision
from youthprog.programs.models import Season

MOST_DAYS_OFF = 40  # rows of a team


def set_travel(season: Season, minutes: int, *, by: Actor, now: datetime) -> None:
    """Say how many minutes the way between two sites takes."""
    row = db.session().get(SeasonTravel, season.id)
    if row is None:
        row = SeasonTravel(season_id=season.id, minutes=minutes)
        db.session().add(row)
    row.minutes = minutes
    db.flush()
    record("season.travel_set", "season", season.id, by=by, now=now, minutes=minutes)


def set_fits(
    season: Season, fits: Mapping[int, Collection[int]], divisions: Collection[int], *, by: Actor, now: datetime
) -> None:
    """Say which of a season's divisions play on each field; a field with none or all of them suits all."""
    table = db.table(VenueDivision)
    there = sa.delete(table).where(table.c.venue_id.in_(fits), table.c.division_id.in_(divisions))
    db.session().execute(there)
    for venue_id, chosen in fits.items():
        named = set(chosen) & set(divisions)
        if named and named != set(divisions):
            db.session().add_all(
                VenueDivision(venue_id=venue_id, division_id=division_id) for division_id in sorted(named)
            )
    db.flush()
    record("season.fits_set", "season", season.id, by=by, now=now, fields=len(fits))


def set_home(team: Team, venue_id: int | None, *, by: Actor, now: datetime) -> None:
    """Give a team a home field, or none."""
    row = db.session().get(TeamHome, team.id)
    if row is not None and venue_id is None:
        db.session().delete(row)
    elif venue_id is not None:
        if row is None:
            row = TeamHome(team_id=team.id, venue_id=venue_id)
            db.session().add(row)
        row.venue_id = venue_id
    db.flush()
    record("team.home_set", "team", team.id, by=by, now=now, venue_id=venue_id)


def add_days_off(team: Team, season: Season, first: date, last: date, *, by: Actor, now: datetime) -> TeamDayOff:
    """Say that a team does not play from one day to another, both included."""
    reasons = []
    if last < first:
        reasons.append(Refusal("ends_first", N_("This ends before it begins."), "until_on"))
    if last < season.starts_on or first > season.ends_on:
        reasons.append(Refusal("outside_season", N_("This day is not in the season."), "from_on"))
    if sum(row.team_id == team.id for row in limits.days_off_of(season.id)) >= MOST_DAYS_OFF:
        reasons.append(Refusal("too_many", N_("This team has too many days off already.")))
    refuse_if(reasons)
    row = TeamDayOff(team_id=team.id, from_on=first, until_on=last)
    db.session().add(row)
    db.flush()
    record("team.day_off_added", "team", team.id, by=by, now=now, from_on=first.isoformat(), until_on=last.isoformat())
    return row


def remove_days_off(row: TeamDayOff, *, by: Actor, now: datetime) -> None:
    """Let a team play on these days again."""
    record("team.day_off_removed", "team", row.team_id, by=by, now=now, from_on=row.from_on.isoformat())
    db.session().delete(row)
    db.flush()


def excuse(season: Season, pairs: Collection[Pair], reason: str, *, by: Actor, now: datetime) -> int:
    """Answer for it that these teams, which share somebody, play at one time or each other. Returns how many pairs.

    Only a person can: the excuse bears the name.
    """
    if by.person_id is None:
        raise Refused([Refusal("nobody", N_("Only a person can answer for this."))])
    reasons = []
    if not pairs:
        reasons.append(Refusal("none_chosen", N_("Choose the teams."), "pairs"))
    if not reason.strip():
        reasons.append(Refusal("no_reason", N_("Write who stands in, or why it is all right."), "reason"))
    refuse_if(reasons)
    there = limits.excuses_of(season.id)
    if any(pair in there for pair in pairs):
        raise Conflict([Refusal("excused", N_("Somebody has excused one of these already."))])
    for one, other in sorted(pairs):
        row = ClashExcuse(
            season_id=season.id, one_team_id=one, other_team_id=other, reason=reason.strip(), excused_at=now,
            excused_by_id=by.person_id,
        )  # fmt: skip
        db.session().add(row)
    db.flush()
    record("clash.excused", "season", season.id, by=by, now=now, pairs=[list(pair) for pair in sorted(pairs)])
    return len(pairs)


def end_excuse(row: ClashExcuse, *, by: Actor, now: datetime) -> None:
    """Take an excuse back: the two teams do not play at one time any more."""
    record("clash.excuse_ended", "season", row.season_id, by=by, now=now, pair=[row.one_team_id, row.other_team_id])
    db.session().delete(row)
    db.flush()

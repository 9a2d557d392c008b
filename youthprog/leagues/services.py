"""Verbs of the leagues room: change a team, take its coaches on, import players. They never commit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.leagues.forming.known import OfFile, keep_of_file, keep_registered, keep_requests
from youthprog.leagues.imports.cells import read_places, read_rating, read_weekdays
from youthprog.leagues.imports.columns import Part
from youthprog.leagues.imports.newcomers import Newcomers
from youthprog.leagues.imports.plan import plan_import
from youthprog.leagues.imports.snapshot import existing_for
from youthprog.leagues.imports.types import Action, PlannedRow, PlayerRow
from youthprog.leagues.imports.writing import Writer, division_called
from youthprog.leagues.models import Team
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.models import Person
from youthprog.people.rules import normal_email
from youthprog.people.types import ContactKind, PersonKind
from youthprog.programs import services as programs
from youthprog.programs.models import Group, Season
from youthprog.programs.types import StaffRole


@dataclass(frozen=True)
class Imported:
    """What an import did, row by row."""

    planned: tuple[PlannedRow, ...]

    def count(self, action: Action) -> int:
        """How many rows were treated so."""
        return Counter(plan.action for plan in self.planned)[action]


def plan_players(
    rows: Sequence[PlayerRow], season: Season, *, by: Actor, whole: Sequence[PlayerRow] | None = None
) -> list[PlannedRow]:
    """Say what an import would do today. Writes nothing. `whole` is the file of which `rows` are a part."""
    return plan_import(rows, existing_for(rows, season, by=by), whole=whole)


def import_players(
    rows: Sequence[PlayerRow], season: Season, *, by: Actor, now: datetime, whole: Sequence[PlayerRow] | None = None
) -> Imported:
    """Bring the players of a registration export, or of a part of one, into a season. What is here already stays as it is.

    Youth, guardians, homes, places, teams and health notes come in as the plan says; the plan is made anew here, so
    that it is true at this moment. Raises `Refused` when the season is over.
    """
    if season.ends_on < clock.day_of(now):
        sentence = N_("This season ended on %(day)s.")
        raise Refused([Refusal("season_over", sentence, "season", {"day": season.ends_on})])
    db.session().execute(sa.select(Season.id).where(Season.id == season.id).with_for_update())
    planned = plan_players(rows, season, by=by, whole=whole)
    writer = Writer(season, by, now)
    Newcomers(writer, by, now).write([plan for plan in planned if plan.action is Action.NEW])
    for plan in planned:
        if plan.action is Action.UPDATE:
            writer.write(plan)
    keep_requests(season.id, _requests(planned, writer), now=now)
    said = _for_teams(planned, writer)
    keep_of_file(season, said, by=by, now=now)
    keep_registered(season, said)
    done = Imported(tuple(planned))
    if done.count(Action.NEW) or done.count(Action.UPDATE):
        counts = {"new": done.count(Action.NEW), "changed": done.count(Action.UPDATE), "same": done.count(Action.SAME)}
        record("players.imported", "season", season.id, by=by, now=now, **counts)
    return done


def _for_teams(planned: Sequence[PlannedRow], writer: Writer) -> list[OfFile]:
    """What the rows that came in say for forming teams, by youth. A coach's rating goes before a parent's."""
    found = []
    for plan in planned:
        said, youth_id = dict(plan.row.for_teams), _youth_id(plan, writer)
        division = plan.row.division if plan.team is None else ""
        if (said or division) and youth_id is not None:
            points = read_rating(said.get(Part.RATING.name) or said.get(Part.PARENT_RATING.name, ""))
            days, _all = read_weekdays(said.get(Part.BAD_DAYS.name, ""))
            places = read_places(said.get(Part.BAD_PLACES.name, ""))
            found.append(OfFile(youth_id, points, days, places, division))
    return found


def _youth_id(plan: PlannedRow, writer: Writer) -> int | None:
    """The youth of a row that came in."""
    if plan.action is Action.REFUSE:
        return None
    youth = writer.people.get(plan.youth)
    return youth.id if youth is not None else plan.youth.id


def _requests(planned: Sequence[PlannedRow], writer: Writer) -> list[tuple[int, str]]:
    """What the rows that came in say of teammates and coaches, by youth."""
    found = []
    for plan in planned:
        words = (plan.row.teammate_request, plan.row.coach_request, plan.row.other_request)
        text = "\n".join(dict.fromkeys(each.strip() for each in words if each.strip()))
        youth_id = _youth_id(plan, writer)
        if text and youth_id is not None:
            found.append((youth_id, text))
    return found


def change_team(team_id: int, group: Group, division_name: str, *, by: Actor, now: datetime, **about: Any) -> None:
    """Change a team's name, division, and when, where and for how many it is."""
    programs.change_group(group, by=by, now=now, **about)
    team = db.session().get_one(Team, team_id)
    team.division = division_called(group.season, division_name)
    db.flush()
    record("team.changed", "team", team_id, by=by, now=now)


def take_coach(
    group: Group, email: str, given_name: str, family_name: str, role: StaffRole, *, by: Actor, now: datetime
) -> Person:
    """Let an adult coach a team. Without a name it is the one adult who uses the address.

    With a name it is the adult of that name and address, who is added when there is none.
    """
    if given_name and family_name:
        adult = people_services.take_adult(given_name, family_name, email=email, by=by, now=now)
    else:
        adult = _adult_behind(email, by, clock.day_of(now))
    programs.lead_group(adult.id, group, role, by=by, now=now)
    return adult


def _adult_behind(email: str, by: Actor, on: date) -> Person:
    """The one adult of an address whom `by` may find again: nobody is met here who lies beyond their programs."""
    within_reach = people.adult_is_known(by, P.YOUTH_EDIT, on)
    found = people.find_by_contact(ContactKind.EMAIL, normal_email(email) or "", condition=within_reach)
    adults = [person for person in found if person.kind is PersonKind.ADULT]
    if len(adults) == 1:
        return adults[0]
    several = N_("Several adults share this address. Write the name as well.")
    nobody = N_("Nobody in the file uses this address. Write the name as well.")
    raise Refused([Refusal("name_needed", several if adults else nobody, "given_name")])

"""Reading divisions, teams and rosters."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.attendance import queries as attendance
from youthprog.attendance.models import Register
from youthprog.attendance.types import Mark
from youthprog.consent import queries as consent
from youthprog.consent.types import ConsentLine
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, not_cleared
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters.queries import off_today
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group, GroupMember, Program, Season
from youthprog.programs.types import MemberLine, StaffLine

LAST_MEETINGS = 4
REGISTER_OPENS_BEFORE = timedelta(hours=2)
REGISTER_STAYS_DUE = timedelta(days=7)


@dataclass(frozen=True)
class TeamRow:
    """A team in a list."""

    team_id: int
    group_id: int
    name: str
    folded_name: str
    division: str
    program: str
    program_es: str
    season: str
    season_es: str
    players: int
    places: int | None
    signed: int = 0
    waiting: int = 0
    missing: int = 0


@dataclass(frozen=True)
class TeamHead:
    """What stands above a roster."""

    team_id: int
    group_id: int
    name: str
    division: str
    program_id: int
    program: str
    program_es: str
    season_id: int
    season: str
    season_es: str
    season_ends_on: date
    meets: str | None
    places: int | None
    division_id: int
    staff: tuple[StaffLine, ...]


@dataclass(frozen=True)
class PlayerLine:
    """One player on a roster, as far as the reader may see: what may not be read is None."""

    youth_id: int
    jersey: str | None
    family_name: str
    given_name: str
    list_name: str
    born_on: date | None
    age: int | None
    guardian: GuardianLine | None
    alert: str | None
    consent: ConsentLine
    marks: tuple[Mark | None, ...]
    photo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Roster:
    """A team's players and the meetings their marks are of, oldest first."""

    players: tuple[PlayerLine, ...]
    met_on: tuple[date, ...]
    shows_contacts: bool
    shows_alerts: bool
    shows_photos: bool

    def count(self, *states: str) -> int:
        """How many players' consent stands so."""
        return sum(player.consent.state in states for player in self.players)

    @property
    def came_share(self) -> int | None:
        """Percent of marks, over the meetings shown, that say the player came."""
        marks = [mark for player in self.players for mark in player.marks if mark is not None]
        came = sum(mark in (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY) for mark in marks)
        return round(100 * came / len(marks)) if marks else None


@dataclass(frozen=True)
class SignInLine:
    """One player on the sheet that families sign: who may collect, and never why to see the coordinator."""

    jersey: str | None
    family_name: str
    given_name: str
    pick_up: tuple[str, ...]
    is_cleared: bool


def list_teams(
    actor: Actor, permission: P, on: date, *, word: str = "", after: tuple[str, int] | None = None, limit: int = 50
) -> list[TeamRow]:
    """Teams of seasons not yet over, within reach, by name, with the consent of their players. Four statements."""
    players = (
        sa.select(sa.func.count())
        .where(GroupMember.group_id == Group.id, GroupMember.until_on.is_(None))
        .scalar_subquery()
    )
    statement = (
        sa.select(
            Team.id, Group.id, Group.name, Group.folded_name, Division.name, Program.name, Program.name_es,
            Season.name, Season.name_es, players, Group.places,
        )
        .select_from(Team)
        .join(Group, Group.id == Team.group_id)
        .join(Division, Division.id == Team.division_id)
        .join(Season, Season.id == Division.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(programs.groups_within(actor, permission, on), Season.ends_on >= on)
        .order_by(Group.folded_name, Team.id)
        .limit(limit)
    )  # fmt: skip
    if word:
        statement = statement.where(Group.folded_name.contains(word, autoescape=True))
    if after is not None:
        statement = statement.where(sa.tuple_(Group.folded_name, Team.id) > after)
    rows = [TeamRow(*row) for row in db.session().execute(statement)]
    progress = consent.team_progress([row.group_id for row in rows], on)
    return [_with_progress(row, progress.get(row.group_id, (0, 0, 0))) for row in rows]


def _with_progress(row: TeamRow, progress: tuple[int, int, int]) -> TeamRow:
    signed, waiting, missing = progress
    return TeamRow(**{**row.__dict__, "signed": signed, "waiting": waiting, "missing": missing})


def get_team_for(actor: Actor, permission: P, team_id: int, on: date) -> TeamHead:
    """The head of a team within reach. Raises `NotFound`. Two statements."""
    statement = (
        sa.select(
            Team.id, Group.id, Group.name, Division.name, Program.id, Program.name, Program.name_es,
            Season.id, Season.name, Season.name_es, Season.ends_on, Group.meets, Group.places, Division.id,
        )
        .select_from(Team)
        .join(Group, Group.id == Team.group_id)
        .join(Division, Division.id == Team.division_id)
        .join(Season, Season.id == Division.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(Team.id == team_id, programs.groups_within(actor, permission, on))
    )  # fmt: skip
    row = db.session().execute(statement).first()
    if row is None:
        raise NotFound
    staff = programs.staff_of([row[1]], on).get(row[1], [])
    names = [part.name for part in fields(TeamHead)]
    return TeamHead(**dict(zip(names, [*row, tuple(staff)], strict=True)))


def get_team_id_for(actor: Actor, permission: P, group_id: int, on: date) -> int:
    """The key of the team a group is, within reach. Raises `NotFound`. One statement."""
    statement = (
        sa.select(Team.id)
        .join(Group, Group.id == Team.group_id)
        .where(Team.group_id == group_id, programs.groups_within(actor, permission, on))
    )
    team_id = db.session().scalar(statement)
    if team_id is None:
        raise NotFound
    return team_id


def roster_of(actor: Actor, team: TeamHead, on: date) -> Roster:
    """The team's players within reach by jersey, with what may be read of each. A constant number of statements."""
    members = _reached(actor, P.TEAM_READ, programs.members_of(team.group_id, on), on)
    youth_ids = [member.youth_id for member in members]
    contacts = people.reachable(actor, P.CONTACT_READ, youth_ids, on)
    alerts = people.alerts_of(people.reachable(actor, P.HEALTH_ALERT_READ, youth_ids, on))
    guardians = people.guardians_of(contacts, on)
    consents = consent.lines_for(youth_ids, team.season_id, on)
    meetings, marks = attendance.last_marks(team.group_id, LAST_MEETINGS, on)
    persons = {person.id: person for person in db.session().scalars(sa.select(Person).where(Person.id.in_(youth_ids)))}
    players = tuple(
        PlayerLine(
            youth_id=member.youth_id,
            jersey=member.jersey,
            family_name=persons[member.youth_id].family_name,
            given_name=persons[member.youth_id].first_name,
            list_name=member.list_name,
            born_on=member.born_on,
            age=age_on(member.born_on, on) if member.born_on else None,
            guardian=next(iter(guardians.get(member.youth_id, [])), None),
            alert=alerts.get(member.youth_id),
            consent=consents[member.youth_id],
            marks=tuple(marks.get(member.youth_id, [None] * len(meetings))),
        )
        for member in members
    )
    days = tuple(meeting.on for meeting in meetings)
    ordered = tuple(sorted(players, key=jersey_order))
    return Roster(ordered, days, bool(contacts), actor.may(P.HEALTH_ALERT_READ), actor.may(P.CONSENT_READ))


def for_paper(roster: Roster, season_id: int, on: date) -> Roster:
    """A roster as it is printed: who is held says so where the consent stands, so that paper and register agree."""
    off = off_today([player.youth_id for player in roster.players], season_id, on)
    players = tuple(_as_held(player, off.get(player.youth_id)) for player in roster.players)
    return replace(roster, players=players)


def with_photos(actor: Actor, roster: Roster, season_id: int, on: date) -> Roster:
    """A roster with the photos of those whom the actor may see so and whose family agrees to it on the day."""
    photos = people.photos_for(actor, [player.youth_id for player in roster.players], season_id, on)
    return replace(
        roster, players=tuple(replace(player, photo=photos.get(player.youth_id)) for player in roster.players)
    )


def _as_held(player: PlayerLine, reason: NotCleared | None) -> PlayerLine:
    if reason is None:
        return player
    line = replace(player.consent, state=reason.state, word=reason.word, note=reason.sentence, values=reason.values)
    return replace(player, consent=line)


def _reached(actor: Actor, permission: P, members: Sequence[MemberLine], on: date) -> list[MemberLine]:
    """A coach whom a court keeps from a player does not find that player on the own team."""
    reached = people.reachable(actor, permission, [member.youth_id for member in members], on)
    return [member for member in members if member.youth_id in reached]


def jersey_order(player: PlayerLine | MemberLine) -> tuple[int, str, str]:
    """By number, 0 and 00 first, players without one at the end by name."""
    if player.jersey is None or not player.jersey.isdigit():
        return 10**9, player.jersey or "", player.list_name
    return int(player.jersey), player.jersey, player.list_name


def register_due(group_id: int, now: datetime) -> int | None:
    """The gathering whose register one would take now. Two statements at most.

    The latest of the last days that has begun, or begins soon, and has no register yet; else the next one.
    """
    begun = (
        _gatherings_of(group_id)
        .outerjoin(Register, Register.gathering_id == Gathering.id)
        .where(
            Register.gathering_id.is_(None),
            Gathering.starts_at <= now + REGISTER_OPENS_BEFORE,
            Gathering.starts_at > now - REGISTER_STAYS_DUE,
        )
        .order_by(Gathering.starts_at.desc(), Gathering.id)
    )
    coming = _gatherings_of(group_id).where(Gathering.ends_at > now).order_by(Gathering.starts_at, Gathering.id)
    return db.session().scalar(begun.limit(1)) or db.session().scalar(coming.limit(1))


def _gatherings_of(group_id: int) -> sa.Select[int]:
    return sa.select(Gathering.id).where(Gathering.group_id == group_id, Gathering.canceled_at.is_(None))


def sign_in_lines(actor: Actor, gathering: Gathering, on: date) -> tuple[SignInLine, ...]:
    """The youth of a gathering by jersey, with who may collect them as far as the actor may read contacts today.

    Of any kind of group; a gathering of a whole season has none. A constant number of statements.
    """
    if gathering.group_id is None:
        return ()
    day = clock.day_of(gathering.starts_at)
    members = _reached(actor, P.ROSTER_PRINT, programs.members_of(gathering.group_id, day), on)
    youth_ids = [member.youth_id for member in members]
    days = [day + timedelta(days=each) for each in range((clock.day_of(gathering.ends_at) - day).days + 1)]
    collectors = consent.pickup_of(people.reachable(actor, P.CONTACT_READ, youth_ids, on), *days)
    objections = not_cleared(youth_ids, gathering.season_id, day, gathering_id=gathering.id)
    persons = {person.id: person for person in db.session().scalars(sa.select(Person).where(Person.id.in_(youth_ids)))}
    return tuple(
        SignInLine(
            member.jersey,
            persons[member.youth_id].family_name,
            persons[member.youth_id].first_name,
            tuple(collectors.get(member.youth_id, ())),
            member.youth_id not in objections,
        )
        for member in sorted(members, key=jersey_order)
    )


def place_in_series(gathering: Gathering) -> tuple[int, int]:
    """Which of the group's meetings a gathering is, and how many there are; canceled ones do not count."""
    earlier = sa.tuple_(Gathering.starts_at, Gathering.id) <= sa.tuple_(gathering.starts_at, gathering.id)
    statement = sa.select(sa.func.count().filter(earlier), sa.func.count()).where(
        Gathering.group_id == gathering.group_id, Gathering.canceled_at.is_(None)
    )
    number, count = db.session().execute(statement).one()
    return number, count


def find_division(season_id: int, folded_name: str) -> Division | None:
    """A division of a season by its folded name."""
    return db.session().scalar(
        sa.select(Division).where(Division.season_id == season_id, Division.folded_name == folded_name)
    )

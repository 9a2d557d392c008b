"""Reading rosters: who may play on a day and why not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.clearance import NotCleared, not_cleared
from youthprog.core.permissions import P
from youthprog.core.prepared import Prepared, as_list, keys
from youthprog.core.refusals import NotFound
from youthprog.leagues.models import Division, Team
from youthprog.leagues.rosters import rules
from youthprog.leagues.rosters.facts import GameAt, Keeping, Known, hold_facts, kept_away, no_rules
from youthprog.leagues.rosters.models import (
    DivisionRoster,
    MedicalHold,
)
from youthprog.leagues.rosters.types import (
    HoldFacts,
    Reason,
)
from youthprog.people.models import CustodyRestriction, Person
from youthprog.programs import queries as programs
from youthprog.programs.models import (
    Gathering,
    Group,
    GroupMember,
    GroupStaff,
    Program,
    Season,
)
from youthprog.programs.types import GatheringKind, MemberLine, ProgramKind


def keeping_of(division: Division) -> Keeping:
    """A division's rules as they stand. Two statements at most."""
    row = db.session().get(DivisionRoster, division.id) or no_rules(division.id)
    cutoff = db.session().scalar(sa.select(Season.age_cutoff_on).where(Season.id == division.season_id))
    assert cutoff is not None
    return Keeping(division, row, cutoff)


def get_division_for(actor: Actor, permission: P, division_id: int) -> Division:
    """A division of a season within reach, with its season and program. Raises `NotFound`."""
    row = db.session().scalar(
        sa.select(Division)
        .join(Season, Season.id == Division.season_id)
        .options(joinedload(Division.season).joinedload(Season.program))
        .where(Division.id == division_id, programs.program_within(actor, permission, Season.program_id))
    )
    if row is None:
        raise NotFound
    return row


def objections(youth_ids: Sequence[int], season_id: int, on: date) -> list[NotCleared]:
    """Medical holds: what keeps youth of a season from every gathering on a day, but for mentoring. One statement."""
    return [reason for _season_id, reason in objections_in({season_id: youth_ids}, on)]


def objections_in(youth_ids: Mapping[int, Sequence[int]], on: date) -> list[tuple[int, NotCleared]]:
    """As `objections`, of the youth of several seasons, each with the season. One statement."""
    in_season = (sa.and_(Season.id == key, MedicalHold.youth_id.in_(ids)) for key, ids in youth_ids.items())
    rows = db.session().execute(
        sa.select(Season.id, MedicalHold)
        .select_from(MedicalHold)
        .join(Season, sa.or_(sa.false(), *in_season))
        .join(Program, Program.id == Season.program_id)
        .where(MedicalHold.from_on <= on, Program.kind != ProgramKind.MENTORSHIP)
        .order_by(MedicalHold.id)
    )
    holds: dict[tuple[int, int], list[HoldFacts]] = defaultdict(list)
    for season_id, row in rows:
        holds[season_id, row.youth_id].append(hold_facts(row))
    return [
        (season_id, _objection(youth_id, reason))
        for (season_id, youth_id), known in holds.items()
        for reason in rules.reasons_held(known, on)
    ]


def off_today(youth_ids: Sequence[int], season_id: int, on: date) -> dict[int, NotCleared]:
    """Who of a team is held from everything on a day, for the block on the team's page. One statement."""
    return {each.youth_id: each for each in objections(youth_ids, season_id, on)}


def _objection(youth_id: int, reason: Reason) -> NotCleared:
    return NotCleared(youth_id, reason.code, reason.state, reason.word, reason.sentence, reason.values)


def objections_at(youth_ids: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, NotCleared]]:
    """What the rosters say against youth at gatherings of teams: (gathering, reason).

    At games all of it; at any meeting that custody keeps a youth from somebody who leads the team. One statement, one
    more where a team meets, seven more where one plays.
    """
    rows = db.session().execute(
        sa.select(Gathering.id, Gathering.group_id, Gathering.season_id, Gathering.starts_at, Gathering.kind)
        .join(Team, Team.group_id == Gathering.group_id)
        .where(Gathering.id.in_(youth_ids))
        .order_by(Gathering.id)
    )
    games: list[GameAt] = []
    meetings: list[GameAt] = []
    for row in rows:
        if row.group_id is not None:
            found = games if row.kind is GatheringKind.GAME else meetings
            found.append(GameAt(row.id, row.group_id, row.season_id, row.starts_at, tuple(youth_ids[row.id])))
    reasons = reasons_at(games) | _away_at(meetings)
    for (key, youth_id), said in reasons.items():
        for reason in said:
            yield key, _objection(youth_id, reason)


def _away_at(meetings: Sequence[GameAt]) -> dict[tuple[int, int], list[Reason]]:
    """Whom custody keeps from a leader of a team that meets. One statement."""
    if not meetings:
        return {}
    youth = {youth_id for each in meetings for youth_id in each.youth_ids}
    away = kept_away({each.group_id for each in meetings}, youth)
    return {
        (each.key, youth_id): rules.reasons_kept_away()
        for each in meetings
        for youth_id in each.youth_ids
        if any(period.holds(each.group_id, each.on) for period in away[youth_id])
    }


def reasons_at(games: Sequence[GameAt]) -> dict[tuple[int, int], list[Reason]]:
    """Why youth may not play in games, by (key, youth), as far as rosters know; who may is absent. Eight statements at most."""
    if not games:
        return {}
    known = Known(games)
    found = {
        (game.key, youth_id): rules.reasons_off_the_game(known.facts(game, youth_id))
        for game in games
        for youth_id in game.youth_ids
    }
    return {key: reasons for key, reasons in found.items() if reasons}


def surely_clear(youth_ids: Sequence[int], season_id: int, on: date, gathering_id: int) -> set[int]:
    """Those of the youth whom rosters surely have nothing against at a gathering. One statement.

    Nobody who was ever held, or whom custody ever kept from somebody who leads the group; and nobody at a game.
    """
    rows = CLEAR.rows(youth=as_list(youth_ids), gathering_id=gathering_id)
    return {row.id for row in rows}


def kept_from_game(_season_id: int, _on: date, gathering_id: int) -> dict[str, str]:
    """What `clear_at_gate` has to know of a game: the players of the team against whom the rules have something, as a list.
    That one is short, and every check-in reads it.

    The rules in full, once for all who come to a gathering: whoever writes for many keeps it until anybody else has
    written. Ten statements for the game of a team, else one.
    """
    game = (
        db.session()
        .execute(
            sa.select(Gathering.group_id, Gathering.season_id, Gathering.starts_at)
            .join(Team, Team.group_id == Gathering.group_id)
            .where(Gathering.id == gathering_id, Gathering.kind == GatheringKind.GAME)
        )
        .one_or_none()
    )
    if game is None or game.group_id is None:
        return {"kept_from_game": as_list([])}
    on = clock.day_of(game.starts_at)
    here = programs.during(GroupMember.from_on, GroupMember.until_on, on)
    members = sa.select(GroupMember.youth_id).where(GroupMember.group_id == game.group_id, here)
    youth = tuple(db.session().scalars(members))
    against = reasons_at([GameAt(gathering_id, game.group_id, game.season_id, game.starts_at, youth)])
    return {"kept_from_game": as_list([each for each in youth if (gathering_id, each) in against])}


def clear_at_gate(engine: str, youth_id: Any) -> sa.ColumnElement[bool]:
    """The condition of `surely_clear` for a statement of others, which know the gathering by `gathering_id`, its day by
    `on`, and of a game who of the team may not play in it (`kept_from_game`): all others of the team may."""
    on: Any = sa.bindparam("on", type_=sa.Date())
    plays = sa.exists().where(
        Gathering.id == sa.bindparam("gathering_id"),
        GroupMember.group_id == Gathering.group_id,
        GroupMember.youth_id == youth_id,
        programs.during(GroupMember.from_on, GroupMember.until_on, on),
    )
    may = sa.and_(plays, youth_id.not_in(keys(engine, "kept_from_game")))
    return sa.and_(_nothing_ever(youth_id), sa.or_(~_is_game(), may))


def _is_game() -> sa.ColumnElement[bool]:
    return sa.exists().where(Gathering.id == sa.bindparam("gathering_id"), Gathering.kind == GatheringKind.GAME)


def _nothing_ever(youth_id: Any) -> sa.ColumnElement[bool]:
    held = sa.exists().where(MedicalHold.youth_id == youth_id)
    away = sa.exists().where(
        CustodyRestriction.youth_id == youth_id,
        GroupStaff.person_id == CustodyRestriction.adult_id,
        Gathering.id == sa.bindparam("gathering_id"),
        Gathering.group_id == GroupStaff.group_id,
    )
    return sa.and_(~held, ~away)


def _clear(engine: str) -> sa.SelectBase:
    here = Person.id.in_(keys(engine, "youth"))
    return sa.select(Person.id).where(here, _nothing_ever(Person.id), ~_is_game())


CLEAR = Prepared(_clear)


@dataclass(frozen=True)
class PlayerOn:
    """One player of a team on a day: who it is, and every reason why not to play, what only waits at the end."""

    youth_id: int
    name: str
    list_name: str
    jersey: str | None
    reasons: tuple[NotCleared, ...]

    @property
    def may_play(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


def players_on(group_id: int, day: date, *, gathering_id: int | None = None) -> tuple[PlayerOn, ...]:
    """Who is on a team on a day, by number, each with every reason why not to play: none, and the player may.

    What the register, the paper and the game-day list say, for whoever assigns, prints or counts. With a gathering it is
    about that one; without, about the day's first game of the team, or one at the day's end. A constant number of
    statements. Whom the reader may see is the caller's to ask.
    """
    members = programs.members_of(group_id, day)
    youth_ids = [member.youth_id for member in members]
    season_id = db.session().scalar(sa.select(Group.season_id).where(Group.id == group_id))
    if season_id is None:
        raise NotFound
    gathering_id = gathering_id or _first_game(group_id, day)
    reasons = not_cleared(youth_ids, season_id, day, gathering_id=gathering_id)
    if gathering_id is None:
        end = datetime.combine(day, time(23, 59), clock.zone()).astimezone(UTC)
        for (_key, youth_id), more in reasons_at([GameAt(0, group_id, season_id, end, tuple(youth_ids))]).items():
            reasons.setdefault(youth_id, []).extend(_objection(youth_id, reason) for reason in more)
    return tuple(_player(member, reasons.get(member.youth_id, ())) for member in sorted(members, key=number_order))


def _first_game(group_id: int, day: date) -> int | None:
    start = datetime.combine(day, time(), clock.zone())
    return db.session().scalar(
        sa.select(Gathering.id)
        .where(
            Gathering.group_id == group_id,
            Gathering.kind == GatheringKind.GAME,
            Gathering.canceled_at.is_(None),
            Gathering.starts_at >= start,
            Gathering.starts_at < start + timedelta(days=1),
        )
        .order_by(Gathering.starts_at, Gathering.id)
        .limit(1)
    )


def _player(member: MemberLine, reasons: Iterable[NotCleared]) -> PlayerOn:
    gravest = sorted(reasons, key=lambda reason: reason.state == "waiting")
    return PlayerOn(member.youth_id, member.name, member.list_name, member.jersey, tuple(gravest))


def number_order(line: MemberLine) -> tuple[int, str, str]:
    """By number, 0 and 00 first; who has none follows by name."""
    if line.jersey is None or not line.jersey.isdecimal():
        return 10**9, line.jersey or "", line.list_name
    return int(line.jersey), line.jersey, ""

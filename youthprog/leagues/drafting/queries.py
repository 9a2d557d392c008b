"""Reading live drafts: where one stands, for coordinators and for the coaches whose teams pick."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.leagues.drafting.models import DraftPlace, LiveDraft
from youthprog.leagues.drafting.rules import turn_of
from youthprog.leagues.drafting.types import Board, DraftState, Placed, Turn
from youthprog.leagues.forming import queries as forming
from youthprog.leagues.forming.queries import PoolLine, TeamLine
from youthprog.leagues.forming.types import Task
from youthprog.leagues.models import Division, Team
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, Season
from youthprog.programs.types import EnrollmentStatus

UNDER_WAY = (DraftState.OPEN, DraftState.PAUSED)


@dataclass(frozen=True)
class Standing:
    """A draft as it stands, with all that its pages and deeds ask of it."""

    draft: LiveDraft
    board: Board
    task: Task
    pool: tuple[PoolLine, ...]
    teams: tuple[TeamLine, ...]  # in the order of the first round
    picks: tuple[DraftPlace, ...]  # those not undone, in order
    turn: Turn | None

    @property
    def left(self) -> tuple[PoolLine, ...]:
        """The children who are not placed yet."""
        placed = {each.child for each in self.board.placed}
        return tuple(line for line in self.pool if line.youth_id not in placed)

    @property
    def team_names(self) -> Mapping[int, str]:
        """What each team is called."""
        return {team.group_id: team.name for team in self.teams}


@dataclass(frozen=True)
class OpenDraft:
    """A draft that a coach picks in."""

    draft_id: int
    division: str
    team: str
    group_id: int


# ---- one draft within reach ----


def get_draft_for(actor: Actor, permission: P, draft_id: int) -> LiveDraft:
    """A draft of a division whose teams the reader may form. Raises `NotFound`."""
    return _one(draft_id, forming.formed_by(actor, permission))


def get_draft_of_coach(actor: Actor, permission: P, draft_id: int, on: date) -> LiveDraft:
    """A draft in which a team that the reader leads picks. Raises `NotFound`."""
    return _one(draft_id, _picked_in_by(actor, permission, on))


def _one(draft_id: int, within: sa.ColumnElement[bool]) -> LiveDraft:
    found = db.session().scalar(
        sa.select(LiveDraft)
        .join(Division, Division.id == LiveDraft.division_id)
        .join(Season, Season.id == Division.season_id)
        .options(joinedload(LiveDraft.division).joinedload(Division.season).joinedload(Season.program))
        .where(LiveDraft.id == draft_id, within)
    )
    if found is None:
        raise NotFound
    return found


def _picked_in_by(actor: Actor, permission: P, on: date) -> sa.ColumnElement[bool]:
    """The condition that the reader's team picks in a draft, and that no court keeps the reader from a child of its season.

    A draft shows all its children. Without one of them the turns, the rounds and the numbers would still tell of it, so
    somebody else picks for that team.
    """
    own = (
        sa.select(Team.division_id)
        .join(Group, Group.id == Team.group_id)
        .where(programs.groups_within(actor, permission, on))
    )
    within = sa.and_(LiveDraft.division_id.in_(own), LiveDraft.state != DraftState.DISCARDED)
    kept_from = people.youth_kept_from(actor.person_id, on)
    if not kept_from:
        return within
    among = sa.exists().where(
        Enrollment.season_id == Division.season_id,
        Enrollment.status == EnrollmentStatus.ENROLLED,
        Enrollment.youth_id.in_(kept_from),
    )
    return sa.and_(within, ~among)


def open_drafts(actor: Actor, permission: P, on: date) -> list[OpenDraft]:
    """The drafts under way in which teams that the reader leads pick. Two statements, none for who picks nowhere."""
    if not actor.may(permission):
        return []
    rows = db.session().execute(
        sa.select(LiveDraft.id, Division.name, Group.name, Group.id, LiveDraft.seats)
        .join(Division, Division.id == LiveDraft.division_id)
        .join(Team, Team.division_id == Division.id)
        .join(Group, Group.id == Team.group_id)
        .where(
            LiveDraft.state.in_(UNDER_WAY),
            _picked_in_by(actor, permission, on),
            programs.groups_within(actor, permission, on),
        )
        .order_by(Group.folded_name, LiveDraft.id)
    )
    return [
        OpenDraft(draft_id, division, team, group_id)
        for draft_id, division, team, group_id, seats in rows
        if group_id in seats
    ]


def own_groups(actor: Actor, permission: P, draft: LiveDraft, on: date) -> frozenset[int]:
    """The teams of a draft that the reader leads. One statement."""
    statement = sa.select(Group.id).where(Group.id.in_(draft.seats), programs.groups_within(actor, permission, on))
    return frozenset(db.session().scalars(statement))


def find_draft(division_id: int) -> LiveDraft | None:
    """The newest live draft of a division."""
    statement = sa.select(LiveDraft).where(LiveDraft.division_id == division_id).order_by(LiveDraft.id.desc())
    return db.session().scalar(statement.limit(1))


# ---- where it stands ----


def standing_of(draft: LiveDraft, on: date) -> Standing:
    """Who is picked, who is left, whose turn it is. A constant number of statements.

    Children, links and limits are as they are now: who enrolled meanwhile is there to be picked, and a court's word counts
    at once.
    """
    division = draft.division
    pool, known = forming.pool_of(division), {team.group_id: team for team in forming.teams_of(division.id, on)}
    teams = tuple(known[group_id] for group_id in draft.seats if group_id in known)
    places = (
        db.session()
        .scalars(
            sa.select(DraftPlace)
            .where(DraftPlace.live_draft_id == draft.id, DraftPlace.undone_at.is_(None))
            .order_by(DraftPlace.id)
        )
        .all()
    )
    task = forming.task_for(division, pool, teams, on)
    placed = tuple(Placed(place.youth_id, place.group_id, place.round) for place in places)
    picks = tuple(place for place in places if place.client_key is not None)
    board = Board(draft.pick_order, task.teams, task.children, task.links, placed)
    turn = turn_of(board) if draft.state in UNDER_WAY else None
    return Standing(draft, board, task, tuple(pool), teams, picks, turn)

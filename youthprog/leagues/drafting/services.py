"""Verbs of a live draft: open it, pick, undo, pause, go on, write it to the teams or leave it. They never commit."""

import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, refuse_if
from youthprog.leagues.drafting import queries
from youthprog.leagues.drafting.models import DraftPlace, LiveDraft
from youthprog.leagues.drafting.queries import Standing
from youthprog.leagues.drafting.rules import Left, picked, refusals_to_pick, settled_before, with_placed
from youthprog.leagues.drafting.types import Board, DraftOrder, DraftState, Placed, Turn
from youthprog.leagues.forming import queries as forming
from youthprog.leagues.forming import services as forming_services
from youthprog.leagues.forming.blocks import contradiction_of
from youthprog.leagues.forming.checks import faults_of
from youthprog.leagues.forming.queries import PoolLine, TeamLine
from youthprog.leagues.forming.types import Pin, PinKind, Task
from youthprog.leagues.models import Division
from youthprog.people.types import PeopleMerged

KEY = re.compile(r"[0-9A-Za-z_-]{8,40}")
S = DraftState


def open_draft(
    division: Division,
    *,
    order: DraftOrder,
    places: Mapping[int, int | None],
    shows_ratings: bool,
    keeps_players: bool,
    by: Actor,
    now: datetime,
) -> LiveDraft:
    """Let the teams of a division pick its children in turn. Coaches' children, and who stays from before, are placed first.

    `places` says for a team (its group) which in the first round it is; lots are drawn for the others. Raises `Refused`
    when there are no teams or children, when drafts are open already, or when the rules leave no way.
    """
    db.session().execute(sa.select(Division.id).where(Division.id == division.id).with_for_update())
    on = clock.day_of(now)
    teams, pool = forming.teams_of(division.id, on), forming.pool_of(division)
    refuse_if(_refusals_to_open(division, teams, pool, places))
    ordered = _in_order(teams, places)
    task = forming.task_for(division, pool, ordered, on)
    if keeps_players:
        task = replace(task, pins=(*task.pins, *_stays(task, pool)))
    board = Board(order, task.teams, task.children, task.links)
    before = settled_before(board, task.pins)
    refuse_if(_refusals_to_begin(task, with_placed(board, before)))
    draft = LiveDraft(division_id=division.id, state=S.OPEN, pick_order=order, shows_ratings=shows_ratings)
    draft.opened_at, draft.opened_by_id = now, by.person_id
    draft.seats = seats = [team.group_id for team in ordered]
    db.session().add(draft)
    db.flush()
    db.session().add_all(_row(draft, each, by, now) for each in before)
    db.flush()
    record("draft.opened", "draft", draft.id, by=by, now=now, division_id=division.id, order=order.value, seats=seats)
    return draft


def _refusals_to_open(
    division: Division, teams: Sequence[TeamLine], pool: Sequence[PoolLine], places: Mapping[int, int | None]
) -> list[Refusal]:
    reasons = []
    if len(teams) < 2:
        reasons.append(Refusal("no_teams", N_("A draft needs two teams. Make them first.")))
    if not pool:
        reasons.append(Refusal("no_children", N_("No enrolled child is of this division's ages.")))
    last = queries.find_draft(division.id)
    if last is not None and last.state in queries.UNDER_WAY:
        reasons.append(Refusal("under_way", N_("A live draft of this division is open already.")))
    if forming_services.has_open(division.id):
        reasons.append(Refusal("open", N_("A draft of this division is open. Accept or discard it first.")))
    said = [place for group_id, place in places.items() if place is not None]
    if len(set(said)) < len(said) or any(not 1 <= place <= len(teams) for place in said):
        sentence = N_("Number each team once, from 1 to %(teams)s.")
        reasons.append(Refusal("places", sentence, "places", {"teams": len(teams)}))
    return reasons


def _in_order(teams: Sequence[TeamLine], places: Mapping[int, int | None]) -> list[TeamLine]:
    """The teams as numbered; lots are drawn for the rest."""
    seats: list[TeamLine | None] = [None] * len(teams)
    drawn = list(teams)
    secrets.SystemRandom().shuffle(drawn)
    for team in teams:
        place = places.get(team.group_id)
        if place is not None:
            seats[place - 1] = team
            drawn.remove(team)
    return [seat if seat is not None else drawn.pop() for seat in seats]


def _stays(task: Task, pool: Sequence[PoolLine]) -> list[Pin]:
    """Children who are on a team already stay there, unless a parent coaches another."""
    pinned, teams = {pin.child for pin in task.pins}, {team.id for team in task.teams}
    return [
        Pin(PinKind.LOCK, line.youth_id, line.group_id)
        for line in pool
        if line.group_id in teams and line.group_id is not None and line.youth_id not in pinned
    ]


def _refusals_to_begin(task: Task, board: Board) -> list[Refusal]:
    """What keeps the rules from being kept, whatever anybody picks."""
    placed = {each.child: each.team for each in board.placed}
    few = replace(task, children=tuple(child for child in task.children if child.id in placed), pins=())
    few = replace(few, links=tuple(link for link in few.links if {link.one, link.other} <= placed.keys()))
    if contradiction_of(task) is None and not faults_of(few, placed) and Left(board).has_a_way:
        return []
    sentence = N_("The rules between these children cannot all be kept. The page of the division says which.")
    return [Refusal("no_way", sentence)]


# ---- picking ----


def pick(
    draft: LiveDraft,
    youth_id: int,
    *,
    turn: Turn,
    key: str,
    teams: Collection[int] | None = None,
    by: Actor,
    now: datetime,
) -> Standing:
    """Pick a child, with all who come along, at the turn that was seen. Returns where the draft stood before.

    `key` comes with the form: sent again, the same form changes nothing. `teams` are those the picker may pick for; None:
    any. Raises `Conflict` when somebody was faster or the draft does not go on, `Refused` for a pick that breaks a rule.
    """
    _lock(draft)
    if not KEY.fullmatch(key):
        raise Conflict([Refusal("moved_on", N_("Somebody was faster: the draft has gone on. Look at it again."))])
    standing = queries.standing_of(draft, clock.day_of(now))
    if _was_sent(draft, youth_id, key):
        return standing
    _refuse_unless_open(draft)
    if teams is not None and turn.team not in teams:
        raise Conflict([Refusal("not_yours", N_("It is another team's turn."))])
    if youth_id not in {line.youth_id for line in standing.pool}:
        raise NotFound
    reasons = refusals_to_pick(standing.board, turn, youth_id)
    if any(reason.code in ("taken", "moved_on") for reason in reasons):
        raise Conflict(reasons)
    refuse_if(reasons)
    places = picked(standing.board, turn, youth_id)
    row = _row(draft, places[0], by, now, client_key=key)
    db.session().add(row)
    db.flush()
    db.session().add_all(_row(draft, each, by, now, picked_with_id=row.id) for each in places[1:])
    db.flush()
    along = [each.child for each in places[1:]]
    about = {"youth_id": youth_id, "group_id": turn.team, "round": turn.round, "along": along}
    record("draft.picked", "draft", draft.id, by=by, now=now, **about)
    return standing


def _lock(draft: LiveDraft) -> None:
    """Let one deed at a time go on from here for this draft, and see it as it is now."""
    db.session().refresh(draft, ["state"], with_for_update=True)


def _was_sent(draft: LiveDraft, youth_id: int, key: str) -> bool:
    """Whether this very form came before. Raises `Conflict` when what it did was undone, or it asked for something else."""
    known = db.session().scalar(
        sa.select(DraftPlace).where(DraftPlace.live_draft_id == draft.id, DraftPlace.client_key == key)
    )
    if known is None:
        return False
    if known.undone_at is not None:
        raise Conflict([Refusal("undone", N_("This pick was undone. Look at the draft again."))])
    if known.youth_id != youth_id:
        raise Conflict([Refusal("moved_on", N_("Somebody was faster: the draft has gone on. Look at it again."))])
    return True


def _refuse_unless_open(draft: LiveDraft) -> None:
    if draft.state is S.PAUSED:
        raise Conflict([Refusal("paused", N_("The draft is paused."))])
    if draft.state is not S.OPEN:
        raise Conflict([Refusal("over", N_("This draft is over."))])


def _row(draft: LiveDraft, each: Placed, by: Actor, now: datetime, **more: Any) -> DraftPlace:
    return DraftPlace(
        live_draft_id=draft.id, youth_id=each.child, group_id=each.team, round=each.round, placed_at=now,
        placed_by_id=by.person_id, **more,
    )  # fmt: skip


def undo_pick(draft: LiveDraft, pick_id: int, *, by: Actor, now: datetime) -> None:
    """Take the last pick back, with all who came along: it is that team's turn again.

    The same undo again changes nothing. Raises `Conflict` when it is not the last pick any more.
    """
    _lock(draft)
    picks = sa.select(DraftPlace).where(DraftPlace.live_draft_id == draft.id, DraftPlace.client_key.is_not(None))
    row = db.session().scalar(picks.where(DraftPlace.id == pick_id))
    if row is None:
        raise NotFound
    if row.undone_at is not None:
        return
    last = db.session().scalar(picks.where(DraftPlace.undone_at.is_(None)).order_by(DraftPlace.id.desc()).limit(1))
    if draft.state not in queries.UNDER_WAY or last is not row:
        raise Conflict([Refusal("moved_on", N_("Somebody was faster: the draft has gone on. Look at it again."))])
    along = sa.select(DraftPlace).where(DraftPlace.picked_with_id == row.id)
    for place in (row, *db.session().scalars(along)):
        place.undone_at = now
    db.flush()
    record("draft.undone", "draft", draft.id, by=by, now=now, youth_id=row.youth_id, group_id=row.group_id)


# ---- pausing, ending ----


def pause(draft: LiveDraft, *, by: Actor, now: datetime) -> None:
    """Let nobody pick until it goes on. Raises `Conflict` when it is not open."""
    _turn(draft, (S.OPEN,), S.PAUSED)
    record("draft.paused", "draft", draft.id, by=by, now=now)


def resume(draft: LiveDraft, *, by: Actor, now: datetime) -> None:
    """Let a paused draft go on where it stood. Raises `Conflict` when it is not paused."""
    _turn(draft, (S.PAUSED,), S.OPEN)
    record("draft.resumed", "draft", draft.id, by=by, now=now)


def discard(draft: LiveDraft, *, by: Actor, now: datetime) -> None:
    """Put a draft away; the teams stay as they are. Raises `Conflict` when it is over."""
    _turn(draft, queries.UNDER_WAY, S.DISCARDED, decided_at=now)
    record("draft.discarded", "draft", draft.id, by=by, now=now)


def finish(draft: LiveDraft, *, by: Actor, now: datetime) -> int:
    """Write the draft to the teams, all in one step, as a draft of teams is accepted. Returns how many came to a team.

    Raises `Conflict` while somebody is left, or when rules changed so that the teams break one.
    """
    _turn(draft, queries.UNDER_WAY, S.DONE, decided_at=now)
    standing = queries.standing_of(draft, clock.day_of(now))
    if standing.left:
        raise Conflict([Refusal("left", N_("Not everybody is picked yet."))])
    here = {line.youth_id for line in standing.pool}  # who withdrew since is on no team
    team_of = {each.child: each.team for each in standing.board.placed if each.child in here}
    if faults_of(standing.task, team_of):
        sentence = N_("Rules between these children changed during the draft. Undo picks, or change the rules.")
        raise Conflict([Refusal("rules_changed", sentence)])
    picked_ids = {each.youth_id for each in standing.picks}
    row = forming_services.keep_drafted(draft.division, standing.task, team_of, picked_ids, by=by, now=now)
    draft.forming_id = row.id
    count = forming_services.accept(row, by=by, now=now)
    record("draft.written", "draft", draft.id, by=by, now=now, forming_id=row.id, children=len(team_of))
    return count


def _turn(draft: LiveDraft, states: Sequence[DraftState], to: DraftState, **values: Any) -> None:
    """Change where a draft stands, if it still stands where it should."""
    table = db.table(LiveDraft)
    done = db.session().execute(
        sa.update(table).where(table.c.id == draft.id, table.c.state.in_(states)).values(state=to, **values)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("moved_on", N_("Somebody was faster: the draft has gone on. Look at it again."))])
    db.session().refresh(draft, ["state", "decided_at"])


# ---- merging people ----


def follow_merge(event: PeopleMerged) -> None:
    """Let the kept record take the merged one's place in drafts, where it has none of its own."""
    holds = sa.select(DraftPlace.live_draft_id).where(
        DraftPlace.youth_id == event.kept_id, DraftPlace.undone_at.is_(None)
    )
    both = set(db.session().scalars(holds))
    for row in db.session().scalars(sa.select(DraftPlace).where(DraftPlace.youth_id == event.gone_id)).all():
        if row.live_draft_id in both and row.undone_at is None:
            row.undone_at = event.at
        row.youth_id = event.kept_id
    db.flush()

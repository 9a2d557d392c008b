"""Verbs of drafts of teams: ask for one, change it by hand, accept it, take it back. They never commit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, Refused
from youthprog.leagues.drafting.models import LiveDraft
from youthprog.leagues.drafting.types import DraftState
from youthprog.leagues.forming import queries
from youthprog.leagues.forming.checks import faults_of
from youthprog.leagues.forming.looking import looked_at
from youthprog.leagues.forming.models import (
    Forming,
    FormingPlace,
    FormingState,
)
from youthprog.leagues.forming.types import Contradiction, LinkKind, Pin, PinKind, Progress, Proposal, Task, Why
from youthprog.leagues.forming.wire import written
from youthprog.leagues.models import Division
from youthprog.programs import services as programs
from youthprog.programs.models import Group

LEASE = timedelta(seconds=45)
S = FormingState
UNDER_WAY = (S.ASKED, S.WORKING)
OPEN = (S.ASKED, S.WORKING, S.READY)
MIDDLE_SECONDS = 30

# ---- asking for a draft ----


def ask(division: Division, *, skill_within: int, mix_ages: bool, by: Actor, now: datetime) -> Forming:
    """Ask the worker for a draft of a division's teams.

    Raises `Refused` when there are no teams, no children, or a draft is open already.
    """
    db.session().execute(sa.select(Division.id).where(Division.id == division.id).with_for_update())
    reasons = []
    if not queries.teams_of(division.id, clock.day_of(now)):
        reasons.append(Refusal("no_teams", N_("This division has no teams yet. Make them first.")))
    if not queries.pool_of(division):
        reasons.append(Refusal("no_children", N_("No enrolled child is of this division's ages.")))
    if has_open(division.id):
        reasons.append(Refusal("open", N_("A draft of this division is open. Accept or discard it first.")))
    if has_live_draft(division.id):
        reasons.append(Refusal("under_way", N_("A live draft of this division is open already.")))
    if reasons:
        raise Refused(reasons)
    row = Forming(
        division_id=division.id, state=S.ASKED, skill_within=skill_within, mix_ages=mix_ages, progress={}, result={},
        seconds=MIDDLE_SECONDS, asked_at=now, asked_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record("forming.asked", "forming", row.id, by=by, now=now, division_id=division.id)
    return row


def has_live_draft(division_id: int) -> bool:
    """Whether coaches are picking a division's children."""
    statement = sa.select(LiveDraft.id).where(
        LiveDraft.division_id == division_id, LiveDraft.state.in_((DraftState.OPEN, DraftState.PAUSED))
    )
    return db.session().scalar(statement.limit(1)) is not None


def has_open(division_id: int) -> bool:
    """Whether a draft of a division is asked for, worked on, or there to look at."""
    statement = sa.select(Forming.id).where(Forming.division_id == division_id, Forming.state.in_(OPEN))
    return db.session().scalar(statement.limit(1)) is not None


def keep_drafted(
    division: Division, task: Task, team_of: Mapping[int, int], picked: Collection[int], *, by: Actor, now: datetime
) -> Forming:
    """Keep what coaches picked in a live draft as a draft of teams, with its figures and reasons, ready to be accepted."""
    figures, unmet, placements = looked_at(task, team_of)
    row = Forming(
        division_id=division.id, state=S.READY, progress={}, asked_at=now, asked_by_id=by.person_id, division=division,
        result={"figures": written(figures), "unmet": written(unmet), "drafted": True},
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    for placement in placements:
        why, people = placement.why, list(placement.people)
        if placement.child in picked:
            why, people = Why.DRAFTED, []
        db.session().add(
            FormingPlace(forming_id=row.id, youth_id=placement.child, group_id=placement.team, why=why, people=people)
        )
    db.flush()
    return row


def ask_again(forming: Forming, *, by: Actor, now: datetime) -> None:
    """Let the worker better a draft; locked children stay. Raises `Conflict` when it is not one to change."""
    _turn(forming, (S.READY, S.IMPOSSIBLE, S.FAILED), S.ASKED, asked_at=now, progress={}, stop_asked_at=None)
    record("forming.asked_again", "forming", forming.id, by=by, now=now)


def stop(forming: Forming, *, by: Actor, now: datetime) -> None:
    """Ask the worker to end with the best so far. Raises `Conflict` when nothing is under way."""
    _turn(forming, UNDER_WAY, None, stop_asked_at=now)
    record("forming.stopped", "forming", forming.id, by=by, now=now)


def discard(forming: Forming, *, by: Actor, now: datetime) -> None:
    """Put a draft away; the teams stay as they are. Raises `Conflict` when it was decided already."""
    _turn(forming, (*OPEN, S.IMPOSSIBLE, S.FAILED), S.DISCARDED, decided_at=now, leased_until=None)
    record("forming.discarded", "forming", forming.id, by=by, now=now)


def _turn(forming: Forming, states: Sequence[FormingState], to: FormingState | None, **values: Any) -> None:
    """Change a forming, if it still stands where it should."""
    table = db.table(Forming)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == forming.id, table.c.state.in_(states))
        .values(**values, **({"state": to} if to is not None else {}))
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("moved_on", N_("Somebody was faster: this draft has moved on. Look at it again."))])
    db.session().refresh(forming)


# ---- a draft in hand ----


def move(forming: Forming, youth_id: int, group_id: int, *, by: Actor, now: datetime) -> None:
    """Put a child on a team by hand and lock it there; who stays with the child comes along, unlocked.

    Raises `Refused` when a rule that is never broken forbids it, `NotFound` for a team that is not of the division.
    """
    _turn(forming, (S.READY,), S.READY)
    task, draft = queries.task_of(forming, clock.day_of(now))
    if group_id not in {team.id for team in task.teams} or youth_id not in draft:
        raise NotFound
    moved = _with(task.links, youth_id) & draft.keys()
    after = draft | dict.fromkeys(moved, group_id)
    own = Pin(PinKind.LOCK, youth_id, draft[youth_id])
    task = replace(task, pins=tuple(pin for pin in task.pins if pin != own))
    if set(faults_of(task, after)) - set(faults_of(task, draft)):
        sentence = N_("A rule that is never broken keeps this child from that team. Change the rule first.")
        raise Refused([Refusal("hard_rule", sentence, "team")])
    for place in queries.places_of(forming.id):
        if place.youth_id in moved:
            place.group_id = group_id
        if place.youth_id == youth_id:
            place.locked_at = now
    _look_at(forming, replace(task, pins=(*task.pins, Pin(PinKind.LOCK, youth_id, group_id))), after, by_hand=True)
    record("forming.moved", "forming", forming.id, by=by, now=now, youth_id=youth_id, group_id=group_id)


def _look_at(forming: Forming, task: Task, draft: Mapping[int, int], **more: Any) -> None:
    """Count the figures and find the reasons of a draft as it is now."""
    figures, unmet, placements = looked_at(task, draft)
    why_of = {placement.child: placement for placement in placements}
    for place in queries.places_of(forming.id):
        if (placement := why_of.get(place.youth_id)) is not None:
            place.why, place.people = placement.why, list(placement.people)
    forming.result = forming.result | {"figures": written(figures), "unmet": written(unmet)} | more
    db.flush()


def _with(links: Iterable[Any], youth_id: int) -> set[int]:
    """A child and all who stay with it."""
    found, grows = {youth_id}, True
    held = [each for each in links if each.kind is not LinkKind.APART]
    while grows:
        more = {child for each in held if found & {each.one, each.other} for child in (each.one, each.other)}
        grows = not more <= found
        found |= more
    return found


def unlock(forming: Forming, youth_id: int, *, by: Actor, now: datetime) -> None:
    """Let a child move again when the draft is formed again."""
    _turn(forming, (S.READY,), S.READY)
    place = queries.get_place(forming.id, youth_id)
    place.locked_at = None
    db.flush()
    _look_at(forming, *queries.task_of(forming, clock.day_of(now)))
    record("forming.unlocked", "forming", forming.id, by=by, now=now, youth_id=youth_id)


def accept(forming: Forming, *, by: Actor, now: datetime) -> int:
    """Write the draft to the teams, all in one step. Returns how many children came to another team than before.

    Raises `Conflict` when it was decided meanwhile, or when children, links or teams have changed so that the draft
    breaks a rule or leaves somebody out; `Refused` when a team is fuller than it may be.
    """
    _turn(forming, (S.READY,), S.ACCEPTED, decided_at=now)
    task, draft = queries.task_of(forming, clock.day_of(now))
    if faults_of(task, draft):
        sentence = N_("Children, rules or teams have changed since this draft was formed. Form it again.")
        raise Conflict([Refusal("changed_meanwhile", sentence)])
    before = {line.youth_id: line.group_id for line in queries.pool_of(forming.division)}
    moved = {youth_id: group_id for youth_id, group_id in draft.items() if before.get(youth_id) != group_id}
    groups = {group.id: group for group in _groups({*moved.values(), *filter(None, before.values())})}
    for youth_id in moved:
        was = before.get(youth_id)
        if was is not None:
            programs.leave_group(youth_id, groups[was], by=by, now=now)
    for group_id in sorted(set(moved.values())):
        coming = [youth_id for youth_id, group in moved.items() if group == group_id]
        programs.join_many(coming, groups[group_id], by=by, now=now)
    forming.result = forming.result | {"came_from": {str(youth_id): before.get(youth_id) for youth_id in moved}}
    db.flush()
    record("forming.accepted", "forming", forming.id, by=by, now=now, moved=len(moved), children=len(draft))
    return len(moved)


def undo(forming: Forming, *, by: Actor, now: datetime) -> int:
    """Take an accepted draft back: who came to a team by it leaves again, to where it was. Returns how many.

    Who was moved by hand since stays. Raises `Conflict` when it is not accepted.
    """
    _turn(forming, (S.ACCEPTED,), S.UNDONE, decided_at=now)
    came_from = {int(youth_id): group for youth_id, group in forming.result.get("came_from", {}).items()}
    placed = {place.youth_id: place.group_id for place in queries.places_of(forming.id)}
    here = {line.youth_id: line.group_id for line in queries.pool_of(forming.division)}
    back = [youth_id for youth_id in came_from if youth_id in placed and here.get(youth_id) == placed[youth_id]]
    groups = {group.id: group for group in _groups({*placed.values(), *filter(None, came_from.values())})}
    for youth_id in back:
        programs.leave_group(youth_id, groups[placed[youth_id]], by=by, now=now)
    for group_id in sorted({came_from[youth_id] for youth_id in back} - {None}):
        programs.join_many(
            [youth_id for youth_id in back if came_from[youth_id] == group_id], groups[group_id], by=by, now=now
        )
    record("forming.undone", "forming", forming.id, by=by, now=now, moved=len(back))
    return len(back)


def _groups(ids: set[int]) -> Sequence[Group]:
    return db.session().scalars(sa.select(Group).where(Group.id.in_(ids))).all()


# ---- the worker's part ----


def take_up(forming_id: int, *, now: datetime) -> bool:
    """Take a forming in hand for a while, unless another worker has."""
    table = db.table(Forming)
    done = db.session().execute(
        sa.update(table)
        .where(
            table.c.id == forming_id,
            table.c.state.in_(UNDER_WAY),
            sa.or_(table.c.leased_until.is_(None), table.c.leased_until < now),
        )
        .values(state=S.WORKING, leased_until=now + LEASE)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def keep_progress(forming_id: int, progress: Progress | None, *, now: datetime) -> bool:
    """Tell how far it is and keep it in hand. Returns whether it should go on; False when stopped or put away."""
    table = db.table(Forming)
    values: dict[str, Any] = {"leased_until": now + LEASE}
    if progress is not None:
        told = written(progress)
        told.pop("team_of")
        values["progress"] = told
    done = db.session().execute(
        sa.update(table).where(table.c.id == forming_id, table.c.state == S.WORKING).values(**values)
    )
    asked = db.session().scalar(sa.select(table.c.stop_asked_at).where(table.c.id == forming_id))
    return bool(done.rowcount == 1) and asked is None  # type: ignore[attr-defined]


def keep_result(
    forming_id: int, result: Proposal | Contradiction | None, *, broken: bool = False, now: datetime
) -> None:
    """Keep what the worker found: a draft, the rules that leave no way, or that it broke. Nothing when put away."""
    state = S.READY if isinstance(result, Proposal) else S.FAILED if broken else S.IMPOSSIBLE
    kept: dict[str, Any] = {}
    if isinstance(result, Proposal):
        kept = {"figures": written(result.figures), "unmet": written(result.unmet)}
    elif isinstance(result, Contradiction):
        kept = {"contradiction": written(result)}
    table = db.table(Forming)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == forming_id, table.c.state == S.WORKING)
        .values(state=state, result=kept, leased_until=None, stop_asked_at=None)
    )
    if done.rowcount == 1 and isinstance(result, Proposal):  # type: ignore[attr-defined]
        _keep_places(forming_id, result)
    db.session().expire_all()


def _keep_places(forming_id: int, proposal: Proposal) -> None:
    known = {place.youth_id: place for place in queries.places_of(forming_id)}
    for placement in proposal.placements:
        place = known.pop(placement.child, None)
        if place is None:
            place = FormingPlace(forming_id=forming_id, youth_id=placement.child)
            db.session().add(place)
        place.group_id, place.why, place.people = placement.team, placement.why, list(placement.people)
    for gone in known.values():
        db.session().delete(gone)
    db.flush()

"""Keeping a paper sheet that somebody keyed in: marks through the register's own save, times as arrivals and leavings."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from youthprog.attendance import deeds, paper_queries, services
from youthprog.attendance.keyed import NO_TIMES, Times
from youthprog.attendance.models import Register
from youthprog.attendance.paper_queries import NO_PASSAGES, PAPER, Passages
from youthprog.attendance.rules import NOT_CLEARED
from youthprog.attendance.types import DeedKind, Fate, Mark, Outcome, Said, Saved
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, refuse_if
from youthprog.programs.models import Gathering


@dataclass(frozen=True)
class Walked:
    """Somebody on an added line of the sheet who is enrolled in the season."""

    line: int
    youth_id: int
    name: str
    times: Times


@dataclass(frozen=True)
class Keyed:
    """A sheet as somebody read it: marks that differ from those shown, and the times of each row beside those shown.

    `names` are those who stand on the sheet.
    """

    marks: Mapping[int, Mark | None]
    seen: Mapping[int, int]
    times: Mapping[int, Times]
    times_shown: Mapping[int, str]
    names: Mapping[int, str]
    walked: Sequence[Walked] = ()


def key_sheet(gathering: Gathering, sheet: Keyed, *, by: Actor, now: datetime) -> Saved:
    """Keep what a paper sheet says, as said from paper by whoever keyed it.

    The same rules as everywhere. Raises `Refused` with every reason, `Conflict` when somebody changed one of these
    rows since it was shown; then nothing is kept.
    """
    deeds.lock(gathering)
    before = paper_queries.passages_of(gathering.id)
    clashes = [who for who in sheet.times if _clashes(before.get(who, NO_PASSAGES), sheet, who)]
    if clashes:
        sentence = N_("%(name)s was marked by somebody else meanwhile.")
        raise Conflict(
            [Refusal("changed_meanwhile", sentence, f"in-{who}", {"name": sheet.names[who]}) for who in clashes]
        )
    saved = services.save_register(gathering, sheet.marks, seen=sheet.seen, by=by, now=now, device=PAPER)
    said = [
        each for who, times in sheet.times.items() for each in _passed(who, times, before.get(who, NO_PASSAGES), now)
    ]
    said += [each for walked in sheet.walked for each in _walked(walked, now)]
    if said:
        save_id = _save_of(gathering.id) if saved.changed else str(uuid.uuid4())
        refuse_if(list(_refused(deeds.say(gathering, said, by=by, now=now, save_id=save_id), sheet)))
    return Saved(saved.changed + len({each.youth_id for each in said} - sheet.marks.keys()), saved.counts)


def _save_of(gathering_id: int) -> str | None:
    register = db.session().get(Register, gathering_id)
    return register.save_id if register else None


def _clashes(held: Passages, sheet: Keyed, who: int) -> bool:
    """Whether the times of a row changed since it was shown, and not to what was keyed."""
    if held.elsewhere:
        return False
    now = held.times.written(clock.zone())
    return now not in (
        sheet.times_shown.get(who, NO_TIMES.written(clock.zone())),
        sheet.times[who].written(clock.zone()),
    )


def _passed(who: int, times: Times, held: Passages, now: datetime) -> Iterable[Said]:
    """What has to be said so that the times keyed hold. What somebody at the door said stays."""
    if held.elsewhere:
        return
    for kind, at, was, keyed in (
        (DeedKind.ARRIVE, times.came_at, held.times.came_at, held.arrivals),
        (DeedKind.LEAVE, times.left_at, held.times.left_at, held.leavings),
    ):
        if at == was:
            continue
        for client_id in keyed:
            yield Said(_new_id(), who, DeedKind.TAKE_BACK, now, undoes=client_id, device=PAPER)
        if at is not None:
            yield Said(_new_id(), who, kind, at, device=PAPER)


def _walked(walked: Walked, now: datetime) -> Iterable[Said]:
    came, left = walked.times.came_at, walked.times.left_at
    kind = DeedKind.ARRIVE if came else DeedKind.MARK
    yield Said(_new_id(), walked.youth_id, kind, came or now, Mark.WALK_IN, device=PAPER)
    if left is not None:
        yield Said(_new_id(), walked.youth_id, DeedKind.LEAVE, left, device=PAPER)


def _refused(outcomes: Iterable[Outcome], sheet: Keyed) -> Iterable[Refusal]:
    lines = {each.youth_id: each for each in sheet.walked}
    for each in outcomes:
        if each.fate is not Fate.REFUSED or each.refusal is None:
            continue
        walked = lines.get(each.youth_id or 0)
        if walked and each.refusal.code == NOT_CLEARED:
            sentence = N_("%(name)s is not cleared. May watch. May not take part.")
            yield Refusal(NOT_CLEARED, sentence, f"walked-{walked.line}", {"name": walked.name})
        else:
            yield each.refusal


def _new_id() -> str:
    return str(uuid.uuid4())

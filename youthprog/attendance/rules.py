"""When a register may be taken, which marks stand, and what two savers make of one register. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from youthprog.attendance.types import CAME, NOTHING, TAPPED, Kept, Mark, Merge
from youthprog.core.refusals import N_, Refusal

OPENS_BEFORE = timedelta(hours=2)
UNDO_WITHIN = timedelta(minutes=15)
MISSING_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class GatheringFacts:
    """What decides whether a register may be taken at an instant."""

    starts_at: datetime
    canceled: bool
    now: datetime


def refusals_to_take(facts: GatheringFacts) -> list[Refusal]:
    """Why no register of the gathering can be taken now. It opens two hours before the start and never closes."""
    if facts.canceled:
        return [Refusal("gathering_canceled", N_("This was canceled. There is no attendance to take."))]
    if facts.now < facts.starts_at - OPENS_BEFORE:
        reason = N_("This has not begun. Attendance opens at %(opens)s.")
        return [Refusal("not_begun", reason, values={"opens": facts.starts_at - OPENS_BEFORE})]
    return []


def refusals_to_mark(
    marks: Mapping[int, Mark | None], members: Mapping[int, str], not_cleared: Iterable[int]
) -> list[Refusal]:
    """Why some marks cannot stand. `members` are the names of those who belong to the gathering."""
    barred = set(not_cleared)
    reasons = []
    for youth_id, mark in marks.items():
        if youth_id not in members:
            reasons.append(
                Refusal("not_a_member", N_("Somebody on this page is no longer in the group. Load it again."))
            )
        elif youth_id in barred and mark in CAME:
            sentence = N_("%(name)s is not cleared. May watch. May not take part.")
            reasons.append(Refusal("not_cleared", sentence, field_of(youth_id), {"name": members[youth_id]}))
    return reasons


def refusals_to_leave_blank(marks: Iterable[Mark | None], *, can_be_marked: bool) -> list[Refusal]:
    """Why a register without any mark cannot be saved: an empty register would count as taken."""
    if can_be_marked and not any(marks):
        return [Refusal("nobody_marked", N_("Nobody is marked yet. Tap who is here, then save."))]
    return []


@dataclass(frozen=True)
class UndoFacts:
    """What decides whether the last save of a register can be taken back."""

    saved_at: datetime | None
    saved_by_id: int | None
    by_id: int | None
    now: datetime


def refusals_to_undo(facts: UndoFacts) -> list[Refusal]:
    """Why the last save cannot be undone: only one's own, and only for a quarter of an hour."""
    if facts.saved_at is None:
        return [Refusal("nothing_saved", N_("Nothing was saved yet, so there is nothing to undo."))]
    if facts.saved_by_id != facts.by_id:
        return [Refusal("saved_by_another", N_("Somebody else saved after you. Change single marks instead."))]
    if facts.now - facts.saved_at > UNDO_WITHIN:
        return [Refusal("too_late", N_("That was a while ago. Change single marks instead."))]
    return []


def field_of(youth_id: int) -> str:
    """The name of the form field of a youth's mark."""
    return f"mark-{youth_id}"


def with_rest_present(marks: Mapping[int, Mark | None], markable: Iterable[int]) -> dict[int, Mark | None]:
    """The marks after "Everyone else is here": who has none yet is present; what was tapped stays."""
    return {**dict.fromkeys(markable, Mark.PRESENT), **{who: mark for who, mark in marks.items() if mark}}


def touched(posted: Mapping[int, Mark], shown: Mapping[int, Kept]) -> dict[int, Mark | None]:
    """The marks a person chose: those that differ from what the page showed.

    A row left as it was shown says nothing, so it never brings back a mark somebody else has changed since.
    """
    return {youth_id: mark for youth_id, mark in posted.items() if mark != shown.get(youth_id, NOTHING).mark}


def merge(kept: Mapping[int, Kept], wanted: Mapping[int, Mark | None], seen: Mapping[int, int]) -> Merge:
    """What saving `wanted` does to the marks in force.

    A mark may replace only the version its saver saw. Two savers who say the same agree and clash never.
    """
    changes: dict[int, Mark | None] = {}
    clashes = []
    for youth_id, mark in wanted.items():
        now = kept.get(youth_id, NOTHING)
        if mark == now.mark:
            continue
        if seen.get(youth_id, 0) == now.version:
            changes[youth_id] = mark
        else:
            clashes.append(youth_id)
    return Merge(changes, tuple(clashes))


def applied(kept: Mapping[int, Kept], changes: Mapping[int, Mark | None]) -> dict[int, Kept]:
    """The marks in force after the changes; each change makes a new version."""
    after = {youth_id: Kept(mark, kept.get(youth_id, NOTHING).version + 1) for youth_id, mark in changes.items()}
    return {**kept, **after}


def counts_of(marks: Iterable[Mark | None]) -> dict[Mark, int]:
    """How many of each mark there are, in the register's order; marks nobody has are left out."""
    found = list(marks)
    order = (*TAPPED, Mark.LEFT_EARLY, Mark.WALK_IN)
    return {mark: count for mark in order if (count := found.count(mark))}

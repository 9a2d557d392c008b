"""When a register may be taken, which marks stand, and what two savers make of one register. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from youthprog.attendance.collecting_rules import (
    BARRED,
    NOT_ALONE,
    NOT_LISTED,
    NOT_PROVEN,
    NOT_THIS_PERSON,
    refusals_to_collect,
)
from youthprog.attendance.ledger import NOT_CLEARED
from youthprog.attendance.types import CAME, NOTHING, TAPPED, DeedKind, Kept, Mark, Merge, Said
from youthprog.core.collecting import NOBODY, Collecting
from youthprog.core.refusals import N_, Refusal

OPENS_BEFORE = timedelta(hours=2)
UNDO_WITHIN = timedelta(minutes=15)
MISSING_AFTER = timedelta(hours=24)
CLOCK_MAY_DIFFER = timedelta(minutes=5)
STAYS_OPEN = timedelta(hours=12)  # how long after the end somebody can still arrive or leave
NOT_ENROLLED = "not_enrolled"
UNKNOWN_NAME = "unknown_name"
NONE_OF_OURS = "none_of_ours"
LEAVING = frozenset({DeedKind.LEAVE, DeedKind.STOP})


@dataclass(frozen=True)
class GatheringFacts:
    """What decides whether a register may be taken at an instant."""

    starts_at: datetime
    canceled: bool
    now: datetime


def refusals_to_take(facts: GatheringFacts) -> list[Refusal]:
    """Why no register of the gathering can be taken now. It opens two hours before the start and never closes."""
    if facts.canceled:
        return [refusal_of("gathering_canceled", facts)]
    if facts.now < facts.starts_at - OPENS_BEFORE:
        return [refusal_of("not_begun", facts)]
    return []


@dataclass(frozen=True)
class SayFacts:
    """What decides whether deeds of a gathering count. Sets hold keys of youth."""

    gathering: GatheringFacts
    ends_at: datetime
    members: frozenset[int]
    enrolled: frozenset[int]
    there: frozenset[int]  # who stands on the register already, whether of the group or not
    not_cleared: frozenset[int]
    collecting: Mapping[str, Collecting] = field(default_factory=dict)  # by deed of leaving or stop: who may, then
    alone: frozenset[str] = frozenset()  # the deeds at whose time the youth may leave alone

    def knows(self, youth_id: int) -> bool:
        """Whether the youth has anything to do with this gathering."""
        return youth_id in self.members or youth_id in self.enrolled or youth_id in self.there


@dataclass(frozen=True)
class Verdict:
    """Why a deed does not count, if it does not; and what somebody should look at."""

    refusal: Refusal | None = None
    flag: str | None = None


def judged(said: Said, facts: SayFacts) -> Verdict:
    """Whether a deed counts. It depends on the deed and on facts of the day alone, never on what came before it."""
    refusals = refusals_to_say(said, facts)
    return Verdict(refusals[0] if refusals else None, flag_of(said, facts))


def refusals_to_say(said: Said, facts: SayFacts) -> list[Refusal]:
    """Why a deed does not count: the gathering, the youth, the clearance, who collects.

    Taking back is heard of everybody who has to do with the gathering, whatever became of it meanwhile.
    """
    if said.youth_id is None and said.name is not None:
        return [refusal_of(UNKNOWN_NAME, facts.gathering)]
    if said.youth_id is None:
        return [refusal_of("foreign_code" if said.code is not None else "unknown_youth", facts.gathering)]
    if not facts.knows(said.youth_id):
        return [refusal_of(NOT_ENROLLED, facts.gathering)]
    if said.kind is DeedKind.TAKE_BACK:
        return []
    if said.kind in LEAVING:
        known = facts.collecting.get(said.client_id, NOBODY)
        return refusals_to_collect(said.kind, said.to, known, may_leave_alone=said.client_id in facts.alone)
    reasons = refusals_to_take(facts.gathering)
    elsewhere = (
        said.youth_id not in facts.members and not said.saw
    )  # who saw a mark of the youth has it on the register
    if elsewhere and said.kind is DeedKind.MARK and said.mark not in (Mark.WALK_IN, None):
        reasons.append(refusal_of("not_a_member", facts.gathering))
    if said.mark in CAME and said.youth_id in facts.not_cleared:
        reasons.append(refusal_of(NOT_CLEARED, facts.gathering))
    return reasons


# What the register says of a deed that does not count, by the code it is kept with.
SENTENCES = {
    "unknown_youth": N_("Nobody on this register goes by that entry. Load the page again."),
    "foreign_code": N_("This is not one of our cards. Find the name in the list."),
    UNKNOWN_NAME: N_("Nobody of the season is surely meant. Say on the register who it is."),
    NOT_ENROLLED: N_("Not enrolled in this season. Ask the office before taking part."),
    "not_a_member": N_("Not in this group. Mark as walked in, or ask the office."),
    NOT_CLEARED: N_("Not cleared. May watch. May not take part."),
    "gathering_canceled": N_("This was canceled. There is no attendance to take."),
    "not_begun": N_("This has not begun. Attendance opens at %(opens)s."),
}
SENTENCES |= {each.code: each.sentence for each in (BARRED, NOT_PROVEN, NOT_LISTED, NOT_THIS_PERSON, NOT_ALONE)}
# What somebody should look at, though the deed counts.
FLAGS = {
    "clock_off": N_("The clock of this device is wrong. The time is kept as our clock has it."),
    "impossible_time": N_("This time cannot be. It is kept, and the office should look at it."),
    "nobody_named": N_("Nobody said with whom the child left."),
}
NOT_COUNTED = N_("This was kept and does not count. Ask the office.")


def refusal_of(code: str, facts: GatheringFacts) -> Refusal:
    """A refusal by its code: a repeated message is answered with the sentence of the first."""
    values = {"opens": facts.starts_at - OPENS_BEFORE} if code == "not_begun" else {}
    return Refusal(code, SENTENCES.get(code, NOT_COUNTED), values=values)


def flag_of(said: Said, facts: SayFacts) -> str | None:
    """What somebody should look at: a time that cannot be, or a device whose clock is wrong. The deed counts all the same."""
    opens, closes = facts.gathering.starts_at - OPENS_BEFORE, facts.ends_at + STAYS_OPEN
    passage = said.kind in (DeedKind.ARRIVE, DeedKind.LEAVE)
    if said.at > facts.gathering.now + CLOCK_MAY_DIFFER or (passage and not opens <= said.at <= closes):
        return "impossible_time"
    if said.clock_at is not None and abs(said.clock_at - said.at) > CLOCK_MAY_DIFFER:
        return "clock_off"
    if said.kind is DeedKind.LEAVE and said.to is None:
        return "nobody_named"
    return None


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


def refusals_to_take_back(count: int) -> list[Refusal]:
    """Why there is nothing of the last save to take back."""
    if not count:
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
    return {youth_id: mark for youth_id, mark in posted.items() if mark != shown.get(youth_id, NOTHING).shown}


def merge(kept: Mapping[int, Kept], wanted: Mapping[int, Mark | None], seen: Mapping[int, int]) -> Merge:
    """What saving `wanted` does to the marks in force.

    A mark may replace only the version its saver saw. Two savers who say the same agree and clash never.
    """
    changes: dict[int, Mark | None] = {}
    clashes = []
    for youth_id, mark in wanted.items():
        now = kept.get(youth_id, NOTHING)
        if mark == now.mark and not now.disputed:
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

"""Who may be matched, when a match is due, which session may be logged. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold
from youthprog.mentorship.types import MatchStatus

MOST_YOUTH = 7  # per mentor, where a program says nothing else; four to six with two mentors is the aim
LONGEST_SESSION = 1440
OPEN = (MatchStatus.PROPOSED, MatchStatus.ACTIVE, MatchStatus.PAUSED)


def load_of(youth: int, mentors: int) -> int:
    """How many young people of one match count as one mentor's: the share of each, rounded up."""
    return -(-youth // mentors) if mentors else 0


@dataclass(frozen=True)
class ProposalFacts:
    """A match as it would be proposed. `loads` says, by mentor's name, how many youth each has already."""

    youth: int
    loads: Mapping[str, int]
    name: str
    limit: int = MOST_YOUTH
    kept_away: bool = False
    taken: Sequence[str] = ()


def refusals_to_propose(facts: ProposalFacts) -> list[Refusal]:
    """Why these people cannot be proposed as a match. `taken` are youth who have a mentor, or no place, already."""
    reasons = []
    if not facts.youth:
        reasons.append(Refusal("no_youth", N_("Choose at least one young person."), "youth"))
    if not facts.loads:
        reasons.append(Refusal("no_mentor", N_("Choose at least one mentor."), "mentors"))
    if facts.youth > 1 and not facts.name:
        reasons.append(Refusal("no_name", N_("Give the group a name, like Tuesday homework club."), "name"))
    for name in facts.taken:
        sentence = N_("%(name)s cannot be chosen: already matched, or not enrolled in this season.")
        reasons.append(Refusal("not_free", sentence, "youth", {"name": name}))
    for name, load in facts.loads.items():
        after = load + load_of(facts.youth, len(facts.loads))
        if after > facts.limit:
            sentence = N_("%(name)s would have %(after)s young people. %(limit)s is the most for one mentor.")
            values = {"name": name, "after": after, "limit": facts.limit}
            reasons.append(Refusal("too_many_youth", sentence, "mentors", values))
    if facts.kept_away:
        reason = N_("A custody restriction keeps one of these adults away from one of these young people.")
        reasons.append(Refusal("kept_away", reason, "mentors"))
    return reasons


def refusals_to_activate(status: MatchStatus, *, mentors: int, youth: int) -> list[Refusal]:
    """Why a match cannot begin, or go on after a pause."""
    if status not in (MatchStatus.PROPOSED, MatchStatus.PAUSED):
        return [wrong_state(status)]
    reasons = []
    if not mentors:
        reasons.append(Refusal("no_mentor", N_("This match has no mentor.")))
    if not youth:
        reasons.append(Refusal("no_youth", N_("This match has no young person.")))
    return reasons


def refusals_while_stopped(is_stopped: bool) -> list[Refusal]:
    """Why a match cannot begin or go on while a concern keeps a mentor and a youth of it apart. Says nothing of the concern."""
    sentence = N_("This match stays paused until those who look after safety agree. Ask them first.")
    return [Refusal("stopped", sentence)] if is_stopped else []


def refusals_to_pause(status: MatchStatus) -> list[Refusal]:
    """Why a match cannot be paused."""
    return [] if status is MatchStatus.ACTIVE else [wrong_state(status)]


def wrong_state(status: MatchStatus) -> Refusal:
    """Why something cannot be done with a match that stands like this."""
    sentences = {
        MatchStatus.PROPOSED: N_("This match has not begun yet."),
        MatchStatus.ACTIVE: N_("This match is active already."),
        MatchStatus.PAUSED: N_("This match is paused."),
        MatchStatus.CLOSED: N_("This match is closed."),
    }
    return Refusal(f"match_{status.value}", sentences[status])


def next_expected(status: MatchStatus, started_on: date | None, last_on: date | None, every_days: int) -> date | None:
    """The day by which the match should meet next; None while it is not active."""
    if status is not MatchStatus.ACTIVE:
        return None
    base = max((day for day in (started_on, last_on) if day is not None), default=None)
    return base + timedelta(days=every_days) if base else None


def overdue_days(next_on: date | None, on: date) -> int:
    """How many days ago the match should have met; 0 when it is on plan."""
    return max(0, (on - next_on).days) if next_on else 0


def name_of(given: str, youth: Sequence[str], mentors: Sequence[str], known: Iterable[str]) -> str:
    """The name of a match: as given, else the two people's; numbered when the season has it already."""
    base = (given or f"{youth[0]} & {mentors[0]}")[:74]
    taken = {fold(name) for name in known}
    name, number = base, 2
    while fold(name) in taken:
        name, number = f"{base} {number}", number + 1
    return name

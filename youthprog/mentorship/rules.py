"""Who may be matched, when a match is due, which session may be logged. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold
from youthprog.mentorship.types import MatchStatus

MOST_YOUTH = 7  # per mentor; four to six with two mentors is the aim
LONGEST_SESSION = 1440
LONGEST_NOTE = 2000


def load_of(youth: int, mentors: int) -> int:
    """How many young people of one match count as one mentor's: the share of each, rounded up."""
    return -(-youth // mentors) if mentors else 0


@dataclass(frozen=True)
class ProposalFacts:
    """A match as it would be proposed. `loads` says, by mentor's name, how many youth each has already."""

    youth: int
    loads: Mapping[str, int]
    name: str
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
        if after > MOST_YOUTH:
            sentence = N_("%(name)s would have %(after)s young people. %(limit)s is the most for one mentor.")
            values = {"name": name, "after": after, "limit": MOST_YOUTH}
            reasons.append(Refusal("too_many_youth", sentence, "mentors", values))
    if facts.kept_away:
        reason = N_("A custody restriction keeps one of these adults away from one of these young people.")
        reasons.append(Refusal("kept_away", reason, "mentors"))
    return reasons


def refusals_to_activate(status: MatchStatus, *, mentors: int, youth: int) -> list[Refusal]:
    """Why a match cannot begin, or go on after a pause."""
    if status not in (MatchStatus.PROPOSED, MatchStatus.PAUSED):
        return [_wrong_state(status)]
    reasons = []
    if not mentors:
        reasons.append(Refusal("no_mentor", N_("This match has no mentor.")))
    if not youth:
        reasons.append(Refusal("no_youth", N_("This match has no young person.")))
    return reasons


def refusals_to_pause(status: MatchStatus) -> list[Refusal]:
    """Why a match cannot be paused."""
    return [] if status is MatchStatus.ACTIVE else [_wrong_state(status)]


def _wrong_state(status: MatchStatus) -> Refusal:
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


def expected_on(last_on: date | None, started_on: date | None, every_days: int, today: date) -> date:
    """The day of the session one most likely logs now: the last planned day not after today, else today."""
    base = last_on or started_on
    if base is None or base > today:
        return today
    rounds = (today - base).days // every_days
    return base + timedelta(days=rounds * every_days) if rounds else today


@dataclass(frozen=True)
class LogFacts:
    """A session as it would be logged. `starts_on` is the local day of its start."""

    status: MatchStatus
    started_on: date | None
    starts_at: datetime
    starts_on: date
    now: datetime
    minutes: int
    note: str
    youth: int


def refusals_to_log(facts: LogFacts) -> list[Refusal]:
    """Why a session cannot be logged."""
    reasons = []
    if facts.status is not MatchStatus.ACTIVE:
        reasons.append(_wrong_state(facts.status))
    if facts.starts_at > facts.now:
        reasons.append(Refusal("future", N_("This has not happened yet. Log it afterwards."), "on"))
    elif facts.started_on and facts.starts_on < facts.started_on:
        sentence = N_("This match began on %(day)s. Choose that day or a later one.")
        reasons.append(Refusal("before_start", sentence, "on", {"day": facts.started_on}))
    if not 1 <= facts.minutes <= LONGEST_SESSION:
        sentence = N_("Write how many minutes, 1 to %(limit)s.")
        reasons.append(Refusal("minutes", sentence, "minutes", {"limit": LONGEST_SESSION}))
    if len(facts.note) > LONGEST_NOTE:
        sentence = N_("This is too long: %(max)d characters at most.")
        reasons.append(Refusal("note_too_long", sentence, "note", {"max": LONGEST_NOTE}))
    if not facts.youth:
        reasons.append(Refusal("nobody", N_("Nobody was in this match on that day.")))
    return reasons


def name_of(given: str, youth: Sequence[str], mentors: Sequence[str], known: Iterable[str]) -> str:
    """The name of a match: as given, else the two people's; numbered when the season has it already."""
    base = (given or f"{youth[0]} & {mentors[0]}")[:74]
    taken = {fold(name) for name in known}
    name, number = base, 2
    while fold(name) in taken:
        name, number = f"{base} {number}", number + 1
    return name

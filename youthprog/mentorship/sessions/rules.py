"""Which session one most likely logs, and which may be logged. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.rules import LONGEST_SESSION, wrong_state
from youthprog.mentorship.types import MatchStatus

LONGEST_NOTE = 2000


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
        reasons.append(wrong_state(facts.status))
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

"""Which session is expected, which may be logged, what is to be looked at, when somebody is reminded. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.rules import LONGEST_SESSION, wrong_state
from youthprog.mentorship.sessions.types import NEEDS_REASON, Entry, Flag, LedTime, Mode, Timeliness
from youthprog.mentorship.types import DutyStatus, MatchStatus

LONGEST_NOTE, LONGEST_GOAL, LONGEST_REASON = 2000, 200, 300
DRAFT_KEPT = timedelta(days=7)
LINK_DAYS = 7
FIRST_REMINDER, SECOND_REMINDER = timedelta(hours=24), timedelta(hours=72)
REMINDED_WITHIN = timedelta(days=7)  # of what is older nobody remembers who came
BETWEEN_REMINDERS = timedelta(hours=24)
ON_TIME = timedelta(days=7)
SHARE_DAYS = 90
SHORT_MINUTES, LONG_MINUTES = 10, 300
NIGHT_FROM, NIGHT_UNTIL = 23, 5  # hours of the local clock
TWO_MISSES = 2
OWN_TIME_DAYS = 60  # so far back one is asked for one's own time in what somebody else logged


# ---- which session is expected ----


def expected_on(last_on: date | None, started_on: date | None, every_days: int, today: date) -> date:
    """The day of the session one most likely logs now: the last planned day not after today, else today."""
    base = last_on or started_on
    if base is None or base > today:
        return today
    rounds = (today - base).days // every_days
    return base + timedelta(days=rounds * every_days) if rounds else today


@dataclass(frozen=True)
class Plan:
    """How a match meets. `held_on` are the days with a log or a word, ascending; `active_since` is the last start after a pause."""

    started_on: date
    every_days: int
    held_on: Sequence[date] = ()
    active_since: date | None = None


@dataclass(frozen=True)
class Due:
    """An expected session, and whether a log, or a word why it was not held, answers it."""

    due_on: date
    is_answered: bool


def answers(due_on: date, held_on: date, every_days: int) -> bool:
    """Whether what was held on a day answers an expected session: after the one before, at most half a round late."""
    late = (held_on - due_on).days
    return -every_days < late <= every_days // 2


def is_same_session(due_on: date, other: date, every_days: int) -> bool:
    """Whether two expected days are one session whose day moved because another log came in."""
    return abs((other - due_on).days) < max(1, every_days)


def dues_of(plan: Plan, *, since: date, until: date) -> list[Due]:
    """The sessions expected from a day until a day, both included, oldest first.

    Each is one round after the session before it, or after the expected day that nobody answered, so a week keeps its
    weekday. What fell into a pause, or before it, is not expected any more.
    """
    found = []
    held = [day for day in plan.held_on if day > plan.started_on]
    before = [day for day in plan.held_on if day <= since - timedelta(days=plan.every_days)]
    anchor = max([plan.started_on, *before])
    rounds = max(0, (since - anchor).days // plan.every_days - 1) if not _any_between(held, anchor, since) else 0
    anchor += timedelta(days=rounds * plan.every_days)
    while (due_on := anchor + timedelta(days=plan.every_days)) <= until:
        answered = next((day for day in held if day > anchor and answers(due_on, day, plan.every_days)), None)
        anchor = answered or due_on
        if due_on >= max(since, plan.active_since or since):
            found.append(Due(due_on, answered is not None))
    return found


def _any_between(days: Iterable[date], after: date, until: date) -> bool:
    return any(after < day <= until for day in days)


def misses_in_a_row(dues: Sequence[Due]) -> int:
    """How many of the last expected sessions, counted back from the newest, nobody answered."""
    count = 0
    for due in reversed(dues):
        if due.is_answered:
            break
        count += 1
    return count


# ---- when somebody is reminded ----


def reminder_due(ended_at: datetime, first_at: datetime | None, second_at: datetime | None, now: datetime) -> int:
    """Which reminder an unanswered session is to get now: 1, 2, or 0 for none.

    The first 24 hours after its end, the second after 72 and a day after the first; never a third, and none for what
    ended more than 7 days ago.
    """
    if second_at is not None or now - ended_at >= REMINDED_WITHIN:
        return 0
    if first_at is None:
        return 1 if now - ended_at >= FIRST_REMINDER else 0
    return 2 if now - ended_at >= SECOND_REMINDER and now - first_at >= BETWEEN_REMINDERS else 0


def is_late(ended_at: datetime, now: datetime) -> bool:
    """Whether a session without a log counts as missed: both reminders could have been answered."""
    return now - ended_at >= SECOND_REMINDER


# ---- which may be logged ----


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
    reasons += _refusals_of_time(facts)
    if not 1 <= facts.minutes <= LONGEST_SESSION:
        sentence = N_("Write how many minutes, 1 to %(limit)s.")
        reasons.append(Refusal("minutes", sentence, "minutes", {"limit": LONGEST_SESSION}))
    if len(facts.note) > LONGEST_NOTE:
        sentence = N_("This is too long: %(max)d characters at most.")
        reasons.append(Refusal("note_too_long", sentence, "note", {"max": LONGEST_NOTE}))
    if not facts.youth:
        reasons.append(Refusal("nobody", N_("Nobody was in this match on that day.")))
    return reasons


def _refusals_of_time(facts: LogFacts) -> list[Refusal]:
    if facts.starts_at > facts.now:
        return [Refusal("future", N_("This has not happened yet. Log it afterwards."), "on")]
    if facts.started_on and facts.starts_on < facts.started_on:
        sentence = N_("This match began on %(day)s. Choose that day or a later one.")
        return [Refusal("before_start", sentence, "on", {"day": facts.started_on})]
    return []


def refusals_to_say_not_held(facts: LogFacts) -> list[Refusal]:
    """Why nobody can say that a session did not take place. A day ahead may be canceled."""
    reasons = [] if facts.status is MatchStatus.ACTIVE else [wrong_state(facts.status)]
    return reasons + [each for each in _refusals_of_time(facts) if each.code != "future"]


def refusals_to_amend(reason: str, changed: Iterable[str]) -> list[Refusal]:
    """Why a correction is none: it changes nothing, or says not why."""
    if not list(changed):
        return [Refusal("unchanged", N_("Nothing is changed. Change what is wrong, then save."))]
    if not reason:
        return [Refusal("no_reason", N_("Write in a few words what was wrong."), "why")]
    return []


# ---- whose time it was ----


class Led(NamedTuple):
    """Who led a session, as its row says: `duty` and `minutes` are those of whoever logged it, `kept` the others' own."""

    mentor_ids: Sequence[int]
    logged_by_id: int | None
    duty: DutyStatus
    minutes: int
    kept: Mapping[str, Any]


def times_of(led: Led) -> list[LedTime]:
    """The time of each who led a session, by key; of logs from before anybody said who led it, that of whoever logged it.

    Whoever logged it gave all its minutes on its duty. Another gave what is kept of this mentor, never more than the
    session's minutes; while nothing is kept, the same as whoever logged it, and nobody has said so.
    """
    return [_time_of(led, key) for key in sorted(set(led.mentor_ids))] or [
        LedTime(led.logged_by_id, led.duty, led.minutes, is_said=True)
    ]


def _time_of(led: Led, key: int) -> LedTime:
    own = led.kept.get(str(key))
    if key == led.logged_by_id or own is None:
        return LedTime(key, led.duty, led.minutes, is_said=key == led.logged_by_id)
    minutes = min(led.minutes, own.get("minutes") or led.minutes)
    return LedTime(key, DutyStatus(own["duty"]), minutes, is_said=bool(own.get("said")))


def kept_times(entry: Entry, logged_by_id: int | None, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a log keeps of the others who led it. What a mentor said of the own time stays until somebody changes it."""
    found = {}
    for key in sorted(set(entry.mentor_ids) - {logged_by_id}):
        own = before.get(str(key))
        duty = entry.duties.get(key) or (DutyStatus(own["duty"]) if own else entry.duty)
        stays = own is not None and own["duty"] == duty
        found[str(key)] = own if stays else {"duty": duty.value, "minutes": None, "said": False}
    return found


def refusals_to_say_time(minutes: int | None, most: int) -> list[Refusal]:
    """Why somebody who led a session cannot have given so many minutes to it."""
    if minutes is not None and 1 <= minutes <= most:
        return []
    return [Refusal("own_minutes", N_("Write how many minutes you were there, 1 to %(limit)s."), None, {"limit": most})]


# ---- what is to be looked at ----


def is_alone(mode: Mode, adults: int, came: int, observable: bool | None) -> bool:
    """Whether one adult was with one young person where nobody could see them."""
    return mode is Mode.IN_PERSON and adults == 1 and came == 1 and observable is not True


def flags_of(entry: Entry, *, came: Iterable[int], may_ride: Iterable[int], overlaps: bool, hour: int) -> list[Flag]:
    """What somebody should look at. `may_ride` are the youth whose consent for rides is in force; `hour` the local one."""
    there, found = set(came), []
    if is_alone(entry.mode, entry.adults, len(there), entry.observable):
        found.append(Flag.ALONE)
    if entry.transport and there - set(may_ride):
        found.append(Flag.TRANSPORT)
    if overlaps:
        found.append(Flag.OVERLAP)
    if entry.mode in (Mode.IN_PERSON, Mode.VIDEO) and entry.minutes < SHORT_MINUTES:
        found.append(Flag.SHORT)
    if entry.minutes > LONG_MINUTES:
        found.append(Flag.LONG)
    if hour >= NIGHT_FROM or hour < NIGHT_UNTIL:
        found.append(Flag.NIGHT)
    return found


REASONS = {
    Flag.ALONE: N_("Write why one adult was with one young person where nobody could see them."),
    Flag.TRANSPORT: N_("Write why somebody rode along whose family gave no consent for rides."),
}


def refusals_without_reason(flags: Iterable[Flag], reason: str | None) -> list[Refusal]:
    """What a session has to give a reason for, and gives none."""
    if reason:
        return []
    return [Refusal(f"reason_{each.value}", REASONS[each], "reason") for each in flags if each in NEEDS_REASON]


# ---- how soon sessions are logged ----


def timeliness(delays: Sequence[timedelta], unlogged: int) -> Timeliness:
    """The share of sessions logged within 7 days of their end, and the median delay of the logged ones.

    `delays` are from the end of each session to its log (before the end counts as none); `unlogged` are expected
    sessions older than 7 days that nobody logged: they count as not in time, so that logging nothing is no full score.
    """
    count = len(delays) + unlogged
    within = sum(each <= ON_TIME for each in delays)
    hours = [max(0.0, each.total_seconds() / 3600) for each in delays]
    return Timeliness(count, unlogged, within * 100 // count if count else None, _median(hours) if hours else None)


def _median(values: Sequence[float]) -> float:
    """The middle of the values; of an even number the mean of the two in the middle."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

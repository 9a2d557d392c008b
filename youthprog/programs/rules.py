"""Who gets a place, who is next, and on which days a group meets. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from youthprog.core.refusals import N_, Refusal
from youthprog.people.rules import age_on
from youthprog.programs.types import EnrollmentStatus

LONGEST_SERIES = 60
LONGEST_GATHERING = timedelta(hours=24)
OLDEST_AGE = 25
ACTIVE = (EnrollmentStatus.ENROLLED, EnrollmentStatus.WAITLISTED)


@dataclass(frozen=True)
class EnrollFacts:
    """What decides whether a youth may be enrolled in a season."""

    is_youth: bool
    born_on: date | None
    status: EnrollmentStatus | None
    age_cutoff_on: date
    min_age: int
    max_age: int
    ends_on: date
    today: date
    age_exception: str | None = None


def refusals_to_enroll(facts: EnrollFacts) -> list[Refusal]:
    """Why a youth cannot be enrolled. Age counts on the season's cut-off day; a written exception overrules it."""
    reasons = []
    if not facts.is_youth:
        reasons.append(Refusal("not_a_youth", N_("Only young people are enrolled."), "youth_id"))
    if facts.ends_on < facts.today:
        reason = N_("This season ended on %(day)s.")
        reasons.append(Refusal("season_over", reason, values={"day": facts.ends_on}))
    if facts.status is EnrollmentStatus.ENROLLED:
        reasons.append(Refusal("already_enrolled", N_("Already enrolled in this season."), "youth_id"))
    if facts.status is EnrollmentStatus.WAITLISTED:
        reasons.append(Refusal("already_waiting", N_("Already on the waitlist of this season."), "youth_id"))
    if not facts.age_exception:
        reasons += refusals_of_age(facts)
    return reasons


def refusals_of_age(facts: EnrollFacts) -> list[Refusal]:
    """Why a birth date does not fit the season's ages."""
    if facts.born_on is None:
        reason = N_("The birth date is missing. Add it first, or write why the age is accepted.")
        return [Refusal("no_birth_date", reason, "youth_id")]
    age = age_on(facts.born_on, facts.age_cutoff_on)
    if facts.min_age <= age <= facts.max_age:
        return []
    sentence = N_("%(age)s years old on %(cutoff)s. This season is for ages %(min)s to %(max)s.")
    values = {"age": age, "cutoff": facts.age_cutoff_on, "min": facts.min_age, "max": facts.max_age}
    return [Refusal("too_young" if age < facts.min_age else "too_old", sentence, "youth_id", values)]


@dataclass(frozen=True)
class Waiting:
    """Somebody on a waitlist."""

    enrollment_id: int
    asked_at: datetime


def waitlist_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Who asked first is first; the lower key decides between equals."""
    return sorted(waiting, key=lambda each: (each.asked_at, each.enrollment_id))


def next_on_waitlist(waiting: Iterable[Waiting]) -> Waiting | None:
    """Who gets the next free place."""
    return next(iter(waitlist_order(waiting)), None)


@dataclass(frozen=True)
class SeasonFacts:
    """A season as it would be written."""

    starts_on: date
    ends_on: date
    min_age: int
    max_age: int
    capacity: int | None
    taken: int = 0
    registration_opens_on: date | None = None
    registration_closes_on: date | None = None
    name_is_taken: bool = False


def refusals_to_open_season(facts: SeasonFacts) -> list[Refusal]:
    """Why a season cannot be opened, or changed, like this."""
    reasons = []
    if facts.name_is_taken:
        reasons.append(Refusal("name_taken", N_("This program has a season of this name."), "name"))
    if facts.ends_on < facts.starts_on:
        reasons.append(Refusal("ends_before_start", N_("The last day comes before the first."), "ends_on"))
    if not 0 <= facts.min_age <= OLDEST_AGE or not 0 <= facts.max_age <= OLDEST_AGE:
        reason = N_("Ages go from 0 to %(limit)s.")
        reasons.append(Refusal("ages_out_of_range", reason, "max_age", {"limit": OLDEST_AGE}))
    elif facts.max_age < facts.min_age:
        reasons.append(Refusal("ages_swapped", N_("The oldest age is below the youngest."), "max_age"))
    if facts.capacity is not None and facts.capacity < 1:
        reasons.append(Refusal("no_places", N_("Write a number of 1 or more, or leave it empty."), "capacity"))
    elif facts.capacity is not None and facts.capacity < facts.taken:
        reason = N_("%(taken)s places are given already.")
        reasons.append(Refusal("below_taken", reason, "capacity", {"taken": facts.taken}))
    opens, closes = facts.registration_opens_on, facts.registration_closes_on
    if opens and closes and closes < opens:
        reason = N_("Registration would close before it opens.")
        reasons.append(Refusal("closes_before_opening", reason, "registration_closes_on"))
    return reasons


@dataclass(frozen=True)
class JoinFacts:
    """What decides whether a youth may join a group."""

    status: EnrollmentStatus | None
    is_member: bool
    places: int | None
    members: int
    jersey: str | None = None
    jersey_is_taken: bool = False
    kept_away: bool = False


def refusals_to_join(facts: JoinFacts) -> list[Refusal]:
    """Why a youth cannot join a group. That custody keeps somebody who leads it from the youth is not said."""
    reasons = []
    if facts.kept_away:
        reason = N_("This young person cannot be put in this group. Look at the file of the young person.")
        reasons.append(Refusal("kept_away", reason, "youth_id"))
    if facts.status is not EnrollmentStatus.ENROLLED:
        reasons.append(Refusal("not_enrolled", N_("Enroll in the season first."), "youth_id"))
    if facts.is_member:
        reasons.append(Refusal("already_member", N_("Already in this group."), "youth_id"))
    elif facts.places is not None and facts.members >= facts.places:
        reason = N_("All %(places)s places of this group are taken.")
        reasons.append(Refusal("group_full", reason, "youth_id", {"places": facts.places}))
    if facts.jersey and facts.jersey_is_taken:
        reason = N_("Somebody else wears number %(number)s.")
        reasons.append(Refusal("jersey_taken", reason, "jersey", {"number": facts.jersey}))
    return reasons


@dataclass(frozen=True)
class GroupFacts:
    """What decides whether a group can be changed as asked. No places means no limit."""

    name_is_taken: bool
    places: int | None
    members: int


def refusals_to_change_group(facts: GroupFacts) -> list[Refusal]:
    """Why a group cannot be changed."""
    reasons = []
    if facts.name_is_taken:
        reasons.append(Refusal("name_taken", N_("This season has a group of this name."), "name"))
    if facts.places is not None and facts.places < facts.members:
        reason = N_("%(members)s are in it already. Write at least that many places, or none for no limit.")
        reasons.append(Refusal("too_few_places", reason, "places", {"members": facts.members}))
    return reasons


def refusals_to_lead(*, is_adult: bool, already: bool, kept_away: bool) -> list[Refusal]:
    """Why an adult cannot lead a group. `kept_away`: custody keeps the adult from a child in it, which is not said."""
    reasons = []
    if not is_adult:
        reasons.append(Refusal("not_an_adult", N_("Only adults lead a group."), "person_id"))
    if already:
        reasons.append(Refusal("already_leads", N_("Already leads this group."), "person_id"))
    if kept_away:
        reason = N_("This adult cannot lead this group. Look at the files of those in it.")
        reasons.append(Refusal("kept_away", reason, "person_id"))
    return reasons


def refusals_to_schedule(
    starts_at: datetime, ends_at: datetime, season_starts_at: datetime, season_ends_at: datetime
) -> list[Refusal]:
    """Why a gathering cannot take place then. It belongs into its season's days."""
    reasons = []
    if ends_at <= starts_at:
        reasons.append(Refusal("ends_before_start", N_("It would end before it starts."), "ends"))
    elif ends_at - starts_at > LONGEST_GATHERING:
        reasons.append(Refusal("too_long", N_("A meeting lasts 24 hours at most."), "ends"))
    if not season_starts_at <= starts_at < season_ends_at:
        reasons.append(Refusal("outside_season", N_("This day is outside the season."), "day"))
    return reasons


def refusals_to_cancel(*, canceled: bool, over: bool, reason: str) -> list[Refusal]:
    """Why a gathering cannot be canceled."""
    reasons = []
    if canceled:
        reasons.append(Refusal("canceled", N_("This meeting was canceled already.")))
    if over:
        reasons.append(Refusal("over", N_("This meeting is over.")))
    if not reason.strip():
        reasons.append(Refusal("no_reason", N_("Say why. Families read this sentence."), "reason"))
    return reasons


def weekly_dates(first: date, last: date, weekdays: Sequence[int]) -> list[date]:
    """The days between two, both included, that fall on these weekdays (0 is Monday), at most 60."""
    wanted = frozenset(weekdays)
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [each for each in days if each.weekday() in wanted][:LONGEST_SERIES]


def moment_of(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a local day and time. A time the clocks skip counts as it would have without the change;
    of a time that comes twice the first is meant."""
    return datetime.combine(on, at, zone).astimezone(UTC)


def weekly_moments(
    first: date, last: date, weekdays: Sequence[int], starts: time, ends: time, zone: ZoneInfo
) -> list[tuple[datetime, datetime]]:
    """Start and end of a weekly series: the same local time before and after a change of the clocks."""
    return [(moment_of(on, starts, zone), moment_of(on, ends, zone)) for on in weekly_dates(first, last, weekdays)]

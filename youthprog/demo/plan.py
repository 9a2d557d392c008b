"""The shapes of a planned department: plain frozen values, keys that count from 1, no database."""

from dataclasses import dataclass
from datetime import date, time

from youthprog.attendance.types import Mark
from youthprog.demo.people import AdultPlan, HouseholdPlan, YouthPlan
from youthprog.demo.types import Activity, Answer, Duty, Size
from youthprog.mentorship.sessions.types import Activity as Deed
from youthprog.mentorship.types import DutyStatus
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind, ProgramKind, StaffRole


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A place where people meet."""

    key: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """What the department offers, in both languages."""

    key: int
    activity: Activity
    kind: ProgramKind
    name: str
    name_es: str
    summary: str
    summary_es: str


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """One run of a program, with its age window and places."""

    key: int
    program_key: int
    site_key: int
    name: str
    name_es: str
    starts_on: date
    ends_on: date
    registration_opens_on: date
    registration_closes_on: date
    age_cutoff_on: date
    min_age: int
    max_age: int
    capacity: int | None


@dataclass(frozen=True, slots=True)
class DivisionPlan:
    """Teams of one age that play each other."""

    key: int
    season_key: int
    name: str
    min_age: int
    max_age: int


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """A team, a club, a class or a mentoring pair, with the adults who lead it and the youth in it."""

    key: int
    season_key: int
    site_key: int
    kind: GroupKind
    name: str
    meets: str
    leaders: tuple[tuple[int, StaffRole], ...]
    members: tuple[int, ...]
    jerseys: tuple[str, ...] = ()
    division_key: int | None = None
    every_days: int | None = None
    weekdays: tuple[tuple[int, time, int, GatheringKind], ...] = ()
    """Weekday, hour, minutes, kind of every weekly meeting."""


@dataclass(frozen=True, slots=True)
class EnrollmentPlan:
    """A youth's place in a season, or in its line."""

    season_key: int
    youth_key: int
    status: EnrollmentStatus
    asked_on: date


@dataclass(frozen=True, slots=True)
class GatheringPlan:
    """One dated meeting, in the town's own time. `marks` has one mark per youth, empty when no register was taken."""

    key: int
    season_key: int
    group_key: int
    site_key: int
    kind: GatheringKind
    title: str
    on: date
    at: time
    minutes: int
    marks: tuple[tuple[int, Mark], ...] = ()


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a mentor wrote about one meeting of a pair."""

    gathering_key: int
    group_key: int
    on: date
    minutes: int
    duty: DutyStatus
    activities: tuple[Deed, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ConsentPlan:
    """One guardian asked about one youth for one season. The answer holds until `until_on`, as the form says."""

    youth_key: int
    guardian_key: int
    season_key: int
    answer: Answer
    sent_on: date
    until_on: date
    signed_on: date | None = None
    times_asked: int = 1


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """An adult of the department. `account` is the part before @demo.example, for the sign-ins of the guide."""

    adult_key: int
    duties: tuple[Duty, ...]
    paid: bool
    account: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """Everything, in the order in which it is loaded."""

    size: Size
    seed: int
    today: date
    sites: tuple[SitePlan, ...]
    households: tuple[HouseholdPlan, ...]
    adults: tuple[AdultPlan, ...]
    youth: tuple[YouthPlan, ...]
    workers: tuple[WorkerPlan, ...]
    programs: tuple[ProgramPlan, ...]
    seasons: tuple[SeasonPlan, ...]
    divisions: tuple[DivisionPlan, ...]
    groups: tuple[GroupPlan, ...]
    enrollments: tuple[EnrollmentPlan, ...]
    gatherings: tuple[GatheringPlan, ...]
    sessions: tuple[SessionPlan, ...]
    consents: tuple[ConsentPlan, ...]
    guardian_account_key: int

    @property
    def marks(self) -> int:
        """How many attendance marks there are."""
        return sum(len(gathering.marks) for gathering in self.gatherings)

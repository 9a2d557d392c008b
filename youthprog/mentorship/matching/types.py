"""Words of matching: what is known of a mentor and a youth, what is asked, what is proposed, and why."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from youthprog.core.refusals import N_

NOBODY = -1


class Mode(enum.StrEnum):
    """What the best proposal for a whole cohort is. Each breaks the ties of the one named first."""

    TOTAL = "total"  # the most points of all pairs together, then the most youth matched
    MOST = "most"  # the most youth matched, then the most points
    WORST = "worst"  # the most youth matched, then the best worst pair, then the most points


class Criterion(enum.StrEnum):
    """What earns points. Likes and dislikes share one weight, so that they always count alike."""

    LIKES = "likes"
    DISLIKES = "dislikes"
    TIME = "time"
    PLACE = "place"
    AGE = "age"
    EXPERIENCE = "experience"
    TEMPERAMENT = "temperament"
    WISHES = "wishes"
    IDENTITY = "identity"


class HardRule(enum.StrEnum):
    """What must hold for a pair at all, in the order in which it is told."""

    CUSTODY = "custody"
    FAMILY = "family"
    NEVER = "never"
    CAPACITY = "capacity"
    TIME = "time"
    PLACE = "place"
    LANGUAGE = "language"
    GENDER = "gender"


MODES = {
    Mode.TOTAL: N_("The best total"),
    Mode.MOST: N_("As many matched as possible"),
    Mode.WORST: N_("The best for whoever fits least"),
}
CRITERIA = {
    Criterion.LIKES: N_("Like the same"),
    Criterion.DISLIKES: N_("Dislike the same"),
    Criterion.TIME: N_("Time to spare"),
    Criterion.PLACE: N_("Short way"),
    Criterion.AGE: N_("Age"),
    Criterion.EXPERIENCE: N_("Experience"),
    Criterion.TEMPERAMENT: N_("Temperament"),
    Criterion.WISHES: N_("Wishes of the three"),
    Criterion.IDENTITY: N_("What the family asked for"),
}
RULES = {
    HardRule.CUSTODY: N_("No court order stands between them"),
    HardRule.FAMILY: N_("Not of one family"),
    HardRule.NEVER: N_("Nobody said never"),
    HardRule.CAPACITY: N_("The mentor has room"),
    HardRule.TIME: N_("An hour in common, as often as they are to meet"),
    HardRule.PLACE: N_("A place both can reach"),
    HardRule.LANGUAGE: N_("A language in common"),
    HardRule.GENDER: N_("Man or woman, as the family or the mentor needs"),
}
# What the program weighs, 0 to 10 each. One weight stands for likes and dislikes alike.
WEIGHTS: dict[str, int] = {
    "interests": 8, "time": 4, "place": 5, "age": 3, "experience": 5, "temperament": 3, "wishes": 8, "identity": 5,
}  # fmt: skip
WEIGHT_OF = {each: "interests" if each in (Criterion.LIKES, Criterion.DISLIKES) else each.value for each in Criterion}
HEAVIEST = 10
MOST_QUALITY = 100  # a criterion is met to so many hundredths


@dataclass(frozen=True, slots=True)
class Mentor:
    """A mentor, or the mentors of a group as one. `free` is a mask of quarter hours (see hours); `places` minutes to get
    to each place; `point` degrees north and east in thousandths. None and empty sets mean that nothing is known.
    """

    id: int
    free: int | None = None
    places: Mapping[int, int] = field(default_factory=dict)
    point: tuple[int, int] | None = None
    most_minutes: int | None = None
    most_km: int | None = None
    languages: frozenset[str] = frozenset()
    gender: str = ""
    only_gender: str = ""
    ages: tuple[int, int] | None = None
    likes: frozenset[str] = frozenset()
    dislikes: frozenset[str] = frozenset()
    experience: frozenset[str] = frozenset()
    temperament: int | None = None
    wishes: frozenset[int] = frozenset()
    identity: frozenset[str] = frozenset()
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class Youth:
    """A young person. `kept_from` are adults a court order keeps away, `family` own relatives, `never` entered pairs.

    `only_gender` and `identity` are set only where the family, or the program, asks for it.
    """

    id: int
    free: int | None = None
    places: Mapping[int, int] = field(default_factory=dict)
    point: tuple[int, int] | None = None
    most_minutes: int | None = None
    most_km: int | None = None
    languages: frozenset[str] = frozenset()
    gender: str = ""
    only_gender: str = ""
    age: int | None = None
    likes: frozenset[str] = frozenset()
    dislikes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    temperament: int | None = None
    wishes: frozenset[int] = frozenset()
    guardian_wishes: frozenset[int] = frozenset()
    identity: frozenset[str] = frozenset()
    kept_from: frozenset[int] = frozenset()
    family: frozenset[int] = frozenset()
    never: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Circle:
    """A group to be filled: its mentors, how few and how many youth it takes, and the hours at which it meets.

    Without hours of its own it meets at the hour, of those its mentors share, to which most of the youth can come. An
    empty group does not take place.
    """

    id: int
    mentors: tuple[int, ...]
    least: int = 1
    most: int = 7
    meets: int | None = None


@dataclass(frozen=True)
class Task:
    """What a matching is asked. With `circles` youth are put into groups, without them each gets a mentor.

    `every_days` is how often they are to meet; `together` and `apart` are pairs of youth, kept in groups alone.
    """

    youth: tuple[Youth, ...]
    mentors: tuple[Mentor, ...]
    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHTS), hash=False)
    mode: Mode = Mode.TOTAL
    every_days: int = 7
    circles: tuple[Circle, ...] = ()
    together: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """What one criterion earned a pair, of the most it could."""

    criterion: Criterion
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """The best other choice for a youth. The costs are of the whole: the best there is, less the best with this choice.

    A negative cost is a gain there, paid for in what the mode puts first. `score` is the pair's own.
    """

    to: int
    score: int
    matched_cost: int
    worst_cost: int
    total_cost: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal: a youth with a mentor or group `to`, the points of each criterion, and the best other choice.

    Without one there is none, or, where it was not `looked` for, the time for that was over.
    """

    youth: int
    to: int
    score: int
    points: tuple[Points, ...]
    other: Alternative | None = None
    hours: int = 0  # in common, in four weeks
    looked: bool = True


@dataclass(frozen=True, slots=True)
class Removed:
    """How many mentors or groups a hard rule keeps from a youth, and for how many it is the only one to do so."""

    rule: HardRule
    count: int
    alone: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A youth left over: how many mentors or groups were possible, and what removed the others.

    `others` had room for others only; `other` is what matching this youth would cost the whole.
    """

    youth: int
    possible: int
    removed: tuple[Removed, ...] = ()
    other: Alternative | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a proposal is. `first_come` and `best_first` are what those two simple ways reach: (matched, total)."""

    youth: int
    matched: int
    matchable: int
    total: int
    worst: int
    tenth: int
    proved: bool
    first_come: tuple[int, int] = (0, 0)
    best_first: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Outcome:
    """What was found for a whole cohort."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[Unmatched, ...]
    figures: Figures


class Phase(enum.StrEnum):
    """What a matching is at."""

    SCORING = "scoring"
    SOLVING = "solving"
    EXPLAINING = "explaining"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    phase: Phase
    share: float


# ---- proposals and everybody's word ----


class RunState(enum.StrEnum):
    """Where a run stands."""

    ASKED = "asked"  # waits for the worker
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
    DISCARDED = "discarded"


class OfferState(enum.StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"  # somebody has not answered yet
    AGREED = "agreed"  # all accepted; a group waits for its others, or the match could not be made
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    MADE = "made"  # the match is there, proposed


class Part(enum.StrEnum):
    """As whom somebody is asked."""

    MENTOR = "mentor"
    YOUTH = "youth"
    GUARDIAN = "guardian"


class Way(enum.StrEnum):
    """How an answer came."""

    ACCOUNT = "account"
    LINK = "link"
    IN_PERSON = "in_person"  # said to a member of staff, who is named


class Fit(enum.StrEnum):
    """How it goes after the first time together."""

    GOOD = "good"
    UNSURE = "unsure"
    NOT = "not"


class TieKind(enum.StrEnum):
    """An entered pair. NEVER is of an adult and a youth; the others are of two youth, in groups."""

    NEVER = "never"
    TOGETHER = "together"
    APART = "apart"


PARTS = {Part.MENTOR: N_("Mentor"), Part.YOUTH: N_("Young person"), Part.GUARDIAN: N_("Guardian")}
WAYS = {Way.ACCOUNT: N_("signed in"), Way.LINK: N_("by the link"), Way.IN_PERSON: N_("in person")}
FITS = {Fit.GOOD: N_("Good"), Fit.UNSURE: N_("Not sure yet"), Fit.NOT: N_("Not a good fit")}
OFFER_STATES = {
    OfferState.PENDING: N_("Waits for answers"),
    OfferState.AGREED: N_("All agreed"),
    OfferState.DECLINED: N_("Declined"),
    OfferState.WITHDRAWN: N_("Taken back"),
    OfferState.MADE: N_("Match proposed"),
}
TIES = {
    TieKind.NEVER: N_("Never match"),
    TieKind.TOGETHER: N_("Together in a group"),
    TieKind.APART: N_("Never in one group"),
}

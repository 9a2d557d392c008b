"""Words of the concerns room."""

import enum
from dataclasses import dataclass, field
from datetime import date, datetime

from youthprog.core.refusals import N_

LEAST = 2  # people named to read concerns
LONGEST_WORDS = 10_000
LONGEST_NAME = 200


class Danger(enum.StrEnum):
    """Whether somebody is in danger now, as the person who raised the concern said."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


DANGERS = {Danger.YES: N_("Yes"), Danger.NO: N_("No"), Danger.UNSURE: N_("I do not know")}


class Entry(enum.StrEnum):
    """What a line of a concern says. Lines are added and never changed."""

    RAISED = "raised"  # who raised it
    ABOUT_YOUTH = "about_youth"
    ABOUT_ADULT = "about_adult"  # never reads it and is never told
    TOLD = "told"  # who was written to
    ESCALATED = "escalated"  # who was written to because nobody had acknowledged it for a day
    ACKNOWLEDGED = "acknowledged"
    NOTE = "note"
    OUTCOME = "outcome"
    STOPPED = "stopped"  # mentoring between an adult and a youth stands still
    LIFTED = "lifted"  # and may go on


class State(enum.StrEnum):
    """How far a concern has come."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    SETTLED = "settled"


STATES = {
    State.NEW: N_("Nobody has answered for it yet"),
    State.ACKNOWLEDGED: N_("In hand"),
    State.SETTLED: N_("Outcome recorded"),
}


@dataclass(frozen=True)
class ContactStopped:
    """Event: a youth, a guardian for the child, or a safeguarding person says that this mentor is to stay away."""

    mentor_id: int
    youth_id: int
    on: date


@dataclass(frozen=True)
class Reader:
    """Somebody who is told of concerns: with an open account, so there is an address."""

    person_id: int
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class Readers:
    """Who reads concerns (`first`), who else is told when nobody answers for one in a day, and who runs the house."""

    first: tuple[Reader, ...] = ()
    further: tuple[Reader, ...] = ()
    admins: tuple[Reader, ...] = ()


@dataclass(frozen=True)
class Telling:
    """Whom to write to now: people who may read the concern, and administrators, who only see to it that somebody does."""

    readers: tuple[Reader, ...] = ()
    admins: tuple[Reader, ...] = ()


@dataclass(frozen=True)
class Somebody:
    """A person one may tick on the form."""

    person_id: int
    name: str


@dataclass(frozen=True)
class Offered:
    """Whom somebody who raises a concern can tick: the young people within reach, and adults."""

    youth: tuple[Somebody, ...] = ()
    adults: tuple[Somebody, ...] = ()


@dataclass(frozen=True)
class Raised:
    """A concern as it was sent. Keys are only those that were offered."""

    client_id: str
    youth_ids: tuple[int, ...] = ()
    adult_ids: tuple[int, ...] = ()
    who: str = ""
    words: str = ""
    danger: Danger | None = None


@dataclass(frozen=True)
class ConcernLine:
    """A concern in the list of those who may read it."""

    concern_id: int
    raised_at: datetime
    danger: Danger | None
    state: State
    raised_by: str
    about: tuple[str, ...] = ()
    is_overdue: bool = False
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None


@dataclass(frozen=True)
class EntryLine:
    """A line of a concern, as its page shows it."""

    kind: Entry
    at: datetime
    by: str
    name: str = ""
    youth: str = ""
    words: str = ""
    person_id: int | None = None
    youth_id: int | None = None


@dataclass(frozen=True)
class ConcernPage:
    """Everything the page of a concern shows."""

    line: ConcernLine
    who: str
    words: str
    youth: tuple[str, ...]
    adults: tuple[str, ...]
    entries: tuple[EntryLine, ...]
    stopped: tuple[EntryLine, ...] = ()
    pairs: tuple[tuple[Somebody, Somebody], ...] = ()  # (adult, youth) whose mentoring could be stopped
    opened: tuple[tuple[str, datetime], ...] = field(default=())

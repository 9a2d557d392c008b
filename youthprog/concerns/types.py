"""Words of the concerns room. Named tuples: the web process carries a dataclass at twice the weight (docs/decisions/0009)."""

import enum
from datetime import date, datetime
from typing import NamedTuple

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


class ContactStopped(NamedTuple):
    """Event: a youth, a guardian for the child, or a safeguarding person says that this mentor is to stay away."""

    mentor_id: int
    youth_id: int
    on: date


class Reader(NamedTuple):
    """Somebody who is told of concerns: with an open account, so there is an address."""

    person_id: int
    name: str
    email: str
    language: str


class Readers(NamedTuple):
    """Who reads concerns (`first`), who else is told when nobody answers for one in a day, and who runs the house."""

    first: tuple[Reader, ...] = ()
    further: tuple[Reader, ...] = ()
    admins: tuple[Reader, ...] = ()


class Telling(NamedTuple):
    """Whom to write to now: people who may read the concern, and administrators, who only see to it that somebody does."""

    readers: tuple[Reader, ...] = ()
    admins: tuple[Reader, ...] = ()


class Somebody(NamedTuple):
    """A person one may tick on the form."""

    person_id: int
    name: str


class Offered(NamedTuple):
    """Whom somebody who raises a concern can tick: the young people within reach, and adults."""

    youth: tuple[Somebody, ...] = ()
    adults: tuple[Somebody, ...] = ()


class Raised(NamedTuple):
    """A concern as it was sent. Keys are only those that were offered."""

    client_id: str
    youth_ids: tuple[int, ...] = ()
    adult_ids: tuple[int, ...] = ()
    who: str = ""
    words: str = ""
    danger: Danger | None = None


class ConcernLine(NamedTuple):
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


class EntryLine(NamedTuple):
    """A line of a concern, as its page shows it."""

    kind: Entry
    at: datetime
    by: str
    name: str = ""
    youth: str = ""
    words: str = ""
    person_id: int | None = None
    youth_id: int | None = None


class ConcernPage(NamedTuple):
    """Everything the page of a concern shows."""

    line: ConcernLine
    who: str
    words: str
    youth: tuple[str, ...]
    adults: tuple[str, ...]
    entries: tuple[EntryLine, ...]
    stopped: tuple[EntryLine, ...] = ()
    pairs: tuple[tuple[Somebody, Somebody], ...] = ()  # (adult, youth) whose mentoring could be stopped
    opened: tuple[tuple[str, datetime], ...] = ()

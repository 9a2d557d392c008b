"""Words of the consent room."""

import enum
from dataclasses import dataclass


class SectionKind(enum.StrEnum):
    """What a section asks for."""

    DECISION = "decision"  # yes or no
    INFORMATION = "information"  # a sheet to read; "I have read it"
    HEALTH = "health"  # words about health, or nothing to tell
    PICKUP = "pickup"  # people who may collect the child
    EMERGENCY = "emergency"  # somebody else to call


class Decision(enum.StrEnum):
    """A guardian's decision on one section."""

    GIVEN = "given"
    REFUSED = "refused"


class RequestState(enum.StrEnum):
    """Where a request stands, as a coordinator says it."""

    QUEUED = "queued"
    SENT = "sent"
    OPENED = "opened"
    SIGNED = "signed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"
    CANCELED = "canceled"


class Route(enum.StrEnum):
    """How a signature came. No role can make a record that says the guardian signed online."""

    ONLINE = "online"
    PAPER = "paper"
    DEMO = "demo"


class Happening(enum.StrEnum):
    """Events of a request, in the order of the record's table."""

    SENT = "sent"
    REMINDED = "reminded"
    BOUNCED = "bounced"
    OPENED = "opened"
    LANGUAGE = "language"
    ANSWERED = "answered"
    CHANGED = "changed"
    CHECKED = "checked"
    SIGNED = "signed"
    COPY_SENT = "copy_sent"
    WITHDRAWN = "withdrawn"
    CANCELED = "canceled"


class SectionState(enum.StrEnum):
    """A youth's standing in one section on a date."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class ConsentSigned:
    """Event: a guardian signed."""

    request_id: int
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class ConsentWithdrawn:
    """Event: a guardian took back an answer."""

    request_id: int
    youth_id: int
    season_id: int


@dataclass(frozen=True)
class ConsentLine:
    """Where a youth's required consent stands on a day, in one line of a roster.

    `state` is signed, waiting, expired or missing; `word` (the badge) and `sentence` (the line under it)
    are msgids, `values` fills the sentence. `photos` is the guardian's answer, None when never answered.
    """

    state: str
    word: str
    sentence: str = ""
    values: tuple[tuple[str, object], ...] = ()
    photos: bool | None = None

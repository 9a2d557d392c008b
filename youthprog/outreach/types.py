"""Words of the outreach room."""

import enum
from dataclasses import dataclass


class Channel(enum.StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class Delivery(enum.StrEnum):
    """What became of a message. `held` waits for a coordinator because no mail server is set."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    HELD = "held"
    CANCELED = "canceled"


@dataclass(frozen=True)
class MessageBounced:
    """Event: an address does not exist or refused the message."""

    message_id: int
    kind: str
    subject_id: int | None
    contact_point_id: int | None


@dataclass(frozen=True)
class MessageSent:
    """Event: a server took the message."""

    message_id: int
    kind: str
    subject_id: int | None

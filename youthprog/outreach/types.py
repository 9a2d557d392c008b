"""Words of the outreach room."""

import enum
from dataclasses import dataclass
from datetime import datetime

from youthprog.core.refusals import N_


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


@dataclass(frozen=True)
class Recipient:
    """Whom a message goes to, and in which language it is written."""

    name: str
    address: str
    language: str
    person_id: int | None = None
    contact_point_id: int | None = None


@dataclass(frozen=True)
class Written:
    """A letter as written: subject, plain words, and the same words as HTML."""

    subject: str
    text: str
    html: str


class Result(enum.StrEnum):
    """How one attempt at delivery ended."""

    SENT = "sent"
    BOUNCED = "bounced"  # the address does not exist or refuses us
    REFUSED = "refused"  # the server will never take this message
    LATER = "later"  # try again


@dataclass(frozen=True)
class Outcome:
    """One attempt at delivery. `error` is the server's sentence, without address or secret."""

    result: Result
    error: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a message."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Envelope:
    """A message ready to leave, opened."""

    message_id: int
    created_at: datetime
    to_name: str
    to_address: str
    language: str
    written: Written
    attachments: tuple[Attachment, ...] = ()
    is_urgent: bool = False


@dataclass(frozen=True)
class MessageLine:
    """One row of the outbox."""

    message_id: int
    kind: str
    to_name: str
    to_address: str
    subject: str
    delivery: Delivery
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error: str | None


# Letters of safeguarding: they leave before all others, and stand in nobody's outbox.
CONFIDENTIAL = "confidential"
URGENT = frozenset({CONFIDENTIAL})

KINDS = {
    "consent_request": N_("Consent form"),
    "consent_reminder": N_("Reminder"),
    "consent_renewal": N_("Renewal"),
    "consent_copy": N_("Signed copy"),
    "consent_withdrawn": N_("Answer taken back"),
    "consent_part": N_("Part for somebody outside"),
    "consent_pickup": N_("Pick-up list changed"),
    "consent_pickup_told": N_("Pick-up list changed by another guardian"),
    "consent_pickup_link": N_("Link to the pick-up list"),
    "release_stopped": N_("Somebody else came for a child"),
    "release_late": N_("Not checked out"),
    "register_missing": N_("Register not entered"),
    "games_changed": N_("Games changed"),
    "games_change_undone": N_("Change of games undone"),
    "calendar_invite": N_("Calendar of the family"),
    "gathering_changed": N_("Change at short notice"),
    "duty_changed": N_("Games somebody serves at"),
    "credential_due": N_("Something to renew"),
    "forfeit_warning": N_("Team too few to play"),
    "scores_differ": N_("Two scores of one game"),
    "consent_notice": N_("Another guardian was asked"),
    "consent_conflict": N_("Guardians disagree"),
    "consent_warning": N_("Answer from somebody not on file"),
    "batch_ended": N_("Papers for many"),
    "certificate": N_("Certificate"),
    "invitation": N_("Invitation"),
    "password_reset": N_("New password"),
}

DELIVERIES = {
    Delivery.QUEUED: N_("Waiting to leave"),
    Delivery.SENDING: N_("Leaving now"),
    Delivery.SENT: N_("Sent"),
    Delivery.BOUNCED: N_("Came back"),
    Delivery.FAILED: N_("Could not be sent"),
    Delivery.HELD: N_("Held here"),
    Delivery.CANCELED: N_("Canceled"),
}

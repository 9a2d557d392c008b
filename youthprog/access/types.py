"""Words of the access room."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from youthprog.core.actor import Actor
from youthprog.core.refusals import N_

DEMO_DOMAIN = "demo.example"


class Role(enum.StrEnum):
    """What somebody is in the department."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    COACH = "coach"
    MENTOR = "mentor"
    GUARDIAN = "guardian"
    SAFEGUARDING = "safeguarding"
    SAFEGUARDING_FURTHER = "safeguarding_further"


class LinkPurpose(enum.StrEnum):
    """What one signed link is good for, and nothing else."""

    CONSENT = "consent"
    CONSENT_PART = "consent_part"  # somebody outside signs one section; reaches nothing else
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    SESSION_LOG = "session_log"
    KIOSK = "kiosk"  # a tablet takes check-ins of one gathering; reaches nothing else
    COMMITMENT = "commitment"  # a guardian signs the commitment of a child's match; reaches nothing else
    CONCERN = "concern"  # a youth's own page: raises a concern, answers about a mentor; reaches nothing else
    MATCH = "match"  # somebody says yes or no to a proposed match, later how it goes; reaches nothing else
    CERTIFICATE = "certificate"  # a guardian fetches one certificate of a child; reaches nothing else
    CALENDAR = "calendar"  # somebody's own page of changes and the family's calendar; reaches nothing else


class Standing(enum.StrEnum):
    """How far an account has come."""

    CLOSED = "closed"
    UNINVITED = "uninvited"  # no password and no invitation on its way
    INVITED = "invited"
    UNPROTECTED = "unprotected"  # needs a second factor and has not set one up
    OPEN = "open"


STANDINGS = {
    Standing.CLOSED: N_("Account closed"),
    Standing.UNINVITED: N_("Not invited yet"),
    Standing.INVITED: N_("Invited"),
    Standing.UNPROTECTED: N_("No second factor yet"),
    Standing.OPEN: N_("In use"),
}


@dataclass(frozen=True)
class HeldRole:
    """A role as granted: everywhere (`program_id` None) or in one program."""

    role: Role
    program_id: int | None = None


@dataclass(frozen=True)
class AccountFacts:
    """What decides what may be done with an account."""

    account_id: int
    is_closed: bool = False
    has_password: bool = False
    has_factor: bool = False
    held: frozenset[HeldRole] = frozenset()


@dataclass(frozen=True)
class AccountLine:
    """One row of the list of accounts."""

    account_id: int
    name: str
    list_name: str
    folded_name: str
    email: str
    standing: Standing
    roles: tuple[Role, ...]
    last_sign_in_at: datetime | None


@dataclass(frozen=True)
class GrantLine:
    """A role an account holds, as its page shows it."""

    grant_id: int
    role: Role
    program_id: int | None
    from_on: date
    until_on: date | None


@dataclass(frozen=True)
class AccountPage:
    """Everything the page of an account shows."""

    line: AccountLine
    is_demo: bool
    has_password: bool
    has_factor: bool
    needs_factor: bool
    language: str
    created_at: datetime
    closed_at: datetime | None
    invited_until: datetime | None
    grants: tuple[GrantLine, ...]
    live_sessions: int


@dataclass(frozen=True)
class SessionLine:
    """A browser that is signed in."""

    session_id: int
    created_at: datetime
    ip: str
    browser: str
    is_here: bool


@dataclass(frozen=True)
class ProgramChoice:
    """A program a role can be granted in."""

    program_id: int
    name: str
    name_es: str


@dataclass(frozen=True)
class Checked:
    """A password, compared before the write lock is taken. `stored` is the hash it fitted, `fresh` a stronger one."""

    account_id: int | None
    stored: str | None = None
    fresh: str | None = None

    @property
    def fits(self) -> bool:
        """Whether the password was right."""
        return self.stored is not None


@dataclass(frozen=True)
class Admission:
    """How a try ended: a new session token, or nothing; `wait_until` when there were too many tries."""

    token: str | None = None
    wait_until: datetime | None = None


@dataclass(frozen=True)
class LinkMade:
    """A single-use link was made for an account and must reach its person."""

    account_id: int
    person_id: int
    name: str
    email: str
    language: str
    token: str
    expires_at: datetime
    by: Actor
    at: datetime


class InvitationIssued(LinkMade):
    """Event: somebody was given an account and sets a password through the link."""


class PasswordResetAsked(LinkMade):
    """Event: somebody asked for a new password and sets it through the link."""

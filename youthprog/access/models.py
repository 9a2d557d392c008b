"""Tables of the access room."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.access.types import LinkPurpose, Role
from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice

PERSON = "person.id"


class Account(Sealable, Model):
    """A person's way in: address, password hash, second factor. Demo accounts need no second factor."""

    __tablename__ = "account"
    SEALED = ("totp_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    totp_sealed: Mapped[bytes | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class UserSession(Model):
    """One signed-in browser. The cookie holds a token, this row its hash; ending the row ends the session."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(sa.String(45))
    user_agent: Mapped[str]


class RecoveryCode(Model):
    """A code on paper that stands in once for the second factor. Only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None]


class RoleGrant(Model):
    """A role an account holds, everywhere or in one program, from a day until a day."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    program_id: Mapped[int | None]  # a key of the programs room above; it has no constraint from here
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Assignment(Model):
    """An adult works with a youth, from a day until a day, because of a team or a match.

    `source` names the reason ("group:12"), so that the room that made the row can end it.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        sa.UniqueConstraint("adult_id", "youth_id", "source"),
        sa.Index("ix_assignment_youth", "youth_id"),
        sa.Index("ix_assignment_source", "source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    adult_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    source: Mapped[str] = mapped_column(sa.String(40))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Placement(Model):
    """A youth is placed in a program (enrolled or waiting), for grants that reach one program."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.UniqueConstraint("youth_id", "program_id", "source"),
        sa.Index("ix_placement_program", "program_id", "youth_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    program_id: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(40))
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class SignedLink(Model):
    """A secret link for one purpose, one person and one thing. Only its hash is kept; a GET never uses it up."""

    __tablename__ = "signed_link"
    __table_args__ = (sa.Index("ix_signed_link_subject", "purpose", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, "purpose"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    subject_id: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Throttle(Model):
    """A failed try, by what it was tried on (an account, an address), and when. Exact across workers.

    A row is one instant; the tries of the last fifteen minutes are counted. Rows older than that are taken out.
    """

    __tablename__ = "throttle"

    bucket: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)

"""Tables of credentials: what is asked, what people hold, who is excused, what a program allows."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice
from youthprog.credentials.types import (
    FEWEST_ADULTS,
    MONTH_HOURS,
    WARN_PERCENT,
    YEAR_HOURS,
    Asked,
    Denial,
    Ground,
    ServiceRole,
    Step,
)
from youthprog.people.models import Person

PERSON, PROGRAM = "person.id", "program.id"


class CredentialRule(Model):
    """A requirement: what is asked of whom, how long it is valid from the day of issue, and where that is written.

    Without a role it is asked of all who serve, without a program in all, without a jurisdiction under any law. Of two
    that fit, the narrower one counts. `source` and `source_on`: where the department read it, and when.
    """

    __tablename__ = "credential_rule"
    __table_args__ = (
        sa.CheckConstraint("valid_months IS NULL OR valid_months BETWEEN 1 AND 240", name="valid_months"),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 365", name="grace_days"),
        sa.CheckConstraint("renew_days BETWEEN 0 AND 365", name="renew_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    name_es: Mapped[str] = mapped_column(sa.String(120))
    is_check: Mapped[bool]
    role: Mapped[ServiceRole | None] = mapped_column(choice(ServiceRole, "role"))
    jurisdiction: Mapped[str] = mapped_column(sa.String(12), default="")
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PROGRAM))
    asked: Mapped[Asked] = mapped_column(choice(Asked, "asked"))
    valid_months: Mapped[int | None]
    grace_days: Mapped[int] = mapped_column(default=0)
    renew_days: Mapped[int] = mapped_column(default=90)
    source: Mapped[str] = mapped_column(sa.String(300))
    source_on: Mapped[date]
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Credential(Model):
    """A check, training or license of somebody, and how far it has come.

    Of a background check there is the light (its step), the provider and dates, and nothing else: no reason, no words,
    no file. `told_days` is the last notice written about its end; `lapsed_on` the day others were told it is over.
    """

    __tablename__ = "credential"
    __table_args__ = (
        sa.Index("ix_credential_person", "person_id", "kind"),
        sa.CheckConstraint("NOT is_check OR reason IS NULL", name="check_without_words"),
        sa.CheckConstraint("step <> 'approved' OR issued_on IS NOT NULL", name="approved_has_date"),
        sa.CheckConstraint("until_on IS NULL OR issued_on <= until_on", name="issued_before_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    kind: Mapped[str] = mapped_column(sa.String(40))
    is_check: Mapped[bool]
    step: Mapped[Step] = mapped_column(choice(Step, "step"))
    provider: Mapped[str] = mapped_column(sa.String(120), default="")
    issued_on: Mapped[date | None]
    until_on: Mapped[date | None]
    reason: Mapped[Denial | None] = mapped_column(choice(Denial, "reason"))
    told_days: Mapped[int | None]
    lapsed_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])


class CredentialOverride(Model):
    """An exception: somebody may serve for a while although a credential is not in force.

    One person asks, another one agrees; neither is the person it is about. Until somebody agreed it excuses nothing.
    """

    __tablename__ = "credential_override"
    __table_args__ = (
        sa.Index("ix_credential_override_person", "person_id", "kind"),
        sa.CheckConstraint("from_on <= until_on", name="from_before_until"),
        sa.CheckConstraint("agreed_by_id <> asked_by_id", name="two_people"),
        sa.CheckConstraint("asked_by_id <> person_id AND agreed_by_id <> person_id", name="not_for_oneself"),
        sa.CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    kind: Mapped[str] = mapped_column(sa.String(40))
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PROGRAM))
    ground: Mapped[Ground] = mapped_column(choice(Ground, "ground"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    asked_at: Mapped[datetime]
    agreed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ServiceLimit(Model):
    """What a program (or, without one, the department) asks of its adults together, and under which law it is.

    `month_hours` and `year_hours` bound the service of those not fully cleared, in calendar months and years;
    `fewest_adults` is how many cleared adults a meeting needs.
    """

    __tablename__ = "service_limit"
    __table_args__ = (
        sa.CheckConstraint("month_hours BETWEEN 0 AND 744", name="month_hours"),
        sa.CheckConstraint("year_hours BETWEEN 0 AND 8784", name="year_hours"),
        sa.CheckConstraint("warn_percent BETWEEN 1 AND 100", name="warn_percent"),
        sa.CheckConstraint("fewest_adults BETWEEN 0 AND 9", name="fewest_adults"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PROGRAM), unique=True)
    jurisdiction: Mapped[str] = mapped_column(sa.String(12), default="")
    month_hours: Mapped[int] = mapped_column(default=MONTH_HOURS)
    year_hours: Mapped[int] = mapped_column(default=YEAR_HOURS)
    warn_percent: Mapped[int] = mapped_column(default=WARN_PERCENT)
    fewest_adults: Mapped[int] = mapped_column(default=FEWEST_ADULTS)
    source: Mapped[str] = mapped_column(sa.String(300), default="")
    source_on: Mapped[date | None]

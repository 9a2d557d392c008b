"""Tables of the programs room."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core import clock
from youthprog.core.db import Model, choice, partial_index
from youthprog.people.models import Person
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind, GuardianRule, ProgramKind, StaffRole

PERSON = "person.id"


class Program(Model):
    """What the department offers year after year, in both languages.

    `absent_running` is after how many absences running a young person is shown on Today.
    """

    __tablename__ = "program"
    __table_args__ = (sa.CheckConstraint("absent_running BETWEEN 2 AND 10", name="absent_running"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ProgramKind] = mapped_column(choice(ProgramKind, "kind"))
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    name_es: Mapped[str] = mapped_column(sa.String(120))
    summary: Mapped[str] = mapped_column(sa.String(300), default="")
    summary_es: Mapped[str] = mapped_column(sa.String(300), default="")
    guardian_rule: Mapped[GuardianRule] = mapped_column(
        choice(GuardianRule, "guardian_rule"), default=GuardianRule.ONE, server_default=GuardianRule.ONE.value
    )
    alone_from_age: Mapped[int | None]  # from this age a youth may leave alone; none: nobody may
    absent_running: Mapped[int] = mapped_column(default=2, server_default="2")
    closed_at: Mapped[datetime | None]


class ProgramRuleChange(Model):
    """Whose consent a program asked for until a day on which that changed, so that a day gone by keeps its answer.

    On a day the earliest change after it counts, of one day the first; without one the program itself. Who changed it
    and when stands in the trail.
    """

    __tablename__ = "program_rule_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), index=True)
    changed_on: Mapped[date]
    guardian_rule: Mapped[GuardianRule] = mapped_column(choice(GuardianRule, "guardian_rule"))


class Site(Model):
    """A place where people meet."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    address: Mapped[str | None] = mapped_column(sa.String(200))


class Season(Model):
    """One run of a program. Age is judged on `age_cutoff_on`; `taken` counts places given, at most `capacity`."""

    __tablename__ = "season"
    __table_args__ = (
        sa.UniqueConstraint("program_id", "name"),
        sa.CheckConstraint("starts_on <= ends_on", name="starts_before_end"),
        sa.CheckConstraint("min_age <= max_age", name="age_window"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
        sa.CheckConstraint("capacity IS NULL OR taken <= capacity", name="not_oversold"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"))
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    name_es: Mapped[str] = mapped_column(sa.String(80))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    registration_opens_on: Mapped[date | None]
    registration_closes_on: Mapped[date | None]
    age_cutoff_on: Mapped[date]
    min_age: Mapped[int] = mapped_column(default=5)
    max_age: Mapped[int] = mapped_column(default=17)
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    program: Mapped[Program] = relationship(lazy="raise_on_sql")
    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")


class Enrollment(Model):
    """A youth in a season. The waitlist is ordered by `asked_at`, then id."""

    __tablename__ = "enrollment"
    __table_args__ = (
        sa.UniqueConstraint("season_id", "youth_id"),
        sa.Index("ix_enrollment_youth", "youth_id"),
        sa.Index("ix_enrollment_season_status", "season_id", "status", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    status: Mapped[EnrollmentStatus] = mapped_column(choice(EnrollmentStatus, "status"))
    asked_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(sa.String(200))
    age_exception: Mapped[str | None] = mapped_column(sa.String(200))
    youth: Mapped[Person] = relationship(lazy="raise_on_sql")
    season: Mapped[Season] = relationship(lazy="raise_on_sql")


class Group(Model):
    """People of a season who meet: a team, a mentoring group, a class."""

    __tablename__ = "group"
    __table_args__ = (
        sa.UniqueConstraint("season_id", "name"),
        sa.Index("ix_group_season_folded", "season_id", "folded_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    kind: Mapped[GroupKind] = mapped_column(choice(GroupKind, "kind"))
    name: Mapped[str] = mapped_column(sa.String(80))
    folded_name: Mapped[str] = mapped_column(sa.String(80))
    meets: Mapped[str | None] = mapped_column(
        sa.String(120)
    )  # as people say it: "Tue and Thu 5:30 pm, Lincoln Field 2"
    places: Mapped[int | None]
    season: Mapped[Season] = relationship(lazy="raise_on_sql")
    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")


class GroupMember(Model):
    """A youth in a group from a day until a day. The jersey is text: 0 and 00 differ."""

    __tablename__ = "group_member"
    __table_args__ = (
        sa.Index("ix_group_member_group", "group_id", "until_on"),
        sa.Index("ix_group_member_youth", "youth_id"),
        partial_index("uq_group_member_jersey", "group_id", "jersey", where="until_on IS NULL"),
        partial_index("uq_group_member_active", "group_id", "youth_id", where="until_on IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("group.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    jersey: Mapped[str | None] = mapped_column(sa.String(8))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    youth: Mapped[Person] = relationship(lazy="raise_on_sql")


class GroupStaff(Model):
    """An adult who leads a group."""

    __tablename__ = "group_staff"
    __table_args__ = (sa.Index("ix_group_staff_group", "group_id"), sa.Index("ix_group_staff_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("group.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    role: Mapped[StaffRole] = mapped_column(choice(StaffRole, "role"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Gathering(Model):
    """A dated meeting people attend. Attendance knows gatherings and nothing of teams or matches.

    `sequence` rises with each change of what a calendar shows of it, and `changed_at` is when it was set or last
    changed so; None for what is older than calendars.
    """

    __tablename__ = "gathering"
    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        sa.Index("ix_gathering_group", "group_id", "starts_at"),
        sa.Index("ix_gathering_season", "season_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("group.id"))
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    kind: Mapped[GatheringKind] = mapped_column(choice(GatheringKind, "kind"))
    title: Mapped[str] = mapped_column(sa.String(120))
    place: Mapped[str | None] = mapped_column(sa.String(120))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    canceled_at: Mapped[datetime | None]
    canceled_reason: Mapped[str | None] = mapped_column(sa.String(200))
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_at: Mapped[datetime | None]
    season: Mapped[Season] = relationship(lazy="raise_on_sql")
    group: Mapped[Group | None] = relationship(lazy="raise_on_sql")
    site: Mapped[Site | None] = relationship(lazy="raise_on_sql")


# What a calendar shows of a gathering. `youthprog.calendars` and everybody's telephones rely on the count.
SHOWN = ("kind", "title", "group_id", "site_id", "place", "starts_at", "ends_at", "canceled_at", "canceled_reason")


@event.listens_for(Gathering, "before_insert")
def _set_first(_mapper: Any, _connection: Any, row: Gathering) -> None:
    row.changed_at = row.changed_at or clock.now()


@event.listens_for(Gathering, "before_update")
def _count_the_change(_mapper: Any, _connection: Any, row: Gathering) -> None:
    """Whoever changes a gathering, by whatever service: its calendars learn of it (docs/decisions/0078)."""
    state: Any = sa.inspect(row)
    if any(state.attrs[name].history.has_changes() for name in SHOWN):
        row.sequence, row.changed_at = row.sequence + 1, clock.now()

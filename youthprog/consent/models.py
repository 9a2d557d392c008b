"""Tables of the consent room.

A form has immutable published versions; a version has sections; a section has one text per language.
A request asks one guardian about one youth in one season; signing it makes one decision per section.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.consent.types import Decision, Happening, RequestState, Route, SectionKind
from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice

PERSON = "person.id"
OPEN = "state IN ('queued', 'sent', 'opened', 'bounced')"


class Form(Model):
    """A consent form of the department; what is signed is always one of its versions."""

    __tablename__ = "form"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    title_es: Mapped[str] = mapped_column(sa.String(120))


class FormVersion(Model):
    """One version of a form. Once published it never changes."""

    __tablename__ = "form_version"
    __table_args__ = (sa.UniqueConstraint("form_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("form.id"))
    number: Mapped[int]
    published_at: Mapped[datetime | None]
    form: Mapped[Form] = relationship(lazy="raise_on_sql")


class Section(Model):
    """One question of a version. A required section that is not given keeps the youth from taking part."""

    __tablename__ = "section"
    __table_args__ = (sa.UniqueConstraint("version_id", "key"), sa.UniqueConstraint("version_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    kind: Mapped[SectionKind] = mapped_column(choice(SectionKind, "kind"))
    required: Mapped[bool]


class SectionText(Model):
    """The words of a section in one language, with their SHA-256. `%(name)s` stands for the child's first name."""

    __tablename__ = "section_text"

    section_id: Mapped[int] = mapped_column(sa.ForeignKey("section.id"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    label: Mapped[str] = mapped_column(sa.String(80))
    question: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    statement: Mapped[str] = mapped_column(sa.String(600))
    yes_label: Mapped[str] = mapped_column(sa.String(120))
    yes_hint: Mapped[str] = mapped_column(sa.String(240))
    no_label: Mapped[str] = mapped_column(sa.String(120))
    no_hint: Mapped[str] = mapped_column(sa.String(240))
    undo: Mapped[str] = mapped_column(sa.String(300))
    yes_summary: Mapped[str] = mapped_column(sa.String(240))
    no_summary: Mapped[str] = mapped_column(sa.String(240))
    sha256: Mapped[str] = mapped_column(sa.String(64))


class ConsentRequest(Sealable, Model):
    """One guardian asked about one youth for one season.

    `draft_sealed` keeps answers given so far; `version` counts changes, so two hands never overwrite one another.
    """

    __tablename__ = "consent_request"
    __table_args__ = (
        sa.Index(
            "uq_consent_request_open",  # a guardian is asked once at a time; what is over stays as history
            "form_version_id",
            "youth_id",
            "guardian_id",
            "season_id",
            unique=True,
            sqlite_where=sa.text(OPEN),
            postgresql_where=sa.text(OPEN),
        ),
        sa.CheckConstraint("(signed_at IS NULL) = (document_id IS NULL)", name="signed_with_document"),
        sa.CheckConstraint("(signed_at IS NULL) = (typed_name IS NULL)", name="signed_with_name"),
        sa.CheckConstraint("(signed_at IS NULL) = (route IS NULL)", name="signed_by_a_route"),
        sa.Index("ix_consent_request_youth", "youth_id", "season_id"),
        sa.Index("ix_consent_request_season_state", "season_id", "state"),
    )
    SEALED = ("draft_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    guardian_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    state: Mapped[RequestState] = mapped_column(choice(RequestState, "state"))
    language: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    times_asked: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
    draft_sealed: Mapped[bytes | None]
    version: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None]
    typed_name: Mapped[str | None] = mapped_column(sa.String(160))
    route: Mapped[Route | None] = mapped_column(choice(Route, "route"))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    valid_until_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]


class ConsentDecision(Model):
    """What a guardian decided on one section, from when, until when. Rows are never changed but to withdraw."""

    __tablename__ = "consent_decision"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "section_id", "decided_at"),
        sa.Index("ix_consent_decision_youth", "youth_id", "season_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"))
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("section.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    guardian_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"))
    section_key: Mapped[str] = mapped_column(sa.String(40))
    decision: Mapped[Decision] = mapped_column(choice(Decision, "decision"))
    decided_at: Mapped[datetime]
    valid_until_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]


class ConsentEvent(Model):
    """One thing that happened to a request, for the record's table and the coordinator's page."""

    __tablename__ = "consent_event"
    __table_args__ = (sa.Index("ix_consent_event_request", "request_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"))
    happening: Mapped[Happening] = mapped_column(choice(Happening, "happening"))
    at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]


class PickupPerson(Model):
    """Somebody a guardian allowed to collect the child, from a signed request; ends with it."""

    __tablename__ = "pickup_person"
    __table_args__ = (sa.Index("ix_pickup_person_youth", "youth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    name: Mapped[str] = mapped_column(sa.String(160))
    ended_at: Mapped[datetime | None]

"""Tables of the consent room.

A form has immutable published versions; a version has sections; a section has one text per language.
A request asks one guardian about one youth in one season; signing it makes one decision per section.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.consent.types import (
    Decision,
    Excuse,
    FilePart,
    Happening,
    Matching,
    RequestState,
    Route,
    SectionKind,
    Signer,
)
from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice, partial_index

PERSON = "person.id"
OPEN = "state IN ('queued', 'sent', 'opened', 'bounced')"
OPEN_FORM, OPEN_SLIP = f"{OPEN} AND gathering_id IS NULL", f"{OPEN} AND gathering_id IS NOT NULL"


class Form(Model):
    """A consent form of the department; what is signed is always one of its versions."""

    __tablename__ = "form"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    title_es: Mapped[str] = mapped_column(sa.String(120))
    closed_at: Mapped[datetime | None]


class FormUse(Model):
    """A form the families of a program are asked to sign; without a row a program uses the starter form."""

    __tablename__ = "form_use"

    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), primary_key=True)
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("form.id"), primary_key=True)
    for_events: Mapped[bool] = mapped_column(default=False)  # a slip for one gathering, not for the season


class FormUseChange(Model):
    """Whether a program asked a form for a season until a day on which that changed, so that a day gone by keeps its answer.

    On a day the earliest change after it counts, of one day the first; without one the form's use, and whether the form
    is open. Who changed it and when stands in the trail.
    """

    __tablename__ = "form_use_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), index=True)
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("form.id"))
    changed_on: Mapped[date]
    was_asked: Mapped[bool]


class FormVersion(Model):
    """One version of a form. Until it is published it is a draft; from then on it never changes."""

    __tablename__ = "form_version"
    __table_args__ = (sa.UniqueConstraint("form_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(sa.ForeignKey("form.id"))
    number: Mapped[int]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    title: Mapped[str | None] = mapped_column(sa.String(120))  # as it was published; a renamed form leaves it alone
    title_es: Mapped[str | None] = mapped_column(sa.String(120))
    exception: Mapped[str | None] = mapped_column(sa.String(500))  # why it was published although the gate said no
    edits: Mapped[int] = mapped_column(default=0)  # counts changes of a draft, so two hands never overwrite one another
    form: Mapped[Form] = relationship(lazy="raise_on_sql")

    def titles(self, form: Form) -> dict[str, str]:
        """What families read as the form's name, by language: as it was when this version was published."""
        return {"en": self.title or form.title, "es": self.title_es or form.title_es}


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
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see types.Settings


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
    more: Mapped[dict[str, Any]] = mapped_column(default=dict)  # words only some kinds have: clauses, options, pages
    sha256: Mapped[str] = mapped_column(sa.String(64))


class PublishedForGood(Exception):
    """Somebody tried to change what is published. A fault of ours, never of a visitor: services refuse before."""


def _keep_version(_mapper: object, _connection: sa.Connection, row: FormVersion) -> None:
    before = sa.inspect(row).attrs.published_at.history
    was = before.deleted or before.unchanged
    if was and was[0] is not None:
        raise PublishedForGood(f"version {row.id} is published")


def _keep_section(_mapper: object, connection: sa.Connection, row: Section | SectionText) -> None:
    version, section = FormVersion.__table__, Section.__table__
    asked = sa.select(version.c.published_at)
    if isinstance(row, Section):
        asked = asked.where(version.c.id == row.version_id)
    else:
        asked = asked.join(section, section.c.version_id == version.c.id).where(section.c.id == row.section_id)
    if connection.scalar(asked) is not None:
        raise PublishedForGood(f"{type(row).__name__} belongs to a published version")


for _when in ("before_update", "before_delete"):
    sa.event.listen(FormVersion, _when, _keep_version)
for _when in ("before_insert", "before_update", "before_delete"):
    sa.event.listen(Section, _when, _keep_section)
    sa.event.listen(SectionText, _when, _keep_section)


class ConsentRequest(Sealable, Model):
    """One guardian asked about one youth for one season.

    `draft_sealed` keeps answers given so far; `version` counts changes, so two hands never overwrite one another.
    """

    __tablename__ = "consent_request"
    __table_args__ = (
        partial_index(  # a guardian is asked once at a time; what is over stays as history
            "uq_consent_request_open", "form_version_id", "youth_id", "guardian_id", "season_id", where=OPEN_FORM
        ),
        partial_index(  # and once for each gathering that needs a slip of its own
            "uq_consent_request_slip", "form_version_id", "youth_id", "guardian_id", "gathering_id", where=OPEN_SLIP
        ),
        sa.CheckConstraint("(signed_at IS NULL) = (document_id IS NULL)", name="signed_with_document"),
        sa.CheckConstraint("(signed_at IS NULL) = (typed_name IS NULL)", name="signed_with_name"),
        sa.CheckConstraint("(signed_at IS NULL) = (route IS NULL)", name="signed_by_a_route"),
        sa.CheckConstraint(
            "route IS NULL OR route NOT IN ('paper', 'phone') OR recorded_by_id IS NOT NULL",
            name="recorded_by_somebody",
        ),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> recorded_by_id", name="seen_by_a_second_person"
        ),
        sa.Index("ix_consent_request_youth", "youth_id", "season_id"),
        sa.Index("ix_consent_request_season_state", "season_id", "state"),
    )
    SEALED = ("draft_sealed", "drawn_sealed")

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
    awaited: Mapped[bool] = mapped_column(default=True)  # False: told of another guardian's request, may object
    due_on: Mapped[date | None] = mapped_column(index=True)
    gathering_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gathering.id"), index=True)  # a slip for one event
    renews_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consent_request.id"))
    signed_with_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("consent_request.id")
    )  # one signature for siblings
    match_code: Mapped[str | None] = mapped_column(sa.String(16), unique=True)  # printed on the paper form
    drawn_sealed: Mapped[bytes | None]  # a drawn signature beside the typed name, as SVG
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))  # who entered paper or telephone answers
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))  # who saw the original, a second person
    confirmed_at: Mapped[datetime | None]
    scan_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    purged_at: Mapped[datetime | None]


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
    ends_on_move: Mapped[bool] = mapped_column(default=False)  # ends when the youth changes team or school
    ended_on: Mapped[date | None]  # the first day on which it did not hold any more, because of such a change
    needs_original: Mapped[bool] = mapped_column(default=False)  # ink or notary: counts from `confirmed_at`
    confirmed_at: Mapped[datetime | None]


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
    """Somebody a guardian allowed to collect the child, from a signed request; ends with it.

    Named in the signed form, or added later by its signer (`added_at`) with a sealed supplement. Taken off the list by
    its signer, the supplement that says so is `end_document_id`.
    """

    __tablename__ = "pickup_person"
    __table_args__ = (sa.Index("ix_pickup_person_youth", "youth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"))
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    name: Mapped[str] = mapped_column(sa.String(160))
    relation: Mapped[str | None] = mapped_column(sa.String(60))  # what they are to the child, as the signer wrote it
    phone: Mapped[str | None] = mapped_column(sa.String(40))  # comparable form
    added_at: Mapped[datetime | None]  # none: named in the signed form itself
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))
    ended_at: Mapped[datetime | None]
    end_document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))


class ConsentWithdrawal(Model):
    """Answers taken back at one time, with the sealed record of it; the first record stays as history."""

    __tablename__ = "consent_withdrawal"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"), index=True)
    at: Mapped[datetime]
    sections: Mapped[list[Any]]
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))


class Disclosure(Model):
    """A person's agreement to records on a screen (15 USC 7001(c)): which words, which language, and that the sample opened."""

    __tablename__ = "disclosure"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "version"),
        sa.CheckConstraint("accepted_at IS NULL OR opened_at IS NOT NULL", name="opened_before_accepted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    version: Mapped[str] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(8))
    opened_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    wants_paper_at: Mapped[datetime | None]


class ConsentPart(Sealable, Model):
    """What somebody else than the guardian answers in a request: athlete, coach, interpreter, office, a doctor outside."""

    __tablename__ = "consent_part"
    __table_args__ = (
        sa.UniqueConstraint("request_id", "section_id"),
        sa.CheckConstraint("(signed_at IS NULL) = (typed_name IS NULL)", name="signed_with_name"),
        sa.CheckConstraint("document_id IS NULL OR signed_at IS NOT NULL", name="document_when_signed"),
        sa.CheckConstraint("(signed_at IS NULL) = (route IS NULL)", name="signed_by_a_route"),
        sa.CheckConstraint("route <> 'online' OR recorded_by_id IS NULL", name="online_by_an_own_hand"),
        sa.CheckConstraint(
            "route <> 'paper' OR (recorded_by_id IS NOT NULL AND scan_sha256 IS NOT NULL)", name="paper_is_scanned"
        ),
    )
    SEALED = ("answer_sealed", "asked_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"))
    section_id: Mapped[int] = mapped_column(sa.ForeignKey("section.id"))
    signer: Mapped[Signer] = mapped_column(choice(Signer, "signer"))
    asked_sealed: Mapped[bytes | None]  # name and address of somebody outside
    asked_at: Mapped[datetime | None]
    typed_name: Mapped[str | None] = mapped_column(sa.String(160))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    answer_sealed: Mapped[bytes | None]
    signed_at: Mapped[datetime | None]
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("document.id"))  # signed after the first record
    route: Mapped[Route | None] = mapped_column(choice(Route, "route"))  # online: by the signer's own hand
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))  # who copied it from the sheet
    signed_on: Mapped[date | None]  # the day on the sheet
    scan_sha256: Mapped[str | None] = mapped_column(sa.String(64))


class ConsentUpload(Model):
    """A file given with an answer. The bytes lie sealed in the instance folder under their SHA-256."""

    __tablename__ = "consent_upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(sa.ForeignKey("section.id"))  # none: the scan of a signed sheet
    form_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("form_version.id"))  # whose words the sheet bears
    name: Mapped[str] = mapped_column(sa.String(160))
    content_type: Mapped[str] = mapped_column(sa.String(80))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    expires_on: Mapped[date | None]
    kept_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LooseScan(Model):
    """A scanned page that nobody could file by its code yet. Filed or put away, its row goes; the trail says what became of it."""

    __tablename__ = "loose_scan"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    page: Mapped[int]
    content_type: Mapped[str] = mapped_column(sa.String(80))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    code_read: Mapped[str | None] = mapped_column(sa.String(16))  # read well, but no open form of the reader's has it
    received_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    program_id: Mapped[int | None] = mapped_column(sa.ForeignKey("program.id"), index=True)  # whose office it came to


class OlderSheet(Model):
    """A match code that was printed before its request moved to newer words: the sheet still finds its child, as what it is."""

    __tablename__ = "older_sheet"

    code: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"), index=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id"))


class ConsentReminder(Model):
    """A reminder that left for a request, so many days before its due day; each is sent once."""

    __tablename__ = "consent_reminder"

    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"), primary_key=True)
    days_before: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class GuardianExcuse(Model):
    """Why a second guardian need not answer. `guardian_id` is empty for one not on file."""

    __tablename__ = "guardian_excuse"
    __table_args__ = (sa.Index("ix_guardian_excuse_youth", "youth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    guardian_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    excuse: Mapped[Excuse] = mapped_column(choice(Excuse, "excuse"))
    stated_by: Mapped[str] = mapped_column(sa.String(160))
    from_on: Mapped[date]
    ended_on: Mapped[date | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    recorded_at: Mapped[datetime]


class ContactAttempt(Model):
    """One try to reach a guardian: what was tried, when, by whom."""

    __tablename__ = "contact_attempt"
    __table_args__ = (sa.Index("ix_contact_attempt_youth", "youth_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    guardian_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    way: Mapped[str] = mapped_column(sa.String(40))  # phone, mail, letter, in person
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class UnmatchedAnswer(Sealable, Model):
    """An answer from a contact not on file. It clears nobody until somebody of the staff matches it.

    `answer_sealed` holds all that was typed: child, signer, contact, answers; `youth_id` is whom it seems to be about.
    """

    __tablename__ = "unmatched_answer"
    __table_args__ = (sa.Index("ix_unmatched_answer_youth", "youth_id", "season_id"),)
    SEALED = ("answer_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(sa.ForeignKey("season.id"), index=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id"))
    youth_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    answer_sealed: Mapped[bytes | None]
    state: Mapped[Matching] = mapped_column(choice(Matching, "matching"))
    received_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("consent_request.id"))


class OutsideBlanking(Model):
    """Words of settled answers from outside removed in one step of a night: how many, settled when, by which rule. Nobody is named."""

    __tablename__ = "outside_blanking"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    matched: Mapped[int]
    rejected: Mapped[int]
    oldest_on: Mapped[date]  # the days on which they were settled
    newest_on: Mapped[date]
    rule: Mapped[dict[str, Any]]


class RecordHold(Model):
    """Records of a youth that may not be purged, because of an incident or a claim."""

    __tablename__ = "record_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    reason: Mapped[str] = mapped_column(sa.String(200))
    from_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class ConsentPurge(Model):
    """A record proposed for purging by one person and purged by another; what stays is this tombstone, without a name."""

    __tablename__ = "consent_purge"
    __table_args__ = (
        sa.CheckConstraint("purged_by_id IS NULL OR purged_by_id <> proposed_by_id", name="purged_by_a_second_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("consent_request.id"), unique=True)
    keep_until_on: Mapped[date]
    rule: Mapped[dict[str, Any]]
    document_sha256: Mapped[str] = mapped_column(sa.String(64))
    signed_on: Mapped[date]
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    purged_at: Mapped[datetime | None]
    purged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class FilePurge(Model):
    """A part of a youth's file proposed for purging by one person and purged by another; what stays is this tombstone:
    what it was, how many pieces, and by which rule. It says nothing of what stood in them."""

    __tablename__ = "file_purge"
    __table_args__ = (
        sa.CheckConstraint("purged_by_id IS NULL OR purged_by_id <> proposed_by_id", name="purged_by_a_second_person"),
        partial_index("uq_file_purge_proposed", "youth_id", "part", where="purged_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    part: Mapped[FilePart] = mapped_column(choice(FilePart, "part"))
    pieces: Mapped[int]
    keep_until_on: Mapped[date]
    rule: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    purged_at: Mapped[datetime | None]
    purged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))

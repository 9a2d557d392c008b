"""Tables of the people room."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.people.types import ContactKind, Gender, HealthKind, PersonKind, Relationship, spoken_name

PERSON = "person.id"


class Person(Model):
    """A child or an adult. Names are kept as typed, never parsed.

    `folded_name` is "family given" without case and accents, for search and sorting;
    `hides_surname`: the family asked that no public paper has the surname;
    `merged_into_id` is set when this record was found to be another one's double.
    """

    __tablename__ = "person"
    __table_args__ = (sa.Index("ix_person_kind_folded", "kind", "folded_name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PersonKind] = mapped_column(choice(PersonKind, "kind"))
    given_name: Mapped[str] = mapped_column(sa.String(80))
    family_name: Mapped[str] = mapped_column(sa.String(80))
    preferred_name: Mapped[str | None] = mapped_column(sa.String(80))
    folded_name: Mapped[str] = mapped_column(sa.String(200))
    born_on: Mapped[date | None]
    gender: Mapped[Gender] = mapped_column(choice(Gender, "gender"), default=Gender.UNSTATED)
    school: Mapped[str | None] = mapped_column(sa.String(120))
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    created_at: Mapped[datetime]
    hides_surname: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON), index=True)

    @property
    def name(self) -> str:
        """Given and family name, as one says it."""
        return spoken_name(self.given_name, self.preferred_name, self.family_name)

    @property
    def list_name(self) -> str:
        """Family name first, as lists show it."""
        return f"{self.family_name}, {self.preferred_name or self.given_name}".strip(", ")

    @property
    def first_name(self) -> str:
        """What the person is called."""
        return self.preferred_name or self.given_name


class ContactPoint(Model):
    """A mail address or phone of an adult. `normal` is the comparable form (lower case, E.164)."""

    __tablename__ = "contact_point"
    __table_args__ = (sa.UniqueConstraint("person_id", "kind", "normal"), sa.Index("ix_contact_point_normal", "normal"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    kind: Mapped[ContactKind] = mapped_column(choice(ContactKind, "kind"))
    value: Mapped[str] = mapped_column(sa.String(254))
    normal: Mapped[str] = mapped_column(sa.String(254))
    preferred: Mapped[bool] = mapped_column(default=True)
    bounced_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Household(Model):
    """People who live at one address. A child of two homes is a member of two households."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    street: Mapped[str | None] = mapped_column(sa.String(120))
    unit: Mapped[str | None] = mapped_column(sa.String(40))
    city: Mapped[str | None] = mapped_column(sa.String(80))
    state: Mapped[str | None] = mapped_column(sa.String(40))
    postal_code: Mapped[str | None] = mapped_column(sa.String(16))
    folded_address: Mapped[str | None] = mapped_column(sa.String(300), index=True)


class HouseholdMember(Model):
    """A person's place in a household."""

    __tablename__ = "household_member"

    household_id: Mapped[int] = mapped_column(sa.ForeignKey("household.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), primary_key=True, index=True)


class Guardianship(Model):
    """An adult who answers for a child. A child may have several; `rank` 1 is called first.

    `may_decide` says whether the adult may sign, `may_collect` whether the child may leave with them.
    """

    __tablename__ = "guardianship"
    __table_args__ = (sa.UniqueConstraint("youth_id", "guardian_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    guardian_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    relationship: Mapped[Relationship] = mapped_column(choice(Relationship, "relationship"))
    may_decide: Mapped[bool] = mapped_column(default=True)
    may_collect: Mapped[bool] = mapped_column(default=True)
    rank: Mapped[int] = mapped_column(default=1)
    ended_on: Mapped[date | None]


class GuardianshipChange(Model):
    """What a guardianship was until a day on which it changed, so that a day gone by keeps its answer.

    On a day the earliest change after it counts, of one day the first; without one the guardianship itself. Who changed
    it and when stands in the trail.
    """

    __tablename__ = "guardianship_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    guardianship_id: Mapped[int] = mapped_column(sa.ForeignKey("guardianship.id"), index=True)
    changed_on: Mapped[date]
    was_in_force: Mapped[bool]
    could_decide: Mapped[bool]


class EmergencyContact(Model):
    """Somebody to call who need not be a guardian."""

    __tablename__ = "emergency_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    phone: Mapped[str] = mapped_column(sa.String(40))
    relation: Mapped[str | None] = mapped_column(sa.String(60))


class CustodyRestriction(Sealable, Model):
    """A court's limit on what an adult may do or know about a child. Only coordinators read it.

    `note_sealed` says what the paper orders; a restricted adult reaches nothing of the child anywhere.
    """

    __tablename__ = "custody_restriction"
    __table_args__ = (sa.CheckConstraint("no_collect OR no_decide OR no_information", name="restricts_something"),)
    SEALED = ("note_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    adult_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    no_collect: Mapped[bool]
    no_decide: Mapped[bool]
    no_information: Mapped[bool]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note_sealed: Mapped[bytes | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class HealthNote(Sealable, Model):
    """Something about a child's health. `alert_sealed` is the few words a coach must know."""

    __tablename__ = "health_note"
    SEALED = ("alert_sealed", "detail_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    kind: Mapped[HealthKind] = mapped_column(choice(HealthKind, "kind"))
    alert_sealed: Mapped[bytes | None]
    detail_sealed: Mapped[bytes | None]
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class YouthPhoto(Sealable, Model):
    """A young person's portrait as sheets print it: a small JPEG drawn anew here, sealed. At most one a person.

    Whether it may be shown is for the family to say (`core/picturing.py`); when they take that back the row goes.
    """

    __tablename__ = "youth_photo"
    SEALED = ("photo_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    youth_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), unique=True)
    photo_sealed: Mapped[bytes | None]
    kept_at: Mapped[datetime]
    kept_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class ExternalId(Model):
    """A person's key in another system, so that a second import finds the same person."""

    __tablename__ = "external_id"

    source: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)


class PersonMerge(Model):
    """A merge of two records that were one person, with enough to explain it later."""

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    gone_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), unique=True)
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))

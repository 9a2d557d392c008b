"""Tables of the gate. Checks live in the credentials room and consent in the consent room; here is the rest."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.db import Model, choice
from youthprog.mentorship.gate.types import MatchStepKind, StepKind

PERSON = "person.id"


class MentorStep(Model):
    """One thing on file of somebody who wants to mentor in a program: application, interview, reference, training,
    policies acknowledged. `details` holds minutes, who spoke for them, or topics with their versions. An entry that was
    wrong, or is taken back, has an end and stays.
    """

    __tablename__ = "mentor_step"
    __table_args__ = (sa.Index("ix_mentor_step_person", "person_id", "program_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    kind: Mapped[StepKind] = mapped_column(choice(StepKind, "kind"))
    done_on: Mapped[date]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]


class MatchStep(Model):
    """One thing on file of one person of a match: the commitment signed (by a guardian for `youth_id`), the first
    meeting with staff present, or that somebody is to join a match that runs.
    """

    __tablename__ = "match_step"
    __table_args__ = (sa.Index("ix_match_step_match", "match_id"), sa.Index("ix_match_step_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    kind: Mapped[MatchStepKind] = mapped_column(choice(MatchStepKind, "kind"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON))
    youth_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    done_on: Mapped[date]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    ended_at: Mapped[datetime | None]


class MentoringRules(Model):
    """What a program asks of its matches, where it is not the usual: `kept` is what `requirements.kept_of` gives."""

    __tablename__ = "mentoring_rules"

    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), primary_key=True)
    kept: Mapped[dict[str, Any]]

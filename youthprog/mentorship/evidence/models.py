"""Tables of surveys that a program loads itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthprog.core.crypto import Sealable
from youthprog.core.db import Model, choice
from youthprog.mentorship.evidence.types import Audience

PERSON = "person.id"


class SurveyInstrument(Model):
    """A survey loaded by a program, with its source and the license it is used by. None comes with this software.

    `content` holds scale and questions in both languages; it never changes: another wording is another row.
    """

    __tablename__ = "survey_instrument"

    id: Mapped[int] = mapped_column(primary_key=True)
    program_id: Mapped[int] = mapped_column(sa.ForeignKey("program.id"), index=True)
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    name: Mapped[str] = mapped_column(sa.String(500))
    name_es: Mapped[str] = mapped_column(sa.String(500))
    source: Mapped[str] = mapped_column(sa.String(500))
    license: Mapped[str] = mapped_column(sa.String(4000))
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class SurveyAnswer(Sealable, Model):
    """A survey asked of one person at so many months of a match. What was answered is sealed; the score is not.

    `score_hundredths` is the mean on the survey's own scale times 100; None where too little was answered.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (sa.UniqueConstraint("match_id", "instrument_id", "person_id", "months"),)
    SEALED = ("answers_sealed",)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"))
    instrument_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_instrument.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(PERSON), index=True)
    months: Mapped[int]
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    sent_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    answers_sealed: Mapped[bytes | None]
    score_hundredths: Mapped[int | None]

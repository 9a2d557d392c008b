"""Reading answers from contacts not on file: within whose reach, about which season, form and child, kept how long."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from youthprog.consent import queries
from youthprog.consent.models import Form, FormVersion, RecordHold, UnmatchedAnswer
from youthprog.consent.retention import OUTSIDE, OutsideRule, outside_rule_of
from youthprog.consent.types import Matching
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs.models import Enrollment, Program, Season

DEFAULT = Path(__file__).resolve().parent / "retention.toml"
SETTLED_STATES = (Matching.MATCHED, Matching.REJECTED)

# ---- how long they are kept ----


def rule_in_force() -> OutsideRule:
    """The department's rule: the instance's `retention.toml` where it speaks of answers from outside, else ours. Raises `BadRule`."""
    own: Path = current_app.config["YOUTHPROG"].instance / "retention.toml"
    source = tomllib.loads(own.read_text(encoding="utf-8")) if own.exists() else {}
    return outside_rule_of(source if OUTSIDE in source else tomllib.loads(DEFAULT.read_text(encoding="utf-8")))


def due_to_be_blanked(rule: OutsideRule, on: date, limit: int) -> Sequence[UnmatchedAnswer]:
    """Settled answers whose words may not be kept any more, locked; none of a youth whose records are held. One statement."""
    held = sa.exists().where(RecordHold.youth_id == UnmatchedAnswer.youth_id, RecordHold.ended_at.is_(None))
    statement = (
        sa.select(UnmatchedAnswer)
        .where(
            UnmatchedAnswer.state.in_(SETTLED_STATES),
            UnmatchedAnswer.answer_sealed.is_not(None),
            UnmatchedAnswer.settled_at < datetime.combine(rule.settled_before(on), time(), clock.zone()),
            ~held,
        )
        .order_by(UnmatchedAnswer.id)
        .limit(limit)
        .with_for_update(of=UnmatchedAnswer)
        .execution_options(populate_existing=True)
    )
    return db.session().scalars(statement).all()


# ---- one answer ----


def get_unmatched_for(actor: Actor, permission: P, answer_id: int, on: date) -> UnmatchedAnswer:
    """An answer within reach that was sent. Raises `NotFound`. One statement."""
    row = db.session().scalar(
        sa.select(UnmatchedAnswer)
        .join(Season, Season.id == UnmatchedAnswer.season_id)
        .where(
            UnmatchedAnswer.id == answer_id,
            UnmatchedAnswer.state != Matching.DRAFT,
            queries.unmatched_within(actor, permission, on),
        )
    )
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Frame:
    """The season and the form an answer is given to."""

    season: Season
    program: Program
    form: Form
    version: FormVersion


def frame_of(season_id: int, version_id: int) -> Frame:
    """The season with its program and the form of a version. Raises `NotFound`. One statement."""
    row = (
        db.session()
        .execute(
            sa.select(Season, Program, Form, FormVersion)
            .join(Program, Program.id == Season.program_id)
            .join(FormVersion, FormVersion.id == version_id)
            .join(Form, Form.id == FormVersion.form_id)
            .where(Season.id == season_id)
        )
        .first()
    )
    if row is None:
        raise NotFound
    return Frame(*row)


def newest_version_of(version_id: int) -> int | None:
    """The newest published version of the same form. One statement."""
    same_form = sa.select(FormVersion.form_id).where(FormVersion.id == version_id).scalar_subquery()
    return db.session().scalar(
        sa.select(FormVersion.id)
        .where(FormVersion.form_id == same_form, FormVersion.published_at.is_not(None))
        .order_by(FormVersion.number.desc())
        .limit(1)
    )


def find_open_season(code: str, on: date) -> Season | None:
    """The season whose public form lies at an address, unless it is over. One statement."""
    return db.session().scalar(sa.select(Season).where(Season.id == db.key_in(code), Season.ends_on >= on))


def enrolled_same(season_id: int, folded_name: str, born_on: date | None) -> list[Person]:
    """The youth of a season with this folded name and birth date. One statement."""
    statement = _enrolled(season_id).where(Person.folded_name == folded_name, Person.born_on == born_on)
    return list(db.session().scalars(statement))


def candidates(actor: Actor, season_id: int, family_folded: str, born_on: date | None, on: date) -> list[Person]:
    """The youth of a season within reach whom an answer could be about: born that day, or of that family name."""
    name = people.begins_a_word(Person.folded_name, family_folded) if family_folded else sa.false()
    statement = _enrolled(season_id).where(
        sa.or_(Person.born_on == born_on, name), within(actor, P.CONSENT_MATCH, Person.id, on)
    )
    return list(db.session().scalars(statement.order_by(Person.folded_name, Person.id).limit(20)))


def _enrolled(season_id: int) -> sa.Select[Person]:
    return (
        sa.select(Person)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(Enrollment.season_id == season_id, Person.merged_into_id.is_(None))
    )

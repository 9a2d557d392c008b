"""Verbs of surveys: load, retire, send, answer. They never commit."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from json import dumps
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.audit.services import record
from youthprog.core import crypto, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.mentorship.evidence import lists, queries, rules
from youthprog.mentorship.evidence.models import SurveyAnswer, SurveyInstrument
from youthprog.mentorship.evidence.types import Audience, DueSurvey, Instrument
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import ContactKind, PeopleMerged

SURVEY = "match_survey"
LINK_DAYS = 30


def load_instrument(program_id: int, instrument: Instrument, *, by: Actor, now: datetime) -> SurveyInstrument:
    """Keep a survey for a program. It is asked from now on; it never changes."""
    row = SurveyInstrument(
        program_id=program_id,
        audience=instrument.audience,
        name=instrument.name.en,
        name_es=instrument.name.es or instrument.name.en,
        source=instrument.source,
        license=instrument.license,
        content=lists.kept(instrument),
        loaded_at=now,
    )
    db.session().add(row)
    db.flush()
    record("survey.loaded", "program", program_id, by=by, now=now, survey_id=row.id)
    return row


def retire_instrument(row: SurveyInstrument, *, by: Actor, now: datetime) -> None:
    """Ask a survey no longer. What was answered stays."""
    if row.retired_at is None:
        row.retired_at = now
        record("survey.retired", "program", row.program_id, by=by, now=now, survey_id=row.id)


def send_survey(due: DueSurvey, *, by: Actor, now: datetime) -> SurveyAnswer:
    """Send a due survey to an adult as a link; sent again, the old link opens nothing any more. Raises `Refused`."""
    if due.audience is Audience.YOUTH:
        raise Refused([Refusal("no_child", N_("We send no links to children. Fill it in together."))])
    person = db.session().get_one(Person, due.person_id)
    mail = next(
        (
            line
            for line in people.contacts_of([person.id]).get(person.id, [])
            if line.kind is ContactKind.EMAIL and line.bounced_at is None
        ),
        None,
    )
    if mail is None:
        raise Refused(
            [Refusal("no_mail", N_("No e-mail address of %(name)s is on file."), values={"name": person.name})]
        )
    token, row = crypto.token(), _row_of(due)
    row.token_hash, row.sent_at, row.ends_at = crypto.fingerprint(token), now, now + timedelta(days=LINK_DAYS)
    db.flush()
    base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
    outreach.send(
        SURVEY, "mentorship/mail/survey",
        to=Recipient(person.name, mail.value, person.language, person.id, mail.contact_id),
        subject_id=row.id,
        values={
            "name": person.first_name, "survey": due.instrument.named(person.language), "link": f"{base}/q/{token}",
            "days": LINK_DAYS,
        },
        by=by, now=now,
    )  # fmt: skip
    record("survey.sent", "match", due.match_id, by=by, now=now, answer_id=row.id, person_id=person.id)
    return row


def answer_due(due: DueSurvey, answers: Mapping[str, int | None], *, by: Actor, now: datetime) -> SurveyAnswer:
    """Write down what somebody answered to staff. Raises `Refused`."""
    row = _row_of(due)
    return answer(row, answers, by=by, now=now)


def _row_of(due: DueSurvey) -> SurveyAnswer:
    row = db.session().get(SurveyAnswer, due.answer_id) if due.answer_id is not None else None
    if row is None:
        row = SurveyAnswer(
            match_id=due.match_id, instrument_id=due.instrument_id, person_id=due.person_id, months=due.months
        )
        db.session().add(row)
        db.flush()
    return row


def answer(row: SurveyAnswer, answers: Mapping[str, int | None], *, by: Actor, now: datetime) -> SurveyAnswer:
    """Take answers, sealed, with their score. Once. Raises `Refused`, `Conflict` when somebody was faster."""
    instrument = queries.instrument_of(db.session().get_one(SurveyInstrument, row.instrument_id))
    refuse_if(rules.refusals_to_answer(instrument, answers, answered=row.answered_at is not None))
    table = db.table(SurveyAnswer)
    taken = db.session().execute(
        sa.update(table).where(table.c.id == row.id, table.c.answered_at.is_(None)).values(answered_at=now)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("answered", N_("This was answered already. Thank you."))])
    db.session().refresh(row)
    known = {each.key: answers.get(each.key) for each in instrument.questions}
    score = rules.score_of(instrument, known)
    row.seal("answers_sealed", dumps(known))
    row.score_hundredths = None if score.value is None else round(score.value * 100)
    row.answered_by_id, row.token_hash = by.person_id, None
    db.flush()
    record("survey.answered", "match", row.match_id, by=by, now=now, answer_id=row.id)
    return row


def follow_merge(event: PeopleMerged) -> None:
    """Let the surveys of a merged record name the kept one; asked twice, the one that was answered stays."""
    for row in db.session().scalars(sa.select(SurveyAnswer).where(SurveyAnswer.person_id == event.gone_id)).all():
        same = db.session().scalar(
            sa.select(SurveyAnswer).where(
                SurveyAnswer.match_id == row.match_id,
                SurveyAnswer.instrument_id == row.instrument_id,
                SurveyAnswer.months == row.months,
                SurveyAnswer.person_id == event.kept_id,
            )
        )
        if same is not None:
            db.session().delete(same if row.answered_at is not None and same.answered_at is None else row)
            db.flush()
            if same in db.session():
                continue
        row.person_id = event.kept_id
        db.flush()
    table: Any = SurveyAnswer.__table__
    db.session().execute(
        sa.update(table).where(table.c.answered_by_id == event.gone_id).values(answered_by_id=event.kept_id)
    )
    db.session().expire_all()

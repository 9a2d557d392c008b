"""Taking answers back."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import queries, rules
from youthprog.consent.cases import TAKEN_BACK, letter_values, note, recipient, signer_line
from youthprog.consent.models import ConsentDecision, PickupPerson
from youthprog.consent.queries import Case
from youthprog.consent.types import ConsentWithdrawn, Happening, RequestState, SectionKind
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.events import publish
from youthprog.core.refusals import refuse_if
from youthprog.outreach import services as outreach

TAKEN_BACK_KINDS = frozenset(
    {SectionKind.DECISION, SectionKind.PICKUP, SectionKind.INITIALS, SectionKind.UPLOAD}
)  # what was told can be corrected, not taken back


def take_back(case: Case, keys: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Take back answers from now on; what was true before stays true of before. Raises `Refused`."""
    request = case.request
    questions = {question.key: question for question in queries.questions_of(case.version.id)}
    standing = {row.section_key: row for row in given_now(request.id, clock.day_of(now))}
    standing = {key: row for key, row in standing.items() if questions[key].kind in TAKEN_BACK_KINDS}
    guardian = signer_line(case, clock.day_of(now))
    may_decide = guardian is not None and guardian.may_decide
    refuse_if(rules.refusals_to_take_back(keys, tuple(standing), may_decide=may_decide))
    for key in keys:
        standing[key].withdrawn_at = now
    if any(questions[key].kind is SectionKind.PICKUP for key in keys):
        for person in db.session().scalars(sa.select(PickupPerson).where(PickupPerson.request_id == request.id)):
            person.ended_at = person.ended_at or now
    if any(questions[key].required for key in keys) and request.withdrawn_at is None:
        request.withdrawn_at, request.state = now, RequestState.WITHDRAWN
    note(request.id, Happening.WITHDRAWN, now, {"sections": list(keys)})
    db.flush()
    record("consent.withdrawn", "consent_request", request.id, by=by, now=now, sections=list(keys))
    publish(ConsentWithdrawn(request.id, request.youth_id, request.season_id))
    if guardian is not None and guardian.email:
        language = request.language
        labels = [questions[key].words[language].label for key in keys]
        outreach.send(
            TAKEN_BACK, "consent/mail/withdrawn", to=recipient(guardian), subject_id=request.id,
            about_youth_id=case.youth.id, by=by, now=now,
            values=letter_values(case, guardian.language, None) | {"labels": labels, "at": now},
        )  # fmt: skip


def given_now(request_id: int, on: date) -> list[ConsentDecision]:
    """The decisions of a request that can be taken back on a day: given, in force, not taken back."""
    return [
        row
        for row in queries.decisions_of(request_id)
        if row.decision.value == "given"
        and row.withdrawn_at is None
        and (row.valid_until_on is None or row.valid_until_on >= on)
    ]

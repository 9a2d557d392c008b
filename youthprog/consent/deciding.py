"""What an answer does once it is signed: the decision on its section, and what other rooms must know of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.consent import showing
from youthprog.consent.cases import expiry_in, last_day_of
from youthprog.consent.models import ConsentDecision, ConsentRequest, PickupPerson
from youthprog.consent.queries import Case
from youthprog.consent.types import Decision, Question, SectionKind
from youthprog.consent.validity import ends_on_move, needs_original
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.people import queries as people
from youthprog.people import services as people_services
from youthprog.people.types import HealthKind

PHOTOS = "photos"  # the section whose answer says whether a photo of the child may be shown


@dataclass(frozen=True)
class Answered:
    """A signed answer: of which case and section, by whom, when."""

    case: Case
    question: Question
    given: Mapping[str, Any]
    by: Actor
    now: datetime


def decide(case: Case, question: Question, given: Mapping[str, Any], *, by: Actor, now: datetime) -> ConsentDecision:
    """Record the decision on one section, with its own last day, and tell other rooms what the answer holds."""
    request = case.request
    decision = ConsentDecision(
        request_id=request.id,
        section_id=question.section_id,
        youth_id=request.youth_id,
        guardian_id=request.guardian_id,
        season_id=request.season_id,
        section_key=question.key,
        decision=showing.decision_of(question, given),
        decided_at=now,
        valid_until_on=last_day_of(case, question, now, expires_on=expiry_in(given)),
        ends_on_move=ends_on_move(question.settings),
        needs_original=needs_original(question.settings),
    )
    db.session().add(decision)
    if question.key == PHOTOS and decision.decision is Decision.REFUSED:
        db.flush()
        people_services.follow_withdrawal(request.youth_id, by=by, now=now)
    effect = EFFECTS.get(question.kind)
    if effect is not None:
        effect(Answered(case, question, given, by, now))
    return decision


def _note_health(answered: Answered) -> None:
    """Note what was told. The very words noted before give way to the fresh note: nothing stands twice in the file."""
    youth, given = answered.case.youth, answered.given
    if given["choice"] != "yes":
        return
    words = (given.get("alert") or None, given.get("detail") or None)
    for line in people.health_of(youth.id):
        if (line.alert or None, line.detail or None) == words:
            people_services.end_health(people.get_health_note(youth.id, line.note_id), by=answered.by, now=answered.now)
    people_services.note_health(
        youth, HealthKind.OTHER, alert=words[0], detail=words[1], by=answered.by, now=answered.now
    )


def _name_pickups(answered: Answered) -> None:
    _replace_pickups(answered.case.request, answered.given["names"], answered.now)


def _replace_pickups(request: ConsentRequest, names: Sequence[str], now: datetime) -> None:
    """A guardian's new list takes the place of the same guardian's older one."""
    earlier = db.session().scalars(
        sa.select(PickupPerson)
        .join(ConsentRequest, ConsentRequest.id == PickupPerson.request_id)
        .where(
            PickupPerson.youth_id == request.youth_id,
            PickupPerson.ended_at.is_(None),
            ConsentRequest.guardian_id == request.guardian_id,
        )
    )
    for row in earlier:
        row.ended_at = now
    for name in names:
        db.session().add(PickupPerson(request_id=request.id, youth_id=request.youth_id, name=name))


def _add_emergency(answered: Answered) -> None:
    youth, given = answered.case.youth, answered.given
    known = {(line.name, line.phone) for line in people.emergency_of([youth.id]).get(youth.id, [])}
    if (given["name"], given["phone"]) not in known:
        people_services.add_emergency_contact(
            youth, given["name"], given["phone"], relation=given.get("relation"), by=answered.by, now=answered.now
        )


# What the answers of a kind tell other rooms.
EFFECTS: Mapping[SectionKind, Callable[[Answered], None]] = {
    SectionKind.HEALTH: _note_health,
    SectionKind.PICKUP: _name_pickups,
    SectionKind.EMERGENCY: _add_emergency,
}

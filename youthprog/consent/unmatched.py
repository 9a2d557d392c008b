"""Answers from contacts not on file: kept sealed, warned of, and matched or set aside by the staff. They clear nobody.

Nothing here tells whoever answers whether a child is known. What is being answered is a draft nobody is told of; once it
is sent, every contact on file of the child is warned in the same transaction, without the sender's name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access import throttle
from youthprog.audit.services import record
from youthprog.consent import fair_queries, paper, queries, rules, showing
from youthprog.consent.cases import WARNING, close, note, questions_to_ask, valid_until
from youthprog.consent.fair_queries import Frame
from youthprog.consent.models import ConsentRequest, UnmatchedAnswer
from youthprog.consent.queries import Case
from youthprog.consent.signing import Prepared, prepare_signature, sign
from youthprog.consent.types import Happening, Matching, Question, RequestState, Route, SectionKind, SignFacts, Signing
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.core.text import fold
from youthprog.documents.models import Document
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people import rules as people_rules
from youthprog.people.models import Person
from youthprog.people.types import ContactKind, GuardianLine, PersonKind

DRAFT_LIVES = timedelta(days=2)
MOST_WARNINGS = 5  # of one child in a quarter of an hour
NOT_FROM_OUTSIDE = frozenset({SectionKind.UPLOAD, SectionKind.EXTERNAL})
TRANSIENT = 0  # the id of a request that exists only while its record is printed
SETTLED = Refusal("settled", N_("This answer was settled already."))


@dataclass(frozen=True)
class Outsider:
    """What somebody not on file says of themselves and of the child."""

    child_given: str
    child_family: str
    child_born_on: date | None
    name: str
    relationship: str
    has_right: bool | None
    email: str
    phone: str


@dataclass(frozen=True)
class OutsideAnswer:
    """An answer from outside, opened. `signed` is the typed name once it was sent."""

    who: Outsider
    answers: Mapping[str, Mapping[str, Any]]
    language: str
    signed: str = ""


# ---- answering ----


def begin(
    season_id: int, version_id: int, youth_id: int | None, who: Outsider, *, language: str, by: Actor, now: datetime
) -> UnmatchedAnswer | None:
    """Begin a draft; None when too many were begun from the same place. Old drafts go."""
    buckets = [throttle.bucket("outside-answer", by.ip)]
    throttle.lock(buckets)
    if throttle.full_until(buckets, now):
        return None
    throttle.count(buckets, now)
    table = db.table(UnmatchedAnswer)
    old = sa.and_(table.c.state == Matching.DRAFT, table.c.received_at < now - DRAFT_LIVES)
    db.session().execute(sa.delete(table).where(old))
    row = UnmatchedAnswer(
        season_id=season_id, form_version_id=version_id, youth_id=youth_id, state=Matching.DRAFT, received_at=now
    )
    db.session().add(row)
    db.flush()
    _write(row, OutsideAnswer(who, {}, language))
    return row


def find_draft(answer_id: int | None) -> UnmatchedAnswer | None:
    """The draft of this browser, while it is one."""
    row = answer_id and db.session().get(UnmatchedAnswer, answer_id)
    return row if row and row.state is Matching.DRAFT else None


def was_sent(answer_id: int | None) -> bool:
    """Whether the draft of this browser was sent already: a second click, or a try after a lost answer."""
    row = answer_id and db.session().get(UnmatchedAnswer, answer_id)
    return bool(row and row.state is not Matching.DRAFT)


def opened(row: UnmatchedAnswer) -> OutsideAnswer:
    """What an answer says."""
    value = json.loads(row.unseal("answer_sealed") or "{}")
    who = value["who"]
    born_on = who["child_born_on"]
    who["child_born_on"] = date.fromisoformat(born_on) if born_on else None
    return OutsideAnswer(Outsider(**who), value["answers"], value["language"], value["signed"])


def answer(row: UnmatchedAnswer, key: str, given: Mapping[str, Any], *, language: str) -> None:
    """Keep one answer of a draft."""
    kept = opened(row)
    _write(row, OutsideAnswer(kept.who, {**kept.answers, key: dict(given)}, language))


def send(row: UnmatchedAnswer, typed_name: str, *, agrees: bool, language: str, by: Actor, now: datetime) -> None:
    """Send a draft: it waits for the staff, and every contact on file of the child is warned. Raises `Refused`.

    Whether the child was found changes nothing of what the sender sees.
    """
    kept = opened(row)
    reasons = rules.refusals_to_sign(_facts_of(row, kept, typed_name, agrees, language, now))
    refuse_if(reasons)
    if row.youth_id is None:
        row.youth_id = _find_youth(row.season_id, kept.who)
    _write(row, OutsideAnswer(kept.who, kept.answers, language, typed_name))
    row.state, row.received_at = Matching.WAITING, now
    db.flush()
    record("consent.received", "unmatched_answer", row.id, by=by, now=now, youth_id=row.youth_id)
    _warn(row, now)


def _facts_of(
    row: UnmatchedAnswer, kept: OutsideAnswer, typed_name: str, agrees: bool, language: str, now: datetime
) -> SignFacts:
    season = fair_queries.frame_of(row.season_id, row.form_version_id).season
    return SignFacts(
        state=RequestState.OPENED,
        valid_until_on=valid_until(season),
        today=clock.day_of(now),
        may_decide=True,  # nothing is decided here
        unanswered=tuple(each.key for each in showing.unanswered(questions_for(case_of(row)), kept.answers)),
        agreed_to_screens=False,  # asked of guardians; this answer is no signature before the office matches it
        signing=Signing(typed_name, True, agrees, 0, language, Route.MATCHED),
    )


def questions_for(case: Case) -> list[Question]:
    """What somebody not on file is asked: the guardian's pages, without files and without addresses outside."""
    shown = questions_to_ask(case, queries.questions_of(case.version.id), clock.today())
    return [each for each in shown if each.kind not in NOT_FROM_OUTSIDE]


def _find_youth(season_id: int, who: Outsider) -> int | None:
    """The one youth of the season with this name and birth date; None when there is none, or several."""
    folded = people_rules.folded(who.child_family, who.child_given)
    found = fair_queries.enrolled_same(season_id, folded, who.child_born_on)
    return found[0].id if len(found) == 1 else None


def _write(row: UnmatchedAnswer, value: OutsideAnswer) -> None:
    born_on = value.who.child_born_on
    plain = {
        "who": {**value.who.__dict__, "child_born_on": born_on and born_on.isoformat()},
        "answers": {key: dict(given) for key, given in value.answers.items()},
        "language": value.language,
        "signed": value.signed,
    }
    row.seal("answer_sealed", json.dumps(plain, ensure_ascii=False))


def _warn(row: UnmatchedAnswer, now: datetime) -> None:
    """Write to every mail address on file of every guardian who may know of the child."""
    if row.youth_id is None:
        return
    buckets = [throttle.bucket("outside-warning", row.youth_id)]
    throttle.lock(buckets)
    if throttle.full_until(buckets, now, MOST_WARNINGS):
        return
    throttle.count(buckets, now)
    guardians = people.guardians_of([row.youth_id], clock.day_of(now)).get(row.youth_id, [])
    contacts = people.contacts_of({line.guardian_id for line in guardians})
    names = {person.id: person.first_name for person in _people([row.youth_id, *contacts])}
    for line in guardians:
        for contact in contacts.get(line.guardian_id, []):
            if contact.kind is ContactKind.EMAIL and contact.bounced_at is None:
                to = Recipient(line.name, contact.value, line.language, line.guardian_id, contact.contact_id)
                values = {"child": names[row.youth_id], "guardian": names[line.guardian_id]}
                outreach.send(
                    WARNING, "consent/mail/warning", to=to, subject_id=None, about_youth_id=row.youth_id,
                    values=values, by=SYSTEM, now=now,
                )  # fmt: skip
    row.warned_at = now


def _people(person_ids: list[int]) -> list[Person]:
    return list(db.session().scalars(sa.select(Person).where(Person.id.in_(person_ids))))


def case_of(row: UnmatchedAnswer) -> Case:
    """The draft as a request that is in no table, so that a question looks as it does to a guardian. It knows nothing
    of the child but what was typed, or stood on the page of the link."""
    kept = opened(row)
    frame = fair_queries.frame_of(row.season_id, row.form_version_id)
    child = Person(
        kind=PersonKind.YOUTH, given_name=kept.who.child_given, family_name=kept.who.child_family,
        born_on=kept.who.child_born_on, language="en",
    )  # fmt: skip
    signer = Person(kind=PersonKind.ADULT, given_name=kept.who.name, family_name="", language=kept.language)
    return _case(frame, kept, child, signer, row)


def _case(frame: Frame, kept: OutsideAnswer, child: Person, signer: Person, row: UnmatchedAnswer) -> Case:
    request = ConsentRequest(
        id=TRANSIENT, form_version_id=row.form_version_id, youth_id=child.id, guardian_id=signer.id,
        season_id=row.season_id, state=RequestState.OPENED, language=kept.language, created_at=row.received_at,
        opened_at=row.received_at, version=0, times_asked=0, awaited=True,
    )  # fmt: skip
    request.seal("draft_sealed", json.dumps(kept.answers, ensure_ascii=False))
    return Case(request, child, signer, frame.season, frame.program, frame.form, frame.version, frame.version.id)


# ---- matching ----


@dataclass(frozen=True)
class PreparedMatch:
    """An answer whose record is printed and sealed for one guardian, and not yet recorded."""

    answer_id: int
    youth_id: int
    guardian_id: int
    prepared: Prepared


def refusals_to_match(row: UnmatchedAnswer, guardian: GuardianLine | None) -> list[Refusal]:
    """Why an answer cannot be matched to this guardian."""
    found = []
    if row.state is not Matching.WAITING:
        found.append(SETTLED)
    if guardian is None or not guardian.may_decide:
        found.append(Refusal("may_not_decide", N_("Choose a guardian who may decide today."), "guardian_id"))
    return found


def prepare_match(row: UnmatchedAnswer, youth: Person, guardian_id: int, *, by: Actor, now: datetime) -> PreparedMatch:
    """Print and seal the record of an answer for the guardian it is matched to, without a lock. Raises `Refused`."""
    guardian = _line(youth.id, guardian_id, now)
    refuse_if(refusals_to_match(row, guardian))
    kept = opened(row)
    person = people.get_person(guardian_id)
    frame = fair_queries.frame_of(row.season_id, row.form_version_id)
    case = _case(frame, kept, youth, person, row)
    case.request.recorded_by_id = by.person_id
    signing = Signing(kept.signed, True, True, 0, kept.language, Route.MATCHED, recorded_by=by.name)
    told = [paper.Happened(Happening.MATCHED, now, _matched_detail(row, by))]
    return PreparedMatch(row.id, youth.id, guardian_id, prepare_signature(case, signing, by=by, now=now, told=told))


def match(row: UnmatchedAnswer, match: PreparedMatch, *, by: Actor, now: datetime) -> Document:
    """Let an answer count as the decision of the guardian it came from: request, decisions, sealed record, all or
    nothing. The trail keeps what was typed beside what is on file. Raises `Conflict` when somebody was faster."""
    guardian = _line(match.youth_id, match.guardian_id, now)
    _settle(row, Matching.MATCHED, by=by, now=now)
    row.youth_id = match.youth_id
    kept = opened(row)
    for known in queries.open_requests([match.youth_id], row.season_id):
        if known.guardian_id == match.guardian_id and known.form_version_id == row.form_version_id:
            close(known, now)
    request = ConsentRequest(
        form_version_id=row.form_version_id, youth_id=match.youth_id, guardian_id=match.guardian_id,
        season_id=row.season_id, state=RequestState.OPENED, language=kept.language, created_at=row.received_at,
        opened_at=row.received_at, version=0, recorded_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(request)
    db.flush()
    request.seal("draft_sealed", json.dumps(kept.answers, ensure_ascii=False))
    note(request.id, Happening.MATCHED, now, _matched_detail(row, by))
    row.request_id = request.id
    db.flush()
    record(
        "consent.matched", "unmatched_answer", row.id, by=by, now=now, request_id=request.id,
        typed={"name": kept.who.name, "email": kept.who.email, "phone": kept.who.phone},
        on_file={
            "name": guardian.name if guardian else "",
            "email": (guardian and guardian.email) or "",
            "phone": (guardian and guardian.phone) or "",
        },
    )  # fmt: skip
    return sign(queries.get_request(request.id), match.prepared, by=by, now=now)


def reject(row: UnmatchedAnswer, reason: str, *, by: Actor, now: datetime) -> None:
    """Set an answer aside, with the reason. It never counted. Raises `Refused`, or `Conflict` when it was settled."""
    if not reason.strip():
        raise Refused([Refusal("no_reason", N_("Write why this answer is set aside."), "reason")])
    _settle(row, Matching.REJECTED, by=by, now=now)
    record("consent.rejected", "unmatched_answer", row.id, by=by, now=now, reason=reason.strip())


def _settle(row: UnmatchedAnswer, state: Matching, *, by: Actor, now: datetime) -> None:
    table = db.table(UnmatchedAnswer)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == row.id, table.c.state == Matching.WAITING)
        .values(state=state, settled_at=now, settled_by_id=by.person_id)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([SETTLED])
    db.session().refresh(row)


def _matched_detail(row: UnmatchedAnswer, by: Actor) -> dict[str, Any]:
    return {"matched_by": by.name, "answered_at": row.received_at.isoformat(), "typed_name": opened(row).who.name}


def _line(youth_id: int, guardian_id: int, now: datetime) -> GuardianLine | None:
    lines = people.guardians_of([youth_id], clock.day_of(now)).get(youth_id, [])
    return next((line for line in lines if line.guardian_id == guardian_id), None)


def outsider_about(youth: Person, **said: Any) -> Outsider:
    """What somebody says of themselves who came by a guardian's link: of the child they see the first name alone."""
    return Outsider(child_given=youth.first_name, child_family="", child_born_on=None, **said)


def same_values(who: Outsider, line: GuardianLine) -> dict[str, bool]:
    """Which of the typed values are the guardian's on file: name, email, phone."""
    return {
        "name": fold(who.name) == fold(line.name),
        "email": bool(who.email)
        and people_rules.normal_email(who.email) == people_rules.normal_email(line.email or ""),
        "phone": bool(who.phone) and who.phone == line.phone,
    }


def full_child_name(who: Outsider) -> str:
    """The child's name as typed."""
    return f"{who.child_given} {who.child_family}".strip()

"""Answers from contacts not on file: kept sealed, and warned of. They clear nobody; the staff settles them (`settling`).

Whoever answers reads and accepts the same page on electronic records as a guardian, before anything is sent. Nothing here tells whoever answers whether a child is known. What is being answered is a draft nobody is told of; once it
is sent, every contact on file of the child is warned in the same transaction, without the sender's name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access import throttle
from youthprog.audit.services import record
from youthprog.consent import outside_queries, parts, queries, rules, showing
from youthprog.consent.cases import WARNING, questions_to_ask, valid_until
from youthprog.consent.disclosing import disclosure_sha256
from youthprog.consent.models import ConsentRequest, UnmatchedAnswer
from youthprog.consent.outside_queries import Frame
from youthprog.consent.queries import Case
from youthprog.consent.types import (
    DISCLOSURE,
    Matching,
    Question,
    RequestState,
    Route,
    SectionKind,
    SignFacts,
    Signing,
)
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import refuse_if
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people import rules as people_rules
from youthprog.people.models import Person
from youthprog.people.types import ContactKind, PersonKind

DRAFT_LIVES = timedelta(days=2)
MOST_WARNINGS = 5  # of one child in a quarter of an hour
NOT_FROM_OUTSIDE = frozenset({SectionKind.UPLOAD})  # bytes of somebody unknown; asked once the office knows who it is
TRANSIENT = 0  # the id of a request that exists only while its record is printed


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
class OutsideAgreement:
    """What somebody not on file said to records on a screen: which words, in which language, sample opened when, accepted when."""

    version: str = ""
    sha256: str = ""
    language: str = ""
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    wants_paper_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it was accepted after the sample was opened. Of which words is kept beside it."""
        return self.opened_at is not None and self.accepted_at is not None and bool(self.version)


@dataclass(frozen=True)
class OutsideAnswer:
    """An answer from outside, opened. `signed` is the typed name once it was sent, `how` from where.

    `answered` tells when each section was answered last.
    """

    who: Outsider
    answers: Mapping[str, Mapping[str, Any]]
    language: str
    signed: str = ""
    agreement: OutsideAgreement = OutsideAgreement()
    begun_at: datetime | None = None
    answered: Mapping[str, datetime] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)


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
    drop_old_drafts(now)
    row = UnmatchedAnswer(
        season_id=season_id, form_version_id=version_id, youth_id=youth_id, state=Matching.DRAFT, received_at=now
    )
    db.session().add(row)
    db.flush()
    _write(row, OutsideAnswer(who, {}, language, begun_at=now))
    return row


def drop_old_drafts(now: datetime) -> None:
    """Remove what was begun and not sent for two days."""
    table = db.table(UnmatchedAnswer)
    old = sa.and_(table.c.state == Matching.DRAFT, table.c.received_at < now - DRAFT_LIVES)
    db.session().execute(sa.delete(table).where(old))


def find_draft(answer_id: int | None, *, to_change: bool = False) -> UnmatchedAnswer | None:
    """The draft of this browser, while it is one; `to_change` locks it, so that nothing is written into what was sent."""
    row = answer_id and db.session().get(
        UnmatchedAnswer, answer_id, with_for_update=to_change or None, populate_existing=to_change
    )
    return row if row and row.state is Matching.DRAFT else None


def was_sent(answer_id: int | None) -> bool:
    """Whether the draft of this browser was sent already: a second click, or a try after a lost answer."""
    row = answer_id and db.session().get(UnmatchedAnswer, answer_id)
    return bool(row and row.state is not Matching.DRAFT)


def opened(row: UnmatchedAnswer) -> OutsideAnswer:
    """What an answer says. Only of one whose words are still kept."""
    value = json.loads(row.unseal("answer_sealed") or "{}")
    who, agreement = value["who"], value.get("agreement", {})
    born_on = who["child_born_on"]
    who["child_born_on"] = date.fromisoformat(born_on) if born_on else None
    for name in ("opened_at", "accepted_at", "wants_paper_at"):
        agreement[name] = _moment(agreement.get(name))
    return OutsideAnswer(
        Outsider(**who), value["answers"], value["language"], value["signed"], OutsideAgreement(**agreement),
        _moment(value.get("begun_at")), {key: _at(text) for key, text in value.get("answered", {}).items()},
        value.get("how", {}),
    )  # fmt: skip


def answer(row: UnmatchedAnswer, key: str, given: Mapping[str, Any], *, language: str, now: datetime) -> None:
    """Keep one answer of a draft. Raises `Refused` when the person to ask outside is the sender."""
    kept = opened(row)
    refuse_if(parts.refusals_of_address(given, {kept.who.email.casefold()} - {""}))
    _write(
        row,
        replace(
            kept, answers={**kept.answers, key: dict(given)}, answered={**kept.answered, key: now}, language=language
        ),
    )


# ---- records on a screen ----


def open_sample(row: UnmatchedAnswer, *, now: datetime) -> None:
    """Note that the sample was opened; the first time counts."""
    kept = opened(row)
    if kept.agreement.opened_at is None:
        _write(row, replace(kept, agreement=replace(kept.agreement, opened_at=now)))


def agree(row: UnmatchedAnswer, *, language: str, now: datetime) -> None:
    """Agree to sign on a screen, in the words of today. Raises `Refused` until the sample was opened."""
    kept = opened(row)
    refuse_if(rules.refusals_to_agree(kept.agreement.opened_at))
    if not agrees_today(kept):
        accepted = OutsideAgreement(DISCLOSURE, disclosure_sha256(language), language, kept.agreement.opened_at, now)
        _write(row, replace(kept, agreement=accepted))


def agrees_today(kept: OutsideAnswer) -> bool:
    """Whether the words of today were accepted, with the sample opened first."""
    return kept.agreement.is_complete and kept.agreement.version == DISCLOSURE


def want_paper(row: UnmatchedAnswer, *, language: str, by: Actor, now: datetime) -> None:
    """Ask for paper instead: the office hears of it, with whom to reach. Nothing is answered and nobody is warned."""
    kept = opened(row)
    agreement = replace(kept.agreement, accepted_at=None, wants_paper_at=now)
    _hand_over(row, replace(kept, language=language, agreement=agreement), now)
    record("disclosure.paper_wanted", "unmatched_answer", row.id, by=by, now=now, version=DISCLOSURE, language=language)


# ---- sending ----


def send(row: UnmatchedAnswer, typed_name: str, *, agrees: bool, language: str, by: Actor, now: datetime) -> None:
    """Send a draft: it waits for the staff, and every contact on file of the child is warned. Raises `Refused`.

    Whether the child was found changes nothing of what the sender sees.
    """
    kept = opened(row)
    refuse_if(rules.refusals_to_sign(_facts_of(row, kept, typed_name, agrees, language, now)))
    how = {"ip": by.ip or "", "agent": by.user_agent or ""}
    _hand_over(row, replace(kept, language=language, signed=typed_name, how=how), now)
    record(
        "consent.received", "unmatched_answer", row.id, by=by, now=now, youth_id=row.youth_id,
        disclosure={"version": kept.agreement.version, "language": kept.agreement.language},
    )  # fmt: skip
    _warn(row, now)


def _hand_over(row: UnmatchedAnswer, kept: OutsideAnswer, now: datetime) -> None:
    """From a draft to an answer that waits for the staff."""
    if row.youth_id is None:
        row.youth_id = _find_youth(row.season_id, kept.who)
    _write(row, kept)
    row.state, row.received_at = Matching.WAITING, now
    db.flush()


def _facts_of(
    row: UnmatchedAnswer, kept: OutsideAnswer, typed_name: str, agrees: bool, language: str, now: datetime
) -> SignFacts:
    season = outside_queries.frame_of(row.season_id, row.form_version_id).season
    return SignFacts(
        state=RequestState.OPENED,
        valid_until_on=valid_until(season),
        today=clock.day_of(now),
        may_decide=True,  # nothing is decided here
        unanswered=tuple(each.key for each in showing.unanswered(questions_for(case_of(row)), kept.answers)),
        agreed_to_screens=agrees_today(kept),
        signing=Signing(typed_name, True, agrees, 0, language, Route.MATCHED),
    )


def questions_for(case: Case) -> list[Question]:
    """What somebody not on file is asked: the guardian's pages, without files."""
    shown = questions_to_ask(case, queries.questions_of(case.version.id), clock.today())
    return [each for each in shown if each.kind not in NOT_FROM_OUTSIDE]


def _find_youth(season_id: int, who: Outsider) -> int | None:
    """The one youth of the season with this name and birth date; None when there is none, or several."""
    folded = people_rules.folded(who.child_family, who.child_given)
    found = outside_queries.enrolled_same(season_id, folded, who.child_born_on)
    return found[0].id if len(found) == 1 else None


def _write(row: UnmatchedAnswer, value: OutsideAnswer) -> None:
    plain = {
        "who": value.who.__dict__,
        "answers": {key: dict(given) for key, given in value.answers.items()},
        "language": value.language,
        "signed": value.signed,
        "agreement": value.agreement.__dict__,
        "begun_at": value.begun_at,
        "answered": dict(value.answered),
        "how": dict(value.how),
    }
    row.seal("answer_sealed", json.dumps(plain, ensure_ascii=False, default=lambda moment: moment.isoformat()))


def _moment(text: str | None) -> datetime | None:
    return _at(text) if text else None


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
    frame = outside_queries.frame_of(row.season_id, row.form_version_id)
    child = Person(
        kind=PersonKind.YOUTH, given_name=kept.who.child_given, family_name=kept.who.child_family,
        born_on=kept.who.child_born_on, language="en",
    )  # fmt: skip
    signer = Person(kind=PersonKind.ADULT, given_name=kept.who.name, family_name="", language=kept.language)
    return transient(frame, kept, child, signer, row)


def transient(frame: Frame, kept: OutsideAnswer, child: Person, signer: Person, row: UnmatchedAnswer) -> Case:
    """An answer as a request that is in no table."""
    request = ConsentRequest(
        id=TRANSIENT, form_version_id=row.form_version_id, youth_id=child.id, guardian_id=signer.id,
        season_id=row.season_id, state=RequestState.OPENED, language=kept.language, created_at=row.received_at,
        opened_at=row.received_at, version=0, times_asked=0, awaited=True,
    )  # fmt: skip
    request.seal("draft_sealed", json.dumps(kept.answers, ensure_ascii=False))
    return Case(request, child, signer, frame.season, frame.program, frame.form, frame.version, frame.version.id)


def outsider_about(youth: Person, **said: Any) -> Outsider:
    """What somebody says of themselves who came by a guardian's link: of the child they see the first name alone."""
    return Outsider(child_given=youth.first_name, child_family="", child_born_on=None, **said)

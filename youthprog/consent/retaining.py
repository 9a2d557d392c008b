"""Holding records, proposing what may go, and purging it: by two persons, down to a tombstone without a name."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import end_links
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import keeping_queries, queries, uploads
from youthprog.consent.keeping_queries import KeptRecord
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentPart,
    ConsentPurge,
    ConsentReminder,
    ConsentRequest,
    ConsentUpload,
    ConsentWithdrawal,
    OlderSheet,
    PickupPerson,
    RecordHold,
    UnmatchedAnswer,
)
from youthprog.consent.parts import PART
from youthprog.consent.retention import (
    BadRule,
    KeepRule,
    PurgeFacts,
    refusals_to_hold,
    refusals_to_propose,
    refusals_to_purge,
)
from youthprog.consent.scans import is_in_use
from youthprog.consent.types import Written
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.documents import services as documents
from youthprog.outreach import services as outreach
from youthprog.people.models import Person

# Rows of a request that go altogether: they say what somebody decided, named or gave.
GOING: tuple[Any, ...] = (
    ConsentDecision, PickupPerson, ConsentPart, ConsentUpload, ConsentReminder, ConsentWithdrawal, OlderSheet,
)  # fmt: skip


def fault_of_rules() -> str | None:
    """What is wrong with the department's retention.toml, in plain words."""
    try:
        keeping_queries.rule_in_force()
        keeping_queries.file_rules_in_force()
        for what in Written:
            keeping_queries.words_rule(what)
    except BadRule as fault:
        return str(fault)
    return None


def hold(youth: Person, reason: str, *, by: Actor, now: datetime) -> RecordHold:
    """Keep every record of a youth from being purged, because of an incident or a claim. Raises `Refused`."""
    refuse_if(refusals_to_hold(reason, is_held=keeping_queries.find_hold(youth.id) is not None))
    row = RecordHold(youth_id=youth.id, reason=reason.strip(), from_at=now, by_id=by.person_id)
    db.session().add(row)
    db.flush()
    record("record.held", "person", youth.id, by=by, now=now)
    return row


def release(youth: Person, *, by: Actor, now: datetime) -> None:
    """End the hold on a youth's records. Raises `Refused` when there is none."""
    rows = keeping_queries.holds_of(youth.id)
    if not rows:
        raise Refused([Refusal("not_held", N_("Records of this young person are not held."))])
    for row in rows:  # two, when records that were both held became one
        row.ended_at, row.ended_by_id = now, by.person_id
    db.flush()
    record("record.released", "person", youth.id, by=by, now=now)


def propose(kept: KeptRecord, rule: KeepRule, *, by: Actor, now: datetime) -> ConsentPurge:
    """Propose that a record goes; a second person has to do it. Raises `Refused`."""
    refuse_if(refusals_to_propose(facts_of(kept, by, now)))
    row = ConsentPurge(
        request_id=kept.request_id,
        keep_until_on=kept.keep_until_on,
        rule=rule.as_json(),
        document_sha256=kept.document_sha256,
        signed_on=kept.signed_on,
        proposed_at=now,
        proposed_by_id=by.person_id,
    )
    db.session().add(row)
    db.flush()
    record("record.proposed", "consent_request", kept.request_id, by=by, now=now, keep_until_on=str(kept.keep_until_on))
    return row


def keep_after_all(kept: KeptRecord, *, by: Actor, now: datetime) -> None:
    """Take a proposal back. Raises `Refused` when there is none."""
    row = keeping_queries.find_purge(kept.request_id)
    if row is None or row.purged_at is not None:
        raise Refused([Refusal("not_proposed", N_("Nobody proposed this record."))])
    db.session().delete(row)
    db.flush()
    record("record.kept", "consent_request", kept.request_id, by=by, now=now)


def purge(kept: KeptRecord, rule: KeepRule, *, by: Actor, now: datetime) -> None:
    """Remove a record for good: files after the commit, words and rows now; the tombstone stays. Raises `Refused`."""
    refuse_if(refusals_to_purge(facts_of(kept, by, now)))
    tombstone = keeping_queries.find_purge(kept.request_id)
    request = db.session().get_one(ConsentRequest, kept.request_id)
    assert tombstone is not None
    documents.purge_of_subject("consent_request", request.id, now=now)
    silence(request, now)
    remove_rows(request)
    _empty_words(request, now)
    tombstone.keep_until_on, tombstone.rule = kept.keep_until_on, rule.as_json()
    tombstone.purged_at, tombstone.purged_by_id = now, by.person_id
    db.flush()
    record(
        "record.purged", "consent_request", request.id, by=by, now=now, sha256=tombstone.document_sha256,
        proposed_by_id=tombstone.proposed_by_id, keep_until_on=str(tombstone.keep_until_on),
    )  # fmt: skip


def facts_of(kept: KeptRecord, by: Actor, now: datetime) -> PurgeFacts:
    """A record as the rules see it."""
    return PurgeFacts(
        today=clock.day_of(now),
        keep_until_on=kept.keep_until_on,
        in_force_until=kept.in_force_until,
        is_held=kept.is_held,
        is_proposed=kept.purge_id is not None,
        is_purged=kept.purged_on is not None,
        actor_id=by.person_id,
        proposed_by_id=kept.proposed_by_id,
    )


def silence(request: ConsentRequest, now: datetime) -> None:
    """Empty the letters of a request and end its links. Those to somebody outside are about the part, not the request."""
    outreach.forget("consent", request.id, but=PART)
    end_links(LinkPurpose.CONSENT, request.id, now=now)
    for part in queries.parts_of(request.id).values():
        outreach.forget(PART, part.id)
        end_links(LinkPurpose.CONSENT_PART, part.id, now=now)


def remove_rows(request: ConsentRequest) -> None:
    """Remove everything that hangs on the request and says something of people; stored files go after the commit."""
    rows: list[Any] = []
    for model in GOING:
        rows += db.session().scalars(sa.select(model).where(model.request_id == request.id)).all()
    digests = {row.sha256 for row in rows if isinstance(row, ConsentUpload)}
    for digest in digests:
        if not is_in_use(digest, but=request.id):
            db.after_commit(lambda digest=digest: uploads.discard(digest))  # type: ignore[misc]
    for row in rows:
        db.session().delete(row)


def _empty_words(request: ConsentRequest, now: datetime) -> None:
    """The row stays, as a key for the tombstone and the trail; what it said of people goes."""
    request.typed_name = ""  # a signed row has a name by CHECK: an empty one
    request.draft_sealed = request.drawn_sealed = None
    request.match_code = request.scan_sha256 = None
    request.purged_at = now
    for event in db.session().scalars(sa.select(ConsentEvent).where(ConsentEvent.request_id == request.id)):
        event.detail = {}
    for answer in db.session().scalars(sa.select(UnmatchedAnswer).where(UnmatchedAnswer.request_id == request.id)):
        answer.answer_sealed = None

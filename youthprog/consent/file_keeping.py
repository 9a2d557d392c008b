"""Proposing and purging parts of a youth's file that are no signed consents: by two persons, down to a tombstone."""

from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import file_queries, retaining, rules
from youthprog.consent.cases import close
from youthprog.consent.file_queries import KeptPart
from youthprog.consent.models import ConsentEvent, FilePurge
from youthprog.consent.retention import FileRule, PurgeFacts, refusals_to_propose, refusals_to_purge
from youthprog.consent.types import FilePart
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.health_words import forget_elsewhere
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.people import services as people


def propose_part(kept: KeptPart, rule: FileRule, *, by: Actor, now: datetime) -> FilePurge:
    """Propose that a part of a file goes; a second person has to do it. Raises `Refused`."""
    refuse_if(refusals_to_propose(facts_of_part(kept, by, now)))
    row = FilePurge(
        youth_id=kept.youth_id,
        part=kept.part,
        pieces=kept.pieces,
        keep_until_on=kept.keep_until_on,
        rule=rule.as_json(),
        proposed_at=now,
        proposed_by_id=by.person_id,
    )
    db.session().add(row)
    db.flush()
    told = {"part": kept.part.value, "keep_until_on": str(kept.keep_until_on)}
    record("file.proposed", "person", kept.youth_id, by=by, now=now, **told)
    return row


def keep_part_after_all(kept: KeptPart, *, by: Actor, now: datetime) -> None:
    """Take a proposal back. Raises `Refused` when there is none."""
    row = file_queries.find_proposal(kept.part, kept.youth_id)
    if row is None:
        raise Refused([Refusal("not_proposed", N_("Nobody proposed this record."))])
    db.session().delete(row)
    db.flush()
    record("file.kept", "person", kept.youth_id, by=by, now=now, part=kept.part.value)


def purge_part(kept: KeptPart, rule: FileRule, *, by: Actor, now: datetime) -> None:
    """Remove a part of a file for good; the tombstone stays. Raises `Refused`."""
    refuse_if(refusals_to_purge(facts_of_part(kept, by, now)))
    tombstone = file_queries.find_proposal(kept.part, kept.youth_id)
    assert tombstone is not None
    tombstone.pieces = _remove(kept, rule, now)
    tombstone.keep_until_on, tombstone.rule = kept.keep_until_on, rule.as_json()
    tombstone.purged_at, tombstone.purged_by_id = now, by.person_id
    db.flush()
    record(
        "file.purged", "person", kept.youth_id, by=by, now=now, part=kept.part.value, pieces=tombstone.pieces,
        proposed_by_id=tombstone.proposed_by_id, keep_until_on=str(tombstone.keep_until_on),
    )  # fmt: skip


def facts_of_part(kept: KeptPart, by: Actor, now: datetime) -> PurgeFacts:
    """A part of a file as the rules see it."""
    return PurgeFacts(
        today=clock.day_of(now),
        keep_until_on=kept.keep_until_on,
        in_force_until=None,
        is_held=kept.is_held,
        is_proposed=kept.purge_id is not None,
        is_purged=False,
        actor_id=by.person_id,
        proposed_by_id=kept.proposed_by_id,
    )


def _remove(kept: KeptPart, rule: FileRule, now: datetime) -> int:
    """Remove the pieces; how many there were."""
    if kept.part is FilePart.HEALTH:
        return people.forget_health(kept.youth_id) + forget_elsewhere(kept.youth_id)
    if kept.part is FilePart.EMERGENCY:
        return people.forget_emergency_contacts(kept.youth_id)
    if kept.part is FilePart.PHOTO:
        return people.forget_photo(kept.youth_id)
    requests = file_queries.requests_never_signed(kept.youth_id, rule, clock.day_of(now))
    for request in requests:
        if request.state in rules.OPEN_STATES:
            close(request, now, reason="purged")
        retaining.silence(request, now)
        retaining.remove_rows(request)
        request.draft_sealed = request.drawn_sealed = None
        request.match_code = request.scan_sha256 = None
        request.purged_at = now
        for event in db.session().scalars(sa.select(ConsentEvent).where(ConsentEvent.request_id == request.id)):
            event.detail = {}
    return len(requests)

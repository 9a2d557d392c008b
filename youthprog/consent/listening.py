"""What other rooms tell this one."""

from collections.abc import Sequence

import sqlalchemy as sa

from youthprog.access.services import end_links
from youthprog.access.types import LinkPurpose
from youthprog.consent import queries, rules
from youthprog.consent.asking import write_again_without
from youthprog.consent.cases import close
from youthprog.consent.handing_out import send_again_without
from youthprog.consent.models import (
    ConsentDecision,
    ConsentRequest,
    ContactAttempt,
    FilePurge,
    GuardianExcuse,
    PickupPerson,
    RecordHold,
    UnmatchedAnswer,
)
from youthprog.core import clock, db
from youthprog.people.types import CustodyRestricted, GuardianshipEnded, PeopleMerged


def close_for_guardian(event: GuardianshipEnded) -> None:
    """An adult is no longer a guardian: nothing waits for them any more."""
    _close_requests(event.youth_id, event.guardian_id)


def close_for_restricted(event: CustodyRestricted) -> None:
    """A restriction was recorded: forms about the child that wait for this adult are closed, links ended."""
    _close_requests(event.youth_id, event.adult_id)


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged person's requests, decisions and lists follow."""
    for request in _requests_of(event.gone_id):
        if request.state in rules.OPEN_STATES:
            close(request, event.at)
    for model, columns in (
        (ConsentRequest, ("youth_id", "guardian_id")),
        (ConsentDecision, ("youth_id", "guardian_id")),
        (PickupPerson, ("youth_id",)),
        (GuardianExcuse, ("youth_id", "guardian_id")),
        (ContactAttempt, ("youth_id", "guardian_id")),
        (UnmatchedAnswer, ("youth_id",)),
        (RecordHold, ("youth_id",)),
    ):
        for column in columns:
            rows = db.session().scalars(sa.select(model).where(getattr(model, column) == event.gone_id))
            for row in rows:
                setattr(row, column, event.kept_id)
    for tombstone in db.session().scalars(sa.select(FilePurge).where(FilePurge.youth_id == event.gone_id)):
        if tombstone.purged_at is None:
            db.session().delete(tombstone)  # what was proposed of the one file is not all of the two
        else:
            tombstone.youth_id = event.kept_id


def _requests_of(person_id: int) -> Sequence[ConsentRequest]:
    either = sa.or_(ConsentRequest.youth_id == person_id, ConsentRequest.guardian_id == person_id)
    return db.session().scalars(sa.select(ConsentRequest).where(either)).all()


def _close_requests(youth_id: int, guardian_id: int) -> None:
    now = clock.now()
    statement = sa.select(ConsentRequest).where(
        ConsentRequest.youth_id == youth_id, ConsentRequest.guardian_id == guardian_id
    )
    for request in db.session().scalars(statement):
        if request.state in rules.OPEN_STATES:
            close(request, now)
        end_links(LinkPurpose.CONSENT, request.id, now=now, person_id=guardian_id)
        for part in queries.parts_of(request.id).values():
            end_links(LinkPurpose.CONSENT_PART, part.id, now=now)
    write_again_without(youth_id, guardian_id, now=now)
    send_again_without(youth_id, guardian_id, now=now)

"""What a line of the chase list shows: names, groups, each guardian and how far the letter came. Ten statements a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from youthprog.consent import rules
from youthprog.consent.models import ConsentEvent, ConsentRequest, ContactAttempt
from youthprog.consent.types import ChasedGuardian, ChaseKey, ChaseLine, ChaseState, Happening, Objection, RequestState
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, Program, Season

LETTERS = ("consent_request", "consent_reminder", "consent_renewal")
TOLD = (
    Happening.SENT,
    Happening.REMINDED,
    Happening.BOUNCED,
    Happening.OPENED,
    Happening.DELIVERED,
    Happening.NOTICED,
    Happening.CALLED,
)


@dataclass(frozen=True)
class Candidate:
    """A youth enrolled in a season who is not surely fine, and the place in the list."""

    key: ChaseKey
    youth_id: int
    season_id: int
    ends_on: date
    paper_guardian_id: int | None = None  # who wants paper and is not done


@dataclass(frozen=True)
class Lacking:
    """A candidate of whom the rules say what is lacking."""

    candidate: Candidate
    state: ChaseState
    reason: Objection


def lines_of(actor: Actor, found: Sequence[Lacking], on: date) -> list[ChaseLine]:
    """The lines of a page: names, groups, guardians and how far each letter came. Ten statements."""
    ids = {each.candidate.youth_id for each in found}
    seasons = {each.candidate.season_id for each in found}
    youth = {row.id: row for row in db.session().scalars(sa.select(Person).where(Person.id.in_(ids)))}
    of_season = {
        season.id: (season, program)
        for season, program in db.session().execute(
            sa.select(Season, Program).join(Program, Program.id == Season.program_id).where(Season.id.in_(seasons))
        )
    }
    groups = _groups_of(ids, seasons, on)
    requests = _open_requests(ids, seasons)
    channels = _channels([each.id for each in requests])
    calls = _attempts(ids)
    guardians = people.guardians_of(people.reachable(actor, P.CONTACT_READ, ids, on), on)
    by_guardian = {(each.youth_id, each.season_id, each.guardian_id): each for each in requests}
    lines = []
    for each in found:
        youth_id, season_id = each.candidate.youth_id, each.candidate.season_id
        person, (season, program) = youth[youth_id], of_season[season_id]
        asked = [
            _chased(
                line,
                by_guardian.get((youth_id, season_id, line.guardian_id)),
                channels,
                calls,
                wants_paper=line.guardian_id == each.candidate.paper_guardian_id,
            )
            for line in guardians.get(youth_id, [])
            if line.may_decide
        ]
        due = min((each.due_on for each in asked if each.due_on and each.awaited), default=None)
        lines.append(
            ChaseLine(
                youth_id, person.name, person.list_name, season_id, program.name, program.name_es, season.name,
                season.name_es, groups.get((youth_id, season_id), ()), each.state, each.reason, due, tuple(asked),
            )
        )  # fmt: skip
    return lines


def _groups_of(
    youth_ids: Collection[int], season_ids: Collection[int], on: date
) -> dict[tuple[int, int], tuple[str, ...]]:
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for youth_id, season_id, name in db.session().execute(
        sa.select(GroupMember.youth_id, Group.season_id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            GroupMember.youth_id.in_(youth_ids),
            Group.season_id.in_(season_ids),
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
        )
        .order_by(Group.folded_name, Group.id)
    ):
        found[youth_id, season_id] = (*found.get((youth_id, season_id), ()), name)
    return found


def _open_requests(youth_ids: Collection[int], season_ids: Collection[int]) -> Sequence[ConsentRequest]:
    table = ConsentRequest
    statement = sa.select(table).where(
        table.youth_id.in_(youth_ids),
        table.season_id.in_(season_ids),
        table.state.in_(rules.OPEN_STATES),
        table.gathering_id.is_(None),
    )
    return db.session().scalars(statement.order_by(table.awaited, table.id)).all()


def _channels(request_ids: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """The last that is known of the way to each guardian: on its way, sent, came back, opened, called."""
    found: dict[int, tuple[str, datetime]] = {}
    event, message = ConsentEvent, Message
    for row in db.session().execute(
        sa.select(event.request_id, event.happening, event.at)
        .where(event.request_id.in_(request_ids), event.happening.in_(TOLD))
        .order_by(event.at, event.id)
    ):
        found[row.request_id] = (row.happening.value, row.at)
    for mail in db.session().execute(
        sa.select(message.subject_id, message.delivery, message.created_at)
        .where(
            message.kind.in_(LETTERS),
            message.subject_id.in_(request_ids),
            message.delivery.in_((Delivery.QUEUED, Delivery.SENDING, Delivery.FAILED)),
        )
        .order_by(message.id)
    ):
        known = found.get(mail.subject_id or 0)
        if mail.subject_id is not None and (known is None or known[1] <= mail.created_at):
            found[mail.subject_id] = ("failed" if mail.delivery is Delivery.FAILED else "queued", mail.created_at)
    return found


def _attempts(youth_ids: Collection[int]) -> dict[tuple[int, int | None], datetime]:
    """The last call to each guardian about each youth, by (youth, guardian)."""
    call = ContactAttempt
    rows = db.session().execute(
        sa.select(call.youth_id, call.guardian_id, sa.func.max(call.at, type_=call.at.type))
        .where(call.youth_id.in_(youth_ids), call.way == "phone")
        .group_by(call.youth_id, call.guardian_id)
    )
    return {(youth_id, guardian_id): at for youth_id, guardian_id, at in rows}


def _chased(
    line: GuardianLine,
    request: ConsentRequest | None,
    channels: Mapping[int, tuple[str, datetime]],
    calls: Mapping[tuple[int, int | None], datetime],
    *,
    wants_paper: bool,
) -> ChasedGuardian:
    known = channels.get(request.id) if request else None
    called_at = calls.get((line.youth_id, line.guardian_id))
    if called_at is not None and (known is None or known[1] < called_at):
        known = ("called", called_at)
    unknown = "no_address" if line.email is None else "bounced_before" if line.email_bounced else "not_asked"
    reached, reached_at = known or (unknown, None)
    reachable = line.email is not None and not line.email_bounced
    return ChasedGuardian(
        line.guardian_id, line.name, line.relationship, line.language, line.phone, reached, reached_at,
        request.id if request else None, request.awaited if request else False, request.due_on if request else None,
        reachable=reachable, may_be_reminded=request is not None and request.state is not RequestState.BOUNCED,
        wants_paper=wants_paper,
    )  # fmt: skip

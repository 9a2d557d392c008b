"""Whom to chase: the youth who lack a required section, or soon will, the most pressing first, a page at a time.

SQL first leaves out whoever surely has everything (`surely`). The others go through the rules of standing, a batch at a
time, in the order of a key that SQL can compute: due day, whether anything waits, name. A batch that is too poor for a
page is followed by one four times as large, so a page costs one round as a rule and a handful at worst. A test compares
the list with the rules alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from youthprog.consent import queries, rules, timing
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentRequest,
    ContactAttempt,
    UnmatchedAnswer,
)
from youthprog.consent.surely import Needed, needed_by_programs, surely_fine
from youthprog.consent.types import (
    ChaseChannel,
    ChasedGuardian,
    ChaseFilter,
    ChaseKey,
    ChaseLine,
    ChaseState,
    Decision,
    Happening,
    Matching,
    Objection,
    RequestState,
)
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import N_
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people import queries as people
from youthprog.people.models import Guardianship, Person
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, Program, Season
from youthprog.programs.types import EnrollmentStatus

PAGE = 50
BATCH = 120
GROWS = 4
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
NOBODY_WAITS, UNOPENED, OPENED = 0, 1, 2

# What an objection of the rules is in this list.
STATES = {
    "consent.not_asked": ChaseState.UNASKED,
    "consent.second_not_asked": ChaseState.UNASKED,
    "consent.second_unknown": ChaseState.UNASKED,
    "consent.opened": ChaseState.OPENED,
    "consent.bounced": ChaseState.BOUNCED,
    "consent.refused": ChaseState.REFUSED,
    "consent.withdrawn": ChaseState.WITHDRAWN,
    "consent.expired": ChaseState.EXPIRED,
    "consent.no_right": ChaseState.EXPIRED,
    "consent.conflict": ChaseState.CONFLICT,
    "consent.needs_matching": ChaseState.MATCHING,
    "consent.eighteen": ChaseState.ADULT,
}

# ---- who may be lacking something ----


@dataclass(frozen=True)
class Candidate:
    """A youth enrolled in a season who is not surely fine, and the place in the list."""

    key: ChaseKey
    youth_id: int
    season_id: int
    ends_on: date


def _open(*, youth_id: Any = Enrollment.youth_id, season_id: Any = Enrollment.season_id) -> list[Any]:
    """The conditions of a request that waits for the answer of a guardian about a season."""
    table = ConsentRequest
    return [
        table.youth_id == youth_id,
        table.season_id == season_id,
        table.state.in_(rules.OPEN_STATES),
        table.awaited,
        table.gathering_id.is_(None),
    ]


def _places(today: date) -> tuple[Any, ...]:
    """Due day and rank of a candidate: what waits is due on its day, what is given on its last one."""
    table, row = ConsentRequest, ConsentDecision
    due = sa.select(sa.func.min(table.due_on)).where(*_open()).correlate(Enrollment).scalar_subquery()
    ends = (
        sa.select(sa.func.min(row.valid_until_on))
        .where(
            row.youth_id == Enrollment.youth_id,
            row.season_id == Enrollment.season_id,
            row.decision == Decision.GIVEN,
            row.withdrawn_at.is_(None),
            row.valid_until_on >= today,
        )
        .correlate(Enrollment)
        .scalar_subquery()
    )
    stage = sa.case(
        (table.state == RequestState.BOUNCED, NOBODY_WAITS),
        (table.state == RequestState.OPENED, OPENED),
        else_=UNOPENED,
    )
    rank = sa.select(sa.func.min(stage)).where(*_open()).correlate(Enrollment).scalar_subquery()
    return sa.func.coalesce(due, ends, Season.starts_on, type_=sa.Date()), sa.func.coalesce(rank, NOBODY_WAITS)


def _candidates(
    actor: Actor, wanted: ChaseFilter, on: date, needed: Sequence[Needed]
) -> tuple[sa.Subquery, tuple[Any, ...]]:
    horizon = on + timedelta(days=timing.SOON_DAYS)
    due, rank = _places(on)
    found = (
        sa.select(
            due.label("due"), rank.label("rank"), Person.folded_name, Enrollment.youth_id, Enrollment.season_id,
            Season.ends_on,
        )
        .select_from(Enrollment)
        .join(Season, Season.id == Enrollment.season_id)
        .join(Program, Program.id == Season.program_id)
        .join(Person, Person.id == Enrollment.youth_id)
        .where(
            Enrollment.status == EnrollmentStatus.ENROLLED,
            Season.ends_on >= on,
            Person.merged_into_id.is_(None),
            within(actor, P.CONSENT_SEND, Enrollment.youth_id, on),
            programs.program_within(actor, P.CONSENT_SEND, Season.program_id),
            ~surely_fine(needed, Enrollment.youth_id, Enrollment.season_id, on, days=timing.SOON_DAYS),
            *_fitting(wanted, on, horizon),
        )
        .subquery()
    )  # fmt: skip
    return found, (found.c.due, found.c.rank, found.c.folded_name, found.c.youth_id, found.c.season_id)


def _fitting(wanted: ChaseFilter, on: date, horizon: date) -> Iterator[sa.ColumnElement[bool]]:
    """What the filters say in SQL. Of a state it is a wider condition; the rules have the last word."""
    if wanted.season_id is not None:
        yield Enrollment.season_id == wanted.season_id
    if wanted.group_id is not None:
        yield sa.exists().where(
            GroupMember.youth_id == Enrollment.youth_id,
            GroupMember.group_id == wanted.group_id,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
        )
    if wanted.language:
        adult = aliased(Person)
        yield sa.exists().where(
            Guardianship.youth_id == Enrollment.youth_id,
            Guardianship.may_decide,
            people.is_current(Guardianship.ended_on, on),
            adult.id == Guardianship.guardian_id,
            adult.language == wanted.language,
        )
    if wanted.channel is not None:
        yield _fitting_channel(wanted.channel)
    if wanted.state is not None:
        yield _fitting_state(wanted.state, on, horizon)


def _fitting_channel(channel: ChaseChannel) -> sa.ColumnElement[bool]:
    table, call = ConsentRequest, ContactAttempt
    if channel is ChaseChannel.NONE:
        return ~sa.exists().where(*_open())
    if channel is ChaseChannel.CALLED:
        return sa.exists().where(call.youth_id == Enrollment.youth_id, call.way == "phone")
    return sa.exists().where(*_open(), table.state == RequestState(channel.value))


def _fitting_state(state: ChaseState, on: date, horizon: date) -> sa.ColumnElement[bool]:
    row, answer = ConsentDecision, UnmatchedAnswer
    of_youth = (row.youth_id == Enrollment.youth_id, row.season_id == Enrollment.season_id)
    match state:
        case ChaseState.REFUSED | ChaseState.WITHDRAWN | ChaseState.CONFLICT:
            against = sa.or_(row.decision == Decision.REFUSED, row.withdrawn_at.is_not(None))
            return sa.exists().where(*of_youth, against)
        case ChaseState.EXPIRED:
            return sa.exists().where(*of_youth)
        case ChaseState.SOON:
            return sa.exists().where(*of_youth)
        case ChaseState.MATCHING:
            return sa.exists().where(
                answer.youth_id == Enrollment.youth_id,
                answer.season_id == Enrollment.season_id,
                answer.state == Matching.WAITING,
            )
        case ChaseState.ADULT:
            return Person.born_on <= timing.born_by(on)
        case ChaseState.OPENED | ChaseState.BOUNCED:
            return sa.exists().where(*_open(), ConsentRequest.state == RequestState(state.value))
    return sa.true()


# ---- a page ----


@dataclass(frozen=True)
class Lacking:
    """A candidate of whom the rules say what is lacking."""

    candidate: Candidate
    state: ChaseState
    reason: Objection


@dataclass(frozen=True)
class ChasePage:
    """One page of the list, and where it begins and ends when there is more on that side."""

    rows: Sequence[ChaseLine]
    before: ChaseKey | None = None
    after: ChaseKey | None = None


def chase_page(
    actor: Actor,
    wanted: ChaseFilter,
    on: date,
    *,
    after: ChaseKey | None = None,
    before: ChaseKey | None = None,
    limit: int = PAGE,
) -> ChasePage:
    """The youth to chase, most pressing first, behind a place or before one."""
    backward = before is not None
    found = list(_lacking(actor, wanted, on, before if backward else after, backward=backward, limit=limit + 1))
    more, found = len(found) > limit, found[:limit]
    if backward:
        found.reverse()
    if not found:
        return ChasePage(())
    begins, ends = found[0].candidate.key, found[-1].candidate.key
    return ChasePage(
        _lines(actor, found, on),
        before=begins if (more if backward else after is not None) else None,
        after=ends if (backward or more) else None,
    )


def _lacking(
    actor: Actor, wanted: ChaseFilter, on: date, place: ChaseKey | None, *, backward: bool, limit: int
) -> Iterator[Lacking]:
    """Those who lack something, in order, as many as wanted."""
    rows, key = _candidates(actor, wanted, on, needed_by_programs())
    order = [column.desc() if backward else column for column in key]
    size, seen = BATCH, 0
    while True:
        statement = sa.select(rows).order_by(*order).limit(size)
        if place is not None:
            bound = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(place, key, strict=True)))
            here = sa.tuple_(*key)
            statement = statement.where(here < bound if backward else here > bound)
        batch = [
            Candidate(ChaseKey(row.due, row.rank, row.folded_name, row.youth_id, row.season_id), row.youth_id,
                      row.season_id, row.ends_on)
            for row in db.session().execute(statement)
        ]  # fmt: skip
        for each in _judged(batch, on):
            if wanted.state is None or each.state is wanted.state:
                yield each
                seen += 1
                if seen == limit:
                    return
        if len(batch) < size:
            return
        place, size = batch[-1].key, size * GROWS


def _judged(batch: Sequence[Candidate], on: date) -> Iterator[Lacking]:
    """What the rules say of candidates, today and to the horizon; the cleared are left out."""
    if not batch:
        return
    known = queries.histories({each.youth_id for each in batch}, {each.season_id for each in batch})
    for each in batch:
        reason = known.objection(each.youth_id, each.season_id, on)
        if reason is not None:
            fallback = ChaseState.UNASKED if reason.state == "missing" else ChaseState.UNOPENED
            yield Lacking(each, STATES.get(reason.code, fallback), reason)
            continue
        horizon = min(on + timedelta(days=timing.SOON_DAYS), each.ends_on)
        if known.objection(each.youth_id, each.season_id, horizon) is not None:
            line = known.line(each.youth_id, each.season_id, on)
            ends_on = line.until if line.until is not None and line.until < horizon else horizon
            yield Lacking(each, ChaseState.SOON, _ends_soon(ends_on))


def _ends_soon(on: date) -> Objection:
    return Objection("consent.ends_soon", "waiting", N_("Ends soon"), N_("Consent ends %(on)s."), (("on", on),), on)


# ---- what a line shows ----


def _lines(actor: Actor, found: Sequence[Lacking], on: date) -> list[ChaseLine]:
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
            _chased(line, by_guardian.get((youth_id, season_id, line.guardian_id)), channels, calls)
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
    )  # fmt: skip


# ---- what the filters offer ----


def list_choices(actor: Actor, season_id: int | None, on: date) -> tuple[list[Any], list[tuple[int, str]]]:
    """The seasons not over within reach, and the groups of the chosen one. Two statements."""
    seasons = programs.list_seasons(actor, P.CONSENT_SEND, not_over_on=on)
    if season_id is None or season_id not in {line.season_id for line in seasons}:
        return seasons, []
    groups = db.session().execute(
        sa.select(Group.id, Group.name)
        .where(Group.season_id == season_id, programs.groups_within(actor, P.CONSENT_SEND, on))
        .order_by(Group.folded_name, Group.id)
    )
    return seasons, [(group_id, name) for group_id, name in groups]


def pairs_within(actor: Actor, pairs: Collection[tuple[int, int]], on: date) -> list[tuple[int, int]]:
    """Those of (youth, season) that are enrolled in a season not over, within reach of asking. One statement."""
    table = Enrollment
    statement = (
        sa.select(table.youth_id, table.season_id)
        .join(Season, Season.id == table.season_id)
        .where(
            table.youth_id.in_({youth_id for youth_id, _season_id in pairs}),
            table.season_id.in_({season_id for _youth_id, season_id in pairs}),
            table.status == EnrollmentStatus.ENROLLED,
            Season.ends_on >= on,
            within(actor, P.CONSENT_SEND, table.youth_id, on),
            programs.program_within(actor, P.CONSENT_SEND, Season.program_id),
        )
    )
    wanted = set(pairs)
    found = [(youth_id, season_id) for youth_id, season_id in db.session().execute(statement)]
    return [pair for pair in found if pair in wanted]

"""Whom to chase: the youth who lack a required section, or soon will, the most pressing first, a page at a time.

SQL first leaves out whoever surely has everything (`surely`). The others go through the rules of standing, a batch at a
time, in the order of a key that SQL can compute: due day, whether anything waits, name. A batch that is too poor for a
page is followed by one four times as large, so a page costs one round as a rule and a handful at worst. A test compares
the list with the rules alone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.consent import desk_queries, queries, rules, timing
from youthprog.consent.chase_lines import Candidate, Lacking, lines_of
from youthprog.consent.models import (
    ConsentDecision,
    ConsentRequest,
    ContactAttempt,
    UnmatchedAnswer,
)
from youthprog.consent.surely import Needed, needed_by_programs, surely_fine
from youthprog.consent.types import (
    ChaseChannel,
    ChaseFilter,
    ChaseKey,
    ChaseLine,
    ChaseState,
    Decision,
    Matching,
    Objection,
    RequestState,
)
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import N_
from youthprog.people import queries as people
from youthprog.people.models import CustodyRestriction, Guardianship, Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, Program, Season
from youthprog.programs.types import EnrollmentStatus

PAGE = 50
BATCH = 120
GROWS = 4
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
# Of these it is the next thing to know that a guardian wants paper: nothing else stands in the way but the answer.
ANSWER_WAITS = frozenset(
    f"consent.{each}"
    for each in ("not_asked", "second_waiting", "bounced", "opened", "never_answered", "leaving", "sent")
)
WANTS_PAPER = Objection("consent.wants_paper", "waiting", N_("Wants paper"), N_("Print the form and hand it over."))

# ---- who may be lacking something ----


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


def _paper_guardian(on: date) -> sa.ScalarSelect[int]:
    """Who may decide and wants paper: asked and not done, or of a youth about whom nobody was asked."""
    bond, limit = Guardianship, CustodyRestriction
    barred = sa.exists().where(
        limit.youth_id == bond.youth_id,
        limit.adult_id == bond.guardian_id,
        people.holds_on(on),
        sa.or_(limit.no_decide, limit.no_information),
    )
    waits = sa.exists().where(*_open(), ConsentRequest.guardian_id == bond.guardian_id)
    return (
        sa.select(sa.func.min(bond.guardian_id))
        .where(
            bond.youth_id == Enrollment.youth_id,
            bond.may_decide,
            people.is_current(bond.ended_on, on),
            desk_queries.wants_paper(bond.guardian_id),
            ~barred,
            sa.or_(waits, ~sa.exists().where(*_open())),
        )
        .correlate(Enrollment)
        .scalar_subquery()
    )


def _candidates(
    actor: Actor, wanted: ChaseFilter, on: date, needed: Sequence[Needed]
) -> tuple[sa.Subquery, tuple[Any, ...]]:
    horizon = on + timedelta(days=timing.SOON_DAYS)
    due, rank = _places(on)
    found = (
        sa.select(
            due.label("due"), rank.label("rank"), Person.folded_name, Enrollment.youth_id, Enrollment.season_id,
            Season.ends_on, _paper_guardian(on).label("paper_guardian_id"),
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
        adult = db.another(Person, "consent.chase_queries.adult")
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
        case ChaseState.WANTS_PAPER:
            return _paper_guardian(on).is_not(None)
        case ChaseState.OPENED | ChaseState.BOUNCED:
            return sa.exists().where(*_open(), ConsentRequest.state == RequestState(state.value))
    return sa.true()


# ---- a page ----


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
        lines_of(actor, found, on),
        before=begins if (more if backward else after is not None) else None,
        after=ends if (backward or more) else None,
    )


def every_line(actor: Actor, wanted: ChaseFilter, on: date, *, limit: int = 500) -> Iterator[ChaseLine]:
    """Everybody on the list as the filters say, in its order, read page by page behind the last place."""
    place: ChaseKey | None = None
    while True:
        found = chase_page(actor, wanted, on, after=place, limit=limit)
        yield from found.rows
        if found.after is None:
            return
        place = found.after


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
                      row.season_id, row.ends_on, row.paper_guardian_id)
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
            if each.paper_guardian_id is not None and reason.code in ANSWER_WAITS:
                yield Lacking(each, ChaseState.WANTS_PAPER, WANTS_PAPER)
                continue
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


def pairs_within(
    actor: Actor, pairs: Collection[tuple[int, int]], on: date, permission: P = P.CONSENT_SEND
) -> list[tuple[int, int]]:
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
            within(actor, permission, table.youth_id, on),
            programs.program_within(actor, permission, Season.program_id),
        )
    )
    wanted = set(pairs)
    found = [(youth_id, season_id) for youth_id, season_id in db.session().execute(statement)]
    return [pair for pair in found if pair in wanted]

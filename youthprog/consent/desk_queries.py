"""Reading for the desk: who of a team needs paper or a call, scans to file, answers to enter, originals to see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from youthprog.consent import queries, rules
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentRequest,
    ConsentUpload,
    Disclosure,
    LooseScan,
)
from youthprog.consent.queries import Case
from youthprog.consent.types import ConsentLine, Decision, Happening, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.people import queries as people
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Group

MOST_ROWS = 200


@dataclass(frozen=True)
class DeskGuardian:
    """A guardian who may decide, and how far the open form has come on paper."""

    guardian: GuardianLine
    request_id: int | None
    state: RequestState | None
    match_code: str | None
    is_scanned: bool
    wants_paper: bool


@dataclass(frozen=True)
class DeskLine:
    """A youth of a team, where the consent stands, and each guardian who may decide."""

    youth_id: int
    name: str
    list_name: str
    line: ConsentLine
    guardians: tuple[DeskGuardian, ...]


def list_desk(actor: Actor, group: Group, on: date) -> list[DeskLine]:
    """The youth of a group within reach who are not signed, those whose guardian wants paper first."""
    members = programs.members_of(group.id, on)
    within = people.reachable(actor, P.CONSENT_ENTER, [member.youth_id for member in members], on)
    lines = queries.lines_for(within, group.season_id, on)
    open_ids = {youth_id for youth_id, line in lines.items() if line.state != "signed"}
    guardians = people.guardians_of(open_ids, on)
    deciding = {youth_id: [each for each in known if each.may_decide] for youth_id, known in guardians.items()}
    wants = _wanting_paper({each.guardian_id for known in deciding.values() for each in known})
    asked = {(each.youth_id, each.guardian_id): each for each in queries.open_requests(open_ids, group.season_id)}
    found = [
        DeskLine(
            member.youth_id, member.name, member.list_name, lines[member.youth_id],
            tuple(
                _desk_guardian(each, asked.get((member.youth_id, each.guardian_id)), each.guardian_id in wants)
                for each in deciding.get(member.youth_id, [])
            ),
        )
        for member in members
        if member.youth_id in open_ids
    ]  # fmt: skip
    return sorted(found, key=lambda each: not any(one.wants_paper for one in each.guardians))


def _desk_guardian(guardian: GuardianLine, request: ConsentRequest | None, wants_paper: bool) -> DeskGuardian:
    if request is None:
        return DeskGuardian(guardian, None, None, None, False, wants_paper)
    scanned = request.scan_sha256 is not None
    return DeskGuardian(guardian, request.id, request.state, request.match_code, scanned, wants_paper)


def _wanting_paper(guardian_ids: Collection[int]) -> set[int]:
    statement = sa.select(Disclosure.person_id).where(
        Disclosure.person_id.in_(guardian_ids), Disclosure.wants_paper_at.is_not(None), Disclosure.accepted_at.is_(None)
    )
    return set(db.session().scalars(statement))


def printed_of(actor: Actor, group: Group, on: date) -> list[Case]:
    """The open requests of a group's youth within reach that have a match code, by name. Three statements."""
    members = programs.members_of(group.id, on)
    within = people.reachable(actor, P.CONSENT_ENTER, [member.youth_id for member in members], on)
    cases = queries.list_cases(
        ConsentRequest.youth_id.in_(within),
        ConsentRequest.season_id == group.season_id,
        ConsentRequest.match_code.is_not(None),
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )
    order = {member.youth_id: place for place, member in enumerate(members)}
    return sorted(cases, key=lambda case: (order[case.youth.id], case.request.id))


# ---- scans ----


def find_by_match_code(actor: Actor, code: str, on: date) -> Case | None:
    """The request of a match code, when it is within reach; otherwise None, as for a code that nobody has."""
    found = queries.list_cases(
        ConsentRequest.match_code == code, queries.requests_within(actor, P.CONSENT_ENTER, on)
    )  # fmt: skip
    return found[0] if found else None


def loose_within(actor: Actor) -> sa.ColumnElement[bool]:
    """Whose loose pages somebody sees: the own, and of everybody where the permission reaches everywhere."""
    if actor.everywhere(P.CONSENT_ENTER):
        return sa.true()
    return LooseScan.by_id == (actor.person_id or 0)


def list_loose(actor: Actor) -> list[LooseScan]:
    """Scanned pages to be filed by hand, newest first. One statement."""
    statement = sa.select(LooseScan).where(loose_within(actor)).order_by(LooseScan.id.desc()).limit(MOST_ROWS)
    return list(db.session().scalars(statement))


def get_loose_for(actor: Actor, scan_id: int) -> LooseScan:
    """A loose page within reach. Raises `NotFound`."""
    found = db.session().scalar(sa.select(LooseScan).where(LooseScan.id == scan_id, loose_within(actor)))
    if found is None:
        raise NotFound
    return found


def scans_of(request_id: int) -> list[ConsentUpload]:
    """The scanned pages of a request, in the order they came. One statement."""
    statement = sa.select(ConsentUpload).where(
        ConsentUpload.request_id == request_id, ConsentUpload.section_id.is_(None), ConsentUpload.ended_at.is_(None)
    )
    return list(db.session().scalars(statement.order_by(ConsentUpload.id)))


def get_scan(request_id: int, upload_id: int) -> ConsentUpload:
    """One scanned page of a request. Raises `NotFound`."""
    found = next((each for each in scans_of(request_id) if each.id == upload_id), None)
    if found is None:
        raise NotFound
    return found


def filed_by(request_id: int) -> set[int]:
    """Who of the staff scanned or entered the sheets of a request."""
    rows = db.session().scalars(
        sa.select(ConsentEvent).where(
            ConsentEvent.request_id == request_id,
            ConsentEvent.happening.in_((Happening.SCANNED, Happening.SIGNED)),
        )
    )
    return {int(row.detail["by_id"]) for row in rows if row.detail.get("by_id") is not None}


def list_to_enter(actor: Actor, on: date) -> list[Case]:
    """Scanned sheets whose answers nobody entered yet, oldest first. One statement."""
    return queries.list_cases(
        queries.requests_within(actor, P.CONSENT_ENTER, on),
        ConsentRequest.scan_sha256.is_not(None),
        ConsentRequest.state.in_(rules.OPEN_STATES),
        limit=MOST_ROWS,
    )


def list_to_confirm(actor: Actor, on: date) -> list[Case]:
    """Signed requests with an answer that waits until a second person saw its original. One statement."""
    return queries.list_cases(
        queries.requests_within(actor, P.CONSENT_ENTER, on),
        ConsentRequest.id.in_(sa.select(ConsentDecision.request_id).where(_waits())),
        limit=MOST_ROWS,
    )


def waiting_for_original(request_id: int) -> list[ConsentDecision]:
    """The decisions of a request that count only when the original was seen. One statement."""
    statement = sa.select(ConsentDecision).where(ConsentDecision.request_id == request_id, _waits())
    return list(db.session().scalars(statement.order_by(ConsentDecision.id)))


def _waits() -> sa.ColumnElement[bool]:
    return sa.and_(
        ConsentDecision.needs_original,
        ConsentDecision.confirmed_at.is_(None),
        ConsentDecision.withdrawn_at.is_(None),
        ConsentDecision.decision == Decision.GIVEN,
    )


def newest_answer_on(youth_id: int, guardian_id: int, season_id: int) -> date | None:
    """The last day on which a guardian decided or took back anything about a youth in a season. One statement."""
    table = ConsentDecision
    row = db.session().execute(
        sa.select(sa.func.max(table.decided_at), sa.func.max(table.withdrawn_at)).where(
            table.youth_id == youth_id, table.guardian_id == guardian_id, table.season_id == season_id
        )
    ).one()  # fmt: skip
    return max((clock.day_of(each) for each in row if each is not None), default=None)

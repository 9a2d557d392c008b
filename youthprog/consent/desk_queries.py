"""Reading for the desk: who of a team needs paper or a call, scans to file, answers to enter, originals to see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from youthprog.consent import queries, rules
from youthprog.consent.entry_rules import ON_A_SHEET
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentPart,
    ConsentRequest,
    ConsentUpload,
    Disclosure,
    FormVersion,
    LooseScan,
    OlderSheet,
)
from youthprog.consent.queries import Case
from youthprog.consent.types import ConsentLine, Decision, Happening, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.outreach.models import Message
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, Program, Season

MOST_ROWS = 200


@dataclass(frozen=True)
class DeskGuardian:
    """A guardian who may decide, and how far each open form has come on paper."""

    guardian: GuardianLine
    forms: tuple[ConsentRequest, ...]
    wants_paper: bool

    @property
    def scanned(self) -> tuple[ConsentRequest, ...]:
        """The forms whose signed sheet waits to be entered."""
        return tuple(each for each in self.forms if each.scan_sha256 is not None)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the forms that were printed."""
        return tuple(each.match_code for each in self.forms if each.match_code is not None)


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
    asked: dict[tuple[int, int], tuple[ConsentRequest, ...]] = {}
    for each in queries.open_requests(open_ids, group.season_id):
        key = each.youth_id, each.guardian_id
        asked[key] = (*asked.get(key, ()), each)
    found = [
        DeskLine(
            member.youth_id, member.name, member.list_name, lines[member.youth_id],
            tuple(
                DeskGuardian(one, asked.get((member.youth_id, one.guardian_id), ()), one.guardian_id in wants)
                for one in deciding.get(member.youth_id, [])
            ),
        )
        for member in members
        if member.youth_id in open_ids
    ]  # fmt: skip
    return sorted(found, key=lambda each: not any(one.wants_paper for one in each.guardians))


def _wanting_paper(guardian_ids: Collection[int]) -> set[int]:
    statement = sa.select(Person.id).where(Person.id.in_(guardian_ids), wants_paper(Person.id))
    return set(db.session().scalars(statement))


def wants_paper(person_id: Any) -> sa.ColumnElement[bool]:
    """The condition that a person asked for paper, and has not agreed to screens since, in these words or in newer ones."""
    asked, agreed = (
        db.another(Disclosure, "consent.desk_queries.asked"),
        db.another(Disclosure, "consent.desk_queries.agreed"),
    )
    since = sa.exists().where(agreed.person_id == asked.person_id, agreed.accepted_at >= asked.wants_paper_at)
    return sa.exists().where(
        asked.person_id == person_id, asked.wants_paper_at.is_not(None), asked.accepted_at.is_(None), ~since
    )  # fmt: skip


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


def find_by_match_code(actor: Actor, code: str, on: date) -> tuple[Case | None, int]:
    """The request of a match code and the version printed with it, when it is within reach; otherwise None, as for a code
    that nobody has. A code of a sheet with older words leads to the same request. Two statements."""
    older = db.session().get(OlderSheet, code)
    own = ConsentRequest.match_code == code if older is None else ConsentRequest.id == older.request_id
    found = queries.list_cases(own, queries.requests_within(actor, P.CONSENT_ENTER, on))
    if not found:
        return None, 0
    return found[0], found[0].version.id if older is None else older.form_version_id


def loose_within(actor: Actor) -> sa.ColumnElement[bool]:
    """Whose loose pages somebody sees: the own, and those that came to the office of a program within reach."""
    mine = LooseScan.by_id == (actor.person_id or 0)
    return sa.or_(mine, programs.program_within(actor, P.CONSENT_ENTER, LooseScan.program_id))


@dataclass(frozen=True)
class LooseLine:
    """A page to be filed by hand, who sent it, and to which program's office."""

    scan: LooseScan
    sender: Person
    program: Program | None


def list_loose(actor: Actor) -> list[LooseLine]:
    """Scanned pages to be filed by hand, newest first. One statement."""
    rows = db.session().execute(
        sa.select(LooseScan, Person, Program)
        .join(Person, Person.id == LooseScan.by_id)
        .outerjoin(Program, Program.id == LooseScan.program_id)
        .where(loose_within(actor))
        .order_by(LooseScan.id.desc())
        .limit(MOST_ROWS)
    )
    return [LooseLine(*row) for row in rows]


def list_offices(actor: Actor) -> list[Program]:
    """The open programs a scan may come to, by name. One statement."""
    statement = sa.select(Program).where(
        programs.program_within(actor, P.CONSENT_ENTER, Program.id), Program.closed_at.is_(None)
    )
    return list(db.session().scalars(statement.order_by(Program.name, Program.id)))


def get_loose_for(actor: Actor, scan_id: int) -> LooseScan:
    """A loose page within reach. Raises `NotFound`."""
    found = db.session().scalar(sa.select(LooseScan).where(LooseScan.id == scan_id, loose_within(actor)))
    if found is None:
        raise NotFound
    return found


def scans_of(request_id: int) -> list[ConsentUpload]:
    """The scanned pages of a request, whatever words they bear, in the order they came. One statement."""
    statement = sa.select(ConsentUpload).where(
        ConsentUpload.request_id == request_id, ConsentUpload.section_id.is_(None), ConsentUpload.ended_at.is_(None)
    )
    return list(db.session().scalars(statement.order_by(ConsentUpload.id)))


def sheet_of(case: Case) -> list[ConsentUpload]:
    """The scanned pages that bear the words the form has now. One statement."""
    return [each for each in scans_of(case.request.id) if each.form_version_id == case.version.id]


def numbers_of(scans: Collection[ConsentUpload]) -> dict[int, int]:
    """The version each page bears, by page; those of which nobody knows it are left out. One statement."""
    known = {each.form_version_id for each in scans if each.form_version_id is not None}
    rows = db.session().execute(sa.select(FormVersion.id, FormVersion.number).where(FormVersion.id.in_(known)))
    numbers = {version_id: number for version_id, number in rows}
    return {each.id: numbers[each.form_version_id] for each in scans if each.form_version_id in numbers}


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
            ConsentEvent.happening.in_((Happening.SCANNED, Happening.SIGNED, Happening.PART_SIGNED)),
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


def list_older_sheets(actor: Actor, on: date) -> list[Case]:
    """Open forms of which only a sheet with older words came, oldest first. One statement."""
    scan = ConsentUpload
    came = sa.exists().where(scan.request_id == ConsentRequest.id, scan.section_id.is_(None), scan.ended_at.is_(None))
    return queries.list_cases(
        queries.requests_within(actor, P.CONSENT_ENTER, on),
        ConsentRequest.scan_sha256.is_(None),
        ConsentRequest.state.in_(rules.OPEN_STATES),
        came,
        limit=MOST_ROWS,
    )


def list_parts_to_enter(actor: Actor, on: date) -> list[Case]:
    """Signed forms of which a page came since, while the part of somebody else is not signed, oldest first. One statement."""
    scan = ConsentUpload
    came = sa.exists().where(
        scan.request_id == ConsentRequest.id, scan.section_id.is_(None), scan.kept_at > ConsentRequest.signed_at
    )
    return queries.list_cases(
        queries.requests_within(actor, P.CONSENT_ENTER, on),
        ConsentRequest.state == RequestState.SIGNED,
        Season.ends_on >= on,
        came,
        ConsentRequest.id.in_(sa.select(ConsentPart.request_id).where(_part_waits())),
        limit=MOST_ROWS,
    )


def parts_waiting(case: Case) -> list[ConsentPart]:
    """The parts of a signed form that others could still sign on a sheet. One statement."""
    if case.request.state is not RequestState.SIGNED:
        return []
    statement = sa.select(ConsentPart).where(ConsentPart.request_id == case.request.id, _part_waits())
    return list(db.session().scalars(statement.order_by(ConsentPart.id)))


def _part_waits() -> sa.ColumnElement[bool]:
    return sa.and_(ConsentPart.signed_at.is_(None), ConsentPart.signer.in_(ON_A_SHEET))


def list_together(actor: Actor, case: Case, on: date) -> list[Case]:
    """Every open form of the same child and guardian within reach, as they were asked. One statement."""
    return queries.list_cases(
        queries.requests_within(actor, P.CONSENT_ENTER, on),
        ConsentRequest.youth_id == case.youth.id,
        ConsentRequest.guardian_id == case.guardian.id,
        ConsentRequest.state.in_(rules.OPEN_STATES),
    )


def letter_of(request_id: int, kind: str) -> Message | None:
    """The newest letter of a kind about a request; None when none was written. One statement."""
    statement = sa.select(Message).where(Message.kind == kind, Message.subject_id == request_id)
    return db.session().scalar(statement.order_by(Message.id.desc()).limit(1))


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

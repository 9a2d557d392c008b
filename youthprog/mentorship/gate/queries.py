"""Reading what the gate's pages show: files of mentors, applicants, the people of a match, their time together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.mentorship.gate import facts, requirements, rules
from youthprog.mentorship.gate.models import MatchStep, MentorStep
from youthprog.mentorship.gate.types import (
    CHECKS,
    OF_MENTOR,
    Applicant,
    Dosage,
    GateFacts,
    Item,
    MatchStepKind,
    MentorFacts,
    Missing,
    Requirements,
    Signer,
    StepKind,
    Suspended,
)
from youthprog.mentorship.models import Match, ProposedMentor
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.types import MatchStatus
from youthprog.people.models import Person
from youthprog.people.types import PersonKind
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, GroupStaff, Program, Season

MOST_APPLICANTS = 200
MOST_STAFF = 200
ITEM_OF = {
    StepKind.APPLICATION: Item.APPLICATION,
    StepKind.INTERVIEW: Item.INTERVIEW,
    StepKind.REFERENCE: Item.REFERENCES,
    StepKind.TRAINING: Item.TRAINING,
    StepKind.POLICIES: Item.POLICIES,
}


def usual_requirements() -> Requirements:
    """What a program asks that has said nothing else. No statement."""
    return requirements.USUAL


# ---- the file of a mentor ----


@dataclass(frozen=True)
class StepLine:
    """A step on file, as the file of a mentor shows it."""

    step_id: int
    kind: StepKind
    done_on: date
    details: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True)
class MentorFile:
    """The seven items a mentor brings, as on paper: what is on file, what is missing."""

    person: Person
    asks: Requirements
    facts: MentorFacts
    steps: tuple[StepLine, ...]
    missing: Mapping[Item, Missing]
    match_ids: tuple[int, ...]

    @property
    def done(self) -> int:
        """How many of the seven are in date."""
        return len(OF_MENTOR) - len(self.missing)


def get_mentor_for(actor: Actor, program_id: int, person_id: int, on: date) -> tuple[Program, Person]:
    """A program within reach, and an adult known to its mentoring: with a step on file there, in a match of it, or with
    the mentor's role granted for it. Raises `NotFound`."""
    program = programs.get_program_for(actor, P.MATCH_EDIT, program_id)
    person = db.session().scalar(
        sa.select(Person).where(
            Person.id == person_id,
            Person.kind == PersonKind.ADULT,
            _knows(program_id, on),
        )
    )
    if person is None:
        raise NotFound
    return program, person


def find_program_of_mentor(actor: Actor, permission: P, person_id: int, on: date) -> tuple[int, Person] | None:
    """The first open program within reach, by name, whose mentoring knows an adult as `get_mentor_for` does. One statement."""
    row = (
        db.session()
        .execute(
            sa.select(Program.id, Person)
            .join(Person, Person.id == person_id)
            .where(
                Program.closed_at.is_(None),
                programs.program_within(actor, permission, Program.id),
                Person.kind == PersonKind.ADULT,
                _knows(Program.id, on),
            )
            .order_by(Program.name, Program.id)
            .limit(1)
        )
        .first()
    )
    return (row[0], row[1]) if row else None


def _knows(program_id: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.or_(_has_steps(program_id), _is_matched(program_id), _is_mentor(program_id, on))


def _has_steps(program_id: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(MentorStep.person_id == Person.id, MentorStep.program_id == program_id)


def _is_matched(program_id: Any) -> sa.ColumnElement[bool]:
    groups = (
        sa.select(Match.group_id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(Season.program_id == program_id)
        .correlate(Program)
    )
    leads = sa.exists().where(GroupStaff.person_id == Person.id, GroupStaff.group_id.in_(groups))
    proposed = sa.exists().where(
        ProposedMentor.person_id == Person.id, ProposedMentor.match_id == Match.id, Match.group_id.in_(groups)
    )
    return sa.or_(leads, proposed)


def _is_mentor(program_id: Any, on: date) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Account.person_id == Person.id,
        Account.closed_at.is_(None),
        RoleGrant.account_id == Account.id,
        RoleGrant.role == Role.MENTOR,
        RoleGrant.program_id == program_id,
        programs.during(RoleGrant.from_on, RoleGrant.until_on, on),
    )


def mentor_file(program_id: int, person: Person, on: date) -> MentorFile:
    """Everything the file of a mentor shows. A constant number of statements."""
    asks = facts.requirements_for([program_id])[program_id]
    known = facts.mentor_facts(program_id, [person.id], on)[person.id]
    rows = db.session().scalars(
        sa.select(MentorStep)
        .where(MentorStep.program_id == program_id, MentorStep.person_id == person.id, MentorStep.ended_at.is_(None))
        .order_by(MentorStep.done_on.desc(), MentorStep.id.desc())
    )
    lacks = {lack.item: lack for lack in rules.missing_of_mentor(known, asks, on)}
    steps = tuple(StepLine(row.id, row.kind, row.done_on, row.details, row.recorded_at) for row in rows)
    return MentorFile(person, asks, known, steps, lacks, tuple(_matches_of(program_id, person.id, on)))


def _matches_of(program_id: int, person_id: int, on: date) -> list[int]:
    mine = matches_with_mentor(person_id, on)
    statement = (
        sa.select(Match.id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(Match.id.in_(mine), Season.program_id == program_id)
        .order_by(Match.id)
    )
    return list(db.session().scalars(statement))


def get_step(program_id: int, person_id: int, step_id: int) -> MentorStep:
    """A step on file of a mentor in a program. Raises `NotFound`."""
    row = db.session().get(MentorStep, step_id)
    if row is None or (row.program_id, row.person_id) != (program_id, person_id) or row.ended_at is not None:
        raise NotFound
    return row


def list_applicants(program_id: int, on: date, limit: int = MOST_APPLICANTS) -> list[Applicant]:
    """Who applied to mentor in a program and is in no match that runs or pauses, the longest wait first. A constant number of
    statements."""
    running = sa.exists().where(
        GroupStaff.person_id == Person.id,
        GroupStaff.group_id == Match.group_id,
        Match.status.in_((MatchStatus.ACTIVE, MatchStatus.PAUSED)),
        programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
    )
    since = sa.func.min(MentorStep.done_on)
    rows = db.session().execute(
        sa.select(Person.id, since)
        .join(MentorStep, MentorStep.person_id == Person.id)
        .where(
            MentorStep.program_id == program_id,
            MentorStep.kind == StepKind.APPLICATION,
            MentorStep.ended_at.is_(None),
            ~running,
        )
        .group_by(Person.id)
        .order_by(since, Person.id)
        .limit(limit)
    )
    waiting = {person_id: applied_on for person_id, applied_on in rows}
    if not waiting:
        return []
    asks = facts.requirements_for([program_id])[program_id]
    known = facts.mentor_facts(program_id, waiting.keys(), on)
    return [
        Applicant(
            person_id,
            known[person_id].name,
            applied_on,
            (on - applied_on).days,
            len(OF_MENTOR) - len(rules.missing_of_mentor(known[person_id], asks, on)),
        )
        for person_id, applied_on in waiting.items()
    ]


def list_mentors(program_id: int, on: date) -> list[Applicant]:
    """Who mentors in matches of a program that run, by name, with the items in date. A constant number of statements."""
    rows = db.session().execute(
        sa.select(GroupStaff.person_id, sa.func.min(GroupStaff.from_on))
        .join(Match, Match.group_id == GroupStaff.group_id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(
            Season.program_id == program_id,
            Match.status.in_((MatchStatus.ACTIVE, MatchStatus.PAUSED)),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
        )
        .group_by(GroupStaff.person_id)
    )
    since = {person_id: first for person_id, first in rows}
    if not since:
        return []
    asks = facts.requirements_for([program_id])[program_id]
    lines = [
        Applicant(
            key, each.name, since[key], (on - since[key]).days,
            len(OF_MENTOR) - len(rules.missing_of_mentor(each, asks, on)),
        )
        for key, each in facts.mentor_facts(program_id, since.keys(), on).items()
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.done, line.name, line.person_id))


def ends_of(file: MentorFile) -> dict[Item, date]:
    """The last day of each item that is in date and has one."""
    found: dict[Item, date] = {}
    for item, code in CHECKS.items():
        check = file.facts.checks.get(code)
        if check is not None and check.in_force and check.ends_on is not None:
            found[item] = check.ends_on
    for step in file.facts.steps:
        item = ITEM_OF[step.kind]
        last = rules.ends_on(step.done_on, item, file.asks)
        if item not in file.missing and last is not None:
            found[item] = max(last, found.get(item, last))
    return found


# ---- the people of a match ----


def joining(match_id: int) -> set[int]:
    """Who is to join a match that runs."""
    statement = sa.select(MatchStep.person_id).where(
        MatchStep.match_id == match_id, MatchStep.kind == MatchStepKind.JOINS, MatchStep.ended_at.is_(None)
    )
    return set(db.session().scalars(statement))


def steps_of_person(match_id: int, person_id: int) -> Sequence[MatchStep]:
    """What is on file of a person in a match, the signatures of guardians for a youth included."""
    return (
        db.session()
        .scalars(
            sa.select(MatchStep).where(
                MatchStep.match_id == match_id,
                MatchStep.ended_at.is_(None),
                sa.or_(MatchStep.person_id == person_id, MatchStep.youth_id == person_id),
            )
        )
        .all()
    )


def matches_with_mentor(person_id: int, on: date) -> sa.Select[int]:
    """The keys of matches, not closed, that somebody mentors, is proposed for, or is to join."""
    leads = (
        sa.select(Match.id)
        .join(GroupStaff, GroupStaff.group_id == Match.group_id)
        .where(
            GroupStaff.person_id == person_id,
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
            Match.status != MatchStatus.CLOSED,
        )
    )
    proposed = (
        sa.select(Match.id)
        .join(ProposedMentor, ProposedMentor.match_id == Match.id)
        .where(ProposedMentor.person_id == person_id, Match.status == MatchStatus.PROPOSED)
    )
    joins = (
        sa.select(Match.id)
        .join(MatchStep, MatchStep.match_id == Match.id)
        .where(
            MatchStep.person_id == person_id,
            MatchStep.kind == MatchStepKind.JOINS,
            MatchStep.ended_at.is_(None),
            Match.status != MatchStatus.CLOSED,
        )
    )
    every = leads.union(proposed, joins).subquery()
    return sa.select(every.c.id)


def running_with(person_id: int) -> list[int]:
    """The keys of matches that run with somebody in them, as mentor or youth. One statement."""
    led = sa.exists().where(
        GroupStaff.group_id == Match.group_id, GroupStaff.person_id == person_id, GroupStaff.until_on.is_(None)
    )
    joined = sa.exists().where(
        GroupMember.group_id == Match.group_id, GroupMember.youth_id == person_id, GroupMember.until_on.is_(None)
    )
    statement = sa.select(Match.id).where(Match.status == MatchStatus.ACTIVE, sa.or_(led, joined))
    return list(db.session().scalars(statement.order_by(Match.id)))


@dataclass(frozen=True)
class PersonLine:
    """A person of a match: since when, and what of the ten items is missing for them."""

    person_id: int
    name: str
    is_mentor: bool
    from_on: date | None
    until_on: date | None = None
    joins: bool = False
    missing: tuple[Missing, ...] = ()
    dosage: Dosage | None = None


@dataclass(frozen=True)
class GateBlock:
    """Where a match stands at the gate: of ten items so many in date, the rest missing; notes on its size."""

    facts: GateFacts
    everybody: GateFacts  # with those who are to join
    missing: tuple[Missing, ...]
    suspended_on: date | None
    suspended_for: tuple[Item, ...]

    @property
    def done(self) -> int:
        """How many of the ten items are in date."""
        return rules.in_date(self.missing)

    @property
    def notes(self) -> list[Any]:
        """What the size of the match calls for."""
        return list(rules.size_notes(len(self.facts.youth), len(self.facts.mentors), self.facts.asks))

    @property
    def lacking(self) -> list[Item]:
        """The items that are missing for somebody, in their order."""
        return list(dict.fromkeys(lack.item for lack in self.missing))


def block_of(match: Match, on: date) -> GateBlock:
    """Where a match stands at the gate. The statements of `facts.of_matches`, twice when somebody is to join."""
    known = facts.of_match(match, on)
    waiting = {step.person_id for step in known.steps if step.kind is MatchStepKind.JOINS}
    return GateBlock(
        known,
        facts.of_match(match, on, joining=waiting) if waiting else known,
        tuple(rules.missing_items(known)),
        clock.day_of(match.suspended_at) if match.suspended_at else None,
        tuple(Item(each) for each in match.suspended_for),
    )


def people_of(match: Match, block: GateBlock, on: date) -> list[PersonLine]:
    """Everybody who is, was, or is to be in a match: mentors first, who is in it before who left. A constant number of
    statements."""
    inside = {each.person_id for each in block.facts.people}
    known = block.everybody
    lacks = defaultdict(list)
    for lack in rules.missing_items(known):
        lacks[lack.person_id].append(lack)
    time = dosage_of([match.id]).get(match.id, {})
    spans = _spans(match.group_id)
    names = {person_id: name for person_id, name, _mentor, _first, _last in spans}
    names |= {each.person_id: each.name for each in known.people}
    as_mentor = {each.person_id for each in known.mentors}
    lines = [
        PersonLine(
            person_id, names[person_id], person_id in as_mentor,
            next((first for key, _n, _m, first, last in spans if key == person_id and last is None), None),
            joins=person_id not in inside, missing=tuple(lacks.get(person_id, ())), dosage=time.get(person_id),
        )
        for person_id in [each.person_id for each in known.people]
    ]  # fmt: skip
    lines += [
        PersonLine(person_id, name, mentor, first, last, dosage=time.get(person_id))
        for person_id, name, mentor, first, last in spans
        if person_id not in inside and last is not None and last >= first
    ]
    return sorted(lines, key=lambda line: (line.until_on is not None, line.joins, not line.is_mentor, line.name))


@dataclass(frozen=True)
class OpenSignature:
    """A signature of the commitment that is missing: whose, as what, and for which child."""

    signer: Signer
    person_id: int
    youth_id: int | None
    name: str
    child: str = ""

    @property
    def key(self) -> str:
        """Its name in a form: mentor-5, youth-7, guardian-9-7."""
        return "-".join(str(each) for each in (self.signer.value, self.person_id, self.youth_id) if each is not None)


def signatures_open(block: GateBlock) -> list[OpenSignature]:
    """The signatures missing for a match, and for who is to join it. One statement."""
    left = rules.signatures_open(block.everybody)
    names = {each.person_id: each.name for each in block.everybody.people}
    guardians = {person_id for signer, person_id, _youth_id in left if signer is Signer.GUARDIAN}
    names |= {row.id: row.name for row in db.session().scalars(sa.select(Person).where(Person.id.in_(guardians)))}
    return [
        OpenSignature(signer, person_id, youth_id, names[person_id], names[youth_id] if youth_id else "")
        for signer, person_id, youth_id in left
    ]


def _spans(group_id: int) -> list[tuple[int, str, bool, date, date | None]]:
    """(person, name, is mentor, first day, last day) of everybody who ever was in a group. Two statements."""
    led = db.session().execute(
        sa.select(Person, GroupStaff.from_on, GroupStaff.until_on)
        .join(GroupStaff, GroupStaff.person_id == Person.id)
        .where(GroupStaff.group_id == group_id)
        .order_by(GroupStaff.from_on)
    )
    found = [(person.id, person.name, True, first, last) for person, first, last in led]
    joined = db.session().execute(
        sa.select(Person, GroupMember.from_on, GroupMember.until_on)
        .join(GroupMember, GroupMember.youth_id == Person.id)
        .where(GroupMember.group_id == group_id)
        .order_by(GroupMember.from_on)
    )
    return found + [(person.id, person.name, False, first, last) for person, first, last in joined]


def dosage_of(match_ids: Collection[int]) -> dict[int, dict[int, Dosage]]:
    """The contact time of each youth in each match, by match and youth: in all and by month. One statement.

    Minutes are those of the sessions the youth came to; a session somebody missed counts among those held.
    """
    rows = db.session().execute(
        sa.select(
            SessionLog.match_id, AttendanceMark.youth_id, SessionLog.held_on, SessionLog.minutes, AttendanceMark.mark
        )
        .join(AttendanceMark, AttendanceMark.gathering_id == SessionLog.gathering_id)
        .where(SessionLog.match_id.in_(match_ids))
        .order_by(SessionLog.held_on.desc())
    )
    every: dict[tuple[int, int], list[tuple[date, int, bool]]] = defaultdict(list)
    for match_id, youth_id, held_on, minutes, mark in rows:
        every[match_id, youth_id].append((held_on, minutes, mark in CAME))
    found: dict[int, dict[int, Dosage]] = defaultdict(dict)
    for (match_id, youth_id), sessions in every.items():
        months: dict[date, int] = {}
        for held_on, minutes, came in sessions:
            if came:
                month = held_on.replace(day=1)
                months[month] = months.get(month, 0) + minutes
        came_to = sum(came for _day, _minutes, came in sessions)
        found[match_id][youth_id] = Dosage(
            youth_id, sum(months.values()), came_to, len(sessions), tuple(months.items())
        )
    return dict(found)


def staff_choices(actor: Actor, on: date) -> list[tuple[int, str]]:
    """Who of the staff may have been at a first meeting: coordinators, and whoever asks. One statement."""
    coordinates = sa.exists().where(
        Account.person_id == Person.id,
        Account.closed_at.is_(None),
        RoleGrant.account_id == Account.id,
        RoleGrant.role == Role.COORDINATOR,
        programs.during(RoleGrant.from_on, RoleGrant.until_on, on),
    )
    rows = db.session().scalars(
        sa.select(Person)
        .where(sa.or_(coordinates, Person.id == (actor.person_id or 0)))
        .order_by(Person.folded_name, Person.id)
        .limit(MOST_STAFF)
    )
    return [(person.id, person.name) for person in rows]


# ---- Today ----


def suspended(actor: Actor, on: date) -> list[Suspended]:
    """Matches within reach that an item which ended has suspended, the longest first. One statement."""
    rows = db.session().execute(
        sa.select(Match, Group.name)
        .join(Group, Group.id == Match.group_id)
        .where(
            Match.status == MatchStatus.PAUSED,
            Match.suspended_at.is_not(None),
            programs.groups_within(actor, P.MATCH_EDIT, on),
        )
        .order_by(Match.suspended_at, Match.id)
    )
    return [
        Suspended(match.id, name, clock.day_of(match.suspended_at), tuple(Item(each) for each in match.suspended_for))
        for match, name in rows
        if match.suspended_at is not None
    ]

"""What somebody has to read and to sign: the policies of programs, the commitments of matches, custody applied."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.core import db
from youthprog.core.refusals import NotFound
from youthprog.mentorship.gate import facts, rules
from youthprog.mentorship.gate.models import MatchStep, MentorStep
from youthprog.mentorship.gate.queries import matches_with_mentor
from youthprog.mentorship.gate.types import Item, MatchStepKind, MentorFacts, Requirements, Signer, StepKind
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.people.models import Guardianship
from youthprog.programs.models import Group, GroupMember, Program, Season


@dataclass(frozen=True)
class ToSign:
    """A commitment somebody can sign, or has signed: as what, for whom, under which plan."""

    match_id: int
    program: str
    program_es: str
    every_days: int
    asks: Requirements
    signer: Signer
    youth_ids: tuple[int, ...]
    youth: tuple[str, ...]  # first names, for a guardian alone
    mentors: tuple[str, ...]
    missing: bool

    def named(self, language: str) -> str:
        """The program in a page's language."""
        return self.program_es if language == "es" and self.program_es else self.program


@dataclass(frozen=True)
class ToRead:
    """The policies of a program that somebody has to acknowledge."""

    program_id: int
    program: str
    program_es: str
    asks: Requirements
    open_keys: tuple[str, ...]

    def named(self, language: str) -> str:
        """The program in a page's language."""
        return self.program_es if language == "es" and self.program_es else self.program


def _matches_of_guardian(person_id: int, on: date) -> sa.Select[int]:
    """The keys of matches, not closed, with a youth in them, or to join them, whose guardian somebody is."""
    child = sa.select(Guardianship.youth_id).where(
        Guardianship.guardian_id == person_id, people.is_current(Guardianship.ended_on, on)
    )
    inside = (
        sa.select(Match.id)
        .join(GroupMember, GroupMember.group_id == Match.group_id)
        .where(GroupMember.youth_id.in_(child), GroupMember.until_on.is_(None), Match.status != MatchStatus.CLOSED)
    )
    joins = (
        sa.select(Match.id)
        .join(MatchStep, MatchStep.match_id == Match.id)
        .where(
            MatchStep.person_id.in_(child),
            MatchStep.kind == MatchStepKind.JOINS,
            MatchStep.ended_at.is_(None),
            Match.status != MatchStatus.CLOSED,
        )
    )
    every = inside.union(joins).subquery()
    return sa.select(every.c.id)


def get_match(match_id: int) -> Match:
    """A match with its group, season and program, for whoever was found to be asked for it. Raises `NotFound`."""
    load = joinedload(Match.group).joinedload(Group.season).joinedload(Season.program)
    match = db.session().scalar(sa.select(Match).options(load).where(Match.id == match_id))
    if match is None:
        raise NotFound
    return match


def commitments_of(person_id: int, on: date, *, match_id: int | None = None) -> list[ToSign]:
    """The commitments somebody is asked to sign, as mentor or as guardian; custody applied. A constant number of
    statements, two for nobody."""
    led = set(db.session().scalars(matches_with_mentor(person_id, on)))
    guarded = set(db.session().scalars(_matches_of_guardian(person_id, on)))
    ids = {each for each in led | guarded if match_id in (None, each)}
    if not ids:
        return []
    waiting = {
        step.person_id
        for steps in facts.match_steps_of(ids).values()
        for step in steps
        if step.kind is MatchStepKind.JOINS
    }
    known = facts.of_matches(ids, on, joining=waiting)
    rows = db.session().execute(
        sa.select(Match.id, Match.every_days, Program.name, Program.name_es)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .join(Program, Program.id == Season.program_id)
        .where(Match.id.in_(ids))
        .order_by(Match.id)
    )
    found = []
    for key, every_days, name, name_es in rows:
        seen = known[key]
        lacks = {lack.person_id for lack in rules.missing_items(seen) if lack.item is Item.COMMITMENT}
        if key in led:
            missing = person_id in lacks
            found.append(ToSign(key, name, name_es, every_days, seen.asks, Signer.MENTOR, (), (), (), missing))
        own = [youth for youth in seen.youth if person_id in youth.guardians]
        if own:
            signed = {
                step.youth_id
                for step in seen.steps
                if step.kind is MatchStepKind.COMMITMENT
                and step.person_id == person_id
                and rules.counts(step.done_on, Item.COMMITMENT, seen.asks, on)
            }
            found.append(
                ToSign(
                    key, name, name_es, every_days, seen.asks, Signer.GUARDIAN,
                    tuple(youth.person_id for youth in own), tuple(youth.first_name for youth in own),
                    tuple(mentor.name for mentor in seen.mentors), any(youth.person_id not in signed for youth in own),
                )
            )  # fmt: skip
    return found


def policies_of(person_id: int, on: date) -> list[ToRead]:
    """The policies of each program in which somebody mentors, or wants to. A constant number of statements a program."""
    mine = (
        sa.select(Season.program_id)
        .join(Group, Group.season_id == Season.id)
        .join(Match, Match.group_id == Group.id)
        .where(Match.id.in_(matches_with_mentor(person_id, on)))
        .union(sa.select(MentorStep.program_id).where(MentorStep.person_id == person_id, MentorStep.ended_at.is_(None)))
    ).subquery()
    rows = db.session().execute(
        sa.select(Program.id, Program.name, Program.name_es)
        .where(Program.id.in_(sa.select(mine.c.program_id)), Program.closed_at.is_(None))
        .order_by(Program.name, Program.id)
    )
    found = []
    for program_id, name, name_es in rows:
        asks = facts.requirements_for([program_id])[program_id]
        steps = db.session().scalars(
            sa.select(MentorStep).where(
                MentorStep.program_id == program_id, MentorStep.person_id == person_id,
                MentorStep.kind == StepKind.POLICIES, MentorStep.ended_at.is_(None),
            )
        )  # fmt: skip
        own = MentorFacts(person_id, "", tuple(facts.fact_of(row) for row in steps))
        found.append(ToRead(program_id, name, name_es, asks, tuple(rules.topics_unread(own, asks, on))))
    return found


def count_own(person_id: int | None, on: date) -> int:
    """How many programs' policies somebody has to read, and commitments to sign. Three statements for nobody's."""
    if person_id is None:
        return 0
    unread = sum(bool(each.open_keys) for each in policies_of(person_id, on))
    return unread + sum(each.missing for each in commitments_of(person_id, on))

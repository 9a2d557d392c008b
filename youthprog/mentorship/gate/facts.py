"""Gathering what the gate judges, of many matches in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.clearance import not_cleared
from youthprog.credentials import queries as credentials
from youthprog.credentials.types import ServiceRole
from youthprog.mentorship.gate.models import MatchStep, MentoringRules, MentorStep
from youthprog.mentorship.gate.requirements import requirements_of
from youthprog.mentorship.gate.types import (
    CHECKS,
    CheckFact,
    GateFacts,
    MatchStepFact,
    MatchStepKind,
    MentorFacts,
    Requirements,
    StepFact,
    StepKind,
    YouthFacts,
)
from youthprog.mentorship.models import Match, ProposedMentor
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.rules import age_on
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, GroupStaff, Season

ADULT = 18
CONSENT = "consent."  # how the codes of what the consent room objects begin


def requirements_for(program_ids: Collection[int]) -> dict[int, Requirements]:
    """What each program asks. One statement."""
    rows = db.session().execute(
        sa.select(MentoringRules.program_id, MentoringRules.kept).where(MentoringRules.program_id.in_(program_ids))
    )
    kept = {program_id: values for program_id, values in rows}
    return {program_id: requirements_of(kept.get(program_id)) for program_id in program_ids}


def of_match(match: Match, on: date, *, joining: Collection[int] = ()) -> GateFacts:
    """The facts of one match; `joining` are people who are to join it and are judged as if they had."""
    return of_matches([match.id], on, joining=joining)[match.id]


def of_matches(match_ids: Collection[int], on: date, *, joining: Collection[int] = ()) -> dict[int, GateFacts]:
    """The facts of matches on a day, by key. A constant number of statements for matches of one season."""
    rows = db.session().execute(
        sa.select(Match.id, Group.id, Season.id, Season.program_id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(Match.id.in_(match_ids))
    )
    about = {match_id: (group_id, season_id, program_id) for match_id, group_id, season_id, program_id in rows}
    mentors = mentors_of(match_ids, on)
    youth = youth_of(match_ids, on)
    steps = match_steps_of(match_ids)
    if joining:
        _take_in(joining, about, mentors, youth, steps)
    known = _mentor_facts(about, mentors, on)
    young = _youth_facts(about, youth, on)
    asks = requirements_for({program_id for _group, _season, program_id in about.values()})
    return {
        match_id: GateFacts(
            on=on,
            asks=asks[program_id],
            mentors=tuple(known[program_id, person_id] for person_id in mentors.get(match_id, ())),
            youth=tuple(young[season_id, youth_id] for youth_id in youth.get(match_id, ())),
            steps=tuple(steps.get(match_id, ())),
        )
        for match_id, (_group_id, season_id, program_id) in about.items()
    }


def _take_in(
    joining: Collection[int],
    about: Mapping[int, tuple[int, int, int]],
    mentors: dict[int, list[int]],
    youth: dict[int, list[int]],
    steps: Mapping[int, list[MatchStepFact]],
) -> None:
    """Count those among the people who are to join a match, and are named, as if they were in it."""
    for match_id in about:
        waiting = {step.person_id for step in steps.get(match_id, ()) if step.kind is MatchStepKind.JOINS}
        wanted = waiting & set(joining)
        minors = set(db.session().scalars(sa.select(Person.id).where(Person.id.in_(wanted), Person.kind == "youth")))
        youth.setdefault(match_id, []).extend(sorted(minors - set(youth.get(match_id, ()))))
        mentors.setdefault(match_id, []).extend(sorted(wanted - minors - set(mentors.get(match_id, ()))))


# ---- who is in it ----


def mentors_of(match_ids: Collection[int], on: date) -> dict[int, list[int]]:
    """Who leads each match on a day, or is proposed for one that has not begun. One statement."""
    leads = (
        sa.select(Match.id, GroupStaff.person_id)
        .join(GroupStaff, GroupStaff.group_id == Match.group_id)
        .where(Match.id.in_(match_ids), programs.during(GroupStaff.from_on, GroupStaff.until_on, on))
    )
    proposed = (
        sa.select(Match.id, ProposedMentor.person_id)
        .join(ProposedMentor, ProposedMentor.match_id == Match.id)
        .where(Match.id.in_(match_ids), Match.status == MatchStatus.PROPOSED)
    )
    return _by_match(db.session().execute(leads.union(proposed)))


def youth_of(match_ids: Collection[int], on: date) -> dict[int, list[int]]:
    """The youth of each match on a day. One statement."""
    return _by_match(
        db.session().execute(
            sa.select(Match.id, GroupMember.youth_id)
            .distinct()
            .join(GroupMember, GroupMember.group_id == Match.group_id)
            .where(Match.id.in_(match_ids), programs.during(GroupMember.from_on, GroupMember.until_on, on))
        )
    )


def _by_match(rows: Iterable[sa.Row[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for match_id, person_id in sorted((row[0], row[1]) for row in rows):
        found[match_id].append(person_id)
    return dict(found)


def match_steps_of(match_ids: Collection[int]) -> dict[int, list[MatchStepFact]]:
    """What is on file of the people of each match. One statement."""
    rows = db.session().scalars(
        sa.select(MatchStep).where(MatchStep.match_id.in_(match_ids), MatchStep.ended_at.is_(None))
    )
    found: dict[int, list[MatchStepFact]] = defaultdict(list)
    for row in rows:
        found[row.match_id].append(MatchStepFact(row.kind, row.person_id, row.done_on, row.youth_id))
    return dict(found)


# ---- mentors ----


def _mentor_facts(
    about: Mapping[int, tuple[int, int, int]], mentors: Mapping[int, Sequence[int]], on: date
) -> dict[tuple[int, int], MentorFacts]:
    """By (program, person)."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for match_id, person_ids in mentors.items():
        wanted[about[match_id][2]].update(person_ids)
    return {
        (program_id, person_id): fact
        for program_id, person_ids in sorted(wanted.items())
        for person_id, fact in mentor_facts(program_id, person_ids, on).items()
    }


def mentor_facts(program_id: int, person_ids: Collection[int], on: date) -> dict[int, MentorFacts]:
    """What is on file of people who want to mentor in a program. Two statements, and those of the credentials room."""
    names = {
        person.id: person.name for person in db.session().scalars(sa.select(Person).where(Person.id.in_(person_ids)))
    }
    rows = db.session().scalars(
        sa.select(MentorStep).where(
            MentorStep.program_id == program_id, MentorStep.person_id.in_(person_ids), MentorStep.ended_at.is_(None)
        )
    )
    steps: dict[int, list[StepFact]] = defaultdict(list)
    for row in rows:
        steps[row.person_id].append(fact_of(row))
    checks = _checks(person_ids, on, program_id)
    return {
        person_id: MentorFacts(person_id, names[person_id], tuple(steps.get(person_id, ())), checks.get(person_id, {}))
        for person_id in sorted(names)
    }


def fact_of(row: MentorStep) -> StepFact:
    """A row as the rules judge it."""
    about = row.details
    topics = tuple((key, int(version)) for key, version in about.get("topics", {}).items())
    minutes = int(about.get("minutes", 0)) if row.kind is StepKind.TRAINING else 0
    return StepFact(row.kind, row.done_on, minutes, bool(about.get("relative")), topics)


def _checks(person_ids: Collection[int], on: date, program_id: int) -> dict[int, dict[str, CheckFact]]:
    """The criminal and registry checks of each on a day, as the credentials room has them.

    An exception that two people agreed on lets somebody serve beside cleared adults; it does not open a match.
    """
    kinds = tuple(CHECKS.values())
    known = credentials.standings(person_ids, on, program_id=program_id, roles=(ServiceRole.MENTOR,), kinds=kinds)
    return {
        person_id: {each.kind: CheckFact(each.is_held, each.ends_on) for each in found if each.kind in kinds}
        for person_id, found in known.items()
    }


# ---- youth ----


def _youth_facts(
    about: Mapping[int, tuple[int, int, int]], youth: Mapping[int, Sequence[int]], on: date
) -> dict[tuple[int, int], YouthFacts]:
    """By (season, youth)."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for match_id, some in youth.items():
        wanted[about[match_id][1]].update(some)
    every = {youth_id for youth_ids in wanted.values() for youth_id in youth_ids}
    persons = {person.id: person for person in db.session().scalars(sa.select(Person).where(Person.id.in_(every)))}
    guardians = people.guardians_of(every, on)
    found = {}
    for season_id, youth_ids in sorted(wanted.items()):
        objections = not_cleared(sorted(youth_ids), season_id, on)
        for youth_id in youth_ids:
            person = persons[youth_id]
            found[season_id, youth_id] = YouthFacts(
                youth_id,
                person.name,
                person.first_name,
                consent=not any(each.code.startswith(CONSENT) for each in objections.get(youth_id, ())),
                guardians=frozenset(line.guardian_id for line in guardians.get(youth_id, ()) if line.may_decide),
                is_adult=person.born_on is not None and age_on(person.born_on, on) >= ADULT,
            )
    return found

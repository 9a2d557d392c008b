"""Reading one young person's consent in full: each guardian, each section, as of a day; excuses, tries to reach,
and whom of the staff to tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from youthprog.consent import queries, standing
from youthprog.consent.models import (
    ConsentRequest,
    ContactAttempt,
    Form,
    FormUse,
    FormVersion,
    GuardianExcuse,
    Section,
    SectionText,
    UnmatchedAnswer,
)
from youthprog.consent.types import (
    STARTER,
    ConsentLine,
    Decision,
    DecisionFact,
    Excuse,
    RequestState,
    SectionState,
)
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Program, Season
from youthprog.programs.types import GuardianRule, InBoth

MOST_SEASONS = 8


@dataclass(frozen=True)
class GuardianWord:
    """What one guardian's word on a section is worth on a day."""

    guardian_id: int
    name: str
    state: SectionState
    may_decide: bool
    is_excused: bool


@dataclass(frozen=True)
class SectionStanding:
    """A section on a day: of all guardians together, and each one's word."""

    key: str
    label: str
    is_required: bool
    state: SectionState
    words: tuple[GuardianWord, ...]


@dataclass(frozen=True)
class Turn:
    """One thing a guardian did, or that happened to what was done: given, refused, withdrawn, ended, seen."""

    on: date
    guardian: str
    label: str
    what: str


@dataclass(frozen=True)
class SeasonStanding:
    """A youth's consent in one season on a day."""

    season_id: int
    program: InBoth
    season: InBoth
    rule: GuardianRule
    line: ConsentLine
    sections: tuple[SectionStanding, ...]
    history: tuple[Turn, ...]
    requests: tuple[tuple[int, str, RequestState, bool], ...] = ()  # key, guardian, state, awaited


@dataclass(frozen=True)
class ExcuseLine:
    """An excuse, as the page shows it. Without a name: a second guardian not on file."""

    excuse_id: int
    guardian: str | None
    excuse: Excuse
    stated_by: str
    from_on: date
    ended_on: date | None


@dataclass(frozen=True)
class AttemptLine:
    """One try to reach a guardian."""

    guardian: str | None
    way: str
    note: str
    on: date
    by: str | None


def seasons_of(actor: Actor, youth_id: int) -> list[SeasonStanding]:
    """The seasons within reach that have anything to do with a youth, newest first, yet without standing. One
    statement."""
    has = (
        sa.exists().where(table.season_id == Season.id, table.youth_id == youth_id)
        for table in (Enrollment, ConsentRequest, UnmatchedAnswer)
    )
    rows = db.session().execute(
        sa.select(Season, Program)
        .join(Program, Program.id == Season.program_id)
        .where(sa.or_(*has), programs.program_within(actor, P.CONSENT_ENTER, Season.program_id))
        .order_by(Season.starts_on.desc(), Season.id.desc())
        .limit(MOST_SEASONS)
    )
    empty = ConsentLine(youth_id, "missing", "", "")
    return [
        SeasonStanding(
            season.id, InBoth(program.name, program.name_es), InBoth(season.name, season.name_es),
            program.guardian_rule, empty, (), (),
        )
        for season, program in rows
    ]  # fmt: skip


def standing_of(actor: Actor, youth_id: int, on: date, language: str) -> list[SeasonStanding]:
    """A youth's consent on a day, season by season, section by section, guardian by guardian. Eight or nine statements."""
    found = seasons_of(actor, youth_id)
    ids = [each.season_id for each in found]
    known = queries.histories([youth_id], ids)
    labels = labels_of(youth_id, ids, language)
    names = _names(_everybody(known, youth_id, ids))
    return [_season_standing(each, known, youth_id, on, labels, names) for each in found]


def _season_standing(
    season: SeasonStanding,
    known: queries.Histories,
    youth_id: int,
    on: date,
    labels: dict[str, str],
    names: dict[int, str],
) -> SeasonStanding:
    key = (youth_id, season.season_id)
    required = known.required(youth_id, season.season_id, on)
    decided = [fact.section_key for fact in known.decisions.get(key, []) if fact.decided_on <= on]
    keys = tuple(dict.fromkeys([*required, *(name for name in labels if name in set(decided)), *decided]))
    states = known.states(youth_id, season.season_id, on, keys)
    words = known.of_guardians(youth_id, season.season_id, on, keys)
    family = known.family(youth_id, season.season_id, on)
    deciding, excused = standing.deciders_on(family, on) or frozenset(), standing.excused_on(family, on)
    order = {guardian.guardian_id: place for place, guardian in enumerate(family.guardians or ())}
    guardians = sorted({guardian for guardian, _key in words}, key=lambda each: (order.get(each, 99), each))
    sections = tuple(
        SectionStanding(
            name, labels.get(name, name), name in required, states[name],
            tuple(
                GuardianWord(each, names.get(each, ""), words[each, name], each in deciding, each in excused)
                for each in guardians
            ),
        )
        for name in keys
    )  # fmt: skip
    line = known.line(youth_id, season.season_id, on)
    turns = tuple(_turns(known.decisions.get(key, []), on, labels, names))
    asked = tuple(
        (each.request_id, names.get(each.guardian_id, ""), each.state, each.awaited)
        for each in sorted(known.requests.get(key, []), key=lambda each: each.request_id, reverse=True)
        if each.created_on <= on
    )
    rule = known.seasons[season.season_id].rule_on(on)
    return replace(season, rule=rule, line=line, sections=sections, history=turns, requests=asked)


def _turns(decisions: Sequence[DecisionFact], on: date, labels: dict[str, str], names: dict[int, str]) -> list[Turn]:
    found = []
    for fact in decisions:
        who, label = names.get(fact.guardian_id, ""), labels.get(fact.section_key, fact.section_key)
        made = "given" if fact.decision is Decision.GIVEN else "refused"
        moments = [(fact.decided_on, made), (fact.withdrawn_on, "withdrawn"), (fact.ended_on, "ended")]
        moments += [(fact.confirmed_on, "seen")] if fact.needs_original else []
        moments += [(fact.valid_until_on, "over")] if fact.valid_until_on and fact.valid_until_on < on else []
        found += [Turn(day, who, label, what) for day, what in moments if day is not None and day <= on]
    return sorted(found, key=lambda turn: turn.on, reverse=True)


def _everybody(known: queries.Histories, youth_id: int, season_ids: Collection[int]) -> set[int]:
    found = (
        {each.guardian_id for each in known.families[youth_id].guardians or ()} if youth_id in known.families else set()
    )
    for season_id in season_ids:
        found |= {fact.guardian_id for fact in known.decisions.get((youth_id, season_id), ())}
        found |= {request.guardian_id for request in known.requests.get((youth_id, season_id), ())}
    return found


def _names(person_ids: Collection[int]) -> dict[int, str]:
    return {row.id: row.name for row in db.session().scalars(sa.select(Person).where(Person.id.in_(person_ids)))}


def labels_of(youth_id: int, season_ids: Collection[int], language: str) -> dict[str, str]:
    """What the sections of a youth's forms are called, in the order of the forms, newest words last. One statement."""
    newer = db.another(FormVersion, "consent.fair_queries.newer")
    is_newest = ~sa.exists().where(
        newer.form_id == FormVersion.form_id, newer.number > FormVersion.number, newer.published_at.is_not(None)
    )
    of_programs = sa.select(Season.program_id).where(Season.id.in_(season_ids))
    asked = sa.select(ConsentRequest.form_version_id).where(
        ConsentRequest.youth_id == youth_id, ConsentRequest.season_id.in_(season_ids)
    )
    in_use = sa.exists().where(FormUse.form_id == Form.id, FormUse.program_id.in_(of_programs))
    rows = db.session().execute(
        sa.select(Section.key, SectionText.label)
        .join(SectionText, SectionText.section_id == Section.id)
        .join(FormVersion, FormVersion.id == Section.version_id)
        .join(Form, Form.id == FormVersion.form_id)
        .where(
            SectionText.language == (language if language in ("en", "es") else "en"),
            FormVersion.published_at.is_not(None),
            sa.or_(FormVersion.id.in_(asked), sa.and_(is_newest, sa.or_(Form.key == STARTER, in_use))),
        )
        .order_by(Form.id, FormVersion.number, Section.position)
    )
    return {key: label for key, label in rows}


# ---- excuses and tries to reach ----


def excuses_of(youth_id: int) -> list[ExcuseLine]:
    """A youth's excuses, those in force first, then the newest. One statement."""
    rows = db.session().execute(
        sa.select(GuardianExcuse, Person)
        .outerjoin(Person, Person.id == GuardianExcuse.guardian_id)
        .where(GuardianExcuse.youth_id == youth_id)
        .order_by(GuardianExcuse.ended_on.is_not(None), GuardianExcuse.id.desc())
    )
    return [
        ExcuseLine(row.id, person.name if person else None, row.excuse, row.stated_by, row.from_on, row.ended_on)
        for row, person in rows
    ]


def get_excuse(youth_id: int, excuse_id: int) -> GuardianExcuse:
    """One excuse of a youth whom the caller has loaded within reach. Raises `NotFound`."""
    row = db.session().get(GuardianExcuse, excuse_id)
    if row is None or row.youth_id != youth_id:
        raise NotFound
    return row


def attempts_of(youth_id: int) -> Sequence[ContactAttempt]:
    """The tries to reach a youth's guardians, newest first."""
    statement = sa.select(ContactAttempt).where(ContactAttempt.youth_id == youth_id)
    return db.session().scalars(statement.order_by(ContactAttempt.at.desc(), ContactAttempt.id.desc())).all()


def list_attempts(youth_id: int) -> list[AttemptLine]:
    """The tries with names, newest first. One statement."""
    who, by = db.another(Person, "consent.fair_queries.who"), db.another(Person, "consent.fair_queries.by")
    rows = db.session().execute(
        sa.select(ContactAttempt, who, by)
        .outerjoin(who, who.id == ContactAttempt.guardian_id)
        .outerjoin(by, by.id == ContactAttempt.by_id)
        .where(ContactAttempt.youth_id == youth_id)
        .order_by(ContactAttempt.at.desc(), ContactAttempt.id.desc())
    )
    return [
        AttemptLine(
            guardian.name if guardian else None, row.way, row.note, clock.day_of(row.at), staff.name if staff else None
        )
        for row, guardian, staff in rows
    ]


def deciding_guardians(youth_id: int, on: date) -> list[tuple[int, str]]:
    """Those who may decide on a day, by rank, with their names; also who may know nothing of the child is named here."""
    family = queries.family_of(youth_id)
    names = _names([each.guardian_id for each in family.guardians or ()])
    return [
        (each.guardian_id, names.get(each.guardian_id, ""))
        for each in family.guardians or ()
        if standing.decides_on(each, on)
    ]


# ---- whom to tell ----


def coordinators_of(season_id: int, youth_id: int, on: date) -> list[Recipient]:
    """The coordinators of a season's program and of the whole department, but for adults whom a court keeps from the
    child's information. Two statements."""
    limits = people.restrictions_on([youth_id], on)
    return [
        each
        for each in programs.coordinators_of(season_id, on)
        if "information" not in limits.get((youth_id, each.person_id or 0), set())
    ]

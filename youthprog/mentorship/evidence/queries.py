"""Reading the list of benchmarks, surveys, what is due of them, and answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from json import loads
from pathlib import Path

import sqlalchemy as sa

from youthprog.core import clock, crypto, db, reach
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.mentorship.evidence import lists, rules
from youthprog.mentorship.evidence.models import SurveyAnswer, SurveyInstrument
from youthprog.mentorship.evidence.types import Audience, BenchmarkList, DueSurvey, InBoth, Instrument
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import ContactKind
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, GroupMember, GroupStaff, Season

OWN = Path(__file__).with_name("benchmarks.toml")
MOST_DUE = 200
MOST_SHOWN = 50

# ---- benchmarks ----


def benchmarks(instance: Path) -> BenchmarkList:
    """The department's own list, or ours. A list with a fault is told of by `ValueError`."""
    path = instance / OWN.name
    path = path if path.is_file() else OWN
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> BenchmarkList:
    return lists.benchmarks_of(path.read_text(encoding="utf-8"))


# ---- surveys ----


def instrument_of(row: SurveyInstrument) -> Instrument:
    """A survey as its rules see it."""
    scale = lists.scale_of(row.content)
    return Instrument(
        InBoth(row.name, row.name_es), row.audience, row.source, row.license, min(scale), max(scale), scale,
        lists.questions_of(row.content),
    )  # fmt: skip


def get_instrument_for(actor: Actor, permission: P, instrument_id: int) -> SurveyInstrument:
    """A survey of a program within reach. Raises `NotFound`."""
    row = db.session().scalar(
        sa.select(SurveyInstrument).where(
            SurveyInstrument.id == instrument_id,
            programs.program_within(actor, permission, SurveyInstrument.program_id),
        )
    )
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class InstrumentLine:
    """A survey in the list: how often it was asked and answered, and the mean score by month (hundredths)."""

    row: SurveyInstrument
    asked: int
    answered: int
    means: dict[int, int]

    @property
    def is_used(self) -> bool:
        """Whether it is still asked."""
        return self.row.retired_at is None


def list_instruments(actor: Actor) -> list[InstrumentLine]:
    """The surveys of programs within reach, those in use first. Two statements."""
    rows = (
        db.session()
        .scalars(
            sa.select(SurveyInstrument)
            .where(programs.program_within(actor, P.MATCH_EDIT, SurveyInstrument.program_id))
            .order_by(SurveyInstrument.retired_at.is_not(None), SurveyInstrument.name, SurveyInstrument.id)
        )
        .all()
    )
    number = sa.func.count()
    counted = db.session().execute(
        sa.select(
            SurveyAnswer.instrument_id,
            SurveyAnswer.months,
            number,
            sa.func.count(SurveyAnswer.answered_at),
            sa.func.avg(SurveyAnswer.score_hundredths),
        )
        .where(SurveyAnswer.instrument_id.in_([row.id for row in rows]))
        .group_by(SurveyAnswer.instrument_id, SurveyAnswer.months)
    )
    found: dict[int, list[tuple[int, int, int, int | None]]] = {}
    for instrument_id, months, asked, answered, mean in counted:
        found.setdefault(instrument_id, []).append((months, asked, answered, None if mean is None else round(mean)))
    return [
        InstrumentLine(
            row,
            sum(asked for _months, asked, _answered, _mean in found.get(row.id, [])),
            sum(answered for _months, _asked, answered, _mean in found.get(row.id, [])),
            {months: mean for months, _asked, _answered, mean in sorted(found.get(row.id, [])) if mean is not None},
        )
        for row in rows
    ]


@dataclass(frozen=True)
class _Asked:
    """A match at a month at which surveys are asked."""

    match_id: int
    group_id: int
    name: str
    program_id: int
    months: int
    due_on: date


def due_surveys(actor: Actor, on: date, limit: int = MOST_DUE) -> list[DueSurvey]:
    """Surveys due of somebody within reach and not answered, the longest due first. Statements do not grow with rows."""
    asked = _asked_now(actor, on)
    if not asked:
        return []
    instruments = (
        db.session()
        .scalars(
            sa.select(SurveyInstrument).where(
                SurveyInstrument.program_id.in_({each.program_id for each in asked}),
                SurveyInstrument.retired_at.is_(None),
            )
        )
        .all()
    )
    if not instruments:
        return []
    there = _people_of(actor, {each.group_id for each in asked}, on)
    known = _answers_of([each.match_id for each in asked])
    found = []
    for each in asked:
        for row in instruments:
            if row.program_id != each.program_id:
                continue
            for person_id, name, has_mail in there.get((each.group_id, row.audience), ()):
                answer = known.get((each.match_id, row.id, person_id, each.months))
                if answer is None or answer.answered_at is None:
                    found.append(_due(each, row, person_id, name, has_mail, answer))
    return sorted(found, key=lambda due: (due.due_on, due.match, due.name, due.instrument_id))[:limit]


def count_due(actor: Actor, on: date) -> int:
    """How many surveys are to be asked now: one for each match, survey and month of which nothing is answered.

    One statement, for Today; `due_surveys` says of whom.
    """
    rows = db.session().execute(
        sa.select(Match.id, SurveyInstrument.id, Match.started_on, SurveyAnswer.months)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .join(SurveyInstrument, SurveyInstrument.program_id == Season.program_id)
        .outerjoin(
            SurveyAnswer,
            sa.and_(
                SurveyAnswer.match_id == Match.id,
                SurveyAnswer.instrument_id == SurveyInstrument.id,
                SurveyAnswer.answered_at.is_not(None),
            ),
        )
        .where(
            Match.status == MatchStatus.ACTIVE,
            SurveyInstrument.retired_at.is_(None),
            programs.groups_within(actor, P.MATCH_EDIT, on),
        )
    )
    due: set[tuple[int, int, int]] = set()
    answered: set[tuple[int, int, int]] = set()
    for match_id, instrument_id, started_on, months in rows:
        if started_on is not None:
            due |= {(match_id, instrument_id, each) for each in rules.months_due(started_on, on)}
        answered.add((match_id, instrument_id, months))
    return len(due - answered)


def _due(
    each: _Asked, row: SurveyInstrument, person_id: int, name: str, has_mail: bool, answer: SurveyAnswer | None
) -> DueSurvey:
    return DueSurvey(
        each.match_id, each.name, row.id, InBoth(row.name, row.name_es), row.audience, person_id, name, each.months,
        each.due_on, answer.id if answer else None,
        clock.day_of(answer.sent_at) if answer and answer.sent_at else None, has_mail,
    )  # fmt: skip


def _asked_now(actor: Actor, on: date) -> list[_Asked]:
    """Active matches of programs with a survey in use that are as old as one of its months."""
    rows = db.session().execute(
        sa.select(Match.id, Match.group_id, Group.name, Season.program_id, Match.started_on)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(
            Match.status == MatchStatus.ACTIVE,
            Match.started_on.is_not(None),
            programs.groups_within(actor, P.MATCH_EDIT, on),
            sa.exists().where(SurveyInstrument.program_id == Season.program_id, SurveyInstrument.retired_at.is_(None)),
        )
    )
    return [
        _Asked(match_id, group_id, name, program_id, months, rules.due_on(started_on, months))
        for match_id, group_id, name, program_id, started_on in rows
        if started_on is not None
        for months in rules.months_due(started_on, on)
    ]


def _people_of(
    actor: Actor, group_ids: Collection[int], on: date
) -> dict[tuple[int, Audience], list[tuple[int, str, bool]]]:
    """Whom a survey may ask, by group and audience: key, name, whether a mail address is on file. Never a child by mail.

    Guardians are those who may decide for a youth and whom no court keeps from it.
    """
    youth = (
        db.session()
        .execute(
            sa.select(GroupMember.group_id, Person)
            .join(Person, Person.id == GroupMember.youth_id)
            .where(
                GroupMember.group_id.in_(group_ids),
                programs.during(GroupMember.from_on, GroupMember.until_on, on),
                reach.within(actor, P.MATCH_EDIT, Person.id, on),
            )
            .order_by(Person.folded_name, Person.id)
        )
        .all()
    )
    mentors = (
        db.session()
        .execute(
            sa.select(GroupStaff.group_id, Person)
            .join(Person, Person.id == GroupStaff.person_id)
            .where(GroupStaff.group_id.in_(group_ids), programs.during(GroupStaff.from_on, GroupStaff.until_on, on))
            .order_by(Person.folded_name, Person.id)
        )
        .all()
    )
    guardians = people.guardians_of([person.id for _group, person in youth], on)
    mails = {
        line.person_id
        for lines in people.contacts_of({person.id for _group, person in mentors}).values()
        for line in lines
        if line.kind is ContactKind.EMAIL and line.bounced_at is None
    }
    found: dict[tuple[int, Audience], dict[int, tuple[int, str, bool]]] = {}
    for group_id, person in youth:
        found.setdefault((group_id, Audience.YOUTH), {})[person.id] = (person.id, person.name, False)
        for line in guardians.get(person.id, ()):
            if line.may_decide:
                has_mail = bool(line.email) and not line.email_bounced
                found.setdefault((group_id, Audience.GUARDIAN), {})[line.guardian_id] = (
                    line.guardian_id, line.name, has_mail
                )  # fmt: skip
    for group_id, person in mentors:
        found.setdefault((group_id, Audience.MENTOR), {})[person.id] = (person.id, person.name, person.id in mails)
    return {key: list(each.values()) for key, each in found.items()}


def _answers_of(match_ids: Sequence[int]) -> dict[tuple[int, int, int, int], SurveyAnswer]:
    rows = db.session().scalars(sa.select(SurveyAnswer).where(SurveyAnswer.match_id.in_(match_ids)))
    return {(row.match_id, row.instrument_id, row.person_id, row.months): row for row in rows}


def find_due(actor: Actor, on: date, *, match_id: int, instrument_id: int, person_id: int, months: int) -> DueSurvey:
    """One survey that is due of somebody within reach. Raises `NotFound`."""
    wanted = (match_id, instrument_id, person_id, months)
    for due in due_surveys(actor, on):
        if (due.match_id, due.instrument_id, due.person_id, due.months) == wanted:
            return due
    raise NotFound


def find_by_token(token: str, now: datetime) -> SurveyAnswer | None:
    """The survey a link opens, while it opens anything."""
    return db.session().scalar(
        sa.select(SurveyAnswer).where(
            SurveyAnswer.token_hash == crypto.fingerprint(token),
            SurveyAnswer.answered_at.is_(None),
            SurveyAnswer.ends_at > now,
        )
    )


def answers_in(row: SurveyAnswer) -> dict[str, int | None]:
    """What was answered, opened."""
    found: dict[str, int | None] = loads(row.unseal("answers_sealed") or "{}")
    return found

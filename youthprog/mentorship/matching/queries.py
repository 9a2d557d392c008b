"""Reading what people told, who waits for a mentor, runs, and proposals with everybody's word."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthprog.access.models import Account
from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.mentorship import queries as matches
from youthprog.mentorship.matching import profiles
from youthprog.mentorship.matching.models import (
    MatchOffer,
    MatchParty,
    MatchProfile,
    MatchRun,
    MatchTie,
    MatchWeights,
)
from youthprog.mentorship.matching.scoring import Scorer
from youthprog.mentorship.matching.types import (
    Fit,
    Mentor,
    Mode,
    OfferState,
    Part,
    RunState,
    Task,
    TieKind,
    Youth,
)
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.people.models import CustodyRestriction, Guardianship, HouseholdMember, Person
from youthprog.people.rules import age_on
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Gathering, Group, GroupMember, GroupStaff, Season
from youthprog.programs.types import GatheringKind

WAITING = (OfferState.PENDING, OfferState.AGREED)
PAGE = 200

# ---- what people told ----


def told_of(person_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What these people told, by key. One statement."""
    rows = db.session().scalars(sa.select(MatchProfile).where(MatchProfile.person_id.in_(person_ids)))
    return {row.person_id: row.told for row in rows}


def find_profile(person_id: int) -> MatchProfile | None:
    """What one person told."""
    return db.session().get(MatchProfile, person_id)


def get_adult_or_youth_for(actor: Actor, person_id: int, on: date) -> tuple[Person, bool]:
    """A mentor, or a youth within reach, for whoever proposes matches, and whether it is a mentor. Raises `NotFound`."""
    if is_mentor(person_id, on):
        return people.get_person(person_id), True
    return people.get_youth_for(actor, P.MATCH_EDIT, person_id, on), False


def is_mentor(person_id: int | None, on: date) -> bool:
    """Whether somebody holds the mentor's role. Two statements."""
    return person_id in {line.person_id for line in matches.list_mentors(on)}


def weights_of(program_id: int) -> dict[str, int]:
    """What a program weighs."""
    row = db.session().get(MatchWeights, program_id)
    return profiles.weights_of(row.weights if row else None)


@dataclass(frozen=True)
class TieLine:
    """An entered pair with both names."""

    tie_id: int
    kind: TieKind
    one: str
    other: str


def list_ties(actor: Actor, on: date) -> list[TieLine]:
    """The entered pairs of youth within reach. One statement."""
    one, other = (
        db.another(Person, "mentorship.matching.queries.one"),
        db.another(Person, "mentorship.matching.queries.other"),
    )
    rows = db.session().execute(
        sa.select(MatchTie, one, other)
        .join(one, one.id == MatchTie.one_id)
        .join(other, other.id == MatchTie.other_id)
        .where(_tie_within(actor, on))
        .order_by(MatchTie.id.desc())
        .limit(PAGE)
    )
    return [TieLine(tie.id, tie.kind, youth.name, somebody.name) for tie, youth, somebody in rows]


def get_tie_for(actor: Actor, tie_id: int, on: date) -> MatchTie:
    """An entered pair within reach. Raises `NotFound`."""
    return _found(db.session().scalar(sa.select(MatchTie).where(MatchTie.id == tie_id, _tie_within(actor, on))))


def _tie_within(actor: Actor, on: date) -> sa.ColumnElement[bool]:
    reaches = within(actor, P.MATCH_EDIT, MatchTie.one_id, on)
    return sa.and_(reaches, sa.or_(MatchTie.kind == TieKind.NEVER, within(actor, P.MATCH_EDIT, MatchTie.other_id, on)))


def _found(row: Any) -> Any:
    if row is None:
        raise NotFound
    return row


# ---- who waits ----


def _waiting(season_id: int) -> sa.Select[Person, datetime]:
    asked = sa.exists().where(
        MatchOffer.youth_id == Person.id, MatchOffer.season_id == season_id, MatchOffer.state.in_(WAITING)
    )
    return (
        sa.select(Person, Enrollment.asked_at)
        .join(Enrollment, Enrollment.youth_id == Person.id)
        .where(matches.is_free(season_id), ~asked)
        .order_by(Enrollment.asked_at, Person.id)
    )


@dataclass(frozen=True)
class WaitingLine:
    """Somebody who waits for a match, or mentors, and what the profile still misses."""

    person_id: int
    name: str
    age: int | None
    load: int
    takes: int
    misses: tuple[str, ...]


def list_waiting(actor: Actor, season_id: int, on: date) -> list[WaitingLine]:
    """Youth within reach who wait for a match and were not proposed yet, the longest wait first. Two statements."""
    statement = _waiting(season_id).where(within(actor, P.MATCH_EDIT, Person.id, on)).limit(PAGE)
    persons = [person for person, _since in db.session().execute(statement)]
    told = told_of([person.id for person in persons])
    return [
        WaitingLine(
            each.id, each.name, age_on(each.born_on, on) if each.born_on else None, 0, 1,
            profiles.fitness_of(told.get(each.id)).misses,
        )
        for each in persons
    ]  # fmt: skip


def list_mentors(on: date) -> list[WaitingLine]:
    """Mentors by name, with how many young people each has, proposals included. Four statements."""
    lines, asked = matches.list_mentors(on), _asked_of_mentors()
    told = told_of([line.person_id for line in lines])
    return [
        WaitingLine(
            line.person_id, line.name, None, line.load + asked.get(line.person_id, 0),
            told.get(line.person_id, {}).get("takes", 1), profiles.fitness_of(told.get(line.person_id)).misses,
        )
        for line in lines
    ]  # fmt: skip


def _asked_of_mentors() -> dict[int, int]:
    """How many youth each mentor is asked for in proposals that are not decided; co-mentors share theirs."""
    rows = db.session().execute(
        sa.select(MatchParty.offer_id, MatchParty.person_id)
        .join(MatchOffer, MatchOffer.id == MatchParty.offer_id)
        .where(MatchOffer.state.in_(WAITING), MatchParty.part == Part.MENTOR)
    )
    by_offer: dict[int, list[int]] = {}
    for offer_id, person_id in rows:
        by_offer.setdefault(offer_id, []).append(person_id)
    found: dict[int, float] = {}
    for those in by_offer.values():
        for person_id in those:
            found[person_id] = found.get(person_id, 0) + 1 / len(those)
    return {person_id: -int(-count // 1) for person_id, count in found.items()}


# ---- runs ----


def list_runs(season_id: int) -> list[MatchRun]:
    """The runs of a season that were not put away, newest first. One statement."""
    statement = sa.select(MatchRun).where(MatchRun.season_id == season_id, MatchRun.state != RunState.DISCARDED)
    return list(db.session().scalars(statement.order_by(MatchRun.id.desc()).limit(20)))


def get_run_for(actor: Actor, run_id: int) -> MatchRun:
    """A run of a season in which the actor proposes matches, with season and program. Raises `NotFound`."""
    statement = (
        sa.select(MatchRun)
        .join(Season, Season.id == MatchRun.season_id)
        .options(joinedload(MatchRun.season).joinedload(Season.program))
        .where(MatchRun.id == run_id, programs.program_within(actor, P.MATCH_EDIT, Season.program_id))
    )
    run: MatchRun = _found(db.session().scalar(statement))
    return run


def get_run(run_id: int) -> MatchRun:
    """A run with its season, for the worker."""
    statement = sa.select(MatchRun).options(joinedload(MatchRun.season)).where(MatchRun.id == run_id)
    return db.session().scalars(statement.execution_options(populate_existing=True)).one()


def waiting_run(now: datetime) -> int | None:
    """The run that a worker should take up: the one asked first, or one that a worker left behind."""
    return db.session().scalar(
        sa.select(MatchRun.id)
        .where(
            MatchRun.state.in_((RunState.ASKED, RunState.WORKING)),
            sa.or_(MatchRun.leased_until.is_(None), MatchRun.leased_until < now),
        )
        .order_by(MatchRun.id)
        .limit(1)
    )


def task_of(run: MatchRun, on: date) -> Task:
    """What a run asks: all who wait in its season, all mentors with room. A constant number of statements."""
    youth = [person for person, _since in db.session().execute(_waiting(run.season_id))]
    return _task(run.season, youth, list_mentors(on), run.mode, run.every_days, on, in_groups=run.in_groups)


def task_of_pair(
    season: Season, youth_ids: Collection[int], mentor_ids: Collection[int], every_days: int, on: date
) -> Task:
    """What is known of some youth and mentors chosen by hand. A constant number of statements."""
    youth = list(db.session().scalars(sa.select(Person).where(Person.id.in_(youth_ids)).order_by(Person.id)))
    mentors = [line for line in list_mentors(on) if line.person_id in mentor_ids]
    return _task(season, youth, mentors, Mode.TOTAL, every_days, on)


def _task(
    season: Season, youth: list[Person], lines: list[WaitingLine], mode: Mode, every_days: int, on: date, *,
    in_groups: bool = False,
) -> Task:  # fmt: skip
    mentor_ids, youth_ids = [line.person_id for line in lines], [person.id for person in youth]
    statement = sa.select(Person.id, Person.gender).where(Person.id.in_(mentor_ids))
    genders = {person_id: gender for person_id, gender in db.session().execute(statement)}
    told = told_of([*mentor_ids, *youth_ids])
    kept, family = _kept_from(youth_ids, mentor_ids, on), _family(youth_ids, mentor_ids)
    ties = list(db.session().scalars(sa.select(MatchTie).where(MatchTie.one_id.in_(youth_ids)).order_by(MatchTie.id)))
    mentors: list[Mentor] = [
        profiles.mentor_of(
            line.person_id, told.get(line.person_id, {}), gender=genders[line.person_id].value, load=line.load
        )
        for line in lines
    ]
    children: list[Youth] = [
        profiles.youth_of(
            person.id, told.get(person.id, {}), gender=person.gender.value,
            age=age_on(person.born_on, on) if person.born_on else None,
            kept_from=kept.get(person.id, ()), family=family.get(person.id, ()),
            never={tie.other_id for tie in ties if tie.one_id == person.id and tie.kind is TieKind.NEVER},
        )
        for person in youth
    ]  # fmt: skip
    return Task(
        youth=tuple(children),
        mentors=tuple(mentors),
        weights=weights_of(season.program_id),
        mode=mode,
        every_days=every_days,
        circles=profiles.circles_of(told, mentors) if in_groups else (),
        together=tuple((tie.one_id, tie.other_id) for tie in ties if tie.kind is TieKind.TOGETHER),
        apart=tuple((tie.one_id, tie.other_id) for tie in ties if tie.kind is TieKind.APART),
    )


def _kept_from(youth_ids: Collection[int], adult_ids: Collection[int], on: date) -> dict[int, set[int]]:
    """Adults whom a court order keeps from each youth on a day. One statement."""
    rows = db.session().execute(
        sa.select(CustodyRestriction.youth_id, CustodyRestriction.adult_id).where(
            CustodyRestriction.youth_id.in_(youth_ids),
            CustodyRestriction.adult_id.in_(adult_ids),
            people.holds_on(on),
        )
    )
    return _sets([(youth_id, adult_id) for youth_id, adult_id in rows])


def _family(youth_ids: Collection[int], adult_ids: Collection[int]) -> dict[int, set[int]]:
    """Adults who are or were a guardian of each youth, or share a home. Two statements."""
    bonds = db.session().execute(
        sa.select(Guardianship.youth_id, Guardianship.guardian_id).where(
            Guardianship.youth_id.in_(youth_ids), Guardianship.guardian_id.in_(adult_ids)
        )
    )
    child, adult = (
        db.another(HouseholdMember, "mentorship.matching.queries.child"),
        db.another(HouseholdMember, "mentorship.matching.queries.adult"),
    )
    homes = db.session().execute(
        sa.select(child.person_id, adult.person_id)
        .join(adult, adult.household_id == child.household_id)
        .where(child.person_id.in_(youth_ids), adult.person_id.in_(adult_ids))
    )
    return _sets([(youth_id, adult_id) for rows in (bonds, homes) for youth_id, adult_id in rows])


def _sets(pairs: Collection[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found


# ---- proposals ----


@dataclass(frozen=True)
class PartyLine:
    """Somebody whose word a proposal needs."""

    party_id: int
    person_id: int
    name: str
    part: Part
    accepts: bool | None
    reason: str | None
    way: str | None
    answered_at: datetime | None
    answered_by: str | None
    fit: Fit | None


@dataclass(frozen=True)
class OfferLine:
    """A proposal with everybody's word."""

    offer: MatchOffer
    youth: str
    parties: tuple[PartyLine, ...]

    def of(self, part: Part) -> list[PartyLine]:
        """Those asked as a part."""
        return [each for each in self.parties if each.part == part]

    @property
    def open(self) -> list[PartyLine]:
        """Who has not answered."""
        return [each for each in self.parties if each.accepts is None]


def _offers(actor: Actor, on: date) -> sa.Select[MatchOffer, Person]:
    return (
        sa.select(MatchOffer, Person)
        .join(Person, Person.id == MatchOffer.youth_id)
        .join(Season, Season.id == MatchOffer.season_id)
        .options(joinedload(MatchOffer.season).joinedload(Season.program))
        .where(
            programs.program_within(actor, P.MATCH_EDIT, Season.program_id),
            within(actor, P.MATCH_EDIT, MatchOffer.youth_id, on),
        )
    )


def list_offers(actor: Actor, season_id: int, on: date) -> list[OfferLine]:
    """The proposals of a season within reach, newest first. Two statements."""
    rows = db.session().execute(
        _offers(actor, on).where(MatchOffer.season_id == season_id).order_by(MatchOffer.id.desc()).limit(PAGE)
    )
    found = [(offer, person.name) for offer, person in rows]
    parties = parties_of([offer.id for offer, _name in found])
    return [OfferLine(offer, name, tuple(parties.get(offer.id, ()))) for offer, name in found]


def get_offer_for(actor: Actor, offer_id: int, on: date) -> OfferLine:
    """A proposal within reach. Raises `NotFound`."""
    row = db.session().execute(_offers(actor, on).where(MatchOffer.id == offer_id)).first()
    offer, person = _found(row)
    return OfferLine(offer, person.name, tuple(parties_of([offer.id]).get(offer.id, ())))


def parties_of(offer_ids: Collection[int]) -> dict[int, list[PartyLine]]:
    """Who is asked in each proposal: mentors, the youth, guardians. One statement."""
    answered_by = db.another(Person, "mentorship.matching.queries.answered_by")
    rows = db.session().execute(
        sa.select(MatchParty, Person, answered_by)
        .join(Person, Person.id == MatchParty.person_id)
        .outerjoin(answered_by, answered_by.id == MatchParty.answered_by_id)
        .where(MatchParty.offer_id.in_(offer_ids))
        .order_by(MatchParty.id)
    )
    found: dict[int, list[PartyLine]] = {}
    for party, person, by in rows:
        found.setdefault(party.offer_id, []).append(
            PartyLine(
                party.id, person.id, person.name, party.part, party.accepts, party.reason,
                party.way.value if party.way else None, party.answered_at, by.name if by else None, party.fit,
            )
        )  # fmt: skip
    return found


def get_own_party(actor: Actor, party_id: int, on: date) -> MatchParty:
    """What the actor is asked. Raises `NotFound` also when a court order, or the end of a guardianship, ended it."""
    statement = sa.select(MatchParty).where(MatchParty.id == party_id, MatchParty.person_id == (actor.person_id or 0))
    return _still(db.session().scalar(statement.options(*_whole())), on)


def get_party_of(person_id: int, party_id: int, on: date) -> MatchParty:
    """What somebody behind a link is asked. Raises `NotFound`."""
    statement = sa.select(MatchParty).where(MatchParty.id == party_id, MatchParty.person_id == person_id)
    return _still(db.session().scalar(statement.options(*_whole())), on)


def _whole() -> tuple[Any, ...]:
    return (joinedload(MatchParty.offer).joinedload(MatchOffer.season).joinedload(Season.program),)


def _still(party: MatchParty | None, on: date) -> MatchParty:
    if party is None or party.offer.state is OfferState.WITHDRAWN:
        raise NotFound
    youth_id = party.offer.youth_id
    if (youth_id, party.person_id) in people.restrictions_on([youth_id], on):
        raise NotFound
    if party.part is Part.GUARDIAN and party.person_id not in deciding(youth_id, on):
        raise NotFound
    return party


def deciding(youth_id: int, on: date) -> dict[int, Any]:
    """The guardians who may decide for a youth on a day, by key; custody is applied."""
    lines = people.guardians_of([youth_id], on).get(youth_id, [])
    return {line.guardian_id: line for line in lines if line.may_decide}


def asked_of(person_id: int | None, on: date, part: Part | None = None) -> list[tuple[MatchParty, str]]:
    """What somebody is asked and has not answered, as one part or any: proposals, and how it goes. With what to call the
    youth. Two statements."""
    if person_id is None:
        return []
    rows = db.session().execute(
        sa.select(MatchParty, Person)
        .join(MatchOffer, MatchOffer.id == MatchParty.offer_id)
        .join(Person, Person.id == MatchOffer.youth_id)
        .options(joinedload(MatchParty.offer))
        .where(
            MatchParty.person_id == person_id,
            MatchParty.part == part if part else sa.true(),
            sa.or_(
                sa.and_(MatchOffer.state == OfferState.PENDING, MatchParty.accepts.is_(None)),
                sa.and_(
                    MatchOffer.state == OfferState.MADE, MatchParty.fit_asked_on.is_not(None), MatchParty.fit.is_(None)
                ),
            ),
        )
        .order_by(MatchParty.id)
        .limit(20)
    )
    kept = {youth_id for youth_id in people.youth_kept_from(person_id, on)}
    return [(party, person.first_name) for party, person in rows if party.offer.youth_id not in kept]


@dataclass(frozen=True)
class ForToday:
    """What matching brings to Today: of one's own, and, for whoever proposes, what did not go well."""

    asked: list[tuple[MatchParty, str]]
    troubles: list[OfferLine]


def troubles_of(actor: Actor, on: date) -> list[OfferLine]:
    """Proposals within reach that need a person: not a good fit, or all agreed and no match came of it. Two statements."""
    if not actor.grants.get(P.MATCH_EDIT):
        return []
    not_a_fit = sa.exists().where(MatchParty.offer_id == MatchOffer.id, MatchParty.fit == Fit.NOT)
    open_match = sa.exists().where(Match.id == MatchOffer.match_id, Match.status != MatchStatus.CLOSED)
    rows = db.session().execute(
        _offers(actor, on)
        .where(
            sa.or_(
                sa.and_(MatchOffer.state == OfferState.MADE, not_a_fit, open_match),
                sa.and_(MatchOffer.state == OfferState.AGREED, MatchOffer.trouble.is_not(None)),
            )
        )
        .order_by(MatchOffer.id)
        .limit(20)
    )
    found = [(offer, person.name) for offer, person in rows]
    parties = parties_of([offer.id for offer, _name in found])
    return [OfferLine(offer, name, tuple(parties.get(offer.id, ()))) for offer, name in found]


def for_today(actor: Actor, on: date) -> ForToday:
    """What matching brings to Today. Four statements at most."""
    return ForToday(asked_of(actor.person_id, on), troubles_of(actor, on))


def bundle_of(offer: MatchOffer) -> list[MatchOffer]:
    """The proposals that are to be one match: of a group all of its own that are open, else the one."""
    if offer.bundle is None:
        return [offer]
    statement = sa.select(MatchOffer).where(
        MatchOffer.season_id == offer.season_id, MatchOffer.bundle == offer.bundle, MatchOffer.state.in_(WAITING)
    )
    return list(db.session().scalars(statement.order_by(MatchOffer.id)))


def met_once(now: datetime) -> list[int]:
    """Proposals whose match has met for the first time and whose people were not asked yet how it goes. One statement."""
    came = sa.exists().where(AttendanceMark.gathering_id == Gathering.id, AttendanceMark.mark.in_(CAME))
    met = sa.exists().where(
        Match.id == MatchOffer.match_id,
        Match.status == MatchStatus.ACTIVE,
        Gathering.group_id == Match.group_id,
        Gathering.kind == GatheringKind.MENTORING,
        Gathering.starts_at < now,
        came,
    )
    unasked = sa.exists().where(MatchParty.offer_id == MatchOffer.id, MatchParty.fit_asked_on.is_(None))
    statement = sa.select(MatchOffer.id).where(MatchOffer.state == OfferState.MADE, met, unasked)
    return list(db.session().scalars(statement.order_by(MatchOffer.id).limit(PAGE)))


def mail_of(person_id: int) -> tuple[str, str, str] | None:
    """(name, address, language) of somebody with an account, to write to. One statement."""
    row = (
        db.session()
        .execute(
            sa.select(Person, Account.email)
            .join(Account, Account.person_id == Person.id)
            .where(Person.id == person_id, Account.closed_at.is_(None))
        )
        .first()
    )
    return (row[0].name, row[1], row[0].language) if row else None


def matched_names(actor: Actor, season_id: int, on: date) -> dict[int, str]:
    """The youth within reach who are in a match of a season that is not closed, by name. One statement."""
    rows = db.session().scalars(
        sa.select(Person)
        .distinct()
        .join(GroupMember, GroupMember.youth_id == Person.id)
        .join(Match, Match.group_id == GroupMember.group_id)
        .join(Group, Group.id == Match.group_id)
        .where(
            Group.season_id == season_id,
            Match.status != MatchStatus.CLOSED,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
            within(actor, P.MATCH_EDIT, Person.id, on),
        )
        .order_by(Person.folded_name, Person.id)
        .limit(PAGE)
    )
    return {person.id: person.name for person in rows}


def matched_now(youth_id: int, adult_id: int, on: date) -> int | None:
    """The match not closed in which an adult and a youth are on a day, if they are in one. One statement."""
    statement = (
        sa.select(Match.id)
        .join(GroupMember, GroupMember.group_id == Match.group_id)
        .join(GroupStaff, GroupStaff.group_id == Match.group_id)
        .where(
            Match.status != MatchStatus.CLOSED,
            GroupMember.youth_id == youth_id,
            GroupStaff.person_id == adult_id,
            programs.during(GroupMember.from_on, GroupMember.until_on, on),
            programs.during(GroupStaff.from_on, GroupStaff.until_on, on),
        )
        .order_by(Match.id)
        .limit(1)
    )
    return db.session().scalar(statement)


def shown_names(actor: Actor, youth_ids: Collection[int], on: date) -> Mapping[int, str]:
    """The names of those of the youth within reach, by key. Two statements."""
    return matches.names_of(people.reachable(actor, P.MATCH_EDIT, youth_ids, on))


def list_free(season_id: int, limit: int) -> list[Person]:
    """Youth with a place in a season who have no match and no open proposal, the longest wait first. One statement."""
    return [person for person, _since in db.session().execute(_waiting(season_id).limit(limit))]


def best_for(season: Season, youth_id: int, mentor_ids: Collection[int], on: date) -> tuple[int, int] | None:
    """The mentor of these with the most points for one youth, and the points; None when a hard rule removes all."""
    task = task_of_pair(season, [youth_id], mentor_ids, 7, on)
    scorer = Scorer(task.weights, task.every_days)
    scores = scorer.row(task.youth[0], scorer.ready(task.mentors))
    found = [(score, -mentor.id) for score, mentor in zip(scores, task.mentors, strict=True) if score is not None]
    return (-max(found)[1], max(found)[0]) if found else None

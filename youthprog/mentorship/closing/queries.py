"""Reading closures, the people they are about, and how long matches last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from json import loads
from typing import Any

import sqlalchemy as sa

from youthprog.attendance.models import AttendanceMark
from youthprog.attendance.types import CAME
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.documents.models import Document
from youthprog.mentorship.closing import rules
from youthprog.mentorship.closing.models import ClosureParty, MatchClosure
from youthprog.mentorship.closing.types import (
    Attempt,
    Draft,
    How,
    Initiator,
    Interview,
    Party,
    PartyLine,
    Reason,
    Rematch,
    Retention,
    Side,
    Span,
    Talk,
)
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.types import MatchStatus
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Group, Season

MOST_OPEN = 100
SUBJECT = "match_closure"

# ---- one closure ----


def find_closure(match_id: int) -> MatchClosure | None:
    """The closure of a match in whatever state, or None."""
    return db.session().scalar(sa.select(MatchClosure).where(MatchClosure.match_id == match_id))


def is_under_way(closure: MatchClosure | None) -> bool:
    """Whether a match is in closing: begun, neither finished nor given up."""
    return closure is not None and closure.finished_at is None and closure.dropped_at is None


def in_closing(match_id: int) -> bool:
    """Whether a match is in closing."""
    return is_under_way(find_closure(match_id))


def draft_of(closure: MatchClosure) -> Draft:
    """A closure as its rules see it; the words of its talks are opened. Two statements at most."""
    words: Mapping[str, str] = loads(closure.unseal("words_sealed") or "{}")
    parties = (
        db.session()
        .execute(
            sa.select(ClosureParty.person_id, ClosureParty.side, ClosureParty.rematch)
            .where(ClosureParty.closure_id == closure.id)
            .order_by(ClosureParty.person_id)
        )
        .all()
    )
    youth = [person_id for person_id, side, _rematch in parties if side is Side.YOUTH]
    own = closure.interviews.get("children", {})
    return Draft(
        way=closure.way,
        reason=closure.reason,
        initiator=closure.initiator,
        ends_on=closure.ends_on,
        unreachable=closure.unreachable,
        attempts=tuple(Attempt(date.fromisoformat(each["on"]), How(each["how"])) for each in closure.attempts),
        interviews={
            party: _talk(closure.interviews.get(party.value, {}), words.get(party.value, "")) for party in Party
        },
        children={} if len(youth) < 2 else {key: _own_talks(closure, words, own, key) for key in youth},
        rematch={person_id: rematch for person_id, _side, rematch in parties},
        contact=closure.contact,
        contact_told_on=closure.contact_told_on,
    )


def _own_talks(
    closure: MatchClosure, words: Mapping[str, str], own: Mapping[str, Any], youth_id: int
) -> dict[Party, Interview]:
    """A child's own talks. A closure begun before each had one goes on with those that were had with all."""
    if str(youth_id) not in own:
        shared = {} if own else closure.interviews
        return {party: _talk(shared.get(party.value, {}), words.get(party.value, "")) for party in rules.OF_CHILDREN}
    kept = own[str(youth_id)]
    return {
        party: _talk(kept.get(party.value, {}), words.get(f"{youth_id}-{party.value}", ""))
        for party in rules.OF_CHILDREN
    }


def _talk(kept: Mapping[str, str], words: str) -> Interview:
    on = kept.get("on")
    return Interview(Talk(kept.get("state", Talk.OPEN)), date.fromisoformat(on) if on else None, words)


def parties_of(closure: MatchClosure) -> list[ClosureParty]:
    """The rows of those whose match ends, mentors first."""
    statement = sa.select(ClosureParty).where(ClosureParty.closure_id == closure.id)
    rows = db.session().scalars(statement.order_by(ClosureParty.side, ClosureParty.person_id))
    return list(rows)


def letters_written(kind: str, closure_id: int) -> set[tuple[int, int]]:
    """To whom a closure's letters were mailed or are about to be: (guardian, youth). One statement."""
    rows = db.session().execute(
        sa.select(Message.person_id, Message.about_youth_id).where(
            Message.kind == kind, Message.subject_id == closure_id, Message.delivery != Delivery.CANCELED
        )
    )
    return {(guardian_id or 0, youth_id or 0) for guardian_id, youth_id in rows}


def party_lines(actor: Actor, closure: MatchClosure, on: date) -> list[PartyLine]:
    """Those whose match ends, by name. Whoever may not know of `unsafe` reads "no"; a court's order hides a youth.

    A youth who left the program is named too: the family gets a letter. Four statements.
    """
    rows = db.session().execute(
        sa.select(ClosureParty, Person)
        .join(Person, Person.id == ClosureParty.person_id)
        .where(ClosureParty.closure_id == closure.id)
        .order_by(ClosureParty.side, Person.folded_name, Person.id)
    )
    found = [(party, person) for party, person in rows]
    hidden = people.restrictions_on([party.person_id for party, _person in found if party.side is Side.YOUTH], on)
    knows = actor.may(P.REMATCH_READ)
    return [
        PartyLine(person.id, person.name, party.side, _told(party.rematch, knows), party.document_id)
        for party, person in found
        if (party.person_id, actor.person_id) not in hidden
    ]


def _told(rematch: Rematch | None, knows: bool) -> Rematch | None:
    return Rematch.NO if rematch is Rematch.UNSAFE and not knows else rematch


def is_lettered(closure: MatchClosure) -> bool:
    """Whether everybody has the paper that is due: each youth a letter, each mentor who gets one a certificate."""
    rows = parties_of(closure)
    return bool(rows) and all(row.document_id is not None for row in rows if is_due_paper(row))


def is_due_paper(party: ClosureParty) -> bool:
    """Whether a letter or a certificate is made for somebody."""
    return party.side is Side.YOUTH or rules.gets_certificate(party.side, party.rematch)


def paper_of(closure: MatchClosure, document_id: int) -> tuple[Document, ClosureParty]:
    """A letter or certificate of a closure, and whose it is. Raises `NotFound`."""
    row = (
        db.session()
        .execute(
            sa.select(Document, ClosureParty)
            .join(ClosureParty, ClosureParty.document_id == Document.id)
            .where(ClosureParty.closure_id == closure.id, Document.id == document_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return row[0], row[1]


@dataclass(frozen=True)
class Together:
    """What a match was: sessions somebody came to, their minutes, and the day of the last session logged."""

    sessions: int
    minutes: int
    last_on: date | None


def together(match_id: int) -> Together:
    """How often and how long the people of a match met. One statement."""
    came = sa.exists().where(AttendanceMark.gathering_id == SessionLog.gathering_id, AttendanceMark.mark.in_(CAME))
    row = (
        db.session()
        .execute(
            sa.select(
                sa.func.count().filter(came),
                sa.func.coalesce(sa.func.sum(SessionLog.minutes).filter(came), 0),
                sa.func.max(SessionLog.held_on),
            ).where(SessionLog.match_id == match_id)
        )
        .one()
    )
    return Together(row[0], int(row[1]), row[2])


# ---- lists ----


@dataclass(frozen=True)
class OpenClosure:
    """A closure that waits to be finished, as Today shows it."""

    match_id: int
    name: str
    opened_on: date
    why: str | None


def open_closures(actor: Actor, on: date, limit: int = MOST_OPEN) -> list[OpenClosure]:
    """Closures within reach that are under way, the oldest first. One statement."""
    rows = db.session().execute(
        sa.select(MatchClosure.match_id, Group.name, MatchClosure.opened_at, MatchClosure.opened_why)
        .join(Match, Match.id == MatchClosure.match_id)
        .join(Group, Group.id == Match.group_id)
        .where(
            MatchClosure.finished_at.is_(None),
            MatchClosure.dropped_at.is_(None),
            programs.groups_within(actor, P.MATCH_EDIT, on),
        )
        .order_by(MatchClosure.opened_at, MatchClosure.id)
        .limit(limit)
    )
    return [OpenClosure(match_id, name, at.date(), why) for match_id, name, at, why in rows]


def overdue_seasons(on: date, limit: int = MOST_OPEN) -> list[Match]:
    """Matches that have begun in seasons that are over, of which nobody began a closure."""
    statement = (
        sa.select(Match)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(
            Match.status.in_(rules.BEGUN),
            Season.ends_on < on,
            ~sa.exists().where(MatchClosure.match_id == Match.id).correlate(Match),
        )
        .order_by(Match.id)
        .limit(limit)
    )
    return list(db.session().scalars(statement))


# ---- how long matches last ----


@dataclass(frozen=True)
class Scope:
    """Which matches are counted: of a program or of all within reach, begun in a period, both days included."""

    program_id: int | None
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class Cohort:
    """The matches that began in one year, and how long they last."""

    year: int
    retention: Retention


@dataclass(frozen=True)
class Endings:
    """How many matches ended for a reason, and from whom the end came."""

    reason: Reason
    initiator: Initiator
    count: int


def spans_of(actor: Actor, scope: Scope, on: date) -> list[tuple[date, Span]]:
    """Every match within reach that began: its first day, and how long it has lasted. One statement."""
    rows = db.session().execute(
        sa.select(Match.started_on, Match.ended_on, Match.status)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(_in_scope(actor, scope, on), Match.started_on.is_not(None), Match.started_on <= on)
        .order_by(Match.started_on, Match.id)
    )
    return [
        (
            started_on,
            rules.span_of(
                started_on, ended_on if status is MatchStatus.CLOSED else None, on, paused=status is MatchStatus.PAUSED
            ),
        )
        for started_on, ended_on, status in rows
        if started_on is not None
    ]


def cohorts_of(spans: Iterable[tuple[date, Span]]) -> list[Cohort]:
    """The same matches by the year in which they began, newest first."""
    by_year: dict[int, list[Span]] = {}
    for started_on, span in spans:
        by_year.setdefault(started_on.year, []).append(span)
    return [Cohort(year, rules.retention_of(by_year[year])) for year in sorted(by_year, reverse=True)]


def endings_of(actor: Actor, scope: Scope, on: date) -> Sequence[Endings]:
    """Why matches ended, the most frequent first. One statement."""
    number = sa.func.count()
    rows = db.session().execute(
        sa.select(MatchClosure.reason, MatchClosure.initiator, number)
        .join(Match, Match.id == MatchClosure.match_id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(_in_scope(actor, scope, on), MatchClosure.finished_at.is_not(None))
        .group_by(MatchClosure.reason, MatchClosure.initiator)
        .order_by(number.desc(), MatchClosure.reason, MatchClosure.initiator)
    )
    return [Endings(reason, initiator, count) for reason, initiator, count in rows if reason and initiator]


def _in_scope(actor: Actor, scope: Scope, on: date) -> sa.ColumnElement[bool]:
    conditions = [programs.groups_within(actor, P.MATCH_EDIT, on)]
    if scope.program_id is not None:
        conditions.append(Season.program_id == scope.program_id)
    if scope.from_on is not None:
        conditions.append(Match.started_on >= scope.from_on)
    if scope.until_on is not None:
        conditions.append(Match.started_on <= scope.until_on)
    return sa.and_(*conditions)

"""Reading for the keeping of records: what is kept until when, what may go, what is proposed, what is held."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from youthprog.consent import queries, state_packs
from youthprog.consent.models import ConsentPurge, ConsentRequest, ConsentWithdrawal, RecordHold
from youthprog.consent.retention import (
    BadRule,
    FileRule,
    KeepRule,
    PackTerms,
    WordsRule,
    file_rules_of,
    keep_until,
    over_before,
    rule_of,
    words_rule_of,
)
from youthprog.consent.types import FilePart, Written
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.reach import within
from youthprog.core.refusals import NotFound
from youthprog.documents.models import Document
from youthprog.people.models import Person
from youthprog.programs.models import Program, Season

DEFAULT = Path(__file__).resolve().parent / "retention.toml"
PAGE = 50


def rule_in_force() -> KeepRule:
    """The department's rule: `retention.toml` of the instance folder, and ours for what it leaves out. Raises `BadRule`."""
    return rule_of(_tables(), {state: _terms(pack) for state, pack in state_packs.packs().items()})


def file_rules_in_force() -> dict[FilePart, FileRule]:
    """How long the parts of a youth's file are kept, by the same files. Raises `BadRule`."""
    return file_rules_of(_tables())


def words_rule(what: Written) -> WordsRule:
    """How long what somebody wrote is kept, by the same files. Raises `BadRule`."""
    return words_rule_of(_tables(), what)


def words_rule_in_force(what: Written) -> WordsRule | None:
    """The same for whoever only goes by it: None while the department's file has a fault, so that nothing goes."""
    try:
        return words_rule(what)
    except BadRule:
        return None


def youth_on_hold() -> set[int]:
    """The youth whose records are all kept, because of an incident or a claim. One statement."""
    return set(db.session().scalars(sa.select(RecordHold.youth_id).where(RecordHold.ended_at.is_(None))))


def _tables() -> dict[str, Any]:
    """Our tables, each replaced by the department's own."""
    own: Path = current_app.config["YOUTHPROG"].instance / "retention.toml"
    files = [DEFAULT, own] if own.exists() else [DEFAULT]
    found: dict[str, Any] = {}
    for path in files:
        try:
            found |= tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as fault:
            raise BadRule(f"{path.name} cannot be read: {fault}") from fault
    return found


def _terms(pack: state_packs.Pack) -> PackTerms | None:
    for claim in pack.claims:
        if claim.topic == "retention":
            values = (claim.values["after_signature_days"], claim.values.get("after_18_years"))
            return PackTerms(pack.state, *values, claim.source, claim.checked_on)
    return None


@dataclass(frozen=True)
class KeptRecord:
    """A signed consent and how long it is kept."""

    request_id: int
    youth_id: int
    youth: str
    program: str
    program_es: str
    season: str
    season_es: str
    signed_on: date
    last_act_on: date
    keep_until_on: date
    in_force_until: date | None
    document_sha256: str
    is_held: bool
    purge_id: int | None
    proposed_by_id: int | None
    proposed_by: str
    proposed_on: date | None
    purged_on: date | None


def list_may_go(actor: Actor, rule: KeepRule, on: date, *, after: int = 0, limit: int = PAGE) -> list[KeptRecord]:
    """Signed consents within reach whose time is over, neither held nor proposed, in the order they were asked. One statement."""
    signed_before, born_before = over_before(on, rule)
    found = _records(
        rule,
        _within(actor, on),
        ConsentRequest.id > after,
        ConsentRequest.signed_at < first_moment(signed_before),
        sa.or_(Person.born_on < born_before, sa.and_(Person.born_on.is_(None), ConsentRequest.signed_at < first_moment(born_before))),
        sa.or_(ConsentRequest.valid_until_on.is_(None), ConsentRequest.valid_until_on < on),
        ConsentPurge.id.is_(None),
        ~_held(),
        limit=limit,
    )  # fmt: skip
    return [each for each in found if each.keep_until_on < on]


def list_proposed(actor: Actor, rule: KeepRule, on: date) -> list[KeptRecord]:
    """Records proposed and not purged, oldest proposal first. One statement."""
    return _records(rule, _within(actor, on), ConsentPurge.id.is_not(None), ConsentPurge.purged_at.is_(None), limit=200)


def list_of_youth(actor: Actor, youth_id: int, rule: KeepRule, on: date) -> list[KeptRecord]:
    """Every signed consent of a youth within reach, purged ones too. One statement."""
    return _records(rule, _within(actor, on), ConsentRequest.youth_id == youth_id, limit=200)


def get_record_for(actor: Actor, request_id: int, rule: KeepRule, on: date) -> KeptRecord:
    """One signed consent within reach. Raises `NotFound`."""
    found = _records(rule, _within(actor, on), ConsentRequest.id == request_id, limit=1)
    if not found:
        raise NotFound
    return found[0]


def find_purge(request_id: int) -> ConsentPurge | None:
    """The proposal, or the tombstone, of a request."""
    return db.session().scalar(sa.select(ConsentPurge).where(ConsentPurge.request_id == request_id))


def _within(actor: Actor, on: date) -> sa.ColumnElement[bool]:
    return queries.requests_within(actor, P.RECORD_KEEP, on)


def _held() -> sa.ColumnElement[bool]:
    return sa.exists().where(RecordHold.youth_id == ConsentRequest.youth_id, RecordHold.ended_at.is_(None))


def first_moment(on: date) -> datetime:
    return datetime.combine(on, time(), clock.zone())


def _records(rule: KeepRule, *conditions: sa.ColumnElement[bool], limit: int) -> list[KeptRecord]:
    proposer = db.another(Person, "consent.keeping_queries.proposer")
    taken_back = (
        sa.select(sa.func.max(ConsentWithdrawal.at))
        .where(ConsentWithdrawal.request_id == ConsentRequest.id)
        .correlate(ConsentRequest)
        .scalar_subquery()
    )
    rows = db.session().execute(
        sa.select(
            ConsentRequest, Person, Program, Season, Document.sha256, ConsentPurge, proposer, _held().label("held"),
            sa.type_coerce(taken_back, ConsentWithdrawal.at.type).label("taken_back_at"),
        )
        .join(Person, Person.id == ConsentRequest.youth_id)
        .join(Season, Season.id == ConsentRequest.season_id)
        .join(Program, Program.id == Season.program_id)
        .join(Document, Document.id == ConsentRequest.document_id)
        .outerjoin(ConsentPurge, ConsentPurge.request_id == ConsentRequest.id)
        .outerjoin(proposer, proposer.id == ConsentPurge.proposed_by_id)
        .where(ConsentRequest.signed_at.is_not(None), *conditions)
        .order_by(ConsentRequest.id)
        .limit(limit)
    )  # fmt: skip
    return [_record(rule, *row) for row in rows]


def _record(
    rule: KeepRule, request: ConsentRequest, youth: Person, program: Program, season: Season, sha256: str,
    purge: ConsentPurge | None, proposer: Person | None, held: bool, taken_back_at: datetime | None,
) -> KeptRecord:  # fmt: skip
    signed_on = _day(request.signed_at)
    assert signed_on is not None
    last = max(each for each in (signed_on, _day(request.withdrawn_at), _day(taken_back_at)) if each is not None)
    in_force = request.valid_until_on if request.withdrawn_at is None else None
    return KeptRecord(
        request.id, youth.id, youth.name, program.name, program.name_es or program.name, season.name,
        season.name_es or season.name, signed_on, last, keep_until(last, youth.born_on, rule), in_force, sha256, bool(held),
        purge.id if purge else None, purge.proposed_by_id if purge else None, proposer.name if proposer else "",
        _day(purge.proposed_at) if purge else None, _day(request.purged_at),
    )  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return clock.day_of(moment) if moment is not None else None


@dataclass(frozen=True)
class Hold:
    """A hold in force: whose records, why, since when."""

    hold_id: int
    youth_id: int
    youth: str
    reason: str
    since: date


def list_holds(actor: Actor, on: date) -> list[Hold]:
    """Holds in force of youth within reach, newest first. One statement."""
    from_reach = within(actor, P.RECORD_KEEP, RecordHold.youth_id, on)
    rows = db.session().execute(
        sa.select(RecordHold, Person)
        .join(Person, Person.id == RecordHold.youth_id)
        .where(RecordHold.ended_at.is_(None), from_reach)
        .order_by(RecordHold.id.desc())
        .limit(200)
    )
    return [Hold(hold.id, youth.id, youth.name, hold.reason, clock.day_of(hold.from_at)) for hold, youth in rows]


def find_hold(youth_id: int) -> RecordHold | None:
    """The hold in force on a youth's records, the oldest of several."""
    return next(iter(holds_of(youth_id)), None)


def holds_of(youth_id: int) -> Sequence[RecordHold]:
    """Every hold in force on a youth's records."""
    statement = sa.select(RecordHold).where(RecordHold.youth_id == youth_id, RecordHold.ended_at.is_(None))
    return db.session().scalars(statement.order_by(RecordHold.id)).all()

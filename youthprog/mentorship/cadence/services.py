"""Verbs of keeping up with matches: record a contact, say who keeps up, set the program's plan. They never commit."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.mentorship.cadence import plans, queries, rules
from youthprog.mentorship.cadence.models import SupportContact, SupportPlan
from youthprog.mentorship.cadence.types import Depth, Plan, Safety, Seat, Way
from youthprog.mentorship.models import Match
from youthprog.people.types import PeopleMerged


def record_contact(
    match: Match,
    seat: Seat,
    *,
    client_id: str,
    on: date,
    way: Way,
    depth: Depth,
    reached: bool,
    by: Actor,
    now: datetime,
    safety: Safety | None = None,
    alone: bool = False,
    areas: Sequence[tuple[str, str]] = (),
    note: str = "",
) -> SupportContact:
    """Record a contact with somebody of a match, made or tried. Nothing is refused for being incomplete.

    The same `client_id` again gives the contact it made the first time and changes nothing. Raises `Refused`.
    """
    known = queries.find_contact(client_id)
    if known is not None:
        if known.match_id == match.id and known.made_by_id == by.person_id:
            return known
        raise Refused([Refusal("client_id", N_("This page was used for another contact. Load it again."))])
    said = [(label, words) for label, words in areas if words]
    at = queries.instant_on(on, now)
    refuse_if(
        rules.refusals_to_record(
            rules.ContactFacts(
                party=seat.party,
                at=at,
                began_on=match.started_on,
                day=on,
                now=now,
                note=note,
                areas=[words for _label, words in said],
            )
        )
    )
    row = SupportContact(
        match_id=match.id,
        party=seat.party,
        person_id=seat.person_id,
        at=at,
        way=way,
        depth=depth,
        reached=reached,
        safety=safety if reached else None,
        alone=alone,
        client_id=client_id,
        made_by_id=by.person_id,
        recorded_at=now,
    )
    db.session().add(row)
    db.flush()
    row.seal("words_sealed", queries.words_of(said, note))
    db.flush()
    record("support.recorded", "match", match.id, by=by, now=now, party=seat.party.value, reached=reached)
    return row


def give_to(match: Match, staff_id: int | None, *, by: Actor, now: datetime) -> None:
    """Say who of the staff keeps up with a match; None takes it from whoever did. Raises `Refused`."""
    if staff_id is not None and staff_id not in queries.list_staff(match.group.season.program_id, clock.day_of(now)):
        raise Refused([Refusal("not_staff", N_("Choose one of the list."), "staff")])
    if match.supported_by_id == staff_id:
        return
    match.supported_by_id = staff_id
    db.flush()
    record("support.given", "match", match.id, by=by, now=now, staff_id=staff_id)


def set_plan(program_id: int, plan: Plan, *, by: Actor, now: datetime) -> None:
    """Set a program's rhythm of contacts, areas, warning points and rates. Raises `Refused` with every reason."""
    refuse_if(rules.refusals_to_plan(plan.rhythms))
    row = queries.find_plan(program_id)
    if row is None:
        row = SupportPlan(program_id=program_id)
        db.session().add(row)
    row.settings, row.changed_at = plans.kept_of(plan), now
    db.flush()
    record("support.set", "program", program_id, by=by, now=now, preset=plan.preset or "own")


def follow_merge(event: PeopleMerged) -> None:
    """Let the contacts and matches of a merged record name the kept one."""
    tables: tuple[tuple[type[Any], str], ...] = (
        (SupportContact, "person_id"),
        (SupportContact, "made_by_id"),
        (Match, "supported_by_id"),
    )
    for model, name in tables:
        table = db.table(model)
        db.session().execute(sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().expire_all()

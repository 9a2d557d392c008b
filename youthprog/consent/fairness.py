"""Fairness between guardians: telling coordinators of a disagreement, logging tries to reach, excusing."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from youthprog.audit.services import record
from youthprog.consent import fair_queries, fairness_rules, queries, standing
from youthprog.consent.cases import CONFLICT
from youthprog.consent.models import ConsentRequest, ContactAttempt, GuardianExcuse
from youthprog.consent.types import Excuse, SectionState
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import refuse_if
from youthprog.outreach import services as outreach
from youthprog.people.models import Person

# ---- disagreement ----


def hold_together(request_ids: Collection[int], youth_ids: Collection[int]) -> None:
    """Take all that one act will write, in one order: first the requests, then the youth, as every deed about one does.

    Two guardians of the same children, asked in different orders, then wait for one another and never in a circle.
    """
    for table, ids in ((db.table(ConsentRequest), request_ids), (db.table(Person), youth_ids)):
        statement = sa.select(table.c.id).where(table.c.id.in_(ids)).order_by(table.c.id)
        db.session().execute(statement.with_for_update(key_share=True))


def disagreements(youth_id: int, season_id: int, now: datetime) -> frozenset[str]:
    """The sections in which guardians disagree now. Nobody else decides about this youth until the commit.

    Take it before a decision is written, and give it to `tell_of_conflict` after: two guardians who decide in the
    same moment then see one another.
    """
    db.session().get(Person, youth_id, with_for_update={"key_share": True})
    return _in_conflict(youth_id, season_id, now)


def tell_of_conflict(
    youth_id: int, season_id: int, before: Collection[str], *, request_id: int | None, by: Actor, now: datetime
) -> frozenset[str]:
    """Record that guardians came to disagree and write to the program's coordinators, in the deed's own transaction.

    Gives the sections that became a conflict. The mail names the child by first name and the sections, not who said what.
    """
    db.flush()
    fresh = _in_conflict(youth_id, season_id, now) - frozenset(before)
    if not fresh:
        return fresh
    youth = db.session().get_one(Person, youth_id)
    sections = sorted(fresh)
    record("consent.conflict", "person", youth_id, by=by, now=now, season_id=season_id, sections=sections)
    public = current_app.config["YOUTHPROG"].public_url.rstrip("/")
    for to in fair_queries.coordinators_of(season_id, youth_id, clock.day_of(now)):
        labels = fair_queries.labels_of(youth_id, [season_id], to.language)
        values = {
            "child": youth.first_name,
            "labels": [labels.get(key, key) for key in sections],
            "link": f"{public}/consents/youth/{youth_id}",
        }
        outreach.send(
            CONFLICT, "consent/mail/conflict", to=to, subject_id=request_id, about_youth_id=youth_id, values=values,
            by=by, now=now,
        )  # fmt: skip
    return fresh


def _in_conflict(youth_id: int, season_id: int, now: datetime) -> frozenset[str]:
    known = queries.histories([youth_id], [season_id])
    keys = {fact.section_key for fact in known.decisions.get((youth_id, season_id), ())}
    states = known.states(youth_id, season_id, clock.day_of(now), sorted(keys))
    return frozenset(key for key, state in states.items() if state is SectionState.CONFLICT)


# ---- reaching and excusing ----


def log_attempt(
    youth: Person, guardian_id: int | None, *, way: str, note: str, at: datetime, by: Actor, now: datetime
) -> ContactAttempt:
    """Log a try to reach a guardian; without an id, a second guardian not on file. Raises `Refused`."""
    refuse_if(fairness_rules.refusals_to_log(clock.day_of(at), clock.day_of(now)))
    attempt = ContactAttempt(youth_id=youth.id, guardian_id=guardian_id, way=way, note=note, at=at, by_id=by.person_id)
    db.session().add(attempt)
    db.flush()
    record("attempt.logged", "person", youth.id, by=by, now=now, guardian_id=guardian_id, way=way)
    return attempt


def excuse(
    youth: Person, guardian_id: int | None, why: Excuse, *, stated_by: str, by: Actor, now: datetime
) -> GuardianExcuse:
    """Excuse a guardian from answering, from today on. Raises `Refused` with every reason."""
    today = clock.day_of(now)
    refuse_if(fairness_rules.refusals_to_excuse(_excuse_facts(youth, guardian_id, why, stated_by, now)))
    row = GuardianExcuse(
        youth_id=youth.id,
        guardian_id=guardian_id,
        excuse=why,
        stated_by=stated_by.strip(),
        from_on=today,
        recorded_by_id=by.person_id,
        recorded_at=now,
    )
    db.session().add(row)
    db.flush()
    record("excuse.recorded", "guardian_excuse", row.id, by=by, now=now, youth_id=youth.id, excuse=why.value)
    return row


def _excuse_facts(
    youth: Person, guardian_id: int | None, why: Excuse, stated_by: str, now: datetime
) -> fairness_rules.ExcuseFacts:
    today = clock.day_of(now)
    family = queries.family_of(youth.id)
    deciding = standing.deciders_on(family, today) or frozenset()
    excused = standing.excused_on(family, today)
    attempts = [row.at for row in fair_queries.attempts_of(youth.id) if row.guardian_id == guardian_id]
    return fairness_rules.ExcuseFacts(
        excuse=why,
        stated_by=stated_by,
        today=today,
        attempts=tuple(clock.day_of(at) for at in attempts),
        is_on_file=guardian_id is None or guardian_id in deciding,
        is_excused=guardian_id in excused,
        leaves_nobody=guardian_id is not None and not deciding - excused - {guardian_id},
    )


def end_excuse(row: GuardianExcuse, *, by: Actor, now: datetime) -> None:
    """End an excuse today: the guardian's answer is needed again. Safe to repeat."""
    if row.ended_on is None:
        row.ended_on = clock.day_of(now)
        db.flush()
        record("excuse.ended", "guardian_excuse", row.id, by=by, now=now, youth_id=row.youth_id)

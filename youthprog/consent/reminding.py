"""Reminders by the clock: 21, 7 and 1 days before a form is due, each once, whoever works."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.consent import queries, rules, timing
from youthprog.consent.asking import write_to_family
from youthprog.consent.cases import REMIND, due_on
from youthprog.consent.models import ConsentReminder, ConsentRequest
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine
from youthprog.programs.models import Season

BATCH = 15  # guardians a transaction, with all that waits for each: it holds SQLite's lock


def remind_due(now: datetime) -> Iterator[int]:
    """Remind of every open form whose step has come; yields how many letters were written, batch by batch.

    A guardian gets one letter a season, whatever the number of children and forms. A daily chore. It may run twice or in two workers at once: the second waits for the request's row, and then finds
    the row of the step.
    """
    last = 0
    while guardian_ids := _guardian_ids(last, clock.day_of(now)):
        yield _remind(_open_ids(guardian_ids, clock.day_of(now)), now)
        last = guardian_ids[-1]


def _guardian_ids(after: int, today: date) -> Sequence[int]:
    """The next guardians for whom a request may have come to a step."""
    statement = _may_be_due(sa.select(ConsentRequest.guardian_id).distinct(), today)
    statement = statement.where(ConsentRequest.guardian_id > after).order_by(ConsentRequest.guardian_id)
    return db.session().scalars(statement.limit(BATCH)).all()


def _open_ids(guardian_ids: Sequence[int], today: date) -> Sequence[int]:
    statement = _may_be_due(sa.select(ConsentRequest.id), today)
    statement = statement.where(ConsentRequest.guardian_id.in_(guardian_ids)).order_by(ConsentRequest.id)
    return db.session().scalars(statement).all()


def _may_be_due(statement: sa.Select[int], today: date) -> sa.Select[int]:
    """Requests waited for that are due within the first step's days, or have no due day yet."""
    table = ConsentRequest
    return statement.join(Season, Season.id == table.season_id).where(
        table.state.in_(rules.OPEN_STATES),
        table.awaited,
        sa.or_(table.due_on.between(today, today + timedelta(days=max(timing.STEPS))), table.due_on.is_(None)),
        Season.ends_on >= today,
    )


def _remind(ids: Sequence[int], now: datetime) -> int:
    """Remind of those whose step has come; nobody who need not or may not answer, or whom no mail reaches."""
    today = clock.day_of(now)
    rows = db.session().scalars(
        sa.select(ConsentRequest)
        .where(ConsentRequest.id.in_(ids))
        .order_by(ConsentRequest.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    waiting = [(row, step) for row, step in _with_steps(rows.all(), now) if step is not None]
    guardians = people.guardians_of({row.youth_id for row, _step in waiting}, today)
    wanted = _wanted([row for row, _step in waiting], today)
    letters: dict[tuple[int, int, int | None], tuple[GuardianLine, list[tuple[ConsentRequest, int]]]] = {}
    for request, step in waiting:
        lines = guardians.get(request.youth_id, [])
        guardian = next((line for line in lines if line.guardian_id == request.guardian_id), None)
        if request.id in wanted and guardian is not None and _may_be_written_to(guardian):
            family = (request.guardian_id, request.season_id, request.gathering_id)  # a slip is reminded of alone
            letters.setdefault(family, (guardian, []))[1].append((request, step))
    for guardian, requests in letters.values():
        _remind_family(requests, guardian, now)
    return len(letters)


def _with_steps(requests: Sequence[ConsentRequest], now: datetime) -> list[tuple[ConsentRequest, int | None]]:
    done: dict[int, set[int]] = {}
    table = ConsentReminder
    for row in db.session().execute(
        sa.select(table.request_id, table.days_before).where(table.request_id.in_([each.id for each in requests]))
    ):
        done.setdefault(row.request_id, set()).add(row.days_before)
    found = []
    for request in requests:
        if request.state not in rules.OPEN_STATES:  # signed or closed while we waited for the row
            continue
        if request.due_on is None:
            request.due_on = due_on(request.season_id, request.created_at)
        written_on = clock.day_of(max(request.created_at, request.sent_at or request.created_at))
        step = timing.step_due(request.due_on, written_on, clock.day_of(now), done.get(request.id, ()))
        found.append((request, step))
    return found


def _may_be_written_to(guardian: GuardianLine) -> bool:
    return guardian.may_decide and guardian.email is not None and not guardian.email_bounced


def _wanted(requests: Sequence[ConsentRequest], today: date) -> set[int]:
    """The requests whose answer is still missing: of a slip or a renewal always, else while the youth is not cleared.

    Who turned 18 answers alone: nobody is reminded for them.
    """
    grown = set(
        db.session().scalars(
            sa.select(Person.id).where(
                Person.id.in_([each.youth_id for each in requests]), Person.born_on <= timing.born_by(today)
            )
        )
    )
    seasons: dict[int, set[int]] = {}
    for request in requests:
        if request.renews_id is None and request.gathering_id is None:
            seasons.setdefault(request.season_id, set()).add(request.youth_id)
    lacking = {
        (reason.youth_id, season_id)
        for season_id, youth_ids in seasons.items()
        for reason in queries.objections(sorted(youth_ids), season_id, today)
    }
    return {
        each.id
        for each in requests
        if each.youth_id not in grown
        and (each.renews_id or each.gathering_id or (each.youth_id, each.season_id) in lacking)
    }


def _remind_family(requests: Sequence[tuple[ConsentRequest, int]], guardian: GuardianLine, now: datetime) -> None:
    for request, step in requests:
        db.session().add(
            ConsentReminder(request_id=request.id, days_before=step, at=now)
        )  # its key lets no second one in
    db.flush()
    write_to_family(REMIND, [request.id for request, _step in requests], guardian, by=SYSTEM, now=now)
    for request, step in requests:
        record("consent.reminded", "consent_request", request.id, by=SYSTEM, now=now, days_before=step)

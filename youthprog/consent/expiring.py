"""What time and moves do to consent: renewals before it ends, the end at a change of team or school, the 18th birthday."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from youthprog.access.services import end_links
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import queries, rules, timing
from youthprog.consent.asking import write
from youthprog.consent.cases import RENEW, close, labels_missing, note
from youthprog.consent.models import ConsentDecision, ConsentRequest, Form, FormVersion, Section
from youthprog.consent.types import Decision, Happening, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import GuardianLine, SchoolChanged
from youthprog.programs import queries as programs
from youthprog.programs.models import Enrollment, Group, GroupMember, Season
from youthprog.programs.types import EnrollmentStatus, GroupChanged, GuardianRule

BATCH = 25  # requests a transaction: it holds SQLite's lock
TURNED_18 = "turned_18"

# ---- renewals ----


@dataclass(frozen=True)
class Ending:
    """A signed request of which something required ends soon, and the season in which it is wanted again."""

    request: ConsentRequest
    last_day: date
    season: Season


def renew_ending(now: datetime) -> Iterator[int]:
    """Ask again, three weeks ahead, for what ends while the season goes on or a later one of the program waits.

    A daily chore; yields how many families were asked, batch by batch. Each signature is renewed once.
    """
    last = 0
    while found := _ending_ids(last, clock.day_of(now)):
        yield _renew(found, now)
        last = max(found)


def _ending_ids(after: int, today: date) -> dict[int, date]:
    """Signed requests not renewed yet whose first required answer ends within three weeks, with that day."""
    table, row = ConsentRequest, ConsentDecision
    renewal = db.another(ConsentRequest, "consent.expiring.renewal")
    statement = (
        sa.select(table.id, sa.func.min(row.valid_until_on))
        .join(row, row.request_id == table.id)
        .join(Section, Section.id == row.section_id)
        .where(
            table.id > after,
            table.state == RequestState.SIGNED,
            table.gathering_id.is_(None),
            Section.required,
            row.decision == Decision.GIVEN,
            row.withdrawn_at.is_(None),
            row.ended_on.is_(None),
            row.valid_until_on.between(today, today + timedelta(days=timing.SOON_DAYS)),
            ~sa.exists().where(renewal.renews_id == table.id),
        )
        .group_by(table.id)
        .order_by(table.id)
        .limit(BATCH)
    )
    return {request_id: last_day for request_id, last_day in db.session().execute(statement) if last_day is not None}


def _renew(found: dict[int, date], now: datetime) -> int:
    today = clock.day_of(now)
    ending = _with_seasons(found)
    guardians = people.guardians_of({each.request.youth_id for each in ending}, today)
    asked = 0
    for each in _still_wanted(ending, today):
        lines = guardians.get(each.request.youth_id, [])
        guardian = next((line for line in lines if line.guardian_id == each.request.guardian_id), None)
        reaches = guardian and guardian.may_decide and guardian.email and not guardian.email_bounced
        version = _newest_version(each.request.form_version_id)
        if guardian is not None and reaches and version is not None:
            _ask_again(each, version, guardian, now)
            asked += 1
    return asked


def _with_seasons(found: dict[int, date]) -> list[Ending]:
    """Each with the season it is wanted for: its own when that goes on, else the youth's next of the program."""
    later, place = db.another(Season, "consent.expiring.later"), Enrollment
    rows = (
        db.session()
        .execute(
            sa.select(ConsentRequest, Season, Person.born_on)
            .join(Season, Season.id == ConsentRequest.season_id)
            .join(Person, Person.id == ConsentRequest.youth_id)
            .where(ConsentRequest.id.in_(found))
            .order_by(ConsentRequest.id)
        )
        .all()
    )
    enrolled: dict[tuple[int, int], list[Season]] = {}
    for youth_id, season in db.session().execute(
        sa.select(place.youth_id, later)
        .join(later, later.id == place.season_id)
        .where(
            place.youth_id.in_([request.youth_id for request, _season, _born in rows]),
            place.status == EnrollmentStatus.ENROLLED,
        )
        .order_by(later.starts_on, later.id)
    ):
        enrolled.setdefault((youth_id, season.program_id), []).append(season)
    ending = []
    for request, season, born_on in rows:
        last_day = found[request.id]
        if born_on is not None and timing.eighteenth(born_on) <= last_day + timedelta(days=1):
            continue  # from then on the young person answers alone
        going_on = [each for each in enrolled.get((request.youth_id, season.program_id), []) if each.ends_on > last_day]
        target = next((each for each in going_on if each.id == season.id), next(iter(going_on), None))
        if target is not None:
            ending.append(Ending(request, last_day, target))
    return ending


def _still_wanted(ending: Sequence[Ending], today: date) -> list[Ending]:
    """Those whose youth would not be cleared any more, and for whom no request waits already."""
    days: dict[tuple[int, date], set[int]] = {}
    for each in ending:
        days.setdefault((each.season.id, _first_day_without(each, today)), set()).add(each.request.youth_id)
    lacking = {
        (season_id, reason.youth_id)
        for (season_id, on), youth_ids in days.items()
        for reason in queries.objections(sorted(youth_ids), season_id, on)
    }
    waiting: dict[tuple[int, int], set[int]] = {}
    for season_id in {each.season.id for each in ending}:
        for request in queries.open_requests([each.request.youth_id for each in ending], season_id):
            waiting.setdefault((season_id, request.youth_id), set()).add(request.guardian_id)
    one_is_enough = {each.season.id: _one_is_enough(each.season) for each in ending}
    found = []
    for each in ending:
        key = (each.season.id, each.request.youth_id)
        asked = waiting.setdefault(key, set())
        taken = bool(asked) if one_is_enough[each.season.id] else each.request.guardian_id in asked
        if key in lacking and not taken:
            asked.add(each.request.guardian_id)
            found.append(each)
    return found


def _first_day_without(ending: Ending, today: date) -> date:
    return max(ending.last_day + timedelta(days=1), ending.season.starts_on, today)


def _one_is_enough(season: Season) -> bool:
    return programs.get_season(season.id).program.guardian_rule is not GuardianRule.BOTH


def _newest_version(version_id: int) -> FormVersion | None:
    """The newest published version of the same form; none of a form that was closed."""
    same_form = sa.select(FormVersion.form_id).where(FormVersion.id == version_id).scalar_subquery()
    return db.session().scalar(
        sa.select(FormVersion)
        .join(Form, Form.id == FormVersion.form_id)
        .where(FormVersion.form_id == same_form, FormVersion.published_at.is_not(None), Form.closed_at.is_(None))
        .order_by(FormVersion.number.desc())
        .limit(1)
    )


def _ask_again(ending: Ending, version: FormVersion, guardian: GuardianLine, now: datetime) -> None:
    old, season, today = ending.request, ending.season, clock.day_of(now)
    request = ConsentRequest(
        form_version_id=version.id,
        youth_id=old.youth_id,
        guardian_id=old.guardian_id,
        season_id=season.id,
        state=RequestState.QUEUED,
        language=guardian.language,
        created_at=now,
        due_on=timing.renewal_due(today, ending.last_day, season.starts_on, season.ends_on),
        renews_id=old.id,
    )
    db.session().add(request)
    db.flush()
    case = queries.get_request(request.id)
    missing = labels_missing(case, guardian, now)
    write(
        RENEW, "consent/mail/renewal", case, guardian, missing=missing, last_day=ending.last_day, by=SYSTEM, now=now
    )  # fmt: skip
    note(old.id, Happening.RENEWED, now, {"request_id": request.id})
    record("consent.renewal_asked", "consent_request", request.id, by=SYSTEM, now=now, renews_id=old.id)


# ---- a change of team or school ----


def end_at_group(event: GroupChanged) -> None:
    """Another team than the one the answer was given for: what ends with it ends today.

    The first team of a season is none: the answer was given for whatever team it would be.
    """
    rows = _ending_on_move(event.youth_id, event.season_id)
    if event.joined:
        others = _other_groups(event)
        rows = [row for row in rows if _was_elsewhere(row, others, event.on)]
    _end(rows, event.youth_id, event.on)


def end_at_school(event: SchoolChanged) -> None:
    """Another school: what ends with a change of school ends today, in every season."""
    _end(_ending_on_move(event.youth_id, None), event.youth_id, event.on)


def _ending_on_move(youth_id: int, season_id: int | None) -> list[ConsentDecision]:
    statement = sa.select(ConsentDecision).where(
        ConsentDecision.youth_id == youth_id, ConsentDecision.ends_on_move, ConsentDecision.ended_on.is_(None)
    )
    if season_id is not None:
        statement = statement.where(ConsentDecision.season_id == season_id)
    return list(db.session().scalars(statement.order_by(ConsentDecision.id)))


def _other_groups(event: GroupChanged) -> Sequence[GroupMember]:
    return (
        db.session()
        .scalars(
            sa.select(GroupMember).where(
                GroupMember.youth_id == event.youth_id,
                GroupMember.group_id != event.group_id,
                GroupMember.group_id.in_(sa.select(Group.id).where(Group.season_id == event.season_id)),
            )
        )
        .all()
    )


def _was_elsewhere(row: ConsentDecision, others: Iterable[GroupMember], on: date) -> bool:
    """Whether the youth was in another group at some time since the answer."""
    decided_on = clock.day_of(row.decided_at)
    return any(each.from_on <= on and (each.until_on is None or each.until_on >= decided_on) for each in others)


def _end(rows: Sequence[ConsentDecision], youth_id: int, on: date) -> None:
    for row in rows:
        row.ended_on = on
    if rows:
        db.flush()
        record(
            "consent.ended", "person", youth_id, by=SYSTEM, now=clock.now(), sections=[row.section_key for row in rows]
        )


# ---- the 18th birthday ----


def close_for_adults(now: datetime) -> Iterator[int]:
    """Close what waits for the parents of somebody who is 18 by now: they answer alone. A daily chore."""
    today, table = clock.day_of(now), ConsentRequest
    statement = (
        sa.select(table)
        .join(Person, Person.id == table.youth_id)
        .where(
            table.state.in_(rules.OPEN_STATES),
            table.guardian_id != table.youth_id,
            Person.born_on <= timing.born_by(today),
        )
        .order_by(table.id)
        .limit(BATCH)
        .with_for_update(of=table)
        .execution_options(populate_existing=True)
    )
    while rows := db.session().scalars(statement).all():
        for request in rows:
            close(request, now, reason=TURNED_18)
            end_links(LinkPurpose.CONSENT, request.id, now=now, person_id=request.guardian_id)
        yield len(rows)

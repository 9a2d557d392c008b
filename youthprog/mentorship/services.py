"""Verbs of the mentorship room. They never commit; each deed leaves its audit line.

A match is a group of programs: proposing makes the group with its youth, activating lets the mentors lead it, and
with that they reach its youth. Pausing and closing take that away the same moment.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import assign, unassign
from youthprog.attendance.services import save_register
from youthprog.attendance.types import Mark
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.mentorship import queries, rules
from youthprog.mentorship.closing import queries as closing
from youthprog.mentorship.closing import rules as closing_rules
from youthprog.mentorship.closing.rematching import barred_among
from youthprog.mentorship.models import Match, ProposedMentor, SessionLog
from youthprog.mentorship.types import Activity, DutyStatus, MatchStatus
from youthprog.people import queries as people
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs import services as programs_services
from youthprog.programs.models import Season
from youthprog.programs.types import GatheringKind, GroupKind, StaffRole

# ---- matches ----


def propose_match(
    season: Season,
    *,
    mentors: Sequence[int],
    youth: Sequence[int],
    by: Actor,
    now: datetime,
    name: str = "",
    every_days: int = 7,
    usual_minutes: int = 60,
    usual_time: time | None = None,
    usual_place: str | None = None,
) -> Match:
    """Propose mentors for youth of a season. The mentors learn nothing of the youth until the match is active.

    Raises `Refused` with every reason.
    """
    on = clock.day_of(now)
    _lock(Season, season.id)
    names = queries.names_of([*mentors, *youth])
    mentors, youth = [each for each in mentors if each in names], [each for each in youth if each in names]
    barred = barred_among(mentors)
    refuse_if(closing_rules.refusals_to_rematch([names[each] for each in mentors if each in barred]))
    free = queries.free_among(season.id, youth)
    loads, limits = queries.loads_of(on), people.restrictions_on(youth, on)
    refuse_if(
        rules.refusals_to_propose(
            rules.ProposalFacts(
                youth=len(youth),
                loads={names[person_id]: loads.get(person_id, 0) for person_id in mentors},
                name=name,
                kept_away=any((child, adult) in limits for child in youth for adult in mentors),
                taken=[names[child] for child in youth if child not in free],
            )
        )
    )
    title = rules.name_of(
        name, [names[each] for each in youth], [names[each] for each in mentors], queries.group_names(season.id)
    )
    group = programs_services.open_group(season, GroupKind.MENTORING, title, by=by, now=now, meets=usual_place)
    match = Match(
        group=group,
        status=MatchStatus.PROPOSED,
        every_days=every_days,
        usual_minutes=usual_minutes,
        usual_time=usual_time,
        usual_place=usual_place,
    )
    db.session().add(match)
    db.flush()
    db.session().add_all(ProposedMentor(match_id=match.id, person_id=person_id) for person_id in mentors)
    for youth_id in youth:
        programs_services.join_group(youth_id, group, by=by, now=now)
    record("match.proposed", "match", match.id, by=by, now=now, mentors=list(mentors), youth=list(youth))
    return match


def activate_match(match: Match, *, by: Actor, now: datetime) -> None:
    """Let a proposed match begin, or a paused one go on: from now on the mentors reach its youth."""
    _lock_match(match)
    on = clock.day_of(now)
    mentors = list(queries.mentors_of(match, on))
    youth = programs.member_ids(match.group_id, on)
    refuse_if(rules.refusals_to_activate(match.status, mentors=len(mentors), youth=len(youth)))
    refuse_if(closing_rules.refusals_to_rematch(list(queries.names_of(barred_among(mentors)).values())))
    if match.status is MatchStatus.PROPOSED:
        match.started_on = on
        for person_id in mentors:
            programs_services.lead_group(person_id, match.group, StaffRole.MENTOR, by=by, now=now)
    else:
        assign([(adult, child) for adult in mentors for child in youth], source=_source(match), from_on=on)
    match.status = MatchStatus.ACTIVE
    db.flush()
    record("match.activated", "match", match.id, by=by, now=now)


def pause_match(match: Match, *, by: Actor, now: datetime) -> None:
    """Stop a match for a while: its mentors reach its youth no longer."""
    _lock_match(match)
    refuse_if(rules.refusals_to_pause(match.status))
    match.status = MatchStatus.PAUSED
    db.flush()
    unassign(_source(match), on=clock.day_of(now))
    record("match.paused", "match", match.id, by=by, now=now)


def close_match(match: Match, *, by: Actor, now: datetime) -> None:
    """End a match. Its sessions stay; its youth may be matched again. A proposal is taken back; nothing of it had begun.

    The one way into the closed state. Raises `Refused` with everything that the closure of a begun match still misses.
    """
    _lock_match(match)
    on = clock.day_of(now)
    ended_on = on if match.status is MatchStatus.PROPOSED else _settle_closure(match, by=by, now=now)
    for person_id in queries.mentors_of(match, on):
        programs_services.stop_leading(person_id, match.group, by=by, now=now)
    for youth_id in programs.member_ids(match.group_id, on):
        programs_services.leave_group(youth_id, match.group, by=by, now=now)
    match.status, match.ended_on = MatchStatus.CLOSED, ended_on
    db.flush()
    record("match.closed", "match", match.id, by=by, now=now)


def _settle_closure(match: Match, *, by: Actor, now: datetime) -> date | None:
    """Finish the closure of a match that misses nothing, and give its last day."""
    closure = closing.find_closure(match.id)
    if closure is None or not closing.is_under_way(closure):
        raise Refused(closing_rules.refusals_to_end(match.status, None, lettered=False))
    lettered = closing.is_lettered(closure)
    refuse_if(closing_rules.refusals_to_end(match.status, closing.draft_of(closure), lettered=lettered))
    closure.finished_at, closure.finished_by_id = now, by.person_id
    return closure.ends_on


def _source(match: Match) -> str:
    return f"group:{match.group_id}"


# ---- sessions ----


def log_session(
    match: Match,
    *,
    client_id: str,
    starts_at: datetime,
    minutes: int,
    marks: Mapping[int, Mark],
    duty: DutyStatus,
    by: Actor,
    now: datetime,
    activities: Sequence[Activity] = (),
    note: str = "",
    place: str | None = None,
) -> SessionLog:
    """Log a session: its gathering, its register and the log, all or nothing.

    The same `client_id` again gives the session it made the first time and changes nothing. Raises `Refused`.
    """
    _lock_match(match)
    known = queries.find_session(client_id)
    if known is not None:
        if known.match_id == match.id and known.logged_by_id == by.person_id:
            return known
        raise Refused([Refusal("client_id", N_("This page was used for another session. Load it again."))])
    held_on = clock.day_of(starts_at)
    refuse_if(
        rules.refusals_to_log(
            rules.LogFacts(
                status=match.status,
                started_on=match.started_on,
                starts_at=starts_at,
                starts_on=held_on,
                now=now,
                minutes=minutes,
                note=note,
                youth=len(marks),
            )
        )
    )
    gathering = programs_services.schedule_gathering(
        match.group,
        kind=GatheringKind.MENTORING,
        title=N_("Mentoring session"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=place,
        by=by,
        now=now,
    )
    save_register(gathering, marks, seen={}, by=by, now=now)
    log = SessionLog(
        match=match,
        gathering=gathering,
        client_id=client_id,
        held_on=held_on,
        minutes=minutes,
        duty=duty,
        activities=[activity.value for activity in activities],
        note=note or None,
        logged_at=now,
        logged_by_id=by.person_id,
    )
    db.session().add(log)
    db.flush()
    record("session.logged", "match", match.id, by=by, now=now, session_id=log.id, minutes=minutes)
    return log


# ---- keeping order ----


def _lock_match(match: Match) -> None:
    """Let one deed at a time go on for a match, and see it as it is now."""
    _lock(Match, match.id)
    db.session().refresh(match, ["status", "started_on", "ended_on"])


def _lock(model: type[Any], key: int) -> None:
    db.flush()
    table: Any = model.__table__
    db.session().execute(sa.select(table.c.id).where(table.c.id == key).with_for_update(key_share=True))


def follow_merge(event: PeopleMerged) -> None:
    """Let the proposals and session logs of a merged record name the kept one."""
    doubles: Any = ProposedMentor.__table__
    kept = sa.select(doubles.c.match_id).where(doubles.c.person_id == event.kept_id)
    db.session().execute(sa.delete(doubles).where(doubles.c.person_id == event.gone_id, doubles.c.match_id.in_(kept)))
    for table, name in ((doubles, "person_id"), (SessionLog.__table__, "logged_by_id")):
        named: Any = table
        db.session().execute(sa.update(named).where(named.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().expire_all()

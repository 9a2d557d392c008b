"""Verbs of the mentorship room. They never commit; each deed leaves its audit line.

A match is a group of programs: proposing makes the group with its youth, activating lets the mentors lead it, and
with that they reach its youth. Pausing and closing take that away the same moment.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product
from typing import Any

import sqlalchemy as sa

from youthprog.access.services import assign, unassign
from youthprog.audit.services import record
from youthprog.concerns import queries as concerns
from youthprog.concerns.types import ContactStopped
from youthprog.core import clock, db, serving
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import Refusal, Refused, refuse_if
from youthprog.credentials.types import CredentialLapsed
from youthprog.mentorship import queries, rules
from youthprog.mentorship.closing import queries as closing
from youthprog.mentorship.closing import rules as closing_rules
from youthprog.mentorship.closing.rematching import barred_among
from youthprog.mentorship.gate import facts
from youthprog.mentorship.gate.rules import missing_items
from youthprog.mentorship.models import Match, ProposedMentor
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.people.types import PeopleMerged
from youthprog.programs import queries as programs
from youthprog.programs import services as programs_services
from youthprog.programs.models import Season
from youthprog.programs.types import GroupKind, StaffRole

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
                limit=facts.requirements_for([season.program_id])[season.program_id].most_youth,
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
    """Let a proposed match begin, or a paused one go on: from now on the mentors reach its youth.

    Raises `Refused` with every item that is not in date, and for whom.
    """
    refuse_if(activate_matches([match], by=by, now=now)[match.id])


def activate_matches(matches: Sequence[Match], *, by: Actor, now: datetime) -> dict[int, list[Refusal]]:
    """Let those of the matches begin, or go on, for which every item is in date; returns the reasons by match.

    The only place where a match becomes active (docs/decisions/0085): whoever wants one active comes through here.
    """
    on = clock.day_of(now)
    for match in sorted(matches, key=lambda each: each.id):
        lock_match(match)
    known = facts.of_matches([match.id for match in matches], on)
    apart = _apart_among(
        {each.person_id for found in known.values() for each in found.mentors},
        {each.person_id for found in known.values() for each in found.youth},
    )
    left: dict[int, list[Refusal]] = {}
    for match in matches:
        mentors = [each.person_id for each in known[match.id].mentors]
        youth = [each.person_id for each in known[match.id].youth]
        reasons = rules.refusals_to_activate(match.status, mentors=len(mentors), youth=len(youth))
        reasons = reasons or apart.refusals(mentors, youth)
        left[match.id] = reasons or [lack.refusal() for lack in missing_items(known[match.id])]
        if left[match.id]:
            continue
        if match.status is MatchStatus.PROPOSED:
            match.started_on = on
            for person_id in mentors:
                programs_services.lead_group(person_id, match.group, StaffRole.MENTOR, by=by, now=now)
        else:
            assign([(adult, child) for adult in mentors for child in youth], source=_source(match), from_on=on)
        match.status, match.passed_gate_at = MatchStatus.ACTIVE, now
        match.suspended_at, match.suspended_for = None, []
        db.flush()
        record("match.activated", "match", match.id, by=by, now=now)
    return left


def refusals_apart(mentors: Collection[int], youth: Collection[int]) -> list[Refusal]:
    """Why these people may not be in one match whatever else is in date: a concern keeps two of them apart, or a mentor
    is not to be matched again. Three statements at most."""
    return _apart_among(mentors, youth).refusals(mentors, youth)


@dataclass(frozen=True)
class _Apart:
    """Who among some people must not be in one match: pairs a concern keeps apart, mentors not to be matched, by name."""

    stopped: Set[tuple[int, int]]
    barred: Mapping[int, str]

    def refusals(self, mentors: Iterable[int], youth: Iterable[int]) -> list[Refusal]:
        """Why these of them may not be in one match."""
        mentors = list(mentors)
        return [
            *rules.refusals_while_stopped(any(pair in self.stopped for pair in product(mentors, youth))),
            *closing_rules.refusals_to_rematch([self.barred[each] for each in mentors if each in self.barred]),
        ]


def _apart_among(mentors: Collection[int], youth: Collection[int]) -> _Apart:
    barred = barred_among(mentors)
    return _Apart(concerns.stopped_pairs(mentors, youth), queries.names_of(barred) if barred else {})


def pause_match(match: Match, *, by: Actor, now: datetime, ended: Sequence[str] = ()) -> None:
    """Stop a match for a while: its mentors reach its youth no longer. `ended` are the items that suspend it."""
    lock_match(match)
    refuse_if(rules.refusals_to_pause(match.status))
    match.status, match.passed_gate_at = MatchStatus.PAUSED, None
    match.suspended_at, match.suspended_for = (now if ended else None), list(ended)
    db.flush()
    unassign(_source(match), on=clock.day_of(now))
    if ended:
        record("match.suspended", "match", match.id, by=by, now=now, items=list(ended))
    else:
        record("match.paused", "match", match.id, by=by, now=now)


def pause_for_mentor(event: CredentialLapsed) -> None:
    """Stop the matches of a mentor who may not serve any more, the same moment. Another program's asking stops none here."""
    now = clock.now()
    for match in queries.active_matches_of(event.person_id, event.on):
        look = serving.look_at(
            event.person_id, program_id=match.group.season.program_id, on=event.on, role=StaffRole.MENTOR.value
        )
        if look.refusals:
            pause_match(match, by=SYSTEM, now=now)


def stop_contact(event: ContactStopped) -> None:
    """Pause every match in which this mentor meets this youth: from now on the mentor reaches nothing of the youth.

    The whole match pauses, for a group too: were it this youth alone, the mentor would know who spoke. It goes on only
    after somebody who reads concerns has lifted the stop. The audit line is the system's and names neither.
    """
    now = clock.now()
    for match in queries.matches_between(event.mentor_id, event.youth_id, event.on):
        lock_match(match)
        if match.status is MatchStatus.ACTIVE:
            match.status, match.passed_gate_at = MatchStatus.PAUSED, None
            db.flush()
            record("match.paused", "match", match.id, by=SYSTEM, now=now)
        if match.status is MatchStatus.PAUSED:
            unassign(_source(match), on=event.on)


def close_match(match: Match, *, by: Actor, now: datetime) -> None:
    """End a match. Its sessions stay; its youth may be matched again. A proposal is taken back; nothing of it had begun.

    The one way into the closed state. Raises `Refused` with everything that the closure of a begun match still misses.
    """
    lock_match(match)
    on = clock.day_of(now)
    ended_on = on if match.status is MatchStatus.PROPOSED else _settle_closure(match, by=by, now=now)
    for person_id in queries.mentors_of(match, on):
        programs_services.stop_leading(person_id, match.group, by=by, now=now)
    for youth_id in programs.member_ids(match.group_id, on):
        programs_services.leave_group(youth_id, match.group, by=by, now=now)
    match.status, match.ended_on, match.passed_gate_at = MatchStatus.CLOSED, ended_on, None
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


# ---- keeping order ----


def lock_match(match: Match) -> None:
    """Let one deed at a time go on for a match, and see it as it is now."""
    _lock(Match, match.id)
    db.session().refresh(match, ["status", "started_on", "ended_on", "passed_gate_at", "suspended_at", "suspended_for"])


def _lock(model: type[Any], key: int) -> None:
    db.flush()
    table: Any = model.__table__
    db.session().execute(sa.select(table.c.id).where(table.c.id == key).with_for_update(key_share=True))


def follow_merge(event: PeopleMerged) -> None:
    """Let the proposals of a merged record name the kept one."""
    doubles = db.table(ProposedMentor)
    kept = sa.select(doubles.c.match_id).where(doubles.c.person_id == event.kept_id)
    gone = doubles.c.person_id == event.gone_id
    db.session().execute(sa.delete(doubles).where(gone, doubles.c.match_id.in_(kept)))
    db.session().execute(sa.update(doubles).where(gone).values(person_id=event.kept_id))
    db.session().expire_all()

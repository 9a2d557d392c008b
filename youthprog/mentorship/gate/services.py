"""Verbs of the gate: what is recorded of mentors and matches, who joins and leaves, what suspends. They never commit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload

from youthprog.audit.services import record
from youthprog.consent.types import ConsentWithdrawn
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.refusals import N_, Refusal, Refused, refuse_if
from youthprog.credentials.types import CredentialLapsed
from youthprog.mentorship import queries as matches
from youthprog.mentorship import rules as match_rules
from youthprog.mentorship import services as core
from youthprog.mentorship.gate import facts, queries, requirements, rules
from youthprog.mentorship.gate.models import MatchStep, MentoringRules, MentorStep
from youthprog.mentorship.gate.types import (
    GateFacts,
    Item,
    MatchStepKind,
    Missing,
    Requirements,
    Signer,
    StepKind,
    Topic,
)
from youthprog.mentorship.models import Match, ProposedMentor
from youthprog.mentorship.types import MatchStatus
from youthprog.people import queries as people
from youthprog.people.types import GuardianshipEnded, PeopleMerged, PersonKind
from youthprog.programs import services as programs_services
from youthprog.programs.models import Group, Season
from youthprog.programs.types import GroupChanged, GroupLed, StaffRole

LOOKED = "youthprog.mentorship.gate.looked"
AT_ONCE = 50  # matches looked at with one set of statements

# ---- what is on file of a mentor ----


def record_step(
    program_id: int,
    person_id: int,
    kind: StepKind,
    done_on: date,
    *,
    by: Actor,
    now: datetime,
    **details: Any,
) -> MentorStep:
    """Put a step of somebody who wants to mentor on file. Raises `Refused` for a day that is still to come."""
    refuse_if(rules.refusals_to_record(done_on, clock.day_of(now)))
    row = MentorStep(
        program_id=program_id, person_id=person_id, kind=kind, done_on=done_on, recorded_at=now,
        recorded_by_id=by.person_id, details={key: value for key, value in details.items() if value not in ("", None)},
    )  # fmt: skip
    db.session().add(row)
    db.flush()
    record("mentor_step.recorded", "person", person_id, by=by, now=now, kind=kind.value, program_id=program_id)
    return row


def end_step(row: MentorStep, *, by: Actor, now: datetime) -> list[Match]:
    """Take a step back that was wrong, or no longer holds. Returns the matches it suspends the same moment."""
    row.ended_at = now
    db.flush()
    record("mentor_step.ended", "person", row.person_id, by=by, now=now, kind=row.kind.value)
    return check_person(row.person_id, now=now)


def acknowledge(program_id: int, person_id: int, keys: Collection[str], *, by: Actor, now: datetime) -> None:
    """Keep that somebody has read policies, each in the version shown now. Raises `Refused` when none is named."""
    asks = facts.requirements_for([program_id])[program_id]
    read = {topic.key: topic.newest for topic in asks.topics if topic.key in keys}
    if not read:
        raise Refused([Refusal("no_topic", N_("Tick the policies you have read."), "topics")])
    record_step(program_id, person_id, StepKind.POLICIES, clock.day_of(now), topics=read, by=by, now=now)


# ---- what is on file of a match ----


def sign_commitment(
    match: Match,
    person_id: int,
    as_what: Signer,
    *,
    signed_on: date,
    typed_name: str,
    language: str,
    by: Actor,
    now: datetime,
    youth_ids: Sequence[int] = (),
) -> None:
    """Keep that somebody signed the commitment of a match: a mentor, a youth, or a guardian for youth of it.

    Signed twice, the later day counts. Raises `Refused` for a name not typed, or a day still to come.
    """
    asks = facts.requirements_for([match.group.season.program_id])[match.group.season.program_id]
    refuse_if(rules.refusals_to_sign(signed_on, clock.day_of(now), typed_name))
    about = {
        "as": as_what.value, "name": typed_name, "language": language, "version": asks.commitment_version,
        "term_months": asks.term_months, "every_days": match.every_days,
    }  # fmt: skip
    for youth_id in youth_ids or (None,):
        _add_step(match, MatchStepKind.COMMITMENT, person_id, signed_on, youth_id, about, by=by, now=now)
    db.flush()
    record("match.signed", "match", match.id, by=by, now=now, person_id=person_id, signer=as_what.value)


def record_first_meeting(
    match: Match, person_ids: Collection[int], met_on: date, staff_id: int, *, by: Actor, now: datetime
) -> None:
    """Keep that people of a match met for the first time, and who of the staff was there. Raises `Refused`."""
    refuse_if(rules.refusals_to_meet(met_on, clock.day_of(now), people=len(person_ids)))
    for person_id in sorted(person_ids):
        _add_step(match, MatchStepKind.FIRST_MEETING, person_id, met_on, None, {"staff": staff_id}, by=by, now=now)
    db.flush()
    record("match.first_met", "match", match.id, by=by, now=now, people=sorted(person_ids), staff=staff_id)


def _add_step(
    match: Match,
    kind: MatchStepKind,
    person_id: int,
    done_on: date,
    youth_id: int | None,
    details: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
) -> None:
    row = MatchStep(
        match_id=match.id, kind=kind, person_id=person_id, youth_id=youth_id, done_on=done_on, details=dict(details),
        recorded_at=now, recorded_by_id=by.person_id,
    )  # fmt: skip
    db.session().add(row)


# ---- joining and leaving ----


def join_match(match: Match, person_id: int, *, by: Actor, now: datetime) -> list[Refusal]:
    """Let a mentor or a youth join a match. Before it begins at once; while it runs as somebody who is to join, and is
    let in by `let_in` when every item of theirs is there.

    Returns what the size of the match then calls for. Raises `Refused`.
    """
    core.lock_match(match)
    on = clock.day_of(now)
    person = people.get_person(person_id)
    is_youth = person.kind is PersonKind.YOUTH
    known = facts.of_match(match, on)
    inside = {each.person_id for each in known.people} | queries.joining(match.id)
    youth = [each.person_id for each in known.youth] + ([person_id] if is_youth else [])
    mentors = [each.person_id for each in known.mentors] + ([] if is_youth else [person_id])
    limits = people.restrictions_on(youth, on)
    refuse_if(
        rules.refusals_to_join(
            rules.JoinFacts(
                name=person.name,
                is_open=match.status in (MatchStatus.PROPOSED, MatchStatus.ACTIVE),
                inside=person_id in inside,
                is_free=not is_youth or bool(matches.free_among(match.group.season_id, [person_id])),
                kept_away=any((child, adult) in limits for child in youth for adult in mentors),
                youth=len(youth),
                mentors=len(mentors),
                limit=known.asks.most_youth,
            )
        )
    )
    if match.status is MatchStatus.ACTIVE:
        _add_step(match, MatchStepKind.JOINS, person_id, on, None, {}, by=by, now=now)
        db.flush()
        record("match.joins", "match", match.id, by=by, now=now, person_id=person_id)
    elif is_youth:
        programs_services.join_group(person_id, match.group, by=by, now=now)
    else:
        db.session().add(ProposedMentor(match_id=match.id, person_id=person_id))
        db.flush()
        record("match.joined", "match", match.id, by=by, now=now, person_id=person_id)
    return rules.size_notes(len(youth), len(mentors), known.asks)


def let_in(match: Match, person_id: int, *, by: Actor, now: datetime) -> list[Refusal]:
    """Let somebody who is to join a match that runs in, from today on. Raises `Refused` with every item of theirs that
    is not in date. Returns what the size of the match then calls for.
    """
    core.lock_match(match)
    on = clock.day_of(now)
    if match.status is not MatchStatus.ACTIVE or person_id not in queries.joining(match.id):
        raise Refused([Refusal("not_joining", N_("Nobody of this name waits to join this match."))])
    known = facts.of_match(match, on, joining=[person_id])
    refuse_if([lack.refusal() for lack in _of_person(known, person_id)])
    end_joining(match, person_id, now=now)
    if any(each.person_id == person_id for each in known.youth):
        programs_services.join_group(person_id, match.group, by=by, now=now)
    else:
        programs_services.lead_group(person_id, match.group, StaffRole.MENTOR, by=by, now=now)
    record("match.joined", "match", match.id, by=by, now=now, person_id=person_id)
    return rules.size_notes(len(known.youth), len(known.mentors), known.asks)


def end_joining(match: Match, person_id: int, *, now: datetime) -> None:
    """Keep that somebody waits no longer to join."""
    rows = db.session().scalars(
        sa.select(MatchStep).where(
            MatchStep.match_id == match.id, MatchStep.person_id == person_id, MatchStep.kind == MatchStepKind.JOINS,
            MatchStep.ended_at.is_(None),
        )
    )  # fmt: skip
    for row in rows:
        row.ended_at = now
    db.flush()


def leave_match(match: Match, person_id: int, *, by: Actor, now: datetime) -> list[Refusal]:
    """Let a mentor or a youth leave a match from today on; the match goes on with the others.

    Returns what the size of the match then calls for. Raises `Refused` when nobody of that side would be left.
    """
    core.lock_match(match)
    on = clock.day_of(now)
    if person_id in queries.joining(match.id):
        end_joining(match, person_id, now=now)
        record("match.left", "match", match.id, by=by, now=now, person_id=person_id)
        return []
    known = facts.of_match(match, on)
    youth = [each.person_id for each in known.youth if each.person_id != person_id]
    mentors = [each.person_id for each in known.mentors if each.person_id != person_id]
    gone = len(known.youth) + len(known.mentors) - len(youth) - len(mentors)
    refuse_if(
        rules.refusals_to_leave(
            is_open=match.status in match_rules.OPEN, inside=gone == 1, left=min(len(youth), len(mentors))
        )
    )
    if len(youth) < len(known.youth):
        programs_services.leave_group(person_id, match.group, by=by, now=now)
    else:
        programs_services.stop_leading(person_id, match.group, by=by, now=now)
        proposed = db.session().get(ProposedMentor, (match.id, person_id))
        if proposed is not None:
            db.session().delete(proposed)
    for row in queries.steps_of_person(match.id, person_id):
        row.ended_at = now
    db.flush()
    record("match.left", "match", match.id, by=by, now=now, person_id=person_id)
    return rules.size_notes(len(youth), len(mentors), known.asks)


def _of_person(known: GateFacts, person_id: int) -> list[Missing]:
    return [lack for lack in rules.missing_items(known) if lack.person_id == person_id]


def hold_joined(event: GroupChanged) -> None:
    """Refuse a youth who comes into the group of a match that runs, by whatever way, without every item of theirs."""
    if event.joined:
        _refuse_uncleared(event.group_id, event.youth_id, event.on)


def hold_led(event: GroupLed) -> None:
    """Refuse an adult who comes to lead the group of a match that runs, by whatever way, without every item of theirs."""
    _refuse_uncleared(event.group_id, event.person_id, event.on)


def _refuse_uncleared(group_id: int, person_id: int, on: date) -> None:
    running = sa.select(Match.id).where(Match.group_id == group_id, Match.status == MatchStatus.ACTIVE)
    match_id = db.session().scalar(running)
    if match_id is not None:
        known = facts.of_matches([match_id], on)[match_id]
        refuse_if(_apart(known) or [lack.refusal() for lack in _of_person(known, person_id)])


def _apart(known: GateFacts) -> list[Refusal]:
    """Why the people of a match, with whoever comes, may not be in one."""
    return core.refusals_apart([each.person_id for each in known.mentors], [each.person_id for each in known.youth])


# ---- what ends suspends ----


def suspend_uncleared(match_ids: Collection[int], *, now: datetime) -> list[Match]:
    """Suspend those of the matches that run although an item is not in date today. Returns them."""
    on = clock.day_of(now)
    known = facts.of_matches(match_ids, on)
    ended = {match_id: lacks for match_id, each in known.items() if (lacks := rules.missing_items(each))}
    found = []
    for match in _running(Match.id.in_(ended)):
        items = list(dict.fromkeys(lack.item.value for lack in ended[match.id]))
        core.lock_match(match)
        if match.status is MatchStatus.ACTIVE:
            core.pause_match(match, by=SYSTEM, now=now, ended=items)
            found.append(match)
    return found


def check_person(person_id: int, *, now: datetime) -> list[Match]:
    """Look again at the matches that run with somebody in them, as mentor, youth or guardian's child."""
    ids = queries.running_with(person_id)
    return suspend_uncleared(ids, now=now) if ids else []


def check_program(program_id: int, *, now: datetime) -> list[Match]:
    """Look again at the matches of a program that run: what it asks for has changed."""
    statement = (
        sa.select(Match.id)
        .join(Group, Group.id == Match.group_id)
        .join(Season, Season.id == Group.season_id)
        .where(Season.program_id == program_id, Match.status == MatchStatus.ACTIVE)
    )
    ids = list(db.session().scalars(statement))
    return suspend_uncleared(ids, now=now) if ids else []


def check_all(now: datetime) -> Iterable[int]:
    """Look at every match that runs, once on each of the department's days, soon after midnight: a chore.

    Once a day for each worker, and again when a worker starts; looking twice changes nothing. Yields after some matches.
    """
    on = clock.day_of(now)
    if current_app.extensions.get(LOOKED) == on:
        return
    ids = list(db.session().scalars(sa.select(Match.id).where(Match.status == MatchStatus.ACTIVE).order_by(Match.id)))
    for start in range(0, len(ids), AT_ONCE):
        yield len(suspend_uncleared(ids[start : start + AT_ONCE], now=now))
    current_app.extensions[LOOKED] = on


def _running(condition: sa.ColumnElement[bool]) -> Sequence[Match]:
    return (
        db.session()
        .scalars(
            sa.select(Match)
            .options(joinedload(Match.group).joinedload(Group.season).joinedload(Season.program))
            .where(condition, Match.status == MatchStatus.ACTIVE)
            .order_by(Match.id)
        )
        .all()
    )


def on_credential_lapsed(event: CredentialLapsed) -> None:
    """A check of somebody ended: their matches stop the same moment."""
    check_person(event.person_id, now=clock.now())


def on_consent_withdrawn(event: ConsentWithdrawn) -> None:
    """A guardian took back an answer: the youth's matches are looked at again."""
    check_person(event.youth_id, now=clock.now())


def on_guardianship_ended(event: GuardianshipEnded) -> None:
    """Who signed for a youth may no longer: the youth's matches are looked at again."""
    check_person(event.youth_id, now=clock.now())


# ---- what a program asks ----


def set_rules(
    program_id: int,
    numbers: Mapping[str, int],
    months: Mapping[Item, int],
    commitment: str,
    commitment_es: str,
    *,
    by: Actor,
    now: datetime,
) -> list[Match]:
    """Say what a program asks of its matches. Returns those that run and are suspended by it. Raises `Refused`."""
    refuse_if(requirements.refusals_to_ask(numbers, months))
    asks = facts.requirements_for([program_id])[program_id]
    kept = requirements.kept_of(asks)
    words = (asks.commitment, asks.commitment_es) != (commitment, commitment_es)
    kept |= {
        **numbers,
        "valid_months": {item.value: value for item, value in months.items() if value},
        "commitment": commitment,
        "commitment_es": commitment_es,
        "commitment_version": asks.commitment_version + words,
    }
    _keep(program_id, kept)
    record("mentoring_rules.set", "program", program_id, by=by, now=now)
    return check_program(program_id, now=now)


def revise_topic(
    program_id: int, topic: Topic, words: Mapping[str, str], counts_from: date, *, by: Actor, now: datetime
) -> list[Match]:
    """Word a policy anew, or add one: mentors acknowledge it until the day from which it counts.

    Returns the matches that are suspended by it, when it counts from today. Raises `Refused` for a day gone by.
    """
    if counts_from < clock.day_of(now):
        raise Refused([Refusal("past", N_("Choose today or a later day."), "counts_from")])
    asks: Requirements = facts.requirements_for([program_id])[program_id]
    kept = requirements.kept_of(asks)
    known = {each.key: each for each in asks.topics}
    known[topic.key] = requirements.revised(topic, words, counts_from)
    kept["topics"] = requirements.kept_topics(known.values())
    _keep(program_id, kept)
    record("mentoring_policy.revised", "program", program_id, by=by, now=now, topic=topic.key)
    return check_program(program_id, now=now)


def _keep(program_id: int, kept: dict[str, Any]) -> None:
    row = db.session().get(MentoringRules, program_id, with_for_update=True)
    if row is None:
        db.session().add(MentoringRules(program_id=program_id, kept=kept))
    else:
        row.kept = kept
    db.flush()


# ---- one person under two records ----


def follow_merge(event: PeopleMerged) -> None:
    """Let the steps of a merged record name the kept one."""
    columns = (
        (MentorStep, "person_id"), (MentorStep, "recorded_by_id"), (MatchStep, "person_id"), (MatchStep, "youth_id"),
        (MatchStep, "recorded_by_id"),
    )  # fmt: skip
    for model, name in columns:
        table = db.table(model)
        db.session().execute(sa.update(table).where(table.c[name] == event.gone_id).values({name: event.kept_id}))
    db.session().expire_all()

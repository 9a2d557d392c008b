"""The gate in the tables, on both engines: no way round it, what ends suspends, joining and leaving."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.mentoring import (
    clear_mentor,
    clear_the_way,
    give_consent,
    make_match,
    make_mentee,
    make_mentoring_season,
    make_session,
)
from tests.makers.people import NOW, make_person
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.consent.models import ConsentDecision
from youthprog.consent.types import ConsentWithdrawn
from youthprog.core import reach
from youthprog.core.actor import SYSTEM
from youthprog.core.events import publish
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.credentials.models import Credential
from youthprog.credentials.types import CredentialLapsed
from youthprog.mentorship import services as core
from youthprog.mentorship.gate import facts, own_queries, queries, services
from youthprog.mentorship.gate.models import MatchStep, MentorStep
from youthprog.mentorship.gate.requirements import USUAL
from youthprog.mentorship.gate.types import CHECKS, Item, MatchStepKind, Signer, StepKind
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.people.models import Person
from youthprog.people.types import PeopleMerged
from youthprog.programs import services as programs
from youthprog.programs.types import StaffRole

ON = date(2026, 9, 17)
COORDINATOR = make_actor(Role.COORDINATOR)
DEED = {"by": SYSTEM, "now": NOW}
ACTIVE, PAUSED, PROPOSED = MatchStatus.ACTIVE, MatchStatus.PAUSED, MatchStatus.PROPOSED


def proposed(season=None, *youth, mentor=None):
    """A match that nobody has put anything on file for."""
    season = season or make_mentoring_season()
    mentor = mentor or make_person("Ana", "Reyes")
    people = youth or (make_mentee(season),)
    return core.propose_match(season, mentors=[mentor.id], youth=[each.id for each in people], name="Club", **DEED)


def refused(deed, *values, **named):
    with pytest.raises(Refused) as caught:
        deed(*values, **named)
    return {reason.code for reason in caught.value.reasons}


def reached(session, person_id, on=ON):
    actor = make_actor(Role.MENTOR, person_id)
    return set(session.scalars(sa.select(Person.id).where(reach.within(actor, P.YOUTH_READ, Person.id, on))))


def people_of(match):
    known = facts.of_match(match, ON)
    return known.mentors[0].person_id, known.youth[0].person_id


# ---- no way round ----


def test_without_one_item_a_match_neither_begins_nor_goes_on(session):
    new, paused = proposed(), make_match()
    clear_the_way(new)
    core.pause_match(paused, **DEED)
    for match in (new, paused):
        was = match.status
        for item in Item:
            with session.begin_nested() as changes:
                _take(session, match, item)
                assert refused(core.activate_match, match, **DEED) == {f"gate.{item.value}"}
                changes.rollback()
            assert match.status is was
        core.activate_match(match, **DEED)
        assert match.status is ACTIVE


def _take(session, match, item):
    """Take an item off file."""
    mentor, child = people_of(match)
    if item is Item.CONSENT:
        rows = session.scalars(sa.select(ConsentDecision).where(ConsentDecision.youth_id == child)).all()
    elif item in CHECKS:
        statement = sa.select(Credential).where(Credential.person_id == mentor, Credential.kind == CHECKS[item])
        rows = session.scalars(statement).all()
    elif item in queries.ITEM_OF.values():
        kind = next(kind for kind, each in queries.ITEM_OF.items() if each is item)
        rows = session.scalars(
            sa.select(MentorStep).where(MentorStep.person_id == mentor, MentorStep.kind == kind)
        ).all()
    else:
        kind = MatchStepKind(item.value)
        rows = session.scalars(sa.select(MatchStep).where(MatchStep.match_id == match.id, MatchStep.kind == kind)).all()
    for row in rows:
        if item is Item.CONSENT:
            row.withdrawn_at = NOW - timedelta(days=1)
        else:
            row.ended_at = NOW
    session.flush()


def _insert(session, match):
    group = programs.open_group(match.group.season, match.group.kind, "Other", **DEED)
    values = {"group_id": group.id, "status": "active", "every_days": 7, "usual_minutes": 60}
    session.execute(sa.insert(Match.__table__).values(**values))


def _update(session, match):
    table = Match.__table__
    session.execute(sa.update(table).where(table.c.id == match.id).values(status="active"))


def _set(session, match):
    match.status = ACTIVE
    session.flush()


@pytest.mark.parametrize("way", [_insert, _update, _set])
def test_the_database_takes_no_active_match_that_came_by_another_way(session, way):
    match = proposed()
    clear_the_way(match)
    with pytest.raises(sa.exc.IntegrityError):
        way(session, match)
    session.rollback()


def test_whoever_comes_into_a_running_match_by_another_door_is_refused(session):
    season = make_mentoring_season()
    match = make_match(season=season)
    other, child = make_person("Omar", "Haddad"), make_mentee(season, "Finn", "Orr")
    led = refused(programs.lead_group, other.id, match.group, StaffRole.MENTOR, **DEED)
    assert {"gate.application", "gate.criminal_check", "gate.commitment", "gate.first_meeting"} <= led
    assert refused(programs.join_group, child.id, match.group, **DEED) == {
        "gate.consent",
        "gate.commitment",
        "gate.first_meeting",
    }
    session.rollback()


def test_a_batch_lets_only_those_begin_that_may(session):
    ready, waits = proposed(), proposed()
    clear_the_way(ready)
    clear_the_way(waits, but={Item.TRAINING})
    left = core.activate_matches([ready, waits], **DEED)
    assert [reason.code for reason in left[waits.id]] == ["gate.training"]
    assert (left[ready.id], ready.status, waits.status) == ([], ACTIVE, PROPOSED)


def test_facts_of_many_matches_cost_as_much_as_of_one(session, statements):
    season = make_mentoring_season()
    ids = [make_match(make_person("Ana", f"Reyes{each}"), make_mentee(season), season=season).id for each in range(4)]
    costs = []
    for some in (ids[:1], ids):
        statements.clear()
        facts.of_matches(some, ON)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 30


# ---- what ends suspends ----


def suspended_for(match):
    assert match.status is PAUSED
    return [Item(each) for each in match.suspended_for]


def test_the_round_after_midnight_suspends_on_the_day_an_item_ends(session, app):
    match = make_match(started_at=NOW - timedelta(days=100))
    mentor, child = people_of(match)
    last = rules_last_day(session, match)
    noon = NOW.replace(year=last.year, month=last.month, day=last.day)
    app.extensions.pop(services.LOOKED, None)
    assert sum(services.check_all(noon)) == 0
    assert match.status is ACTIVE
    assert list(services.check_all(noon)) == []  # once a day
    midnight = noon + timedelta(hours=14, minutes=10)  # ten past twelve where the department is
    assert sum(services.check_all(midnight)) == 1
    assert suspended_for(match) == [Item.COMMITMENT]
    assert reached(session, mentor, last + timedelta(days=1)) == set()
    assert [line.match_id for line in queries.suspended(COORDINATOR, last + timedelta(days=1))] == [match.id]
    assert queries.suspended(make_actor(Role.COORDINATOR, program_id=10**6), last) == []
    sign(match, mentor, Signer.MENTOR, on=last)
    sign(match, child, Signer.YOUTH, on=last)
    sign(match, min(facts.of_match(match, ON).youth[0].guardians), Signer.GUARDIAN, [child], on=last)
    app.extensions.pop(services.LOOKED, None)
    assert sum(services.check_all(midnight)) == 0
    assert match.status is PAUSED  # in date again, and still a person's word is needed
    core.activate_match(match, by=SYSTEM, now=midnight)
    assert (match.status, match.suspended_at, match.suspended_for) == (ACTIVE, None, [])


def rules_last_day(session, match):
    signed_on = session.scalar(sa.select(sa.func.min(MatchStep.done_on)).where(MatchStep.match_id == match.id))
    return services.rules.ends_on(signed_on, Item.COMMITMENT, USUAL)


def sign(match, person_id, signer, youth_ids=(), on=ON):
    at = NOW.replace(year=on.year, month=on.month, day=on.day)
    services.sign_commitment(
        match, person_id, signer, signed_on=on, typed_name="Me", language="en", youth_ids=youth_ids, by=SYSTEM, now=at
    )


def test_a_check_that_lapses_suspends_at_once(session):
    match = make_match()
    mentor, _child = people_of(match)
    _take(session, match, Item.CRIMINAL_CHECK)
    publish(CredentialLapsed(mentor, "criminal_check", ON))
    assert suspended_for(match) == [Item.CRIMINAL_CHECK]


def test_a_consent_taken_back_suspends_at_once(session):
    match = make_match()
    _mentor, child = people_of(match)
    _take(session, match, Item.CONSENT)
    publish(ConsentWithdrawn(1, child, match.group.season_id))
    assert suspended_for(match) == [Item.CONSENT]


def test_a_step_taken_back_suspends_at_once(session):
    match = make_match()
    mentor, _child = people_of(match)
    interview = sa.select(MentorStep).where(MentorStep.person_id == mentor, MentorStep.kind == StepKind.INTERVIEW)
    step = session.scalar(interview)
    assert services.end_step(step, **DEED) == [match]
    assert suspended_for(match) == [Item.INTERVIEW]


def test_a_new_version_of_a_policy_suspends_from_the_day_it_counts(session):
    match = make_match()
    program_id = match.group.season.program_id
    mentor, _child = people_of(match)
    words = {"title": "Touch", "title_es": "Contacto", "words": "New words.", "words_es": "Texto nuevo."}
    topic = USUAL.topics[0]
    later = ON + timedelta(days=10)
    assert services.revise_topic(program_id, topic, words, later, **DEED) == []
    assert services.suspend_uncleared([match.id], now=NOW + timedelta(days=9)) == []
    assert [each.open_keys for each in own_queries.policies_of(mentor, ON)] == [(topic.key,)]
    services.acknowledge(program_id, mentor, [topic.key], **DEED)
    assert services.suspend_uncleared([match.id], now=NOW + timedelta(days=10)) == []
    newest = facts.requirements_for([program_id])[program_id].topics[0]
    assert services.revise_topic(program_id, newest, words, ON, **DEED) == [match]
    assert suspended_for(match) == [Item.POLICIES]
    assert refused(services.revise_topic, program_id, newest, words, ON - timedelta(days=1), **DEED) == {"past"}


def test_asking_for_more_suspends_whoever_lacks_it(session):
    match = make_match()
    program_id = match.group.season.program_id
    numbers = {name: getattr(USUAL, name) for name in services.requirements.NUMBERS}
    same = services.set_rules(program_id, numbers, {Item.COMMITMENT: 12}, "a", "b", **DEED)
    assert same == []
    more = services.set_rules(program_id, numbers | {"training_minutes": 180}, {}, "a", "b", **DEED)
    assert more == [match]
    assert suspended_for(match) == [Item.TRAINING]
    assert facts.requirements_for([program_id])[program_id].commitment_version == 2
    assert facts.requirements_for([0])[0] == USUAL


# ---- joining and leaving ----


def test_a_youth_joins_a_running_match_when_every_item_of_theirs_is_there(session):
    season = make_mentoring_season()
    match = make_match(season=season)
    mentor, first = people_of(match)
    child = make_mentee(season, "Finn", "Orr")
    notes = services.join_match(match, child.id, **DEED)
    assert [note.code for note in notes] == ["below_target"]
    assert reached(session, mentor) == {first}
    assert refused(services.let_in, match, child.id, **DEED) == {
        "gate.consent",
        "gate.commitment",
        "gate.first_meeting",
    }
    give_consent([child.id], season.id, ON)
    sign(match, child.id, Signer.YOUTH)
    sign(match, min(facts.of_match(match, ON, joining=[child.id]).youth[1].guardians), Signer.GUARDIAN, [child.id])
    services.record_first_meeting(match, [child.id], ON, mentor, **DEED)
    services.let_in(match, child.id, **DEED)
    assert reached(session, mentor) == {first, child.id}
    assert queries.joining(match.id) == set()
    lines = queries.people_of(match, queries.block_of(match, ON), ON)
    assert [(line.name, line.from_on, line.missing) for line in lines if line.person_id == child.id] == [
        ("Finn Orr", ON, ())
    ]


def test_a_mentor_joins_a_running_match_when_every_item_of_theirs_is_there(session):
    match = make_match()
    other = make_person("Omar", "Haddad")
    services.join_match(match, other.id, **DEED)
    assert len(refused(services.let_in, match, other.id, **DEED)) == 9
    clear_mentor(match.group.season.program_id, other.id, ON)
    sign(match, other.id, Signer.MENTOR)
    assert refused(services.let_in, match, other.id, **DEED) == {"gate.first_meeting"}
    services.record_first_meeting(match, [other.id], ON, other.id, **DEED)
    services.let_in(match, other.id, **DEED)
    assert reached(session, other.id) == {people_of(match)[1]}
    assert refused(services.let_in, match, other.id, **DEED) == {"not_joining"}


def afresh(session, match_id):
    """The match as the next request reads it, after one that was refused."""
    session.rollback()
    session.expunge_all()
    return own_queries.get_match(match_id)


def test_who_a_concern_keeps_apart_or_is_not_to_be_matched_joins_no_running_match(session, monkeypatch):
    """Also with every item in date, and by whatever way."""
    match = make_match()
    child, other = people_of(match)[1], make_person("Omar", "Haddad")
    services.join_match(match, other.id, **DEED)
    clear_mentor(match.group.season.program_id, other.id, ON)
    sign(match, other.id, Signer.MENTOR)
    services.record_first_meeting(match, [other.id], ON, other.id, **DEED)
    session.commit()
    number, who = match.id, other.id
    match = afresh(session, number)
    monkeypatch.setattr(
        core.concerns, "stopped_pairs", lambda adults, youth: {(who, child)} if who in adults else set()
    )
    assert refused(services.let_in, match, who, **DEED) == {"stopped"}
    match = afresh(session, number)
    monkeypatch.undo()
    monkeypatch.setattr(core, "barred_among", lambda people: {who} & set(people))
    assert refused(services.let_in, match, who, **DEED) == {"barred"}
    match = afresh(session, number)
    assert refused(programs.lead_group, who, match.group, StaffRole.MENTOR, **DEED) == {"barred"}
    match = afresh(session, number)
    monkeypatch.undo()
    services.let_in(match, who, **DEED)


def test_before_it_begins_people_join_and_leave_freely(session):
    season = make_mentoring_season()
    match = proposed(season)
    mentor, first = people_of(match)
    child, other = make_mentee(season, "Finn", "Orr"), make_person("Omar", "Haddad")
    services.join_match(match, child.id, **DEED)
    services.join_match(match, other.id, **DEED)
    assert facts.mentors_of([match.id], ON) == {match.id: sorted((mentor, other.id))}
    services.leave_match(match, other.id, **DEED)
    services.leave_match(match, first, **DEED)
    known = facts.of_match(match, ON)
    assert ([each.person_id for each in known.mentors], [each.person_id for each in known.youth]) == (
        [mentor],
        [child.id],
    )
    assert refused(services.leave_match, match, child.id, **DEED) == {"last"}
    assert refused(services.join_match, match, child.id, **DEED) == {"inside"}


def test_the_eighth_is_refused_and_leaving_says_when_there_are_too_many(session):
    season = make_mentoring_season()
    youth = [make_mentee(season, f"Child{each}") for each in range(9)]
    match = make_match(make_person("Ana", "Reyes"), *youth[:7], season=season)
    assert refused(services.join_match, match, youth[7].id, **DEED) == {"over_ratio"}
    other = make_person("Omar", "Haddad")
    services.join_match(match, other.id, **DEED)
    clear_mentor(season.program_id, other.id, ON)
    sign(match, other.id, Signer.MENTOR)
    services.record_first_meeting(match, [other.id], ON, other.id, **DEED)
    services.let_in(match, other.id, **DEED)
    services.join_match(match, youth[7].id, **DEED)
    clear_child(match, youth[7].id)
    services.let_in(match, youth[7].id, **DEED)
    notes = services.leave_match(match, other.id, **DEED)
    assert [note.code for note in notes] == ["over_ratio"]
    assert match.status is ACTIVE


def clear_child(match, child):
    give_consent([child], match.group.season_id, ON)
    known = facts.of_match(match, ON, joining=[child])
    guardians = next(each.guardians for each in known.youth if each.person_id == child)
    sign(match, child, Signer.YOUTH)
    sign(match, min(guardians), Signer.GUARDIAN, [child])
    services.record_first_meeting(match, [child], ON, child, **DEED)


def test_who_left_signs_anew_when_they_come_back(session):
    season = make_mentoring_season()
    match = make_match(make_person("Ana", "Reyes"), make_mentee(season), make_mentee(season, "Finn"), season=season)
    child = facts.of_match(match, ON).youth[1].person_id
    services.leave_match(match, child, **DEED)
    services.join_match(match, child, **DEED)
    assert refused(services.let_in, match, child, **DEED) == {"gate.commitment", "gate.first_meeting"}
    left = [line for line in queries.people_of(match, queries.block_of(match, ON), ON) if line.person_id == child]
    assert [(line.joins, line.until_on is not None) for line in left] == [(True, False), (False, True)]


# ---- time together ----


def test_each_youth_has_the_hours_of_the_sessions_they_came_to(session):
    season = make_mentoring_season()
    mentor = make_person("Ana", "Reyes")
    youth = [make_mentee(season), make_mentee(season, "Finn", "Orr")]
    match = make_match(mentor, *youth, season=season, started_at=NOW - timedelta(days=60))
    first, second = (each.id for each in youth)
    for days, minutes, marks in (
        (1, 60, {first: Mark.PRESENT, second: Mark.ABSENT}),
        (8, 45, {first: Mark.LATE, second: Mark.PRESENT}),
        (40, 30, {first: Mark.EXCUSED, second: Mark.PRESENT}),
    ):
        make_session(match, mentor, NOW - timedelta(days=days), marks, minutes=minutes)
    found = queries.dosage_of([match.id])[match.id]
    assert (found[first].minutes, found[first].came, found[first].held) == (105, 2, 3)
    assert found[second].months == ((date(2026, 9, 1), 45), (date(2026, 8, 1), 30))
    assert found[second].minutes_in(date(2026, 7, 1)) == 0


# ---- the rest ----


def test_applicants_are_the_longest_wait_first_and_late_after_thirty_days(session):
    program_id = make_mentoring_season().program_id
    for name, days in (("Ana", 30), ("Omar", 31)):
        person = make_person(name, "Reyes")
        services.record_step(program_id, person.id, StepKind.APPLICATION, ON - timedelta(days=days), **DEED)
    lines = queries.list_applicants(program_id, ON)
    assert [(line.name, line.is_late, line.done) for line in lines] == [
        ("Omar Reyes", True, 1),
        ("Ana Reyes", False, 1),
    ]


def test_merged_records_keep_their_steps(session):
    match = make_match()
    mentor, _child = people_of(match)
    kept = make_person("Lena", "Kowalczyk")
    services.follow_merge(PeopleMerged(kept.id, mentor, NOW))
    assert set(session.scalars(sa.select(MentorStep.person_id))) == {kept.id}
    steps = facts.match_steps_of([match.id])[match.id]
    assert kept.id in {step.person_id for step in steps if step.kind is MatchStepKind.COMMITMENT}


def test_nothing_ticked_acknowledges_nothing(session):
    program_id = make_mentoring_season().program_id
    assert refused(services.acknowledge, program_id, make_person().id, ["no-such"], **DEED) == {"no_topic"}

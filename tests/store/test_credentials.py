"""Credentials in the house: nobody is assigned without them, every exception has two names, the daily round tells once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_actor
from tests.makers.credentials import KINDS, make_paper, make_rule
from tests.makers.mentoring import make_match
from tests.makers.people import make_contacts, make_person, make_youth
from tests.makers.programs import join, lead, make_gathering, make_group, make_season
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db, serving
from youthprog.core.refusals import Refused
from youthprog.credentials import judging, lapses, listing, notices, queries, services
from youthprog.credentials.models import Credential, CredentialOverride
from youthprog.credentials.types import (
    CONCUSSION,
    CRIMINAL_CHECK,
    Asked,
    CredentialState,
    Denial,
    Ground,
    ServiceRole,
    Step,
)
from youthprog.mentorship.types import MatchStatus
from youthprog.outreach.models import Message
from youthprog.people import services as people_services
from youthprog.programs import services as programs
from youthprog.programs.types import StaffRole

NOW = datetime(2026, 9, 10, 15, tzinfo=UTC)
TODAY = date(2026, 9, 10)
BY = make_actor(Role.COORDINATOR)
DEED = {"by": BY, "now": NOW}


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def group(session):
    return make_group(make_season(starts_on=date(2026, 9, 1), ends_on=date(2026, 11, 21)))


def codes(problem) -> list[str]:
    return [each.code for each in problem.value.reasons]


def lines(action: str) -> list[AuditEntry]:
    db.session().commit()
    return list(
        db.session().scalars(sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.number))
    )


def excuse(person, by_one, by_two, kind: str = CONCUSSION) -> CredentialOverride:
    until_on = TODAY + timedelta(days=20)
    row = services.ask_override(
        person, kind, Ground.RESULT_LATE, until_on, program_id=None, by=make_actor(Role.COORDINATOR, by_one.id), now=NOW
    )
    services.agree_to_override(row, by=make_actor(Role.COORDINATOR, by_two.id), now=NOW)
    return row


# ---- at an assignment ----


def test_nobody_leads_a_group_without_what_is_asked_on_the_day_of_its_next_meeting(group):
    coach = make_person("Ana", "Coach")
    make_gathering(group, NOW + timedelta(days=30))
    make_rule()
    make_paper(coach.id, date(2025, 9, 20))  # in force today, over at the meeting
    with pytest.raises(Refused) as problem:
        programs.lead_group(coach.id, group, StaffRole.HEAD_COACH, **DEED)
    assert codes(problem) == ["credential"]
    make_paper(coach.id, date(2026, 9, 1))
    programs.lead_group(coach.id, group, StaffRole.HEAD_COACH, **DEED)
    assert "exceptions" not in lines("group.led")[0].detail


def test_an_exception_lets_somebody_serve_and_stands_in_the_line(group):
    coach, one, two = (make_person(name, "Tester") for name in ("Ana", "Bo", "Cy"))
    make_rule()
    row = excuse(coach, one, two)
    programs.lead_group(coach.id, group, StaffRole.HEAD_COACH, **DEED)
    assert lines("group.led")[0].detail["exceptions"] == [row.id]
    agreed = lines("credential.override_agreed")[0]
    assert (agreed.actor_person_id, agreed.detail["asked_by"]) == (two.id, one.id)


def test_whoever_asked_for_an_exception_does_not_agree_to_it(group):
    coach, one = make_person("Ana", "Coach"), make_person("Bo", "Tester")
    make_rule()
    with pytest.raises(Refused):
        excuse(coach, one, one)
    with pytest.raises(Refused):
        excuse(coach, coach, one)
    with pytest.raises(Refused) as problem:
        programs.lead_group(coach.id, group, StaffRole.HEAD_COACH, **DEED)
    assert codes(problem) == ["credential"]


def test_the_database_keeps_no_exception_of_one_person(group, session):
    coach, one = make_person("Ana", "Coach"), make_person("Bo", "Tester")
    session.commit()
    values = {
        "person_id": coach.id,
        "kind": CONCUSSION,
        "ground": Ground.PAPER_LOST,
        "from_on": TODAY,
        "until_on": TODAY,
    }
    for asked, agreed in ((one, one), (coach, one), (one, coach)):
        row = CredentialOverride(asked_by_id=asked.id, asked_at=NOW, agreed_by_id=agreed.id, agreed_at=NOW, **values)
        session.add(row)
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        session.rollback()


def test_a_youth_of_18_leads_like_an_adult_and_one_of_17_does_not(group):
    grown, young = (make_youth(name, "Tester", born_on=born) for name, born in
                    (("Ana", date(2008, 9, 10)), ("Bo", date(2008, 9, 11))))  # fmt: skip
    programs.lead_group(grown.id, group, StaffRole.LEADER, **DEED)
    with pytest.raises(Refused):
        programs.lead_group(young.id, group, StaffRole.LEADER, **DEED)


def test_a_member_who_turned_18_is_asked_like_an_adult(group):
    grown, young = (make_youth(name, "Tester", born_on=born) for name, born in
                    (("Ana", date(2008, 9, 10)), ("Bo", date(2008, 9, 11))))  # fmt: skip
    join(grown, group)
    join(young, group)
    make_rule(role=ServiceRole.PARTICIPANT)
    stand = queries.standings([grown.id, young.id], TODAY)
    assert [each.state for each in stand[grown.id]] == [CredentialState.MISSING]
    assert stand[young.id] == ()


def test_who_does_nothing_in_a_program_yet_is_looked_at_as_its_people_are(group):
    person, program_id = make_person(), group.season.program_id
    make_rule(role=ServiceRole.COACH)
    (found,) = queries.standings([person.id], TODAY, program_id=program_id)[person.id]
    assert (found.kind, found.state, found.in_force) == (CONCUSSION, CredentialState.MISSING, False)
    asked = queries.standings([person.id], TODAY, program_id=program_id, roles=[ServiceRole.MENTOR], kinds=["driving"])
    assert [(each.kind, each.state) for each in asked[person.id]] == [("driving", CredentialState.MISSING)]


def test_hours_stop_a_volunteer_who_is_not_fully_cleared(group):
    helper = make_person("Ana", "Helper")
    make_rule(asked=Asked.REGULAR)
    lead(helper, group, StaffRole.LEADER)
    for day in range(1, 10):
        make_gathering(
            group, NOW - timedelta(days=10 - day), ends_at=NOW - timedelta(days=10 - day) + timedelta(minutes=100)
        )
    assert judging.hours_of([helper.id], TODAY)[helper.id].month == 900
    look = {
        more: serving.look_at(helper.id, program_id=group.season.program_id, on=TODAY, role="leader", minutes=more)
        for more in (60, 61)
    }
    assert not look[60].refusals
    assert [each.code for each in look[60].warnings] == ["hours_warning"]
    assert [each.code for each in look[61].refusals] == ["volunteer_hours"]


def test_meetings_with_too_few_cleared_adults_are_flagged(group):
    coach, other = make_person("Ana", "Coach"), make_person("Bo", "Coach")
    for person in (coach, other):
        lead(person, group)
    meeting = make_gathering(group, NOW + timedelta(days=2))
    make_gathering(group, NOW + timedelta(days=3), canceled_at=NOW, canceled_reason="Rain")
    assert not judging.thin_meetings(BY, NOW)
    make_rule()
    make_paper(coach.id, date(2026, 9, 1))
    (thin,) = judging.thin_meetings(BY, NOW)
    assert (thin.gathering_id, thin.adults.cleared, thin.adults.needed) == (meeting.id, 1, 2)
    assert [person_id for person_id, _name, _why in thin.adults.not_cleared] == [other.id]
    make_paper(other.id, date(2026, 9, 1))
    assert not judging.thin_meetings(BY, NOW)


# ---- papers ----


def test_of_a_background_check_no_reason_is_kept(session):
    person = make_person()
    row = services.record_paper(
        person, KINDS[CRIMINAL_CHECK], Step.DENIED, issued_on=TODAY, reason=Denial.OTHER_NAME, **DEED
    )
    assert row.reason is None
    session.commit()
    assert {column.name for column in db.table(Credential).c} == {
        "id", "person_id", "kind", "is_check", "step", "provider", "issued_on", "until_on", "reason", "told_days",
        "lapsed_on", "recorded_at", "recorded_by_id", "decided_at", "decided_by_id", "ended_at",
    }  # fmt: skip
    row.reason = Denial.TOO_OLD
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_an_adult_hands_in_a_training_and_no_check(session):
    person = make_person()
    values = {"issued_on": TODAY, "provider": "County", **DEED}
    assert services.hand_in(person, KINDS[CONCUSSION], **values).step is Step.REVIEW
    with pytest.raises(Refused):
        services.hand_in(person, KINDS[CRIMINAL_CHECK], **values)


def test_the_same_is_asked_of_the_same_people_once(session):
    make_rule()
    make_rule(role=ServiceRole.COACH)
    with pytest.raises(Refused) as problem:
        make_rule()
    assert codes(problem) == ["twice"]


# ---- the daily round ----


def days_on(days: int) -> datetime:
    return NOW + timedelta(days=days)


def round_on(monkeypatch, days: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: days_on(days))
    for _step in notices.daily(days_on(days)):
        db.session().commit()


def test_one_letter_a_person_and_step_that_names_no_check(group, monkeypatch):
    coach = make_person("Ana", "Coach")
    make_contacts(coach, email="ana@coaches.example")
    lead(coach, group)
    for kind in (CONCUSSION, CRIMINAL_CHECK):
        make_rule(kind)
        make_paper(coach.id, date(2025, 12, 1), kind)
    db.session().commit()
    written = []
    for days in (-9, -8, 0, 22, 52, 53, 75, 75, 82):
        round_on(monkeypatch, days)
        count = db.session().scalar(sa.select(sa.func.count()).select_from(Message)) or 0
        written.append(count)
    assert written == [0, 1, 1, 2, 3, 3, 4, 4, 4]
    for message in db.session().scalars(sa.select(Message)):
        words = (
            message.subject + (message.unseal("text_sealed") or "") + (message.unseal("html_sealed") or "")
        ).lower()
        assert "concussion training" in words
        assert not {"criminal", "background", "record", "registry"} & set(words.replace("-", " ").split())


def test_what_is_over_is_told_once_and_again_after_a_renewal_is_over(group, monkeypatch):
    coach = make_person("Ana", "Coach")
    lead(coach, group)
    make_rule()
    make_paper(coach.id, date(2025, 9, 10))
    db.session().commit()
    for days in (0, 1, 1, 2):
        round_on(monkeypatch, days)
    assert len(lines("credential.lapsed")) == 1
    make_paper(coach.id, date(2026, 9, 12))
    db.session().commit()
    for days in (3, 366, 368, 370):
        round_on(monkeypatch, days)
    assert len(lines("credential.lapsed")) == 2


def test_a_match_stops_the_day_its_mentor_s_credential_is_over(session, monkeypatch):
    mentor = make_person("Lena", "Mentor")
    match = make_match(mentor, started_at=NOW - timedelta(days=9))
    elsewhere = make_rule(program_id=make_season().program_id)
    make_paper(mentor.id, date(2025, 9, 10))
    round_on(monkeypatch, 1)
    assert match.status is MatchStatus.ACTIVE
    services.end_rule(elsewhere, **DEED)
    make_rule()
    db.session().commit()
    round_on(monkeypatch, 1)
    assert match.status is MatchStatus.PAUSED


def test_an_exception_that_ended_is_told(group, monkeypatch):
    coach, one, two = (make_person(name, "Tester") for name in ("Ana", "Bo", "Cy"))
    lead(coach, group)
    make_rule()
    excuse(coach, one, two)
    db.session().commit()
    round_on(monkeypatch, 20)
    assert not lines("credential.lapsed")
    round_on(monkeypatch, 21)
    assert [each.subject_id for each in lines("credential.lapsed")] == [coach.id]


def test_a_light_that_turns_red_is_told_at_once(group):
    coach = make_person("Ana", "Coach")
    lead(coach, group)
    make_rule(CRIMINAL_CHECK)
    make_paper(coach.id, date(2026, 9, 1), CRIMINAL_CHECK)
    assert not lapses.tell_lapsed([coach.id], now=NOW)
    services.record_paper(coach, KINDS[CRIMINAL_CHECK], Step.DENIED, issued_on=TODAY, **DEED)
    (line,) = lines("credential.lapsed")
    assert line.detail == {"kind": CRIMINAL_CHECK}


def test_who_served_without_is_written_down_once(group, monkeypatch):
    coach = make_person("Ana", "Coach")
    lead(coach, group)
    meeting = make_gathering(group, NOW - timedelta(days=2))
    make_rule()
    db.session().commit()
    round_on(monkeypatch, 0)
    round_on(monkeypatch, 0)
    assert [(each.subject_id, each.detail["person_id"]) for each in lines("credential.served_without")] == [
        (meeting.id, coach.id)
    ]


# ---- lists, merging ----


def test_the_list_goes_on_where_the_page_before_ended(group):
    make_rule()
    for number in range(7):
        lead(make_person(f"Ana{number}", "Coach"), group)
    names, after = [], None
    while True:
        lines = listing.list_people(BY, on=TODAY, after=after, limit=3)
        names += [each.list_name for each in lines]
        if len(lines) < 3:
            break
        after = (lines[-1].folded_name, lines[-1].person_id)
    assert names == [f"Coach, Ana{number}" for number in range(7)]
    assert listing.list_people(BY, on=TODAY, chosen="ending") == []


def test_a_coordinator_of_one_program_sees_its_people_alone(group):
    coach, elsewhere = make_person("Ana", "Coach"), make_group(make_season())
    lead(coach, group)
    make_rule()
    by = {each: make_actor(Role.COORDINATOR, program_id=each.season.program_id) for each in (group, elsewhere)}
    assert [each.person_id for each in listing.list_people(by[group], on=TODAY)] == [coach.id]
    assert listing.list_people(by[elsewhere], on=TODAY) == []


def test_papers_follow_a_merged_record_and_no_exception_becomes_one_s_own(group):
    kept, gone, one, two = (make_person(name, "Tester") for name in ("Ana", "Anna", "Bo", "Cy"))
    make_paper(gone.id, date(2026, 9, 1))
    fine, own = excuse(gone, one, two), excuse(gone, kept, two)
    people_services.merge(kept, gone, **DEED)
    assert [each.person_id for each in (fine, own)] == [kept.id, gone.id]
    assert own.ended_at is not None
    assert [row.person_id for row in db.session().scalars(sa.select(Credential))] == [kept.id]

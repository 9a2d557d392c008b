"""Matches and sessions in the tables, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import (
    clear_the_way,
    end_match,
    make_match,
    make_mentee,
    make_mentoring_season,
    make_session,
)
from tests.makers.people import NOW, make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.queries import marks_at
from youthprog.attendance.types import Mark
from youthprog.audit import services as audit
from youthprog.audit.models import AuditEntry
from youthprog.core import reach
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.mentorship import queries, services
from youthprog.mentorship.models import Match
from youthprog.mentorship.sessions import queries as session_queries
from youthprog.mentorship.sessions import services as session_services
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.services import log_session
from youthprog.mentorship.sessions.types import Activity, Entry
from youthprog.mentorship.types import DutyStatus, MatchStatus
from youthprog.people import services as people_services
from youthprog.people.models import Person
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Gathering, Group

ON = date(2026, 9, 17)
HELD = datetime(2026, 9, 15, 21, 0, tzinfo=UTC)  # Tuesday, 4 pm where the department is
KEY = "11111111-2222-4333-8444-555555555555"
COORDINATOR = make_actor(Role.COORDINATOR)


@pytest.fixture(autouse=True)
def objections(app):
    """The youth who are not cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class Pair:
    """A mentor, two youth and their active match."""

    def __init__(self):
        self.season = make_mentoring_season()
        self.mentor = make_person("Lena", "Kowalczyk")
        self.yusuf = make_mentee(self.season, "Yusuf", "Abdi")
        self.marisol = make_mentee(self.season, "Marisol", "Ortega")
        self.match = make_match(
            self.mentor, self.yusuf, self.marisol, season=self.season, usual_time=time(16), usual_place="Library"
        )
        self.actor = make_actor(Role.MENTOR, self.mentor.id)
        self.came = {self.yusuf.id: Mark.EXCUSED, self.marisol.id: Mark.PRESENT}

    def kept(self, session):
        """Commit, and load the match again."""
        key = self.match.id
        session.commit()
        self.match = queries.get_match_for(COORDINATOR, P.MATCH_READ, key, ON)

    def log(self, **values):
        values = {
            "client_id": KEY, "starts_at": HELD, "minutes": 75, "marks": self.came, "duty": DutyStatus.ON_DUTY,
            "activities": (Activity.HOMEWORK,), "note": "Posters.", "place": "Library", "by": self.actor, "now": NOW,
            "observable": True,
        } | values  # fmt: skip
        by, now = values.pop("by"), values.pop("now")
        return log_session(self.match, Entry(**values), by=by, now=now)


@pytest.fixture
def pair(session):
    return Pair()


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def reached(session, actor):
    return set(session.scalars(sa.select(Person.id).where(reach.within(actor, P.YOUTH_READ, Person.id, ON))))


def propose(season, mentors, youth, **values):
    return services.propose_match(
        season, mentors=[each.id for each in mentors], youth=[each.id for each in youth], by=SYSTEM, now=NOW, **values
    )


def test_a_proposed_mentor_reaches_nobody_until_the_match_is_active(session):
    season, mentor = make_mentoring_season(), make_person("Ana", "Reyes")
    youth = make_mentee(season)
    match = propose(season, [mentor], [youth])
    actor = make_actor(Role.MENTOR, mentor.id)
    assert match.group.name == "Yusuf Abdi & Ana Reyes"
    assert reached(session, actor) == set()
    with pytest.raises(NotFound):
        queries.get_match_for(actor, P.MATCH_READ, match.id, ON)
    assert queries.mentors_of(match, ON) == {mentor.id: "Ana Reyes"}
    clear_the_way(match)
    services.activate_match(match, by=SYSTEM, now=NOW)
    assert (match.status, match.started_on) == (MatchStatus.ACTIVE, ON)
    assert reached(session, actor) == {youth.id}


def test_a_pause_takes_the_reach_and_going_on_gives_it_back(pair, session):
    services.pause_match(pair.match, by=SYSTEM, now=NOW)
    assert reached(session, pair.actor) == set()
    assert [line.name for line in queries.youth_of(pair.actor, P.MATCH_READ, pair.match, ON)] == []
    services.activate_match(pair.match, by=SYSTEM, now=NOW)
    assert reached(session, pair.actor) == {pair.yusuf.id, pair.marisol.id}


def test_a_closed_match_frees_its_people_and_keeps_its_sessions(pair, session):
    pair.log()
    end_match(pair.match)
    assert (pair.match.status, pair.match.ended_on) == (MatchStatus.CLOSED, ON)
    assert reached(session, pair.actor) == set()
    assert queries.free_among(pair.season.id, [pair.yusuf.id]) == {pair.yusuf.id}
    line = queries.line_of(COORDINATOR, P.MATCH_READ, pair.match, ON)
    assert (line.mentors, line.youth) == (("Lena Kowalczyk",), ("Yusuf Abdi", "Marisol Ortega"))
    assert len(session_queries.list_sessions(COORDINATOR, P.MATCH_READ, pair.match, ON)) == 1


def test_a_match_leaves_an_audit_line_at_each_step(pair, session):
    pair.kept(session)
    services.pause_match(pair.match, by=SYSTEM, now=NOW)
    services.activate_match(pair.match, by=SYSTEM, now=NOW)
    end_match(pair.match)
    session.commit()
    lines = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.subject_kind == "match").order_by(AuditEntry.number)
    ).all()
    begun = ["match.proposed", "match.activated", "match.paused", "match.activated"]
    assert lines == [*begun, "closure.opened", "closure.saved", "match.closed"]


def test_nobody_is_matched_twice_in_a_season(pair):
    with pytest.raises(Refused) as caught:
        propose(pair.season, [make_person("Ana", "Reyes")], [pair.yusuf])
    assert codes(caught) == ["not_free"]


def test_seven_youth_are_the_most(session):
    season, mentor = make_mentoring_season(), make_person("Ana", "Reyes")
    first = [make_mentee(season, f"Child{number}") for number in range(4)]
    propose(season, [mentor], first, name="Club")
    with pytest.raises(Refused) as caught:
        propose(season, [mentor], [make_mentee(season, f"More{number}") for number in range(4)], name="Second club")
    assert codes(caught) == ["too_many_youth"]


def test_custody_keeps_a_mentor_away(session):
    season, mentor = make_mentoring_season(), make_person("Ana", "Reyes")
    youth = make_mentee(season)
    people_services.restrict_custody(
        youth, mentor, no_collect=True, no_decide=False, no_information=False, starts_on=ON, by=SYSTEM, now=NOW
    )
    with pytest.raises(Refused) as caught:
        propose(season, [mentor], [youth])
    assert codes(caught) == ["kept_away"]


def test_a_session_is_gathering_register_marks_and_log_at_once(pair, session):
    log = pair.log()
    session.commit()
    gathering = session.get(Gathering, log.gathering_id)
    assert (gathering.starts_at, gathering.ends_at) == (HELD, HELD + timedelta(minutes=75))
    assert session.get(Register, gathering.id).taken_by_id == pair.mentor.id
    assert marks_at([gathering.id]) == {gathering.id: pair.came}
    assert (log.held_on, log.minutes, log.activities, log.note) == (date(2026, 9, 15), 75, ["homework"], "Posters.")
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert actions[-3:] == ["gathering.scheduled", "register.saved", "session.logged"]


def test_the_same_session_sent_three_times_is_one(pair, session):
    ids = {pair.log().id, pair.log(minutes=30).id, pair.log().id}
    assert len(ids) == 1
    assert [count(session, model) for model in (SessionLog, Gathering, Register)] == [1, 1, 1]
    assert count(session, AttendanceMark) == 2


def test_a_key_used_elsewhere_is_refused(pair):
    pair.log()
    other = Pair()
    with pytest.raises(Refused) as caught:
        other.log()
    assert codes(caught) == ["client_id"]


def test_without_its_audit_line_no_part_of_a_session_is_kept(pair, session, monkeypatch):
    pair.kept(session)
    pair.log()

    def broken(*_args):
        raise RuntimeError("the trail is broken")

    monkeypatch.setattr(audit, "append", broken)
    with pytest.raises(RuntimeError):
        session.commit()
    session.rollback()
    assert [count(session, model) for model in (SessionLog, Gathering, Register, AttendanceMark)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"starts_at": NOW + timedelta(minutes=1)}, "future"),
        ({"starts_at": NOW - timedelta(days=90)}, "before_start"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"note": "x" * 2001}, "note_too_long"),
        ({"marks": {}}, "nobody"),
    ],
)
def test_a_session_is_refused_and_nothing_stays(pair, session, values, code):
    with pytest.raises(Refused) as caught:
        pair.log(**values)
    assert codes(caught) == [code]
    assert count(session, Gathering) == 0


def test_who_is_not_cleared_was_not_there(pair, objections):
    objections.add(pair.marisol.id)
    with pytest.raises(Refused) as caught:
        pair.log()
    assert codes(caught) == ["not_cleared"]


def test_two_sessions_on_a_day_are_allowed(pair):
    pair.log()
    pair.log(client_id=KEY.replace("1", "9"), starts_at=HELD + timedelta(hours=2))
    assert session_queries.sessions_on(pair.match.id, date(2026, 9, 15)) == 2


def test_the_expected_session_has_the_usual_time_and_place(pair):
    make_session(pair.match, pair.mentor, HELD - timedelta(days=14), pair.came, duty=DutyStatus.OVERTIME)
    expected = session_queries.expected_session(pair.match, pair.actor, NOW)
    assert (expected.starts_at, expected.minutes) == (HELD, 60)
    assert (expected.place, expected.duty) == ("Library", DutyStatus.OVERTIME)


def test_an_expected_session_is_never_ahead(pair):
    pair.log()
    expected = session_queries.expected_session(pair.match, pair.actor, NOW + timedelta(minutes=3))
    assert expected.starts_at == NOW - timedelta(minutes=60)


def test_what_nobody_came_to_does_not_count_as_met(pair):
    pair.log(marks={pair.yusuf.id: Mark.ABSENT, pair.marisol.id: Mark.EXCUSED})
    line = queries.my_matches(pair.actor, ON)[0]
    assert (line.last_on, line.is_overdue) == (None, True)


def test_overdue_matches_are_the_longest_first(pair):
    pair.log(starts_at=HELD - timedelta(days=7))
    other = make_match(started_at=NOW - timedelta(days=30))
    fresh = make_match(started_at=NOW - timedelta(days=2))
    lines = queries.overdue_matches(COORDINATOR, ON)
    assert [(line.match_id, line.overdue_days) for line in lines] == [(other.id, 23), (pair.match.id, 2)]
    assert fresh.id not in {line.match_id for line in lines}


def test_a_mentor_lists_only_own_matches(pair):
    make_match()
    assert [line.match_id for line in queries.my_matches(pair.actor, ON)] == [pair.match.id]
    assert len(queries.list_matches(COORDINATOR, P.MATCH_READ, ON)) == 2


def test_a_coordinator_of_another_program_sees_no_match(pair):
    elsewhere = make_actor(Role.COORDINATOR, program_id=pair.season.program_id + 1000)
    assert queries.list_matches(elsewhere, P.MATCH_READ, ON) == []
    with pytest.raises(NotFound):
        queries.get_match_for(elsewhere, P.MATCH_READ, pair.match.id, ON)


def test_pages_of_matches_meet_without_gap(session):
    mentors = [make_person("Ana", f"Reyes{number}") for number in range(5)]
    season = make_mentoring_season()
    made = {make_match(mentor, make_mentee(season), season=season).id for mentor in mentors}
    first = queries.list_matches(COORDINATOR, P.MATCH_READ, ON, limit=3)
    last = first[-1]
    rest = queries.list_matches(COORDINATOR, P.MATCH_READ, ON, after=(last.folded_name, last.match_id))
    assert {line.match_id for line in first} | {line.match_id for line in rest} == made
    assert len(first) + len(rest) == 5


def test_lists_cost_the_same_for_one_and_for_many(session, statements):
    costs = []
    for size in (1, 6):
        for _each in range(size):
            make_match(started_at=NOW - timedelta(days=30))
        session.flush()
        figures = []
        for ask in (
            lambda: queries.list_matches(COORDINATOR, P.MATCH_READ, ON),
            lambda: queries.overdue_matches(COORDINATOR, ON),
            lambda: queries.list_mentors(ON),
        ):
            statements.clear()
            ask()
            figures.append(len(statements))
        costs.append(figures)
    assert costs[0] == costs[1]
    assert costs[0] <= [3, 3, 2]


def test_sessions_cost_the_same_for_one_and_for_many(pair, session, statements):
    costs = []
    for weeks in ((0,), (1, 2, 3)):
        for back in weeks:
            make_session(pair.match, pair.mentor, HELD - timedelta(days=7 * back), pair.came)
        session.flush()
        statements.clear()
        session_queries.list_sessions(pair.actor, P.MATCH_READ, pair.match, ON)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 4


def test_mentors_are_those_with_the_role_and_their_load(pair):
    make_account(Role.MENTOR, pair.mentor)
    make_account(Role.MENTOR, make_person("Ana", "Reyes"))
    make_account(Role.COACH)
    assert [(line.name, line.load) for line in queries.list_mentors(ON)] == [("Lena Kowalczyk", 2), ("Ana Reyes", 0)]


def test_waiting_youth_are_the_longest_wait_first_and_within_reach(pair):
    late = make_mentee(pair.season, "Finn", "O'Rourke")
    elsewhere = make_actor(Role.COORDINATOR, program_id=pair.season.program_id + 1000)
    assert [line.youth_id for line in queries.free_youth(pair.season.id, COORDINATOR, ON)] == [late.id]
    assert queries.free_youth(pair.season.id, elsewhere, ON) == []


def test_merged_mentors_keep_their_logs(pair, session):
    pair.log()
    kept = make_person("Lena", "Kowalczyk")
    session_services.follow_merge(PeopleMerged(kept.id, pair.mentor.id, NOW))
    assert session.scalars(sa.select(SessionLog.logged_by_id)).all() == [kept.id]


def test_a_match_is_one_group(pair, session):
    assert session.scalar(sa.select(Group.id).join(Match, Match.group_id == Group.id)) == pair.match.group_id

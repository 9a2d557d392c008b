"""Sessions kept: not held, corrected, looked at, left as drafts, asked for by mail."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import NOW, make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.models import SignedLink
from youthprog.access.types import Role
from youthprog.attendance.queries import marks_at
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.mentorship.queries import get_match_for
from youthprog.mentorship.services import activate_match, pause_match
from youthprog.mentorship.sessions import plan_queries, queries, reminding, services
from youthprog.mentorship.sessions.models import ExpectedSession, SessionAmendment, SessionDraft, SessionLog
from youthprog.mentorship.sessions.types import Entry, Flag, NotHeld
from youthprog.mentorship.types import DutyStatus
from youthprog.outreach.models import Message
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import GroupStaff
from youthprog.programs.queries import member_ids
from youthprog.programs.services import schedule_gathering
from youthprog.programs.types import GatheringKind, StaffRole

HELD = datetime(2026, 9, 15, 21, 0, tzinfo=UTC)  # Tuesday, 4 pm where the department is
KEY = "11111111-2222-4333-8444-{:012d}"
COORDINATOR = make_actor(Role.COORDINATOR)


@pytest.fixture(autouse=True)
def objections(app):
    """Everybody is cleared."""
    with only_these_are_not_cleared(app) as barred:
        yield barred


class One:
    """A mentor with an account, and one young person, who meet every week since Tuesday, August 18."""

    def __init__(self, session):
        self.season = make_mentoring_season()
        self.mentor = make_person("Lena", "Kowalczyk")
        self.account = make_account(Role.MENTOR, self.mentor)
        self.youth = make_mentee(self.season, "Yusuf", "Abdi")
        began = datetime(2026, 8, 18, 20, tzinfo=UTC)
        self.match = make_match(self.mentor, self.youth, season=self.season, started_at=began, usual_time=time(16))
        self.actor = make_actor(Role.MENTOR, self.mentor.id)
        session.flush()

    def entry(self, number=1, **values):
        known = {
            "client_id": KEY.format(number), "starts_at": HELD, "minutes": 60, "marks": {self.youth.id: Mark.PRESENT},
            "duty": DutyStatus.ON_DUTY, "observable": True, "mentor_ids": (self.mentor.id,),
        }  # fmt: skip
        return Entry(**(known | values))

    def log(self, number=1, *, now=NOW, **values):
        return services.log_session(self.match, self.entry(number, **values), by=self.actor, now=now)


@pytest.fixture
def one(session):
    return One(session)


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


# ---- what needs a reason ----


def test_alone_and_out_of_sight_needs_a_reason_that_the_coordinator_sees_once(one, session):
    with pytest.raises(Refused) as caught:
        one.log(observable=False)
    assert codes(caught) == ["reason_alone"]
    log = one.log(observable=False, reason="The library closed early.")
    (line,) = plan_queries.list_to_see(COORDINATOR, clock.day_of(NOW))
    assert (line.session_id, line.flags, line.reason) == (log.id, (Flag.ALONE,), "The library closed early.")
    leader = make_actor(Role.COORDINATOR, make_person("Ana", "Reyes").id)
    services.mark_seen(log, by=leader, now=NOW)
    services.mark_seen(log, by=COORDINATOR, now=NOW + timedelta(hours=1))
    assert (log.seen_by_id, log.seen_at) == (leader.person_id, NOW)
    assert plan_queries.list_to_see(COORDINATOR, clock.day_of(NOW)) == []


def test_a_ride_without_consent_needs_a_reason(one):
    with pytest.raises(Refused) as caught:
        one.log(transport=True)
    assert codes(caught) == ["reason_transport"]


def test_a_mentor_at_two_places_at_once_is_flagged_for_the_coordinator(one, session):
    other = make_match(
        one.mentor, make_mentee(one.season, "Finn", "Orourke"), season=one.season, started_at=NOW - timedelta(days=20)
    )
    one.log(1)
    marks = dict.fromkeys(member_ids(other.group_id, date(2026, 9, 17)), Mark.PRESENT)
    log = services.log_session(
        other, one.entry(2, starts_at=HELD + timedelta(minutes=30), marks=marks), by=one.actor, now=NOW
    )
    assert log.flags == [Flag.OVERLAP.value]
    assert [line.session_id for line in plan_queries.list_to_see(COORDINATOR, clock.day_of(NOW))] == [log.id]


# ---- not held, and corrected ----


def test_what_was_not_held_has_no_log_and_no_minute(one, session):
    entry = one.entry(not_held=NotHeld.FAMILY)
    first = services.say_not_held(one.match, entry, by=one.actor, now=NOW)
    assert services.say_not_held(one.match, entry, by=one.actor, now=NOW) is first
    assert count(session, SessionLog) == 0
    assert queries.not_held_of(one.match.id) == [(date(2026, 9, 15), NotHeld.FAMILY)]


def test_a_correction_keeps_what_the_log_said(one, session):
    log = one.log(note="Read.")
    entry = one.entry(minutes=90, note="Read.", marks={one.youth.id: Mark.EXCUSED}, starts_at=HELD - timedelta(days=1))
    services.amend(log, entry, why="It was Monday.", by=one.actor, now=NOW + timedelta(hours=1))
    assert (log.minutes, log.held_on) == (90, date(2026, 9, 14))
    row = session.scalars(sa.select(SessionAmendment)).one()
    assert (row.was["minutes"], row.became["minutes"]) == (60, 90)
    assert (row.was["held_on"], row.became["held_on"]) == ("2026-09-15", "2026-09-14")
    assert row.was["marks"] == {str(one.youth.id): "present"}
    assert "note" not in row.became
    assert marks_at([log.gathering_id])[log.gathering_id] == {one.youth.id: Mark.EXCUSED}
    (line,) = queries.list_sessions(COORDINATOR, P.MATCH_READ, one.match, date(2026, 9, 17))
    assert line.corrections[0].reason == "It was Monday."


@pytest.mark.parametrize(
    ("why", "minutes", "code"), [("", 90, "no_reason"), ("Slip", 60, "unchanged"), ("Slip", 0, "minutes")]
)
def test_a_correction_of_nothing_or_without_a_reason_is_refused(one, session, why, minutes, code):
    log = one.log()
    with pytest.raises(Refused) as caught:
        services.amend(log, one.entry(minutes=minutes), why=why, by=one.actor, now=NOW)
    assert codes(caught) == [code]
    assert count(session, SessionAmendment) == 0


# ---- drafts ----


def test_a_draft_is_sealed_bound_and_gone_once_it_is_logged(one, session):
    key = KEY.format(7)
    services.keep_draft(one.match, key, '{"note": ["Talked about Yusuf"]}', by=one.actor, now=NOW)
    services.keep_draft(one.match, key, '{"note": ["Talked about school"]}', by=one.actor, now=NOW)
    raw = session.execute(sa.text("SELECT values_sealed FROM session_draft")).scalar_one()
    assert b"school" not in bytes(raw)
    draft = queries.find_draft(one.mentor.id, one.match.id, NOW + timedelta(days=6, hours=23))
    assert draft is not None
    assert draft.values == {"note": ["Talked about school"]}
    assert queries.find_draft(one.mentor.id, one.match.id, NOW + timedelta(days=7)) is None
    assert queries.find_draft(one.mentor.id + 1, one.match.id, NOW) is None
    with pytest.raises(Refused):
        services.keep_draft(one.match, key, "{}", by=COORDINATOR, now=NOW)
    one.log(7)
    assert count(session, SessionDraft) == 0
    assert services.keep_draft(one.match, key, "{}", by=one.actor, now=NOW) is None  # it came late: the log is there
    assert count(session, SessionDraft) == 0


def test_old_drafts_go(one, session):
    services.keep_draft(one.match, KEY.format(7), "{}", by=one.actor, now=NOW)
    list(reminding.drop_old_drafts(NOW + timedelta(days=6)))
    assert count(session, SessionDraft) == 1
    list(reminding.drop_old_drafts(NOW + timedelta(days=7)))
    assert count(session, SessionDraft) == 0


# ---- reminders ----

DUE = datetime(2026, 9, 15, 22, 0, tzinfo=UTC)  # the end of what was expected on Tuesday


def look(session, now):
    """The chore, as the worker does it; how many letters it wrote."""
    written = 0
    for _step in reminding.remind(now):
        written += 1
        session.commit()
    session.commit()
    return written


def letters(session):
    return session.scalars(sa.select(Message).where(Message.kind == reminding.REMINDER).order_by(Message.id)).all()


def caught_up(one):
    """Logs of all weeks but the last."""
    for week in range(1, 4):
        make_session(one.match, one.mentor, HELD - timedelta(days=7 * week), {one.youth.id: Mark.PRESENT})


def test_a_missing_log_is_asked_for_twice_and_never_again(one, session):
    caught_up(one)
    written = {
        hours: look(session, DUE + timedelta(hours=hours)) for hours in (1, 23, 24, 30, 48, 71, 72, 90, 96, 120, 160)
    }
    assert {hours for hours, count in written.items() if count} == {24, 72}
    first, second = letters(session)
    assert first.to_address == one.account.email
    text = first.unseal("text_sealed") or ""
    assert re.search(r"/log/[\w-]{20,}", text)
    assert "Yusuf" not in text + (first.subject or "") + (second.unseal("text_sealed") or "")
    assert count(session, SignedLink) == 2


def test_nobody_is_asked_at_night_or_for_what_is_logged_canceled_or_paused(one, session):
    caught_up(one)
    assert look(session, DUE + timedelta(hours=28)) == 0  # 9 pm
    one.match = get_match_for(COORDINATOR, P.MATCH_READ, one.match.id, date(2026, 9, 17))
    one.log()
    assert look(session, DUE + timedelta(hours=24)) == 0
    match = get_match_for(COORDINATOR, P.MATCH_READ, one.match.id, date(2026, 9, 17))
    session.delete(session.scalars(sa.select(SessionLog).order_by(SessionLog.id.desc())).first())
    row = services.say_not_held(match, one.entry(9, not_held=NotHeld.YOUTH), by=one.actor, now=NOW)
    assert look(session, DUE + timedelta(hours=24)) == 0
    session.delete(row)
    pause_match(match, by=SYSTEM, now=DUE)
    session.commit()
    assert look(session, DUE + timedelta(hours=24)) == 0
    activate_match(match, by=SYSTEM, now=DUE)
    session.commit()
    assert match.active_since == clock.today()
    match.holds = [["2026-09-15", "2026-09-16"]]  # until the day after the session that fell into the pause
    session.commit()
    assert look(session, DUE + timedelta(hours=24)) == 0
    match.holds = [["2026-09-15", "2026-09-15"]]
    session.commit()
    assert look(session, DUE + timedelta(hours=24)) == 1


def test_the_second_reminder_goes_to_the_other_mentor(one, session):
    other = make_person("Omar", "Haddad")
    make_account(Role.MENTOR, other)
    caught_up(one)
    since = (DUE - timedelta(days=20)).date()
    session.add(GroupStaff(group_id=one.match.group_id, person_id=other.id, role=StaffRole.MENTOR, from_on=since))
    session.flush()
    for hours in (24, 72):
        look(session, DUE + timedelta(hours=hours))
    assert [letter.person_id for letter in letters(session)] == [one.mentor.id, other.id]


def test_two_misses_in_a_row_reach_the_coordinator(one, session):
    for week in (2, 3):
        make_session(one.match, one.mentor, HELD - timedelta(days=7 * week), {one.youth.id: Mark.PRESENT})
    assert plan_queries.list_missed(COORDINATOR, DUE + timedelta(hours=71), {}) == []
    (line,) = plan_queries.list_missed(COORDINATOR, DUE + timedelta(hours=72), {one.match.id: ["Lena Kowalczyk"]})
    assert (line.in_a_row, line.mentors, line.last_due_on) == (2, ("Lena Kowalczyk",), date(2026, 9, 15))
    one.log(now=DUE + timedelta(hours=80))
    assert plan_queries.list_missed(COORDINATOR, DUE + timedelta(hours=96), {}) == []


def test_the_share_in_time_counts_what_nobody_logged(one, session):
    for week in (2, 3):
        make_session(
            one.match,
            one.mentor,
            HELD - timedelta(days=7 * week),
            {one.youth.id: Mark.PRESENT},
            now=HELD - timedelta(days=7 * week - 1),
        )
    found = plan_queries.timeliness_of(COORDINATOR, DUE + timedelta(days=8))
    assert (found.count, found.unlogged, found.share, found.median_hours) == (4, 2, 50, 23.0)


def test_a_merged_record_keeps_its_drafts_words_and_corrections(one, session):
    log = one.log()
    services.amend(log, one.entry(minutes=70), why="Slip", by=one.actor, now=NOW)
    services.keep_draft(one.match, KEY.format(3), "{}", by=one.actor, now=NOW)
    services.say_not_held(
        one.match, one.entry(4, not_held=NotHeld.MENTOR, starts_at=HELD - timedelta(days=7)), by=one.actor, now=NOW
    )
    kept = make_person("Lena", "Kowalczyk")
    session.execute(sa.update(db.table(GroupStaff)).values(person_id=kept.id))
    services.follow_merge(PeopleMerged(kept.id, one.mentor.id, NOW))
    assert session.scalars(sa.select(SessionDraft.person_id)).all() == [kept.id]
    assert session.scalars(sa.select(SessionAmendment.by_id)).all() == [kept.id]
    assert session.scalars(sa.select(ExpectedSession.told_by_id)).all() == [kept.id]
    assert session.scalars(sa.select(SessionLog.mentor_ids)).all() == [[kept.id]]


def test_every_deed_of_a_session_leaves_its_line(one, session):
    log = one.log(observable=False, reason="Closed.")
    services.mark_seen(log, by=COORDINATOR, now=NOW)
    services.amend(log, one.entry(minutes=70, reason="Closed.", observable=False), why="Slip", by=one.actor, now=NOW)
    session.commit()
    actions = set(session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.like("session.%"))))
    assert actions == {"session.logged", "session.seen", "session.amended"}


def test_the_meeting_set_for_that_day_is_the_one_that_is_logged(one, session):
    planned = schedule_gathering(
        one.match.group, kind=GatheringKind.MENTORING, title="Mentoring session", starts_at=HELD,
        ends_at=HELD + timedelta(hours=1), place="Gym", by=SYSTEM, now=NOW,
    )  # fmt: skip
    log = one.log(starts_at=HELD + timedelta(minutes=30), minutes=45)
    assert log.gathering_id == planned.id
    assert (planned.starts_at, planned.ends_at, planned.place) == (
        HELD + timedelta(minutes=30),
        HELD + timedelta(minutes=75),
        "Gym",
    )
    assert one.log(2, starts_at=HELD + timedelta(hours=3)).gathering_id != planned.id

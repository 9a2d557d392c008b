"""Closures, papers at the end, and surveys in the tables, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account, make_actor
from tests.makers.mentoring import make_match, make_mentee, make_mentoring_season, make_session
from tests.makers.people import NOW, make_person
from tests.support.clearing import only_these_are_not_cleared
from youthprog.access.types import Role
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.consent.models import RecordHold
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.documents.models import Document
from youthprog.documents.types import DocumentKind
from youthprog.mentorship import queries as mentorship
from youthprog.mentorship import services as mentorship_services
from youthprog.mentorship.cadence.models import SupportContact
from youthprog.mentorship.cadence.types import Depth
from youthprog.mentorship.cadence.types import Party as Side
from youthprog.mentorship.cadence.types import Way as By
from youthprog.mentorship.closing import forgetting, queries, services
from youthprog.mentorship.closing.models import ClosureParty, MatchClosure
from youthprog.mentorship.closing.types import (
    Attempt,
    Contact,
    Draft,
    How,
    Initiator,
    Interview,
    Party,
    Reason,
    Rematch,
    Talk,
    Way,
)
from youthprog.mentorship.evidence import lists
from youthprog.mentorship.evidence import measures as counting
from youthprog.mentorship.evidence import queries as evidence
from youthprog.mentorship.evidence import services as surveys
from youthprog.mentorship.evidence.models import SurveyAnswer
from youthprog.mentorship.evidence.types import Audience, Count
from youthprog.mentorship.gate.models import MentorStep
from youthprog.mentorship.gate.types import StepKind
from youthprog.mentorship.types import MatchStatus
from youthprog.people.models import ContactPoint
from youthprog.people.types import ContactKind, PeopleMerged
from youthprog.programs import services as programs_services
from youthprog.programs.models import Enrollment

ON = NOW.date()
COORDINATOR = make_actor(Role.COORDINATOR)
SURVEY = b"""name,,How it goes,Como va
audience,,mentor,
source,,Ours,
license,,Ours,
scale,1,Never,Nunca
scale,5,Always,Siempre
question,one,Well?,Bien?
"""


@pytest.fixture(autouse=True)
def everybody_is_cleared(app):
    with only_these_are_not_cleared(app):
        yield


class Pair:
    """A match of Yusuf and Lena, and its closure when one was begun."""

    def __init__(self, *, weeks=30):
        self.season, self.mentor = make_mentoring_season(), make_person("Lena", "Kowalczyk")
        self.yusuf = make_mentee(self.season)
        self.match = make_match(self.mentor, self.yusuf, season=self.season, started_at=NOW - timedelta(weeks=weeks))

    @property
    def whole(self):
        talk = Interview(Talk.DONE, ON, "He wept, and laughed.")
        return Draft(
            way=Way.UNEXPECTED, reason=Reason.MENTOR_MOVED, initiator=Initiator.MENTOR, ends_on=ON - timedelta(days=1),
            interviews=dict.fromkeys(Party, talk), contact=Contact.NONE, contact_told_on=ON,
            rematch={self.yusuf.id: Rematch.YES, self.mentor.id: Rematch.LATER},
        )  # fmt: skip

    def open(self):
        return services.open_closure(self.match, by=SYSTEM, now=NOW)

    def save(self, draft, seen=None):
        seen = seen or queries.find_closure(self.match.id).version
        services.save_closure(self.match, draft, seen=seen, by=SYSTEM, now=NOW)

    def finish(self, draft=None):
        self.open()
        self.save(draft or self.whole)
        papers = services.prepare_papers(self.match, by=COORDINATOR, now=NOW)
        services.finish_closure(self.match, papers, by=SYSTEM, now=NOW)
        return papers


@pytest.fixture
def pair(session):
    return Pair()


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def test_no_match_that_began_ends_without_a_closure(pair):
    for wanted in (["no_closure"], None):
        with pytest.raises(Refused) as caught:
            mentorship_services.close_match(pair.match, by=SYSTEM, now=NOW)
        if wanted:
            assert codes(caught) == wanted
            pair.open()
    assert "missing_reason" in codes(caught)
    assert "missing_letters" in codes(caught)
    assert pair.match.status is MatchStatus.ACTIVE


def test_a_proposal_is_taken_back_at_once(session):
    season, mentor = make_mentoring_season(), make_person("Ana", "Reyes")
    youth = make_mentee(season)
    match = mentorship_services.propose_match(season, mentors=[mentor.id], youth=[youth.id], by=SYSTEM, now=NOW)
    mentorship_services.close_match(match, by=SYSTEM, now=NOW)
    assert match.status is MatchStatus.CLOSED
    with pytest.raises(Refused) as caught:
        mentorship_services.close_match(match, by=SYSTEM, now=NOW)
    assert codes(caught) == ["match_closed"]


def test_a_closure_is_written_over_days_and_then_ends_the_match(pair, session):
    pair.open()
    pair.save(Draft(way=Way.UNEXPECTED))
    assert queries.in_closing(pair.match.id)
    came = {pair.yusuf.id: Mark.PRESENT}
    make_session(pair.match, pair.mentor, NOW - timedelta(days=2), came)  # the mentor still logs the last session
    pair.save(replace(pair.whole, reason=None))
    with pytest.raises(Refused) as caught:
        services.prepare_papers(pair.match, by=SYSTEM, now=NOW)
    assert codes(caught) == ["missing_reason"]
    pair.save(pair.whole)
    papers = services.prepare_papers(pair.match, by=COORDINATOR, now=NOW)
    services.finish_closure(pair.match, papers, by=SYSTEM, now=NOW)
    assert (pair.match.status, pair.match.ended_on) == (MatchStatus.CLOSED, ON - timedelta(days=1))
    closure = queries.find_closure(pair.match.id)
    kinds = dict(session.execute(sa.select(Document.subject_id, sa.func.count()).group_by(Document.subject_id)).all())
    assert kinds == {closure.id: 2}
    letters = session.scalars(sa.select(Document.kind).order_by(Document.kind)).all()
    assert letters == [DocumentKind.APPRECIATION, DocumentKind.CLOSURE_LETTER]
    assert mentorship.free_among(pair.season.id, [pair.yusuf.id]) == {pair.yusuf.id}
    line = mentorship.line_of(COORDINATOR, queries.P.MATCH_READ, pair.match, ON)
    assert (line.mentors, line.youth) == (("Lena Kowalczyk",), ("Yusuf Abdi",))


def test_what_was_said_is_sealed(pair, session):
    pair.open()
    pair.save(pair.whole)
    row = session.execute(sa.select(MatchClosure.__table__)).mappings().one()
    assert b"wept" not in row["words_sealed"]
    assert "wept" not in str(row["interviews"])
    assert queries.draft_of(queries.find_closure(pair.match.id)).interviews[Party.YOUTH].words.startswith("He wept")


def test_what_was_said_goes_after_its_time_and_a_hold_keeps_it(pair, session):
    pair.finish()
    contact = SupportContact(
        match_id=pair.match.id, party=Side.MENTOR, person_id=pair.mentor.id, at=NOW, way=By.PHONE, depth=Depth.QUICK,
        reached=True, alone=True, client_id="one", recorded_at=NOW,
    )  # fmt: skip
    session.add(contact)
    session.flush()
    contact.seal("words_sealed", "She works nights.")
    session.flush()

    def kept_after(days: int) -> list[bool]:
        list(forgetting.forget_words(NOW + timedelta(days=days)))
        session.expire_all()
        return [queries.find_closure(pair.match.id).words_sealed is not None, contact.words_sealed is not None]

    assert kept_after(1094) == [True, True]
    hold = RecordHold(youth_id=pair.yusuf.id, reason="A claim", from_at=NOW)
    session.add(hold)
    session.flush()
    assert kept_after(1200) == [True, True]
    hold.ended_at = NOW
    session.flush()
    assert kept_after(1095) == [False, False]
    assert queries.find_closure(pair.match.id).interviews, "that a talk took place stays"
    session.commit()
    lines = sa.select(sa.func.count()).where(AuditEntry.action == "closure.words_removed")
    assert (kept_after(1300), session.scalar(lines)) == ([False, False], 1)


def test_somebody_else_saved_meanwhile(pair):
    pair.open()
    pair.save(pair.whole, seen=1)
    with pytest.raises(Conflict):
        pair.save(Draft(), seen=1)
    papers = services.prepare_papers(pair.match, by=SYSTEM, now=NOW)
    pair.save(pair.whole)
    with pytest.raises(Conflict):
        services.finish_closure(pair.match, papers, by=SYSTEM, now=NOW)
    assert pair.match.status is MatchStatus.ACTIVE


def test_a_mentor_who_is_not_safe_is_proposed_nowhere_and_gets_no_certificate(pair, session):
    make_account(Role.MENTOR, pair.mentor)
    assert [line.person_id for line in mentorship.list_mentors(ON)] == [pair.mentor.id]
    waiting = mentorship_services.propose_match(
        pair.season, mentors=[pair.mentor.id], youth=[make_mentee(pair.season, "Finn").id], by=SYSTEM, now=NOW
    )
    draft = replace(pair.whole, rematch={pair.yusuf.id: Rematch.YES, pair.mentor.id: Rematch.UNSAFE})
    pair.finish(draft)
    kinds = session.scalars(sa.select(Document.kind)).all()
    assert kinds == [DocumentKind.CLOSURE_LETTER]
    assert mentorship.list_mentors(ON) == []
    for deed in (
        lambda: mentorship_services.activate_match(waiting, by=SYSTEM, now=NOW),
        lambda: mentorship_services.propose_match(
            pair.season, mentors=[pair.mentor.id], youth=[make_mentee(pair.season, "Zoe").id], by=SYSTEM, now=NOW
        ),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert codes(caught) == ["barred"]
    services.decide_rematch(pair.match, pair.mentor.id, Rematch.LATER, by=SYSTEM, now=NOW)
    assert [line.person_id for line in mentorship.list_mentors(ON)] == [pair.mentor.id]
    with pytest.raises(NotFound):
        services.decide_rematch(pair.match, 987_654, Rematch.NO, by=SYSTEM, now=NOW)


def test_unsafe_is_read_by_named_roles_alone(pair):
    pair.open()
    pair.save(replace(pair.whole, rematch={pair.mentor.id: Rematch.UNSAFE}))
    assert pair.match.status is MatchStatus.PAUSED  # the mentor sees the youth no longer
    closure = queries.find_closure(pair.match.id)
    grants = {key: value for key, value in COORDINATOR.grants.items() if key is not queries.P.REMATCH_READ}
    for actor, told in ((COORDINATOR, Rematch.UNSAFE), (replace(COORDINATOR, grants=grants), Rematch.NO)):
        lines = {line.person_id: line.rematch for line in queries.party_lines(actor, closure, ON)}
        assert lines == {pair.mentor.id: told, pair.yusuf.id: None}
    with pytest.raises(Refused) as caught:
        services.drop_closure(pair.match, by=SYSTEM, now=NOW)
    assert codes(caught) == ["unsafe"]


def test_a_closure_is_given_up_and_begun_again(pair):
    pair.open()
    pair.save(Draft(way=Way.EXPECTED))
    services.drop_closure(pair.match, by=SYSTEM, now=NOW)
    assert not queries.in_closing(pair.match.id)
    with pytest.raises(Refused) as caught:
        services.add_attempt(pair.match, Attempt(ON, How.PHONE), by=SYSTEM, now=NOW)
    assert codes(caught) == ["not_open"]
    closure = pair.open()
    assert queries.draft_of(closure).way is Way.EXPECTED
    services.add_attempt(pair.match, Attempt(ON, How.PHONE), by=SYSTEM, now=NOW)
    assert queries.draft_of(closure).attempts == (Attempt(ON, How.PHONE),)


def test_a_withdrawn_youth_begins_a_closure_and_ends_nothing(pair, session):
    season = make_mentoring_season()
    two = [make_mentee(season, name) for name in ("Ada", "Ben")]
    club = make_match(make_person("Ana", "Reyes"), *two, season=season, started_at=NOW - timedelta(weeks=9))
    for youth, closing in ((pair.yusuf, pair.match), (two[0], None), (two[1], club)):
        enrollment = session.scalars(sa.select(Enrollment).where(Enrollment.youth_id == youth.id)).one()
        programs_services.withdraw(enrollment, by=SYSTEM, now=NOW)
        if closing is None:
            assert queries.find_closure(club.id) is None  # the other one goes on
        else:
            closure = queries.find_closure(closing.id)
            assert (closure.opened_why, closing.status) == ("withdrawn", MatchStatus.ACTIVE)
            assert youth.id in {party.person_id for party in queries.parties_of(closure)}


def test_the_end_of_a_season_begins_closures_once(pair):
    assert list(services.open_at_season_end(NOW)) == []
    pair.season.ends_on = ON - timedelta(days=1)
    assert list(services.open_at_season_end(NOW)) == [pair.match.id]
    assert pair.match.status is MatchStatus.ACTIVE
    services.drop_closure(pair.match, by=SYSTEM, now=NOW)
    assert list(services.open_at_season_end(NOW)) == []
    assert queries.open_closures(COORDINATOR, ON) == []


def test_a_merge_keeps_the_stricter_decision_and_the_closure(pair, session):
    pair.open()
    pair.save(replace(pair.whole, rematch={pair.mentor.id: Rematch.UNSAFE, pair.yusuf.id: Rematch.NO}))
    kept = make_person("Lena", "Kowalczyk")
    closure = queries.find_closure(pair.match.id)
    session.add(ClosureParty(closure_id=closure.id, person_id=kept.id, side="mentor", rematch=Rematch.YES))
    session.flush()
    services.follow_merge(PeopleMerged(kept.id, pair.mentor.id, NOW))
    other = make_person("Yusuf", "Abdi")
    services.follow_merge(PeopleMerged(other.id, pair.yusuf.id, NOW))
    rows = dict(session.execute(sa.select(ClosureParty.person_id, ClosureParty.rematch)).all())
    assert rows == {kept.id: Rematch.UNSAFE, other.id: Rematch.NO}


def test_retention_counts_what_began_within_reach(pair):
    pair.finish()
    make_match(started_at=NOW - timedelta(weeks=10))
    spans = queries.spans_of(COORDINATOR, queries.Scope(None, None, None), ON)
    assert [(span.days, span.ended) for _started, span in spans] == [(210, True), (71, False)]
    only = queries.Scope(pair.season.program_id, date(2026, 1, 1), ON)
    assert len(queries.spans_of(COORDINATOR, only, ON)) == 1
    (ending,) = queries.endings_of(COORDINATOR, only, ON)
    assert (ending.reason, ending.initiator, ending.count) == (Reason.MENTOR_MOVED, Initiator.MENTOR, 1)
    elsewhere = make_actor(Role.COORDINATOR, program_id=pair.season.program_id + 1000)
    assert queries.spans_of(elsewhere, queries.Scope(None, None, None), ON) == []


# ---- evidence ----


def test_measures_count_what_is_on_file(pair, session):
    came = {pair.yusuf.id: Mark.PRESENT}
    make_session(pair.match, pair.mentor, NOW - timedelta(days=3), came, note="Posters.")
    make_session(pair.match, pair.mentor, NOW - timedelta(days=9), came)
    other = Pair(weeks=60)
    other.finish(
        replace(other.whole, interviews=other.whole.interviews | {Party.GUARDIAN: Interview(Talk.NOT_POSSIBLE, None, "Moved.")})
    )  # fmt: skip
    period = counting.Period(COORDINATOR, None, ON - timedelta(days=364), ON, ON)
    counted = {name: counting.count_of(name, period) for name in counting.MEASURES}
    assert counted["described"] == Count(1, 2)
    assert counted["four_hours"] == Count(0, 2)
    assert counted["one_year"] == Count(1, 1)
    assert counted["enrolled"] == counted["guardian_known"] == counted["permission"] == Count(1, 1)
    assert counted["closed"] == counted["closed_unexpected"] == counted["contact_rule"] == Count(1, 1)
    assert (counted["talks"], counted["talk_guardian"]) == (Count(2, 3), Count(0, 1))
    assert counted["rematch"] == Count(2, 2)
    assert counted["closed_expected"] == counted["closed_unreachable"] == counted["surveys"] == Count(0, 0)
    assert counting.count_of("what nobody counts", period) is None
    of_mentors = ("application", "interview", "checks", "references", "training", "policies")
    assert {counted[name] for name in (*of_mentors, "commitment", "first_meeting")} == {Count(1, 1)}
    assert (counted["later_training"], counted["preferences"]) == (Count(0, 0), Count(0, 2))
    step = sa.select(MentorStep).where(MentorStep.kind == StepKind.INTERVIEW, MentorStep.person_id == pair.mentor.id)
    session.scalars(step).one().ended_at = NOW
    session.flush()
    period = counting.Period(COORDINATOR, None, ON - timedelta(days=364), ON, ON)
    assert counting.count_of("interview", period) == Count(0, 1)
    assert counting.count_of("references", period) == Count(1, 1)


# ---- surveys ----


def loaded(pair):
    survey = lists.read_instrument(SURVEY, "x.csv")
    return surveys.load_instrument(pair.season.program_id, survey, by=SYSTEM, now=NOW)


def test_a_due_survey_is_sent_answered_once_and_scored(session):
    pair = Pair(weeks=14)
    row = loaded(pair)
    session.add(
        ContactPoint(person_id=pair.mentor.id, kind=ContactKind.EMAIL, value="l@x.example", normal="l@x.example")
    )
    session.flush()
    (due,) = evidence.due_surveys(COORDINATOR, ON)
    assert (due.person_id, due.months, due.has_mail) == (pair.mentor.id, 3, True)
    first = surveys.send_survey(due, by=SYSTEM, now=NOW)
    assert evidence.count_due(COORDINATOR, ON) == 1
    (again,) = evidence.due_surveys(COORDINATOR, ON)
    assert (again.answer_id, again.sent_on) == (first.id, ON)
    old = first.token_hash
    assert surveys.send_survey(again, by=SYSTEM, now=NOW).token_hash != old
    surveys.answer(first, {"one": 4}, by=SYSTEM, now=NOW)
    assert (first.score_hundredths, first.token_hash) == (400, None)
    assert b"one" not in first.answers_sealed
    assert evidence.answers_in(first) == {"one": 4}
    with pytest.raises(Refused) as caught:
        surveys.answer(first, {"one": 5}, by=SYSTEM, now=NOW)
    assert codes(caught) == ["answered"]
    assert (evidence.due_surveys(COORDINATOR, ON), evidence.count_due(COORDINATOR, ON)) == ([], 0)
    (line,) = evidence.list_instruments(COORDINATOR)
    assert (line.row.id, line.asked, line.answered, line.means) == (row.id, 1, 1, {3: 400})
    period = counting.Period(COORDINATOR, None, ON - timedelta(days=364), ON, ON)
    assert counting.count_of("surveys", period) == Count(1, 1)
    surveys.retire_instrument(row, by=SYSTEM, now=NOW)
    assert counting.count_of("surveys", counting.Period(COORDINATOR, None, ON, ON, ON)) == Count(0, 0)


def test_who_has_no_mail_gets_no_link(session):
    pair = Pair(weeks=14)
    loaded(pair)
    (due,) = evidence.due_surveys(COORDINATOR, ON)
    with pytest.raises(Refused) as caught:
        surveys.send_survey(due, by=SYSTEM, now=NOW)
    assert codes(caught) == ["no_mail"]
    with pytest.raises(Refused) as caught:
        surveys.send_survey(replace(due, audience=Audience.YOUTH), by=SYSTEM, now=NOW)
    assert codes(caught) == ["no_child"]


def test_merged_people_keep_the_survey_that_was_answered(session):
    pair = Pair(weeks=14)
    loaded(pair)
    (due,) = evidence.due_surveys(COORDINATOR, ON)
    surveys.answer_due(due, {"one": 2}, by=SYSTEM, now=NOW)
    kept = make_person("Lena", "Kowalczyk")
    session.add(SurveyAnswer(match_id=due.match_id, instrument_id=due.instrument_id, person_id=kept.id, months=3))
    session.flush()
    surveys.follow_merge(PeopleMerged(kept.id, pair.mentor.id, NOW))
    assert session.execute(sa.select(SurveyAnswer.person_id, SurveyAnswer.score_hundredths)).all() == [(kept.id, 200)]

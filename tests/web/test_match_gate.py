"""The gate's pages: the file of a mentor on paper, signing on one's own phone and by a link, people who join."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.mentoring import clear_the_way, give_consent, make_match, make_mentee, make_mentoring_season
from tests.makers.people import make_person
from youthprog.access.services import issue_link
from youthprog.access.types import LinkPurpose, Role
from youthprog.core import clock
from youthprog.core.actor import SYSTEM
from youthprog.mentorship import services as core
from youthprog.mentorship.gate import facts, own_queries, queries
from youthprog.mentorship.gate.models import MatchStep
from youthprog.mentorship.gate.requirements import USUAL
from youthprog.mentorship.gate.types import Item, MatchStepKind
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import MatchStatus
from youthprog.people import services as people


class Waiting:
    """A proposed match nobody has signed for: Ana Reyes and Yusuf Abdi, his guardian Halima, and a coordinator."""

    def __init__(self, session, *, but=(Item.COMMITMENT, Item.FIRST_MEETING)):
        now = clock.now()
        self.season = make_mentoring_season()
        self.season.starts_on = (now - timedelta(days=90)).date()
        self.season.ends_on = (now + timedelta(days=90)).date()
        self.mentor = make_person("Ana", "Reyes")
        self.child = make_mentee(self.season)
        self.match = core.propose_match(
            self.season, mentors=[self.mentor.id], youth=[self.child.id], by=SYSTEM, now=now, every_days=14
        )
        clear_the_way(self.match, clock.today(), but=but)
        self.guardian_id = min(facts.of_match(self.match, clock.today()).youth[0].guardians)
        self.account, self.coordinator = make_account(Role.MENTOR, self.mentor), make_account(Role.COORDINATOR)
        self.match_id, self.program_id, self.mentor_id = self.match.id, self.season.program_id, self.mentor.id
        self.child_id = self.child.id
        self.page = f"/matches/{self.match.id}/people"
        session.commit()


def test_a_mentors_file_is_filled_line_by_line(visitor, session):
    coordinator, program_id = make_account(Role.COORDINATOR), make_mentoring_season().program_id
    session.commit()
    here = f"/programs/{program_id}/mentors"
    page = visitor.sign_in(coordinator).get(here)
    day = (clock.today() - timedelta(days=31)).isoformat()
    names = {"given_name": "Ana", "family_name": "Reyes", "email": "ana@city.example", "done_on": day}
    page = visitor.post(here, {**page.form(here), **names})
    assert page.h1 == "Ana Reyes"
    assert "1 of the 7 items a mentor brings are in date." in page.text
    assert "1 has waited for more than 30 days." in visitor.get(here).text
    person_id = queries.list_applicants(program_id, clock.today())[0].person_id
    steps = f"{here}/{person_id}/steps"
    today = {"done_on": clock.today().isoformat()}
    for values in (
        {"kind": "interview"},
        {"kind": "reference", "who": "Ines Marsh", "relation": "employer"},
        {"kind": "reference", "who": "Tom Marsh", "relative": "y"},
        {"kind": "training", "minutes": "120"},
        {"kind": "policies"},
    ):
        page = visitor.post(steps, {**today, **values})
    assert "5 of the 7 items a mentor brings are in date." in page.text
    assert "Ana Reyes: no criminal check in force." in page.text
    page = visitor.post(steps, {**today, "kind": "training", "minutes": ""}, status=422)
    assert "Write a number." in page.text
    page = visitor.post(steps, {"kind": "interview", "done_on": "2199-01-01"}, status=422)
    assert "This day is still to come." in page.text
    visitor.post(steps, {**today, "kind": "nothing"}, status=404)
    visitor.get(here)
    step = queries.mentor_file(program_id, queries.Person(id=person_id), clock.today()).steps[-1]
    visitor.post(f"{here}/{person_id}/steps/{step.step_id}/end")
    assert "4 of the 7 items" in visitor.page.text


def test_a_mentor_reads_and_signs_on_the_own_phone(visitor, session):
    waits = Waiting(session, but=(Item.COMMITMENT, Item.FIRST_MEETING, Item.POLICIES))
    page = visitor.sign_in(waits.account).get("/today")
    assert "2 things to read or sign for mentoring" in page.text
    page = visitor.get("/my-mentoring")
    assert "Yusuf" not in page.text  # nobody's name before the match begins
    read = f"/my-mentoring/policies/{waits.program_id}"
    visitor.post(read, {}, status=422)
    page = visitor.post(read, {"topics": [topic.key for topic in USUAL.topics]})
    assert "All read." in page.text
    sign = f"/my-mentoring/commitments/{waits.match_id}"
    page = visitor.post(sign, {"typed_name": "Ana Reyes"}, status=422)
    assert "Tick this to sign." in page.text
    page = visitor.post(sign, {"typed_name": "Ana Reyes", "agrees": "y"})
    assert "Your commitments are signed." in page.text
    lacks = queries.block_of(session.get(Match, waits.match_id), clock.today()).missing
    assert {(lack.item, lack.name) for lack in lacks if lack.item is not Item.FIRST_MEETING} == {
        (Item.COMMITMENT, "Yusuf Abdi")
    }


def test_a_stranger_signs_for_nobody(visitor, session):
    waits = Waiting(session)
    stranger = make_account(Role.MENTOR)
    session.commit()
    visitor.sign_in(stranger).get("/my-mentoring")
    visitor.post(f"/my-mentoring/commitments/{waits.match_id}", {"typed_name": "X", "agrees": "y"}, status=404)
    visitor.get("/my-mentoring")
    visitor.post(f"/my-mentoring/policies/{waits.program_id}", {"topics": ["touch"]}, status=404)


def test_a_guardian_signs_by_the_link_in_spanish(visitor, session):
    waits = Waiting(session)
    visitor.sign_in(waits.coordinator).get(waits.page)
    link, token = issue_link(LinkPurpose.COMMITMENT, waits.guardian_id, waits.match_id, days=14, now=clock.now())
    session.commit()
    assert link
    guest = type(visitor)(visitor.app)
    here = f"/commitment/{token}"
    assert "Yusuf" in guest.get(here).text
    page = guest.get(f"/language/es?next={here}")
    assert "Cada dos semanas" in page.text
    assert "12 meses" in page.text
    assert USUAL.commitment_es.split(",")[0] in page.text
    guest.post(here, {"typed_name": "", "agrees": "y"}, status=422)
    page = guest.post(here, {"typed_name": "Halima Abdi", "agrees": "y"})
    assert "Usted ya firmó." in page.text
    row = session.scalar(sa.select(MatchStep).where(MatchStep.person_id == waits.guardian_id))
    assert (row.kind, row.youth_id, row.details["language"]) == (MatchStepKind.COMMITMENT, waits.child_id, "es")


@pytest.mark.parametrize("flags", [{"no_decide": True}, {"no_information": True}])
def test_a_court_shuts_the_link(visitor, session, flags):
    waits = Waiting(session)
    child, guardian = (session.get(queries.Person, key) for key in (waits.child_id, waits.guardian_id))
    _link, token = issue_link(LinkPurpose.COMMITMENT, guardian.id, waits.match_id, days=14, now=clock.now())
    limits = {"no_collect": False, "no_decide": False, "no_information": False} | flags
    people.restrict_custody(child, guardian, **limits, starts_on=clock.today(), by=SYSTEM, now=clock.now())
    session.commit()
    assert "Yusuf" not in visitor.get(f"/commitment/{token}", status=404).text


def test_signatures_and_the_first_meeting_are_recorded_in_person_and_the_match_begins(visitor, session):
    waits = Waiting(session)
    page = visitor.sign_in(waits.coordinator).get(waits.page)
    assert "8 of 10 items are in date." in page.text
    visitor.post(f"{waits.page}/ask")
    assert "Guardians written to: 1." in visitor.page.text
    today = clock.today().isoformat()
    visitor.post(f"{waits.page}/signed", {"signed_on": today}, status=422)
    keys = [f"mentor-{waits.mentor_id}", f"youth-{waits.child_id}", f"guardian-{waits.guardian_id}-{waits.child_id}"]
    page = visitor.post(f"{waits.page}/signed", {"signed_on": today, "signers": [*keys, "mentor-999"]})
    assert "9 of 10 items are in date." in page.text
    staff = page.form(f"{waits.page}/met")["staff_id"]
    values = {"met_on": today, "staff_id": staff, "met": [str(waits.mentor_id), str(waits.child_id)]}
    page = visitor.post(f"{waits.page}/met", values)
    assert "All in date" in page.text
    page = visitor.post(f"/matches/{waits.match_id}/activate")
    assert "Active." in page.text
    assert session.scalar(sa.select(Match.status).where(Match.id == waits.match_id)) is MatchStatus.ACTIVE


def test_somebody_joins_a_running_match_and_leaves_it(visitor, session):
    waits = Waiting(session, but=())
    core.activate_match(own_queries.get_match(waits.match_id), by=SYSTEM, now=clock.now())
    child = make_mentee(waits.season, "Finn", "Orr")
    child_id, season_id = child.id, waits.season.id
    session.commit()
    page = visitor.sign_in(waits.coordinator).get(waits.page)
    page = visitor.post(waits.page, {"do": "join", "person_id": str(child_id)})
    assert "Finn Orr: no guardian’s consent in force." in page.text
    assert "A group works best with 4 to 6 young people and 2 mentors." in page.text
    page = visitor.post(waits.page, {"do": "let_in", "person_id": str(child_id)}, status=422)
    assert "Finn Orr: no first meeting with staff is recorded." in page.text
    give_consent([child_id], season_id, clock.today())
    guardian_id = min(
        facts.of_matches([waits.match_id], clock.today(), joining=[child_id])[waits.match_id].youth[1].guardians
    )
    session.commit()
    today = clock.today().isoformat()
    keys = [f"youth-{child_id}", f"guardian-{guardian_id}-{child_id}"]
    page = visitor.post(f"{waits.page}/signed", {"signed_on": today, "signers": keys})
    staff = page.form(f"{waits.page}/met")["staff_id"]
    visitor.post(f"{waits.page}/met", {"met_on": today, "staff_id": staff, "met": [str(child_id)]})
    page = visitor.post(waits.page, {"do": "let_in", "person_id": str(child_id)})
    assert "Finn Orr" in visitor.get(f"/matches/{waits.match_id}").text
    visitor.post(waits.page, {"do": "leave", "person_id": str(child_id)})
    visitor.post(waits.page, {"do": "dance", "person_id": str(child_id)}, status=404)
    visitor.get(waits.page)
    page = visitor.post(waits.page, {"do": "leave", "person_id": str(waits.child_id)}, status=422)
    assert "Nobody would be left. Close the match instead." in page.text


def test_today_says_which_match_is_suspended_and_why(visitor, session):
    match = make_match(name="Homework club", started_at=clock.now() - timedelta(days=9))
    coordinator = make_account(Role.COORDINATOR)
    core.pause_match(match, by=SYSTEM, now=clock.now(), ended=[Item.CRIMINAL_CHECK.value])
    key = match.id
    session.commit()
    page = visitor.sign_in(coordinator).get("/today")
    assert "1 match suspended" in page.text
    assert "Criminal check" in page.text
    assert "All is in date again." in visitor.get(f"/matches/{key}").text


def test_what_a_program_asks_is_changed_with_its_policies(visitor, session):
    program_id, coordinator = make_mentoring_season().program_id, make_account(Role.COORDINATOR)
    session.commit()
    here = f"/programs/{program_id}/match-rules"
    page = visitor.sign_in(coordinator).get(here)
    page = visitor.post(here, {**page.form(here), "most_youth": "5", "months_training": "24"})
    assert page.form(here)["most_youth"] == "5"
    page = visitor.post(here, {**page.form(here), "most_youth": "0"}, status=422)
    assert "Write a number from 1 to 30." in page.text
    page = visitor.get(f"{here}?topic=new")
    form = f"{here}/policy"
    words = {"topic_title": "Dogs", "topic_title_es": "Perros", "words": "On a leash.", "words_es": "Con correa."}
    visitor.post(form, {**page.form(form), **words})
    assert "Dogs" in visitor.get(here).text
    visitor.post(form, {**words, "key": "no-such", "counts_from": clock.today().isoformat()}, status=404)
    asks = facts.requirements_for([program_id])[program_id]
    assert (asks.most_youth, asks.valid_months[Item.TRAINING], asks.topics[-1].key) == (5, 24, "own-1")

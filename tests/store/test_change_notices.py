"""A change within 48 hours: whom it concerns gets one letter, and counts as told only once somebody pressed the button."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.calendars import DAY, DEED, HOUR, NOW, Circle, actor, give_account, keep_from, make_circle, practice
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join
from youthprog.access.models import Account
from youthprog.access.types import Role
from youthprog.calendars import notice_queries, notices
from youthprog.calendars.models import ChangeNotice
from youthprog.calendars.queries import as_owner
from youthprog.calendars.rules import QUIET, SHORT_NOTICE
from youthprog.core import clock
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery
from youthprog.people import services as people_services
from youthprog.people.models import ContactPoint, Guardianship
from youthprog.people.types import ContactKind
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering

LATER = NOW + QUIET


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def circle(session) -> Circle:
    return make_circle()


def cancel(row: Gathering, **values) -> None:
    programs.cancel_gathering(row, **({"reason": "The field is under water."} | DEED | values))


def move(row: Gathering, **values) -> None:
    kept = {"starts_at": row.starts_at, "ends_at": row.ends_at, "place": row.place, "title": row.title}
    programs.move_gathering(row, **(kept | DEED | values))


def noted(session) -> dict[int, ChangeNotice]:
    return {row.person_id: row for row in session.scalars(sa.select(ChangeNotice))}


def letters(session, at=LATER) -> dict[str, Message]:
    list(notices.tell_of_changes(at))
    return {row.to_name: row for row in session.scalars(sa.select(Message).order_by(Message.id))}


def test_everybody_concerned_gets_one_letter(circle, session):
    row = practice(circle.tigers, place="Field 2", site_id=circle.site.id)
    cancel(row)
    assert noted(session).keys() == {circle.rosa.id, circle.dana.id, circle.coach.id}
    assert letters(session, NOW) == {}, "the letter waits for what may follow"
    written = letters(session)
    assert written.keys() == {"Rosa Aguilar", "Dana Demir", "Casey Coachman"}
    letter = written["Rosa Aguilar"]
    assert letter.subject == "Canceled: Tigers practice, September 18, 2026, 10:00 am"
    text = letter.unseal("text_sealed")
    assert "The field is under water." in text
    assert "/seen/" in text
    assert "Mateo" not in text + letter.subject + letter.unseal("html_sealed")
    assert (letter.about_youth_id, letter.delivery) == (circle.mateo.id, Delivery.HELD)
    assert letters(session).keys() == written.keys()
    assert session.query(Message).count() == len(written), "told once"


@pytest.mark.parametrize(
    ("starts", "is_told"), [(HOUR, True), (SHORT_NOTICE, True), (SHORT_NOTICE + timedelta(minutes=1), False)]
)
def test_what_is_further_off_is_left_to_the_calendar(circle, session, starts, is_told):
    cancel(practice(circle.tigers, NOW + starts))
    assert bool(noted(session)) is is_told


def test_a_meeting_moved_to_within_48_hours_or_out_of_them_is_told(circle, session):
    near, far = practice(circle.tigers, NOW + DAY), practice(circle.hawks, NOW + 9 * DAY)
    move(near, starts_at=NOW + 9 * DAY + 3 * HOUR, ends_at=NOW + 9 * DAY + 4 * HOUR)
    move(far, starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR)
    text = letters(session)["Rosa Aguilar"].unseal("text_sealed")
    assert "New time: Tigers practice\nNow September 26, 2026, 1:00 pm. It was September 18, 2026, 10:00 am." in text
    assert "New time: Hawks practice\nNow September 18, 2026, 10:00 am. It was September 26, 2026, 10:00 am." in text


def test_many_changes_are_one_letter_to_a_person(circle, session):
    for number in range(4):
        cancel(practice(circle.tigers, NOW + (number + 1) * HOUR))
    written = letters(session)
    assert session.query(Message).count() == 3
    assert written["Rosa Aguilar"].subject == "4 meetings changed"


def test_a_game_of_two_children_is_told_once(circle, session):
    home, away = (session.get(Gathering, key) for key in (circle.game.home_gathering_id, circle.game.away_gathering_id))
    for row in (home, away):
        row.starts_at, row.ends_at = NOW + DAY, NOW + DAY + HOUR
    circle.game.starts_at, circle.game.ends_at = NOW + DAY, NOW + DAY + HOUR
    session.flush()
    cancel(home)  # and with it the other team's
    letter = letters(session)["Rosa Aguilar"]
    assert letter.subject.startswith("Canceled: Game: Tigers vs. Hawks")
    assert letter.unseal("text_sealed").count("Hawks") == 1
    assert all(row.told_at for row in session.scalars(sa.select(ChangeNotice)))


def test_a_slip_of_the_hand_put_right_at_once_is_no_letter(circle, session):
    row = practice(circle.tigers, place="Field 2")
    was = row.starts_at, row.ends_at
    move(row, starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR)
    move(row, starts_at=was[0], ends_at=was[1])
    assert letters(session) == {}
    assert noted(session) == {}


def test_who_changed_it_and_who_is_kept_away_get_none(circle, session):
    keep_from(circle.dana, circle.mateo)
    cancel(practice(circle.tigers), by=actor(circle.coach))
    assert noted(session).keys() == {circle.rosa.id}


def test_corrections_without_end_do_not_put_the_letter_off(circle, session):
    row = practice(circle.tigers)
    for minute in range(3):
        hour, at = (minute + 1) * HOUR, NOW + timedelta(minutes=minute)
        move(row, starts_at=NOW + DAY + hour, ends_at=NOW + DAY + hour + HOUR, now=at)
    text = letters(session)["Dana Demir"].unseal("text_sealed")
    assert "Now September 18, 2026, 1:00 pm. It was September 18, 2026, 10:00 am." in text


def test_who_has_no_address_is_shown_at_once(circle, session):
    for contact in session.query(ContactPoint).filter_by(person_id=circle.dana.id, kind=ContactKind.EMAIL):
        contact.ended_at = NOW
    session.query(Account).filter_by(person_id=circle.dana.id).one().closed_at = NOW
    row = practice(circle.tigers)
    cancel(row)
    assert "Dana Demir" not in letters(session)
    states = {line.name: line.state for line in notice_queries.told_of(actor(circle.coach), row, LATER)}
    assert states == {"Casey Coachman": "held", "Dana Demir": "no_address", "Rosa Aguilar": "held"}


def test_a_further_change_is_news_again(circle, session):
    row = practice(circle.tigers)
    move(row, starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)
    letters(session)
    assert notices.say_seen(circle.rosa.id, until=LATER, by=actor(circle.rosa), now=LATER) == 1
    assert notice_queries.unseen_of(circle.rosa.id, LATER) == []
    cancel(row, now=LATER)
    letters(session, LATER + QUIET)
    (line,) = notice_queries.unseen_of(circle.rosa.id, LATER + QUIET)
    assert (line.change.value, line.was_starts_at) == ("canceled", NOW + 5 * HOUR)


def test_what_came_after_the_page_was_opened_stays_unread(circle, session):
    cancel(practice(circle.tigers))
    letters(session)
    shown = notices.news_of(circle.rosa.id, LATER)
    cancel(practice(circle.hawks), now=LATER)
    letters(session, LATER + QUIET)
    notices.say_seen(
        circle.rosa.id, until=notices.moment_of(str(shown.until)), by=actor(circle.rosa), now=LATER + QUIET
    )
    (left,) = notice_queries.unseen_of(circle.rosa.id, LATER + QUIET)
    assert left.meeting.group == "Hawks"


def test_the_unread_are_shown_to_who_may_call_them(circle, session):
    other = make_youth("Kai", "Other")
    join(other, circle.hawks)
    row, of_hawks = practice(circle.tigers), practice(circle.hawks)
    cancel(row)
    cancel(of_hawks)
    letters(session)
    notices.say_seen(circle.rosa.id, until=LATER, by=actor(circle.rosa), now=LATER)
    coach = actor(circle.coach)
    (unread,) = notice_queries.unread(coach, LATER)
    assert (unread.gathering_id, unread.count) == (row.id, 2)
    lines = notice_queries.told_of(coach, row, LATER)
    assert [(line.name, line.children, line.phone, line.state) for line in lines] == [
        ("Casey Coachman", (), None, "held"),
        ("Dana Demir", ("Yusuf",), "+12175550141", "held"),
        ("Rosa Aguilar", ("Mateo",), "+12175550141", "seen"),
    ]
    keep_from(circle.coach, circle.stranger)
    assert "Dana Demir" not in {line.name for line in notice_queries.told_of(coach, row, LATER)}


def test_a_coordinator_of_another_program_sees_none_of_it(circle, session):
    person = make_person("Chris", "Elsewhere")
    give_account(Role.COORDINATOR, person, circle.season.program_id + 99)
    cancel(practice(circle.tigers))
    assert notice_queries.unread(actor(person), NOW) == []


def test_a_court_between_the_letter_and_the_look_closes_it(circle, session):
    cancel(practice(circle.tigers))
    letters(session)
    keep_from(circle.rosa, circle.stranger)
    assert notice_queries.unseen_of(circle.rosa.id, LATER) == []


def test_only_the_button_counts(circle, session, visitor):
    cancel(practice(circle.tigers))
    link = re.search(r"(/seen/\S+)", letters(session)["Rosa Aguilar"].unseal("text_sealed"))[1]
    for method in ("GET", "HEAD", "GET"):
        assert visitor.raw(link, method).status_code == 200
    page = visitor.get(link)
    assert "Tigers practice" in page.text
    session.expire_all()
    assert noted(session)[circle.rosa.id].seen_at is None
    after = visitor.post(link, page.form(link))
    assert after.h1 == "Meetings and games"
    session.expire_all()
    assert noted(session)[circle.rosa.id].seen_at == NOW
    assert noted(session)[circle.dana.id].seen_at is None
    assert visitor.raw("/seen/no-such-token").status_code == 404


# ---- a family without an account ----


def test_a_family_without_an_account_has_its_calendar_by_a_mailed_link(circle, session, visitor):
    kai = make_youth("Kai", "Kimura")
    kim = make_guardian(kai, "Kim", "Kimura")
    join(kai, circle.tigers)
    practice(circle.tigers)
    keep_from(circle.dana, circle.mateo)
    chris = make_person("Chris", "Coordinator")
    give_account(Role.COORDINATOR, chris)
    assert notices.invite(circle.tigers, by=actor(chris), now=NOW) == 2, "not to who is kept from a child there"
    assert notices.invite(circle.tigers, by=actor(chris), now=NOW + HOUR) == 0, "written to just now"
    letter = session.query(Message).filter_by(person_id=kim.id).one()
    link = re.search(r"(/seen/\S+)", letter.unseal("text_sealed"))[1]
    page = visitor.post(f"{link}/calendar", form_from=link)
    (address,) = (each.attrib["value"] for each in page.all("input") if each.get("name") == "address")
    path = address.removeprefix("http://127.0.0.1:8000")
    answer = visitor.raw(path).get_data(as_text=True)
    assert answer.count("BEGIN:VEVENT") == 2
    visitor.post(f"{link}/calendar", {"do": "stop"})
    assert visitor.raw(path).status_code == 404
    visitor.post(f"{link}/calendar")
    people_services.end_guardian(session.query(Guardianship).filter_by(guardian_id=kim.id).one(), **DEED)
    session.commit()
    assert visitor.raw(link).status_code == 404, "the mailed link ended too"
    assert as_owner(kim.id, NOW.date()) is None

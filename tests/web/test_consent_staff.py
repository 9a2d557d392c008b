"""The coordinator asks, reminds and sees; others see what is theirs."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family, request_of, token_in_newest_mail
from tests.makers.people import NOW, make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_group, make_season
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries
from youthprog.consent.types import Happening, RequestState
from youthprog.core import db
from youthprog.outreach.models import Message
from youthprog.programs.types import StaffRole


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def group(session):
    return make_group(make_season())


@pytest.fixture
def coordinator(visitor, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def mails():
    db.session().rollback()
    return db.session().scalar(sa.select(sa.func.count()).select_from(Message))


def test_one_button_asks_the_whole_team(coordinator, session, group):
    families = [Family(group) for _each in range(3)]
    session.commit()
    address = f"/consents/teams/{group.id}"
    page = coordinator.get(address)
    assert "Ask all 3 families" in page.text
    page = coordinator.post(f"{address}/ask")
    assert "3 families asked." in page.text
    assert "Remind 3 families" in page.text
    assert mails() == 3
    assert all(request_of(family.youth).state is RequestState.SENT for family in families)


def test_one_child_can_be_asked_alone(coordinator, session, group):
    first = Family(group)
    Family(group)
    session.commit()
    coordinator.get(f"/consents/teams/{group.id}")
    coordinator.post(f"/consents/teams/{group.id}/ask", {"youth_id": first.youth.id})
    assert mails() == 1


def test_who_cannot_be_reached_is_said(coordinator, session, group):
    join(make_youth("Zoë", "Gagnon"), group)
    session.commit()
    coordinator.get(f"/consents/teams/{group.id}")
    page = coordinator.post(f"/consents/teams/{group.id}/ask")
    assert "1 has no address that works: call." in page.text


def test_reminding_one_and_all(coordinator, session, group):
    family = Family(group)
    family.ask()
    session.commit()
    coordinator.get(f"/consents/teams/{group.id}")
    page = coordinator.post(f"/consents/requests/{request_of(family.youth).id}/remind", {"group_id": group.id})
    assert "Rosa Aguilar is reminded." in page.text
    page = coordinator.post(f"/consents/teams/{group.id}/remind")
    assert "1 family reminded." in page.text
    assert mails() == 3


def test_the_team_page_says_who_stands_where(coordinator, session, group):
    Family(group).sign()
    Family(group).ask()
    Family(group)
    session.commit()
    page = coordinator.get(f"/consents/teams/{group.id}")
    for words in ("1 of 3 families have signed.", "Waiting: signature", "Not asked yet.", "Until November 21, 2026."):
        assert words in page.text


def test_the_index_shows_each_team(coordinator, session, group):
    Family(group).sign()
    session.commit()
    page = coordinator.get("/consents")
    assert "Tigers U10" in page.text
    assert "1 of 1 signed" in page.text


def test_empty_pages_say_what_to_do(coordinator, session, group):
    session.commit()
    assert "Nobody is in this team yet" in coordinator.get(f"/consents/teams/{group.id}").text
    assert "Nothing here yet" in coordinator.get("/outbox").text


def test_one_request_with_its_events_and_record(coordinator, session, group):
    family = Family(group)
    request = family.sign()
    session.commit()
    page = coordinator.get(f"/consents/requests/{request.id}")
    assert "Sealed record" in page.text
    assert "Question answered" in page.text
    response = coordinator.raw(f"/consents/requests/{request.id}/record.pdf")
    assert response.data.startswith(b"%PDF")
    db.session().rollback()
    assert "consent.record.read" in db.session().scalars(sa.select(AuditEntry.action)).all()


def test_a_coach_sees_but_does_not_ask_nor_read_the_record(visitor, session, group):
    family = Family(group)
    request = family.sign()
    coach = make_person("Alicia", "Moreno")
    lead(coach, group, StaffRole.HEAD_COACH, family.youth)
    visitor.sign_in(make_account(Role.COACH, coach))
    session.commit()
    page = visitor.get(f"/consents/teams/{group.id}")
    assert "1 of 1 families have signed." in page.text
    assert "Ask" not in [button.text for button in page.all("button")]
    assert "What was decided" not in visitor.get(f"/consents/requests/{request.id}").text
    assert visitor.raw(f"/consents/requests/{request.id}/record.pdf").status_code == 404


@pytest.mark.parametrize("path", ["/consents/teams/{group}", "/consents/requests/{request}", "/outbox/{mail}"])
def test_another_programs_coordinator_finds_nothing(visitor, session, group, path):
    family = Family(group)
    request = family.ask()
    other = make_season()
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=other.program_id))
    mail = session.scalars(sa.select(Message.id)).one()
    session.commit()
    theirs = visitor.raw(path.format(group=group.id, request=request.id, mail=mail))
    none = visitor.raw(path.format(group=999999, request=999999, mail=999999))
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert len(theirs.data) == len(none.data)


def test_the_outbox_shows_the_mail_and_its_link(coordinator, session, group):
    Family(group).ask()
    session.commit()
    page = coordinator.get("/outbox")
    assert "No mail server is set." in page.text
    page = coordinator.get(page.link("Mateo: one form to sign"))
    assert "Held here." in page.text
    assert page.link("/c/").startswith("http://127.0.0.1:8000/c/")


def test_a_link_opened_by_staff_says_so_in_the_events(coordinator, session, group):
    family = Family(group)
    family.ask()
    token = token_in_newest_mail()
    session.commit()
    coordinator.get(f"/c/{token}")
    coordinator.post(f"/c/{token}", {"language": "en"})
    db.session().rollback()
    opened = queries.events_of(request_of(family.youth).id)[-1]
    assert opened.happening is Happening.OPENED
    assert opened.detail["by"] == "staff"


def test_links_of_mail_that_left_are_its_readers_alone(coordinator, session, group):
    Family(group).ask()
    mail = session.scalars(sa.select(Message)).one()
    mail.delivery = "sent"
    session.commit()
    page = coordinator.get(f"/outbox/{mail.id}")
    assert "/c/…" in page.text
    with pytest.raises(AssertionError):
        page.link("/c/")


def test_the_outbox_pages_and_filters(coordinator, session, group):
    for _each in range(52):
        youth = make_youth()
        make_guardian(youth)
        join(youth, group)
    session.commit()
    coordinator.get(f"/consents/teams/{group.id}")
    coordinator.post(f"/consents/teams/{group.id}/ask")
    first = coordinator.get("/outbox?state=held&who=rosa")
    assert len(first.all("tr")) == 51
    assert len(coordinator.get(first.link("Next page")).all("tr")) == 3


def test_the_outbox_sends_the_same_statements_for_more_rows(coordinator, session, group, statements):
    sent = []
    for _size in range(2):
        for _each in range(4):
            Family(group).ask()
        session.commit()
        statements.clear()
        coordinator.get("/outbox")
        sent.append(len(statements))
    assert sent[0] == sent[1]


@pytest.mark.parametrize("path", ["/consents", "/consents/teams/{group}"])
def test_consent_pages_send_the_same_statements_for_more_families(coordinator, session, group, statements, path):
    sent = []
    for _size in range(2):
        for _each in range(4):
            Family(group).ask()
        session.commit()
        statements.clear()
        coordinator.get(path.format(group=group.id))
        sent.append(len(statements))
    assert sent[0] == sent[1]

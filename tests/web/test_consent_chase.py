"""The coordinator leafs through whom to chase, writes to many at once, notes a call; and asks for one outing."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family, make_slip_form, request_of
from tests.makers.people import NOW, make_person
from tests.makers.programs import lead, make_gathering, make_group, make_season
from tests.support.quick_press import QuickPress
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.consent import chase_queries, queries, services
from youthprog.consent.models import ContactAttempt, Disclosure
from youthprog.consent.types import DISCLOSURE, Happening, RequestState
from youthprog.core import db
from youthprog.outreach.models import Message
from youthprog.people.models import ContactPoint
from youthprog.programs.types import StaffRole

CHASE = "/consents/chase"


@pytest.fixture(autouse=True)
def september(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "youthprog.press", QuickPress())
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def group(session):
    return make_group(make_season())


@pytest.fixture
def coordinator(visitor, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def mails() -> int:
    db.session().rollback()
    return db.session().scalar(sa.select(sa.func.count()).select_from(Message))


def key(family: Family) -> str:
    return f"{family.youth.id}-{family.season_id}"


def test_an_empty_list_says_so(coordinator):
    assert "Nobody is missing" in coordinator.get(CHASE).text


def test_a_line_says_what_is_wrong_how_far_the_letter_came_and_whom_to_call(coordinator, session, group):
    Family(group, language="es").ask()
    session.commit()
    page = coordinator.get(CHASE)
    for words in ("Aguilar, Mateo", "Tigers U10", "Waiting: signature", "Sent Sep 17", "(Español)", "Remind"):
        assert words in page.text
    assert 'href="tel:2175550141"' in page.text_source
    assert '<bdi dir="ltr">(217) 555-0141</bdi>' in page.text_source


def test_one_button_writes_to_one_family(coordinator, session, group):
    asked, new = Family(group), Family(group)
    asked.ask()
    session.commit()
    before = mails()
    coordinator.get(CHASE)
    page = coordinator.post(CHASE, {"only": key(new)})
    assert "1 family asked. Letters: English 1." in page.text
    page = coordinator.post(CHASE, {"only": key(asked)})
    assert "1 family reminded." in page.text
    assert mails() == before + 2


def test_the_chosen_and_all_of_the_page_are_written_to_and_counted_by_language(coordinator, session, group):
    families = [Family(group), Family(group, language="es"), Family(group)]
    families[0].ask()
    bounced = Family(group)
    for row in session.scalars(sa.select(ContactPoint).where(ContactPoint.person_id == bounced.guardian.id)):
        row.bounced_at = NOW
    session.commit()
    page = coordinator.get(CHASE)
    assert "Write to all 3 here" in page.text
    coordinator.post(CHASE, {"who": [key(families[1])], "do": "chosen"})
    assert mails() == 2
    page = coordinator.post(CHASE, {"on_page": [key(each) for each in (*families, bounced)], "do": "all"})
    assert "2 families reminded. 1 family asked. Letters: English 2, Español 1." in page.text
    assert "1 has no address that works: call." in page.text


def test_choosing_nobody_says_so(coordinator):
    coordinator.get(CHASE)
    assert "Choose at least one family." in coordinator.post(CHASE, {"do": "chosen"}).text
    assert "Choose at least one family." in coordinator.post(CHASE, {"who": ["x", "1-2-3", "9" * 40 + "-1"]}).text


def test_a_call_is_noted_and_shown(coordinator, session, group):
    family = Family(group)
    family.ask()
    session.commit()
    coordinator.get(CHASE)
    page = coordinator.post(f"{CHASE}/called", {"called": f"{family.youth.id}-{family.guardian.id}"})
    assert "The call about Mateo Aguilar is noted." in page.text
    assert "Called Sep 17" in page.text
    db.session().rollback()
    assert db.session().scalars(sa.select(ContactAttempt.guardian_id)).all() == [family.guardian.id]
    assert "consent.called" in db.session().scalars(sa.select(AuditEntry.action)).all()
    assert queries.events_of(request_of(family.youth).id)[-1].happening is Happening.CALLED


@pytest.mark.parametrize("called", ["", "x", "0-0", "{youth}-999999", "{youth}", "999999-{guardian}"])
def test_a_call_to_nobody_is_not_noted(coordinator, session, group, called):
    family = Family(group)
    session.commit()
    coordinator.get(CHASE)
    asked = called.format(youth=family.youth.id, guardian=family.guardian.id)
    coordinator.post(f"{CHASE}/called", {"called": asked}, status=404)


def test_pages_go_on_and_back(coordinator, session, group, monkeypatch):
    monkeypatch.setitem(chase_queries.chase_page.__kwdefaults__, "limit", 2)
    for _each in range(5):
        Family(group)
    session.commit()
    first = coordinator.get(CHASE)
    assert "Previous page" not in first.text
    second = coordinator.get(_link(first, "next"))
    third = coordinator.get(_link(second, "next"))
    assert "Next page" not in third.text
    assert _names(coordinator.get(_link(third, "prev"))) == _names(second)
    assert _names(coordinator.get(_link(second, "prev"))) == _names(first)
    assert len(set(_names(first)) | set(_names(second)) | set(_names(third))) == 5


def _link(page, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page.text_source)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def _names(page) -> list[str]:
    return re.findall(r'href="(/youth/\d+)"', page.text_source)


@pytest.mark.parametrize("after", ["x", "WyJub3QgYSBkYXkiLDAsImEiLDEsMV0", "WzEsMiwzLDQsNV0", "[]"])
def test_a_place_that_is_none_of_ours_is_the_start(coordinator, session, group, after):
    Family(group)
    session.commit()
    assert "Aguilar, Mateo" in coordinator.get(f"{CHASE}?after={after}").text
    assert "Aguilar, Mateo" in coordinator.get(f"{CHASE}?before={after}").text


def test_the_filters_stand_in_the_address(coordinator, session, group):
    Family(group)
    Family(group, language="es").ask()
    session.commit()
    assert len(_names(coordinator.get(f"{CHASE}?season={group.season_id}&group={group.id}"))) == 2
    assert len(_names(coordinator.get(f"{CHASE}?language=es"))) == 1
    assert len(_names(coordinator.get(f"{CHASE}?state=unasked"))) == 1
    assert len(_names(coordinator.get(f"{CHASE}?channel=sent"))) == 1
    assert "Nobody fits" in coordinator.get(f"{CHASE}?state=conflict").text
    assert len(_names(coordinator.get(f"{CHASE}?state=nonsense&season=x&channel=y&language=z"))) == 2


def test_one_click_prints_for_who_wants_paper(coordinator, session, group):
    family = Family(group)
    session.add(Disclosure(person_id=family.guardian.id, version=DISCLOSURE, language="en", wants_paper_at=NOW))
    session.commit()
    page = coordinator.get(CHASE)
    assert "Wants paper Print the form and hand it over." in page.text
    (button,) = [each for each in page.all("button") if each.get("name") == "paper"]
    answer = coordinator.client.post(
        button.get("formaction"), data=page.form(CHASE) | {"paper": button.get("value")}, follow_redirects=True
    )
    assert answer.mimetype == "application/pdf"
    db.session().rollback()
    request = request_of(family.youth)
    assert (request.state, request.awaited) == (RequestState.SENT, True)
    assert request.match_code
    assert mails() == 0


@pytest.mark.parametrize("paper", ["", "x", "1-2", "{youth}-{season}-999999", "999999-{season}-{guardian}"])
def test_nothing_is_printed_for_nobody(coordinator, session, group, paper):
    family = Family(group)
    session.commit()
    coordinator.get(CHASE)
    asked = paper.format(youth=family.youth.id, season=family.season_id, guardian=family.guardian.id)
    coordinator.post(f"{CHASE}/paper", {"paper": asked}, status=404)


def cells(answer) -> list[list[str]]:
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_list_leaves_for_a_spreadsheet_as_the_filters_say(coordinator, session, group):
    Family(group)
    spanish = Family(group, language="es")
    spanish.ask()
    spanish.youth.family_name = '=HYPERLINK("https://evil.example")'
    session.commit()
    page = coordinator.get(f"{CHASE}?language=es")
    answer = coordinator.client.get(page.link("For a spreadsheet (CSV)"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="forms-missing-2026-09-17.csv"')
    head, *rows = cells(answer)
    assert len(head) == 13
    assert [row[0] for row in rows] == ['\'=HYPERLINK("https://evil.example"), Mateo']
    assert rows[0][4] == "Asked, not opened"
    assert (rows[0][8], rows[0][9], rows[0][10], rows[0][11]) == ("Español", "(217) 555-0141", "Sent", "2026-09-17")
    assert len(cells(coordinator.client.get(f"{CHASE}.csv"))) == 3
    db.session().rollback()
    lines = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "consent.chase_exported").order_by(AuditEntry.number)
    ).all()
    assert [(line.detail["rows"], line.detail["filters"]) for line in lines] == [(1, {"language": "es"}), (2, {})]


def test_another_programs_list_has_no_row_of_ours(visitor, session, group):
    Family(group)
    elsewhere = make_season()
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=elsewhere.program_id))
    assert len(cells(visitor.client.get(f"{CHASE}.csv?season={group.season_id}"))) == 1


def test_a_coordinator_of_another_program_writes_to_nobody(visitor, session, group):
    family, elsewhere = Family(group), make_season()
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=elsewhere.program_id))
    assert "Nobody is missing" in visitor.get(CHASE).text
    visitor.post(CHASE, {"only": key(family)})
    visitor.post(f"{CHASE}/called", {"called": f"{family.youth.id}-{family.guardian.id}"}, status=404)
    assert mails() == 0


def test_a_coach_has_no_such_list(visitor, session, group):
    family, account = Family(group), make_account(Role.COACH)
    session.commit()
    visitor.sign_in(account)
    assert family.youth.id
    visitor.get(CHASE, status=404)


def test_a_form_closed_at_18_says_why(coordinator, session, group):
    family = Family(group)
    request = family.ask()
    family.youth.born_on = date(NOW.year - 18, NOW.month, NOW.day)
    session.flush()
    assert sum(services.close_for_adults(NOW)) == 1
    session.commit()
    page = coordinator.get(f"/consents/requests/{request.id}")
    assert "The young person turned 18 and signs alone now." in page.text


# ---- one outing ----


@pytest.fixture
def outing(session, group):
    make_slip_form(group.season.program)
    return make_gathering(group, NOW + timedelta(days=9), title="Museum")


def test_a_group_is_asked_for_one_outing(coordinator, session, group, outing):
    Family(group)
    Family(group).sign()
    session.commit()
    before = mails()
    address = f"/consents/gatherings/{outing.id}"
    assert f'href="{address}"' in coordinator.get(f"/gatherings/{outing.id}").text_source
    page = coordinator.get(address)
    assert "0 of 2 families have said yes." in page.text
    assert "Ask all 2 families" in page.text
    page = coordinator.post(f"{address}/ask")
    assert "2 families asked." in page.text
    assert mails() == before + 2
    assert "Ask all" not in page.text
    assert "Remind" in page.text


def test_one_family_can_be_asked_alone(coordinator, session, group, outing):
    first = Family(group)
    Family(group)
    session.commit()
    coordinator.get(f"/consents/gatherings/{outing.id}")
    coordinator.post(f"/consents/gatherings/{outing.id}/ask", {"youth_id": first.youth.id})
    assert mails() == 1


def test_without_a_form_for_outings_the_page_says_so(coordinator, session, group):
    Family(group)
    outing = make_gathering(group, NOW + timedelta(days=9))
    session.commit()
    assert "No form for single outings" in coordinator.get(f"/consents/gatherings/{outing.id}").text
    page = coordinator.post(f"/consents/gatherings/{outing.id}/ask")
    assert "This program has no form for single outings yet." in page.text
    assert mails() == 0


def test_a_coach_sees_the_slips_of_the_own_team_and_asks_nobody(visitor, session, group, outing):
    family, coach = Family(group), make_person("Casey", "Coach")
    lead(coach, group, StaffRole.HEAD_COACH, family.youth)
    elsewhere = make_gathering(make_group(group.season, "Lions U10"), NOW + timedelta(days=9))
    account = make_account(Role.COACH, coach)
    session.commit()
    visitor.sign_in(account)
    page = visitor.get(f"/consents/gatherings/{outing.id}")
    assert "0 of 1 families have said yes." in page.text
    assert "Ask" not in page.text
    visitor.post(f"/consents/gatherings/{outing.id}/ask", status=404)
    visitor.get(f"/consents/gatherings/{elsewhere.id}", status=404)

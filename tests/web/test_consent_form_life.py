"""The pages that rename a form, close it and open it again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family, token_in_newest_mail
from tests.makers.forms import form_of, section
from tests.makers.people import NOW
from youthprog.access.types import Role
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentRequest, Form
from youthprog.consent.types import RequestState, SectionKind
from youthprog.core import db
from youthprog.core.actor import SYSTEM

DEED = {"by": SYSTEM, "now": NOW}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def camp(session):
    """A form for the season beside the starter form."""
    family = Family()
    services.publish_starter_form(now=NOW)
    version = services.publish_form(form_of("camp", section("camp", SectionKind.DECISION, required=True)), **DEED)
    services.use_form(version.form_id, {family.group.season.program_id: "beside"}, **DEED)
    services.ask([family.youth.id], family.season_id, **DEED)
    family.form_id, family.program_id = version.form_id, family.group.season.program_id
    session.commit()
    return family


@pytest.fixture
def writer(visitor, camp):
    return visitor.sign_in(make_account(Role.COORDINATOR, program_id=camp.program_id))


def waiting():
    db.session().rollback()
    open_ones = ConsentRequest.state.in_((RequestState.QUEUED, RequestState.SENT, RequestState.OPENED))
    return db.session().scalar(sa.select(sa.func.count()).select_from(ConsentRequest).where(open_ones))


def test_a_form_is_renamed_in_both_languages(writer, camp):
    page = writer.get(f"/consents/forms/{camp.form_id}")
    page = writer.get(page.link("Rename"))
    assert [each.get("value") for each in page.all("input") if each.get("name") == "title"] == ["Camp"]
    page = writer.post(f"/consents/forms/{camp.form_id}/name", {"title": "Summer camp", "title_es": "Campamento"})
    assert page.h1 == "Summer camp"
    assert "once you publish a new version" in page.text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"title": "", "title_es": "Campamento"}, "Write the name."),
        ({"title": "x" * 121, "title_es": "Campamento"}, "120"),
    ],
)
def test_a_name_that_is_none_is_refused_in_words(writer, camp, given, sentence):
    writer.get(f"/consents/forms/{camp.form_id}/name")
    assert sentence in writer.post(f"/consents/forms/{camp.form_id}/name", given, status=422).text


def test_closing_asks_what_becomes_of_the_open_requests(writer, camp):
    page = writer.get(f"/consents/forms/{camp.form_id}")
    page = writer.get(page.link("Close the form"))
    assert "1 request waits for an answer." in page.text
    page = writer.post(f"/consents/forms/{camp.form_id}/close", {}, status=422)
    assert "Choose one answer." in page.text
    assert waiting() == 2
    page = writer.post(f"/consents/forms/{camp.form_id}/close", {"waiting": "withdraw"})
    assert "The form is closed. 1 request is withdrawn." in page.text
    assert "Closed since" in page.text
    assert waiting() == 1
    assert writer.get(f"/consents/forms/{camp.form_id}/close").h1 == "Camp"  # nothing to close any more
    page = writer.post(f"/consents/forms/{camp.form_id}/open-again", {}, form_from=f"/consents/forms/{camp.form_id}")
    assert "The form is open again." in page.text


def test_a_second_click_on_close_says_so(writer, camp):
    page = writer.get(f"/consents/forms/{camp.form_id}/close")
    data = {"csrf_token": page.form()["csrf_token"], "waiting": "stay"}
    writer.raw(f"/consents/forms/{camp.form_id}/close", "POST", data=data)
    again = writer.raw(f"/consents/forms/{camp.form_id}/close", "POST", data=data)
    assert again.status_code == 422
    assert "This form is closed already." in again.text
    assert waiting() == 2


def test_an_open_form_is_not_opened(writer, camp):
    writer.get(f"/consents/forms/{camp.form_id}/name")
    page = writer.post(
        f"/consents/forms/{camp.form_id}/open-again", {}, form_from=f"/consents/forms/{camp.form_id}/name"
    )
    assert "This form is open." in page.text


def test_the_starter_form_has_no_page_to_close_it(visitor, camp):
    visitor.sign_in(make_account(Role.COORDINATOR))
    starter = db.session().scalar(sa.select(Form.id).where(Form.key == "participation"))
    visitor.get(f"/consents/forms/{starter}/close", status=404)
    assert "Close the form" not in visitor.get(f"/consents/forms/{starter}").text


def test_the_link_of_a_letter_leads_on_to_what_is_still_asked(visitor, camp):
    """The letter's link was made for the first of its forms, and that one is closed."""
    token = token_in_newest_mail("consent_request")
    first, second = db.session().scalars(sa.select(ConsentRequest.id).order_by(ConsentRequest.id))
    camp_first = queries.get_request(first).form.id == camp.form_id
    if not camp_first:
        db.session().get_one(ConsentRequest, first).state = RequestState.CANCELED
    else:
        services.close_form(camp.form_id, withdraws=True, **DEED)
    db.session().commit()
    visitor.get(f"/c/{token}")
    page = visitor.post(f"/c/{token}", {"language": "en"})
    assert f"/consent/{second}" in page.text_source

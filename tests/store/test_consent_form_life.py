"""A form is renamed, closed and opened again; what was signed stays as it was signed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.consent import Family, actor_of, answer_all, make_slip_form, signing
from tests.makers.forms import form_of, section
from tests.makers.people import NOW
from youthprog.audit.models import AuditEntry
from youthprog.consent import queries, services, slip_queries
from youthprog.consent.models import ConsentEvent, ConsentRequest, Form, FormVersion
from youthprog.consent.types import RequestState, SectionKind
from youthprog.core.actor import SYSTEM
from youthprog.core.refusals import Refused
from youthprog.outreach.models import Message
from youthprog.outreach.types import Delivery

DEED = {"by": SYSTEM, "now": NOW}
CAMP = form_of(
    "camp", section("camp", SectionKind.DECISION, required=True), section("songs", SectionKind.DECISION)
)  # fmt: skip


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(session):
    """A program that asks the starter form and a camp form."""
    found = Family()
    services.publish_starter_form(now=NOW)
    found.camp = services.publish_form(CAMP, **DEED)
    services.use_form(found.camp.form_id, {found.group.season.program_id: "beside"}, **DEED)
    return found


def form_of_camp(family, session):
    return session.get_one(Form, family.camp.form_id)


def requests(session, family):
    statement = sa.select(ConsentRequest).where(ConsentRequest.youth_id == family.youth.id)
    return {each.form_version_id == family.camp.id: each for each in session.scalars(statement)}


def ask(family):
    services.ask([family.youth.id], family.season_id, **DEED)


def sign_everything(session, family):
    by = actor_of(family.guardian)
    for request in requests(session, family).values():
        answer_all(request, camp={"choice": "yes"}, songs={"choice": "yes"})
        prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
        services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def actions(session, action):
    session.commit()
    return [row.detail for row in session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action))]


# ---- renaming ----


def test_a_published_version_keeps_its_name_and_the_next_takes_the_new_one(session, family):
    services.rename_form(family.camp.form_id, " Summer camp ", "Campamento", **DEED)
    form = form_of_camp(family, session)
    assert (form.title, form.title_es) == ("Summer camp", "Campamento")
    assert family.camp.titles(form) == {"en": "Camp", "es": "Camp"}
    draft = services.begin_draft(form.id, **DEED)
    assert draft.titles(form) == {"en": "Summer camp", "es": "Campamento"}
    services.publish(draft, seen=0, reason="Its words are the printed ones.", **DEED)
    services.rename_form(form.id, "Other", "Otro", **DEED)
    assert draft.titles(form) == {"en": "Summer camp", "es": "Campamento"}
    assert actions(session, "form.renamed")[0] == {
        "title": "Summer camp", "title_es": "Campamento", "title_before": "Camp", "title_es_before": "Camp",
    }  # fmt: skip


def test_a_record_signed_after_renaming_says_what_the_family_read(session, family):
    ask(family)
    services.rename_form(family.camp.form_id, "Summer camp", "Campamento", **DEED)
    request = requests(session, family)[True]
    answer_all(request, camp={"choice": "yes"}, songs={"choice": "yes"})
    by = actor_of(family.guardian)
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    assert prepared.facts.form_titles == {"en": "Camp", "es": "Camp"}


def test_a_slip_keeps_the_name_of_its_version(session):
    family = Family()
    version = make_slip_form(family.group.season.program)
    services.rename_form(version.form_id, "Trip", "Viaje", **DEED)
    assert slip_queries.slip_forms(family.season_id)[0].title == "Trip"  # published before names were kept
    second = services.begin_draft(version.form_id, **DEED)
    services.publish(second, seen=0, reason="Its words are the printed ones.", **DEED)
    services.rename_form(version.form_id, "Outing", "Salida", **DEED)
    named = slip_queries.slip_forms(family.season_id)[0]
    assert (named.title, named.title_es) == ("Trip", "Viaje")


@pytest.mark.parametrize(
    ("title", "title_es", "expected"),
    [("", "Campamento", ["no_name"]), ("Camp", "  ", ["no_name"]), ("", "", ["no_name", "no_name"])],
)  # fmt: skip
def test_a_name_that_is_none_is_refused(session, family, title, title_es, expected):
    with pytest.raises(Refused) as refused:
        services.rename_form(family.camp.form_id, title, title_es, **DEED)
    assert codes(refused) == expected
    assert form_of_camp(family, session).title == "Camp"


def test_the_same_name_again_leaves_no_line(session, family):
    services.rename_form(family.camp.form_id, "Camp", "Camp", **DEED)
    assert actions(session, "form.renamed") == []


# ---- closing ----


def test_a_closed_form_is_asked_of_nobody_and_keeps_nobody_out(session, family):
    ask(family)
    answer_all(requests(session, family)[False])
    by, request = actor_of(family.guardian), requests(session, family)[False]
    prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=NOW)
    services.sign(queries.get_request(request.id), prepared, by=by, now=NOW)
    assert not family.cleared_on(NOW.date())  # the camp is not answered
    assert services.close_form(family.camp.form_id, withdraws=True, **DEED) == 1
    assert family.cleared_on(NOW.date())
    assert "camp" not in queries.required_keys(family.season_id)
    before = session.scalar(sa.select(sa.func.count()).select_from(ConsentRequest))
    ask(family)
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsentRequest)) == before


def test_what_was_given_stays_in_force(session, family):
    ask(family)
    sign_everything(session, family)
    services.close_form(family.camp.form_id, withdraws=True, **DEED)
    request = requests(session, family)[True]
    assert request.state is RequestState.SIGNED
    assert {row.section_key for row in services.given_now(request.id, NOW.date())} == {"camp", "songs"}


def test_open_requests_are_withdrawn_and_their_letters_stay_here(session, family):
    services.use_form(family.camp.form_id, {family.group.season.program_id: "instead"}, **DEED)
    ask(family)
    request = requests(session, family)[True]
    assert services.closing_of(family.camp.form_id).open_requests == 1
    assert services.close_form(family.camp.form_id, withdraws=True, **DEED) == 1
    assert request.state is RequestState.CANCELED
    event = session.scalars(sa.select(ConsentEvent).where(ConsentEvent.request_id == request.id)).all()[-1]
    assert event.detail == {"reason": "form_closed"}
    letters = session.scalars(sa.select(Message).where(Message.subject_id == request.id)).all()
    assert [each.delivery for each in letters] == [Delivery.CANCELED]
    (line,) = actions(session, "form.closed")
    assert (line["withdrawn"], line["stays"]) == (1, False)
    assert len(actions(session, "consent.canceled")) == 1


def test_a_letter_that_asks_something_else_too_still_leaves(session, family):
    ask(family)
    services.close_form(family.camp.form_id, withdraws=True, **DEED)
    letters = session.scalars(sa.select(Message).where(Message.kind == services.ASK)).all()
    assert [each.delivery for each in letters] != [Delivery.CANCELED]


def test_open_requests_may_stay_and_be_answered(session, family):
    ask(family)
    assert services.close_form(family.camp.form_id, withdraws=False, **DEED) == 0
    sign_everything(session, family)
    assert requests(session, family)[True].state is RequestState.SIGNED


def test_the_starter_form_is_not_closed(session, family):
    starter = session.scalar(sa.select(Form.id).where(Form.key == "participation"))
    with pytest.raises(Refused) as refused:
        services.close_form(starter, withdraws=False, **DEED)
    assert codes(refused) == ["starter"]


def test_a_closed_form_is_not_closed_again(session, family):
    services.close_form(family.camp.form_id, withdraws=False, **DEED)
    with pytest.raises(Refused) as refused:
        services.close_form(family.camp.form_id, withdraws=True, **DEED)
    assert codes(refused) == ["closed_already"]


def test_opened_again_it_is_asked_again(session, family):
    services.close_form(family.camp.form_id, withdraws=False, **DEED)
    services.open_form_again(family.camp.form_id, **DEED)
    assert "camp" in queries.required_keys(family.season_id)
    ask(family)
    assert set(requests(session, family)) == {True, False}
    assert len(actions(session, "form.opened_again")) == 1


def test_an_open_form_is_not_opened(session, family):
    with pytest.raises(Refused) as refused:
        services.open_form_again(family.camp.form_id, **DEED)
    assert codes(refused) == ["is_open"]


def test_the_page_knows_which_programs_fall_back_on_the_starter_form(session, family):
    assert services.closing_of(family.camp.form_id).then_starter == ()
    services.use_form(family.camp.form_id, {family.group.season.program_id: "instead"}, **DEED)
    names = services.closing_of(family.camp.form_id).then_starter
    assert [name for name, _es in names] == [family.group.season.program.name]
    second = services.publish_form(CAMP | {"key": "other"}, **DEED)
    services.use_form(second.form_id, {family.group.season.program_id: "instead"}, **DEED)
    assert services.closing_of(family.camp.form_id).then_starter == ()
    services.close_form(second.form_id, withdraws=False, **DEED)
    assert len(services.closing_of(family.camp.form_id).then_starter) == 1


def test_versions_published_by_hand_fall_back_on_the_forms_name(session, family):
    form = form_of_camp(family, session)
    assert FormVersion(form_id=form.id, number=9).titles(form) == {"en": "Camp", "es": "Camp"}

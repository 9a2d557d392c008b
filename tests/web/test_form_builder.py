"""A coordinator writes a form in the browser, without JavaScript."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.consent import Family
from tests.makers.drafts import EN, ES, make_block
from tests.makers.people import NOW, make_person
from tests.makers.programs import make_program
from tests.support.pages import H, _values
from youthprog.access.types import Role
from youthprog.consent import queries, services
from youthprog.consent.models import Form, FormVersion
from youthprog.consent.types import SectionKind, Settings, ShowIf, Validity
from youthprog.core import db
from youthprog.core.actor import SYSTEM

DEED = {"by": SYSTEM, "now": NOW}
HARD = "Notwithstanding the aforementioned, participants irrevocably indemnify the organization and representatives."
LISTS = {"clauses", "options", "fields"}
OTHER = {
    SectionKind.VIDEO: {"title": "x", "web_address": "https://films.example/one"}, SectionKind.INITIALS: {"clauses": "a\nb"},
    SectionKind.CHOICE: {"options": "a\nb\nc", "least": "1", "most": "2"}, SectionKind.PERSONS: {"noun": "x", "least": "1", "most": "3"},
    SectionKind.UPLOAD: {"wanted": "x", "asks_last_day": "y"}, SectionKind.EXTERNAL: {"role": "x"}, SectionKind.STAFF: {"fields": "a\nb"},
    SectionKind.INFORMATION: {"pages": "One.\n---\nTwo."},
}  # fmt: skip


@pytest.fixture(autouse=True)
def september():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def coordinator(visitor, session):
    visitor.sign_in(make_account(Role.COORDINATOR))
    return visitor


def shown(page):
    """What the form of the page itself would send: the one in its middle that goes back where it came from."""
    main = page.all("main")[0]
    form = next(each for each in main.iter(H + "form") if each.get("method") == "post" and not each.get("action"))
    return _values(form)


def draft_id(title="Camp"):
    db.session().rollback()
    statement = sa.select(FormVersion.id).join(Form).where(Form.title == title, FormVersion.published_at.is_(None))
    return db.session().scalar(statement)


def start(visitor, title="Camp"):
    page = visitor.get("/consents/forms/new")
    visitor.post("/consents/forms/new", shown(page) | {"title": title, "title_es": "Campamento"})
    return draft_id(title)


def typed(kind=SectionKind.DECISION, **changes):
    """What a coordinator types into the form of a section."""
    fields = {f"en_{name}": text for name, text in EN.items()} | {f"es_{name}": text for name, text in ES.items()}
    for name, value in OTHER.get(kind, {}).items():
        both = name in LISTS | {"title", "noun", "wanted", "role", "pages"}
        fields |= {f"en_{name}": value, f"es_{name}": value} if both else {name: value}
    return fields | changes


def write(visitor, version_id, kind=SectionKind.DECISION, status=200, **changes):
    address = f"/consents/versions/{version_id}/sections/new?kind={kind}"
    page = visitor.get(address)
    return visitor.post(address, shown(page) | typed(kind, **changes), status=status)


def questions(version_id):
    db.session().rollback()
    return queries.questions_of(version_id)


# ---- from the first word to the published form ----


def test_a_form_is_written_stopped_mended_and_published(coordinator):
    version_id = start(coordinator)
    page = write(coordinator, version_id, en_body=HARD, es_statement="")
    assert "2 things to fix" in page.text
    assert "Not written in Spanish: What the guardian signs." in page.text
    assert "The English reads like school grade" in page.text
    assert "Publish version 1" not in page.text
    section = page.link("Swimming")
    page = coordinator.get(section)
    coordinator.post(section, shown(page) | {"en_body": EN["body"], "es_statement": ES["statement"]})
    page = coordinator.get(f"/consents/versions/{version_id}")
    assert "Ready" in page.text
    page = coordinator.post(
        f"/consents/versions/{version_id}/publish", page.form(f"/consents/versions/{version_id}/publish")
    )
    assert "Version 1 is published." in page.text
    assert "Begin a new version" in page.text


def test_a_reason_lets_a_hard_text_pass_and_stands_with_the_version(coordinator):
    version_id = start(coordinator)
    page = write(coordinator, version_id, en_body=HARD)
    address = f"/consents/versions/{version_id}/publish"
    refused = coordinator.post(address, page.form(address), status=422)
    assert "Write why, in at least 10 letters." in refused.text
    page = coordinator.post(address, refused.form(address) | {"reason": "The insurer demands these words."})
    assert "The insurer demands these words." in page.text


def test_a_broken_form_cannot_be_published_past_the_page(coordinator):
    version_id = start(coordinator)
    page = write(coordinator, version_id, es_statement="")
    token = page.form(f"/consents/versions/{version_id}/discard")
    page = coordinator.post(
        f"/consents/versions/{version_id}/publish", token | {"reason": "I want it all the same."}, status=422
    )
    assert "Not ready." in page.text
    assert draft_id() == version_id


@pytest.mark.parametrize("kind", list(SectionKind))
def test_every_kind_of_section_is_written_with_its_words_and_settings(coordinator, kind):
    version_id = start(coordinator)
    write(coordinator, version_id, kind)
    found = questions(version_id)[0]
    assert found.kind is kind
    assert found.words["en"].label == EN["label"]
    assert found.words["es"].label == ES["label"]
    given = OTHER.get(kind, {})
    for name in LISTS & given.keys():
        assert found.words["es"].more[name] == given[name].split("\n")
    if kind is SectionKind.INFORMATION:
        assert found.words["en"].more["pages"] == ["One.", "Two."]
    page = coordinator.get(f"/consents/sections/{found.section_id}")
    again = coordinator.post(f"/consents/sections/{found.section_id}", shown(page))
    assert "Saved." in again.text
    after = questions(version_id)[0]
    assert (after.settings, after.words, after.required) == (found.settings, found.words, found.required)


def test_settings_are_kept_and_shown_again(coordinator):
    version_id = start(coordinator)
    write(coordinator, version_id)
    write(
        coordinator, version_id, en_label="Boats", required="y", validity="days", days="30", original="ink",
        initials_if_refused="y", show_what="answer", show_answers="swimming|yes",
    )  # fmt: skip
    found = questions(version_id)[1]
    assert found.required
    expected = Settings(
        validity=Validity.DAYS,
        days=30,
        original="ink",
        initials_if_refused=True,
        show_if=ShowIf("answer", ("yes",), "swimming"),
    )
    assert found.settings == expected
    page = coordinator.get(f"/consents/sections/{found.section_id}")
    coordinator.post(f"/consents/sections/{found.section_id}", shown(page))
    assert questions(version_id)[1].settings == expected


def test_a_section_is_shown_in_some_programs(coordinator, session):
    boxing, version_id = make_program("Boxing"), start(coordinator)
    chosen = {"show_what": "program", "show_programs": str(boxing.id)}
    write(coordinator, version_id, **chosen)
    found = questions(version_id)[0]
    assert found.settings.show_if == ShowIf("program", (chosen["show_programs"],))
    boxing = db.session().merge(boxing)
    boxing.closed_at = NOW
    address = f"/consents/sections/{found.section_id}"
    page = coordinator.get(address)
    coordinator.post(address, shown(page))
    assert questions(version_id)[0].settings.show_if == ShowIf("program", (chosen["show_programs"],)), (
        "what one cannot choose stays"
    )


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("decision", {"en_label": ""}, "Write a short name."),
        ("decision", {"en_label": "x" * 81}, "too long"),
        ("decision", {"validity": "days"}, "Say for how many days."),
        ("decision", {"validity": "days", "days": "many"}, "Write a number."),
        ("decision", {"validity": "date"}, "Say until which day."),
        ("decision", {"validity": "forever"}, "Choose one of the list."),
        ("decision", {"show_what": "age_under"}, "Write the age in years."),
        ("decision", {"show_what": "program"}, "Choose the program."),
        ("video", {"web_address": "films.example"}, "https:// in front"),
        ("choice", {"least": "3", "most": "2"}, "At most is less than at least."),
        ("decision", {"en_body": "a\x00b"}, "cannot keep"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(coordinator, kind, changes, sentence):
    version_id = start(coordinator)
    page = write(coordinator, version_id, SectionKind(kind), status=422, **changes)
    assert sentence in page.text
    assert shown(page)["es_statement"] == ES["statement"]
    assert questions(version_id) == []


def test_two_coordinators_never_overwrite_one_another(coordinator):
    version_id = start(coordinator)
    section = write(coordinator, version_id).link("Swimming")
    first, second = shown(coordinator.get(section)), shown(coordinator.get(section))
    coordinator.post(section, first | {"en_label": "Mine"})
    page = coordinator.post(section, second | {"en_label": "Theirs"}, status=409)
    assert "Somebody changed this draft meanwhile." in page.text
    assert shown(page)["en_label"] == "Theirs"
    assert questions(version_id)[0].words["en"].label == "Mine"
    coordinator.post(section, shown(page))
    assert questions(version_id)[0].words["en"].label == "Theirs"


def test_an_old_page_moves_and_publishes_nothing(coordinator):
    version_id = start(coordinator)
    write(coordinator, version_id)
    page = write(coordinator, version_id, en_label="Boats")
    old = page.form(f"/consents/versions/{version_id}/publish")
    write(coordinator, version_id, en_label="Horses")
    coordinator.post(f"/consents/versions/{version_id}/publish", old, status=409)
    here = questions(version_id)[1].section_id
    coordinator.post(f"/consents/sections/{here}/move", old | {"to": "up"}, status=409)
    assert [each.words["en"].label for each in questions(version_id)] == ["Swimming", "Boats", "Horses"]


def test_sections_are_ordered_and_taken_out_by_buttons(coordinator):
    version_id = start(coordinator)
    write(coordinator, version_id)
    page = write(coordinator, version_id, en_label="Boats")
    boats = questions(version_id)[1].section_id
    page = coordinator.post(f"/consents/sections/{boats}/move", page.form(f"/consents/sections/{boats}/move"))
    assert questions(version_id)[0].section_id == boats
    coordinator.post(f"/consents/sections/{boats}/remove", page.form(f"/consents/sections/{boats}/remove"))
    assert len(questions(version_id)) == 1


def test_standard_sections_are_chosen_from_the_library(coordinator):
    version_id = start(coordinator)
    page = coordinator.get(f"/consents/versions/{version_id}/sections/new")
    address = f"/consents/versions/{version_id}/library"
    none = coordinator.post(address, page.form(address), status=422)
    assert "Choose at least one section." in none.text
    page = coordinator.post(address, none.form(address) | {"sections": ["conduct.conduct", "concussion.concussion"]})
    assert "2 sections added." in page.text
    assert [each.key for each in questions(version_id)] == ["conduct", "concussion"]


# ---- seeing before publishing ----


def test_the_preview_is_what_a_guardian_sees_and_keeps_nothing(coordinator):
    version_id = start(coordinator)
    write(coordinator, version_id)
    write(coordinator, version_id, SectionKind.EMERGENCY, en_label="Call")
    address = f"/consents/versions/{version_id}/preview"
    page = coordinator.get(f"{address}/1")
    assert page.h1 == "May Mateo swim with us?"
    assert "Nothing is kept." in page.text
    assert "Choose one answer." in coordinator.post(f"{address}/1", shown(page), status=422).text
    page = coordinator.post(f"{address}/1", shown(page) | {"choice": "yes"})
    assert "Question 2 of 2" in page.text
    coordinator.get(f"{address}/3", status=404)


def test_the_preview_speaks_spanish(coordinator):
    version_id = start(coordinator)
    write(coordinator, version_id)
    coordinator.get("/language/es")
    assert coordinator.get(f"/consents/versions/{version_id}/preview/1").h1 == "¿Puede nadar Mateo con nosotros?"


def test_two_versions_stand_side_by_side(coordinator, session):
    Family().ask()
    first = queries.find_current_version()
    second = services.begin_draft(first.form_id, **DEED)
    services.add_block(second, make_block(), seen=0, **DEED)
    session.commit()
    page = coordinator.get(f"/consents/versions/{second.id}/compare")
    assert "Version 1 beside version 2" in page.h1
    assert "in: A lifeguard is there." in page.text
    assert "Hay un salvavidas." in page.text
    coordinator.get(f"/consents/versions/{first.id}/compare", status=404)
    coordinator.get(f"/consents/versions/{second.id}/compare?with=9", status=404)
    coordinator.get(f"/consents/versions/{second.id}/compare?with=x")


def test_before_publishing_one_reads_how_many_families_are_asked_again(coordinator, session):
    family = Family()
    family.sign()
    second = services.begin_draft(queries.find_current_version().form_id, **DEED)
    services.add_block(second, make_block(), seen=0, **DEED)
    session.commit()
    page = coordinator.get(f"/consents/versions/{second.id}")
    assert "1 family is asked again. They have not agreed to: Swimming (1)." in page.text
    page = coordinator.post(
        f"/consents/versions/{second.id}/publish", page.form(f"/consents/versions/{second.id}/publish")
    )
    assert "Version 2 is published." in page.text


def test_states_are_shown_with_source_day_and_the_words_ask_your_attorney(coordinator):
    page = coordinator.get("/consents/states")
    assert page.text.count("Ask your attorney") >= 5
    assert "CO-2, item 611" in page.text
    assert "November 26, 2026" in page.text


# ---- whose a form is ----


def test_a_coordinator_of_one_program_starts_a_form_in_it_and_keeps_it_there(visitor, session):
    program = make_program("Boxing")
    Family().ask()
    visitor.sign_in(make_account(Role.COORDINATOR, make_person("Chris", "Boxer"), program.id))
    page = visitor.get("/consents/forms/new")
    assert "No program yet" not in page.text
    visitor.post(
        "/consents/forms/new", shown(page) | {"title": "Ring", "title_es": "Ring", "program_id": str(program.id)}
    )
    version_id = draft_id("Ring")
    form_id = db.session().get_one(FormVersion, version_id).form_id
    address = f"/consents/forms/{form_id}/uses"
    page = visitor.get(address)
    assert shown(page)[f"way_{program.id}"] == "beside"
    refused = visitor.post(address, shown(page) | {f"way_{program.id}": "no"}, status=422)
    assert "Keep it in one program at least." in refused.text
    visitor.post(address, shown(page) | {f"way_{program.id}": "events"})
    assert shown(visitor.get(address))[f"way_{program.id}"] == "events"


def test_the_starter_is_read_and_not_written_by_a_coordinator_of_one_program(visitor, session):
    program = make_program("Boxing")
    Family().ask()
    session.commit()
    starter = queries.find_current_version()
    form_id, version_id = starter.form_id, starter.id
    section_id = queries.questions_of(version_id)[0].section_id
    visitor.sign_in(make_account(Role.COORDINATOR, make_person("Chris", "Boxer"), program.id))
    page = visitor.get(f"/consents/forms/{form_id}")
    assert "You may read this form." in page.text
    assert "Begin a new version" not in page.text
    visitor.post(f"/consents/forms/{form_id}/draft", status=404)
    visitor.get(f"/consents/versions/{version_id}")
    visitor.get(f"/consents/forms/{form_id}/uses", status=404)
    visitor.get(f"/consents/sections/{section_id}", status=404)


def test_a_published_version_offers_nothing_to_change(coordinator, session):
    Family().ask()
    session.commit()
    version = queries.find_current_version()
    version_id, section_id = version.id, queries.questions_of(version.id)[0].section_id
    page = coordinator.get(f"/consents/versions/{version_id}")
    assert "It stays as it is." in page.text
    assert "Remove" not in page.text
    coordinator.get(f"/consents/sections/{section_id}", status=404)
    coordinator.get(f"/consents/versions/{version_id}/sections/new", status=404)


def test_nobody_chooses_the_starter_for_a_program(coordinator, session):
    Family().ask()
    session.commit()
    form_id = queries.find_current_version().form_id
    assert "Every program that has chosen no other form." in coordinator.get(f"/consents/forms/{form_id}").text
    coordinator.get(f"/consents/forms/{form_id}/uses", status=404)


@pytest.mark.parametrize("kind", [each for each in SectionKind if each not in (SectionKind.TEXT, SectionKind.STAFF)])
def test_every_kind_is_previewed_as_guardians_see_it(coordinator, kind):
    version_id = start(coordinator)
    write(coordinator, version_id, kind)
    page = coordinator.get(f"/consents/versions/{version_id}/preview/1")
    assert page.h1 == "May Mateo swim with us?"
    assert "%(" not in page.text
    coordinator.get("/language/es")
    assert coordinator.get(f"/consents/versions/{version_id}/preview/1").h1 == "¿Puede nadar Mateo con nosotros?"

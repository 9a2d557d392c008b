"""Which sections are shown, who answers them, what counts as an answer: one test a refusal, and properties."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.makers.forms import every_kind, question
from youthprog.consent import composing, showing
from youthprog.consent.types import Decision, Question, SectionKind, Settings, ShowIf, Signer

K = SectionKind
NO_ONE = {"any"}


def shown_with(rule: ShowIf | None, *, age: int | None = 10, program: set[str] = NO_ONE, **answers: dict) -> bool:
    return showing.is_shown(Settings(show_if=rule), age, answers, program)


# ---- show-if ----


def test_a_section_without_a_rule_is_shown():
    assert shown_with(None)


@pytest.mark.parametrize(("age", "under", "upward"), [(13, True, False), (14, False, True), (None, True, True)])
def test_by_age(age, under, upward):
    assert shown_with(ShowIf("age_under", ("14",)), age=age) is under
    assert shown_with(ShowIf("age_from", ("14",)), age=age) is upward


def test_an_age_nobody_can_read_hides_nothing():
    assert shown_with(ShowIf("age_from", ("old",)))
    assert shown_with(ShowIf("age_from", ()))


def test_by_program():
    assert shown_with(ShowIf("program", ("Football", "7")), program={"Football", "3"})
    assert not shown_with(ShowIf("program", ("Football",)), program={"Chess"})


def test_by_an_answer():
    rule = ShowIf("answer", ("yes",), "rides")
    assert shown_with(rule, rides={"choice": "yes"})
    assert not shown_with(rule, rides={"choice": "no"})
    assert not shown_with(rule)
    assert shown_with(ShowIf("answer", ("1",), "shirt"), shirt={"chosen": ["0", "1"]})
    assert not shown_with(ShowIf("answer", ("1",), "shirt"), shirt={"chosen": ["0"]})


def test_what_a_hidden_section_said_shows_nothing():
    first = question("a", position=1, settings={"show_if": {"what": "age_from", "values": ["14"]}})
    second = question("b", position=2, settings={"show_if": {"what": "answer", "values": ["yes"], "key": "a"}})
    answers = {"a": {"choice": "yes"}}
    assert showing.shown([first, second], age=10, answers=answers, program=NO_ONE) == []
    assert showing.shown([first, second], age=15, answers=answers, program=NO_ONE) == [first, second]


def test_a_second_guardians_section_is_shown_to_a_second_guardian_alone():
    one = question("a", settings={"signer": "guardian_2"})
    assert showing.shown([one], age=10, answers={}, program=NO_ONE) == []
    assert showing.shown([one], age=10, answers={}, program=NO_ONE, second=True) == [one]


ANSWERS = st.none() | st.sampled_from([{"choice": "yes"}, {"choice": "no"}, {"chosen": ["0"]}, {"chosen": ["1"]}])


@st.composite
def forms(draw: st.DrawFn) -> list[Question]:
    """Sections with any show-if that only looks back."""
    made: list[Question] = []
    for position in range(1, draw(st.integers(1, 8)) + 1):
        kind = draw(st.sampled_from([K.DECISION, K.CHOICE]))
        more = {"options": ["A", "B"]} if kind is K.CHOICE else None
        each = question(f"s{position}", kind, position, required=draw(st.booleans()), more=more)
        rules = [ShowIf("age_under", (str(draw(st.integers(5, 19))),)), ShowIf("program", ("Chess",)), None]
        if made:
            earlier = draw(st.sampled_from(made))
            values = ("yes", "no") if earlier.kind is K.DECISION else ("0", "1")
            rules.append(ShowIf("answer", (draw(st.sampled_from(values)),), earlier.key))
        made.append(replace(each, settings=replace(each.settings, show_if=draw(st.sampled_from(rules)))))
    return made


@given(forms(), st.data())
def test_a_hidden_section_is_never_asked_and_a_shown_required_one_never_missing(form, data):
    """Walk the form as a guardian does, page by page, changing answers on the way; then try to sign."""
    assert composing.refusals_to_compose(form) == []
    age, program = data.draw(st.integers(5, 19)), data.draw(st.sampled_from([{"Chess"}, {"Football"}]))
    answers: dict[str, dict] = {}
    for _step in range(data.draw(st.integers(0, 12))):
        each = data.draw(st.sampled_from(form))
        given_ = data.draw(ANSWERS)
        if given_ is None:
            answers.pop(each.key, None)
        else:
            answers[each.key] = given_
    known = {each.key: each for each in form}
    visible = showing.shown(form, age=age, answers=answers, program=program)
    keys = {each.key for each in visible}
    missing = {each.key for each in showing.unanswered(visible, answers)}
    assert missing <= keys
    for each in form:
        rule = each.settings.show_if
        if rule is not None and rule.what == "answer":
            said = showing._said(answers.get(rule.key) or {})
            assert (each.key in keys) == (rule.key in keys and bool(set(said) & set(rule.values)))
        if each.required and each.key in keys and not showing.is_answered(each, answers.get(each.key)):
            assert each.key in missing  # so it cannot be signed
    kept = {key: value for key, value in answers.items() if key in keys}  # what signing keeps
    assert showing.shown(form, age=age, answers=kept, program=program) == visible
    assert all(known[key] in visible for key in kept)


# ---- who answers ----


def made_of_everything() -> dict[str, Question]:
    return {
        each["key"]: question(
            each["key"], K(each["kind"]), position, required=each["required"], settings=each["settings"],
            more=each["en"].get("more"),
        )
        for position, each in enumerate(every_kind()["section"], start=1)
    }  # fmt: skip


def test_everybody_has_a_page_of_their_own():
    form = made_of_everything()
    pages = [key for key, each in form.items() if showing.is_page(each)]
    assert not {"welcome", "pledge", "promise", "read_aloud", "seen", "desk"} & set(pages)
    assert {"doctor", "second", "sheet"} <= set(pages)
    assert [each.key for each in showing.signed_by(form.values(), Signer.ATHLETE)] == ["pledge", "promise"]
    assert showing.signer_of(form["desk"]) is Signer.STAFF
    assert showing.signer_of(form["doctor"]) is Signer.EXTERNAL
    waiting = {key for key, each in form.items() if showing.waits_for_signer(each, {})}
    assert waiting == {"doctor", "seen", "desk", "pledge", "promise", "read_aloud"}
    assert not any(showing.waits_for_signer(each, {"typed_name": "Ada Obi"}) for each in form.values())
    assert not showing.waits_for_signer(form["read_aloud"], {"choice": "nobody"})
    assert showing.waits_for_signer(form["doctor"], {"name": "Ada Obi", "email": "ada@clinic.example"})


def test_a_coach_may_fill_in_the_offices_part():
    assert showing.signer_of(question(kind=K.STAFF, settings={"signer": "coach"})) is Signer.COACH


def test_texts_stand_above_the_next_section_of_their_reader():
    a, b = question("a", K.TEXT, 1), question("b", K.TEXT, 2)
    athletes = question("c", K.DECISION, 3, settings={"signer": "athlete"})
    yes, end = question("d", K.DECISION, 4), question("e", K.TEXT, 5)
    for_athlete = question("f", K.TEXT, 0, settings={"signer": "athlete"})
    form = [for_athlete, a, b, athletes, yes, end]
    assert showing.texts_above(form, yes) == [a, b]
    assert showing.texts_above(form, athletes) == [for_athlete]
    assert showing.texts_above(form, None) == [end]


# ---- what counts as an answer ----

CLAUSES = {"more": {"clauses": ["One.", "Two."]}}
OPTIONS = {"more": {"options": ["A", "B", "C"]}}
PERSON = {"name": "Abuela", "phone": "+12175550142", "relation": ""}
COMPLETE = [
    (K.TEXT, {}, {}),
    (K.DECISION, {}, {"choice": "no"}),
    (K.DECISION, {"settings": {"initials_if_refused": True}}, {"choice": "yes"}),
    (K.DECISION, {"settings": {"initials_if_refused": True}}, {"choice": "no", "initials": "RA"}),
    (K.INFORMATION, {}, {"choice": "read"}),
    (K.INFORMATION, {"more": {"pages": ["1", "2"]}}, {"choice": "read", "seen": 2}),
    (K.VIDEO, {}, {"choice": "watched"}),
    (K.INITIALS, CLAUSES, {"initials": ["RA", "RA"]}),
    (K.INITIALS, CLAUSES, {"initials": []}),
    (K.PERSONS, {}, {"persons": []}),
    (K.PERSONS, {"required": True}, {"persons": [PERSON]}),
    (K.CHOICE, OPTIONS, {"chosen": []}),
    (K.CHOICE, OPTIONS | {"required": True}, {"chosen": ["2"]}),
    (K.WORDS, {}, {"words": ""}),
    (K.WORDS, {"required": True}, {"words": "Left-handed"}),
    (K.UPLOAD, {"required": True}, {"sha256": "0" * 64}),
    (K.UPLOAD, {}, {"choice": "none"}),
    (K.EXTERNAL, {"required": True}, {"name": "Dr. Obi", "email": "obi@clinic.example"}),
    (K.EXTERNAL, {}, {"choice": "none"}),
    (K.STAFF, {"more": {"fields": ["Class"]}}, {"fields": ["7b"]}),
    (K.DECISION, {"settings": {"signer": "athlete"}}, {"choice": "yes", "typed_name": "Imani"}),
    (K.INFORMATION, {"settings": {"signer": "interpreter"}}, {"choice": "nobody"}),
    (K.INFORMATION, {"settings": {"signer": "interpreter"}}, {"choice": "somebody", "typed_name": "Ana"}),
    (K.HEALTH, {}, {"choice": "no"}),
]
INCOMPLETE = [
    (K.DECISION, {}, None),
    (K.DECISION, {}, {"choice": "perhaps"}),
    (K.DECISION, {"settings": {"initials_if_refused": True}}, {"choice": "no"}),
    (K.DECISION, {"settings": {"initials_if_refused": True}}, {"choice": "no", "initials": "R2"}),
    (K.INFORMATION, {"more": {"pages": ["1", "2"]}}, {"choice": "read", "seen": 1}),
    (K.INFORMATION, {"more": {"pages": ["1", "2"]}}, {"seen": 2}),
    (K.VIDEO, {}, {"choice": "read"}),
    (K.INITIALS, CLAUSES, {"initials": ["RA"]}),
    (K.INITIALS, CLAUSES, {"initials": ["RA", ""]}),
    (K.INITIALS, CLAUSES | {"required": True}, {"initials": []}),
    (K.PERSONS, {"required": True}, {"persons": []}),
    (K.PERSONS, {}, {"persons": [PERSON, PERSON]}),
    (K.PERSONS, {"settings": {"least": 2, "most": 3}}, {"persons": [PERSON]}),
    (K.CHOICE, OPTIONS, {"chosen": ["3"]}),
    (K.CHOICE, OPTIONS, {"chosen": ["0", "1"]}),
    (K.CHOICE, OPTIONS | {"required": True}, {"chosen": []}),
    (K.WORDS, {"required": True}, {"words": ""}),
    (K.UPLOAD, {"required": True}, {"choice": "none"}),
    (K.EXTERNAL, {"required": True}, {"choice": "none"}),
    (K.EXTERNAL, {}, {"name": "Dr. Obi"}),
    (K.STAFF, {"more": {"fields": ["Class", "Locker"]}}, {"fields": ["7b", ""]}),
    (K.DECISION, {"settings": {"signer": "athlete"}}, {"choice": "yes"}),
    (K.INFORMATION, {"settings": {"signer": "interpreter"}}, {"choice": "somebody"}),
]


@pytest.mark.parametrize(("kind", "how", "answer"), COMPLETE)
def test_a_complete_answer(kind, how, answer):
    assert showing.is_answered(question(kind=kind, **how), answer)


@pytest.mark.parametrize(("kind", "how", "answer"), INCOMPLETE)
def test_an_incomplete_answer(kind, how, answer):
    assert not showing.is_answered(question(kind=kind, **how), answer)


@pytest.mark.parametrize(
    ("kind", "how", "answer", "given_"),
    [
        (K.DECISION, {}, {"choice": "yes"}, True),
        (K.DECISION, {}, {"choice": "no"}, False),
        (K.INITIALS, CLAUSES, {"initials": ["RA", "RA"]}, True),
        (K.INITIALS, CLAUSES, {"initials": []}, False),
        (K.UPLOAD, {}, {"sha256": "0" * 64}, True),
        (K.UPLOAD, {}, {"choice": "none"}, False),
        (K.EXTERNAL, {}, {"choice": "yes"}, True),
        (K.EXTERNAL, {}, {"choice": "no"}, False),
        (K.DECISION, {"settings": {"signer": "interpreter"}}, {"choice": "nobody"}, True),
        (K.WORDS, {}, {"words": ""}, True),
        (K.STAFF, {"more": {"fields": ["Class"]}}, {"fields": ["7b"]}, True),
    ],
)
def test_what_an_answer_decides(kind, how, answer, given_):
    expected = Decision.GIVEN if given_ else Decision.REFUSED
    assert showing.decision_of(question(kind=kind, **how), answer) is expected


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("ra", "RA"), ("R.A.", "RA"), ("J. L. A", "JLA"), ("ñú", "ÑÚ"), ("r", None), ("abcde", None), ("r2", None), ("", None)],
)  # fmt: skip
def test_initials_are_two_to_four_letters(typed, kept):
    assert showing.initials_of(typed) == kept


# ---- composing ----


def test_the_form_with_everything_can_be_composed():
    assert composing.refusals_to_compose(list(made_of_everything().values())) == []


@pytest.mark.parametrize(
    ("code", "kind", "how"),
    [
        ("wrong_signer", K.HEALTH, {"settings": {"signer": "coach"}}),
        ("wrong_signer", K.DECISION, {"settings": {"signer": "external"}}),
        ("no_parts", K.INITIALS, {}),
        ("no_parts", K.CHOICE, {}),
        ("no_parts", K.STAFF, {}),
        ("bad_count", K.PERSONS, {"settings": {"least": 3, "most": 2}}),
        ("bad_count", K.CHOICE, {"settings": {"most": 4}, "more": {"options": ["A", "B"]}}),
        ("no_address", K.VIDEO, {"settings": {"web_address": "http://film.example"}}),
        ("no_days", K.DECISION, {"settings": {"validity": "days"}}),
        ("no_day", K.DECISION, {"settings": {"validity": "date"}}),
        ("show_if_empty", K.DECISION, {"settings": {"show_if": {"what": "program", "values": []}}}),
        ("show_if_age", K.DECISION, {"settings": {"show_if": {"what": "age_from", "values": ["fourteen"]}}}),
        ("show_if_later", K.DECISION, {"settings": {"show_if": {"what": "answer", "values": ["yes"], "key": "it"}}}),
        ("show_if_later", K.DECISION, {"settings": {"show_if": {"what": "answer", "values": ["yes"], "key": "z"}}}),
        ("show_if_answer", K.DECISION, {"settings": {"show_if": {"what": "answer", "values": ["maybe"], "key": "a"}}}),
    ],
)
def test_a_form_that_cannot_be_composed(code, kind, how):
    first, second = question("a", position=1), question("it", kind, 2, **how)
    assert [reason.code for reason in composing.refusals_to_compose([first, second])] == [code]


def test_languages_with_unlike_parts_are_refused():
    one = question("a", K.INITIALS, more={"clauses": ["One.", "Two."]})
    short = replace(one.words["es"], more={"clauses": ["Uno."]})
    one = replace(one, words={"en": one.words["en"], "es": short})
    assert [reason.code for reason in composing.refusals_to_compose([one])] == ["unlike"]

"""Benchmarks judged and surveys scored, without a database."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from youthprog.core.refusals import Refused
from youthprog.mentorship.evidence import lists, rules
from youthprog.mentorship.evidence.measures import MEASURES
from youthprog.mentorship.evidence.types import Audience, Count, Verdict

OURS = Path(lists.__file__).with_name("benchmarks.toml").read_text(encoding="utf-8")
TABLE = """kind,key,en,es,reversed
name,,How it goes,Cómo va,
audience,,mentor,,
source,,Written by our office,,
license,,Our own,,
scale,1,Never,Nunca,
scale,5,Always,Siempre,
question,glad,I look forward to meeting.,Espero con gusto el encuentro.,
question,tired,Meeting tires me.,Reunirnos me cansa.,yes
question,heard,I feel heard.,Siento que me escuchan.,
"""


def codes(caught):
    return [reason.code for reason in caught.value.reasons]


def read(text, name="survey.csv"):
    return lists.read_instrument(text.encode(), name)


def refused(text, name="survey.csv"):
    with pytest.raises(Refused) as caught:
        read(text, name)
    return codes(caught)


# ---- benchmarks ----


def test_our_list_has_both_editions_and_says_what_is_not_checked():
    found = lists.benchmarks_of(OURS)
    four = [each.codes["four"] for each in found.benchmarks if "four" in each.codes]
    assert len(four) == len(set(four)) == 49
    assert all(code.startswith("B.") for code in four)
    assert any("five" in each.codes for each in found.benchmarks)
    assert not any(edition.checked for edition in found.editions.values())
    assert all(each.text.en and each.text.es and "!" not in each.text.en for each in found.benchmarks)


def test_every_measure_is_wanted_by_some_benchmark():
    wanted = {each.measure for each in lists.benchmarks_of(OURS).benchmarks}
    assert set(MEASURES) <= wanted


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "default = 1",
        OURS.replace('default = "five"', 'default = "nine"'),
        OURS + '\n[[benchmark]]\ngroup = "x"\nen = "x"\nes = "x"\n',
    ],
)
def test_a_list_with_a_fault_is_told(broken):
    with pytest.raises(ValueError, match=r"benchmarks lacks|default names"):
        lists.benchmarks_of(broken)


@pytest.mark.parametrize(
    ("count", "verdict"),
    [
        (None, Verdict.NOT_MEASURED),
        (Count(0, 0), Verdict.NOTHING_YET),
        (Count(0, 9), Verdict.NOT_MET),
        (Count(49, 100), Verdict.NOT_MET),
        (Count(1, 2), Verdict.PARTLY),
        (Count(99, 100), Verdict.PARTLY),
        (Count(3, 3), Verdict.MET),
    ],
)
def test_a_count_becomes_a_verdict(count, verdict):
    assert rules.verdict_of(count, met_from=100, partly_from=50) is verdict


def test_findings_are_those_of_one_edition_and_counted_by_their_measure():
    found = lists.benchmarks_of(OURS)
    findings = rules.findings_of(found, "five", lambda measure: Count(1, 1) if measure == "talks" else None)
    assert all("five" in each.benchmark.codes for each in findings)
    tally = rules.tally_of(findings)
    assert tally[Verdict.MET] == 1
    assert sum(tally.values()) == len(findings)


# ---- surveys ----


def test_a_survey_is_read_from_a_table_and_from_json():
    survey = read("\ufeff" + TABLE)
    assert (survey.audience, survey.least, survey.most) == (Audience.MENTOR, 1, 5)
    assert [each.reversed for each in survey.questions] == [False, True, False]
    same = json.dumps({
        "name": "How it goes", "name_es": "Cómo va", "audience": "mentor", "source": "Written by our office",
        "license": "Our own", "scale": [{"value": 1, "en": "Never", "es": "Nunca"}, {"value": 5, "en": "Always", "es": "Siempre"}],
        "questions": [{"key": each.key, "en": each.text.en, "es": each.text.es, "reversed": each.reversed} for each in survey.questions],
    })  # fmt: skip
    assert read(same, "survey.json") == survey
    held = lists.kept(survey)
    assert lists.scale_of(held) == survey.scale
    assert lists.questions_of(held) == survey.questions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["no_name", "no_source", "no_license", "no_audience", "no_scale", "no_questions"]),
        (TABLE.replace("license,,Our own,,\n", ""), ["no_license"]),
        (TABLE.replace(",mentor,", ",everybody,"), ["no_audience"]),
        (TABLE.replace("scale,5", "scale,50"), ["bad_row", "no_scale"]),
        (TABLE.replace("question,tired", "question,glad"), ["bad_row"]),
        (TABLE + "question,more," + "x" * 501 + ",,\n", ["row_too_long"]),
        (TABLE + '"open', ["not_csv"]),
        ("{", ["not_json"]),
        ("[" * 100_000, ["no_name", "no_source", "no_license", "no_audience", "no_scale", "no_questions"]),
        (TABLE + "question,n\x00,x,,\n", ["not_storable"]),
    ],
)
def test_a_survey_with_faults_is_refused_with_each(text, expected):
    assert sorted(set(refused(text))) == sorted(set(expected) | ({"bad_row"} if text.startswith("[[") else set()))


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(Refused) as caught:
        lists.read_instrument(b"\xff\xfe\x00", "x.csv")
    assert codes(caught) == ["not_text"]


def test_the_score_turns_reversed_questions_and_equals_counting_by_hand():
    survey = read(TABLE)
    for glad, tired, heard in product((None, 1, 3, 5), repeat=3):
        score = rules.score_of(survey, {"glad": glad, "tired": tired, "heard": heard})
        known = [value for value in (glad, None if tired is None else 6 - tired, heard) if value is not None]
        assert score.answered == len(known)
        assert score.value == (Fraction(sum(known), 3) if len(known) == 3 else None)
    assert rules.score_of(survey, {"glad": 9, "tired": 0}).answered == 0


def test_answers_are_taken_once_and_on_the_scale():
    survey = read(TABLE)
    assert rules.refusals_to_answer(survey, {"glad": 5}, answered=False) == []
    assert [each.code for each in rules.refusals_to_answer(survey, {"glad": 5}, answered=True)] == ["answered"]
    assert [each.code for each in rules.refusals_to_answer(survey, {"glad": None}, answered=False)] == ["nothing"]
    assert [each.code for each in rules.refusals_to_answer(survey, {"glad": 6}, answered=False)] == ["off_scale"]


def test_surveys_are_due_around_their_month():
    begun = date(2025, 11, 30)
    assert [rules.due_on(begun, months) for months in (3, 6, 12)] == [
        date(2026, 2, 28), date(2026, 5, 30), date(2026, 11, 30)
    ]  # fmt: skip
    due = rules.due_on(begun, 3)
    assert rules.months_due(begun, due - timedelta(days=8)) == []
    assert rules.months_due(begun, due - timedelta(days=7)) == [3]
    assert rules.months_due(begun, due + timedelta(days=60)) == [3]
    assert rules.months_due(begun, due + timedelta(days=61)) == []
    assert rules.due_on(date(2023, 11, 30), 3) == date(2024, 2, 29)

"""The pages of a sitting, computed from what is asked and answered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.consent import sitting
from youthprog.consent.drawing import MOST_KEPT, MOST_POINTS, MOST_STROKES, path_of
from youthprog.consent.sitting import OWN, RENEWED, SAME, WAY, Child, Stop, steps_of
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.documents.drawn import is_drawing

ANSWER = {
    SectionKind.DECISION: {"choice": "yes"},
    SectionKind.INFORMATION: {"choice": "read"},
    SectionKind.HEALTH: {"choice": "no"},
    SectionKind.PICKUP: {"names": ["Rosa"]},
    SectionKind.EMERGENCY: {"name": "Ana", "phone": "+12175550142"},
}
STARTER = [*[SectionKind.DECISION] * 4, SectionKind.HEALTH, SectionKind.PICKUP, SectionKind.EMERGENCY]


def question(position, kind, sha256="same"):
    texts = {name: "" for name in Words.__dataclass_fields__ if name not in ("sha256", "more")}
    words = Words(**texts, sha256=sha256, more={})
    return Question(position, f"s{position}", position, kind, True, {"en": words, "es": words})


def child(request_id, draft=None, kinds=STARTER, proposed=None, sha256="same"):
    questions = [question(n, kind, sha256) for n, kind in enumerate(kinds, start=1)]
    return Child(request_id, questions, draft or {}, proposed or {})


def answers(kinds=STARTER, *keys):
    found = {f"s{n}": ANSWER[kind] for n, kind in enumerate(kinds, start=1)}
    return {key: value for key, value in found.items() if not keys or key in keys}


def stops(*children, agreed=True):
    return [(step.stop, step.request_id) for step in steps_of(children, agreed=agreed, language="en")]


def page_count(*children):
    """With the landing page and the receipt."""
    return len(steps_of(children, agreed=False, language="en")) + 2


def test_nobody_is_asked_nothing():
    assert steps_of([], agreed=True, language="en") == []


def test_the_first_page_not_done_is_the_agreement():
    steps = steps_of([child(1)], agreed=False, language="en")
    assert sitting.next_step(steps).stop is Stop.AGREEMENT
    assert sitting.next_step(steps_of([child(1)], agreed=True, language="en")).keys == ("s1",)


@pytest.mark.parametrize("way", [SAME, OWN])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_pages_for_one_to_four_children(way, count):
    shared = answers(STARTER, "s1", "s2", "s3", "s4") if way == SAME else {}
    later = [child(n, {WAY: {"choice": way}, **shared}) for n in range(2, count + 1)]
    assert page_count(child(1), *later) == 12 + (count - 1) * (3 if way == SAME else 4)


def test_five_sections_are_ten_pages():
    assert page_count(child(1, kinds=STARTER[:5])) == 10


def test_other_words_are_never_answered_by_the_same():
    assert Stop.SAME not in {stop for stop, _who in stops(child(1), child(2, sha256="other"))}
    assert (Stop.QUESTION, 2) in stops(child(1), child(2, sha256="other"))


def test_health_is_a_page_of_its_own_and_never_shared():
    keys = sitting.shared_keys(child(1), child(2), "en")
    assert keys == ("s1", "s2", "s3", "s4")


def test_a_renewal_is_three_pages():
    known = child(1, proposed=answers())
    assert [stop for stop, _who in stops(known)] == [Stop.AGREEMENT, Stop.RENEWAL, Stop.CHECK, Stop.SIGN]


def test_a_renewal_asks_what_it_could_not_propose():
    known = child(1, {WAY: {"choice": RENEWED, "keys": ["s1"]}, "s1": {"choice": "yes"}}, STARTER[:2])
    steps = steps_of([known], agreed=True, language="en")
    assert [(step.stop, step.done) for step in steps[1:3]] == [(Stop.RENEWAL, True), (Stop.QUESTION, False)]


def test_who_answers_again_is_asked_everything():
    again = child(1, {WAY: {"choice": OWN}})
    assert [stop for stop, _who in stops(again)].count(Stop.QUESTION) == len(STARTER)


def test_words_that_changed_in_either_language_are_not_proposed():
    asked = [question(1, SectionKind.DECISION, "new"), question(2, SectionKind.DECISION)]
    hashes = {("s1", "en"): "new", ("s1", "es"): "old", ("s2", "en"): "same", ("s2", "es"): "same"}
    given = {"s1": {"choice": "yes"}, "s2": {"choice": "no"}}
    assert sitting.proposals(asked, given, hashes, ["en", "es"]) == {"s2": {"choice": "no"}}
    assert sitting.proposals(asked, given, hashes, ["en"]) == given


KEYS = st.sets(st.sampled_from([f"s{n}" for n in range(1, 8)]))
WAYS = st.sampled_from([None, SAME, OWN, RENEWED])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(KEYS, WAYS, KEYS, KEYS, st.sampled_from(["same", "other"])), min_size=1, max_size=4))
def test_what_is_not_answered_always_has_a_page_that_is_not_done(drawn):
    children = []
    for number, (answered, way, renewed, proposed, sha256) in enumerate(drawn, start=1):
        draft = answers(STARTER, *answered) if answered else {}
        if way is not None:
            draft[WAY] = {"choice": way, "keys": sorted(renewed)}
        known = answers(STARTER, *proposed) if proposed else {}
        children.append(child(number, draft, proposed=known, sha256=sha256))
    steps = steps_of(children, agreed=True, language="en")
    waiting = {(step.request_id, key) for step in steps if not step.done for key in step.keys}
    missing = {(each.request_id, key) for each in children for key in sitting.unanswered(each)}
    assert missing <= waiting
    if missing:
        assert sitting.next_step(steps).stop is not Stop.CHECK
    assert len({(step.stop, step.request_id, step.number) for step in steps}) == len(steps)


def test_going_on_and_back():
    steps = steps_of([child(1), child(2)], agreed=True, language="en")
    assert sitting.step_after(steps, Stop.QUESTION, 1, "s1").keys == ("s2",)
    assert sitting.step_before(steps, Stop.QUESTION, 1, "s2").keys == ("s1",)
    assert sitting.step_before(steps, Stop.AGREEMENT, 1) is None
    assert sitting.step_after(steps, Stop.QUESTION, 9, "s1").keys == ("s1",)


# ---- drawing ----


def test_strokes_become_path_data():
    assert path_of("") == path_of("  ") == ""
    assert path_of("1,2 3,4;5,6") == "M1 2L3 4M5 6L5 6"


@pytest.mark.parametrize(
    "strokes",
    [
        "x", "1", "1,2,3", "-1,2", "1.5,2", "601,1", "1,201", "1,2  3,4", ";", "1,2;", "\u0661,2", "1e3,2",
        ";".join(["1,2"] * (MOST_STROKES + 1)), " ".join(["1,2"] * (MOST_POINTS + 1)), "<svg/>", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_none(strokes):
    assert path_of(strokes) is None


@given(st.text(max_size=60))
def test_a_path_holds_numbers_and_two_letters_alone(strokes):
    path = path_of(strokes)
    assert path is None or set(path) <= set("ML0123456789 ")


def test_a_straight_line_keeps_its_ends_and_a_corner_stays():
    straight = " ".join(f"{n},{n // 3}" for n in range(0, 300, 3))
    assert path_of(straight) == "M0 0L297 99"
    assert path_of("0,0 50,1 100,0 100,100") == "M0 0L50 1L100 0L100 100"


def test_the_busiest_drawing_is_thinned_to_what_fits():
    scribble = ";".join(" ".join(f"{n * 7919 % 601},{n * 104729 % 201}" for n in range(50)) for _stroke in range(60))
    path = path_of(scribble)
    assert path.count("M") == 60
    assert path.count("M") + path.count("L") <= MOST_KEPT
    assert is_drawing(path)

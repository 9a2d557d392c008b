"""One sitting: the pages a guardian walks through for all the children who are asked, in their order. Pure.

The first child is asked one question a page. A sibling adds at most four pages: the same answers or not, if not all
decisions on one page, health, and the people. A renewal whose words did not change adds one. Consent is never
filled in; facts, such as who may pick up, are suggested.
"""

import enum
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from youthprog.consent import showing
from youthprog.consent.blocks import shape_of
from youthprog.consent.types import Question, SectionKind

WAY = "*"  # in a draft, beside the answers: how the guardian chose to go on; no section is named so
RENEWED, SAME, OWN = "renewed", "same", "own"
# What may be answered for a sibling by "the same": decisions, and sheets whose words are the same.
ALIKE = frozenset({SectionKind.DECISION, SectionKind.INFORMATION, SectionKind.VIDEO})
# People, who stand together on one page of a sibling.
PEOPLE = frozenset({SectionKind.PICKUP, SectionKind.EMERGENCY})

Answers = Mapping[str, Mapping[str, Any]]


class Stop(enum.StrEnum):
    """The kinds of pages in a sitting."""

    AGREEMENT = "agreement"
    RENEWAL = "renewal"
    QUESTION = "question"
    SAME = "same"
    CHOICES = "choices"
    PEOPLE = "people"
    ATHLETE = "athlete"
    CHECK = "check"
    SIGN = "sign"


@dataclass(frozen=True)
class Child:
    """A request as the sitting sees it: what is asked, what was answered so far, and what was answered last time."""

    request_id: int
    questions: Sequence[Question]
    draft: Answers
    proposed: Answers = field(default_factory=dict)
    athletes: Sequence[Question] = ()  # what the young person answers, on one page after the guardian's

    @property
    def way(self) -> str | None:
        """How the guardian chose to go on; None until chosen."""
        way = self.draft.get(WAY)
        return way.get("choice") if way else None

    @property
    def renewed(self) -> frozenset[str]:
        """The sections that were confirmed as they were last time."""
        way = self.draft.get(WAY) or {}
        return frozenset(way.get("keys", ())) if way.get("choice") == RENEWED else frozenset()

    def has(self, key: str) -> bool:
        """Whether a section is answered."""
        question = next((each for each in (*self.questions, *self.athletes) if each.key == key), None)
        return question is not None and _is_answered(question, self.draft)


@dataclass(frozen=True)
class Step:
    """One page: which kind, of which request, about which sections, and whether it is done."""

    stop: Stop
    request_id: int
    keys: tuple[str, ...] = ()
    number: int | None = None  # the question's own, of Stop.QUESTION
    done: bool = False


def steps_of(children: Sequence[Child], *, agreed: bool, language: str) -> list[Step]:
    """Every page of the sitting in order, the receipt left out."""
    if not children:
        return []
    first = children[0]
    found = [Step(Stop.AGREEMENT, first.request_id, done=agreed)]
    for child in children:
        found += _steps_of_child(child, first, language)
        if child.athletes:
            found.append(_together(Stop.ATHLETE, child, child.athletes))
    answered = all(step.done for step in found)
    return [*found, Step(Stop.CHECK, first.request_id, done=answered), Step(Stop.SIGN, first.request_id)]


def steps_of_one(steps: Sequence[Step], request_id: int) -> list[Step]:
    """The pages about one child, for its progress bar."""
    shared = (Stop.AGREEMENT, Stop.CHECK, Stop.SIGN)
    return [step for step in steps if step.request_id == request_id and step.stop not in shared]


def next_step(steps: Sequence[Step]) -> Step:
    """Where the sitting was left: the first page not done, the check when all are."""
    waiting = [step for step in steps if not step.done and step.stop is not Stop.SIGN]
    return waiting[0] if waiting else next(step for step in steps if step.stop is Stop.CHECK)


def step_after(steps: Sequence[Step], stop: Stop, request_id: int, key: str | None = None) -> Step:
    """The next page not done after one of them; when there is none, where the sitting was left."""
    place = place_of(steps, stop, request_id, key)
    later = [] if place is None else [step for step in steps[place + 1 :] if not step.done]
    waiting = [step for step in later if step.stop not in (Stop.CHECK, Stop.SIGN)]
    return waiting[0] if waiting else next_step(steps)


def step_before(steps: Sequence[Step], stop: Stop, request_id: int, key: str | None = None) -> Step | None:
    """The page before one of them; None before the first."""
    place = place_of(steps, stop, request_id, key)
    return steps[place - 1] if place else None


def place_of(steps: Sequence[Step], stop: Stop, request_id: int, key: str | None = None) -> int | None:
    """Which of the pages this is; a page that all children share is found from any of them."""
    for place, step in enumerate(steps):
        shared = step.stop in (Stop.AGREEMENT, Stop.CHECK, Stop.SIGN)
        if step.stop is stop and (shared or step.request_id == request_id) and (key is None or key in step.keys):
            return place
    return None


def shared_keys(first: Child, child: Child, language: str) -> tuple[str, ...]:
    """The sections of which a sibling may have the same answers: the same words, and consent rather than facts."""
    words = {each.key: each.words[language].sha256 for each in first.questions if each.kind in ALIKE}
    return tuple(
        each.key
        for each in child.questions
        if each.kind in ALIKE and words.get(each.key) == each.words[language].sha256
    )


def unanswered(child: Child) -> tuple[str, ...]:
    """The sections that have no complete answer yet."""
    return tuple(each.key for each in (*child.questions, *child.athletes) if not _is_answered(each, child.draft))


def proposals(
    questions: Sequence[Question], earlier: Answers, hashes: Mapping[tuple[str, str], str], languages: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """What was answered last time, of those sections whose words are the same in each of the languages.

    `hashes` are those of the version that was signed, by section and language.
    """
    return {
        each.key: earlier[each.key]
        for each in questions
        if _is_answered(each, earlier)
        and all(hashes.get((each.key, code)) == each.words[code].sha256 for code in languages)
    }


def fingerprint(answers: Answers) -> str:
    """What was on the screen, so that nothing else is confirmed."""
    text = json.dumps({key: dict(answer) for key, answer in answers.items()}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_answered(question: Question, answers: Answers) -> bool:
    return showing.is_answered(question, answers.get(question.key))


def _steps_of_child(child: Child, first: Child, language: str) -> Iterator[Step]:
    renewed = _renewed(child)
    if renewed is not None:
        shown = tuple(each.key for each in child.questions if each.key in renewed)
        told = child.way == RENEWED or all(child.has(key) for key in shown)
        yield Step(Stop.RENEWAL, child.request_id, shown, done=told)
        yield from _one_by_one(child, [each for each in child.questions if each.key not in renewed])
        return
    alike = shared_keys(first, child, language) if child is not first else ()
    if alike:
        yield from _sibling(child, child.questions, alike)
    else:
        yield from _one_by_one(child, child.questions)


def _renewed(child: Child) -> frozenset[str] | None:
    """The sections that are confirmed rather than asked; None when this is no renewal, or everything is answered anew."""
    if child.way == RENEWED:
        return frozenset(key for key in child.renewed if child.has(key))
    return frozenset(child.proposed) if child.way is None and child.proposed else None


def _one_by_one(child: Child, questions: Sequence[Question]) -> Iterator[Step]:
    for each in questions:
        yield Step(Stop.QUESTION, child.request_id, (each.key,), each.position, child.has(each.key))


def _sibling(child: Child, questions: Sequence[Question], alike: tuple[str, ...]) -> Iterator[Step]:
    told = child.way is not None or all(child.has(key) for key in alike)
    yield Step(Stop.SAME, child.request_id, alike, done=told)
    asked = [each for each in questions if each.kind in ALIKE and _is_asked(child, each.key, alike)]
    together = [each for each in asked if _is_short(each)]
    if together:
        yield _together(Stop.CHOICES, child, together)
    alone = [each for each in asked if not _is_short(each)]
    yield from _one_by_one(child, [each for each in questions if each in alone or each.kind not in ALIKE | PEOPLE])
    people = [each for each in questions if each.kind in PEOPLE]
    if people:
        yield _together(Stop.PEOPLE, child, people)


def _is_short(question: Question) -> bool:
    """Whether a decision fits on a page with others: no sheet to page through, no initials under a no."""
    return not shape_of(question).get("pages") and not question.settings.initials_if_refused


def _is_asked(child: Child, key: str, alike: tuple[str, ...]) -> bool:
    """Whether a decision about a sibling is asked for itself: chosen so, other words, or left open by "the same"."""
    return key not in alike or child.way == OWN or (child.way is not None and not child.has(key))


def _together(stop: Stop, child: Child, questions: Sequence[Question]) -> Step:
    keys = tuple(each.key for each in questions)
    return Step(stop, child.request_id, keys, done=all(child.has(key) for key in keys))

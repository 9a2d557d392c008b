"""Which sections one guardian's form shows, who answers them, and what an answer decides. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from youthprog.consent import rules
from youthprog.consent.blocks import shape_of
from youthprog.consent.types import TEXTS, Decision, Question, SectionKind, Settings, Signer, Words

# ---- who answers ----

CHOICES: Mapping[SectionKind, tuple[str, ...]] = {
    SectionKind.DECISION: ("yes", "no"),
    SectionKind.HEALTH: ("yes", "no"),
    SectionKind.INFORMATION: ("read",),
    SectionKind.VIDEO: ("watched",),
    SectionKind.EXTERNAL: ("yes", "no"),
}
GUARDIANS = frozenset({Signer.GUARDIAN, Signer.GUARDIAN_2})
_READERS = frozenset({Signer.ATHLETE, Signer.COACH})
SIGNERS: Mapping[SectionKind, frozenset[Signer]] = {
    SectionKind.DECISION: GUARDIANS | _READERS | {Signer.INTERPRETER},
    SectionKind.INFORMATION: GUARDIANS | _READERS | {Signer.INTERPRETER},
    SectionKind.VIDEO: GUARDIANS | _READERS,
    SectionKind.INITIALS: GUARDIANS | _READERS,
    SectionKind.CHOICE: GUARDIANS | {Signer.ATHLETE},
    SectionKind.WORDS: GUARDIANS | {Signer.ATHLETE},
    SectionKind.EXTERNAL: frozenset({Signer.EXTERNAL}),
    SectionKind.STAFF: frozenset({Signer.STAFF, Signer.COACH}),
}


def signer_of(question: Question) -> Signer:
    """Who answers a section. The office's part and the one signed outside need no setting to say so."""
    signer = question.settings.signer
    match question.kind:
        case SectionKind.EXTERNAL:
            return Signer.EXTERNAL
        case SectionKind.STAFF:
            return Signer.COACH if signer is Signer.COACH else Signer.STAFF
    return signer


def is_page(question: Question) -> bool:
    """Whether the guardian is asked on a page of its own. Of somebody outside the guardian gives name and address."""
    return question.kind is not SectionKind.TEXT and signer_of(question) in GUARDIANS | {Signer.EXTERNAL}


def signed_by(questions: Iterable[Question], *signers: Signer) -> list[Question]:
    """The sections these signers answer."""
    return [each for each in questions if each.kind is not SectionKind.TEXT and signer_of(each) in signers]


def reader_of(question: Question) -> Signer:
    """Whose page a section or a text stands on: both guardians and an address outside are the guardian's page."""
    signer = signer_of(question)
    return Signer.GUARDIAN if signer in GUARDIANS | {Signer.EXTERNAL} else signer


def texts_above(questions: Sequence[Question], question: Question | None) -> list[Question]:
    """The texts directly before a section of the same reader, to be shown above it; with None, those after the last."""
    reader = Signer.GUARDIAN if question is None else reader_of(question)
    found: list[Question] = []
    for each in questions:
        if reader_of(each) is not reader:
            continue
        if question is not None and each.key == question.key:
            return found
        found = [*found, each] if each.kind is SectionKind.TEXT else []
    return found if question is None else []


def texts_of(words: Words) -> Iterator[str]:
    """Every text of a section in one language."""
    yield from (getattr(words, name) for name in TEXTS)
    for value in words.more.values():
        yield from [value] if isinstance(value, str) else value


# ---- show-if ----


def is_shown(settings: Settings, age: int | None, answers: Mapping[str, Mapping[str, Any]], program: Any) -> bool:
    """Whether a section is shown: by the age in years, by answers of shown sections before it, by the program.

    `program` holds the names the program goes by. Of an unknown age everything is asked.
    """
    rule = settings.show_if
    if rule is None:
        return True
    match rule.what:
        case "age_under" | "age_from":
            years = _years(rule.values)
            return age is None or years is None or (age < years) == (rule.what == "age_under")
        case "program":
            return bool(set(program) & set(rule.values))
    return bool(set(_said(answers.get(rule.key) or {})) & set(rule.values))


def _years(values: Sequence[str]) -> int | None:
    return int(values[0]) if len(values) == 1 and values[0].isdecimal() else None


def _said(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """An answer as show-if compares it: the choice, or the options chosen."""
    chosen = answer.get("chosen")
    return tuple(chosen) if isinstance(chosen, list) else (str(answer.get("choice", "")),)


def shown(
    questions: Iterable[Question],
    *,
    age: int | None,
    answers: Mapping[str, Mapping[str, Any]],
    program: Any,
    second: bool = False,
) -> list[Question]:
    """The sections one guardian's form shows, in order. A hidden section's answer shows nothing further.

    Sections of a second guardian are shown on the form of a second guardian alone.
    """
    found: list[Question] = []
    known: dict[str, Mapping[str, Any]] = {}
    for each in sorted(questions, key=lambda each: each.position):
        if each.settings.signer is Signer.GUARDIAN_2 and not second:
            continue
        if is_shown(each.settings, age, known, program):
            found.append(each)
            if each.key in answers:
                known[each.key] = answers[each.key]
    return found


# ---- sheets ----


@dataclass(frozen=True)
class Sheet:
    """A sheet of several pages, as it is read: which page is open, and how far it was read before."""

    page: int
    pages: int
    seen: int
    was_read: bool

    @property
    def is_last(self) -> bool:
        """Whether this is the page where "I have read it" stands."""
        return self.page == self.pages

    @property
    def next_page(self) -> int:
        """The first page not read yet; the last when all were."""
        return min(self.seen + 1, self.pages)

    @property
    def is_ahead(self) -> bool:
        """Whether pages before this one were not read yet."""
        return self.page > self.next_page

    def read(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The answer once this page was read. What was read to its end before stays read."""
        seen = max(self.seen, self.page)
        if self.was_read or (self.is_last and answer):
            return {"choice": "read", "seen": self.pages}
        return {"seen": seen}


def sheet_of(question: Question, kept: Mapping[str, Any], page: str) -> Sheet | None:
    """How far a sheet is read and which of its pages is asked for; None for what is no sheet of pages.

    An address that names no page opens the first one not read, or the first of a sheet read to its end.
    """
    pages = len(shape_of(question).get("pages", ()))
    if question.kind is not SectionKind.INFORMATION or not pages:
        return None
    seen, was_read = min(int(kept.get("seen", 0)), pages), kept.get("choice") == "read"
    asked = int(page) if page.isdecimal() and len(page) < 4 else 0
    return Sheet(asked if 1 <= asked <= pages else 1 if was_read else min(seen + 1, pages), pages, seen, was_read)


# ---- answers ----


def initials_of(text: str) -> str | None:
    """Initials as they are kept: two to four letters in capitals, or None."""
    letters = "".join(each for each in text if each not in " .-").upper()
    return letters if letters.isalpha() and 2 <= len(letters) <= 4 else None


def at_least(question: Question) -> int:
    """How many persons or options are needed: of a required section one at the least."""
    return max(question.settings.least, int(question.required))


def is_answered(question: Question, answer: Mapping[str, Any] | None) -> bool:
    """Whether the answer kept so far is complete. A text asks nothing."""
    if question.kind is SectionKind.TEXT:
        return True
    if not answer:
        return False
    signer = signer_of(question)
    if signer is Signer.INTERPRETER:
        return answer.get("choice") == "nobody" or bool(answer.get("typed_name"))
    if signer is Signer.ATHLETE and not answer.get("typed_name"):
        return False
    return _is_complete(question, answer)


def _is_complete(question: Question, answer: Mapping[str, Any]) -> bool:
    more, choice = shape_of(question), answer.get("choice")
    match question.kind:
        case SectionKind.DECISION if choice == "no" and question.settings.initials_if_refused:
            return initials_of(answer.get("initials", "")) is not None
        case SectionKind.DECISION | SectionKind.VIDEO:
            return choice in CHOICES[question.kind]
        case SectionKind.INFORMATION:
            return choice == "read" and answer.get("seen", 0) >= len(more.get("pages", ()))
        case SectionKind.INITIALS:
            return _initialed(question, answer) or (not question.required and answer.get("initials") == [])
        case SectionKind.PERSONS:
            return at_least(question) <= len(answer.get("persons", ())) <= question.settings.most
        case SectionKind.CHOICE:
            known = {str(number) for number in range(len(more.get("options", ())))}
            chosen = answer.get("chosen", [])
            return at_least(question) <= len(chosen) <= question.settings.most and set(chosen) <= known
        case SectionKind.WORDS:
            return "words" in answer and (bool(answer["words"]) or not question.required)
        case SectionKind.UPLOAD:
            return bool(answer.get("sha256")) or (not question.required and choice == "none")
        case SectionKind.EXTERNAL:
            return bool(answer.get("name") and answer.get("email")) or (not question.required and choice == "none")
        case SectionKind.STAFF:
            filled_in = answer.get("fields", ())
            return len(filled_in) == len(more.get("fields", ())) and all(filled_in)
    return rules.is_answered(question.kind, answer)


def _initialed(question: Question, answer: Mapping[str, Any]) -> bool:
    clauses, typed = shape_of(question).get("clauses", ()), answer.get("initials", ())
    return 0 < len(clauses) == len(typed) and all(initials_of(each) for each in typed)


def is_part_complete(question: Question, answer: Mapping[str, Any]) -> bool:
    """Whether what another signer answered on a page of their own is complete; of somebody outside yes or no, and where."""
    if question.kind is SectionKind.EXTERNAL:
        return answer.get("choice") in CHOICES[question.kind] and bool(answer.get("office"))
    return _is_complete(question, answer)


def is_sheet_part_complete(question: Question, answer: Mapping[str, Any]) -> bool:
    """Whether a part copied from a sheet says all: who read the form aloud signs and answers nothing."""
    return signer_of(question) is Signer.INTERPRETER or is_part_complete(question, answer)


def waits_for_signer(question: Question, answer: Mapping[str, Any] | None) -> bool:
    """Whether somebody else than the guardian has still to sign a section. Nobody need have read the form aloud."""
    signer = signer_of(question)
    if question.kind is SectionKind.TEXT or signer in GUARDIANS:
        return False
    if signer is Signer.INTERPRETER and answer and answer.get("choice") == "nobody":
        return False
    return not (answer and answer.get("typed_name"))


def unanswered(questions: Iterable[Question], answers: Mapping[str, Mapping[str, Any]]) -> list[Question]:
    """What is missing before a guardian can sign: own sections, the athlete's, the interpreter's, addresses outside."""
    waits_for_no_one = (Signer.COACH, Signer.STAFF)
    return [
        each
        for each in questions
        if signer_of(each) not in waits_for_no_one and not is_answered(each, answers.get(each.key))
    ]


def decision_of(question: Question, answer: Mapping[str, Any]) -> Decision:
    """What a complete answer decides. What is left out of a section one may leave out is not given."""
    given = True
    match question.kind:
        case SectionKind.DECISION | SectionKind.EXTERNAL:
            given = answer.get("choice") == "yes"
        case SectionKind.INITIALS:
            given = _initialed(question, answer)
        case SectionKind.UPLOAD:
            given = bool(answer.get("sha256"))
    if signer_of(question) is Signer.INTERPRETER:
        given = True  # either nobody had to read it, or somebody says by name that it was read
    return Decision.GIVEN if given else Decision.REFUSED

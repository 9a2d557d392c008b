"""What a version of a form must have before it is published, what a new version changes, and how two texts differ. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from youthprog.consent.blocks import MORE
from youthprog.consent.composing import refusals_to_compose
from youthprog.consent.reading import Level, level_of
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.core.refusals import N_, Refusal

SPOKEN = ("en", "es")
PLACES = frozenset({"name", "full_name", "program", "until", "department"})
PLACE = re.compile(r"%\((\w+)\)s")
SHORTEST_REASON = 10  # characters of a reason why a hard text is published all the same

# What each text of a section is called in the builder.
TEXT_NAMES = {
    "label": N_("Short name"),
    "question": N_("Question"),
    "body": N_("Text"),
    "statement": N_("What the guardian signs"),
    "yes_label": N_("Words of the yes"),
    "yes_hint": N_("What yes means"),
    "no_label": N_("Words of the no"),
    "no_hint": N_("What no means"),
    "undo": N_("How to change it later"),
    "yes_summary": N_("In one line: yes"),
    "no_summary": N_("In one line: no"),
    "pages": N_("Pages of the sheet"),
    "title": N_("Title of the film"),
    "clauses": N_("Clauses"),
    "options": N_("Choices"),
    "noun": N_("Who is named"),
    "wanted": N_("What to send"),
    "role": N_("Who signs"),
    "fields": N_("What the office fills in"),
}
_ASKED = ("label", "question", "body", "statement")
_READ = (*_ASKED, "yes_label", "undo", "yes_summary")
_TOLD = (*_ASKED, "undo")
_DECIDED = (*_ASKED, "yes_label", "yes_hint", "no_label", "no_hint", "undo", "yes_summary", "no_summary")
# The texts each kind has, in the order in which they are written.
TEXTS_OF: Mapping[SectionKind, tuple[str, ...]] = {
    SectionKind.DECISION: _DECIDED,
    SectionKind.HEALTH: _DECIDED,
    SectionKind.INFORMATION: _READ,
    SectionKind.VIDEO: _READ,
    SectionKind.PICKUP: _READ,
    SectionKind.EMERGENCY: _READ,
    SectionKind.INITIALS: _TOLD,
    SectionKind.PERSONS: _TOLD,
    SectionKind.CHOICE: _TOLD,
    SectionKind.WORDS: _TOLD,
    SectionKind.UPLOAD: _TOLD,
    SectionKind.EXTERNAL: (*_ASKED, "yes_label", "yes_hint", "no_label", "no_hint", "undo"),
    SectionKind.TEXT: ("label", "question", "body"),
    SectionKind.STAFF: ("label", "question", "body", "statement"),
}
# Those of them a section cannot do without.
NEEDED: Mapping[SectionKind, tuple[str, ...]] = dict.fromkeys(SectionKind, ("label", "question", "statement")) | {
    SectionKind.DECISION: (*_ASKED, "yes_label", "no_label", "undo", "yes_summary", "no_summary"),
    SectionKind.HEALTH: (*_ASKED, "yes_label", "no_label", "undo", "yes_summary", "no_summary"),
    SectionKind.INFORMATION: ("label", "question", "statement", "yes_label"),
    SectionKind.VIDEO: ("label", "question", "statement", "yes_label"),
    SectionKind.EXTERNAL: ("label", "question", "statement", "yes_label", "no_label"),
    SectionKind.TEXT: ("label", "body"),
    SectionKind.STAFF: ("label",),
}  # fmt: skip
# Other words that may be left out; all that blocks.MORE names besides are needed.
MAY_BE_EMPTY = frozenset({"pages"})


@dataclass(frozen=True)
class Fault:
    """One reason that stops publishing, and the section it is about. A reason on record excuses what is `excusable`."""

    key: str | None
    refusal: Refusal
    excusable: bool = False


# ---- the gate ----


def levels_of(question: Question) -> dict[str, Level]:
    """How hard a section is to read, by language."""
    return {each: _level(question.words[each], each) for each in SPOKEN if each in question.words}


def _level(words: Words, language: str) -> Level:
    more = [text for value in words.more.values() for text in ([value] if isinstance(value, str) else value)]
    return level_of({name: getattr(words, name) for name in _ASKED}, more, language)


def faults_of(questions: Sequence[Question]) -> list[Fault]:
    """Everything that stops a version from being published, section by section."""
    if not any(each.kind not in (SectionKind.TEXT, SectionKind.STAFF) for each in questions):
        return [Fault(None, Refusal("nothing_asked", N_("This form asks nothing yet. Add a section that asks.")))]
    found: list[Fault] = []
    for question in questions:
        found += _missing_words(question)
        found += _wrong_places(question)
        found += _hard_words(question)
    unwritten = {fault.key for fault in found if fault.refusal.code == "missing_words"}
    for refusal in refusals_to_compose(questions):
        if not (refusal.code == "unlike" and refusal.field in unwritten):
            found.append(Fault(refusal.field, refusal))
    place = {question.key: number for number, question in enumerate(questions)}
    return sorted(found, key=lambda fault: place.get(fault.key or "", -1))


def refusals_to_publish(questions: Sequence[Question], *, reason: str = "") -> list[Refusal]:
    """Every reason why a version may not be published; hard texts alone are excused by a recorded reason."""
    excused = len(reason.strip()) >= SHORTEST_REASON
    return [fault.refusal for fault in faults_of(questions) if not (fault.excusable and excused)]


def _missing_words(question: Question) -> Iterator[Fault]:
    """A text that is needed, or that stands in one language and not in the other."""
    for name in (*TEXTS_OF[question.kind], *MORE.get(question.kind, {})):
        there = {each: _said(question.words.get(each), name) for each in SPOKEN}
        needed = name in NEEDED[question.kind] or (name in MORE.get(question.kind, {}) and name not in MAY_BE_EMPTY)
        if not (needed or any(there.values())):
            continue
        for language, said in there.items():
            if not said:
                sentence = NOT_WRITTEN[language]
                values = {"what": TEXT_NAMES[name]}
                yield Fault(question.key, Refusal("missing_words", sentence, f"{language}_{name}", values))


NOT_WRITTEN = {
    "en": N_("Not written in English: %(what)s."),
    "es": N_("Not written in Spanish: %(what)s."),
}


def _said(words: Words | None, name: str) -> Any:
    if words is None:
        return ""
    return getattr(words, name) if hasattr(words, name) else words.more.get(name, "")


def _wrong_places(question: Question) -> Iterator[Fault]:
    for language in SPOKEN:
        words = question.words.get(language)
        for name in TEXTS_OF[question.kind]:
            unknown = sorted(set(PLACE.findall(_said(words, name))) - PLACES)
            if unknown:
                sentence = N_("%(place)s stands for nothing. Use the places of the list.")
                values = {"place": f"%({unknown[0]})s"}
                yield Fault(question.key, Refusal("unknown_place", sentence, f"{language}_{name}", values))


TOO_HARD = {
    "en": N_("The English reads like school grade %(figure)s. At most grade 8: use shorter sentences and words."),
    "es": N_("The Spanish has INFLESZ %(figure)s. At least 55: use shorter sentences and words."),
}


def _hard_words(question: Question) -> Iterator[Fault]:
    for language, found in levels_of(question).items():
        if not found.is_plain:
            values = {"figure": found.figure}
            refusal = Refusal(f"too_hard_{language}", TOO_HARD[language], f"{language}_body", values)
            yield Fault(question.key, refusal, excusable=True)


# ---- what a new version changes ----


@dataclass(frozen=True)
class Changes:
    """Sections of a new version against an old one, by key, in the new order (gone ones in the old)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def asked_again(self) -> tuple[str, ...]:
        """What families who signed the old version have not agreed to yet."""
        return self.added + self.changed


def terms_of(question: Question) -> tuple[Any, ...]:
    """What an answer depends on besides the words: kind, who signs, how long it holds, whether an original is needed."""
    each = question.settings
    return (question.kind, each.signer, each.validity, each.days, each.until_on, each.original, each.web_address)


def is_same(old: Question, new: Question, language: str) -> bool:
    """Whether somebody who answered the old section in a language has answered the new one."""
    if terms_of(old) != terms_of(new) or language not in old.words or language not in new.words:
        return False
    return old.words[language].sha256 == new.words[language].sha256


def changed_sections(old: Sequence[Question], new: Sequence[Question]) -> Changes:
    """What a new version adds, changes, leaves out and leaves alone. One changed language is a change."""
    before = {each.key: each for each in old}
    after = {each.key for each in new}
    added = tuple(each.key for each in new if each.key not in before)
    known = [each for each in new if each.key in before]
    same = tuple(each.key for each in known if all(is_same(before[each.key], each, language) for language in SPOKEN))
    changed = tuple(each.key for each in known if each.key not in same)
    return Changes(added, changed, tuple(key for key in before if key not in after), same)


# ---- two texts side by side ----


@dataclass(frozen=True)
class Piece:
    """Some words of a text: same, taken out, or put in."""

    kind: str
    text: str


MANY_WORDS = 1000  # from here on the commonest words anchor nothing: comparing would take the square of them
WORDS_AND_BLANKS = re.compile(r"\S+|\s+")


def differences(old: str, new: str) -> list[Piece]:
    """How one text became another, word by word. Nothing is lost: same + taken out is the old, same + put in the new."""
    before, after = WORDS_AND_BLANKS.findall(old), WORDS_AND_BLANKS.findall(new)
    found: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=len(after) > MANY_WORDS).get_opcodes():
        if what == "equal":
            found.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            found.append(Piece("out", "".join(before[a:b])))
        if d > c:
            found.append(Piece("in", "".join(after[c:d])))
    return found


@dataclass(frozen=True)
class TextDiff:
    """One text of a section in one language, in both versions."""

    name: str
    pieces: Sequence[Piece]


def section_diff(old: Question | None, new: Question | None, language: str) -> list[TextDiff]:
    """Every text of a section that differs between two versions, in one language."""
    shown = new or old
    kind = shown.kind if shown else SectionKind.TEXT
    names = (*TEXTS_OF[kind], *MORE.get(kind, {}))
    pairs = ((name, _joined(old, name, language), _joined(new, name, language)) for name in names)
    return [TextDiff(TEXT_NAMES[name], differences(before, after)) for name, before, after in pairs if before != after]


def _joined(question: Question | None, name: str, language: str) -> str:
    said = _said(question.words.get(language), name) if question else ""
    return said if isinstance(said, str) else "\n".join(said)

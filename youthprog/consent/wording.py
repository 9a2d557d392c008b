"""The words of a form as the guardian had them on the screen, for the record. Pure.

Whatever a kind of section has to say is told here in one way: the question, what stands under it, the answers
offered, how to undo. Words that only some kinds have (`more`) follow in the order of the form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from youthprog.consent.rules import filled
from youthprog.consent.types import Question, Words
from youthprog.documents.types import ShownSection

ANSWERS = (("yes_label", "yes_hint"), ("no_label", "no_hint"))


def shown(
    questions: Sequence[Question], language: str, places: Callable[[Question], Mapping[str, str]]
) -> tuple[ShownSection, ...]:
    """Every section as it was shown in a language, its places filled: the last day is each section's own."""
    return tuple(_section(question.words[language], places(question)) for question in questions)


def raw(words: Words) -> dict[str, Any]:
    """A section's words as they were published, without their hash: what `text_sha256` is made of."""
    texts = {name: getattr(words, name) for name in Words.__dataclass_fields__ if name not in ("sha256", "more")}
    more = _more(words)
    return texts | ({"more": dict(more)} if more else {})


def _section(words: Words, places: Mapping[str, str]) -> ShownSection:
    def fill(text: str) -> str:
        return filled(text, places).strip()

    offered = [(fill(getattr(words, label)), fill(getattr(words, hint))) for label, hint in ANSWERS]
    return ShownSection(
        question=fill(words.question) or fill(words.label),
        paragraphs=tuple(
            part.strip()
            for text in (words.body, *_texts(_more(words)))
            for part in fill(text).split("\n\n")
            if part.strip()
        ),
        answers=tuple(". ".join(filter(None, (label.rstrip("."), hint))) for label, hint in offered if label),
        undo=fill(words.undo),
    )


def _more(words: Words) -> Mapping[str, Any]:
    return getattr(words, "more", None) or {}


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value of `more`, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)

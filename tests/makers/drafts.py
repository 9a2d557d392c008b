"""Invented sections and versions of forms."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from youthprog.consent.blocks import more_of, words_hash
from youthprog.consent.publishing import Block, block_from
from youthprog.consent.queries import TEXTS
from youthprog.consent.types import Question, SectionKind, Settings, Words

SHAPES = Path(__file__).resolve().parents[1] / "fixtures" / "forms"
EN = {
    "label": "Swimming", "question": "May %(name)s swim with us?", "body": "A lifeguard is there.",
    "statement": "%(name)s may swim.", "yes_label": "Yes", "no_label": "No", "undo": "Call us.",
    "yes_summary": "%(name)s swims.", "no_summary": "%(name)s does not swim.",
}  # fmt: skip
ES = {
    "label": "Nadar", "question": "¿Puede nadar %(name)s con nosotros?", "body": "Hay un salvavidas.",
    "statement": "%(name)s puede nadar.", "yes_label": "Sí", "no_label": "No", "undo": "Llámenos.",
    "yes_summary": "%(name)s nada.", "no_summary": "%(name)s no nada.",
}  # fmt: skip


def make_block(key: str = "swim", kind: SectionKind = SectionKind.DECISION, **changes: Any) -> Block:
    """A section that passes the gate. `en` and `es` change single texts."""
    words = {"en": EN | changes.pop("en", {}), "es": ES | changes.pop("es", {})}
    return replace(Block(kind, True, Settings(), words, {"en": {}, "es": {}}, key), **changes)


def question_of(block: Block, number: int = 1) -> Question:
    """A section as the rules see it."""
    words = {}
    for language in ("en", "es"):
        said = {name: block.words[language].get(name, "").strip() for name in TEXTS}
        more = more_of(block.kind, block.more.get(language, {}))
        sha256 = words_hash(list(said.values()), more)
        words[language] = Words(**said, sha256=sha256, more=more)  # type: ignore[arg-type]
    return Question(number, block.key, number, block.kind, block.required, words, block.settings)


def make_question(key: str = "swim", number: int = 1, **changes: Any) -> Question:
    """A section of a version that passes the gate."""
    return question_of(make_block(key, **changes), number)


def shape(name: str) -> dict[str, Any]:
    """One of the shapes of real public forms, in our own words."""
    return tomllib.loads((SHAPES / f"{name}.toml").read_text(encoding="utf-8"))


def questions_in(source: dict[str, Any]) -> list[Question]:
    """The sections of a form's source, as the rules see them."""
    return [question_of(block_from(each), number) for number, each in enumerate(source["section"], start=1)]


SHAPE_NAMES = sorted(path.stem for path in SHAPES.glob("*.toml"))

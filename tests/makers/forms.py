"""Invented forms: one section of each kind, as data a form is published from."""

from __future__ import annotations

from typing import Any

from tests.makers.people import NOW
from youthprog.consent.blocks import more_of, settings_of
from youthprog.consent.models import FormVersion
from youthprog.consent.publishing import publish_form
from youthprog.consent.types import Question, SectionKind, Settings, Words
from youthprog.core.actor import SYSTEM

TEXTS = ("label", "question", "body", "statement", "yes_label", "yes_hint", "no_label", "no_hint", "undo")


def words_of(label: str, **changes: Any) -> dict[str, Any]:
    """The words of a section in one language."""
    words: dict[str, Any] = {
        "label": label,
        "question": f"{label} for %(name)s?",
        "body": f"About {label.lower()}.",
        "statement": f"{label}: %(full_name)s until %(until)s.",
        "yes_label": "Yes",
        "yes_hint": "",
        "no_label": "No",
        "no_hint": "",
        "undo": "Call us.",
        "yes_summary": f"{label}: yes.",
        "no_summary": f"{label}: no.",
    }
    return words | changes


def section(key: str, kind: SectionKind, *, required: bool = False, more: Any = None, **changes: Any) -> dict[str, Any]:
    """A section as a form's source has it: `settings` as JSON, `more` alike in both languages, other words by name."""
    settings = changes.pop("settings", {})
    label = changes.pop("label", key.replace("_", " ").capitalize())
    source: dict[str, Any] = {"key": key, "kind": kind.value, "required": required, "settings": settings}
    for language in ("en", "es"):
        source[language] = words_of(label, **changes) | ({"more": more} if more else {})
    return source


def question(key: str = "it", kind: SectionKind = SectionKind.DECISION, position: int = 1, **how: Any) -> Question:
    """A section as the rules see it, without a database."""
    source = section(key, kind, **how)
    words = {}
    for language in ("en", "es"):
        texts = {name: value for name, value in source[language].items() if name != "more"}
        words[language] = Words(**texts, sha256="0" * 64, more=more_of(kind, source[language].get("more", {})))
    settings = settings_of(source["settings"]) if source["settings"] else Settings()
    return Question(position, key, position, kind, source["required"], words, settings)


def form_of(key: str, *sections: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """A form's source."""
    return {"key": key, "number": number, "title": {"en": key.title(), "es": key.title()}, "section": list(sections)}


def every_kind(key: str = "everything") -> dict[str, Any]:
    """A form with a section of each kind and each signer."""
    K = SectionKind
    return form_of(
        key,
        section("welcome", K.TEXT, body="This form is for %(team)s, led by %(coach)s."),
        section("play", K.DECISION, required=True, settings={"validity": "days", "days": 365}),
        section("medical", K.DECISION, settings={"initials_if_refused": True, "original": "ink"}),
        section("sheet", K.INFORMATION, required=True, more={"pages": ["Page one.", "Page two.", "Page three."]}),
        section("film", K.VIDEO, required=True, settings={"web_address": "https://film.example/heart"},
                more={"title": "A film about the heart"}),
        section("clauses", K.INITIALS, required=True, more={"clauses": ["A coach may send us home.", "We bring water."]}),
        section("collectors", K.PERSONS, required=True, settings={"least": 1, "most": 4},
                more={"noun": "Person who may collect"}),
        section("shirt", K.CHOICE, required=True, more={"options": ["Small", "Middle", "Large"]}),
        section("languages", K.CHOICE, settings={"most": 3}, more={"options": ["English", "Spanish", "Other"]}),
        section("more", K.WORDS),
        section("school_year", K.WORDS, required=True, settings={"show_if": {"what": "age_from", "values": ["14"]}}),
        section("exam", K.UPLOAD, required=True, settings={"asks_last_day": True}, more={"wanted": "The exam form"}),
        section("doctor", K.EXTERNAL, required=True, more={"role": "Doctor"}),
        section("pledge", K.INITIALS, required=True, settings={"signer": "athlete"},
                more={"clauses": ["I tell my coach when I am hurt."]}),
        section("promise", K.DECISION, required=True, settings={"signer": "athlete"}),
        section("read_aloud", K.INFORMATION, required=True, settings={"signer": "interpreter"}),
        section("seen", K.DECISION, settings={"signer": "coach"}),
        section("desk", K.STAFF, required=True, more={"fields": ["Class", "Locker"]}),
        section("second", K.DECISION, required=True, settings={"signer": "guardian_2"}),
    )  # fmt: skip


def publish(source: dict[str, Any]) -> FormVersion:
    """The form, published."""
    return publish_form(source, by=SYSTEM, now=NOW)

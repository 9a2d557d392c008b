"""How questions and answers look to a guardian: words filled in, answers in a line, what we know already."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from youthprog.consent import rules, services
from youthprog.consent.queries import TEXTS, Case
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.core import clock
from youthprog.people import queries as people
from youthprog.web.filters import phone
from youthprog.web.language import gettext as _
from youthprog.web.language import language


def words_of(case: Case, question: Question) -> Words:
    """The words of a question in the language of the page, its places filled."""
    values = services.places_of(case, language())
    words = question.words[language()]
    return replace(words, **{name: rules.filled(getattr(words, name), values) for name in TEXTS})


@dataclass(frozen=True)
class Checked:
    """One line of the check page."""

    label: str
    answer: str
    yes: bool | None
    detail: str
    number: int


def checked(case: Case, question: Question, given: dict[str, Any]) -> Checked:
    """An answer as the check page shows it."""
    words, number = words_of(case, question), question.position
    match question.kind:
        case SectionKind.HEALTH if given["choice"] == "yes":
            return Checked(words.label, given["alert"], None, given.get("detail", ""), number)
        case SectionKind.HEALTH:
            return Checked(words.label, _("Nothing to tell us"), None, "", number)
        case SectionKind.PICKUP:
            return Checked(words.label, ", ".join(given["names"]), None, "", number)
        case SectionKind.EMERGENCY:
            return Checked(words.label, given["name"], None, phone(given["phone"]), number)
        case SectionKind.INFORMATION:
            return Checked(words.label, words.yes_label, True, "", number)
    if given["choice"] == "yes":
        return Checked(words.label, _("Yes"), True, words.yes_hint, number)
    return Checked(words.label, _("No"), False, words.no_hint, number)


def summary_of(case: Case, question: Question, given: Mapping[str, Any]) -> str:
    """An answer in one line about this child, as the page to sign shows it."""
    words = words_of(case, question)
    return words.no_summary if given.get("choice") == "no" else words.yes_summary


def suggested(case: Case, question: Question) -> dict[str, Any]:
    """What we know already, to be corrected rather than typed again. Consent itself is never suggested."""
    if question.kind is SectionKind.PICKUP:
        lines = people.guardians_of([case.youth.id], clock.today()).get(case.youth.id, [])
        return {"names": [line.name for line in lines if line.may_collect]}
    if question.kind is SectionKind.EMERGENCY:
        for line in people.emergency_of([case.youth.id]).get(case.youth.id, []):
            return {"name": line.name, "phone": phone(line.phone), "relation": line.relation or ""}
    return {}

"""How questions and answers look to a guardian: words filled in, answers in a line, what we know already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g

from youthprog.consent import services
from youthprog.consent.queries import Case
from youthprog.consent.statements import filled_words
from youthprog.consent.types import Question, SectionKind, Words
from youthprog.core import clock
from youthprog.people import queries as people
from youthprog.web.filters import phone
from youthprog.web.language import day, language
from youthprog.web.language import gettext as _


def words_of(case: Case, question: Question) -> Words:
    """The words of a question in the language of the page, its places filled."""
    known: dict[tuple[int, str], services.Roster] = g.setdefault("rosters", {})
    key = (case.request.id, question.key)
    if key not in known:
        known[key] = services.roster_of(case, [question], clock.now())
    values = services.places_of(case, language(), question, roster=known[key])
    return filled_words(question.words[language()], values)


@dataclass(frozen=True)
class Checked:
    """One line of the check page. `yes` draws a check mark or a cross; a sheet can be opened again."""

    label: str
    answer: str
    yes: bool | None
    detail: str
    number: int
    has_sheet: bool = False


@dataclass(frozen=True)
class _Given:
    """An answer with the words of its section."""

    question: Question
    words: Words
    answer: dict[str, Any]

    def line(self, answer: str, *, yes: bool | None = None, detail: str = "", has_sheet: bool = False) -> Checked:
        return Checked(self.words.label, answer, yes, detail, self.question.position, has_sheet)


def checked(case: Case, question: Question, given: dict[str, Any]) -> Checked:
    """An answer as the check page shows it."""
    return SUMMARIES[question.kind](_Given(question, words_of(case, question), given))


def _decision(given: _Given) -> Checked:
    if given.answer["choice"] == "yes":
        return given.line(_("Yes"), yes=True, detail=given.words.yes_hint)
    initials = given.answer.get("initials")
    detail = _("Initials: %(initials)s", initials=initials) if initials else given.words.no_hint
    return given.line(_("No"), yes=False, detail=detail)


def _read(given: _Given) -> Checked:
    return given.line(given.words.yes_label, yes=True, has_sheet=given.question.kind is SectionKind.INFORMATION)


def _health(given: _Given) -> Checked:
    if given.answer["choice"] == "yes":
        return given.line(given.answer["alert"], detail=given.answer.get("detail", ""))
    return given.line(_("Nothing to tell us"))


def _pickup(given: _Given) -> Checked:
    return given.line(", ".join(given.answer["names"]))


def _emergency(given: _Given) -> Checked:
    return given.line(given.answer["name"], detail=phone(given.answer["phone"]))


def _initials(given: _Given) -> Checked:
    initials = given.answer["initials"]
    if not initials:
        return given.line(_("No"), yes=False, detail=_("No initials"))
    return given.line(_("Yes"), yes=True, detail=_("Initials: %(initials)s", initials=", ".join(initials)))


def _persons(given: _Given) -> Checked:
    lines = [f"{each['name']}, {phone(each['phone'])}" for each in given.answer["persons"]]
    return given.line("; ".join(lines) or _("Nobody named"))


def _choice(given: _Given) -> Checked:
    chosen = [given.words.more["options"][int(each)] for each in given.answer["chosen"]]
    return given.line(", ".join(chosen) or _("Nothing chosen"))


def _words(given: _Given) -> Checked:
    return given.line(given.answer["words"] or _("Nothing to add"))


def _upload(given: _Given) -> Checked:
    if not given.answer.get("sha256"):
        return given.line(_("No file"), yes=False)
    until = given.answer.get("expires_on")
    detail = _("Good through %(day)s", day=day(date.fromisoformat(until))) if until else ""
    return given.line(given.answer["name"], detail=detail)


def _external(given: _Given) -> Checked:
    if not given.answer.get("email"):
        return given.line(_("Nobody is asked"), yes=False)
    return given.line(given.answer["name"], detail=_("We ask at %(address)s.", address=given.answer["email"]))


# How an answer of a kind looks on the check page.
SUMMARIES: Mapping[SectionKind, Callable[[_Given], Checked]] = {
    SectionKind.DECISION: _decision,
    SectionKind.INFORMATION: _read,
    SectionKind.VIDEO: _read,
    SectionKind.HEALTH: _health,
    SectionKind.PICKUP: _pickup,
    SectionKind.EMERGENCY: _emergency,
    SectionKind.INITIALS: _initials,
    SectionKind.PERSONS: _persons,
    SectionKind.CHOICE: _choice,
    SectionKind.WORDS: _words,
    SectionKind.UPLOAD: _upload,
    SectionKind.EXTERNAL: _external,
}


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

"""Whether sections make a form: the right signers, like parts in each language, no section that looks ahead. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from youthprog.consent.blocks import shape_of
from youthprog.consent.showing import CHOICES, GUARDIANS, SIGNERS, at_least, signer_of
from youthprog.consent.types import Question, SectionKind, Validity
from youthprog.core.refusals import N_, Refusal


def refusals_to_compose(questions: Sequence[Question]) -> list[Refusal]:
    """Why sections cannot make a form: wrong signer, unlike languages, a show-if that looks ahead, missing parts."""
    found: list[Refusal] = []
    before: dict[str, Question] = {}
    for each in sorted(questions, key=lambda each: each.position):
        found += _refusals_of(each) + _refusals_of_show_if(each, before)
        before[each.key] = each
    return found


def _refusals_of(question: Question) -> list[Refusal]:
    settings, found = question.settings, []
    if question.kind is not SectionKind.TEXT and signer_of(question) not in SIGNERS.get(question.kind, GUARDIANS):
        found.append(_about(question, "wrong_signer", N_("Somebody else must answer this section.")))
    shapes = {tuple((key, _size(value)) for key, value in sorted(w.more.items())) for w in question.words.values()}
    if len(shapes) > 1:
        found.append(_about(question, "unlike", N_("Each language must have as many parts as the other.")))
    sizes = dict(next(iter(shapes), ()))
    needed = {SectionKind.INITIALS: "clauses", SectionKind.CHOICE: "options", SectionKind.STAFF: "fields"}
    if question.kind in needed and not sizes.get(needed[question.kind]):
        found.append(_about(question, "no_parts", N_("This section needs at least one line to answer.")))
    counted = question.kind in (SectionKind.CHOICE, SectionKind.PERSONS)
    offered = sizes.get("options", settings.most) if counted else settings.most
    if counted and not 1 <= max(at_least(question), 1) <= settings.most <= offered:
        found.append(_about(question, "bad_count", N_("The least and the most do not fit together.")))
    if question.kind is SectionKind.VIDEO and not settings.web_address.startswith("https://"):
        found.append(_about(question, "no_address", N_("Write the whole address, starting with https://.")))
    if settings.validity is Validity.DAYS and not settings.days:
        found.append(_about(question, "no_days", N_("Write for how many days the answer holds.")))
    if settings.validity is Validity.DATE and settings.until_on is None:
        found.append(_about(question, "no_day", N_("Write until which day the answer holds.")))
    return found


def _refusals_of_show_if(question: Question, before: Mapping[str, Question]) -> list[Refusal]:
    rule = question.settings.show_if
    if rule is None:
        return []
    if not rule.values:
        return [_about(question, "show_if_empty", N_("Say when this section is shown."))]
    if rule.what in ("age_under", "age_from"):
        good = len(rule.values) == 1 and rule.values[0].isdecimal() and len(rule.values[0]) <= 2
        return [] if good else [_about(question, "show_if_age", N_("Write an age in years."))]
    if rule.what != "answer":
        return []
    named = before.get(rule.key)
    if named is None:
        return [_about(question, "show_if_later", N_("A section can only look at a section before it."))]
    possible = set(CHOICES.get(named.kind, ())) if named.kind is not SectionKind.EXTERNAL else set()
    if named.kind is SectionKind.CHOICE:
        possible = {str(number) for number in range(len(shape_of(named).get("options", ())))}
    if not set(rule.values) <= possible:
        return [_about(question, "show_if_answer", N_("The other section has no such answer."))]
    return []


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1


def _about(question: Question, code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field=question.key)

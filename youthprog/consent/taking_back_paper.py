"""The sealed record of answers taken back: which words hold no more, since when, of which signed record. Pure."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from youthprog.consent.paper import OTHER, RELATIONSHIPS, places
from youthprog.consent.retelling import spoken
from youthprog.consent.rules import filled
from youthprog.consent.types import Question
from youthprog.documents.types import Language, Letterhead, TakenBack, WithdrawalRecord
from youthprog.people.types import Relationship

SCHEMA = "youthprog.withdrawal/1"
WAYS = {
    "link": (
        "Through the signed link sent to the guardian’s address on file, without a password.",
        "Con el enlace firmado que se envió a la dirección registrada del tutor, sin contraseña.",
    ),
    "account": ("In the guardian’s own account.", "En la cuenta propia del tutor."),
    "staff": ("Told to the office; %(name)s wrote it down.", "Dicho a la oficina; %(name)s lo anotó."),
}


@dataclass(frozen=True)
class WithdrawalFacts:
    """Everything the record speaks of. `way` is link, account or staff; `pickups` the names that end with the list."""

    code: str
    letterhead: Letterhead
    zone: ZoneInfo
    program_names: Mapping[str, str]
    season_names: Mapping[str, str]
    youth_name: str
    youth_first_name: str
    youth_born_on: date | None
    guardian_name: str
    relationship: Relationship
    questions: Sequence[Question]
    taken: Collection[str]
    standing: Collection[str]
    pickups: Mapping[str, Sequence[str]]
    at: datetime
    until: date
    language: str
    way: str
    by_name: str
    first_code: str
    first_sha256: str
    first_signed_at: datetime
    days: Mapping[str, date | None] = field(default_factory=dict)  # the last day of each section, as it was signed
    blanks: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)  # of the roster, by language


def withdrawal_of(facts: WithdrawalFacts) -> WithdrawalRecord:
    """The record as the printing house takes it, in the guardian's language, the other one below."""
    language = facts.language
    return WithdrawalRecord(
        letterhead=facts.letterhead,
        code=facts.code,
        title=f"{facts.program_names[language]}, {facts.season_names[language]}",
        youth=facts.youth_name,
        youth_born_on=facts.youth_born_on,
        signer=facts.guardian_name,
        relationship=spoken(RELATIONSHIPS[facts.relationship], language),
        taken_back_at=facts.at.astimezone(facts.zone),
        zone=facts.zone.key,
        taken=_taken(facts, language),
        standing=tuple(each.words[language].label for each in facts.questions if each.key in facts.standing),
        how_we_know=spoken(WAYS[facts.way], language, name=facts.by_name),
        first_code=facts.first_code,
        first_sha256=facts.first_sha256,
        first_signed_at=facts.first_signed_at.astimezone(facts.zone),
        canonical_json=canonical(facts),
        language=Language(language),
        other_language=Language(OTHER[language]),
        other_taken=_taken(facts, OTHER[language]),
    )


def canonical(facts: WithdrawalFacts) -> bytes:
    """The facts as exact bytes: sorted keys, no blanks, UTF-8."""
    statements = {each.title: each.text for each in _taken(facts, facts.language)}
    value = {
        "schema": SCHEMA,
        "code": facts.code,
        "language": facts.language,
        "of": {"code": facts.first_code, "sha256": facts.first_sha256, "signed_at": facts.first_signed_at.isoformat()},
        "youth": {"name": facts.youth_name, "born_on": facts.youth_born_on and facts.youth_born_on.isoformat()},
        "guardian": {"name": facts.guardian_name, "relationship": facts.relationship.value},
        "at": facts.at.isoformat(),
        "by": {"way": facts.way, "name": facts.by_name},
        "taken_back": [_section_json(each, facts.language, statements) for each in _chosen(facts)],
        "standing": [each.key for each in facts.questions if each.key in facts.standing],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _section_json(question: Question, language: str, statements: Mapping[str, str]) -> dict[str, Any]:
    words = question.words[language]
    return {"key": question.key, "text_sha256": words.sha256, "statement": statements[words.label]}


def _chosen(facts: WithdrawalFacts) -> list[Question]:
    return [each for each in facts.questions if each.key in facts.taken]


def _taken(facts: WithdrawalFacts, language: str) -> tuple[TakenBack, ...]:
    """The words that hold no more, filled as they were in the first record."""
    found = []
    for each in _chosen(facts):
        statement = filled(each.words[language].statement, _places(facts, language, each))
        names = ", ".join(facts.pickups.get(each.key, ()))
        found.append(TakenBack(each.words[language].label, "\n".join(filter(None, (statement, names)))))
    return tuple(found)


def _places(facts: WithdrawalFacts, language: str, question: Question) -> dict[str, str]:
    return places(
        language,
        first_name=facts.youth_first_name,
        full_name=facts.youth_name,
        program=facts.program_names[language],
        department=facts.letterhead.full_name,
        until=facts.days.get(question.key, facts.until),
        born_on=facts.youth_born_on,
        blanks=facts.blanks.get(language) or {"season": facts.season_names[language], "guardian": facts.guardian_name},
    )

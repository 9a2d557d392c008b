"""The sealed record of a part that was signed after the guardian had signed: a supplement to the first record. Pure.

It carries the one section as its signer had it on the screen or on the sheet, the answer, what happened, and the first
record's code and SHA-256. Where the signer was not shown something of the child, the record does not show it in the wording either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from youthprog.consent import retelling, wording
from youthprog.consent.paper import OTHER, say
from youthprog.consent.retelling import Happened, spoken
from youthprog.consent.rules import filled
from youthprog.consent.showing import decision_of, signer_of
from youthprog.consent.statements import ROLES, filled_more, statement_of
from youthprog.consent.types import Question, SectionKind, Signer, Signing
from youthprog.documents.types import Language, Letterhead, ShownSection, Statement, SupplementRecord

SCHEMA = "youthprog.supplement/1"
OUTSIDE = ("somebody outside", "una persona de fuera")
WAYS = {
    "link": (
        "Signed through a link of its own, sent to %(address)s. It opens this part and nothing else.",
        "Firmado con un enlace propio, enviado a %(address)s. Abre esta parte y nada más.",
    ),
    "sheet": (
        "Signed by hand on paper and copied by %(recorder)s. SHA-256 of the scan: %(scan)s.",
        "Firmado a mano en papel; lo copió %(recorder)s. SHA-256 de la copia digital: %(scan)s.",
    ),
    "own_link": (
        "Through the signed link sent to the guardian’s address on file, without a password.",
        "Con el enlace firmado que se envió a la dirección registrada del tutor, sin contraseña.",
    ),
    "own_account": ("In the guardian’s own account.", "En la cuenta propia del tutor."),
    "account": (
        "Signed by whoever had signed in to this account; the name is the account’s own.",
        "Firmado por quien entró en esta cuenta; el nombre es el de la cuenta.",
    ),
}


HOW = {
    "link": "typed", "account": "by_account", "sheet": "from_sheet", "own_link": "by_link", "own_account": "by_account",
}  # fmt: skip
GUARDIAN = ("guardian, who signed the first record", "tutor, quien firmó la primera constancia")


@dataclass(frozen=True)
class PartFacts:
    """Everything the supplement speaks of. `places` are those this signer was shown, by language; `way` is link, account or sheet.

    Of a change the guardian made later it is own_link or own_account.
    """

    code: str
    letterhead: Letterhead
    zone: ZoneInfo
    form_key: str
    form_titles: Mapping[str, str]
    form_number: int
    program_names: Mapping[str, str]
    season_names: Mapping[str, str]
    youth_name: str
    youth_born_on: date | None
    question: Question
    places: Mapping[str, Mapping[str, str]]
    answer: Mapping[str, Any]
    typed_name: str
    at: datetime
    until: date | None
    language: str
    way: str
    address: str
    scan_sha256: str
    events: Sequence[Happened]
    first: Signing
    first_code: str
    first_sha256: str
    first_signed_at: datetime
    first_signer: str


def supplement_of(facts: PartFacts) -> SupplementRecord:
    """The record as the printing house takes it, in the signer's language, the other one overleaf."""
    language = facts.language
    return SupplementRecord(
        letterhead=facts.letterhead,
        code=facts.code,
        title=f"{facts.program_names[language]}, {facts.season_names[language]}",
        form=say("form", language, title=facts.form_titles[language], number=facts.form_number),
        youth=facts.youth_name,
        youth_born_on=facts.youth_born_on,
        signer=facts.typed_name,
        role=_role(facts, language),
        signed_at=facts.at.astimezone(facts.zone),
        zone=facts.zone.key,
        statements=(_statement(facts, language),),
        shown=shown(facts, language),
        events=retelling.events_of(facts.events, [facts.question], facts.first, facts.zone, language),
        how_we_know=spoken(
            WAYS[facts.way],
            language,
            address=facts.address,
            scan=facts.scan_sha256,
            recorder=facts.answer.get("recorded_by", ""),
        ),
        signed_how=HOW[facts.way],
        first_code=facts.first_code,
        first_sha256=facts.first_sha256,
        first_signed_at=facts.first_signed_at.astimezone(facts.zone),
        first_signer=facts.first_signer,
        canonical_json=canonical(facts),
        in_force_until=facts.until,
        dated_on=date.fromisoformat(facts.answer["signed_on"]) if facts.answer.get("signed_on") else None,
        language=Language(language),
        other_language=Language(OTHER[language]),
        other_statements=(_statement(facts, OTHER[language]),),
    )


def shown(facts: PartFacts, language: str) -> tuple[ShownSection, ...]:
    """Every word the signer had on the screen: how a guardian takes an answer back is not on it, and somebody outside
    sees none of the form's extras."""
    is_outside = signer_of(facts.question) is Signer.EXTERNAL
    words = {
        each: replace(said, undo="", more={} if is_outside else said.more)
        for each, said in facts.question.words.items()
    }
    question = replace(facts.question, words=words)
    return wording.shown([question], language, lambda _each: facts.places[language])


def canonical(facts: PartFacts) -> bytes:
    """The facts as exact bytes: sorted keys, no blanks, UTF-8. Words about health stay in the health file."""
    question, language = facts.question, facts.language
    words, values = question.words[language], facts.places[language]
    private = question.kind is SectionKind.HEALTH
    value = {
        "schema": SCHEMA,
        "code": facts.code,
        "language": language,
        "of": {"code": facts.first_code, "sha256": facts.first_sha256, "signed_at": facts.first_signed_at.isoformat()},
        "form": {"key": facts.form_key, "version": facts.form_number},
        "program": facts.program_names[language],
        "season": facts.season_names[language],
        "youth": {
            "name": facts.youth_name,
            "born_on": None if facts.youth_born_on is None else facts.youth_born_on.isoformat(),
        },
        "places": dict(values),
        "section": {
            "key": question.key,
            "kind": question.kind.value,
            "signer": signer_of(question).value,
            "required": question.required,
            "text_sha256": words.sha256,
            "words": wording.raw(words),
            "question": filled(words.question, values),
            "body": filled(words.body, values),
            "statement": filled(words.statement, values),
            "more": filled_more(words.more, values),
            "decision": decision_of(question, facts.answer).value,
            "answer": {"choice": facts.answer.get("choice")} if private else dict(facts.answer),
            "valid_until_on": None if facts.until is None else facts.until.isoformat(),
        },
        "signature": {
            "typed_name": facts.typed_name,
            "at": facts.at.isoformat(),
            "way": facts.way,
            "address": facts.address or None,
            "scan_sha256": facts.scan_sha256 or None,
        },
        "events": [
            {"what": event.happening.value, "at": event.at.isoformat(), "detail": dict(event.detail)}
            for event in facts.events
        ],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _statement(facts: PartFacts, language: str) -> Statement:
    answer = {**facts.answer, "typed_name": facts.typed_name}
    return statement_of(facts.question, answer, language, facts.places[language])


def _role(facts: PartFacts, language: str) -> str:
    """As what they signed: as the form calls somebody outside, else by the kind of signer."""
    signer = signer_of(facts.question)
    if facts.way.startswith("own_"):
        return spoken(GUARDIAN, language)
    if signer in ROLES:
        return spoken(ROLES[signer], language)
    return str(facts.question.words[language].more.get("role") or spoken(OUTSIDE, language))

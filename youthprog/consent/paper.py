"""The sealed record of a consent: what was shown, what was answered, what happened. Pure values.

Paper speaks the language in which the guardian signed, whoever prints it, so it has words of its own.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, get_timezone_name

from youthprog.consent.rules import decision_of, filled
from youthprog.consent.types import DISCLOSURE, Decision, Happening, Question, SectionKind, Signing
from youthprog.documents.types import AnswerMark, ConsentEvent, ConsentRecord, Language, Letterhead, Statement
from youthprog.people.types import Relationship

SCHEMA = "youthprog.consent/1"
LOCALES = {"en": "en_US", "es": "es_US"}
OTHER = {"en": "es", "es": "en"}

WORDS = {
    "yes": ("Yes", "Sí"),
    "no": ("No", "No"),
    "told": ("Told us", "Nos contó"),
    "nothing": ("Nothing to tell", "Nada que contar"),
    "optional": ("Optional. Does not affect taking part", "Opcional. No cambia la participación"),
    "needed": ("Needed to take part", "Hace falta para participar"),
    "form": ("%(title)s form, version %(number)s", "Formulario de %(title)s, versión %(number)s"),
    "mail": ("Mail to %(address)s", "Correo a %(address)s"),
    "desk": ("Handed over by the office", "Entregado por la oficina"),
    "link": ("Signed link, opened in %(spoken)s", "Enlace firmado, abierto en %(spoken)s"),
    "account": ("Own account, opened in %(spoken)s", "Cuenta propia, abierta en %(spoken)s"),
    "staff": (
        "Signed link, on a screen signed in by staff, in %(spoken)s",
        "Enlace firmado, en una pantalla de un empleado, en %(spoken)s",
    ),
    "answered": ("All %(count)s questions on screen", "Las %(count)s preguntas en pantalla"),
    "agreed": (
        "Ticked “parent or legal guardian” and “sign on this screen”",
        "Marcó «madre, padre o tutor legal» y «firmar en esta pantalla»",
    ),
    "typed": ("Typed full name, pressed “Sign”", "Escribió su nombre completo y oprimió «Firmar»"),
    "screens": (
        "Read “%(version)s” in %(spoken)s, opened the sample first",
        "Leyó «%(version)s» en %(spoken)s; antes abrió la muestra",
    ),
    "en": ("English", "inglés"),
    "es": ("Spanish", "español"),
}
HAPPENINGS = {
    Happening.SENT: ("Sent", "Enviado"),
    Happening.REMINDED: ("Reminded", "Recordado"),
    Happening.BOUNCED: ("Came back", "Devuelto"),
    Happening.AGREED: ("Agreed to a screen", "Aceptó la pantalla"),
    Happening.OPENED: ("Opened", "Abierto"),
    Happening.CHECKED: ("Answers checked", "Respuestas revisadas"),
    Happening.SIGNED: ("Signed", "Firmado"),
}
RELATIONSHIPS = {
    Relationship.MOTHER: ("mother", "madre"),
    Relationship.FATHER: ("father", "padre"),
    Relationship.STEPPARENT: ("stepparent", "padrastro o madrastra"),
    Relationship.GRANDPARENT: ("grandparent", "abuela o abuelo"),
    Relationship.AUNT_UNCLE: ("aunt or uncle", "tía o tío"),
    Relationship.FOSTER: ("foster parent", "padre o madre de acogida"),
    Relationship.LEGAL_GUARDIAN: ("legal guardian", "tutor legal"),
    Relationship.OTHER: ("legal guardian as stated", "tutor legal según declaró"),
}


@dataclass(frozen=True)
class Happened:
    """One event of a request, in the order of the record's table."""

    happening: Happening
    at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class RecordFacts:
    """Everything the record speaks of."""

    code: str
    letterhead: Letterhead
    zone: ZoneInfo
    form_key: str
    form_titles: Mapping[str, str]
    form_number: int
    program_names: Mapping[str, str]
    season_names: Mapping[str, str]
    youth_name: str
    youth_first_name: str
    youth_born_on: date | None
    guardian_name: str
    relationship: Relationship
    questions: Sequence[Question]
    answers: Mapping[str, Mapping[str, Any]]
    signing: Signing
    signed_at: datetime
    valid_until_on: date
    events: Sequence[Happened]


def say(word: str, language: str, **values: Any) -> str:
    """A word of the record in a language."""
    text = WORDS[word][0 if language == "en" else 1]
    return text % values if values else text


def places(
    language: str, *, first_name: str, full_name: str, program: str, department: str, until: date
) -> dict[str, str]:
    """What the places in a form's text stand for, in a language."""
    return {
        "name": first_name,
        "full_name": full_name,
        "program": program,
        "department": department,
        "until": format_date(until, "long", locale=LOCALES[language]),
    }


def record_of(facts: RecordFacts) -> ConsentRecord:
    """The record as the printing house takes it, in the signer's language, the other one overleaf."""
    language = facts.signing.language
    number = 0 if language == "en" else 1
    return ConsentRecord(
        letterhead=facts.letterhead,
        code=facts.code,
        title=f"{facts.program_names[language]}, {facts.season_names[language]}",
        form=say("form", language, title=facts.form_titles[language], number=facts.form_number),
        youth=facts.youth_name,
        youth_born_on=facts.youth_born_on,
        signer=facts.guardian_name,
        relationship=RELATIONSHIPS[facts.relationship][number],
        signature=facts.signing.typed_name,
        signed_at=facts.signed_at.astimezone(facts.zone),
        zone_name=get_timezone_name(facts.zone, width="long", locale=LOCALES[language], zone_variant="generic"),
        statements=_statements(facts, language),
        events=tuple(_event(event, facts, language) for event in facts.events if event.happening in HAPPENINGS),
        canonical_json=canonical(facts),
        language=Language(language),
        in_force_from=facts.signed_at.astimezone(facts.zone).date(),
        in_force_until=facts.valid_until_on,
        other_language=Language(OTHER[language]),
        other_statements=_statements(facts, OTHER[language]),
    )


def canonical(facts: RecordFacts) -> bytes:
    """The exact bytes signed: sorted keys, no blanks, UTF-8. Health words stay in the health file."""
    language = facts.signing.language
    value = {
        "schema": SCHEMA,
        "code": facts.code,
        "form": {"key": facts.form_key, "version": facts.form_number},
        "language": language,
        "program": facts.program_names[language],
        "season": facts.season_names[language],
        "youth": {"name": facts.youth_name, "born_on": facts.youth_born_on and facts.youth_born_on.isoformat()},
        "guardian": {"name": facts.guardian_name, "relationship": facts.relationship.value},
        "sections": [_section_json(question, facts, language) for question in facts.questions],
        "signature": {
            "typed_name": facts.signing.typed_name,
            "at": facts.signed_at.isoformat(),
            "route": facts.signing.route.value,
            "says_guardian": facts.signing.is_guardian,
            "agrees_to_electronic_records": DISCLOSURE if facts.signing.agrees else None,
            "drawn_sha256": text_hash([facts.signing.drawn]) if facts.signing.drawn else None,
        },
        "disclosure": _disclosure_json(facts),
        "valid_until_on": facts.valid_until_on.isoformat(),
        "events": [
            {"what": event.happening.value, "at": event.at.isoformat(), "detail": dict(event.detail)}
            for event in facts.events
        ],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _disclosure_json(facts: RecordFacts) -> dict[str, Any] | None:
    """The agreement to electronic records: which words, in which language, when, and when the sample was opened."""
    for event in facts.events:
        if event.happening is Happening.AGREED:
            return {**event.detail, "accepted_at": event.at.isoformat()}
    return None


def text_hash(parts: Sequence[str]) -> str:
    """The SHA-256 of a section's words in one language."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _section_json(question: Question, facts: RecordFacts, language: str) -> dict[str, Any]:
    answer, words, values = facts.answers[question.key], question.words[language], _places(facts, language)
    private = question.kind is SectionKind.HEALTH
    return {
        "key": question.key,
        "required": question.required,
        "text_sha256": words.sha256,
        "question": filled(words.question, values),
        "body": filled(words.body, values),
        "statement": filled(words.statement, values),
        "decision": decision_of(question.kind, answer).value,
        "answer": {"choice": answer.get("choice")} if private else dict(answer),
    }


def _statements(facts: RecordFacts, language: str) -> tuple[Statement, ...]:
    values = _places(facts, language)
    return tuple(_statement(question, facts.answers[question.key], language, values) for question in facts.questions)


def _statement(question: Question, answer: Mapping[str, Any], language: str, values: Mapping[str, str]) -> Statement:
    text = filled(question.words[language].statement, values)
    label = question.words[language].label
    match question.kind:
        case SectionKind.HEALTH:
            told = say("told" if answer["choice"] == "yes" else "nothing", language)
            return Statement(text, told, AnswerMark.UNDERSTOOD, title=label)
        case SectionKind.PICKUP:
            named = f"{text}\n{', '.join(answer['names'])}"
            return Statement(named, say("yes", language), AnswerMark.YES, title=label)
        case SectionKind.EMERGENCY:
            named = f"{text}\n{answer['name']}, {_phone(answer['phone'])}"
            return Statement(named, say("yes", language), AnswerMark.YES, title=label)
    if decision_of(question.kind, answer) is Decision.GIVEN:
        return Statement(text, say("yes", language), AnswerMark.YES, title=label)
    note = say("needed" if question.required else "optional", language)
    return Statement(text, say("no", language), AnswerMark.NO, note, title=label)


def _places(facts: RecordFacts, language: str) -> dict[str, str]:
    return places(
        language,
        first_name=facts.youth_first_name,
        full_name=facts.youth_name,
        program=facts.program_names[language],
        department=facts.letterhead.full_name,
        until=facts.valid_until_on,
    )


def _event(event: Happened, facts: RecordFacts, language: str) -> ConsentEvent:
    what = HAPPENINGS[event.happening][0 if language == "en" else 1]
    return ConsentEvent(what, event.at.astimezone(facts.zone), _how(event, facts, language))


def _how(event: Happened, facts: RecordFacts, language: str) -> str:
    match event.happening:
        case Happening.SENT | Happening.REMINDED | Happening.BOUNCED:
            address = event.detail.get("address")
            return say("mail", language, address=address) if address else say("desk", language)
        case Happening.OPENED:
            spoken = say(str(event.detail.get("language", language)), language)
            return say(str(event.detail.get("by", "link")), language, spoken=spoken)
        case Happening.AGREED:
            spoken = say(str(event.detail.get("language", language)), language)
            return say("screens", language, version=event.detail.get("version", ""), spoken=spoken)
        case Happening.CHECKED:
            return say("answered", language, count=len(facts.questions))
        case Happening.SIGNED:
            return f"{say('typed', language)}. {say('agreed', language)}"
    return ""


def _phone(number: str) -> str:
    """(217) 555-0142, as people read it."""
    parsed = phonenumbers.parse(number, "US")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def masked(address: str) -> str:
    """An address as evidence shows it: the first letter and the host."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if host else "•••"

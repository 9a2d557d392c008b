"""The sealed record of a consent: what was shown, what was answered, what happened. Pure values.

Paper speaks the language in which the guardian signed, whoever prints it, so it has words of its own.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from youthprog.consent import retelling, wording
from youthprog.consent.retelling import Happened
from youthprog.consent.rules import filled
from youthprog.consent.showing import decision_of, signer_of
from youthprog.consent.statements import asked_of, filled_more, masked, statement_of
from youthprog.consent.types import DISCLOSURE, Happening, Question, Route, SectionKind, Signing
from youthprog.consent.validity import ends_on_move
from youthprog.core import dates
from youthprog.documents.types import ConsentRecord, Language, Letterhead, Statement
from youthprog.people.types import Relationship

__all__ = ["Happened", "RecordFacts", "canonical", "masked", "places", "record_of", "say"]

SCHEMA = "youthprog.consent/1"
OTHER = {"en": "es", "es": "en"}
BLANK = "____"
BLANKS = ("team", "coach", "season", "school", "guardian")

WORDS = {
    "form": ("%(title)s form, version %(number)s", "Formulario de %(title)s, versión %(number)s"),
    "typed": ("Typed by the signer as electronic signature", "Escrito por quien firma como firma electrónica"),
    "by_hand": (
        "Signed by hand on paper; the name as it stands there",
        "Firmado a mano en papel; el nombre como está ahí",
    ),
    "told_name": ("Answered by telephone; nothing was signed by hand", "Respondido por teléfono; nada se firmó a mano"),
    "paper": (
        "Signed on paper. The sheet was scanned and entered by %(recorder)s.",
        "Firmado en papel. %(recorder)s escaneó la hoja y anotó las respuestas.",
    ),
    "phone": (
        "Answered by telephone. %(recorder)s wrote the answers down.",
        "Respondido por teléfono. %(recorder)s anotó las respuestas.",
    ),
    "on_the_sheet": ("The sheet is dated %(day)s.", "La hoja lleva la fecha del %(day)s."),
    "identity": ("How the caller was known: %(identity)s.", "Cómo se supo quién era: %(identity)s."),
    "matched": (
        "A contact not on file answered online on %(answered)s. On %(matched)s %(recorder)s matched the answer to this "
        "young person. It counts from then on.",
        "Un contacto no registrado respondió en línea el %(answered)s. El %(matched)s %(recorder)s asignó la respuesta a "
        "este menor. Vale desde entonces.",
    ),
    "demo": ("Made up for the demo. Nobody signed.", "Inventado para la demostración. Nadie firmó."),
    "seen": ("%(confirmer)s saw the original.", "%(confirmer)s vio el original."),
    "scan": ("SHA-256 of the scan: %(digest)s", "SHA-256 del escaneo: %(digest)s"),
    "office": ("the office", "la oficina"),
    "en": ("English", "inglés"),
    "es": ("Spanish", "español"),
}
SIGNED_HOW = {Route.PAPER: "by_hand", Route.PHONE: "told_name"}
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
    valid_until_on: date | None
    events: Sequence[Happened]
    waiting: frozenset[str] = frozenset()  # sections somebody else has still to sign
    days: Mapping[str, date | None] = field(default_factory=dict)  # the last day of each section
    blanks: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)  # of the roster, by language


def say(word: str, language: str, **values: Any) -> str:
    """A word of the record in a language."""
    return retelling.spoken(WORDS[word], language, **values)


def places(
    language: str,
    *,
    first_name: str,
    full_name: str,
    program: str,
    department: str,
    until: date | None,
    born_on: date | None = None,
    blanks: Mapping[str, str | None] | None = None,
) -> dict[str, str]:
    """What the places in a form's text stand for, in a language. What the roster does not know is a line to fill in.

    `blanks` are the roster's: season, school, guardian, and where they are known team and coach.
    """
    roster = dict.fromkeys(BLANKS) | dict(blanks or {})
    return {
        "name": first_name,
        "full_name": full_name,
        "program": program,
        "department": department,
        "until": day_in(until, language),
        "born_on": day_in(born_on, language),
        **{name: value or BLANK for name, value in roster.items()},
    }


def day_in(day: date | None, language: str) -> str:
    """A day in words, or the line for one nobody knows."""
    return BLANK if day is None else dates.day(day, language)


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
        signed_at=(facts.signing.answered_at or facts.signed_at).astimezone(facts.zone),
        sealed_at=facts.signed_at.astimezone(facts.zone) if facts.signing.answered_at else None,
        zone=facts.zone.key,
        statements=_statements(facts, language),
        events=retelling.events_of(facts.events, facts.questions, facts.signing, facts.zone, language),
        canonical_json=canonical(facts),
        language=Language(language),
        in_force_from=facts.signed_at.astimezone(facts.zone).date(),
        in_force_until=facts.valid_until_on,
        other_language=Language(OTHER[language]),
        other_statements=_statements(facts, OTHER[language]),
        shown=wording.shown(facts.questions, language, lambda each: places_in(facts, language, each)),
        signed_how=say(SIGNED_HOW.get(facts.signing.route, "typed"), language),
        route_note=_route_note(facts, language),
        dated_on=facts.signing.signed_on,
        drawn=facts.signing.drawn,
    )


def _route_note(facts: RecordFacts, language: str) -> str:
    """How the answers came when not by the guardian's own hand on a screen: the route, who wrote them down, the scan."""
    signing = facts.signing
    if signing.route is Route.ONLINE:
        return ""
    moments = {"answered": signing.answered_at or facts.signed_at, "matched": facts.signed_at}
    values = {name: _moment(at.astimezone(facts.zone), language) for name, at in moments.items()}
    parts = [say(signing.route.value, language, recorder=signing.recorded_by or say("office", language), **values)]
    if signing.signed_on:
        parts.append(say("on_the_sheet", language, day=dates.day(signing.signed_on, language)))
    if signing.identity:
        parts.append(say("identity", language, identity=signing.identity))
    if signing.confirmed_by:
        parts.append(say("seen", language, confirmer=signing.confirmed_by))
    if signing.scan_sha256:
        parts.append(say("scan", language, digest=signing.scan_sha256))
    return " ".join(parts)


def _moment(at: datetime, language: str) -> str:
    return f"{dates.day(at.date(), language)} ({dates.hour(at, language)})"


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
        "places": places_in(facts, language),
        "youth": {"name": facts.youth_name, "born_on": _iso(facts.youth_born_on)},
        "guardian": {"name": facts.guardian_name, "relationship": facts.relationship.value},
        "sections": [_section_json(question, facts, language) for question in facts.questions],
        "signature": {
            "typed_name": facts.signing.typed_name,
            "at": (facts.signing.answered_at or facts.signed_at).isoformat(),
            "matched_at": facts.signed_at.isoformat() if facts.signing.answered_at else None,
            "route": facts.signing.route.value,
            "says_guardian": facts.signing.is_guardian,
            "agrees_to_electronic_records": DISCLOSURE if facts.signing.agrees else None,
            "drawn_sha256": hashlib.sha256(facts.signing.drawn.encode()).hexdigest() if facts.signing.drawn else None,
            "recorded_by": facts.signing.recorded_by or None,
            "confirmed_by": facts.signing.confirmed_by or None,
            "scan_sha256": facts.signing.scan_sha256 or None,
            "day_on_the_sheet": facts.signing.signed_on.isoformat() if facts.signing.signed_on else None,
            "identity": facts.signing.identity or None,
        },
        "disclosure": _disclosure_json(facts),
        "valid_until_on": _iso(facts.valid_until_on),
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


def _section_json(question: Question, facts: RecordFacts, language: str) -> dict[str, Any]:
    """A section as data: its words, who answers it, what was answered, what that decides and until when."""
    words, values = question.words[language], places_in(facts, language, question)
    found: dict[str, Any] = {
        "key": question.key,
        "kind": question.kind.value,
        "signer": signer_of(question).value,
        "required": question.required,
        "text_sha256": words.sha256,
        "words": wording.raw(words),
        "question": filled(words.question, values),
        "body": filled(words.body, values),
        "statement": filled(words.statement, values),
    }
    if words.more:
        found["more"] = filled_more(words.more, values)
    if question.kind is SectionKind.TEXT:
        return found
    answer = facts.answers.get(question.key, {})
    if question.key in facts.waiting:
        return found | {"decision": None, "waits_for": found["signer"], "answer": asked_of(question, answer)}
    private = question.kind is SectionKind.HEALTH
    return found | {
        "decision": decision_of(question, answer).value,
        "answer": {"choice": answer.get("choice")} if private else dict(answer),
        "valid_until_on": _iso(facts.days.get(question.key)),
        "ends_on_move": ends_on_move(question.settings),
        "original": question.settings.original.value,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _statements(facts: RecordFacts, language: str) -> tuple[Statement, ...]:
    return tuple(
        statement_of(
            question,
            facts.answers.get(question.key, {}),
            language,
            places_in(facts, language, question),
            waits=question.key in facts.waiting,
        )
        for question in facts.questions
    )


def places_in(facts: RecordFacts, language: str, question: Question | None = None) -> dict[str, str]:
    """What the places of a section stand for in this record; of the form as a whole without one."""
    days = facts.days
    until = days[question.key] if question is not None and question.key in days else facts.valid_until_on
    return places(
        language,
        first_name=facts.youth_first_name,
        full_name=facts.youth_name,
        program=facts.program_names[language],
        department=facts.letterhead.full_name,
        until=until,
        born_on=facts.youth_born_on,
        blanks=facts.blanks.get(language) or {"season": facts.season_names[language], "guardian": facts.guardian_name},
    )

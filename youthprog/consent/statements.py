"""A section in the sealed record: the words that count, what was answered, who signed it. Pure; one line a kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import phonenumbers

from youthprog.consent.rules import filled
from youthprog.consent.showing import GUARDIANS, decision_of, signer_of
from youthprog.consent.types import TEXTS, Decision, Question, SectionKind, Signer, Words
from youthprog.core import dates
from youthprog.documents.types import AnswerMark, Statement

WORDS = {
    "yes": ("Yes", "Sí"),
    "no": ("No", "No"),
    "told": ("Told us", "Nos contó"),
    "nothing": ("Nothing to tell", "Nada que contar"),
    "optional": ("Optional. Does not affect taking part", "Opcional. No cambia la participación"),
    "needed": ("Needed to take part", "Hace falta para participar"),
    "to_read": ("To read", "Para leer"),
    "read": ("Read", "Leído"),
    "watched": ("Watched", "Visto"),
    "initialed": ("Initialed", "Con iniciales"),
    "not_initialed": ("Not initialed", "Sin iniciales"),
    "named": ("Named", "Con nombres"),
    "nobody_named": ("Nobody named", "Sin nombres"),
    "chosen": ("Chosen", "Elegido"),
    "none_chosen": ("Nothing chosen", "Nada elegido"),
    "written": ("Written", "Escrito"),
    "sent": ("Sent", "Enviado"),
    "not_sent": ("Not sent", "No enviado"),
    "filled_in": ("Filled in", "Anotado"),
    "waits": ("Not signed yet", "Aún sin firma"),
    "initials": ("Initials: %(initials)s", "Iniciales: %(initials)s"),
    "clause": ("%(number)s. %(clause)s Initials: %(initials)s", "%(number)s. %(clause)s Iniciales: %(initials)s"),
    "file": ("File: %(name)s. SHA-256: %(sha256)s", "Archivo: %(name)s. SHA-256: %(sha256)s"),
    "until": ("Good through %(day)s", "Vale hasta el %(day)s"),
    "signed_by": ("Signed by %(name)s, %(role)s", "Firmado por %(name)s, %(role)s"),
    "on_a_sheet": (
        "On paper, dated %(day)s, copied by %(recorder)s",
        "En papel, con fecha %(day)s; lo copió %(recorder)s",
    ),
    "nobody_read": ("Nobody read the form to the guardian.", "Nadie le leyó el formulario al tutor."),
    "asked": ("Asked: %(name)s, %(address)s", "Se pidió a: %(name)s, %(address)s"),
    "video": ("Film: %(address)s", "Video: %(address)s"),
}
ROLES = {
    Signer.ATHLETE: ("the young person", "el menor"),
    Signer.INTERPRETER: ("who read the form aloud", "quien leyó el formulario"),
    Signer.COACH: ("coach", "entrenador"),
    Signer.STAFF: ("for the office", "por la oficina"),
}


@dataclass(frozen=True)
class Told:
    """What a kind says of an answer: the word in the answer column, its mark, and lines under the statement."""

    word: str
    mark: AnswerMark = AnswerMark.YES
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Case:
    question: Question
    answer: Mapping[str, Any]
    language: str
    more: Mapping[str, Any]

    @property
    def is_given(self) -> bool:
        return decision_of(self.question, self.answer) is Decision.GIVEN

    def say(self, word: str, **values: Any) -> str:
        return say(word, self.language, **values)


def say(word: str, language: str, **values: Any) -> str:
    """A word of a statement in a language."""
    text = WORDS[word][0 if language == "en" else 1]
    return text % values if values else text


def statement_of(
    question: Question, answer: Mapping[str, Any], language: str, values: Mapping[str, str], *, waits: bool = False
) -> Statement:
    """One section of the record. `waits` when somebody else has still to sign it."""
    words = question.words[language]
    case = _Case(question, answer, language, filled_more(words.more, values))
    text = filled(words.statement if question.kind is not SectionKind.TEXT else words.body, values)
    if waits:
        told = _waiting(case)
    elif signer_of(question) is Signer.INTERPRETER and not answer.get("typed_name"):
        told = Told(case.say("no"), AnswerMark.UNDERSTOOD, (case.say("nobody_read"),))
    else:
        told = TOLD[question.kind](case)
    lines = (*told.lines, *_signer(case)) if not waits else told.lines
    note = ""
    if told.mark is AnswerMark.NO and not waits:
        note = case.say("needed" if question.required else "optional")
    return Statement("\n".join((text, *lines)), told.word, told.mark, note, title=words.label)


def filled_words(words: Words, values: Mapping[str, str]) -> Words:
    """A section's words with their places filled."""
    texts: dict[str, Any] = {
        each.name: filled(getattr(words, each.name), values) for each in fields(words) if each.name in TEXTS
    }
    return replace(words, **texts, more=filled_more(words.more, values))


def filled_more(more: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """The words only some kinds have, their places filled."""
    return {
        key: filled(value, values) if isinstance(value, str) else [filled(each, values) for each in value]
        for key, value in more.items()
    }


def asked_of(question: Question, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a guardian gave of a section somebody outside has still to sign: the name, the address with its middle hidden."""
    if signer_of(question) is not Signer.EXTERNAL or not answer.get("email"):
        return {}
    return {"name": answer["name"], "address": masked(answer["email"])}


def masked(address: str) -> str:
    """An address as evidence shows it: the first letter and the host."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if host else "•••"


def phone(number: str) -> str:
    """(217) 555-0142, as people read it."""
    return phonenumbers.format_number(phonenumbers.parse(number, "US"), phonenumbers.PhoneNumberFormat.NATIONAL)


def _signer(case: _Case) -> tuple[str, ...]:
    """Who signed a section that is not the guardian's, and as what."""
    signer, name = signer_of(case.question), case.answer.get("typed_name")
    if signer in GUARDIANS or not name:
        return ()
    number = 0 if case.language == "en" else 1
    role = ROLES[signer][number] if signer in ROLES else case.more.get("role", "")
    signed_by = case.say("signed_by", name=name, role=role).rstrip(", ")
    if not case.answer.get("signed_on"):
        return (signed_by,)
    day = dates.day(date.fromisoformat(case.answer["signed_on"]), case.language)
    return signed_by, case.say("on_a_sheet", day=day, recorder=case.answer.get("recorded_by", ""))


def _waiting(case: _Case) -> Told:
    asked = asked_of(case.question, case.answer)
    return Told(case.say("waits"), AnswerMark.NO, (case.say("asked", **asked),) if asked else ())


# ---- one for each kind ----


def _text(case: _Case) -> Told:
    return Told(case.say("to_read"), AnswerMark.UNDERSTOOD)


def _decision(case: _Case) -> Told:
    if case.is_given:
        return Told(case.say("yes"))
    initials = case.answer.get("initials")
    return Told(case.say("no"), AnswerMark.NO, (case.say("initials", initials=initials),) if initials else ())


def _information(case: _Case) -> Told:
    return Told(case.say("read"))


def _video(case: _Case) -> Told:
    title = case.more.get("title", "")
    address = case.say("video", address=case.question.settings.web_address)
    return Told(case.say("watched"), lines=tuple(filter(None, (title, address))))


def _health(case: _Case) -> Told:
    return Told(case.say("told" if case.answer["choice"] == "yes" else "nothing"), AnswerMark.UNDERSTOOD)


def _pickup(case: _Case) -> Told:
    return Told(case.say("yes"), lines=(", ".join(case.answer["names"]),))


def _emergency(case: _Case) -> Told:
    return Told(case.say("yes"), lines=(f"{case.answer['name']}, {phone(case.answer['phone'])}",))


def _initials(case: _Case) -> Told:
    clauses = case.more.get("clauses", ())
    typed = case.answer.get("initials") or ["—"] * len(clauses)
    lines = tuple(
        case.say("clause", number=number, clause=clause, initials=initials)
        for number, (clause, initials) in enumerate(zip(clauses, typed, strict=False), start=1)
    )
    if case.is_given:
        return Told(case.say("initialed"), lines=lines)
    return Told(case.say("not_initialed"), AnswerMark.NO, lines)


def _persons(case: _Case) -> Told:
    lines = tuple(
        ", ".join(filter(None, (each["name"], phone(each["phone"]), each.get("relation"))))
        for each in case.answer.get("persons", ())
    )
    return Told(
        case.say("named" if lines else "nobody_named"), AnswerMark.YES if lines else AnswerMark.UNDERSTOOD, lines
    )


def _choice(case: _Case) -> Told:
    options = case.more.get("options", ())
    chosen = tuple(options[int(each)] for each in case.answer.get("chosen", ()))
    mark = AnswerMark.YES if chosen else AnswerMark.UNDERSTOOD
    return Told(case.say("chosen" if chosen else "none_chosen"), mark, chosen)


def _words(case: _Case) -> Told:
    written = case.answer.get("words", "")
    return Told(case.say("written" if written else "nothing"), AnswerMark.UNDERSTOOD, (written,) if written else ())


def _upload(case: _Case) -> Told:
    if not case.is_given:
        return Told(case.say("not_sent"), AnswerMark.NO)
    lines = [case.say("file", name=case.answer["name"], sha256=case.answer["sha256"])]
    if case.answer.get("expires_on"):
        day = dates.day(date.fromisoformat(case.answer["expires_on"]), case.language)
        lines.append(case.say("until", day=day))
    return Told(case.say("sent"), lines=tuple(lines))


def _external(case: _Case) -> Told:
    office = case.answer.get("office", "")
    lines = (office,) if office else ()
    return Told(case.say("yes"), lines=lines) if case.is_given else Told(case.say("no"), AnswerMark.NO, lines)


def _staff(case: _Case) -> Told:
    pairs = zip(case.more.get("fields", ()), case.answer.get("fields", ()), strict=False)
    return Told(case.say("filled_in"), AnswerMark.UNDERSTOOD, tuple(f"{label}: {value}" for label, value in pairs))


TOLD: Mapping[SectionKind, Callable[[_Case], Told]] = {
    SectionKind.TEXT: _text,
    SectionKind.DECISION: _decision,
    SectionKind.INFORMATION: _information,
    SectionKind.VIDEO: _video,
    SectionKind.HEALTH: _health,
    SectionKind.PICKUP: _pickup,
    SectionKind.EMERGENCY: _emergency,
    SectionKind.INITIALS: _initials,
    SectionKind.PERSONS: _persons,
    SectionKind.CHOICE: _choice,
    SectionKind.WORDS: _words,
    SectionKind.UPLOAD: _upload,
    SectionKind.EXTERNAL: _external,
    SectionKind.STAFF: _staff,
}

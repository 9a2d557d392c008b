"""What happened to a request, told in the record's table: event, time, how we know. Pure, in both languages.

Every happening is evidence and has its line; only the single answers are told together, from the first to the last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from youthprog.consent.types import Happening, Question, Route, Signing
from youthprog.documents.types import ConsentEvent

HAPPENINGS = {
    Happening.SENT: ("Sent", "Enviado"),
    Happening.REMINDED: ("Reminded", "Recordado"),
    Happening.BOUNCED: ("Came back", "Devuelto"),
    Happening.DELIVERED: ("Delivered", "Entregado"),
    Happening.OPENED: ("Opened", "Abierto"),
    Happening.LANGUAGE: ("Language changed", "Cambio de idioma"),
    Happening.AGREED: ("Agreed to sign on a screen", "Aceptó firmar en pantalla"),
    Happening.SHEET_READ: ("Sheet read to its end", "Hoja leída hasta el final"),
    Happening.ANSWERED: ("Read and answered", "Leído y respondido"),
    Happening.CHANGED: ("Answer changed", "Respuesta cambiada"),
    Happening.CHECKED: ("Answers checked", "Respuestas revisadas"),
    Happening.PART_ASKED: ("Outside signer asked", "Se pidió a otra persona"),
    Happening.PART_SIGNED: ("Part signed", "Parte firmada"),
    Happening.SIGNED: ("Signed", "Firmado"),
    Happening.NOTICED: ("Other guardian told", "Aviso al otro tutor"),
    Happening.CALLED: ("Telephone call", "Llamada"),
    Happening.SCANNED: ("Paper scanned", "Papel escaneado"),
    Happening.ORIGINAL_SEEN: ("Original seen", "Original visto"),
    Happening.MATCHED: ("Matched by the office", "Asignado por la oficina"),
    Happening.RENEWED: ("Asked again", "Pedido de nuevo"),
    Happening.CONFIRMED_EARLIER: ("Earlier answers confirmed", "Respuestas anteriores confirmadas"),
    Happening.WANTS_PAPER: ("Wanted paper", "Quiso papel"),
    Happening.REWORDED: ("Newer version shown", "Versión nueva mostrada"),
    Happening.COPY_SENT: ("Copy sent", "Copia enviada"),
    Happening.WITHDRAWN: ("Taken back", "Retirado"),
    Happening.CANCELED: ("Closed", "Cerrado"),
}
SIGNERS = {
    "guardian": ("guardian", "tutor"),
    "guardian_2": ("second guardian", "segundo tutor"),
    "athlete": ("young person", "menor"),
    "coach": ("coach", "entrenador"),
    "interpreter": ("interpreter", "intérprete"),
    "staff": ("office", "oficina"),
    "external": ("somebody outside", "persona externa"),
}
WAYS = {
    "link": ("Signed link, opened in %(spoken)s", "Enlace firmado, abierto en %(spoken)s"),
    "outside": ("Contact not on file, opened in %(spoken)s", "Contacto no registrado, abierto en %(spoken)s"),
    "account": ("Own account, opened in %(spoken)s", "Cuenta propia, abierta en %(spoken)s"),
    "staff": (
        "Signed link, on a screen signed in by staff, in %(spoken)s",
        "Enlace firmado, en una pantalla de un empleado, en %(spoken)s",
    ),
}
SIGNED = {
    Route.ONLINE: (
        "Typed full name, pressed “Sign”. Ticked “parent or legal guardian” and “sign on this screen”",
        "Escribió su nombre completo y oprimió «Firmar». Marcó «madre, padre o tutor legal» y «firmar en esta pantalla»",
    ),
    Route.PAPER: ("By hand on paper, entered by %(who)s", "A mano en papel; lo anotó %(who)s"),
    Route.PHONE: ("Told by telephone to %(who)s", "Dicho por teléfono a %(who)s"),
    Route.MATCHED: ("Typed full name; contact not on file", "Escribió su nombre completo; contacto no registrado"),
    Route.DEMO: ("Made up for the demo", "Inventado para la demostración"),
}
WORDS = {
    "mail": ("Mail to %(address)s", "Correo a %(address)s"),
    "desk": ("Handed over by the office", "Entregado por la oficina"),
    "checked": ("All %(count)s questions on screen", "Las %(count)s preguntas en pantalla"),
    "answered": ("%(count)s questions, in %(span)s", "%(count)s preguntas, en %(span)s"),
    "minutes": ("%(minutes)s min %(seconds)s s", "%(minutes)s min %(seconds)s s"),
    "seconds": ("%(seconds)s s", "%(seconds)s s"),
    "screens": (
        "Read “%(version)s” in %(spoken)s, opened the sample first",
        "Leyó «%(version)s» en %(spoken)s; antes abrió la muestra",
    ),
    "matched": ("By %(who)s. The answers count from here on", "Por %(who)s. Las respuestas valen desde aquí"),
    "version": ("version %(version)s", "versión %(version)s"),
    "office": ("the office", "la oficina"),
    "en": ("English", "inglés"),
    "es": ("Spanish", "español"),
}
# What a line's detail may hold that people can read; everything else (addresses of machines, keys) is in the data only.
PLAIN = ("name", "who", "way", "by_name", "title", "note")


@dataclass(frozen=True)
class Happened:
    """One event of a request, in the order of the record's table."""

    happening: Happening
    at: datetime
    detail: Mapping[str, Any]


def spoken(words: tuple[str, str], language: str, **values: Any) -> str:
    """The English or the Spanish of a pair of words, its places filled."""
    text = words[0 if language == "en" else 1]
    return text % values if values else text


def events_of(
    events: Sequence[Happened], questions: Sequence[Question], signing: Signing, zone: ZoneInfo, language: str
) -> tuple[ConsentEvent, ...]:
    """The lines of the record's table in time order; the answers are one line, at the time of the last."""
    labels = {question.key: question.words[language].label for question in questions}
    answered = [event for event in events if event.happening is Happening.ANSWERED]
    told = [event for event in events if event.happening is not Happening.ANSWERED or event is answered[-1]]
    return tuple(
        ConsentEvent(
            spoken(HAPPENINGS[event.happening], language),
            event.at.astimezone(zone),
            _first_up(_answering(answered, language) if event.happening is Happening.ANSWERED
            else _how(event, labels, signing, language)),
        )
        for event in told
    )  # fmt: skip


def _answering(answered: Sequence[Happened], language: str) -> str:
    seconds = int((answered[-1].at - answered[0].at).total_seconds())
    word = "minutes" if seconds >= 60 else "seconds"
    span = spoken(WORDS[word], language, minutes=seconds // 60, seconds=seconds % 60)
    return spoken(
        WORDS["answered"], language, count=len({event.detail.get("section") for event in answered}), span=span
    )


def _how(event: Happened, labels: Mapping[str, str], signing: Signing, language: str) -> str:
    detail = event.detail
    match event.happening:
        case Happening.SENT | Happening.REMINDED | Happening.BOUNCED if not detail.get("address"):
            return spoken(WORDS["desk"], language)
        case Happening.OPENED:
            way = WAYS.get(str(detail.get("by")), WAYS["link"])
            return spoken(way, language, spoken=_language(detail.get("language", language), language))
        case Happening.AGREED:
            words = {
                "version": detail.get("version", ""),
                "spoken": _language(detail.get("language", language), language),
            }
            return spoken(WORDS["screens"], language, **words)
        case Happening.CHECKED:
            return spoken(WORDS["checked"], language, count=len(labels))
        case Happening.MATCHED:
            return spoken(WORDS["matched"], language, who=detail.get("who") or spoken(WORDS["office"], language))
        case Happening.SIGNED:
            who = signing.recorded_by or spoken(WORDS["office"], language)
            return spoken(SIGNED[signing.route], language, who=who)
    return ", ".join(filter(None, _known(detail, labels, language)))


def _known(detail: Mapping[str, Any], labels: Mapping[str, str], language: str) -> list[str]:
    """What a line's detail tells a reader: sections by their label, who, to whom, which version, in which language."""
    keys = [detail["section"]] if "section" in detail else list(detail.get("sections", ()))
    parts = [labels.get(str(key), str(key)) for key in keys]
    signer = SIGNERS.get(str(detail.get("signer")))
    parts += [spoken(signer, language)] if signer else []
    parts += [str(detail[name]) for name in PLAIN if isinstance(detail.get(name), str)]
    if detail.get("address"):
        parts.append(spoken(WORDS["mail"], language, address=detail["address"]))
    if isinstance(detail.get("version"), str):
        parts.append(spoken(WORDS["version"], language, version=detail["version"]))
    if detail.get("language"):
        parts.append(_language(detail["language"], language))
    return parts


def _language(code: Any, language: str) -> str:
    return spoken(WORDS[str(code)], language) if str(code) in ("en", "es") else str(code)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Consent forms on paper: opening a request without a mail, its match code, and the sheet that is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from youthprog.audit.services import record
from youthprog.consent import paper, queries, rules
from youthprog.consent.asking import forms_to_ask, still_owed
from youthprog.consent.cases import (
    due_on,
    full_name,
    note,
    places_of,
    program_names,
    refusals_to_answer,
    signer_line,
)
from youthprog.consent.entry_rules import asked_of_guardian
from youthprog.consent.models import ConsentRequest
from youthprog.consent.queries import Case
from youthprog.consent.signing import follow_form
from youthprog.consent.types import TEXTS, Happening, Original, Question, RequestState, SectionKind, Signer, Words
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.crypto import code as random_code
from youthprog.core.refusals import refuse_if
from youthprog.documents import services as documents
from youthprog.documents.codes import CODE_LENGTH
from youthprog.documents.types import BlankChoice, BlankForm, BlankLayout, BlankSection, ConsentBlanks, Language
from youthprog.people.types import GuardianLine

LANGUAGES = ("en", "es")
LINES = 6  # for people who may collect the child
WORDS = {
    "name": ("Full name", "Nombre completo"),
    "phone": ("Phone", "Teléfono"),
    "relation": ("What they are to %(name)s", "Qué es de %(name)s"),
    "alert": ("What a leader must know, in a few words", "Lo que un responsable debe saber, en pocas palabras"),
    "more": ("More for the office", "Más, para la oficina"),
    "last_day": ("Good until (date)", "Válido hasta (fecha)"),
    "signature": ("Signature", "Firma"),
    "date": ("Date", "Fecha"),
    "ink": (
        "Sign this form in ink. Two of our staff look at the sheet itself.",
        "Firme este formulario con tinta. Dos de nuestros empleados miran la hoja misma.",
    ),
    "notary": ("This part is signed before a notary.", "Esta parte se firma ante notario."),
    "required": ("Needed to take part.", "Hace falta para participar."),
    "yes": ("Yes", "Sí"),
    "no": ("No", "No"),
    "practice": ("Office, and license number if there is one", "Consultorio, y número de licencia si lo hay"),
    "athlete": ("The young person signs here", "Aquí firma el menor"),
    "coach": ("The coach signs here", "Aquí firma el entrenador"),
    "interpreter": ("Whoever read this form aloud signs here", "Aquí firma quien leyó este formulario en voz alta"),
}


def ask_on_paper(
    youth_id: int, guardian: GuardianLine, season_id: int, *, by: Actor, now: datetime
) -> list[ConsentRequest]:
    """The open requests of a guardian, one a form still owed; a fresh one that no mail tells of where there is none.

    Raises `Refused` when the guardian may not answer.
    """
    today = clock.day_of(now)
    known = queries.histories([youth_id], [season_id])
    owed = still_owed(known, youth_id, season_id, forms_to_ask(season_id, now), today, [guardian])
    cases = queries.list_cases(*_open_of(youth_id, guardian.guardian_id, season_id))
    newest = {case.request.form_version_id for case in cases}
    found: dict[int, ConsentRequest] = {}
    for case in cases:
        refuse_if(refusals_to_answer(case, signer_line(case, today), now))
        if case.is_outdated and case.newest_version_id in newest:
            continue  # the newer words were asked for already
        print_newest(case, by=by, now=now)
        found[case.newest_version_id] = case.request
    for version_id in owed[guardian.guardian_id]:
        if version_id not in found:
            found[version_id] = _open(version_id, youth_id, guardian, season_id, by=by, now=now)
    for request in found.values():
        opened = queries.get_request(request.id)
        refuse_if(refusals_to_answer(opened, signer_line(opened, today), now))
        request.awaited = True  # who was only told is asked now
    return list(found.values())


def _open_of(youth_id: int, guardian_id: int, season_id: int) -> list[Any]:
    asked = ConsentRequest
    return [
        asked.youth_id == youth_id,
        asked.guardian_id == guardian_id,
        asked.season_id == season_id,
        asked.gathering_id.is_(None),
        asked.state.in_(rules.OPEN_STATES),
    ]


def print_newest(case: Case, *, by: Actor, now: datetime) -> None:
    """Before a form is printed it moves to the newest words, unless a signed sheet with the older ones waits to be entered.

    Raises `Refused` when the guardian may not answer.
    """
    if case.is_outdated and case.request.scan_sha256 is None:
        follow_form(case, by=by, now=now)


def _open(
    version_id: int, youth_id: int, guardian: GuardianLine, season_id: int, *, by: Actor, now: datetime
) -> ConsentRequest:
    request = ConsentRequest(
        form_version_id=version_id,
        youth_id=youth_id,
        guardian_id=guardian.guardian_id,
        season_id=season_id,
        state=RequestState.QUEUED,
        language=guardian.language if guardian.language in LANGUAGES else "en",
        created_at=now,
        due_on=due_on(season_id, now),
    )
    db.session().add(request)
    db.flush()
    record("consent.asked", "consent_request", request.id, by=by, now=now, youth_id=youth_id)
    return request


def give_code(request: ConsentRequest, *, by: Actor, now: datetime) -> str:
    """The match code of a request, made once. Printing hands the form over: a request that no mail reached has left."""
    if request.match_code is None:
        request.match_code = random_code(CODE_LENGTH)
    if request.state is RequestState.BOUNCED or (request.state is RequestState.QUEUED and not request.times_asked):
        request.state, request.sent_at = RequestState.SENT, now
        request.times_asked += 1
        note(request.id, Happening.SENT, now, {})
    db.flush()
    record("consent.printed", "consent_request", request.id, by=by, now=now)
    return request.match_code


def begin_call(request: ConsentRequest, *, by: Actor, now: datetime) -> None:
    """Note that the guardian is called about an open form; one that no mail reached has now been asked."""
    if request.state is RequestState.BOUNCED or (request.state is RequestState.QUEUED and not request.times_asked):
        request.state, request.sent_at = RequestState.SENT, now
        request.times_asked += 1
    note(request.id, Happening.CALLED, now, {"who": by.name, "by_id": by.person_id})
    db.flush()
    record("consent.called", "consent_request", request.id, by=by, now=now)


def paper_forms(cases: Sequence[Case]) -> ConsentBlanks:
    """The paper forms of requests that have a match code, each in its guardian's language."""
    known: dict[int, list[Question]] = {}
    forms = []
    for case in cases:
        if case.version.id not in known:
            known[case.version.id] = queries.questions_of(case.version.id)
        forms.append(form_of(case, known[case.version.id]))
    language = forms[0].language if forms else Language.ENGLISH
    return ConsentBlanks(letterhead=documents.letterhead(), forms=tuple(forms), language=language)


def form_of(case: Case, questions: Sequence[Question]) -> BlankForm:
    """One paper form: every section's whole wording, and where the hand answers."""
    language = case.request.language if case.request.language in LANGUAGES else "en"
    season = case.season.name_es if language == "es" and case.season.name_es else case.season.name
    title = case.version.titles(case.form)[language]
    parts = [
        _section(question, language, places_of(case, language, question))
        for question in questions
        if question.kind is not SectionKind.STAFF
    ]
    return BlankForm(
        code=case.request.match_code or "",
        language=Language(language),
        title=f"{program_names(case)[language]}, {season}",
        form=paper.say("form", language, title=title, number=case.version.number),
        youth=full_name(case.youth),
        guardian=full_name(case.guardian),
        sections=tuple(parts),
    )


def _section(question: Question, language: str, places: Mapping[str, str]) -> BlankSection:
    written = question.words[language]
    texts: dict[str, Any] = {name: rules.filled(getattr(written, name), places) for name in TEXTS}
    words = replace(written, **texts)
    pages = [rules.filled(page, places) for page in words.more.get("pages", ())]
    body = [text for part in (words.body, *pages) for text in part.split("\n\n") if text.strip()]
    plain = BlankSection(
        title=words.label,
        question=words.question,
        paragraphs=tuple(body),
        statement=words.statement,
        layout=BlankLayout.WORDS,
        note=_note(question, language),
        notary=question.settings.original is Original.NOTARY,
    )
    if asked_of_guardian(question):
        return replace(plain, **_answers(question, words, language, places))
    answers: dict[str, Any] = {}
    if question.kind is not SectionKind.TEXT and question.settings.signer is not Signer.INTERPRETER:
        answers = _answers(question, words, language, places)
    lines = (*answers.pop("lines", ()), *_others(question, words, language))
    return replace(plain, **answers | {"layout": BlankLayout.SIGNATURE, "lines": lines})


def _answers(question: Question, words: Words, language: str, places: Mapping[str, str]) -> dict[str, Any]:
    """Boxes and lines by kind. A kind we do not know gets lines to write on: paper never loses a question."""

    def line(*names: str) -> str:
        return "|".join(_say(name, language, name=places["name"]) for name in names)

    yes = BlankChoice(words.yes_label, words.yes_hint)
    no = BlankChoice(words.no_label, words.no_hint, question.settings.initials_if_refused)
    match question.kind:
        case SectionKind.DECISION:
            return {"layout": BlankLayout.CHOICES, "choices": (yes, no)}
        case SectionKind.INFORMATION | SectionKind.VIDEO:
            return {"layout": BlankLayout.CHOICES, "choices": (yes,)}
        case SectionKind.HEALTH:
            return {"layout": BlankLayout.LINES, "choices": (yes, no), "lines": (line("alert"), line("more"))}
        case SectionKind.PICKUP:
            return {"layout": BlankLayout.LINES, "lines": (line("name"),) * LINES}
        case SectionKind.EMERGENCY:
            return {"layout": BlankLayout.LINES, "lines": (line("name", "phone", "relation"),)}
        case SectionKind.PERSONS:
            many = min(max(question.settings.most, 1), LINES)
            return {"layout": BlankLayout.LINES, "lines": (line("name", "phone", "relation"),) * many}
        case SectionKind.INITIALS:
            clauses = tuple(rules.filled(each, places) for each in words.more.get("clauses", ()))
            return {"layout": BlankLayout.INITIALS, "clauses": clauses}
        case SectionKind.CHOICE:
            options = tuple(BlankChoice(rules.filled(each, places)) for each in words.more.get("options", ()))
            return {"layout": BlankLayout.CHOICES, "choices": options}
        case SectionKind.EXTERNAL:
            plain = (
                BlankChoice(words.yes_label or _say("yes", language)),
                BlankChoice(words.no_label or _say("no", language)),
            )
            return {"layout": BlankLayout.LINES, "choices": plain, "lines": (line("practice"),)}
        case SectionKind.UPLOAD if question.settings.asks_last_day:
            return {"layout": BlankLayout.LINES, "lines": (line("last_day"),)}
    return {"layout": BlankLayout.LINES, "lines": ("\u00a0", "\u00a0")}


def _others(question: Question, words: Words, language: str) -> tuple[str, ...]:
    """Where somebody else signs: athlete, coach, interpreter, a doctor outside."""
    if question.kind is SectionKind.TEXT:
        return ()
    signer = question.settings.signer.value
    who = words.more.get("role") or (_say(signer, language) if signer in WORDS else _say("name", language))
    return ("|".join((_say("signature", language) + f" · {who}", _say("name", language), _say("date", language))),)


def _note(question: Question, language: str) -> str:
    if question.settings.original is not Original.NONE:
        return _say(question.settings.original.value, language)
    return _say("required", language) if question.required and question.kind is SectionKind.DECISION else ""


def _say(word: str, language: str, **values: str) -> str:
    text = WORDS[word][0 if language == "en" else 1]
    return text % values if values else text

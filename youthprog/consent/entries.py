"""Answers that reach the office: copied from a signed sheet, or told on the telephone; and what is still to enter.

After each entry the page of the family says what becomes of the copy, and offers the other forms of the same guardian.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from youthprog.consent import desk_queries, queries, rules, services
from youthprog.consent.answers import form_of
from youthprog.consent.forms import AnswerForm
from youthprog.consent.queries import Case
from youthprog.consent.sheet_forms import SheetPart, sheet_part
from youthprog.consent.types import TEXTS, Question, Route, Words
from youthprog.core import clock, db
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, Refused
from youthprog.documents.codes import grouped
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard
from youthprog.outreach.types import Delivery
from youthprog.people import queries as people
from youthprog.web.edge import actor, door, recording
from youthprog.web.forms import CalendarDay, Form, Text
from youthprog.web.language import gettext as _
from youthprog.web.language import language, lazy_gettext
from youthprog.web.pages import page

bp = Blueprint("consent_entries", __name__)
UNSEEN = -1
NOTHING: Mapping[str, Any] = {}
COPIES = {
    Delivery.QUEUED: "leaving",
    Delivery.SENDING: "leaving",
    Delivery.SENT: "sent",
    Delivery.HELD: "held",
}


class EntryForm(Form):
    """What belongs to every entry: the name as given, whose it is, and which state of the form was on the screen."""

    typed_name = Text(lazy_gettext("Name, as it was given"), [Optional()], limit=160)
    is_guardian = BooleanField(lazy_gettext("It is this guardian"), [Optional()])
    version = IntegerField(validators=[Optional()], widget=HiddenInput())

    def entry(self, answers: Mapping[str, Mapping[str, Any]]) -> services.Entry:
        """The entry with its answers."""
        seen = self.version.data
        return services.Entry(
            typed_name=self.typed_name.data or "",
            is_guardian=bool(self.is_guardian.data),
            answers=answers,
            seen_version=UNSEEN if seen is None else seen,
        )


class PaperForm(EntryForm):
    """What a signed sheet says beside its answers."""

    signed_on = CalendarDay(lazy_gettext("Signed on"), [Optional()])

    def entry(self, answers: Mapping[str, Mapping[str, Any]]) -> services.Entry:
        """The entry with the day on the sheet."""
        return replace(super().entry(answers), signed_on=self.signed_on.data)


class PhoneForm(EntryForm):
    """What a call needs beside its answers."""

    identity = Text(lazy_gettext("How did you make sure who it was?"), [Optional()], limit=200)

    def entry(self, answers: Mapping[str, Mapping[str, Any]]) -> services.Entry:
        """The entry with how identity was checked."""
        return replace(super().entry(answers), identity=self.identity.data or "")


@dataclass(frozen=True)
class Part:
    """One section on the page: its words in the guardian's language, its label in the reader's, its small form."""

    question: Question
    number: int
    label: str
    words: Words
    form: AnswerForm


@dataclass(frozen=True)
class Way:
    """One of the two ways an answer reaches the office."""

    route: Route
    form: type[EntryForm]
    prepare: Callable[..., services.PreparedEntry]
    template: str


PAPER = Way(Route.PAPER, PaperForm, services.prepare_paper, "consent/enter_paper.html")
PHONE = Way(Route.PHONE, PhoneForm, services.prepare_phone, "consent/enter_phone.html")


@bp.get("/consents/requests/<id:request_id>/paper")
@door(P.CONSENT_ENTER)
def paper(request_id: int) -> BaseResponse:
    """The scan beside the questions."""
    return _show(request_id, PAPER)


@bp.get("/consents/requests/<id:request_id>/forms")
@door(P.CONSENT_ENTER)
def family(request_id: int) -> Response:
    """The open forms of the same child and guardian as a choice; of a form just entered, what becomes of its copy."""
    case = _case(request_id)
    together = desk_queries.list_together(actor(), case, clock.today())
    return page(
        "consent/desk_family.html",
        case=case,
        together=together,
        copy=_copy(case),
        may_print=_may_read_record(case),
        grouped=grouped,
    )


@bp.post("/consents/requests/<id:request_id>/paper")
@door(P.CONSENT_ENTER, late=True)
def enter_paper(request_id: int) -> BaseResponse:
    """Record what the signed sheet says."""
    return _enter(request_id, PAPER)


@bp.get("/consents/requests/<id:request_id>/phone")
@door(P.CONSENT_ENTER)
def phone(request_id: int) -> BaseResponse:
    """What to read aloud, and where to tick what is said."""
    return _show(request_id, PHONE)


@bp.post("/consents/requests/<id:request_id>/phone")
@door(P.CONSENT_ENTER, late=True)
def enter_phone(request_id: int) -> BaseResponse:
    """Record what was said on the telephone."""
    return _enter(request_id, PHONE)


def _show(request_id: int, way: Way) -> BaseResponse:
    case = _case(request_id)
    if case.request.signed_at is not None or services.may_answer(case, now=clock.now()):
        return redirect(url_for("consent.show", request_id=request_id), 303)
    form = way.form(formdata=None)
    form.version.data = case.request.version
    first: dict[str, Any] = {"formdata": None}
    return _page(case, way, form, _parts(case, way.route, first), _others(case, way.route, first))


def _enter(request_id: int, way: Way) -> BaseResponse:
    """Print and seal without a lock, then record everything at once, if it is still true."""
    case, form, now = _case(request_id), way.form(), clock.now()
    if case.request.signed_at is not None:
        return redirect(url_for("consent.show", request_id=request_id), 303)
    parts, others = _parts(case, way.route), _others(case, way.route)
    answers = {part.question.key: part.form.answer() for part in parts if part.form.validate()}
    shown = {each.key for each in services.questions_by_route(case, way.route, answers)}
    asked = {each.key for each in services.questions_of_others(case, answers)}
    others = [each for each in others if each.question.key in asked]
    good = all(each.validate() for each in others)
    if not form.validate_on_submit() or not shown <= answers.keys() or not good:
        return _page(case, way, form, [part for part in parts if part.question.key in shown], others, 422)
    answers = {key: given for key, given in answers.items() if key in shown}
    answers |= {each.question.key: given for each in others if (given := each.answer()) is not None}
    _store_files(parts, shown)
    try:
        ready = way.prepare(case, form.entry(answers), by=actor(), now=now)
    except Conflict:
        raise
    except Refused as refused:
        form.take(refused.reasons)
        return _page(case, way, form, parts, others, 422)
    except PressFailed:
        form.form_errors.append(
            _("We could not make the document just now. Nothing is recorded. Try again in a minute.")
        )
        return _page(case, way, form, parts, others, 503)
    with recording():
        try:
            _record_once(request_id, ready, now)
        except Exception:
            db.begin_writing()
            discard(ready.prepared.document)
            raise
    title = case.form.title_es if language() == "es" else case.form.title
    flash(_("Recorded: %(form)s.", form=title), "signed")
    return redirect(url_for(".family", request_id=request_id), 303)


def _record_once(request_id: int, ready: services.PreparedEntry, now: datetime) -> None:
    """A second click finds the record there and makes no other."""
    try:
        case = _case(request_id)
        if case.request.signed_at is None:
            services.record_entry(case, ready, by=actor(), now=now)
            return
    except Conflict:
        db.begin_writing()
        if _case(request_id).request.signed_at is None:
            raise
    discard(ready.prepared.document)


def _parts(case: Case, route: Route, how: Mapping[str, Any] = NOTHING) -> list[Part]:
    """Each section with a small form of its own, named after the section's key."""
    parts = []
    for question in services.questions_by_route(case, route):
        words = spoken_words(case, question)
        lines = {"persons": ("",) * min(question.settings.most, services.LINES)}  # as many as the sheet has room for
        form = form_of(question, words, lines)(prefix=question.key, meta={"csrf": False}, **how)
        parts.append(Part(question, question.position, question.words[language()].label, words, form))
    return parts


def _others(case: Case, route: Route, how: Mapping[str, Any] = NOTHING) -> list[SheetPart]:
    """What others sign on the sheet; nobody else is on the telephone."""
    if route is not Route.PAPER:
        return []
    return [
        sheet_part(each, spoken_words(case, each), each.words[language()].label, alone=False, how=how)
        for each in services.questions_of_others(case)
    ]


def spoken_words(case: Case, question: Question) -> Words:
    """A section's words as the sheet has them: in the guardian's language, filled in for the child."""
    spoken = case.request.language if case.request.language in ("en", "es") else "en"
    written, values = question.words[spoken], services.places_of(case, spoken, question)
    texts: dict[str, Any] = {name: rules.filled(getattr(written, name), values) for name in TEXTS}
    return replace(written, **texts)


def _store_files(parts: Sequence[Part], shown: Collection[str]) -> None:
    """The files that came with a sheet, sealed before the lock."""
    for part in parts:
        content = getattr(part.form, "content", None)
        if content is not None and part.question.key in shown:
            services.store_upload(content)


def _copy(case: Case) -> str:
    """What becomes of the copy of a form that was entered here, as a word the page knows; empty when it was not."""
    if case.request.signed_at is None or case.request.route not in (Route.PAPER, Route.PHONE):
        return ""
    letter = desk_queries.letter_of(case.request.id, services.COPY)
    return COPIES.get(letter.delivery, "unsent") if letter is not None else "none"


def _may_read_record(case: Case) -> bool:
    return case.youth.id in people.reachable(actor(), P.CONSENT_RECORD_READ, [case.youth.id], clock.today())


def _page(
    case: Case, way: Way, form: EntryForm, parts: Sequence[Part], others: Sequence[SheetPart], status: int = 200
) -> Response:
    wrong = [
        (field.id + ("-0" if field.type == "RadioField" else ""), f"{part.label}: {field.errors[0]}")
        for part in parts
        for field in part.form
        if field.errors
    ]
    wrong += [each for part in others for each in part.wrong()]
    asked = {part.question.key for part in parts}
    left_out = [each for each in services.questions_by_route(case, Route.PAPER) if each.key not in asked]
    scans = desk_queries.scans_of(case.request.id)
    return page(
        way.template, status, case=case, form=form, parts=parts, others=others, wrong=wrong, left_out=left_out,
        scans=scans, numbers=desk_queries.numbers_of(scans), older=services.older_words(case), today=clock.today(),
        together=desk_queries.list_together(actor(), case, clock.today()),
        alone=services.parts_to_enter(case, clock.today()) if way.route is Route.PAPER else (),
    )  # fmt: skip


def _case(request_id: int) -> Case:
    return queries.get_request_for(actor(), P.CONSENT_ENTER, request_id, clock.today())

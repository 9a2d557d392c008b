"""Pages of those who sign beside a guardian: a coach, the office, somebody outside; and the files families sent.

A coach or the office fills in a part of a request. Somebody outside, such as a doctor, comes by a link of their own:
one page with the child's first name, the words of one section and its answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record_read
from youthprog.consent import queries, record_queries, services
from youthprog.consent.answers import TEMPLATES, OutsideForm, form_of
from youthprog.consent.forms import AnswerForm
from youthprog.consent.models import ConsentPart
from youthprog.consent.queries import Case
from youthprog.consent.sealed import opened_by
from youthprog.consent.showing import signer_of
from youthprog.consent.shown import words_of
from youthprog.consent.types import SIGNERS, Question, Signer, Words
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import N_, Conflict, NotFound, Refused
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard
from youthprog.documents.types import DocumentKind
from youthprog.people import queries as people
from youthprog.web.edge import actor, door, public, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import file_response, page

bp = Blueprint("cosigners", __name__)
NO_DOCUMENT = N_("We could not make the document just now. Nothing is signed. Try again in a minute.")
NOT_SIGNED = N_("We could not keep your signature just now. Nothing is signed. Try again in a minute.")

# ---- on the request's page ----


@dataclass(frozen=True)
class PartLine:
    """A part of somebody else on the request's page."""

    section_id: int
    label: str
    signer: str
    signed_by: str | None
    signed_at: datetime | None
    document_id: int | None
    may_fill_in: bool
    may_enter: bool  # from a sheet


def beside(case: Case, *, shows_record: bool) -> dict[str, Any]:
    """What stands beside the guardian's answers: the parts of others, and the files for who may open the record."""
    asked = services.parts_asked(case, queries.questions_of(case.version.id), clock.today())
    is_staff = _is_staff_for(case)
    sealed = record_queries.records_of([case.request.id]).get(case.request.id, [])
    readable = {line.document_id: line for line in opened_by(actor(), case.youth.id, sealed, clock.today())}
    on_paper = {each.section_id for each in services.parts_to_enter(case, clock.today())} if _may_enter(case) else set()
    lines = [
        PartLine(
            question.section_id,
            question.words[language()].label,
            SIGNERS[signer_of(question)],
            part.typed_name if part else None,
            part.signed_at if part else None,
            part.document_id if part and part.document_id in readable else None,
            may_fill_in=is_staff and (part is None or part.signed_at is None) and _may_fill_in(case, question),
            may_enter=question.section_id in on_paper,
        )
        for question, part in asked
    ]
    return {
        "parts": lines,
        "uploads": queries.uploads_of(case.request.id) if shows_record else (),
        "withdrawals": [each for each in readable.values() if each.kind is DocumentKind.WITHDRAWAL_RECORD],
    }


def _is_staff_for(case: Case) -> bool:
    who = _as_staff(actor(), P.CONSENT_READ)
    return case.youth.id in people.reachable(who, P.CONSENT_READ, [case.youth.id], clock.today())


# ---- a coach, the office ----


@bp.get("/consents/requests/<id:request_id>/parts/<id:section_id>")
@door(P.CONSENT_READ)
def show_part(request_id: int, section_id: int) -> Response:
    """A part of a request that the reader may fill in."""
    case, question, part = _part(request_id, section_id)
    return _part_page(case, question, part, _form(case, question)(formdata=None))


@bp.post("/consents/requests/<id:request_id>/parts/<id:section_id>")
@door(P.CONSENT_READ, late=True)
def sign_part(request_id: int, section_id: int) -> BaseResponse:
    """Fill in and sign a part, in one's own name: print and seal without a lock, then record everything at once."""
    case, question, part = _part(request_id, section_id)
    form, by, now = _form(case, question)(), actor(), clock.now()
    if not form.validate_on_submit():
        return _part_page(case, question, part, form, 422)
    signed: dict[str, Any] = {"typed_name": by.name, "by": by, "now": now}
    try:
        prepared = services.prepare_part(case, question, form.answer(), language=language(), **signed)
    except Conflict:
        raise
    except Refused as refused:
        form.take(refused.reasons)
        return _part_page(case, question, part, form, 422)
    except PressFailed:
        form.form_errors.append(_(NO_DOCUMENT))
        return _part_page(case, question, part, form, 503)
    with recording(undo=lambda: _discard(prepared), says=_(NOT_SIGNED)):
        case, question, part = _part(request_id, section_id)
        services.sign_part(case, question, form.answer(), person_id=by.person_id, prepared=prepared, **signed)
    flash(_("This part is signed."), "signed")
    return redirect(url_for("consent.show", request_id=request_id), 303)


def _discard(prepared: services.PreparedPart | None) -> None:
    if prepared is not None:
        discard(prepared.document)


def _part(request_id: int, section_id: int) -> tuple[Case, Question, ConsentPart | None]:
    """The part, when it is the reader's to fill in; otherwise it does not exist."""
    case = queries.get_request_for(_as_staff(actor(), P.CONSENT_READ), P.CONSENT_READ, request_id, clock.today())
    asked = services.parts_asked(case, queries.questions_of(case.version.id), clock.today())
    for question, part in asked:
        if question.section_id == section_id and _may_fill_in(case, question):
            return case, question, part
    raise NotFound


def _may_fill_in(case: Case, question: Question) -> bool:
    """The office fills in what is the office's; a coach's part whoever leads the child, or the office."""
    signer = signer_of(question)
    if signer is Signer.STAFF:
        return _may_enter(case)
    return signer is Signer.COACH


def _may_enter(case: Case) -> bool:
    return case.youth.id in people.reachable(actor(), P.CONSENT_ENTER, [case.youth.id], clock.today())


def _as_staff(who: Actor, permission: P) -> Actor:
    """The actor without what being a guardian reaches: a parent never fills in the part of a coach."""
    grants = tuple(grant for grant in who.grants.get(permission, ()) if grant.reach is not Reach.OWN_CHILDREN)
    return replace(who, grants={**who.grants, permission: grants})


def _form(case: Case, question: Question) -> type[AnswerForm]:
    return form_of(question, _words(case, question))


def _words(case: Case, question: Question) -> Words:
    """The words as this reader may see them: a coach learns the name from them and nothing more."""
    if signer_of(question) is Signer.COACH:
        return services.outside_words(case, question, language(), full_name=case.youth.name)
    return words_of(case, question)


def _part_page(
    case: Case, question: Question, part: ConsentPart | None, form: AnswerForm, status: int = 200
) -> Response:
    return page(
        "consent/part.html",
        status,
        case=case,
        question=question,
        words=_words(case, question),
        part=part,
        form=form,
        fields=TEMPLATES[question.kind],
        is_closed=services.part_is_closed(case, clock.today()),
    )


@bp.get("/consents/requests/<id:request_id>/uploads/<id:upload_id>")
@door(P.CONSENT_RECORD_READ)
def upload(request_id: int, upload_id: int) -> Response:
    """A file that came with an answer: always as a download, never shown inside our pages."""
    case = queries.get_request_for(actor(), P.CONSENT_RECORD_READ, request_id, clock.today())
    row = queries.get_upload(case.request.id, upload_id)
    try:
        content = services.load_upload(row.sha256)
    except services.Lost:
        raise NotFound from None
    record_read("consent.upload.read", "consent_request", request_id, by=actor())
    response = file_response(content, name=row.name, kind=row.content_type, download=True)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# ---- somebody outside ----


@bp.get("/p/<token>")
@public()
def show_outside(token: str) -> Response:
    """One section for somebody outside. Looking uses nothing up."""
    found = _outside(token)
    if found is None:
        return page("consent/outside/gone.html", 404)
    case, question, part = found
    if part.signed_at is not None:
        return _done_page(case, question)
    return _outside_page(case, question, OutsideForm(formdata=None))


@bp.post("/p/<token>")
@public(late=True)
def sign_outside(token: str) -> BaseResponse:
    """The answer of somebody outside, with its sealed record. A second click finds it signed and says the same."""
    found = _outside(token)
    if found is None:
        return page("consent/outside/gone.html", 404)
    case, question, part = found
    if part.signed_at is not None:
        return _done_page(case, question)
    form = OutsideForm()
    if actor().account_id is not None:  # somebody of ours with the doctor's letter in hand is not the doctor
        form.form_errors.append(
            _("You are signed in here. Whoever got the letter signs in a browser of their own, or on paper.")
        )
        return _outside_page(case, question, form, 422)
    if not form.validate_on_submit():
        return _outside_page(case, question, form, 422)
    name = form.typed_name.data or ""
    by = replace(actor(), kind="link", name=name, person_id=None, account_id=None, grants={})
    signed: dict[str, Any] = {"typed_name": name, "by": by, "now": clock.now()}
    try:
        prepared = services.prepare_part(case, question, form.answer(), language=language(), **signed)
    except Conflict:
        raise
    except Refused as refused:
        form.take(refused.reasons)
        return _outside_page(case, question, form, 422)
    except PressFailed:
        form.form_errors.append(_(NO_DOCUMENT))
        return _outside_page(case, question, form, 503)
    with recording(undo=lambda: _discard(prepared), says=_(NOT_SIGNED)):
        _sign_outside_once(token, form.answer(), prepared, signed)
    return _done_page(case, question)


def _sign_outside_once(
    token: str, answer: dict[str, Any], prepared: services.PreparedPart | None, signed: dict[str, Any]
) -> None:
    """Record it, or find that a second click was faster."""
    found = _outside(token)
    if found is None:
        raise NotFound
    case, question, part = found
    db.session().refresh(part, with_for_update=True)
    if part.signed_at is not None:
        _discard(prepared)
        return
    services.sign_part(case, question, answer, prepared=prepared, **signed)


def _outside(token: str) -> tuple[Case, Question, ConsentPart] | None:
    """The part a link was made for, while it can be signed."""
    key: LinkKey | None = find_link(token, LinkPurpose.CONSENT_PART)
    if key is None:
        return None
    part, case = queries.get_part(key.subject_id)
    question = next(
        (each for each in queries.questions_of(case.version.id) if each.section_id == part.section_id), None
    )
    if question is None or services.part_is_closed(case, clock.today()):
        return None
    return case, question, part


def _outside_words(case: Case, question: Question) -> Words:
    return services.outside_words(case, question, language())


def _done_page(case: Case, question: Question) -> Response:
    return page("consent/outside/done.html", words=_outside_words(case, question))


def _outside_page(case: Case, question: Question, form: OutsideForm, status: int = 200) -> Response:
    values: dict[str, Any] = {"words": _outside_words(case, question), "child": case.youth.first_name, "form": form}
    return page("consent/outside/part.html", status, **values)

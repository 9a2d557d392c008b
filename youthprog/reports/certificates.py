"""Certificates: asked for, shown, printed, revoked. An edge module.

For one young person from the file, for those chosen of a season from the season's page, and for a mentor's hours.
"""

from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectField  # type: ignore[attr-defined]

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refused
from youthprog.documents import queries as documents
from youthprog.documents import services as printing
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.press import PressFailed
from youthprog.documents.theming import services as theming
from youthprog.documents.types import CertificateKind, DocumentKind
from youthprog.mentorship.gate import queries as gate
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Program, Season
from youthprog.reports import queries, services
from youthprog.reports.forms import CertificateForm, HoursForm, PaperForm
from youthprog.reports.rules import MOST_AT_ONCE
from youthprog.web.edge import actor, door, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext
from youthprog.web.language import lazy_gettext as lazy
from youthprog.web.pages import file_response, page

bp = Blueprint("certificates", __name__)
Asked = TypeVar("Asked", bound=PaperForm)
NOT_ISSUED = N_("No certificate was issued, and nothing was kept. Try again.")
BUSY = N_("The press is busy just now. Wait a moment, then press again.")


class SeasonForm(CertificateForm):
    """Certificates of one of a youth's seasons."""

    season = SelectField(lazy("Season"), coerce=int)


def _youth(youth_id: int, permission: P = P.CERTIFICATE_ISSUE) -> Person:
    return people.get_youth_for(actor(), permission, youth_id, clock.today())


def _form(youth_id: int) -> SeasonForm:
    form = SeasonForm()
    spanish = language() == "es"
    within_reach = {line.season_id for line in programs.list_seasons(actor(), P.CERTIFICATE_ISSUE)}
    form.season.choices = [
        SelectChoice(each.season_id, f"{each.program_es}, {each.season_es}" if spanish else f"{each.program}, {each.season}")
        for each in queries.enrollments_of(youth_id)
        if each.season_id in within_reach
    ]  # fmt: skip
    return _offered(form)


def _offered(form: Asked) -> Asked:
    form.offer(theming.theme().signers)
    return form


def _certificate(document_id: int, permission: P) -> tuple[Document, Person, str]:
    """A certificate whose youth or mentor is within reach, and the page of that person. Raises `NotFound`."""
    document = documents.get(document_id)
    if document.kind is not DocumentKind.CERTIFICATE:
        raise NotFound
    if document.subject_kind == queries.CERTIFICATE_SUBJECT:
        youth = _youth(document.subject_id, permission)
        return document, youth, url_for("reports.youth", youth_id=youth.id)
    if document.subject_kind != queries.MENTOR_SUBJECT:
        raise NotFound
    found = gate.find_program_of_mentor(actor(), permission, document.subject_id, clock.today())
    if found is None:
        raise NotFound
    program_id, mentor = found
    return document, mentor, url_for("gate.mentor", program_id=program_id, person_id=mentor.id)


# ---- for one young person ----


@bp.get("/certificates/new")
@door(P.CERTIFICATE_ISSUE)
def new() -> Response:
    """Ask for a certificate of a youth."""
    youth = _youth(_asked_youth())
    printing.warm_up()
    return page("reports/certificate_new.html", youth=youth, form=_form(youth.id))


@bp.post("/certificates/new")
@door(P.CERTIFICATE_ISSUE, late=True)
def create() -> Response | BaseResponse:
    """Issue a certificate: lay it out and seal it, then enter it in the books."""
    youth = _youth(_asked_youth())
    form = _form(youth.id)
    if not form.validate_on_submit():
        return page("reports/certificate_new.html", 422, youth=youth, form=form)
    season = programs.get_season_for(actor(), P.CERTIFICATE_ISSUE, form.season.data)
    prepared = _prepared(form, [youth], season)
    if prepared is None:
        return page("reports/certificate_new.html", 422, youth=youth, form=form)
    (document_id,) = _issue(prepared, form, [youth.id])
    return redirect(url_for("certificates.show", document_id=document_id), 303)


def _prepared(form: CertificateForm, youth: list[Person], season: Season) -> services.Prepared | None:
    """The finished files; None when something speaks against it, which then stands in the form."""
    try:
        return services.prepare_certificates(youth, season, form.order(), by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
    except PressFailed:
        form.form_errors.append(_(BUSY))
    return None


def _issue(prepared: services.Prepared, form: Any, youth_ids: list[int]) -> list[int]:
    """Enter prepared certificates of young people still within reach, and mail them when asked; returns their documents' ids."""
    with recording(undo=partial(services.discard, prepared), says=_(NOT_ISSUED)):
        if len(people.reachable(actor(), P.CERTIFICATE_ISSUE, youth_ids, clock.today())) < len(set(youth_ids)):
            raise NotFound
        by, now = actor(), clock.now()
        issued = services.issue_certificates(prepared, CertificateKind(form.kind.data), by=by, now=now)
        for document in issued if form.mail.data else ():
            services.send_certificate(document, by=by, now=now)
        return [document.id for document in issued]


def _asked_youth() -> int:
    youth_id = key_in(request.args.get("youth_id"))
    if youth_id is None:
        raise NotFound
    return youth_id


# ---- for those chosen of a season ----


@bp.get("/seasons/<id:season_id>/certificates")
@door(P.CERTIFICATE_ISSUE)
def season(season_id: int) -> Response:
    """Who may get a certificate of a season, and what is counted of each; `?group=` shows one team."""
    found = programs.get_season_for(actor(), P.CERTIFICATE_ISSUE, season_id)
    printing.warm_up()
    return _season_page(found, _offered(CertificateForm()))


def _season_page(found: Season, form: CertificateForm, chosen: list[int] | None = None, status: int = 200) -> Response:
    lines = queries.candidates_of(actor(), found, clock.now())
    groups = sorted({(name, key) for line in lines for key, name in line.groups})
    asked = key_in(request.args.get("group"))
    if asked is not None:
        lines = [line for line in lines if any(key == asked for key, _name in line.groups)]
    return page(
        "reports/certificates_season.html",
        status,
        season=found,
        form=form,
        lines=lines,
        groups=groups,
        group=asked,
        chosen=chosen,
        most=MOST_AT_ONCE,
    )


@bp.post("/seasons/<id:season_id>/certificates")
@door(P.CERTIFICATE_ISSUE, late=True)
def issue_season(season_id: int) -> Response | BaseResponse:
    """Issue certificates to those chosen: all of them, or none with every reason."""
    found = programs.get_season_for(actor(), P.CERTIFICATE_ISSUE, season_id)
    form = _offered(CertificateForm())
    chosen = list(dict.fromkeys(key for text in request.form.getlist("youth") if (key := key_in(text)) is not None))
    if len(chosen) > MOST_AT_ONCE:
        chosen = chosen[: MOST_AT_ONCE + 1]  # enough to say that it is too many
    youth = queries.youth_of(actor(), chosen, clock.today())
    if not form.validate_on_submit() or (prepared := _prepared(form, youth, found)) is None:
        return _season_page(found, form, chosen, 422)
    target = url_for("certificates.season", season_id=season_id, group=request.args.get("group"))
    issued = _issue(prepared, form, [each.id for each in youth])
    flash(ngettext("%(num)s certificate was issued.", "%(num)s certificates were issued.", len(issued)))
    return redirect(target, 303)


# ---- for a mentor's hours ----


def _mentor(program_id: int, person_id: int) -> tuple[Program, Person]:
    programs.get_program_for(actor(), P.CERTIFICATE_ISSUE, program_id)
    return gate.get_mentor_for(actor(), program_id, person_id, clock.today())


@bp.get("/programs/<id:program_id>/mentors/<id:person_id>/hours")
@door(P.CERTIFICATE_ISSUE)
def ask_hours(program_id: int, person_id: int) -> Response:
    """Ask for a certificate of the hours a mentor gave."""
    program, mentor = _mentor(program_id, person_id)
    printing.warm_up()
    return page("reports/certificate_hours.html", program=program, mentor=mentor, form=_offered(HoursForm()))


@bp.post("/programs/<id:program_id>/mentors/<id:person_id>/hours")
@door(P.CERTIFICATE_ISSUE, late=True)
def issue_hours(program_id: int, person_id: int) -> Response | BaseResponse:
    """Issue it, with the hours as the ledger has them."""
    program, mentor = _mentor(program_id, person_id)
    form, now = _offered(HoursForm()), clock.now()
    prepared = None
    if form.validate_on_submit() and form.first.data and form.last.data:
        try:
            prepared = services.prepare_hours(mentor, program, form.order(), form.first.data, form.last.data, now=now)
        except Refused as refused:
            form.take(refused.reasons)
        except PressFailed:
            form.form_errors.append(_(BUSY))
    if prepared is None:
        return page("reports/certificate_hours.html", 422, program=program, mentor=mentor, form=form)
    with recording(undo=partial(services.discard, prepared), says=_(NOT_ISSUED)):
        _mentor(program_id, person_id)
        (document,) = services.issue_certificates(
            prepared, CertificateKind.HOURS, subject_kind=queries.MENTOR_SUBJECT, by=actor(), now=now
        )
        target = url_for("certificates.show", document_id=document.id)
    return redirect(target, 303)


# ---- one certificate ----


@bp.get("/certificates/<id:document_id>")
@door(P.CERTIFICATE_READ)
def show(document_id: int) -> Response:
    """A certificate: its code, its file, whether it holds. Why it was revoked is told to who may revoke."""
    return _shown(*_certificate(document_id, P.CERTIFICATE_READ))


def _shown(document: Document, person: Person, back: str, status: int = 200, **more: Any) -> Response:
    values: dict[str, Any] = {"document": document, "person": person, "back_url": back, "code": grouped(document.code)}
    values["may_send"] = document.subject_kind == queries.CERTIFICATE_SUBJECT and _may(document, P.CERTIFICATE_ISSUE)
    may_revoke = _may(document, P.CERTIFICATE_REVOKE)
    return page("reports/certificate.html", status, may_revoke=may_revoke, **values, **more)


def _may(document: Document, permission: P) -> bool:
    if not actor().may(permission):
        return False
    try:
        _certificate(document.id, permission)
    except NotFound:
        return False
    return True


@bp.get("/certificates/<id:document_id>.pdf")
@door(P.CERTIFICATE_READ)
def file(document_id: int) -> Response:
    """The sealed file."""
    document, person, _back = _certificate(document_id, P.CERTIFICATE_READ)
    record_read("certificate.opened", "document", document_id, by=actor())
    return file_response(printing.load_bytes(document), name=f"{person.name}.pdf")


@bp.get("/certificates/<id:document_id>/badge.jwt")
@door(P.CERTIFICATE_READ)
def badge(document_id: int) -> Response:
    """The certificate as an Open Badges 3.0 credential; `?name=yes` writes the name into it."""
    document, _person, _back = _certificate(document_id, P.CERTIFICATE_READ)
    signed = printing.sign_badge(document, with_name=request.args.get("name") == "yes")
    record_read("certificate.badge", "document", document_id, by=actor())
    return file_response(signed.encode("ascii"), name="certificate.jwt", kind="application/vc+jwt", download=True)


@bp.post("/certificates/<id:document_id>/send")
@door(P.CERTIFICATE_ISSUE)
def send(document_id: int) -> BaseResponse:
    """Mail it to the guardians, each with a link of their own."""
    document, _person, _back = _certificate(document_id, P.CERTIFICATE_ISSUE)
    sent = services.send_certificate(document, by=actor(), now=clock.now())
    if sent:
        flash(ngettext("Mailed to %(num)s guardian.", "Mailed to %(num)s guardians.", sent), "signed")
    else:
        flash(_("Nobody was written to: no guardian has an address that works."))
    return redirect(url_for("certificates.show", document_id=document_id), 303)


@bp.post("/certificates/<id:document_id>/revoke")
@door(P.CERTIFICATE_REVOKE)
def revoke(document_id: int) -> Response | BaseResponse:
    """Declare a certificate void."""
    document, person, back = _certificate(document_id, P.CERTIFICATE_REVOKE)
    try:
        services.revoke_certificate(document, reason=request.form.get("reason", ""), by=actor(), now=clock.now())
    except Refused as refused:
        return _shown(document, person, back, 422, refusals=refused.reasons)
    return redirect(url_for("certificates.show", document_id=document_id), 303)

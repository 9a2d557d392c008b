"""Certificates: asked for, shown, printed, revoked. An edge module."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice  # type: ignore[attr-defined]

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refused
from youthprog.documents import queries as documents
from youthprog.documents import services as printing
from youthprog.documents.codes import grouped
from youthprog.documents.models import Document
from youthprog.documents.types import DocumentKind
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.reports import queries, services
from youthprog.reports.forms import CertificateForm
from youthprog.web.edge import actor, door, recording
from youthprog.web.language import language
from youthprog.web.pages import file_response, page

bp = Blueprint("certificates", __name__)


def _youth(youth_id: int, permission: P = P.CERTIFICATE_ISSUE) -> Person:
    return people.get_youth_for(actor(), permission, youth_id, clock.today())


def _form(youth_id: int) -> CertificateForm:
    form = CertificateForm()
    spanish = language() == "es"
    within_reach = {line.season_id for line in programs.list_seasons(actor(), P.CERTIFICATE_ISSUE)}
    form.season.choices = [
        SelectChoice(each.season_id, f"{each.program_es}, {each.season_es}" if spanish else f"{each.program}, {each.season}")
        for each in queries.enrollments_of(youth_id)
        if each.season_id in within_reach
    ]  # fmt: skip
    return form


def _certificate(document_id: int, permission: P) -> tuple[Document, Person]:
    """A certificate whose youth is within reach. Raises `NotFound`."""
    document = documents.get(document_id)
    if document.kind is not DocumentKind.CERTIFICATE or document.subject_kind != queries.CERTIFICATE_SUBJECT:
        raise NotFound
    return document, _youth(document.subject_id, permission)


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
    youth_id, now = youth.id, clock.now()
    season = programs.get_season_for(actor(), P.CERTIFICATE_ISSUE, form.season.data)
    try:
        prepared = services.prepare_certificate(
            youth, season, signatory=form.signatory.data or "", role=form.role.data or "", now=now
        )
    except Refused as refused:
        form.take(refused.reasons)
        return page("reports/certificate_new.html", 422, youth=youth, form=form)
    with recording():
        _youth(youth_id)
        document = services.issue_certificate(prepared, youth_id, by=actor(), now=now)
        target = url_for("certificates.show", document_id=document.id)
    return redirect(target, 303)


def _asked_youth() -> int:
    youth_id = key_in(request.args.get("youth_id"))
    if youth_id is None:
        raise NotFound
    return youth_id


@bp.get("/certificates/<id:document_id>")
@door(P.CERTIFICATE_READ)
def show(document_id: int) -> Response:
    """A certificate: its code, its file, whether it holds. Why it was revoked is told to who may revoke."""
    document, youth = _certificate(document_id, P.CERTIFICATE_READ)
    return _shown(document, youth)


def _shown(document: Document, youth: Person, status: int = 200, **more: Any) -> Response:
    may_revoke = bool(people.reachable(actor(), P.CERTIFICATE_REVOKE, [youth.id], clock.today()))
    values = {"document": document, "youth": youth, "code": grouped(document.code), "may_revoke": may_revoke}
    return page("reports/certificate.html", status, **values, **more)


@bp.get("/certificates/<id:document_id>.pdf")
@door(P.CERTIFICATE_READ)
def file(document_id: int) -> Response:
    """The sealed file."""
    document, youth = _certificate(document_id, P.CERTIFICATE_READ)
    record_read("certificate.opened", "document", document_id, by=actor())
    return file_response(printing.load_bytes(document), name=f"{youth.name}.pdf")


@bp.get("/certificates/<id:document_id>/badge.jwt")
@door(P.CERTIFICATE_READ)
def badge(document_id: int) -> Response:
    """The certificate as an Open Badges 3.0 credential; `?name=yes` writes the name into it."""
    document, _whose = _certificate(document_id, P.CERTIFICATE_READ)
    signed = printing.sign_badge(document, with_name=request.args.get("name") == "yes")
    record_read("certificate.badge", "document", document_id, by=actor())
    return file_response(signed.encode("ascii"), name="certificate.jwt", kind="application/vc+jwt", download=True)


@bp.post("/certificates/<id:document_id>/revoke")
@door(P.CERTIFICATE_REVOKE)
def revoke(document_id: int) -> Response | BaseResponse:
    """Declare a certificate void."""
    document, youth = _certificate(document_id, P.CERTIFICATE_REVOKE)
    try:
        services.revoke_certificate(document, reason=request.form.get("reason", ""), by=actor(), now=clock.now())
    except Refused as refused:
        return _shown(document, youth, 422, refusals=refused.reasons)
    return redirect(url_for("certificates.show", document_id=document_id), 303)

"""The public check: is this paper ours, and does it still hold? Shows title, issuer and date, and no name but one typed right."""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock, db, guessing
from youthprog.core.refusals import NotFound
from youthprog.documents import codes, queries, services
from youthprog.documents.forms import LONGEST_TYPED, FileToCheck, HolderForm
from youthprog.documents.models import Document
from youthprog.documents.press import PressFailed
from youthprog.documents.types import ARCHIVED, BADGES, DocumentKind, SealReport
from youthprog.web.edge import actor, keep, public, recording
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_text, file_response, page

bp = Blueprint("documents", __name__)
log = logging.getLogger("youthprog")


@bp.get("/v/")
@public()
def check() -> BaseResponse:
    """Ask for a code or a file. `?code=` leads on to the answer."""
    typed = asked_text("code", LONGEST_TYPED)
    if not typed:
        return page("verify/check.html", form=FileToCheck(), typed="", problem=None)
    code = codes.read_code(typed)
    if code is None:
        problem = _("A code has 8 letters and digits, like R3WD-8HNC.")
        return page("verify/check.html", 422, form=FileToCheck(), typed=typed, problem=problem)
    return redirect(url_for("documents.show", code=codes.grouped(code)), 303)


@bp.get("/v")
@public()
def check_short() -> BaseResponse:
    """The address as it is printed."""
    return redirect(url_for("documents.check", code=request.args.get("code")), 303)


@bp.get("/v/<code>")
@public()
def show(code: str) -> Response:
    """What a code stands for. A code that stands for nothing is counted, the one thing that reading writes down."""
    now = clock.now()
    if not guessing.may_guess(_code_guess(), now=now):
        return _too_many()
    document = queries.find_by_code(code[:LONGEST_TYPED])
    if document is not None:
        return _of(document, None)
    with recording():
        guessing.guessed_wrong(_code_guess(), now=now)
    return _unknown(code)


def _unknown(code: str) -> Response:
    keep()
    known = codes.read_code(code[:LONGEST_TYPED])
    return page("verify/unknown.html", 404, code=codes.grouped(known) if known else "")


def _code_guess() -> guessing.Try:
    return "document-code-from", actor().ip


def _too_many() -> Response:
    return page("verify/wait.html", 429)


@bp.post("/v/<code>")
@public()
def name(code: str) -> Response:
    """Say whether a certificate is somebody's, to a visitor who types the whole name as it is printed."""
    document, form, refused = _named(code)
    if document is None:
        return refused
    return _of(document, None, form=form, holder=document.unseal("holder_sealed") or "")


@bp.post("/v/<code>/badge")
@public()
def badge(code: str) -> Response:
    """A certificate as an Open Badges 3.0 credential, for a visitor who typed the name right."""
    document, form, refused = _named(code)
    if document is None:
        return refused
    db.give_lock_back()  # the guess is judged; the press may have to get ready first
    try:
        signed = services.sign_badge(document, with_name=bool(form.with_name.data))
    except PressFailed as problem:
        log.warning("a badge could not be signed: %s", problem)
        form.form_errors.append(_("Badges cannot be made just now. Try again in a minute."))
        return _of(document, None, status=503, form=form, holder=document.unseal("holder_sealed") or "")
    return badge_response(signed)


def badge_response(signed: str) -> Response:
    """A signed credential to keep; the file is called after no one."""
    return file_response(signed.encode("ascii"), name="certificate.jwt", kind="application/vc+jwt", download=True)


def _named(code: str) -> tuple[Document | None, Any, Response]:
    """The document of a code whose name was typed right, or what to answer. A wrong name teaches nothing but that."""
    form, now = HolderForm(), clock.now()
    document = queries.find_by_code(code[:LONGEST_TYPED])
    if not guessing.may_guess(_code_guess(), now=now):
        return None, form, _too_many()
    if document is None:
        guessing.guessed_wrong(_code_guess(), now=now)
        return None, form, _unknown(code)
    tries = ("holder-name", document.id), ("holder-name-from", actor().ip)
    if not guessing.may_guess(*tries, now=now):
        form.holder.errors = [*form.holder.errors, _("Too many tries. Wait a quarter of an hour.")]
        return None, form, _of(document, None, status=429, form=form)
    if form.validate_on_submit() and services.is_holder(document, form.holder.data or ""):
        return document, form, Response()
    guessing.guessed_wrong(*tries, now=now)
    keep()
    if not form.holder.errors:
        form.holder.errors = [_("This is not the whole name that is printed on it.")]
    return None, form, _of(document, None, status=422, form=form)


@bp.get("/badges/<what>")
@public()
def badges(what: str) -> Response:
    """What readers of badges ask for: who issues them, the public keys, which hold no more."""
    match what:
        case "issuer":
            return jsonify(services.badge_issuer())
        case "keys":
            return jsonify(services.badge_keys())
        case "revoked":
            return jsonify(services.badges_revoked())
    for key in services.badge_keys()["keys"]:
        if key["kid"] == what:
            return jsonify(key)
    raise NotFound


@bp.post("/v/")
@public(late=True)
def check_file() -> Response:
    """Read the seal of a file; nothing of it is kept."""
    form = FileToCheck()
    content = form.file.data.read() if form.validate_on_submit() and form.file.data else b""
    if not content:
        form.file.errors = [*form.file.errors, _("Choose the PDF file you were given.")]
        return page("verify/check.html", 422, form=form, typed="", problem=None)
    try:
        verdict = services.verify_upload(content)
    except PressFailed as problem:
        log.warning("a file could not be checked: %s", problem)
        form.file.errors = [*form.file.errors, _("We cannot check files just now. Check the code instead.")]
        return page("verify/check.html", 503, form=form, typed="", problem=None)
    if verdict.document is not None:
        return _of(verdict.document, verdict.seal)
    if verdict.claimed is not None:
        return _of(verdict.claimed, verdict.seal)
    return page("verify/file.html", seal=verdict.seal)


def _of(
    document: Document, seal: SealReport | None, *, status: int = 200, form: Any = None, holder: str = ""
) -> Response:
    """What may be said of a document in public, and which later records belong to it: parts added, answers taken back."""
    later = queries.later_records(document)
    return page(
        "verify/document.html", status, document=document, code=codes.grouped(document.code), seal=seal, grouped=codes.grouped,
        later=[each for each in later if each.kind is DocumentKind.WITHDRAWAL_RECORD],
        added=[each for each in later if each.kind is DocumentKind.SUPPLEMENT_RECORD],
        is_evidence=document.kind in ARCHIVED,
        form=form or HolderForm(formdata=None), holder=holder, may_be_badge=document.kind in BADGES,
    )  # fmt: skip

"""The public check: is this paper ours, and does it still hold? Shows title, issuer and date, never a name."""

import logging

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.documents import codes, queries, services
from youthprog.documents.forms import LONGEST_TYPED, FileToCheck
from youthprog.documents.models import Document
from youthprog.documents.press import PressFailed
from youthprog.documents.types import ARCHIVED, DocumentKind, SealReport
from youthprog.web.edge import public
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_text, page

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
    """What a code stands for."""
    document = queries.find_by_code(code[:LONGEST_TYPED])
    known = codes.read_code(code[:LONGEST_TYPED])
    if document is None:
        return page("verify/unknown.html", 404, code=codes.grouped(known) if known else "")
    return _of(document, None)


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
    return page("verify/file.html", seal=verdict.seal)


def _of(document: Document, seal: SealReport | None) -> Response:
    """What may be said of a document in public, and which later records belong to it: parts added, answers taken back."""
    later = queries.later_records(document)
    return page(
        "verify/document.html", document=document, code=codes.grouped(document.code), seal=seal, grouped=codes.grouped,
        later=[each for each in later if each.kind is DocumentKind.WITHDRAWAL_RECORD],
        added=[each for each in later if each.kind is DocumentKind.SUPPLEMENT_RECORD],
        is_evidence=document.kind in ARCHIVED,
    )  # fmt: skip

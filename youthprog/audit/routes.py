"""The audit trail on the screen, newest first."""

from flask import Blueprint, Response, current_app

from youthprog.audit import anchors, queries
from youthprog.audit.types import ACTIONS, SUBJECTS
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.web.edge import door
from youthprog.web.language import gettext as _
from youthprog.web.pages import PAGE_ROWS, Slice, asked_choice, asked_cursor, asked_text, cursor, page

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@door(P.AUDIT_READ)
def index() -> Response:
    """Who did what, who read what; `kind=account&number=12` tells one thing's story."""
    kind = asked_choice("kind", list(SUBJECTS), "")
    number, after = asked_text("number", 20), asked_cursor((int,))
    subject_id = key_in(number)
    found = queries.list_entries(
        before=after[0] if after else None, limit=PAGE_ROWS + 1, kind=kind or None, subject_id=subject_id
    )
    shown = found[:PAGE_ROWS]
    return page(
        "audit/index.html",
        slice=Slice(shown, cursor(shown[-1].number) if len(found) > PAGE_ROWS else None),
        kind=kind,
        number=number,
        refused=_refusal(kind, number, subject_id),
        is_first=after is None,
        head=queries.head(),
        anchored=_last_anchor(),
        verbs=ACTIONS,
        subjects=SUBJECTS,
    )


def _refusal(kind: str, number: str, subject_id: int | None) -> str | None:
    if number and subject_id is None:
        return str(_("A number like 12."))
    return str(_("Say what the number is of.")) if number and not kind else None


def _last_anchor() -> int | None:
    try:
        return max(anchors.read(current_app.config["YOUTHPROG"].instance), default=None)
    except anchors.BadAnchors:
        return None

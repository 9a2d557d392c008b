"""Doors that belong to no room: language, health, the page of components."""

import shutil

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, redirect, session
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import db
from youthprog.web.edge import public
from youthprog.web.language import LANGUAGES
from youthprog.web.migrations import current, head
from youthprog.web.pages import page, safe_next

bp = Blueprint("web", __name__)
LEAST_FREE_BYTES = 50 * 1024 * 1024


@bp.get("/language/<code>")
@public(own_page=True)
def language(code: str) -> BaseResponse:
    """Switch the language and go back."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    return redirect(safe_next("/"), 303)


@bp.get("/healthz")
@public()
def healthz() -> Response:
    """The process is alive."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public()
def readyz() -> Response:
    """Database, migrations and disk are ready to serve."""
    connection = db.session().connection()
    connection.execute(sa.text("SELECT 1"))
    at_head = current(connection) == head()
    free = shutil.disk_usage(current_app.config["YOUTHPROG"].instance).free > LEAST_FREE_BYTES
    ready = at_head and free
    lines = f"migrations {'ok' if at_head else 'behind'}\ndisk {'ok' if free else 'full'}\n"
    return Response(lines, status=200 if ready else 503, mimetype="text/plain")


@bp.get("/_ui")
@public()
def ui() -> Response:
    """Every component on one page, in development and tests."""
    if current_app.config["YOUTHPROG"].environment == "production":
        abort(404)
    return page("web/ui.html")

"""What people see when something cannot be done. Never a traceback."""

import logging

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from youthprog.core import db
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.web.edge import NotRecorded
from youthprog.web.language import says

log = logging.getLogger("youthprog")
PAGES = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)


def error_page(status: int, reasons: list[str] | None = None) -> Response:
    """The page of a status, in the visitor's language."""
    known = status if status in PAGES else (500 if status >= 500 else 400)
    if request.headers.get("Accept", "").startswith("application/json"):
        return make_response({"error": status, "reasons": reasons or []}, status)
    return make_response(render_template(f"web/errors/{known}.html", reasons=reasons or []), status)


def _not_found(_problem: NotFound) -> Response:
    return error_page(404)


def _conflict(problem: Conflict) -> Response:
    db.session().rollback()
    return error_page(409, [says(reason) for reason in problem.reasons])


def _refused(problem: Refused) -> Response:
    db.session().rollback()
    return error_page(422, [says(reason) for reason in problem.reasons])


def _stale_form(_problem: CSRFError) -> Response:
    return error_page(400)


def _http(problem: HTTPException) -> Response:
    if isinstance(problem, SecurityError):  # a strange Host: no address of ours can be written on a page
        return Response("Bad request\n", 400, mimetype="text/plain")
    if problem.code is None or problem.code < 400:
        return problem.get_response()  # type: ignore[return-value]
    response = error_page(problem.code)
    for name, value in problem.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _changed_meanwhile(problem: Exception) -> Response:
    db.session().rollback()
    log.warning("conflict: %s", type(problem).__name__)
    return error_page(409)


def _busy(problem: OperationalError) -> Response:
    db.session().rollback()
    log.error("database: %s", type(problem.orig).__name__)
    response = error_page(503)
    response.headers["Retry-After"] = "5"
    return response


def _not_recorded(problem: NotRecorded) -> Response:
    db.session().rollback()
    response = error_page(503, [str(problem)])
    response.headers["Retry-After"] = "60"
    return response


def _broken(problem: Exception) -> Response:
    db.session().rollback()
    log.exception("failure")
    if current_app.config["PROPAGATE_FAILURES"]:
        raise problem
    return error_page(500)


def install(app: Flask) -> None:
    """Answer every failure with a page."""
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(IntegrityError, _changed_meanwhile)
    app.register_error_handler(NotRecorded, _not_recorded)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(Exception, _broken)

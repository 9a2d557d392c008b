"""What people see when something cannot be done. Never a traceback."""

import logging

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from youthprog.core import db
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.web.language import says

log = logging.getLogger("youthprog")
PAGES = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)


def error_page(status: int, reasons: list[str] | None = None) -> Response:
    """The page of a status, in the visitor's language."""
    known = status if status in PAGES else (500 if status >= 500 else 400)
    if request.headers.get("Accept", "").startswith("application/json"):
        return make_response({"error": status, "reasons": reasons or []}, status)
    return make_response(render_template(f"web/errors/{known}.html", reasons=reasons or []), status)


def install(app: Flask) -> None:
    """Answer every failure with a page."""

    @app.errorhandler(NotFound)
    def not_found(_problem: NotFound) -> Response:
        return error_page(404)

    @app.errorhandler(Conflict)
    def conflict(problem: Conflict) -> Response:
        db.session().rollback()
        return error_page(409, [says(reason) for reason in problem.reasons])

    @app.errorhandler(Refused)
    def refused(problem: Refused) -> Response:
        db.session().rollback()
        return error_page(422, [says(reason) for reason in problem.reasons])

    @app.errorhandler(CSRFError)
    def stale_form(_problem: CSRFError) -> Response:
        return error_page(400)

    @app.errorhandler(HTTPException)
    def http(problem: HTTPException) -> Response:
        if problem.code is None or problem.code < 400:
            return problem.get_response()  # type: ignore[return-value]
        response = error_page(problem.code)
        for name, value in problem.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    @app.errorhandler(StaleDataError)
    @app.errorhandler(IntegrityError)
    def changed_meanwhile(problem: Exception) -> Response:
        db.session().rollback()
        log.warning("conflict", extra={"kind": type(problem).__name__})
        return error_page(409)

    @app.errorhandler(OperationalError)
    def busy(problem: OperationalError) -> Response:
        db.session().rollback()
        log.error("database", extra={"kind": type(problem.orig).__name__})
        response = error_page(503)
        response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(DBAPIError)
    @app.errorhandler(Exception)
    def broken(problem: Exception) -> Response:
        db.session().rollback()
        log.exception("failure")
        if app.config.get("PROPAGATE_FAILURES"):
            raise problem
        return error_page(500)

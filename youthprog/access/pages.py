"""What the doors of this room share: coming in, and pages of one step."""

from datetime import datetime

from flask import Response, session
from flask_login import login_user
from markupsafe import Markup

from youthprog.access import factors, queries
from youthprog.web.forms import Form
from youthprog.web.language import gettext as _
from youthprog.web.language import time_of
from youthprog.web.pages import page


def come_in(token: str) -> None:
    """Put a session's token into a fresh cookie; of the old one only the language stays."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    login_user(queries.signed_in_by(token))


def step(template: str, status: int = 200, **values: object) -> Response:
    """A page of one step: no navigation that leads away."""
    return page(template, status, nav=[], **values)


def too_many(template: str, form: Form, wait_until: datetime, **values: object) -> Response:
    """The page of too many tries, with the time from which another is allowed."""
    form.form_errors.append(_("Too many tries. Wait until %(time)s, then try again.", time=time_of(wait_until)))
    response = step(template, 429, form=form, **values)
    response.headers["Retry-After"] = "900"
    return response


def picture(text: str) -> Markup:
    """A QR picture that stands in the page itself."""
    return Markup(factors.picture(text))

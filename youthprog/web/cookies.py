"""What a browser sends with every request, checked once: the signed cookie and the token against forged forms.

A phone at a gate sends the same cookie and the same token a hundred times. Whether a signature is right depends on its
text alone, so the answer for a text is kept for a minute. Nothing about anybody's rights is kept: whose session it is, and
whether it still lives, is read from the database in every request.
"""

import time
from collections import OrderedDict
from typing import Any

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf import CSRFProtect

KEPT = 128
KEPT_SECONDS = 60
PLAIN = (str, int, float, bool, type(None))


class Checked:
    """Texts whose signature was right, each with what it held."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Any, tuple[float, Any]] = OrderedDict()

    def get(self, text: Any) -> Any:
        found = self.kept.get(text)
        return found[1] if found is not None and time.monotonic() - found[0] < KEPT_SECONDS else None

    def keep(self, text: Any, value: Any) -> None:
        self.kept[text] = time.monotonic(), value
        self.kept.move_to_end(text)
        while len(self.kept) > KEPT:
            self.kept.popitem(last=False)


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie. One that was read in the last minute is not verified again."""

    def __init__(self) -> None:
        self.checked = Checked()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The values of the cookie, in a dictionary of this request's own."""
        text = request.environ.get("HTTP_COOKIE")
        known = self.checked.get((app.secret_key, text)) if text else None
        if known is not None:
            return SecureCookieSession(known)
        opened = super().open_session(app, request)
        if text and opened and all(isinstance(value, PLAIN) for value in opened.values()):
            self.checked.keep((app.secret_key, text), dict(opened))
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie where something changed in it."""
        if not session or session.modified or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers.add("Vary", "Cookie")


class Forgery(CSRFProtect):
    """Flask-WTF's check of forms. A token that was checked against this very session's in the last minute is good."""

    def __init__(self, app: Flask) -> None:
        self.checked = Checked()
        super().__init__(app)

    def knows(self, session: SessionMixin, environ: dict[str, Any]) -> bool:
        """Whether the token a request brings was checked against this session's in the last minute."""
        pair = (session.get("_user_id"), session.get("csrf_token"), environ.get("HTTP_X_CSRFTOKEN"))
        return None not in pair and bool(self.checked.get(pair))

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request whose token is not the session's."""
        if "csrf_valid" in g._get_current_object().__dict__:
            return
        if request.mimetype != "application/json":
            super().protect(apply_exemptions)
            return
        here: Any = session._get_current_object()  # type: ignore[attr-defined]
        pair = (here.get("_user_id"), here.get("csrf_token"), request.environ.get("HTTP_X_CSRFTOKEN"))
        if None not in pair and self.checked.get(pair):
            g.csrf_valid = True
            return
        super().protect(apply_exemptions)
        if None not in pair and g.get("csrf_valid"):
            self.checked.keep(pair, True)

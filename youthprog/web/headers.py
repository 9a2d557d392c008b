"""Security headers of every response, and the nonce of its scripts."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask, Response, g
from werkzeug.datastructures import Headers

SCRIPTS = "'nonce-{nonce}' 'strict-dynamic'"
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CSP, NOT_KEPT = "Content-Security-Policy", ("Cache-Control", "no-store")
NO_SCRIPTS = POLICY.format(scripts="'none'")  # of an answer that asked for no nonce


class Answer(Response):
    """Flask's response. One that is whole goes out as it stands: neither its headers are copied nor its bytes wrapped.

    `with_all` are the headers every response has; they join its own as it leaves.
    """

    with_all: Sequence[tuple[str, str]] = ()
    may_frame = False  # a page that shows another of ours in a frame
    may_be_framed = False  # and what it shows there

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as WSGI has it."""
        whole = self.response
        leads_on = self.status_code != 200  # to an address that has to be completed, or says nothing
        if leads_on or self._on_close or not isinstance(whole, list) or environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        told = [*self.headers, *self.with_all]
        names = [name for name, _value in told]
        if "Cache-Control" not in names:
            told.append(NOT_KEPT)
        if "Content-Length" not in names:
            told.append(("Content-Length", str(sum(map(len, whole)))))
        start_response(self.status, told)
        return whole

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        """The headers as they leave."""
        headers = super().get_wsgi_headers(environ)
        headers.extend(self.with_all)
        headers.setdefault(*NOT_KEPT)
        return headers


def csp_nonce() -> str:
    """This response's nonce, fresh for each."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def install(app: Flask) -> None:
    """Send the headers with everything, errors included."""
    always = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
    ]
    if app.config["YOUTHPROG"].secure:
        always.append(("Strict-Transport-Security", "max-age=31536000"))

    plain = [(CSP, NO_SCRIPTS), *always]

    @app.after_request
    def send(response: Response) -> Response:
        nonce = g._get_current_object().__dict__.get("nonce")
        policy = POLICY.format(scripts=SCRIPTS.format(nonce=nonce)) if nonce else NO_SCRIPTS
        assert isinstance(response, Answer)
        if response.may_frame:
            policy += "; frame-src 'self'"
        if response.may_be_framed:
            policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        response.with_all = [(CSP, policy), *always] if policy is not NO_SCRIPTS else plain
        return response

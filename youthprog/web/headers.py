"""Security headers of every response, and the nonce of its scripts."""

import secrets

from flask import Flask, Response, g

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


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

    @app.after_request
    def send(response: Response) -> Response:
        headers = response.headers
        headers.extend([("Content-Security-Policy", POLICY.format(nonce=csp_nonce())), *always])
        headers.setdefault("Cache-Control", "no-store")
        return response

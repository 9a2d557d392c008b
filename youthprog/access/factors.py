"""The second factor: codes by time (RFC 6238) and codes on paper. Pure but for the moment it is given."""

import base64
import hashlib
import hmac
from datetime import datetime

import pyotp

from youthprog.core import crypto

STEP_SECONDS = 30
DRIFT_STEPS = 1  # a phone's clock may be half a minute off
RECOVERY_CODES = 10
RECOVERY_LENGTH = 16  # 80 bits: a plain hash of it cannot be searched


def pending_secret(key: str, token: str) -> str:
    """The secret offered to one session before it is confirmed: made from the session, kept nowhere."""
    digest = hmac.new(key.encode(), b"second factor:" + token.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode()


def matching_step(secret: str, code: str, now: datetime, after: int | None) -> int | None:
    """The time step a code belongs to, or None. A step not after the last one used is refused: no replay."""
    totp = pyotp.TOTP(secret)
    here = int(now.timestamp()) // STEP_SECONDS
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        fits = hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode())
        if fits and (after is None or step > after):
            return step
    return None


def written(code: str) -> str:
    """A code as typed, without the blanks and hyphens people put in."""
    return "".join(character for character in code.upper() if character.isascii() and character.isalnum())


def uri(secret: str, email: str, issuer: str) -> str:
    """What the phone reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def picture(text: str) -> str:
    """The QR picture of a text as SVG, dark on white in either color scheme."""
    import segno

    return str(segno.make(text, error="l").svg_inline(border=4, dark="#14212f", light="#ffffff", omitsize=True))


def in_fours(text: str, between: str = " ") -> str:
    """Letters in groups of four, to be read and typed."""
    return between.join(text[at : at + 4] for at in range(0, len(text), 4))


def new_recovery_codes() -> list[str]:
    """Ten fresh codes for paper."""
    return [crypto.code(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]


def recovery_hash(account_id: int, code: str) -> str:
    """What is stored of a recovery code."""
    return crypto.fingerprint(f"{account_id}:{written(code)}")

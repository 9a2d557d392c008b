"""Letters of the access room: the invitation and the new password. Their links are nobody's but the reader's."""

from flask import current_app

from youthprog.access.types import InvitationIssued, LinkMade, PasswordResetAsked
from youthprog.outreach.services import send
from youthprog.outreach.types import Recipient


def on_invitation(event: InvitationIssued) -> None:
    """Write the letter with the link to the first password."""
    _write("invitation", "outreach/mail/invitation", f"/welcome/{event.token}", event)


def on_password_asked(event: PasswordResetAsked) -> None:
    """Write the letter with the link to a new password."""
    _write("password_reset", "outreach/mail/password_reset", f"/reset/{event.token}", event)


def _write(kind: str, letter: str, path: str, event: LinkMade) -> None:
    link = current_app.config["YOUTHPROG"].public_url.rstrip("/") + path
    send(
        kind,
        letter,
        to=Recipient(event.name, event.email, event.language, event.person_id),
        subject_id=event.account_id,
        values={"name": event.name, "email": event.email, "link": link, "until": event.expires_at},
        by=event.by,
        now=event.at,
    )

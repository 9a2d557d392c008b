"""When to try again, and which links of a mail a reader may follow. Pure."""

import re
from datetime import datetime, timedelta

from youthprog.outreach.types import Delivery, Result

LEASE = timedelta(minutes=5)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_ATTEMPTS = len(PAUSES) + 1
RETRYABLE = frozenset({Delivery.FAILED, Delivery.HELD, Delivery.BOUNCED})
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
SECRET = re.compile(r"(/(?:c|p|reset|welcome|seen|cal|concern)/)[^\s/]+$")
PERSONAL = frozenset({"invitation", "password_reset"})  # whoever opens such a link has the account: never shown


def may_open_links(kind: str, delivery: Delivery) -> bool:
    """Whether a reader of the outbox may follow a mail's links: only while it is held here, and never into an account."""
    return delivery is Delivery.HELD and kind not in PERSONAL


def after_attempt(result: Result, attempts: int, now: datetime) -> tuple[Delivery, datetime]:
    """Where a message stands after its `attempts`-th try, and the earliest moment of the next."""
    match result:
        case Result.SENT:
            return Delivery.SENT, now
        case Result.BOUNCED:
            return Delivery.BOUNCED, now
        case Result.REFUSED:
            return Delivery.FAILED, now
        case Result.LATER:
            if attempts >= MOST_ATTEMPTS:
                return Delivery.FAILED, now
            return Delivery.QUEUED, now + PAUSES[attempts - 1]


def paragraphs(text: str, *, open_links: bool) -> list[list[list[tuple[str, str | None]]]]:
    """A mail's words as paragraphs of lines of pieces."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return [[pieces(line, open_links=open_links) for line in block.splitlines()] for block in blocks]


def pieces(text: str, *, open_links: bool) -> list[tuple[str, str | None]]:
    """A mail's words in pieces of (shown, address or None).

    Where links stay shut, an address has no target and the secret of a signed link is not shown: it
    belongs to whoever the mail was sent to.
    """
    found: list[tuple[str, str | None]] = []
    end = 0
    for match in ADDRESS.finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], None))
        address = match.group().rstrip(".,;)")
        shown = address if open_links else SECRET.sub(r"\1…", address)
        found.append((shown, address if open_links else None))
        end = match.start() + len(address)
    if end < len(text):
        found.append((text[end:], None))
    return found

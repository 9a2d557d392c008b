"""The mailer: one message, one server, verified TLS.

`smtps://` speaks TLS from the first byte, `smtp+starttls://` before anything that matters; both check the
certificate and the host's name. `smtp://` has no TLS and is for a server on this very machine.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from youthprog.outreach.types import Envelope, Outcome, Result

PATIENCE_SECONDS = 20.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_ERROR = 300
NAME = "Message-ID"


class BadServer(Exception):
    """The mail server's address cannot be used."""


@dataclass(frozen=True)
class Server:
    """A mail server, as `smtp_url` names it."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Sender:
    """Who writes: the name and address people see and answer to."""

    name: str
    address: str


def server_of(url: str) -> Server:
    """Read `smtp+starttls://user:password@host:587`. Raises `BadServer`."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadServer("smtp_url must begin with smtp://, smtp+starttls:// or smtps:// and name a host.")
    if parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
        raise BadServer("smtp:// has no TLS and is for this machine alone; use smtp+starttls:// or smtps://.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, password)


def deliver(envelope: Envelope, sender: Sender, server: Server) -> Outcome:
    """Hand one message to the server and say what became of it. Never raises for what the world does."""
    try:
        message = compose(envelope, sender)
    except (ValueError, IndexError, MessageError) as problem:  # an address that no mail can carry
        return Outcome(Result.BOUNCED, f"address: {problem}"[:LONGEST_ERROR])
    try:
        with _connected(server) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return Outcome(Result.BOUNCED if code >= 500 else Result.LATER, _said(code, words, envelope))
    except smtplib.SMTPNotSupportedError as problem:
        return Outcome(Result.LATER, str(problem)[:LONGEST_ERROR])
    except smtplib.SMTPAuthenticationError as problem:
        return Outcome(Result.LATER, f"sign-in refused: {problem.smtp_code}")
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as problem:
        result = Result.REFUSED if problem.smtp_code >= 500 else Result.LATER
        return Outcome(result, _said(problem.smtp_code, problem.smtp_error, envelope))
    except (smtplib.SMTPException, OSError) as problem:  # down, slow, or with a certificate we do not trust
        return Outcome(Result.LATER, f"{type(problem).__name__}: {problem}"[:LONGEST_ERROR])
    return Outcome(Result.SENT)


def compose(envelope: Envelope, sender: Sender) -> EmailMessage:
    """The message as it travels: plain words first, HTML beside them, the file attached.

    Its Message-ID is made of the outbox row, so that a second delivery is recognized as the same mail.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = Address(envelope.to_name, addr_spec=envelope.to_address)
    message["Subject"] = envelope.written.subject
    message["Date"] = format_datetime(envelope.created_at)
    domain = sender.address.rpartition("@")[2]
    message[NAME] = f"<outbox.{envelope.message_id}.{int(envelope.created_at.timestamp())}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if envelope.is_urgent:
        message["Importance"] = "high"
    message["Content-Language"] = envelope.language
    message.set_content(envelope.written.text)
    message.add_alternative(envelope.written.html, subtype="html")
    for each in envelope.attachments:
        message.add_attachment(each.content, maintype="application", subtype="pdf", filename=each.name)
    return message


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    trusted = ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_SECONDS, context=trusted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_SECONDS)
    with connection:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=trusted)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def _said(code: int, words: bytes | str, envelope: Envelope) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}".replace(envelope.to_address, "…")[:LONGEST_ERROR]

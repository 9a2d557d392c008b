"""When a mail is tried again, and whose links open where."""

from datetime import UTC, datetime

import pytest

from youthprog.outreach import delivery, rules
from youthprog.outreach.types import Attachment, Delivery, Envelope, Result, Written

NOW = datetime(2026, 9, 17, 15, tzinfo=UTC)
TEXT = "Hello.\n\nSign here:\nhttps://youth.example/c/abc_DEF-1\nor call."
SENDER = delivery.Sender("Riverton Police Youth Programs", "youth@riverton.example")


@pytest.mark.parametrize(
    ("result", "attempts", "after"),
    [
        (Result.SENT, 1, Delivery.SENT),
        (Result.BOUNCED, 1, Delivery.BOUNCED),
        (Result.REFUSED, 1, Delivery.FAILED),
        (Result.LATER, 1, Delivery.QUEUED),
        (Result.LATER, rules.MOST_ATTEMPTS - 1, Delivery.QUEUED),
        (Result.LATER, rules.MOST_ATTEMPTS, Delivery.FAILED),
    ],
)
def test_where_a_message_stands_after_an_attempt(result, attempts, after):
    assert rules.after_attempt(result, attempts, NOW)[0] is after


def test_pauses_grow():
    moments = [rules.after_attempt(Result.LATER, n, NOW)[1] for n in range(1, rules.MOST_ATTEMPTS)]
    assert moments == sorted(moments)
    assert moments[0] > NOW


def test_held_mail_has_links_that_open():
    found = [piece for block in rules.paragraphs(TEXT, open_links=True) for line in block for piece in line]
    assert ("https://youth.example/c/abc_DEF-1", "https://youth.example/c/abc_DEF-1") in found


def test_sent_mail_hides_the_secret_from_staff():
    found = [piece for block in rules.paragraphs(TEXT, open_links=False) for line in block for piece in line]
    assert ("https://youth.example/c/…", None) in found
    assert "abc_DEF" not in str(found)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:8025", delivery.Server("smtp", "127.0.0.1", 8025)),
        ("smtps://mail.example", delivery.Server("smtps", "mail.example", 465)),
        (
            "smtp+starttls://u%40x:p%2Fw@mail.example",
            delivery.Server("smtp+starttls", "mail.example", 587, "u@x", "p/w"),
        ),
    ],
)
def test_servers_are_read(url, server):
    assert delivery.server_of(url) == server


@pytest.mark.parametrize("url", ["smtp://mail.example", "http://mail.example", "smtps://"])
def test_servers_without_tls_or_name_are_refused(url):
    with pytest.raises(delivery.BadServer):
        delivery.server_of(url)


def envelope(**changes):
    values = {
        "message_id": 7, "created_at": NOW, "to_name": "Nguyễn Thị Hoa", "to_address": "hoa@family.example",
        "language": "es", "written": Written("Su formulario", "Hola.\n", "<p>Hola.</p>"),
        "attachments": (Attachment("P8HX3MRT.pdf", b"%PDF-1.7 sealed"),),
    }  # fmt: skip
    return Envelope(**(values | changes))


def test_a_mail_as_it_travels():
    message = delivery.compose(envelope(), SENDER)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<outbox.7.1789657200@riverton.example>"
    assert message["Message-ID"] == delivery.compose(envelope(), SENDER)["Message-ID"]
    assert message.get_body(("plain",)).get_content().strip() == "Hola."
    assert message.get_body(("html",)).get_content().strip() == "<p>Hola.</p>"
    attached = next(message.iter_attachments())
    assert attached.get_filename() == "P8HX3MRT.pdf"
    assert attached.get_content() == b"%PDF-1.7 sealed"


@pytest.mark.parametrize("address", ["nobody", "a@b\r\nBcc: c@d.example", ""])
def test_an_address_no_mail_can_carry_bounces(address):
    outcome = delivery.deliver(envelope(to_address=address), SENDER, delivery.Server("smtp", "127.0.0.1", 9))
    assert outcome.result is Result.BOUNCED

"""Guardian: opens the link on a phone, in English or Spanish, reads, decides, signs, gets a sealed PDF at once and by mail."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from tests.journeys.conftest import DESK, NARROW, PHONE, Installation
from tests.journeys.consenting import answer_everything, link_for

MOST_PAGES = 15


def pdf_words(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize(
    ("group", "guardian", "viewport", "options", "words"),
    [
        (
            "Hawks U12", "Dana El Amrani", NARROW, {"java_script_enabled": False, "locale": "es-US"},
            {"open": "Continuar en español", "next": "Continuar", "sign": "Firmar", "sealed": "Firmado", "copy": "copia"},
        ),
        (
            "Tigers U10", "Luz Ruiz de Castellanos", PHONE, {"locale": "en-US"},
            {"open": "Continue in English", "next": "Continue", "sign": "Sign", "sealed": "Signed", "copy": "copy"},
        ),
    ],
)  # fmt: skip
def test_a_guardian_signs_on_a_phone(travelers, installation: Installation, group, guardian, viewport, options, words):
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    link = link_for(desk, group, guardian)

    phone = travelers(viewport, **options)
    page = phone.go(link)
    phone.assert_fits()
    assert "555-01" in page.inner_text("body"), "the office's phone is on the page"
    page.get_by_role("button", name=words["open"]).click()
    page.wait_for_load_state()
    assert "/c/" not in page.url, "the secret has left the address"
    pages = answer_everything(page, no_to=("photo", "fotos"), next_words=words["next"])
    assert pages <= MOST_PAGES
    phone.assert_fits()
    assert page.url.endswith("/check")
    page.locator("main button").last.click()
    page.wait_for_load_state()
    assert page.url.endswith("/sign")
    page.locator("input[name=typed_name]").fill(guardian)
    page.get_by_role("button", name=words["sign"], exact=True).click()
    page.wait_for_load_state()
    assert page.locator("input[name=typed_name]").input_value() == guardian, "what was typed is kept"
    for box in page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    page.get_by_role("button", name=words["sign"], exact=True).click()
    page.wait_for_url("**/done")
    phone.assert_fits()
    receipt = page.inner_text("main")
    code = re.search(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", receipt)
    assert code, receipt
    with_cookies = phone.context.request.get(
        installation.url + page.url.removeprefix(installation.url).replace("/done", "/copy.pdf")
    )
    assert with_cookies.status == 200
    sealed = with_cookies.body()
    assert guardian in pdf_words(sealed)
    path = installation.folder / "copy.pdf"
    path.write_bytes(sealed)
    assert installation.command("verify", str(path)).returncode == 0
    path.write_bytes(sealed[:-200] + b"x" + sealed[-199:])
    assert installation.command("verify", str(path)).returncode == 3

    page = phone.go(f"/v/{code.group()}")
    assert code.group() in page.inner_text("main")
    page = desk.go("/outbox")
    assert page.get_by_text(guardian).count() >= 2, "the copy went out too"
    page = desk.go("/consents")
    page.get_by_role("link", name=group).click()
    assert "Signed" in page.inner_text("main")


def test_the_pages_are_accessible_and_light(travelers):
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    link = link_for(desk, "Tigers U10", "Denise Robinson")
    phone = travelers(PHONE)
    received: list[int] = []
    phone.page.on("response", lambda answer: received.append(int(answer.headers.get("content-length", "0"))))
    page = phone.go(link)
    phone.assert_accessible()
    page.get_by_role("button", name="Continue in English").click()
    page.wait_for_load_state()
    phone.assert_accessible()
    assert "font" not in {
        kind
        for kind in page.evaluate(
            "performance.getEntriesByType('resource').map(e => e.initiatorType === 'css' && /woff/.test(e.name) ? 'font' : '')"
        )
    }
    answer_everything(page, next_words="Continue")
    phone.assert_accessible()

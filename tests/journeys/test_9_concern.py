"""A concern in two taps, from a phone and without JavaScript; nothing of it stays on the phone; one who reads it answers."""

from __future__ import annotations

from tests.journeys.conftest import DESK, PHONE

WORDS = "Coach left the boys alone at the field on Saturday."
KEPT = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, (await indexedDB.databases()).map(each => each.name), await caches.keys()
])"""


def test_two_taps_and_nothing_is_kept_on_the_phone(travelers):
    phone = travelers(PHONE)
    page = phone.sign_in("coach")
    before = page.evaluate(KEPT)
    page.locator("footer a[href='/concern']").click()
    page.wait_for_load_state()
    phone.assert_fits()
    phone.assert_accessible()
    page.locator("textarea").fill(WORDS)
    phone.go("/today")
    assert page.evaluate(KEPT) == before, "something was kept while writing"
    phone.go("/concern")
    assert page.locator("textarea").input_value() == ""
    page.locator("textarea").fill(WORDS)
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert "We have received it" in page.inner_text("h1")
    assert WORDS not in page.content()
    desk = travelers(DESK)
    found = desk.sign_in("safeguarding")
    found.get_by_role("link", name="Concerns").first.click()
    found.wait_for_load_state()
    desk.assert_accessible()
    found.locator("main .row a").first.click()
    found.wait_for_load_state()
    assert WORDS in found.inner_text("main")
    desk.assert_accessible()
    found.get_by_role("button", name="I answer for this").click()
    found.wait_for_load_state()
    assert "Brian Tate answers for it" in found.inner_text("main")


def test_a_guardian_needs_no_javascript(travelers):
    phone = travelers(PHONE, java_script_enabled=False)
    page = phone.sign_in("guardian")
    page.locator("footer a[href='/concern']").click()
    page.wait_for_load_state()
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert page.url.endswith("received=1")

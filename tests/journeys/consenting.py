"""What journeys share about asking and signing."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page

from tests.journeys.conftest import DESK, Traveler

ASKING = re.compile(r"/(q/\d+|same|choices|people)(\?.*)?$")
OPEN_SAMPLE = re.compile("Open the sample|Abrir la muestra")
AGREE = re.compile("I could open it|Pude abrirla")


def link_for(coordinator: Traveler, group: str, guardian: str) -> str:
    """Ask a group's families when they were not asked yet, and read a guardian's link in the Outbox."""
    page = coordinator.go("/consents")
    page.get_by_role("link", name=group).click()
    for deed in (r"^Ask (all|\d)", r"^Remind \d"):
        button = page.get_by_role("button", name=re.compile(deed))
        if button.count():
            button.first.click()
            page.wait_for_load_state()
    page = coordinator.go("/outbox")
    page.locator("main tr", has_text=guardian).first.get_by_role("link").first.click()
    page.wait_for_load_state()
    found = page.locator("main a[href*='/c/']").first.get_attribute("href")
    assert found, "the mail has its link"
    return found


def agree_to_screens(page: Page) -> int:
    """Open the sample in its own tab, and agree; returns how many pages that took."""
    if not page.url.endswith("/agreement"):
        return 0
    open_sample(page, lambda: page.get_by_role("button", name=OPEN_SAMPLE).click())
    with page.expect_navigation():
        page.get_by_role("button", name=AGREE).click()
    return 1


def open_sample(page: Page, press: Callable[[], object]) -> None:
    """Open the sample in its own tab, and close the tab when the server has answered."""
    seen = page.context.expect_event("response", lambda answer: answer.url.endswith("/sample"))
    with page.context.expect_page() as tab, seen:
        press()
    tab.value.close()


def answer_page(page: Page, *, no_to: tuple[str, ...] = (), next_words: str, same: bool = True) -> None:
    """Answer one page: yes but to those named, with plausible words."""
    heading = page.locator("h1").inner_text().lower()
    for group in page.locator("main fieldset").all():
        radios = group.locator("input[type=radio]")
        words = f"{heading} {group.inner_text().lower()}"
        refuse = any(word in words for word in no_to) if not page.url.endswith("/same") else not same
        radios.nth(radios.count() - 1 if refuse else 0).check(force=True)
    for field in page.locator("main input[type=text]:visible, main input[type=tel]:visible").all():
        if not field.input_value():
            name = field.get_attribute("name") or ""
            field.fill("(217) 555-0142" if "phone" in name else "José Luis Aguilar")
    for area in page.locator("main textarea:visible").all():
        if not area.input_value():
            area.fill("Asma leve")
    with page.expect_navigation():
        page.get_by_role("button", name=next_words).click()


def answer_everything(
    page: Page,
    *,
    no_to: tuple[str, ...] = (),
    next_words: str,
    same: bool = True,
    look: Callable[[], object] = lambda: None,
) -> int:
    """Answer page after page, with a look at each first; returns how many pages."""
    pages = agree_to_screens(page)
    while ASKING.search(page.url):
        pages += 1
        look()
        answer_page(page, no_to=no_to, next_words=next_words, same=same)
    return pages


__all__ = ["DESK", "agree_to_screens", "answer_everything", "answer_page", "link_for", "open_sample"]

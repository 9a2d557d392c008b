"""What journeys share about asking and signing."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.journeys.conftest import DESK, Traveler


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


def answer_everything(page: Page, *, no_to: tuple[str, ...] = (), next_words: str) -> int:
    """Answer question after question: yes but to those named, with plausible words; returns how many pages."""
    pages = 0
    while "/q/" in page.url:
        pages += 1
        heading = page.locator("h1").inner_text().lower()
        radios = page.locator("main input[type=radio]")
        if radios.count():
            refuse = any(word in heading for word in no_to)
            radios.nth(radios.count() - 1 if refuse else 0).check(force=True)
        for field in page.locator("main input[type=text]:visible, main input[type=tel]:visible").all():
            if not field.input_value():
                name = field.get_attribute("name") or ""
                field.fill("(217) 555-0142" if "phone" in name else "José Luis Aguilar")
        for area in page.locator("main textarea:visible").all():
            if not area.input_value():
                area.fill("Asma leve")
        page.get_by_role("button", name=next_words).click()
        page.wait_for_load_state()
    return pages


__all__ = ["DESK", "answer_everything", "link_for"]

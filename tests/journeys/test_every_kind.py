"""Guardian: answers every kind of section on the narrowest phone without JavaScript; the office and a doctor do their parts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.conftest import DESK, NARROW, ROOT, Installation, Traveler
from tests.journeys.consenting import agree_to_screens

PDF = b"%PDF-1.7\n an exam form"


def look(traveler: Traveler, watcher: Traveler | None, name: str) -> None:
    """The page fits and is accessible; axe needs scripts, so a second browser with the same cookies looks too."""
    traveler.assert_fits()
    if watcher is not None:
        watcher.context.add_cookies(traveler.context.cookies())  # type: ignore[arg-type]
        watcher.go(traveler.page.url)
        watcher.assert_fits()
        watcher.assert_accessible()
        folder = os.environ.get("YOUTHPROG_PICTURES")
        if folder:
            watcher.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def go_on(page: Page, name: str = "Continue") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def answer(page: Page, heading: str) -> None:
    """Answer the page one is on, as its kind wants it."""
    if heading.startswith("Medical"):
        page.locator("input[value=no]").check(force=True)
        page.get_by_label("Your initials").fill("ra")
    elif heading.startswith("Clauses"):
        for field in page.locator("main input[type=text]").all():
            field.fill("RA")
    elif heading.startswith("Collectors"):
        page.locator("[name=name_1]").fill("Abuela Consuelo")
        go_on(page, "Add another person")
        assert page.locator("[name=name_1]").input_value() == "Abuela Consuelo"
        for number, name in ((1, "Abuela Consuelo"), (2, "Tío Raúl")):
            page.locator(f"[name=name_{number}]").fill(name)
            page.locator(f"[name=phone_{number}]").fill("(217) 555-0142")
    elif heading.startswith("Languages"):
        page.get_by_label("English").check(force=True)
    elif heading.startswith("More"):
        page.locator("textarea").fill("Left-handed")
    elif heading.startswith("Exam"):
        page.locator("input[type=file]").set_input_files(
            {"name": "exam.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        page.locator("[name=expires_on]").fill("2031-03-31")
    elif heading.startswith("Doctor"):
        page.locator("[name=name]").fill("Dr. Ada Obi")
        page.locator("[name=email]").fill("obi@clinic.example")
    elif page.locator("main input[type=radio]").count():
        page.locator("main input[type=radio]").first.check(force=True)


def test_every_kind_on_the_narrowest_phone(travelers, installation: Installation):
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.everything"],
        env=installation.environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    link, request_id, desk_id = done.stdout.split()
    phone, watcher = travelers(NARROW, java_script_enabled=False), travelers(NARROW)
    page = phone.go(link)
    go_on(page, "Continue in English")
    agree_to_screens(page)
    seen = []
    while "/q/" in page.url:
        heading = page.locator("h1").inner_text()
        seen.append(heading.split(" for ")[0])
        assert len(seen) < 40
        look(phone, watcher, f"{len(seen):02}-{seen[-1]}")
        answer(page, heading)
        go_on(page, "Next" if page.get_by_role("button", name="Next", exact=True).count() else "Continue")
    assert [each for each in dict.fromkeys(seen)] == [
        "Play", "Medical", "Sheet", "Film", "Clauses", "Collectors", "Shirt", "Languages", "More", "Exam", "Doctor",
    ]  # fmt: skip
    assert page.url.endswith("/athlete")
    look(phone, watcher, "20-athlete")
    page.locator("[name=pledge-initials_1]").fill("MA")
    page.locator("[name=promise-choice][value=yes]").check(force=True)
    page.locator("[name=typed_name]").fill("The young person")
    go_on(page, "I am done")
    assert page.url.endswith("/check")
    look(phone, watcher, "21-check")
    page.locator("[name=read_by][value=somebody]").check(force=True)
    page.locator("[name=reader_name]").fill("Ana Lopez")
    go_on(page, "Continue to sign")
    look(phone, watcher, "22-sign")
    page.locator("[name=typed_name]").fill("The guardian")
    for box in page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    go_on(page, "Sign")
    page.wait_for_url("**/done")
    others_sign(travelers, request_id, desk_id, phone)


def others_sign(travelers, request_id: str, desk_id: str, phone: Traveler) -> None:
    """The office fills in its part and finds the letter of the doctor, who signs by the link in it."""
    desk = travelers(DESK)
    desk.sign_in("coordinator")
    page = desk.go(f"/consents/requests/{request_id}")
    look(desk, desk, "30-request")
    with page.expect_download() as download:
        page.get_by_role("link", name="exam.pdf").click()
    assert Path(download.value.path()).read_bytes() == PDF
    desk.go(f"/consents/requests/{request_id}/parts/{desk_id}")
    look(desk, desk, "31-part")
    for field in desk.page.locator("main input[type=text]").all():
        field.fill("7b")
    go_on(desk.page, "Sign this part")
    desk.go("/outbox")
    desk.page.locator("main tr", has_text="Dr. Ada Obi").first.get_by_role("link").first.click()
    desk.page.wait_for_load_state()
    link = desk.page.locator("main a[href*='/p/']").first.get_attribute("href")
    assert link
    doctor, watcher = travelers(NARROW, java_script_enabled=False), travelers(NARROW)
    page = doctor.go(link)
    look(doctor, watcher, "40-doctor")
    page.locator("input[value=yes]").check(force=True)
    page.locator("[name=office]").fill("Riverton Clinic")
    page.locator("[name=typed_name]").fill("Ada Obi")
    go_on(page, "Sign")
    assert page.locator("h1").inner_text() == "Signed. Thank you."
    look(doctor, watcher, "41-done")
    page = desk.go(f"/consents/requests/{request_id}")
    assert re.search(r"Ada Obi", page.inner_text("main"))

"""The desk: a form goes out on paper, comes back through the scanner, is entered, and clears the child like any other."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.journeys.conftest import DESK, PHONE
from tests.support.skipping import skip_unless_ci


def scanned(pdf: bytes, folder: Path) -> list[Path]:
    """The sheets as a scanner hands them over: gray pictures, one a page."""
    program = shutil.which("pdftoppm") or skip_unless_ci("no pdftoppm: install poppler-utils")
    (folder / "blank.pdf").write_bytes(pdf)
    subprocess.run(
        [program, "-r", "120", "-gray", "-jpeg", folder / "blank.pdf", folder / "scan"], check=True, capture_output=True
    )
    return sorted(folder.glob("scan*.jpg"))


def test_a_sheet_goes_out_comes_back_and_clears_the_child(travelers, tmp_path):
    desk = travelers(DESK)
    page = desk.sign_in("coordinator")
    page = desk.go("/consents")
    page.get_by_role("link", name="Hawks U12").click()
    page.get_by_role("link", name="Paper and telephone").click()
    desk.assert_fits()
    desk.assert_accessible()
    first = page.locator("main .rows > li").first
    child = first.locator(".name").first.inner_text()
    form = first.locator("form[action$='/paper']").first
    action, fields = form.get_attribute("action"), {}
    for field in form.locator("input").all():
        fields[field.get_attribute("name")] = field.get_attribute("value")
    answer = desk.context.request.post(desk.url + (action or ""), form=fields)
    pdf = answer.body()
    assert pdf.startswith(b"%PDF")
    sheets = scanned(pdf, tmp_path)
    assert len(sheets) >= 2

    page = desk.go("/consents/scans")
    page.locator("input[type=file]").set_input_files(sheets[0])
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_load_state()
    assert "1 page filed" in page.inner_text("main")
    page.locator("input[type=file]").set_input_files(sheets[1])
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_load_state()
    desk.assert_accessible()
    page.get_by_role("link", name=re.compile("Enter the answers")).first.click()
    page.wait_for_load_state()
    assert page.locator("aside img, .aside img, main img").count() >= 2
    desk.assert_fits()
    desk.assert_accessible()
    _copy_from_the_sheet(page)
    page.get_by_role("button", name="Record these answers").click()
    page.wait_for_load_state()
    assert "Recorded: " in page.inner_text("body")
    assert "The copy for the guardian." in page.inner_text("main")
    desk.assert_fits()
    desk.assert_accessible()
    page = desk.go("/consents")
    page.get_by_role("link", name="Hawks U12").click()
    page.get_by_role("link", name="Paper and telephone").click()
    assert child not in [each.inner_text() for each in page.locator("main .rows .name").all()]


def test_a_call_is_read_aloud_and_written_down(travelers):
    desk = travelers(PHONE)
    desk.sign_in("coordinator")
    page = desk.go("/consents")
    page.get_by_role("link", name="Hawks U12").click()
    page.get_by_role("link", name="Paper and telephone").click()
    desk.assert_fits()
    buttons = page.get_by_role("button", name=re.compile("^Phone"))
    assert buttons.count(), page.inner_text("main")
    buttons.first.click()
    page.wait_for_load_state()
    desk.assert_fits()
    desk.assert_accessible()
    page.get_by_role("button", name="Record these answers").click()
    page.wait_for_load_state()
    assert page.locator(".summary").count() == 1
    _copy_from_the_sheet(page)
    page.get_by_label("How did you make sure who it was?").fill("Called the number on file")
    page.get_by_role("button", name="Record these answers").click()
    page.wait_for_load_state()
    assert "Recorded: " in page.inner_text("body")


def _copy_from_the_sheet(page) -> None:
    for name in {each.get_attribute("name") for each in page.locator("main input[type=radio]").all()}:
        page.locator(f"main input[name='{name}']").first.check(force=True)
    page.locator("main input[name='health-choice'][value=no]").check(force=True)
    for field in page.locator("main input[type=text]:visible, main input[type=tel]:visible").all():
        name = field.get_attribute("name") or ""
        if not field.input_value() and not name.startswith(("health", "identity")) and "person_" not in name[:-1]:
            field.fill("(217) 555-0142" if "phone" in name else "José Luis Aguilar")
    page.locator("main input[name$='person_1']").fill("José Luis Aguilar")
    page.get_by_label(re.compile("^(It is signed by|I spoke with)")).check()
    day = page.locator("main input[type=date]")
    if day.count():
        day.fill(day.get_attribute("max") or "")

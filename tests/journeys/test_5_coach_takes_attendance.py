"""Coach: opens the team, sees who is cleared and why someone is not, takes attendance on the phone."""

from __future__ import annotations

from playwright.sync_api import TimeoutError as TookTooLong

from tests.journeys.conftest import PHONE
from tests.journeys.test_8_register_without_a_network import STORED
from tests.support.wire import Wire

# A tap at the very moment in which the page reads what waits on this phone: the last before it listens to taps.
TAP_WHILE_READING = """(() => {
  const read = IDBObjectStore.prototype.getAll;
  IDBObjectStore.prototype.getAll = function (...asked) {
    IDBObjectStore.prototype.getAll = read;
    document.querySelectorAll("main input[value=late]")[2].click();
    return read.apply(this, asked);
  };
})()"""


def test_attendance_on_the_phone(travelers):
    phone = travelers(PHONE)
    page = phone.sign_in("coach")
    page.get_by_role("link", name="Teams", exact=True).first.click()
    page.get_by_role("link", name="Tigers U10").first.click()
    page.wait_for_load_state()
    words = page.inner_text("main")
    assert "cannot play" in words
    assert "Flores, Luis Ángel" in words
    assert "Asthma, inhaler in bag" in words, "a coach reads the alert"
    phone.assert_fits()
    phone.assert_accessible()
    held = []
    page.route("**/register.json", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/register.json"):
        page.get_by_role("link", name="Take attendance").click()
    page.wait_for_load_state()
    register = page.url
    phone.assert_fits()
    phone.assert_accessible()
    assert "May watch" in page.inner_text("main")
    assert page.locator("main input[type=radio]:checked").count() == 0, "nobody is present until somebody says so"
    absent = page.get_by_role("radio", name="Absent")
    absent.nth(1).check(force=True)
    absent.nth(3).check(force=True)
    held[0].continue_()  # a slow network: what is tapped before the page is ready to keep it must not be lost
    page.wait_for_selector("html[data-ready=yes]")
    page.get_by_role("button", name="Everyone else is here").click()
    page.get_by_role("button", name="Save register").click()
    page.get_by_text("Saved at").wait_for()
    phone.go(register)
    checked = page.locator("main input[type=radio]:checked")
    values = [box.get_attribute("value") for box in checked.all()]
    assert values.count("absent") == 2
    assert values.count("present") == len(values) - 2 > 5
    somebody_else_marks(travelers(PHONE), page, register)
    key_the_sheet(page, register)
    phone.assert_fits()
    phone.assert_accessible()
    phone.go(register)
    values = [box.get_attribute("value") for box in page.locator("main input[type=radio]:checked").all()]
    assert (values.count("absent"), values.count("late"), set(values)) == (3, 1, {"absent", "late", "present"})


def somebody_else_marks(other, page, register):
    """What another person says of the same register shows on this page, without a tap."""
    other.sign_in("coordinator")
    answers = []
    other.page.on("response", lambda each: answers.append(each.status) if each.url.endswith("/deeds") else None)
    other.page.add_init_script(TAP_WHILE_READING)
    other.go(register)
    other.page.wait_for_selector("html[data-ready=yes]")
    other.page.get_by_role("button", name="Save register").click()
    try:
        other.page.get_by_text("Saved at").wait_for()
    except TookTooLong as late:
        raise AssertionError(f"answers {answers}; the page says: {other.page.inner_text('main')}") from late
    page.wait_for_selector("html[data-ready=yes]")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # else within a quarter of a minute
    page.wait_for_selector("main input[value=late]:checked", state="attached")


def key_the_sheet(page, register):
    """The same register once more, from paper: one key a row and one to save, so 31 for a sheet of 30."""
    page.get_by_role("link", name="Key in the sheet").click()
    page.wait_for_load_state()
    rows = page.locator("main tbody tr:has(input[name^=mark-])")
    free = [not row.locator(".badge.missing").count() for row in rows.all()]
    marks = iter("alaa" + "p" * len(free))
    keys = [next(marks) if cleared else "Enter" for cleared in free]
    for key in [*keys, "Enter"]:
        page.keyboard.press(key)
    page.wait_for_url(register)
    assert "The sheet is keyed in" in page.inner_text("main")
    page.get_by_role("link", name="Key in the sheet").click()
    page.wait_for_load_state()


def test_playing_time_is_counted_at_a_field_without_a_network(travelers, installation):
    """Taps survive a lost network and a reload without one; saved, nothing of them is left on the phone."""
    with Wire(int(installation.url.rsplit(":", 1)[1])) as wire:
        count_without_a_network(travelers(PHONE), wire)


def count_without_a_network(phone, wire):
    """Tap with a network, then without, open the counter again without one, and save once it is back."""
    phone.url = wire.url
    page = phone.sign_in("coach")
    page.get_by_role("link", name="Teams", exact=True).first.click()
    page.get_by_role("link", name="Tigers U10").first.click()
    page.get_by_role("link", name="Playing time").click()
    page.get_by_role("link", name="Count").first.click()
    page.wait_for_load_state()
    counter = page.url
    phone.assert_fits()
    more = page.get_by_role("button", name="1 more")
    for _tap in range(3):
        more.first.click()
    page.reload()
    page.get_by_text("These are the numbers this phone kept").wait_for()
    numbers = page.locator("main input[type=number]")
    assert numbers.first.input_value() == "3"
    names = page.locator("main label.name").all_inner_texts()
    page.locator("html[data-keeps]").wait_for()
    kept = page.evaluate("JSON.stringify(localStorage)") + "".join(page.evaluate(STORED))
    assert not any(name.strip(" ·0123456789") in kept for name in names)
    wire.cut()
    page.reload()
    page.get_by_text("These are the numbers this phone kept").wait_for()
    assert page.locator("main label.name").all_inner_texts() == names
    assert numbers.first.input_value() == "3"
    page.get_by_role("button", name="Save playing time").click()
    page.get_by_text("No network just now").wait_for()
    more.nth(1).click()
    wire.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text("Playing time is saved").wait_for()
    assert page.evaluate("localStorage.length") == 0
    phone.go(counter)
    assert [box.input_value() for box in numbers.all()][:2] == ["3", "1"]
    phone.assert_accessible()

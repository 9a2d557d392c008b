"""The door: a card before the camera, read with and without the browser's own reader; then a tablet by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import segno

from tests.journeys.conftest import NARROW, PHONE
from tests.support.wire import Wire
from youthprog.core.sqlite import driver

GROUP = "Hawks U12"
# A camera that sees whatever picture the test puts before it.
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const paint = canvas.getContext("2d");
  setInterval(() => {
    paint.fillStyle = "#b9b4a8";
    paint.fillRect(0, 0, 640, 480);
    if (window.before) paint.drawImage(window.before, 180, 90, 300, 300);
  }, 40);
  return canvas.captureStream(25);
};
"""
HOLD = """async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  window.before = picture;
}"""
OWN_READER = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["ean_13", "qr_code"]; }
  async detect() { return window.said ? [{ rawValue: window.said }] : []; }
};
"""


def begin_now(installation):
    """Let a meeting of the group begin five minutes ago; returns it and its group."""
    now = datetime.now(UTC).replace(tzinfo=None)
    times = [(now + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.000000") for minutes in (-5, 60)]
    connection = driver.connect(installation.folder / "youthprog.db")
    with connection:
        gathering_id, group_id = connection.execute(
            'SELECT gathering.id, group_id FROM gathering JOIN "group" ON "group".id = group_id WHERE name = ?'
            " ORDER BY starts_at LIMIT 1",
            (GROUP,),
        ).fetchone()
        connection.execute("DELETE FROM attendance_mark WHERE gathering_id = ?", (gathering_id,))
        connection.execute("UPDATE gathering SET starts_at = ?, ends_at = ? WHERE id = ?", (*times, gathering_id))
    connection.close()
    return gathering_id, group_id


def picture_of(text: str) -> str:
    return segno.make(text, error="m", boost_error=False).png_data_uri(scale=6, border=4)


def test_a_card_is_read_by_the_camera_and_a_tablet_checks_in_by_itself(travelers, installation):
    gathering_id, group_id = begin_now(installation)
    phone = travelers(PHONE)
    phone.context.add_init_script(CAMERA)
    fetched: list[str] = []
    phone.page.on("request", lambda request: fetched.append(request.url))
    page = phone.sign_in("coordinator")
    phone.go(f"/groups/{group_id}/cards")
    codes = [each.replace("-", "") for each in page.locator(".code").all_inner_texts()]
    family, _, given = page.locator(".list .name").nth(2).inner_text().partition(", ")

    phone.go(f"/gatherings/{gathering_id}/scan")
    phone.assert_fits()
    phone.assert_accessible()
    page.evaluate(HOLD, picture_of(f"{installation.url}/k/{codes[0]}"))
    page.get_by_role("button", name="Scan with the camera").click()
    page.locator("#answer").get_by_text("Here at").wait_for()
    assert any("jsQR" in each for each in fetched), "kept for when there is no network, too"
    page.evaluate(HOLD, picture_of(f"https://elsewhere.example/k/{codes[1]}"))
    page.locator("[data-code=other_department]").wait_for()
    phone.assert_accessible()
    page.set_viewport_size(NARROW)
    phone.assert_fits()

    other = travelers(PHONE)
    other.context.add_init_script(CAMERA + OWN_READER)
    fetched.clear()
    other.page.on("request", lambda request: fetched.append(request.url))
    page = other.sign_in("coordinator")
    other.go(f"/gatherings/{gathering_id}/scan")
    page.evaluate("(text) => { window.said = text; }", f"{installation.url}/k/{codes[1]}")
    page.get_by_role("button", name="Scan with the camera").click()
    page.locator("#answer").get_by_text("Here at").wait_for()
    assert not any("jsQR" in each for each in fetched), "a browser that reads codes itself loads no decoder"

    other.go(f"/gatherings/{gathering_id}/kiosk")
    other.assert_accessible()
    page.get_by_role("button", name="Start on this device").click()
    page.wait_for_url("**/kiosk")
    other.assert_accessible()
    page.get_by_label("Your last name").fill(family)
    page.get_by_label("First letter").fill(given)
    page.get_by_role("button", name="Check in").click()
    page.get_by_role("button", name="Yes, I am here").wait_for()
    other.assert_accessible()
    page.get_by_role("button", name="Yes, I am here").click()
    page.get_by_role("heading", level=1).get_by_text(f"{given} {family[0]}.").wait_for()
    other.assert_fits()
    other.assert_accessible()
    page.goto(installation.url + "/today")
    assert "/sign-in" in page.url, "a tablet can do nothing else"


def rows(installation, statement, *values):
    connection = driver.connect(installation.folder / "youthprog.db")
    found = connection.execute(statement, values).fetchall()
    connection.close()
    return found


def not_enrolled(installation, gathering_id):
    """The code of a card of somebody without a place in the season."""
    (found,), *_rest = rows(
        installation,
        "SELECT code FROM youth_card WHERE ended_at IS NULL AND youth_id NOT IN (SELECT youth_id FROM enrollment"
        " WHERE season_id = (SELECT season_id FROM gathering WHERE id = ?))",
        gathering_id,
    )
    return found


def test_the_door_goes_on_without_a_network(travelers, installation):
    """Cards, codes of others and names: said as with a network, kept with the moment of the scan, sent when it is back."""
    gathering_id, group_id = begin_now(installation)
    with Wire(int(installation.url.rsplit(":", 1)[1])) as wire:
        phone = travelers(PHONE)
        phone.url = wire.url
        phone.context.add_init_script(CAMERA + OWN_READER)
        page = phone.sign_in("coordinator")
        phone.go(f"/groups/{group_id}/cards")
        codes = [each.replace("-", "") for each in page.locator(".code").all_inner_texts()]
        foreign = not_enrolled(installation, gathering_id)
        phone.go(f"/gatherings/{gathering_id}/scan")
        page.locator("[data-scan][data-keeps]").wait_for(state="attached")
        names = page.locator("#lists li .name").all_inner_texts()
        wire.cut()
        began = datetime.now(UTC)

        def show(text):
            page.evaluate("(text) => { window.said = text; }", text)

        answer = page.locator("#answer")
        show(codes[0])
        page.get_by_role("button", name="Scan with the camera").click()
        answer.get_by_text("Here at").wait_for()
        phone.assert_accessible()
        show("https://elsewhere.example/k/ABCDEFGHJK")
        page.locator("[data-code=other_department]").get_by_text("This card belongs to another department.").wait_for()
        show("4006381333931")
        page.locator("[data-code=foreign_code]").get_by_text("This is not one of our cards.").wait_for()
        show(foreign)
        page.locator("[data-code=not_enrolled]").get_by_text("Not enrolled in this season.").wait_for()
        phone.assert_fits()
        show("")
        page.get_by_text("Offline: 4 waiting.").wait_for()
        page.close()
        page = phone.page = phone.context.new_page()
        page.goto(f"{wire.url}/gatherings/{gathering_id}/scan")
        page.locator("[data-scan][data-keeps]").wait_for(state="attached")
        answer = page.locator("#answer")
        page.get_by_label("Code on the card").fill(codes[0])
        page.get_by_role("button", name="Check in", exact=True).click()
        answer.get_by_text("Here already, since").wait_for()
        page.locator("#lists").get_by_role("button", name="Here").last.click()
        answer.get_by_text(re.compile("Here at|May watch")).wait_for()
        page.get_by_text("Offline: 5 waiting.").wait_for()
        phone.assert_accessible()
        ended = datetime.now(UTC)
        wire.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
        page.get_by_text("Not counted.").wait_for()
        page.locator("[data-waits]").wait_for(state="hidden")
    deeds = rows(
        installation,
        "SELECT code, refusal, at, youth_id FROM attendance_deed WHERE gathering_id = ? AND at >= ? ORDER BY at",
        gathering_id, began.strftime("%Y-%m-%d %H:%M:%S"),
    )  # fmt: skip
    assert [(code, refusal) for code, refusal, *_rest in deeds[:4]] == [
        (codes[0], None), ("https://elsewhere.example/k/ABCDEFGHJK", "other_department"),
        ("4006381333931", "foreign_code"), (foreign, "not_enrolled"),
    ]  # fmt: skip
    assert len(deeds) == 5
    assert deeds[0][3] is not None
    assert deeds[4][3] is not None
    assert all(began <= datetime.fromisoformat(at).replace(tzinfo=UTC) <= ended for _code, _why, at, _who in deeds)
    assert names

"""Coach: three phones at the gate, the network cut below the browser; everything is kept, sent once, and gone at sign-out."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.conftest import PHONE, ROOT, Installation, Traveler
from tests.journeys.crowd import FAMILY
from tests.support.proofs import cases
from tests.support.wire import Wire

DEVICES = 3
# A clock a test can set back while the page lives.
CLOCK = (
    "const was = Date.now; let back = 0; Date.now = () => was() - back; globalThis.setBack = (ms) => { back = ms; };"
)
SIX_HOURS = 6 * 3600 * 1000
STORED = """async () => {
  const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  const plain = new TextDecoder('latin1');
  const spell = (value) => JSON.stringify(value, (_key, each) =>
    each instanceof ArrayBuffer || ArrayBuffer.isView(each) ? plain.decode(each) : each instanceof CryptoKey ? `key ${each.extractable}` : each);
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => { const asked = indexedDB.open(name); asked.onsuccess = () => done(asked.result); });
    for (const store of base.objectStoreNames) {
      const all = await new Promise((done) => { const asked = base.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => done(asked.result); });
      texts.push(`${store}: ${spell(all)}`);
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) texts.push(`${request.url} ${await (await cache.match(request)).text()}`);
  }
  return texts;
}"""
LEFT = """async () => [(await indexedDB.databases()).length, (await caches.keys()).length, localStorage.length]"""


class Phone:
    """A phone with a wire of its own."""

    def __init__(self, traveler: Traveler, wire: Wire):
        self.traveler, self.wire = traveler, wire
        traveler.url = wire.url
        traveler.page.add_init_script(CLOCK)
        self.page = traveler.sign_in("coach")
        self.said: list[tuple[str, datetime]] = []

    def open(self, gathering: int) -> None:
        """Open a register and wait until the phone keeps it."""
        self.address = f"{self.wire.url}/gatherings/{gathering}/register"
        self.traveler.go(self.address)
        self.page.locator("html[data-keeps]").wait_for()

    def kill(self) -> None:
        """Close the tab as it is, and open the address again."""
        self.page.close()
        self.page = self.traveler.page = self.traveler.context.new_page()
        self.page.add_init_script(CLOCK)
        self.page.goto(self.address)
        self.page.locator("html[data-ready]").wait_for()

    def at_the_gate(self, name: str) -> None:
        """Tap a name."""
        self.page.get_by_role("link", name=name).click()
        self.page.get_by_role("dialog").wait_for()

    def press(self, words: str) -> None:
        """A button of the dialog."""
        self.page.get_by_role("dialog").get_by_role("button", name=words).click()

    def done(self, name: str, kind: str) -> None:
        """The dialog is closed, and the phone kept what was said."""
        self.page.get_by_role("dialog").wait_for(state="hidden")
        self.said.append((f"{name} {kind}", datetime.now(UTC)))

    def here(self, name: str) -> None:
        """Check a youth in."""
        self.at_the_gate(name)
        self.press("Here now")
        self.done(name, "arrive")

    def goes(self, name: str, guardian: str) -> None:
        """Release a youth to a guardian with a photo ID: two taps and a look."""
        self.at_the_gate(name)
        self.press("Goes home")
        self.press(guardian)
        self.press("Yes, I saw the photo ID")
        self.done(name, "leave")

    def stopped(self, name: str, typed: str, why: str) -> None:
        """Somebody else is at the gate: the screen stops in words, with an icon, and the stop is kept."""
        self.at_the_gate(name)
        self.press("Goes home")
        self.press("Somebody else is here")
        self.page.get_by_label("Name the person says").fill(typed)
        self.press("Check this name")
        stop = self.page.get_by_role("alert").filter(visible=True)
        stop.get_by_text(why).wait_for()
        assert stop.locator("svg").count() == 1
        self.press("Back to the register")
        self.page.get_by_role("dialog").wait_for(state="hidden")

    def waits(self) -> int:
        """What the banner says."""
        words = self.page.locator("[data-waits]").inner_text()
        found = re.search(r"(\d+) waiting", words)
        return int(found[1]) if found else 0


def names_of(count: int) -> list[str]:
    """The youth of the crowd."""
    return [f"Child{number:03} {FAMILY}" for number in range(count)]


def make_crowd(installation: Installation, count: int) -> int:
    """A practice of that many youth, led by the coach."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.crowd", str(count)],
        env=installation.environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def deeds_at(installation: Installation, gathering: int) -> list[dict[str, Any]]:
    """What the server kept."""
    base = sqlite3.connect(f"file:{installation.folder / 'youthprog.db'}?mode=ro", uri=True)
    base.row_factory = sqlite3.Row
    rows = base.execute(
        "SELECT d.*, p.given_name || ' ' || p.family_name AS name FROM attendance_deed d JOIN person p ON p.id = d.youth_id"
        " WHERE d.gathering_id = ? ORDER BY d.id",
        (gathering,),
    ).fetchall()
    base.close()
    return [dict(row) for row in rows]


def last_of(installation: Installation, group: str) -> int:
    """The last gathering of a group that has begun."""
    base = sqlite3.connect(f"file:{installation.folder / 'youthprog.db'}?mode=ro", uri=True)
    (found,) = base.execute(
        "SELECT g.id FROM gathering g JOIN 'group' a ON a.id = g.group_id WHERE a.name = ? AND g.starts_at < ?"
        " AND g.canceled_at IS NULL ORDER BY g.starts_at DESC LIMIT 1",
        (group, datetime.now(UTC).isoformat(sep=" ")),
    ).fetchone()
    base.close()
    return int(found)


@pytest.mark.proof("phones without a network lose nothing, double nothing and misdate nothing", room="attendance")
def test_three_phones_without_a_network(travelers, installation):
    count = cases(full=200, sample=12) // 2
    gathering = make_crowd(installation, count)
    port = int(installation.url.rsplit(":", 1)[1])
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port)) for _device in range(DEVICES)]
        phones = [Phone(travelers(PHONE), wire) for wire in wires]
        for phone in phones:
            phone.open(gathering)
        shares = [names_of(count)[place::DEVICES] for place in range(DEVICES)]
        for number, (phone, share) in enumerate(zip(phones, shares, strict=True)):
            work(phone, share, stops=not number)
        for number, (phone, share) in enumerate(zip(phones, shares, strict=True)):
            assert phone.waits() == 2 * len(share) + 2 * (not number)
            assert not [text[:300] for text in phone.page.evaluate(STORED) if FAMILY in text or "Ravenscroft" in text]
        for phone in phones:
            come_back(phone)
        check(installation, gathering, phones, count)
        sign_out(phones[0])
        assert len(deeds_at(installation, gathering)) == 2 * count + 3


def work(phone: Phone, share: list[str], *, stops: bool) -> None:
    """Check everybody in and out without a network; in between the tab is killed and the clock set back six hours."""
    phone.wire.cut()
    phone.page.get_by_role("radio", name="Present").first.focus()
    phone.page.evaluate("dispatchEvent(new Event('offline'))")
    half = len(share) // 2
    for name in share[:half]:
        phone.here(name)
    phone.kill()
    phone.page.evaluate(f"setBack({SIX_HOURS})")
    for name in share[half:]:
        phone.here(name)
    if stops:
        phone.stopped(share[0], "ravenscroft, FATHER000", "May not pick up Child000.")
        phone.stopped(share[0], "Pat Nobody", "Not on the list.")
    for name in share:
        phone.goes(name, name.replace("Child", "Mother"))
    phone.kill()


def come_back(phone: Phone) -> None:
    """The server hears everything three times before the phone hears an answer."""
    phone.wire.deaf = True
    phone.wire.mend()
    for _time in range(3):
        with phone.page.expect_event("requestfailed", predicate=lambda request: request.url.endswith("/deeds")):
            phone.page.get_by_role("button", name="Save register").click()
    phone.wire.deaf = False
    phone.page.get_by_role("button", name="Save register").click()
    phone.page.get_by_text("Saved at").wait_for()
    phone.page.locator("[data-waits]").wait_for(state="hidden")


def check(installation: Installation, gathering: int, phones: list[Phone], count: int) -> None:
    """Each deed once, at its time; who spoke with a clock set back is flagged."""
    both = deeds_at(installation, gathering)
    deeds = [deed for deed in both if deed["kind"] != "stop"]
    assert [(deed["to_name"], deed["refusal"]) for deed in both if deed["kind"] == "stop"] == [
        ("ravenscroft, FATHER000", "barred"), ("Pat Nobody", "not_listed"),
    ]  # fmt: skip
    told = {f"{deed['name']} {deed['kind']}": deed for deed in deeds}
    said = dict(each for phone in phones for each in phone.said)
    assert len(deeds) == len(told) == 2 * count
    assert told.keys() == said.keys()
    assert {deed["refusal"] for deed in deeds} == {None}
    for key, at in said.items():
        kept = datetime.fromisoformat(told[key]["at"]).replace(tzinfo=UTC)
        assert abs(kept - at) < timedelta(seconds=10), (key, kept, at)
    assert {deed["flag"] for deed in deeds if deed["kind"] == "leave"} == {"clock_off"}


def test_who_is_not_cleared_has_no_control_without_a_network_either(travelers, installation):
    with Wire(int(installation.url.rsplit(":", 1)[1])) as wire:
        phone = Phone(travelers(PHONE), wire)
        phone.open(last_of(installation, "Tigers U10"))
        before = phone.page.locator("[data-blocked]").all_inner_texts()
        wire.cut()
        phone.kill()
        assert phone.page.locator("[data-blocked]").all_inner_texts() == before != []
        assert phone.page.locator("[data-blocked] input").count() == 0
        assert "Asthma, inhaler in bag" in phone.page.inner_text("main")
        phone.traveler.assert_fits()
        phone.traveler.assert_accessible()
        phone.page.locator("[data-blocked] .name a").first.click()
        phone.press("Here now")
        here = phone.page.locator("[data-blocked]").first.get_by_text("Here since")
        here.wait_for()
        phone.traveler.assert_accessible()
        somebody_walks_in(phone)
        be_signed_out(phone)
        here.wait_for()  # now the server says so
        phone.page.get_by_text("1 name was typed without a signal.").wait_for()
        phone.page.get_by_role("link", name="Pat Walker").wait_for()
        be_late(phone)


def somebody_walks_in(phone: Phone) -> None:
    """A name is kept without a network; one of the register leads to its row."""
    page = phone.page
    for name in ("Zoe Taken Back", "Pat Walker", "walker, PAT"):
        page.get_by_role("link", name="Somebody walked in").click()
        phone.traveler.assert_accessible()
        page.get_by_label("Name of who walked in").fill(name)
        page.get_by_role("dialog").get_by_role("button", name="Add to the register").click()
        page.get_by_role("dialog").wait_for(state="hidden")
    page.get_by_text("Pat Walker walked in. Waits for a signal.").wait_for()
    taken_back = page.get_by_role("listitem").filter(has_text="Zoe Taken Back walked in.")
    taken_back.get_by_role("button", name="Take this back").click()
    taken_back.wait_for(state="hidden")
    assert page.locator("[data-walked-in] li").count() == 1
    assert not [text[:300] for text in page.evaluate(STORED) if "Walker" in text]
    page.get_by_role("link", name="Somebody walked in").click()
    page.get_by_label("Name of who walked in").fill(page.locator("[data-row] .name a").first.inner_text())
    page.get_by_role("dialog").get_by_role("button", name="Add to the register").click()
    page.get_by_text("has a row on this register").wait_for()


def be_signed_out(phone: Phone) -> None:
    """The sign-in ended meanwhile: names go, what waits stays and is sent after the next sign-in."""
    page, context = phone.page, phone.traveler.context
    context.clear_cookies()
    phone.wire.mend()
    page.get_by_role("button", name="Save register").click()
    page.wait_for_url("**/sign-in?next=*")
    stored = " ".join(page.evaluate(STORED))
    assert "kept: []" in re.sub(r'\{"trusted":[^}]*\},?', "", stored)
    assert "outbox: [{" in stored
    page.get_by_label(re.compile("mail", re.I)).fill("coach@demo.example")
    page.get_by_label("Password", exact=False).first.fill("demo-coach")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(phone.address)
    page.locator("html[data-keeps]").wait_for()


def be_late(phone: Phone) -> None:
    """After the configured hours the phone opens nothing any more, and holds nothing."""
    phone.wire.cut()
    phone.page.close()
    phone.page = phone.traveler.context.new_page()
    phone.page.add_init_script("const was = Date.now; Date.now = () => was() + 13 * 3600 * 1000;")
    phone.page.goto(phone.address)
    phone.page.get_by_text("Nothing is kept on this phone. Open this page when there is a signal.").wait_for()
    kept, keys = (
        next(text for text in phone.page.evaluate(STORED) if text.startswith(f"{store}:")) for store in ("kept", "keys")
    )
    assert "box" not in kept
    assert keys.count("key false") <= 1  # the key of what waits


def test_a_browser_that_stores_nothing_says_so_and_saves_as_before(travelers, installation):
    phone = travelers(PHONE)
    phone.page.add_init_script("indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); };")
    page = phone.sign_in("coach")
    phone.go(f"/gatherings/{last_of(installation, 'Tigers U10')}/register")
    page.get_by_text("Nothing is kept on this phone.").wait_for()
    page.get_by_role("radio", name="Excused").first.check(force=True)
    page.get_by_role("button", name="Save register").click()
    page.get_by_text("Saved at").wait_for()
    assert page.get_by_role("radio", name="Excused").first.is_checked()


def sign_out(phone: Phone) -> None:
    """With something waiting the phone warns; signed out, nothing is left of the register, in no tab."""
    register, today = phone.page, phone.traveler.context.new_page()
    today.goto(f"{phone.wire.url}/today")
    register.locator("html[data-keeps]").wait_for()
    phone.wire.cut()
    register.get_by_role("radio", name="Absent").first.check(force=True)
    register.get_by_text("Offline: 1 waiting.").wait_for()
    today.locator(".tabs summary").click()
    button = today.locator(".tabs").get_by_role("button", name="Sign out", exact=True)
    button.click()
    today.get_by_text("Waiting on this phone, not sent yet: 1.").wait_for()
    today.get_by_role("button", name="Stay signed in").click()
    phone.wire.mend()
    button.click()
    today.wait_for_url("**/sign-in")
    register.get_by_role("heading", name="You are signed out.").wait_for()
    assert FAMILY not in register.content()
    assert today.evaluate(LEFT) == [0, 0, 0]

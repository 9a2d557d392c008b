"""Two coaches pick their teams live, each on a phone; one pick is sent twice at once and counts once."""

from __future__ import annotations

import re
import subprocess
import sys

from playwright.sync_api import Page

from tests.journeys.conftest import PHONE, ROOT, Installation
from tests.journeys.draft import FAMILY

# The form of the page sent twice at the same moment, as two taps on a slow network do; what each answer says.
TWICE = """async () => {
  const form = document.querySelector("form:has([name=child])");
  const send = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  return Promise.all((await Promise.all([send(), send()])).map(async (each) => [each.status, await each.text()]));
}"""


def test_two_coaches_pick_in_turn_and_a_pick_sent_twice_counts_once(travelers, installation):
    mine = f"/drafts/{make_draft(installation)}/mine"
    hawks, otters = travelers(PHONE), travelers(PHONE, java_script_enabled=False)
    one, two = hawks.sign_in("coach"), otters.sign_in("otters")
    hawks.go(mine)
    otters.go(mine)
    hawks.assert_fits()
    hawks.assert_accessible()
    assert "Draft Hawks picks." in two.inner_text("main")
    choose(one, "Ana")
    assert "comes with" in one.inner_text("main")
    answers = one.evaluate(TWICE)
    assert [status for status, _text in answers] == [200, 200]
    assert all("Draft Otters picks." in text for _status, text in answers)
    hawks.go(mine)
    assert team(one, "Draft Hawks") == ["Ana", "Fay"], "the sister came along, and nobody twice"
    two.reload()  # without JavaScript somebody looks again
    pick(two, "Ben")
    assert "It is your turn. Round 2" in two.inner_text("main")
    pick(two, "Chidi")
    one.get_by_text("It is your turn. Round 3").wait_for()  # by itself
    assert "Draft Hawks picks. Round 3" in two.inner_text("main"), "the sister cost the Hawks their second round"
    otters.assert_fits()
    hawks.go(mine)
    assert sorted(team(one, "Draft Otters")) == ["Ben", "Chidi"]


def make_draft(installation: Installation) -> int:
    """The draft, made beside the server."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.draft"],
        env=installation.environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def choose(page: Page, name: str) -> None:
    """Say whom, without sending it."""
    page.get_by_role("radio", name=re.compile(f"^{FAMILY}, {name}")).check()


def pick(page: Page, name: str) -> None:
    """Pick a child for the team whose turn it is."""
    choose(page, name)
    page.get_by_role("button", name="Pick for").click()
    page.wait_for_load_state()


def team(page: Page, name: str) -> list[str]:
    """The first names of a team so far."""
    side = page.locator("section.panel").filter(has=page.get_by_role("heading", name=name))
    return [each.split(", ")[1].split()[0] for each in side.locator(".name").all_inner_texts()]

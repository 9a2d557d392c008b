"""A season from the first file to the last table: import, form, schedule, publish, rain, score, standings; on phones.

Each step is a function of its own.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.journeys.conftest import PHONE, Installation, Traveler

SEASON, DIVISION, TEAMS = "Winter cup", "Cup Under 11", ("Reds", "Blues")
HEAD = (
    "Player First Name,Player Last Name,Player Birth Date,Player Gender,Account First Name,Account Last Name,User Email"
)
FAMILIES = ("Abara", "Bianchi", "Castro", "Dlamini", "Eriksen", "Fontaine", "Gruber", "Haddad")
LOOKS = 60
TIME_PASSES = """
import sys
from datetime import timedelta
from youthprog import create_app
from youthprog.core import clock, db
from youthprog.leagues.season.models import Fixture
from youthprog.programs.models import Gathering
with create_app().app_context():
    for key in map(int, sys.argv[1:]):
        game = db.session().get_one(Fixture, key)
        halves = [db.session().get_one(Gathering, half) for half in (game.home_gathering_id, game.away_gathering_id)]
        now = clock.now()
        begun = max(now - timedelta(hours=3), clock.midnight(clock.today()))  # its players joined their teams today
        for row in (game, *halves):
            row.starts_at, row.ends_at = begun, begun + (now - begun) / 3
    db.session().commit()
"""


def test_a_season_from_the_file_to_the_table(travelers, installation):
    office = travelers(PHONE)
    office.sign_in("coordinator")
    season = open_season(office)
    import_players(office)
    teams = make_teams(office)
    form_teams(office)
    make_schedule(office, season)
    rain(office, season)
    coach = travelers(PHONE)
    coach.sign_in("coach")
    game, sides = next_game(coach, office)
    time_passes(installation, game)
    say_score(coach, game, sides)
    card(office, travelers(PHONE, java_script_enabled=False), game, sides)
    standings(coach, teams)
    publish_standings(office, season, travelers(PHONE, locale="es-US"))


def checked(traveler: Traveler) -> None:
    """Fits the phone, and is accessible at full length: the bar at the foot then covers nothing."""
    traveler.assert_fits()
    page = traveler.page
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": PHONE["width"], "height": tall})
    traveler.assert_accessible()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def open_season(office: Traveler) -> str:
    """A new season of the league; its address."""
    page, today = office.go("/seasons/new"), datetime.now(UTC).date()
    page.get_by_label("Program").select_option(label="Flag football")
    page.get_by_label("Name in English").fill(SEASON)
    for label, day in (("First day", today - timedelta(days=3)), ("Last day", today + timedelta(days=40))):
        page.get_by_label(label, exact=True).fill(day.isoformat())
    page.get_by_label("Age counts on").fill(today.isoformat())
    page.get_by_label("Youngest age").fill("8")
    page.get_by_label("Oldest age").fill("11")
    page.get_by_role("button", name=re.compile("season|Save", re.I)).last.click()
    page.wait_for_url(re.compile(r"/seasons/\d+$"))
    return page.url


def import_players(office: Traveler) -> None:
    """Eight children of a registration export, without teams yet."""
    born = date(datetime.now(UTC).year - 10, 5, 20)
    rows = [
        f"Kim,{name},{born:%m/%d/%Y},{'Female' if place % 2 else 'Male'},Robin,{name},robin.{name}@families.example"
        for place, name in enumerate(FAMILIES)
    ]
    page = office.go("/import")
    page.get_by_label("Season").select_option(label=f"Flag football, {SEASON}")
    file = {"name": "cup.csv", "mimeType": "text/csv", "buffer": "\r\n".join([HEAD, *rows]).encode()}
    page.get_by_label("Registration export").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", name="What this file would change").wait_for()
    page.get_by_role("button", name=re.compile("^Accept")).click()
    page.get_by_role("heading", name="Imported").wait_for()


def make_teams(office: Traveler) -> list[str]:
    """Two teams of a division; the first has the demo's coach. Their addresses."""
    addresses = []
    for name in TEAMS:
        page = office.go("/teams/new")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Season").select_option(label=f"Flag football, {SEASON}")
        page.get_by_label(re.compile("^Division")).fill(DIVISION)
        page.get_by_role("button", name="Save team").click()
        page.wait_for_url(re.compile(r"/teams/\d+/"))
        addresses.append(page.url)
        if name == TEAMS[0]:
            page.get_by_label(re.compile("^Email address")).fill("coach@demo.example")
            page.get_by_role("button", name="Let this adult coach").click()
            page.wait_for_load_state()
    return addresses


def look_until(office: Traveler, address: str, words: str) -> Page:
    """Look at a page again until the worker has done its part."""
    for _look in range(LOOKS):
        page = office.go(address)
        if words in page.inner_text("main"):
            return page
        page.wait_for_timeout(1000)
    raise AssertionError(f"{address} never said {words!r}: {office.page.inner_text('main')[:500]}")


def form_teams(office: Traveler) -> None:
    """The worker forms the teams; the coordinator accepts the draft."""
    page = office.go("/divisions")
    page.get_by_role("link", name=DIVISION).first.click()
    page.get_by_role("button", name="Form the teams").click()
    page.wait_for_url(re.compile(r"/formings/\d+"))
    page = look_until(office, page.url, "Accept these teams")
    page.get_by_role("button", name="Accept these teams").click()
    page.wait_for_load_state()


def make_schedule(office: Traveler, season: str) -> None:
    """A field with hours, a schedule by the worker, and its publishing."""
    page = office.go(f"{season}/fields/new")
    page.get_by_label("Site").select_option(index=0)
    page.get_by_label("Field or court").fill("Cup field")
    for day in ("Monday", "Wednesday", "Saturday"):
        page.get_by_label(day).check()
    page.get_by_label("Starts").fill("09:00")
    page.get_by_label("Ends").fill("18:00")
    page.get_by_role("button", name=re.compile("Save|Add")).last.click()
    page.wait_for_url("**/schedule")
    page.get_by_role("button", name="Make the schedule").click()
    page.wait_for_load_state()
    page = look_until(office, f"{season}/schedule", "games have a place")
    page.get_by_role("button", name="Take the best so far").click()
    page = look_until(office, f"{season}/schedule", "Draft of")
    page.get_by_role("button", name=re.compile("^Publish")).click()
    page.get_by_text("This schedule is published.").wait_for()
    checked(office)


def rain(office: Traveler, season: str) -> None:
    """The day of a game is closed: the plan moves it, the office accepts, and takes it back once the sun is out."""
    page = office.go(f"{season}/schedule")
    page.get_by_role("link", name=re.compile("^Change .* – ")).first.click()
    day = page.get_by_label("Day", exact=True).input_value()
    page = office.go(f"{season}/schedule")
    page.get_by_role("link", name="Close a field or a day").click()
    page.get_by_label("Closed on").fill(day)
    page.get_by_label("Why").fill("The field is under water")
    page.get_by_role("button", name="Show a plan").click()
    page.get_by_role("heading", name=re.compile("^(A new place|New places) for")).wait_for()
    assert page.get_by_role("radio").count() >= 2, "places to choose from, and calling it off"
    checked(office)
    page.get_by_role("button", name=re.compile("^Accept")).click()
    page.get_by_text("Moved from").first.wait_for()
    checked(office)
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    page.wait_for_load_state()
    assert "Moved from" not in office.go(f"{season}/schedule").inner_text("main"), "every game is where it was"


def open_standings(traveler: Traveler) -> Page:
    """The standings of the division, whether it is the only one or one of a list."""
    page = traveler.go("/standings")
    if page.get_by_role("heading", name="Standings", exact=True).count():
        page.get_by_role("link", name=DIVISION).first.click()
    page.get_by_role("heading", name=f"Standings of {DIVISION}").wait_for()
    return page


def next_game(coach: Traveler, office: Traveler) -> tuple[int, list[str]]:
    """The game of the two teams as the coach finds it: its number, home team first."""
    page = open_standings(coach)
    link = page.locator("main a[href*='/games/']").first
    address, words = link.get_attribute("href") or "", link.locator(".name").inner_text()
    found = re.search(r"/games/(\d+)/score", address)
    assert found, address
    return int(found[1]), [name.strip() for name in words.split("–")]


def time_passes(installation: Installation, *games: int) -> None:
    """The games have been played: they began three hours ago, or at midnight when that was yesterday."""
    done = subprocess.run(
        [sys.executable, "-c", TIME_PASSES, *map(str, games)],
        env=installation.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def say_score(coach: Traveler, game: int, sides: list[str]) -> None:
    """The coach finds the game on Today and says the score with one thumb."""
    page = coach.go("/today")
    page.locator(f"main a[href='/games/{game}/score']").first.click()
    page.get_by_role("heading", level=1).wait_for()
    assert " – ".join(sides) in page.inner_text("h1")
    checked(coach)
    fill_score(page, sides)
    page.get_by_role("button", name="Save the score").click()
    page.get_by_text("One side has said the score.").wait_for()
    checked(coach)


def fill_score(page: Page, sides: list[str], reds: int = 3, blues: int = 1) -> None:
    """The score as the fields are named."""
    for side in sides:
        page.get_by_role("spinbutton", name=side).fill(str(reds if side == TEAMS[0] else blues))


def card(office: Traveler, stranger: Traveler, game: int, sides: list[str]) -> None:
    """The coordinator prints the card; whoever stands at the field with it says the other side's score, at first wrongly.

    On a phone without JavaScript.
    """
    page = office.go(f"/games/{game}/score")
    with page.expect_response("**/card.pdf") as answered:
        page.get_by_role("button", name="Game card").click()
    printed = office.context.request.get(answered.value.url)
    words = " ".join(each.extract_text() for each in PdfReader(io.BytesIO(printed.body())).pages)
    assert FAMILIES[0] in words
    found = re.search(r"\b(?:[A-Z2-9]{4}-){2}[A-Z2-9]{4}\b", words)
    assert found, words
    page = stranger.go("/g")
    page.get_by_label("Code on the game card").fill(found[0].lower())
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", level=1).wait_for()
    assert not [name for name in FAMILIES if name in page.content()], "a child's name on a page that anybody may open"
    stranger.assert_fits()
    page.get_by_role("radio", name=TEAMS[1], exact=True).check()
    fill_score(page, sides, reds=1, blues=3)
    page.get_by_role("button", name="Save the score").click()
    page.get_by_text("The two teams say different scores.").wait_for()
    stranger.assert_fits()
    assert "The two teams say different scores." in office.go(f"/games/{game}/score").inner_text("main")
    page.get_by_role("link", name="Enter or correct the score").click()
    page.get_by_role("radio", name=TEAMS[1], exact=True).check()
    fill_score(page, sides)
    page.get_by_role("button", name="Save the score").click()
    page.get_by_text("Final:").wait_for()


def standings(coach: Traveler, teams: list[str]) -> None:
    """The table stands, with what decided it."""
    page = open_standings(coach)
    names = page.locator("main table tbody th").all_inner_texts()
    assert [name.strip() for name in names] == list(TEAMS)
    assert f"Behind {TEAMS[0]} by points" in page.inner_text("main")
    checked(coach)
    assert teams


def publish_standings(office: Traveler, season: str, family: Traveler) -> None:
    """Everybody may see them, in Spanish too."""
    page = office.go(f"{season}/scores")
    assert "Every game that has begun has its final result." in page.inner_text("main")
    page.get_by_role("button", name="Make the standings public").click()
    page.get_by_role("button", name="Take it back").wait_for()
    address: Any = next(
        each for each in page.locator("main a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        if re.fullmatch(r"/standings/[A-Z0-9]{10}", each or "")
    )  # fmt: skip
    checked(office)
    words = family.go(address).inner_text("main")
    assert f"Detrás de {TEAMS[0]} por puntos" in words
    assert "Cup field" not in words
    checked(family)

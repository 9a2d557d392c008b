"""Pages of standings and playoffs for 64 teams, in server time, against floors in the same run.

A page took 49 ms of CPU where the table alone took 3.5 ms: thirty times the table are the 100 ms of the issue.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.measure import Measure
from tests.makers.accounts import make_account, session_cookie
from tests.makers.programs import make_season
from tests.makers.scores import make_bracket, make_game, make_opponent, make_venue, said
from tests.support.houses import bare_house
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.leagues.models import Division
from youthprog.leagues.scores.bracket import bracket_of
from youthprog.leagues.scores.models import BracketGame, SeasonScores
from youthprog.leagues.scores.types import Side
from youthprog.leagues.standings.tables import Game, Rules, standings_of

TEAMS, GAMES_EACH, ROUNDS = 64, 7, 9


def measures() -> Iterator[Measure]:
    """The page of a division of 64 teams with its games and playoffs, from inside and from outside."""
    with league_of_64() as (client, inside, outside, games):
        floor = median(lambda: standings_of(games, Rules(), map(str, range(TEAMS))))
        plain = median(lambda: opened(client, "/healthz"))
        for name, address in (("page of standings and playoffs, 64 teams", inside), ("public page of them", outside)):
            taken = median(lambda address=address: opened(client, address))  # type: ignore[misc]
            yield Measure(f"{name}, against its table alone", taken / floor, "times", 30)
            yield Measure(f"{name}, against the simplest page", taken / plain, "times", 400)


def median(work: Callable[[], object]) -> float:
    """Seconds of CPU that a piece of work takes, the first time left out."""
    work()
    taken = []
    for _round in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def opened(client: Any, address: str) -> str:
    """A page, and that it is one."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    text: str = answer.get_data(as_text=True)
    return text


@contextmanager
def league_of_64() -> Iterator[tuple[Any, str, str, list[Any]]]:
    """A division of 64 teams with 224 games said by both sides and playoffs of all of them, one round played."""
    with TemporaryDirectory() as folder, bare_house("sqlite", Path(folder)) as house:
        assert house.app is not None
        with house.app.app_context():
            db.db.create_all()
            division, games = _league(random.Random(6))
            token = session_cookie(make_account(Role.COORDINATOR))
            code = _public(division)
            db.session().commit()
            inside, outside = f"/standings/divisions/{division.id}", f"/standings/{code}"
            db.db.session.remove()
        client = house.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        yield client, inside, outside, games


def _public(division: Division) -> str:
    row = SeasonScores(season_id=division.season_id, code="ABCDEFGHJK", final_hours=48, link_days=3, rules={})
    db.session().add(row)
    db.session().flush()
    return "ABCDEFGHJK"


def _league(dice: random.Random) -> tuple[Division, list[Any]]:
    today = clock.today()
    season = make_season(starts_on=today - timedelta(days=90), ends_on=today + timedelta(days=30))
    division = Division(season=season, name="Under 12", folded_name="under 12")
    db.session().add(division)
    db.session().flush()
    teams = [make_opponent(division, season, f"Team {number:02}") for number in range(TEAMS)]
    venue, counted = make_venue(), []
    for number in range(TEAMS * GAMES_EACH // 2):
        home, away = teams[number % TEAMS], teams[(number * 7 + 1 + number // TEAMS) % TEAMS]
        if home is away:
            away = teams[(number + 1) % TEAMS]
        game = make_game(home, away, venue, clock.now() - timedelta(days=80, hours=-number))
        mine, theirs = dice.randint(0, 3), dice.randint(0, 3)
        for side in (Side.HOME, Side.AWAY):
            said(game, side, mine, theirs)
        counted.append((str(home.id), str(away.id), mine, theirs))
    _playoffs(division, teams, venue)
    return division, [Game(*each) for each in counted]


def _playoffs(division: Division, teams: list[Any], venue: Any) -> None:
    bracket = make_bracket(division, *teams)
    first = [tie for tie in bracket_of(TEAMS) if tie.round == 1]
    for tie in first:
        game = make_game(teams[tie.home.number - 1], teams[tie.away.number - 1], venue)
        db.session().add(BracketGame(bracket_id=bracket.id, key=tie.key, fixture_id=game.id))
        for side in (Side.HOME, Side.AWAY):
            said(game, side, 2, 1)
    db.session().flush()

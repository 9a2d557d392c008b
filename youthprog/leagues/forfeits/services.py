"""The chore that looks ahead for teams too few to play. It never commits."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import current_app

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.leagues.forfeits import queries, rules
from youthprog.leagues.forfeits.models import ForfeitWatch
from youthprog.leagues.forfeits.queries import Ahead
from youthprog.leagues.forfeits.types import Squad
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient

KIND, LETTER = "forfeit_warning", "leagues/mail/forfeit"
LOOK_AGAIN = timedelta(minutes=30)  # who can play changes by the hour, not by the minute


def warn(now: datetime) -> Iterator[int]:
    """Look at the games ahead; warn of each team that is too few, once by mail and on Today as long as it holds.

    A coach or coordinator of several such teams gets one letter. A chore done often: each game is counted every half
    hour. Yields when anything was written; the worker commits after it.
    """
    near = queries.games_ahead(now)
    known = queries.watched(near)
    games = [game for game in near if _is_due(known.get(game.gathering_id), now)]
    squads = queries.squads_of(games) if games else {}
    fresh = [game for game in games if _keep(known.get(game.gathering_id), game, squads[game.gathering_id], now)]
    letters: dict[int, tuple[Recipient, list[Ahead]]] = {}
    for game in fresh:
        for to in queries.told_of(game, now):
            letters.setdefault(to.person_id or 0, (to, []))[1].append(game)
    for to, about in letters.values():
        _write(to, about, squads, now)
    if games:
        db.flush()
        yield len(fresh)


def _is_due(row: ForfeitWatch | None, now: datetime) -> bool:
    return row is None or row.seen_at <= now - LOOK_AGAIN


def _keep(row: ForfeitWatch | None, game: Ahead, squad: Squad, now: datetime) -> bool:
    """Write down how a game stands; True when its team is too few for the first time."""
    if row is None:
        row = ForfeitWatch(gathering_id=game.gathering_id)
        db.session().add(row)
    row.members, row.away, row.not_cleared = squad.members, squad.away, squad.not_cleared
    row.fewest, row.seen_at = game.fewest, now
    short, is_first = rules.is_short(squad, game.fewest), row.raised_at is None
    row.over_at = None if short or is_first else row.over_at or now
    if not short or not is_first:
        return False
    row.raised_at = now
    about = {"players": squad.playable, "fewest": game.fewest}
    record("forfeit.warned", "gathering", game.gathering_id, by=SYSTEM, now=now, **about)
    return True


def _write(to: Recipient, games: list[Ahead], squads: dict[int, Squad], now: datetime) -> None:
    base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
    lines = [
        {
            "team": game.group,
            "starts_at": game.starts_at,
            "playable": squads[game.gathering_id].playable,
            "fewest": game.fewest,
            "helps": rules.what_helps(squads[game.gathering_id], game.fewest),
            "link": f"{base}/groups/{game.group_id}/team",
        }
        for game in games
    ]
    outreach.send(
        KIND, LETTER, to=to, subject_id=games[0].gathering_id,
        also_subjects=[game.gathering_id for game in games[1:]],
        values={"name": to.name, "lines": lines, "count": len(lines)}, by=SYSTEM, now=now,
    )  # fmt: skip

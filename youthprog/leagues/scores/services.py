"""Verbs of results: say one, decide one, set the league's rules, draw lots, put a link on a game's card. They never commit."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm as so

from youthprog.audit.services import record
from youthprog.core import crypto, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.leagues.models import Division
from youthprog.leagues.scores import notices, queries, table_queries
from youthprog.leagues.scores.models import DivisionScores, DrawnLot, ScoreEntry, ScoreLink, SeasonScores
from youthprog.leagues.scores.rules import refusals_to_decide, refusals_to_say, tidy
from youthprog.leagues.scores.types import Keeping, Said, Side
from youthprog.leagues.season.models import Fixture
from youthprog.leagues.season.types import FixtureState
from youthprog.programs.models import Season

REPORTED = N_("Reported to the office")  # the reason of a score that overrules nobody
CHANGED = N_("Somebody else said something of this game meanwhile. Look at it again.")
GREATEST_LOT = 9_999
CODE_LETTERS = 12


# ---- results ----


def say(
    fixture: Fixture, side: Side, said: Said, *, seen: int, by: Actor, now: datetime, by_link: bool = False
) -> ScoreEntry:
    """Say a game's result for one of its teams; what the side said before stays, replaced.

    `seen` is the number of what the side said when it was looked at, 0 for nothing. Raises `Refused`; `Conflict` when
    somebody else was faster.
    """
    _lock(fixture)
    rows = queries.entries_of([fixture.id]).get(fixture.id, [])
    facts = queries.facts_of(fixture, rows, now)
    _check_seen(rows, side, seen)
    said = tidy(said, is_knockout=facts.is_knockout)
    refuse_if(refusals_to_say(facts, said))
    hours = queries.season_scores(fixture.season_id).final_hours
    row = _write(fixture, side, said, rows, stands_at=now + timedelta(hours=hours), by=by, now=now, by_link=by_link)
    record("score.said", "game", fixture.id, by=by, now=now, side=side.value, entry_id=row.id, by_link=by_link)
    notices.tell_of_two_scores(fixture, [*(each for each in rows if each.side is not side), row], by=by, now=now)
    return row


def decide(fixture: Fixture, said: Said, reason: str, *, seen: int, by: Actor, now: datetime) -> ScoreEntry:
    """Say for the league what a game's result is, whatever its teams said. It is final; the reason is kept.

    A score that overrules nobody needs none: somebody told it to the office.

    `seen` is the number of the newest thing said of the game when it was looked at.
    """
    _lock(fixture)
    rows = queries.entries_of([fixture.id]).get(fixture.id, [])
    facts = queries.facts_of(fixture, rows, now)
    if newest(rows) != seen:
        raise Conflict([Refusal("changed_meanwhile", CHANGED)])
    said = tidy(said, is_knockout=facts.is_knockout)
    refuse_if(refusals_to_decide(facts, said, reason, [queries.said_in(row) for row in rows]))
    why = reason.strip() or REPORTED
    row = _write(fixture, Side.LEAGUE, said, rows, stands_at=None, by=by, now=now, reason=why)
    record("score.decided", "game", fixture.id, by=by, now=now, entry_id=row.id)
    notices.tell_of_two_scores(fixture, [*rows, row], by=by, now=now)
    return row


def newest(rows: list[ScoreEntry]) -> int:
    """The number of the newest thing said, 0 for nothing: what a page was looking at."""
    return max((row.id for row in rows), default=0)


def _lock(fixture: Fixture) -> None:
    """Let nobody else say anything of the game until the end of the transaction."""
    db.session().execute(sa.select(Fixture.id).where(Fixture.id == fixture.id).with_for_update())


def _check_seen(rows: list[ScoreEntry], side: Side, seen: int) -> None:
    if next((row.id for row in rows if row.side is side), 0) != seen:
        raise Conflict([Refusal("changed_meanwhile", CHANGED)])


def _write(
    fixture: Fixture,
    side: Side,
    said: Said,
    rows: list[ScoreEntry],
    *,
    stands_at: datetime | None,
    by: Actor,
    now: datetime,
    reason: str = "",
    by_link: bool = False,
) -> ScoreEntry:
    """Write what a side says, and that it takes the place of what the side said before."""
    table, first_at = db.table(ScoreEntry), now
    for before in (row for row in rows if row.side is side):
        done = db.session().execute(
            sa.update(table).where(table.c.id == before.id, table.c.replaced_at.is_(None)).values(replaced_at=now)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict([Refusal("changed_meanwhile", CHANGED)])
        if before.said_at >= fixture.starts_at:
            first_at = before.first_at
    row = ScoreEntry(
        fixture_id=fixture.id,
        side=side,
        happened=said.happened,
        home_score=said.home_score,
        away_score=said.away_score,
        goes_on=said.goes_on,
        said_at=now,
        first_at=first_at,
        stands_at=stands_at,
        said_by_id=None if by_link else by.person_id,
        by_link=by_link,
        reason=reason,
    )
    db.session().add(row)
    db.flush()
    return row


# ---- the league's settings ----


def set_season(
    season: Season,
    *,
    no_scores_under: int | None,
    final_hours: int,
    link_days: int,
    rules: Mapping[str, Any],
    by: Actor,
    now: datetime,
) -> None:
    """Say how a season keeps its scores. What is final stays final; a link on a card keeps the days it was made with."""
    row = _season_row(season)
    row.no_scores_under, row.final_hours, row.link_days, row.rules = (
        no_scores_under,
        final_hours,
        link_days,
        dict(rules),
    )
    db.flush()
    record("scores.season_set", "season", season.id, by=by, now=now)


def set_division(
    division: Division, keeping: Keeping, rules: Mapping[str, Any] | None, *, by: Actor, now: datetime
) -> None:
    """Say whether a division keeps scores, and by which rules: its own, or (None) the season's."""
    row = db.session().get(DivisionScores, division.id)
    if row is None:
        row = DivisionScores(division_id=division.id)
        db.session().add(row)
    row.keeping, row.rules = keeping, dict(rules or {})
    db.flush()
    record("scores.division_set", "division", division.id, by=by, now=now, keeping=keeping.value)


def publish_standings(season: Season, *, by: Actor, now: datetime) -> str:
    """Make a season's standings public, under an address of their own. Raises `Refused` before its games are published."""
    statement = sa.select(Fixture.id).where(Fixture.season_id == season.id, Fixture.state != FixtureState.DRAFT)
    if db.session().scalar(statement.limit(1)) is None:
        raise Refused([Refusal("not_published", N_("Publish the season’s games first."))])
    row = _season_row(season)
    if row.code is None:
        row.code = crypto.code(10)
        db.flush()
        record("standings.published", "season", season.id, by=by, now=now)
    return row.code


def withdraw_standings(season: Season, *, by: Actor, now: datetime) -> None:
    """Take a season's standings from the public; the address is gone, another one would be new."""
    row = _season_row(season)
    if row.code is not None:
        row.code = None
        db.flush()
        record("standings.withdrawn", "season", season.id, by=by, now=now)


def _season_row(season: Season) -> SeasonScores:
    row = db.session().get(SeasonScores, season.id)
    if row is None:
        row = queries.season_scores(season.id)
        db.session().add(row)
    return row


# ---- lots ----


def draw_lots(division: Division, *, by: Actor, now: datetime) -> int:
    """Draw a lot for every team of a division that has none; returns for how many.

    A lot is drawn once: whoever draws cannot draw again until the order pleases. Each team's number is as likely as any
    other's, also when a team came later.
    """
    db.session().execute(sa.select(Division.id).where(Division.id == division.id).with_for_update())
    drawn = {lot.team_id: lot.number for lot in table_queries.lots_of(division.id)}
    teams = [team_id for team_id, _name in table_queries.teams_of([division.id])[division.id] if team_id not in drawn]
    if not teams:
        raise Conflict([Refusal("drawn", N_("Every team of this division has its lot already."))])
    free = sorted(set(range(1, GREATEST_LOT + 1)) - set(drawn.values()))
    numbers = secrets.SystemRandom().sample(free, len(teams))
    for team_id, number in zip(teams, numbers, strict=True):
        lot = DrawnLot(team_id=team_id, division_id=division.id, number=number, drawn_at=now, drawn_by_id=by.person_id)
        db.session().add(lot)
    db.flush()
    lots = {str(team_id): number for team_id, number in zip(teams, numbers, strict=True)}
    record("lots.drawn", "division", division.id, by=by, now=now, lots=lots)
    return len(teams)


# ---- the link on a game's card ----


def make_link(fixture: Fixture, *, by: Actor, now: datetime) -> ScoreLink:
    """See that a game has a link for its card: the one it has, or a new one where that is worth nothing any more."""
    days = queries.season_scores(fixture.season_id).link_days
    row = db.session().scalar(sa.select(ScoreLink).where(ScoreLink.fixture_id == fixture.id))
    if row is not None and code_of(row) is not None:
        return row
    if row is None:
        row = ScoreLink(fixture_id=fixture.id, made_at=now, made_by_id=by.person_id)
        db.session().add(row)
    row.serial, row.days = crypto.code(10), days
    row.code_hash = crypto.fingerprint(_code(fixture.id, row.serial))
    db.flush()
    record("score_link.made", "game", fixture.id, by=by, now=now)
    return row


def code_of(link: ScoreLink) -> str | None:
    """The code of a link, made again; None when the installation's secret is another one since."""
    code = _code(link.fixture_id, link.serial)
    return code if crypto.fingerprint(code) == link.code_hash else None


def find_code(fixture: Fixture, now: datetime) -> str | None:
    """The code for the card of a game that is not final, while the game has a live link."""
    row = db.session().scalar(
        sa.select(ScoreLink).where(ScoreLink.fixture_id == fixture.id).options(so.joinedload(ScoreLink.fixture))
    )
    return code_of(row) if row is not None and is_live(row, is_final=False, now=now) else None


def _code(fixture_id: int, serial: str) -> str:
    """Twelve letters that only this installation can make: 60 bits, without letters that look alike."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"score link:{fixture_id}:{serial}".encode(), hashlib.sha256).digest()
    return digest[:CODE_LETTERS].translate(crypto.LETTER_OF_BYTE).decode()


def is_live(link: ScoreLink, *, is_final: bool, now: datetime) -> bool:
    """Whether a link still opens its game: not final yet, and not longer after the game than its days."""
    return not is_final and now <= link.fixture.ends_at + timedelta(days=link.days)

"""Tables of results: what each side said of a game, the league's settings and lots, brackets, links on game cards."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthprog.core.db import Model, choice, partial_index
from youthprog.leagues.scores.types import Happened, Keeping, Side
from youthprog.leagues.season.models import Fixture
from youthprog.people.models import Person

SEASON, DIVISION, TEAM, FIXTURE, PERSON = "season.id", "division.id", "team.id", "fixture.id", "person.id"
SCORES = "(happened IN ('played', 'abandoned')) OR (home_score IS NULL AND away_score IS NULL)"


class ScoreEntry(Model):
    """What one side said of a game. A correction is a new row; the one before it stays, with `replaced_at`.

    `first_at` is when the side first said anything of this game; `stands_at` when its word is final if the other side
    says nothing. The league's own word has a reason. By the link on a game card nobody is known: `said_by_id` is empty.
    """

    __tablename__ = "score_entry"
    __table_args__ = (
        sa.CheckConstraint(SCORES, name="scores_of_games"),
        sa.CheckConstraint("happened <> 'played' OR (home_score >= 0 AND away_score >= 0)", name="scores"),
        sa.CheckConstraint("side <> 'league' OR reason <> ''", name="league_has_reason"),
        partial_index("uq_score_entry_current", "fixture_id", "side", where="replaced_at IS NULL"),
        sa.Index("ix_score_entry_fixture", "fixture_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fixture_id: Mapped[int] = mapped_column(sa.ForeignKey(FIXTURE))
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    happened: Mapped[Happened] = mapped_column(choice(Happened, "happened"))
    home_score: Mapped[int | None]
    away_score: Mapped[int | None]
    goes_on: Mapped[Side | None] = mapped_column(choice(Side, "goes_on"))
    said_at: Mapped[datetime]
    first_at: Mapped[datetime]
    stands_at: Mapped[datetime | None]
    said_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    by_link: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    replaced_at: Mapped[datetime | None]
    said_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class SeasonScores(Model):
    """How a season keeps its scores; a season without a row keeps them as the defaults say.

    `code` is the address of its public standings, when they are public. `rules` is what `league_rules.values_of` says.
    """

    __tablename__ = "season_scores"
    __table_args__ = (
        sa.CheckConstraint("no_scores_under BETWEEN 1 AND 21", name="no_scores_under"),
        sa.CheckConstraint("final_hours BETWEEN 1 AND 720", name="final_hours"),
        sa.CheckConstraint("link_days BETWEEN 1 AND 30", name="link_days"),
    )

    season_id: Mapped[int] = mapped_column(sa.ForeignKey(SEASON), primary_key=True)
    code: Mapped[str | None] = mapped_column(sa.String(16), unique=True)
    no_scores_under: Mapped[int | None]
    final_hours: Mapped[int] = mapped_column(default=48)
    link_days: Mapped[int] = mapped_column(default=3)
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DivisionScores(Model):
    """What a division does differently: whether it keeps scores, and rules of its own; empty: the season's."""

    __tablename__ = "division_scores"

    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION), primary_key=True)
    keeping: Mapped[Keeping] = mapped_column(choice(Keeping, "keeping"), default=Keeping.BY_AGE)
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DrawnLot(Model):
    """The lot drawn for a team, once and for all of its season: the lowest number stands first."""

    __tablename__ = "drawn_lot"
    __table_args__ = (sa.UniqueConstraint("division_id", "number"),)

    team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM), primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION))
    number: Mapped[int]
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    drawn_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Bracket(Model):
    """The playoffs of a division: single elimination, seeded when it was made."""

    __tablename__ = "bracket"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(sa.ForeignKey(DIVISION), unique=True)
    third: Mapped[bool] = mapped_column(default=False)
    consolation: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))


class BracketSeed(Model):
    """A team's place in a bracket, 1 the best."""

    __tablename__ = "bracket_seed"
    __table_args__ = (
        sa.UniqueConstraint("bracket_id", "team_id"),
        sa.CheckConstraint("seed BETWEEN 1 AND 64", name="seed"),
    )

    bracket_id: Mapped[int] = mapped_column(sa.ForeignKey("bracket.id"), primary_key=True)
    seed: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey(TEAM))


class BracketGame(Model):
    """A game of a bracket that has its time and place. `key` is that of `bracket.Tie`."""

    __tablename__ = "bracket_game"

    bracket_id: Mapped[int] = mapped_column(sa.ForeignKey("bracket.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    fixture_id: Mapped[int] = mapped_column(sa.ForeignKey(FIXTURE), unique=True)
    fixture: Mapped[Fixture] = relationship(lazy="raise_on_sql")


class ScoreLink(Model):
    """The link on a game's card: opens the entry of that game's score and nothing else.

    Only the hash of its code is kept; the code is made again from the installation's secret, the game and `serial`
    whenever the card is printed. It lives until `days` after the game, or until the result is final.
    """

    __tablename__ = "score_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    fixture_id: Mapped[int] = mapped_column(sa.ForeignKey(FIXTURE), unique=True)
    serial: Mapped[str] = mapped_column(sa.String(16))
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    days: Mapped[int]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PERSON))
    fixture: Mapped[Fixture] = relationship(lazy="raise_on_sql")

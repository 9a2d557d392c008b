"""Fields and their hours, how a division plays, the making of a schedule, its games."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = "state IN ('asked', 'running')"


def _states(*names: str) -> sa.Enum:
    return sa.Enum(*names, name="state", native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Forward. No season has a schedule yet."""
    op.create_table(
        "venue",
        sa.Column("id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("folded_name", sa.String(80), nullable=False),
        _key("venue", "site_id", "site"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("site_id", "folded_name", name=op.f("uq_venue_site_id_folded_name")),
    )
    op.create_table(
        "venue_hours",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("venue_id", KEY, nullable=False),
        sa.Column("weekday", KEY, nullable=True),
        sa.Column("only_on", sa.Date(), nullable=True),
        sa.Column("starts_minute", KEY, nullable=False),
        sa.Column("ends_minute", KEY, nullable=False),
        sa.CheckConstraint("(weekday IS NULL) <> (only_on IS NULL)", name=op.f("ck_venue_hours_weekday_or_date")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_venue_hours_weekday")),
        sa.CheckConstraint(
            "0 <= starts_minute AND starts_minute < ends_minute AND ends_minute <= 1440",
            name=op.f("ck_venue_hours_hours"),
        ),
        _key("venue_hours", "season_id", "season"),
        _key("venue_hours", "venue_id", "venue"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue_hours")),
    )
    op.create_index(op.f("ix_venue_hours_season_id"), "venue_hours", ["season_id"])
    op.create_index(op.f("ix_venue_hours_venue_id"), "venue_hours", ["venue_id"])
    op.create_table(
        "closed_day",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("venue_id", KEY, nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(120), nullable=False),
        _key("closed_day", "season_id", "season"),
        _key("closed_day", "venue_id", "venue"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
    )
    op.create_index(op.f("ix_closed_day_season_id"), "closed_day", ["season_id"])
    _divisions()
    _runs()
    _fixtures()


def _divisions() -> None:
    op.create_table(
        "division_games",
        sa.Column("division_id", KEY, autoincrement=False, nullable=False),
        sa.Column("minutes", KEY, nullable=False),
        sa.Column("legs", KEY, nullable=False),
        sa.Column("games", KEY, nullable=True),
        sa.Column("rest_days", KEY, nullable=False),
        sa.Column("most_a_week", KEY, nullable=True),
        sa.CheckConstraint("minutes BETWEEN 10 AND 480", name=op.f("ck_division_games_minutes")),
        sa.CheckConstraint("legs BETWEEN 1 AND 2", name=op.f("ck_division_games_legs")),
        sa.CheckConstraint("games BETWEEN 1 AND 80", name=op.f("ck_division_games_games")),
        sa.CheckConstraint("rest_days BETWEEN 0 AND 14", name=op.f("ck_division_games_rest_days")),
        sa.CheckConstraint("most_a_week BETWEEN 1 AND 7", name=op.f("ck_division_games_most_a_week")),
        _key("division_games", "division_id", "division"),
        sa.PrimaryKeyConstraint("division_id", name=op.f("pk_division_games")),
    )


def _runs() -> None:
    op.create_table(
        "schedule_run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("state", _states("asked", "running", "done", "impossible", "not_found", "failed"), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", KEY, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("stop_asked_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("cause", sa.JSON(), nullable=False),
        _key("schedule_run", "season_id", "season"),
        _key("schedule_run", "asked_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_run")),
    )
    op.create_index(op.f("ix_schedule_run_season_id"), "schedule_run", ["season_id"])
    op.create_index(
        "uq_schedule_run_open",
        "schedule_run",
        ["season_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def _fixtures() -> None:
    op.create_table(
        "fixture",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("home_team_id", KEY, nullable=False),
        sa.Column("away_team_id", KEY, nullable=False),
        sa.Column("venue_id", KEY, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("state", _states("draft", "published", "canceled"), nullable=False),
        sa.Column("home_gathering_id", KEY, nullable=True),
        sa.Column("away_gathering_id", KEY, nullable=True),
        sa.CheckConstraint("home_team_id <> away_team_id", name=op.f("ck_fixture_two_teams")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_fixture_starts_before_end")),
        sa.CheckConstraint(
            "(state = 'draft') = (home_gathering_id IS NULL)", name=op.f("ck_fixture_gathering_once_published")
        ),
        sa.CheckConstraint(
            "(home_gathering_id IS NULL) = (away_gathering_id IS NULL)", name=op.f("ck_fixture_both_gatherings")
        ),
        _key("fixture", "season_id", "season"),
        _key("fixture", "division_id", "division"),
        _key("fixture", "home_team_id", "team"),
        _key("fixture", "away_team_id", "team"),
        _key("fixture", "venue_id", "venue"),
        _key("fixture", "home_gathering_id", "gathering"),
        _key("fixture", "away_gathering_id", "gathering"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixture")),
        sa.UniqueConstraint("home_gathering_id", name=op.f("uq_fixture_home_gathering_id")),
        sa.UniqueConstraint("away_gathering_id", name=op.f("uq_fixture_away_gathering_id")),
    )
    op.create_index("ix_fixture_season", "fixture", ["season_id", "starts_at"])
    op.create_index("ix_fixture_venue", "fixture", ["venue_id", "starts_at"])


def downgrade() -> None:
    """Back. Schedules are lost; the gatherings of published games stay."""
    for name in ("fixture", "schedule_run", "division_games", "closed_day", "venue_hours", "venue"):
        op.drop_table(name)

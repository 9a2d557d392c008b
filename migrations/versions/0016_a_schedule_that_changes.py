"""Changes of a published schedule and how they are undone; days off, homes, fields and ways; excused clashes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNTOLD = "told_at IS NULL"
UNDONE = "undone_at IS NOT NULL AND taken_back_at IS NULL"


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _state(name: str) -> sa.Enum:
    return _choice(name, "draft", "published", "canceled")


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Forward. Games that are there are the season's and have not changed yet."""
    with op.batch_alter_table("fixture") as table:
        kind = _choice("kind", "league", "friendly")
        table.add_column(sa.Column("kind", kind, nullable=False, server_default="league"))
        table.add_column(sa.Column("sequence", KEY, nullable=False, server_default="0"))
    _rules()
    _excuses()
    _changes()


def _rules() -> None:
    op.create_table(
        "team_day_off",
        sa.Column("id", KEY, nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_team_day_off_from_before_until")),
        _key("team_day_off", "team_id", "team"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_day_off")),
    )
    op.create_index(op.f("ix_team_day_off_team_id"), "team_day_off", ["team_id"])
    op.create_table(
        "team_home",
        sa.Column("team_id", KEY, autoincrement=False, nullable=False),
        sa.Column("venue_id", KEY, nullable=False),
        _key("team_home", "team_id", "team"),
        _key("team_home", "venue_id", "venue"),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_home")),
    )
    op.create_table(
        "venue_division",
        sa.Column("venue_id", KEY, autoincrement=False, nullable=False),
        sa.Column("division_id", KEY, autoincrement=False, nullable=False),
        _key("venue_division", "venue_id", "venue"),
        _key("venue_division", "division_id", "division"),
        sa.PrimaryKeyConstraint("venue_id", "division_id", name=op.f("pk_venue_division")),
    )
    op.create_index(op.f("ix_venue_division_division_id"), "venue_division", ["division_id"])
    op.create_table(
        "season_travel",
        sa.Column("season_id", KEY, autoincrement=False, nullable=False),
        sa.Column("minutes", KEY, nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 240", name=op.f("ck_season_travel_minutes")),
        _key("season_travel", "season_id", "season"),
        sa.PrimaryKeyConstraint("season_id", name=op.f("pk_season_travel")),
    )


def _excuses() -> None:
    op.create_table(
        "clash_excuse",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("one_team_id", KEY, nullable=False),
        sa.Column("other_team_id", KEY, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("excused_at", MOMENT, nullable=False),
        sa.Column("excused_by_id", KEY, nullable=False),
        sa.CheckConstraint("one_team_id < other_team_id", name=op.f("ck_clash_excuse_in_order")),
        _key("clash_excuse", "season_id", "season"),
        _key("clash_excuse", "one_team_id", "team"),
        _key("clash_excuse", "other_team_id", "team"),
        _key("clash_excuse", "excused_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clash_excuse")),
        sa.UniqueConstraint("one_team_id", "other_team_id", name=op.f("uq_clash_excuse_one_team_id_other_team_id")),
    )
    op.create_index(op.f("ix_clash_excuse_season_id"), "clash_excuse", ["season_id"])


def _changes() -> None:
    op.create_table(
        "schedule_change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("kind", _choice("kind", "rain_out", "move", "call_off", "add"), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("closed_ids", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("told", KEY, nullable=False),
        sa.Column("unreached", KEY, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by_id", KEY, nullable=True),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "taken_back_at IS NULL OR undone_at IS NOT NULL", name=op.f("ck_schedule_change_taken_back_once_undone")
        ),
        _key("schedule_change", "season_id", "season"),
        _key("schedule_change", "made_by_id", "person"),
        _key("schedule_change", "undone_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_change")),
    )
    op.create_index(op.f("ix_schedule_change_season_id"), "schedule_change", ["season_id"])
    for name, condition in (("untold", UNTOLD), ("undone", UNDONE)):
        op.create_index(
            f"ix_schedule_change_{name}",
            "schedule_change",
            ["id"],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_table(
        "changed_game",
        sa.Column("change_id", KEY, autoincrement=False, nullable=False),
        sa.Column("fixture_id", KEY, autoincrement=False, nullable=False),
        sa.Column("was_venue_id", KEY, nullable=True),
        sa.Column("was_starts_at", MOMENT, nullable=True),
        sa.Column("was_ends_at", MOMENT, nullable=True),
        sa.Column("was_state", _state("was_state"), nullable=True),
        sa.Column("now_venue_id", KEY, nullable=False),
        sa.Column("now_starts_at", MOMENT, nullable=False),
        sa.Column("now_ends_at", MOMENT, nullable=False),
        sa.Column("now_state", _state("now_state"), nullable=False),
        sa.Column("sequence", KEY, nullable=False),
        sa.Column("gatherings", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(was_venue_id IS NULL) = (was_starts_at IS NULL)", name=op.f("ck_changed_game_was_place_and_time")
        ),
        sa.CheckConstraint(
            "(was_starts_at IS NULL) = (was_ends_at IS NULL)", name=op.f("ck_changed_game_was_start_and_end")
        ),
        _key("changed_game", "change_id", "schedule_change"),
        _key("changed_game", "fixture_id", "fixture"),
        _key("changed_game", "was_venue_id", "venue"),
        _key("changed_game", "now_venue_id", "venue"),
        sa.PrimaryKeyConstraint("change_id", "fixture_id", name=op.f("pk_changed_game")),
    )
    op.create_index(op.f("ix_changed_game_fixture_id"), "changed_game", ["fixture_id"])


def downgrade() -> None:
    """Back. Games stay where they are; what they were before, days off, homes, excuses are lost."""
    for name in (
        "changed_game", "schedule_change", "clash_excuse", "season_travel", "venue_division", "team_home", "team_day_off"
    ):  # fmt: skip
        op.drop_table(name)
    with op.batch_alter_table("fixture") as table:
        table.drop_constraint(op.f("ck_fixture_kind"), type_="check")
        table.drop_column("sequence")
        table.drop_column("kind")

"""Rosters: a division's rules and what they were, exceptions, moves, suspensions, medical holds, papers, the waitlist."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = "placed_at IS NULL AND left_at IS NULL"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _between(table: str, column: str, least: int, most: int) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} BETWEEN {least} AND {most}", name=op.f(f"ck_{table}_{column}"))


def _wait_from() -> sa.Column[str]:
    return sa.Column("wait_from", _one_of("wait_from", "hold", "clearance"), nullable=False)


def upgrade() -> None:
    """Forward. No division has rules yet, nobody is held."""
    op.create_table(
        "division_roster",
        sa.Column("division_id", KEY, autoincrement=False, nullable=False),
        sa.Column("most_players", KEY, nullable=True),
        sa.Column("fewest_players", KEY, nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("one_team", sa.Boolean(), nullable=False),
        sa.Column("asks_age_proof", sa.Boolean(), nullable=False),
        sa.Column("asks_physical", sa.Boolean(), nullable=False),
        sa.Column("wait_days", KEY, nullable=False),
        _wait_from(),
        _between("division_roster", "most_players", 1, 500),
        _between("division_roster", "fewest_players", 1, 500),
        _between("division_roster", "wait_days", 0, 60),
        _key("division_roster", "division_id", "division"),
        sa.PrimaryKeyConstraint("division_id", name=op.f("pk_division_roster")),
    )
    op.create_table(
        "division_roster_change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        _key("division_roster_change", "division_id", "division"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_roster_change")),
    )
    op.create_index(op.f("ix_division_roster_change_division_id"), "division_roster_change", ["division_id"])
    _exceptions()
    _moves()
    _suspensions()
    _holds()
    _waiting()


def _exceptions() -> None:
    kinds = ("play_up", "play_down", "no_birth_date", "late", "over_limit", "second_team", "ahead")
    op.create_table(
        "roster_exception",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("kind", _one_of("kind", *kinds), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("given_by_id", KEY, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", KEY, nullable=True),
        _key("roster_exception", "youth_id", "person"),
        _key("roster_exception", "group_id", "group"),
        _key("roster_exception", "given_by_id", "person"),
        _key("roster_exception", "ended_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_exception")),
    )
    op.create_index("ix_roster_exception_youth", "roster_exception", ["youth_id", "group_id"])
    op.create_index(op.f("ix_roster_exception_group_id"), "roster_exception", ["group_id"])


def _moves() -> None:
    op.create_table(
        "roster_move",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("kind", _one_of("kind", "joined", "transferred", "left", "moved_up"), nullable=False),
        sa.Column("from_group_id", KEY, nullable=True),
        sa.Column("to_group_id", KEY, nullable=True),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        _key("roster_move", "youth_id", "person"),
        _key("roster_move", "from_group_id", "group"),
        _key("roster_move", "to_group_id", "group"),
        _key("roster_move", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_move")),
    )
    op.create_index(op.f("ix_roster_move_youth_id"), "roster_move", ["youth_id"])


def _suspensions() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("games", KEY, nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("given_by_id", KEY, nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by_id", KEY, nullable=True),
        sa.CheckConstraint("(games IS NULL) <> (until_on IS NULL)", name=op.f("ck_suspension_games_or_day")),
        _between("suspension", "games", 1, 40),
        _key("suspension", "youth_id", "person"),
        _key("suspension", "season_id", "season"),
        _key("suspension", "group_id", "group"),
        _key("suspension", "given_by_id", "person"),
        _key("suspension", "lifted_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index("ix_suspension_youth", "suspension", ["youth_id", "season_id"])


def _holds() -> None:
    op.create_table(
        "medical_hold",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("needs_clearance", sa.Boolean(), nullable=False),
        sa.Column("wait_days", KEY, nullable=False),
        _wait_from(),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("held_by_id", KEY, nullable=True),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("signed_by_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("paper_sha256", sa.String(64), nullable=True),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.Column("cleared_by_id", KEY, nullable=True),
        _between("medical_hold", "wait_days", 0, 60),
        _key("medical_hold", "youth_id", "person"),
        _key("medical_hold", "held_by_id", "person"),
        _key("medical_hold", "cleared_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medical_hold")),
    )
    op.create_index(op.f("ix_medical_hold_youth_id"), "medical_hold", ["youth_id"])
    op.create_table(
        "player_paper",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("kind", _one_of("kind", "age_proof", "physical"), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("seen_by_id", KEY, nullable=True),
        _key("player_paper", "youth_id", "person"),
        _key("player_paper", "seen_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_player_paper")),
    )
    op.create_index(op.f("ix_player_paper_youth_id"), "player_paper", ["youth_id"])


def _waiting() -> None:
    op.create_table(
        "division_wait",
        sa.Column("id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", KEY, nullable=True),
        sa.Column("placed_at", MOMENT, nullable=True),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        _key("division_wait", "division_id", "division"),
        _key("division_wait", "youth_id", "person"),
        _key("division_wait", "asked_by_id", "person"),
        _key("division_wait", "group_id", "group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division_wait")),
    )
    op.create_index("ix_division_wait_youth", "division_wait", ["youth_id"])
    op.create_index(
        "uq_division_wait_open",
        "division_wait",
        ["division_id", "youth_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )


def downgrade() -> None:
    """Back. Rules, exceptions, suspensions, holds and the waitlist are lost; the memberships stay."""
    for name in (
        "division_wait", "player_paper", "medical_hold", "suspension", "roster_move", "roster_exception",
        "division_roster_change", "division_roster",
    ):  # fmt: skip
        op.drop_table(name)

"""Imports of schedules, meanings of columns, pairs of people who are alike, games that came from a file."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def kind() -> sa.Enum:
    """What the rows of a file are."""
    return sa.Enum("players", "schedule", name="kind", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("roster_import") as table:
        table.add_column(sa.Column("kind", kind(), nullable=False, server_default="players"))
        table.add_column(sa.Column("dates", sa.String(length=3), nullable=True))
        table.add_column(sa.Column("table_sealed", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("begun_at", MOMENT, nullable=True))
        table.add_column(sa.Column("done_rows", KEY, nullable=False, server_default="0"))
        table.add_column(sa.Column("accepted_by_id", KEY, nullable=True))
        table.create_foreign_key(op.f("fk_roster_import_accepted_by_id_person"), "person", ["accepted_by_id"], ["id"])
    op.create_table(
        "column_meaning",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("heading", sa.String(length=120), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_column_meaning_program_id_program")),
        sa.ForeignKeyConstraint(["said_by_id"], ["person.id"], name=op.f("fk_column_meaning_said_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_meaning")),
        sa.UniqueConstraint("program_id", "kind", "heading", name=op.f("uq_column_meaning_program_id_kind_heading")),
    )
    op.create_table(
        "import_pair",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("pair", sa.String(length=64), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("said_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_import_pair_program_id_program")),
        sa.ForeignKeyConstraint(["said_by_id"], ["person.id"], name=op.f("fk_import_pair_said_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_pair")),
        sa.UniqueConstraint("program_id", "pair", name=op.f("uq_import_pair_program_id_pair")),
    )
    op.create_table(
        "imported_game",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("home_team_id", KEY, nullable=True),
        sa.Column("away_team_id", KEY, nullable=True),
        sa.Column("home_name", sa.String(length=80), nullable=False),
        sa.Column("away_name", sa.String(length=80), nullable=False),
        sa.Column("division", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("home_gathering_id", KEY, nullable=True),
        sa.Column("away_gathering_id", KEY, nullable=True),
        sa.Column("arrive_minutes", KEY, nullable=True),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_imported_game_season_id_season")),
        sa.ForeignKeyConstraint(["home_team_id"], ["team.id"], name=op.f("fk_imported_game_home_team_id_team")),
        sa.ForeignKeyConstraint(["away_team_id"], ["team.id"], name=op.f("fk_imported_game_away_team_id_team")),
        sa.ForeignKeyConstraint(
            ["home_gathering_id"], ["gathering.id"], name=op.f("fk_imported_game_home_gathering_id_gathering")
        ),
        sa.ForeignKeyConstraint(
            ["away_gathering_id"], ["gathering.id"], name=op.f("fk_imported_game_away_gathering_id_gathering")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_game")),
        sa.UniqueConstraint("season_id", "key", name=op.f("uq_imported_game_season_id_key")),
        sa.UniqueConstraint("home_gathering_id", name=op.f("uq_imported_game_home_gathering_id")),
        sa.UniqueConstraint("away_gathering_id", name=op.f("uq_imported_game_away_gathering_id")),
    )
    with op.batch_alter_table("imported_game") as table:
        table.create_index(op.f("ix_imported_game_home_team_id"), ["home_team_id"])
        table.create_index(op.f("ix_imported_game_away_team_id"), ["away_team_id"])


def downgrade() -> None:
    """Back. The older version reads its own exports again; games stay as gatherings. Dry runs of schedules go."""
    op.drop_table("imported_game")
    op.drop_table("import_pair")
    op.drop_table("column_meaning")
    op.execute("DELETE FROM roster_import WHERE kind = 'schedule'")
    with op.batch_alter_table("roster_import") as table:
        table.drop_constraint(op.f("fk_roster_import_accepted_by_id_person"), type_="foreignkey")
        table.drop_constraint(op.f("ck_roster_import_kind"), type_="check")
        for column in ("accepted_by_id", "done_rows", "begun_at", "table_sealed", "dates", "kind"):
            table.drop_column(column)

"""Officials and volunteers at games, playing time, and teams too few to play."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ALIVE = "ended_at IS NULL"
ENDINGS = ("declined", "taken_off", "swapped", "game_off", "ties", "busy", "credential", "not_asked")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _of(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _check(table: str, name: str, says: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(says, name=op.f(f"ck_{table}_{name}"))


def _part_of_key(name: str) -> sa.Column[int]:
    return sa.Column(name, KEY, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Forward. No program asks for anybody yet, and no division for playing time."""
    _roles()
    _people()
    _duties()
    _playing_time()
    _watch()


def _roles() -> None:
    op.create_table(
        "duty_role",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_es", sa.String(60), nullable=False),
        sa.Column("folded_name", sa.String(60), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _to("duty_role", "program_id", "program"),
        _of("duty_role", "id"),
    )
    op.create_index("ix_duty_role_program", "duty_role", ["program_id"])
    op.create_index(
        "uq_duty_role_name", "duty_role", ["program_id", "folded_name"], unique=True,
        sqlite_where=sa.text(ALIVE), postgresql_where=sa.text(ALIVE),
    )  # fmt: skip
    op.create_table(
        "duty_need",
        _part_of_key("division_id"),
        _part_of_key("role_id"),
        sa.Column("needed", KEY, nullable=False),
        _check("duty_need", "needed", "needed BETWEEN 1 AND 9"),
        _to("duty_need", "division_id", "division"),
        _to("duty_need", "role_id", "duty_role"),
        _of("duty_need", "division_id", "role_id"),
    )
    op.create_table(
        "duty_setting",
        _part_of_key("program_id"),
        sa.Column("travel_minutes", KEY, nullable=False),
        _check("duty_setting", "travel_minutes", "travel_minutes BETWEEN 0 AND 240"),
        _to("duty_setting", "program_id", "program"),
        _of("duty_setting", "program_id"),
    )


def _people() -> None:
    op.create_table(
        "official",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("home_site_id", KEY, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _to("official", "person_id", "person"),
        _to("official", "program_id", "program"),
        _to("official", "home_site_id", "site"),
        _of("official", "id"),
        sa.UniqueConstraint("person_id", "program_id", name=op.f("uq_official_person_id_program_id")),
    )
    op.create_index("ix_official_program", "official", ["program_id"])
    op.create_table(
        "official_role",
        _part_of_key("official_id"),
        _part_of_key("role_id"),
        _to("official_role", "official_id", "official"),
        _to("official_role", "role_id", "duty_role"),
        _of("official_role", "official_id", "role_id"),
    )
    op.create_index(op.f("ix_official_role_role_id"), "official_role", ["role_id"])
    op.create_table(
        "official_credential",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("folded_name", sa.String(80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", KEY, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        _check("official_credential", "from_before_until", "until_on IS NULL OR from_on <= until_on"),
        _to("official_credential", "person_id", "person"),
        _to("official_credential", "recorded_by_id", "person"),
        _of("official_credential", "id"),
    )
    op.create_index(op.f("ix_official_credential_person_id"), "official_credential", ["person_id"])


def _duties() -> None:
    op.create_table(
        "duty",
        sa.Column("id", KEY, nullable=False),
        sa.Column("fixture_id", KEY, nullable=False),
        sa.Column("role_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.Column("assigned_by_id", KEY, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ending", _one_of("ending", *ENDINGS), nullable=True),
        _check("duty", "ended_for_a_reason", "(ended_at IS NULL) = (ending IS NULL)"),
        _to("duty", "fixture_id", "fixture"),
        _to("duty", "role_id", "duty_role"),
        _to("duty", "person_id", "person"),
        _to("duty", "assigned_by_id", "person"),
        _of("duty", "id"),
    )
    op.create_index("ix_duty_person", "duty", ["person_id", "ended_at"])
    op.create_index("ix_duty_fixture", "duty", ["fixture_id", "role_id"])
    op.create_index(
        "uq_duty_person", "duty", ["fixture_id", "person_id"], unique=True,
        sqlite_where=sa.text(ALIVE), postgresql_where=sa.text(ALIVE),
    )  # fmt: skip


def _playing_time() -> None:
    op.create_table(
        "play_rule",
        _part_of_key("division_id"),
        sa.Column("unit", _one_of("unit", "plays", "minutes", "quarters", "innings"), nullable=False),
        sa.Column("fewest_players", KEY, nullable=True),
        sa.Column("warn_hours", KEY, nullable=False),
        _check("play_rule", "fewest_players", "fewest_players BETWEEN 1 AND 99"),
        _check("play_rule", "warn_hours", "warn_hours BETWEEN 1 AND 168"),
        _to("play_rule", "division_id", "division"),
        _of("play_rule", "division_id"),
    )
    op.create_table(
        "play_band",
        _part_of_key("division_id"),
        _part_of_key("from_players"),
        sa.Column("to_players", KEY, nullable=True),
        sa.Column("least", KEY, nullable=False),
        _check("play_band", "from_players", "from_players BETWEEN 1 AND 99"),
        _check("play_band", "to_players", "to_players IS NULL OR to_players BETWEEN from_players AND 99"),
        _check("play_band", "least", "least BETWEEN 0 AND 300"),
        _to("play_band", "division_id", "division"),
        _of("play_band", "division_id", "from_players"),
    )
    op.create_table(
        "play_sheet",
        _part_of_key("gathering_id"),
        sa.Column("version", KEY, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by_id", KEY, nullable=True),
        _to("play_sheet", "gathering_id", "gathering"),
        _to("play_sheet", "saved_by_id", "person"),
        _of("play_sheet", "gathering_id"),
    )
    op.create_table(
        "play_count",
        _part_of_key("gathering_id"),
        _part_of_key("youth_id"),
        sa.Column("units", KEY, nullable=False),
        _check("play_count", "units", "units BETWEEN 0 AND 300"),
        _to("play_count", "gathering_id", "gathering"),
        _to("play_count", "youth_id", "person"),
        _of("play_count", "gathering_id", "youth_id"),
    )
    op.create_index(op.f("ix_play_count_youth_id"), "play_count", ["youth_id"])


def _watch() -> None:
    op.create_table(
        "forfeit_watch",
        _part_of_key("gathering_id"),
        sa.Column("members", KEY, nullable=False),
        sa.Column("away", KEY, nullable=False),
        sa.Column("not_cleared", KEY, nullable=False),
        sa.Column("fewest", KEY, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=True),
        sa.Column("over_at", MOMENT, nullable=True),
        _to("forfeit_watch", "gathering_id", "gathering"),
        _of("forfeit_watch", "gathering_id"),
    )


def downgrade() -> None:
    """Back. Who served and who played how much is lost."""
    for name in (
        "forfeit_watch", "play_count", "play_sheet", "play_band", "play_rule", "duty", "official_credential",
        "official_role", "official", "duty_setting", "duty_need", "duty_role",
    ):  # fmt: skip
        op.drop_table(name)

"""What is known of children for forming teams, and drafts of a division's teams."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
LINKS = ("siblings", "carpool", "together", "apart")
STATES = ("asked", "working", "ready", "impossible", "failed", "accepted", "undone", "discarded")
WHYS = ("lock", "coach", "with_pinned", "only_team", "kept_together", "wish", "even")
TABLES = ("forming_place", "forming", "team_request", "team_limit", "team_wish", "team_link", "youth_rating")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _made() -> list[sa.Column[object]]:
    return [sa.Column("made_at", AT, nullable=False), sa.Column("made_by_id", KEY, nullable=True)]


def _keys(table: str, **pointers: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"))
            for name, to in pointers.items()
        ),
    ]


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "youth_rating",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("points", KEY, nullable=False),
        sa.Column("rated_at", AT, nullable=False),
        sa.Column("rated_by_id", KEY, nullable=True),
        sa.CheckConstraint("points BETWEEN 0 AND 10", name=op.f("ck_youth_rating_points")),
        sa.UniqueConstraint("season_id", "youth_id", name=op.f("uq_youth_rating_season_id_youth_id")),
        *_keys("youth_rating", season_id="season", youth_id="person", rated_by_id="person"),
    )
    op.create_table(
        "team_link",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("kind", _choice("kind", LINKS), nullable=False),
        sa.Column("one_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        *_made(),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_team_link_in_order")),
        sa.UniqueConstraint("season_id", "one_id", "other_id", name=op.f("uq_team_link_season_id_one_id_other_id")),
        *_keys("team_link", season_id="season", one_id="person", other_id="person", made_by_id="person"),
    )
    op.create_table(
        "team_wish",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("wanted_id", KEY, nullable=False),
        *_made(),
        sa.CheckConstraint("youth_id <> wanted_id", name=op.f("ck_team_wish_of_two")),
        sa.UniqueConstraint(
            "season_id", "youth_id", "wanted_id", name=op.f("uq_team_wish_season_id_youth_id_wanted_id")
        ),
        *_keys("team_wish", season_id="season", youth_id="person", wanted_id="person", made_by_id="person"),
    )
    op.create_table(
        "team_limit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("weekday", KEY, nullable=True),
        sa.Column("site_id", KEY, nullable=True),
        *_made(),
        sa.CheckConstraint("(weekday IS NULL) <> (site_id IS NULL)", name=op.f("ck_team_limit_day_or_place")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_team_limit_weekday")),
        *_keys("team_limit", season_id="season", youth_id="person", site_id="site", made_by_id="person"),
    )
    op.create_table(
        "team_request",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.UniqueConstraint("season_id", "youth_id", name=op.f("uq_team_request_season_id_youth_id")),
        *_keys("team_request", season_id="season", youth_id="person"),
    )
    op.create_table(
        "forming",
        sa.Column("id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("state", _choice("state", STATES), nullable=False),
        sa.Column("skill_within", KEY, nullable=False),
        sa.Column("mix_ages", sa.Boolean(), nullable=False),
        sa.Column("seconds", KEY, nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("asked_by_id", KEY, nullable=True),
        sa.Column("leased_until", AT, nullable=True),
        sa.Column("stop_asked_at", AT, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        *_keys("forming", division_id="division", asked_by_id="person"),
    )
    op.create_table(
        "forming_place",
        sa.Column("forming_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("why", _choice("why", WHYS), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("locked_at", AT, nullable=True),
        *_keys("forming_place", forming_id="forming", youth_id="person", group_id="group")[1:],
        sa.PrimaryKeyConstraint("forming_id", "youth_id", name=op.f("pk_forming_place")),
    )
    for table, name in (
        ("youth_rating", "youth_id"), ("team_link", "one_id"), ("team_link", "other_id"), ("team_wish", "youth_id"),
        ("team_wish", "wanted_id"), ("team_limit", "youth_id"), ("team_request", "youth_id"),
        ("forming", "division_id"), ("forming_place", "youth_id"),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    op.create_index("ix_team_limit_season", "team_limit", ["season_id", "youth_id"])


def downgrade() -> None:
    """Back. Teams that were accepted stay as they are."""
    for table in TABLES:
        op.drop_table(table)

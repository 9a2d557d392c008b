"""Sessions: how they were held, what is to be looked at, corrections, expected ones and drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TO_SEE = "flagged_at IS NOT NULL AND seen_at IS NULL"
CHECKS = {"mode": ("in_person", "video", "voice", "text"), "mood": ("good", "mixed", "hard")}
NOT_HELD = ("youth", "family", "mentor", "program")
ADDED = (
    ("mode", sa.String(32), "in_person"),
    ("observable", sa.Boolean(), None),
    ("transport", sa.Boolean(), sa.false()),
    ("mood", sa.String(32), None),
    ("goal", sa.String(200), None),
    ("mentor_ids", sa.JSON(), "[]"),
    ("adults", KEY, "1"),
    ("flags", sa.JSON(), "[]"),
    ("reason", sa.String(300), None),
    ("flagged_at", MOMENT, None),
    ("seen_at", MOMENT, None),
    ("seen_by_id", KEY, None),
)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _of(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def upgrade() -> None:
    """Forward. Sessions logged so far were held in person; whether others could see them nobody asked."""
    with op.batch_alter_table("session_log") as batch:
        for name, kind, default in ADDED:
            batch.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
        for name, values in CHECKS.items():
            listed = ", ".join(f"'{value}'" for value in values)
            batch.create_check_constraint(op.f(f"ck_session_log_{name}"), f"{name} IN ({listed})")
        batch.create_foreign_key(op.f("fk_session_log_seen_by_id_person"), "person", ["seen_by_id"], ["id"])
    where = sa.text(TO_SEE)
    op.create_index(
        "ix_session_log_to_see", "session_log", ["match_id"], sqlite_where=where, postgresql_where=where
    )  # fmt: skip
    _amendments()
    _expected()
    _drafts()


def _amendments() -> None:
    op.create_table(
        "session_amendment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("session_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("became", sa.JSON(), nullable=False),
        _to("session_amendment", "session_id", "session_log"),
        _to("session_amendment", "by_id", "person"),
        _of("session_amendment"),
    )
    op.create_index(op.f("ix_session_amendment_session_id"), "session_amendment", ["session_id"])


def _expected() -> None:
    reason = sa.Enum(*NOT_HELD, name="not_held", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "expected_session",
        sa.Column("id", KEY, nullable=False),
        sa.Column("match_id", KEY, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("reminded_again_at", MOMENT, nullable=True),
        sa.Column("not_held", reason, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("told_by_id", KEY, nullable=True),
        sa.Column("client_id", sa.String(36), nullable=True),
        _to("expected_session", "match_id", "match"),
        _to("expected_session", "told_by_id", "person"),
        _of("expected_session"),
        sa.UniqueConstraint("match_id", "due_on", name=op.f("uq_expected_session_match_id_due_on")),
        sa.UniqueConstraint("client_id", name=op.f("uq_expected_session_client_id")),
    )


def _drafts() -> None:
    op.create_table(
        "session_draft",
        sa.Column("id", KEY, nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("match_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        _to("session_draft", "match_id", "match"),
        _to("session_draft", "person_id", "person"),
        _of("session_draft"),
        sa.UniqueConstraint("client_id", name=op.f("uq_session_draft_client_id")),
    )
    op.create_index("ix_session_draft_person", "session_draft", ["person_id", "match_id"])
    op.create_index(op.f("ix_session_draft_expires_at"), "session_draft", ["expires_at"])


def downgrade() -> None:
    """Back. What was corrected keeps its newest state; drafts and expected sessions go."""
    for table in ("session_draft", "expected_session", "session_amendment"):
        op.drop_table(table)
    op.drop_index("ix_session_log_to_see", "session_log")
    with op.batch_alter_table("session_log") as batch:
        batch.drop_constraint(op.f("fk_session_log_seen_by_id_person"), type_="foreignkey")
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_session_log_{name}"), type_="check")
        for name, _kind, _default in ADDED:
            batch.drop_column(name)

"""Contacts of staff with matches, what a program asks of them, and the ledger of hours."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
DUTIES = ("on_duty", "overtime", "off_duty", "civilian")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Forward. Nobody keeps up with a match yet; what stands still now does so from today, as no day is known."""
    with op.batch_alter_table("match") as table:
        table.add_column(sa.Column("supported_by_id", KEY, nullable=True))
        table.add_column(sa.Column("holds", sa.JSON(), nullable=False, server_default="[]"))
        table.create_foreign_key(op.f("fk_match_supported_by_id_person"), "person", ["supported_by_id"], ["id"])
    match = sa.table("match", sa.column("status", sa.String), sa.column("holds", sa.JSON))
    today = datetime.now(UTC).date().isoformat()
    op.get_bind().execute(sa.update(match).where(match.c.status == "paused").values(holds=[[today, None]]))
    _contacts()
    _hours()


def _contacts() -> None:
    op.create_table(
        "support_contact",
        sa.Column("id", KEY, nullable=False),
        sa.Column("match_id", KEY, nullable=False),
        sa.Column("party", _one_of("party", "mentor", "youth", "guardian"), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("way", _one_of("way", "phone", "in_person", "video", "text", "email"), nullable=False),
        sa.Column("depth", _one_of("depth", "quick", "in_depth"), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("safety", _one_of("safety", "well", "concern"), nullable=True),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        _to("support_contact", "match_id", "match"),
        _to("support_contact", "person_id", "person"),
        _to("support_contact", "made_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_contact")),
        sa.UniqueConstraint("client_id", name=op.f("uq_support_contact_client_id")),
    )
    op.create_index("ix_support_contact_match", "support_contact", ["match_id", "at"])
    op.create_index(op.f("ix_support_contact_person_id"), "support_contact", ["person_id"])
    op.create_table(
        "support_plan",
        sa.Column("program_id", KEY, autoincrement=False, nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        _to("support_plan", "program_id", "program"),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_support_plan")),
    )


def _hours() -> None:
    op.create_table(
        "hour_month",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("locked_at", MOMENT, nullable=False),
        sa.Column("locked_by_id", KEY, nullable=True),
        sa.Column("locked_by_name", sa.String(200), nullable=False),
        sa.Column("rates", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        _to("hour_month", "program_id", "program"),
        _to("hour_month", "locked_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_month")),
        sa.UniqueConstraint("program_id", "first_on", name=op.f("uq_hour_month_program_id_first_on")),
    )
    op.create_table(
        "hour_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("session_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("person_name", sa.String(200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("duty", _one_of("duty", *DUTIES), nullable=False),
        sa.Column("minutes", KEY, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.CheckConstraint("minutes <> 0", name=op.f("ck_hour_entry_minutes")),
        _to("hour_entry", "program_id", "program"),
        _to("hour_entry", "session_id", "session_log"),
        _to("hour_entry", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_entry")),
    )
    op.create_index("ix_hour_entry_held", "hour_entry", ["program_id", "held_on"])
    op.create_index("ix_hour_entry_booked", "hour_entry", ["program_id", "booked_on"])
    op.create_index(op.f("ix_hour_entry_session_id"), "hour_entry", ["session_id"])
    op.create_index(op.f("ix_hour_entry_person_id"), "hour_entry", ["person_id"])


def downgrade() -> None:
    """Back. Contacts, plans and what is written of locked months are lost; the sessions stay."""
    for name in ("hour_entry", "hour_month", "support_plan", "support_contact"):
        op.drop_table(name)
    with op.batch_alter_table("match") as table:
        table.drop_constraint(op.f("fk_match_supported_by_id_person"), type_="foreignkey")
        table.drop_column("holds")
        table.drop_column("supported_by_id")

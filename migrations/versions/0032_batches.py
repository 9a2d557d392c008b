"""Papers for many at once; and, sealed, whose name is printed on a certificate."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
STATES = ("asked", "working", "done", "stopped", "refused", "failed")
OPEN = sa.text("state IN ('asked', 'working')")


def upgrade() -> None:
    """Forward. Certificates issued before name nobody on their public page: no name is kept with them."""
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("holder_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "print_batch",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("group_id", KEY),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("total", KEY, nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("asked_by_id", KEY),
        sa.Column("looked_at", AT),
        sa.Column("leased_until", AT),
        sa.Column("stop_asked_at", AT),
        sa.Column("ended_at", AT),
        sa.Column("expires_at", AT),
        sa.Column("purged_at", AT),
        sa.Column("trouble", sa.JSON(), nullable=False),
        sa.Column("bytes_in_all", KEY),
        _key("print_batch", "season_id", "season"),
        _key("print_batch", "group_id", "group"),
        _key("print_batch", "asked_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
    )
    op.create_index(op.f("ix_print_batch_season_id"), "print_batch", ["season_id"])
    op.create_index(
        "uq_print_batch_open", "print_batch", ["scope"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "printed_paper",
        sa.Column("id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("place", KEY, nullable=False),
        sa.Column("printed_at", AT),
        sa.Column("document_id", KEY),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.String(200)),
        sa.CheckConstraint(
            "printed_at IS NOT NULL OR document_id IS NULL", name=op.f("ck_printed_paper_document_once_printed")
        ),
        _key("printed_paper", "batch_id", "print_batch"),
        _key("printed_paper", "document_id", "document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_paper")),
        sa.UniqueConstraint("batch_id", "subject_id", name=op.f("uq_printed_paper_batch_id_subject_id")),
        sa.UniqueConstraint("document_id", name=op.f("uq_printed_paper_document_id")),
    )
    op.create_index(op.f("ix_printed_paper_subject_id"), "printed_paper", ["subject_id"])


def downgrade() -> None:
    """Back. Certificates of batches stay; which batch they came from is lost."""
    op.drop_table("printed_paper")
    op.drop_table("print_batch")
    with op.batch_alter_table("document") as batch:
        batch.drop_column("holder_sealed")


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))

"""A day gone by keeps its answer.

What a guardianship was before it changed; tombstones of what went from a young person's file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PARTS = ["drafts", "health", "emergency"]


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "guardianship_change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("guardianship_id", KEY, nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("was_in_force", sa.Boolean(), nullable=False),
        sa.Column("could_decide", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianship.id"], name=op.f("fk_guardianship_change_guardianship_id_guardianship")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianship_change")),
    )
    op.create_index(op.f("ix_guardianship_change_guardianship_id"), "guardianship_change", ["guardianship_id"])

    op.create_table(
        "file_purge",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column(
            "part",
            sa.Enum(*PARTS, name="part", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("pieces", KEY, nullable=False),
        sa.Column("keep_until_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", KEY, nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_by_id", KEY, nullable=True),
        sa.CheckConstraint(
            "purged_by_id IS NULL OR purged_by_id <> proposed_by_id",
            name=op.f("ck_file_purge_purged_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_file_purge_proposed_by_id_person")),
        sa.ForeignKeyConstraint(["purged_by_id"], ["person.id"], name=op.f("fk_file_purge_purged_by_id_person")),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_file_purge_youth_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_purge")),
    )
    waits = sa.text("purged_at IS NULL")
    op.create_index(
        "uq_file_purge_proposed", "file_purge", ["youth_id", "part"], unique=True, sqlite_where=waits,
        postgresql_where=waits,
    )  # fmt: skip


def downgrade() -> None:
    """Back. Days gone by then read as if every guardianship had always been what it is now."""
    op.drop_index("uq_file_purge_proposed", "file_purge")
    op.drop_table("file_purge")
    op.drop_index(op.f("ix_guardianship_change_guardianship_id"), "guardianship_change")
    op.drop_table("guardianship_change")

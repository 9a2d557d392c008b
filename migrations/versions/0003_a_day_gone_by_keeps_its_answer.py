"""A day gone by keeps its answer.

What a guardianship was before it changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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


def downgrade() -> None:
    """Back. Days gone by then read as if every guardianship had always been what it is now."""
    op.drop_index(op.f("ix_guardianship_change_guardianship_id"), "guardianship_change")
    op.drop_table("guardianship_change")

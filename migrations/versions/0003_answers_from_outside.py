"""What is left of answers from outside once their words are removed: counts."""

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
        "outside_blanking",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched", KEY, nullable=False),
        sa.Column("rejected", KEY, nullable=False),
        sa.Column("oldest_on", sa.Date(), nullable=False),
        sa.Column("newest_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_blanking")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("outside_blanking")

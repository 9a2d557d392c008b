"""Families that want no surname on public papers."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("hides_surname", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("person") as batch:
        batch.drop_column("hides_surname")

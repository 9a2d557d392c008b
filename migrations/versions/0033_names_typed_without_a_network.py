"""Names of walk-ins as somebody typed them without a network."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("attendance_deed", sa.Column("said_name", sa.String(length=160), nullable=True))


def downgrade() -> None:
    """Back. Names nobody has settled are lost; what was said of those who were stays."""
    with op.batch_alter_table("attendance_deed") as batch:
        batch.drop_column("said_name")

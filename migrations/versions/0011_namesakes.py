"""What of a photo ID was compared where somebody who may collect is called like somebody who may not."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("attendance_deed") as table:
        table.add_column(sa.Column("to_checked", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Back. The older version lets nobody collect who is called like somebody who may not."""
    with op.batch_alter_table("attendance_deed") as table:
        table.drop_column("to_checked")

"""The time of each mentor who led a session beside whoever logged it."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("session_log", sa.Column("duties", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Back. All who led a session count again on the duty of whoever logged it."""
    with op.batch_alter_table("session_log") as batch:
        batch.drop_column("duties")

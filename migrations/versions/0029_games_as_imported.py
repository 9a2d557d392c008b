"""Games as imported: which fixtures a file brought."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

FROM_FILES = """
    UPDATE fixture SET imported = :yes
    WHERE id IN (SELECT fixture_id FROM imported_game WHERE fixture_id IS NOT NULL)
    AND season_id NOT IN (SELECT season_id FROM schedule_run)
"""


def upgrade() -> None:
    """Forward. Games of files in a season of which no schedule was ever made here are as imported."""
    with op.batch_alter_table("fixture") as batch:
        batch.add_column(sa.Column("imported", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.get_bind().execute(sa.text(FROM_FILES), {"yes": True})


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("fixture") as batch:
        batch.drop_column("imported")

"""After how many absences running a program asks about a young person."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("program") as table:
        table.add_column(sa.Column("absent_running", KEY, nullable=False, server_default="2"))
        table.create_check_constraint(op.f("ck_program_absent_running"), "absent_running BETWEEN 2 AND 10")


def downgrade() -> None:
    """Back. The older version shows nobody's absences."""
    with op.batch_alter_table("program") as table:
        table.drop_constraint(op.f("ck_program_absent_running"), type_="check")
        table.drop_column("absent_running")

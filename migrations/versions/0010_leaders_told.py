"""Which leaders were told of a register that is missing."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "register_notice"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        TABLE,
        sa.Column("gathering_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering_id"], ["gathering.id"], name=op.f("fk_register_notice_gathering_id_gathering")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_register_notice_message_id_message")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_register_notice_person_id_person")),
        sa.PrimaryKeyConstraint("gathering_id", "person_id", name=op.f("pk_register_notice")),
    )
    op.create_index(op.f("ix_register_notice_person_id"), TABLE, ["person_id"])


def downgrade() -> None:
    """Back. The older version tells no leader."""
    op.drop_index(op.f("ix_register_notice_person_id"), TABLE)
    op.drop_table(TABLE)

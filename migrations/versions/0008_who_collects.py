"""From which age a youth may leave alone, and what a signer changes on a pick-up list after signing."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
POINTERS = ("document_id", "end_document_id")


def upgrade() -> None:
    """Forward. Nobody leaves alone until a program says so; who is on a list was named in the signed form."""
    with op.batch_alter_table("program") as table:
        table.add_column(sa.Column("alone_from_age", KEY, nullable=True))
    with op.batch_alter_table("pickup_person") as table:
        table.add_column(sa.Column("relation", sa.String(60), nullable=True))
        table.add_column(sa.Column("phone", sa.String(40), nullable=True))
        table.add_column(sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
        for name in POINTERS:
            table.add_column(sa.Column(name, KEY, nullable=True))
            table.create_foreign_key(op.f(f"fk_pickup_person_{name}_document"), "document", [name], ["id"])


def downgrade() -> None:
    """Back. Whoever was added stays on the list, without relation and phone."""
    with op.batch_alter_table("pickup_person") as table:
        for name in POINTERS:
            table.drop_constraint(op.f(f"fk_pickup_person_{name}_document"), type_="foreignkey")
        for name in (*POINTERS, "added_at", "phone", "relation"):
            table.drop_column(name)
    with op.batch_alter_table("program") as table:
        table.drop_column("alone_from_age")

"""What a program asked before it changed: whose consent by its rule, and which forms."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RULES = ("one", "both", "one_unless")


def upgrade() -> None:
    """Forward. What changed before is not known: it holds for days past as it is now, until it changes."""
    rule = sa.Enum(*RULES, name="guardian_rule", native_enum=False, create_constraint=True, length=32)
    _create("program_rule_change", {"program_id": "program"}, sa.Column("guardian_rule", rule, nullable=False))
    _create(
        "form_use_change",
        {"program_id": "program", "form_id": "form"},
        sa.Column("was_asked", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Back. The older version knows today alone."""
    for table in ("form_use_change", "program_rule_change"):
        op.drop_index(op.f(f"ix_{table}_program_id"), table)
        op.drop_table(table)


def _create(table: str, pointers: dict[str, str], what: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        *(sa.Column(column, KEY, nullable=False) for column in pointers),
        sa.Column("changed_on", sa.Date(), nullable=False),
        what,
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in pointers.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_program_id"), table, ["program_id"])

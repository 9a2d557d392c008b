"""For which division a child is registered."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "registered_division",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_registered_division_season_id_season")),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_registered_division_youth_id_person")),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_registered_division_division_id_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_division")),
        sa.UniqueConstraint("season_id", "youth_id", name=op.f("uq_registered_division_season_id_youth_id")),
    )
    with op.batch_alter_table("registered_division") as batch:
        batch.create_index(op.f("ix_registered_division_youth_id"), ["youth_id"])
        batch.create_index(op.f("ix_registered_division_division_id"), ["division_id"])


def downgrade() -> None:
    """Back. Who is registered for which division is lost; the next reading of the file brings it again."""
    op.drop_table("registered_division")

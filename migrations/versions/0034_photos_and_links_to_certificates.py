"""Photos of young people, links to certificates for guardians without an account, and batches of several seasons."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PARTS = ["drafts", "health", "emergency"]
PURPOSES = [
    "consent", "consent_part", "invitation", "password_reset", "session_log", "kiosk", "calendar", "concern", "match",
    "commitment",
]  # fmt: skip
ONE_EACH, ONE_EACH_SEASON = "uq_printed_paper_batch_id_subject_id", "uq_printed_paper_batch_id_subject_id_season_id"


def upgrade() -> None:
    """Forward. Papers of batches there are were for the season of their batch."""
    op.create_table(
        "youth_photo",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("photo_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_youth_photo_youth_id_person")),
        sa.ForeignKeyConstraint(["kept_by_id"], ["person.id"], name=op.f("fk_youth_photo_kept_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_photo")),
        sa.UniqueConstraint("youth_id", name=op.f("uq_youth_photo_youth_id")),
    )
    _check_anew("file_purge", "part", [*PARTS, "photo"])
    _check_anew("signed_link", "purpose", [*PURPOSES, "certificate"])
    op.add_column("printed_paper", sa.Column("season_id", KEY, nullable=True))
    op.execute(
        "UPDATE printed_paper SET season_id ="
        " (SELECT print_batch.season_id FROM print_batch WHERE print_batch.id = printed_paper.batch_id)"
    )
    with op.batch_alter_table("printed_paper") as batch:
        batch.alter_column("season_id", existing_type=KEY, nullable=False)
        batch.create_foreign_key(op.f("fk_printed_paper_season_id_season"), "season", ["season_id"], ["id"])
        batch.drop_constraint(op.f(ONE_EACH), type_="unique")
        batch.create_unique_constraint(op.f(ONE_EACH_SEASON), ["batch_id", "subject_id", "season_id"])


def downgrade() -> None:
    """Back. Photos and links to certificates are lost; of several papers of one person in a batch the first stays in it."""
    op.execute(
        "DELETE FROM printed_paper WHERE EXISTS (SELECT 1 FROM printed_paper AS other WHERE"
        " other.batch_id = printed_paper.batch_id AND other.subject_id = printed_paper.subject_id"
        " AND other.id < printed_paper.id)"
    )
    with op.batch_alter_table("printed_paper") as batch:
        batch.drop_constraint(op.f(ONE_EACH_SEASON), type_="unique")
        batch.create_unique_constraint(op.f(ONE_EACH), ["batch_id", "subject_id"])
        batch.drop_constraint(op.f("fk_printed_paper_season_id_season"), type_="foreignkey")
        batch.drop_column("season_id")
    op.execute("DELETE FROM signed_link WHERE purpose = 'certificate'")
    op.execute("DELETE FROM file_purge WHERE part = 'photo'")
    _check_anew("signed_link", "purpose", PURPOSES)
    _check_anew("file_purge", "part", PARTS)
    op.drop_table("youth_photo")


def _check_anew(table: str, column: str, values: list[str]) -> None:
    """Say anew what a column may hold."""
    named = op.f(f"ck_{table}_{column}")
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        if named in known:
            batch.drop_constraint(named, type_="check")
        batch.create_check_constraint(named, f"{column} IN ({', '.join(repr(value) for value in values)})")

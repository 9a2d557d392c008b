"""Fewer pages to write for each check-in: indexes that nothing asked, and marks that lie in the tree of their key."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SAVED = "save_id IS NOT NULL"


def upgrade() -> None:
    """Forward. No row changes; SQLite writes two tables anew."""
    op.drop_index("ix_attendance_deed_youth", "attendance_deed")
    op.drop_index(op.f("ix_attendance_deed_save_id"), "attendance_deed")
    op.create_index(
        op.f("ix_attendance_deed_save_id"), "attendance_deed", ["save_id"],
        sqlite_where=sa.text(SAVED), postgresql_where=sa.text(SAVED),
    )  # fmt: skip
    with op.batch_alter_table("audit_entry") as batch:
        batch.drop_constraint(op.f("uq_audit_entry_hash"), type_="unique")
    _marks_anew(with_rowid=False)


def downgrade() -> None:
    """Back."""
    _marks_anew(with_rowid=True)
    with op.batch_alter_table("audit_entry") as batch:
        batch.create_unique_constraint(op.f("uq_audit_entry_hash"), ["hash"])
    op.drop_index(op.f("ix_attendance_deed_save_id"), "attendance_deed")
    op.create_index(op.f("ix_attendance_deed_save_id"), "attendance_deed", ["save_id"])
    op.create_index("ix_attendance_deed_youth", "attendance_deed", ["youth_id"])


def _marks_anew(*, with_rowid: bool) -> None:
    """On PostgreSQL a table has no other tree."""
    if op.get_bind().dialect.name != "sqlite":
        return
    anew = {"recreate": "always", "table_kwargs": {"sqlite_with_rowid": with_rowid}}
    with op.batch_alter_table("attendance_mark", **anew):
        pass

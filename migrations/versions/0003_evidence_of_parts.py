"""Evidence of parts signed later, letters with several files, names of forms as published; counts of blanked answers.

What a guardianship was before it changed; tombstones of what went from a young person's file.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAPERS = ["roster", "sign_in", "certificate", "consent_record", "withdrawal_record", "consent_blank"]
NEW_PAPERS = ["supplement_record"]
HAPPENINGS = [
    "sent", "reminded", "bounced", "opened", "language", "answered", "changed", "checked", "signed", "copy_sent",
    "withdrawn", "canceled", "agreed", "sheet_read", "delivered", "noticed", "called", "scanned", "original_seen",
    "matched", "part_signed", "renewed", "wants_paper", "reworded", "confirmed_earlier",
]  # fmt: skip
NEW_HAPPENINGS = ["part_asked"]
PARTS = ["drafts", "health", "emergency"]


def one_of(column: str, values: list[str]) -> str:
    """A CHECK that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


@contextmanager
def altered(table: str, **checks: str | None) -> Iterator[BatchOperations]:
    """Alter a table and its named CHECKs: given anew, or dropped when None."""
    named = {op.f(f"ck_{table}_{name}"): text for name, text in checks.items()}
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        for name in named.keys() & known:
            batch.drop_constraint(name, type_="check")
        yield batch
        for name, text in named.items():
            if text is not None:
                batch.create_check_constraint(name, text)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "guardianship_change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("guardianship_id", KEY, nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("was_in_force", sa.Boolean(), nullable=False),
        sa.Column("could_decide", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardianship_id"], ["guardianship.id"], name=op.f("fk_guardianship_change_guardianship_id_guardianship")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianship_change")),
    )
    op.create_index(op.f("ix_guardianship_change_guardianship_id"), "guardianship_change", ["guardianship_id"])

    op.create_table(
        "file_purge",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column(
            "part",
            sa.Enum(*PARTS, name="part", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("pieces", KEY, nullable=False),
        sa.Column("keep_until_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", KEY, nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_by_id", KEY, nullable=True),
        sa.CheckConstraint(
            "purged_by_id IS NULL OR purged_by_id <> proposed_by_id",
            name=op.f("ck_file_purge_purged_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_file_purge_proposed_by_id_person")),
        sa.ForeignKeyConstraint(["purged_by_id"], ["person.id"], name=op.f("fk_file_purge_purged_by_id_person")),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_file_purge_youth_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_purge")),
    )
    waits = sa.text("purged_at IS NULL")
    op.create_index(
        "uq_file_purge_proposed", "file_purge", ["youth_id", "part"], unique=True, sqlite_where=waits,
        postgresql_where=waits,
    )  # fmt: skip
    op.create_table(
        "outside_blanking",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched", KEY, nullable=False),
        sa.Column("rejected", KEY, nullable=False),
        sa.Column("oldest_on", sa.Date(), nullable=False),
        sa.Column("newest_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_blanking")),
    )
    with altered("document", kind=one_of("kind", PAPERS + NEW_PAPERS)):
        pass
    with altered("consent_event", happening=one_of("happening", HAPPENINGS + NEW_HAPPENINGS)):
        pass
    with altered("consent_part", document_when_signed="document_id IS NULL OR signed_at IS NOT NULL") as batch:
        batch.add_column(sa.Column("document_id", KEY, nullable=True))
        batch.create_foreign_key(op.f("fk_consent_part_document_id_document"), "document", ["document_id"], ["id"])
    with altered("message") as batch:
        batch.add_column(sa.Column("also_documents", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("also_subjects", sa.JSON(), nullable=False, server_default="[]"))
    with altered("form_version") as batch:
        batch.add_column(sa.Column("title", sa.String(length=120), nullable=True))
        batch.add_column(sa.Column("title_es", sa.String(length=120), nullable=True))
    form, version = (
        sa.table(name, *(sa.column(each) for each in ("id", "form_id", "title", "title_es", "published_at")))
        for name in ("form", "form_version")
    )
    named = {
        each: sa.select(form.c[each]).where(form.c.id == version.c.form_id).scalar_subquery()
        for each in ("title", "title_es")
    }
    op.execute(sa.update(version).where(version.c.published_at.is_not(None)).values(**named))


def downgrade() -> None:
    """Back. Refused while there are records only the newer tables can hold."""
    for table, column, gone in (("document", "kind", NEW_PAPERS), ("consent_event", "happening", NEW_HAPPENINGS)):
        _refuse_newer(table, column, gone)
    op.drop_index("uq_file_purge_proposed", "file_purge")
    op.drop_table("file_purge")
    op.drop_index(op.f("ix_guardianship_change_guardianship_id"), "guardianship_change")
    op.drop_table("guardianship_change")
    op.drop_table("outside_blanking")
    with altered("form_version") as batch:
        batch.drop_column("title_es")
        batch.drop_column("title")
    with altered("message") as batch:
        batch.drop_column("also_subjects")
        batch.drop_column("also_documents")
    with altered("consent_part", document_when_signed=None) as batch:
        batch.drop_constraint(op.f("fk_consent_part_document_id_document"), type_="foreignkey")
        batch.drop_column("document_id")
    with altered("consent_event", happening=one_of("happening", HAPPENINGS)):
        pass
    with altered("document", kind=one_of("kind", PAPERS)):
        pass


def _refuse_newer(table: str, column: str, values: list[str]) -> None:
    """Going back would break rows that only the newer tables can hold: say so before anything is touched."""
    found = sa.table(table, sa.column(column))
    count = op.get_bind().scalar(sa.select(sa.func.count()).select_from(found).where(found.c[column].in_(values)))
    if count:
        raise RuntimeError(f"{count} rows of {table} are of a kind the older version does not know; it cannot go back")

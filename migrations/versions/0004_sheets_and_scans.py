"""Parts on paper, scans by version, loose pages by program.

What others sign beside a guardian may come
on paper, a scan knows whose words it bears, and a page that nobody could file belongs to a program.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROUTES = ("online", "paper", "phone", "matched", "demo")
PART_CHECKS = {
    "route": f"route IN ({', '.join(repr(each) for each in ROUTES)})",
    "signed_by_a_route": "(signed_at IS NULL) = (route IS NULL)",
    "online_by_an_own_hand": "route <> 'online' OR recorded_by_id IS NULL",
    "paper_is_scanned": "route <> 'paper' OR (recorded_by_id IS NOT NULL AND scan_sha256 IS NOT NULL)",
}


def upgrade() -> None:
    """Forward."""
    _upgrade_parts()
    _upgrade_scans()


def downgrade() -> None:
    """Back. Refused while a part came on paper: the older version could not say that it did."""
    part = sa.table("consent_part", sa.column("route"))
    count = op.get_bind().scalar(sa.select(sa.func.count()).select_from(part).where(part.c.route == "paper"))
    if count:
        raise RuntimeError(
            f"{count} rows of consent_part are of a kind the older version does not know; it cannot go back"
        )
    with _pointing("loose_scan", {"program_id": "program"}, indexed=True, away=True):
        pass
    with _pointing("consent_upload", {"form_version_id": "form_version"}, away=True):
        pass
    op.drop_table("older_sheet")
    with op.batch_alter_table("consent_part") as batch:
        for name in PART_CHECKS:
            batch.drop_constraint(op.f(f"ck_consent_part_{name}"), type_="check")
    with _pointing("consent_part", {"recorded_by_id": "person"}, away=True) as batch:
        for column in ("scan_sha256", "signed_on", "route"):
            batch.drop_column(column)


def _upgrade_parts() -> None:
    """A signed part gets a route: that of its request for who signed in the guardian's sitting, else the own hand."""
    with _pointing("consent_part", {"recorded_by_id": "person"}) as batch:
        batch.add_column(sa.Column("route", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("signed_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("scan_sha256", sa.String(length=64), nullable=True))
    part = sa.table(
        "consent_part", *(sa.column(name) for name in ("request_id", "signer", "signed_at", "route", "recorded_by_id"))
    )
    asked = sa.table("consent_request", *(sa.column(name) for name in ("id", "route", "recorded_by_id")))
    of_request = sa.select(asked.c.route).where(asked.c.id == part.c.request_id).scalar_subquery()
    matched = sa.and_(part.c.signer.in_(("athlete", "interpreter")), of_request.in_(("matched", "demo")))
    bind = op.get_bind()
    bind.execute(
        sa.update(part)
        .where(part.c.signed_at.is_not(None))
        .values(route=sa.case((matched, of_request), else_="online"))
    )
    with op.batch_alter_table("consent_part") as batch:
        for name, text in PART_CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_consent_part_{name}"), text)


def _upgrade_scans() -> None:
    """A scan bears the words its request had when it came; where those words gave way since, nobody can say which."""
    op.create_table(
        "older_sheet",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("form_version_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_older_sheet_request_id_consent_request")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_older_sheet_form_version_id_form_version")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_older_sheet")),
    )
    op.create_index(op.f("ix_older_sheet_request_id"), "older_sheet", ["request_id"])
    with _pointing("consent_upload", {"form_version_id": "form_version"}):
        pass
    with _pointing("loose_scan", {"program_id": "program"}, indexed=True):
        pass
    scan = sa.table(
        "consent_upload", *(sa.column(each) for each in ("request_id", "section_id", "kept_at", "form_version_id"))
    )
    asked = sa.table("consent_request", sa.column("id"), sa.column("form_version_id"))
    told = sa.table("consent_event", *(sa.column(each) for each in ("request_id", "happening", "at")))
    reworded = sa.exists().where(
        told.c.request_id == scan.c.request_id, told.c.happening == "reworded", told.c.at >= scan.c.kept_at
    )
    version = sa.select(asked.c.form_version_id).where(asked.c.id == scan.c.request_id).scalar_subquery()
    op.get_bind().execute(sa.update(scan).where(scan.c.section_id.is_(None), ~reworded).values(form_version_id=version))


@contextmanager
def _pointing(
    table: str, pointers: dict[str, str], *, indexed: bool = False, away: bool = False
) -> Iterator[BatchOperations]:
    """Alter a table with columns that point to others: put in, or taken away."""
    with op.batch_alter_table(table) as batch:
        for column, target in pointers.items():
            key, index = op.f(f"fk_{table}_{column}_{target}"), op.f(f"ix_{table}_{column}")
            if away:
                batch.drop_constraint(key, type_="foreignkey")
                if indexed:
                    batch.drop_index(index)
                batch.drop_column(column)
                continue
            batch.add_column(sa.Column(column, KEY, nullable=True))
            batch.create_foreign_key(key, target, [column], ["id"])
            if indexed:
                batch.create_index(index, [column])
        yield batch

"""Check-in cards, and the link that lets a tablet take check-ins by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIVE = sa.text("ended_at IS NULL")
PURPOSES = ["consent", "consent_part", "invitation", "password_reset", "session_log"]
NEW_PURPOSES = ["kiosk"]
PAPERS = [
    "roster", "sign_in", "certificate", "consent_record", "withdrawal_record", "supplement_record", "consent_blank",
]  # fmt: skip
NEW_PAPERS = ["check_in_cards"]


def one_of(column: str, values: list[str]) -> str:
    """A CHECK that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def check_anew(table: str, name: str, check: str) -> None:
    """Give a named CHECK of a table anew."""
    named = op.f(f"ck_{table}_{name}")
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        if named in known:
            batch.drop_constraint(named, type_="check")
        batch.create_check_constraint(named, check)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "youth_card",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", KEY, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_youth_card_youth_id_person")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_youth_card_issued_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youth_card")),
        sa.UniqueConstraint("code", name=op.f("uq_youth_card_code")),
    )
    op.create_index(op.f("ix_youth_card_youth_id"), "youth_card", ["youth_id"])
    op.create_index(
        "uq_youth_card_live", "youth_card", ["youth_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES + NEW_PURPOSES))
    check_anew("document", "kind", one_of("kind", PAPERS + NEW_PAPERS))


def downgrade() -> None:
    """Back. Cards are printed again; a tablet's link is of no use to the older version."""
    op.execute("DELETE FROM signed_link WHERE purpose = 'kiosk'")
    op.execute("DELETE FROM document WHERE kind = 'check_in_cards'")
    check_anew("document", "kind", one_of("kind", PAPERS))
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES))
    op.drop_index("uq_youth_card_live", "youth_card", sqlite_where=LIVE, postgresql_where=LIVE)
    op.drop_index(op.f("ix_youth_card_youth_id"), "youth_card")
    op.drop_table("youth_card")

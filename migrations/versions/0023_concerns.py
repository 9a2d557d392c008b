"""Safeguarding concerns, who reads them, and a youth's own link to raise one."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PURPOSES = ["consent", "consent_part", "invitation", "password_reset", "session_log", "kiosk", "calendar"]
NEW_PURPOSES = ["concern"]
ROLES = ["admin", "coordinator", "coach", "mentor", "guardian"]
NEW_ROLES = ["safeguarding", "safeguarding_further"]
ENTRIES = (
    "raised", "about_youth", "about_adult", "told", "escalated", "acknowledged", "note", "outcome", "stopped", "lifted",
)  # fmt: skip


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


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
    """Forward. Nobody is named to read concerns yet: `youthprog check` says so."""
    op.create_table(
        "concern",
        sa.Column("id", KEY, nullable=False),
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("danger", _choice("danger", "yes", "no", "unsure"), nullable=True),
        sa.Column("who_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("client_id", name=op.f("uq_concern_client_id")),
    )
    op.create_table(
        "concern_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("concern_id", KEY, nullable=False),
        sa.Column("kind", _choice("kind", *ENTRIES), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("youth_id", KEY, nullable=True),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        _key("concern_entry", "concern_id", "concern"),
        _key("concern_entry", "person_id", "person"),
        _key("concern_entry", "youth_id", "person"),
        _key("concern_entry", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_entry")),
    )
    op.create_index("ix_concern_entry_concern", "concern_entry", ["concern_id", "kind"])
    op.create_index("ix_concern_entry_person", "concern_entry", ["person_id", "kind"])
    op.create_index(op.f("ix_concern_entry_youth_id"), "concern_entry", ["youth_id"])
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES + NEW_PURPOSES))
    check_anew("role_grant", "role", one_of("role", ROLES + NEW_ROLES))


def downgrade() -> None:
    """Back. Concerns, their links and the roles to read them are gone."""
    op.execute("DELETE FROM signed_link WHERE purpose = 'concern'")
    op.execute(f"DELETE FROM role_grant WHERE {one_of('role', NEW_ROLES)}")
    check_anew("role_grant", "role", one_of("role", ROLES))
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES))
    op.drop_table("concern_entry")
    op.drop_table("concern")

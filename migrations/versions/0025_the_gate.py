"""What mentors and matches must have on file before a match is active, and what a program asks of them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STEPS = ("application", "interview", "reference", "training", "policies")
MATCH_STEPS = ("commitment", "first_meeting", "joins")
PURPOSES = [
    "consent",
    "consent_part",
    "invitation",
    "password_reset",
    "session_log",
    "kiosk",
    "calendar",
    "concern",
    "match",
]
NEW_PURPOSES = ["commitment"]


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
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
    """Forward. Matches that run go on until the first look at them, soon after midnight: it suspends each that lacks an
    item and says which."""
    _steps("mentor_step", STEPS, "program_id", "program")
    op.create_index(op.f("ix_mentor_step_program_id"), "mentor_step", ["program_id"])
    op.create_index("ix_mentor_step_person", "mentor_step", ["person_id", "program_id"])
    _steps("match_step", MATCH_STEPS, "match_id", "match", more="youth_id")
    op.create_index("ix_match_step_match", "match_step", ["match_id"])
    op.create_index("ix_match_step_person", "match_step", ["person_id"])
    op.create_table(
        "mentoring_rules",
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        _to("mentoring_rules", "program_id", "program"),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_mentoring_rules")),
    )
    op.add_column("match", sa.Column("passed_gate_at", MOMENT, nullable=True))
    op.add_column("match", sa.Column("suspended_at", MOMENT, nullable=True))
    op.add_column("match", sa.Column("suspended_for", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("""UPDATE "match" SET passed_gate_at = CURRENT_TIMESTAMP WHERE status = 'active'""")
    with op.batch_alter_table("match") as batch:
        batch.create_check_constraint(op.f("ck_match_passed_gate"), "status <> 'active' OR passed_gate_at IS NOT NULL")
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES + NEW_PURPOSES))


def _steps(table: str, kinds: tuple[str, ...], about: str, other: str, more: str = "") -> None:
    people = [*([more] if more else []), "recorded_by_id"]
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column(about, KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("kind", _one_of("kind", *kinds), nullable=False),
        *(sa.Column(name, KEY, nullable=True) for name in people),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _to(table, about, other),
        *(_to(table, name, "person") for name in ["person_id", *people]),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    """Back. The older version lets a match begin without looking."""
    op.execute("DELETE FROM signed_link WHERE purpose = 'commitment'")
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES))
    with op.batch_alter_table("match") as batch:
        batch.drop_constraint(op.f("ck_match_passed_gate"), type_="check")
        batch.drop_column("suspended_for")
        batch.drop_column("suspended_at")
        batch.drop_column("passed_gate_at")
    for table in ("mentoring_rules", "match_step", "mentor_step"):
        op.drop_table(table)

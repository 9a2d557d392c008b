"""What adults must hold, what they hold, who is excused, and what a program asks of its adults together."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ROLES = ("coach", "mentor", "leader", "officer", "official", "volunteer", "participant")
STEPS = ("pending", "review", "approved", "denied")
DENIALS = ("wrong_course", "other_name", "unreadable", "too_old", "not_confirmed")
GROUNDS = ("result_late", "renewal_booked", "paper_lost", "never_alone")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _of(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _check(table: str, name: str, says: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(says, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Forward. No department asks for anything yet, so nobody is kept from serving."""
    _rules()
    _credentials()
    _overrides()
    _limits()


def _rules() -> None:
    name = "credential_rule"
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_es", sa.String(120), nullable=False),
        sa.Column("is_check", sa.Boolean(), nullable=False),
        sa.Column("role", _one_of("role", *ROLES), nullable=True),
        sa.Column("jurisdiction", sa.String(12), nullable=False),
        sa.Column("program_id", KEY, nullable=True),
        sa.Column("asked", _one_of("asked", "always", "regular"), nullable=False),
        sa.Column("valid_months", KEY, nullable=True),
        sa.Column("grace_days", KEY, nullable=False),
        sa.Column("renew_days", KEY, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("source_on", sa.Date(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _check(name, "valid_months", "valid_months IS NULL OR valid_months BETWEEN 1 AND 240"),
        _check(name, "grace_days", "grace_days BETWEEN 0 AND 365"),
        _check(name, "renew_days", "renew_days BETWEEN 0 AND 365"),
        _to(name, "program_id", "program"),
        _of(name),
    )
    op.create_index(op.f("ix_credential_rule_kind"), name, ["kind"])


def _credentials() -> None:
    name = "credential"
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("is_check", sa.Boolean(), nullable=False),
        sa.Column("step", _one_of("step", *STEPS), nullable=False),
        sa.Column("provider", sa.String(120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", _one_of("reason", *DENIALS), nullable=True),
        sa.Column("told_days", KEY, nullable=True),
        sa.Column("lapsed_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", KEY, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", KEY, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        _check(name, "check_without_words", "NOT is_check OR reason IS NULL"),
        _check(name, "approved_has_date", "step <> 'approved' OR issued_on IS NOT NULL"),
        _check(name, "issued_before_end", "until_on IS NULL OR issued_on <= until_on"),
        _to(name, "person_id", "person"),
        _to(name, "recorded_by_id", "person"),
        _to(name, "decided_by_id", "person"),
        _of(name),
    )
    op.create_index("ix_credential_person", name, ["person_id", "kind"])


def _overrides() -> None:
    name = "credential_override"
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("program_id", KEY, nullable=True),
        sa.Column("ground", _one_of("ground", *GROUNDS), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("asked_by_id", KEY, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("agreed_by_id", KEY, nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        _check(name, "from_before_until", "from_on <= until_on"),
        _check(name, "two_people", "agreed_by_id <> asked_by_id"),
        _check(name, "not_for_oneself", "asked_by_id <> person_id AND agreed_by_id <> person_id"),
        _check(name, "agreed_by_somebody", "(agreed_at IS NULL) = (agreed_by_id IS NULL)"),
        _to(name, "person_id", "person"),
        _to(name, "program_id", "program"),
        _to(name, "asked_by_id", "person"),
        _to(name, "agreed_by_id", "person"),
        _of(name),
    )
    op.create_index("ix_credential_override_person", name, ["person_id", "kind"])


def _limits() -> None:
    name = "service_limit"
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=True),
        sa.Column("jurisdiction", sa.String(12), nullable=False),
        sa.Column("month_hours", KEY, nullable=False),
        sa.Column("year_hours", KEY, nullable=False),
        sa.Column("warn_percent", KEY, nullable=False),
        sa.Column("fewest_adults", KEY, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("source_on", sa.Date(), nullable=True),
        _check(name, "month_hours", "month_hours BETWEEN 0 AND 744"),
        _check(name, "year_hours", "year_hours BETWEEN 0 AND 8784"),
        _check(name, "warn_percent", "warn_percent BETWEEN 1 AND 100"),
        _check(name, "fewest_adults", "fewest_adults BETWEEN 0 AND 9"),
        _to(name, "program_id", "program"),
        _of(name),
        sa.UniqueConstraint("program_id", name=op.f("uq_service_limit_program_id")),
    )


def downgrade() -> None:
    """Back. What is asked, held and excused is lost."""
    for name in ("service_limit", "credential_override", "credential", "credential_rule"):
        op.drop_table(name)

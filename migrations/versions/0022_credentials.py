"""What adults must hold, what they hold, who is excused, and what a program asks of its adults together.

What officials hold moves here from their own list; a kind that no requirement names yet comes with one that nothing asks for.
"""

import re
from datetime import UTC, datetime

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
    _take_from_officials()


KNOWN = {
    "criminal record check": ("criminal_check", True),
    "registry checks": ("registry_check", True),
    "mandated reporter training": ("mandated_reporter", False),
    "concussion training": ("concussion", False),
    "driving record and insurance": ("driving", False),
}
RULE = sa.table(
    "credential_rule",
    *(sa.column(name) for name in ("kind", "name", "name_es", "is_check", "jurisdiction", "asked", "grace_days", "renew_days")),
    sa.column("source"), sa.column("source_on", sa.Date()), sa.column("added_at", MOMENT), sa.column("ended_at", MOMENT),
)  # fmt: skip
PAPER = sa.table(
    "credential",
    *(sa.column(name) for name in ("id", "person_id", "kind", "is_check", "step", "provider", "recorded_by_id")),
    sa.column("issued_on", sa.Date()), sa.column("until_on", sa.Date()), sa.column("recorded_at", MOMENT),
    sa.column("ended_at", MOMENT),
)  # fmt: skip
HELD = sa.table(
    "official_credential",
    *(sa.column(name) for name in ("id", "person_id", "name", "folded_name", "recorded_by_id")),
    sa.column("from_on", sa.Date()), sa.column("until_on", sa.Date()), sa.column("recorded_at", MOMENT),
    sa.column("ended_at", MOMENT),
)  # fmt: skip
OFFICIAL = sa.table(
    "official",
    sa.column("person_id"),
    sa.column("program_id"),
    sa.column("added_at", MOMENT),
    sa.column("ended_at", MOMENT),
)
PLACEMENT = sa.table(
    "placement", sa.column("youth_id"), sa.column("program_id"), sa.column("source"), sa.column("from_on", sa.Date())
)


def _take_from_officials() -> None:
    """Their papers become papers, and their lists say where credentials are asked of them."""
    bind, now = op.get_bind(), datetime.now(UTC)
    kinds: dict[str, str] = {}
    for row in bind.execute(sa.select(HELD).order_by(HELD.c.id)).all():
        code, is_check = KNOWN.get(row.folded_name, (None, False))
        if code is None:
            code = kinds.get(row.folded_name)
        if code is None:
            code = _code(row.folded_name, {*kinds.values(), *(each for each, _check in KNOWN.values())})
            kinds[row.folded_name] = code
            bind.execute(
                sa.insert(RULE).values(
                    kind=code, name=row.name, name_es=row.name, is_check=False, jurisdiction="", asked="always",
                    grace_days=0, renew_days=90, source="", source_on=now.date(), added_at=now, ended_at=now,
                )
            )  # fmt: skip
        bind.execute(
            sa.insert(PAPER).values(
                person_id=row.person_id, kind=code, is_check=is_check, step="approved", provider="",
                recorded_by_id=row.recorded_by_id, issued_on=row.from_on, until_on=row.until_on,
                recorded_at=row.recorded_at, ended_at=row.ended_at,
            )
        )  # fmt: skip
    for row in bind.execute(sa.select(OFFICIAL).where(OFFICIAL.c.ended_at.is_(None))).all():
        bind.execute(
            sa.insert(PLACEMENT).values(
                youth_id=row.person_id, program_id=row.program_id, source="officials", from_on=row.added_at.date()
            )
        )
    op.drop_table("official_credential")


def _code(folded: str, taken: set[str]) -> str:
    code = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:36] or "other"
    while code in taken:
        code += "_"
    return code


def _give_back_to_officials() -> None:
    """Accepted papers of whoever was ever on a list of officials, under the names of their kinds."""
    name = "official_credential"
    op.create_table(
        name,
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("folded_name", sa.String(80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", KEY, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        _check(name, "from_before_until", "until_on IS NULL OR from_on <= until_on"),
        _to(name, "person_id", "person"),
        _to(name, "recorded_by_id", "person"),
        _of(name),
    )
    op.create_index(op.f("ix_official_credential_person_id"), name, ["person_id"])
    bind = op.get_bind()
    names = {code: known.capitalize() for known, (code, _check) in KNOWN.items()}
    names |= {row.kind: row.name[:80] for row in bind.execute(sa.select(RULE.c.kind, RULE.c.name)).all()}
    held = sa.select(PAPER).where(PAPER.c.step == "approved", PAPER.c.person_id.in_(sa.select(OFFICIAL.c.person_id)))
    for row in bind.execute(held.order_by(PAPER.c.id)).all():
        called = names.get(row.kind, row.kind)
        bind.execute(
            sa.insert(HELD).values(
                person_id=row.person_id, name=called, folded_name=called.lower(), from_on=row.issued_on,
                until_on=row.until_on, recorded_at=row.recorded_at, recorded_by_id=row.recorded_by_id,
                ended_at=row.ended_at,
            )
        )  # fmt: skip
    bind.execute(sa.delete(PLACEMENT).where(PLACEMENT.c.source == "officials"))


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
    """Back. What is asked, what others than officials hold, and who is excused is lost."""
    _give_back_to_officials()
    for name in ("service_limit", "credential_override", "credential", "credential_rule"):
        op.drop_table(name)

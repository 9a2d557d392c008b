"""What people told for matching, runs of it, and proposals with everybody's word."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
TABLES = ("match_party", "match_offer", "match_run", "match_tie", "match_weights", "match_profile")
PURPOSES = ["consent", "consent_part", "invitation", "password_reset", "session_log", "kiosk", "calendar", "concern"]
NEW_PURPOSES = ["match"]


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _keys(table: str, primary: str = "id", **pointers: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint(primary, name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"))
            for name, to in pointers.items()
        ),
    ]


def _check_anew(table: str, name: str, values: list[str]) -> None:
    """Give a named CHECK of a table anew."""
    named = op.f(f"ck_{table}_{name}")
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        if named in known:
            batch.drop_constraint(named, type_="check")
        batch.create_check_constraint(named, f"{name} IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    """Forward. Nobody has told anything yet."""
    op.create_table(
        "match_profile",
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("told_at", AT, nullable=False),
        sa.Column("told_by_id", KEY, nullable=True),
        *_keys("match_profile", "person_id", person_id="person", told_by_id="person"),
    )
    op.create_table(
        "match_weights",
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        *_keys("match_weights", "program_id", program_id="program"),
    )
    op.create_table(
        "match_tie",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", _choice("kind", "never", "together", "apart"), nullable=False),
        sa.Column("one_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_match_tie_one_id_other_id")),
        *_keys("match_tie", one_id="person", other_id="person", made_by_id="person"),
    )
    op.create_table(
        "match_run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("state", _choice("state", "asked", "working", "ready", "failed", "discarded"), nullable=False),
        sa.Column("mode", _choice("mode", "total", "most", "worst"), nullable=False),
        sa.Column("every_days", KEY, nullable=False),
        sa.Column("in_groups", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("asked_by_id", KEY, nullable=True),
        sa.Column("leased_until", AT, nullable=True),
        sa.Column("stop_asked_at", AT, nullable=True),
        *_keys("match_run", season_id="season", asked_by_id="person"),
    )
    _offers()
    for table, name in (
        ("match_tie", "other_id"), ("match_run", "season_id"), ("match_offer", "season_id"), ("match_offer", "youth_id"),
        ("match_offer", "match_id"), ("match_party", "person_id"),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    _check_anew("signed_link", "purpose", PURPOSES + NEW_PURPOSES)


def _offers() -> None:
    op.create_table(
        "match_offer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("bundle", sa.String(80), nullable=True),
        sa.Column("every_days", KEY, nullable=False),
        sa.Column(
            "state", _choice("state", "pending", "agreed", "declined", "withdrawn", "made"), nullable=False
        ),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("trouble", sa.String(300), nullable=True),
        sa.Column("offered_at", AT, nullable=False),
        sa.Column("offered_by_id", KEY, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("match_id", KEY, nullable=True),
        *_keys("match_offer", season_id="season", youth_id="person", offered_by_id="person", match_id="match"),
    )  # fmt: skip
    op.create_table(
        "match_party",
        sa.Column("id", KEY, nullable=False),
        sa.Column("offer_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("part", _choice("part", "mentor", "youth", "guardian"), nullable=False),
        sa.Column("accepts", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        sa.Column("way", _choice("way", "account", "link", "in_person"), nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_by_id", KEY, nullable=True),
        sa.Column("fit", _choice("fit", "good", "unsure", "not"), nullable=True),
        sa.Column("fit_asked_on", sa.Date(), nullable=True),
        sa.Column("fit_said_at", AT, nullable=True),
        sa.UniqueConstraint("offer_id", "person_id", name=op.f("uq_match_party_offer_id_person_id")),
        *_keys("match_party", offer_id="match_offer", person_id="person", answered_by_id="person"),
    )


def downgrade() -> None:
    """Back. Matches that were made stay; links to proposals end."""
    op.execute("DELETE FROM signed_link WHERE purpose = 'match'")
    _check_anew("signed_link", "purpose", PURPOSES)
    for table in TABLES:
        op.drop_table(table)

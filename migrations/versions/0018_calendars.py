"""Calendars that telephones fetch, how often a meeting changed, and who was told of it at short notice."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNTOLD = sa.text("told_at IS NULL")
PURPOSES = ["consent", "consent_part", "invitation", "password_reset", "session_log", "kiosk"]
NEW_PURPOSES = ["calendar"]


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def check_anew(table: str, name: str, check: str) -> None:
    """Give a named CHECK of a table anew."""
    named = op.f(f"ck_{table}_{name}")
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table) as batch:
        if named in known:
            batch.drop_constraint(named, type_="check")
        batch.create_check_constraint(named, check)


def one_of(column: str, values: list[str]) -> str:
    """A CHECK that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    """Forward. Nobody has a calendar yet; no meeting has changed."""
    op.add_column("gathering", sa.Column("sequence", KEY, nullable=False, server_default="0"))
    op.add_column("gathering", sa.Column("changed_at", MOMENT, nullable=True))
    _feeds()
    _notices()
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES + NEW_PURPOSES))


def _feeds() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", _choice("kind", "family", "group", "place"), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("site_id", KEY, nullable=True),
        sa.Column("field", sa.String(120), nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_why", _choice("ended_why", "stopped", "renewed", "family", "merged"), nullable=True),
        sa.CheckConstraint("(kind = 'group') = (group_id IS NOT NULL)", name=op.f("ck_calendar_feed_group_of_group")),
        sa.CheckConstraint("(kind = 'place') = (site_id IS NOT NULL)", name=op.f("ck_calendar_feed_site_of_place")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name=op.f("ck_calendar_feed_ends_for_a_reason")),
        _key("calendar_feed", "person_id", "person"),
        _key("calendar_feed", "group_id", "group"),
        _key("calendar_feed", "site_id", "site"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index("ix_calendar_feed_person", "calendar_feed", ["person_id", "kind"])


def _notices() -> None:
    op.create_table(
        "change_notice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("gathering_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("was_starts_at", MOMENT, nullable=False),
        sa.Column("was_ends_at", MOMENT, nullable=False),
        sa.Column("was_place", sa.String(120), nullable=True),
        sa.Column("was_canceled", sa.Boolean(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        _key("change_notice", "gathering_id", "gathering"),
        _key("change_notice", "person_id", "person"),
        _key("change_notice", "message_id", "message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_notice")),
        sa.UniqueConstraint("gathering_id", "person_id", name=op.f("uq_change_notice_gathering_id_person_id")),
    )
    op.create_index("ix_change_notice_person", "change_notice", ["person_id"])
    op.create_index(
        "ix_change_notice_untold", "change_notice", ["noted_at"], sqlite_where=UNTOLD, postgresql_where=UNTOLD
    )


def downgrade() -> None:
    """Back. Telephones find no calendar any more."""
    op.execute("DELETE FROM signed_link WHERE purpose = 'calendar'")
    check_anew("signed_link", "purpose", one_of("purpose", PURPOSES))
    op.drop_table("change_notice")
    op.drop_table("calendar_feed")
    op.drop_column("gathering", "changed_at")
    op.drop_column("gathering", "sequence")

"""What was said of a youth at a gathering: every deed stays, and what holds is computed from them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MARKS = ("present", "late", "absent", "excused", "left_early", "walk_in")
KINDS = ("mark", "arrive", "leave", "take_back", "stop")
COLLECTED_BY = ("guardian", "listed", "alone")
ON_SITE = "in_at IS NOT NULL AND out_at IS NULL"
NEW = ("said", "disputed", "in_at", "out_at", "minutes")


def upgrade() -> None:
    """Forward. Marks that were replaced become deeds, each answered by the next; the others get theirs when touched."""
    _create_deeds()
    with op.batch_alter_table("attendance_mark") as batch:
        batch.add_column(sa.Column("said", sa.String(length=36), nullable=True))
        batch.add_column(sa.Column("disputed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("in_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("out_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("minutes", KEY, nullable=True))
    op.create_index(
        "ix_attendance_mark_on_site", "attendance_mark", ["gathering_id"], unique=False,
        sqlite_where=sa.text(ON_SITE), postgresql_where=sa.text(ON_SITE),
    )  # fmt: skip
    with op.batch_alter_table("register") as batch:
        batch.add_column(sa.Column("save_id", sa.String(length=36), nullable=True))
    _amendments_to_deeds()
    op.drop_index("ix_amendment_gathering", "amendment")
    op.drop_table("amendment")


def downgrade() -> None:
    """Back. What the older version knows of the deeds: the mark that a later one replaced."""
    op.create_table(
        "amendment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("gathering_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("old_mark", _choice("old_mark", MARKS), nullable=True),
        sa.Column("old_marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_marked_by_id", KEY, nullable=True),
        sa.Column("new_mark", _choice("new_mark", MARKS), nullable=True),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amended_by_id", KEY, nullable=True),
        *_pointers(
            "amendment",
            {
                "amended_by_id": "person",
                "gathering_id": "gathering",
                "old_marked_by_id": "person",
                "youth_id": "person",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    op.create_index("ix_amendment_gathering", "amendment", ["gathering_id", "youth_id"])
    _deeds_to_amendments()
    with op.batch_alter_table("register") as batch:
        batch.drop_column("save_id")
    op.drop_index("ix_attendance_mark_on_site", "attendance_mark")
    with op.batch_alter_table("attendance_mark") as batch:
        for name in reversed(NEW):
            batch.drop_column(name)
    op.drop_index(op.f("ix_attendance_deed_save_id"), "attendance_deed")
    op.drop_index("ix_attendance_deed_youth", "attendance_deed")
    op.drop_index("ix_attendance_deed_gathering", "attendance_deed")
    op.drop_table("attendance_deed")


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _pointers(table: str, to: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in to.items()
    ]


def _create_deeds() -> None:
    op.create_table(
        "attendance_deed",
        sa.Column("id", KEY, nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("gathering_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=True),
        sa.Column("kind", _choice("kind", KINDS), nullable=False),
        sa.Column("mark", _choice("mark", MARKS), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("device", sa.String(length=80), nullable=True),
        sa.Column("saw", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.String(length=36), nullable=True),
        sa.Column("save_id", sa.String(length=36), nullable=True),
        sa.Column("to_kind", _choice("to_kind", COLLECTED_BY), nullable=True),
        sa.Column("to_person_id", KEY, nullable=True),
        sa.Column("to_name", sa.String(length=160), nullable=True),
        sa.Column("id_seen", sa.Boolean(), nullable=True),
        sa.Column("code", sa.String(length=200), nullable=True),
        sa.Column("refusal", sa.String(length=40), nullable=True),
        sa.Column("flag", sa.String(length=40), nullable=True),
        *_pointers(
            "attendance_deed",
            {"by_id": "person", "gathering_id": "gathering", "to_person_id": "person", "youth_id": "person"},
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_deed")),
        sa.UniqueConstraint("client_id", name=op.f("uq_attendance_deed_client_id")),
    )
    op.create_index("ix_attendance_deed_gathering", "attendance_deed", ["gathering_id", "youth_id"])
    op.create_index("ix_attendance_deed_youth", "attendance_deed", ["youth_id"])
    op.create_index(op.f("ix_attendance_deed_save_id"), "attendance_deed", ["save_id"])


WHEN = sa.DateTime(timezone=True)
AMENDMENT = sa.table(
    "amendment",
    *(sa.column(name, KEY) for name in ("id", "gathering_id", "youth_id", "old_marked_by_id", "amended_by_id")),
    sa.column("old_mark", sa.String),
    sa.column("new_mark", sa.String),
    sa.column("old_marked_at", WHEN),
    sa.column("amended_at", WHEN),
)
DEED = sa.table(
    "attendance_deed",
    *(sa.column(name, KEY) for name in ("id", "gathering_id", "youth_id", "by_id")),
    *(sa.column(name, sa.String) for name in ("client_id", "kind", "mark", "device", "refusal", "undoes")),
    sa.column("at", WHEN),
    sa.column("received_at", WHEN),
    sa.column("saw", sa.JSON),
)
MARK = sa.table(
    "attendance_mark",
    *(sa.column(name, KEY) for name in ("gathering_id", "youth_id", "marked_by_id")),
    *(sa.column(name, sa.String) for name in ("mark", "device", "said")),
    sa.column("marked_at", WHEN),
)


def _amendments_to_deeds() -> None:
    connection = op.get_bind()
    chains: dict[tuple[int, int], list[str]] = {}
    for row in connection.execute(sa.select(AMENDMENT).order_by(AMENDMENT.c.id)).all():
        if row.old_mark is None:
            continue
        chain = chains.setdefault((row.gathering_id, row.youth_id), [])
        _say(
            f"amended-{row.id}", row, "mark",
            mark=row.old_mark, at=row.old_marked_at, by_id=row.old_marked_by_id, saw=chain[-1:],
        )  # fmt: skip
        chain.append(f"amended-{row.id}")
    for (gathering_id, youth_id), chain in chains.items():
        here = sa.and_(MARK.c.gathering_id == gathering_id, MARK.c.youth_id == youth_id)
        row = connection.execute(sa.select(MARK).where(here)).first()
        if row is None:
            continue
        now = {"at": row.marked_at, "by_id": row.marked_by_id, "device": row.device}
        if row.mark is None:
            for before in chain:
                _say(f"undone-{before.removeprefix('amended-')}", row, "take_back", undoes=before, saw=[], **now)
            continue
        client_id = f"first-{gathering_id}-{youth_id}"[:36]
        _say(client_id, row, "mark", mark=row.mark, saw=chain[-1:], **now)
        connection.execute(sa.update(MARK).where(here).values(said=client_id))


def _say(client_id: str, row: sa.Row[tuple[object, ...]], kind: str, **more: object) -> None:
    values = {"client_id": client_id, "gathering_id": row.gathering_id, "youth_id": row.youth_id, "kind": kind}
    op.get_bind().execute(sa.insert(DEED).values(**values, **more, received_at=more["at"]))


def _deeds_to_amendments() -> None:
    connection = op.get_bind()
    before: dict[tuple[int, int], sa.Row[tuple[object, ...]]] = {}
    marked = sa.and_(DEED.c.kind == "mark", DEED.c.youth_id.is_not(None), DEED.c.refusal.is_(None))
    for row in connection.execute(sa.select(DEED).where(marked).order_by(DEED.c.at, DEED.c.id)).all():
        key = (row.gathering_id, row.youth_id)
        if (old := before.get(key)) is not None:
            connection.execute(
                sa.insert(AMENDMENT).values(
                    gathering_id=row.gathering_id, youth_id=row.youth_id, old_mark=old.mark, old_marked_at=old.at,
                    old_marked_by_id=old.by_id, new_mark=row.mark, amended_at=row.at, amended_by_id=row.by_id,
                )
            )  # fmt: skip
        before[key] = row

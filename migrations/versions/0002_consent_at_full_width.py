"""Consent at full width.

Forms by builder, guardians fairly, paper and telephone, agreement to screens, reminders, retention.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ["decision", "information", "health", "pickup", "emergency"]
NEW_KINDS = ["text", "video", "initials", "persons", "choice", "words", "upload", "external", "staff"]
ROUTES = ["online", "paper", "demo"]
NEW_ROUTES = ["phone", "matched"]
HAPPENINGS = [
    "sent", "reminded", "bounced", "opened", "language", "answered", "changed", "checked", "signed", "copy_sent",
    "withdrawn", "canceled",
]  # fmt: skip
NEW_HAPPENINGS = [
    "agreed", "sheet_read", "delivered", "noticed", "called", "scanned", "original_seen", "matched", "part_signed",
    "renewed", "wants_paper", "reworded", "confirmed_earlier",
]  # fmt: skip
PURPOSES = ["consent", "invitation", "password_reset", "session_log"]
NEW_PURPOSES = ["consent_part"]
PAPERS = ["roster", "sign_in", "certificate", "consent_record"]
NEW_PAPERS = ["withdrawal_record", "consent_blank"]

OPEN = "state IN ('queued', 'sent', 'opened', 'bounced')"
ONE_OPEN = {
    "uq_consent_request_open": ("season_id", f"{OPEN} AND gathering_id IS NULL"),
    "uq_consent_request_slip": ("gathering_id", f"{OPEN} AND gathering_id IS NOT NULL"),
}
POINTERS = {
    "gathering_id": "gathering",
    "renews_id": "consent_request",
    "signed_with_id": "consent_request",
    "recorded_by_id": "person",
    "confirmed_by_id": "person",
}


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


def one_open(name: str, column: str, where: str) -> None:
    """One open request of a guardian about a youth, for a season or for a gathering."""
    columns = ["form_version_id", "youth_id", "guardian_id", column]
    condition = sa.text(where)
    op.create_index(
        name, "consent_request", columns, unique=True, sqlite_where=condition, postgresql_where=condition
    )  # fmt: skip


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "contact_attempt",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("guardian_id", KEY, nullable=True),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_contact_attempt_by_id_person")),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_contact_attempt_guardian_id_person")),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_contact_attempt_youth_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
    )
    with op.batch_alter_table("contact_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_contact_attempt_youth", ["youth_id"], unique=False)

    op.create_table(
        "disclosure",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wants_paper_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "accepted_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_disclosure_opened_before_accepted")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_disclosure_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint("person_id", "version", name=op.f("uq_disclosure_person_id_version")),
    )
    op.create_table(
        "form_use",
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("form_id", KEY, nullable=False),
        sa.Column("for_events", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_use_form_id_form")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_form_use_program_id_program")),
        sa.PrimaryKeyConstraint("program_id", "form_id", name=op.f("pk_form_use")),
    )
    op.create_table(
        "guardian_excuse",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("guardian_id", KEY, nullable=True),
        sa.Column(
            "excuse",
            sa.Enum(
                "deceased",
                "unknown",
                "incompetent",
                "not_reachable",
                "no_responsibility",
                name="excuse",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stated_by", sa.String(length=160), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", KEY, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_guardian_excuse_guardian_id_person")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_guardian_excuse_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_guardian_excuse_youth_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_excuse")),
    )
    with op.batch_alter_table("guardian_excuse", schema=None) as batch_op:
        batch_op.create_index("ix_guardian_excuse_youth", ["youth_id"], unique=False)

    op.create_table(
        "record_hold",
        sa.Column("id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_record_hold_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_record_hold_ended_by_id_person")),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_record_hold_youth_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_hold")),
    )
    with op.batch_alter_table("record_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_hold_youth_id"), ["youth_id"], unique=False)

    op.create_table(
        "consent_part",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("section_id", KEY, nullable=False),
        sa.Column(
            "signer",
            sa.Enum(
                "guardian",
                "guardian_2",
                "athlete",
                "coach",
                "interpreter",
                "staff",
                "external",
                name="signer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("typed_name", sa.String(length=160), nullable=True),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(signed_at IS NULL) = (typed_name IS NULL)", name=op.f("ck_consent_part_signed_with_name")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_part_person_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_consent_part_request_id_consent_request")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_consent_part_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_part")),
        sa.UniqueConstraint("request_id", "section_id", name=op.f("uq_consent_part_request_id_section_id")),
    )
    op.create_table(
        "consent_purge",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("keep_until_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", KEY, nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_by_id", KEY, nullable=True),
        sa.CheckConstraint(
            "purged_by_id IS NULL OR purged_by_id <> proposed_by_id",
            name=op.f("ck_consent_purge_purged_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_consent_purge_proposed_by_id_person")),
        sa.ForeignKeyConstraint(["purged_by_id"], ["person.id"], name=op.f("fk_consent_purge_purged_by_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_consent_purge_request_id_consent_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_purge")),
        sa.UniqueConstraint("request_id", name=op.f("uq_consent_purge_request_id")),
    )
    op.create_table(
        "consent_reminder",
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("days_before", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_consent_reminder_request_id_consent_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "days_before", name=op.f("pk_consent_reminder")),
    )
    op.create_table(
        "consent_upload",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("section_id", KEY, nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_consent_upload_request_id_consent_request")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_consent_upload_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_upload")),
    )
    with op.batch_alter_table("consent_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_upload_request_id"), ["request_id"], unique=False)

    op.create_table(
        "consent_withdrawal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_consent_withdrawal_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_consent_withdrawal_request_id_consent_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_withdrawal")),
    )
    with op.batch_alter_table("consent_withdrawal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_withdrawal_request_id"), ["request_id"], unique=False)

    op.create_table(
        "unmatched_answer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("form_version_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "waiting",
                "matched",
                "rejected",
                name="matching",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", KEY, nullable=True),
        sa.Column("request_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_unmatched_answer_form_version_id_form_version")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("fk_unmatched_answer_request_id_consent_request")
        ),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_unmatched_answer_season_id_season")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_unmatched_answer_settled_by_id_person")
        ),
        sa.ForeignKeyConstraint(["youth_id"], ["person.id"], name=op.f("fk_unmatched_answer_youth_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmatched_answer")),
    )
    with op.batch_alter_table("unmatched_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unmatched_answer_season_id"), ["season_id"], unique=False)
        batch_op.create_index("ix_unmatched_answer_youth", ["youth_id", "season_id"], unique=False)

    with altered("consent_decision") as batch:
        batch.add_column(sa.Column("ends_on_move", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("ended_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("needs_original", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))

    with altered(
        "consent_request",
        route=one_of("route", ROUTES + NEW_ROUTES),
        recorded_by_somebody="route IS NULL OR route NOT IN ('paper', 'phone') OR recorded_by_id IS NOT NULL",
        seen_by_a_second_person="confirmed_by_id IS NULL OR confirmed_by_id <> recorded_by_id",
    ) as batch:
        batch.add_column(sa.Column("awaited", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("gathering_id", KEY, nullable=True))
        batch.add_column(sa.Column("renews_id", KEY, nullable=True))
        batch.add_column(sa.Column("signed_with_id", KEY, nullable=True))
        batch.add_column(sa.Column("match_code", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("drawn_sealed", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("recorded_by_id", KEY, nullable=True))
        batch.add_column(sa.Column("confirmed_by_id", KEY, nullable=True))
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("scan_sha256", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index(op.f("ix_consent_request_due_on"), ["due_on"], unique=False)
        batch.create_index(op.f("ix_consent_request_gathering_id"), ["gathering_id"], unique=False)
        batch.create_unique_constraint(op.f("uq_consent_request_match_code"), ["match_code"])
        for column, target in POINTERS.items():
            name = f"fk_consent_request_{column}_{target}"
            batch.create_foreign_key(op.f(name), target, [column], ["id"])
    op.drop_index("uq_consent_request_open", "consent_request")
    for name, (column, where) in ONE_OPEN.items():
        one_open(name, column, where)

    with altered("form") as batch:
        batch.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))

    op.create_table(
        "loose_scan",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("page", KEY, nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("code_read", sa.String(length=16), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_loose_scan_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loose_scan")),
    )
    with op.batch_alter_table("loose_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loose_scan_by_id"), ["by_id"], unique=False)

    with altered("form_version") as batch:
        batch.add_column(sa.Column("published_by_id", KEY, nullable=True))
        batch.add_column(sa.Column("exception", sa.String(length=500), nullable=True))
        batch.add_column(sa.Column("edits", KEY, server_default="0", nullable=False))
        batch.create_foreign_key(op.f("fk_form_version_published_by_id_person"), "person", ["published_by_id"], ["id"])

    with altered("program", guardian_rule=one_of("guardian_rule", ["one", "both", "one_unless"])) as batch:
        batch.add_column(sa.Column("guardian_rule", sa.String(length=32), server_default="one", nullable=False))

    with altered("section", kind=one_of("kind", KINDS + NEW_KINDS)) as batch:
        batch.add_column(sa.Column("settings", sa.JSON(), nullable=False, server_default="{}"))

    with altered("section_text") as batch:
        batch.add_column(sa.Column("more", sa.JSON(), nullable=False, server_default="{}"))

    with altered("message") as batch:
        batch.add_column(sa.Column("also_about", sa.JSON(), nullable=False, server_default="[]"))
    with altered("consent_event", happening=one_of("happening", HAPPENINGS + NEW_HAPPENINGS)):
        pass
    with altered("document", kind=one_of("kind", PAPERS + NEW_PAPERS)) as batch:
        batch.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index(op.f("ix_document_checked_at"), ["checked_at"], unique=False)
        batch.add_column(sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    with altered("signed_link", purpose=one_of("purpose", PURPOSES + NEW_PURPOSES)):
        pass


def downgrade() -> None:
    """Back."""
    for table, column, gone in (
        ("consent_event", "happening", NEW_HAPPENINGS),
        ("document", "kind", NEW_PAPERS),
        ("signed_link", "purpose", NEW_PURPOSES),
        ("section", "kind", NEW_KINDS),
        ("consent_request", "route", NEW_ROUTES),
    ):
        _refuse_newer(table, column, gone)
    with altered("signed_link", purpose=one_of("purpose", PURPOSES)):
        pass
    with altered("document", kind=one_of("kind", PAPERS)) as batch:
        batch.drop_index(op.f("ix_document_checked_at"))
        batch.drop_column("damaged_at")
        batch.drop_column("checked_at")
        batch.drop_column("purged_at")
    with altered("consent_event", happening=one_of("happening", HAPPENINGS)):
        pass
    with altered("message") as batch:
        batch.drop_column("also_about")
    with altered("section_text") as batch:
        batch.drop_column("more")
    with altered("section", kind=one_of("kind", KINDS)) as batch:
        batch.drop_column("settings")
    with altered("program", guardian_rule=None) as batch:
        batch.drop_column("guardian_rule")
    with altered("form_version") as batch:
        batch.drop_constraint(op.f("fk_form_version_published_by_id_person"), type_="foreignkey")
        batch.drop_column("edits")
        batch.drop_column("exception")
        batch.drop_column("published_by_id")
    with altered("form") as batch:
        batch.drop_column("closed_at")
    for name in ONE_OPEN:
        op.drop_index(name, "consent_request")
    with altered(
        "consent_request",
        route=one_of("route", ROUTES),
        recorded_by_somebody=None,
        seen_by_a_second_person=None,
    ) as batch:
        for column, target in POINTERS.items():
            batch.drop_constraint(op.f(f"fk_consent_request_{column}_{target}"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_consent_request_match_code"), type_="unique")
        batch.drop_index(op.f("ix_consent_request_gathering_id"))
        batch.drop_index(op.f("ix_consent_request_due_on"))
        for column in (
            *POINTERS, "purged_at", "scan_sha256", "confirmed_at", "drawn_sealed", "match_code", "due_on", "awaited",
        ):  # fmt: skip
            batch.drop_column(column)
    one_open("uq_consent_request_open", "season_id", OPEN)
    with altered("consent_decision") as batch:
        for column in ("confirmed_at", "needs_original", "ended_on", "ends_on_move"):
            batch.drop_column(column)

    with op.batch_alter_table("loose_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_loose_scan_by_id"))

    op.drop_table("loose_scan")
    with op.batch_alter_table("unmatched_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_unmatched_answer_youth")
        batch_op.drop_index(batch_op.f("ix_unmatched_answer_season_id"))

    op.drop_table("unmatched_answer")
    with op.batch_alter_table("consent_withdrawal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_withdrawal_request_id"))

    op.drop_table("consent_withdrawal")
    with op.batch_alter_table("consent_upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_upload_request_id"))

    op.drop_table("consent_upload")
    op.drop_table("consent_reminder")
    op.drop_table("consent_purge")
    op.drop_table("consent_part")
    with op.batch_alter_table("record_hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_hold_youth_id"))

    op.drop_table("record_hold")
    with op.batch_alter_table("guardian_excuse", schema=None) as batch_op:
        batch_op.drop_index("ix_guardian_excuse_youth")

    op.drop_table("guardian_excuse")
    op.drop_table("form_use")
    op.drop_table("disclosure")
    with op.batch_alter_table("contact_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_attempt_youth")

    op.drop_table("contact_attempt")


def _refuse_newer(table: str, column: str, values: list[str]) -> None:
    """Going back would break rows that only the newer tables can hold: say so before anything is touched."""
    found = sa.table(table, sa.column(column))
    count = op.get_bind().scalar(sa.select(sa.func.count()).select_from(found).where(found.c[column].in_(values)))
    if count:
        raise RuntimeError(f"{count} rows of {table} are of a kind the older version does not know; it cannot go back")

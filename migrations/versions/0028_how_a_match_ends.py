"""How a match ends: its closure and the people of it, papers for them; surveys a program loads itself."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
PAPERS = [
    "roster", "sign_in", "certificate", "consent_record", "withdrawal_record", "supplement_record", "consent_blank",
    "check_in_cards", "game_card",
]  # fmt: skip
NEW_PAPERS = ["closure_letter", "appreciation", "evidence_file"]
WAYS = ("expected", "unexpected", "unreachable")
REASONS = (
    "term_done", "goals_met", "aged_out", "season_over", "program_ended", "left_program", "youth_moved",
    "youth_schedule", "youth_wish", "guardian_wish", "mentor_moved", "mentor_time", "mentor_duty", "mentor_private",
    "not_a_fit", "lost_contact", "clearance", "rule_broken", "safety", "other",
)  # fmt: skip
WHOLE = (
    "finished_at IS NULL OR (way IS NOT NULL AND reason IS NOT NULL AND initiator IS NOT NULL "
    "AND ends_on IS NOT NULL AND contact IS NOT NULL)"
)


def upgrade() -> None:
    """Forward. Matches that were closed before have no closure; nobody knows why they ended."""
    _closures()
    _surveys()
    _papers(PAPERS + NEW_PAPERS)


def downgrade() -> None:
    """Back. Letters and certificates lose their rows; their files stay."""
    op.drop_table("survey_answer")
    op.drop_table("survey_instrument")
    op.drop_table("closure_party")
    op.drop_table("match_closure")
    words = ", ".join(f"'{kind}'" for kind in NEW_PAPERS)
    op.execute(sa.text(f"DELETE FROM document WHERE kind IN ({words})"))
    _papers(PAPERS)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _papers(values: list[str]) -> None:
    """Say anew which papers a document may be."""
    named = op.f("ck_document_kind")
    with op.batch_alter_table("document") as batch:
        batch.drop_constraint(named, type_="check")
        batch.create_check_constraint(named, f"kind IN ({', '.join(repr(value) for value in values)})")


def _closures() -> None:
    op.create_table(
        "match_closure",
        sa.Column("id", KEY, nullable=False),
        sa.Column("match_id", KEY, nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("opened_by_id", KEY, nullable=True),
        sa.Column("opened_why", sa.String(20), nullable=True),
        sa.Column("way", _one_of("way", *WAYS), nullable=True),
        sa.Column("reason", _one_of("reason", *REASONS), nullable=True),
        sa.Column("initiator", _one_of("initiator", "mentor", "youth", "guardian", "program"), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("unreachable", _one_of("unreachable", "mentor", "youth", "guardian"), nullable=True),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("interviews", sa.JSON(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact", _one_of("contact", "none", "through_office", "family_agrees"), nullable=True),
        sa.Column("contact_told_on", sa.Date(), nullable=True),
        sa.Column("version", KEY, nullable=False),
        sa.Column("finished_at", AT, nullable=True),
        sa.Column("finished_by_id", KEY, nullable=True),
        sa.Column("dropped_at", AT, nullable=True),
        sa.CheckConstraint("finished_at IS NULL OR dropped_at IS NULL", name=op.f("ck_match_closure_one_outcome")),
        sa.CheckConstraint(WHOLE, name=op.f("ck_match_closure_finished_whole")),
        _key("match_closure", "match_id", "match"),
        _key("match_closure", "opened_by_id", "person"),
        _key("match_closure", "finished_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_closure")),
        sa.UniqueConstraint("match_id", name=op.f("uq_match_closure_match_id")),
    )
    op.create_table(
        "closure_party",
        sa.Column("closure_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("side", _one_of("side", "mentor", "youth"), nullable=False),
        sa.Column("rematch", _one_of("rematch", "yes", "later", "no", "unsafe"), nullable=True),
        sa.Column("document_id", KEY, nullable=True),
        _key("closure_party", "closure_id", "match_closure"),
        _key("closure_party", "person_id", "person"),
        _key("closure_party", "document_id", "document"),
        sa.PrimaryKeyConstraint("closure_id", "person_id", name=op.f("pk_closure_party")),
    )
    op.create_index(op.f("ix_closure_party_person_id"), "closure_party", ["person_id"])


def _surveys() -> None:
    op.create_table(
        "survey_instrument",
        sa.Column("id", KEY, nullable=False),
        sa.Column("program_id", KEY, nullable=False),
        sa.Column("audience", _one_of("audience", "mentor", "youth", "guardian"), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("name_es", sa.String(500), nullable=False),
        sa.Column("source", sa.String(500), nullable=False),
        sa.Column("license", sa.String(4000), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("loaded_at", AT, nullable=False),
        sa.Column("retired_at", AT, nullable=True),
        _key("survey_instrument", "program_id", "program"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_instrument")),
    )
    op.create_index(op.f("ix_survey_instrument_program_id"), "survey_instrument", ["program_id"])
    op.create_table(
        "survey_answer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("match_id", KEY, nullable=False),
        sa.Column("instrument_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("months", KEY, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("ends_at", AT, nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_by_id", KEY, nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("score_hundredths", KEY, nullable=True),
        _key("survey_answer", "match_id", "match"),
        _key("survey_answer", "instrument_id", "survey_instrument"),
        _key("survey_answer", "person_id", "person"),
        _key("survey_answer", "answered_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint(
            "match_id", "instrument_id", "person_id", "months",
            name=op.f("uq_survey_answer_match_id_instrument_id_person_id_months"),
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_survey_answer_token_hash")),
    )  # fmt: skip
    op.create_index(op.f("ix_survey_answer_instrument_id"), "survey_answer", ["instrument_id"])
    op.create_index(op.f("ix_survey_answer_person_id"), "survey_answer", ["person_id"])

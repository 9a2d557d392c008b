"""What is said of games, the league's rules and lots, brackets, and the links on game cards."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CURRENT = "replaced_at IS NULL"
PAPERS = [
    "roster", "sign_in", "certificate", "consent_record", "withdrawal_record", "supplement_record", "consent_blank",
    "check_in_cards",
]  # fmt: skip
NEW_PAPERS = ["game_card"]


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _papers(values: list[str]) -> None:
    """Say anew which papers a document may be."""
    named = op.f("ck_document_kind")
    known = {each["name"] for each in sa.inspect(op.get_bind()).get_check_constraints("document")}
    with op.batch_alter_table("document") as batch:
        if named in known:
            batch.drop_constraint(named, type_="check")
        batch.create_check_constraint(named, f"kind IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    """Forward. Nobody has said a score yet, and every season keeps its scores as the defaults say."""
    _entries()
    _settings()
    _brackets()
    op.create_table(
        "score_link",
        sa.Column("id", KEY, nullable=False),
        sa.Column("fixture_id", KEY, nullable=False),
        sa.Column("serial", sa.String(16), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("days", KEY, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        _key("score_link", "fixture_id", "fixture"),
        _key("score_link", "made_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_link")),
        sa.UniqueConstraint("fixture_id", name=op.f("uq_score_link_fixture_id")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_score_link_code_hash")),
    )
    _papers(PAPERS + NEW_PAPERS)


def _entries() -> None:
    op.create_table(
        "score_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("fixture_id", KEY, nullable=False),
        sa.Column("side", _one_of("side", "home", "away", "league"), nullable=False),
        sa.Column(
            "happened",
            _one_of("happened", "played", "home_forfeit", "away_forfeit", "double_forfeit", "abandoned", "not_played"),
            nullable=False,
        ),
        sa.Column("home_score", KEY, nullable=True),
        sa.Column("away_score", KEY, nullable=True),
        sa.Column("goes_on", _one_of("goes_on", "home", "away", "league"), nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("stands_at", MOMENT, nullable=True),
        sa.Column("said_by_id", KEY, nullable=True),
        sa.Column("by_link", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(happened IN ('played', 'abandoned')) OR (home_score IS NULL AND away_score IS NULL)",
            name=op.f("ck_score_entry_scores_of_games"),
        ),
        sa.CheckConstraint(
            "happened <> 'played' OR (home_score >= 0 AND away_score >= 0)", name=op.f("ck_score_entry_scores")
        ),
        sa.CheckConstraint("side <> 'league' OR reason <> ''", name=op.f("ck_score_entry_league_has_reason")),
        _key("score_entry", "fixture_id", "fixture"),
        _key("score_entry", "said_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_entry")),
    )
    op.create_index("ix_score_entry_fixture", "score_entry", ["fixture_id"])
    op.create_index(
        "uq_score_entry_current",
        "score_entry",
        ["fixture_id", "side"],
        unique=True,
        sqlite_where=sa.text(CURRENT),
        postgresql_where=sa.text(CURRENT),
    )


def _settings() -> None:
    op.create_table(
        "season_scores",
        sa.Column("season_id", KEY, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(16), nullable=True),
        sa.Column("no_scores_under", KEY, nullable=True),
        sa.Column("final_hours", KEY, nullable=False),
        sa.Column("link_days", KEY, nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.CheckConstraint("no_scores_under BETWEEN 1 AND 21", name=op.f("ck_season_scores_no_scores_under")),
        sa.CheckConstraint("final_hours BETWEEN 1 AND 720", name=op.f("ck_season_scores_final_hours")),
        sa.CheckConstraint("link_days BETWEEN 1 AND 30", name=op.f("ck_season_scores_link_days")),
        _key("season_scores", "season_id", "season"),
        sa.PrimaryKeyConstraint("season_id", name=op.f("pk_season_scores")),
        sa.UniqueConstraint("code", name=op.f("uq_season_scores_code")),
    )
    op.create_table(
        "division_scores",
        sa.Column("division_id", KEY, autoincrement=False, nullable=False),
        sa.Column("keeping", _one_of("keeping", "by_age", "kept", "not_kept"), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        _key("division_scores", "division_id", "division"),
        sa.PrimaryKeyConstraint("division_id", name=op.f("pk_division_scores")),
    )
    op.create_table(
        "drawn_lot",
        sa.Column("team_id", KEY, autoincrement=False, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by_id", KEY, nullable=True),
        _key("drawn_lot", "team_id", "team"),
        _key("drawn_lot", "division_id", "division"),
        _key("drawn_lot", "drawn_by_id", "person"),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_drawn_lot")),
        sa.UniqueConstraint("division_id", "number", name=op.f("uq_drawn_lot_division_id_number")),
    )


def _brackets() -> None:
    op.create_table(
        "bracket",
        sa.Column("id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("third", sa.Boolean(), nullable=False),
        sa.Column("consolation", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", KEY, nullable=True),
        _key("bracket", "division_id", "division"),
        _key("bracket", "made_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bracket")),
        sa.UniqueConstraint("division_id", name=op.f("uq_bracket_division_id")),
    )
    op.create_table(
        "bracket_seed",
        sa.Column("bracket_id", KEY, autoincrement=False, nullable=False),
        sa.Column("seed", KEY, autoincrement=False, nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.CheckConstraint("seed BETWEEN 1 AND 64", name=op.f("ck_bracket_seed_seed")),
        _key("bracket_seed", "bracket_id", "bracket"),
        _key("bracket_seed", "team_id", "team"),
        sa.PrimaryKeyConstraint("bracket_id", "seed", name=op.f("pk_bracket_seed")),
        sa.UniqueConstraint("bracket_id", "team_id", name=op.f("uq_bracket_seed_bracket_id_team_id")),
    )
    op.create_table(
        "bracket_game",
        sa.Column("bracket_id", KEY, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("fixture_id", KEY, nullable=False),
        _key("bracket_game", "bracket_id", "bracket"),
        _key("bracket_game", "fixture_id", "fixture"),
        sa.PrimaryKeyConstraint("bracket_id", "key", name=op.f("pk_bracket_game")),
        sa.UniqueConstraint("fixture_id", name=op.f("uq_bracket_game_fixture_id")),
    )


def downgrade() -> None:
    """Back. Results are lost; games and teams stay."""
    op.execute("DELETE FROM document WHERE kind = 'game_card'")
    _papers(PAPERS)
    for table in ("score_link", "bracket_game", "bracket_seed", "bracket", "drawn_lot", "division_scores"):
        op.drop_table(table)
    op.drop_table("season_scores")
    op.drop_index(
        "uq_score_entry_current", "score_entry", sqlite_where=sa.text(CURRENT), postgresql_where=sa.text(CURRENT)
    )
    op.drop_index("ix_score_entry_fixture", "score_entry")
    op.drop_table("score_entry")

"""Live drafts; games of files become fixtures where both teams play here in one division."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEPARATE = "fixture_id IS NULL OR (home_gathering_id IS NULL AND away_gathering_id IS NULL)"
UNSAID = "Place to be told / Lugar por avisar"
OF_ONE_DIVISION = """
    SELECT game.id, game.season_id, home_team.division_id, game.home_team_id, game.away_team_id,
           game.home_gathering_id, game.away_gathering_id, home.place, home.starts_at, home.ends_at,
           home.canceled_at IS NOT NULL AS is_off, fixture.id AS fixture_id
    FROM imported_game AS game
    JOIN team AS home_team ON home_team.id = game.home_team_id
    JOIN team AS away_team ON away_team.id = game.away_team_id AND away_team.division_id = home_team.division_id
    JOIN gathering AS home ON home.id = game.home_gathering_id
    JOIN gathering AS away ON away.id = game.away_gathering_id
    LEFT JOIN fixture ON fixture.home_gathering_id = game.home_gathering_id
    WHERE game.home_team_id <> game.away_team_id
      AND (home.canceled_at IS NULL) = (away.canceled_at IS NULL)
    ORDER BY game.id
"""


AT = sa.DateTime(timezone=True)
WHYS = ("lock", "coach", "with_pinned", "only_team", "kept_together", "wish", "even")
UNDER_WAY = "state IN ('open', 'paused')"


def upgrade() -> None:
    """Forward. A game whose teams are of two divisions, or of which one side alone was called off, stays as it is."""
    _games_to_fixtures()
    _drafts()
    _reasons((*WHYS, "drafted"))


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _drafts() -> None:
    op.create_table(
        "live_draft",
        sa.Column("id", KEY, nullable=False),
        sa.Column("division_id", KEY, nullable=False),
        sa.Column("state", _choice("state", "open", "paused", "done", "discarded"), nullable=False),
        sa.Column("pick_order", _choice("pick_order", "snake", "straight"), nullable=False),
        sa.Column("seats", sa.JSON(), nullable=False),
        sa.Column("shows_ratings", sa.Boolean(), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("opened_by_id", KEY, nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("forming_id", KEY, nullable=True),
        _key("live_draft", "division_id", "division"),
        _key("live_draft", "opened_by_id", "person"),
        _key("live_draft", "forming_id", "forming"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_draft")),
    )
    op.create_index(op.f("ix_live_draft_division_id"), "live_draft", ["division_id"])
    op.create_index(
        "uq_live_draft_under_way", "live_draft", ["division_id"], unique=True,
        sqlite_where=sa.text(UNDER_WAY), postgresql_where=sa.text(UNDER_WAY),
    )  # fmt: skip
    op.create_table(
        "draft_place",
        sa.Column("id", KEY, nullable=False),
        sa.Column("live_draft_id", KEY, nullable=False),
        sa.Column("youth_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("round", KEY, nullable=False),
        sa.Column("client_key", sa.String(40), nullable=True),
        sa.Column("picked_with_id", KEY, nullable=True),
        sa.Column("placed_at", AT, nullable=False),
        sa.Column("placed_by_id", KEY, nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        _key("draft_place", "live_draft_id", "live_draft"),
        _key("draft_place", "youth_id", "person"),
        _key("draft_place", "group_id", "group"),
        _key("draft_place", "picked_with_id", "draft_place"),
        _key("draft_place", "placed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_place")),
        sa.UniqueConstraint("live_draft_id", "client_key", name=op.f("uq_draft_place_live_draft_id_client_key")),
    )
    op.create_index(op.f("ix_draft_place_youth_id"), "draft_place", ["youth_id"])
    for name, columns in (("youth", ["youth_id"]), ("round", ["group_id", "round"])):
        op.create_index(
            f"uq_draft_place_{name}", "draft_place", ["live_draft_id", *columns], unique=True,
            sqlite_where=sa.text("undone_at IS NULL"), postgresql_where=sa.text("undone_at IS NULL"),
        )  # fmt: skip


def _reasons(whys: tuple[str, ...]) -> None:
    """Why a child is on its team: one reason more, or fewer."""
    with op.batch_alter_table("forming_place") as table:
        table.drop_constraint(op.f("ck_forming_place_why"), type_="check")
    with op.batch_alter_table("forming_place") as table:
        words = ", ".join(f"'{why}'" for why in whys)
        table.create_check_constraint(op.f("ck_forming_place_why"), f"why IN ({words})")


def _games_to_fixtures() -> None:
    with op.batch_alter_table("imported_game") as table:
        table.add_column(sa.Column("fixture_id", KEY, nullable=True))
        table.add_column(sa.Column("said", sa.String(64), nullable=False, server_default=""))
        table.create_unique_constraint(op.f("uq_imported_game_fixture_id"), ["fixture_id"])
        table.create_foreign_key(op.f("fk_imported_game_fixture_id_fixture"), "fixture", ["fixture_id"], ["id"])
    connection = op.get_bind()
    fields: dict[str, int] = {}
    for game in connection.execute(sa.text(OF_ONE_DIVISION)).mappings().all():
        fixture_id = game["fixture_id"]
        if fixture_id is None:
            place = game["place"] or UNSAID
            if place not in fields:
                fields[place] = _field(connection, place)
            fixture_id = _fixture(connection, dict(game) | {"venue_id": fields[place]})
        connection.execute(
            sa.text(
                "UPDATE imported_game SET fixture_id = :fixture_id, home_team_id = NULL, away_team_id = NULL,"
                " home_gathering_id = NULL, away_gathering_id = NULL, home_name = '', away_name = '', division = ''"
                " WHERE id = :id"
            ),
            {"fixture_id": fixture_id, "id": game["id"]},
        )
    with op.batch_alter_table("imported_game") as table:
        table.create_check_constraint(op.f("ck_imported_game_told_once"), SEPARATE)


def _fixture(connection: sa.Connection, game: dict[str, object]) -> int:
    values = game | {"state": "canceled" if game["is_off"] else "published"}
    connection.execute(
        sa.text(
            "INSERT INTO fixture (season_id, division_id, home_team_id, away_team_id, venue_id, starts_at, ends_at, state,"
            " home_gathering_id, away_gathering_id) VALUES (:season_id, :division_id, :home_team_id, :away_team_id,"
            " :venue_id, :starts_at, :ends_at, :state, :home_gathering_id, :away_gathering_id)"
        ),
        values,
    )
    found = connection.scalar(sa.text("SELECT id FROM fixture WHERE home_gathering_id = :home_gathering_id"), values)
    assert found is not None
    return int(found)


def _field(connection: sa.Connection, place: str) -> int:
    """The field of a place: one of this name, else a new one, on a site of its own name."""
    name = place[:80]
    find_field = sa.text("SELECT min(id) FROM venue WHERE folded_name = :name")
    field_id = connection.scalar(find_field, {"name": _folded(name)})
    if field_id is None:
        find_site = sa.text("SELECT id FROM site WHERE name = :name")
        site_id = connection.scalar(find_site, {"name": place})
        if site_id is None:
            connection.execute(sa.text("INSERT INTO site (name) VALUES (:name)"), {"name": place})
            site_id = connection.scalar(find_site, {"name": place})
        connection.execute(
            sa.text("INSERT INTO venue (site_id, name, folded_name) VALUES (:site_id, :name, :folded)"),
            {"site_id": site_id, "name": name, "folded": _folded(name)},
        )
        field_id = connection.scalar(find_field, {"name": _folded(name)})
    assert field_id is not None
    return int(field_id)


def _folded(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def downgrade() -> None:
    """Back. Live drafts are lost, not the teams made of them; a game takes all from its fixture, which stays."""
    op.execute("UPDATE forming_place SET why = 'lock' WHERE why = 'drafted'")
    _reasons(WHYS)
    for name in ("draft_place", "live_draft"):
        op.drop_table(name)
    _fixtures_to_games()


def _fixtures_to_games() -> None:
    with op.batch_alter_table("imported_game") as table:
        table.drop_constraint(op.f("ck_imported_game_told_once"), type_="check")
    of_fixture = "(SELECT {} FROM fixture WHERE fixture.id = imported_game.fixture_id)"
    name_of = (
        '(SELECT "group".name FROM fixture JOIN team ON team.id = fixture.{}_team_id'
        ' JOIN "group" ON "group".id = team.group_id WHERE fixture.id = imported_game.fixture_id)'
    )
    columns = [f"{name} = {of_fixture.format(name)}" for name in ("home_team_id", "away_team_id")]
    columns += [f"{name} = {of_fixture.format(name)}" for name in ("home_gathering_id", "away_gathering_id")]
    columns += [f"{side}_name = {name_of.format(side)}" for side in ("home", "away")]
    op.execute(f"UPDATE imported_game SET {', '.join(columns)} WHERE fixture_id IS NOT NULL")
    with op.batch_alter_table("imported_game") as table:
        table.drop_constraint(op.f("fk_imported_game_fixture_id_fixture"), type_="foreignkey")
        table.drop_constraint(op.f("uq_imported_game_fixture_id"), type_="unique")
        table.drop_column("said")
        table.drop_column("fixture_id")

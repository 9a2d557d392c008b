"""Games of files become fixtures where both teams play here in one division."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0014"
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


def upgrade() -> None:
    """Forward. A game whose teams are of two divisions, or of which one side alone was called off, stays as it is."""
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
    """Back. A game takes its teams, names and gatherings from its fixture, which stays for the way forward."""
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

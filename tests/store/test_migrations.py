"""Migrations go forward and back on both engines with data in the tables, and end at what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import Migrate, downgrade, upgrade

from tests.makers.accounts import make_account
from tests.makers.people import NOW, make_guardian, make_youth
from tests.makers.programs import join, make_gathering, make_group, make_team
from tests.support.houses import House, bare_house
from youthprog.access.types import Role
from youthprog.consent.services import ask, publish_starter_form
from youthprog.core import db
from youthprog.core.actor import SYSTEM
from youthprog.leagues.imports.game_services import import_games
from youthprog.leagues.imports.types import GameRow
from youthprog.leagues.models import Team
from youthprog.web.migrations import current, folder, head

START = datetime(2026, 9, 19, 14, tzinfo=UTC)
GAME = GameRow(2, "1", "Tigers U10", "Rams U10", "", START, START + timedelta(hours=1), "Mill Park, Field 2", 20)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path) -> Iterator[House]:
    """An application on a database without tables."""
    with bare_house(request.param, tmp_path) as house:
        if house.app is None:
            pytest.skip(house.reason)
        Migrate(house.app, db.db, directory=str(folder()))
        with house.app.app_context():
            yield house


def differences() -> list[object]:
    with db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, db.db.metadata))


def checks_of_the_database() -> dict[str, set[str]]:
    inspector = sa.inspect(db.db.engine)
    return {
        table: {str(check["name"]).removeprefix(f"ck_{table}_") for check in inspector.get_check_constraints(table)}
        for table in db.db.metadata.tables
    }


def checks_of_the_models() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, table in db.db.metadata.tables.items():
        named = {each for each in table.constraints if isinstance(each, sa.CheckConstraint)}
        found[name] = {str(each.name).removeprefix(f"ck_{name}_") for each in named}
    return found


def fill() -> None:
    team = make_team()
    youth = make_youth()
    make_guardian(youth)
    join(youth, team.group, "7")
    make_gathering(team.group)
    make_account(Role.COORDINATOR)
    rivals = Team(division=team.division, group=make_group(team.group.season, "Rams U10"))
    db.session().add(rivals)
    db.flush()
    import_games([GAME, replace(GAME, key="2", home="Elsewhere")], team.group.season, by=SYSTEM, now=NOW)
    publish_starter_form(now=NOW)
    ask([youth.id], team.group.season_id, by=SYSTEM, now=NOW)
    db.session().commit()


def test_the_migrated_schema_equals_the_models(bare):
    upgrade(directory=str(folder()))
    assert differences() == []
    assert checks_of_the_database() == checks_of_the_models(), (
        "Alembic does not compare CHECKs; a rebuild can lose them"
    )


def test_there_and_back_with_data(bare):
    upgrade(directory=str(folder()))
    fill()
    db.db.session.remove()
    downgrade(directory=str(folder()), revision="base")
    with db.db.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(directory=str(folder()))
    assert differences() == []
    assert checks_of_the_database() == checks_of_the_models()


def test_back_and_forth_of_the_newest_keeps_every_row(bare):
    upgrade(directory=str(folder()))
    fill()
    db.db.session.remove()
    before = rows()
    downgrade(directory=str(folder()), revision="-1")
    upgrade(directory=str(folder()))
    assert rows() == before
    assert checks_of_the_database() == checks_of_the_models()


def rows() -> dict[str, int]:
    with db.db.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in db.db.metadata.tables.items()
        }


def test_the_head_read_from_the_files_is_alembic_s_own(bare):
    config = Config()
    config.set_main_option("script_location", str(folder()))
    assert head() == ScriptDirectory.from_config(config).get_current_head()
    with db.db.engine.connect() as connection:
        assert current(connection) is None
    upgrade(directory=str(folder()))
    with db.db.engine.connect() as connection:
        assert current(connection) == head()


def test_what_officials_hold_moves_to_credentials_and_back(bare):
    upgrade(directory=str(folder()))
    person_id, program_id = make_youth().id, make_team().group.season.program_id
    db.session().commit()
    db.db.session.remove()
    downgrade(directory=str(folder()), revision="0021")
    put = (
        "INSERT INTO official (person_id, program_id, added_at) VALUES (:person, :program, :at)",
        "INSERT INTO official_credential (person_id, name, folded_name, from_on, until_on, recorded_at) "
        "VALUES (:person, 'Umpire license', 'umpire license', '2026-01-01', '2026-12-31', :at), "
        "(:person, 'Concussion Training', 'concussion training', '2026-02-01', NULL, :at)",
    )
    with db.db.engine.begin() as connection:
        for statement in put:
            connection.execute(sa.text(statement), {"person": person_id, "program": program_id, "at": START})
    upgrade(directory=str(folder()))
    held = "SELECT kind, step, CAST(issued_on AS text), CAST(until_on AS text) FROM credential ORDER BY id"
    with db.db.engine.connect() as connection:
        assert connection.execute(sa.text(held)).all() == [
            ("umpire_license", "approved", "2026-01-01", "2026-12-31"), ("concussion", "approved", "2026-02-01", None)
        ]  # fmt: skip
        kept = connection.execute(sa.text("SELECT kind, name FROM credential_rule WHERE ended_at IS NOT NULL")).all()
        assert kept == [("umpire_license", "Umpire license")]
        assert connection.scalar(sa.text("SELECT source FROM placement WHERE source = 'officials'")) == "officials"
    downgrade(directory=str(folder()), revision="0021")
    with db.db.engine.connect() as connection:
        back = connection.execute(
            sa.text("SELECT name, CAST(from_on AS text) FROM official_credential ORDER BY id")
        ).all()
        assert back == [("Umpire license", "2026-01-01"), ("Concussion training", "2026-02-01")]
    upgrade(directory=str(folder()))

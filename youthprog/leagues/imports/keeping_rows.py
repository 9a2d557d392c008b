"""Keeping what was read of a file between the dry run and the import: as text, to be sealed. Pure."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from youthprog.leagues.imports.cells import has_card_number
from youthprog.leagues.imports.sheets import Sheet
from youthprog.leagues.imports.types import GameRow, GuardianRow, PlayerRow
from youthprog.people.types import Gender

BLANKED = "0000 0000 0000 0000"  # passes for a card number, so that the cell is told again when it is read again


def rows_to_text(rows: Iterable[PlayerRow]) -> str:
    """Rows as text, to be sealed until somebody accepts the import."""
    values = [asdict(row) | {"born_on": row.born_on.isoformat() if row.born_on else None} for row in rows]
    return json.dumps(values, ensure_ascii=False)


def rows_from_text(text: str) -> tuple[PlayerRow, ...]:
    """Rows that `rows_to_text` wrote."""
    return tuple(_row_from(values) for values in json.loads(text))


def _row_from(values: dict[str, Any]) -> PlayerRow:
    return PlayerRow(
        **values
        | {
            "born_on": date.fromisoformat(values["born_on"]) if values["born_on"] else None,
            "gender": Gender(values["gender"]),
            "guardians": tuple(
                GuardianRow(**guardian | {"phones": tuple(guardian["phones"])}) for guardian in values["guardians"]
            ),
            "phones": tuple(values["phones"]),
            "external": tuple((source, key) for source, key in values["external"]),
            "for_teams": tuple((part, text) for part, text in values.get("for_teams", ())),
        }
    )


def games_to_text(games: Iterable[GameRow]) -> str:
    """Games as text, to be sealed until somebody accepts the import."""
    return json.dumps([asdict(game) for game in games], ensure_ascii=False, default=datetime.isoformat)


def games_from_text(text: str) -> tuple[GameRow, ...]:
    """Games that `games_to_text` wrote."""
    return tuple(_game_from(values) for values in json.loads(text))


def _game_from(values: dict[str, Any]) -> GameRow:
    moments = {
        name: datetime.fromisoformat(values[name]) if values[name] else None for name in ("starts_at", "ends_at")
    }
    return GameRow(**values | moments)


def table_to_text(sheet: Sheet, dropped: Collection[int]) -> str:
    """A whole table, to be read again when somebody says what its columns are. Private columns are blank in it."""
    rows = [
        [number, ["" if index in dropped else _kept(cell) for index, cell in enumerate(cells)]]
        for number, cells in sheet.rows
    ]
    values = {"header": sheet.header, "rows": rows, "encoding": sheet.encoding, "delimiter": sheet.delimiter}
    return json.dumps(values | {"stray": sheet.stray_quote_at, "headless": sheet.headless}, ensure_ascii=False)


def table_from_text(text: str) -> Sheet:
    """A table that `table_to_text` wrote."""
    values = json.loads(text)
    rows = tuple((number, tuple(cells)) for number, cells in values["rows"])
    header = tuple(values["header"])
    return Sheet(header, rows, values["encoding"], values["delimiter"], values["stray"], values["headless"])


def _kept(cell: str) -> str:
    return BLANKED if len(cell) >= 13 and has_card_number(cell) else cell

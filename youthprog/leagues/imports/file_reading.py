"""Any export to its rows: is it players or games, and what does it hold. Pure."""

from collections.abc import Mapping, Sequence

from youthprog.leagues.imports.columns import headings_of, recognized
from youthprog.leagues.imports.game_columns import recognized_games
from youthprog.leagues.imports.game_reading import Frame, games_in
from youthprog.leagues.imports.importing import players_in
from youthprog.leagues.imports.limits import Unusable
from youthprog.leagues.imports.sheets import Sheet, read_sheet
from youthprog.leagues.imports.types import ImportKind, Reading

Meanings = Mapping[ImportKind, Mapping[str, str]]
"""What people said of headings, for each kind of file."""


def read_file(
    data: bytes,
    frame: Frame,
    *,
    filename: str,
    kind: ImportKind | None = None,
    dates: str = "",
    meanings: Meanings | None = None,
) -> tuple[Sheet | None, Reading]:
    """The table of a file and what it holds. Without a `kind` the column names tell it."""
    said = meanings or {}

    def known(headings: Sequence[str]) -> int:
        players = recognized(headings, said.get(ImportKind.PLAYERS)) if kind is not ImportKind.SCHEDULE else 0
        games = recognized_games(headings, said.get(ImportKind.SCHEDULE)) if kind is not ImportKind.PLAYERS else 0
        return max(players, games)

    try:
        sheet = read_sheet(data, known, None if kind is ImportKind.SCHEDULE else headings_of)
    except Unusable as fault:
        return None, Reading(filename=filename, kind=kind or ImportKind.PLAYERS, unusable=fault.problem)
    found = kind or kind_of(sheet.header, said)
    return sheet, read_table(sheet, found, frame, filename=filename, dates=dates, meanings=said)


def kind_of(headings: Sequence[str], meanings: Meanings) -> ImportKind:
    """What the rows under these headings are."""
    players = recognized(headings, meanings.get(ImportKind.PLAYERS))
    games = recognized_games(headings, meanings.get(ImportKind.SCHEDULE))
    return ImportKind.SCHEDULE if games > players else ImportKind.PLAYERS


def read_table(
    sheet: Sheet, kind: ImportKind, frame: Frame, *, filename: str, dates: str = "", meanings: Meanings | None = None
) -> Reading:
    """What a table holds. When something must be asked first, the reading says so and has no rows."""
    said = (meanings or {}).get(kind)
    if kind is ImportKind.SCHEDULE:
        return games_in(sheet, frame, filename=filename, dates=dates, meanings=said)
    return players_in(sheet, filename=filename, today=frame.today, dates=dates, meanings=said)

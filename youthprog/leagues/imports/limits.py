"""How large a file may be, and what is raised for one that is no table."""

from youthprog.leagues.imports.types import Problem, Severity

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 500
HEADER_WITHIN = 10

Record = tuple[int, tuple[str, ...]]
"""A row with its number, from 1, as a spreadsheet counts it."""


class Unusable(Exception):
    """The file is no table that can be read."""

    def __init__(self, code: str, sentence: str, line: int = 0, /, **values: int | str):
        self.problem = Problem(line, "", code, sentence, Severity.REFUSE, values)
        super().__init__(str(self.problem))

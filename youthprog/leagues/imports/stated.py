"""What a row of an import states about a youth's record, and what of it is not there yet. Pure."""

from collections.abc import Mapping

from youthprog.leagues.imports.types import PlayerRow
from youthprog.people.types import Gender

SPARING = ("gender", "school", "allergies", "conditions", "emergency_name", "emergency_phone")
"""Fields of a row that may change a youth's record when they are not blank."""

ONE_VALUE = frozenset({"gender", "school"})
"""Fields of which a youth has one value; notes and contacts stand beside each other."""


def stated_values(row: PlayerRow) -> dict[str, str]:
    """The values that a row states about a youth's record; blanks, and half an emergency contact, state nothing."""
    values = {name: str(getattr(row, name)) for name in SPARING}
    if not (row.emergency_name and row.emergency_phone):
        values["emergency_name"] = values["emergency_phone"] = ""
    return {name: value for name, value in values.items() if value and value != Gender.UNSTATED}


def differing(row: PlayerRow, known: Mapping[str, str]) -> list[str]:
    """The names of stated values that are not among the known ones (one a line)."""
    return [name for name, new in stated_values(row).items() if new not in known.get(name, "").split("\n")]

"""Forms of playing time."""

from typing import Any

from youthprog.leagues.playing_time.queries import Asked
from youthprog.leagues.playing_time.types import MOST_PLAYERS, MOST_UNITS, UNITS, WARN_HOURS, Band, PlayUnit
from youthprog.web.forms import Filled, Form, OneOf, Optional, Whole
from youthprog.web.language import lazy_gettext as _

LINES = 6


class RuleForm(Form):
    """What a division asks for: a unit, up to six lines of a table, and the fewest players."""

    unit = OneOf(_("Counted in"), UNITS)
    fewest_players = Whole(_("Fewest players a team plays with"), [Optional()], least=1, most=MOST_PLAYERS)
    warn_hours = Whole(
        _("Hours before the game to warn"), [Filled(_("Write a number."))], least=1, most=168, default=WARN_HOURS
    )

    def lines(self) -> list[tuple[Any, Any, Any]]:
        """The three fields of each line."""
        return [tuple(self._fields[f"{part}_{number}"] for part in ("from", "to", "least")) for number in range(LINES)]

    def asked(self) -> Asked:
        """What was typed. A line without a number of players or without a least amount is no line."""
        bands = tuple(
            Band(first.data, last.data, least.data)
            for first, last, least in self.lines()
            if first.data is not None and least.data is not None
        )
        return Asked(PlayUnit(self.unit.data), self.fewest_players.data, self.warn_hours.data or WARN_HOURS, bands)

    def fill(self, asked: Asked) -> None:
        """Show what is said so far."""
        self.unit.data, self.fewest_players.data = asked.unit.value, asked.fewest_players
        self.warn_hours.data = asked.warn_hours
        for (first, last, least), band in zip(self.lines(), asked.bands, strict=False):
            first.data, last.data, least.data = band.from_players, band.to_players, band.least


for _number in range(LINES):
    for _part, _label, _least, _most in (
        ("from", _("From players"), 1, MOST_PLAYERS),
        ("to", _("To players"), 1, MOST_PLAYERS),
        ("least", _("Each plays at least"), 0, MOST_UNITS),
    ):
        setattr(RuleForm, f"{_part}_{_number}", Whole(_label, [Optional()], least=_least, most=_most))

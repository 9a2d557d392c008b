"""Schedule exports: a table in, checked games and named problems out. Pure, and never raises for what a table holds.

Times are the department's own: a time that the clocks skip that night is refused, one that comes twice is told and the
first is taken. No problem repeats a value of the file.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from youthprog.core.refusals import N_
from youthprog.core.text import crowded, fold
from youthprog.leagues.imports.cells import (
    date_order,
    is_formula,
    is_nothing,
    is_yes,
    one_line,
    read_date,
    unguarded,
)
from youthprog.leagues.imports.columns import squeeze
from youthprog.leagues.imports.game_columns import GamePart, read_game_columns
from youthprog.leagues.imports.sheets import Sheet
from youthprog.leagues.imports.types import DateQuestion, GameRow, ImportKind, Problem, Reading, Severity

LENGTH = timedelta(minutes=60)
"""How long a game is when the file does not say."""

LONGEST = timedelta(hours=12)
MOST_NAME = 80
MOST_PLACE = 120
UNSET = frozenset({"tbd", "tba", "to be determined", "unscheduled", "-", "", "rain", "por definir"})
CALLED_OFF = frozenset(
    {
        "canceled",
        "cancelled",
        "deleted",
        "delete",
        "rained out",
        "rainout",
        "cancelado",
        "suspended",
        "ppd",
        "postponed",
    }
)
NO_GAMES = frozenset({"practice", "meeting", "event", "other", "party", "tryout", "entrenamiento"})
BYES = frozenset({"bye", "byes", "libre", "descansa"})
SEED = re.compile(
    r"[a-z]{1,2}\d{1,2}|\d(?:st|nd|rd|th)(?: \w+)?|seed \w+|(?:winner|loser)(?: of)?(?: game)? ?#?\w+|[wl] ?#\d+|tb[ad]",
    re.ASCII,
)
VERSUS = re.compile(r"\s+(?:vs?\.?|versus|-|contra)\s+", re.IGNORECASE)
AT = re.compile(r"\s+(?:@|at|en)\s+", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*(?:([ap])\.?\s*m\.?)?", re.ASCII | re.IGNORECASE)
_WORDY = re.compile(r"(?:([a-z]{3,9})\.?,?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?", re.ASCII | re.IGNORECASE)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Frame:
    """Where and when the season is: the department's zone, and the season's first and last day."""

    zone: ZoneInfo
    first: date
    last: date
    today: date


def games_in(
    sheet: Sheet, frame: Frame, *, filename: str, dates: str = "", meanings: Mapping[str, str] | None = None
) -> Reading:
    """The games of a table. When a column is missing, or the order of its dates, the reading says so and has no games."""
    return _Games(sheet, frame, dates, meanings).read(filename)


def read_time(text: str) -> time | None:
    """A time of day as 8:00, 18:30, 6:30 PM, 6:30:00 pm or 6 PM; a bare hour without am or pm is none."""
    found = _TIME.fullmatch(text)
    if not found or (found[2] is None and found[3] is None):
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_minutes(text: str) -> int | None:
    """A length as 60, 60 min, 1:30 or 1:30:00."""
    if found := re.fullmatch(r"(\d{1,3})(?:\s*(?:min|minutes|m))?\.?", text, re.ASCII | re.IGNORECASE):
        return int(found[1])
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", text, re.ASCII)
    return int(found[1]) * 60 + int(found[2]) if found else None


def read_day_without_year(text: str, frame: Frame) -> date | None:
    """A day as Tuesday June 16: the one day of the season that it can be."""
    found = _WORDY.fullmatch(text)
    if not found:
        return None
    fits = []
    for year in range(frame.first.year, frame.last.year + 1):
        on = read_date(f"{found[2]} {found[3]}, {year}", day_first=False, today=frame.today)
        weekday_fits = on is not None and (not found[1] or _DAYS[on.weekday()] == found[1][:3].lower())
        if on is not None and weekday_fits and frame.first <= on <= frame.last:
            fits.append(on)
    return fits[0] if len(fits) == 1 else None


def is_seed(name: str) -> bool:
    """Whether a name stands for a team that is not known yet: R1, C2, Winner of 12, TBD."""
    return bool(SEED.fullmatch(fold(name)))


class _Games:
    """Reads the rows of one sheet and gathers what is wrong with them."""

    def __init__(self, sheet: Sheet, frame: Frame, dates: str, meanings: Mapping[str, str] | None):
        self.sheet, self.frame = sheet, frame
        self.columns = read_game_columns(sheet.header, meanings)
        self.problems: list[Problem] = []
        self.met: Counter[tuple[str, str, str]] = Counter()
        self.keys: dict[str, int] = {}
        self.order = date_order(self._date_cells(), told=dates)

    def read(self, filename: str) -> Reading:
        """All games, in the order of the file."""
        if missing := self.columns.missing():
            sentence = N_("The file has no column for: %(parts)s.")
            values = {"parts": ", ".join(missing)}
            problem = Problem(0, "", "missing_columns", sentence, Severity.REFUSE, values)
            return replace(self.about(filename), unusable=problem)
        if question := self._question():
            return replace(self.about(filename), asks=question)
        self._about_the_file()
        games = [game for number, cells in self.sheet.rows if (game := _GameReader(self, number, cells).read())]
        problems = tuple(sorted(self.problems, key=lambda problem: problem.row))
        return replace(self.about(filename), games=tuple(games), problems=problems)

    def about(self, filename: str) -> Reading:
        """What the file is, without its games."""
        headers, columns = self.sheet.header, self.columns
        used = {index for places in columns.places.values() for index in places}
        return Reading(
            filename=filename,
            kind=ImportKind.SCHEDULE,
            encoding=self.sheet.encoding,
            delimiter=self.sheet.delimiter,
            headers=headers,
            mapping={headers[index]: part.value for part, places in columns.places.items() for index in places},
            unmapped=tuple(name for index, name in enumerate(headers) if name.strip() and index not in used),
            unknown=tuple(headers[index] for index in columns.unknown),
        )

    def _about_the_file(self) -> None:
        if not self.sheet.rows:
            self.note(0, None, "no_rows", N_("The file has column names and no rows."))
        if self.order.day_first:
            sentence = N_("Dates were read as day, month, year. Check a few.")
            self.note(0, GamePart.DATE, "day_first_games", sentence)
        if GamePart.END_TIME not in self.columns.places and GamePart.DURATION not in self.columns.places:
            sentence = N_("The file does not say when games end. %(minutes)s minutes were taken.")
            self.note(0, None, "no_ends", sentence, Severity.WARN, minutes=int(LENGTH.total_seconds()) // 60)

    def _date_cells(self) -> Iterator[tuple[int, str]]:
        for number, cells in self.sheet.rows:
            for index in self.columns.places.get(GamePart.DATE, ()):
                if index < len(cells) and (text := one_line(cells[index])):
                    yield number, text
                    break

    def _question(self) -> DateQuestion | None:
        if not self.order.is_open:
            return None
        both = [read_date(self.order.example, day_first=first, today=self.frame.today) for first in (False, True)]
        if both[0] is None or both[1] is None:
            return None
        return DateQuestion(
            self.heading(GamePart.DATE), self.order.example, both[0], both[1], len(self.order.open_rows)
        )

    def heading(self, part: GamePart | None) -> str:
        """The heading of a part's first column, as the file writes it."""
        places = self.columns.places.get(part, ()) if part else ()
        return one_line(self.sheet.header[places[0]]) if places else ""

    def note(
        self,
        row: int,
        part: GamePart | None,
        code: str,
        sentence: str,
        severity: Severity = Severity.WARN,
        /,
        **values: int | str,
    ) -> None:
        """Note something about a row, 0 for the file."""
        self.problems.append(Problem(row, self.heading(part), code, sentence, severity, values))

    def key_of(self, division: str, home: str, away: str, number: str, own: str) -> str:
        """What the game is known by: its id, its number in its division, or the pair and how often they met before."""
        if own:
            return f"id:{own}"[:200]
        if number:
            return f"number:{fold(division)}|{fold(number)}"[:200]
        pair = (squeeze(division), squeeze(home), squeeze(away))
        self.met[pair] += 1
        return "pair:{}|{}|{}|{}".format(*pair, self.met[pair])[:200]


class _GameReader:
    """Reads one row. A refusal is noted, and the row is given up only after all its faults are named."""

    def __init__(self, games: _Games, number: int, cells: Sequence[str]):
        self.games, self.number, self.cells = games, number, cells
        self.usable = True

    def read(self) -> GameRow | None:
        """The game of this row, or None when it is refused or no game."""
        kind = fold(self.raw(GamePart.KIND))
        if kind in NO_GAMES:
            self.note(GamePart.KIND, "not_a_game", N_("This row is no game and is left out."))
            return None
        division = self.text(GamePart.DIVISION) or self.text(GamePart.HOME_DIVISION)
        home, away = self.teams()
        if {fold(home), fold(away)} & BYES:
            self.note(GamePart.AWAY, "bye", N_("This row is a bye, and a bye is no game."))
            return None
        own, number = self.text(GamePart.KEY), self.text(GamePart.NUMBER)
        moves_only = self.usable and not home and not away
        if not self.usable:
            pass  # one of the names cannot be used; nothing more can be said of the teams
        elif moves_only and not own:
            self.refuse(GamePart.HOME, "no_teams", N_("The row names no teams."))
        elif bool(home) != bool(away):
            self.refuse(GamePart.AWAY if home else GamePart.HOME, "half_a_game", N_("One of the two teams is missing."))
        elif home and squeeze(home) == squeeze(away):
            self.refuse(GamePart.AWAY, "same_team", N_("A team cannot play against itself."))
        canceled = fold(self.raw(GamePart.STATUS)) in CALLED_OFF
        starts_at, ends_at = self.moments(canceled)
        key = self.games.key_of(division, home, away, number, own)
        if (first := self.games.keys.setdefault(key, self.number)) != self.number:
            sentence = N_("Row %(other)s is the same game already.")
            self.refuse(GamePart.KEY, "same_game", sentence, other=first)
        if not self.usable:
            return None
        return GameRow(
            row=self.number,
            key=key,
            home=home,
            away=away,
            division=division,
            starts_at=starts_at,
            ends_at=ends_at,
            place=self.place(),
            arrive=self.arrive(),
            canceled=canceled,
            moves_only=moves_only,
        )

    # Cells --------------------------------------------------------------------------------------------------

    def raw(self, part: GamePart) -> str:
        """The first cell of a part that is not blank, on one line."""
        return self.cell(part)[0]

    def cell(self, part: GamePart) -> tuple[str, bool]:
        """That cell, and whether the file itself marks it as text."""
        for index in self.games.columns.places.get(part, ()):
            if index < len(self.cells) and (text := one_line(self.cells[index])):
                return unguarded(text)
        return "", False

    def text(self, part: GamePart, limit: int = MOST_NAME) -> str:
        """A cell that may be stored; a fault refuses the row, for it would be another game."""
        text, is_text = self.cell(part)
        if len(text) > limit:
            self.refuse(part, "too_long", N_("This is longer than %(limit)s characters."), limit=limit)
        elif crowded(text) or (is_formula(text) and not is_text):
            self.refuse(part, "formula", N_("This begins like a spreadsheet formula."))
        else:
            return "" if text and is_nothing(text) else text
        return ""

    def teams(self) -> tuple[str, str]:
        """Home and away team: from their columns, from a first and second team and who is at home, or from a title."""
        home, away = self.text(GamePart.HOME), self.text(GamePart.AWAY)
        if home or away:
            return home, away
        first, second = self._titled()
        first, second = self.text(GamePart.FIRST) or first, self.text(GamePart.SECOND) or second
        at_home = self.raw(GamePart.FIRST_IS_HOME)
        return (second, first) if at_home and not is_yes(at_home) else (first, second)

    def _titled(self) -> tuple[str, str]:
        """Both teams of a title such as "Tigers vs. Lions" (the first is team 1), or "Lions at Tigers"."""
        title = self.raw(GamePart.TITLE)
        parts = VERSUS.split(title)
        if len(parts) == 2 and all(len(part) <= MOST_NAME for part in parts):
            return parts[0].strip(), parts[1].strip()
        parts = AT.split(title)
        if len(parts) == 2 and all(len(part) <= MOST_NAME for part in parts):
            guest_is_first = self.raw(GamePart.FIRST_IS_HOME) and not is_yes(self.raw(GamePart.FIRST_IS_HOME))
            guest, host = parts[0].strip(), parts[1].strip()
            return (guest, host) if guest_is_first else (host, guest)
        return "", ""

    def place(self) -> str:
        """Place and field, joined when the file has a column for each."""
        place, field = self.text(GamePart.PLACE, MOST_PLACE), self.text(GamePart.FIELD, MOST_PLACE)
        return (
            ", ".join(filter(None, (place, field)))[:MOST_PLACE]
            if fold(field) not in fold(place) or not field
            else place
        )

    def arrive(self) -> int | None:
        """How many minutes before the start the teams are asked to come."""
        text = self.raw(GamePart.ARRIVE)
        minutes = read_minutes(text) if text else None
        if text and (minutes is None or minutes > 240):
            self.note(GamePart.ARRIVE, "bad_arrival", N_("This is no number of minutes and was left out."))
            return None
        return minutes

    # Moments ------------------------------------------------------------------------------------------------

    def moments(self, canceled: bool) -> tuple[datetime | None, datetime | None]:
        """Start and end as instants. A game that is called off needs none."""
        on, at = self.day(), self.start()
        if on is None or at is None:
            if not canceled:
                self.refuse_unset(on)
            return None, None
        starts_at = self.instant(on, at, GamePart.TIME)
        if starts_at is None:
            return None, None
        ends_at = self.end(on, starts_at)
        if not starts_at < ends_at <= starts_at + LONGEST:
            self.refuse(
                GamePart.END_TIME, "bad_end", N_("The game would end before it starts, or last over half a day.")
            )
            return None, None
        return starts_at, ends_at

    def refuse_unset(self, on: date | None) -> None:
        """A game whose day or time is missing or not set yet."""
        part = GamePart.DATE if on is None else GamePart.TIME
        if fold(self.raw(part)) in UNSET:
            sentence = N_("The day or time is not set yet. Import the file again when it is.")
            self.refuse(part, "not_set", sentence)
        elif on is None:
            self.refuse(part, "bad_date", N_("This is no date. Write it like 02/14/2016."))
        else:
            self.refuse(part, "bad_time", N_("This is no time. Write it like 18:30 or 6:30 PM."))

    def day(self) -> date | None:
        """The day of the game; without a year, the one of the season."""
        text, frame = self.raw(GamePart.DATE), self.games.frame
        found = read_date(text, day_first=self.games.order.day_first, today=frame.today)
        return found or read_day_without_year(text, frame)

    def start(self) -> time | None:
        """The time it starts: from its column, else from behind the date."""
        text = self.raw(GamePart.TIME)
        if not text and (found := re.search(r"[ T](\d{1,2}:\d{2}.*)$", self.raw(GamePart.DATE))):
            text = found[1]
        return read_time(text.rpartition(" ")[2] if re.match(r"\d{4}-\d\d-\d\d ", text) else text)

    def end(self, on: date, starts_at: datetime) -> datetime:
        """When it ends: by its end, its length, or as long as a game is. What cannot be read counts as not said."""
        if self.raw(GamePart.END_TIME) and (at := read_time(self.raw(GamePart.END_TIME))):
            last = self.raw(GamePart.END_DATE)
            day = (read_date(last, day_first=self.games.order.day_first, today=on) if last else None) or on
            return datetime.combine(day, at, self.games.frame.zone).astimezone(UTC)
        minutes = read_minutes(self.raw(GamePart.DURATION)) if self.raw(GamePart.DURATION) else None
        return starts_at + (timedelta(minutes=minutes) if minutes else LENGTH)

    def instant(self, on: date, at: time, part: GamePart) -> datetime | None:
        """A local time as an instant, where there is one."""
        local = datetime.combine(on, at, self.games.frame.zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(self.games.frame.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            self.refuse(part, "skipped_time", N_("The clocks skip this time that night. Write another one."))
            return None
        if local.replace(fold=1).astimezone(UTC) != moment:
            self.note(part, "double_time", N_("This time comes twice that night. The first one was taken."))
        return moment

    # Notes --------------------------------------------------------------------------------------------------

    def note(self, part: GamePart | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something; the row stays."""
        self.games.note(self.number, part, code, sentence, Severity.WARN, **values)

    def refuse(self, part: GamePart | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something; the row goes."""
        self.usable = False
        self.games.note(self.number, part, code, sentence, Severity.REFUSE, **values)

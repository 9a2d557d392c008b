"""Words of the leagues room."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from youthprog.people.types import Gender


class ImportState(enum.StrEnum):
    """Where an import stands."""

    TRIED = "tried"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


class ImportKind(enum.StrEnum):
    """What the rows of a file are."""

    PLAYERS = "players"
    SCHEDULE = "schedule"


class Source(enum.StrEnum):
    """Which kind of export a file is, judged by its column names."""

    SPORTS_CONNECT = "sports_connect"
    TEAMSNAP = "teamsnap"
    TEAMBUILDER = "teambuilder"
    OTHER = "other"


class Severity(enum.StrEnum):
    """What a problem does: the row is left out, or it comes in without the value."""

    REFUSE = "refuse"
    WARN = "warn"


class Action(enum.StrEnum):
    """What an import does with one row."""

    NEW = "new"
    UPDATE = "update"
    SAME = "same"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, in words that hold none of its values.

    `row` is the row as a spreadsheet counts it, or the line of a file that is no table; 0 means the whole file.
    `column` is the column's heading. `sentence` is a msgid with `values` for its places.
    """

    row: int
    column: str
    code: str
    sentence: str
    severity: Severity
    values: Mapping[str, int | str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.sentence % self.values if self.values else self.sentence


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """A parent or account holder as a row names them. Phones are E.164, the one to call first."""

    given_name: str
    family_name: str
    email: str = ""
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """One player of an export, cleaned and checked. What was not in the file, or not usable, is empty.

    `email` and `phones` are the player's own; `external` holds (source, key) pairs. A jersey is text: 0 and 00 differ.
    Without a birth date, which some exports lack, the row can only mean somebody who is here. `for_teams` is what
    matters where teams are formed, as (part, text).
    """

    row: int
    given_name: str
    family_name: str
    born_on: date | None
    gender: Gender = Gender.UNSTATED
    middle: str = ""
    suffix: str = ""
    guardians: tuple[GuardianRow, ...] = ()
    email: str = ""
    phones: tuple[str, ...] = ()
    street: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    program: str = ""
    division: str = ""
    team: str = ""
    jersey: str = ""
    position: str = ""
    allergies: str = ""
    conditions: str = ""
    emergency_name: str = ""
    emergency_phone: str = ""
    school: str = ""
    grade: str = ""
    shirt_size: str = ""
    teammate_request: str = ""
    coach_request: str = ""
    other_request: str = ""
    external: tuple[tuple[str, str], ...] = ()
    for_teams: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GameRow:
    """One game of a schedule export. Names are as the file writes them; `starts_at` and `ends_at` are instants.

    `key` tells the game from the others of the file and stays the same when its time changes. `arrive` is how many
    minutes before the start the teams are asked to come. `canceled`: the file calls it off or takes it out.
    """

    row: int
    key: str
    home: str = ""
    away: str = ""
    division: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    arrive: int | None = None
    canceled: bool = False
    moves_only: bool = False
    """The row names no teams: it can only say where and when a game that is here takes place."""


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """Dates of a file that could have the month or the day first, and nothing in it decides. One of them, both ways."""

    column: str
    text: str
    month_first: date
    day_first: date
    count: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. When `unusable` is set, there are no rows; when `asks` is, they cannot be read before it is answered.

    `mapping` says for each heading what it was taken for; `dropped` are headings whose values are never kept
    (cards, payments, insurance); `unmapped` are headings that mean nothing here.
    """

    filename: str
    kind: ImportKind = ImportKind.PLAYERS
    source: Source = Source.OTHER
    encoding: str = ""
    delimiter: str = ""
    headers: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict, hash=False)
    unmapped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Those of `unmapped` that no known export has: a person may say what they are."""

    asks: DateQuestion | None = None
    dropped: tuple[str, ...] = ()
    rows: tuple[PlayerRow, ...] = ()
    games: tuple[GameRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    unusable: Problem | None = None

    @property
    def refused(self) -> tuple[int, ...]:
        """The rows that are left out, each once."""
        return tuple(dict.fromkeys(problem.row for problem in self.problems if problem.severity is Severity.REFUSE))


@dataclass(frozen=True, slots=True)
class KnownYouth:
    """A youth already here: names, birth date, and the values an import may change, by field name, one a line.

    `guardian_ids` are the adults who answer for the youth, did once, or must not; `team_ids` the teams of this season,
    `jersey` the number there. `placed` says that the youth was given or asked for a place in the season, `may_join`
    that the place is there to play with. `barred_ids` are the teams led by somebody whom custody keeps from the youth.
    """

    id: int
    given_name: str
    family_name: str
    born_on: date | None
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    guardian_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    jersey: str = ""
    placed: bool = False
    may_join: bool = True
    barred_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody whom a row may mean under another spelling. `pair` is what the two are remembered by.

    `row` is where the somebody stands in the same file; 0 when they are here already, under `youth_id`.
    """

    pair: str
    given_name: str
    family_name: str
    born_on: date | None
    guardians: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    youth_id: int | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class KnownAdult:
    """A guardian already here. Mails are lower case, phones E.164."""

    id: int
    given_name: str
    family_name: str
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    household_id: int | None = None


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team of the season. `free` is how many may still join; None when nobody counts."""

    id: int
    name: str
    division: str = ""
    free: int | None = None
    division_id: int | None = None


@dataclass(frozen=True, slots=True)
class KnownHousehold:
    """An address already here, in the form of `import_plan.address_key`."""

    id: int
    address_key: str


@dataclass(frozen=True, slots=True)
class Window:
    """Whom the season takes: ages on a day, and how many more (None: no limit; 0 also while others wait)."""

    age_cutoff_on: date
    min_age: int
    max_age: int
    places_left: int | None = None


@dataclass(frozen=True, slots=True)
class Existing:
    """What an import is compared with. `external` leads from (source, key) to a youth's id.

    `decided` is what people said of pairs that are alike: whether the two are one; `sites` the folded names of all sites.
    """

    youth: tuple[KnownYouth, ...] = ()
    adults: tuple[KnownAdult, ...] = ()
    teams: tuple[KnownTeam, ...] = ()
    households: tuple[KnownHousehold, ...] = ()
    external: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)
    window: Window | None = None
    decided: Mapping[str, bool] = field(default_factory=dict, hash=False)
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ref:
    """Somebody or something a row belongs to: already here (`id`), or made by this import (`new`, a name of its own)."""

    id: int | None = None
    new: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What one row does. `changes` names what differs; `problems` is what the reader must know.

    `guardians` go with `row.guardians` one by one; `household` is None when the youth has one already or nothing
    tells which. A new team is made under `team_name`; `jersey` is empty when another player has that number.
    `enrolls` says that the youth is given or asks for a place in the season; `alike` whom a refused row may mean.
    """

    row: PlayerRow
    action: Action
    youth: Ref
    guardians: tuple[Ref, ...] = ()
    household: Ref | None = None
    team: Ref | None = None
    team_name: str = ""
    jersey: str = ""
    enrolls: bool = False
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    alike: tuple[Alike, ...] = ()


# Games ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownSide:
    """A gathering of one team for a game that is here."""

    gathering_id: int
    starts_at: datetime
    ends_at: datetime
    place: str
    title: str
    canceled: bool


@dataclass(frozen=True, slots=True)
class KnownGame:
    """A game that is here. One that never came from a file has no `id` but is a fixture, on the field of `venue_id`.

    `said` stands for what its row said the last time (`game_plan.saying_of`).
    """

    id: int | None
    key: str
    home_team_id: int | None
    away_team_id: int | None
    home_name: str
    away_name: str
    division: str
    arrive: int | None
    home: KnownSide | None = None
    away: KnownSide | None = None
    fixture_id: int | None = None
    said: str = ""
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class GameSeason:
    """What a schedule is compared with: the teams, the games, between which instants games may be, and whether the
    field that a place names, by its key, if it is here.
    """

    teams: tuple[KnownTeam, ...]
    games: tuple[KnownGame, ...]
    opens_at: datetime
    closes_at: datetime
    now: datetime
    field_of: Callable[[str], int | None] = lambda _place: 0


@dataclass(frozen=True, slots=True)
class PlannedGame:
    """What one row of a schedule does. A side without a team of the season is None; it is named all the same.

    `changes` names what differs: home, away, starts, ends, place, arrive, canceled, division. With a `division_id` both
    teams are of that division, and the game is a fixture of it.
    """

    row: GameRow
    action: Action
    game_id: int | None = None
    fixture_id: int | None = None
    division_id: int | None = None
    home_team_id: int | None = None
    away_team_id: int | None = None
    home_name: str = ""
    away_name: str = ""
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

"""Words of the leagues room."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from youthprog.people.types import Gender


class ImportState(enum.StrEnum):
    """Where an import stands."""

    TRIED = "tried"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


class Source(enum.StrEnum):
    """Which kind of export a file is, judged by its column names."""

    SPORTS_CONNECT = "sports_connect"
    TEAMSNAP = "teamsnap"
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
    """

    row: int
    given_name: str
    family_name: str
    born_on: date
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. When `unusable` is set, nothing else but the file's name is.

    `mapping` says for each heading what it was taken for; `dropped` are headings whose values are never kept
    (cards, payments, insurance); `unmapped` are headings that mean nothing here.
    """

    filename: str
    source: Source = Source.OTHER
    encoding: str = ""
    delimiter: str = ""
    headers: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict, hash=False)
    unmapped: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    rows: tuple[PlayerRow, ...] = ()
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
    that the place is there to play with.
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
    """What an import is compared with. `external` leads from (source, key) to a youth's id."""

    youth: tuple[KnownYouth, ...] = ()
    adults: tuple[KnownAdult, ...] = ()
    teams: tuple[KnownTeam, ...] = ()
    households: tuple[KnownHousehold, ...] = ()
    external: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)
    window: Window | None = None


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
    `enrolls` says that the youth is given or asks for a place in the season.
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

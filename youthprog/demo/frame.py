"""What every table of the generated department is written with: the plan, the town's hours, the keys of sealed fields."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from youthprog.core.crypto import Keyring
from youthprog.core.db import Model
from youthprog.demo.plan import Department, SeasonPlan
from youthprog.demo.types import Duty

Row = dict[str, Any]
Table = tuple[type[Model], Sequence[Row]]
"""A table and the rows that go into it."""


@dataclass(frozen=True)
class Frame:
    """A department about to be written at a moment, in a zone, with the field keys of the installation."""

    plan: Department
    now: datetime
    zone: ZoneInfo
    keys: Keyring

    @property
    def began_at(self) -> datetime:
        """When the first family registered."""
        return self.at(self.plan.seasons[0].registration_opens_on, time(9, 0))

    @property
    def coordinator_id(self) -> int:
        """Who records things."""
        return next(worker.adult_key for worker in self.plan.workers if Duty.COORDINATOR in worker.duties)

    def season(self, key: int) -> SeasonPlan:
        """A season; keys count from 1."""
        return self.plan.seasons[key - 1]

    def at(self, on: date, hour: time) -> datetime:
        """An hour of the town's own day as an instant."""
        return datetime.combine(on, hour, self.zone).astimezone(UTC)

    def seal(self, model: type[Model], key: int, column: str, text: str) -> bytes:
        """A sealed field of a row that is about to be written."""
        return self.seal_bytes(model, key, column, text.encode())

    def seal_bytes(self, model: type[Model], key: int, column: str, content: bytes) -> bytes:
        """The same of a file."""
        return self.keys.seal_bytes(content, place=f"{model.__tablename__}:{key}:{column}")


def fields(plan: Any, names: str) -> Row:
    """The named fields of a plan."""
    return {name: getattr(plan, name) for name in names.split()}


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Rows with ids from 1."""
    return [{"id": number, **row} for number, row in enumerate(rows, start=1)]


def e164(phone: str) -> str:
    """(217) 555-0141 as +12175550141."""
    return "+1" + "".join(letter for letter in phone if letter.isdigit())

"""Words of the calendars room."""

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from youthprog.core.refusals import N_
from youthprog.programs.types import GatheringKind, GroupKind


class FeedKind(enum.StrEnum):
    """What a calendar link shows."""

    FAMILY = "family"  # whatever the children of a guardian go to
    GROUP = "group"  # one team, class or match
    PLACE = "place"  # a site, or one of its fields


class FeedEnd(enum.StrEnum):
    """Why a calendar link ended."""

    STOPPED = "stopped"  # its owner stopped it
    RENEWED = "renewed"  # its owner made a new one
    FAMILY = "family"  # who answers for a child, or may know of it, changed
    MERGED = "merged"  # its owner's record became part of another


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting as a calendar shows it, in the words of its reader."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class GameWords:
    """What the leagues know of a gathering that is a game: both names, both groups that play here, the other's gathering."""

    home: str
    away: str
    group_ids: tuple[int, ...]
    home_gathering_id: int | None
    field: str | None = None


Games = Callable[[Collection[int]], Mapping[int, GameWords]]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A gathering that a calendar may show, as it stands in the rows."""

    gathering_id: int
    season_id: int
    group_id: int | None
    group: str | None
    group_kind: GroupKind | None
    kind: GatheringKind
    title: str
    site: str | None
    place: str | None
    starts_at: datetime
    ends_at: datetime
    canceled: bool
    reason: str | None
    sequence: int
    changed_at: datetime | None
    game: GameWords | None = None


class Change(enum.StrEnum):
    """What became of a meeting at short notice."""

    CANCELED = "canceled"
    BACK = "back"
    TIME = "time"
    PLACE = "place"


CHANGES = {
    Change.CANCELED: N_("Canceled"),
    Change.BACK: N_("Takes place after all"),
    Change.TIME: N_("New time"),
    Change.PLACE: N_("New place"),
}


@dataclass(frozen=True)
class ChangeLine:
    """A change at short notice, as its reader sees it."""

    notice_id: int
    meeting: Meeting
    change: Change
    was_starts_at: datetime
    was_place: str | None
    noted_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True)
class FeedLine:
    """A live calendar link, opened for its owner."""

    feed_id: int
    kind: FeedKind
    token: str
    made_at: datetime
    group_id: int | None
    site_id: int | None
    field: str | None


@dataclass(frozen=True)
class Unread:
    """A meeting that changed at short notice, and how many have not said that they know."""

    gathering_id: int
    group: str | None
    title: str
    starts_at: datetime
    canceled: bool
    count: int


@dataclass(frozen=True)
class ToldLine:
    """Somebody who was told of a change: who, for which children, how to reach, and whether it was seen."""

    person_id: int
    name: str
    children: tuple[str, ...]
    phone: str | None
    told_at: datetime | None
    seen_at: datetime | None
    state: str
    leads: bool

"""Which column of a schedule export means what. Headings are compared as in `columns`; a blank in front does not count. Pure."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from youthprog.core.refusals import N_
from youthprog.leagues.imports.columns import base_of, squeeze


class GamePart(enum.StrEnum):
    """A part of a game's row."""

    KEY = N_("game id")
    NUMBER = N_("game number")
    DATE = N_("date")
    TIME = N_("start")
    END_DATE = N_("last day")
    END_TIME = N_("end")
    DURATION = N_("length in minutes")
    ARRIVE = N_("arrival, minutes before")
    HOME = N_("home team")
    AWAY = N_("away team")
    FIRST = N_("first team")
    SECOND = N_("second team")
    FIRST_IS_HOME = N_("first team is at home")
    TITLE = N_("title")
    DIVISION = N_("division")
    HOME_DIVISION = N_("home team's division")
    AWAY_DIVISION = N_("away team's division")
    PLACE = N_("place")
    FIELD = N_("field")
    KIND = N_("kind of event")
    STATUS = N_("status")
    HOME_SCORE = N_("home team's score")
    AWAY_SCORE = N_("away team's score")


KNOWN: Mapping[GamePart, tuple[str, ...]] = {
    GamePart.KEY: ("gameid", "externalid", "eventid", "id", "uid"),
    GamePart.NUMBER: ("gamenumber", "number", "gameno", "game", "matchnumber", "match"),
    GamePart.DATE: ("startdate", "date", "gamedate", "day", "fecha"),
    GamePart.TIME: ("starttime", "time", "gametime", "kickoff", "start", "hora"),
    GamePart.END_DATE: ("enddate",),
    GamePart.END_TIME: ("endtime", "end"),
    GamePart.DURATION: ("duration", "durationminutes", "length", "minutes"),
    GamePart.ARRIVE: ("arrivaltime", "arrival", "arriveearly"),
    GamePart.HOME: ("hometeam", "home", "hometeamname", "local"),
    GamePart.AWAY: ("awayteam", "away", "visitor", "visitors", "visitingteam", "awayteamname", "visitante"),
    GamePart.FIRST: ("team1", "team1name"),
    GamePart.SECOND: ("team2name", "customopponent", "opponent", "team2"),
    GamePart.FIRST_IS_HOME: ("team1ishome", "ishome", "homeflag"),
    GamePart.TITLE: ("title", "shortlabel", "label", "summary"),
    GamePart.DIVISION: ("divisionname", "division", "div", "agegroup", "divisionoverride"),
    GamePart.HOME_DIVISION: ("hdiv", "homedivision"),
    GamePart.AWAY_DIVISION: ("adiv", "awaydivision"),
    GamePart.PLACE: ("location", "locationname", "venue", "facility", "site", "lugar"),
    GamePart.FIELD: ("field", "surfacename", "surface", "fieldname", "court", "campo"),
    GamePart.KIND: ("eventtype", "type", "gametype"),
    GamePart.STATUS: ("status", "gamestatus"),
    GamePart.HOME_SCORE: ("hometeamscore", "homescore"),
    GamePart.AWAY_SCORE: ("awayteamscore", "awayscore"),
}

PASSED_OVER = frozenset(
    [
        "projectkey",
        "pool",
        "assignor",
        "cr",
        "ar1",
        "ar2",
        "r4th",
        "medalround",
        "locked",
        "hreg",
        "areg",
        "area",
        "description",
        "locationurl",
        "alldayevent",
        "tags",
        "team1id",
        "team1divisionid",
        "team2id",
        "team2divisionid",
        "affectsstandings",
        "pointswin",
        "pointsloss",
        "pointstie",
        "pointsotwin",
        "pointsotloss",
        "round",
        "week",
        "notes",
        "referee",
    ]
)
_PLACE = {heading: (part, rank) for part, headings in KNOWN.items() for rank, heading in enumerate(headings)}


@dataclass(frozen=True, slots=True)
class GameColumns:
    """What each column of a schedule is, the best of each part first."""

    places: Mapping[GamePart, tuple[int, ...]]
    unknown: tuple[int, ...]

    def missing(self) -> tuple[GamePart, ...]:
        """The parts without which no game can be read: a date, and teams or what the game is known by."""
        here = self.places
        has_teams = GamePart.HOME in here or GamePart.FIRST in here or GamePart.TITLE in here
        needs = () if has_teams or GamePart.KEY in here else (GamePart.HOME, GamePart.AWAY)
        return tuple(part for part in (GamePart.DATE, *needs) if part not in here)


def recognized_games(headings: Sequence[str], meanings: Mapping[str, str] | None = None) -> int:
    """How many headings of a schedule are known; 0 unless a date is among them, with teams, or with a time and a key."""
    parts = read_game_columns(headings, meanings).places
    has_teams = {GamePart.HOME, GamePart.AWAY, GamePart.FIRST, GamePart.SECOND} & parts.keys()
    has_key = GamePart.KEY in parts and GamePart.TIME in parts
    return len(parts) if GamePart.DATE in parts and (has_teams or has_key) else 0


def read_game_columns(headings: Sequence[str], meanings: Mapping[str, str] | None = None) -> GameColumns:
    """Give every heading its part; `meanings` is what people said of headings here, as in `columns.read_columns`."""
    said = meanings or {}
    ranked: dict[GamePart, list[tuple[int, int]]] = {}
    unknown = []
    for index, heading in enumerate(headings):
        told = said.get(base_of(heading))
        place = _PLACE.get(squeeze(heading)) if told is None else None
        if told is not None and told in GamePart.__members__:
            place = GamePart[told], -1
        if place:
            ranked.setdefault(place[0], []).append((place[1], index))
        elif heading.strip() and told is None and squeeze(heading) not in PASSED_OVER:
            unknown.append(index)
    places = {part: tuple(index for _, index in sorted(found)) for part, found in ranked.items()}
    return GameColumns(places, tuple(unknown))

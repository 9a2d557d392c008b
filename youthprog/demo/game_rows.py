"""Rows of games: who serves at the coming ones, what a division asks of playing time, and one game that was counted."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import pairwise
from random import Random

from youthprog.attendance.types import CAME
from youthprog.demo.frame import Frame, Row, Table, numbered
from youthprog.demo.plan import GatheringPlan, GroupPlan
from youthprog.demo.types import Answer, Duty
from youthprog.leagues.officials.models import Duty as Serving
from youthprog.leagues.officials.models import DutyNeed, DutyRole, Official, OfficialRole
from youthprog.leagues.playing_time.models import PlayBand, PlayCount, PlayRule, PlaySheet
from youthprog.leagues.playing_time.types import PlayUnit
from youthprog.leagues.season.models import Fixture, Venue, VenueHours
from youthprog.leagues.season.types import FixtureState, GameKind
from youthprog.programs.types import GatheringKind

REFEREE, SCOREKEEPER = 1, 2
LICENSE = "Referee license"
ROLES: tuple[tuple[int, str, str, list[str]], ...] = (
    (REFEREE, "Referee", "Árbitro", [LICENSE]),
    (SCOREKEEPER, "Scorekeeper", "Anotador", []),
)
BANDS = ((1, 15, 12), (16, 25, 10), (26, 30, 8), (31, 35, 6))
OPENS, CLOSES, SATURDAY = 8 * 60, 17 * 60, 5
WEEKS = 2
"""So many Saturdays ahead have their games."""

SERVE = 3
"""So many volunteers serve at games."""

Pair = tuple[GatheringPlan, GatheringPlan]


def game_tables(frame: Frame) -> Iterator[Table]:
    """The games ahead of the first division, as a file would bring them, with fields, officials and playing time."""
    pairs = _pairs(frame)
    places = _places(pairs)
    yield Venue, [_venue(number, *place) for place, number in places.items()]
    yield VenueHours, numbered(_hours(frame, len(places)))
    yield Fixture, numbered(_fixtures(frame, pairs, places))
    yield DutyRole, [_role(frame, *role) for role in ROLES]
    division = frame.plan.divisions[0].key
    yield DutyNeed, [{"division_id": division, "role_id": role, "needed": 1} for role, *_named in ROLES]
    serve = _who_serve(frame)
    program = frame.season(frame.plan.divisions[0].season_key).program_key
    yield (
        Official,
        numbered({"person_id": person, "program_id": program, "added_at": frame.began_at} for person in serve),
    )
    both = [{"official_id": number, "role_id": role} for number in range(1, len(serve) + 1) for role, *_named in ROLES]
    yield OfficialRole, both
    yield Serving, numbered(_duties(frame, serve, len(pairs)))
    yield from _playing_time(frame, division)


# ---- games ----


def _pairs(frame: Frame) -> list[Pair]:
    """Teams that play at one hour of a coming Saturday meet: of the first division, or of two where it has but one."""
    teams = [group for group in frame.plan.groups if group.division_key == frame.plan.divisions[0].key]
    if len(teams) < 2:
        teams = [group for group in frame.plan.groups if group.division_key][:2]
    by_key = {group.key: group for group in teams}
    last = frame.plan.today + timedelta(weeks=WEEKS)
    at: dict[tuple[date, time], list[GatheringPlan]] = defaultdict(list)
    for each in frame.plan.gatherings:
        ahead = frame.plan.today < each.on <= last
        if ahead and each.kind is GatheringKind.GAME and each.group_key in by_key:
            at[each.on, each.at].append(each)
    found = []
    for _when, games in sorted(at.items()):
        games.sort(key=lambda each: each.group_key)
        found += [pair for number, pair in enumerate(pairwise(games)) if number % 2 == 0]
    return found


def _places(pairs: list[Pair]) -> dict[tuple[int, int], int]:
    """The fields that the games need, (site, number of the field) to key: at one hour each game has its own."""
    found: dict[tuple[int, int], int] = {}
    for place in _fields(pairs):
        found.setdefault(place, len(found) + 1)
    return found


def _fields(pairs: list[Pair]) -> Iterator[tuple[int, int]]:
    taken: dict[tuple[date, time, int], int] = defaultdict(int)
    for home, _away in pairs:
        taken[home.on, home.at, home.site_key] += 1
        yield home.site_key, taken[home.on, home.at, home.site_key]


def _venue(key: int, site: int, number: int) -> Row:
    return {"id": key, "site_id": site, "name": f"Field {number}", "folded_name": f"field {number}"}


def _hours(frame: Frame, fields: int) -> Iterator[Row]:
    for venue in range(1, fields + 1):
        yield {
            "season_id": frame.plan.divisions[0].season_key,
            "venue_id": venue,
            "weekday": SATURDAY,
            "only_on": None,
            "starts_minute": OPENS,
            "ends_minute": CLOSES,
        }


def _fixtures(frame: Frame, pairs: list[Pair], places: dict[tuple[int, int], int]) -> Iterator[Row]:
    teams = {group.key: number for number, group in enumerate(_teams(frame), start=1)}
    division_of = {group.key: group.division_key for group in frame.plan.groups}
    for (home, away), place in zip(pairs, _fields(pairs), strict=True):
        starts_at = frame.at(home.on, home.at)
        same = division_of[home.group_key] == division_of[away.group_key]
        yield {
            "season_id": home.season_key,
            "division_id": division_of[home.group_key],
            "home_team_id": teams[home.group_key],
            "away_team_id": teams[away.group_key],
            "venue_id": places[place],
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=home.minutes),
            "state": FixtureState.PUBLISHED,
            "kind": GameKind.LEAGUE if same else GameKind.FRIENDLY,
            "imported": True,
            "home_gathering_id": home.key,
            "away_gathering_id": away.key,
        }


def _teams(frame: Frame) -> list[GroupPlan]:
    """The teams in the order in which they are numbered."""
    return [group for group in frame.plan.groups if group.division_key]


# ---- who serves ----


def _role(frame: Frame, key: int, name: str, name_es: str, needs: list[str]) -> Row:
    program = frame.season(frame.plan.divisions[0].season_key).program_key
    return {
        "id": key, "program_id": program, "name": name, "name_es": name_es, "folded_name": name.lower(), "needs": needs,
    }  # fmt: skip


def _who_serve(frame: Frame) -> list[int]:
    return [worker.adult_key for worker in frame.plan.workers if Duty.MENTOR in worker.duties][:SERVE]


def licenses(frame: Frame) -> Iterator[tuple[int, date]]:
    """Whose referee's license is of which day: the first holds one for the year; that of the second is older than a year."""
    today = frame.plan.today
    yield from zip(_who_serve(frame), (today - timedelta(days=165), today - timedelta(days=372)), strict=False)


def _duties(frame: Frame, serve: list[int], games: int) -> Iterator[Row]:
    """The scorekeeper of the first game is found; the other places are open."""
    if games and serve:
        yield {
            "fixture_id": 1,
            "role_id": SCOREKEEPER,
            "person_id": serve[0],
            "assigned_at": frame.now,
            "assigned_by_id": frame.coordinator_id,
        }


# ---- playing time ----


def _playing_time(frame: Frame, division: int) -> Iterator[Table]:
    yield PlayRule, [{"division_id": division, "unit": PlayUnit.PLAYS, "fewest_players": None, "warn_hours": 48}]
    yield (
        PlayBand,
        [
            {"division_id": division, "from_players": first, "to_players": last, "least": least}
            for first, last, least in BANDS
        ],
    )
    game = _counted(frame)
    rows = list(_counts(frame, game)) if game is not None else []
    if game is None or not rows:
        return
    coach = next(group for group in frame.plan.groups if group.key == game.group_key).leaders[0][0]
    saved_at = frame.at(game.on, game.at) + timedelta(minutes=game.minutes)
    yield PlaySheet, [{"gathering_id": game.key, "version": 1, "saved_at": saved_at, "saved_by_id": coach}]
    yield PlayCount, rows


def _counted(frame: Frame) -> GatheringPlan | None:
    """The last game but one of the first team that has a register: the last is still to be counted."""
    team = _teams(frame)[0].key
    games = [
        each
        for each in frame.plan.gatherings
        if each.group_key == team and each.kind is GatheringKind.GAME and each.marks and each.on < frame.plan.today
    ]
    games.sort(key=lambda each: each.on)
    return games[-2] if len(games) > 1 else None


def _counts(frame: Frame, game: GatheringPlan) -> Iterator[Row]:
    """Plays of whoever was there and cleared: most have theirs, one fell short."""
    random = Random(f"youthprog plays {frame.plan.size} {frame.plan.seed}")
    signed = (Answer.SIGNED, Answer.NO_PHOTOS)
    cleared = {each.youth_key for each in frame.plan.consents if each.answer in signed}
    here = [youth for youth, mark in game.marks if mark in CAME and youth in cleared]
    for number, youth in enumerate(here):
        yield {"gathering_id": game.key, "youth_id": youth, "units": 9 if number == 1 else random.randrange(12, 21)}

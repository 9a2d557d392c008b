"""Verbs of playing time: say what a division asks for, keep what was counted. They never commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.leagues.models import Division
from youthprog.leagues.playing_time import rules
from youthprog.leagues.playing_time.models import PlayBand, PlayCount, PlayRule, PlaySheet
from youthprog.leagues.playing_time.queries import Asked, GameSheet
from youthprog.leagues.playing_time.types import MOST_UNITS
from youthprog.people.types import PeopleMerged
from youthprog.programs.models import Gathering

BEFORE = timedelta(hours=2)  # a counter may be set up before the game begins


def set_rule(division: Division, asked: Asked, *, by: Actor, now: datetime) -> None:
    """Say what a division counts playing time in, its table, and the fewest players a team plays with."""
    refuse_if(rules.refusals_to_set(asked.bands))
    row = db.session().get(PlayRule, division.id)
    if row is None:
        row = PlayRule(division_id=division.id)
        db.session().add(row)
    row.unit, row.fewest_players, row.warn_hours = asked.unit, asked.fewest_players, asked.warn_hours
    _set_bands(division.id, asked.bands)
    record("division.playing_time_set", "season", division.season_id, by=by, now=now, division_id=division.id)


def _set_bands(division_id: int, bands: Sequence[rules.Band]) -> None:
    there = {
        row.from_players: row
        for row in db.session().scalars(sa.select(PlayBand).where(PlayBand.division_id == division_id))
    }
    wanted = {band.from_players: band for band in bands}
    for key in there.keys() - wanted.keys():
        db.session().delete(there[key])
    for key, band in wanted.items():
        row = there.get(key)
        if row is None:
            row = PlayBand(division_id=division_id, from_players=key)
            db.session().add(row)
        row.to_players, row.least = band.to_players, band.least
    db.flush()


def save_counts(sheet: GameSheet, units: Mapping[int, int], *, seen: int, by: Actor, now: datetime) -> None:
    """Keep how much each player on the sheet played; who is not on it is passed over.

    `seen` is the version that was before the counter's eyes. Raises `Conflict` when somebody saved since, and `Refused`
    before the game.
    """
    gathering_id = sheet.gathering.id
    if sheet.gathering.starts_at > now + BEFORE:
        raise Refused([Refusal("too_early", N_("This game has not begun."))])
    if any(not 0 <= number <= MOST_UNITS for number in units.values()):
        raise Refused([Refusal("number", N_("Write a number from 0 to %(most)s."), None, {"most": MOST_UNITS})])
    _hold(gathering_id)
    row = db.session().get(PlaySheet, gathering_id, populate_existing=True)
    if (row.version if row else 0) != seen:
        sentence = N_("Somebody else saved meanwhile. Look at the numbers again, then save.")
        raise Conflict([Refusal("changed_meanwhile", sentence)])
    if row is None:
        row = PlaySheet(gathering_id=gathering_id, version=0)
        db.session().add(row)
    row.version, row.saved_at, row.saved_by_id = row.version + 1, now, by.person_id
    known = {
        count.youth_id: count
        for count in db.session().scalars(sa.select(PlayCount).where(PlayCount.gathering_id == gathering_id))
    }
    for player in sheet.players:
        count = known.pop(player.youth_id, None)
        if count is None:
            count = PlayCount(gathering_id=gathering_id, youth_id=player.youth_id)
            db.session().add(count)
        count.units = units.get(player.youth_id, 0)
    for count in known.values():
        if count.youth_id not in sheet.may_play:  # the register says otherwise by now
            db.session().delete(count)
    db.flush()
    record("playing_time.saved", "gathering", gathering_id, by=by, now=now, players=len(sheet.players))


def _hold(gathering_id: int) -> None:
    """Let one transaction at a time save a game's sheet. SQLite's writers queue already."""
    table = db.table(Gathering)
    db.session().execute(sa.select(table.c.id).where(table.c.id == gathering_id).with_for_update())


def follow_merge(event: PeopleMerged) -> None:
    """Let a merged player's counts follow; of a game both were counted at, the greater count stays."""
    mine = {
        row.gathering_id: row
        for row in db.session().scalars(sa.select(PlayCount).where(PlayCount.youth_id == event.kept_id))
    }
    for row in db.session().scalars(sa.select(PlayCount).where(PlayCount.youth_id == event.gone_id)).all():
        kept = mine.get(row.gathering_id)
        if kept is None:
            db.session().add(PlayCount(gathering_id=row.gathering_id, youth_id=event.kept_id, units=row.units))
        else:
            kept.units = max(kept.units, row.units)
        db.session().delete(row)
    db.flush()

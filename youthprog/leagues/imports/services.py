"""An import on its way: tried first, its questions answered, then accepted by a person, or discarded."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from youthprog.access import queries as access
from youthprog.audit.services import record
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal, Refused
from youthprog.leagues import services
from youthprog.leagues.imports import game_services
from youthprog.leagues.imports import queries as import_queries
from youthprog.leagues.imports.columns import Part, base_of, is_never_kept, read_columns
from youthprog.leagues.imports.game_columns import GamePart
from youthprog.leagues.imports.importing import on_team
from youthprog.leagues.imports.keeping_rows import (
    games_from_text,
    games_to_text,
    rows_from_text,
    rows_to_text,
    table_to_text,
)
from youthprog.leagues.imports.models import ColumnMeaning, ImportPair, RosterImport
from youthprog.leagues.imports.review import (
    Review,
    game_fingerprint,
    problem_from,
    problem_to,
    review_of,
    review_of_games,
)
from youthprog.leagues.imports.review import fingerprint as fingerprint_of
from youthprog.leagues.imports.sheets import Sheet
from youthprog.leagues.imports.types import Action, ImportKind, ImportState, Reading
from youthprog.programs import queries as programs
from youthprog.programs.models import Season

log = logging.getLogger("youthprog.worker")
AT_ONCE = 400
"""Rows that are written while somebody waits; the worker writes larger files in parts of as many."""

PARTS: Mapping[ImportKind, type[Part] | type[GamePart]] = {
    ImportKind.PLAYERS: Part,
    ImportKind.SCHEDULE: GamePart,
}
CHANGED_MEANWHILE = N_("What is here changed since the file was read. Look at the dry run again.")


def try_import(
    reading: Reading,
    season: Season,
    *,
    sha256: str,
    by: Actor,
    now: datetime,
    sheet: Sheet | None = None,
    dates: str = "",
    team: str = "",
) -> RosterImport:
    """Keep what was read of a file, sealed, until somebody accepts or discards it.

    `team` is the team of a file that has no column for teams. With its `sheet` it can be read again when somebody says what a column means or which number is the month.
    """
    entry = RosterImport(
        season_id=season.id,
        file_name=reading.filename,
        file_sha256=sha256,
        kind=reading.kind,
        dates=dates or None,
        state=ImportState.TRIED,
        summary=_summary(reading) | {"team": team},
        created_at=now,
        created_by_id=by.person_id,
    )
    db.session().add(entry)
    db.flush()
    _keep_rows(entry, reading)
    if sheet is not None:
        dropped = read_columns(sheet.header).dropped
        entry.seal("table_sealed", table_to_text(sheet, dropped))
    rows = len(reading.rows) + len(reading.games)
    record("import.tried", "roster_import", entry.id, by=by, now=now, season_id=season.id, rows=rows)
    return entry


def _summary(reading: Reading) -> dict[str, Any]:
    asks = reading.asks
    return {
        "source": reading.source.value,
        "read": [[heading, part] for heading, part in reading.mapping.items()],
        "dropped": list(reading.dropped),
        "unmapped": list(reading.unmapped),
        "unknown": list(reading.unknown),
        "problems": [problem_to(problem) for problem in reading.problems],
        "missing": problem_to(reading.unusable) if reading.unusable else None,
        "asks": asks and {"column": asks.column, "count": asks.count},
    }


def _keep_rows(entry: RosterImport, reading: Reading) -> None:
    is_schedule = reading.kind is ImportKind.SCHEDULE
    entry.seal("rows_sealed", games_to_text(reading.games) if is_schedule else rows_to_text(reading.rows))


# Questions --------------------------------------------------------------------------------------------------------


def answer_dates(entry: RosterImport, season: Season, dates: str, *, by: Actor, now: datetime) -> None:
    """Say which number of the file's dates is the month ("mdy" or "dmy"), and read it again."""
    if dates not in ("mdy", "dmy"):
        raise Refused([Refusal("no_order", N_("Choose which number is the month."), "dates")])
    entry.dates = dates
    _read_again(entry, season)
    record("import.mapped", "roster_import", entry.id, by=by, now=now, dates=dates)


def name_columns(entry: RosterImport, season: Season, said: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Say what headings mean ("" for nothing), remember it for the program's next files, and read the file again.

    Headings that may hold card or insurance data are refused whatever is said of them.
    """
    known = PARTS[entry.kind].__members__
    table: dict[str, str] = {}
    for heading, part in said.items():
        if part and (part not in known or is_never_kept(heading)):
            raise Refused([Refusal("no_such_part", N_("Choose what this column is."), heading)])
        table[base_of(heading)[:120]] = part
    here = {
        row.heading: row
        for row in db.session().scalars(
            sa.select(ColumnMeaning).where(
                ColumnMeaning.program_id == season.program_id, ColumnMeaning.kind == entry.kind
            )
        )
    }
    for heading, part in table.items():
        row = here.get(heading)
        if row is None:
            row = ColumnMeaning(program_id=season.program_id, kind=entry.kind, heading=heading)
            db.session().add(row)
        row.part, row.said_at, row.said_by_id = part, now, by.person_id
    db.flush()
    _read_again(entry, season)
    record("import.mapped", "roster_import", entry.id, by=by, now=now, columns=len(table))


def decide_pair(entry: RosterImport, season: Season, pair: str, is_same: bool, *, by: Actor, now: datetime) -> None:
    """Say whether two who are alike are one young person, for this file and the program's next ones."""
    _still_waits(entry)
    statement = sa.select(ImportPair).where(ImportPair.program_id == season.program_id, ImportPair.pair == pair)
    row = db.session().scalar(statement)
    if row is None:
        row = ImportPair(program_id=season.program_id, pair=pair)
        db.session().add(row)
    row.is_same, row.said_at, row.said_by_id = is_same, now, by.person_id
    db.flush()
    record("import.paired", "roster_import", entry.id, by=by, now=now, same=is_same)


def _read_again(entry: RosterImport, season: Season) -> None:
    """Read the kept table with what is known now."""
    _still_waits(entry)
    reading = import_queries.reading_of(entry, season)
    if reading is None:
        raise Conflict([Refusal("no_table", N_("This file was read before columns could be named. Read it again."))])
    team = entry.summary.get("team", "")
    reading = on_team(reading, team)
    entry.summary = _summary(reading) | {"team": team}
    _keep_rows(entry, reading)
    db.flush()


def _still_waits(entry: RosterImport) -> None:
    if entry.state is not ImportState.TRIED or entry.begun_at is not None:
        raise Conflict([Refusal("decided", N_("Somebody has accepted or discarded this file already."))])


# Decisions --------------------------------------------------------------------------------------------------------


def accept_import(entry: RosterImport, season: Season, *, seen: str, by: Actor, now: datetime) -> Review | None:
    """Write the rows and erase what waited. `seen` is the fingerprint of the dry run that was looked at.

    A large file is begun here and written by the worker, in parts; then nothing is returned. Raises `Conflict` when the
    import was decided meanwhile, or when it would now do something else than was shown; `Refused` when the season is
    over.
    """
    if entry.summary.get("asks") or entry.summary.get("missing"):
        raise Conflict([Refusal("unanswered", N_("Answer first what is asked of the file."))])
    problems = [problem_from(values) for values in entry.summary["problems"]]
    text = entry.unseal("rows_sealed") or "[]"
    if entry.kind is ImportKind.SCHEDULE:
        _decide(entry, ImportState.ACCEPTED, now)
        games = game_services.import_games(games_from_text(text), season, by=by, now=now)
        _as_shown(game_fingerprint(games), seen)
        review = review_of_games(games, problems)
    else:
        rows = rows_from_text(text)
        if len(rows) > AT_ONCE:
            _as_shown(fingerprint_of(services.plan_players(rows, season, by=by)), seen)
            _begin(entry, season, len(rows), by=by, now=now)
            return None
        _decide(entry, ImportState.ACCEPTED, now)
        done = services.import_players(rows, season, by=by, now=now)
        _as_shown(fingerprint_of(done.planned), seen)
        review = review_of(done.planned, problems)
    counts = {action.value: review.count(action) for action in Action}
    entry.summary = entry.summary | {"counts": counts}
    record("import.accepted", "roster_import", entry.id, by=by, now=now, season_id=season.id, **counts)
    return review


def _as_shown(does: str, seen: str) -> None:
    if does != seen:
        raise Conflict([Refusal("changed_meanwhile", CHANGED_MEANWHILE)])


def discard_import(entry: RosterImport, *, by: Actor, now: datetime) -> None:
    """Erase what waited. Raises `Conflict` when the import was decided meanwhile."""
    _decide(entry, ImportState.DISCARDED, now)
    record("import.discarded", "roster_import", entry.id, by=by, now=now, season_id=entry.season_id)


def _decide(entry: RosterImport, state: ImportState, now: datetime) -> None:
    """Leave the waiting state, once, and erase the rows."""
    table = db.table(RosterImport)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == entry.id, table.c.state == ImportState.TRIED, table.c.begun_at.is_(None))
        .values(state=state, decided_at=now, rows_sealed=None, table_sealed=None)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("decided", N_("Somebody has accepted or discarded this file already."))])
    db.session().refresh(entry)


# In parts ---------------------------------------------------------------------------------------------------------


def _begin(entry: RosterImport, season: Season, total: int, *, by: Actor, now: datetime) -> None:
    """Hand a large file to the worker."""
    if season.ends_on < clock.day_of(now):
        raise Refused([Refusal("season_over", N_("This season ended on %(day)s."), "season", {"day": season.ends_on})])
    table = db.table(RosterImport)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == entry.id, table.c.state == ImportState.TRIED, table.c.begun_at.is_(None))
        .values(begun_at=now, accepted_by_id=by.person_id, done_rows=0)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("decided", N_("Somebody has accepted or discarded this file already."))])
    db.session().refresh(entry)
    entry.summary = entry.summary | {"total": total, "counts": dict.fromkeys((each.value for each in Action), 0)}
    record("import.begun", "roster_import", entry.id, by=by, now=now, season_id=season.id, rows=total)


def write_begun(now: datetime) -> Iterator[None]:
    """Write what was begun, part by part; each part is kept before the next, and what is kept is not written again.

    A part that cannot be written stops the file, which waits again with the reason; what came in before stays.
    """
    for import_id in import_queries.begun_ids():
        while True:
            try:
                goes_on = _write_part(import_id, now)
            except Exception as problem:
                db.session().rollback()
                if not isinstance(problem, Refused | NotFound):
                    log.exception("a part of an import failed", extra={"import_id": import_id})
                _stop(import_id)
                goes_on = False
            yield
            if not goes_on:
                break


def _write_part(import_id: int, now: datetime) -> bool:
    """Write the next rows of a file; says whether there are more."""
    entry = db.session().get(RosterImport, import_id, populate_existing=True, with_for_update=True)
    if entry is None or entry.state is not ImportState.TRIED or entry.begun_at is None:
        return False
    by = access.actor_of(entry.accepted_by_id or 0, clock.day_of(now))
    if by is None:
        raise Refused([Refusal("no_account", N_("Whoever accepted the file has no account any more."))])
    season = programs.get_season_for(by, P.ROSTER_IMPORT, entry.season_id)
    rows = rows_from_text(entry.unseal("rows_sealed") or "[]")
    part = rows[entry.done_rows : entry.done_rows + AT_ONCE]
    done = services.import_players(part, season, by=by, now=now, whole=rows)
    counts = Counter(entry.summary["counts"]) + Counter(plan.action.value for plan in done.planned)
    entry.summary = entry.summary | {"counts": {each.value: counts[each.value] for each in Action}}
    entry.done_rows += len(part)
    if entry.done_rows < len(rows):
        db.flush()
        return True
    unread = {problem["row"] for problem in entry.summary["problems"] if problem["row"]} - {row.row for row in rows}
    counts[Action.REFUSE.value] += len(unread)
    final = {each.value: counts[each.value] for each in Action}
    entry.summary = entry.summary | {"counts": final}
    entry.state, entry.decided_at = ImportState.ACCEPTED, now
    entry.rows_sealed = entry.table_sealed = None
    db.flush()
    record("import.accepted", "roster_import", entry.id, by=by, now=now, season_id=season.id, **final)
    return False


def _stop(import_id: int) -> None:
    """Let a file wait again, and say so on its page."""
    entry = db.session().get(RosterImport, import_id, populate_existing=True)
    if entry is not None and entry.begun_at is not None:
        entry.begun_at = None
        entry.summary = entry.summary | {"stopped": entry.done_rows}
        db.flush()

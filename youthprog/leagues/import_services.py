"""An import on its way: tried first, then accepted by a person, or discarded."""

from datetime import datetime

import sqlalchemy as sa

from youthprog.audit.services import record
from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Conflict, Refusal
from youthprog.leagues import services
from youthprog.leagues.importing import rows_from_text, rows_to_text
from youthprog.leagues.models import RosterImport
from youthprog.leagues.review import fingerprint, problem_from, problem_to, review_of
from youthprog.leagues.services import Imported
from youthprog.leagues.types import Action, ImportState, Reading
from youthprog.programs.models import Season


def try_import(reading: Reading, season: Season, *, sha256: str, by: Actor, now: datetime) -> RosterImport:
    """Keep what was read of a file, sealed, until somebody accepts or discards it."""
    entry = RosterImport(
        season_id=season.id,
        file_name=reading.filename,
        file_sha256=sha256,
        state=ImportState.TRIED,
        summary={
            "source": reading.source.value,
            "read": [[heading, part] for heading, part in reading.mapping.items()],
            "dropped": list(reading.dropped),
            "unmapped": list(reading.unmapped),
            "problems": [problem_to(problem) for problem in reading.problems],
        },
        created_at=now,
        created_by_id=by.person_id,
    )
    db.session().add(entry)
    db.flush()
    entry.seal("rows_sealed", rows_to_text(reading.rows))
    record("import.tried", "roster_import", entry.id, by=by, now=now, season_id=season.id, rows=len(reading.rows))
    return entry


def accept_import(entry: RosterImport, season: Season, *, seen: str, by: Actor, now: datetime) -> Imported:
    """Write the rows and erase what waited. `seen` is the fingerprint of the dry run that was looked at.

    Raises `Conflict` when the import was decided meanwhile, or when it would now do something else than was shown;
    `Refused` when the season is over.
    """
    rows = rows_from_text(entry.unseal("rows_sealed") or "[]")
    _decide(entry, ImportState.ACCEPTED, now)
    done = services.import_players(rows, season, by=by, now=now)
    if fingerprint(done.planned) != seen:
        sentence = N_("What is here changed since the file was read. Look at the dry run again.")
        raise Conflict([Refusal("changed_meanwhile", sentence)])
    review = review_of(done.planned, [problem_from(values) for values in entry.summary["problems"]])
    counts = {action.value: review.count(action) for action in Action}
    entry.summary = entry.summary | {"counts": counts}
    record("import.accepted", "roster_import", entry.id, by=by, now=now, season_id=season.id, **counts)
    return done


def discard_import(entry: RosterImport, *, by: Actor, now: datetime) -> None:
    """Erase what waited. Raises `Conflict` when the import was decided meanwhile."""
    _decide(entry, ImportState.DISCARDED, now)
    record("import.discarded", "roster_import", entry.id, by=by, now=now, season_id=entry.season_id)


def _decide(entry: RosterImport, state: ImportState, now: datetime) -> None:
    """Leave the waiting state, once, and erase the rows."""
    table = db.table(RosterImport)
    done = db.session().execute(
        sa.update(table)
        .where(table.c.id == entry.id, table.c.state == ImportState.TRIED)
        .values(state=state, decided_at=now, rows_sealed=None)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict([Refusal("decided", N_("Somebody has accepted or discarded this file already."))])
    db.session().refresh(entry)

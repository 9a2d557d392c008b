"""Importing an export of players or games: read it, look at what it would change, accept or discard it. An edge module."""

import hashlib
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refusal
from youthprog.leagues.imports import queries, services
from youthprog.leagues.imports.columns import is_never_kept
from youthprog.leagues.imports.file_reading import read_file
from youthprog.leagues.imports.forms import ImportForm
from youthprog.leagues.imports.game_queries import frame_of
from youthprog.leagues.imports.importing import on_team
from youthprog.leagues.imports.models import RosterImport
from youthprog.leagues.imports.review import problem_from
from youthprog.leagues.imports.types import Action, DateQuestion, ImportKind, ImportState, Problem
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.programs.types import ProgramKind
from youthprog.web.edge import actor, door, recording
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, sentence
from youthprog.web.pages import PAGE_ROWS, asked_choice, asked_cursor, cursor, page

bp = Blueprint("leagues_imports", __name__)

MOST_MEGABYTES = 15
MOST_NAME = 200
LAST_IMPORTS = 8
LOOK_AGAIN_SECONDS = 3
UNSAID = "-"
"""A column of which nothing was said."""

KINDS = ("all", *(action.value for action in Action))
BADGES = {
    Action.NEW: ("signed", N_("New"), "plus"),
    Action.UPDATE: ("waiting", N_("Changed"), "pencil"),
    Action.SAME: ("neutral", N_("Same as here"), "check"),
    Action.REFUSE: ("missing", N_("Left out"), None),
}
STATES = {
    ImportState.TRIED: ("waiting", N_("Waits for you")),
    ImportState.ACCEPTED: ("signed", N_("Accepted")),
    ImportState.DISCARDED: ("neutral", N_("Discarded")),
}
CHANGES = {
    "given_name": N_("given name"),
    "family_name": N_("family name"),
    "gender": N_("gender"),
    "school": N_("school"),
    "allergies": N_("allergies"),
    "conditions": N_("physical conditions"),
    "emergency_name": N_("emergency contact"),
    "emergency_phone": N_("emergency contact's phone"),
    "guardians": N_("guardian"),
    "contacts": N_("guardian's mail or phone"),
    "enrollment": N_("place in the season"),
    "team": N_("team"),
    "jersey": N_("jersey number"),
    "player_id": N_("player id"),
    "home": N_("home team"),
    "away": N_("away team"),
    "starts": N_("start"),
    "ends": N_("length"),
    "place": N_("place"),
    "arrive": N_("arrival"),
    "division": N_("division"),
    "canceled": N_("called off"),
}


@bp.get("/import")
@door(P.ROSTER_IMPORT)
def new() -> Response:
    """Ask for a file and its season."""
    return _ask(_form())


@bp.post("/import")
@door(P.ROSTER_IMPORT, late=True)
def create() -> Response | BaseResponse:
    """Read a file and keep its dry run. A file that cannot be used is refused in words, and nothing of it stays."""
    form = _form()
    season = _asked_season(form)
    if not form.validate_on_submit() or season is None:
        return _ask(form, 422)
    season_id, upload, team = season.id, form.file.data, form.team.data or ""
    content = upload.read()
    meanings = queries.meanings_of(season.program_id)
    sheet, reading = read_file(content, frame_of(season), filename=file_name(upload.filename), meanings=meanings)
    reading = on_team(reading, team)
    if reading.unusable is not None and not reading.unknown:
        form.file.errors = [_told(reading.unusable)]
        return _ask(form, 422)
    with recording():
        season = programs.get_season_for(actor(), P.ROSTER_IMPORT, season_id)
        digest = hashlib.sha256(content).hexdigest()
        entry = services.try_import(reading, season, sheet=sheet, team=team, sha256=digest, by=actor(), now=clock.now())
        target = url_for("leagues_imports.show", import_id=entry.id)
    return redirect(target, 303)


@bp.get("/import/<id:import_id>")
@door(P.ROSTER_IMPORT)
def show(import_id: int) -> Response:
    """The dry run while it waits, how far it is while it is written, and afterward what came of it."""
    entry, season = queries.get_import_for(actor(), P.ROSTER_IMPORT, import_id)
    words = {"entry": entry, "season_name": season_name(season), "read": entry.summary["read"]}
    if entry.state is not ImportState.TRIED:
        return page("leagues/import_done.html", teams=queries.teams_of(season.id), **words)
    if entry.begun_at is not None:
        response = page("leagues/import_progress.html", total=entry.summary["total"], **words)
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)  # by the browser itself, without a script
        return response
    review = queries.review_for(actor(), entry, season)
    record_read("import.read", "roster_import", import_id, by=actor(), rows=len(review.lines))
    shown, after = asked_choice("show", KINDS, "all"), asked_cursor((int,))
    lines = [line for line in review.of(None if shown == "all" else Action(shown)) if not after or line.row > after[0]]
    return page(
        "leagues/import_show.html",
        review=review,
        lines=lines[:PAGE_ROWS],
        more=cursor(lines[PAGE_ROWS - 1].row) if len(lines) > PAGE_ROWS else None,
        after=after,
        shown=shown,
        badges=BADGES,
        changes=CHANGES,
        most=PAGE_ROWS,
        is_schedule=entry.kind is ImportKind.SCHEDULE,
        asks=_question(entry, season),
        missing=_missing(entry),
        mapping=_mapping(entry, every=asked_choice("columns", ("unknown", "all"), "unknown") == "all"),
        **words,
    )


@bp.post("/import/<id:import_id>/dates")
@door(P.ROSTER_IMPORT)
def answer_dates(import_id: int) -> BaseResponse:
    """Say which number of a file's dates is the month."""
    entry, season = queries.get_import_for(actor(), P.ROSTER_IMPORT, import_id)
    services.answer_dates(entry, season, request.form.get("dates", ""), by=actor(), now=clock.now())
    return redirect(url_for("leagues_imports.show", import_id=import_id), 303)


@bp.post("/import/<id:import_id>/columns")
@door(P.ROSTER_IMPORT)
def name_columns(import_id: int) -> BaseResponse:
    """Say what columns are."""
    entry, season = queries.get_import_for(actor(), P.ROSTER_IMPORT, import_id)
    every = [*(heading for heading, _part in entry.summary["read"]), *entry.summary["unmapped"]]
    said = {
        heading: request.form[f"column-{number}"]
        for number, heading in enumerate(every)
        if f"column-{number}" in request.form and request.form[f"column-{number}"] != UNSAID
    }
    services.name_columns(entry, season, said, by=actor(), now=clock.now())
    return redirect(url_for("leagues_imports.show", import_id=import_id), 303)


@bp.post("/import/<id:import_id>/pairs")
@door(P.ROSTER_IMPORT)
def decide_pair(import_id: int) -> BaseResponse:
    """Say whether two who are alike are one young person."""
    entry, season = queries.get_import_for(actor(), P.ROSTER_IMPORT, import_id)
    pair = request.form.get("pair", "")
    known = {each.pair for line in queries.review_for(actor(), entry, season).undecided for each in line.alike}
    if pair not in known:
        raise Conflict([Refusal("decided", N_("Somebody has said this already. Look at the dry run again."))])
    same = request.form.get("same") == "yes"
    services.decide_pair(entry, season, pair, same, by=actor(), now=clock.now())
    return redirect(url_for("leagues_imports.show", import_id=import_id, _anchor="alike"), 303)


@bp.post("/import/<id:import_id>/accept")
@door(P.ROSTER_IMPORT)
def accept(import_id: int) -> BaseResponse:
    """Write the rows, all in one transaction, if they still do what was shown."""
    entry, season = queries.get_import_for(actor(), P.ROSTER_IMPORT, import_id)
    services.accept_import(entry, season, seen=request.form.get("seen", ""), by=actor(), now=clock.now())
    return redirect(url_for("leagues_imports.show", import_id=import_id), 303)


@bp.post("/import/<id:import_id>/discard")
@door(P.ROSTER_IMPORT)
def discard(import_id: int) -> BaseResponse:
    """Erase what was read."""
    entry, _season = queries.get_import_for(actor(), P.ROSTER_IMPORT, import_id)
    services.discard_import(entry, by=actor(), now=clock.now())
    flash(_("Discarded. Nothing of the file was kept."), "neutral")
    return redirect(url_for("leagues_imports.new"), 303)


def _form() -> ImportForm:
    """The form with the seasons within reach, leagues first; the only one is chosen."""
    form, spoken = ImportForm(), language()
    seasons = sorted(
        queries.seasons_for(actor(), clock.today()), key=lambda line: line.program_kind != ProgramKind.LEAGUE
    )
    choices = [
        SelectChoice(str(line.season_id), f"{line.program.named(spoken)}, {line.name.named(spoken)}")
        for line in seasons
    ]
    if len(choices) > 1:
        choices.insert(0, SelectChoice("", _("Choose a season")))
    form.season.choices = choices
    return form


def _asked_season(form: ImportForm) -> Season | None:
    """The season asked for, None when none is. Raises `NotFound` for one that is not within reach."""
    asked = form.season.data or ""
    if not asked:
        return None
    season_id = key_in(asked)
    if season_id is None:
        raise NotFound
    return programs.get_season_for(actor(), P.ROSTER_IMPORT, season_id)


def _question(entry: RosterImport, season: Season) -> DateQuestion | None:
    """Which number is the month, with one date of the file both ways: it is read from what is sealed, and kept nowhere."""
    reading = queries.reading_of(entry, season) if entry.summary.get("asks") else None
    return reading.asks if reading else None


def _missing(entry: RosterImport) -> str:
    """Which parts no column has, in words; empty when all are there."""
    told = entry.summary.get("missing")
    return _told(problem_from(told)) if told else ""


def _mapping(entry: RosterImport, *, every: bool) -> dict[str, Any]:
    """The columns whose meaning can be chosen: (field, heading, chosen), and what there is to choose from."""
    parts = services.PARTS[entry.kind]
    names = {part.value: part.name for part in parts}
    chosen = {heading: names.get(part, "") for heading, part in entry.summary["read"]}
    headings = [*(heading for heading, _part in entry.summary["read"]), *entry.summary["unmapped"]]
    unknown = set(entry.summary.get("unknown", ()))
    fields = [
        (f"column-{number}", heading, chosen.get(heading, UNSAID if heading in unknown else ""))
        for number, heading in enumerate(headings)
        if (every or heading in unknown) and not is_never_kept(heading)
    ]
    options = sorted(((part.name, _(part.value)) for part in parts), key=lambda option: option[1])
    return {"fields": fields if entry.table_sealed else [], "options": options, "every": every, "unsaid": UNSAID}


def _ask(form: ImportForm, status: int = 200) -> Response:
    imports = queries.list_imports(actor(), LAST_IMPORTS)
    return page("leagues/import_new.html", status, form=form, limit=MOST_MEGABYTES, imports=imports, states=STATES)


def file_name(given: str) -> str:
    """The name of an uploaded file without its folders and without what cannot be kept."""
    base = given.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in base if letter.isprintable())[:MOST_NAME].strip() or "file.csv"


def season_name(season: Season) -> str:
    """Program and season in the page's language."""
    names = (season.program.name_es, season.name_es) if language() == "es" else (season.program.name, season.name)
    return ", ".join(names)


def _told(problem: Problem) -> str:
    """Why a file cannot be used; the parts that it lacks in the page's language too."""
    values = dict(problem.values)
    if "parts" in values:
        values["parts"] = ", ".join(_(part) for part in str(values["parts"]).split(", "))
    return sentence(problem.sentence, values.items())

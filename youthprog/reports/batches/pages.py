"""Papers for many: asked for, looked after while they are printed, fetched in one file or one file each. An edge module."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice  # type: ignore[attr-defined]

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refused
from youthprog.documents import services as documents
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.reports.batches import queries, services
from youthprog.reports.batches.forms import BatchForm
from youthprog.reports.batches.models import PrintBatch
from youthprog.reports.batches.rules import file_names
from youthprog.reports.batches.types import AWARD_WORDS, ENDED, STATES, UNDER_WAY
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import page

bp = Blueprint("batches", __name__)
WHOLE = "program"
WHY_NOT = {
    "hidden": N_("It names somebody whom you may not see this way, or not any more."),
    "void": N_("A certificate in it was revoked or purged since."),
}


def _season(season_id: int) -> Season:
    return programs.get_season_for(actor(), P.BATCH_PRINT, season_id)


def _form(season: Season) -> BatchForm:
    form: Any = BatchForm()
    form.kind.choices = [SelectChoice(kind.key, _(kind.title)) for kind in queries.kinds_of(actor())]
    groups = queries.groups_of_season(actor(), P.BATCH_PRINT, season.id, clock.today())
    everybody = SelectChoice("", _("Everybody in the season"))
    program = SelectChoice(WHOLE, _("The whole program: all its seasons between two days"))
    form.group.choices = [everybody, *(SelectChoice(str(key), name) for key, name in groups), program]
    return form


@bp.get("/seasons/<id:season_id>/print")
@door(P.BATCH_PRINT)
def new(season_id: int) -> Response:
    """Ask for papers for many, and what was asked before."""
    season = _season(season_id)
    return _asking(season, _form(season))


def _asking(season: Season, form: BatchForm, status: int = 200) -> Response:
    kinds = queries.kinds()
    lines = [line for line in queries.list_batches(season) if line.kind in kinds]
    return page("reports/batch_new.html", status, season=season, form=form, batches=lines, kinds=kinds, states=STATES)


@bp.post("/seasons/<id:season_id>/print")
@door(P.BATCH_PRINT)
def create(season_id: int) -> Response | BaseResponse:
    """Have the worker print them."""
    season = _season(season_id)
    form: Any = _form(season)
    if not form.validate_on_submit():
        return _asking(season, form, 422)
    kind = queries.kinds()[form.kind.data]
    said = {name: form[name].data or "" for name in ("signatory", "role", *(AWARD_WORDS if kind.worded else ()))}
    options = {**said, "language": language(), "mail": bool(form.mail.data)}
    about = {"group_id": key_in(form.group.data), "options": options, "again": form.again.data}
    try:
        if form.group.data == WHOLE:
            about["whole"] = services.seasons_asked(season, form.first.data, form.last.data, on=clock.today())
        batch = services.ask(season, kind, **about, by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _asking(season, form, 409 if isinstance(refused, Conflict) else 422)
    return redirect(url_for(".show", batch_id=batch.id), 303)


@bp.get("/batches/<id:batch_id>")
@door(P.BATCH_PRINT)
def show(batch_id: int) -> Response:
    """How far a batch is; then its files, or why there are none."""
    return _shown(_batch(batch_id))


def _batch(batch_id: int) -> PrintBatch:
    return queries.get_batch_for(actor(), P.BATCH_PRINT, batch_id)


def _shown(batch: PrintBatch, status: int = 200) -> Response:
    on = clock.today()
    ready = batch.state in ENDED and batch.purged_at is None
    return page(
        "reports/batch.html",
        status,
        batch=batch,
        kind=queries.kinds()[batch.kind],
        group=queries.group_name(batch.group_id),
        is_whole=batch.scope.startswith(queries.scope_of_program(batch.season.program_id)),
        counts=queries.counts_of(batch.id),
        under_way=batch.state in UNDER_WAY,
        state=STATES[batch.state],
        ready=ready,
        objections=[_(WHY_NOT[each]) for each in sorted(queries.objections_to_fetch(actor(), batch, on))]
        if ready
        else [],
        troubles=queries.troubles_of(actor(), batch, on),
    )


@bp.post("/batches/<id:batch_id>/stop")
@door(P.BATCH_PRINT)
def stop(batch_id: int) -> BaseResponse:
    """Stop after the papers in hand."""
    services.stop(_batch(batch_id), by=actor(), now=clock.now())
    return redirect(url_for(".show", batch_id=batch_id), 303)


@bp.post("/batches/<id:batch_id>/go-on")
@door(P.BATCH_PRINT)
def go_on(batch_id: int) -> Response | BaseResponse:
    """Go on with what was stopped, broke off or was refused."""
    batch = _batch(batch_id)
    try:
        services.go_on(batch, by=actor(), now=clock.now())
    except Conflict:
        return _shown(batch, 409)
    return redirect(url_for(".show", batch_id=batch_id), 303)


@bp.get("/batches/<id:batch_id>/<which>")
@door(P.BATCH_PRINT)
def file(batch_id: int, which: str) -> Response:
    """The papers in one file (`papers.pdf`), or one file each (`papers.zip`). What may be seen is judged again here."""
    batch = _batch(batch_id)
    if which not in ("papers.pdf", "papers.zip"):
        raise NotFound
    if batch.state not in ENDED or batch.purged_at is not None:
        raise NotFound
    whole = services.file_of(batch.id, services.ALL)
    if queries.objections_to_fetch(actor(), batch, clock.today()):
        return _shown(batch, 409)
    if which == "papers.pdf" and not whole.exists():  # a backup that was restored does not hold it
        raise NotFound
    made = queries.made_of(batch)
    record_read("batch.fetched", "print_batch", batch.id, by=actor(), papers=len(made), file=which)
    if which == "papers.pdf":
        parts: Iterable[bytes] = documents.fetched(whole)
        return _download(parts, f"{batch.kind}-{batch.id}.pdf", "application/pdf", size=batch.bytes_in_all)
    return _download(zipped(batch.id, made, clock.now()), f"{batch.kind}-{batch.id}.zip", "application/zip")


def _download(parts: Iterable[bytes], name: str, kind: str, size: int | None = None) -> Response:
    answer = Response(parts, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if size is not None:
        answer.content_length = size
    return answer


class _Outlet:
    """What a zip file is written into: it is handed on at once and nothing of it is kept."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Take a part."""
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What was written since the last call."""
        parts, self.parts = self.parts, []
        return b"".join(parts)


def zipped(batch_id: int, made: list[queries.Made], now: datetime) -> Iterator[bytes]:
    """A zip file as it grows, one paper in memory at a time. All that the database knows was asked before."""
    readers = [_reader(batch_id, each) for each in made]
    names = list(file_names(each.about for each in made))
    local = now.astimezone(clock.zone()).timetuple()[:6]

    def growing() -> Iterator[bytes]:
        outlet = _Outlet()
        with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as whole:  # type: ignore[call-overload]
            for name, read in zip(names, readers, strict=True):
                about = zipfile.ZipInfo(name, local)
                about.external_attr = 0o600 << 16
                whole.writestr(about, read())
                yield outlet.taken()
        yield outlet.taken()

    return growing()


def _reader(batch_id: int, made: queries.Made) -> Any:
    if made.sha256 is not None:
        return documents.reader_of(made.sha256)
    parts = documents.fetched(services.file_of(batch_id, f"{made.paper_id}.sealed"))
    return lambda: b"".join(parts)

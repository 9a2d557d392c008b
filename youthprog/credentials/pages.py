"""A file of volunteers or mentors on a page: what it would change is shown row by row, and written when one says so.

What was read waits in the form itself, signed, for an hour; nothing of it is kept on the server before that.
"""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.credentials import volunteer_rules, volunteer_services
from youthprog.credentials.forms import FileForm
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext
from youthprog.web.pages import page

bp = Blueprint("volunteers", __name__)
MOST_ON_PAGE = 1_000  # people of one file that are shown, and kept in the form meanwhile
KEPT_SECONDS = 3600
FATES = {
    "new": ("signed", N_("New")),
    "changed": ("waiting", N_("Something is added")),
    "same": ("neutral", N_("On the list already")),
    "refused": ("missing", N_("Left out")),
}


@bp.get("/credentials/import")
@door(P.CREDENTIAL_EDIT)
def new_import() -> Response:
    """Choose a file of volunteers or mentors."""
    return _import_page(_file_form(formdata=None))


@bp.post("/credentials/import")
@door(P.CREDENTIAL_EDIT)
def take_import() -> BaseResponse:
    """Show what a file would change, row by row; then, with what was read signed in the form, change it."""
    form = _file_form()
    if not form.validate_on_submit():
        return _import_page(form, 422)
    season = programs.get_season_for(actor(), P.CREDENTIAL_EDIT, key_in(form.season.data) or 0)
    if request.form.get("kept"):
        return _imported(form, season)
    read = volunteer_rules.read_volunteers(form.file.data.read() if form.file.data else b"")
    if read.unusable is not None or len(read.rows) > MOST_ON_PAGE:
        form.file.errors = [_unusable(read)]
        return _import_page(form, 422)
    rows = [[each.row, each.given_name, each.family_name, each.email, each.phone] for each in read.rows]
    kept = _signed().dumps([season.id, rows]) if rows else None
    return _import_page(form, kept=kept, read=read, planned=volunteer_services.plan_volunteers(read.rows, season))


def _imported(form: Any, season: Season) -> BaseResponse:
    """Put the people that were shown on the list."""
    try:
        season_id, rows = _signed().loads(request.form["kept"], max_age=KEPT_SECONDS)
    except BadData:
        season_id, rows = 0, []
    if season_id != season.id:
        form.form_errors.append(_("This page was too old. Choose the file once more."))
        return _import_page(form, 422)
    people_read = [volunteer_rules.Volunteer(*row) for row in rows]
    planned, flaws = volunteer_services.import_volunteers(people_read, season, by=actor(), now=clock.now())
    if flaws:
        read = volunteer_rules.VolunteerFile(rows=tuple(people_read), flaws=tuple(flaws))
        return _import_page(form, 422, read=read, planned=planned)
    done = sum(each.fate in (volunteer_rules.Fate.NEW, volunteer_rules.Fate.CHANGED) for each in planned)
    flash(ngettext("%(num)s person is on the list now.", "%(num)s people are on the list now.", done), "signed")
    return redirect(url_for("credentials.index", show="all"), 303)


def _signed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"volunteers {actor().account_id}")


def _unusable(read: volunteer_rules.VolunteerFile) -> str:
    if read.unusable is None:
        return _(
            "This page takes %(limit)s people at most. Split the file, or ask whoever runs the system.",
            limit=MOST_ON_PAGE,
        )
    if read.unusable.code == "no_table":
        return _("This page reads CSV. Save the list as CSV and choose it again.")
    return _(read.unusable.sentence) % read.unusable.values if read.unusable.values else _(read.unusable.sentence)


def _file_form(**more: Any) -> Any:
    form: Any = FileForm(**more)
    form.season.choices = [
        SelectChoice(str(each.season_id), f"{each.program.named(language())}, {each.name.named(language())}")
        for each in programs.list_seasons(actor(), P.CREDENTIAL_EDIT, not_over_on=clock.today())
    ]
    return form


def _import_page(
    form: Any, status: int = 200, *, kept: str | None = None, read: Any = None, planned: Any = ()
) -> Response:
    flaws: dict[int, list[str]] = {}
    for each in read.flaws if read else ():
        words = _(each.sentence) % each.values if each.values else _(each.sentence)
        flaws.setdefault(each.row, []).append(f"{each.column}: {words}" if each.column else words)
    fates = {each.volunteer.row: each for each in planned}
    return page(
        "credentials/import.html", status, form=form, kept=kept, read=read, flaws=flaws, fates=fates,
        rows=sorted({*fates, *(read.refused if read else ())}), words=FATES,
    )  # fmt: skip

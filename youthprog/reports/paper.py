"""The department's own paper: its look, who signs, its templates. An edge module.

A preview is the true PDF of an invented paper: the form is sent into the frame beside it, so it works without a script.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.core.text import crowded, storable
from youthprog.documents.press import PressFailed
from youthprog.documents.theming import services
from youthprog.documents.theming.types import MOST_SIGNERS, TEMPLATES, OwnTemplate, Sample, Theme
from youthprog.documents.types import Paper, Signatory, Writing
from youthprog.web.edge import actor, door, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import file_response, page

bp = Blueprint("paper", __name__)
NAMES = {
    "participation": N_("Certificate of participation"),
    "completion": N_("Certificate of completion"),
    "hours": N_("Certificate of hours"),
    "award": N_("Award"),
    "appreciation": N_("Thanks to a mentor"),
    "closure_letter": N_("Letter at the end of a match"),
}
WRITINGS = {Writing.BOTH: N_("English and Spanish"), Writing.ENGLISH: N_("English"), Writing.SPANISH: N_("Spanish")}
PAPERS = {Paper.LETTER: N_("Letter"), Paper.A4: N_("A4")}
BUSY = N_("The press is busy just now. Wait a moment, then press again.")
NOT_KEPT = N_("Nothing was changed. Try again.")
UNPRINTABLE = N_("This has a character that cannot be printed.")
LONGEST_NAME = 80


# ---- the look ----


@bp.get("/paper")
@door(P.PAPER_EDIT)
def show() -> Response:
    """Crest, colors, who signs; the templates; what was before."""
    return _look(services.theme())


def _look(theme: Theme, *, seen: int | None = None, refusals: Sequence[Refusal] = (), status: int = 200) -> Response:
    rows = [*theme.signers, *(Signatory("", "") for _n in range(2))][:MOST_SIGNERS]
    own = {name: services.versions(name) for name in TEMPLATES}
    return _with_frame(
        page(
            "reports/paper.html",
            status,
            theme=theme,
            rows=rows,
            seen=services.theme().number if seen is None else seen,
            before=[each for each in services.themes() if each.number != services.theme().number],
            templates=[(name, NAMES[name], bool(own[name]) and not own[name][0][1]) for name in TEMPLATES],
            contrast=services.contrast_of(theme) if not refusals else None,
            refusals=[(each.field, says(each)) for each in refusals],
            writings=WRITINGS,
            papers=PAPERS,
            names=NAMES,
        )
    )


@bp.post("/paper")
@door(P.PAPER_EDIT, late=True)
def save() -> Response | BaseResponse:
    """Use another look from now on."""
    theme, refusals = _typed()
    if refusals:
        return _look(theme, seen=_seen(), refusals=refusals, status=422)
    try:
        return _keep_theme(theme)
    except Refused as refused:
        if refused.reasons == [services.STALE]:
            raise
        return _look(theme, seen=_seen(), refusals=refused.reasons, status=422)


@bp.post("/paper/back")
@door(P.PAPER_EDIT, late=True)
def back() -> BaseResponse:
    """Use an earlier look again; it becomes the newest."""
    number = _number("number")
    return _keep_theme(next((each for each in services.themes() if each.number == number), None) or _none())


def _keep_theme(theme: Theme) -> BaseResponse:
    kept: list[Any] = []
    with recording(undo=partial(_forget, kept), says=NOT_KEPT):
        kept.append(services.keep_theme(theme, seen=_seen()))
        record("paper.theme_changed", "paper", None, by=actor(), now=clock.now(), version=int(kept[0].stem))
    flash(_("The new look is used from now on."))
    return redirect(url_for("paper.show"), 303)


@bp.post("/paper/preview")
@door(P.PAPER_EDIT, late=True)
def preview() -> Response:
    """The true PDF of a paper with the look as it stands in the form."""
    theme, refusals = _typed()
    name = request.form.get("which", "participation")
    if refusals:
        return _faults([(0, "", says(each)) for each in refusals])
    return _tried(name if name in TEMPLATES else _none(), theme=theme)


def _typed() -> tuple[Theme, list[Refusal]]:
    """The look as typed, and what cannot be used of it. Pictures are taken in by the press."""
    before, refusals = services.theme(), []
    signers = []
    for number in range(MOST_SIGNERS):
        texts = name, role, role_es = [_text(f"signers-{number}-{part}") for part in ("name", "role", "role_es")]
        kept = request.form.get(f"signers-{number}-kept", "")
        known = kept if kept in {each.picture for each in before.signers} else ""
        picture, refused = _picture(f"signers-{number}-picture", known)
        refusals += refused
        if any(texts):
            signers.append(Signatory(name, role, role_es, picture))
        if any(not storable(text) or crowded(text) for text in texts):
            refusals.append(Refusal("unprintable", UNPRINTABLE, f"signers-{number}-name"))
    crest, refused = _picture("crest", before.crest)
    theme = Theme(0, _text("main").lower(), _text("accent").lower(), crest, tuple(signers))
    return theme, [*refusals, *refused, *services.refusals_to_keep(theme)]


def _picture(field: str, before: str) -> tuple[str, list[Refusal]]:
    sent: FileStorage | None = request.files.get(field)
    content = sent.read() if sent else b""
    if not content:
        return ("" if request.form.get(f"{field}-gone") else before), []
    try:
        return services.take_picture(content, field), []
    except Refused as refused:
        return before, refused.reasons
    except PressFailed:
        return before, [Refusal("busy", BUSY, field)]


# ---- templates ----


@bp.get("/paper/<template>")
@door(P.PAPER_EDIT)
def edit(template: str) -> Response:
    """A template and its style, to be changed; `?version=` shows an earlier one to go back to."""
    asked = request.args.get("version", "")
    found = services.template(_name(template), int(asked) if asked.isdecimal() and len(asked) < 6 else None)
    return _editor(template, found)


def _editor(
    template: str,
    own: OwnTemplate,
    faults: Sequence[tuple[int, str, str]] = (),
    seen: int | None = None,
    status: int = 200,
) -> Response:
    versions = services.versions(template)
    return _with_frame(
        page(
            "reports/paper_template.html",
            status,
            name=template,
            heading=NAMES[template],
            own=own,
            versions=versions,
            seen=(versions[0][0] if versions else 0) if seen is None else seen,
            faults=faults,
            writings=WRITINGS,
            papers=PAPERS,
        )
    )


@bp.post("/paper/<template>")
@door(P.PAPER_EDIT, late=True)
def keep(template: str) -> Response | BaseResponse:
    """Use a template from now on, when every sample comes out; the last good one stays in use otherwise."""
    name, own = _name(template), _own()
    try:
        services.refuse_unless_good(name, own)
    except services.BadTemplate as bad:
        return _editor(name, own, _lines(bad), seen=_seen(), status=422)
    except PressFailed:
        return _editor(name, own, [(0, "html", _(BUSY))], seen=_seen(), status=503)
    return _keep_template(name, own)


@bp.post("/paper/<template>/house")
@door(P.PAPER_EDIT, late=True)
def house(template: str) -> BaseResponse:
    """Use the house's template again; the department's own versions stay."""
    return _keep_template(_name(template), OwnTemplate(0, "", ""))


def _keep_template(name: str, own: OwnTemplate) -> BaseResponse:
    kept: list[Any] = []
    with recording(undo=partial(_forget, kept), says=NOT_KEPT):
        kept.append(services.keep_template(name, own, seen=_seen()))
        version = int(kept[0].stem)
        record("paper.template_changed", "paper", None, by=actor(), now=clock.now(), template=name, version=version)
    flash(_("This template is used from now on."))
    return redirect(url_for("paper.edit", template=name), 303)


@bp.post("/paper/<template>/preview")
@door(P.PAPER_EDIT, late=True)
def preview_template(template: str) -> Response:
    """The true PDF of an invented paper in the template as it stands in the form."""
    return _tried(_name(template), own=_own())


# ---- both ----


def _tried(name: str, *, own: OwnTemplate | None = None, theme: Theme | None = None) -> Response:
    sample = Sample(
        long=request.form.get("long") == "y",
        writing=_one_of("writing", list(Writing)),
        paper=_one_of("size", list(Paper)),
        signers=min(max(len(theme.signers), 1), 4) if theme else 2,
    )
    try:
        content = services.try_out(name, sample, own=own, theme=theme)
    except services.BadTemplate as bad:
        return _faults(_lines(bad))
    except Refused as refused:
        return _faults([(0, "", says(each)) for each in refused.reasons])
    except PressFailed:
        return _faults([(0, "", _(BUSY))], 503)
    response = file_response(content, name=f"{name}.pdf")
    response.may_be_framed = True  # type: ignore[attr-defined]
    return response


def _faults(lines: Sequence[tuple[int, str, str]], status: int = 422) -> Response:
    response = page("reports/paper_faults.html", status, faults=lines)
    response.may_be_framed = True  # type: ignore[attr-defined]
    return response


def _lines(bad: services.BadTemplate) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.part, says(reason)) for fault, reason in zip(bad.faults, bad.reasons, strict=True)]


def _with_frame(response: Response) -> Response:
    response.may_frame = True  # type: ignore[attr-defined]
    return response


def _own() -> OwnTemplate:
    texts = [request.form.get(part, "").replace("\r\n", "\n") for part in ("html", "css")]
    if not all(storable(text) for text in texts):
        raise Refused([Refusal("unprintable", UNPRINTABLE)])
    return OwnTemplate(0, *texts)


def _name(template: str) -> str:
    return template if template in TEMPLATES else _none()


def _none() -> Any:
    raise NotFound


def _seen() -> int:
    return _number("seen")


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1


def _text(name: str) -> str:
    return " ".join(request.form.get(name, "").split())[:LONGEST_NAME]


def _one_of(name: str, values: Sequence[str]) -> str:
    value = request.form.get(name, "")
    return value if value in values else str(values[0])


def _forget(kept: Sequence[Any]) -> None:
    for path in kept:
        services.forget(path)

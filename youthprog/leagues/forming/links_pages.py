"""What is known of a division's children: ratings, links, wishes, limits, and what families wrote. Edge."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core.names import tokens_of
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.core.text import crowded, storable
from youthprog.leagues.forming import known as knowing
from youthprog.leagues.forming import queries, words
from youthprog.leagues.forming.forms import LimitForm, LinkForm, WishForm
from youthprog.leagues.forming.models import MOST_POINTS, TeamLimit, TeamLink, TeamRequest, TeamWish
from youthprog.leagues.forming.queries import PoolLine
from youthprog.leagues.forming.shown import Known, bp, deed, division_for, known_of, season_name, within_reach
from youthprog.leagues.forming.types import LinkKind
from youthprog.leagues.models import Division
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import ngettext, weekday
from youthprog.web.pages import page

A_MONDAY = date(2024, 1, 1)
MOST_CANDIDATES = 4
MOST_NAME, MOST_NEW_TEAMS = 80, 40

# ---- ratings ----


@bp.get("/divisions/<id:division_id>/ratings")
@door(P.TEAM_FORM)
def ratings(division_id: int) -> Response:
    """How well each child plays, as far as it is known."""
    known = known_of(division_for(division_id))
    record_read("ratings.read", "division", division_id, by=actor(), children=len(known.shown))
    return page("leagues/ratings.html", known=known, division=known.division, most=MOST_POINTS, errors={}, typed={})


@bp.post("/divisions/<id:division_id>/ratings")
@door(P.TEAM_FORM)
def rate(division_id: int) -> Response | BaseResponse:
    """Keep the ratings typed."""
    known = known_of(division_for(division_id))
    typed = {line.youth_id: request.form.get(f"p-{line.youth_id}") for line in known.shown}
    given = {youth_id: text.strip() for youth_id, text in typed.items() if text is not None}
    wrong = {
        youth_id: _("Write a number from %(min)s to %(max)s.", min=0, max=MOST_POINTS)
        for youth_id, text in given.items()
        if text and not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MOST_POINTS)
    }
    if wrong:
        return page(
            "leagues/ratings.html", 422,
            known=known, division=known.division, most=MOST_POINTS, errors=wrong, typed=given,
        )  # fmt: skip
    points = {youth_id: int(text) if text else None for youth_id, text in given.items()}
    knowing.rate(known.division, points, **deed())
    flash(_("Saved."), "signed")
    return redirect(url_for(".division", division_id=division_id), 303)


# ---- teams and what they are called ----


@bp.get("/divisions/<id:division_id>/teams")
@door(P.TEAM_FORM)
def teams(division_id: int) -> Response:
    """The teams of a division, by name."""
    return _teams_page(division_for(division_id), {})


@bp.post("/divisions/<id:division_id>/teams")
@door(P.TEAM_FORM)
def name_teams(division_id: int) -> Response | BaseResponse:
    """Call the teams as typed, and make those that are new."""
    found = division_for(division_id)
    known, given = known_of(found), request.form
    names = {team.group_id: given.get(f"name-{team.group_id}", team.name).strip() for team in known.teams}
    more = [name for line in given.get("more", "").splitlines() if (name := line.strip())]
    wrong = [
        _("This cannot be a team's name: %(name)s", name=name[:MOST_NAME])
        for name in (*names.values(), *more)
        if len(name) > MOST_NAME or not storable(name) or crowded(name)
    ]
    if len(more) > MOST_NEW_TEAMS:
        wrong.append(_("No more than %(count)s new teams at once.", count=MOST_NEW_TEAMS))
    if wrong:
        return _teams_page(found, given, wrong, 422)
    try:
        count = knowing.name_teams(found, names, more, **deed())
    except Refused as problem:
        return _teams_page(found, given, [_(reason.sentence, **reason.values) for reason in problem.reasons], 422)
    flash(ngettext("One team was changed or made.", "%(num)s teams were changed or made.", count), "signed")
    return redirect(url_for(".division", division_id=division_id), 303)


def _teams_page(found: Division, given: Any, faults: Sequence[str] = (), status: int = 200) -> Response:
    known = known_of(found)
    return page("leagues/team_names.html", status, division=found, known=known, given=given, faults=faults)


# ---- links, wishes, limits, what families wrote ----


@bp.get("/divisions/<id:division_id>/links")
@door(P.TEAM_FORM)
def links(division_id: int) -> Response:
    """Who stays together or apart, who wishes for whom, who cannot come when, and what families wrote."""
    return _links_page(division_for(division_id))


@bp.post("/divisions/<id:division_id>/links")
@door(P.TEAM_FORM)
def link(division_id: int) -> Response | BaseResponse:
    """Keep two children together or apart."""
    found = division_for(division_id)
    form: Any = _forms(known_of(found))[0]
    if form.validate_on_submit():
        try:
            knowing.link(found, LinkKind(form.kind.data), int(form.one.data), int(form.other.data), **deed())
            return _to_links(division_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _links_page(found, 422, link_form=form)


@bp.post("/divisions/<id:division_id>/siblings")
@door(P.TEAM_FORM)
def siblings(division_id: int) -> BaseResponse:
    """Keep together all children who share a household."""
    count = knowing.keep_siblings_together(division_for(division_id), **deed())
    flash(_("Pairs kept together: %(count)s.", count=count), "signed")
    return _to_links(division_id)


@bp.post("/divisions/<id:division_id>/wishes")
@door(P.TEAM_FORM)
def wish(division_id: int) -> Response | BaseResponse:
    """Note a wish for a teammate."""
    found = division_for(division_id)
    form: Any = _forms(known_of(found))[1]
    if form.validate_on_submit():
        try:
            knowing.wish(found, int(form.youth.data), int(form.wanted.data), **deed())
            return _to_links(division_id)
        except Refused as problem:
            form.take(problem.reasons)
    return _links_page(found, 422, wish_form=form)


@bp.post("/divisions/<id:division_id>/limits")
@door(P.TEAM_FORM)
def limit(division_id: int) -> Response | BaseResponse:
    """Note a day or place where a child cannot come."""
    found = division_for(division_id)
    form: Any = _forms(known_of(found))[2]
    if form.validate_on_submit():
        kind, key = form.when.data.split()
        weekday_, site_id = (int(key), None) if kind == "day" else (None, int(key))
        knowing.limit(found, int(form.child.data), weekday=weekday_, site_id=site_id, **deed())
        return _to_links(division_id)
    return _links_page(found, 422, limit_form=form)


@bp.post("/divisions/<id:division_id>/links/<id:link_id>/remove")
@door(P.TEAM_FORM)
def unlink(division_id: int, link_id: int) -> BaseResponse:
    """Take a link away."""
    return _forget(division_id, TeamLink, link_id)


@bp.post("/divisions/<id:division_id>/wishes/<id:wish_id>/remove")
@door(P.TEAM_FORM)
def unwish(division_id: int, wish_id: int) -> BaseResponse:
    """Take a wish away."""
    return _forget(division_id, TeamWish, wish_id)


@bp.post("/divisions/<id:division_id>/limits/<id:limit_id>/remove")
@door(P.TEAM_FORM)
def unlimit(division_id: int, limit_id: int) -> BaseResponse:
    """Take a limit away."""
    return _forget(division_id, TeamLimit, limit_id)


@bp.post("/divisions/<id:division_id>/words/<id:words_id>/settle")
@door(P.TEAM_FORM)
def settle(division_id: int, words_id: int) -> BaseResponse:
    """Put a family's words aside."""
    found = division_for(division_id)
    asked = queries.get_known(TeamRequest, found.season_id, words_id)
    within_reach(asked.youth_id)
    knowing.settle(found, asked, **deed())
    return _to_links(division_id)


def _forget(division_id: int, model: Any, key: int) -> BaseResponse:
    found = division_for(division_id)
    known: Any = queries.get_known(model, found.season_id, key)
    for name in ("one_id", "other_id", "youth_id", "wanted_id"):
        if hasattr(known, name):
            within_reach(getattr(known, name))
    knowing.forget(found, known, **deed())
    return _to_links(division_id)


def _to_links(division_id: int) -> BaseResponse:
    return redirect(url_for(".links", division_id=division_id), 303)


def _forms(known: Known, *, bare: bool = False) -> tuple[Any, Any, Any]:
    """The three forms, with the children and days to choose from; `bare` ones take nothing from the request."""
    given: dict[str, Any] = {"formdata": None} if bare else {}
    forms: tuple[Any, Any, Any] = LinkForm(**given), WishForm(**given), LimitForm(**given)
    children = [SelectChoice(str(line.youth_id), line.list_name) for line in known.shown]
    for form, names in zip(forms, (("one", "other"), ("youth", "wanted"), ("child",)), strict=True):
        for name in names:
            form[name].choices = [SelectChoice("", _("Choose a child")), *children]
    days = [SelectChoice(f"day {each}", _("Practices on %(day)s", day=_day(each))) for each in range(7)]
    sites = [
        SelectChoice(f"site {site.id}", _("Practices at %(place)s", place=site.name)) for site in programs.list_sites()
    ]
    forms[2].when.choices = [*days, *sites]
    return forms


def _day(number: int) -> str:
    return weekday(A_MONDAY + timedelta(days=number), whole=True)


def _links_page(found: Division, status: int = 200, **given: Any) -> Response:
    known = known_of(found)
    link_form, wish_form, limit_form = _forms(known, bare=True)
    asked = [
        (row, row.unseal("text_sealed") or "")
        for row in queries.requests_of(found.season_id)
        if row.youth_id in known.names
    ]
    record_read("team_links.read", "division", found.id, by=actor(), children=len(known.shown), words=len(asked))
    sites = {site.id: site.name for site in programs.list_sites()}
    mine = known.names.keys()
    pairs = queries.siblings_among(list(mine), found.season_id)
    return page(
        "leagues/links.html",
        status,
        division=found,
        season_name=season_name(found),
        known=known,
        links=[row for row in queries.links_of(found.season_id) if {row.one_id, row.other_id} <= mine],
        wishes=[row for row in queries.wishes_of(found.season_id) if {row.youth_id, row.wanted_id} <= mine],
        limits=[row for row in queries.limits_of(found.season_id) if row.youth_id in mine],
        pairs=pairs,
        asked=[(row, text, _candidates(text, row.youth_id, known)) for row, text in asked],
        kinds=words.LINKS,
        day=_day,
        sites=sites,
        **({"link_form": link_form, "wish_form": wish_form, "limit_form": limit_form} | given),
    )


def _candidates(text: str, youth_id: int, known: Known) -> list[PoolLine]:
    """Children whose names a family's words hold: whole names first. A person decides; nothing is taken over."""
    said = set(tokens_of(text))
    found = []
    for line in known.shown:
        tokens = set(tokens_of(line.name))
        if line.youth_id != youth_id and tokens & said:
            found.append((tokens <= said, len(tokens & said), line))
    found.sort(key=lambda each: (not each[0], -each[1], each[2].folded_name))
    whole = [line for is_whole, _count, line in found if is_whole]
    return (whole or [line for _is_whole, _count, line in found])[:MOST_CANDIDATES]

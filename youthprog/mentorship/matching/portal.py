"""What mentor, guardian and youth are asked, signed in or behind a link: whether they agree, and later how it goes.

A link is for one person and one proposal. Looking uses nothing up; mail scanners look at pages too.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.db import key_in
from youthprog.core.refusals import NotFound, Refused
from youthprog.mentorship import queries as matches
from youthprog.mentorship.matching import queries, services, shown
from youthprog.mentorship.matching.forms import FitForm, WordForm
from youthprog.mentorship.matching.models import MatchParty
from youthprog.mentorship.matching.types import FITS, Fit, OfferState, Part, Way
from youthprog.people import queries as people
from youthprog.people.rules import age_on
from youthprog.web.edge import actor, public, signed_in
from youthprog.web.language import LANGUAGES, gettext, speak
from youthprog.web.pages import page

bp = Blueprint("match_asked", __name__)


@bp.get("/matching/asked/<id:party_id>")
@signed_in()
def own(party_id: int) -> Response:
    """What one is asked, signed in."""
    return _page(queries.get_own_party(actor(), party_id, clock.today()), url_for(".say", party_id=party_id))


@bp.post("/matching/asked/<id:party_id>")
@signed_in()
def say(party_id: int) -> BaseResponse:
    """Answer, signed in."""
    party = queries.get_own_party(actor(), party_id, clock.today())
    return _kept(party, Way.ACCOUNT, actor(), url_for(".own", party_id=party_id))


@bp.get("/m/<token>")
@public()
def by_link(token: str) -> Response:
    """What one is asked, behind the link."""
    party, who = _behind(token)
    if session.get("language") not in LANGUAGES:
        speak(who.language)
    return _page(party, url_for(".say_by_link", token=token))


@bp.post("/m/<token>")
@public()
def say_by_link(token: str) -> BaseResponse:
    """Answer behind the link."""
    party, who = _behind(token)
    return _kept(party, Way.LINK, who, url_for(".by_link", token=token))


@bp.get("/y/<token>")
@public()
def young(token: str) -> Response:
    """A young person's own page: what one is asked, one thing at a time, and the way to say what worries one."""
    who = _young(token)
    asked = queries.asked_of(who.person_id, clock.today(), Part.YOUTH)
    address = url_for(".say_young", token=token)
    if asked:
        return _page(asked[0][0], address, is_young=True)
    return page("mentorship/young.html", first_name=people.get_person(who.person_id or 0).first_name)


@bp.post("/y/<token>")
@public()
def say_young(token: str) -> BaseResponse:
    """Answer what one is asked. The next question follows, if there is one."""
    who = _young(token)
    party = queries.get_party_of(who.person_id or 0, key_in(request.form.get("party")) or 0, clock.today())
    if party.part is not Part.YOUTH:
        raise NotFound
    return _kept(party, Way.LINK, who, url_for(".young", token=token), is_young=True)


def _young(token: str) -> Actor:
    """Whose own link it is. Raises `NotFound` for one that opens nothing any more."""
    key = find_link(token, LinkPurpose.CONCERN)
    found = live_link(key.link_id, LinkPurpose.CONCERN.value) if key else None
    if found is None:
        raise NotFound
    if session.get("language") not in LANGUAGES:
        speak(found[0].language)
    return found[0]


def _behind(token: str) -> tuple[MatchParty, Actor]:
    """What a link asks, and of whom. Raises `NotFound` for a link that opens nothing any more."""
    key = find_link(token, LinkPurpose.MATCH)
    found = live_link(key.link_id, LinkPurpose.MATCH.value) if key else None
    if key is None or found is None:
        raise NotFound
    return queries.get_party_of(key.person_id, key.subject_id, clock.today()), found[0]


def _is_about_fit(party: MatchParty) -> bool:
    return party.offer.state is OfferState.MADE and party.fit_asked_on is not None


def _kept(party: MatchParty, way: Way, by: Actor, back: str, *, is_young: bool = False) -> BaseResponse:
    form: Any = FitForm() if _is_about_fit(party) else WordForm()
    now = clock.now()
    try:
        if form.validate_on_submit():
            _keep(party, form, way, by, now)
            if is_young:
                flash(gettext("Thank you. The coordinator reads your answer, and nobody else."), "signed")
            return redirect(back, 303)
    except Refused as refused:
        form.take(refused.reasons)
    return _page(party, back, form, 422, is_young=is_young)


def _keep(party: MatchParty, form: Any, way: Way, by: Actor, now: datetime) -> None:
    if _is_about_fit(party):
        services.say_fit(party, Fit(form.fit.data), by=by, now=now)
    else:
        services.answer(party, accepts=form.says(), reason=form.reason.data or "", way=way, by=by, now=now)


def _page(party: MatchParty, address: str, form: Any = None, status: int = 200, *, is_young: bool = False) -> Response:
    offer, on = party.offer, clock.today()
    make: Callable[..., Any] = FitForm if _is_about_fit(party) else WordForm
    youth = people.get_person(offer.youth_id)
    return page(
        "mentorship/asked.html",
        status,
        party=party,
        address=address,
        is_young=is_young,
        form=form or make(formdata=None, data={"fit": party.fit.value if party.fit else None}),
        about_fit=_is_about_fit(party),
        fits=FITS,
        common=shown.in_common(offer),
        # A mentor learns the age and what the two share; the name with the first day of the match.
        child=None if party.part is Part.MENTOR else youth.first_name,
        age=age_on(youth.born_on, on) if youth.born_on and party.part is Part.MENTOR else None,
        mentors=list(matches.names_of(offer.shown.get("mentors", [])).values())
        if party.part is not Part.MENTOR
        else [],
    )

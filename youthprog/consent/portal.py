"""The guardian's doors: the signed link, the own list, and the table of the pages behind both.

Read and decide one question at a time (`questions`, `turns`, `siblings`), check, sign and keep a copy (`signature`),
take back (`withdrawing`).

The same views stand behind two doors: a signed link (`/consent/…`, opened at `/c/<token>`) and a guardian's own
account (`/my/forms/…`). JavaScript is never needed; every answer is kept on the server as it is given.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.consent import (
    agreement,
    own_list,
    pickups,
    queries,
    questions,
    rules,
    services,
    siblings,
    signature,
    turns,
    withdrawing,
)
from youthprog.consent.queries import Case
from youthprog.consent.types import RequestState
from youthprog.consent.walk import (
    case_of,
    program_of,
    questions_of,
)
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.web.edge import actor, door, link_key, public
from youthprog.web.language import LANGUAGES, language, speak
from youthprog.web.pages import page

by_token = Blueprint("consent_token", __name__)
by_link = Blueprint("consent_link", __name__, url_prefix="/consent")
by_account = Blueprint("consent_own", __name__, url_prefix="/my/forms")

# ---- the link itself ----


@by_token.get("/c/<token>")
@public()
def landing(token: str) -> Response:
    """Who is asked about whom. Looking uses nothing up, so a mail scanner does no harm."""
    found = _case_of(token)
    if found is None:
        return page("consent/portal/no_link.html", 404)
    who, case, _key = found
    if session.get("language") not in LANGUAGES:
        speak(case.request.language)
    return page("consent/portal/landing.html", **_landing(case, who))


@by_token.post("/c/<token>")
@public()
def enter(token: str) -> BaseResponse:
    """Open the form in the chosen language and go on under an address without the secret."""
    found = _case_of(token)
    if found is None:
        return page("consent/portal/no_link.html", 404)
    who, case, key = found
    chosen = request.form.get("language", "")
    session["language"] = chosen if chosen in LANGUAGES else case.request.language
    session["links"] = {**session.get("links", {}), LinkPurpose.CONSENT.value: key.link_id}
    speak(session["language"])
    staff = actor().account_id if actor().person_id != case.guardian.id else None
    for each in queries.list_sitting(who, P.CONSENT_SIGN, case.request, clock.today()):
        services.open_form(
            each, language=language(), via="link", by=_with_trace(who), now=clock.now(), staff_account_id=staff
        )
    to = request.form.get("to", "") if case.request.signed_at is not None else ""
    step = {"take-back": "consent_link.show_take_back", "pickup": "consent_link.show_list"}.get(
        to, "consent_link.start"
    )
    return redirect(url_for(step, request_id=case.request.id), 303)


def _landing(case: Case, who: Actor) -> dict[str, Any]:
    """Whom the link asks about: all children of this sitting, by first name."""
    cases = queries.list_sitting(who, P.CONSENT_SIGN, case.request, clock.today())
    allowed = services.may_answer_each(cases, now=clock.now())
    open_ones = [each for each in cases if each.request.id in allowed] or [case]
    return {
        "case": case, "program": program_of(case), "count": len(questions_of(case)),
        "names": list(dict.fromkeys(each.youth.first_name for each in open_ones)),
        "has_list": case.request.signed_at is not None and pickups.may_change(case, by=who, now=clock.now()),
    }  # fmt: skip


def _case_of(token: str) -> tuple[Actor, Case, LinkKey] | None:
    """The request a link was made for; when that was closed, the first other one its letter asked about."""
    key = find_link(token, LinkPurpose.CONSENT)
    live = key and live_link(key.link_id, LinkPurpose.CONSENT)
    if key is None or not live:
        return None
    try:
        case = queries.get_own_request_for(live[0], P.CONSENT_SIGN, key.subject_id, clock.today())
    except NotFound:
        return None
    if case.request.state is RequestState.CANCELED:
        case = next(iter(queries.list_waiting(live[0], P.CONSENT_SIGN, clock.today())), case)
    return None if case.request.state is RequestState.CANCELED else (live[0], case, key)


def _with_trace(who: Actor) -> Actor:
    here = actor()
    agent = (request.user_agent.string or "")[:200]
    return replace(who, ip=here.ip or (request.remote_addr or "")[:45], user_agent=agent, request_id=g.request_id)


# ---- the guardian's own list ----


@by_account.get("")
@door(P.CONSENT_SIGN)
def forms() -> Response:
    """A guardian's own forms, those to answer first."""
    return page(
        "consent/portal/forms.html", forms=queries.list_forms_of(actor(), clock.today()), open=rules.OPEN_STATES
    )


@by_account.post("/<id:request_id>/open")
@door(P.CONSENT_SIGN)
def open_own(request_id: int) -> BaseResponse:
    """Open one of one's own forms."""
    for case in queries.list_sitting(actor(), P.CONSENT_SIGN, case_of(request_id).request, clock.today()):
        services.open_form(case, language=language(), via="account", by=actor(), now=clock.now())
    return redirect(url_for(".start", request_id=request_id), 303)


# ---- two doors to the same rooms ----

View = Callable[..., Any]
STEPS: list[tuple[str, str, View, bool]] = [
    ("GET", "", questions.start, False),
    ("GET", "/q/<int(max=99):number>", questions.show_question, False),
    ("POST", "/q/<int(max=99):number>", questions.save_answer, True),
    ("GET", "/sheet/<int(max=99):number>", questions.sheet, False),
    ("GET", "/athlete", turns.show_athlete, False),
    ("POST", "/athlete", turns.save_athlete, True),
    ("GET", "/agreement", agreement.show_agreement, False),
    ("POST", "/agreement", agreement.agree, False),
    ("POST", "/sample", agreement.open_sample, False),
    ("GET", "/paper", agreement.paper, False),
    ("GET", "/same", siblings.show_same, False),
    ("POST", "/same", siblings.choose_same, False),
    ("GET", "/choices", siblings.show_choices, False),
    ("POST", "/choices", siblings.save_choices, False),
    ("GET", "/people", siblings.show_people, False),
    ("POST", "/people", siblings.save_people, False),
    ("GET", "/renewal", siblings.show_renewal, False),
    ("POST", "/renewal", siblings.renew, False),
    ("POST", "/newest", questions.reword, False),
    ("GET", "/later", questions.later, False),
    ("GET", "/check", questions.check, False),
    ("POST", "/check", questions.confirm, False),
    ("GET", "/whole", questions.whole, False),
    ("GET", "/sign", signature.show_signature, False),
    ("POST", "/sign", signature.sign, True),
    ("GET", "/done", signature.done, False),
    ("GET", "/copy.pdf", signature.copy, False),
    ("GET", "/part-<int(max=99):number>.pdf", signature.supplement, False),
    ("GET", "/take-back", withdrawing.show_take_back, False),
    ("POST", "/take-back", withdrawing.take_back, True),
    ("GET", "/taken-back", withdrawing.taken_back, False),
    ("GET", "/pickup", own_list.show_list, False),
    ("POST", "/pickup", own_list.add_person, True),
    ("POST", "/pickup/off", own_list.take_off, True),
    ("GET", "/pickup-changed", own_list.list_changed, False),
    ("GET", "/withdrawal-<int(max=99):number>.pdf", withdrawing.withdrawal, False),
]


def _behind(mark: Callable[[View], View], view: View) -> View:
    @wraps(view)
    def passed(**values: Any) -> Any:
        return view(**values)

    return mark(passed)


for method, address, view, late in STEPS:
    for room, key in (
        (by_link, link_key("consent", late=late)),
        (by_account, door(P.CONSENT_SIGN, late=late)),
    ):
        room.add_url_rule(f"/<id:request_id>{address}", view.__name__, _behind(key, view), methods=[method])

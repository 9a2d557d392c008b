"""The coordinator's pages: how far each team is, whom to ask, whom to remind."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.consent import desk_queries, queries, rules, services
from youthprog.consent.cosigners import beside
from youthprog.consent.models import ConsentEvent
from youthprog.consent.types import CLOSED_BECAUSE, HAPPENINGS, Asked, MemberConsent, Question, RequestState
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import Refused
from youthprog.documents.services import load_bytes
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.programs.models import Group
from youthprog.web.edge import actor, door
from youthprog.web.language import LANGUAGES, language, ngettext, says
from youthprog.web.language import gettext as _
from youthprog.web.pages import file_response, page

bp = Blueprint("consent", __name__)


@bp.get("/consents")
@door(P.CONSENT_READ)
def index() -> Response:
    """How far the families of each group are, season by season."""
    groups = queries.list_groups(actor(), clock.today())
    seasons: dict[int, list[queries.GroupProgress]] = {}
    for group in groups:
        seasons.setdefault(group.season_id, []).append(group)
    totals = {name: sum(getattr(group, name) for group in groups) for name in ("signed", "waiting", "missing")}
    return page("consent/index.html", seasons=list(seasons.values()), totals=totals)


@bp.get("/consents/teams/<id:group_id>")
@door(P.CONSENT_READ)
def team(group_id: int) -> Response:
    """Who signed, who opened, who did not, whose mail came back."""
    group, members = _team(group_id, P.CONSENT_READ)
    return page(
        "consent/team.html",
        group=group,
        members=members,
        to_ask=[each for each in members if _may_be_asked(each)],
        to_remind=[each for each in members if _may_be_reminded(each)],
        signed=sum(each.line.state == "signed" for each in members),
        waiting=sum(each.line.state == "waiting" for each in members),
        staff=programs.staff_of([group.id], clock.today()).get(group.id, []),
        may_be_asked=_may_be_asked,
        may_be_reminded=_may_be_reminded,
    )


@bp.post("/consents/teams/<id:group_id>/ask")
@door(P.CONSENT_SEND)
def ask(group_id: int) -> BaseResponse:
    """Ask every family of the group that was not asked, or the one named."""
    group, members = _team(group_id, P.CONSENT_SEND)
    named = request.form.get("youth_id", "")
    wanted = [each.youth_id for each in members if not named or str(each.youth_id) == named]
    sendable = people.reachable(actor(), P.CONSENT_SEND, wanted, clock.today())
    asked = services.ask(sendable, group.season_id, by=actor(), now=clock.now())
    flash(_told(asked), "signed" if asked.sent else "waiting")
    return redirect(url_for(".team", group_id=group_id), 303)


@bp.post("/consents/teams/<id:group_id>/remind")
@door(P.CONSENT_SEND)
def remind_team(group_id: int) -> BaseResponse:
    """Remind every family of the group that was asked and has not signed."""
    _group, members = _team(group_id, P.CONSENT_SEND)
    wanted = people.reachable(actor(), P.CONSENT_SEND, [each.youth_id for each in members], clock.today())
    ids = [each.line.request_id for each in members if _may_be_reminded(each) and each.youth_id in wanted]
    told = services.remind_each([each for each in ids if each is not None], by=actor(), now=clock.now())
    flash(ngettext("%(num)s family reminded.", "%(num)s families reminded.", told.letters), "signed")
    return redirect(url_for(".team", group_id=group_id), 303)


@bp.get("/consents/requests/<id:request_id>")
@door(P.CONSENT_READ)
def show(request_id: int) -> Response:
    """One request: what happened to it, in order."""
    case = queries.get_request_for(actor(), P.CONSENT_READ, request_id, clock.today())
    known = people.reachable(actor(), P.CONSENT_RECORD_READ, [case.youth.id], clock.today())
    shows_record = case.request.document_id is not None and bool(known)
    questions = {each.key: each for each in queries.questions_of(case.version.id)}
    return page(
        "consent/request.html",
        case=case,
        events=queries.events_of(request_id),
        decisions=queries.decisions_of(request_id) if shows_record else (),
        questions=questions,
        happenings=HAPPENINGS,
        how=lambda event: _how(event, questions),
        shows_record=shows_record,
        is_open=case.request.state in rules.OPEN_STATES,
        awaits_original=actor().may(P.CONSENT_ENTER) and bool(desk_queries.waiting_for_original(request_id)),
        **beside(case, shows_record=bool(known)),
    )


@bp.post("/consents/requests/<id:request_id>/remind")
@door(P.CONSENT_SEND)
def remind(request_id: int) -> BaseResponse:
    """Remind one guardian, and go back where the button was."""
    case = queries.get_request_for(actor(), P.CONSENT_SEND, request_id, clock.today())
    try:
        reached = services.remind(request_id, by=actor(), now=clock.now())
    except Refused as refused:
        flash(" ".join(says(reason) for reason in refused.reasons), "missing")
    else:
        name = case.guardian.name
        told = _("%(name)s is reminded.", name=name) if reached else _("No mail reaches %(name)s. Call.", name=name)
        flash(told, "signed" if reached else "missing")
    if group_id := key_in(request.form.get("group_id")):
        return redirect(url_for(".team", group_id=group_id), 303)
    return redirect(url_for(".show", request_id=request_id), 303)


@bp.get("/consents/requests/<id:request_id>/record.pdf")
@door(P.CONSENT_RECORD_READ)
def record(request_id: int) -> Response:
    """The sealed record of a signed request."""
    case = queries.get_request_for(actor(), P.CONSENT_RECORD_READ, request_id, clock.today())
    document = queries.document_of(case.request)
    record_read("consent.record.read", "consent_request", request_id, by=actor())
    return file_response(load_bytes(document), name=f"{document.code}.pdf")


def _team(group_id: int, permission: P) -> tuple[Group, list[MemberConsent]]:
    group = programs.get_group_for(actor(), permission, group_id, clock.today())
    return group, queries.list_members(actor(), group, clock.today())


def _may_be_asked(member: MemberConsent) -> bool:
    """Not signed, and nothing waits for an answer (a mail that came back waits for nobody)."""
    waits = member.line.request_state in rules.OPEN_STATES and member.line.request_state is not RequestState.BOUNCED
    return member.line.state != "signed" and not waits


def _may_be_reminded(member: MemberConsent) -> bool:
    waits = member.line.request_state in (RequestState.SENT, RequestState.OPENED)
    return member.line.state != "signed" and waits


def _told(asked: Asked) -> str:
    """What became of asking, in one or two sentences."""
    parts = [ngettext("%(num)s family asked.", "%(num)s families asked.", asked.sent)]
    if asked.unreachable:
        count = len(asked.unreachable)
        parts.append(
            ngettext("%(num)s has no address that works: call.", "%(num)s have no address that works: call.", count)
        )
    return " ".join(parts)


def _how(event: ConsentEvent, questions: Mapping[str, Question]) -> str:
    """What is known of an event: the question (if the version still has it), the masked address, the language."""
    detail = event.detail
    because = CLOSED_BECAUSE.get(detail.get("reason", ""))
    if because is not None:
        return _(because)
    keys = [detail["section"]] if "section" in detail else detail.get("sections", [])
    if keys:
        return ", ".join(questions[key].words[language()].label for key in keys if key in questions)
    for name in ("address", "who"):
        if name in detail:
            return str(detail[name])
    return LANGUAGES.get(detail.get("language", ""), "")

"""The guardian's pages: read, decide one question at a time, check, sign, keep a copy, take back.

The same views stand behind two doors: a signed link (`/consent/…`, opened at `/c/<token>`) and a guardian's own
account (`/my/forms/…`). JavaScript is never needed; every answer is kept on the server as it is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record_read
from youthprog.consent import agreement, queries, rules, services, siblings
from youthprog.consent.forms import FORM_OF, AnswerForm, SignForm, TakeBackForm
from youthprog.consent.queries import Case
from youthprog.consent.shown import checked, suggested, summary_of, words_of
from youthprog.consent.sitting import Stop
from youthprog.consent.types import Question, RequestState, SectionKind, Signing
from youthprog.consent.walk import (
    Walk,
    case_of,
    closed,
    closed_page,
    go_on,
    is_open,
    keep,
    program_of,
    question_of,
    questions_of,
    reworded_page,
    sitting_of,
    titles_of,
    walk_of,
)
from youthprog.core import clearance, clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.documents.codes import grouped
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard, load_bytes, warm_up
from youthprog.people import queries as people
from youthprog.programs import queries as programs
from youthprog.web.edge import actor, door, link_key, public, recording
from youthprog.web.language import LANGUAGES, language, sentence, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import file_response, page

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
    return redirect(url_for("consent_link.start", request_id=case.request.id), 303)


def _landing(case: Case, who: Actor) -> dict[str, Any]:
    """Whom the link asks about: all children of this sitting, by first name."""
    cases = queries.list_sitting(who, P.CONSENT_SIGN, case.request, clock.today())
    allowed = services.may_answer_each(cases, now=clock.now())
    open_ones = [each for each in cases if each.request.id in allowed] or [case]
    return {
        "case": case, "program": program_of(case), "count": len(questions_of(case)),
        "names": list(dict.fromkeys(each.youth.first_name for each in open_ones)),
    }  # fmt: skip


def _case_of(token: str) -> tuple[Actor, Case, LinkKey] | None:
    key = find_link(token, LinkPurpose.CONSENT)
    live = key and live_link(key.link_id, LinkPurpose.CONSENT)
    if key is None or not live:
        return None
    try:
        case = queries.get_own_request_for(live[0], P.CONSENT_SIGN, key.subject_id, clock.today())
    except NotFound:
        return None
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


# ---- question by question ----


def start(request_id: int) -> BaseResponse:
    """Go where this sitting was left."""
    case = case_of(request_id)
    if not is_open(case):
        return redirect(url_for(".done", request_id=request_id), 303)
    return closed(case) or redirect(walk_of(case).onward(), 303)


def show_question(request_id: int, number: int) -> BaseResponse:
    """One question."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    question = question_of(case, number)
    form = FORM_OF[question.kind](formdata=None)
    form.fill(case.draft.get(question.key) or suggested(case, question))
    return _question_page(walk_of(case), question, form)


def save_answer(request_id: int, number: int) -> BaseResponse:
    """Keep the answer and go on, or stop here for now."""
    case = case_of(request_id)
    question = question_of(case, number)
    form = FORM_OF[question.kind]()
    if form.validate_on_submit():
        keep(case, {question.key: form.answer()})
    elif "later" not in request.form:
        return _question_page(walk_of(case), question, form, 422)
    return go_on(case, Stop.QUESTION, question.key)


# ---- stop, check, read ----


def later(request_id: int) -> Response:
    """What is kept, and how to come back."""
    case = case_of(request_id)
    link: LinkKey | None = g.get("link")
    asked, until = questions_of(case), clock.day_of(link.expires_at) if link else None
    answered = sum(rules.is_answered(each.kind, case.draft.get(each.key)) for each in asked)
    return page(
        "consent/portal/later.html", case=case, answered=answered, until=until, now=answered + 1, total=len(asked),
        about=f"{case.youth.first_name} · {program_of(case)}",
    )  # fmt: skip


def check(request_id: int) -> BaseResponse:
    """All answers for all children, each with its Change link."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if walk.unanswered:
        return redirect(walk.onward(), 303)
    warm_up()
    children = [
        (each, [checked(each, question, each.draft[question.key]) for question in questions_of(each)])
        for each in walk.cases.values()
    ]
    return page(
        "consent/portal/check.html", case=case, children=children, titles=titles_of(walk.cases.values()),
        back_url=walk.back(Stop.CHECK),
    )  # fmt: skip


def confirm(request_id: int) -> BaseResponse:
    """The answers are right: go on to sign."""
    case = case_of(request_id)
    if closed(case) is None:
        walk = walk_of(case)
        if not walk.unanswered:
            for each in walk.cases.values():
                services.check_answers(each, now=clock.now())
    return redirect(url_for(".show_signature", request_id=request_id), 303)


def reword(request_id: int) -> BaseResponse:
    """Go on with the newest version of the form; what did not change is kept."""
    case = case_of(request_id)
    if is_open(case):
        for each in sitting_of(case):
            services.follow_form(each, by=actor(), now=clock.now())
    return redirect(url_for(".start", request_id=request_id), 303)


def whole(request_id: int) -> Response:
    """The whole form to read, with the answers given so far."""
    case = case_of(request_id)
    shown = [(words_of(case, each), each) for each in questions_of(case)]
    return page("consent/portal/whole.html", case=case, program=program_of(case), shown=shown)


# ---- the signature ----


def show_signature(request_id: int) -> BaseResponse:
    """What is signed, in a few lines, and where to sign: once for all children."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if walk.unanswered or not walk.agreed:
        return redirect(walk.onward(), 303)
    form = SignForm(formdata=None)
    form.show({each.request.id: each.request.version for each in walk.cases.values()})
    return _sign_page(walk, form)


def sign(request_id: int) -> BaseResponse:
    """Print and seal first, without a lock; then record everything at once, if it is still true.

    A second click, or a try after a lost answer, finds the signature there and shows the same receipt.
    """
    case, form, now = case_of(request_id), SignForm(), clock.now()
    if case.request.signed_at is not None:
        return redirect(url_for(".done", request_id=request_id), 303)
    stopped = _stopped_at_signing(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if not form.validate_on_submit():
        return _sign_page(walk, form, 422)
    seen = form.seen()
    if not seen or not seen.keys() <= walk.cases.keys() or case.request.id not in seen:
        raise Conflict([services.CHANGED])
    signings = [(walk.cases[each], _signing(form, seen[each])) for each in sorted(seen)]
    try:
        prepared = services.prepare_signatures(signings, by=actor(), now=now)
    except Conflict:
        raise
    except Refused as refused:
        form.take(refused.reasons)
        return _sign_page(walk, form, 422)
    except PressFailed:
        form.form_errors.append(_("We could not make the document just now. Nothing is signed. Try again in a minute."))
        return _sign_page(walk, form, 503)
    with recording():
        try:
            _sign_once(sorted(seen), prepared, now)
        except Exception:
            db.begin_writing()
            _discard(prepared)
            raise
    return redirect(url_for(".done", request_id=request_id), 303)


def _stopped_at_signing(case: Case) -> BaseResponse | None:
    """Nothing is signed under words that are not the newest any more: 409."""
    if services.may_answer(case, now=clock.now()):
        return closed_page(case)
    return reworded_page(case, 409) if case.is_outdated else None


def _sign_once(request_ids: Sequence[int], prepared: Sequence[services.Prepared], now: datetime) -> None:
    """Record every signature of the act, or find that it is recorded already."""
    try:
        cases = [case_of(each) for each in request_ids]
        if any(each.request.signed_at is None for each in cases):
            for each, ready in zip(cases, prepared, strict=True):
                first = None if each is cases[0] else cases[0].request.id
                services.sign(each, ready, by=actor(), now=now, signed_with_id=first)
            return
    except Conflict:
        db.begin_writing()
        if any(case_of(each).request.signed_at is None for each in request_ids):
            raise
    _discard(prepared)


def _discard(prepared: Sequence[services.Prepared]) -> None:
    for each in prepared:
        discard(each.document)


def done(request_id: int) -> BaseResponse:
    """The receipt: each child with its sealed copy, what stands, what happens next."""
    case = case_of(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303) if is_open(case) else closed_page(case)
    contacts = people.contacts_of([case.guardian.id]).get(case.guardian.id, [])
    act = sitting_of(case)
    return page(
        "consent/portal/done.html",
        case=case,
        receipts=[_receipt(each) for each in act],
        titles=titles_of(act),
        address=next((line.value for line in contacts if "@" in line.value), None),
        waiting=_still_waiting(case),
    )


def _receipt(case: Case) -> dict[str, Any]:
    today, document = clock.today(), queries.document_of(case.request)
    reasons = clearance.not_cleared([case.youth.id], case.season.id, today).get(case.youth.id, [])
    return {
        "case": case,
        "document": document,
        "code": grouped(document.code),
        "reasons": [(_(reason.word), sentence(reason.sentence, reason.values)) for reason in reasons],
        "next": queries.next_for(case.youth.id, case.season.id, clock.now()),
    }


def _still_waiting(case: Case) -> list[Case]:
    """Other forms that wait for the same guardian: one of them leads on to all."""
    found = queries.list_waiting(actor(), P.CONSENT_SIGN, clock.today())
    allowed = services.may_answer_each(found, now=clock.now())
    return [each for each in found if each.request.id in allowed]


def copy(request_id: int) -> Response:
    """The sealed record."""
    case = case_of(request_id)
    document = queries.document_of(case.request)
    record_read("consent.record.read", "consent_request", request_id, by=actor())
    return file_response(load_bytes(document), name=f"{document.code}.pdf", download=True)


# ---- taking back ----


def show_take_back(request_id: int) -> BaseResponse:
    """Which answers stand and may be taken back."""
    case = case_of(request_id)
    if case.request.signed_at is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    return _take_back_page(case, TakeBackForm(formdata=None))


def take_back(request_id: int) -> BaseResponse:
    """Take back answers from now on."""
    case, form = case_of(request_id), TakeBackForm()
    if not form.validate_on_submit():
        return _take_back_page(case, form, 422)
    try:
        services.take_back(case, form.sections.data or [], by=actor(), now=clock.now())
    except Refused as refused:
        form.take(refused.reasons)
        return _take_back_page(case, form, 422)
    flash(_("Taken back. It ended just now."), "signed")
    return redirect(url_for(".show_take_back", request_id=request_id), 303)


# ---- pages ----


def _question_page(walk: Walk, question: Question, form: AnswerForm, status: int = 200) -> Response:
    case = walk.case
    back = walk.back(Stop.QUESTION, question.key)
    if request.args.get("check"):
        back = url_for(".check", request_id=case.request.id)
    return page(
        "consent/portal/question.html", status, case=case, words=words_of(case, question), question=question, form=form,
        back_url=back, kinds=SectionKind, **walk.progress(Stop.QUESTION, question.key),
    )  # fmt: skip


def _sign_page(walk: Walk, form: SignForm, status: int = 200) -> Response:
    children = []
    groups = _groups_of(walk)
    for case in walk.cases.values():
        lines = [
            summary_of(case, each, case.draft[each.key])
            for each in questions_of(case)
            if each.kind is SectionKind.DECISION and each.key in case.draft
        ]
        about = [groups.get((case.season.id, case.youth.id)), f"{program_of(case)}, {_season(case)}"]
        children.append({"case": case, "lines": lines, "about": ", ".join(part for part in about if part)})
    names = list(dict.fromkeys(case.youth.first_name for case in walk.cases.values()))
    return page("consent/portal/sign.html", status, case=walk.case, form=form, children=children, names=names)


def _groups_of(walk: Walk) -> dict[tuple[int, int], str]:
    """The child's group by season and child. One statement a season."""
    found = {}
    for season_id in {case.season.id for case in walk.cases.values()}:
        youth_ids = [case.youth.id for case in walk.cases.values() if case.season.id == season_id]
        for youth_id, groups in programs.groups_of(youth_ids, season_id).items():
            found[season_id, youth_id] = groups[0][1]
    return found


def _take_back_page(case: Case, form: TakeBackForm, status: int = 200) -> Response:
    words = {question.key: words_of(case, question) for question in questions_of(case)}
    decisions = queries.decisions_of(case.request.id)
    kinds = {question.key: question.kind for question in questions_of(case)}
    standing = services.given_now(case.request.id, clock.today())
    given = {row.section_key for row in standing if kinds[row.section_key] in services.TAKEN_BACK_KINDS}
    return page(
        "consent/portal/take_back.html", status, case=case, form=form, words=words, decisions=decisions, given=given
    )


def _season(case: Case) -> str:
    return case.season.name_es if language() == "es" and case.season.name_es else case.season.name


def _signing(form: SignForm, seen_version: int) -> Signing:
    return Signing(
        typed_name=form.typed_name.data or "",
        is_guardian=bool(form.is_guardian.data),
        agrees=bool(form.agrees.data),
        seen_version=seen_version,
        language=language(),
        drawn=form.path,
    )


# ---- two doors to the same rooms ----

View = Callable[..., Any]
STEPS: list[tuple[str, str, View, bool]] = [
    ("GET", "", start, False),
    ("GET", "/q/<int(max=99):number>", show_question, False),
    ("POST", "/q/<int(max=99):number>", save_answer, False),
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
    ("POST", "/newest", reword, False),
    ("GET", "/later", later, False),
    ("GET", "/check", check, False),
    ("POST", "/check", confirm, False),
    ("GET", "/whole", whole, False),
    ("GET", "/sign", show_signature, False),
    ("POST", "/sign", sign, True),
    ("GET", "/done", done, False),
    ("GET", "/copy.pdf", copy, False),
    ("GET", "/take-back", show_take_back, False),
    ("POST", "/take-back", take_back, False),
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

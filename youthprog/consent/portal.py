"""The guardian's pages: read, decide one question at a time, check, sign, keep a copy, take back.

The same views stand behind two doors: a signed link (`/consent/…`, opened at `/c/<token>`) and a guardian's own
account (`/my/forms/…`). JavaScript is never needed; every answer is kept on the server as it is given.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey, find_link, live_link
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record_read
from youthprog.consent import agreement, queries, rules, services, showing, siblings
from youthprog.consent.answers import TEMPLATES, InterpreterForm, NameForm, SheetForm, UploadForm, form_of
from youthprog.consent.forms import AnswerForm, SignForm, TakeBackForm
from youthprog.consent.queries import Case
from youthprog.consent.showing import Sheet, sheet_of
from youthprog.consent.shown import checked, suggested, summary_of, words_of
from youthprog.consent.sitting import Stop
from youthprog.consent.types import Question, RequestState, SectionKind, Signer, Signing, Words
from youthprog.consent.walk import (
    Walk,
    athletes_of,
    case_of,
    closed,
    closed_page,
    go_on,
    interpreters_of,
    is_open,
    keep,
    program_of,
    question_of,
    questions_of,
    reworded_page,
    shown_in,
    sitting_of,
    titles_of,
    walk_of,
)
from youthprog.core import clearance, clock, db
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, NotFound, Refused
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
NOT_SIGNED = N_("We could not keep your signature just now. Nothing is signed. Try again in a minute.")
NOT_TAKEN_BACK = N_("We could not record this just now. Nothing is taken back yet. Try again in a minute, or call us.")

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
    takes_back = request.form.get("to") == "take-back" and case.request.signed_at is not None
    step = "consent_link.show_take_back" if takes_back else "consent_link.start"
    return redirect(url_for(step, request_id=case.request.id), 303)


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
    """One question; of a sheet the page that is next to read, or one read before."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    question = question_of(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(_address(case, question, sheet.next_page), 303)
    form = _form(case, question, sheet)(formdata=None)
    form.remember(kept)
    form.fill(kept or suggested(case, question))
    return _question_page(walk_of(case), question, form)


def save_answer(request_id: int, number: int) -> BaseResponse:
    """Keep the answer and go on, or stop here for now. A file is written before anything is locked."""
    case = case_of(request_id)
    question = question_of(case, number)
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    if sheet is not None and sheet.is_ahead:
        return redirect(_address(case, question, sheet.next_page), 303)
    form = _form(case, question, sheet)()
    form.remember(kept)
    if getattr(form, "wants_another", False):
        return _question_page(walk_of(case), question, form)
    if form.validate_on_submit():
        if isinstance(form, UploadForm) and form.content is not None:
            services.store_upload(form.content)
        given = form.answer() if sheet is None else sheet.read(form.answer())
        with recording():
            case = case_of(request_id)
            try:
                keep(case, {question.key: given})
            except Conflict:
                raise
            except Refused as refused:
                form.take(refused.reasons)
                return _question_page(walk_of(case), question, form, 422)
    elif "later" not in request.form:
        return _question_page(walk_of(case), question, form, 422)
    if sheet is not None and not sheet.is_last and "later" not in request.form:
        return redirect(_address(case, question, sheet.page + 1), 303)
    return go_on(case, Stop.QUESTION, question.key)


def sheet(request_id: int, number: int) -> Response:
    """A sheet again from its first page to its last, to read, keep or print."""
    case = case_of(request_id)
    found = next((each for each in shown_in(case) if each.position == number), None)
    if found is None or found.kind is not SectionKind.INFORMATION:
        raise NotFound
    return page("consent/portal/sheet.html", case=case, words=words_of(case, found), program=program_of(case))


# ---- the young person's turn ----


def show_athlete(request_id: int) -> BaseResponse:
    """What the young person reads, answers and signs, on one page."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if not athletes_of(case) or showing.unanswered(questions_of(case), case.draft):
        return redirect(walk.onward(), 303)
    return _athlete_page(walk, *_athlete_forms(case, formdata=None))


def save_athlete(request_id: int) -> BaseResponse:
    """Keep what the young person answered, and the name it is signed with."""
    case = case_of(request_id)
    if not athletes_of(case):
        raise NotFound
    name, forms = _athlete_forms(case)
    good = name.validate_on_submit()
    for form in forms.values():
        good = form.validate() and good  # every one, so that all that is missing is told at once
    if not good:
        return _athlete_page(walk_of(case), name, forms, 422)
    signed = {"typed_name": name.typed_name.data}
    with recording():
        keep(case_of(request_id), {key: form.answer() | signed for key, form in forms.items()})
    return go_on(case_of(request_id), Stop.ATHLETE)


def _athlete_forms(case: Case, **data: Any) -> tuple[NameForm, dict[str, AnswerForm]]:
    name, forms, draft = NameForm(**data), {}, case.draft
    for question in athletes_of(case):
        kept = draft.get(question.key) or {}
        made = form_of(question, words_of(case, question))
        form = made(prefix=f"{question.key}-", meta={"csrf": False}, **data)
        if data:
            form.fill(kept)
            name.typed_name.data = name.typed_name.data or kept.get("typed_name")
        forms[question.key] = form
    return name, forms


def _wrong_in(form: AnswerForm) -> list[tuple[str, str]]:
    """Where the errors of one of several forms on a page are: the field's place and the sentence."""
    return [
        (f"{field.id}-0" if field.type in ("RadioField", "SelectMultipleField") else field.id, error)
        for field in form
        for error in field.errors
    ]


def _athlete_page(walk: Walk, name: NameForm, forms: dict[str, AnswerForm], status: int = 200) -> Response:
    case = walk.case
    shown = shown_in(case)
    asked = [
        (question, words_of(case, question), forms[question.key], _texts(case, shown, question))
        for question in athletes_of(case)
    ]
    back = url_for(".check", request_id=case.request.id) if request.args.get("check") else walk.back(Stop.ATHLETE)
    return page(
        "consent/portal/athlete.html", status, case=case, asked=asked, form=name, fields_of=TEMPLATES, back_url=back,
        summary=[each for form in forms.values() for each in _wrong_in(form)],
        **walk.progress(Stop.ATHLETE),
    )  # fmt: skip


def later(request_id: int) -> Response:
    """What is kept, and how to come back."""
    case = case_of(request_id)
    link: LinkKey | None = g.get("link")
    asked, until = questions_of(case), clock.day_of(link.expires_at) if link else None
    asked = [*asked, *athletes_of(case)]
    answered = len(asked) - len(showing.unanswered(asked, case.draft))
    return page(
        "consent/portal/later.html", case=case, answered=answered, until=until, now=answered + 1, total=len(asked),
        about=f"{case.youth.first_name} · {program_of(case)}",
    )  # fmt: skip


def check(request_id: int) -> BaseResponse:
    """All answers for all children, each with its Change link; and whether somebody read the form to the guardian."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk = walk_of(case)
    if walk.unanswered:
        return redirect(walk.onward(), 303)
    warm_up()
    return _check_page(walk, _interpreter_form(walk, formdata=None))


def _check_page(walk: Walk, form: InterpreterForm | None, status: int = 200) -> Response:
    return page(
        "consent/portal/check.html", status, case=walk.case, form=form,
        children=[_checked_child(case) for case in walk.cases.values()], titles=titles_of(walk.cases.values()),
        back_url=walk.back(Stop.CHECK),
    )  # fmt: skip


def _checked_child(case: Case) -> dict[str, Any]:
    """One child's answers: the guardian's, the young person's, and who answers what else."""
    shown, draft, athletes = shown_in(case), case.draft, athletes_of(case)
    return {
        "case": case,
        "rows": [checked(case, each, draft[each.key]) for each in questions_of(case)],
        "athlete": [checked(case, each, draft[each.key]) for each in athletes],
        "athlete_name": draft[athletes[0].key]["typed_name"] if athletes else None,
        "others": [words_of(case, each).label for each in showing.signed_by(shown, Signer.COACH, Signer.STAFF)],
        "texts": _texts(case, shown, None),
    }


def confirm(request_id: int) -> BaseResponse:
    """The answers are right: go on to sign."""
    case = case_of(request_id)
    walk = walk_of(case) if closed(case) is None else None
    if walk is None or walk.unanswered:
        return redirect(url_for(".show_signature", request_id=request_id), 303)
    form = _interpreter_form(walk)
    if form is not None and not form.validate_on_submit():
        return _check_page(walk, form, 422)
    for each in walk.cases:
        asked = interpreters_of(walk.cases[each])
        if form is not None and asked:
            keep(case_of(each), {question.key: form.answer() for question in asked})
        services.check_answers(case_of(each), now=clock.now())
    return redirect(url_for(".show_signature", request_id=request_id), 303)


def _interpreter_form(walk: Walk, **data: Any) -> InterpreterForm | None:
    """The question about an interpreter, asked once, when one of the forms has such a section."""
    asked = [(case, each) for case in walk.cases.values() for each in interpreters_of(case)]
    if not asked:
        return None
    case, question = asked[0]
    form, kept = InterpreterForm(**data), case.draft.get(question.key, {})
    if data:
        form.read_by.data, form.reader_name.data = kept.get("choice"), kept.get("typed_name")
    return form


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
    shown = [(words_of(case, each), each) for each in shown_in(case)]
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
    if any(showing.unanswered(shown_in(each), each.draft) for each in walk.cases.values()):
        return redirect(url_for(".check", request_id=request_id), 303)
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
    with recording(undo=lambda: _discard(prepared), says=_(NOT_SIGNED)):
        _sign_once(sorted(seen), prepared, now)
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
        "withdrawals": queries.withdrawals_of(case.request.id),
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
    """Take back answers from now on: print and seal without a lock, then record everything at once.

    A second click finds the answers ended already, and leads to the same page.
    """
    case, form, now = case_of(request_id), TakeBackForm(), clock.now()
    if not form.validate_on_submit():
        return _take_back_page(case, form, 422)
    chosen = list(dict.fromkeys(form.sections.data or []))
    try:
        prepared = services.prepare_taking_back(case, chosen, by=actor(), now=now, language=language())
    except Refused as refused:
        if chosen and set(chosen) <= _ended_keys(request_id):
            return redirect(url_for(".taken_back", request_id=request_id), 303)
        form.take(refused.reasons)
        return _take_back_page(case, form, 422)
    except PressFailed:
        form.form_errors.append(
            _("We could not make the document just now. Nothing is taken back yet. Try again in a minute, or call us.")
        )
        return _take_back_page(case, form, 503)
    with recording(undo=lambda: discard(prepared.document), says=_(NOT_TAKEN_BACK)):
        _take_back_once(request_id, chosen, prepared, now)
    return redirect(url_for(".taken_back", request_id=request_id), 303)


def _take_back_once(request_id: int, chosen: list[str], prepared: services.PreparedWithdrawal, now: Any) -> None:
    try:
        services.take_back(case_of(request_id), chosen, by=actor(), now=now, prepared=prepared)
    except Refused:
        db.begin_writing()
        if not set(chosen) <= _ended_keys(request_id):
            raise
        discard(prepared.document)


def taken_back(request_id: int) -> BaseResponse:
    """The receipt of taking back: what ended and when, its sealed record, what still stands."""
    case, withdrawals = case_of(request_id), queries.withdrawals_of(request_id)
    if not withdrawals:
        return redirect(url_for(".done", request_id=request_id), 303)
    row, document = withdrawals[-1]
    words = {question.key: words_of(case, question) for question in questions_of(case)}
    return page(
        "consent/portal/taken_back.html",
        case=case,
        withdrawal=row,
        document=document,
        number=len(withdrawals),
        code=grouped(document.code),
        gone=[words[key].label for key in row.sections],
        standing=[words[each.section_key].label for each in services.given_now(request_id, clock.today())],
    )


def withdrawal(request_id: int, number: int) -> Response:
    """The sealed record of a taking back, by its number: the first, the second."""
    case_of(request_id)
    withdrawals = queries.withdrawals_of(request_id)
    if not 1 <= number <= len(withdrawals):
        raise NotFound
    document = withdrawals[number - 1][1]
    record_read("consent.record.read", "consent_request", request_id, by=actor(), document_id=document.id)
    return file_response(load_bytes(document), name=f"{document.code}.pdf", download=True)


def _ended_keys(request_id: int) -> set[str]:
    return {row.section_key for row in queries.decisions_of(request_id) if row.withdrawn_at is not None}


# ---- pages ----


def _question_page(walk: Walk, question: Question, form: AnswerForm, status: int = 200) -> Response:
    case = walk.case
    kept = case.draft.get(question.key) or {}
    sheet = sheet_of(question, kept, request.args.get("page", ""))
    back = walk.back(Stop.QUESTION, question.key)
    if request.args.get("check"):
        back = url_for(".check", request_id=case.request.id)
    if sheet is not None and sheet.page > 1:
        back = _address(case, question, sheet.page - 1)
    return page(
        "consent/portal/question.html", status, case=case, words=words_of(case, question), question=question, form=form,
        back_url=back, sheet=sheet, texts=_texts(case, shown_in(case), question), fields=TEMPLATES[question.kind],
        kept=kept, **walk.progress(Stop.QUESTION, question.key),
    )  # fmt: skip


def _sign_page(walk: Walk, form: SignForm, status: int = 200) -> Response:
    children = []
    groups = _groups_of(walk)
    for case in walk.cases.values():
        lines = [
            summary_of(case, each, case.draft[each.key])
            for each in questions_of(case)
            if each.kind is SectionKind.DECISION
            and each.key in case.draft
            and showing.signer_of(each) in showing.GUARDIANS
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
        "consent/portal/take_back.html", status, case=case, form=form, words=words, decisions=decisions, given=given,
        withdrawals=queries.withdrawals_of(case.request.id),
    )  # fmt: skip


# ---- parts ----


def _form(case: Case, question: Question, sheet: Sheet | None) -> type[AnswerForm]:
    if sheet is not None and not sheet.is_last:
        return SheetForm
    return form_of(question, words_of(case, question), case.draft.get(question.key))


def _texts(case: Case, shown: list[Question], question: Question | None) -> list[Words]:
    return [words_of(case, each) for each in showing.texts_above(shown, question)]


def _address(case: Case, question: Question, page: int | None = None) -> str:
    check = request.args.get("check")
    return url_for(
        ".show_question", request_id=case.request.id, number=question.position, page=page, check=check if page else None
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
    ("POST", "/q/<int(max=99):number>", save_answer, True),
    ("GET", "/sheet/<int(max=99):number>", sheet, False),
    ("GET", "/athlete", show_athlete, False),
    ("POST", "/athlete", save_athlete, True),
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
    ("POST", "/take-back", take_back, True),
    ("GET", "/taken-back", taken_back, False),
    ("GET", "/withdrawal-<int(max=99):number>.pdf", withdrawal, False),
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

"""The staff's pages about answers from people not on file: match one, set it aside, or ask the guardian instead."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.consent import outside_queries, queries, services
from youthprog.consent.fair_forms import MatchForm, SetAsideForm
from youthprog.consent.models import UnmatchedAnswer
from youthprog.consent.types import Matching, SectionKind
from youthprog.core import clock, db
from youthprog.core.permissions import P
from youthprog.core.refusals import Conflict, NotFound, Refused
from youthprog.core.text import fold
from youthprog.documents.press import PressFailed
from youthprog.documents.services import discard
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.people.types import RELATIONSHIPS, GuardianLine, Relationship
from youthprog.web.edge import actor, door, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import language
from youthprog.web.pages import page

bp = Blueprint("consent_unmatched", __name__)


@bp.get("/consents/unmatched")
@door(P.CONSENT_MATCH)
def index() -> Response:
    """Answers that wait to be matched."""
    today, rule = clock.today(), outside_queries.rule_in_force()
    lines = queries.list_unmatched(actor(), today)
    overdue = [each for each in lines if rule.is_overdue(clock.day_of(each.received_at), today)]
    fresh = [each for each in lines if each not in overdue]
    return page("consent/unmatched_list.html", overdue=overdue, lines=fresh, rule=rule)


@bp.get("/consents/unmatched/<id:answer_id>")
@door(P.CONSENT_MATCH)
def show(answer_id: int) -> Response:
    """What was typed, beside what is on file."""
    return _show_page(_answer(answer_id), SetAsideForm())


@bp.post("/consents/unmatched/<id:answer_id>/match")
@door(P.CONSENT_MATCH, late=True)
def match(answer_id: int) -> BaseResponse:
    """Let the answer count as a guardian's decision: print and seal first, then record everything at once."""
    row, form, now = _answer(answer_id), MatchForm(), clock.now()
    if not form.validate_on_submit():
        return _show_page(row, SetAsideForm(), 422, problems=[e for f in form for e in f.errors])
    youth = _chosen_youth(row, _number(form.youth_id.data))
    try:
        prepared = services.prepare_match(row, youth, _number(form.guardian_id.data), by=actor(), now=now)
    except Conflict:
        raise
    except Refused as refused:
        return _show_page(row, SetAsideForm(), 422, refused=refused)
    except PressFailed:
        problem = _("We could not make the document just now. Nothing is signed. Try again in a minute.")
        return _show_page(row, SetAsideForm(), 503, problems=[problem])
    with recording():
        try:
            services.match_answer(_answer(answer_id), prepared, by=actor(), now=now)
        except Exception:
            db.begin_writing()
            discard(prepared.prepared.document)
            raise
    flash(_("Matched. The answers count from now on, and the guardian gets a copy."), "signed")
    return redirect(url_for("consent_guardians.show", youth_id=youth.id), 303)


@bp.post("/consents/unmatched/<id:answer_id>/ask")
@door(P.CONSENT_MATCH)
def ask(answer_id: int) -> BaseResponse:
    """Write the ordinary letter to the guardian instead, and set the answer aside: it could not count."""
    row, form = _answer(answer_id), MatchForm()
    if not form.validate_on_submit():
        return _show_page(row, SetAsideForm(), 422, problems=[e for f in form for e in f.errors])
    youth = _chosen_youth(row, _number(form.youth_id.data))
    try:
        services.ask_instead(row, youth, _number(form.guardian_id.data), by=actor(), now=clock.now())
    except Conflict:
        raise
    except Refused as refused:
        return _show_page(row, SetAsideForm(), 422, refused=refused)
    flash(_("The letter is on its way. This answer was set aside; it never counted."), "signed")
    return redirect(url_for("consent_guardians.show", youth_id=youth.id), 303)


@bp.post("/consents/unmatched/<id:answer_id>/reject")
@door(P.CONSENT_MATCH)
def reject(answer_id: int) -> BaseResponse:
    """Set the answer aside."""
    row, form = _answer(answer_id), SetAsideForm()
    if form.validate_on_submit():
        try:
            services.reject_answer(row, form.reason.data or "", by=actor(), now=clock.now())
            flash(_("Set aside. It never counted."), "signed")
            return redirect(url_for(".index"), 303)
        except Conflict:
            raise
        except Refused as refused:
            form.take(refused.reasons)
    return _show_page(row, form, 422)


def _answer(answer_id: int) -> UnmatchedAnswer:
    return outside_queries.get_unmatched_for(actor(), P.CONSENT_MATCH, answer_id, clock.today())


def _number(text: str | None) -> int:
    number = db.key_in(text)
    if number is None:
        raise NotFound
    return number


def _chosen_youth(row: UnmatchedAnswer, youth_id: int) -> Person:
    """The youth of the answer; where none was found, one of the season within reach."""
    if row.youth_id is not None and row.youth_id != youth_id:
        raise NotFound
    return people.get_youth_for(actor(), P.CONSENT_MATCH, youth_id, clock.today())


def _show_page(
    row: UnmatchedAnswer,
    form: SetAsideForm,
    status: int = 200,
    *,
    refused: Refused | None = None,
    problems: list[str] | None = None,
) -> Response:
    if row.answer_sealed is None:
        return page("consent/unmatched_gone.html", status, answer=row)
    kept, today = services.outside_opened(row), clock.today()
    record_read("unmatched.read", "unmatched_answer", row.id, by=actor())
    chosen = row.youth_id or db.key_in(request.args.get("youth"))
    youth = people.get_youth_for(actor(), P.CONSENT_MATCH, chosen, today) if chosen else None
    frame = outside_queries.frame_of(row.season_id, row.form_version_id)
    found = []
    if youth is None:
        family = kept.who.child_family.split()
        folded = fold(family[0]) if family else ""
        found = outside_queries.candidates(actor(), row.season_id, folded, kept.who.child_born_on, today)
    questions = {each.key: each for each in queries.questions_of(row.form_version_id)}
    waits = row.state is Matching.WAITING
    worth = services.worth_of(row, youth, clock.now()) if youth and waits else None
    return page(
        "consent/unmatched.html",
        status,
        answer=row,
        kept=kept,
        waits=waits,
        worth=worth,
        missing=[each.words[language()].label for each in worth.gaps.missing] if worth else [],
        later=[each.words[language()].label for each in worth.gaps.later] if worth else [],
        youth=youth,
        candidates=found,
        guardians=_guardians(kept.who, youth),
        relation=_(RELATIONSHIPS[Relationship(kept.who.relationship)]),
        relationships=RELATIONSHIPS,
        program=frame.program,
        decisions=[
            (questions[key].words[language()].label, given.get("choice") == "yes")
            for key, given in kept.answers.items()
            if key in questions and questions[key].kind is SectionKind.DECISION
        ],
        form=form,
        problems=problems or [],
        refused=refused,
    )


def _guardians(who: services.Outsider, youth: Person | None) -> list[tuple[GuardianLine, dict[str, bool]]]:
    """The guardians of the child with which typed values are theirs, for who may read contacts."""
    today = clock.today()
    if youth is None or not people.reachable(actor(), P.CONTACT_READ, [youth.id], today):
        return []
    lines = people.guardians_of([youth.id], today).get(youth.id, [])
    return [(line, services.same_values(who, line)) for line in lines]

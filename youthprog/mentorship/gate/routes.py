"""The gate for coordinators: applicants, the file of a mentor, what a program asks, the people of a match."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound, Refusal, Refused
from youthprog.mentorship import queries as matches
from youthprog.mentorship.gate import asking, facts, queries, requirements, services
from youthprog.mentorship.gate.forms import (
    ApplicantForm,
    MetForm,
    PersonForm,
    RulesForm,
    SignedForm,
    StepForm,
    TopicForm,
    fresh_day,
    rules_form,
)
from youthprog.mentorship.gate.types import ITEMS, OF_MENTOR, SIGNERS, STEPS, Item, Signer, StepKind
from youthprog.mentorship.models import Match
from youthprog.mentorship.types import PLANS, MatchStatus
from youthprog.people import services as people_services
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Program
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says
from youthprog.web.pages import asked_text, page

bp = Blueprint("gate", __name__)
CHECKS_PAGE = "credentials.person"
NEW = "new"  # in the place of a policy's key


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


# ---- applicants ----


@bp.get("/programs/<id:program_id>/mentors")
@door(P.MATCH_EDIT)
def applicants(program_id: int) -> Response:
    """Who applied to mentor in a program and waits, the longest first."""
    return _applicants_page(_program(program_id), ApplicantForm(**fresh_day(clock.today())))


def _program(program_id: int) -> Program:
    return programs.get_program_for(actor(), P.MATCH_EDIT, program_id)


def _applicants_page(program: Program, form: ApplicantForm, status: int = 200) -> Response:
    waiting = queries.list_applicants(program.id, clock.today())
    return page(
        "mentorship/applicants.html", status, program=program, waiting=waiting, form=form, of=len(OF_MENTOR),
        mentors=queries.list_mentors(program.id, clock.today()),
    )  # fmt: skip


@bp.post("/programs/<id:program_id>/mentors")
@door(P.MATCH_EDIT)
def add_applicant(program_id: int) -> BaseResponse:
    """Put somebody's application on file: of the adult of this name and address, who is added when there is none."""
    program = _program(program_id)
    form = ApplicantForm()
    if form.validate_on_submit():
        try:
            names = form.given_name.data or "", form.family_name.data or ""
            adult = people_services.take_adult(*names, email=form.email.data, **_deed())
            assert form.done_on.data is not None
            services.record_step(program.id, adult.id, StepKind.APPLICATION, form.done_on.data, **_deed())
            flash(_("Application of %(name)s recorded.", name=adult.name), "signed")
            return redirect(url_for(".mentor", program_id=program.id, person_id=adult.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _applicants_page(program, form, 422)


# ---- the file of a mentor ----


@bp.get("/programs/<id:program_id>/mentors/<id:person_id>")
@door(P.MATCH_EDIT)
def mentor(program_id: int, person_id: int) -> Response:
    """The file of one mentor: what is on file of the ten items, as on paper."""
    return _mentor_page(*queries.get_mentor_for(actor(), program_id, person_id, clock.today()))


def _mentor_page(program: Program, person: Person, sent: StepForm | None = None, status: int = 200) -> Response:
    on = clock.today()
    file = queries.mentor_file(program.id, person, on)
    record_read("mentor_file.read", "person", person.id, by=actor(), program_id=program.id)
    forms = {kind: StepForm(kind, **fresh_day(on)) for kind in StepKind}
    if sent is not None:
        forms[sent.which] = sent
    return page(
        "mentorship/mentor.html", status, program=program, file=file, forms=forms, items=ITEMS, of_mentor=OF_MENTOR,
        steps=STEPS, sent=sent, ends=queries.ends_of(file),
        checks_url=url_for(CHECKS_PAGE, person_id=person.id) if CHECKS_PAGE in current_app.view_functions else None,
    )  # fmt: skip


@bp.post("/programs/<id:program_id>/mentors/<id:person_id>/steps")
@door(P.MATCH_EDIT)
def record_step(program_id: int, person_id: int) -> BaseResponse:
    """Put a step on file."""
    program, person = queries.get_mentor_for(actor(), program_id, person_id, clock.today())
    kind = next((each for each in StepKind if each.value == request.form.get("kind")), None)
    if kind is None:
        raise NotFound
    form = StepForm(kind)
    if form.validate_on_submit():
        try:
            about = form.details()
            if kind is StepKind.POLICIES:
                asks = facts.requirements_for([program.id])[program.id]
                about = {"topics": {topic.key: topic.newest for topic in asks.topics}, "on_paper": True}
            assert form.done_on.data is not None
            services.record_step(program.id, person.id, kind, form.done_on.data, **about, **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for(".mentor", program_id=program.id, person_id=person.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _mentor_page(program, person, form, 422)


@bp.post("/programs/<id:program_id>/mentors/<id:person_id>/steps/<id:step_id>/end")
@door(P.MATCH_EDIT)
def end_step(program_id: int, person_id: int, step_id: int) -> BaseResponse:
    """Take a step back."""
    program, person = queries.get_mentor_for(actor(), program_id, person_id, clock.today())
    _tell(services.end_step(queries.get_step(program.id, person.id, step_id), **_deed()))
    return redirect(url_for(".mentor", program_id=program.id, person_id=person.id), 303)


def _tell(stopped: Sequence[Match]) -> None:
    """Say that it is saved, and which matches are suspended by it."""
    if stopped:
        names = ", ".join(match.group.name for match in stopped)
        flash(_("Saved. Suspended until it is in date again: %(names)s.", names=names), "waiting")
    else:
        flash(_("Saved."), "signed")


# ---- what a program asks ----


@bp.get("/programs/<id:program_id>/match-rules")
@door(P.MATCH_EDIT)
def rules(program_id: int) -> Response:
    """What a program asks before a match is active, how large it may be, and the policies."""
    program = _program(program_id)
    return _rules_page(program, topic=_topic_form(program, asked_text("topic")))


def _topic_form(program: Program, key: str) -> TopicForm | None:
    topics = facts.requirements_for([program.id])[program.id].topics
    topic = next((each for each in topics if each.key == key), requirements.new_topic(NEW) if key == NEW else None)
    if topic is None:
        return None
    return TopicForm(
        formdata=None, key=topic.key, topic_title=topic.title, topic_title_es=topic.title_es, words=topic.words,
        words_es=topic.words_es, counts_from=clock.today(),
    )  # fmt: skip


def _rules_page(
    program: Program, form: RulesForm | None = None, topic: TopicForm | None = None, status: int = 200
) -> Response:
    asks = facts.requirements_for([program.id])[program.id]
    return page(
        "mentorship/rules.html", status, program=program, asks=asks, form=form or rules_form(asks), topic=topic,
        dated=[f"months_{item.value}" for item in requirements.DATED], new=NEW,
    )  # fmt: skip


@bp.post("/programs/<id:program_id>/match-rules")
@door(P.MATCH_EDIT)
def set_rules(program_id: int) -> BaseResponse:
    """Say what a program asks."""
    program = _program(program_id)
    form = RulesForm()
    if form.validate_on_submit():
        try:
            words = form.commitment.data or "", form.commitment_es.data or ""
            _tell(services.set_rules(program.id, form.numbers(), form.months(), *words, **_deed()))
            return redirect(url_for(".rules", program_id=program.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _rules_page(program, form, status=422)


@bp.post("/programs/<id:program_id>/match-rules/policy")
@door(P.MATCH_EDIT)
def set_topic(program_id: int) -> BaseResponse:
    """Word a policy anew, or add one."""
    program = _program(program_id)
    form = TopicForm()
    topics = {each.key: each for each in facts.requirements_for([program.id])[program.id].topics}
    key = form.key.data or ""
    if key not in topics and key != NEW:
        raise NotFound
    if form.validate_on_submit():
        try:
            topic = topics.get(key) or requirements.new_topic(requirements.fresh_key(topics))
            assert form.counts_from.data is not None
            _tell(services.revise_topic(program.id, topic, form.said(), form.counts_from.data, **_deed()))
            return redirect(url_for(".rules", program_id=program.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _rules_page(program, topic=form, status=422)


# ---- the people of a match ----


@bp.get("/matches/<id:match_id>/people")
@door(P.MATCH_EDIT)
def people(match_id: int) -> Response:
    """Who is in a match, since when, what is missing for whom, and their time together."""
    return _people_page(_match(match_id))


def _match(match_id: int) -> Match:
    return matches.get_match_for(actor(), P.MATCH_EDIT, match_id, clock.today())


def _people_page(
    match: Match,
    *,
    join: PersonForm | None = None,
    signed: SignedForm | None = None,
    met: MetForm | None = None,
    refusals: Sequence[Refusal] = (),
    status: int = 200,
) -> Response:
    on = clock.today()
    block = queries.block_of(match, on)
    lines, signers = queries.people_of(match, block, on), queries.signatures_open(block)
    if any(not line.is_mentor for line in lines):
        record_read("match.read", "match", match.id, by=actor(), youth=len(block.facts.youth))
    if met is None:
        met = _met_form(match, formdata=None, met_on=on, staff_id=str(actor().person_id or ""))
    return page(
        "mentorship/people.html", status, match=match, gate=block, gate_items=ITEMS, lines=lines, plans=PLANS, as_what=SIGNERS,
        signers=signers, unmet=_unmet(lines), can_ask=any(each.signer is Signer.GUARDIAN for each in signers),
        join=join or _join_form(match, formdata=None), met=met,
        signed=signed or SignedForm(formdata=None, signed_on=on), open=match.status is not MatchStatus.CLOSED,
        problems=[says(reason) for reason in refusals], month=on.replace(day=1),
    )  # fmt: skip


def _join_form(match: Match, **values: Any) -> PersonForm:
    on = clock.today()
    inside = facts.mentors_of([match.id], on).get(match.id, [])
    mentors = [line for line in matches.list_mentors(on) if line.person_id not in inside]
    youth = matches.free_youth(match.group.season_id, actor(), on)
    form = PersonForm(**values)
    choices: Any = [SelectChoice("", _("Choose"))]
    choices += [SelectChoice(str(line.person_id), line.name, optgroup=_("Mentors")) for line in mentors]
    choices += [SelectChoice(str(line.youth_id), line.name, optgroup=_("Young people")) for line in youth]
    form.person_id.choices = choices
    return form


def _met_form(match: Match, **values: Any) -> MetForm:
    form = MetForm(**values)
    choices = queries.staff_choices(actor(), clock.today())
    form.staff_id.choices = [SelectChoice(str(person_id), name) for person_id, name in choices]
    return form


def _unmet(lines: Sequence[queries.PersonLine]) -> list[tuple[int, str]]:
    return [
        (line.person_id, line.name) for line in lines if any(lack.item is Item.FIRST_MEETING for lack in line.missing)
    ]


@bp.post("/matches/<id:match_id>/people")
@door(P.MATCH_EDIT)
def change(match_id: int) -> BaseResponse:
    """Let somebody join, come in, or leave."""
    match = _match(match_id)
    deed = {"join": services.join_match, "let_in": services.let_in, "leave": services.leave_match}.get(
        request.form.get("do", "join")
    )
    if deed is None:
        raise NotFound
    form = _join_form(match)
    person_id = key_in(request.form.get("person_id"))
    if deed is services.join_match and not form.validate_on_submit():
        return _people_page(match, join=form, status=422)
    if person_id is None:
        raise NotFound
    try:
        notes = deed(match, person_id, **_deed())
    except Refused as problem:
        if deed is services.join_match:
            form.take(problem.reasons)
            return _people_page(match, join=form, status=422)
        return _people_page(match, refusals=problem.reasons, status=422)
    flash(_("Saved."), "signed")
    for note in notes:
        flash(says(note), "waiting")
    return redirect(url_for(".people", match_id=match.id), 303)


@bp.post("/matches/<id:match_id>/people/signed")
@door(P.MATCH_EDIT)
def sign(match_id: int) -> BaseResponse:
    """Record who signed the commitment in person."""
    match = _match(match_id)
    form = SignedForm()
    block = queries.block_of(match, clock.today())
    offered = {each.key: each for each in queries.signatures_open(block)}
    chosen = [offered[key] for key in form.signers.data or () if key in offered]
    if form.validate_on_submit():
        try:
            if not chosen:
                raise Refused([Refusal("nobody", _("Tick who signed."), "signers")])
            assert form.signed_on.data is not None
            for each in chosen:
                services.sign_commitment(
                    match, each.person_id, each.signer, signed_on=form.signed_on.data, typed_name=each.name,
                    language=language(), youth_ids=[each.youth_id] if each.youth_id else [], **_deed(),
                )  # fmt: skip
            flash(_("Saved."), "signed")
            return redirect(url_for(".people", match_id=match.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _people_page(match, signed=form, status=422)


@bp.post("/matches/<id:match_id>/people/met")
@door(P.MATCH_EDIT)
def meet(match_id: int) -> BaseResponse:
    """Record the first meeting with staff present."""
    match = _match(match_id)
    form = _met_form(match)
    block = queries.block_of(match, clock.today())
    offered = {person_id for person_id, _name in _unmet(queries.people_of(match, block, clock.today()))}
    if form.validate_on_submit():
        try:
            assert form.met_on.data is not None
            services.record_first_meeting(
                match, offered & set(form.people()), form.met_on.data, int(form.staff_id.data), **_deed()
            )
            flash(_("Saved."), "signed")
            return redirect(url_for(".people", match_id=match.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _people_page(match, met=form, status=422)


@bp.post("/matches/<id:match_id>/people/ask")
@door(P.MATCH_EDIT)
def ask(match_id: int) -> BaseResponse:
    """Write to the guardians who have not signed the commitment."""
    match = _match(match_id)
    count = asking.ask_guardians(match, **_deed())
    flash(_("Guardians written to: %(count)s.", count=count), "signed" if count else "waiting")
    return redirect(url_for(".people", match_id=match.id), 303)

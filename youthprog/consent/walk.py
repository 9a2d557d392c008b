"""Where a guardian is in the sitting: the requests behind this door, the pages they make, what comes before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.access.queries import LinkKey
from youthprog.consent import queries, rules, services, showing, sitting
from youthprog.consent.queries import Case
from youthprog.consent.renewing import Earlier, earlier_answers
from youthprog.consent.sitting import Child, Step, Stop
from youthprog.consent.types import Question, Signer
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import NotFound
from youthprog.web.edge import actor
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says
from youthprog.web.pages import page

ENDPOINTS = {
    Stop.AGREEMENT: ".show_agreement",
    Stop.RENEWAL: ".show_renewal",
    Stop.QUESTION: ".show_question",
    Stop.SAME: ".show_same",
    Stop.CHOICES: ".show_choices",
    Stop.PEOPLE: ".show_people",
    Stop.ATHLETE: ".show_athlete",
    Stop.CHECK: ".check",
    Stop.SIGN: ".show_signature",
}


# ---- what is behind this door ----


def case_of(request_id: int) -> Case:
    """The request, when it is the actor's own.

    Behind a link: the one the link was made for, the others that wait for the same guardian, and those signed in the
    same act. Raises `NotFound` for anything else.
    """
    case = queries.get_own_request_for(actor(), P.CONSENT_SIGN, request_id, clock.today())
    link: LinkKey | None = g.get("link")
    if link is None or link.subject_id == request_id or case.request.state in rules.OPEN_STATES:
        return case
    asked = queries.get_own_request_for(actor(), P.CONSENT_SIGN, link.subject_id, clock.today()).request
    if act_of(case) != (asked.signed_with_id or asked.id):
        raise NotFound
    return case


def act_of(case: Case) -> int:
    """The request that stands for the act of signing: the first of those signed together."""
    return case.request.signed_with_id or case.request.id


def sitting_of(case: Case) -> list[Case]:
    """The requests of this sitting, those that can be answered or were signed together, as they were asked."""
    found = queries.list_sitting(actor(), P.CONSENT_SIGN, case.request, clock.today())
    if not is_open(case):
        return found
    allowed = services.may_answer_each(found, now=clock.now())
    return [each for each in found if each.request.id in allowed]


def shown_in(case: Case) -> list[Question]:
    """The sections this form shows with the answers so far, texts and other signers' sections included."""
    known: dict[int, list[Question]] = g.setdefault("questions", {})
    if case.version.id not in known:
        known[case.version.id] = queries.questions_of(case.version.id)
    return services.shown_of(case, known[case.version.id], clock.today())


def questions_of(case: Case) -> list[Question]:
    """What the guardian is asked, one a page."""
    return [each for each in shown_in(case) if showing.is_page(each)]


def athletes_of(case: Case) -> list[Question]:
    """What the young person answers, on one page after the guardian's questions."""
    return showing.signed_by(shown_in(case), Signer.ATHLETE)


def interpreters_of(case: Case) -> list[Question]:
    """What whoever read the form to the guardian signs, beside the check."""
    return showing.signed_by(shown_in(case), Signer.INTERPRETER)


def question_of(case: Case, number: int) -> Question:
    """One question of a request. Raises `NotFound`."""
    for question in questions_of(case):
        if question.position == number:
            return question
    raise NotFound


def is_open(case: Case) -> bool:
    """Whether the request waits for an answer."""
    return case.request.state in rules.OPEN_STATES


def program_of(case: Case) -> str:
    """The program's name in the language of the page."""
    return services.program_names(case)[language()]


# ---- where in the sitting ----


@dataclass(frozen=True)
class Walk:
    """The sitting around one request: its cases by request, and all its pages."""

    case: Case
    cases: dict[int, Case]
    children: dict[int, Child]
    steps: list[Step]
    earlier: dict[int, Earlier]

    @property
    def child(self) -> Child:
        """The request this page is about, as the sitting sees it."""
        return self.children[self.case.request.id]

    @property
    def first(self) -> Child:
        """The first child, whose answers may be used for a sibling."""
        return next(iter(self.children.values()))

    @property
    def agreed(self) -> bool:
        """Whether the guardian agreed to sign on a screen."""
        return self.steps[0].done

    @property
    def unanswered(self) -> bool:
        """Whether any question of any child is open."""
        return any(sitting.unanswered(child) for child in self.children.values())

    def url(self, step: Step) -> str:
        """The address of a page of the sitting."""
        where: dict[str, Any] = {"request_id": step.request_id}
        if step.stop in (Stop.CHECK, Stop.SIGN, Stop.AGREEMENT):
            where["request_id"] = self.case.request.id
        elif step.stop is Stop.QUESTION:
            where["number"] = step.number
        return url_for(ENDPOINTS[step.stop], **where)

    def onward(self) -> str:
        """Where the sitting was left."""
        return self.url(sitting.next_step(self.steps))

    def after(self, stop: Stop, key: str | None = None) -> str:
        """The page after this one."""
        return self.url(sitting.step_after(self.steps, stop, self.case.request.id, key))

    def back(self, stop: Stop, key: str | None = None) -> str | None:
        """The page before this one."""
        step = sitting.step_before(self.steps, stop, self.case.request.id, key)
        return self.url(step) if step is not None and (step.stop is not Stop.AGREEMENT or step.done) else None

    def progress(self, stop: Stop, key: str | None = None) -> dict[str, Any]:
        """How far along: in words and as a bar, child by child."""
        own = sitting.steps_of_one(self.steps, self.case.request.id)
        place = sitting.place_of(own, stop, self.case.request.id, key)
        now, total = (len(own) + 1 if place is None else place + 1), max(1, len(own))
        about = f"{self.case.youth.first_name} · {program_of(self.case)}"
        return {"now": now, "total": total, "about": about, "words_of_progress": self._words(now, total)}

    def _words(self, now: int, total: int) -> str:
        if len(self.children) == 1:
            return _("Question %(now)s of %(total)s", now=now, total=total)
        number = list(self.children).index(self.case.request.id) + 1
        return _(
            "Form %(number)s of %(forms)s · page %(now)s of %(total)s",
            number=number, forms=len(self.children), now=now, total=total,
        )  # fmt: skip


def titles_of(cases: Iterable[Case]) -> dict[int, str]:
    """What each form is called beside the others: the child's first name, with the program when the child has two."""
    known = list(cases)
    youth = [case.youth.id for case in known]
    named = {case.request.id: case.youth.first_name for case in known}
    twice = {case.request.id: program_of(case) for case in known if youth.count(case.youth.id) > 1}
    return {each: f"{name} · {twice[each]}" if each in twice else name for each, name in named.items()}


def walk_of(case: Case) -> Walk:
    """The sitting a request belongs to. A constant number of statements for any number of children."""
    cases = {each.request.id: each for each in sitting_of(case)}
    disclosure = queries.find_disclosure(case.guardian.id)
    undecided = [each for each in cases.values() if is_open(each) and sitting.WAY not in each.draft]
    earlier = earlier_answers(undecided)
    children = {}
    for each in cases.values():
        found, proposed = earlier.get(each.request.id), {}
        if found is not None:
            spoken = sorted({found.language, language()})
            proposed = sitting.proposals(questions_of(each), found.answers, found.hashes, spoken)
        children[each.request.id] = Child(each.request.id, questions_of(each), each.draft, proposed, athletes_of(each))
    agreed = disclosure is not None and disclosure.accepted_at is not None
    steps = sitting.steps_of(list(children.values()), agreed=agreed, language=language())
    return Walk(case, cases, children, steps, earlier)


# ---- when there is nothing to answer ----


def closed(case: Case) -> BaseResponse | None:
    """Another page, when this form cannot be answered: the receipt of a signed one, the reasons, or the newer form."""
    if case.request.signed_at is not None:
        return redirect(url_for(".done", request_id=case.request.id), 303)
    if services.may_answer(case, now=clock.now()):
        return closed_page(case)
    return reworded_page(case) if case.is_outdated else None


def closed_page(case: Case) -> Response:
    """Why this form cannot be answered."""
    reasons = services.may_answer(case, now=clock.now())
    return page("consent/portal/closed.html", case=case, reasons=[says(reason) for reason in reasons])


def reworded_page(case: Case, status: int = 200) -> Response:
    """The form has a newer version: nothing is signed, and what did not change is kept."""
    return page("consent/portal/reworded.html", status, case=case)


# ---- keeping and going on ----


def opened(case: Case) -> None:
    """Note that the form is open, when its first answer comes before anybody opened it."""
    if case.request.opened_at is None:
        via = "link" if g.get("link") else "account"
        services.open_form(case, language=language(), via=via, by=actor(), now=clock.now())


def keep(case: Case, given: Mapping[str, Mapping[str, Any]], *, way: dict[str, Any] | None = None) -> None:
    """Keep the answers of one page, and how the guardian goes on when the page asked that."""
    opened(case)
    services.answer_all(case, given, way=way, by=actor(), now=clock.now(), language=language())


def go_on(case: Case, stop: Stop, key: str | None = None) -> BaseResponse:
    """The next page: where one stops for now, back to the list of answers, or on."""
    if "later" in request.form:
        return redirect(url_for(".later", request_id=case.request.id), 303)
    if request.args.get("check"):
        return redirect(url_for(".check", request_id=case.request.id), 303)
    if closed(case) is not None:
        return redirect(url_for(".start", request_id=case.request.id), 303)
    return redirect(walk_of(case_of(case.request.id)).after(stop, key), 303)

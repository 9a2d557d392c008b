"""Before the first signature: what signing on a screen means, the sample to open, and paper on the same page."""

from flask import Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.config import Settings
from youthprog.consent import queries, services
from youthprog.consent.walk import Walk, case_of, closed, walk_of
from youthprog.core import clock
from youthprog.core.refusals import Refused
from youthprog.web.edge import actor
from youthprog.web.filters import static_url
from youthprog.web.language import language, says
from youthprog.web.pages import page

AGREE, PAPER = "agree", "paper"


def show_agreement(request_id: int) -> BaseResponse:
    """The seven points, the sample, and the two answers; afterwards the same words to read again."""
    case = case_of(request_id)
    return closed(case) or _agreement_page(walk_of(case))


def open_sample(request_id: int) -> BaseResponse:
    """Note that the sample was opened, and open it."""
    case = case_of(request_id)
    services.open_sample(case.guardian.id, language=language(), by=actor(), now=clock.now())
    return redirect(static_url(f"documents/sample-{language()}.pdf"), 303)


def agree(request_id: int) -> BaseResponse:
    """Agree to sign on a screen, or ask for paper."""
    case = case_of(request_id)
    stopped = closed(case)
    if stopped is not None:
        return stopped
    walk, who, now = walk_of(case), actor(), clock.now()
    cases, chosen = list(walk.cases.values()), request.form.get("way", "")
    if chosen == PAPER:
        services.want_paper(cases, case.guardian.id, language=language(), by=who, now=now)
        return redirect(url_for(".paper", request_id=request_id), 303)
    if chosen != AGREE:
        return _agreement_page(walk, 422)
    try:
        services.agree_to_screens(cases, case.guardian.id, language=language(), by=who, now=now)
    except Refused as refused:
        return _agreement_page(walk, 422, [("sample", says(reason)) for reason in refused.reasons])
    return redirect(walk_of(case).onward(), 303)


def paper(request_id: int) -> Response:
    """Paper is on its way; the screen stays open for whoever thinks again."""
    case = case_of(request_id)
    return page("consent/portal/paper.html", case=case)


def _agreement_page(walk: Walk, status: int = 200, refusals: list[tuple[str, str]] | None = None) -> Response:
    settings: Settings = current_app.config["YOUTHPROG"]
    words = services.disclosure_words(language(), phone=settings.department_phone, email=settings.department_email)
    request_id = walk.case.request.id
    return page(
        "consent/portal/agreement.html", status, words=words, refusals=refusals or [],
        disclosure=queries.find_disclosure(walk.case.guardian.id), onward=walk.onward(),
        sample_url=url_for(".open_sample", request_id=request_id), agree_url=url_for(".agree", request_id=request_id),
    )  # fmt: skip

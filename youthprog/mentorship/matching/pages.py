"""Matching for coordinators: who waits, what counts, runs and their pairs, proposals; and the profile of a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.mentorship import queries as matches
from youthprog.mentorship.matching import queries, services, shown, wire
from youthprog.mentorship.matching.forms import (
    BLOCKS,
    AskForm,
    ProfileForm,
    TieForm,
    WeightsForm,
    WordForm,
    blocks_of,
    values_of,
)
from youthprog.mentorship.matching.models import MatchRun
from youthprog.mentorship.matching.types import (
    MODES,
    OFFER_STATES,
    PARTS,
    RULES,
    TIES,
    WAYS,
    Mode,
    Outcome,
    RunState,
    TieKind,
    Way,
)
from youthprog.mentorship.types import PLANS
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.types import SeasonLine
from youthprog.web.edge import actor, door, signed_in
from youthprog.web.language import gettext as _
from youthprog.web.language import ngettext, says
from youthprog.web.pages import page

bp = Blueprint("matching", __name__, url_prefix="/matching")
S = RunState
STATES = {
    S.ASKED: ("waiting", N_("Waits for its turn")),
    S.WORKING: ("waiting", N_("Being computed")),
    S.READY: ("signed", N_("Ready to look at")),
    S.FAILED: ("missing", N_("Broke off")),
    S.DISCARDED: ("neutral", N_("Put away")),
}
PHASES = {
    "": N_("Waiting for its turn."),
    "scoring": N_("Looking at every pair."),
    "solving": N_("Finding the best for all together."),
    "explaining": N_("Working out what every other choice would cost."),
}
OFFER_LOOKS = {
    "pending": "waiting",
    "agreed": "waiting",
    "declined": "missing",
    "withdrawn": "neutral",
    "made": "signed",
}


def deed() -> dict[str, Any]:
    """Who does it, and when."""
    return {"by": actor(), "now": clock.now()}


# ---- a season ----


@bp.get("")
@door(P.MATCH_EDIT)
def index() -> Response:
    """Who waits, how ready the profiles are, what counts, runs and proposals."""
    seasons = matches.mentoring_seasons(actor(), clock.today())
    asked = request.args.get("season", "")
    return _index(
        seasons, next((each for each in seasons if str(each.season_id) == asked), seasons[0] if seasons else None)
    )


def _season() -> tuple[list[SeasonLine], SeasonLine]:
    seasons = matches.mentoring_seasons(actor(), clock.today())
    asked = request.args.get("season", "")
    season = next((each for each in seasons if str(each.season_id) == asked), None)
    if season is None:
        raise NotFound
    return seasons, season


def _index(seasons: Sequence[SeasonLine], season: SeasonLine | None, status: int = 200, **forms: Any) -> Response:
    on = clock.today()
    if season is None:
        return page("mentorship/matching.html", season=None, seasons=[])
    weights, waiting, mentors = (
        queries.weights_of(season.program_id),
        queries.list_waiting(actor(), season.season_id, on),
        queries.list_mentors(on),
    )
    tie = forms.get("tie") or TieForm(formdata=None)
    _offer_people(tie, waiting, mentors, season.season_id)
    return page(
        "mentorship/matching.html",
        status,
        seasons=seasons,
        season=season,
        waiting=waiting,
        mentors=mentors,
        runs=queries.list_runs(season.season_id),
        offers=queries.list_offers(actor(), season.season_id, on),
        ties=queries.list_ties(actor(), on),
        form=forms.get("ask") or AskForm(formdata=None),
        weights=forms.get("weights") or WeightsForm(formdata=None, data=weights),
        tie=tie,
        states=STATES,
        modes=MODES,
        tie_words=TIES,
        offer_states=OFFER_STATES,
        offer_looks=OFFER_LOOKS,
    )


def _offer_people(
    form: TieForm, waiting: Sequence[queries.WaitingLine], mentors: Sequence[queries.WaitingLine], season_id: int
) -> None:
    """Who can be chosen: whoever waits, and whoever is matched, since a pair may turn out never to be matched again."""
    matched = queries.matched_names(actor(), season_id, clock.today())
    youth = {line.person_id: line.name for line in waiting} | matched
    form.offer(youth, {line.person_id: line.name for line in mentors})


@bp.post("/run")
@door(P.MATCH_EDIT)
def start() -> BaseResponse:
    """Ask for the best proposal."""
    seasons, season = _season()
    form: Any = AskForm()
    if form.validate_on_submit():
        try:
            run = services.ask(
                programs.get_season_for(actor(), P.MATCH_EDIT, season.season_id),
                mode=Mode(form.mode.data),
                every_days=int(form.every_days.data),
                in_groups=form.in_groups.data,
                **deed(),
            )
            return redirect(url_for(".show", run_id=run.id), 303)
        except Refused as refused:
            form.take(refused.reasons)
    return _index(seasons, season, 422, ask=form)


@bp.post("/weights")
@door(P.MATCH_EDIT)
def weigh() -> BaseResponse:
    """Keep what the program weighs."""
    seasons, season = _season()
    form = WeightsForm()
    if not form.validate_on_submit():
        return _index(seasons, season, 422, weights=form)
    services.save_weights(season.program_id, form.weights(), **deed())
    flash(_("Saved. The next matching weighs like this."), "signed")
    return redirect(url_for(".index", season=season.season_id), 303)


@bp.post("/ties")
@door(P.MATCH_EDIT)
def tie() -> BaseResponse:
    """Enter a pair."""
    seasons, season = _season()
    on, form = clock.today(), TieForm()
    _offer_people(form, queries.list_waiting(actor(), season.season_id, on), queries.list_mentors(on), season.season_id)
    if form.validate_on_submit():
        try:
            kind, one_id, other_id = TieKind(form.kind.data), int(form.one_id.data), int(form.other_id.data)
            services.tie(kind, one_id, other_id, **deed())
            flash(_("Entered. No matching breaks it."), "signed")
            match_id = queries.matched_now(one_id, other_id, on) if kind is TieKind.NEVER else None
            if match_id is not None:
                flash(
                    _("These two meet in a match now. It goes on until you pause it or begin to close it here."),
                    "missing",
                )
                return redirect(url_for("mentorship.show", match_id=match_id), 303)
            return redirect(url_for(".index", season=season.season_id), 303)
        except Refused as refused:
            form.take(refused.reasons)
    return _index(seasons, season, 422, tie=form)


@bp.post("/ties/<id:tie_id>/remove")
@door(P.MATCH_EDIT)
def untie(tie_id: int) -> BaseResponse:
    """Take an entered pair away."""
    services.untie(queries.get_tie_for(actor(), tie_id, clock.today()), **deed())
    flash(_("Taken away."))
    return redirect(url_for(".index"), 303)


# ---- a run ----


@bp.get("/runs/<id:run_id>")
@door(P.MATCH_EDIT)
def show(run_id: int) -> Response:
    """How far a run is, or its pairs with their reasons."""
    return _run_page(queries.get_run_for(actor(), run_id))


def _run_page(run: MatchRun, reasons: Sequence[Refusal] = (), status: int = 200) -> Response:
    known: dict[str, Any] = {}
    outcome = wire.read(Outcome, run.result) if run.result else None
    if outcome is not None:
        known = _outcome_in_words(run, outcome)
        record_read("matching.read", "match_run", run.id, by=actor(), youth=len(known["pairs"]))
    return page(
        "mentorship/matching_run.html",
        status,
        run=run,
        state=STATES[run.state],
        phase=PHASES[run.progress.get("phase", "")],
        problems=[says(reason) for reason in reasons],
        modes=MODES,
        plans=PLANS,
        figures=outcome.figures if outcome else None,
        rules=shown.rules_in_words(),
        **{"pairs": [], "unmatched": [], **known},
    )


def _outcome_in_words(run: MatchRun, outcome: Outcome) -> dict[str, Any]:
    """Pairs and those left over, as far as the reader may see the youth; the worst fit first."""
    on = clock.today()
    youth = queries.shown_names(
        actor(), [*(each.youth for each in outcome.pairs), *(each.youth for each in outcome.unmatched)], on
    )
    adults = {line.person_id: line.name for line in queries.list_mentors(on)}
    free = {line.person_id for line in queries.list_waiting(actor(), run.season_id, on)}

    def who(to: int) -> str:
        return " & ".join(adults.get(key, _("somebody")) for key in services.mentors_in(run, to))

    def other(each: Any) -> dict[str, Any] | None:
        if each.other is None:
            return None
        return {
            "name": who(each.other.to),
            "score": each.other.score,
            "cost": shown.cost_in_words(each.other, run.mode),
        }

    pairs = [
        {
            "youth_id": each.youth,
            "youth": youth[each.youth],
            "mentor": who(each.to),
            "score": each.score,
            "points": shown.points_in_words(each.points),
            "hours": each.hours,
            "other": other(each),
            "looked": each.looked,
            "free": each.youth in free,
        }
        for each in sorted(outcome.pairs, key=lambda each: (each.score, each.youth))
        if each.youth in youth
    ]
    unmatched = [
        {
            "youth_id": each.youth,
            "youth": youth[each.youth],
            "possible": each.possible,
            "removed": [(_(RULES[one.rule]), one.count, one.alone) for one in each.removed],
            "other": other(each),
        }
        for each in outcome.unmatched
        if each.youth in youth
    ]
    return {"pairs": pairs, "unmatched": unmatched}


@bp.post("/runs/<id:run_id>/stop")
@door(P.MATCH_EDIT)
def stop(run_id: int) -> BaseResponse:
    """End with what is there."""
    services.stop(queries.get_run_for(actor(), run_id), **deed())
    return redirect(url_for(".show", run_id=run_id), 303)


@bp.post("/runs/<id:run_id>/discard")
@door(P.MATCH_EDIT)
def discard(run_id: int) -> BaseResponse:
    """Put a run away."""
    run = queries.get_run_for(actor(), run_id)
    services.discard(run, **deed())
    flash(_("Put away. What was proposed already stays."))
    return redirect(url_for(".index", season=run.season_id), 303)


@bp.post("/runs/<id:run_id>/accept")
@door(P.MATCH_EDIT)
def accept(run_id: int) -> BaseResponse:
    """Propose the ticked pairs, or all, to the people in them."""
    run = queries.get_run_for(actor(), run_id)
    ticked = {key for key in map(key_in, request.form.getlist("youth")) if key}
    try:
        made = services.offer(run, None if "all" in request.form else ticked, **deed())
    except Refused as refused:
        return _run_page(run, refused.reasons, 422)
    flash(
        ngettext("%(num)s pair proposed. Mentor, family and young person are asked.", "%(num)s pairs proposed. Mentors, families and young people are asked.", len(made)),
        "signed",
    )  # fmt: skip
    return redirect(url_for(".index", season=run.season_id), 303)


# ---- a proposal ----


@bp.get("/offers/<id:offer_id>")
@door(P.MATCH_EDIT)
def offer(offer_id: int) -> Response:
    """A proposal: who said what, and what is still open."""
    return _offer_page(queries.get_offer_for(actor(), offer_id, clock.today()))


def _offer_page(
    line: queries.OfferLine, form: WordForm | None = None, status: int = 200, of_party: int | None = None
) -> Response:
    """A proposal. `of_party` is whose word `form` writes down: what was typed stays with that person."""
    return page(
        "mentorship/matching_offer.html",
        status,
        line=line,
        common=shown.in_common(line.offer),
        score=line.offer.shown.get("score"),
        form=form or WordForm(formdata=None),
        of_party=of_party,
        parts=PARTS,
        ways=WAYS,
        states=OFFER_STATES,
        looks=OFFER_LOOKS,
    )


@bp.post("/offers/<id:offer_id>/parties/<id:party_id>")
@door(P.MATCH_EDIT)
def write_down(offer_id: int, party_id: int) -> BaseResponse:
    """Write down what somebody said in person; whoever writes it is named."""
    line = queries.get_offer_for(actor(), offer_id, clock.today())
    said = next((each for each in line.parties if each.party_id == party_id), None)
    if said is None:
        raise NotFound
    form = WordForm()
    try:
        if form.validate_on_submit():
            party = queries.get_party_of(said.person_id, party_id, clock.today())
            services.answer(party, accepts=form.says(), reason=form.reason.data or "", way=Way.IN_PERSON, **deed())
            flash(_("Written down."), "signed")
            return redirect(url_for(".offer", offer_id=offer_id), 303)
    except Refused as refused:
        form.take(refused.reasons)
    return _offer_page(line, form, 422, party_id)


@bp.post("/offers/<id:offer_id>/withdraw")
@door(P.MATCH_EDIT)
def withdraw(offer_id: int) -> BaseResponse:
    """Take a proposal back."""
    line = queries.get_offer_for(actor(), offer_id, clock.today())
    services.withdraw(line.offer, **deed())
    flash(_("Taken back. The young person waits again."))
    return redirect(url_for(".index", season=line.offer.season_id), 303)


@bp.post("/offers/<id:offer_id>/make")
@door(P.MATCH_EDIT)
def make(offer_id: int) -> BaseResponse:
    """Try once more to make the match to which all agreed."""
    line = queries.get_offer_for(actor(), offer_id, clock.today())
    if line.offer.state.value == "agreed" and services.make(line.offer, **deed()):
        flash(_("The match is proposed."), "signed")
        return redirect(url_for("mentorship.show", match_id=line.offer.match_id), 303)
    return redirect(url_for(".offer", offer_id=offer_id), 303)


# ---- what a person tells ----


@bp.get("/profiles/<id:person_id>")
@door(P.MATCH_EDIT)
def profile(person_id: int) -> Response:
    """What a mentor or a youth told for matching."""
    return _profile_page(*queries.get_adult_or_youth_for(actor(), person_id, clock.today()))


@bp.post("/profiles/<id:person_id>")
@door(P.MATCH_EDIT)
def save_profile(person_id: int) -> BaseResponse:
    """Keep it."""
    return _keep_profile(*queries.get_adult_or_youth_for(actor(), person_id, clock.today()))


@bp.get("/profile")
@signed_in()
def own_profile() -> Response:
    """What one told oneself, as a mentor."""
    return _profile_page(_oneself(), is_mentor=True)


@bp.post("/profile")
@signed_in()
def save_own_profile() -> BaseResponse:
    """Keep what one tells oneself."""
    return _keep_profile(_oneself(), is_mentor=True)


def _oneself() -> Person:
    person_id = actor().person_id
    if person_id is None or not queries.is_mentor(person_id, clock.today()):
        raise NotFound
    return people.get_person(person_id)


def _keep_profile(person: Person, is_mentor: bool) -> BaseResponse:
    form = _profile_form(person.id, is_mentor)
    if not form.validate_on_submit():
        return _profile_page(person, is_mentor, form, 422)
    services.save_profile(person.id, form.told(request.form, [site.id for site in programs.list_sites()]), **deed())
    flash(_("Saved."), "signed")
    return redirect(request.path, 303)


def _profile_form(person_id: int, is_mentor: bool, told: dict[str, Any] | None = None) -> ProfileForm:
    mentors = {line.person_id: line.name for line in matches.list_mentors(clock.today()) if line.person_id != person_id}
    if told is None:
        return ProfileForm(mentors, of_mentor=is_mentor)
    return ProfileForm(mentors, of_mentor=is_mentor, formdata=None, data=values_of(told))


def _profile_page(person: Person, is_mentor: bool, form: ProfileForm | None = None, status: int = 200) -> Response:
    row = queries.find_profile(person.id)
    told = dict(row.told) if row else {}
    period = int(told.get("period", 7))
    anchor = values_of(told)["anchor"]
    days = [(day, anchor + timedelta(days=day) if anchor else None, blocks_of(told, day)) for day in range(period)]
    if not is_mentor:
        record_read("matching.profile_read", "person", person.id, by=actor())
    return page(
        "mentorship/profile.html",
        status,
        person=person,
        is_mentor=is_mentor,
        is_own=request.path == url_for(".own_profile"),
        form=form or _profile_form(person.id, is_mentor, told),
        told=told,
        days=days,
        period=period,
        blocks=[f"{_clock(starts)}–{_clock(ends)}" for starts, ends in BLOCKS],
        words={name: [(key, _(word)) for key, word in words.items()] for name, words in ProfileForm.TICKED.items()},
        sites=programs.list_sites(),
    )


def _clock(at: str) -> int:
    """The hour as a clock face has it: 3 for 15:00."""
    return (int(at[:2]) + 11) % 12 + 1

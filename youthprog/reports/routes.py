"""The front page, Today, and the file of a youth."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response

from youthprog.attendance import absence_queries, missing_queries
from youthprog.attendance import collecting as attendance_release
from youthprog.attendance import queries as attendance
from youthprog.audit.services import record_read
from youthprog.calendars import notice_queries, notices
from youthprog.calendars import queries as calendars
from youthprog.consent import queries as consent
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.credentials import judging, listing
from youthprog.leagues import queries as leagues
from youthprog.leagues.forfeits import queries as forfeits
from youthprog.leagues.officials import own_queries as officials
from youthprog.leagues.scores import queries as scores
from youthprog.mentorship import queries as mentorship
from youthprog.mentorship.cadence import queries as support
from youthprog.mentorship.closing import queries as closures
from youthprog.mentorship.evidence import queries as evidence
from youthprog.mentorship.gate import own_queries as gate_own
from youthprog.mentorship.gate import queries as gate
from youthprog.mentorship.gate.types import ITEMS
from youthprog.mentorship.matching import queries as matching
from youthprog.mentorship.sessions import plan_queries as mentoring_plans
from youthprog.mentorship.sessions import queries as mentoring_sessions
from youthprog.mentorship.sessions.types import FLAGS
from youthprog.mentorship.types import DUTIES
from youthprog.people import queries as people
from youthprog.people.types import RELATIONSHIPS, PersonLine
from youthprog.programs import queries as programs
from youthprog.programs.types import STATUSES, EnrollmentStatus, SeasonLine
from youthprog.reports import queries
from youthprog.reports.batches import queries as batches
from youthprog.reports.batches.types import STATES as BATCH_STATES
from youthprog.reports.queries import YouthFile
from youthprog.web.edge import actor, door, public, signed_in
from youthprog.web.pages import page

bp = Blueprint("reports", __name__)
WEEKS = 8
BATCHES_SHOWN = timedelta(days=3)
TEAMS_SHOWN = 8
ACTIVE = (EnrollmentStatus.ENROLLED, EnrollmentStatus.WAITLISTED)


@bp.get("/")
@public()
def front() -> Response:
    """What anyone may know: programs open for registration, how to join, whom to call."""
    return page("reports/front.html", seasons=programs.list_open_seasons(clock.today()))


@bp.get("/today")
@signed_in()
def today() -> Response:
    """What needs doing, worst first, for the roles of whoever is here."""
    who, now = actor(), clock.now()
    on = clock.day_of(now)
    shown: dict[str, Any] = {"on": on, "serving": officials.my_places(who.person_id, now)}
    shown["serves"] = bool(shown["serving"]) or officials.is_listed(who.person_id)
    if who.may(P.REGISTER_TAKE):
        shown["waiting"] = attendance_release.not_checked_out(who, now)
    if who.may(P.CALENDAR_READ):
        shown["news"] = notices.news_of(who.person_id, now)
    if who.may(P.REGISTER_READ):
        shown["unread"] = notice_queries.unread(who, now)
        shown["too_few"] = forfeits.open_warnings(who, now)
        away = absence_queries.who_stays_away(who, on)
        first = away[: queries.ROWS_SHOWN]
        unwritten = queries.youth_without_mail(who, on) if who.may(P.CONSENT_SEND) else {}
        also_call = [*(line.youth_id for line in first), *unwritten]
        shown["ahead"] = queries.ahead(who, P.REGISTER_READ, now, also_call=also_call)
        shown["bounced"] = queries.bounced(unwritten, shown["ahead"].guardians)
        shown["away"], shown["away_count"] = absence_queries.calling(first, shown["ahead"].guardians), len(away)
        shown["registers"] = missing_queries.not_entered(who, missing_queries.ALL, now)
        shown["teams"] = leagues.list_teams(who, P.TEAM_READ, on, limit=TEAMS_SHOWN)
        shown["weeks"] = attendance.weekly_rates(programs.groups_within(who, P.REGISTER_READ, on), WEEKS, on)
    if who.may(P.SCORE_SAY):
        shown["scores"] = scores.asked_of(who, now, on)
    if who.may(P.PROGRAM_EDIT):
        shown["gaps"] = officials.open_soon(who, now)
        shown["begun"] = queries.beginnings(who, on)
    shown |= _credentials(who, now)
    shown |= _mentoring(who, now)
    if who.may(P.BATCH_PRINT):
        shown["batches"] = batches.for_today(who, now - BATCHES_SHOWN)
        shown |= {"batch_kinds": batches.kinds(), "batch_states": BATCH_STATES}
    if who.may(P.CONSENT_MATCH):
        shown["unmatched"] = consent.list_unmatched(who, on)
    if who.may(P.CONSENT_SIGN):
        shown["to_sign"] = gate_own.count_own(who.person_id, on)
        shown["children"] = _children(on)
        family = queries.meetings_of_children([child.person_id for child in shown["children"]], now)
        open_to = calendars.open_to(who.person_id, [each.gathering_id for each in family], on)
        shown["family"] = [each for each in family if each.gathering_id in open_to]
        shown["forms"] = [form for form in consent.list_forms_of(who, on) if form.signed_at is None and form.awaited]
    if who.may(P.ACCOUNT_READ):
        shown["accounts"] = queries.account_figures(now)
    return page("reports/today.html", **shown)


def _credentials(who: Actor, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if who.may(P.CREDENTIAL_READ):
        shown["adults"] = judging.ahead(who, now)
    if who.may(P.CREDENTIAL_OWN):
        shown["own_papers"] = listing.own_on_today(who.person_id, clock.day_of(now))
    return shown


def _mentoring(who: Actor, now: datetime) -> dict[str, Any]:
    """What is due of matches, for those who lead them and for those who meet young people."""
    shown: dict[str, Any] = {}
    on = clock.day_of(now)
    if who.may(P.MATCH_EDIT):
        shown |= {"stopped": gate.suspended(who, on), "gate_items": ITEMS}
        shown["closures"], shown["surveys_due"] = closures.open_closures(who, on), evidence.count_due(who, on)
    if who.may(P.MATCH_SUPPORT):
        cases = support.list_cases(who, on)
        shown["contacts_due"], shown["warned"] = support.on_today(who, cases, on)
        shown["overdue"], shown["session_flags"] = support.overdue_of(cases, on), FLAGS
        shown["sessions"] = mentoring_plans.for_today(who, now, {case.match_id: case.mentors for case in cases})
    if who.may(P.SESSION_LOG):
        shown["matches"] = mentorship.my_matches(who, on)
        shown["unsaid"], shown["duties"] = mentoring_sessions.unsaid_of(who.person_id, on), DUTIES
        shown["to_sign"] = gate_own.count_own(who.person_id, on)
    shown["matching"] = matching.for_today(who, on)
    return shown


def _children(on: date) -> list[PersonLine]:
    children = people.children_of(actor().person_id or 0, on)
    within = people.reachable(actor(), P.YOUTH_READ, [child.person_id for child in children], on)
    return [child for child in children if child.person_id in within]


@bp.get("/youth/<id:youth_id>")
@door(P.YOUTH_READ)
def youth(youth_id: int) -> Response:
    """The file of a youth, as far as the reader may see it."""
    on = clock.today()
    file = queries.youth_file(actor(), youth_id, on)
    record_read("youth.read", "person", youth_id, by=actor(), custody=file.custody is not None)
    return page(
        "reports/youth.html",
        on=on,
        file=file,
        open_seasons=_seasons_to_enroll_in(file),
        relationships=RELATIONSHIPS,
        statuses=STATUSES,
    )


def _seasons_to_enroll_in(file: YouthFile) -> list[SeasonLine]:
    """Seasons not over in which the reader may enroll this youth, who has no place there and does not wait."""
    if not actor().may(P.ENROLL):
        return []
    inside = {line.season_id for line in file.enrollments if line.status in ACTIVE}
    found = programs.list_seasons(actor(), P.ENROLL, not_over_on=clock.today())
    return [line for line in found if line.season_id not in inside]

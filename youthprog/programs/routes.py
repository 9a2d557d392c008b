"""Staff pages of programs: seasons and their figures, places, groups, meetings, sites."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.core import clock, serving
from youthprog.core.db import key_in
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.people import queries as people
from youthprog.people.rules import age_on, normal_email
from youthprog.people.types import ContactKind, PersonKind
from youthprog.programs import queries, rules, services
from youthprog.programs.forms import (
    WEEKDAYS,
    CancelForm,
    EnrollForm,
    GatheringForm,
    GroupForm,
    JoinForm,
    LeadForm,
    ProgramForm,
    SeasonForm,
    SiteForm,
    WithdrawForm,
)
from youthprog.programs.models import Gathering, Group, Season, Site
from youthprog.programs.types import (
    GATHERING_KINDS,
    PROGRAM_KINDS,
    STAFF_ROLES,
    EnrollmentStatus,
    GatheringKind,
    GroupKind,
    GuardianRule,
    ProgramKind,
    StaffRole,
)
from youthprog.web.edge import actor, door
from youthprog.web.forms import SelectChoice
from youthprog.web.language import language, ngettext
from youthprog.web.language import lazy_gettext as _
from youthprog.web.pages import PAGE_ROWS, Slice, asked_cursor, asked_text, cursor, page

bp = Blueprint("programs", __name__)
COMING = timedelta(days=21)
OWN_PAGES = {GroupKind.TEAM: "team", GroupKind.MENTORING: "match"}
SEASON_COLUMNS = (
    "name",
    "name_es",
    "starts_on",
    "ends_on",
    "registration_opens_on",
    "registration_closes_on",
    "age_cutoff_on",
    "min_age",
    "max_age",
    "capacity",
)


def _deed() -> dict[str, Any]:
    return {"by": actor(), "now": clock.now()}


# ---- programs ----


@bp.get("/season")
@door(P.PROGRAM_READ)
def index() -> Response:
    """Every program with its seasons and figures."""
    programs = queries.list_programs(actor(), P.PROGRAM_READ)
    return page("programs/index.html", programs=programs, kinds=PROGRAM_KINDS, on=clock.today())


@bp.get("/programs/new")
@door(P.PROGRAM_EDIT)
def new_program() -> Response:
    """The form of a new program."""
    _everywhere()
    return page("programs/program_form.html", form=ProgramForm(), program=None)


@bp.post("/programs/new")
@door(P.PROGRAM_EDIT)
def create_program() -> BaseResponse:
    """Begin a program."""
    _everywhere()
    form: Any = ProgramForm()
    if form.validate_on_submit():
        try:
            about: dict[str, Any] = {"summary": form.summary.data or "", "summary_es": form.summary_es.data or ""}
            kind = ProgramKind(form.kind.data)
            about["guardian_rule"] = GuardianRule(form.guardian_rule.data)
            about["alone_from_age"] = form.alone_from_age.data
            about["absent_running"] = form.absent_running.data or 2
            program = services.open_program(kind, form.name.data, form.name_es.data, **about, **_deed())
            flash(_("%(name)s is open. Give it its first season.", name=program.name), "signed")
            return redirect(url_for("programs.new_season", program=program.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/program_form.html", status=422, form=form, program=None)


def _everywhere() -> None:
    """A new program and a new site belong to nobody's program yet: the whole department's coordinators make them."""
    if not actor().everywhere(P.PROGRAM_EDIT):
        raise NotFound


@bp.get("/programs/<id:program_id>/edit")
@door(P.PROGRAM_EDIT)
def edit_program(program_id: int) -> Response:
    """The form of a program."""
    program = queries.get_program_for(actor(), P.PROGRAM_EDIT, program_id)
    return page("programs/program_form.html", form=ProgramForm(obj=program), program=program)


@bp.post("/programs/<id:program_id>/edit")
@door(P.PROGRAM_EDIT)
def update_program(program_id: int) -> BaseResponse:
    """Change what a program is called, says of itself and asks of guardians."""
    program = queries.get_program_for(actor(), P.PROGRAM_EDIT, program_id)
    form: Any = ProgramForm(obj=program)
    if form.validate_on_submit():
        try:
            names = {"name": form.name.data, "name_es": form.name_es.data}
            about: dict[str, Any] = {"summary": form.summary.data or "", "summary_es": form.summary_es.data or ""}
            about["guardian_rule"] = GuardianRule(form.guardian_rule.data)
            about["alone_from_age"] = form.alone_from_age.data
            about["absent_running"] = form.absent_running.data
            services.change_program(program, **names, **about, **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("programs.index"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/program_form.html", status=422, form=form, program=program)


# ---- seasons ----


@bp.get("/seasons/new")
@door(P.PROGRAM_EDIT)
def new_season() -> Response:
    """The form of a new season."""
    form = _season_form(program_id=request.args.get("program", ""))
    return page("programs/season_form.html", form=form, season=None)


@bp.post("/seasons/new")
@door(P.PROGRAM_EDIT)
def create_season() -> BaseResponse:
    """Open a season."""
    form: Any = _season_form()
    if form.validate_on_submit():
        try:
            program = queries.get_program_for(actor(), P.PROGRAM_EDIT, int(form.program_id.data))
            season = services.open_season(program, **_season_values(form), **_deed())
            flash(_("The season is open."), "signed")
            return redirect(url_for("programs.season", season_id=season.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/season_form.html", status=422, form=form, season=None)


@bp.get("/seasons/<id:season_id>/edit")
@door(P.PROGRAM_EDIT)
def edit_season(season_id: int) -> Response:
    """The form of a season."""
    season = queries.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    values = {"program_id": str(season.program_id), "site_id": str(season.site_id or "")}
    return page("programs/season_form.html", form=_season_form(season, **values), season=season)


@bp.post("/seasons/<id:season_id>/edit")
@door(P.PROGRAM_EDIT)
def update_season(season_id: int) -> BaseResponse:
    """Change a season; new places go to the waitlist at once."""
    season = queries.get_season_for(actor(), P.PROGRAM_EDIT, season_id)
    form: Any = _season_form(season)
    form.program_id.data = str(season.program_id)
    if form.validate_on_submit():
        try:
            moved = services.change_season(season, **_season_values(form), **_deed())
            flash(_("Saved."), "signed")
            _say_moved(len(moved))
            return redirect(url_for("programs.season", season_id=season.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/season_form.html", status=422, form=form, season=season)


def _season_form(season: Season | None = None, **values: Any) -> SeasonForm:
    """The form with the programs and sites one may choose; a season stays in its program."""
    form = SeasonForm(obj=season, **values) if request.method == "GET" else SeasonForm()
    programs = queries.list_programs(actor(), P.PROGRAM_EDIT)
    chosen = [line for line in programs if season is None or line.program_id == season.program_id]
    form.program_id.choices = [SelectChoice(str(line.program_id), line.name.named(language())) for line in chosen]
    form.site_id.choices = _site_choices()
    return form


def _site_choices() -> list[Any]:
    return [SelectChoice("", _("No site")), *(SelectChoice(str(site.id), site.name) for site in queries.list_sites())]


def _season_values(form: Any) -> dict[str, Any]:
    values = {name: getattr(form, name).data for name in SEASON_COLUMNS}
    values["name_es"] = values["name_es"] or values["name"]
    return values | {"site_id": _key(form.site_id)}


def _key(field: Any) -> int | None:
    return int(field.data) if field.data else None


def _say_moved(count: int) -> None:
    if count:
        sentence = ngettext(
            "One young person moved up from the waitlist.", "%(num)s moved up from the waitlist.", count
        )
        flash(sentence, "signed")


@bp.get("/seasons/<id:season_id>")
@door(P.PROGRAM_READ)
def season(season_id: int) -> Response:
    """A season: figures, who has a place, who waits in which order, groups, what comes up."""
    row, on, now = queries.get_season_for(actor(), P.PROGRAM_READ, season_id), clock.today(), clock.now()
    after: Any = asked_cursor((str, int))
    lines = queries.list_enrolled(actor(), P.YOUTH_READ, row.id, on, after=after, limit=PAGE_ROWS + 1)
    shown = lines[:PAGE_ROWS]
    further = cursor(shown[-1].folded_name, shown[-1].youth_id) if len(lines) > PAGE_ROWS else None
    # A match is named after its people: whoever may not open groups sees the figures, not the names.
    mine = (Group.season_id == row.id) & queries.groups_within(actor(), P.TEAM_READ, on)
    return page(
        "programs/season.html",
        season=row,
        over=row.ends_on < on,
        enrolled=Slice(shown, further),
        waiting=queries.list_waiting(actor(), P.YOUTH_READ, row.id, on),
        waits=len(queries.waiting_in(row.id)),
        groups=queries.list_groups(mine, on),
        coming=queries.upcoming(mine, now, now + COMING, limit=8),
        age_on=age_on,
    )


# ---- places ----


@bp.get("/seasons/<id:season_id>/enroll")
@door(P.ENROLL)
def ask_enroll(season_id: int) -> Response:
    """Find a young person for the season."""
    return _enroll_page(queries.get_season_for(actor(), P.ENROLL, season_id), EnrollForm(formdata=None))


@bp.post("/seasons/<id:season_id>/enroll")
@door(P.ENROLL)
def enroll(season_id: int) -> BaseResponse:
    """Give a young person a place, or a place in line."""
    row = queries.get_season_for(actor(), P.ENROLL, season_id)
    form: Any = EnrollForm()
    if not form.validate_on_submit():
        return _enroll_page(row, form, 422)
    youth = people.get_youth_for(actor(), P.ENROLL, form.youth_id.data, clock.today())
    try:
        enrollment = services.enroll(youth.id, row.id, age_exception=form.age_exception.data or None, **_deed())
    except Refused as problem:
        form.take(problem.reasons)
        return _enroll_page(row, form, 422, chosen=youth)
    if enrollment.status is EnrollmentStatus.ENROLLED:
        flash(_("%(name)s has a place.", name=youth.name), "signed")
    else:
        flash(_("The season is full. %(name)s is on the waitlist.", name=youth.name), "waiting")
    return redirect(url_for("programs.season", season_id=row.id), 303)


def _enroll_page(row: Season, form: EnrollForm, status: int = 200, chosen: Any = None) -> Response:
    on, words = clock.today(), asked_text("q")
    found = people.list_people(actor(), P.ENROLL, on=on, words=words, kind=PersonKind.YOUTH, limit=20) if words else []
    return page(
        "programs/enroll.html",
        status=status,
        season=row,
        form=form,
        words=words,
        found=found,
        chosen=chosen,
        age_on=age_on,
    )


@bp.get("/enrollments/<id:enrollment_id>/withdraw")
@door(P.ENROLL)
def ask_withdraw(enrollment_id: int) -> Response:
    """Ask whether a young person leaves the season, and say who moves up."""
    enrollment = queries.get_enrollment_for(actor(), P.ENROLL, enrollment_id, clock.today())
    return page("programs/withdraw.html", enrollment=enrollment, form=WithdrawForm())


@bp.post("/enrollments/<id:enrollment_id>/withdraw")
@door(P.ENROLL)
def withdraw(enrollment_id: int) -> BaseResponse:
    """Give a place up."""
    enrollment = queries.get_enrollment_for(actor(), P.ENROLL, enrollment_id, clock.today())
    form: Any = WithdrawForm()
    if form.validate_on_submit():
        try:
            moved = services.withdraw(enrollment, reason=form.reason.data or "", **_deed())
            flash(_("%(name)s left the season.", name=enrollment.youth.name))
            _say_moved(len(moved))
            return redirect(url_for("programs.season", season_id=enrollment.season_id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/withdraw.html", status=422, enrollment=enrollment, form=form)


# ---- groups ----


@bp.get("/seasons/<id:season_id>/groups/new")
@door(P.TEAM_EDIT)
def new_group(season_id: int) -> Response:
    """The form of a new class or club."""
    row = queries.get_season_for(actor(), P.TEAM_EDIT, season_id)
    return page("programs/group_form.html", season=row, form=_with_sites(GroupForm()))


@bp.post("/seasons/<id:season_id>/groups/new")
@door(P.TEAM_EDIT)
def create_group(season_id: int) -> BaseResponse:
    """Make a class or club of a season."""
    row = queries.get_season_for(actor(), P.TEAM_EDIT, season_id)
    form: Any = _with_sites(GroupForm())
    if form.validate_on_submit():
        try:
            about = {"meets": form.meets.data or None, "places": form.places.data, "site_id": _key(form.site_id)}
            group = services.open_group(row, GroupKind.CLASS, form.name.data, **about, **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("programs.group", group_id=group.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/group_form.html", status=422, season=row, form=form)


def _with_sites(form: Any) -> Any:
    form.site_id.choices = _site_choices()
    return form


@bp.get("/groups/<id:group_id>")
@door(P.TEAM_READ)
def group(group_id: int) -> BaseResponse:
    """A class or club: who is in it, who leads it, when it meets. Teams and matches have pages of their own."""
    row = queries.get_group_for(actor(), P.TEAM_READ, group_id, clock.today())
    if row.kind in OWN_PAGES:
        return redirect(f"/groups/{row.id}/{OWN_PAGES[row.kind]}", 303)
    return _group_page(row)


def _open_group(group_id: int) -> Group:
    """A group one may put people into here. A match is not: its people come and go with its own steps alone."""
    row = queries.get_group_for(actor(), P.TEAM_EDIT, group_id, clock.today())
    if row.kind is GroupKind.MENTORING:
        raise NotFound
    return row


@bp.post("/groups/<id:group_id>/join")
@door(P.TEAM_EDIT)
def join(group_id: int) -> BaseResponse:
    """Put a young person of the season into the group."""
    row = _open_group(group_id)
    form: Any = _join_form(row)
    if form.validate_on_submit():
        try:
            services.join_group(int(form.youth_id.data), row, **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("programs.group", group_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _group_page(row, status=422, join_form=form)


@bp.post("/groups/<id:group_id>/leave/<id:youth_id>")
@door(P.TEAM_EDIT)
def leave(group_id: int, youth_id: int) -> BaseResponse:
    """Take a young person out of the group."""
    on = clock.today()
    row = _open_group(group_id)
    youth = people.get_youth_for(actor(), P.TEAM_EDIT, youth_id, on)
    services.leave_group(youth.id, row, **_deed())
    flash(_("%(name)s left the group.", name=youth.name))
    return redirect(url_for("programs.group", group_id=row.id), 303)


@bp.post("/groups/<id:group_id>/lead")
@door(P.TEAM_EDIT)
def lead(group_id: int) -> BaseResponse:
    """Let an adult lead the group."""
    row = _open_group(group_id)
    form: Any = LeadForm()
    if form.validate_on_submit():
        try:
            services.lead_group(_adult_of(form.email.data), row, StaffRole(form.role.data), **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("programs.group", group_id=row.id), 303)
        except Refused as problem:
            form.take(Refusal(each.code, each.sentence, "email", each.values) for each in problem.reasons)
    return _group_page(row, status=422, lead_form=form)


def _adult_of(email: str) -> int:
    within_reach = people.adult_is_known(actor(), P.YOUTH_EDIT, clock.today())
    found = people.find_by_contact(ContactKind.EMAIL, normal_email(email) or "", condition=within_reach)
    adults = [person for person in found if person.kind is PersonKind.ADULT]
    if len(adults) == 1:
        return adults[0].id
    if adults:
        raise Refused([Refusal("shared_address", N_("Several adults share this address. Give each an own one."))])
    raise Refused([Refusal("unknown_adult", N_("Nobody in the file uses this address."))])


@bp.post("/groups/<id:group_id>/stop-leading/<id:person_id>")
@door(P.TEAM_EDIT)
def stop_leading(group_id: int, person_id: int) -> BaseResponse:
    """Let an adult lead the group no longer."""
    row = _open_group(group_id)
    services.stop_leading(person_id, row, **_deed())
    flash(_("Saved."), "signed")
    return redirect(url_for("programs.group", group_id=row.id), 303)


def _join_form(row: Group) -> JoinForm:
    form = JoinForm()
    candidates = queries.list_candidates(actor(), P.TEAM_EDIT, row.season_id, row.id, clock.today())
    form.youth_id.choices = [SelectChoice(str(line.youth_id), line.list_name) for line in candidates]
    return form


def _group_page(
    row: Group, *, status: int = 200, join_form: JoinForm | None = None, lead_form: LeadForm | None = None
) -> Response:
    on, now = clock.today(), clock.now()
    members = queries.members_of(row.id, on)
    ids = [line.youth_id for line in members]
    readable = people.reachable(actor(), P.YOUTH_READ, ids, on)
    may_change = actor().may(P.TEAM_EDIT)
    return page(
        "programs/group.html",
        status=status,
        group=row,
        members=[line for line in members if line.youth_id in readable],
        staff=queries.staff_of([row.id], on).get(row.id, []),
        coming=queries.upcoming(Group.id == row.id, now, now + COMING, limit=8),
        join_form=join_form or (_join_form(row) if may_change else None),
        lead_form=lead_form or (LeadForm(formdata=None) if may_change else None),
        roles=STAFF_ROLES,
        age_on=age_on,
    )


# ---- gatherings ----


@bp.get("/gatherings/new")
@door(P.PROGRAM_EDIT)
def new_gathering() -> Response:
    """The form of a meeting of a group."""
    row = _group_asked()
    usual = GatheringKind.PRACTICE if row.kind is GroupKind.TEAM else GatheringKind(row.kind.value)
    values = {
        "kind": usual.value,
        "title": _(GATHERING_KINDS[usual]),
        "day": clock.today(),
        "site_id": str(row.site_id or ""),
    }
    return _gathering_page(row, _with_sites(GatheringForm(formdata=None, **values)))


@bp.post("/gatherings/new")
@door(P.PROGRAM_EDIT)
def create_gathering() -> BaseResponse:
    """Set a meeting, or a weekly series."""
    row = _group_asked()
    form: Any = _with_sites(GatheringForm())
    if form.validate_on_submit():
        try:
            count = _schedule(row, form)
            sentence = ngettext("One meeting is set.", "%(num)s meetings are set.", count)
            flash(sentence if count else _("The group meets then already."), "signed" if count else "neutral")
            return redirect(url_for("programs.group", group_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _gathering_page(row, form, 422)


def _group_asked() -> Group:
    group_id = key_in(request.args.get("group"))
    if group_id is None:
        raise NotFound
    return queries.get_group_for(actor(), P.PROGRAM_EDIT, group_id, clock.today())


def _schedule(row: Group, form: Any) -> int:
    about = {
        "kind": GatheringKind(form.kind.data),
        "title": _title(form),
        "place": form.place.data,
        "site_id": _key(form.site_id),
    }
    day, starts, ends = form.day.data, form.starts.data, form.ends.data
    if form.until.data:
        weekdays = [int(number) for number in form.weekdays.data] or [day.weekday()]
        when = {"first": day, "last": form.until.data, "weekdays": weekdays, "starts": starts, "ends": ends}
        return len(services.schedule_series(row, **about, **when, **_deed()))
    moments = (rules.moment_of(day, at, clock.zone()) for at in (starts, ends))
    starts_at, ends_at = moments
    services.schedule_gathering(row, **about, starts_at=starts_at, ends_at=ends_at, **_deed())
    return 1


def _title(form: Any) -> str:
    """What the meeting is called; the plain word of a kind is kept as such, so that each family reads its own."""
    plain = GATHERING_KINDS.values()
    return next((word for word in plain if str(_(word)) == form.title.data), form.title.data)


def _gathering_page(row: Group, form: GatheringForm, status: int = 200) -> Response:
    return page("programs/gathering_form.html", status=status, group=row, form=form, weekdays=list(enumerate(WEEKDAYS)))


@bp.get("/gatherings/<id:gathering_id>")
@door(P.REGISTER_READ)
def gathering(gathering_id: int) -> Response:
    """A meeting: when, where, and whether it takes place."""
    row = queries.get_gathering_for(actor(), P.REGISTER_READ, gathering_id, clock.today())
    over = row.ends_at <= clock.now()
    adults = None if over or row.canceled_at else serving.adults_at([row.id]).get(row.id)
    return page("programs/gathering.html", gathering=row, kinds=GATHERING_KINDS, over=over, adults=adults)


@bp.get("/gatherings/<id:gathering_id>/cancel")
@door(P.PROGRAM_EDIT)
def ask_cancel(gathering_id: int) -> Response:
    """Ask why a meeting does not take place."""
    row = queries.get_gathering_for(actor(), P.PROGRAM_EDIT, gathering_id, clock.today())
    return _cancel_page(row, CancelForm())


@bp.post("/gatherings/<id:gathering_id>/cancel")
@door(P.PROGRAM_EDIT)
def cancel(gathering_id: int) -> BaseResponse:
    """Call a meeting off."""
    row = queries.get_gathering_for(actor(), P.PROGRAM_EDIT, gathering_id, clock.today())
    form: Any = CancelForm()
    if form.validate_on_submit():
        try:
            services.cancel_gathering(row, reason=form.reason.data, **_deed())
            flash(_("The meeting is canceled."))
            return redirect(url_for("programs.gathering", gathering_id=row.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _cancel_page(row, form, 422)


def _cancel_page(row: Gathering, form: CancelForm, status: int = 200) -> Response:
    return page("programs/cancel.html", status=status, gathering=row, form=form)


# ---- sites ----


@bp.get("/sites")
@door(P.PROGRAM_READ)
def sites() -> Response:
    """The places where people meet."""
    return _sites_page(SiteForm())


@bp.post("/sites")
@door(P.PROGRAM_EDIT)
def create_site() -> BaseResponse:
    """Add a place."""
    _everywhere()
    form: Any = SiteForm()
    if form.validate_on_submit():
        try:
            services.add_site(form.name.data, address=form.address.data, **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("programs.sites"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return _sites_page(form, 422)


@bp.get("/sites/<id:site_id>/edit")
@door(P.PROGRAM_EDIT)
def edit_site(site_id: int) -> Response:
    """The form of a place."""
    site = _site(site_id)
    return page("programs/site_form.html", site=site, form=SiteForm(obj=site))


@bp.post("/sites/<id:site_id>/edit")
@door(P.PROGRAM_EDIT)
def update_site(site_id: int) -> BaseResponse:
    """Correct a place."""
    site = _site(site_id)
    form: Any = SiteForm()
    if form.validate_on_submit():
        try:
            services.change_site(site, name=form.name.data, address=form.address.data, **_deed())
            flash(_("Saved."), "signed")
            return redirect(url_for("programs.sites"), 303)
        except Refused as problem:
            form.take(problem.reasons)
    return page("programs/site_form.html", status=422, site=site, form=form)


def _site(site_id: int) -> Site:
    """Sites are shared by all programs, so that only the whole department's coordinators rename one."""
    _everywhere()
    return queries.get_site(site_id)


def _sites_page(form: SiteForm, status: int = 200) -> Response:
    meets = queries.sites_in_use(actor(), P.CALENDAR_READ, clock.today())
    return page("programs/sites.html", status=status, sites=queries.list_sites(), meets=meets, form=form)

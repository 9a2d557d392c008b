"""The one table: which blueprints, listeners, sources of clearance and navigation make up the house."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from youthprog import config
from youthprog.access import admission, throttle
from youthprog.access import portal as own_account
from youthprog.access import public as sign_in
from youthprog.access import queries as access
from youthprog.access import routes as accounts
from youthprog.access import services as access_services
from youthprog.access.types import InvitationIssued, PasswordResetAsked, ProgramChoice
from youthprog.attendance import card_pages as attendance_cards
from youthprog.attendance import cards as attendance_card_services
from youthprog.attendance import history as attendance_history
from youthprog.attendance import keying as attendance_paper
from youthprog.attendance import kiosk as attendance_kiosk
from youthprog.attendance import missing as attendance_lists
from youthprog.attendance import overdue, release, stops, sync, telling, walk_ins
from youthprog.attendance import routes as attendance
from youthprog.attendance import scan as attendance_scan
from youthprog.attendance import services as attendance_services
from youthprog.audit import routes as audit
from youthprog.audit import services as _audit  # its listeners chain every commit
from youthprog.audit.anchors import anchor
from youthprog.calendars import notices as calendar_notices
from youthprog.calendars import portal as calendar_links
from youthprog.calendars import queries as calendar_queries
from youthprog.calendars import routes as calendars
from youthprog.calendars import services as calendar_services
from youthprog.concerns import portal as concerns
from youthprog.concerns import routes as concern_desk
from youthprog.concerns import services as concern_services
from youthprog.concerns.types import ContactStopped
from youthprog.consent import builder as consent_builder
from youthprog.consent import chase as consent_chase
from youthprog.consent import checking as consent_checking
from youthprog.consent import copies as consent_copies
from youthprog.consent import cosigners, strangers
from youthprog.consent import desk as consent_desk
from youthprog.consent import entries as consent_entries
from youthprog.consent import form_life as consent_form_life
from youthprog.consent import guardians as consent_guardians
from youthprog.consent import keeping as consent_keeping
from youthprog.consent import outings as consent_outings
from youthprog.consent import part_entries as consent_part_entries
from youthprog.consent import pickup_links as consent_pickup_links
from youthprog.consent import pickups as consent_pickups
from youthprog.consent import portal as consent_portal
from youthprog.consent import queries as consent_queries
from youthprog.consent import routes as consent
from youthprog.consent import sealed as consent_sealed
from youthprog.consent import sections as consent_sections
from youthprog.consent import services as consent_services
from youthprog.consent.slip_queries import slip_objections
from youthprog.consent.surely import asked_at_gate, gave_all_at_gate, surely_cleared
from youthprog.consent.types import ConsentWithdrawn
from youthprog.core import clearance, collecting, crypto, db, events, guessing, health_words, reach, serving, together
from youthprog.core.actor import Actor
from youthprog.core.health_words import HealthWords
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.credentials import judging as credentials_judging
from youthprog.credentials import notices as credentials_notices
from youthprog.credentials import pages as volunteer_pages
from youthprog.credentials import routes as credentials
from youthprog.credentials import services as credentials_services
from youthprog.credentials.types import CredentialLapsed
from youthprog.documents import portal as documents_portal
from youthprog.leagues import routes as leagues
from youthprog.leagues import season_papers, teams
from youthprog.leagues.changes import pages as change_pages
from youthprog.leagues.changes import rain_pages
from youthprog.leagues.changes import services as schedule_changes
from youthprog.leagues.changes.telling import tell_of_changes
from youthprog.leagues.drafting import pages as drafting_pages
from youthprog.leagues.drafting import services as drafting_services
from youthprog.leagues.forfeits import services as forfeits
from youthprog.leagues.forming import known as forming_known
from youthprog.leagues.forming import links_pages
from youthprog.leagues.forming import pages as forming_pages
from youthprog.leagues.forming.work import form_what_is_asked
from youthprog.leagues.imports import exports as leagues_exports
from youthprog.leagues.imports import pages as leagues_imports
from youthprog.leagues.imports import services as leagues_import_services
from youthprog.leagues.officials import candidates as officials_known
from youthprog.leagues.officials import links as duty_links
from youthprog.leagues.officials import list_services as official_list_services
from youthprog.leagues.officials import lists as official_lists
from youthprog.leagues.officials import routes as officials
from youthprog.leagues.officials import services as officials_services
from youthprog.leagues.playing_time import routes as playing_time
from youthprog.leagues.playing_time import services as playing_time_services
from youthprog.leagues.printing import pages as printing_pages
from youthprog.leagues.rosters import division_pages as rosters_division_pages
from youthprog.leagues.rosters import holds as rosters_holds
from youthprog.leagues.rosters import pages as rosters_pages
from youthprog.leagues.rosters import queries as rosters
from youthprog.leagues.rosters import services as rosters_services
from youthprog.leagues.rosters import waiting as rosters_waiting
from youthprog.leagues.scores import brackets, card_links
from youthprog.leagues.scores import games as leagues_scores
from youthprog.leagues.scores import pages as leagues_standings
from youthprog.leagues.scores import settings as leagues_score_rules
from youthprog.leagues.season import fields as season_fields
from youthprog.leagues.season import limit_pages as season_limits
from youthprog.leagues.season import pages as season_pages
from youthprog.leagues.season.game_words import games_of
from youthprog.leagues.season.work import make_schedules
from youthprog.mentorship import routes as mentorship
from youthprog.mentorship import services as mentorship_services
from youthprog.mentorship.cadence import routes as support
from youthprog.mentorship.cadence import services as support_services
from youthprog.mentorship.closing import forgetting as closing_words
from youthprog.mentorship.closing import pages as closing_pages
from youthprog.mentorship.closing import services as closing_services
from youthprog.mentorship.evidence import pages as evidence_pages
from youthprog.mentorship.evidence import services as evidence_services
from youthprog.mentorship.gate import own as gate_own
from youthprog.mentorship.gate import routes as gate
from youthprog.mentorship.gate import services as gate_services
from youthprog.mentorship.hours import routes as hours
from youthprog.mentorship.hours import services as hours_services
from youthprog.mentorship.matching import letters as matching_letters
from youthprog.mentorship.matching import pages as matching_pages
from youthprog.mentorship.matching import portal as match_asked
from youthprog.mentorship.matching import services as matching_services
from youthprog.mentorship.matching.work import match_what_is_asked
from youthprog.mentorship.sessions import portal as session_links
from youthprog.mentorship.sessions import reminding as session_reminding
from youthprog.mentorship.sessions import routes as mentoring_sessions
from youthprog.mentorship.sessions import services as session_services
from youthprog.outreach import access_letters, chores
from youthprog.outreach import routes as outreach
from youthprog.outreach import services as outreach_services
from youthprog.outreach.types import MessageBounced, MessageSent
from youthprog.people import collecting as people_collecting
from youthprog.people import routes as people
from youthprog.people.types import CustodyRestricted, GuardianshipEnded, PeopleMerged, PersonAdded, SchoolChanged
from youthprog.programs import queries as programs
from youthprog.programs import routes as programs_routes
from youthprog.programs import services as programs_services
from youthprog.programs.types import (
    GatheringCanceled,
    GatheringChanged,
    GroupChanged,
    GroupLed,
    ServiceWarned,
    YouthWithdrawn,
)
from youthprog.reports import certificates, figures, paper
from youthprog.reports import routes as reports
from youthprog.reports.batches import kinds as batch_kinds
from youthprog.reports.batches import pages as batch_pages
from youthprog.reports.batches import queries as batch_queries
from youthprog.reports.batches import services as batch_services
from youthprog.reports.batches.types import BatchKind
from youthprog.reports.batches.work import print_what_is_asked
from youthprog.reports.rounds import compare_documents, forget_concerns
from youthprog.web import addresses, compiled, cookies, edge, errors, filters, headers, language
from youthprog.web import routes as web
from youthprog.web.converters import Id
from youthprog.web.filters import NavItem
from youthprog.web.house import House

__all__ = ["build"]

assert _audit
assert links_pages  # its pages stand on the blueprint of forming
assert rosters_division_pages  # and these on that of rosters

BLUEPRINTS: list[Any] = [
    web.bp,
    sign_in.bp,
    own_account.bp,
    accounts.bp,
    audit.bp,
    people.bp,
    programs_routes.bp,
    attendance.bp,
    telling.bp,
    walk_ins.bp,
    attendance_cards.bp,
    attendance_scan.bp,
    attendance_kiosk.bp,
    release.bp,
    attendance_lists.bp,
    attendance_history.bp,
    attendance_paper.bp,
    sync.bp,
    calendars.bp,
    calendar_links.bp,
    credentials.bp,
    volunteer_pages.bp,
    concerns.bp,
    concern_desk.bp,
    mentorship.bp,
    gate.bp,
    gate_own.bp,
    mentoring_sessions.bp,
    session_links.bp,
    support.bp,
    hours.bp,
    closing_pages.bp,
    evidence_pages.bp,
    evidence_pages.outside,
    matching_pages.bp,
    match_asked.bp,
    documents_portal.bp,
    leagues.bp,
    teams.bp,
    rosters_pages.bp,
    leagues_imports.bp,
    forming_pages.bp,
    drafting_pages.bp,
    leagues_exports.bp,
    printing_pages.bp,
    season_pages.bp,
    season_fields.bp,
    season_limits.bp,
    rain_pages.bp,
    change_pages.bp,
    leagues_scores.bp,
    card_links.bp,
    leagues_standings.bp,
    leagues_score_rules.bp,
    brackets.bp,
    officials.bp,
    duty_links.bp,
    official_lists.bp,
    playing_time.bp,
    reports.bp,
    certificates.bp,
    paper.bp,
    batch_pages.bp,
    figures.bp,
    consent.bp,
    consent_desk.bp,
    consent_sealed.bp,
    consent_entries.bp,
    consent_part_entries.bp,
    consent_keeping.bp,
    consent_copies.bp,
    consent_builder.bp,
    consent_form_life.bp,
    consent_sections.bp,
    consent_chase.bp,
    consent_pickup_links.bp,
    consent_outings.bp,
    consent_portal.by_token,
    consent_portal.by_link,
    consent_portal.by_account,
    cosigners.bp,
    consent_guardians.bp,
    strangers.outside,
    consent_checking.bp,
    outreach.bp,
]

# Who listens to what, in the same transaction, in this order.
SUBSCRIBERS: dict[type, list[events.Handler]] = {
    InvitationIssued: [access_letters.on_invitation],
    PasswordResetAsked: [access_letters.on_password_asked],
    PersonAdded: [access_services.place_added],
    PeopleMerged: [
        access_services.follow_merge,
        programs_services.follow_merge,
        attendance_services.follow_merge,
        attendance_card_services.follow_merge,
        mentorship_services.follow_merge,
        gate_services.follow_merge,
        session_services.follow_merge,
        support_services.follow_merge,
        hours_services.follow_merge,
        closing_services.follow_merge,
        evidence_services.follow_merge,
        matching_services.follow_merge,
        forming_known.follow_merge,
        drafting_services.follow_merge,
        rosters_services.follow_merge,
        official_list_services.follow_merge,
        playing_time_services.follow_merge,
        consent_services.follow_merge,
        credentials_services.follow_merge,
        outreach_services.follow_merge,
        calendar_services.follow_merge,
        concern_services.follow_merge,
        batch_services.follow_merge,
    ],
    ContactStopped: [mentorship_services.stop_contact],
    GatheringCanceled: [consent_services.close_slips, schedule_changes.follow_cancel, officials_services.on_canceled],
    GroupLed: [gate_services.hold_led],
    ServiceWarned: [credentials.show_warnings],
    ConsentWithdrawn: [gate_services.on_consent_withdrawn],
    GroupChanged: [
        gate_services.hold_joined,
        consent_services.end_at_group,
        rosters_waiting.place_opened,
        officials_services.on_group_changed,
    ],
    YouthWithdrawn: [rosters_waiting.leave_lines, closing_services.on_withdrawn],
    CustodyRestricted: [
        consent_services.close_for_restricted,
        calendar_services.end_for_restricted,
        officials_services.on_restricted,
        matching_services.on_restricted,
    ],
    GuardianshipEnded: [
        consent_services.close_for_guardian,
        calendar_services.end_for_guardian,
        gate_services.on_guardianship_ended,
        matching_services.on_guardianship_ended,
    ],
    GatheringChanged: [calendar_notices.note_change, hours_services.on_gathering_changed],
    SchoolChanged: [consent_services.end_at_school],
    CredentialLapsed: [
        gate_services.on_credential_lapsed,
        mentorship_services.pause_for_mentor,
        officials_services.on_lapsed,
    ],
    MessageSent: [consent_services.note_sent],
    MessageBounced: [consent_services.note_bounced],
}

# Who may object to a youth taking part on a day; where one reason is shown it is the first, so a hold stands before a form.
CLEARANCE: list[clearance.Objector] = [rosters.objections, consent_queries.objections]
CLEARANCE_IN: dict[clearance.Objector, clearance.SeasonsObjector] = {  # the same, asked of many seasons at once
    rosters.objections: rosters.objections_in,
    consent_queries.objections: consent_queries.objections_in,
}
CLEARANCE_AT: list[clearance.GatheringObjector] = [slip_objections, rosters.objections_at]
SURELY = [
    clearance.QuickLook(surely_cleared, gave_all_at_gate, asked_at_gate),
    clearance.QuickLook(rosters.surely_clear, rosters.clear_at_gate, rosters.kept_from_game),
]

# Which rooms keep health words beside the notes of a young person's file; they go with the notes.
HEALTH_WORDS = [HealthWords(rosters_holds.words_kept, rosters_holds.forget_words)]

# Who knows somebody that may collect a youth, in the order they are shown, and who may not.
COLLECTORS: list[collecting.CollectorSource] = [
    people_collecting.guardians_who_collect,
    consent_pickups.named_on_lists,
]
BARRED: list[collecting.BarredSource] = [people_collecting.barred_from_collecting]

# Who knows of time that adults give otherwise than as leaders of groups.
SERVED_ELSEWHERE: list[serving.Elsewhere] = [officials_known.served_at_games]

# What the worker does once a day, in this order, besides anchoring the audit trail.
CHORES: list[chores.Chore] = [
    compare_documents,
    admission.sweep,
    consent_services.close_for_adults,
    consent_services.renew_ending,
    consent_services.remind_due,
    consent_services.blank_settled,
    credentials_notices.daily,
    overdue.tell_leaders,
    officials_services.check_all,
    session_reminding.drop_old_drafts,
    hours_services.settle_all,
    closing_services.open_at_season_end,
    closing_words.forget_words,
    forget_concerns,
    batch_services.purge_expired,
]

# What the worker does every few minutes.
OFTEN: list[chores.Chore] = [
    concern_services.tell_who_waits,
    stops.tell_of_late,
    rosters_waiting.fill_everywhere,
    forfeits.warn,
    gate_services.check_all,
    session_reminding.remind,
    matching_letters.ask_how_it_goes,
]

# Long work that somebody asks for: looked for every second, one piece at a time.
SOON: list[chores.Chore] = [
    leagues_import_services.write_begun,
    form_what_is_asked,
    match_what_is_asked,
    make_schedules,
    tell_of_changes,
    calendar_notices.tell_of_changes,
    print_what_is_asked,
]

# What can be printed for many at once, in the order it is offered: one line a kind.
BATCH_KINDS: list[BatchKind] = [
    *batch_kinds.CERTIFICATES,
    batch_kinds.rosters_of(season_papers.team_ids, season_papers.rosters),
]

# The main navigation, in order; the first four are tabs on a phone, the rest stands under More.
NAVIGATION: list[NavItem] = [
    NavItem(N_("Today"), "reports.today", "flag"),
    NavItem(N_("Teams"), "leagues.index", "users", P.TEAM_READ, also=("/import", "/divisions", "/formings", "/drafts")),
    NavItem(
        N_("Season"),
        "programs.index",
        "calendar",
        P.PROGRAM_READ,
        in_tabs=False,
        also=("/seasons", "/programs", "/sites", "/groups"),
    ),
    NavItem(N_("Standings"), "standings.index", "ball", P.STANDINGS_READ, in_tabs=False),
    NavItem(N_("Mentors"), "mentorship.index", "mentors", P.MATCH_READ, also=("/support", "/hours", "/matching")),
    NavItem(N_("Consents"), "consent.index", "pencil", P.CONSENT_SEND),
    NavItem(N_("Calendar"), "calendars.show", "calendar", P.CALENDAR_READ),
    NavItem(N_("My forms"), "consent_own.forms", "pencil", P.CONSENT_SIGN),
    NavItem(N_("People"), "people.index", "search", P.PEOPLE_LIST, in_tabs=False, also=("/youth", "/credentials")),
    NavItem(N_("My papers"), "credentials.mine", "shield", P.CREDENTIAL_OWN, in_tabs=False),
    NavItem(N_("Reports"), "figures.index", "document", P.REPORT_READ, in_tabs=False, also=("/reports",)),
    NavItem(N_("Outbox"), "outreach.outbox", "send", P.OUTBOX_READ, in_tabs=False),
    NavItem(N_("Concerns"), "concern_desk.index", "shield", P.CONCERN_READ),
    NavItem(N_("Who reads concerns"), "concern_desk.readers", "shield", P.SAFEGUARD_NAME, in_tabs=False),
    NavItem(N_("Accounts"), "accounts.index", "key", P.ACCOUNT_READ),
    NavItem(N_("Audit trail"), "audit.index", "history", P.AUDIT_READ),
    NavItem(N_("Paper"), "paper.show", "document", P.PAPER_EDIT),
]

YEAR = 365 * 24 * 3600


def build(**overrides: Any) -> Flask:
    """Put the house together."""
    settings = config.read(**overrides)
    package = config.ROOT / "youthprog"
    inside = package / "_templates"
    templates = inside if inside.is_dir() else config.ROOT / "templates"
    app = House("youthprog", static_folder=None, template_folder=str(templates), instance_path=str(settings.instance))
    app.config.update(
        YOUTHPROG=settings,
        SECRET_KEY=settings.secret_key or crypto.token(),
        SESSION_COOKIE_NAME="__Host-youthprog" if settings.secure else "youthprog",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # guardians' pages send no Referer: it would hold the link's secret
        TRUSTED_HOSTS=None if settings.environment == "testing" else [settings.host, "127.0.0.1", "localhost"],
        PREFERRED_URL_SCHEME="https" if settings.secure else "http",
        TEMPLATES_AUTO_RELOAD=settings.environment == "development",
        TESTING=settings.environment == "testing",
        PROPAGATE_FAILURES=settings.environment == "testing",
    )
    app.url_rule_class = addresses.LateRule
    app.url_map.converters["id"] = Id
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.install(app, settings.database_url)
    together.install(app, _audit.chain_waiting)
    crypto.install(app, crypto.KeyFile(settings.instance / "keys.toml"))
    language.install(app)
    edge.install(app, load_link=access.live_link, load_user=access.signed_in_by)
    app.session_interface = cookies.Cookies()
    cookies.Forgery(app)
    errors.install(app)
    headers.install(app)
    compiled.install(app)
    filters.install(app, NAVIGATION, lambda actor: language.gettext(access.role_label(actor)))
    events.install(app, SUBSCRIBERS)
    reach.install(app, access.youth_within)
    access.install(app, grantable_programs)
    clearance.install(app, CLEARANCE, CLEARANCE_AT, SURELY, CLEARANCE_IN)
    collecting.install(app, COLLECTORS, BARRED, people_collecting.known_of)
    guessing.install(app, throttle.may_try, throttle.miss)
    serving.install(app, credentials_judging.judge, credentials_judging.adults_at, SERVED_ELSEWHERE)
    health_words.install(app, HEALTH_WORDS)
    calendar_queries.install(app, games_of)
    batch_queries.install(app, BATCH_KINDS)
    chores.install(app, [lambda now: anchor(settings.instance, now), *CHORES], OFTEN, SOON)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    edge.check_doors(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    static = package / "static"
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=static, prefix="static/", max_age=YEAR)  # type: ignore[method-assign]
    return app


def grantable_programs(actor: Actor) -> list[ProgramChoice]:
    """The programs a role can be granted in; the accounts' pages lie below the programs and ask through here."""
    found = programs.list_programs(actor, P.PROGRAM_READ)
    return [ProgramChoice(line.program_id, line.name.en, line.name.es or "") for line in found]

"""The one table: which blueprints, listeners, sources of clearance and navigation make up the house."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from youthprog import config
from youthprog.access import queries as access
from youthprog.access import throttle
from youthprog.access.types import InvitationIssued, PasswordResetAsked, ProgramChoice
from youthprog.audit.anchors import anchor
from youthprog.calendars import queries as calendar_queries
from youthprog.concerns.types import ContactStopped
from youthprog.consent.types import ConsentWithdrawn
from youthprog.core import (
    clearance,
    collecting,
    crypto,
    db,
    events,
    guessing,
    health_words,
    picturing,
    reach,
    serving,
    together,
)
from youthprog.core.actor import Actor
from youthprog.core.health_words import HealthWords
from youthprog.core.late import find_all, late, load
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.credentials.types import CredentialLapsed
from youthprog.outreach import chores
from youthprog.outreach.types import MessageBounced, MessageSent
from youthprog.people.types import CustodyRestricted, GuardianshipEnded, PeopleMerged, PersonAdded, SchoolChanged
from youthprog.programs import queries as programs
from youthprog.programs.types import (
    GatheringCanceled,
    GatheringChanged,
    GroupChanged,
    GroupLed,
    ServiceWarned,
    YouthWithdrawn,
)
from youthprog.reports.batches import kinds as batch_kinds
from youthprog.reports.batches import queries as batch_queries
from youthprog.reports.batches.types import BatchKind
from youthprog.web import addresses, compiled, cookies, doors, edge, errors, filters, headers, language
from youthprog.web.converters import Id
from youthprog.web.filters import NavItem
from youthprog.web.house import House

__all__ = ["PAGES", "build"]

# Whose listeners hear of rows as they are written: these are loaded at the start.
LISTENING = ["audit.services", "mentorship.hours.services"]

# Pages of every page, and those that bring something along for the whole house: also loaded at the start.
AT_ONCE = [
    "web.routes:bp",
    "access.public:bp",  # the words of the masthead
    "concerns.portal:bp",  # the way to it stands at the foot of every page
]

# The pages of the rooms, one line a blueprint: `room.module:blueprint`. The web process loads them when somebody first opens
# one (docs/decisions/0101). A module that stands on the blueprint of another one has a line of its own before it.
PAGES = [
    "access.portal:bp",
    "access.routes:bp",
    "audit.routes:bp",
    "people.routes:bp",
    "programs.routes:bp",
    "attendance.routes:bp",
    "attendance.telling:bp",
    "attendance.walk_ins:bp",
    "attendance.card_pages:bp",
    "attendance.scan:bp",
    "attendance.kiosk:bp",
    "attendance.release:bp",
    "attendance.missing:bp",
    "attendance.history:bp",
    "attendance.keying:bp",
    "attendance.sync:bp",
    "calendars.routes:bp",
    "calendars.portal:bp",
    "credentials.routes:bp",
    "credentials.pages:bp",
    "concerns.routes:bp",
    "mentorship.routes:bp",
    "mentorship.gate.routes:bp",
    "mentorship.gate.own:bp",
    "mentorship.sessions.routes:bp",
    "mentorship.sessions.portal:bp",
    "mentorship.cadence.routes:bp",
    "mentorship.hours.routes:bp",
    "mentorship.closing.pages:bp",
    "mentorship.evidence.pages:bp",
    "mentorship.evidence.pages:outside",
    "mentorship.matching.pages:bp",
    "mentorship.matching.portal:bp",
    "documents.portal:bp",
    "leagues.routes:bp",
    "leagues.teams:bp",
    "leagues.rosters.division_pages",
    "leagues.rosters.pages:bp",
    "leagues.imports.pages:bp",
    "leagues.forming.links_pages",
    "leagues.forming.pages:bp",
    "leagues.drafting.pages:bp",
    "leagues.imports.exports:bp",
    "leagues.printing.pages:bp",
    "leagues.season.pages:bp",
    "leagues.season.fields:bp",
    "leagues.season.limit_pages:bp",
    "leagues.changes.rain_pages:bp",
    "leagues.changes.pages:bp",
    "leagues.scores.games:bp",
    "leagues.scores.card_links:bp",
    "leagues.scores.pages:bp",
    "leagues.scores.settings:bp",
    "leagues.scores.brackets:bp",
    "leagues.officials.routes:bp",
    "leagues.officials.links:bp",
    "leagues.officials.lists:bp",
    "leagues.playing_time.routes:bp",
    "reports.routes:bp",
    "reports.certificates:bp",
    "reports.certificate_links:bp",
    "reports.paper:bp",
    "reports.photo_pages:bp",
    "reports.batches.pages:bp",
    "reports.figures:bp",
    "consent.routes:bp",
    "consent.desk:bp",
    "consent.sealed:bp",
    "consent.entries:bp",
    "consent.part_entries:bp",
    "consent.keeping:bp",
    "consent.copies:bp",
    "consent.builder:bp",
    "consent.form_life:bp",
    "consent.sections:bp",
    "consent.chase:bp",
    "consent.pickup_links:bp",
    "consent.outings:bp",
    "consent.portal:by_token",
    "consent.portal:by_link",
    "consent.portal:by_account",
    "consent.cosigners:bp",
    "consent.guardians:bp",
    "consent.strangers:outside",
    "consent.checking:bp",
    "outreach.routes:bp",
]

# Who listens to what, in the same transaction, in this order.
SUBSCRIBERS: dict[type, list[events.Handler]] = {
    InvitationIssued: [late("outreach.access_letters:on_invitation")],
    PasswordResetAsked: [late("outreach.access_letters:on_password_asked")],
    PersonAdded: [late("access.services:place_added")],
    PeopleMerged: [
        late("access.services:follow_merge"),
        late("programs.services:follow_merge"),
        late("attendance.services:follow_merge"),
        late("attendance.cards:follow_merge"),
        late("mentorship.services:follow_merge"),
        late("mentorship.gate.services:follow_merge"),
        late("mentorship.sessions.services:follow_merge"),
        late("mentorship.cadence.services:follow_merge"),
        late("mentorship.hours.services:follow_merge"),
        late("mentorship.closing.services:follow_merge"),
        late("mentorship.evidence.services:follow_merge"),
        late("mentorship.matching.services:follow_merge"),
        late("leagues.forming.known:follow_merge"),
        late("leagues.drafting.services:follow_merge"),
        late("leagues.rosters.services:follow_merge"),
        late("leagues.officials.list_services:follow_merge"),
        late("leagues.playing_time.services:follow_merge"),
        late("consent.services:follow_merge"),
        late("credentials.services:follow_merge"),
        late("outreach.services:follow_merge"),
        late("calendars.services:follow_merge"),
        late("concerns.services:follow_merge"),
        late("reports.batches.services:follow_merge"),
    ],
    ContactStopped: [late("mentorship.services:stop_contact")],
    GatheringCanceled: [
        late("consent.services:close_slips"),
        late("leagues.changes.services:follow_cancel"),
        late("leagues.officials.services:on_canceled"),
    ],
    GroupLed: [late("mentorship.gate.services:hold_led")],
    ServiceWarned: [late("credentials.routes:show_warnings")],
    ConsentWithdrawn: [late("mentorship.gate.services:on_consent_withdrawn")],
    GroupChanged: [
        late("mentorship.gate.services:hold_joined"),
        late("consent.services:end_at_group"),
        late("leagues.rosters.waiting:place_opened"),
        late("leagues.officials.services:on_group_changed"),
    ],
    YouthWithdrawn: [late("leagues.rosters.waiting:leave_lines"), late("mentorship.closing.services:on_withdrawn")],
    CustodyRestricted: [
        late("consent.services:close_for_restricted"),
        late("calendars.services:end_for_restricted"),
        late("leagues.officials.services:on_restricted"),
        late("mentorship.matching.services:on_restricted"),
    ],
    GuardianshipEnded: [
        late("consent.services:close_for_guardian"),
        late("calendars.services:end_for_guardian"),
        late("mentorship.gate.services:on_guardianship_ended"),
        late("mentorship.matching.services:on_guardianship_ended"),
    ],
    GatheringChanged: [late("calendars.notices:note_change"), late("mentorship.hours.services:on_gathering_changed")],
    SchoolChanged: [late("consent.services:end_at_school")],
    CredentialLapsed: [
        late("mentorship.gate.services:on_credential_lapsed"),
        late("mentorship.services:pause_for_mentor"),
        late("leagues.officials.services:on_lapsed"),
    ],
    MessageSent: [late("consent.services:note_sent")],
    MessageBounced: [late("consent.services:note_bounced")],
}

# Who may object to a youth taking part on a day; where one reason is shown it is the first, so a hold stands before a form.
CLEARANCE: list[clearance.Objector] = [late("leagues.rosters.queries:objections"), late("consent.queries:objections")]
CLEARANCE_IN: dict[clearance.Objector, clearance.SeasonsObjector] = {  # the same, asked of many seasons at once
    late("leagues.rosters.queries:objections"): late("leagues.rosters.queries:objections_in"),
    late("consent.queries:objections"): late("consent.queries:objections_in"),
}
CLEARANCE_AT: list[clearance.GatheringObjector] = [
    late("consent.slip_queries:slip_objections"),
    late("leagues.rosters.queries:objections_at"),
]
SURELY = [
    clearance.QuickLook(
        late("consent.surely:surely_cleared"),
        late("consent.surely:gave_all_at_gate"),
        late("consent.surely:asked_at_gate"),
    ),
    clearance.QuickLook(
        late("leagues.rosters.queries:surely_clear"),
        late("leagues.rosters.queries:clear_at_gate"),
        late("leagues.rosters.queries:kept_from_game"),
    ),
]

# Which rooms keep health words beside the notes of a young person's file; they go with the notes.
HEALTH_WORDS = [HealthWords(late("leagues.rosters.holds:words_kept"), late("leagues.rosters.holds:forget_words"))]

# Who knows somebody that may collect a youth, in the order they are shown, and who may not.
COLLECTORS: list[collecting.CollectorSource] = [
    late("people.collecting:guardians_who_collect"),
    late("consent.pickups:named_on_lists"),
]
BARRED: list[collecting.BarredSource] = [late("people.collecting:barred_from_collecting")]

# Who judges whether an adult may serve, and looks at who leads meetings.
JUDGES = late("credentials.judging:judge"), late("credentials.judging:adults_at")

# Who knows of time that adults give otherwise than as leaders of groups.
SERVED_ELSEWHERE: list[serving.Elsewhere] = [late("leagues.officials.candidates:served_at_games")]

# What the worker does once a day, in this order, besides anchoring the audit trail.
CHORES: list[chores.Chore] = [
    late("reports.rounds:compare_documents"),
    late("access.admission:sweep"),
    late("consent.services:close_for_adults"),
    late("consent.services:renew_ending"),
    late("consent.services:remind_due"),
    late("consent.services:blank_settled"),
    late("credentials.notices:daily"),
    late("attendance.overdue:tell_leaders"),
    late("leagues.officials.services:check_all"),
    late("mentorship.sessions.reminding:drop_old_drafts"),
    late("mentorship.hours.services:settle_all"),
    late("mentorship.closing.services:open_at_season_end"),
    late("mentorship.closing.forgetting:forget_words"),
    late("reports.rounds:forget_typed_names"),
    late("reports.rounds:forget_concerns"),
    late("reports.batches.services:purge_expired"),
]

# What the worker does every few minutes.
OFTEN: list[chores.Chore] = [
    late("concerns.services:tell_who_waits"),
    late("attendance.stops:tell_of_late"),
    late("leagues.rosters.waiting:fill_everywhere"),
    late("leagues.forfeits.services:warn"),
    late("mentorship.gate.services:check_all"),
    late("mentorship.sessions.reminding:remind"),
    late("mentorship.matching.letters:ask_how_it_goes"),
]

# Long work that somebody asks for: looked for every second, one piece at a time.
SOON: list[chores.Chore] = [
    late("leagues.imports.services:write_begun"),
    late("leagues.forming.work:form_what_is_asked"),
    late("mentorship.matching.work:match_what_is_asked"),
    late("leagues.season.work:make_schedules"),
    late("leagues.changes.telling:tell_of_changes"),
    late("calendars.notices:tell_of_changes"),
    late("reports.batches.work:print_what_is_asked"),
]

# What can be printed for many at once, in the order it is offered: one line a kind.
BATCH_KINDS: list[BatchKind] = [
    *batch_kinds.CERTIFICATES,
    batch_kinds.rosters_of(late("leagues.season_papers:team_ids"), late("leagues.season_papers:rosters")),
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


def build(*, at_once: bool = True, **overrides: Any) -> Flask:
    """Put the house together: with all that is in it, or, for the web process, with doors whose pages are loaded later."""
    table = {} if at_once else doors.known()
    load([*table.get("models", ()), *LISTENING])
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
    together.install(app, late("audit.services:chain_waiting"))
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
    picturing.install(app, late("consent.queries:agreed_to_photos"))
    collecting.install(app, COLLECTORS, BARRED, late("people.collecting:known_of"))
    guessing.install(app, throttle.may_try, throttle.miss)
    serving.install(app, *JUDGES, SERVED_ELSEWHERE)
    health_words.install(app, HEALTH_WORDS)
    calendar_queries.install(app, late("leagues.season.game_words:games_of"))
    batch_queries.install(app, BATCH_KINDS)
    chores.install(app, [lambda now: anchor(settings.instance, now), *CHORES], OFTEN, SOON)
    doors.register(app, AT_ONCE)
    if at_once:
        doors.register(app, PAGES)
        find_all()
    else:
        doors.install(app, table)
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

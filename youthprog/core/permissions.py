"""Everything anyone can do, and how far a permission may reach.

`access/roles.py` says which role holds which permission with which reach; this module only names them.
"""

from enum import Enum, StrEnum


class Reach(StrEnum):
    """How far a permission goes: which objects it may be used on, which rows it may list."""

    EVERYWHERE = "everywhere"
    IN_PROGRAM = "in_program"  # youth placed in, and things of, the program the role was granted for
    ASSIGNED = "assigned"  # youth the person was assigned to: own team, own matches
    OWN_CHILDREN = "own_children"  # youth the person is a guardian of, custody permitting
    SELF = "self"


class P(Enum):
    """One permission: a stable name and what it lets somebody do."""

    PEOPLE_LIST = "people.list", "Search and list people"
    YOUTH_READ = "youth.read", "Open a young person's file"
    YOUTH_EDIT = "youth.edit", "Correct names, birth date, guardians and contacts"
    PHOTO_READ = (
        "photo.read",
        "See a young person's photo, on the file or on a sheet, where the family agreed to photos",
    )
    PHOTO_EDIT = "photo.edit", "Add, replace or take away a young person's photo"
    PEOPLE_MERGE = "people.merge", "Merge two records of the same person"
    CONTACT_READ = "contact.read", "Read guardians' phones, mails and address"
    HEALTH_ALERT_READ = "health.alert.read", "Read the short medical alert a leader on the field needs"
    HEALTH_READ = "health.read", "Read full health notes"
    HEALTH_EDIT = "health.edit", "Write health notes"
    CUSTODY_READ = "custody.read", "Read custody restrictions"
    CUSTODY_EDIT = "custody.edit", "Record or end a custody restriction"

    PROGRAM_READ = "program.read", "Open programs, seasons and their figures"
    PROGRAM_EDIT = "program.edit", "Create and change programs, seasons, sites and gatherings"
    ENROLL = "enrollment.edit", "Enroll, withdraw and move up from the waitlist"

    CALENDAR_READ = "calendar.read", "Have meetings in one's own telephone's calendar, without any child's name"

    TEAM_READ = "team.read", "Open a team and its roster"
    SCORE_SAY = "score.say", "Say the score of a game of one's own team; a coordinator sees them all"
    STANDINGS_READ = "standings.read", "Look at standings and results"
    TEAM_EDIT = "team.edit", "Change a team, its players and its coaches"
    TEAM_FORM = "team.form", "Form a division's teams: rate children, note links and wishes, draft and accept"
    TEAM_DRAFT = (
        "team.draft",
        "Pick for one's team in a live draft: see names, ages, and ratings where the league shows them",
    )
    PLAYER_HOLD = "player.hold", "Take a player off for health; only the office ends it"
    ROSTER_PRINT = "roster.print", "Print a team's roster"
    BINDER_PRINT = "binder.print", "Print the emergency contacts of a whole season"
    ROSTER_IMPORT = "roster.import", "Import a registration export"

    CONSENT_READ = "consent.read", "See who signed, opened or did not"
    CONSENT_SEND = "consent.send", "Ask guardians for consent and remind them"
    CONSENT_SIGN = "consent.sign", "Sign for one's own child"
    CONSENT_RECORD_READ = "consent.record.read", "Open a sealed consent record"
    CONSENT_ENTER = (
        "consent.enter",
        "Enter answers from paper or telephone, log calls, excuse a guardian, see originals",
    )
    CONSENT_MATCH = "consent.match", "Match an answer from a contact not on file"
    FORM_EDIT = "form.edit", "Write and publish consent forms"
    RECORD_KEEP = "record.keep", "Hold records, propose and confirm what is purged"

    REGISTER_READ = "register.read", "Read the register of a gathering"
    REGISTER_TAKE = "register.take", "Take attendance"
    CARD_SHOW = "card.show", "Show or print a young person's check-in card"
    CARD_ISSUE = "card.issue", "Make a check-in card, or a new one for one that was lost"

    REPORT_READ = "report.read", "Read figures of attendance and the lists behind them"

    MATCH_READ = "match.read", "See a mentoring match and its sessions"
    MATCH_EDIT = "match.edit", "Propose, start, pause and close matches"
    SESSION_LOG = "session.log", "Log a mentoring session"
    REMATCH_READ = "rematch.read", "Read that matching somebody again would not be safe, and decide it"
    MATCH_SUPPORT = "match.support", "Keep up with matches: record contacts, read what was said, see what worries"
    HOURS_READ = "hours.read", "Read the ledger of hours given to mentoring; a mentor one's own"
    HOURS_LOCK = "hours.lock", "Lock a month of the ledger and export it"

    CREDENTIAL_OWN = "credential.own", "See what one must hold oneself, and hand in a new training or license"
    CREDENTIAL_READ = (
        "credential.read",
        "See what adults must hold and where it stands: of a check light, provider and dates",
    )
    CREDENTIAL_EDIT = (
        "credential.edit",
        "Say what is asked, enter and decide papers, ask for and agree to exceptions",
    )

    CERTIFICATE_ISSUE = "certificate.issue", "Issue and print a certificate"
    CERTIFICATE_READ = "certificate.read", "Open the certificates of a young person, and take them along as a badge"
    BATCH_PRINT = "batch.print", "Have papers printed for a whole season or team at once, and fetch them"
    CERTIFICATE_REVOKE = "certificate.revoke", "Revoke a certificate"
    PAPER_EDIT = "paper.edit", "Change the look of the department's paper, who signs it, and its templates"

    CONCERN_RAISE = "concern.raise", "Be offered by name, to raise a concern, whom one reaches; anybody may raise one"
    CONCERN_READ = "concern.read", "Read concerns, answer for them and add to them; never one about oneself"
    SAFEGUARD_NAME = "safeguard.name", "Name who reads concerns, without reading them"

    OUTBOX_READ = "outbox.read", "Read the outbox and what happened to each message"
    ACCOUNT_READ = "account.read", "See accounts and their sign-ins"
    ACCOUNT_EDIT = "account.edit", "Open, close and reset accounts"
    ROLE_GRANT = "role.grant", "Give and take roles"
    AUDIT_READ = "audit.read", "Read the audit trail"

    def __init__(self, key: str, says: str):
        self.key = key
        self.says = says

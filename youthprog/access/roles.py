"""Who may do what, how far. The page one could hand to a lawyer.

Reach: EVERYWHERE in the department; IN_PROGRAM the programs the role was granted for; ASSIGNED the young
people of one's own teams and matches; OWN_CHILDREN a guardian's children; SELF oneself. A custody
restriction overrides everything: a restricted adult reaches nothing of that child.

A coordinator granted without a program coordinates the whole department.
"""

from youthprog.access.types import LinkPurpose, Role
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import N_

ASSIGNED, CHILDREN, EVERYWHERE, PROGRAM = Reach.ASSIGNED, Reach.OWN_CHILDREN, Reach.EVERYWHERE, Reach.IN_PROGRAM

TABLE: dict[Role, dict[P, Reach]] = {
    # Runs the installation; sees no child.
    Role.ADMIN: {
        P.ACCOUNT_READ: EVERYWHERE,
        P.ACCOUNT_EDIT: EVERYWHERE,
        P.ROLE_GRANT: EVERYWHERE,
        P.AUDIT_READ: EVERYWHERE,
        P.PROGRAM_READ: EVERYWHERE,
        P.SAFEGUARD_NAME: EVERYWHERE,
        P.PAPER_EDIT: EVERYWHERE,
    },
    # Manages rosters, forms, papers and reports of the program, or of the department.
    Role.COORDINATOR: {
        P.PEOPLE_LIST: PROGRAM,
        P.YOUTH_READ: PROGRAM,
        P.YOUTH_EDIT: PROGRAM,
        P.PEOPLE_MERGE: PROGRAM,
        P.PHOTO_READ: PROGRAM,
        P.PHOTO_EDIT: PROGRAM,
        P.CONTACT_READ: PROGRAM,
        P.HEALTH_ALERT_READ: PROGRAM,
        P.HEALTH_READ: PROGRAM,
        P.HEALTH_EDIT: PROGRAM,
        P.CUSTODY_READ: PROGRAM,
        P.CUSTODY_EDIT: PROGRAM,
        P.PROGRAM_READ: PROGRAM,
        P.PROGRAM_EDIT: PROGRAM,
        P.ENROLL: PROGRAM,
        P.CALENDAR_READ: PROGRAM,
        P.TEAM_READ: PROGRAM,
        P.SCORE_SAY: PROGRAM,
        P.STANDINGS_READ: PROGRAM,
        P.TEAM_EDIT: PROGRAM,
        P.TEAM_FORM: PROGRAM,
        P.PLAYER_HOLD: PROGRAM,
        P.ROSTER_PRINT: PROGRAM,
        P.BINDER_PRINT: PROGRAM,
        P.ROSTER_IMPORT: PROGRAM,
        P.CONSENT_READ: PROGRAM,
        P.CONSENT_SEND: PROGRAM,
        P.CONSENT_RECORD_READ: PROGRAM,
        P.CONSENT_ENTER: PROGRAM,
        P.CONSENT_MATCH: PROGRAM,
        P.FORM_EDIT: PROGRAM,
        P.RECORD_KEEP: PROGRAM,
        P.REGISTER_READ: PROGRAM,
        P.REGISTER_TAKE: PROGRAM,
        P.CARD_SHOW: PROGRAM,
        P.CARD_ISSUE: PROGRAM,
        P.REPORT_READ: PROGRAM,
        P.MATCH_READ: PROGRAM,
        P.MATCH_EDIT: PROGRAM,
        P.CREDENTIAL_READ: PROGRAM,
        P.CREDENTIAL_EDIT: PROGRAM,
        P.MATCH_SUPPORT: PROGRAM,
        P.HOURS_READ: PROGRAM,
        P.HOURS_LOCK: PROGRAM,
        P.REMATCH_READ: PROGRAM,
        P.CERTIFICATE_ISSUE: PROGRAM,
        P.CERTIFICATE_REVOKE: PROGRAM,
        P.CERTIFICATE_READ: PROGRAM,
        P.BATCH_PRINT: PROGRAM,
        P.OUTBOX_READ: PROGRAM,
        P.CONCERN_RAISE: PROGRAM,
    },
    # Leads a team: who is here, who may play, whom to call, what to know in an emergency.
    Role.COACH: {
        P.YOUTH_READ: ASSIGNED,
        P.PHOTO_READ: ASSIGNED,
        P.CONTACT_READ: ASSIGNED,
        P.HEALTH_ALERT_READ: ASSIGNED,
        P.CALENDAR_READ: ASSIGNED,
        P.TEAM_READ: ASSIGNED,
        P.TEAM_DRAFT: ASSIGNED,  # while a draft is under way: of the children to be picked, name, age and perhaps rating
        P.PLAYER_HOLD: ASSIGNED,
        P.SCORE_SAY: ASSIGNED,
        P.STANDINGS_READ: ASSIGNED,
        P.ROSTER_PRINT: ASSIGNED,
        P.CONSENT_READ: ASSIGNED,
        P.REGISTER_READ: ASSIGNED,
        P.REGISTER_TAKE: ASSIGNED,
        P.CARD_SHOW: ASSIGNED,
        P.CARD_ISSUE: ASSIGNED,
        P.CREDENTIAL_OWN: Reach.SELF,
        P.CONCERN_RAISE: ASSIGNED,
    },
    # Meets the young people of own matches.
    Role.MENTOR: {
        P.YOUTH_READ: ASSIGNED,
        P.CONTACT_READ: ASSIGNED,
        P.HEALTH_ALERT_READ: ASSIGNED,
        P.CALENDAR_READ: ASSIGNED,
        P.MATCH_READ: ASSIGNED,
        P.SESSION_LOG: ASSIGNED,
        P.CREDENTIAL_OWN: Reach.SELF,
        P.CONCERN_RAISE: ASSIGNED,
        P.HOURS_READ: Reach.SELF,
    },
    # Answers for own children.
    Role.GUARDIAN: {
        P.YOUTH_READ: CHILDREN,
        P.PHOTO_READ: CHILDREN,
        P.PHOTO_EDIT: CHILDREN,
        P.CONTACT_READ: CHILDREN,
        P.HEALTH_ALERT_READ: CHILDREN,
        P.HEALTH_READ: CHILDREN,
        P.STANDINGS_READ: CHILDREN,
        P.CALENDAR_READ: CHILDREN,
        P.CONSENT_READ: CHILDREN,
        P.CONSENT_SIGN: CHILDREN,
        P.CONSENT_RECORD_READ: CHILDREN,
        P.CERTIFICATE_READ: CHILDREN,
        P.CARD_SHOW: CHILDREN,
        P.CARD_ISSUE: CHILDREN,
        P.CONCERN_RAISE: CHILDREN,
    },
    # Read concerns and answer for them, and see nothing else by this role; never a concern about oneself.
    Role.SAFEGUARDING: {P.CONCERN_READ: EVERYWHERE},
    # Told when nobody has answered for a concern in a day, or when one of the first is whom it is about.
    Role.SAFEGUARDING_FURTHER: {P.CONCERN_READ: EVERYWHERE},
}

# Named together on a page of their own, two at least, and not one by one on the page of an account.
NAMED_TOGETHER = frozenset({Role.SAFEGUARDING, Role.SAFEGUARDING_FURTHER})

# What a signed link opens besides its own page. A link to set a password opens nothing else.
LINK_GRANTS: dict[LinkPurpose, dict[P, Reach]] = {
    LinkPurpose.CONSENT: {P.CONSENT_SIGN: CHILDREN, P.CONSENT_RECORD_READ: CHILDREN, P.CONCERN_RAISE: CHILDREN},
    LinkPurpose.CALENDAR: {P.CONCERN_RAISE: CHILDREN},
    LinkPurpose.CONCERN: {P.CONCERN_RAISE: Reach.SELF},
    LinkPurpose.COMMITMENT: {P.CONCERN_RAISE: CHILDREN},
    LinkPurpose.CERTIFICATE: {P.CONCERN_RAISE: CHILDREN},
    LinkPurpose.MATCH: {P.CONCERN_RAISE: CHILDREN},
    LinkPurpose.SESSION_LOG: {P.SESSION_LOG: ASSIGNED, P.CONCERN_RAISE: ASSIGNED},  # of one session, for seven days
}

# What a guardian may do behind an own calendar's link who never had an account.
LINK_ROLES: dict[Role, dict[P, Reach]] = {Role.GUARDIAN: {P.CALENDAR_READ: CHILDREN}}

LABELS = {
    Role.ADMIN: N_("administrator"),
    Role.COORDINATOR: N_("coordinator"),
    Role.COACH: N_("coach"),
    Role.MENTOR: N_("mentor"),
    Role.GUARDIAN: N_("guardian"),
    Role.SAFEGUARDING: N_("safeguarding"),
    Role.SAFEGUARDING_FURTHER: N_("safeguarding, second in line"),
}

# These roles need a second factor besides the password.
NEEDS_FACTOR = frozenset({Role.ADMIN, Role.COORDINATOR, *NAMED_TOGETHER})

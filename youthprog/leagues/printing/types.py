"""Words of the printing wing: which papers there are."""

import enum

from youthprog.core.refusals import N_


class TeamPaper(enum.StrEnum):
    """What can be printed of a team."""

    COACH = "coach"
    COACH_WITHOUT_HEALTH = "coach-without-health"
    PUBLIC = "public"
    SIGN_IN = "sign-in"
    PLAYER_CARDS = "player-cards"
    SCHEDULE = "schedule"


# What each is called, for whom it is, and what the trail calls printing it.
TEAM_PAPERS = {
    TeamPaper.COACH: (
        N_("Coach’s roster"),
        N_("Medical notes, guardians, phones, consent. For the coach alone."),
        "roster.printed",
    ),
    TeamPaper.COACH_WITHOUT_HEALTH: (
        N_("Coach’s roster without health"),
        N_("For a helper who calls families and needs no medical note."),
        "roster.printed",
    ),
    TeamPaper.PUBLIC: (
        N_("Team roster"),
        N_("Numbers and names for everybody. No surname where the family asked for that."),
        "public_roster.printed",
    ),
    TeamPaper.SIGN_IN: (
        N_("Sign-in sheet"),
        N_("For the next meeting: time in, time out, who may pick up."),
        "sign_in.printed",
    ),
    TeamPaper.PLAYER_CARDS: (
        N_("Player cards"),
        N_("Ten to a sheet, to cut out and show at games."),
        "player_cards.printed",
    ),
    TeamPaper.SCHEDULE: (N_("Games of the team"), N_("Day, time, opponent and field."), "schedule.printed"),
}

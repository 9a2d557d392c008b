"""What a schedule's causes and reliefs are called on the screen. Each is a whole sentence."""

from youthprog.core.refusals import N_

CAUSES = {
    "team_days": N_("%(teams)s has to play %(needed)s games, and can on %(offered)s days at most."),
    "division_days": N_("%(divisions)s: each team has to play %(needed)s games, and can on %(offered)s days at most."),
    "pair_days": N_("%(teams)s have to meet %(needed)s times, and have %(offered)s days in common."),
    "group_days": N_("%(teams)s have %(needed)s games among them, and days in common for %(offered)s."),
    "person_time": N_(
        "Somebody whom %(teams)s share is needed at %(needed)s games, and can be at %(offered)s at most."
    ),
    "room": N_("%(divisions)s: %(needed)s games have to be played, and the fields have room for %(offered)s."),
    "room_minutes": N_(
        "%(divisions)s: the games take %(needed)s minutes in all, and the fields have room for %(offered)s."
    ),
    "knot": N_("%(teams)s: %(needed)s games have to be played, and %(offered)s of them can be at most."),
}
RELIEFS = {
    "more_days": N_("Find %(amount)s more days for %(names)s."),
    "common_days": N_("Find %(amount)s more days that suit %(names)s."),
    "fewer_games": N_("Let the teams of %(names)s play %(amount)s games each."),
    "less_rest": N_("Let the teams of %(names)s rest %(amount)s days between games."),
    "more_a_week": N_("Let the teams of %(names)s play %(amount)s games a week."),
    "more_slots": N_("Find field time for %(amount)s more games of %(names)s."),
    "more_minutes": N_("Find %(amount)s more minutes of field time for %(names)s."),
    "excuse": N_("Let somebody else stand in at %(amount)s games."),
    "second_time": N_("Open fields at a second time on %(amount)s days."),
}
MOST_RELIEFS = 4

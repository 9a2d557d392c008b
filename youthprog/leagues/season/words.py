"""What a schedule's causes and reliefs are called on the screen. Each is a whole sentence."""

from youthprog.core.refusals import N_

CAUSES = {
    "team_days": N_("%(teams)s has to play %(needed)s games, and can on %(offered)s days at most."),
    "division_days": N_("%(divisions)s: each team has to play %(needed)s games, and can on %(offered)s days at most."),
    "no_field": N_("%(divisions)s: no field has hours for it in this season."),
    "too_long": N_("%(divisions)s: a game takes %(needed)s minutes, and no field is open longer than %(offered)s."),
    "closed_days": N_(
        "%(divisions)s: each team has to play %(needed)s games, and days without games leave %(offered)s days at most."
    ),
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
    "more_days": N_("More days for %(names)s: %(amount)s."),
    "field": N_("A field with hours for %(names)s."),
    "longer_hours": N_("A field that is open for %(names)s at a stretch, in minutes: %(amount)s."),
    "shorter_games": N_("Shorter games in %(names)s, in minutes: %(amount)s."),
    "reopen": N_("Games of %(names)s on days that are without games now: %(amount)s of them."),
    "common_days": N_("More days that suit all of %(names)s: %(amount)s."),
    "fewer_games": N_("Fewer games for each team of %(names)s: %(amount)s."),
    "less_rest": N_("Fewer days of rest in %(names)s: %(amount)s."),
    "more_a_week": N_("More games a week in %(names)s: up to %(amount)s."),
    "more_slots": N_("Field time for more games of %(names)s: %(amount)s."),
    "more_minutes": N_("More minutes of field time for %(names)s: %(amount)s."),
    "excuse": N_("Games at which somebody else stands in: %(amount)s."),
    "second_time": N_("Days on which fields open at a second time too: %(amount)s."),
}
MOST_RELIEFS = 4

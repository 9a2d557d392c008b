"""Who may play on a day and why not, who may join a team, who moves up. Pure.

Sentences stand without their badge: the register shows them alone. `reasons_held` counts at every gathering, `reasons_off_the_game` at games; what the rooms of consent say is asked by them.
One rule serves the game-day list, the register and every paper, because all of them ask `core.clearance`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.leagues.rosters.types import (
    PAPERS,
    Exceptional,
    GameOf,
    HoldFacts,
    JoinFacts,
    OpenTeam,
    PaperKind,
    PlayFacts,
    Reason,
    RosterRules,
    SuspensionFacts,
    WaitFrom,
    WaitingChild,
)
from youthprog.people.rules import age_on

OLDEST = 25
LONGEST_WAIT = 60
MOST_GAMES = 40
HELD = "hold.medical"

# ---- medical holds ----


def returns_on(hold: HoldFacts) -> date | None:
    """The first day on which a held player may play again; None while nothing ended the hold.

    After a clearance the wait is whole days (NorCal: a graduated return of at least 7). What is entered late counts from
    the day it was entered: a day gone by keeps its answer.
    """
    if hold.recorded_on is None:
        return None
    if not hold.needs_clearance or hold.cleared_on is None:
        return None if hold.needs_clearance else hold.recorded_on
    start = hold.from_on if hold.wait_from is WaitFrom.HOLD else max(hold.cleared_on, hold.from_on)
    return max(start + timedelta(days=hold.wait_days), hold.recorded_on)


def reasons_held(holds: Iterable[HoldFacts], on: date) -> list[Reason]:
    """The hold that keeps a player off on a day, the longest alone. It names no health matter."""
    known = [hold for hold in holds if max(hold.from_on, hold.held_on) <= on]
    found = [day for day in map(returns_on, known) if day is None or on < day]
    if not found:
        return []
    word = N_("Held, medical")
    if None in found:
        since = min(hold.from_on for hold in known if returns_on(hold) is None)
        sentence = N_("Off for health since %(on)s. Nobody plays before the office ends it.")
        return [Reason(HELD, "missing", word, sentence, (("on", since),))]
    back = max(day for day in found if day is not None)
    return [Reason(HELD, "waiting", word, N_("Off for health. May play again from %(on)s."), (("on", back),))]


# ---- suspensions ----


def games_left(suspension: SuspensionFacts, games: Iterable[GameOf], at: datetime) -> int | None:
    """How many games of a suspension are still to be sat out at an instant, the next one included; None without a count.

    Games of the team it was given on count, and those of another team once the player is not on that one any more.
    Canceled games are not among `games`; so they are sat out again.
    """
    if suspension.games is None:
        return None
    served = {
        (game.starts_at, game.group_id)
        for game in games
        if suspension.from_at <= game.starts_at < at
        and (game.group_id == suspension.group_id or suspension.group_id not in game.teams)
    }
    return max(0, suspension.games - len(served))


def is_suspended(suspension: SuspensionFacts, games: Iterable[GameOf], at: datetime, on: date) -> bool:
    """Whether a suspension holds for a game at an instant of a day."""
    if at < suspension.from_at or (suspension.lifted_at is not None and suspension.lifted_at <= at):
        return False
    if suspension.until_on is not None:
        return on <= suspension.until_on
    return bool(games_left(suspension, games, at))


def _suspended(facts: PlayFacts) -> list[Reason]:
    found = [each for each in facts.suspensions if is_suspended(each, facts.games, facts.at, facts.on)]
    if not found:
        return []
    word = N_("Suspended")
    days = [each.until_on for each in found if each.until_on is not None]
    if days:
        return [Reason("suspended.until", "missing", word, N_("Suspended until %(on)s."), (("on", max(days)),))]
    left = max(games_left(each, facts.games, facts.at) or 0 for each in found)
    if left == 1:
        return [Reason("suspended.last", "missing", word, N_("Suspended for this game, the last one."))]
    sentence = N_("Suspended for this game and %(more)s more.")
    return [Reason("suspended.games", "missing", word, sentence, (("more", left - 1),))]


# ---- age ----


def age_exception(rules: RosterRules, born_on: date | None) -> Exceptional | None:
    """What a player's age asks to be let stand in a division, judged on its cut-off day; None when it fits."""
    if rules.min_age is None and rules.max_age is None:
        return None
    if born_on is None:
        return Exceptional.NO_BIRTH_DATE
    age = age_on(born_on, rules.cutoff_on)
    if rules.min_age is not None and age < rules.min_age:
        return Exceptional.PLAY_UP
    if rules.max_age is not None and age > rules.max_age:
        return Exceptional.PLAY_DOWN
    return None


def _age(facts: PlayFacts) -> list[Reason]:
    kind = age_exception(facts.rules, facts.born_on)
    if kind is None or kind in facts.accepted:
        return []
    if facts.born_on is None:
        sentence = N_("The birth date is not on file. Ask the family for it.")
        return [Reason("age.unknown", "missing", N_("Age"), sentence)]
    values = _age_values(facts.rules, facts.born_on)
    if kind is Exceptional.PLAY_UP:
        sentence = N_(
            "%(age)s years old on %(cutoff)s, the youngest here is %(min)s. The coordinator can let a child play up."
        )
        return [Reason("age.too_young", "missing", N_("Too young"), sentence, values)]
    sentence = N_(
        "%(age)s years old on %(cutoff)s, the oldest here is %(max)s. The coordinator can let a child play down."
    )
    return [Reason("age.too_old", "missing", N_("Too old"), sentence, values)]


def _age_values(rules: RosterRules, born_on: date) -> tuple[tuple[str, object], ...]:
    age = age_on(born_on, rules.cutoff_on)
    return (("age", age), ("cutoff", rules.cutoff_on), ("min", rules.min_age), ("max", rules.max_age))


# ---- papers, the roster itself ----

NOT_ON_FILE = {
    PaperKind.AGE_PROOF: N_("No proof of age on file. Ask the family to bring it to the office."),
    PaperKind.PHYSICAL: N_("No sports physical on file. Ask the family to bring it to the office."),
}
ENDED = {
    PaperKind.AGE_PROOF: N_("The proof of age ended %(on)s. Ask the family for a new one."),
    PaperKind.PHYSICAL: N_("The sports physical ended %(on)s. Ask the family for a new one."),
}


def _papers(facts: PlayFacts) -> list[Reason]:
    found = []
    for kind in (each for each in PaperKind if each in facts.rules.papers):
        code = f"paper.{kind.value}"
        if kind not in facts.papers:
            found.append(Reason(code, "missing", PAPERS[kind], NOT_ON_FILE[kind]))
        elif (last := facts.papers[kind]) is not None and last < facts.on:
            found.append(Reason(code, "expired", PAPERS[kind], ENDED[kind], (("on", last),)))
    return found


def _roster(facts: PlayFacts) -> list[Reason]:
    rules, found = facts.rules, []
    if facts.joined_on is None:
        sentence = N_("Nobody is written in on the day. Ask the coordinator to put the player on the team.")
        return [Reason("roster.not_listed", "missing", N_("Not on this roster"), sentence)]
    if rules.closes_on and facts.joined_on > rules.closes_on and Exceptional.LATE not in facts.accepted:
        sentence = N_("Joined %(on)s; rosters closed on %(closed)s. Ask the coordinator to let it stand.")
        values = (("on", facts.joined_on), ("closed", rules.closes_on))
        found.append(Reason("roster.late", "missing", N_("Joined late"), sentence, values))
    over = rules.most_players is not None and facts.place > rules.most_players
    if over and Exceptional.OVER_LIMIT not in facts.accepted:
        sentence = N_("Joined as number %(place)s of at most %(most)s. Ask the coordinator to let it stand.")
        numbers = (("place", facts.place), ("most", rules.most_players))
        found.append(Reason("roster.over_limit", "missing", N_("Roster full"), sentence, numbers))
    if rules.one_team and facts.other_team and Exceptional.SECOND_TEAM not in facts.accepted:
        sentence = N_("On the roster of %(team)s first. Ask the coordinator which team it is.")
        found.append(
            Reason("roster.second_team", "missing", N_("On two teams"), sentence, (("team", facts.other_team),))
        )
    return found


def reasons_kept_away() -> list[Reason]:
    """What is said where custody keeps a player from somebody who leads the team: to call, and not why."""
    sentence = N_("Call the coordinator before this player takes part.")
    return [Reason("roster.ask_the_office", "missing", N_("Ask the office"), sentence)]


def reasons_off_the_game(facts: PlayFacts) -> list[Reason]:
    """Every reason, of the roster's own, why a player may not play in a game; the gravest first.

    Of somebody who is not on the roster nothing else is asked.
    """
    away = reasons_kept_away() if facts.kept_away else []
    if facts.joined_on is None:
        return [*away, *_roster(facts)]
    return [*away, *_suspended(facts), *_age(facts), *_papers(facts), *_roster(facts)]


def why_not(facts: PlayFacts, holds: Sequence[HoldFacts], others: Sequence[Reason] = ()) -> list[Reason]:
    """Everything that stands against a player's playing: holds, what other rooms say (`others`: consent), the roster."""
    return [*reasons_held(holds, facts.on), *others, *reasons_off_the_game(facts)]


# ---- joining, moving, leaving ----


def refusals_to_join(facts: JoinFacts) -> list[Refusal]:
    """Why a player cannot come onto a team whatever anybody writes. That a court keeps somebody away is not said."""
    if facts.kept_away:
        reason = N_("This player cannot be put on this team. Look at the file of the player.")
        return [Refusal("kept_away", reason, "youth_id")]
    return []


def exceptions_to_join(facts: JoinFacts) -> list[tuple[Exceptional, Refusal]]:
    """What joining asks a coordinator to let stand, each with its sentence. A reason in writing overrules them."""
    found: list[tuple[Exceptional, Refusal]] = []
    kind = age_exception(facts.rules, facts.born_on)
    if kind is Exceptional.NO_BIRTH_DATE:
        found.append((kind, Refusal("age.unknown", N_("The birth date is not on file."), "reason")))
    elif kind is not None and facts.born_on is not None:
        up = N_("%(age)s on %(cutoff)s; the youngest in this division is %(min)s.")
        down = N_("%(age)s on %(cutoff)s; the oldest in this division is %(max)s.")
        code, sentence = ("too_young", up) if kind is Exceptional.PLAY_UP else ("too_old", down)
        found.append((kind, Refusal(f"age.{code}", sentence, "reason", dict(_age_values(facts.rules, facts.born_on)))))
    if facts.rules.closes_on and facts.on > facts.rules.closes_on:
        sentence, values = N_("Rosters closed on %(day)s."), {"day": facts.rules.closes_on}
        found.append((Exceptional.LATE, Refusal("roster.late", sentence, "reason", values)))
    most = facts.rules.most_players
    if most is not None and facts.inside >= most:
        refusal = Refusal("roster.over_limit", N_("A roster has at most %(most)s players."), "reason", {"most": most})
        found.append((Exceptional.OVER_LIMIT, refusal))
    if facts.rules.one_team and facts.other_team:
        sentence, team = N_("Plays for %(team)s. Transfer the player instead."), {"team": facts.other_team}
        found.append((Exceptional.SECOND_TEAM, Refusal("roster.second_team", sentence, "reason", team)))
    if facts.waiting:
        sentence, waiting = N_("Others who wait for this division: %(count)s."), {"count": facts.waiting}
        found.append((Exceptional.AHEAD, Refusal("roster.ahead", sentence, "reason", waiting)))
    return [(kind, refusal) for kind, refusal in found if kind not in facts.accepted]


WRITE_WHY = Refusal("reason_needed", N_("Write why, if it is to stand all the same."), "reason")


def refusals_without_reason(asked: Sequence[tuple[Exceptional, Refusal]], reason: str) -> list[Refusal]:
    """What stands against joining while nobody has written why it is to be."""
    return [*(refusal for _kind, refusal in asked), WRITE_WHY] if asked and not reason.strip() else []


def refusals_to_transfer(*, same_team: bool, same_season: bool, met_today: bool, reason: str) -> list[Refusal]:
    """Why a player cannot go from one team to another today. `met_today`: the old team has begun to meet today."""
    found = []
    if same_team:
        found.append(Refusal("same_team", N_("Choose another team."), "team"))
    elif not same_season:
        found.append(Refusal("other_season", N_("That team plays in another season."), "team"))
    if met_today:
        sentence = N_("The team has begun to play or practice today. Move the player tomorrow.")
        found.append(Refusal("met_today", sentence))
    if not reason.strip():
        found.append(Refusal("no_reason", N_("Write why."), "why"))
    return found


# ---- setting rules, holding, suspending ----


def refusals_to_set(rules: RosterRules, *, wait_days: int) -> list[Refusal]:
    """Why a division cannot keep its rosters like this."""
    found = []
    ages = [age for age in (rules.min_age, rules.max_age) if age is not None]
    if any(not 0 <= age <= OLDEST for age in ages):
        found.append(Refusal("ages_out_of_range", N_("Ages go from 0 to %(limit)s."), "max_age", {"limit": OLDEST}))
    elif len(ages) == 2 and ages[1] < ages[0]:
        found.append(Refusal("ages_swapped", N_("The oldest age is below the youngest."), "max_age"))
    most, fewest = rules.most_players, rules.fewest_players
    if most is not None and most < 1:
        found.append(Refusal("no_players", N_("Write a number of 1 or more, or leave it empty."), "most_players"))
    if most is not None and fewest is not None and most < fewest:
        found.append(Refusal("limits_swapped", N_("The most players are fewer than the fewest."), "most_players"))
    if not 0 <= wait_days <= LONGEST_WAIT:
        sentence, limit = N_("A wait is 0 to %(limit)s days."), {"limit": LONGEST_WAIT}
        found.append(Refusal("wait_out_of_range", sentence, "wait_days", limit))
    return found


def refusals_to_suspend(
    *, games: int | None, until_on: date | None, today: date, reason: str, from_on: date | None = None
) -> list[Refusal]:
    """Why a suspension cannot be given like this: one of a number of games and a day, and why."""
    found = []
    if (games is None) == (until_on is None):
        found.append(Refusal("games_or_day", N_("Write a number of games or a last day, one of the two."), "games"))
    elif games is not None and not 1 <= games <= MOST_GAMES:
        found.append(Refusal("games_out_of_range", N_("Write 1 to %(limit)s games."), "games", {"limit": MOST_GAMES}))
    elif until_on is not None and until_on < today:
        found.append(Refusal("day_over", N_("That day is over."), "until_on"))
    elif until_on is not None and from_on is not None and until_on < from_on:
        found.append(Refusal("ends_before_start", N_("The last day comes before the first."), "until_on"))
    if not reason.strip():
        found.append(Refusal("no_reason", N_("Write why."), "suspend_why"))
    return found


def refusals_to_clear(
    hold: HoldFacts, *, cleared_on: date | None, signed_by: str, has_paper: bool, today: date
) -> list[Refusal]:
    """Why a hold cannot be ended: a return after it needs a clearance, dated, signed, and itself on file."""
    if hold.recorded_on is not None:
        return [Refusal("cleared", N_("This hold was ended already."))]
    if not hold.needs_clearance:
        return []
    found = []
    if cleared_on is None:
        found.append(Refusal("no_day", N_("Write the day on the clearance."), "cleared_on"))
    elif cleared_on > today:
        found.append(Refusal("day_ahead", N_("That day is still ahead."), "cleared_on"))
    elif cleared_on < hold.from_on:
        sentence = N_("The clearance is older than the hold. Ask for a new one.")
        found.append(Refusal("day_before", sentence, "cleared_on"))
    if not signed_by.strip():
        found.append(Refusal("no_name", N_("Write who signed the clearance."), "signed_by"))
    if not has_paper:
        sentence = N_("Add the clearance as a file, or say that the paper is in our files.")
        found.append(Refusal("no_paper", sentence, "file"))
    return found


# ---- the waitlist of a division ----


def next_places(waiting: Sequence[WaitingChild], teams: Iterable[OpenTeam]) -> list[tuple[WaitingChild, int]]:
    """Who of a line gets which place: the first in line who can have one, on the team with the fewest players.

    Nobody is passed by somebody later who could have had the same place. Equal teams: the one made first.
    """
    players = {team.group_id: team.players for team in teams_by_key(teams)}
    most = {team.group_id: team.most for team in teams_by_key(teams)}
    found = []
    for child in waiting:
        limits = {group_id: limit for group_id, limit in most.items() if group_id not in child.barred}
        open_now = [key for key, limit in limits.items() if limit is None or players[key] < limit]
        if not child.fits or not open_now:
            continue
        chosen = min(open_now, key=lambda group_id: (players[group_id], group_id))
        players[chosen] += 1
        found.append((child, chosen))
    return found


def teams_by_key(teams: Iterable[OpenTeam]) -> list[OpenTeam]:
    """Teams in the order they were made."""
    return sorted(teams, key=lambda team: team.group_id)

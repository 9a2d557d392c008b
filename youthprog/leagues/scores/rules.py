"""What a game's result is, by what each side said; and who may say it. Pure.

Nothing is added up here and nothing depends on an order: the result is a function of what each side says now.
"""

from collections.abc import Iterable
from datetime import datetime

from youthprog.core.refusals import N_, Refusal
from youthprog.leagues.scores.types import (
    FORFEITS,
    Entry,
    GameFacts,
    Happened,
    How,
    Keeping,
    Known,
    Result,
    Said,
    Side,
)
from youthprog.leagues.standings.tables import Game, Outcome

MOST_SCORE = 199
OUTCOMES = {
    Happened.PLAYED: Outcome.PLAYED,
    Happened.HOME_FORFEIT: Outcome.HOME_FORFEIT,
    Happened.AWAY_FORFEIT: Outcome.AWAY_FORFEIT,
    Happened.DOUBLE_FORFEIT: Outcome.DOUBLE_FORFEIT,
    Happened.NOT_PLAYED: Outcome.CANCELED,
    Happened.ABANDONED: Outcome.SCHEDULED,
}
NOTHING_SAID = Result(Known.OPEN)


def result_of(entries: Iterable[Entry], starts_at: datetime, now: datetime) -> Result:
    """What is known of a game that starts at an instant, by the entries that hold now, at most one a side.

    What was said before the start does not count: the game was moved since. Only the league may say beforehand that a
    team forfeits. Where one side's word became final before the other spoke, it stays.
    """
    by_side = {each.side: each for each in entries if _is_of_this_game(each, starts_at)}
    decided = by_side.get(Side.LEAGUE)
    if decided is not None:
        return Result(Known.FINAL, decided.said, decided.said_at, How.DECIDED)
    words = sorted((by_side[side] for side in (Side.HOME, Side.AWAY) if side in by_side), key=_order)
    if not words:
        return NOTHING_SAID
    first, last = words[0], words[-1]
    since = max(each.said_at for each in words)
    if _stood(first, last.first_at if len(words) > 1 else now):
        return Result(Known.FINAL, first.said, first.stands_at, How.ALONE)
    if len(words) > 1 and first.said != last.said:
        return Result(Known.MISMATCH, None, since)
    if first.said.happened is Happened.ABANDONED:
        return Result(Known.UNDECIDED, None, since)
    if len(words) > 1:
        return Result(Known.FINAL, first.said, since, How.AGREED)
    return Result(Known.PROVISIONAL, first.said, first.said_at)


def _is_of_this_game(entry: Entry, starts_at: datetime) -> bool:
    before = entry.said_at < starts_at
    return not before or (entry.side is Side.LEAGUE and entry.said.happened in FORFEITS)


def _order(entry: Entry) -> tuple[datetime, str]:
    return entry.first_at, entry.side.value


def _stood(entry: Entry, until: datetime) -> bool:
    """Whether one side's word had become final by itself. What was broken off never does."""
    if entry.stands_at is None or entry.said.happened is Happened.ABANDONED:
        return False
    return entry.stands_at <= until


def game_of(home: str, away: str, result: Result) -> Game:
    """A game as the table counts it."""
    if result.said is None or not result.counts:
        return Game(home, away, None, None, None, Outcome.SCHEDULED)
    said = result.said
    return Game(home, away, said.home_score, said.away_score, None, OUTCOMES[said.happened])


def winner_of(result: Result) -> Side | None:
    """Who goes on after a knockout game whose result is final; None while nobody does."""
    said = result.said
    if not result.is_final or said is None:
        return None
    if said.goes_on is not None:
        return said.goes_on
    match said.happened:
        case Happened.HOME_FORFEIT:
            return Side.AWAY
        case Happened.AWAY_FORFEIT:
            return Side.HOME
        case Happened.PLAYED if said.home_score is not None and said.away_score is not None:
            if said.home_score != said.away_score:
                return Side.HOME if said.home_score > said.away_score else Side.AWAY
    return None


def keeps_score(keeping: Keeping, max_age: int | None, no_scores_under: int | None) -> bool:
    """Whether a division keeps scores: its own switch, else its oldest age against the season's.

    A division of children all younger than `no_scores_under` keeps none.
    """
    if keeping is not Keeping.BY_AGE:
        return keeping is Keeping.KEPT
    return no_scores_under is None or max_age is None or max_age >= no_scores_under


def refusals_to_say(facts: GameFacts, said: Said) -> list[Refusal]:
    """Why a side may not say this result now."""
    found = _refusals_at_all(facts)
    if facts.now < facts.starts_at:
        found.append(Refusal("not_begun", N_("The game has not begun yet.")))
    if facts.result.is_final:
        found.append(Refusal("final", N_("This result is final. The coordinator can still correct it.")))
    return [*found, *refusals_to_score(said, is_knockout=facts.is_knockout)]


def needs_reason(said: Said, before: Iterable[Said]) -> bool:
    """Whether the league has to say why: it overrules what was said, or the game was not simply played."""
    return said.happened is not Happened.PLAYED or any(each != said for each in before)


def refusals_to_decide(facts: GameFacts, said: Said, reason: str, before: Iterable[Said] = ()) -> list[Refusal]:
    """Why the league may not decide this result now, after what was said before. A forfeit can be known before the game."""
    found = _refusals_at_all(facts)
    if facts.now < facts.starts_at and said.happened not in FORFEITS:
        found.append(Refusal("not_begun", N_("The game has not begun yet.")))
    if said.happened is Happened.ABANDONED:
        found.append(Refusal("undecided", N_("Say what the broken-off game is worth."), "happened"))
    if not reason.strip() and needs_reason(said, before):
        found.append(Refusal("no_reason", N_("Write the reason."), "reason"))
    return [*found, *refusals_to_score(said, is_knockout=facts.is_knockout)]


def _refusals_at_all(facts: GameFacts) -> list[Refusal]:
    found = []
    if not facts.keeps_score:
        found.append(Refusal("no_scores", N_("This division keeps no scores.")))
    if not facts.is_set:
        found.append(Refusal("not_set", N_("This game is canceled.")))
    return found


def refusals_to_score(said: Said, *, is_knockout: bool) -> list[Refusal]:
    """What is wrong with the figures themselves."""
    if said.happened is not Happened.PLAYED:
        return []
    found = []
    for field, score in (("home_score", said.home_score), ("away_score", said.away_score)):
        if score is None:
            found.append(Refusal("no_score", N_("Write the score."), field))
        elif not 0 <= score <= MOST_SCORE:
            found.append(Refusal("score", N_("Write a number from 0 to %(most)s."), field, {"most": MOST_SCORE}))
    if not found and is_knockout and said.home_score == said.away_score and said.goes_on is None:
        found.append(Refusal("nobody_goes_on", N_("The score is level: say who goes on."), "goes_on"))
    return found


def tidy(said: Said, *, is_knockout: bool) -> Said:
    """The same result without what does not belong to it: no score of a game not played, nobody going on for winning."""
    if said.happened not in (Happened.PLAYED, Happened.ABANDONED):
        needs_word = is_knockout and said.happened in (Happened.DOUBLE_FORFEIT, Happened.NOT_PLAYED)
        return Said(said.happened, goes_on=said.goes_on if needs_word else None)
    level = said.home_score == said.away_score
    return Said(said.happened, said.home_score, said.away_score, said.goes_on if is_knockout and level else None)

"""Is a team too few, and what would help. Pure."""

from collections.abc import Collection

from youthprog.core.refusals import N_
from youthprog.leagues.forfeits.types import Squad

FORMS_ENOUGH = N_("Forms are enough: the team can play once they are signed. Open: %(count)s.")
FORMS = N_("Players without a form: %(count)s. Ask their families.")
AWAY = N_("Players who said they stay away: %(count)s. Ask again.")
MOVE = N_("Agree with the other team on another day, or lend players, as the division allows.")


def squad_of(members: Collection[int], away: Collection[int], not_cleared: Collection[int]) -> Squad:
    """The squad out of who belongs to it, who said they stay away, and who is not cleared. Nobody counts twice."""
    inside = set(members)
    gone = inside & set(away)
    return Squad(len(inside), len(gone), len((inside - gone) & set(not_cleared)))


def is_short(squad: Squad, fewest: int | None) -> bool:
    """Whether a team is too few for its division."""
    return fewest is not None and squad.playable < fewest


def what_helps(squad: Squad, fewest: int) -> list[tuple[str, int]]:
    """What would bring a team up to the fewest, the surest first: sentences with a number."""
    found = []
    if squad.not_cleared:
        enough = squad.playable + squad.not_cleared >= fewest
        found.append((FORMS_ENOUGH if enough else FORMS, squad.not_cleared))
    if squad.away:
        found.append((AWAY, squad.away))
    if squad.playable + squad.not_cleared < fewest:
        found.append((MOVE, 0))
    return found

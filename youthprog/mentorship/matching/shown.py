"""Proposals in words: points and rules, what choosing otherwise costs, and what each party is shown before answering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from youthprog.core import clock
from youthprog.core.dates import hour
from youthprog.mentorship import queries as matches
from youthprog.mentorship.matching import hours, profiles, queries
from youthprog.mentorship.matching.models import MatchOffer
from youthprog.mentorship.matching.scoring import Scorer
from youthprog.mentorship.matching.types import CRITERIA, RULES, Alternative, Mode, Points
from youthprog.mentorship.types import PLANS
from youthprog.programs.models import Season
from youthprog.web.language import gettext as _
from youthprog.web.language import language, ngettext

MOST_HOURS = 4  # lines of hours in common that are shown


def points_in_words(points: Sequence[Points]) -> list[tuple[str, int, int]]:
    """(criterion, points, most) of all that could have earned anything."""
    return [(_(CRITERIA[each.criterion]), each.points, each.most) for each in points if each.most]


def rules_in_words() -> list[str]:
    """Every hard rule; each pair of a matching keeps them all."""
    return [_(words) for words in RULES.values()]


def cost_in_words(other: Alternative, mode: Mode) -> str:
    """What choosing otherwise would cost the whole."""
    parts = []
    if other.matched_cost > 0:
        parts.append(
            ngettext(
                "%(num)s more young person without a match",
                "%(num)s more young people without a match",
                other.matched_cost,
            )
        )
    if mode is Mode.WORST and other.worst_cost > 0:
        parts.append(
            ngettext(
                "the pair that fits least has %(num)s point less",
                "the pair that fits least has %(num)s points less",
                other.worst_cost,
            )
        )
    if other.total_cost > 0:
        parts.append(ngettext("all together %(num)s point less", "all together %(num)s points less", other.total_cost))
    if other.total_cost < 0:
        parts.append(ngettext("all together %(num)s point more", "all together %(num)s points more", -other.total_cost))
    return ", ".join(parts) or _("nothing: as good for all together")


@dataclass(frozen=True)
class InCommon:
    """What two people share, in words, without anything private."""

    meets: tuple[str, ...]
    how_often: str
    languages: tuple[str, ...]
    likes: tuple[str, ...]
    dislikes: tuple[str, ...]
    experience: tuple[str, ...]


def in_common(offer: MatchOffer) -> InCommon:
    """What a proposal's youth and mentors share. Two statements. No name, no address, no health, nothing of a household."""
    mentor_ids = list(offer.shown.get("mentors", []))
    told = queries.told_of([offer.youth_id, *mentor_ids])
    child, adults = told.get(offer.youth_id, {}), [told.get(each, {}) for each in mentor_ids]
    return InCommon(
        meets=_meets([child, *adults]),
        how_often=_(PLANS.get(offer.every_days, "")) if offer.every_days in PLANS else "",
        languages=_shared(child, adults, "languages", profiles.LANGUAGES),
        likes=_shared(child, adults, "likes", profiles.INTERESTS),
        dislikes=_shared(child, adults, "dislikes", profiles.INTERESTS),
        experience=_shared(child, adults, "needs", profiles.NEEDS),
    )


def _shared(
    child: Mapping[str, Any], adults: Sequence[Mapping[str, Any]], name: str, words: Mapping[str, str]
) -> tuple[str, ...]:
    any_of: frozenset[str] = frozenset().union(*(profiles.words_of(each, name) for each in adults))
    both = profiles.words_of(child, name) & any_of
    return tuple(sorted(_(words[each]) if each in words else each for each in both))


def _meets(told: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """When all of them are free each week, in words; nothing when somebody's hours are not known."""
    masks = [profiles.free_of(each) for each in told]
    common = hours.ALL
    for mask in masks:
        if mask is None:
            return ()
        common &= mask
    found = []
    for day, first, length in hours.week_of(common)[:MOST_HOURS]:
        starts, ends = _at(first), _at(first + length)
        found.append(_("%(day)s, %(starts)s to %(ends)s", day=_weekday(day), starts=starts, ends=ends))
    return tuple(found)


def _at(quarter: int) -> str:
    return hour(profiles.clock_of(f"{quarter // 4 % 24}:{quarter % 4 * 15:02d}"), language())


def _weekday(day: int) -> str:
    names = (
        _("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"), _("Sundays"),
    )  # fmt: skip
    return names[day]


def by_hand(season: Season, mentors: Sequence[int], youth: Sequence[int], every_days: int) -> list[dict[str, Any]]:
    """Pairs chosen by hand: the score of each with its points, and the hard rules it breaks. A constant number of statements."""
    task = queries.task_of_pair(season, youth, mentors, every_days, clock.today())
    names, scorer = matches.names_of([*mentors, *youth]), Scorer(task.weights, every_days)
    found = []
    for child in task.youth:
        for mentor in task.mentors:
            points = scorer.points(mentor, child)
            found.append(
                {
                    "youth": names[child.id],
                    "mentor": names[mentor.id],
                    "score": sum(each.points for each in points),
                    "points": points_in_words(points),
                    "broken": [_(RULES[rule]) for rule in scorer.refusals(mentor, child)],
                }
            )
    return found

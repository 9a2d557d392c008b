"""What people told, as plain values, and what matching makes of it. Pure.

A profile is a mapping that JSON can hold; what is missing is not known. Words of one's own are compared folded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.mentorship.matching import hours
from youthprog.mentorship.matching.types import WEIGHTS, Circle, Mentor, Youth

MOST_YOUTH = 7
INTERESTS = {
    "art": N_("Drawing and crafts"), "ball": N_("Ball games"), "bikes": N_("Bikes"), "books": N_("Books"),
    "cooking": N_("Cooking"), "dance": N_("Dance"), "animals": N_("Animals"), "fishing": N_("Fishing"),
    "board": N_("Board games"), "video": N_("Video games"), "hiking": N_("Being outdoors"), "music": N_("Music"),
    "movies": N_("Movies"), "science": N_("How things work"), "talking": N_("Just talking"), "crowds": N_("Crowds and noise"),
}  # fmt: skip
NEEDS = {
    "school": N_("School and homework"), "new": N_("New in town"), "loss": N_("A loss in the family"),
    "shy": N_("Shy at first"), "energy": N_("A lot of energy"), "college": N_("Jobs and college"),
}  # fmt: skip
LANGUAGES = {"en": N_("English"), "es": N_("Spanish")}
TEMPERAMENTS = {
    1: N_("Very quiet"),
    2: N_("Rather quiet"),
    3: N_("In between"),
    4: N_("Rather lively"),
    5: N_("Very lively"),
}
PERIODS = {7: N_("The same every week"), 14: N_("A shift of two weeks"), 28: N_("A shift of four weeks")}
Told = Mapping[str, Any]


def clock_of(text: str) -> time:
    """A time as kept, like 15:30."""
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def free_of(told: Told) -> int | None:
    """The mask of the free hours told; None when none are."""
    if not told.get("free"):
        return None
    windows = [hours.Window(day, clock_of(starts), clock_of(ends)) for day, starts, ends in told["free"]]
    anchor = date.fromisoformat(told["anchor"]) if told.get("anchor") else hours.ORIGIN
    return hours.mask_of(windows, period=told.get("period", 7), anchor=anchor)


def words_of(told: Told, name: str) -> frozenset[str]:
    """Words ticked and words of one's own, folded."""
    own = (fold(each) for each in str(told.get(f"{name}_own") or "").split(","))
    return frozenset([*told.get(name, ()), *(each for each in own if each)])


def mentor_of(person_id: int, told: Told, *, gender: str = "", load: int = 0) -> Mentor:
    """A mentor of what was told. `load` is how many young people the mentor has already."""
    return Mentor(
        id=person_id,
        free=free_of(told),
        places=_places(told),
        most_minutes=told.get("most_minutes"),
        languages=words_of(told, "languages"),
        gender=gender,
        only_gender=told.get("only_gender") or "",
        ages=(told["youngest"], told["oldest"]) if told.get("youngest") is not None and told.get("oldest") else None,
        likes=words_of(told, "likes"),
        dislikes=words_of(told, "dislikes"),
        experience=frozenset(told.get("needs", ())),
        temperament=told.get("temperament"),
        wishes=frozenset(told.get("wishes", ())),
        identity=words_of(told, "identity"),
        capacity=max(0, min(told.get("takes", 1), MOST_YOUTH) - load),
    )


def youth_of(
    person_id: int,
    told: Told,
    *,
    gender: str = "",
    age: int | None = None,
    kept_from: Iterable[int] = (),
    family: Iterable[int] = (),
    never: Iterable[int] = (),
) -> Youth:
    """A young person of what was told. Identity and a mentor's gender count only where the family asked."""
    return Youth(
        id=person_id,
        free=free_of(told),
        places=_places(told),
        most_minutes=told.get("most_minutes"),
        languages=words_of(told, "languages"),
        gender=gender,
        only_gender=told.get("only_gender") or "",
        age=age,
        likes=words_of(told, "likes"),
        dislikes=words_of(told, "dislikes"),
        needs=frozenset(told.get("needs", ())),
        temperament=told.get("temperament"),
        wishes=frozenset(told.get("wishes", ())),
        guardian_wishes=frozenset(told.get("guardian_wishes", ())),
        identity=words_of(told, "identity"),
        kept_from=frozenset(kept_from),
        family=frozenset(family),
        never=frozenset(never),
    )


def _places(told: Told) -> dict[int, int]:
    return {int(place): minutes for place, minutes in (told.get("places") or {}).items()}


def circles_of(told_of: Mapping[int, Told], mentors: Sequence[Mentor]) -> tuple[Circle, ...]:
    """The groups mentors would lead: who named each other as co-mentors lead one together, the others one each."""
    room = {each.id: each.capacity for each in mentors}
    groups: list[Circle] = []
    seen: set[int] = set()
    for mentor in sorted(room):
        if mentor in seen or room[mentor] <= 0:
            continue
        other = told_of.get(mentor, {}).get("with")
        both: tuple[int, ...] = (mentor,)
        if other in room and other != mentor and other not in seen and room[other] > 0:
            both = (mentor, other)
        seen.update(both)
        least = max(told_of.get(each, {}).get("least", 2) for each in both)
        most = sum(room[each] for each in both)
        if most >= least:
            groups.append(Circle(both[0], both, least, most))
    return tuple(groups)


def weights_of(kept: Mapping[str, Any] | None) -> dict[str, int]:
    """The weights of a program; what it did not set weighs as usual."""
    return {name: int((kept or {}).get(name, usual)) for name, usual in WEIGHTS.items()}


@dataclass(frozen=True)
class Fitness:
    """How ready a profile is: what matching still misses."""

    misses: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether free hours and languages are known."""
        return not self.misses


def fitness_of(told: Told | None) -> Fitness:
    """What a profile lacks that hard rules need: hours and languages."""
    told = told or {}
    names = {"free": N_("free hours"), "languages": N_("languages")}
    return Fitness(tuple(word for name, word in names.items() if not (told.get(name) or told.get(f"{name}_own"))))


# ---- a shift that changes ----

HOURS, SINCE = ("free", "period", "anchor"), "hours_since"


def with_hours_since(before: Told | None, told: Told, on: date) -> dict[str, Any]:
    """What is told now, with the day on which the free hours last changed. Told for the first time, nothing changed."""
    fresh = {name: value for name, value in told.items() if name != SINCE}
    changed = bool(before and before.get("free")) and any((before or {}).get(each) != told.get(each) for each in HOURS)
    since = on.isoformat() if changed else (before or {}).get(SINCE)
    return {**fresh, SINCE: since} if since else fresh


def hours_changed_on(told: Told | None) -> date | None:
    """The day on which somebody's free hours last changed, which for a mentor who works shifts is another shift."""
    since = (told or {}).get(SINCE)
    return date.fromisoformat(since) if since else None


# ---- one person under two records ----

WISHES = ("wishes", "guardian_wishes")


def merged(told_of: Mapping[int, Told], kept_id: int, gone_id: int) -> dict[int, dict[str, Any]]:
    """The profiles that change when `gone_id` turns out to be `kept_id`: whoever named the one names the other, and the
    kept record has the wishes of both. What else both told stays as the kept one has it."""
    found = {}
    for person_id, told in told_of.items():
        if person_id == gone_id and kept_id in told_of:
            continue
        owner = kept_id if person_id == gone_id else person_id
        more = told_of.get(gone_id, {}) if owner == kept_id else {}
        fresh = _naming({**{name: more[name] for name in ("with",) if name in more}, **told}, more, kept_id, gone_id)
        if fresh.get("with") == owner:
            del fresh["with"]
        if fresh != told:
            found[owner] = fresh
    return found


def _naming(told: dict[str, Any], more: Told, kept_id: int, gone_id: int) -> dict[str, Any]:
    """What was told with one name in place of the other, and the wishes of `more` behind it, nobody twice."""
    for name in WISHES:
        wished = [*told.get(name, ()), *more.get(name, ())]
        if wished:
            told[name] = list(dict.fromkeys(kept_id if each == gone_id else each for each in wished))
    if told.get("with") == gone_id:
        told["with"] = kept_id
    return told

"""Which pairs are possible and how many points each earns. Pure, whole numbers only.

A criterion is met to 0 to 100 hundredths; times its weight of 0 to 10, divided by ten and cut, these are its points. The
score is the sum of the points and of nothing else. What is not known earns nothing and forbids nothing.
"""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt

from youthprog.mentorship.matching import hours
from youthprog.mentorship.matching.types import (
    MOST_QUALITY,
    WEIGHT_OF,
    Circle,
    Criterion,
    HardRule,
    Mentor,
    Points,
    Task,
    Youth,
)

EACH_INTEREST = 25  # hundredths; four in common are all that counts
EACH_SPARE_HOUR = 5
EACH_YEAR_OFF = 25
EACH_STEP_OFF = 25
EARTH_KM = 6371.0
FAR_KM, FAR_MINUTES = 30, 60  # where nobody gave a limit, what counts as no short way at all
CRITERIA = tuple(Criterion)


class Scorer:
    """Scores pairs under the weights and the plan of a task."""

    def __init__(self, weights: Mapping[str, int], every_days: int):
        self.weights = tuple(weights.get(WEIGHT_OF[each], 0) for each in CRITERIA)
        self.every_days = every_days

    # ---- hard rules ----

    def refusals(self, mentor: Mentor, youth: Youth) -> list[HardRule]:
        """The hard rules that a pair breaks, all of them."""
        broken = []
        if mentor.id in youth.kept_from:
            broken.append(HardRule.CUSTODY)
        if mentor.id in youth.family:
            broken.append(HardRule.FAMILY)
        if mentor.id in youth.never:
            broken.append(HardRule.NEVER)
        if mentor.capacity <= 0:
            broken.append(HardRule.CAPACITY)
        if not self._time(mentor, youth):
            broken.append(HardRule.TIME)
        if way(mentor, youth) is None:
            broken.append(HardRule.PLACE)
        if mentor.languages and youth.languages and not mentor.languages & youth.languages:
            broken.append(HardRule.LANGUAGE)
        if not _gender_suits(mentor, youth):
            broken.append(HardRule.GENDER)
        return broken

    def _time(self, mentor: Mentor, youth: Youth) -> bool:
        """Whether the hours in common suffice: an hour in one piece that both have is one that each of them has."""
        if mentor.free is None or youth.free is None:
            return True
        return hours.recurs(hours.starts_of(mentor.free) & hours.starts_of(youth.free), self.every_days)

    # ---- points ----

    def ready(self, mentors: Sequence[Mentor]) -> list[tuple[Mentor, int]]:
        """Mentors with room, each with the quarters at which an hour of theirs begins: what rows of scores are made of."""
        return [(each, hours.ALL if each.free is None else hours.starts_of(each.free)) for each in mentors]

    def row(self, youth: Youth, ready: Sequence[tuple[Mentor, int]]) -> list[int | None]:
        """The scores of a youth with each mentor; None where a hard rule forbids the pair."""
        begins = hours.ALL if youth.free is None else hours.starts_of(youth.free)
        never = youth.kept_from | youth.family | youth.never
        speaks, gender, only = youth.languages, youth.gender, youth.only_gender
        stretches, found = hours.stretches_of(self.every_days), []
        for mentor, hers in ready:
            score = None
            if not (
                mentor.id in never
                or mentor.capacity <= 0
                or (speaks and mentor.languages and speaks.isdisjoint(mentor.languages))
                or (only and mentor.gender != only)
                or (mentor.only_gender and mentor.only_gender != gender)
            ):
                common = begins & hers
                for stretch in stretches:
                    if not common & stretch:
                        break
                else:
                    near = way(mentor, youth)
                    if near is not None:
                        score = self._sum(mentor, youth, near)
            found.append(score)
        return found

    def _sum(self, mentor: Mentor, youth: Youth, near: int) -> int:
        return sum([
            weight * quality // 10
            for weight, quality in zip(self.weights, _qualities(mentor, youth, self._spare(mentor, youth), near), strict=True)
            if quality
        ])  # fmt: skip

    def _spare(self, mentor: Mentor, youth: Youth) -> int:
        """How far the hours to spare go, in hundredths."""
        if mentor.free is None or youth.free is None:
            return 0
        spare = EACH_SPARE_HOUR * hours.spare_hours(mentor.free & youth.free, self.every_days)
        return spare if spare < MOST_QUALITY else MOST_QUALITY

    def points(self, mentor: Mentor, youth: Youth) -> tuple[Points, ...]:
        """What each criterion earns a pair, whether or not the hard rules allow it. They add up to the score."""
        found = _qualities(mentor, youth, self._spare(mentor, youth), way(mentor, youth) or 0)
        return tuple(
            Points(criterion, weight * quality // 10, weight * MOST_QUALITY // 10)
            for criterion, weight, quality in zip(CRITERIA, self.weights, found, strict=True)
        )


def _qualities(mentor: Mentor, youth: Youth, spare: int, near: int) -> tuple[int, ...]:
    """To how many hundredths each criterion is met, in their order."""
    likes = EACH_INTEREST * len(mentor.likes & youth.likes)
    dislikes = EACH_INTEREST * len(mentor.dislikes & youth.dislikes)
    needs, asked = youth.needs, youth.identity
    return (
        likes if likes < MOST_QUALITY else MOST_QUALITY,
        dislikes if dislikes < MOST_QUALITY else MOST_QUALITY,
        spare,
        near,
        _age(mentor, youth) if mentor.ages is not None and youth.age is not None else 0,
        MOST_QUALITY * len(needs & mentor.experience) // len(needs) if needs else 0,
        max(0, MOST_QUALITY - EACH_STEP_OFF * abs(mentor.temperament - youth.temperament))
        if mentor.temperament is not None and youth.temperament is not None
        else 0,
        _wishes(mentor, youth) if mentor.wishes or youth.wishes or youth.guardian_wishes else 0,
        MOST_QUALITY * len(asked & mentor.identity) // len(asked) if asked else 0,
    )


def _age(mentor: Mentor, youth: Youth) -> int:
    assert mentor.ages is not None
    assert youth.age is not None
    youngest, oldest = mentor.ages
    off = max(youngest - youth.age, youth.age - oldest, 0)
    return max(0, MOST_QUALITY - EACH_YEAR_OFF * off)


def _wishes(mentor: Mentor, youth: Youth) -> int:
    """Of the parties that wished for somebody, how many get the one they wished for."""
    sides = ((youth.wishes, mentor.id), (youth.guardian_wishes, mentor.id), (mentor.wishes, youth.id))
    told = [(wished, who) for wished, who in sides if wished]
    return MOST_QUALITY * sum(who in wished for wished, who in told) // len(told) if told else 0


def _gender_suits(mentor: Mentor, youth: Youth) -> bool:
    if youth.only_gender and mentor.gender != youth.only_gender:
        return False
    return not mentor.only_gender or youth.gender == mentor.only_gender


def way(mentor: Mentor, youth: Youth) -> int | None:
    """How short the way is, in hundredths; None when there is no place both can reach, or it is too far.

    By minutes to places where both named some: the best place is the one whose longer way of the two is shortest. By
    points on the map, as the crow flies, where both gave one. Where neither is known for both, nothing is forbidden.
    """
    if mentor.places and youth.places:
        return _by_minutes(mentor, youth)
    if mentor.point is not None and youth.point is not None:
        limit = min(each for each in (mentor.most_km, youth.most_km, 20_000) if each is not None)
        far = distance_km(mentor.point, youth.point)
        return None if far > limit else max(0, MOST_QUALITY - int(MOST_QUALITY * far / min(max(limit, 1), FAR_KM)))
    return 0


def _by_minutes(mentor: Mentor, youth: Youth) -> int | None:
    theirs, most_hers, most_his = youth.places, mentor.most_minutes, youth.most_minutes
    best = None
    for place, minutes in mentor.places.items():
        other = theirs.get(place)
        if other is None or (most_hers is not None and minutes > most_hers):
            continue
        if most_his is not None and other > most_his:
            continue
        longer = minutes if minutes > other else other
        if best is None or longer < best:
            best = longer
    if best is None:
        return None
    return MOST_QUALITY - MOST_QUALITY * best // FAR_MINUTES if best < FAR_MINUTES else 0


def distance_km(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Kilometers as the crow flies between two points in thousandths of a degree."""
    north, east, north2, east2 = (radians(each / 1000) for each in (*one, *other))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


# ---- groups ----


def as_one(circle: Circle, mentors: Mapping[int, Mentor]) -> Mentor:
    """The mentors of a group as one: there when all are, at places all reach, speaking what any speaks."""
    those = [mentors[each] for each in circle.mentors]
    free = [each.free for each in those if each.free is not None]
    together = None
    for mask in free:
        together = mask if together is None else together & mask
    places = [each.places for each in those if each.places]
    shared = set.intersection(*(set(each) for each in places)) if places else set()
    ages = [each.ages for each in those if each.ages is not None]
    steps = [each.temperament for each in those if each.temperament is not None]
    return Mentor(
        id=circle.id,
        free=together,
        places={place: max(each[place] for each in places) for place in sorted(shared)} or _nowhere(places),
        point=next((each.point for each in those if each.point is not None), None),
        most_minutes=min((each.most_minutes for each in those if each.most_minutes is not None), default=None),
        most_km=min((each.most_km for each in those if each.most_km is not None), default=None),
        languages=frozenset().union(*(each.languages for each in those)),
        gender=_same(each.gender for each in those),
        only_gender=next((each.only_gender for each in those if each.only_gender), ""),
        ages=(max(low for low, _high in ages), min(high for _low, high in ages)) if ages else None,
        likes=frozenset().union(*(each.likes for each in those)),
        dislikes=frozenset().union(*(each.dislikes for each in those)),
        experience=frozenset().union(*(each.experience for each in those)),
        temperament=sum(steps) // len(steps) if steps else None,
        wishes=frozenset().union(*(each.wishes for each in those)),
        identity=frozenset().union(*(each.identity for each in those)),
        capacity=circle.most,
    )


def _nowhere(places: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """Mentors who named places and share none can meet nobody anywhere."""
    return {0: 0} if places else {}


def _same(genders: object) -> str:
    found = set(genders)  # type: ignore[call-overload]
    return found.pop() if len(found) == 1 else ""


def sides_of(task: Task) -> tuple[tuple[Youth, ...], tuple[Mentor, ...]]:
    """Youth, and mentors or groups as one mentor each, in the order of their ids: the order of the input never counts.

    Who is never to meet one of a group's mentors is kept from the group.
    """
    youth = tuple(sorted(task.youth, key=lambda each: each.id))
    if not task.circles:
        return youth, tuple(sorted(task.mentors, key=lambda each: each.id))
    mentors = {each.id: each for each in task.mentors}
    circles = sorted(task.circles, key=lambda each: each.id)
    return tuple(_by_circle(each, circles) for each in youth), tuple(as_one(each, mentors) for each in circles)


def _by_circle(youth: Youth, circles: Sequence[Circle]) -> Youth:
    """A youth whose adults to keep away from, and to wish for, are groups."""

    def groups(adults: frozenset[int]) -> frozenset[int]:
        return frozenset(each.id for each in circles if not adults.isdisjoint(each.mentors)) if adults else adults

    if not (youth.kept_from or youth.family or youth.never or youth.wishes or youth.guardian_wishes):
        return youth
    values = {name: getattr(youth, name) for name in Youth.__dataclass_fields__}
    changed = {name: groups(values[name]) for name in ("kept_from", "family", "never", "wishes", "guardian_wishes")}
    return Youth(**(values | changed))

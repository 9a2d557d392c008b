"""Generated cohorts for matching: mentors on shifts, youth after school, as a department has them."""

from datetime import time, timedelta
from random import Random

from youthprog.mentorship.matching import hours
from youthprog.mentorship.matching.types import Circle, Mentor, Mode, Task, Youth

INTERESTS = (
    "art",
    "ball",
    "bikes",
    "books",
    "chess",
    "cooking",
    "dance",
    "dogs",
    "fishing",
    "games",
    "hiking",
    "music",
)
LANGUAGES = ("en", "es", "so")
TAGS = ("homework", "new in town", "grief", "school", "shy")


def make_free(random: Random, *, shifts: bool) -> int:
    """Free hours: a week, or a rotating shift of 14 or 28 days."""
    if shifts and random.random() < 0.5:
        period = random.choice((14, 28))
        off = [day for day in range(period) if day % 6 in (random.choice((0, 1)), 2, 3)]
        windows = [hours.Window(day, time(15), time(20)) for day in off]
        return hours.mask_of(windows, period=period, anchor=hours.ORIGIN + timedelta(days=random.randrange(28)))
    days = random.sample(range(7), random.randint(2, 5))
    return hours.mask_of(
        [hours.Window(day, time(random.randint(14, 17), random.choice((0, 30))), time(20)) for day in days]
    )


def some(random: Random, words: tuple[str, ...], most: int) -> frozenset[str]:
    """A few of the words."""
    return frozenset(random.sample(words, random.randint(0, most)))


def make_mentor(random: Random, key: int) -> Mentor:
    """A mentor."""
    youngest = random.randint(7, 13)
    return Mentor(
        id=key,
        free=make_free(random, shifts=True),
        places={place: random.randint(5, 50) for place in random.sample(range(1, 7), 3)},
        most_minutes=45,
        languages=frozenset({"en", *some(random, LANGUAGES, 1)}),
        gender=random.choice(("girl", "boy")),
        ages=(youngest, youngest + 4),
        likes=some(random, INTERESTS, 5),
        dislikes=some(random, INTERESTS, 3),
        experience=some(random, TAGS, 3),
        temperament=random.randint(1, 5),
        capacity=random.choice((1, 1, 1, 2)),
    )


def make_child(random: Random, key: int, mentors: int) -> Youth:
    """A young person; now and then with a rule of the family's."""
    return Youth(
        id=key,
        free=make_free(random, shifts=False),
        places={place: random.randint(5, 50) for place in random.sample(range(1, 7), 3)},
        most_minutes=random.choice((None, 40)),
        languages=frozenset(random.choice((("en",), ("en", "es"), ("es",), ("so",)))),
        gender=random.choice(("girl", "boy")),
        only_gender=random.choice(("girl", "boy")) if random.random() < 0.1 else "",
        age=random.randint(7, 17),
        likes=some(random, INTERESTS, 5),
        dislikes=some(random, INTERESTS, 3),
        needs=some(random, TAGS, 2),
        temperament=random.choice((None, 1, 2, 3, 4, 5)),
        wishes=frozenset({1000 + random.randrange(mentors)}) if random.random() < 0.1 else frozenset(),
        kept_from=frozenset({1000 + random.randrange(mentors)}) if random.random() < 0.05 else frozenset(),
    )


def make_cohort(youth: int, mentors: int, *, seed: int, mode: Mode = Mode.TOTAL, every_days: int = 7) -> Task:
    """Youth and mentors to be paired. Mentors' ids begin at 1000."""
    random = Random(seed)
    return Task(
        youth=tuple(make_child(random, key, mentors) for key in range(youth)),
        mentors=tuple(make_mentor(random, 1000 + key) for key in range(mentors)),
        mode=mode,
        every_days=every_days,
    )


def make_groups(youth: int, groups: int, *, pairs: int, seed: int, mode: Mode = Mode.TOTAL) -> Task:
    """Youth to be put into groups of three to seven with two mentors each, with pairs together and apart."""
    task = make_cohort(youth, 2 * groups, seed=seed, mode=mode)
    random = Random(seed + 1)
    ids = random.sample(range(youth), min(youth, 2 * pairs))
    those = [(ids[2 * each], ids[2 * each + 1]) for each in range(len(ids) // 2)]
    return Task(
        youth=task.youth,
        mentors=task.mentors,
        mode=mode,
        circles=tuple(Circle(each, (1000 + 2 * each,), 3, 7) for each in range(groups)),
        together=tuple(those[::2]),
        apart=tuple(those[1::2]),
    )

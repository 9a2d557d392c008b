"""What the generated department offers, and the words and shares it is invented with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from random import Random

from youthprog.attendance.types import Mark
from youthprog.demo.people import ALL_AGES
from youthprog.demo.types import Activity, Answer, Size
from youthprog.programs.types import GatheringKind, ProgramKind

OVERDUE_DAYS = 31  # every fifth pair has not met for so long


@dataclass(frozen=True, slots=True)
class Scale:
    """The figures of a size. `marks` is exact when set; without it every past meeting has its register.

    `ages` has the league ages of the youth who are not named, with their shares.
    """

    youth: int
    staff: int
    volunteers: int
    sites: int
    marks: int | None
    mentors: int
    ages: Mapping[int, int]


SCALES = {
    Size.S: Scale(youth=25, staff=4, volunteers=2, sites=3, marks=None, mentors=2, ages={10: 2, 11: 3, 12: 1, 13: 2}),
    Size.M: Scale(youth=2_200, staff=60, volunteers=200, sites=6, marks=60_000, mentors=45, ages=ALL_AGES),
    Size.L: Scale(youth=20_000, staff=450, volunteers=1_800, sites=40, marks=500_000, mentors=400, ages=ALL_AGES),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One activity as the department runs it: names, ages, weeks, words."""

    activity: Activity
    kind: ProgramKind
    name: str
    name_es: str
    summary: str
    summary_es: str
    min_age: int
    max_age: int
    site: int


OFFERS = (
    Offer(
        Activity.FOOTBALL, ProgramKind.LEAGUE, "Flag football", "Fútbol americano de bandera",
        "Two afternoons and a Saturday game a week, coached by neighbors and officers.",
        "Práctica entre semana y partido los sábados, con vecinos y oficiales como entrenadores.", 6, 15, 0,
    ),
    Offer(
        Activity.BASKETBALL, ProgramKind.LEAGUE, "Basketball", "Baloncesto",
        "A practice and a game a week, indoors.", "Una práctica y un partido por semana, bajo techo.", 8, 16, 1,
    ),
    Offer(
        Activity.CLUB, ProgramKind.CLASS, "Homework club", "Club de tareas",
        "Snack, homework and a grown-up who sits down with you.", "Merienda, tareas y un adulto que se sienta con usted.", 6, 17, 3,
    ),
    Offer(
        Activity.ONE_TO_ONE, ProgramKind.MENTORSHIP, "One-to-one mentoring", "Mentoría individual",
        "An hour a week, at times you choose.", "Una hora por semana, a la hora que elijan.", 9, 17, 4,
    ),
    Offer(
        Activity.WORKSHOP, ProgramKind.CLASS, "Self-defense workshop", "Taller de defensa personal",
        "Standing tall, saying no, getting away.", "Pararse con firmeza, decir que no, salir de ahí.", 12, 17, 4,
    ),
)  # fmt: skip

LEAGUE_DIVISIONS = {
    Activity.FOOTBALL: ((6, 7), (8, 9), (10, 11), (12, 13), (14, 15)),
    Activity.BASKETBALL: ((8, 9), (10, 11), (12, 13), (14, 16)),
}
TEAM_NAMES = {
    Activity.FOOTBALL: (
        "Tigers", "Hawks", "Otters", "Kites", "Rams", "Foxes", "Bulldogs", "Herons", "Badgers", "Cougars", "Bison", "Lynx",
        "Ospreys", "Wolves", "Panthers", "Mustangs", "Falcons", "Gators", "Bears", "Coyotes",
    ),
    Activity.BASKETBALL: (
        "Comets", "Rockets", "Meteors", "Novas", "Pulsars", "Orbits", "Thunder", "Blizzards", "Cyclones", "Monsoons", "Flames",
        "Sparks", "Tides", "Breakers", "Summits", "Pioneers", "Voyagers", "Rangers", "Captains", "Dynamos",
    ),
}  # fmt: skip
TEAM_SIZE = {Activity.FOOTBALL: 15, Activity.BASKETBALL: 11}
CLUB_SIZE = 22
WORKSHOP_SIZE = 24
SEASON_WORDS = (("Winter", "invierno"), ("Spring", "primavera"), ("Summer", "verano"), ("Fall", "otoño"))
SESSION_NOTES = (
    "Fractions, then we walked to the river.", "Read two chapters aloud.", "Talked about the move to a new school.",
    "Basketball and a sandwich.", "Practiced for the science fair.", "Quiet today. We drew.", "Wrote the first résumé.", "",
)  # fmt: skip
ANSWER_SHARES = (
    (Answer.SIGNED, 74), (Answer.NO_PHOTOS, 6), (Answer.SENT, 7), (Answer.OPENED, 5), (Answer.EXPIRED, 3), (Answer.BOUNCED, 2),
    (Answer.SECOND_GUARDIAN, 3),
)  # fmt: skip
PRESENT_SHARES = ((Mark.PRESENT, 83), (Mark.LATE, 5), (Mark.ABSENT, 8), (Mark.EXCUSED, 4))
TITLES = {
    GatheringKind.PRACTICE: "Practice",
    GatheringKind.GAME: "Game",
    GatheringKind.CLASS: "Class",
    GatheringKind.MENTORING: "Session",
}
CLOCK = (time(16, 0), time(17, 30), time(18, 15))
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def season_word(on: date) -> tuple[str, str]:
    """The season of the year that a date belongs to, in English and Spanish."""
    return SEASON_WORDS[on.month % 12 // 3]


def wishes_at(random: Random, age: int) -> list[Activity]:
    """What a youth of this league age signs up for: one thing, a fifth of them two."""
    if age < 8:
        shares = {Activity.FOOTBALL: 70, Activity.CLUB: 30}
    elif age < 12:
        shares = {Activity.FOOTBALL: 42, Activity.BASKETBALL: 36, Activity.CLUB: 18, Activity.ONE_TO_ONE: 4}
    elif age < 16:
        shares = {
            Activity.FOOTBALL: 32,
            Activity.BASKETBALL: 36,
            Activity.CLUB: 10,
            Activity.WORKSHOP: 16,
            Activity.ONE_TO_ONE: 6,
        }
    elif age < 17:
        shares = {Activity.BASKETBALL: 45, Activity.CLUB: 15, Activity.WORKSHOP: 30, Activity.ONE_TO_ONE: 10}
    else:
        shares = {Activity.CLUB: 40, Activity.WORKSHOP: 60}
    first = random.choices(tuple(shares), tuple(shares.values()))[0]
    if random.random() < 0.8:
        return [first]
    second = random.choices(tuple(shares), tuple(shares.values()))[0]
    return [first] if second is first else [first, second]


def small_wishes(random: Random, age: int) -> list[Activity]:
    """In the smallest department every other youth plays or learns to stand up, and half do homework there."""
    first = Activity.FOOTBALL if age < 12 else Activity.WORKSHOP
    return [first, Activity.CLUB] if random.random() < 0.5 else [first]

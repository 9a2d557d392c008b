"""Two counters of the planner: team names that never repeat, and registers that stop at the wanted number of marks."""

from datetime import date
from random import Random

from youthprog.attendance.types import Mark
from youthprog.demo.offers import OVERDUE_DAYS, PRESENT_SHARES, TEAM_NAMES
from youthprog.demo.people import YouthPlan
from youthprog.demo.plan import GroupPlan, SitePlan
from youthprog.demo.types import Activity
from youthprog.programs.types import GroupKind

SHOWN_TEAM = "Tigers U10"


class TeamNames:
    """Team names without a repeat in a season: "Tigers U10", later "Riverside Park Tigers U10"."""

    def __init__(self, activity: Activity, sites: tuple[SitePlan, ...]):
        self.names, self.sites = TEAM_NAMES[activity], sites
        self.taken: set[str] = set()

    def take(self, site: int, age: str, *, first: bool) -> str:
        """The next free name for a team of this age at this site."""
        plain = self.names if first else self.names[1:] if self.names[0] == "Tigers" else self.names
        short = [f"{name} {age}" for name in plain]
        long = [f"{self.sites[site].name} {name} {age}" for name in plain]
        name = next(name for name in (*short, *long) if name not in self.taken)
        self.taken.add(name)
        return name


class Registers:
    """Takes registers until the wanted number of marks is reached; the last days are not all entered yet."""

    def __init__(self, random: Random, wanted: int | None, today: date, youth: dict[int, YouthPlan]):
        self.random, self.left, self.today = random, wanted, today
        self.marks = tuple(mark for mark, _ in PRESENT_SHARES)
        self.shares = tuple(share for _, share in PRESENT_SHARES)

    def take(self, group: GroupPlan, on: date) -> tuple[tuple[int, Mark], ...]:
        """One mark per youth of the group, or nothing when the meeting is ahead or nobody entered it."""
        if on >= self.today or self.left == 0:
            return ()
        age = (self.today - on).days
        if group.kind is GroupKind.MENTORING and group.key % 5 == 0 and age <= OVERDUE_DAYS:
            return ()
        if group.name == SHOWN_TEAM and age < 7:  # one to enter, whatever the hour of the day
            return ()
        if self.random.random() < (0.3 if age <= 2 else 0.08 if age <= 7 else 0.0):
            return ()
        members = group.members if self.left is None else group.members[: self.left]
        if self.left is not None:
            self.left -= len(members)
        return tuple(zip(members, self.random.choices(self.marks, self.shares, k=len(members)), strict=True))

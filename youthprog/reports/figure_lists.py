"""The lists behind the figures as a page and a spreadsheet show them. An edge module: it speaks the page's language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from youthprog.attendance.counting import DayLine, MeetingLine, VisitLine, YouthLine, rounded
from youthprog.attendance.types import MARKS
from youthprog.core import clock
from youthprog.core.refusals import N_
from youthprog.programs.types import GATHERING_KINDS
from youthprog.web.language import gettext, language

GONE = N_("No longer in your programs")


class Speech:
    """The page's language and the department's zone, asked for once: a list has 50,000 lines and more."""

    def __init__(self) -> None:
        self.say = cache(gettext)
        self.language = language()
        self.zone = clock.zone()


@dataclass(frozen=True)
class Shown:
    """One list: its title, what it says of itself, which rows it has, and its columns in a spreadsheet.

    `place` are the types of a key of its order.
    """

    title: str
    says: str
    rows: str
    place: tuple[type, ...]
    head: Sequence[str]
    cells: Callable[[Any, Speech], Sequence[str]]


def _youth_cells(line: YouthLine, speech: Speech) -> Sequence[str]:
    return (
        line.name or speech.say(GONE), speech.say(N_("New")) if line.is_new else speech.say(N_("Returning")), str(line.visits), str(line.offered),
        str(line.days), hours(line.minutes, 2).replace(",", ""), str(line.weeks), str(line.kinds),
        line.first_on.isoformat(), line.last_on.isoformat(),
    )  # fmt: skip


def _meeting_cells(line: MeetingLine, speech: Speech) -> Sequence[str]:
    at = line.starts_at.astimezone(speech.zone)
    return (
        at.date().isoformat(), f"{at:%H:%M}", line.program.named(speech.language), line.group or "", speech.say(line.title),
        speech.say(GATHERING_KINDS[line.kind]), line.site or "", str(line.length), speech.say(N_("Yes")) if line.is_taken else speech.say(N_("No")),
        str(line.visits), str(line.minutes),
    )  # fmt: skip


def _day_cells(line: DayLine, _speech: Speech) -> Sequence[str]:
    return line.on.isoformat(), str(line.sessions), str(line.youth), str(line.minutes)


def _visit_cells(line: VisitLine, speech: Speech) -> Sequence[str]:
    at = line.starts_at.astimezone(speech.zone)
    measured = (
        speech.say(N_("In and out"))
        if line.clocked
        else speech.say(N_("Length of the gathering"))
        if line.minutes
        else ""
    )
    return (
        at.date().isoformat(), f"{at:%H:%M}", line.group or "", speech.say(line.title), line.name or speech.say(GONE),
        speech.say(MARKS[line.mark]) if line.mark else "", str(line.minutes), measured,
    )  # fmt: skip


def hours(minutes: int, places: int = 1) -> str:
    """Minutes as hours, rounded."""
    return rounded(Fraction(minutes, 60), places)


OF_YOUTH = (
    (int, str, int),
    (
        N_("Young person"), N_("New or returning"), N_("Visits"), N_("Offered"), N_("Days present"), N_("Contact hours"),
        N_("Weeks"), N_("Kinds of activity"), N_("First visit"), N_("Last visit"),
    ),
    _youth_cells,
)  # fmt: skip
OF_MEETINGS = (
    (int, int),
    (
        N_("Day"), N_("Begins"), N_("Program"), N_("Team or group"), N_("Gathering"), N_("Kind"), N_("Site"),
        N_("Minutes long"), N_("Register taken"), N_("Visits"), N_("Contact minutes"),
    ),
    _meeting_cells,
)  # fmt: skip
OF_DAYS = ((int,), (N_("Day"), N_("Sessions"), N_("Young people"), N_("Contact minutes")), _day_cells)
OF_VISITS = (
    (int, int, int, str, int),
    (
        N_("Day"), N_("Begins"), N_("Team or group"), N_("Gathering"), N_("Young person"), N_("Mark"),
        N_("Contact minutes"), N_("Measured by"),
    ),
    _visit_cells,
)  # fmt: skip

LISTS: dict[str, Shown] = {
    "served": Shown(N_("Youth served"), N_("Everyone who came at least once."), "youth", *OF_YOUTH),
    "new": Shown(N_("New"), N_("Their first visit ever lies in this period."), "youth", *OF_YOUTH),
    "returning": Shown(N_("Returning"), N_("They came before this period too."), "youth", *OF_YOUTH),
    "held": Shown(N_("Gatherings held"), N_("Over and not canceled."), "meetings", *OF_MEETINGS),
    "sessions": Shown(N_("Sessions"), N_("Gatherings held with a register."), "meetings", *OF_MEETINGS),
    "missing": Shown(
        N_("Registers missing"), N_("Held, and nobody took the register. They count in no other figure."), "meetings",
        *OF_MEETINGS,
    ),
    "days": Shown(N_("Days open"), N_("Days with at least one session. Each young person counts once a day."), "days", *OF_DAYS),
    "visits": Shown(N_("Visits"), N_("Each time somebody came to a session."), "visits", *OF_VISITS),
    "offered": Shown(
        N_("Offered"), N_("The sessions the youth served could have come to."), "visits", *OF_VISITS
    ),
}  # fmt: skip

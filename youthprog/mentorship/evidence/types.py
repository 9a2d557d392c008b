"""Words of the evidence file: benchmarks, verdicts, counts; and of surveys a program loads itself."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from youthprog.core.refusals import N_
from youthprog.mentorship.closing.types import Party as Audience
from youthprog.programs.types import InBoth


class Verdict(enum.StrEnum):
    """How far a benchmark is met. `nothing_yet`: it could be counted, but nothing of the kind was there in the period."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOTHING_YET = "nothing_yet"
    NOT_MEASURED = "not_measured"


VERDICTS = {
    Verdict.MET: N_("Met"),
    Verdict.PARTLY: N_("Partly met"),
    Verdict.NOT_MET: N_("Not met"),
    Verdict.NOTHING_YET: N_("Nothing to count yet"),
    Verdict.NOT_MEASURED: N_("Not measured here"),
}


# Whom a survey asks.
AUDIENCES = {
    Audience.MENTOR: N_("Mentors"),
    Audience.YOUTH: N_("Young people"),
    Audience.GUARDIAN: N_("Families"),
}


@dataclass(frozen=True)
class Edition:
    """A published list that entries were written after. `checked`: our codes were compared with it."""

    key: str
    name: InBoth
    source: str
    noted_on: date
    checked: bool


@dataclass(frozen=True)
class Benchmark:
    """One entry of a program's list, in the program's own words. `codes` says after which practice of which edition.

    `measure` names what is counted for it; empty where nothing here can be counted.
    """

    group: str
    text: InBoth
    codes: Mapping[str, str]
    measure: str
    checked: bool


@dataclass(frozen=True)
class BenchmarkList:
    """A program's list: editions, headings, entries, and from what share (percent) an entry is met, or met in part."""

    default: str
    met_from: int
    partly_from: int
    editions: Mapping[str, Edition]
    groups: Mapping[str, InBoth]
    benchmarks: tuple[Benchmark, ...]


@dataclass(frozen=True)
class Count:
    """So many of so many."""

    done: int
    of: int


@dataclass(frozen=True)
class Finding:
    """A benchmark with what was counted for it. `count` is None where nothing here can be counted."""

    benchmark: Benchmark
    code: str
    verdict: Verdict
    count: Count | None


# ---- surveys ----

MONTHS = (3, 6, 12)


@dataclass(frozen=True)
class Question:
    """One question of a survey. A reversed one counts from the other end of the scale."""

    key: str
    text: InBoth
    reversed: bool = False


@dataclass(frozen=True)
class Instrument:
    """A survey as a program loaded it. `scale` has the words of its least and of its most, by number."""

    name: InBoth
    audience: Audience
    source: str
    license: str
    least: int
    most: int
    scale: Mapping[int, InBoth]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Score:
    """The mean of what was answered, on the survey's own scale; None where too little was answered."""

    value: Fraction | None
    answered: int
    of: int


@dataclass(frozen=True)
class DueSurvey:
    """A survey that is due of somebody. `answer_id` is set once it was sent."""

    match_id: int
    match: str
    instrument_id: int
    instrument: InBoth
    audience: Audience
    person_id: int
    name: str
    months: int
    due_on: date
    answer_id: int | None = None
    sent_on: date | None = None
    has_mail: bool = False

"""How far a benchmark is met, what an answered survey scores, when one is due. Pure."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from youthprog.core.refusals import N_, Refusal
from youthprog.mentorship.evidence.types import (
    MONTHS,
    BenchmarkList,
    Count,
    Finding,
    Instrument,
    Score,
    Verdict,
)

LEAST_ANSWERED = Fraction(4, 5)
"""The share of questions that must be answered for a score."""
DUE_DAYS_BEFORE = 7
OVER_AFTER_DAYS = 60
"""A survey is asked from a week before its month until two months after."""


def verdict_of(count: Count | None, *, met_from: int, partly_from: int) -> Verdict:
    """How far so many of so many meet a benchmark; both bounds in percent, and reached when equal."""
    if count is None:
        return Verdict.NOT_MEASURED
    if count.of <= 0:
        return Verdict.NOTHING_YET
    percent = Fraction(100 * count.done, count.of)
    if percent >= met_from:
        return Verdict.MET
    return Verdict.PARTLY if percent >= partly_from else Verdict.NOT_MET


def findings_of(found: BenchmarkList, edition: str, count: Callable[[str], Count | None]) -> list[Finding]:
    """The entries of a list that were written after one edition, in the list's order, each with what was counted."""
    findings = []
    for benchmark in found.benchmarks:
        if edition in benchmark.codes:
            counted = count(benchmark.measure) if benchmark.measure else None
            verdict = verdict_of(counted, met_from=found.met_from, partly_from=found.partly_from)
            findings.append(Finding(benchmark, benchmark.codes[edition], verdict, counted))
    return findings


def tally_of(findings: list[Finding]) -> dict[Verdict, int]:
    """How many benchmarks are met, partly met and so on, in that order."""
    return {verdict: sum(each.verdict is verdict for each in findings) for verdict in Verdict}


# ---- surveys ----


def score_of(instrument: Instrument, answers: Mapping[str, int | None]) -> Score:
    """The mean of the answered questions on the survey's own scale, reversed ones turned around.

    None below four fifths answered. An answer off the scale counts as none.
    """
    values = []
    for question in instrument.questions:
        value = answers.get(question.key)
        if value is not None and instrument.least <= value <= instrument.most:
            values.append(instrument.least + instrument.most - value if question.reversed else value)
    of = len(instrument.questions)
    if not values or Fraction(len(values), of) < LEAST_ANSWERED:
        return Score(None, len(values), of)
    return Score(Fraction(sum(values), len(values)), len(values), of)


def refusals_to_answer(instrument: Instrument, answers: Mapping[str, int | None], *, answered: bool) -> list[Refusal]:
    """Why answers are not taken."""
    if answered:
        return [Refusal("answered", N_("This was answered already. Thank you."))]
    if not any(value is not None for value in answers.values()):
        return [Refusal("nothing", N_("Answer at least one question."))]
    if any(value is not None and not instrument.least <= value <= instrument.most for value in answers.values()):
        return [Refusal("off_scale", N_("Choose one of the answers shown."))]
    return []


def due_on(started_on: date, months: int) -> date:
    """The day on which a match is so many months old; the last of the month where there is no such day."""
    place = started_on.month - 1 + months
    year, month = started_on.year + place // 12, place % 12 + 1
    return date(year, month, min(started_on.day, monthrange(year, month)[1]))


def months_due(started_on: date, on: date) -> list[int]:
    """Which surveys are to be asked on a day: from a week before their month until two months after."""
    return [
        months for months in MONTHS if -DUE_DAYS_BEFORE <= (on - due_on(started_on, months)).days <= OVER_AFTER_DAYS
    ]

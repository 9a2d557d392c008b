"""When certificates may be issued, and the periods a report is asked for. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from youthprog.core.refusals import N_, Refusal

MOST_AT_ONCE = 40
MOST_SIGNERS = 4
LONGEST_AWARD = 60
LONGEST_WORDS = 160
AWARD, COMPLETION, HOURS = "award", "completion", "hours"


@dataclass(frozen=True)
class Earned:
    """What is known of somebody who is to get a certificate."""

    name: str
    enrolled: bool
    visits: int
    minutes: int = 0


def refusals_to_certify(kind: str, earned: Sequence[Earned], *, ends_on: date, on: date) -> list[Refusal]:
    """Why certificates of a season are not issued: nothing to certify, nobody chosen, a season not over.

    A certificate says what was. Whether somebody may come today, by consent or health, does not bear on it.
    """
    if not earned:
        return [Refusal("nobody", N_("Choose at least one young person."), "youth")]
    if len(earned) > MOST_AT_ONCE:
        sentence = N_("%(most)s certificates at most are issued at once. Choose a part.")
        return [Refusal("too_many", sentence, "youth", {"most": MOST_AT_ONCE})]
    reasons = []
    strangers = [each.name for each in earned if not each.enrolled]
    if strangers:
        sentence = N_("Never enrolled in this season: %(names)s.")
        reasons.append(Refusal("not_enrolled", sentence, "youth", {"names": _names(strangers)}))
    absent = [each.name for each in earned if each.enrolled and not each.visits]
    if absent and kind != AWARD:
        sentence = N_("There is nothing to certify: no register of this season says that they came: %(names)s.")
        reasons.append(Refusal("never_came", sentence, "youth", {"names": _names(absent)}))
    timeless = [each.name for each in earned if each.visits and not each.minutes]
    if timeless and kind == HOURS:
        sentence = N_("There is nothing to certify: no minutes are counted for %(names)s.")
        reasons.append(Refusal("no_minutes", sentence, "youth", {"names": _names(timeless)}))
    if kind == COMPLETION and on < ends_on:
        sentence = N_("This season is not over. Completing it can be certified from %(day)s.")
        reasons.append(Refusal("not_over", sentence, "kind", {"day": ends_on}))
    return reasons


def refusals_to_word(
    kind: str, writing: str, *, award_en: str, award_es: str, words_en: str, words_es: str
) -> list[Refusal]:
    """Why an award cannot be written: its name or its words are missing in a language it is written in."""
    if kind != AWARD:
        return []
    asked = [
        ("award_en", award_en, "en", N_("Write what the award is called, in English.")),
        ("award_es", award_es, "es", N_("Write what the award is called, in Spanish.")),
        ("words_en", words_en, "en", N_("Write what it is given for, in English.")),
        ("words_es", words_es, "es", N_("Write what it is given for, in Spanish.")),
    ]
    return [
        Refusal("no_words", sentence, field)
        for field, text, language, sentence in asked
        if not text.strip() and writing in ("both", language)
    ]


def refusals_to_count_hours(first: date | None, last: date | None, minutes: int, on: date) -> list[Refusal]:
    """Why somebody's hours are not certified: no period, one that is not over, nothing in it."""
    if first is None or last is None:
        return []  # the fields say so
    if last < first:
        return [Refusal("ends_before_it_begins", N_("The last day lies before the first."), "last")]
    if last > on:
        return [Refusal("not_over", N_("The last day is still to come."), "last")]
    if minutes <= 0:
        sentence = N_("There is nothing to certify: the ledger has no hours in this time.")
        return [Refusal("no_hours", sentence, "first")]
    return []


def refusals_to_sign(count: int) -> list[Refusal]:
    """Why so many do not sign one certificate."""
    if count > MOST_SIGNERS:
        return [Refusal("too_many_signers", N_("At most four people sign a certificate."), "signatory")]
    return [] if count else [Refusal("nobody_signs", N_("Choose or write who signs."), "signatory")]


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


@dataclass(frozen=True)
class UsualPeriod:
    """A period funders ask for; both days included."""

    label: str
    first: date
    last: date


def usual_periods(on: date) -> list[UsualPeriod]:
    """The periods one asks for on a day: this year and month so far, then the last whole ones.

    A half-year is what the federal mentoring grants report by (January to June, July to December).
    """
    year, month = on.replace(month=1, day=1), on.replace(day=1)
    quarter, half = (on.replace(month=(on.month - 1) // size * size + 1, day=1) for size in (3, 6))
    return [
        UsualPeriod(N_("This year so far"), year, on),
        UsualPeriod(N_("This month so far"), month, on),
        *(
            UsualPeriod(label, _months_before(begins, months), begins - timedelta(days=1))
            for label, begins, months in (
                (N_("Last month"), month, 1),
                (N_("Last quarter"), quarter, 3),
                (N_("Last half-year"), half, 6),
                (N_("Last year"), year, 12),
            )
        ),
    ]


def _months_before(first: date, months: int) -> date:
    """The first of a month so many months before another first."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


MOST_WEEKS, MOST_MONTHS = 10, 13  # bars a chart has room for


@dataclass(frozen=True)
class Bucket:
    """One bar of a chart: from a day to a day, contact minutes, whether a register of its gatherings is missing."""

    first: date
    last: date
    minutes: int
    held: int
    incomplete: bool


def buckets(first: date, last: date, days: Iterable[tuple[date, int, int, int]]) -> tuple[str, list[Bucket]]:
    """The bars of a period and what each is: "week" (from Monday), "month" or "year".

    `days` are (day, gatherings held, sessions of them, contact minutes). The first and last bar end with the period.
    """
    weeks = (last - first).days // 7 + 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    kind = "week" if weeks <= MOST_WEEKS else "month" if months <= MOST_MONTHS else "year"
    begins: list[date] = []
    at = first
    while at <= last:
        begins.append(at)
        at = _next(at, kind)
    found = {begin: [0, 0, 0] for begin in begins}
    for on, held, sessions, minutes in days:
        if first <= on <= last:
            sums = found[max(begin for begin in begins if begin <= on)]
            sums[0], sums[1], sums[2] = sums[0] + minutes, sums[1] + held, sums[2] + held - sessions
    ends = [*(begin - timedelta(days=1) for begin in begins[1:]), last]
    parts = zip(begins, ends, found.values(), strict=True)
    return kind, [
        Bucket(begin, end, minutes=minutes, held=held, incomplete=behind > 0)
        for begin, end, (minutes, held, behind) in parts
    ]


def _next(at: date, kind: str) -> date:
    if kind == "week":
        return at + timedelta(days=7 - at.weekday())
    if kind == "year":
        return date(at.year + 1, 1, 1)
    return _months_before(at.replace(day=1), -1)

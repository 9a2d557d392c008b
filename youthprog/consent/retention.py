"""How long a signed consent, and what somebody not on file typed, is kept, and when it may go. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from youthprog.consent.types import FilePart, Written
from youthprog.core.refusals import N_, Refusal

MAJORITY = 18
MOST_YEARS = 100
MOST_DAYS = 3660
MOST_CONCERN_DAYS = 36_600
OUTSIDE = "outside_answers"  # the table of the file that speaks of answers from contacts not on file


class BadRule(ValueError):
    """A retention file does not say what it must."""


@dataclass(frozen=True)
class PackTerms:
    """What a state pack says about keeping records. A claim with source and day, never a fact: ask your attorney.

    `after_18_years` None: the birthday plays no part.
    """

    state: str
    after_signature_days: int
    after_18_years: int | None = None
    source: str = ""
    checked_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The terms as a tombstone keeps them."""
        return {
            "state": self.state,
            "after_signature_days": self.after_signature_days,
            "after_18_years": self.after_18_years,
            "source": self.source,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
        }


@dataclass(frozen=True)
class KeepRule:
    """The two spans of a retention rule, in years, with where the rule comes from, and the state packs turned on."""

    after_signature_years: int
    after_18_years: int
    source: str = ""
    checked_on: date | None = None
    packs: tuple[PackTerms, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The rule as a tombstone keeps it."""
        return {
            "after_signature_years": self.after_signature_years,
            "after_18_years": self.after_18_years,
            "source": self.source,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
            "packs": [each.as_json() for each in self.packs],
        }


def rule_of(source: Mapping[str, Any], known: Mapping[str, PackTerms | None] | None = None) -> KeepRule:
    """The rule of a file: its `[retention]` table, and the packs that `[packs] use` turns on. Raises `BadRule`.

    `known` are the state packs by their two letters; None for one that says nothing about keeping records.
    """
    table = source.get("retention", {})
    years = [table.get("after_signature_years"), table.get("after_18_years")]
    if not all(type(each) is int and 0 <= each <= MOST_YEARS for each in years):
        raise BadRule("[retention] needs after_signature_years and after_18_years, whole numbers of years")
    packs = _packs_of(source.get("packs", {}), known or {})
    return KeepRule(years[0], years[1], _source_of(table), _checked_on(table), packs)


@dataclass(frozen=True)
class FileRule:
    """How long something of a youth's file is kept after the last season it was for, in days, with where that comes from."""

    after_season_days: int
    source: str = ""
    checked_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The rule as a tombstone keeps it."""
        checked_on = self.checked_on.isoformat() if self.checked_on else None
        return {"after_season_days": self.after_season_days, "source": self.source, "checked_on": checked_on}


def file_rules_of(source: Mapping[str, Any]) -> dict[FilePart, FileRule]:
    """The rules of a file's tables, one for each part of it: `[drafts]`, `[health]` and so on. Raises `BadRule`."""
    found = {}
    for part in FilePart:
        table = source.get(part.value, {})
        days = table.get("after_season_days") if isinstance(table, Mapping) else None
        if type(days) is not int or not 0 <= days <= MOST_DAYS:
            raise BadRule(f"[{part.value}] needs after_season_days, a whole number of days")
        found[part] = FileRule(days, _source_of(table), _checked_on(table))
    return found


def file_kept_until(days: Iterable[date | None], rule: FileRule) -> date:
    """The last day something of a file is kept: so long after the last of the days that it was for."""
    return max(day for day in days if day is not None) + timedelta(days=rule.after_season_days)


def _source_of(table: Mapping[str, Any]) -> str:
    return str(table.get("source", ""))[:300]


def _packs_of(table: Any, known: Mapping[str, PackTerms | None]) -> tuple[PackTerms, ...]:
    wanted = table.get("use", []) if isinstance(table, Mapping) else None
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise BadRule('[packs] use is a list of states, such as ["ny", "tn"]')
    found = []
    for state in dict.fromkeys(each.lower() for each in wanted):
        if state not in known:
            raise BadRule(f'[packs] use: there is no pack for "{state}"')
        terms = known[state]
        if terms is None:
            raise BadRule(f'[packs] use: the pack "{state}" says nothing about keeping records')
        found.append(terms)
    return tuple(found)


def keep_until(signed_on: date, born_on: date | None, rule: KeepRule) -> date:
    """The last day a record is kept: max(signed + a years, 18th birthday + b years), and as long as each pack turned on says.

    Without a birth date the youth may have been born the day it was signed.
    """
    born_on = born_on or signed_on
    days = [years_after(signed_on, rule.after_signature_years), years_after(born_on, MAJORITY + rule.after_18_years)]
    for pack in rule.packs:
        days.append(signed_on + timedelta(days=pack.after_signature_days))
        if pack.after_18_years is not None:
            days.append(years_after(born_on, MAJORITY + pack.after_18_years))
    return max(days)


def over_before(on: date, rule: KeepRule) -> tuple[date, date]:
    """Signed before the one day, by a youth born before the other: else no record's time is over on a day.

    Necessary, not enough: `keep_until` has the last word (February 29).
    """
    signed = [years_after(on, -rule.after_signature_years)]
    signed += [on - timedelta(days=pack.after_signature_days) for pack in rule.packs]
    years = [rule.after_18_years, *(pack.after_18_years for pack in rule.packs if pack.after_18_years is not None)]
    return min(signed), years_after(on, -MAJORITY - max(years))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; of February 29 it is March 1 where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass(frozen=True)
class OutsideRule:
    """How many days what somebody not on file typed is kept once it is settled, and when a wait is too long."""

    settled_days: int
    waiting_days: int
    source: str = ""
    checked_on: date | None = None

    def settled_before(self, on: date) -> date:
        """Answers settled before this day have no words left on a day: the last day they are kept is over."""
        return on - timedelta(days=self.settled_days)

    def is_overdue(self, received_on: date, on: date) -> bool:
        """Whether an answer nobody settled has waited so long that somebody has to decide."""
        return on - received_on > timedelta(days=self.waiting_days)

    def as_json(self) -> dict[str, Any]:
        """The rule as a tombstone keeps it."""
        return {
            "settled_days": self.settled_days,
            "waiting_days": self.waiting_days,
            "source": self.source,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
        }


def outside_rule_of(source: Mapping[str, Any]) -> OutsideRule:
    """The rule of a file's `[outside_answers]` table. Raises `BadRule`."""
    table = source.get(OUTSIDE, {})
    days = [table.get("settled_days"), table.get("waiting_days")]
    if not all(type(each) is int and 1 <= each <= MOST_DAYS for each in days):
        raise BadRule("[outside_answers] needs settled_days and waiting_days, whole numbers of days")
    return OutsideRule(days[0], days[1], str(table.get("source", ""))[:300], _checked_on(table))


@dataclass(frozen=True)
class WordsRule:
    """How many days what was written is kept after the end of its time, with where the rule comes from."""

    days: int
    source: str = ""
    checked_on: date | None = None


# The line of each table that says how long, and the longest term there is.
TERMS = {
    Written.MATCHES: ("after_end_days", MOST_DAYS),
    Written.WALK_INS: ("after_days", MOST_DAYS),
    Written.CONCERNS: ("after_outcome_days", MOST_CONCERN_DAYS),
}


def words_rule_of(source: Mapping[str, Any], what: Written) -> WordsRule:
    """The rule of a file for what was written. Raises `BadRule`."""
    (line, most), table = TERMS[what], source.get(what, {})
    days = table.get(line) if isinstance(table, Mapping) else None
    if type(days) is not int or not 1 <= days <= most:
        raise BadRule(f"[{what}] needs {line}, a whole number of days")
    return WordsRule(days, _source_of(table), _checked_on(table))


def _checked_on(table: Mapping[str, Any]) -> date | None:
    checked_on = table.get("checked_on")
    if checked_on is not None and not isinstance(checked_on, date):
        raise BadRule("checked_on is a day, such as 2026-11-26")
    return checked_on


@dataclass(frozen=True)
class PurgeFacts:
    """What decides whether a record may go. `keep_until_on` is None for a request that was never signed."""

    today: date
    keep_until_on: date | None
    in_force_until: date | None
    is_held: bool
    is_proposed: bool
    is_purged: bool
    actor_id: int | None
    proposed_by_id: int | None = None


def refusals_to_propose(facts: PurgeFacts) -> list[Refusal]:
    """Every reason why a record may not be proposed for purging."""
    found = _refusals_of_time(facts)
    if facts.is_proposed and not facts.is_purged:
        found.append(Refusal("proposed", N_("This record was proposed already.")))
    if facts.actor_id is None:
        found.append(Refusal("nobody", N_("A person of the staff proposes this.")))
    return found


def refusals_to_purge(facts: PurgeFacts) -> list[Refusal]:
    """Every reason why a proposed record may not be purged: all is asked again, and by somebody else."""
    found = _refusals_of_time(facts)
    if not facts.is_proposed and not facts.is_purged:
        found.append(Refusal("not_proposed", N_("Nobody proposed this record.")))
    if facts.actor_id is None or facts.actor_id == facts.proposed_by_id:
        found.append(Refusal("same_person", N_("You proposed this record. A second person purges it.")))
    return found


def _refusals_of_time(facts: PurgeFacts) -> list[Refusal]:
    if facts.is_purged:
        return [Refusal("purged", N_("This record was purged already."))]
    if facts.keep_until_on is None:
        return [Refusal("not_signed", N_("This form was never signed."))]
    found = []
    if facts.is_held:
        found.append(Refusal("held", N_("Records of this young person are held.")))
    if facts.today <= facts.keep_until_on:
        found.append(Refusal("too_early", N_("This record is kept until %(on)s."), values={"on": facts.keep_until_on}))
    if facts.in_force_until is not None and facts.today <= facts.in_force_until:
        found.append(
            Refusal("in_force", N_("This consent is in force until %(on)s."), values={"on": facts.in_force_until})
        )
    return found


def refusals_to_hold(reason: str, *, is_held: bool) -> list[Refusal]:
    """A hold has a reason, and a youth has one hold at a time."""
    if is_held:
        return [Refusal("held", N_("Records of this young person are held."))]
    if not reason.strip():
        return [Refusal("no_reason", N_("Say why: an incident, a claim, a letter from a lawyer."), "reason")]
    return []

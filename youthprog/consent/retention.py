"""How long a signed consent, and what somebody not on file typed, is kept, and when it may go. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from youthprog.core.refusals import N_, Refusal

MAJORITY = 18
MOST_YEARS = 100
MOST_DAYS = 3660
OUTSIDE = "outside_answers"  # the table of the file that speaks of answers from contacts not on file


class BadRule(ValueError):
    """A retention file does not say what it must."""


@dataclass(frozen=True)
class KeepRule:
    """The two spans of a retention rule, in years, with where the rule comes from."""

    after_signature_years: int
    after_18_years: int
    source: str = ""
    checked_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The rule as a tombstone keeps it."""
        return {
            "after_signature_years": self.after_signature_years,
            "after_18_years": self.after_18_years,
            "source": self.source,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
        }


def rule_of(source: Mapping[str, Any]) -> KeepRule:
    """The rule of a file's `[retention]` table. Raises `BadRule`."""
    table = source.get("retention", {})
    years = [table.get("after_signature_years"), table.get("after_18_years")]
    if not all(type(each) is int and 0 <= each <= MOST_YEARS for each in years):
        raise BadRule("[retention] needs after_signature_years and after_18_years, whole numbers of years")
    return KeepRule(years[0], years[1], str(table.get("source", ""))[:300], _checked_on(table))


def keep_until(signed_on: date, born_on: date | None, rule: KeepRule) -> date:
    """The last day a record is kept: max(signed + a years, 18th birthday + b years).

    Without a birth date the youth may have been born the day it was signed.
    """
    after_signature = years_after(signed_on, rule.after_signature_years)
    return max(after_signature, years_after(born_on or signed_on, MAJORITY + rule.after_18_years))


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

"""What holds between people: ages, guardians, custody, doubles. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold
from youthprog.people.types import Bond, BondChange, ContactKind, GuardianLine, PersonKind

OLDEST = 120
OLDEST_NEW_YOUTH = 21


def age_on(born_on: date, on: date) -> int:
    """Full years lived on a day. Who was born on February 29 turns a year older on March 1 of a common year."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def folded(family_name: str, given_name: str) -> str:
    """The name as it is searched and sorted: family first, without case and accents."""
    return fold(f"{family_name} {given_name}")


def is_another_school(before: str | None, after: str | None) -> bool:
    """Whether the file names another school now. A first name, or the same in other letters, is no change."""
    return bool(before) and fold(before or "") != fold(after or "")


def normal_email(text: str) -> str | None:
    """The comparable form of a mail address (lower case), or None when it is not one. Asks no server."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        return None


def normal_phone(text: str) -> str | None:
    """The comparable form of a phone (E.164) as typed in the United States, or None without an area code."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_contact(kind: ContactKind, text: str) -> str | None:
    """The comparable form of a contact of either kind, or None."""
    return normal_email(text) if kind is ContactKind.EMAIL else normal_phone(text)


def refusals_of_contact(kind: ContactKind, text: str) -> list[Refusal]:
    """Why an address or a phone cannot be used."""
    if normal_contact(kind, text) is not None:
        return []
    if kind is ContactKind.EMAIL:
        return [Refusal("bad_email", N_("Write the whole address, like rosa@mail.example."), "email")]
    return [Refusal("bad_phone", N_("Add the area code, like (217) 555-0163."), "phone")]


def refusals_to_add_person(
    kind: PersonKind, given_name: str, family_name: str, born_on: date | None, today: date
) -> list[Refusal]:
    """Why a person's names and birth date cannot stand."""
    reasons = []
    if not given_name.strip():
        reasons.append(Refusal("no_name", N_("Write the given name."), "given_name"))
    if not family_name.strip() and kind is PersonKind.YOUTH:
        reasons.append(Refusal("no_family_name", N_("Write the family name."), "family_name"))
    if born_on is None:
        return reasons
    age = age_on(born_on, today)
    if age < 0:
        reasons.append(Refusal("not_born", N_("This day is still to come."), "born_on"))
    elif age > OLDEST:
        reasons.append(Refusal("too_old", N_("Check the year."), "born_on"))
    elif kind is PersonKind.YOUTH and age > OLDEST_NEW_YOUTH:
        reason = N_("Check the year: this makes a young person of %(age)s.")
        reasons.append(Refusal("not_young", reason, "born_on", {"age": age}))
    return reasons


@dataclass(frozen=True)
class BondFacts:
    """What decides whether an adult may become a child's guardian."""

    youth_is_youth: bool
    same_person: bool
    already: bool
    born_on: date | None = None
    guardian_born_on: date | None = None
    may_decide: bool = True
    may_collect: bool = True
    no_decide: bool = False
    no_collect: bool = False
    no_information: bool = False


def refusals_to_add_guardian(facts: BondFacts) -> list[Refusal]:
    """Why an adult cannot become this child's guardian, or not with these rights."""
    reasons = []
    if not facts.youth_is_youth:
        reasons.append(Refusal("not_a_youth", N_("Guardians belong to a young person's file."), "name"))
    if facts.same_person:
        reasons.append(Refusal("self", N_("Nobody is their own guardian."), "name"))
    if facts.already:
        reasons.append(Refusal("already_guardian", N_("This adult is already a guardian of this child."), "name"))
    if facts.born_on and facts.guardian_born_on and facts.guardian_born_on >= facts.born_on:
        reasons.append(
            Refusal("younger", N_("The guardian would be younger than the child. Check both dates."), "name")
        )
    return reasons + refusals_to_allow(facts)


def refusals_to_allow(facts: BondFacts) -> list[Refusal]:
    """Why custody forbids the rights an adult would have over a child."""
    reasons = []
    if facts.no_information:
        reason = N_("A custody restriction keeps this adult away from the child's file. End it first.")
        reasons.append(Refusal("no_information", reason, "name"))
    if facts.may_decide and facts.no_decide:
        reason = N_("A custody restriction says this adult may not decide for the child.")
        reasons.append(Refusal("no_decide", reason, "may_decide"))
    if facts.may_collect and facts.no_collect:
        reason = N_("A custody restriction says the child may not leave with this adult.")
        reasons.append(Refusal("no_collect", reason, "may_collect"))
    return reasons


def refusals_to_restrict(
    *,
    same_person: bool,
    adult_is_youth: bool,
    no_collect: bool,
    no_decide: bool,
    no_information: bool,
    starts_on: date,
    ends_on: date | None,
) -> list[Refusal]:
    """Why a custody restriction cannot stand as written."""
    reasons = []
    if same_person or adult_is_youth:
        reasons.append(Refusal("not_an_adult", N_("Choose the adult the court order names."), "adult_id"))
    if not (no_collect or no_decide or no_information):
        reasons.append(Refusal("restricts_nothing", N_("Choose at least one thing the order forbids."), "limits"))
    if ends_on is not None and ends_on < starts_on:
        reasons.append(Refusal("ends_before_start", N_("The last day comes before the first."), "ends_on"))
    return reasons


def refusals_to_end_custody(starts_on: date, ends_on: date | None, on: date, today: date) -> list[Refusal]:
    """Why a restriction cannot hold for the last time on a day. Days gone by keep what held on them."""
    if on < starts_on:
        return [Refusal("ends_before_start", N_("The last day comes before the first."), "ends_on")]
    if on < today:
        return [Refusal("ends_in_the_past", N_("It held until today. Choose today or a later day."), "ends_on")]
    if ends_on is not None and ends_on < today:
        return [Refusal("ended", N_("This restriction is over already. Record a new one."), "ends_on")]
    return []


def in_force(starts_on: date, ends_on: date | None, on: date) -> bool:
    """Whether a restriction holds on a day; its first and its last day are included."""
    return starts_on <= on and (ends_on is None or on <= ends_on)


def is_guardian_on(ended_on: date | None, on: date) -> bool:
    """Whether a guardianship still holds on a day; on the day it ends it no longer does."""
    return ended_on is None or on < ended_on


def bond_on(bond: Bond, on: date) -> tuple[bool, bool]:
    """Whether a guardianship holds on a day, and whether the adult may then decide. A change counts from its day on."""
    if bond.changes:
        for change in sorted(bond.changes, key=_by_day):
            if on < change.on:
                return change.was_in_force, change.was_in_force and change.could_decide
    holds = is_guardian_on(bond.ended_on, on)
    return holds, holds and bond.may_decide


def changes_of_both(one: Bond, other: Bond, on: date) -> list[BondChange]:
    """What two guardianships found to be one were, until the day they became one: whatever either of them was."""
    ends = [bond.ended_on for bond in (one, other) if bond.ended_on]
    days = {change.on for bond in (one, other) for change in bond.changes} | set(ends)
    found: list[BondChange] = []
    for day in [*sorted(each for each in days if each < on), on]:
        before = [bond_on(bond, day - timedelta(days=1)) for bond in (one, other)]
        change = BondChange(day, any(holds for holds, _may in before), any(may for _holds, may in before))
        if found and (found[-1].was_in_force, found[-1].could_decide) == (change.was_in_force, change.could_decide):
            found.pop()
        found.append(change)
    return found


def _by_day(change: BondChange) -> date:
    return change.on  # of one day the first said counts: sorting keeps their order


def guardians_who_may_decide(lines: Iterable[GuardianLine]) -> list[GuardianLine]:
    """Those who may sign, first to be asked first."""
    return sorted((line for line in lines if line.may_decide), key=_by_rank)


def guardians_who_may_collect(lines: Iterable[GuardianLine]) -> list[GuardianLine]:
    """Those a child may leave with, first to be called first."""
    return sorted((line for line in lines if line.may_collect), key=_by_rank)


def first_to_call(lines: Sequence[GuardianLine]) -> GuardianLine | None:
    """The guardian a coach calls: the first in rank who has a phone, else the first."""
    ranked = sorted(lines, key=_by_rank)
    return next((line for line in ranked if line.phone), ranked[0] if ranked else None)


def _by_rank(line: GuardianLine) -> tuple[int, int]:
    return line.rank, line.bond_id


@dataclass(frozen=True)
class RecordFacts:
    """What decides whether a record may be merged with another."""

    person_id: int
    kind: PersonKind
    born_on: date | None = None
    merged: bool = False
    related_ids: frozenset[int] = frozenset()  # own guardians, own children, and who is kept away from whom


def refusals_to_merge(kept: RecordFacts, gone: RecordFacts) -> list[Refusal]:
    """Why two records cannot be one person."""
    reasons = []
    if kept.person_id == gone.person_id:
        reasons.append(Refusal("same_record", N_("Choose two different records."), "gone_id"))
    if kept.merged or gone.merged:
        reasons.append(Refusal("already_merged", N_("One of these records was merged already."), "gone_id"))
    if kept.kind is not gone.kind:
        reasons.append(Refusal("different_kinds", N_("One is a young person, the other an adult."), "gone_id"))
    if kept.born_on and gone.born_on and kept.born_on != gone.born_on:
        reason = N_("The birth dates differ. If it is one person, correct the wrong date first.")
        reasons.append(Refusal("different_birth_dates", reason, "gone_id"))
    if gone.person_id in kept.related_ids or kept.person_id in gone.related_ids:
        reason = N_("One is the other's guardian or under a custody restriction about the other.")
        reasons.append(Refusal("related", reason, "gone_id"))
    return reasons

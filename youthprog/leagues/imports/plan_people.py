"""The youth and adults of a plan: who is here, whom a row means, whom it may mean, and whom it adds. Pure.

A youth is found by the export's own key, else by folded names and birth date, unless the guardians are others. An adult is found by folded
name together with a mail or a phone. Whoever is only alike is asked about.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.likeness import may_be_same, pair_key, somebody
from youthprog.leagues.imports.stated import SPARING
from youthprog.leagues.imports.types import (
    Alike,
    Existing,
    GuardianRow,
    KnownAdult,
    KnownYouth,
    PlayerRow,
    Problem,
    Ref,
    Severity,
)

YouthKey = tuple[str, str, date | None]


def address_key(street: str | None, unit: str | None, city: str | None, postal_code: str | None) -> str:
    """The comparable form of an address; empty without a street."""
    return (
        fold(" ".join(part or "" for part in (street, unit, city, postal_code))).replace(".", "").replace(",", "")
        if street
        else ""
    )


@dataclass(slots=True)
class Child:
    """A youth as the plan goes on: from here, or made by an earlier row."""

    ref: Ref
    given: str
    family: str
    values: dict[str, str]
    guardians: set[Ref] = field(default_factory=set)
    teams: set[Ref] = field(default_factory=set)
    jersey: str = ""
    placed: bool = False
    may_join: bool = True
    barred: frozenset[Ref] = frozenset()
    born_on: date | None = None
    written: tuple[str, str] = ("", "")
    """The names under which the plan found the youth."""

    said: set[str] = field(default_factory=set)
    """Fields that an earlier row of the file spoke of: of two rows that disagree the first counts."""


@dataclass(slots=True)
class Adult:
    """A guardian as the plan goes on."""

    ref: Ref
    name: str
    emails: set[str]
    phones: set[str]
    home: Ref | None
    shown: str = ""


class People:
    """Youth, adults and homes as the plan goes on; what one row makes, the next ones find."""

    def __init__(self, existing: Existing):
        self.external = dict(existing.external)
        self.new_external: dict[tuple[str, str], Ref] = {}
        self.decided = existing.decided
        self.children: dict[Ref, Child] = {}
        self.by_key: dict[YouthKey, list[Ref]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[Ref]] = defaultdict(list)
        self.by_birth: dict[date, list[Ref]] = defaultdict(list)
        self.children_of: dict[Ref, set[Ref]] = defaultdict(set)
        for youth in existing.youth:
            self._know_youth(youth)
        self.adults: dict[Ref, Adult] = {}
        self.by_contact: dict[str, list[Ref]] = defaultdict(list)
        for adult in existing.adults:
            self._know_adult(adult)
        self.team_names = {Ref(id=team.id): team.name for team in existing.teams}
        self.homes = {home.address_key: Ref(id=home.id) for home in existing.households if home.address_key}

    def _know_youth(self, youth: KnownYouth) -> None:
        ref = Ref(id=youth.id)
        self.children[ref] = Child(
            ref=ref,
            given=youth.given_name,
            family=youth.family_name,
            values=dict(youth.values),
            guardians={Ref(id=adult) for adult in youth.guardian_ids},
            teams={Ref(id=team) for team in youth.team_ids},
            jersey=youth.jersey,
            placed=youth.placed,
            may_join=youth.may_join,
            barred=frozenset(Ref(id=team) for team in youth.barred_ids),
            born_on=youth.born_on,
            written=(youth.given_name, youth.family_name),
        )
        for adult in self.children[ref].guardians:
            self.children_of[adult].add(ref)
        self._index(ref, youth.given_name, youth.family_name, youth.born_on)

    def _index(self, ref: Ref, given: str, family: str, born_on: date | None) -> None:
        self.by_key[(fold(given), fold(family), born_on)].append(ref)
        self.by_name[(fold(given), fold(family))].append(ref)
        if born_on:
            self.by_birth[born_on].append(ref)

    def _know_adult(self, adult: KnownAdult) -> None:
        home = None if adult.household_id is None else Ref(id=adult.household_id)
        name = fold(f"{adult.given_name} {adult.family_name}")
        shown = f"{adult.given_name} {adult.family_name}"
        self._add_adult(Adult(Ref(id=adult.id), name, set(adult.emails), set(adult.phones), home, shown))

    def _add_adult(self, adult: Adult) -> None:
        self.adults[adult.ref] = adult
        for contact in (*adult.emails, *adult.phones):
            self.by_contact[contact].append(adult.ref)

    # ---- youth ----

    def find(self, row: PlayerRow, problems: list[Problem]) -> Child | None:
        """The youth of this row, if there is one already."""
        for pair in row.external:
            ref = self.new_external.get(pair) or (Ref(id=self.external[pair]) if pair in self.external else None)
            found = self.children.get(ref) if ref else None
            if found:
                if fold(found.given) == fold(row.given_name) or fold(found.family) == fold(row.family_name):
                    return found
                sentence = N_("The player id of this row belongs to somebody else here. Check who it is.")
                problems.append(Problem(row.row, "", "other_person", sentence, Severity.REFUSE))
                return None
            if pair in self.external:
                sentence = N_(
                    "The player id of this row is in use outside your programs. Ask a coordinator of the whole department."
                )
                problems.append(Problem(row.row, "", "beyond_reach", sentence, Severity.REFUSE))
                return None
        if row.born_on is None:
            return self._find_by_name(row, problems)
        refs = self.by_key[(fold(row.given_name), fold(row.family_name), row.born_on)]
        if len(refs) > 1:
            refs = [ref for ref in refs if self._shares_contact(self.children[ref], row)] or refs
        if len(refs) > 1:
            sentence = N_("Two youth here have this name and birth date. Merge them or correct one, then import again.")
            problems.append(Problem(row.row, "", "two_match", sentence, Severity.REFUSE))
            return None
        found = self.children[refs[0]] if refs else None
        return None if found is not None and self._is_of_others(found, row) else found

    def _is_of_others(self, child: Child, row: PlayerRow) -> bool:
        """Whether a child of that name and birth date has other guardians than the row names: a person must say then.

        Two families may have a child of one name and birthday, and neither may be handed the other's.
        """
        signs, own = self._signs_about(child), _signs_of(row)
        return bool(signs) and bool(own) and signs.isdisjoint(own)

    def _find_by_name(self, row: PlayerRow, problems: list[Problem]) -> Child | None:
        """Whom a row without a birth date means: the one of that name in the season, else the one who has none either."""
        found = [self.children[ref] for ref in self.by_name[(fold(row.given_name), fold(row.family_name))]]
        means = [child for child in found if child.placed] or [child for child in found if child.born_on is None]
        if len(means) > 1:
            means = [child for child in means if self._shares_contact(child, row)] or means
        if len(means) > 1:
            sentence = N_(
                "Several young people of this name are here, and the file gives no birth date to tell them apart."
            )
            problems.append(Problem(row.row, "", "two_match", sentence, Severity.REFUSE))
            return None
        return means[0] if means else None

    def look_alike(self, row: PlayerRow) -> tuple[Child | None, tuple[Alike, ...]]:
        """The youth whom a person said the row to be; else those whom somebody must be asked about."""
        own = somebody(row.given_name, row.family_name, row.born_on, _signs_of(row))
        asked = []
        for ref in self._candidates_for(row):
            child = self.children[ref]
            other = somebody(*child.written, child.born_on, self._signs_about(child))
            if not may_be_same(own, other):
                continue
            pair = pair_key(
                (row.given_name, row.family_name, row.born_on, _names_in(row.guardians)),
                (*child.written, child.born_on, self._names_about(child)),
            )
            if self.decided.get(pair):
                return child, ()
            if pair not in self.decided:
                asked.append(self._alike(child, pair))
        return None, tuple(asked)

    def _candidates_for(self, row: PlayerRow) -> Iterable[Ref]:
        """Whoever was born that day, is called so, or has a guardian with one of the contacts."""
        found = list(self.by_birth[row.born_on]) if row.born_on else []
        found += self.by_name[(fold(row.given_name), fold(row.family_name))]
        for guardian in row.guardians:
            for contact in filter(None, (guardian.email, *guardian.phones)):
                for adult in self.by_contact.get(contact, ()):
                    found += sorted(self.children_of[adult], key=lambda ref: (ref.id or 0, ref.new))
        return dict.fromkeys(found)

    def _signs_about(self, child: Child) -> set[str]:
        adults = [self.adults[ref] for ref in child.guardians if ref in self.adults]
        return {sign for adult in adults for sign in (adult.name, *adult.emails, *adult.phones)}

    def _names_about(self, child: Child) -> list[str]:
        return [self.adults[ref].name for ref in child.guardians if ref in self.adults]

    def _alike(self, child: Child, pair: str) -> Alike:
        adults = sorted(self.adults[ref].shown for ref in child.guardians if ref in self.adults)
        teams = sorted(self.team_names[ref] for ref in child.teams if ref in self.team_names)
        row = int(child.ref.new.partition(":")[2]) if child.ref.new else 0
        return Alike(pair, *child.written, child.born_on, tuple(adults), tuple(teams), child.ref.id, row)

    def _shares_contact(self, child: Child, row: PlayerRow) -> bool:
        contacts = {contact for guardian in row.guardians for contact in (guardian.email, *guardian.phones) if contact}
        return any(ref in child.guardians for contact in contacts for ref in self.by_contact.get(contact, ()))

    def new_child(self, row: PlayerRow, problems: list[Problem]) -> Child:
        if row.born_on and self.by_name[(fold(row.given_name), fold(row.family_name))]:
            sentence = N_(
                "Somebody with this name and another birth date is here already. Check that it is not the same youth."
            )
            problems.append(Problem(row.row, "", "near_match", sentence, Severity.WARN))
        child = Child(Ref(new=f"youth:{row.row}"), row.given_name, row.family_name, dict.fromkeys(SPARING, ""))
        child.born_on, child.written = row.born_on, (row.given_name, row.family_name)
        self.children[child.ref] = child
        self._index(child.ref, row.given_name, row.family_name, row.born_on)
        return child

    def is_new_key(self, pair: tuple[str, str]) -> bool:
        """Whether a key of the export belongs to nobody yet."""
        return pair not in self.external and pair not in self.new_external

    # ---- adults and homes ----

    def adult_for(self, guardian: GuardianRow, child: Child) -> Ref:
        """The adult of that name who has one of the contacts, or already answers for the child; else a new one."""
        name = fold(f"{guardian.given_name} {guardian.family_name}")
        contacts = [contact for contact in (guardian.email, *guardian.phones) if contact]
        near = [ref for contact in contacts for ref in self.by_contact.get(contact, ())]
        for ref in (*near, *sorted(child.guardians, key=lambda ref: (ref.id or 0, ref.new))):
            if self.adults.get(ref) and self.adults[ref].name == name:
                return ref
        shown = f"{guardian.given_name} {guardian.family_name}"
        adult = Adult(Ref(new=f"adult:{len(self.adults) + 1}"), name, set(), set(), None, shown)
        self._add_adult(adult)
        self.learn(adult, guardian, None)
        return adult.ref

    def adds_contact(self, ref: Ref, guardian: GuardianRow) -> bool:
        """Whether the row tells of a mail or phone that an adult who is here does not have yet."""
        adult = self.adults[ref]
        return bool(ref.id) and bool(({guardian.email} - {""} - adult.emails) or (set(guardian.phones) - adult.phones))

    def learn(self, adult: Adult, guardian: GuardianRow, home: Ref | None) -> None:
        """Remember a guardian's contacts and home."""
        for contact, kept in ((guardian.email, adult.emails), *((phone, adult.phones) for phone in guardian.phones)):
            if contact and contact not in kept:
                kept.add(contact)
                self.by_contact[contact].append(adult.ref)
        adult.home = adult.home or home

    def home_for(self, row: PlayerRow, guardians: tuple[Ref, ...]) -> Ref | None:
        """A new youth's household: a guardian's, else whoever has the player's phone, else the address's, else a new one."""
        adults = [self.adults[ref] for ref in guardians]
        adults += [self.adults[ref] for phone in row.phones for ref in self.by_contact.get(phone, ())]
        home = next((adult.home for adult in adults if adult.home), None)
        key = address_key(row.street, row.unit, row.city, row.postal_code)
        home = home or self.homes.get(key)
        if home is None and (key or guardians):
            home = Ref(new=f"home:{row.row}")
        if home is not None and key:
            self.homes.setdefault(key, home)
        return home


def _names_in(guardians: Iterable[GuardianRow]) -> list[str]:
    return [fold(f"{each.given_name} {each.family_name}") for each in guardians]


def _signs_of(row: PlayerRow) -> set[str]:
    """What the row's guardians go by: folded names, mails, phones."""
    names = set(_names_in(row.guardians))
    contacts = {contact for guardian in row.guardians for contact in (guardian.email, *guardian.phones) if contact}
    return names | contacts

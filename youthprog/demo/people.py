"""Invented families, the same for the same seed: who lives with whom, who decides, who may collect.

Keys are small numbers that count from 1 within a plan; adults and youth share them, as people do in the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from youthprog.core.text import fold
from youthprog.demo.cast import Player, Worker
from youthprog.demo.names import LONG_FAMILY, Heritage, draw_heritage, family_name, form_of, given_name
from youthprog.demo.places import CITY, LOCAL_AREA, POSTAL_CODES, SCHOOLS, STATE, STREETS, PhoneBook, phone
from youthprog.people.types import Gender, HealthKind, Relationship

MAIL_HOUSES = ("post.example", "mail.example", "inbox.example", "familia.example", "letterbox.example")
CUTOFF_MONTH, CUTOFF_DAY = 8, 31


@dataclass(frozen=True, slots=True)
class AdultPlan:
    """A grown-up: a guardian, a member of staff, a volunteer. A phone or mail may be missing ("")."""

    key: int
    given: str
    family: str
    gender: Gender
    language: str
    phone: str
    email: str
    title: str = ""

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class GuardianPlan:
    """One adult's answer for one child; rank 1 is called first."""

    adult_key: int
    relationship: Relationship
    rank: int
    may_decide: bool = True
    may_collect: bool = True


@dataclass(frozen=True, slots=True)
class HealthPlan:
    """A health note: the few words on the field, and the whole of it."""

    kind: HealthKind
    alert: str
    detail: str


@dataclass(frozen=True, slots=True)
class RestrictionPlan:
    """A court's limit on one adult."""

    adult_key: int
    no_collect: bool
    no_decide: bool
    no_information: bool
    note: str


@dataclass(frozen=True, slots=True)
class EmergencyPlan:
    """Somebody else to call."""

    name: str
    phone: str
    relation: str


@dataclass(frozen=True, slots=True)
class YouthPlan:
    """A child with everybody who answers for them. `home` is the first of `household_keys`."""

    key: int
    given: str
    family: str
    gender: Gender
    born_on: date
    league_age: int
    school: str
    language: str
    household_keys: tuple[int, ...]
    guardians: tuple[GuardianPlan, ...]
    middle: str = ""
    preferred: str = ""
    health: HealthPlan | None = None
    restriction: RestrictionPlan | None = None
    emergency: EmergencyPlan | None = None

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class HouseholdPlan:
    """One address and who lives there. `quarter` picks the nearest site."""

    key: int
    name: str
    street: str
    unit: str
    city: str
    state: str
    postal_code: str
    quarter: int
    adult_keys: tuple[int, ...]


@dataclass(slots=True)
class Families:
    """What the generator has made: households, adults by key, youth."""

    households: list[HouseholdPlan] = field(default_factory=list)
    adults: dict[int, AdultPlan] = field(default_factory=dict)
    youth: list[YouthPlan] = field(default_factory=list)


ALERTS = (
    HealthPlan(
        HealthKind.CONDITION,
        "Asthma, inhaler in bag",
        "Exercise asthma. Two puffs before running, then rest in the shade.",
    ),
    HealthPlan(
        HealthKind.ALLERGY,
        "Peanut allergy, EpiPen in bag",
        "Peanuts and cashews. EpiPen in the outer pocket, then call 911.",
    ),
    HealthPlan(
        HealthKind.ALLERGY,
        "Bee stings, pen with coach",
        "Swelling after stings. The coach keeps the pen in the team bag.",
    ),
    HealthPlan(
        HealthKind.CONDITION, "Type 1 diabetes, snack kit", "Checks at half time. Juice first, then call a guardian."
    ),
    HealthPlan(
        HealthKind.CONDITION, "Seizures, see card", "Rare. Lay on the side, time it, call 911 after three minutes."
    ),
    HealthPlan(HealthKind.MEDICATION, "Takes medicine at 6 pm", "One tablet at 6 pm with water. The family brings it."),
    HealthPlan(
        HealthKind.CONDITION,
        "Sickle cell trait, rest and water",
        "Water every 15 minutes. No running to exhaustion in heat.",
    ),
    HealthPlan(
        HealthKind.OTHER, "Hearing aid, left ear", "Face the child when speaking. The aid comes out in the rain."
    ),
    HealthPlan(HealthKind.OTHER, "Glasses, strap needed", "Wears a strap. A spare pair is with the family."),
)

# (weight, relations of the adults in the first home, relations in the second home)
SHAPES: tuple[tuple[int, tuple[Relationship, ...], tuple[Relationship, ...]], ...] = (
    (43, (Relationship.MOTHER, Relationship.FATHER), ()),
    (20, (Relationship.MOTHER,), ()),
    (5, (Relationship.FATHER,), ()),
    (12, (Relationship.MOTHER,), (Relationship.FATHER,)),
    (6, (Relationship.MOTHER, Relationship.STEPPARENT), (Relationship.FATHER,)),
    (6, (Relationship.GRANDPARENT,), ()),
    (3, (Relationship.FOSTER,), ()),
    (3, (Relationship.AUNT_UNCLE,), ()),
    (2, (Relationship.MOTHER, Relationship.GRANDPARENT), ()),
)
WOMEN = {Relationship.MOTHER}
MEN = {Relationship.FATHER}
NOT_DECIDING = {Relationship.STEPPARENT}
RESTRICTED_FATHERS = 0.06  # of the fathers in a second home
ALL_AGES = {6: 6, 7: 8, 8: 11, 9: 12, 10: 12, 11: 11, 12: 10, 13: 9, 14: 8, 15: 6, 16: 4, 17: 3}
"""League ages and the share of youth who have them."""


def season_cutoff(today: date) -> date:
    """The last August 31: the day on which this year's league age is judged."""
    this_year = date(today.year, CUTOFF_MONTH, CUTOFF_DAY)
    return this_year if today >= this_year else this_year.replace(year=today.year - 1)


def birth_date(random: Random, league_age: int, cutoff: date) -> date:
    """A birth date that makes somebody `league_age` years old on the cut-off day."""
    youngest = cutoff.replace(year=cutoff.year - league_age)
    return youngest - timedelta(days=random.randrange(365))


class Town:
    """Makes families. One town, one seed, one order of calls: the same families."""

    def __init__(self, seed: int, cutoff: date, quarters: int, ages: Mapping[int, int] = ALL_AGES):
        self.random = Random(f"youthprog people {seed}")
        self.cutoff = cutoff
        self.quarters = quarters
        self.ages = ages
        self.made = Families()
        self._phones = PhoneBook()
        self._mails: dict[str, int] = {}
        self._next_key = 0

    # People -------------------------------------------------------------------------------------------------

    def adult(self, given: str, family: str, gender: Gender, language: str, **known: str) -> AdultPlan:
        """Add an adult. A phone and a mail address are made unless they are given."""
        number = known.pop("phone", None)
        mail = known.pop("email", None)
        adult = AdultPlan(
            key=self._key(),
            given=given,
            family=family,
            gender=gender,
            language=language,
            phone=self._phones.take() if number is None else number,
            email=self._mail(given, family) if mail is None else mail,
            title=known.pop("title", ""),
        )
        self.made.adults[adult.key] = adult
        return adult

    def local(self, worker: Worker) -> AdultPlan:
        """A named worker, with one of the department's own numbers."""
        known = {"email": f"{worker.account}@demo.example"} if worker.account else {}
        return self.adult(
            worker.given,
            worker.family,
            worker.gender,
            "en",
            phone=phone(LOCAL_AREA, worker.line),
            title=worker.title,
            **known,
        )

    def stranger(self, title: str = "") -> AdultPlan:
        """An adult of the town who is nobody's guardian here."""
        heritage = draw_heritage(self.random)
        gender = self.random.choice((Gender.GIRL, Gender.BOY))
        family = form_of(family_name(self.random, heritage), gender)
        return self.adult(given_name(self.random, heritage, gender), family, gender, "en", title=title)

    def named(self, players: tuple[Player, ...]) -> list[YouthPlan]:
        """The families of named youth, in their order."""
        return [self._named_family(player) for player in players]

    def sibling_of(self, youth: YouthPlan, given: str, gender: Gender, league_age: int) -> YouthPlan:
        """A brother or sister with the same homes and guardians."""
        sibling = replace(
            youth,
            key=self._key(),
            given=given,
            gender=gender,
            born_on=birth_date(self.random, league_age, self.cutoff),
            league_age=league_age,
            school=self._school(league_age),
            health=None,
        )
        self.made.youth.append(sibling)
        return sibling

    def families(self, youth_wanted: int) -> None:
        """Add families until there are exactly so many youth."""
        while len(self.made.youth) < youth_wanted:
            self._family(most=youth_wanted - len(self.made.youth))

    # Families -----------------------------------------------------------------------------------------------

    def _named_family(self, player: Player) -> YouthPlan:
        given, family = player.guardian
        gender = Gender.BOY if player.relationship is Relationship.FATHER else Gender.GIRL
        adult = self.adult(given, family, gender, player.language, phone=phone(LOCAL_AREA, player.line))
        home = self._household(player.family, (adult.key,))
        guardians: tuple[GuardianPlan, ...] = (GuardianPlan(adult.key, player.relationship, 1),)
        homes: tuple[int, ...] = (home.key,)
        restriction = None
        if player.kept_away:
            father = self.adult(player.kept_away, family, Gender.BOY, player.language)
            homes = (home.key, self._household(family, (father.key,)).key)
            guardians += (GuardianPlan(father.key, Relationship.FATHER, 2, may_decide=False, may_collect=False),)
            restriction = restriction_on(father.key)
        alert = next((note for note in ALERTS if note.alert == player.alert), None)
        youth = self._youth(
            player.given, player.family, player.gender, player.league_age, player.language, homes, guardians
        )
        self.made.youth[-1] = replace(youth, health=alert, restriction=restriction)
        return self.made.youth[-1]

    def _family(self, most: int) -> None:
        heritage, other = draw_heritage(self.random), draw_heritage(self.random)
        if self.random.random() < 0.82:
            other = heritage
        _, first, second = self.random.choices(SHAPES, [weight for weight, _, _ in SHAPES])[0]
        fathers, mothers = family_name(self.random, heritage), family_name(self.random, other)
        language = heritage.language if self.random.random() < 0.95 else "en"
        adults = [
            self._guardian(relation, heritage, other, (fathers, mothers), language) for relation in (*first, *second)
        ]
        at_home, away = adults[: len(first)], adults[len(first) :]
        family = self._child_family(heritage, other, fathers, mothers)
        homes = [self._household(form_of(family, Gender.BOY), tuple(adult.key for adult in at_home))]
        if away:
            homes.append(self._household(away[0].family, tuple(adult.key for adult in away)))
        relations = (*first, *second)
        restriction = self._restriction(relations, adults) if away else None
        ages = self._ages(min(most, self.random.choices((1, 2, 3, 4), (54, 31, 12, 3))[0]))
        guardians = tuple(
            GuardianPlan(adult.key, relation, rank, relation not in NOT_DECIDING, not _banned(restriction, adult))
            for rank, (relation, adult) in enumerate(zip(relations, adults, strict=True), start=1)
        )
        for age in ages:
            self._child(heritage, family, age, language, homes, guardians, restriction)

    def _child(
        self,
        heritage: Heritage,
        family: str,
        age: int,
        language: str,
        homes: list[HouseholdPlan],
        guardians: tuple[GuardianPlan, ...],
        restriction: RestrictionPlan | None,
    ) -> None:
        random = self.random
        gender = random.choices((Gender.GIRL, Gender.BOY, Gender.OTHER, Gender.UNSTATED), (47, 50, 1, 2))[0]
        given = given_name(random, heritage, gender)
        keys = tuple(home.key for home in homes)
        youth = self._youth(given, form_of(family, gender), gender, age, language, keys, guardians)
        self.made.youth[-1] = replace(
            youth,
            middle=random.choice("ABCDEFGHJKLMNPRSTVWZ") if random.random() < 0.4 else "",
            preferred=given[:3] if random.random() < 0.03 and len(given) > 5 and given[:3].isalpha() else "",
            health=random.choice(ALERTS) if random.random() < 0.11 else None,
            restriction=restriction,
            emergency=self._emergency() if random.random() < 0.6 else None,
        )

    def _youth(
        self,
        given: str,
        family: str,
        gender: Gender,
        age: int,
        language: str,
        homes: tuple[int, ...],
        guardians: tuple[GuardianPlan, ...],
    ) -> YouthPlan:
        youth = YouthPlan(
            key=self._key(),
            given=given,
            family=family,
            gender=gender,
            born_on=birth_date(self.random, age, self.cutoff),
            league_age=age,
            school=self._school(age),
            language=language,
            household_keys=homes,
            guardians=guardians,
        )
        self.made.youth.append(youth)
        return youth

    def _guardian(
        self, relation: Relationship, heritage: Heritage, other: Heritage, families: tuple[str, str], language: str
    ) -> AdultPlan:
        fathers, mothers = families
        gender = (
            Gender.GIRL
            if relation in WOMEN
            else Gender.BOY
            if relation in MEN
            else self.random.choice((Gender.GIRL, Gender.BOY))
        )
        own = other if relation is Relationship.MOTHER else heritage
        family = mothers if relation is Relationship.MOTHER else fathers
        if relation in (Relationship.FOSTER, Relationship.STEPPARENT):
            own = draw_heritage(self.random)
            family = family_name(self.random, own)
        given = given_name(self.random, own, gender)
        reachable = self.random.random()
        missing = {"email": ""} if reachable < 0.05 else {"phone": ""} if reachable < 0.08 else {}
        return self.adult(given, form_of(family, gender), gender, language, **missing)

    def _child_family(self, heritage: Heritage, other: Heritage, fathers: str, mothers: str) -> str:
        """The children's family name: two names, one with a hyphen, or the father's."""
        if self.random.random() < 0.002:
            return LONG_FAMILY
        if heritage.two_families and other.two_families:
            return f"{fathers} {mothers}" if fathers != mothers else fathers
        if heritage is not other and self.random.random() < 0.5:
            return f"{form_of(fathers, Gender.BOY)}-{form_of(mothers, Gender.BOY)}"
        return fathers

    def _restriction(self, relations: tuple[Relationship, ...], adults: list[AdultPlan]) -> RestrictionPlan | None:
        if relations[-1] is not Relationship.FATHER or self.random.random() >= RESTRICTED_FATHERS:
            return None
        return restriction_on(adults[-1].key)

    def _ages(self, children: int) -> list[int]:
        """League ages of siblings; twins happen."""
        ages = self.random.choices(tuple(self.ages), tuple(self.ages.values()), k=children)
        return sorted(ages, reverse=True)

    def _emergency(self) -> EmergencyPlan:
        heritage = draw_heritage(self.random)
        gender = self.random.choice((Gender.GIRL, Gender.BOY))
        name = f"{given_name(self.random, heritage, gender)} {form_of(family_name(self.random, heritage), gender)}"
        return EmergencyPlan(
            name, self._phones.take(), self.random.choice(("aunt", "uncle", "neighbor", "grandmother", "family friend"))
        )

    def _household(self, name: str, adult_keys: tuple[int, ...]) -> HouseholdPlan:
        random = self.random
        household = HouseholdPlan(
            key=len(self.made.households) + 1,
            name=name,
            street=f"{random.randrange(1, 2400)} {random.choice(STREETS)}",
            unit=f"Apt {random.randrange(1, 40)}{random.choice('ABCD')}" if random.random() < 0.3 else "",
            city=CITY,
            state=STATE,
            postal_code=random.choice(POSTAL_CODES),
            quarter=random.randrange(self.quarters),
            adult_keys=adult_keys,
        )
        self.made.households.append(household)
        return household

    def _school(self, age: int) -> str:
        schools = SCHOOLS[:3] if age < 11 else SCHOOLS[3:5] if age < 14 else SCHOOLS[5:6]
        return self.random.choice((*schools, *SCHOOLS[6:]))

    def _mail(self, given: str, family: str) -> str:
        local = ".".join(
            "".join(letter for letter in fold(part) if letter.isascii() and letter.isalnum())
            for part in (given, family)
        )
        local = local.strip(".")[:50] or "family"
        seen = self._mails[local] = self._mails.get(local, 0) + 1
        return f"{local}{seen if seen > 1 else ''}@{MAIL_HOUSES[sum(map(ord, local)) % len(MAIL_HOUSES)]}"

    def _key(self) -> int:
        self._next_key += 1
        return self._next_key


def restriction_on(adult_key: int) -> RestrictionPlan:
    """The order of the generated families: no pick-up, no decisions, no information."""
    note = "Invented order for the demonstration: no contact during program hours. Call the coordinator, then 911."
    return RestrictionPlan(adult_key, no_collect=True, no_decide=True, no_information=True, note=note)


def _banned(restriction: RestrictionPlan | None, adult: AdultPlan) -> bool:
    return restriction is not None and restriction.adult_key == adult.key

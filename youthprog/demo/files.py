"""Registration exports filled with generated people, with faults planted on request.

They have the column names, the byte order mark, the dates and the private columns of the real thing,
and nobody in them exists.
"""

import csv
import enum
import io
from collections.abc import Callable, Iterable, Sequence
from random import Random

from youthprog.demo.headers import SPORTS_CONNECT, TEAMSNAP
from youthprog.demo.people import AdultPlan, HouseholdPlan, YouthPlan
from youthprog.demo.plan import Department, GroupPlan
from youthprog.demo.types import Activity
from youthprog.people.types import Gender
from youthprog.programs.types import GroupKind

CARD_NUMBER = "4111111111111111"
CARD_TAIL = "7391"
INSURANCE = "Prairie Mutual Invented"
POLICY = "PMI-0042-7731"
PRIVATE_VALUES = (CARD_NUMBER, CARD_TAIL, INSURANCE, POLICY, "Card-Holder", "Paid in full", "129.00")
"""Values of the card, payment and insurance columns: none may be found after a reading."""

SIZES = ("Youth S", "Youth M", "Youth L", "Adult S", "Adult M")
GENDER_WORDS = {Gender.GIRL: "Female", Gender.BOY: "Male", Gender.OTHER: "Non-binary", Gender.UNSTATED: ""}

Row = dict[str, str]


class Fault(enum.StrEnum):
    """What can be wrong with a row."""

    BAD_BIRTH_DATE = "bad_birth_date"
    MISSING_GUARDIAN = "missing_guardian"
    UNKNOWN_TEAM = "unknown_team"
    LONG_NAME = "long_name"
    FORMULA = "formula"
    UNALLOCATED = "unallocated"
    PHONE_WITHOUT_AREA = "phone_without_area"
    DUPLICATE_ROW = "duplicate_row"


_SPOILED: dict[Fault, Row] = {
    Fault.BAD_BIRTH_DATE: {"Player Birth Date": "02/30/2016", "Birthdate": "02/30/2016"},
    Fault.MISSING_GUARDIAN: dict.fromkeys(
        ("Account First Name", "Account Last Name", "User Email", "Telephone", "Cellphone", "Other Phone"), ""
    ),
    Fault.UNKNOWN_TEAM: {"Team Name": "Narwhals U10"},
    Fault.LONG_NAME: {"Player Last Name": "Featherstone" * 7, "Last Name": "Featherstone" * 7},
    Fault.FORMULA: {"Player First Name": '=HYPERLINK("http://example.invalid")', "First Name": "=1+1"},
    Fault.UNALLOCATED: {"Team Name": "Unallocated"},
    Fault.PHONE_WITHOUT_AREA: {"Telephone": "555-0163", "Cellphone": "", "Mobile phone": "555-0163"},
}


def sports_connect_csv(department: Department, *, faults: Sequence[Fault] = (), most: int | None = None) -> bytes:
    """An "Enrollment Details" export of the football season: 161 columns, UTF-8 with byte order mark, CRLF.

    The n-th fault spoils the n-th row; a duplicate row repeats the last one at the end.
    """
    people = _People(department)
    rows = [people.enrollment_row(youth, team) for youth, team in people.players(Activity.FOOTBALL)][:most]
    return _written(SPORTS_CONNECT, rows, faults)


def teamsnap_csv(department: Department, team: str, *, faults: Sequence[Fault] = ()) -> bytes:
    """A roster of one team with its 17 columns; the coach is a row marked as a non-player."""
    people = _People(department)
    group = next(group for group in department.groups if group.name == team)
    rows = [
        people.roster_row(people.youth[key], jersey) for key, jersey in zip(group.members, group.jerseys, strict=True)
    ]
    coach = people.adults[group.leaders[0][0]]
    staff = dict.fromkeys(TEAMSNAP, "") | {
        "First Name": coach.given,
        "Last Name": coach.family,
        "Mobile phone": coach.phone,
        "Role label": "Head Coach",
        "Is Coach": "Y",
        "Is Non-Player": "Y",
    }
    return _written(TEAMSNAP, [*rows, staff], faults)


def _written(columns: Sequence[str], rows: list[Row], faults: Sequence[Fault]) -> bytes:
    spoiled = [fault for fault in faults if fault is not Fault.DUPLICATE_ROW]
    for row, fault in zip(rows, spoiled, strict=False):
        row |= {column: value for column, value in _SPOILED[fault].items() if column in row}
    if Fault.DUPLICATE_ROW in faults:
        rows = [*rows, rows[-1]]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


class _People:
    """A department's people, looked up while rows are written."""

    def __init__(self, department: Department):
        self.department = department
        self.youth: dict[int, YouthPlan] = {youth.key: youth for youth in department.youth}
        self.adults: dict[int, AdultPlan] = {adult.key: adult for adult in department.adults}
        self.homes: dict[int, HouseholdPlan] = {home.key: home for home in department.households}
        self.divisions = {division.key: division for division in department.divisions}
        self.random = Random(f"youthprog files {department.seed}")

    def players(self, activity: Activity) -> Iterable[tuple[YouthPlan, GroupPlan]]:
        """Each player of a league with the team."""
        program = next(program for program in self.department.programs if program.activity is activity)
        for group in self.department.groups:
            if group.season_key == program.key and group.kind is GroupKind.TEAM:
                for key in group.members:
                    yield self.youth[key], group

    def enrollment_row(self, youth: YouthPlan, team: GroupPlan) -> Row:
        """One line of the enrollment export."""
        return dict.fromkeys(SPORTS_CONNECT, "") | self._account(youth) | self._player(youth, team) | _private(youth)

    def roster_row(self, youth: YouthPlan, jersey: str) -> Row:
        """One line of the roster export."""
        home = self.homes[youth.household_keys[0]]
        return dict.fromkeys(TEAMSNAP, "") | {
            "First Name": youth.given,
            "Last Name": youth.family,
            "Birthdate": f"{youth.born_on:%m/%d/%Y}",
            "Mobile phone": self.adults[youth.guardians[0].adult_key].phone,
            "Street": home.street,
            "Street Line Two": home.unit,
            "City": home.city,
            "State/Province/County": home.state,
            "Postal code": home.postal_code,
            "Jersey #": jersey,
            "School": youth.school,
            "Shirt size": self.random.choice(SIZES),
            "Role label": "Player",
            "Is Coach": "N",
            "Is Non-Player": "N",
        }

    def _account(self, youth: YouthPlan) -> Row:
        guardian = self.adults[youth.guardians[0].adult_key]
        home = self.homes[youth.household_keys[0]]
        return {
            "Program Name": "Flag football",
            "Account First Name": guardian.given,
            "Account Last Name": guardian.family,
            "Street Address": home.street,
            "Unit": home.unit,
            "City": home.city,
            "State": home.state,
            "Postal Code": home.postal_code,
            "User Email": guardian.email,
            "Telephone": guardian.phone,
            "Cellphone": guardian.phone,
        }

    def _player(self, youth: YouthPlan, team: GroupPlan) -> Row:
        emergency = youth.emergency
        given, _, family = emergency.name.partition(" ") if emergency else ("", "", "")
        health = youth.health
        jersey = team.jerseys[team.members.index(youth.key)]
        choose: Callable[[Sequence[str]], str] = self.random.choice
        return {
            "Division Name": self.divisions[team.division_key].name if team.division_key else "",
            "Team Name": team.name,
            "Player First Name": youth.given,
            "Player Middle Initial": youth.middle,
            "Player Last Name": youth.family,
            "Player Gender": GENDER_WORDS[youth.gender],
            "Player Birth Date": f"{youth.born_on:%m/%d/%Y}",
            "Birth Date Time Stamp": f"{youth.born_on:%m/%d/%Y} 12:00:00 AM",
            "Player Age": str(youth.league_age),
            "Little League Age (Baseball)": str(youth.league_age),
            "Little League Age (Softball)": str(youth.league_age + 1),
            "Player Allergies": health.alert if health and health.kind == "allergy" else "None",
            "Player Physical Conditions": health.alert if health and health.kind != "allergy" else "",
            "Player Emergency Contact First Name": given,
            "Player Emergency Contact Last Name": family,
            "Player Emergency Telephone": emergency.phone if emergency else "",
            "School Name": youth.school,
            "Jersey Size": choose(SIZES),
            "Player Jersey Number": jersey,
            "Teammate Request": choose(("", "", "", "Same team as a sibling")),
            "Coach Request": choose(("", "", "", "Any coach who speaks Spanish")),
            "Special Player Request": choose(("", "", "No Friday practices")),
            "Years of Experience": str(youth.league_age % 4),
            "Player Evaluation Rating": "No Answer",
            "Player Id": str(18_000_000 + youth.key),
            "Registration Number": str(52_000 + youth.key),
            "Player Waiver": "Yes",
            "New Or Returning": "Returning",
        }


def _private(youth: YouthPlan) -> Row:
    """What people paid and how: columns that an importer must forget."""
    return {
        "Order Date": f"08/{youth.key % 28 + 1:02d}/2026 04:31:11 PM",
        "Order No": str(900_000 + youth.key),
        "OrderItem Amount": "129.00",
        "Order Payment Status": "Paid in full",
        "Player Insurance Company": INSURANCE,
        "Player Insurance Policy Holder": "Card-Holder",
        "Player Insurance Policy Number": POLICY,
        "Billing First Name": "Card-Holder",
        "Billing Last Name": "Card-Holder",
        "Last 4 of CC": CARD_TAIL,
        "Order Card Expiry Month": "11",
        "Order Card Expiry Year": "2029",
        "Order Amount": "129.00",
        "OPH Bill To First Name": "Card-Holder",
        "OPH Credit Card Number": CARD_NUMBER,
        "OPH Payment Amount": "129.00",
        "OPH Credit Card Type": "Paid in full",
    }

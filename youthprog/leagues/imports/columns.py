"""Which column means what: known headings of registration exports, and the columns whose values are never kept.

Headings are compared without case, accents, blanks and punctuation; a suffix such as `:(18643797)` does not count.
"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.leagues.imports.cells import is_grade, read_gender
from youthprog.leagues.imports.types import Source

PREFIX_LENGTH = 10  # a heading may go on after a known one only when that one is long enough to be sure


class Part(enum.StrEnum):
    """A part of a player's row."""

    GIVEN = N_("given name")
    FAMILY = N_("family name")
    MIDDLE = N_("middle initial")
    SUFFIX = N_("suffix")
    BORN = N_("birth date")
    GENDER = N_("gender")
    GUARDIAN_GIVEN = N_("guardian's given name")
    GUARDIAN_FAMILY = N_("guardian's family name")
    GUARDIAN_EMAIL = N_("guardian's mail")
    GUARDIAN_PHONE = N_("guardian's phone")
    SECOND_GIVEN = N_("second guardian's given name")
    SECOND_FAMILY = N_("second guardian's family name")
    SECOND_EMAIL = N_("second guardian's mail")
    SECOND_PHONE = N_("second guardian's phone")
    CONTACT_EMAIL = N_("mail")
    CONTACT_PHONE = N_("phone")
    PLAYER_EMAIL = N_("player's mail")
    PLAYER_PHONE = N_("player's phone")
    STREET = N_("street")
    UNIT = N_("unit")
    CITY = N_("city")
    STATE = N_("state")
    POSTAL_CODE = N_("postal code")
    PROGRAM = N_("program")
    DIVISION = N_("division")
    TEAM = N_("team")
    JERSEY = N_("jersey number")
    POSITION = N_("position")
    ALLERGIES = N_("allergies")
    CONDITIONS = N_("physical conditions")
    EMERGENCY_GIVEN = N_("emergency contact's given name")
    EMERGENCY_FAMILY = N_("emergency contact's family name")
    EMERGENCY_PHONE = N_("emergency contact's phone")
    SCHOOL = N_("school")
    GRADE = N_("grade")
    SHIRT = N_("shirt size")
    TEAMMATE = N_("teammate request")
    COACH = N_("coach request")
    REQUEST = N_("other request")
    PLAYER_ID = N_("player id")
    NAME = N_("whole name")
    RATING = N_("rating")
    PARENT_RATING = N_("parent's rating")
    GOALIE_RATING = N_("rating as a goalkeeper")
    EXPERIENCE = N_("years of experience")
    GOOD_PLACES = N_("preferred places")
    SPARE_PLACES = N_("other possible places")
    BAD_PLACES = N_("impossible places")
    GOOD_DAYS = N_("preferred days")
    BAD_DAYS = N_("impossible days")
    LOCKED = N_("fixed in the team")
    IS_COACH = N_("is a coach")
    IS_NON_PLAYER = N_("is no player")


FOR_TEAMS = (
    Part.RATING, Part.PARENT_RATING, Part.GOALIE_RATING, Part.EXPERIENCE, Part.GOOD_PLACES, Part.SPARE_PLACES, Part.BAD_PLACES,
    Part.GOOD_DAYS, Part.BAD_DAYS, Part.LOCKED,
)  # fmt: skip
"""What only matters where teams are formed."""

HEADLESS = ("Last Name", "First Name", "Grade", "Gender")
"""The one table without column names that is known: what a row shows tells it."""

# Squeezed headings, the best first. A heading stands in one place only.
KNOWN: Mapping[Part, tuple[str, ...]] = {
    Part.GIVEN: ("playerfirstname", "participantfirstname", "childfirstname", "athletefirstname", "firstname", "givenname", "first", "nombre"),
    Part.FAMILY: ("playerlastname", "participantlastname", "childlastname", "athletelastname", "lastname", "familyname", "surname", "last", "apellido", "apellidos"),
    Part.NAME: ("playername", "participantname", "athletename", "childname", "fullname", "name", "nombrecompleto"),
    Part.MIDDLE: ("playermiddleinitial", "middleinitial", "middlename"),
    Part.SUFFIX: ("playersuffix", "namesuffix", "suffix"),
    Part.BORN: ("playerbirthdate", "birthdate", "dateofbirth", "playerdob", "dob", "birthday", "fechadenacimiento", "birthdatetimestamp"),
    Part.GENDER: ("playergender", "gender", "sex", "sexo", "genero"),
    Part.GUARDIAN_GIVEN: ("accountfirstname", "parentfirstname", "guardianfirstname", "parentguardianfirstname", "parent1firstname", "guardian1firstname", "contact1firstname", "p1firstname"),
    Part.GUARDIAN_FAMILY: ("accountlastname", "parentlastname", "guardianlastname", "parentguardianlastname", "parent1lastname", "guardian1lastname", "contact1lastname", "p1lastname"),
    Part.GUARDIAN_EMAIL: ("useremail", "accountemail", "parentemail", "guardianemail", "parent1email", "guardian1email", "contact1email", "p1email"),
    Part.GUARDIAN_PHONE: ("accountcellphone", "parentphone", "parentcellphone", "guardianphone", "parent1phone", "guardian1phone", "contact1phone", "p1phone"),
    Part.SECOND_GIVEN: ("parent2firstname", "guardian2firstname", "contact2firstname", "p2firstname", "secondaryparentfirstname"),
    Part.SECOND_FAMILY: ("parent2lastname", "guardian2lastname", "contact2lastname", "p2lastname", "secondaryparentlastname"),
    Part.SECOND_EMAIL: ("parent2email", "guardian2email", "contact2email", "p2email", "secondaryparentemail"),
    Part.SECOND_PHONE: ("parent2phone", "guardian2phone", "contact2phone", "p2phone", "secondaryparentphone"),
    Part.CONTACT_EMAIL: ("emailaddress", "email", "mail", "correoelectronico"),
    Part.CONTACT_PHONE: ("cellphone", "mobilephone", "mobile", "telephone", "phonenumber", "phone", "homephone", "otherphone", "telefono"),
    Part.PLAYER_EMAIL: ("playeremail",),
    Part.PLAYER_PHONE: ("playercellphone", "playertelephone", "playerphone"),
    Part.STREET: ("playerstreet", "streetaddress", "accountstreetaddress", "street", "address", "addressline1", "direccion"),
    Part.UNIT: ("playerunit", "unit", "streetlinetwo", "apartment", "apt", "addressline2", "streetaddress2"),
    Part.CITY: ("playercity", "city", "town", "ciudad"),
    Part.STATE: ("playerstate", "playerstateabbreviation", "state", "stateprovincecounty", "stateprovince", "province", "estado"),
    Part.POSTAL_CODE: ("playerpostalcode", "postalcode", "zipcode", "zip", "codigopostal"),
    Part.PROGRAM: ("programname", "program", "orderdetailprogramname"),
    Part.DIVISION: ("divisionname", "division", "orderdetaildivisionname", "agegroup"),
    Part.TEAM: ("teamname", "team", "equipo"),
    Part.JERSEY: ("playerjerseynumber", "jerseynumber", "jersey", "jerseyno", "uniformnumber", "number"),
    Part.POSITION: ("position", "positionplayed"),
    Part.ALLERGIES: ("playerallergies", "allergies", "allergy", "alergias"),
    Part.CONDITIONS: ("playerphysicalconditions", "physicalconditions", "medicalconditions", "medicalnotes", "medicalinformation"),
    Part.EMERGENCY_GIVEN: ("playeremergencycontactfirstname", "emergencycontactfirstname", "emergencycontactname", "emergencycontact"),
    Part.EMERGENCY_FAMILY: ("playeremergencycontactlastname", "emergencycontactlastname"),
    Part.EMERGENCY_PHONE: ("playeremergencytelephone", "emergencytelephone", "emergencyphone", "emergencycontactphone"),
    Part.RATING: ("playerevaluationrating", "coachskill", "skill", "rating", "skillrating", "evaluation"),
    Part.PARENT_RATING: ("parentskill",),
    Part.GOALIE_RATING: ("goalieskill", "goalkeeperskill"),
    Part.EXPERIENCE: ("yearsofexperience", "experience"),
    Part.GOOD_PLACES: ("preferredlocations", "preferredlocation"),
    Part.SPARE_PLACES: ("backuplocations",),
    Part.BAD_PLACES: ("disallowedlocations",),
    Part.GOOD_DAYS: ("preferreddays", "practicedays"),
    Part.BAD_DAYS: ("unavailabledays",),
    Part.LOCKED: ("lock", "locked"),
    Part.SCHOOL: ("schoolname", "school", "littleleagueschoolname", "escuela"),
    Part.GRADE: ("currentgrade", "grade", "schoolgrade", "grado"),
    Part.SHIRT: ("jerseysize", "shirtsize", "uniformsize", "tshirtsize"),
    Part.TEAMMATE: ("teammaterequest", "friendrequest", "teammaterequests"),
    Part.COACH: ("coachrequest",),
    Part.REQUEST: ("specialplayerrequest", "specialrequest", "comment", "comments", "notes"),
    Part.PLAYER_ID: ("playerid",),
    Part.IS_COACH: ("iscoach",),
    Part.IS_NON_PLAYER: ("isnonplayer", "nonplayer"),
}  # fmt: skip

NEVER_WORDS = frozenset({
    "card", "cards", "cc", "cvv", "cvc", "credit", "debit", "billing", "bill", "payment", "payments", "paid", "pay",
    "payer", "price", "prices", "fee", "fees", "amount", "amounts", "balance", "deposit", "deposits", "insurance",
    "insurer", "policy", "transaction", "auth", "avs", "bank", "routing", "iban", "ssn", "medicaid", "medicare",
    "oph", "odp", "income", "passport", "tarjeta", "pago", "seguro",
})  # fmt: skip
NEVER_PARTS = (
    "creditcard", "cardnumber", "cardexpiry", "insurance", "billing", "billto", "payment", "socialsecurity", "accountnumber",
    "routingnumber", "bankaccount", "orderamount", "securitycode", "policynumber", "policyholder", "memberid", "groupnumber",
)  # fmt: skip

# Headings of known exports that mean nothing here, squeezed: passed over without asking what they are.
PASSED_OVER = frozenset(
    [
        "orderdate",
        "orderno",
        "orderdetaildescription",
        "playerwaiver",
        "playerverificationwaiver",
        "shortssize",
        "sockssize",
        "pantssize",
        "tetanusshot",
        "tetanusshotdate",
        "raceestimatedfinishtime",
        "raceshirt",
        "neworreturning",
        "risinggrade",
        "previouscoach",
        "uslmembershipnumber",
        "littleleagueeligibility",
        "associationplayerid",
        "divisionid",
        "divisionstartdate",
        "divisionenddate",
        "divisiongender",
        "divisionopenregistration",
        "divisioncloseregistration",
        "divisionmaxplayers",
        "divisionminimumage",
        "divisionmaximumage",
        "enabledwaitlist",
        "orderdetailplayerid",
        "ordertimestamp",
        "ordersordernotes",
        "orderstatus",
        "orderid",
        "ordernotes",
        "playerage",
        "littleleagueagebaseball",
        "littleleagueagesoftball",
        "registrationnumber",
        "playerevaluationcomment",
        "numericrankingautoassign",
        "birthcertificatenote",
        "recentteam",
        "tryoutrejectionemailsent",
        "tryoutacceptancestatus",
        "tryoutacceptanceemailstatus",
        "newregistrant",
        "playdown",
        "birthcertificate",
        "verificationnote",
        "weight",
        "associatedteamstaff",
        "rolelabel",
        "sponsorid",
        "id",
    ]
)

_TELLTALE = {
    Source.TEAMBUILDER: frozenset({"playerid", "playername"}),
    Source.SPORTS_CONNECT: frozenset({"playerfirstname", "accountfirstname"}),
    Source.TEAMSNAP: frozenset({"firstname", "isnonplayer"}),
}
_PLACE = {heading: (part, rank) for part, headings in KNOWN.items() for rank, heading in enumerate(headings)}
_LONG = sorted((heading for heading in _PLACE if len(heading) >= PREFIX_LENGTH), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a file is: for each part its columns, the best first, and the columns never kept."""

    source: Source
    places: Mapping[Part, tuple[int, ...]]
    dropped: frozenset[int]
    unknown: tuple[int, ...] = ()
    """Columns that nobody knows and nobody was asked about yet."""

    def missing(self) -> tuple[Part, ...]:
        """The parts without which no player can be read: a name, and a birth date or at least a grade."""
        names = () if Part.NAME in self.places else (Part.GIVEN, Part.FAMILY)
        dates = () if Part.GRADE in self.places else (Part.BORN,)
        return tuple(part for part in (*names, *dates) if part not in self.places)


def squeeze(heading: str) -> str:
    """A heading's letters and digits, without case and accents."""
    return "".join(letter for letter in fold(heading) if letter.isalnum())


def is_never_kept(heading: str) -> bool:
    """Whether a column may hold card, payment or insurance data: it is dropped while the file is read."""
    words = set(re.findall(r"[^\W\d_]+", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))))
    squeezed = squeeze(heading)
    return not words.isdisjoint(NEVER_WORDS) or any(part in squeezed for part in NEVER_PARTS)


def place_of(heading: str) -> tuple[Part, int] | None:
    """The part a heading stands for, and how good the heading is (0 is best); None when it is not known."""
    whole = squeeze(heading)
    base = squeeze(re.split(r"[:(\[*?]", heading, maxsplit=1)[0])
    for candidate in (whole, base):
        if candidate in _PLACE:
            return _PLACE[candidate]
    longer = next((known for known in _LONG if whole.startswith(known)), None)
    return None if longer is None else (_PLACE[longer][0], _PLACE[longer][1] + 100)


def recognized(headings: Sequence[str], meanings: Mapping[str, str] | None = None) -> int:
    """How many headings are known; 0 unless a player's names are among them."""
    places = [_told(heading, meanings or {}) for heading in headings if not is_never_kept(heading)]
    parts = {place[0] for place in places if place}
    return len(parts) if {Part.GIVEN, Part.FAMILY, Part.NAME} & parts and len(parts) >= 2 else 0


def read_columns(headings: Sequence[str], meanings: Mapping[str, str] | None = None) -> Columns:
    """Give every heading its part. Of two headings for one part the better known is asked first.

    `meanings` is what people said of headings here: a squeezed heading leads to a part's name, or to "" for nothing.
    It goes before what is known, but no word of theirs brings a card or insurance column in.
    """
    said = meanings or {}
    dropped = frozenset(index for index, heading in enumerate(headings) if is_never_kept(heading))
    ranked: dict[Part, list[tuple[int, int]]] = {}
    for index, heading in enumerate(headings):
        place = _told(heading, said) if index not in dropped else None
        if place:
            ranked.setdefault(place[0], []).append((place[1], index))
    places = {part: tuple(index for _, index in sorted(found)) for part, found in ranked.items()}
    squeezed = {squeeze(heading) for heading in headings}
    source = next((source for source, marks in _TELLTALE.items() if marks <= squeezed), Source.OTHER)
    used = dropped.union(*places.values())
    unknown = tuple(
        index
        for index, heading in enumerate(headings)
        if heading.strip() and index not in used and base_of(heading) not in said and not is_passed_over(heading)
    )
    return Columns(source, places, dropped, unknown)


def _told(heading: str, meanings: Mapping[str, str]) -> tuple[Part, int] | None:
    """The part of a heading: what people said of it, else what is known."""
    said = meanings.get(base_of(heading))
    if said is None:
        return place_of(heading)
    return (Part[said], -1) if said in Part.__members__ else None


def base_of(heading: str) -> str:
    """What a heading is remembered by: squeezed, without a suffix such as `:(18643797)`."""
    return squeeze(re.split(r":\(", heading, maxsplit=1)[0])


def is_passed_over(heading: str) -> bool:
    """Whether a heading of a known export is known to mean nothing here."""
    return squeeze(heading) in PASSED_OVER or base_of(heading) in PASSED_OVER


def headings_of(records: Sequence[tuple[int, tuple[str, ...]]]) -> tuple[str, ...]:
    """The headings of a table without any: last name, first name, grade, gender, when every row shows just that."""
    rows = [tuple(cell.strip() for cell in cells) for _, cells in records]
    is_it = bool(rows) and all(
        len(row) == len(HEADLESS) and row[0] and row[1] and is_grade(row[2]) and bool(read_gender(row[3])) and row[3]
        for row in rows
    )
    return HEADLESS if is_it else ()

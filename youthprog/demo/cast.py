"""The named people of every generated department: the ones in the guides and pictures. All invented.

Tigers U10 are these fifteen, whatever the seed, so that a page and its picture show the same team.
"""

from dataclasses import dataclass

from youthprog.demo.types import Answer, Duty
from youthprog.people.types import Gender, Relationship

GIRL, BOY = Gender.GIRL, Gender.BOY
MOTHER, FATHER = Relationship.MOTHER, Relationship.FATHER


@dataclass(frozen=True, slots=True)
class Player:
    """One of the named youth and the adult who is called first."""

    jersey: str
    given: str
    family: str
    gender: Gender
    guardian: tuple[str, str]
    relationship: Relationship
    line: int
    answer: Answer
    alert: str = ""
    language: str = "en"
    kept_away: str = ""
    """A father in another home whom a court keeps away."""
    league_age: int = 9


@dataclass(frozen=True, slots=True)
class Worker:
    """An adult of the department. `account` is the address before @demo.example, when there is one."""

    given: str
    family: str
    gender: Gender
    duties: tuple[Duty, ...]
    line: int
    title: str = ""
    paid: bool = True
    account: str = ""


TIGERS = (
    Player("1", "Mateo", "Aguilar", BOY, ("Rosa", "Aguilar"), MOTHER, 41, Answer.SIGNED, "", "es"),
    Player(
        "4",
        "Imani",
        "Brooks",
        GIRL,
        ("Dana", "Brooks"),
        Relationship.AUNT_UNCLE,
        77,
        Answer.SIGNED,
        "Asthma, inhaler in bag",
    ),
    Player(
        "7",
        "María Fernanda",
        "Castellanos-Ruiz",
        GIRL,
        ("Luz", "Ruiz de Castellanos"),
        MOTHER,
        19,
        Answer.OPENED,
        "",
        "es",
    ),
    Player("9", "Tyler", "Dawes", BOY, ("Kim", "Dawes"), FATHER, 67, Answer.SIGNED),
    Player(
        "10",
        "Chidera",
        "Eze",
        BOY,
        ("Ngozi", "Eze"),
        MOTHER,
        2,
        Answer.EXPIRED,
        "Peanut allergy, EpiPen in bag",
        kept_away="Emeka",
    ),
    Player(
        "12", "Luis Ángel", "Flores", BOY, ("Carmen", "Flores"), Relationship.GRANDPARENT, 88, Answer.BOUNCED, "", "es"
    ),
    Player("15", "Zoë", "Gagnon", GIRL, ("Paul", "Gagnon"), FATHER, 25, Answer.SIGNED),
    Player("18", "Noé", "Hernández", BOY, ("Ana", "Hernández"), MOTHER, 90, Answer.SIGNED, "", "es"),
    Player("21", "Salma", "Ibrahim", GIRL, ("Hana", "Ibrahim"), MOTHER, 36, Answer.NO_PHOTOS),
    Player("22", "Kwame", "Mensah", BOY, ("Abena", "Mensah"), MOTHER, 53, Answer.SIGNED),
    Player("24", "Oluwaseun", "Adebayo-Fitzgerald", BOY, ("Tomás", "Fitzgerald"), FATHER, 80, Answer.SIGNED),
    Player("27", "Anh", "Phạm", GIRL, ("Quốc Hùng", "Phạm"), FATHER, 95, Answer.SIGNED, "Bee stings, pen with coach"),
    Player("30", "Jada", "Robinson", GIRL, ("Denise", "Robinson"), Relationship.FOSTER, 12, Answer.SENT),
    Player("33", "Siobhán", "Ó Ceallaigh", GIRL, ("Aoife", "Ó Ceallaigh"), MOTHER, 29, Answer.SIGNED),
    Player("35", "Zuzanna", "Wiśniewska", GIRL, ("Piotr", "Wiśniewski"), FATHER, 48, Answer.SIGNED),
)

MENTEES = (
    Player("", "Tyrese", "Boateng", BOY, ("Akosua", "Boateng"), MOTHER, 54, Answer.SIGNED, league_age=12),
    Player("", "Zoë", "Lindqvist", GIRL, ("Marcus", "Lindqvist"), FATHER, 55, Answer.SIGNED, league_age=13),
)

WORKERS = (
    Worker("Denise", "Okafor", GIRL, (Duty.COORDINATOR,), 0, account="coordinator"),
    Worker("Alicia", "Moreno", GIRL, (Duty.COACH,), 1, paid=False, account="coach"),
    Worker("Ana", "Reyes", GIRL, (Duty.MENTOR,), 3, "Sgt.", account="mentor"),
    Worker("Lena", "Kowalczyk", GIRL, (Duty.ADMIN, Duty.CLUB), 4, "Officer", account="admin"),
    Worker("Brian", "Tate", BOY, (Duty.ASSISTANT,), 5, "Officer", account="safeguarding"),
    Worker("Omar", "Haddad", BOY, (Duty.MENTOR,), 6, paid=False),
)

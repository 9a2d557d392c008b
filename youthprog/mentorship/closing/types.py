"""Words of a closure: ways to end, reasons, who began it, talks at the end, what comes after."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from youthprog.core.refusals import N_


class Way(enum.StrEnum):
    """How a match ends."""

    EXPECTED = "expected"
    UNEXPECTED = "unexpected"  # sooner than agreed, and everybody takes part in ending it
    UNREACHABLE = "unreachable"  # one party cannot be reached


class Initiator(enum.StrEnum):
    """From whom the end comes."""

    MENTOR = "mentor"
    YOUTH = "youth"
    GUARDIAN = "guardian"
    PROGRAM = "program"


class Reason(enum.StrEnum):
    """Why a match ends. A code for counting; no word about health belongs to it."""

    TERM_DONE = "term_done"
    GOALS_MET = "goals_met"
    AGED_OUT = "aged_out"
    SEASON_OVER = "season_over"
    PROGRAM_ENDED = "program_ended"
    LEFT_PROGRAM = "left_program"
    YOUTH_MOVED = "youth_moved"
    YOUTH_SCHEDULE = "youth_schedule"
    YOUTH_WISH = "youth_wish"
    GUARDIAN_WISH = "guardian_wish"
    MENTOR_MOVED = "mentor_moved"
    MENTOR_TIME = "mentor_time"
    MENTOR_DUTY = "mentor_duty"
    MENTOR_PRIVATE = "mentor_private"
    NOT_A_FIT = "not_a_fit"
    LOST_CONTACT = "lost_contact"
    CLEARANCE = "clearance"
    RULE_BROKEN = "rule_broken"
    SAFETY = "safety"
    OTHER = "other"


class Party(enum.StrEnum):
    """Who is asked at the end, and who may have become unreachable."""

    MENTOR = "mentor"
    YOUTH = "youth"
    GUARDIAN = "guardian"


class Talk(enum.StrEnum):
    """What became of a talk at the end."""

    OPEN = "open"
    DONE = "done"
    NOT_POSSIBLE = "not_possible"


class Rematch(enum.StrEnum):
    """Whether somebody may be matched again. `unsafe` is for named roles alone, and bars a mentor from new matches."""

    YES = "yes"
    LATER = "later"
    NO = "no"
    UNSAFE = "unsafe"


class Contact(enum.StrEnum):
    """The program's rule on contact after the end, as told to everybody."""

    NONE = "none"
    THROUGH_OFFICE = "through_office"
    FAMILY_AGREES = "family_agrees"


class How(enum.StrEnum):
    """How somebody was tried to be reached."""

    PHONE = "phone"
    TEXT = "text"
    MAIL = "mail"
    LETTER = "letter"
    VISIT = "visit"
    SCHOOL = "school"


class Side(enum.StrEnum):
    """On which side of a match somebody was."""

    MENTOR = "mentor"
    YOUTH = "youth"


class Step(enum.StrEnum):
    """What a match does not end without."""

    WAY = "way"
    REASON = "reason"
    INITIATOR = "initiator"
    ENDS_ON = "ends_on"
    ATTEMPTS = "attempts"
    MENTOR_TALK = "mentor_talk"
    YOUTH_TALK = "youth_talk"
    GUARDIAN_TALK = "guardian_talk"
    REMATCH = "rematch"
    CONTACT = "contact"
    LETTERS = "letters"


WAYS = {
    Way.EXPECTED: N_("As expected"),
    Way.UNEXPECTED: N_("Sooner than agreed, with everybody taking part"),
    Way.UNREACHABLE: N_("One party cannot be reached"),
}
INITIATORS = {
    Initiator.MENTOR: N_("The mentor"),
    Initiator.YOUTH: N_("The young person"),
    Initiator.GUARDIAN: N_("The family"),
    Initiator.PROGRAM: N_("The program"),
}
REASONS = {
    Reason.TERM_DONE: N_("The agreed time is over"),
    Reason.GOALS_MET: N_("They reached what they set out for"),
    Reason.AGED_OUT: N_("Too old for the program now"),
    Reason.SEASON_OVER: N_("The season is over"),
    Reason.PROGRAM_ENDED: N_("The program ends"),
    Reason.LEFT_PROGRAM: N_("The young person left the program"),
    Reason.YOUTH_MOVED: N_("The young person moved or changed school"),
    Reason.YOUTH_SCHEDULE: N_("The young person has no time"),
    Reason.YOUTH_WISH: N_("The young person does not want to go on"),
    Reason.GUARDIAN_WISH: N_("The family does not want to go on"),
    Reason.MENTOR_MOVED: N_("The mentor moved"),
    Reason.MENTOR_TIME: N_("The mentor has no time"),
    Reason.MENTOR_DUTY: N_("The mentor’s shift or assignment changed"),
    Reason.MENTOR_PRIVATE: N_("Private reasons of the mentor"),
    Reason.NOT_A_FIT: N_("They did not get along"),
    Reason.LOST_CONTACT: N_("Contact was lost"),
    Reason.CLEARANCE: N_("The mentor’s clearance ended"),
    Reason.RULE_BROKEN: N_("A rule of the program was not kept"),
    Reason.SAFETY: N_("Somebody’s safety"),
    Reason.OTHER: N_("Another reason"),
}
PARTIES = {
    Party.MENTOR: N_("Mentor"),
    Party.YOUTH: N_("Young person"),
    Party.GUARDIAN: N_("Family"),
}
TALKS = {
    Talk.OPEN: N_("Not yet"),
    Talk.DONE: N_("We talked"),
    Talk.NOT_POSSIBLE: N_("It was not possible"),
}
REMATCHES = {
    Rematch.YES: N_("Yes"),
    Rematch.LATER: N_("Later"),
    Rematch.NO: N_("No"),
    Rematch.UNSAFE: N_("No: it would not be safe"),
}
CONTACTS = {
    Contact.NONE: N_("No contact after the end"),
    Contact.THROUGH_OFFICE: N_("Contact only through our office"),
    Contact.FAMILY_AGREES: N_("Contact only if the family agrees and is there"),
}
HOWS = {
    How.PHONE: N_("Phone call"),
    How.TEXT: N_("Text message"),
    How.MAIL: N_("E-mail"),
    How.LETTER: N_("Letter"),
    How.VISIT: N_("Visit"),
    How.SCHOOL: N_("Through the school"),
}
# What a talk at the end touches, in words of our own (the ground: EEPM B.6.7 to B.6.9).
AREAS = {
    Party.MENTOR: (
        N_("What went well, and what was hard?"),
        N_("What changed for the young person, and for you?"),
        N_("Did our staff help you when you needed it?"),
        N_("Did you ever worry about safety?"),
        N_("How do you say goodbye, and what happens to phone numbers and photos?"),
        N_("Would you mentor again?"),
    ),
    Party.YOUTH: (
        N_("What did you like best, and what not?"),
        N_("What is different now?"),
        N_("Did you ever feel uneasy or unsafe?"),
        N_("Why does it end, in your own words? It is not your fault."),
        N_("How do you want to say goodbye?"),
        N_("Would you like a mentor again?"),
    ),
    Party.GUARDIAN: (
        N_("What did you see change?"),
        N_("Was the mentor reliable, and were you told enough?"),
        N_("Did you ever worry about safety?"),
        N_("How do you and your child look at the end?"),
        N_("Do you know our rule on contact after the end?"),
        N_("What should we do better?"),
    ),
}
STEPS = {
    Step.WAY: N_("Say how it ends."),
    Step.REASON: N_("Choose the reason."),
    Step.INITIATOR: N_("Say from whom the end comes."),
    Step.ENDS_ON: N_("Write the last day."),
    Step.ATTEMPTS: N_("Say who cannot be reached, and write down three tries, each with its day and how."),
    Step.MENTOR_TALK: N_("Talk with the mentor, or say why it is not possible."),
    Step.YOUTH_TALK: N_("Talk with the young person, or say why it is not possible."),
    Step.GUARDIAN_TALK: N_("Talk with the family, or say why it is not possible."),
    Step.REMATCH: N_("Decide for each of them whether they may be matched again."),
    Step.CONTACT: N_("Tell everybody the rule on contact after the end."),
    Step.LETTERS: N_("Make the letters and certificates: they are made when you end the match."),
}


@dataclass(frozen=True)
class Attempt:
    """One try to reach somebody."""

    on: date
    how: How


@dataclass(frozen=True)
class Interview:
    """A talk at the end. `words` is what was said or, where it was not possible, why."""

    state: Talk = Talk.OPEN
    on: date | None = None
    words: str = ""


@dataclass(frozen=True)
class Draft:
    """A closure as far as it is written. Its parts come over days, in any order; None is not said yet.

    In a group the talks with young people and families are each child's own: `children`, by youth.
    """

    way: Way | None = None
    reason: Reason | None = None
    initiator: Initiator | None = None
    ends_on: date | None = None
    unreachable: Party | None = None
    attempts: tuple[Attempt, ...] = ()
    interviews: Mapping[Party, Interview] = field(default_factory=dict)
    children: Mapping[int, Mapping[Party, Interview]] = field(default_factory=dict)
    rematch: Mapping[int, Rematch | None] = field(default_factory=dict)
    contact: Contact | None = None
    contact_told_on: date | None = None


@dataclass(frozen=True)
class PartyLine:
    """Somebody whose match ends. `rematch` is None while nothing is decided, or where the reader may not know it."""

    person_id: int
    name: str
    side: Side
    rematch: Rematch | None
    document_id: int | None = None


@dataclass(frozen=True)
class Span:
    """How long a match has lasted: `days` from its first to its last, both counted. An open match has not `ended`."""

    days: int
    ended: bool
    paused: bool = False


@dataclass(frozen=True)
class Mark:
    """A row of the table behind the curve, at so many months."""

    months: int
    at_risk: int
    ended: int
    censored: int
    survival: float | None


@dataclass(frozen=True)
class Retention:
    """How long matches last: the steps of the curve (day, share still together) and the rows of its table."""

    matches: int
    open: int
    paused: int
    curve: tuple[tuple[int, float], ...]
    marks: tuple[Mark, ...]
    known_days: int = 0
    """So many days the oldest match is known to have lasted; the curve says nothing of later."""

"""One row of a registration export: cells in, a checked player or named problems out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from youthprog.core.refusals import N_
from youthprog.core.text import crowded, fold
from youthprog.leagues.imports.cells import (
    NO_TEAM,
    DateOrder,
    has_card_number,
    is_formula,
    is_nothing,
    is_yes,
    one_line,
    read_date,
    read_email,
    read_gender,
    read_phone,
    read_rating,
    read_weekdays,
    split_name,
    unguarded,
)
from youthprog.leagues.imports.columns import FOR_TEAMS, Columns, Part
from youthprog.leagues.imports.sheets import Sheet
from youthprog.leagues.imports.types import GuardianRow, PlayerRow, Source
from youthprog.people.rules import OLDEST_NEW_YOUTH, age_on
from youthprog.people.types import Gender

MOST_AGE = OLDEST_NEW_YOUTH
GROWN = 18

LIMITS: Mapping[Part, int] = {
    Part.GIVEN: 80, Part.FAMILY: 80, Part.GUARDIAN_GIVEN: 80, Part.GUARDIAN_FAMILY: 80, Part.SECOND_GIVEN: 80, Part.SECOND_FAMILY: 80,
    Part.MIDDLE: 40, Part.SUFFIX: 20, Part.STREET: 120, Part.UNIT: 40, Part.CITY: 80, Part.STATE: 40, Part.POSTAL_CODE: 16,
    Part.PROGRAM: 120, Part.DIVISION: 80, Part.TEAM: 80, Part.JERSEY: 8, Part.POSITION: 40, Part.ALLERGIES: 1000,
    Part.CONDITIONS: 1000, Part.EMERGENCY_GIVEN: 80, Part.EMERGENCY_FAMILY: 79, Part.SCHOOL: 120, Part.GRADE: 40, Part.SHIRT: 40,
    Part.TEAMMATE: 300, Part.COACH: 300, Part.REQUEST: 1000, Part.PLAYER_ID: 120, Part.NAME: 160,
} | dict.fromkeys(FOR_TEAMS, 120)  # fmt: skip
RATINGS = (Part.RATING, Part.PARENT_RATING, Part.GOALIE_RATING)
WITH_IDS = (Source.SPORTS_CONNECT, Source.TEAMBUILDER)
"""Exports whose player ids mean one player for good."""

VITAL = frozenset(
    {
        Part.GIVEN,
        Part.FAMILY,
        Part.NAME,
        Part.GUARDIAN_GIVEN,
        Part.GUARDIAN_FAMILY,
        Part.SECOND_GIVEN,
        Part.SECOND_FAMILY,
        Part.TEAM,
        Part.DIVISION,
    }
)
"""Parts without which the row would mean somebody or something else: a fault in them refuses the row."""

FREE = frozenset(
    {
        Part.ALLERGIES,
        Part.CONDITIONS,
        Part.TEAMMATE,
        Part.COACH,
        Part.REQUEST,
        Part.SHIRT,
        Part.SCHOOL,
        Part.POSITION,
        Part.GRADE,
        *FOR_TEAMS,
    }
)
"""Parts where a word like "none" says that there is nothing."""


class FileNotes(Protocol):
    """What a row asks of the file it is in, and where it says what is wrong with it."""

    sheet: Sheet
    columns: Columns
    today: date
    order: DateOrder

    def has_guardians(self) -> bool:
        """Whether the file has columns for a parent or account holder."""

    def warn(self, row: int, place: Part | int | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something that does not keep the row out."""

    def refuse(self, row: int, place: Part | int | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something that keeps the row out."""


class RowReader:
    """Reads one row. A refusal is noted and the row is given up only after all its faults are named."""

    def __init__(self, reader: FileNotes, number: int, cells: Sequence[str]):
        self.reader, self.number, self.cells = reader, number, cells
        self.usable = True

    def read(self) -> PlayerRow | None:
        """The player of this row, or None when it is refused or nobody who plays."""
        if is_yes(self.raw(Part.IS_NON_PLAYER)) or is_yes(self.raw(Part.IS_COACH)):
            self.warn(None, "not_a_player", N_("This row is a coach or another adult, not a player, and is left out."))
            return None
        if any(cell.strip() for cell in self.cells[len(self.reader.sheet.header) :]):
            self.refuse(
                None,
                "too_many_cells",
                N_("This row has more cells than there are columns. A comma may need quotation marks."),
            )
            return None
        given, family = self.names()
        born_on = self.born_on() if Part.BORN in self.reader.columns.places else None
        guardians, email, phones = self.contacts()
        if born_on and not guardians and self.reader.has_guardians() and age_on(born_on, self.reader.today) < GROWN:
            self.refuse(Part.GUARDIAN_GIVEN, "no_guardian", N_("No parent or guardian is named."))
        row = self.rest(given, family, born_on, guardians, email, phones)
        return row if self.usable else None

    def rest(
        self,
        given: str,
        family: str,
        born_on: date | None,
        guardians: tuple[GuardianRow, ...],
        email: str,
        phones: tuple[str, ...],
    ) -> PlayerRow:
        """The parts that need no judgment of their own."""
        source = self.reader.columns.source
        player_id = self.text(Part.PLAYER_ID) if source in WITH_IDS else ""
        emergency_phones = self.phones(Part.EMERGENCY_PHONE)
        return PlayerRow(
            row=self.number,
            given_name=given,
            family_name=family,
            born_on=born_on,
            gender=self.gender(),
            middle=self.text(Part.MIDDLE),
            suffix=self.text(Part.SUFFIX),
            guardians=guardians,
            email=email,
            phones=phones,
            street=self.text(Part.STREET),
            unit=self.text(Part.UNIT),
            city=self.text(Part.CITY),
            state=self.text(Part.STATE),
            postal_code=self.text(Part.POSTAL_CODE),
            program=self.text(Part.PROGRAM),
            division=self.text(Part.DIVISION),
            team=self.team(),
            jersey=self.text(Part.JERSEY),
            position=self.text(Part.POSITION),
            allergies=self.text(Part.ALLERGIES),
            conditions=self.text(Part.CONDITIONS),
            emergency_name=" ".join(filter(None, (self.text(Part.EMERGENCY_GIVEN), self.text(Part.EMERGENCY_FAMILY)))),
            emergency_phone=emergency_phones[0] if emergency_phones else "",
            school=self.text(Part.SCHOOL),
            grade=self.text(Part.GRADE),
            shirt_size=self.text(Part.SHIRT),
            teammate_request=self.text(Part.TEAMMATE),
            coach_request=self.text(Part.COACH),
            other_request=self.text(Part.REQUEST),
            external=((source.value, player_id),) if player_id else (),
            for_teams=self.for_teams(),
        )

    def for_teams(self) -> tuple[tuple[str, str], ...]:
        """What matters where teams are formed. A rating or day that cannot be used is noted and left out."""
        said = {part: text for part in FOR_TEAMS if (text := self.text(part)) and not is_nothing(text)}
        for part in RATINGS:
            if part in said and read_rating(said[part]) is None:
                self.warn(part, "bad_rating", N_("This is no rating from 0 to 10 and was left out."))
                del said[part]
        if Part.BAD_DAYS in said and not read_weekdays(said[Part.BAD_DAYS])[1]:
            self.warn(Part.BAD_DAYS, "bad_days", N_("Not all of this are weekdays. What is none was left out."))
        return tuple((part.name, text) for part, text in said.items())

    # Cells --------------------------------------------------------------------------------------------------

    def raw(self, part: Part) -> str:
        """The first cell of a part that is not blank, on one line."""
        return next((text for _, text in self._cells(part)), "")

    def _cells(self, part: Part) -> Iterator[tuple[int, str]]:
        """The columns of a part that are not blank in this row, without what made a formula harmless."""
        for index in self.reader.columns.places.get(part, ()):
            text = one_line(self.cells[index]) if index < len(self.cells) else ""
            if text:
                yield index, unguarded(text)[0]

    def guarded(self, part: Part) -> bool:
        """Whether the file itself marks the cell as text."""
        cells = (self.cells[index] for index in self.reader.columns.places.get(part, ()) if index < len(self.cells))
        return unguarded(one_line(next((cell for cell in cells if cell.strip()), "")))[1]

    def text(self, part: Part) -> str:
        """A cell that may be stored: short enough, no formula, no card number; otherwise noted and left out."""
        text = self.raw(part)
        if not text or (part in FREE and is_nothing(text)):
            return ""
        note = self.refuse if part in VITAL else self.warn
        limit = LIMITS[part]
        if len(text) > limit:
            note(part, "too_long", N_("This is longer than %(limit)s characters."), limit=limit)
        elif is_formula(text) and not self.guarded(part):
            note(part, "formula", N_("This begins like a spreadsheet formula."))
        elif crowded(text):
            note(part, "crowded", N_("This has more accents on a letter than any name has."))
        elif part in FREE and has_card_number(text):
            note(part, "card_number", N_("This holds what looks like a card number and was left out."))
        else:
            return text
        return ""

    def names(self) -> tuple[str, str]:
        """The player's given and family name; a whole name is split only where that is sure."""
        places = self.reader.columns.places
        if Part.GIVEN in places and Part.FAMILY in places:
            return self.name(Part.GIVEN), self.name(Part.FAMILY)
        whole = self.name(Part.NAME)
        split = split_name(whole)
        if whole and split is None:
            sentence = N_("It is not sure which part is the family name. Write it as Family, Given.")
            self.refuse(Part.NAME, "unsplit_name", sentence)
        return split or ("", "")

    def name(self, part: Part) -> str:
        """A player's name; a missing one refuses the row."""
        text = self.text(part)
        if not text and not self.raw(part):
            self.refuse(part, "no_name", N_("The player's name is missing."))
        return text

    def team(self) -> str:
        """The team; empty when the export says that there is none yet."""
        return "" if fold(self.raw(Part.TEAM)) in NO_TEAM else self.text(Part.TEAM)

    def gender(self) -> Gender:
        """The stated gender."""
        found = read_gender(self.raw(Part.GENDER))
        if found is None:
            self.warn(Part.GENDER, "gender", N_("This word for gender is not known here and was left out."))
        return found or Gender.UNSTATED

    def born_on(self) -> date | None:
        """The birth date: a real day, not ahead, not longer back than anybody is young here."""
        text, order, today = self.raw(Part.BORN), self.reader.order, self.reader.today
        if not text:
            self.refuse(Part.BORN, "no_birth_date", N_("The birth date is missing."))
            return None
        if self._is_out_of_order(order):
            self.refuse(
                Part.BORN, "day_first_date", N_("The day seems to stand before the month, unlike in the other rows.")
            )
            return None
        born_on = read_date(text, day_first=order.day_first, today=today)
        if born_on is None:
            self.refuse(Part.BORN, "bad_birth_date", N_("This is no date. Write it like 02/14/2016."))
        elif born_on > today:
            self.refuse(Part.BORN, "future_birth_date", N_("The birth date is still ahead."))
        elif age_on(born_on, today) > MOST_AGE:
            self.refuse(Part.BORN, "too_old", N_("The birth date is more than %(years)s years back."), years=MOST_AGE)
        return born_on

    def _is_out_of_order(self, order: DateOrder) -> bool:
        return not order.day_first and self.number in order.day_first_rows

    def contacts(self) -> tuple[tuple[GuardianRow, ...], str, tuple[str, ...]]:
        """Guardians, then the player's own mail and phones. Plain contact columns belong to the guardian when one is named."""
        first = self.guardian(
            (Part.GUARDIAN_GIVEN, Part.GUARDIAN_FAMILY),
            (Part.GUARDIAN_EMAIL, Part.CONTACT_EMAIL),
            (Part.GUARDIAN_PHONE, Part.CONTACT_PHONE),
        )
        second = self.guardian((Part.SECOND_GIVEN, Part.SECOND_FAMILY), (Part.SECOND_EMAIL,), (Part.SECOND_PHONE,))
        plain = not self.reader.has_guardians()
        email = self.email(Part.PLAYER_EMAIL, *((Part.CONTACT_EMAIL,) if plain else ()))
        phones = self.phones(Part.PLAYER_PHONE, *((Part.CONTACT_PHONE,) if plain else ()))
        return tuple(filter(None, (first, second))), email, phones

    def guardian(self, names: tuple[Part, Part], mails: Sequence[Part], phones: Sequence[Part]) -> GuardianRow | None:
        """An adult with both names. One name alone refuses the row: nobody can be asked to sign as half a name.

        A file that has a column for one of the names only names nobody.
        """
        if not all(part in self.reader.columns.places for part in names) or not any(self.raw(part) for part in names):
            return None
        given, family = (self.text(part) for part in names)
        for part, text in zip(names, (given, family), strict=True):
            if not text and not self.raw(part):
                self.refuse(part, "half_a_guardian", N_("The guardian's name is not complete."))
        guardian = GuardianRow(given, family, self.email(*mails), self.phones(*phones))
        if not guardian.email and not guardian.phones:
            self.warn(names[0], "unreachable", N_("The guardian has no mail address and no phone that can be used."))
        return guardian

    def email(self, *parts: Part) -> str:
        """The first usable mail address."""
        for part in parts:
            text = self.raw(part)
            if text and not is_nothing(text):
                if found := read_email(text):
                    return found
                self.warn(part, "bad_email", N_("This is no mail address and was left out."))
        return ""

    def phones(self, *parts: Part) -> tuple[str, ...]:
        """Every usable phone, each once, in the order in which to call."""
        found: dict[str, None] = {}
        for part in parts:
            for column, text in self._cells(part):
                if is_nothing(text):
                    continue
                number, fault = read_phone(text)
                if number:
                    found[number] = None
                elif fault == "area":
                    self.warn(column, "no_area_code", N_("This phone has no area code and was left out."))
                else:
                    self.warn(column, "bad_phone", N_("This is no phone number and was left out."))
        return tuple(found)

    # Notes --------------------------------------------------------------------------------------------------

    def warn(self, place: Part | int | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something; the row stays."""
        self.reader.warn(self.number, place, code, sentence, **values)

    def refuse(self, place: Part | int | None, code: str, sentence: str, /, **values: int | str) -> None:
        """Note something; the row goes."""
        self.usable = False
        self.reader.refuse(self.number, place, code, sentence, **values)

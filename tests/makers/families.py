"""Families with random histories, as rows: what an office may meet after a year, and some it hopefully never does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.makers.people import NOW, make_guardian, make_youth
from tests.makers.programs import enroll, make_gathering, make_group, make_program, make_season
from youthprog.consent.models import (
    ConsentDecision,
    ConsentRequest,
    ContactAttempt,
    Disclosure,
    FormVersion,
    GuardianExcuse,
    Section,
    SectionText,
    UnmatchedAnswer,
)
from youthprog.consent.publishing import publish_starter_form
from youthprog.consent.rules import OPEN_STATES
from youthprog.consent.types import DISCLOSURE, Decision, Excuse, Matching, RequestState, Route
from youthprog.core import db
from youthprog.documents.models import Document
from youthprog.documents.types import DocumentKind
from youthprog.people.models import ContactPoint, CustodyRestriction, Guardianship, Person
from youthprog.programs.models import Group, GroupMember, Season
from youthprog.programs.types import GuardianRule

TODAY = NOW.date()
DAY = timedelta(days=1)
REQUIRED = ("take_part", "emergency_care")
FLAWS = (
    "refused", "withdrawn", "ended", "short", "short", "unseen", "missing", "only a slip", "may not decide",
    "no guardian any more", "barred", "grown", "another against", "another asked", "gave longer before",
)  # fmt: skip
BIRTHDAYS = (-19 * 365, -18 * 365 - 4, -18 * 365 + 10, -10 * 365, -9 * 365, -8 * 365)


class Town:
    """Seasons of three programs with different rules, and families in them. `version` is the form in force."""

    def __init__(self, seed: int):
        self.random = Random(seed)
        self.version = publish_starter_form(now=NOW - 200 * DAY)
        self.sections = list(db.session().query(Section).filter(Section.version_id == self.version.id))
        self.seasons: list[Season] = []
        self.groups: list[Group] = []
        self.pairs: list[tuple[int, int]] = []
        self.document = self._document()
        for rule in GuardianRule:
            program = make_program()
            program.guardian_rule = rule
            for days in (-30, 40):
                season = make_season(
                    program, name=f"{rule.value} {days}", starts_on=TODAY + days * DAY,
                    ends_on=TODAY + (days + self.random.choice((35, 90))) * DAY,
                )  # fmt: skip
                self.seasons.append(season)
                self.groups.append(make_group(season))

    def publish_again(self, changed: str) -> None:
        """A second version in which one section reads otherwise."""
        version = FormVersion(form_id=self.version.form_id, number=2)
        db.session().add(version)
        db.flush()
        again = []
        for old in self.sections:
            new = Section(
                version_id=version.id, key=old.key, position=old.position, kind=old.kind, required=old.required,
                settings=old.settings,
            )  # fmt: skip
            db.session().add(new)
            db.flush()
            for text in db.session().query(SectionText).filter(SectionText.section_id == old.id):
                values = {each.key: getattr(text, each.key) for each in SectionText.__table__.columns}
                if old.key == changed:
                    values |= {"statement": "Other words.", "sha256": "0" * 64}
                db.session().add(SectionText(**values | {"section_id": new.id}))
            again.append(new)
        db.session().flush()
        version.published_at = NOW - 20 * DAY  # from here on it stays as it is
        self.version, self.sections = version, [*self.sections, *again]
        db.flush()

    def family(self) -> Person:
        """One youth in one or two seasons: all signed, all but for one flaw, or whatever a year brings."""
        pick, kind = self.random.choice, self.random.choice(("fine", "flawed", "flawed", "wild"))
        born = pick(BIRTHDAYS) if kind == "wild" else -10 * 365
        youth = make_youth(born_on=TODAY + born * DAY, family=pick(("Aguilar", "Brooks", "Ódor", "Åkesson")))
        wild = kind == "wild"
        guardians = [self._guardian(youth, rank, wild=wild) for rank in range(1, pick((1, 2, 3)) if wild else 2)]
        seasons = self.random.sample(list(zip(self.seasons, self.groups, strict=True)), pick((1, 1, 2)))
        for season, group in seasons:
            enroll(youth, season)
            db.session().add(GroupMember(group_id=group.id, youth_id=youth.id, from_on=TODAY - 40 * DAY))
            self.pairs.append((youth.id, season.id))
            if wild:
                self._wild(youth, guardians, season, group)
            else:
                self._signed(youth, guardians[0], season)
        if kind == "flawed":
            self._flaw(youth, guardians[0], *seasons[0])
        db.session().flush()
        return youth

    def _flaw(self, youth: Person, guardian: Person, season: Season, group: Group) -> None:
        """One thing that keeps a family from being fine, or that looks as if it did."""
        row = self.random.choice(
            db.session()
            .query(ConsentDecision)
            .filter(
                ConsentDecision.youth_id == youth.id,
                ConsentDecision.season_id == season.id,
                ConsentDecision.section_key.in_(REQUIRED),
            )
            .all()
        )
        name = self.random.choice(FLAWS)
        self._flaw_of_answer(name, row, group)
        self._flaw_of_family(name, youth, guardian, season)
        if name == "gave longer before":
            self._signed(youth, guardian, season, at=NOW - 2 * DAY)
            row.decided_at, row.valid_until_on = NOW - DAY, TODAY - DAY

    def _flaw_of_answer(self, name: str, row: ConsentDecision, group: Group) -> None:
        match name:
            case "refused":
                row.decision = Decision.REFUSED
            case "withdrawn":
                row.withdrawn_at = NOW - DAY
            case "ended":
                row.ended_on = TODAY + self.random.choice((-2, 0)) * DAY
            case "short":
                row.valid_until_on = TODAY + self.random.choice((-9, -1, 0, 1, 20, 21, 22)) * DAY
            case "unseen":
                row.needs_original = True
            case "missing":
                db.session().delete(row)
            case "only a slip":
                request = db.session().get_one(ConsentRequest, row.request_id)
                request.gathering_id = make_gathering(group, NOW + 5 * DAY).id

    def _flaw_of_family(self, name: str, youth: Person, guardian: Person, season: Season) -> None:
        bond = db.session().query(Guardianship).filter(Guardianship.guardian_id == guardian.id).one()
        match name:
            case "may not decide":
                bond.may_decide = False
            case "no guardian any more":
                bond.ended_on = TODAY
            case "barred":
                self._barred(youth, guardian, TODAY - DAY)
            case "grown":
                youth.born_on = TODAY + self.random.choice(BIRTHDAYS[:3]) * DAY
            case "another against":
                other = make_guardian(youth, rank=2)
                self._signed(youth, other, season)
                for each in db.session().query(ConsentDecision).filter(ConsentDecision.guardian_id == other.id):
                    each.decision = Decision.REFUSED
            case "another asked":
                self._request(youth, make_guardian(youth, rank=2), season, RequestState.SENT, NOW - DAY)

    def _wild(self, youth: Person, guardians: list[Person], season: Season, group: Group) -> None:
        for guardian in guardians:
            for _each in range(self.random.choice((0, 1, 1, 2))):
                self._signed(youth, guardian, season, odd=0.3)
            if self.random.random() < 0.5:
                state = self.random.choice([*sorted(OPEN_STATES), RequestState.CANCELED])
                self._request(youth, guardian, season, state, NOW - self.random.randrange(1, 30) * DAY)
            if self.random.random() < 0.1:
                db.session().add(ContactAttempt(youth_id=youth.id, guardian_id=guardian.id, way="phone", at=NOW - DAY))
        if guardians and self.random.random() < 0.15:  # a slip for one gathering counts for nothing else
            self._signed(youth, guardians[0], season, odd=0.3, gathering_id=make_gathering(group, NOW + 5 * DAY).id)
        if self.random.random() < 0.1:
            self._unmatched(youth, season)
        if guardians and self.random.random() < 0.1:
            self._excuse(youth, self.random.choice(guardians))

    def _guardian(self, youth: Person, rank: int, *, wild: bool) -> Person:
        chance, odd = self.random.random, 1.0 if wild else 0.0
        language = self.random.choice(("en", "es"))
        guardian = make_guardian(youth, rank=rank, may_decide=chance() >= 0.1 * odd, language=language)
        if chance() < 0.07 * odd:
            bond = db.session().query(Guardianship).filter(Guardianship.guardian_id == guardian.id).one()
            bond.ended_on = TODAY + self.random.choice((-5, 0, 5)) * DAY
        if chance() < 0.1 * odd:
            self._barred(youth, guardian, TODAY + self.random.choice((-9, 0, 9)) * DAY)
        if chance() < 0.1 * odd:
            for row in db.session().query(ContactPoint).filter(ContactPoint.person_id == guardian.id):
                row.bounced_at = NOW - DAY
        if chance() < 0.3 * odd:
            self._wants_paper(guardian)
        return guardian

    def _wants_paper(self, guardian: Person) -> None:
        """Paper was asked for in the words of today, or in earlier ones; perhaps taken back since."""
        for version in self.random.choice(((DISCLOSURE,), ("earlier words",), ("earlier words", DISCLOSURE))):
            row = Disclosure(person_id=guardian.id, version=version, language="en")
            if version == DISCLOSURE and self.random.random() < 0.3:
                row.opened_at = row.accepted_at = NOW - DAY
            else:
                row.wants_paper_at = NOW - 3 * DAY
            db.session().add(row)

    def _barred(self, youth: Person, guardian: Person, starts: date) -> None:
        db.session().add(
            CustodyRestriction(
                youth_id=youth.id, adult_id=guardian.id, no_collect=True, no_decide=self.random.random() < 0.7,
                no_information=self.random.random() < 0.3, starts_on=starts, recorded_at=NOW,
                ends_on=self.random.choice((None, starts + 8 * DAY, starts + 20 * DAY)),
            )
        )  # fmt: skip

    def _request(
        self, youth: Person, guardian: Person, season: Season, state: RequestState, at: datetime, **more: Any
    ) -> ConsentRequest:
        values = {"form_version_id": self.version.id, "awaited": self.random.random() < 0.9} | more
        row = ConsentRequest(
            youth_id=youth.id, guardian_id=guardian.id, season_id=season.id, state=state, language=guardian.language,
            created_at=at, sent_at=at, opened_at=at if state is RequestState.OPENED else None, times_asked=1,
            due_on=self.random.choice((None, TODAY - 3 * DAY, TODAY + 8 * DAY, season.starts_on)), **values,
        )  # fmt: skip
        db.session().add(row)
        db.session().flush()
        return row

    def _signed(
        self,
        youth: Person,
        guardian: Person,
        season: Season,
        *,
        odd: float = 0,
        at: datetime | None = None,
        **more: Any,
    ) -> None:
        """A signed request; `odd` is how often a decision in it is not a plain yes to the season's end."""
        random, at = self.random, at or NOW - self.random.randrange(3, 60) * DAY
        version_id = random.choice([each.version_id for each in self.sections])
        row = self._request(
            youth, guardian, season, RequestState.SIGNED, at, form_version_id=version_id, signed_at=at,
            typed_name="Rosa", route=Route.DEMO, document_id=self.document.id, **more,
        )  # fmt: skip
        for section in (each for each in self.sections if each.version_id == version_id):
            if random.random() < odd / 3:
                continue
            decision = ConsentDecision(
                request_id=row.id, section_id=section.id, youth_id=youth.id, guardian_id=guardian.id,
                season_id=season.id, section_key=section.key, decided_at=at, decision=Decision.GIVEN,
                valid_until_on=random.choice((season.ends_on, None)),
            )  # fmt: skip
            if random.random() < odd:
                self._make_odd(decision)
            db.session().add(decision)
        db.session().flush()

    def _make_odd(self, decision: ConsentDecision) -> None:
        random = self.random
        decision.decision = random.choice((Decision.REFUSED, Decision.GIVEN, Decision.GIVEN))
        decision.valid_until_on = TODAY + random.choice((-9, -1, 0, 1, 20, 21, 22, 60)) * DAY
        decision.withdrawn_at = random.choice((None, None, NOW - DAY))
        decision.ended_on = random.choice((None, None, TODAY, TODAY - 2 * DAY))
        decision.needs_original = random.random() < 0.2
        decision.confirmed_at = NOW - DAY if decision.needs_original and random.random() < 0.5 else None

    def _unmatched(self, youth: Person, season: Season) -> None:
        db.session().add(
            UnmatchedAnswer(
                season_id=season.id, form_version_id=self.version.id, youth_id=youth.id, state=Matching.WAITING,
                received_at=NOW - DAY,
            )
        )  # fmt: skip

    def _excuse(self, youth: Person, guardian: Person) -> None:
        db.session().add(
            GuardianExcuse(
                youth_id=youth.id, guardian_id=self.random.choice((None, guardian.id)), excuse=Excuse.UNKNOWN,
                stated_by="Office", from_on=TODAY - 5 * DAY, recorded_at=NOW,
            )
        )  # fmt: skip

    def _document(self) -> Document:
        document = Document(
            code="TESTTEST", kind=DocumentKind.CONSENT_RECORD, title="Consent record", issuer="Riverton", sha256="0" * 64,
            size_bytes=1, pages=1, language="en", sealed=True, subject_kind="demo", subject_id=0, issued_at=NOW,
        )  # fmt: skip
        db.session().add(document)
        db.flush()
        return document

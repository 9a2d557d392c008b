"""A small department with everything in it, three times over, for tests generated from the live URL map.

Side A and its `neighbor` lie in one program and season, side B in another program. Each has the same things: a team
with players, guardians, a coach, a mentor and a match, gatherings, a register, forms, mail, papers, an import.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count

from flask import current_app

from tests.makers import accounts as account_maker
from tests.makers import forms as form_maker
from tests.makers import people as people_maker
from tests.makers import programs as program_maker
from tests.makers import scores as score_maker
from tests.makers.mentoring import clear_the_way
from youthprog.access.models import Account, RoleGrant, UserSession
from youthprog.access.services import assign, grant_role, issue_link, place
from youthprog.access.types import LinkPurpose, Role
from youthprog.attendance.models import AttendanceMark, Register, YouthCard
from youthprog.attendance.types import Mark
from youthprog.audit.services import record
from youthprog.calendars.models import CalendarFeed, ChangeNotice
from youthprog.calendars.types import FeedKind
from youthprog.concerns.services import add_note, raise_concern
from youthprog.concerns.types import Raised
from youthprog.consent import uploads
from youthprog.consent.models import (
    ConsentDecision,
    ConsentEvent,
    ConsentPart,
    ConsentRequest,
    ConsentUpload,
    ConsentWithdrawal,
    ContactAttempt,
    Form,
    FormVersion,
    GuardianExcuse,
    LooseScan,
    Section,
    UnmatchedAnswer,
)
from youthprog.consent.queries import questions_of
from youthprog.consent.services import (
    add_blocks,
    begin_draft,
    block_of,
    publish,
    publish_form,
    publish_starter_form,
    start_form,
    store_upload,
    use_form,
)
from youthprog.consent.types import (
    DISCLOSURE,
    Decision,
    Excuse,
    Happening,
    Matching,
    RequestState,
    Route,
    SectionKind,
    Signer,
)
from youthprog.core import clock, crypto, db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.core.permissions import P
from youthprog.credentials.models import Credential, CredentialOverride, CredentialRule
from youthprog.credentials.services import kind_named
from youthprog.credentials.types import CONCUSSION, CRIMINAL_CHECK, Asked, Ground, ServiceRole, Step
from youthprog.documents.models import Document
from youthprog.documents.storage import keep
from youthprog.documents.types import DocumentKind
from youthprog.leagues.changes.models import ChangedGame, ScheduleChange
from youthprog.leagues.changes.types import ChangeKind
from youthprog.leagues.drafting.models import DraftPlace, LiveDraft
from youthprog.leagues.drafting.types import DraftOrder, DraftState
from youthprog.leagues.forming.models import (
    Forming,
    FormingPlace,
    FormingState,
    RegisteredDivision,
    TeamLimit,
    TeamLink,
    TeamRequest,
    TeamWish,
    YouthRating,
)
from youthprog.leagues.forming.types import LinkKind, Why
from youthprog.leagues.imports.services import try_import
from youthprog.leagues.imports.types import PlayerRow, Reading
from youthprog.leagues.models import Division, Team
from youthprog.leagues.officials.models import Duty, DutyNeed, DutyRole, Official, OfficialRole
from youthprog.leagues.officials.notices import code_of as duty_code_of
from youthprog.leagues.rosters.models import (
    DivisionRoster,
    DivisionWait,
    MedicalHold,
    RosterException,
    Suspension,
)
from youthprog.leagues.rosters.types import Exceptional, WaitFrom
from youthprog.leagues.scores.services import code_of, make_link, publish_standings
from youthprog.leagues.scores.types import Side as ScoreSide
from youthprog.leagues.season.models import (
    ClashExcuse,
    ClosedDay,
    Fixture,
    ScheduleRun,
    TeamDayOff,
    Venue,
    VenueHours,
)
from youthprog.leagues.season.types import FixtureState, RunState
from youthprog.mentorship.cadence.models import SupportContact
from youthprog.mentorship.cadence.types import Depth, Party, Safety, Way
from youthprog.mentorship.closing.models import ClosureParty, MatchClosure
from youthprog.mentorship.closing.types import Contact, Initiator, Reason, Rematch
from youthprog.mentorship.closing.types import Side as MatchSide
from youthprog.mentorship.closing.types import Way as Ending
from youthprog.mentorship.evidence.models import SurveyAnswer, SurveyInstrument
from youthprog.mentorship.evidence.types import Audience
from youthprog.mentorship.gate.models import MentorStep
from youthprog.mentorship.hours.models import HourEntry
from youthprog.mentorship.matching.models import MatchOffer, MatchParty, MatchProfile, MatchRun, MatchTie
from youthprog.mentorship.matching.types import (
    Figures,
    Mode,
    OfferState,
    Outcome,
    Pair,
    Part,
    TieKind,
)
from youthprog.mentorship.matching.types import RunState as MatchingState
from youthprog.mentorship.matching.wire import written
from youthprog.mentorship.models import Match
from youthprog.mentorship.services import activate_match
from youthprog.mentorship.sessions.models import ExpectedSession, SessionLog
from youthprog.mentorship.types import DutyStatus, MatchStatus
from youthprog.outreach.models import Message
from youthprog.outreach.types import Channel, Delivery
from youthprog.people.models import (
    ContactPoint,
    CustodyRestriction,
    EmergencyContact,
    Guardianship,
    HealthNote,
    Household,
    HouseholdMember,
    Person,
    YouthPhoto,
)
from youthprog.people.types import ContactKind, HealthKind, Relationship
from youthprog.programs import services as programs_services
from youthprog.programs.models import Enrollment, Gathering, Group, Season
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind, StaffRole
from youthprog.reports.batches.models import PrintBatch, PrintedPaper
from youthprog.reports.batches.types import BatchState

# A form with parts for others than the guardian.
PARTED = form_maker.form_of(
    "parted",
    form_maker.section("exam", SectionKind.UPLOAD),
    form_maker.section("doctor", SectionKind.EXTERNAL),
    form_maker.section("desk", SectionKind.STAFF, more={"fields": ["Locker"]}),
)
NOWHERE = 987_654_321  # the id of nothing
SIDES = ("A", "neighbor", "B")
_number = count(1)

# Which thing an argument of an address means, where the same name means several.
MEANT = {
    ("accounts.", "person_id"): "adult_id",
    ("builder.", "version_id"): "draft_id",
    ("drafting.", "draft_id"): "live_draft_id",
    ("form_sections.", "version_id"): "draft_id",
    ("scores.", "fixture_id"): "scored_fixture_id",
    ("certificates.", "document_id"): "certificate_id",
    ("certificates.", "person_id"): "mentor_id",
    ("form_sections.", "section_id"): "block_id",
    ("consent.record", "request_id"): "signed_id",
    ("consent_desk.original", "request_id"): "signed_id",
    ("consent_desk.confirm", "request_id"): "signed_id",
    ("consent_sealed.", "request_id"): "signed_id",
    ("consent_sealed.", "document_id"): "record_id",
    ("credentials.", "person_id"): "served_id",
    ("consent_own.done", "request_id"): "taken_back_id",
    ("consent_own.show_take_back", "request_id"): "taken_back_id",
    ("consent_own.take_back", "request_id"): "taken_back_id",
    ("consent_own.taken_back", "request_id"): "taken_back_id",
    ("consent_own.withdrawal", "request_id"): "taken_back_id",
    ("cosigners.", "request_id"): "parted_id",
    ("cosigners.", "section_id"): "part_section_id",
    ("consent_part_entries.", "request_id"): "parted_id",
    ("consent_part_entries.", "section_id"): "doctor_section_id",
    ("calendars.told", "gathering_id"): "moved_id",
    ("mentorship.of_group", "group_id"): "match_group_id",
    ("gate.", "person_id"): "mentor_id",
    ("gate.", "step_id"): "mentor_step_id",
    ("closing.paper", "match_id"): "closed_match_id",
    ("closing.paper", "document_id"): "closure_paper_id",
    ("hours.", "log_id"): "led_log_id",
    ("closing.rematch", "match_id"): "closed_match_id",
    ("matching.", "run_id"): "match_run_id",
    ("people.", "contact_id"): "emergency_id",
    ("playing_time.", "gathering_id"): "game_gathering_id",
    ("officials.decline", "duty_id"): "own_duty_id",
    ("officials.", "fixture_id"): "served_fixture_id",
}
# What pages ask for behind the question mark: endpoint -> name there -> the thing.
ASKED = {
    "certificates.new": {"youth_id": "youth_id"},
    "certificates.create": {"youth_id": "youth_id"},
    **{f"evidence.{name}": {"person_id": "surveyed_id", "months": "survey_months"} for name in ("ask", "fill", "send")},
    "matching.index": {"season": "season_id"},
    "matching.start": {"season": "season_id"},
    "matching.tie": {"season": "season_id"},
    "matching.weigh": {"season": "season_id"},
    "mentorship.new": {"season": "season_id"},
    "mentorship.create": {"season": "season_id"},
    "programs.new_gathering": {"group": "group_id"},
    "programs.create_gathering": {"group": "group_id"},
    "programs.new_season": {"program": "program_id"},
    "leagues_imports.new": {"season": "season_id"},
    "figures.index": {"program": "program_id"},
    "figures.lines": {"program": "program_id"},
    "figures.export": {"season": "season_id"},
}


@dataclass(frozen=True)
class Canaries:
    """Strings that occur nowhere but in one child's record: seen on a page, they say which field is shown there."""

    child: str
    fields: dict[str, str]  # field -> the string


@dataclass
class Side:
    """One of the three: the ids of its things, its accounts by role, its links, its canaries."""

    name: str
    ids: dict[str, int] = field(default_factory=dict)
    accounts: dict[Role, int] = field(default_factory=dict)
    people: dict[Role, int] = field(default_factory=dict)
    links: dict[LinkPurpose, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    canaries: list[Canaries] = field(default_factory=list)


@dataclass
class World:
    """The three sides, and the accounts that belong to none."""

    sides: dict[str, Side]
    accounts: dict[str, int]

    def id_of(self, argument: str, side: str, endpoint: str = "") -> int:
        """The id an argument of an address has on a side. Fails for an argument the world does not know."""
        if side == "nowhere":
            return NOWHERE
        meant = next(
            (to for (room, name), to in MEANT.items() if endpoint.startswith(room) and name == argument), argument
        )
        ids = self.sides[side].ids
        assert meant in ids, f"{endpoint}: the world knows no {argument!r}: add it to tests/makers/world.py"
        return ids[meant]

    def word_of(self, argument: str, side: str, endpoint: str = "") -> str:
        """The word an argument of an address has on a side: a code, a token, a section's key."""
        words = {} if side == "nowhere" else self.sides[side].words
        fallback = {
            "code": "ZZZZZZZZ",
            "token": "no-such-token-at-all",
            "key": "no-such-key",
            "number": "1",
            "which": "served",
            "template": "award",
            "file": "players.csv",
        }
        found = words.get(f"{endpoint} {argument}", words.get(argument, fallback.get(argument)))
        assert found, f"{endpoint}: the world knows no word {argument!r}: add it to tests/makers/world.py"
        return found


def make_world() -> World:
    """Make it and commit. Nothing but ids is kept."""
    moment = clock.now()
    version = publish_starter_form(now=moment - timedelta(days=60))
    sections = db.session().query(Section).filter(Section.version_id == version.id).order_by(Section.position).all()
    publish_form(PARTED, by=SYSTEM, now=moment - timedelta(days=60))
    readers = _readers()
    first, second = _season("Fall football"), _season("Spring wrestling")
    made = [_Maker("A", first, sections), _Maker("neighbor", first, sections), _Maker("B", second, sections)]
    sides = {maker.side.name: maker.make() for maker in made}
    world = World(sides, {"admin": _account(Role.ADMIN).id, "coordinator": _account(Role.COORDINATOR).id, **readers})
    nobody = account_maker.make_account(Role.COACH, people_maker.make_person("Noor", "Norole"))
    db.session().execute(RoleGrant.__table__.delete().where(RoleGrant.__table__.c.account_id == nobody.id))
    world.accounts["no role"] = nobody.id
    record("world.made", "world", None, by=SYSTEM, now=moment)
    db.session().commit()
    return world


def _readers() -> dict[str, int]:
    """Two who read concerns; one of them coordinates the department too, and so reaches everything else."""
    both = _account(Role.SAFEGUARDING)
    grant_role(both, Role.COORDINATOR, by=SYSTEM, now=clock.now())
    return {"safeguarding": _account(Role.SAFEGUARDING).id, "safeguarding coordinator": both.id}


def grow(world: World, times: int) -> None:
    """Put that many more of everything into side A: players, teams, matches, meetings, forms, mail, accounts."""
    season = db.session().get_one(Season, world.sides["A"].ids["season_id"])
    db.session().refresh(season, ["program"])
    request = db.session().get_one(ConsentRequest, world.sides["A"].ids["request_id"])
    sections = db.session().query(Section).filter(Section.version_id == request.form_version_id).all()
    for number in range(times):
        maker = _Maker(f"more {number}", season, sections)
        maker.make()
        maker.join_side(world.sides["A"], number)
    db.session().commit()


def _season(name: str) -> Season:
    today = clock.today()
    program = program_maker.make_program(f"{name} {next(_number)}")
    return program_maker.make_season(
        program,
        starts_on=today - timedelta(days=40),
        ends_on=today + timedelta(days=80),
        age_cutoff_on=today,
        registration_opens_on=today - timedelta(days=60),
        registration_closes_on=today + timedelta(days=60),
        capacity=500,
    )


def _account(role: Role, person: Person | None = None, program_id: int | None = None) -> Account:
    return account_maker.make_account(role, person, program_id)


class _Maker:
    """Makes one side."""

    def __init__(self, name: str, season: Season, sections: list[Section]):
        self.side = Side(name)
        self.season, self.sections = season, sections
        self.now = clock.now()
        self.start = clock.today() - timedelta(days=30)
        self.tag = f"{name}{next(_number)}".replace(" ", "").title()

    def make(self) -> Side:
        """Everything, in the order things come about."""
        self._people()
        self._team()
        self._gatherings()
        self._games()
        self._draft()
        self._match()
        self._matching()
        self._forms()
        self._parts()
        self._papers()
        self._accounts()
        self._calendars()
        self._served_game()
        self._credentials()
        self._notes()
        self._concern()
        self.side.ids |= self._aliases()
        return self.side

    def join_side(self, other: Side, number: int) -> None:
        """Put the players into another side's team too, and let its coach, mentor and guardian have more to do."""
        ids = other.ids
        team = db.session().get_one(Group, ids["group_id"])
        match_group = db.session().get_one(Group, ids["match_group_id"])
        for child in (self.child, self.second):
            db.session().add(program_maker.GroupMember(group_id=team.id, youth_id=child.id, from_on=self.start))
        assign([(other.people[Role.COACH], self.child.id)], source=f"group:{team.id}", from_on=self.start)
        assign([(other.people[Role.COACH], self.child.id)], source=f"group:{self.group.id}", from_on=self.start)
        for person_id, group in ((other.people[Role.COACH], self.group), (other.people[Role.MENTOR], self.match.group)):
            role = StaffRole.HEAD_COACH if group is self.group else StaffRole.MENTOR
            db.session().add(
                program_maker.GroupStaff(group_id=group.id, person_id=person_id, role=role, from_on=self.start)
            )
        assign([(other.people[Role.MENTOR], self.child.id)], source=f"group:{self.match.group_id}", from_on=self.start)
        db.session().add(program_maker.GroupMember(group_id=match_group.id, youth_id=self.child.id, from_on=self.start))
        for child in (self.child, self.second):
            self._bond(child, db.session().get_one(Person, other.people[Role.GUARDIAN]), rank=3)
        gathering = db.session().get_one(Gathering, ids["gathering_id"])
        self._mark(gathering, self.child, Mark.PRESENT)
        home = db.session().get_one(Team, ids["team_id"])
        home_division = db.session().get_one(Division, home.division_id)
        one_more = score_maker.make_opponent(home_division, self.season, f"Visitors of {self.tag}")
        game = score_maker.make_game(home, one_more, db.session().get_one(Venue, ids["venue_id"]))
        score_maker.said(game, ScoreSide.AWAY, number, 1)
        self._registers(game)
        self._more_about(db.session().get_one(Person, ids["youth_id"]), number)

    def _more_about(self, child: Person, number: int) -> None:
        """More of what hangs on one child of the other side."""
        self._bond(child, self.guardian, rank=4)
        self._health(child, f"More {number}", f"More detail {number}")
        self._custody(child, self.kept_away, f"More note {number}")
        db.session().add(EmergencyContact(youth_id=child.id, name=f"Aunt {number}", phone="+12175550199"))
        db.session().add(ContactAttempt(youth_id=child.id, guardian_id=None, way="letter", at=self.now))
        self._certificate(child)

    # ---- people ----

    def _people(self) -> None:
        self.child, self.second, self.waiting = (
            self._child(name, rank) for rank, name in enumerate(("Mateo", "Zoe", "Noa"))
        )
        self.guardian, self.other = self._guardian(self.child, "Rosa"), self._guardian(self.second, "Dana")
        self.third = self._guardian(self.waiting, "Kim")
        self.kept_away = people_maker.make_guardian(
            self.child, "Paul", f"Kept{self.tag}", relationship=Relationship.FATHER, rank=2
        )
        self._bond(self.second, self.guardian, rank=2)
        self.coach = self._adult("Casey", f"Coach{self.tag}")
        self.mentor = self._adult("Morgan", f"Mentor{self.tag}")
        for child, status in (
            (self.child, EnrollmentStatus.ENROLLED),
            (self.second, EnrollmentStatus.ENROLLED),
            (self.waiting, EnrollmentStatus.WAITLISTED),
        ):
            self._enroll(child, status)
        self.season.taken += 2
        self.side.ids["youth_id"] = self.side.ids["person_id"] = self.child.id
        self.side.ids |= {"season_id": self.season.id, "program_id": self.season.program_id}
        self.side.ids["guardian_id"] = self.side.ids["adult_id"] = self.guardian.id

    def _child(self, given: str, rank: int) -> Person:
        school = f"School {self.tag}{rank}"
        family = f"Child{self.tag}{rank}"
        child = people_maker.make_youth(given, family, school=school)
        fields = {"name": family, "school": school}
        self.side.canaries.append(Canaries(("first", "second", "waiting")[rank], fields))
        return child

    def _guardian(self, child: Person, given: str) -> Person:
        guardian = people_maker.make_person(given, f"Adult{self.tag}")
        self._bond(child, guardian, rank=1)
        phone, mail = next(_phones), f"{given}.{self.tag}@canary.example".lower()
        db.session().add_all(
            ContactPoint(person_id=guardian.id, kind=kind, value=value, normal=value)
            for kind, value in ((ContactKind.PHONE, phone), (ContactKind.EMAIL, mail))
        )
        street = f"{next(_number)} {self.tag} Street"
        home = Household(name=f"{given} {self.tag}", street=street, city="Riverton", state="IL", postal_code="62701")
        db.session().add(home)
        db.flush()
        db.session().add_all(HouseholdMember(household_id=home.id, person_id=each.id) for each in (child, guardian))
        canaries = self.side.canaries[len([each for each in self.side.canaries if "phone" in each.fields])]
        canaries.fields.update(phone=phone[2:], mail=mail, street=street)
        self.side.ids.setdefault("household_id", home.id)
        return guardian

    def _adult(self, given: str, family: str) -> Person:
        person = people_maker.make_person(given, family)
        people_maker.make_contacts(person, phone=next(_phones))
        return person

    def _bond(self, child: Person, guardian: Person, *, rank: int) -> Guardianship:
        bond = Guardianship(
            youth_id=child.id, guardian_id=guardian.id, relationship=Relationship.MOTHER, rank=rank
        )  # fmt: skip
        db.session().add(bond)
        db.flush()
        self.side.ids.setdefault("bond_id", bond.id)
        return bond

    def _enroll(self, child: Person, status: EnrollmentStatus) -> None:
        has_place = status is EnrollmentStatus.ENROLLED
        row = Enrollment(
            season_id=self.season.id,
            youth_id=child.id,
            status=status,
            asked_at=self.now - timedelta(days=50),
            enrolled_at=self.now - timedelta(days=50) if has_place else None,
        )
        db.session().add(row)
        place(child.id, self.season.program_id, source=f"season:{self.season.id}", from_on=self.start)
        db.flush()
        self.side.ids.setdefault("enrollment_id", row.id)

    def _notes(self) -> None:
        for rank, child in enumerate((self.child, self.second)):
            alert, detail = f"Alert{self.tag}{rank}", f"Detail{self.tag}{rank}"
            note = self._health(child, alert, detail)
            custody = f"Custody{self.tag}{rank}"
            restriction = self._custody(child, self.kept_away, custody)
            aunt = EmergencyContact(
                youth_id=child.id, name=f"Aunt{self.tag}{rank}", phone="+12175550199", relation="Aunt"
            )
            db.session().add(aunt)
            db.flush()
            self.side.canaries[rank].fields.update(alert=alert, detail=detail, custody=custody)
            for name, value in (("note_id", note), ("restriction_id", restriction), ("emergency_id", aunt.id)):
                self.side.ids.setdefault(name, value)

    def _health(self, child: Person, alert: str, detail: str) -> int:
        note = HealthNote(youth_id=child.id, kind=HealthKind.ALLERGY, recorded_at=self.now)
        db.session().add(note)
        db.flush()
        note.seal("alert_sealed", alert)
        note.seal("detail_sealed", detail)
        return note.id

    def _custody(self, child: Person, adult: Person, text: str) -> int:
        row = CustodyRestriction(
            youth_id=child.id,
            adult_id=adult.id,
            no_collect=True,
            no_decide=True,
            no_information=True,
            starts_on=self.start,
            recorded_at=self.now,
        )
        db.session().add(row)
        db.flush()
        row.seal("note_sealed", text)
        return row.id

    # ---- team, meetings, match ----

    def _team(self) -> None:
        team: Team = program_maker.make_team(self.season, f"Team {self.tag}")
        self.group = team.group
        site = program_maker.make_site(f"Field {self.tag}")
        self.group.site_id = site.id
        for jersey, child in enumerate((self.child, self.second), 1):
            member = program_maker.GroupMember(
                group_id=self.group.id, youth_id=child.id, jersey=str(jersey), from_on=self.start
            )
            db.session().add(member)
            db.flush()
            self.side.ids.setdefault("member_id", member.id)
        staff = self._lead(self.coach, self.group, StaffRole.HEAD_COACH, self.child, self.second)
        self.side.ids |= {"team_id": team.id, "group_id": self.group.id, "division_id": team.division_id}
        self.side.ids |= {"site_id": site.id, "staff_id": staff}
        self._field(site.id)
        self._roster(team.division_id)

    def _roster(self, division_id: int) -> None:
        """A division's rules, somebody who waits, and what a player has behind: a hold, a suspension, an exception."""
        mine = {"youth_id": self.child.id, "group_id": self.group.id}
        before = self.now - timedelta(days=20)
        rows = {
            "wait_id": DivisionWait(division_id=division_id, youth_id=self.waiting.id, asked_at=before),
            "suspension_id": Suspension(
                season_id=self.season.id, from_at=before, until_on=clock.day_of(before), reason="Rough play",
                given_at=before, **mine,
            ),
            "exception_id": RosterException(kind=Exceptional.LATE, reason="Moved here", given_at=before, **mine),
            "hold_id": MedicalHold(
                youth_id=self.child.id, from_on=self.start, needs_clearance=True, wait_days=7,
                wait_from=WaitFrom.CLEARANCE, held_at=before, cleared_on=self.start, cleared_at=before,
                paper_sha256=uploads.store(b"%PDF-1.7 clearance " + self.tag.encode()),
            ),
        }  # fmt: skip
        db.session().add_all(rows.values())
        db.session().add(DivisionRoster(division_id=division_id, most_players=200, fewest_players=1))
        db.flush()
        rows["hold_id"].seal("note_sealed", f"Detail{self.tag}0")
        self.side.ids |= {name: row.id for name, row in rows.items()}

    def _field(self, site_id: int) -> None:
        """A field with hours, a day without games, and a schedule that was made once."""
        venue = Venue(site_id=site_id, name="Field 1", folded_name="field 1")
        db.session().add(venue)
        db.flush()
        hours = VenueHours(season_id=self.season.id, venue_id=venue.id, weekday=5, starts_minute=540, ends_minute=900)
        closed = ClosedDay(season_id=self.season.id, venue_id=venue.id, closed_on=clock.today(), reason="Fair")
        run = ScheduleRun(season_id=self.season.id, state=RunState.DONE, asked_at=self.now, seen_at=self.now)
        db.session().add_all([hours, closed, run])
        db.flush()
        self.side.ids |= {"hours_id": hours.id, "closed_id": closed.id, "venue_id": venue.id}
        self._game(venue)

    def _game(self, venue: Venue) -> None:
        """A published game against another team, moved once; days off, and a clash that the coach answers for."""
        team = db.session().get_one(Team, self.side.ids["team_id"])
        other = program_maker.make_group(self.season, f"Visitors {self.tag}")
        visitors = Team(division_id=team.division_id, group_id=other.id)
        db.session().add(visitors)
        db.flush()
        day = datetime.combine(clock.today() + timedelta(days=9), time(17), UTC)
        about = {"starts_at": day, "ends_at": day + timedelta(hours=1)}
        values = {"kind": GatheringKind.GAME, "title": "Game", "ends_at": about["ends_at"], "site_id": venue.site_id}
        mine, theirs = (program_maker.make_gathering(group, day, **values) for group in (self.group, other))
        fixture = Fixture(
            season_id=self.season.id, division_id=team.division_id, home_team_id=team.id, away_team_id=visitors.id,
            venue_id=venue.id, state=FixtureState.PUBLISHED, sequence=1, home_gathering_id=mine.id,
            away_gathering_id=theirs.id, **about,
        )  # fmt: skip
        change = ScheduleChange(
            season_id=self.season.id, kind=ChangeKind.MOVE, reason="Heat", closed_ids=[], made_at=self.now,
            told_at=self.now,
        )  # fmt: skip
        away = TeamDayOff(team_id=team.id, from_on=clock.today(), until_on=clock.today())
        excuse = ClashExcuse(
            season_id=self.season.id, one_team_id=team.id, other_team_id=visitors.id, reason="Assistant",
            excused_at=self.now, excused_by_id=self.coach.id,
        )  # fmt: skip
        db.session().add_all([fixture, change, away, excuse])
        db.flush()
        before = {"was_venue_id": venue.id, "was_state": FixtureState.PUBLISHED}
        before |= {f"was_{name}": moment + timedelta(days=1) for name, moment in about.items()}
        now = {"now_venue_id": venue.id, "now_state": FixtureState.PUBLISHED}
        now |= {f"now_{name}": moment for name, moment in about.items()}
        kept = [programs_services.kept_of(each) for each in (mine, theirs)]
        db.session().add(
            ChangedGame(change_id=change.id, fixture_id=fixture.id, sequence=1, gatherings=kept, **before, **now)
        )
        db.flush()
        self.side.ids |= {"fixture_id": fixture.id, "change_id": change.id}
        self.side.ids |= {"days_off_id": away.id, "clash_id": excuse.id}

    def _served_game(self) -> None:
        """A game against another team, with a referee, a place that is open, and a place of the guardian's own."""
        mine = db.session().get_one(Team, self.side.ids["team_id"])
        theirs = Team(division_id=mine.division_id, group=program_maker.make_group(self.season, f"Guests {self.tag}"))
        roles = [
            DutyRole(program_id=self.season.program_id, name=name, name_es=name, folded_name=name.lower(), needs=needs)
            for name, needs in ((f"Referee {self.tag}", ["License"]), (f"Scorer {self.tag}", []))
        ]
        db.session().add_all([theirs, *roles])
        db.flush()
        fixtures = [self._fixture(mine, theirs, days) for days in (3, 4)]
        people = [
            self._adult("Riley", f"Referee{self.tag}"),
            db.session().get_one(Person, self.side.people[Role.GUARDIAN]),
        ]
        rows = [Official(person_id=each.id, program_id=self.season.program_id, added_at=self.now) for each in people]
        held = Credential(
            person_id=people[0].id, kind=kind_named("License", now=self.now).code, is_check=False, step=Step.APPROVED,
            issued_on=self.start, recorded_at=self.now,
        )  # fmt: skip
        db.session().add_all([*rows, held, DutyNeed(division_id=mine.division_id, role_id=roles[0].id, needed=1)])
        db.session().add(DutyNeed(division_id=mine.division_id, role_id=roles[1].id, needed=2))
        db.flush()
        db.session().add_all(OfficialRole(official_id=row.id, role_id=role.id) for row in rows for role in roles)
        duties = [
            Duty(fixture_id=fixtures[0].id, role_id=roles[number].id, person_id=person.id, assigned_at=self.now)
            for number, person in enumerate(people)
        ]
        db.session().add_all(duties)
        db.flush()
        self.side.ids |= {
            "served_fixture_id": fixtures[0].id, "role_id": roles[0].id, "official_id": rows[0].id, "duty_id": duties[0].id,
            "own_duty_id": duties[1].id,
        }  # fmt: skip
        self.side.words |= {f"duty_links.{name} token": duty_code_of(duties[1].id) for name in ("show", "decline")}

    def _fixture(self, mine: Team, theirs: Team, days: int) -> Fixture:
        starts_at = datetime.combine(clock.today() + timedelta(days=days), time(16), UTC)
        venue = db.session().query(Venue).filter_by(site_id=self.side.ids["site_id"]).one()
        home, away = (
            program_maker.make_gathering(
                each.group, starts_at, site_id=venue.site_id, kind=GatheringKind.GAME, title="Game"
            )
            for each in (mine, theirs)
        )
        row = Fixture(
            season_id=self.season.id, division_id=mine.division_id, home_team_id=mine.id, away_team_id=theirs.id,
            venue_id=venue.id, starts_at=starts_at, ends_at=home.ends_at, state=FixtureState.PUBLISHED,
            home_gathering_id=home.id, away_gathering_id=away.id,
        )  # fmt: skip
        db.session().add(row)
        db.flush()
        self.side.ids["game_gathering_id"] = home.id
        return row

    def _draft(self) -> None:
        """What is known for forming the division's teams, and a draft of them."""
        season_id, (one, other) = self.season.id, sorted((self.child.id, self.second.id))
        made = {"season_id": season_id, "made_at": self.now}
        rows = {
            "link_id": TeamLink(kind=LinkKind.CARPOOL, one_id=one, other_id=other, **made),
            "wish_id": TeamWish(youth_id=one, wanted_id=other, **made),
            "limit_id": TeamLimit(youth_id=other, weekday=6, **made),
            "words_id": TeamRequest(season_id=season_id, youth_id=one, received_at=self.now),
            "forming_id": Forming(
                division_id=self.side.ids["division_id"], state=FormingState.READY, progress={}, asked_at=self.now,
                result={"unmet": [{"wish": {"child": one, "wanted": other}, "barrier": "size", "proved": True}]},
            ),
        }  # fmt: skip
        db.session().add_all(rows.values())
        db.session().add(YouthRating(season_id=season_id, youth_id=one, points=4, rated_at=self.now))
        division_id = self.side.ids["division_id"]
        db.session().add(RegisteredDivision(season_id=season_id, youth_id=one, division_id=division_id))
        db.flush()
        self.side.ids |= {name: row.id for name, row in rows.items()}
        rows["words_id"].seal("text_sealed", f"With {self.second.name} please")
        for youth_id in (one, other):
            place = FormingPlace(
                forming_id=rows["forming_id"].id, youth_id=youth_id, group_id=self.group.id, why=Why.WITH_PINNED,
                people=[one], locked_at=self.now,
            )  # fmt: skip
            db.session().add(place)
        db.flush()
        self._live_draft(one)

    def _live_draft(self, picked_id: int) -> None:
        """A live draft in which the team picked once."""
        draft = LiveDraft(
            division_id=self.side.ids["division_id"], state=DraftState.OPEN, pick_order=DraftOrder.SNAKE,
            seats=[self.group.id], opened_at=self.now,
        )  # fmt: skip
        db.session().add(draft)
        db.flush()
        pick = DraftPlace(
            live_draft_id=draft.id, youth_id=picked_id, group_id=self.group.id, round=1,
            client_key=f"world-{draft.id}", placed_at=self.now,
        )  # fmt: skip
        db.session().add(pick)
        db.flush()
        self.side.ids["live_draft_id"] = draft.id

    def _games(self) -> None:
        """Two games of the team, one with a score of its own, playoffs, a code on a card, and public standings."""
        team = db.session().get_one(Team, self.side.ids["team_id"])
        division = db.session().get_one(Division, team.division_id)
        venue = db.session().get_one(Venue, self.side.ids["venue_id"])
        other = score_maker.make_opponent(division, self.season, f"Rivals {self.tag}")
        fixture = score_maker.make_game(team, other, venue)
        second = score_maker.make_game(other, team, venue, self.now - timedelta(days=4))
        score_maker.said(second, ScoreSide.HOME, 2, 1)
        score_maker.make_bracket(division, team, other)
        link = make_link(fixture, by=SYSTEM, now=self.now)
        public = publish_standings(self.season, by=SYSTEM, now=self.now)
        codes = {f"game_codes.{name} code": code_of(link) or "" for name in ("show", "say", "done")}
        self.side.words |= codes | {"standings.of_everybody code": public}
        for game in (fixture, second):
            self._registers(game)
        self.side.words |= {f"brackets.{name} key": "main-1-1" for name in ("ask_game", "set_game")}
        self.side.ids["scored_fixture_id"] = fixture.id

    def _registers(self, fixture: Fixture) -> None:
        """Both teams' registers of a game, taken: Today has nothing to ask for."""
        for gathering_id in (fixture.home_gathering_id, fixture.away_gathering_id):
            at = fixture.ends_at
            db.session().add(Register(gathering_id=gathering_id, taken_at=at, saved_at=at))
        db.session().flush()

    def _lead(self, person: Person, group: Group, role: StaffRole, *children: Person) -> int:
        row = program_maker.GroupStaff(group_id=group.id, person_id=person.id, role=role, from_on=self.start)
        db.session().add(row)
        assign([(person.id, child.id) for child in children], source=f"group:{group.id}", from_on=self.start)
        db.flush()
        return row.id

    def _gatherings(self) -> None:
        past, coming = (self._gathering(days) for days in (-7, 2))
        self._gathering(-3)
        db.flush()
        self._register(past, {self.child: Mark.PRESENT, self.second: Mark.ABSENT})
        self.side.ids |= {"gathering_id": past.id, "coming_id": coming.id}
        db.session().add(YouthCard(youth_id=self.child.id, code=crypto.code(10), issued_at=self.now))
        link_id, _token = issue_link(LinkPurpose.KIOSK, self.coach.id, past.id, days=1, now=self.now)
        self.side.links[LinkPurpose.KIOSK] = link_id

    def _gathering(self, days: int) -> Gathering:
        day = clock.today() + timedelta(days=days)
        starts_at = datetime.combine(day, time(22, 30), UTC)
        return program_maker.make_gathering(self.group, starts_at, site_id=self.group.site_id)

    def _register(self, gathering: Gathering, marks: dict[Person, Mark]) -> None:
        at = gathering.ends_at
        db.session().add(Register(gathering_id=gathering.id, taken_at=at, saved_at=at))
        for child, mark in marks.items():
            self._mark(gathering, child, mark)

    def _mark(self, gathering: Gathering, child: Person, mark: Mark) -> None:
        row = AttendanceMark(gathering_id=gathering.id, youth_id=child.id, mark=mark, marked_at=gathering.ends_at)
        db.session().add(row)

    def _match(self) -> None:
        group = program_maker.make_group(self.season, f"Match {self.tag}", GroupKind.MENTORING)
        db.session().add(program_maker.GroupMember(group_id=group.id, youth_id=self.child.id, from_on=self.start))
        self._lead(self.mentor, group, StaffRole.MENTOR, self.child)
        begun = clock.today() - timedelta(days=92)
        self.match = Match(group=group, status=MatchStatus.PAUSED, usual_place="Library", started_on=begun)
        db.session().add(self.match)
        db.flush()
        clear_the_way(self.match, self.start)
        activate_match(self.match, by=SYSTEM, now=self.now)
        step = db.session().query(MentorStep).filter_by(person_id=self.mentor.id).order_by(MentorStep.id).first()
        link_id, token = issue_link(LinkPurpose.COMMITMENT, self.guardian.id, self.match.id, days=14, now=self.now)
        self.side.links[LinkPurpose.COMMITMENT] = link_id
        self.side.words |= {f"gate_own.{name} token": token for name in ("by_link", "sign_by_link")}
        self.side.ids |= {"mentor_step_id": step.id, "mentor_id": self.mentor.id}
        for number, days in enumerate((20, 13)):
            starts_at = self.now - timedelta(days=days)
            session = program_maker.make_gathering(group, starts_at, kind=GatheringKind.MENTORING)
            self._register(session, {self.child: Mark.PRESENT})
            log = SessionLog(
                match=self.match,
                gathering=session,
                client_id=f"{self.tag}-{number}"[:36],
                held_on=clock.day_of(starts_at),
                minutes=60,
                duty=DutyStatus.OFF_DUTY,
                activities=[],
                note="Homework",
                logged_at=starts_at + timedelta(hours=2),
                logged_by_id=self.mentor.id,
            )
            db.session().add(log)
            db.flush()
            self.side.ids |= {"log_id": log.id}
        self._led_too(group)
        self.side.ids |= {"match_id": self.match.id, "match_group_id": group.id}
        due = ExpectedSession(match_id=self.match.id, due_on=clock.today() - timedelta(days=3), reminded_at=self.now)
        db.session().add(due)
        db.flush()
        link_id, token = issue_link(LinkPurpose.SESSION_LOG, self.mentor.id, due.id, days=7, now=self.now)
        self.side.links[LinkPurpose.SESSION_LOG] = link_id
        self.side.words |= {f"session_links.{name} token": token for name in ("show", "log")}
        self._support()
        self._ending()
        self._survey()

    def _led_too(self, group: Group) -> None:
        """A session the mentor led and somebody else logged, so that the mentor is asked for the own time."""
        starts_at = self.now - timedelta(days=20)
        session = program_maker.make_gathering(group, starts_at, kind=GatheringKind.MENTORING)
        log = SessionLog(
            match=self.match, gathering=session, client_id=f"{self.tag}-led"[:36], held_on=clock.day_of(starts_at),
            minutes=60, duty=DutyStatus.ON_DUTY, activities=[], logged_at=self.now, mentor_ids=[self.mentor.id],
            logged_by_id=self.guardian.id,
        )  # fmt: skip
        db.session().add(log)
        db.flush()
        self.side.ids |= {"led_log_id": log.id}

    def _support(self) -> None:
        """A contact with the young person, and hours of a month that was locked and amended."""
        contact = SupportContact(
            match_id=self.match.id, party=Party.YOUTH, person_id=self.child.id, at=self.now - timedelta(days=10),
            way=Way.PHONE, depth=Depth.QUICK, reached=True, safety=Safety.WELL, alone=True, client_id=f"{self.tag}-c"[:36],
            recorded_at=self.now,
        )  # fmt: skip
        db.session().add(contact)
        db.flush()
        contact.seal("words_sealed", json.dumps({"areas": [["Area", "Reads"]], "note": f"Note {self.tag}"}))
        today = clock.today()
        entry = {"program_id": self.season.program_id, "session_id": self.side.ids["log_id"], "held_on": self.start}
        entry |= {"person_id": self.mentor.id, "person_name": self.mentor.name, "duty": DutyStatus.OFF_DUTY}
        db.session().add(HourEntry(minutes=15, booked_on=today, entered_at=self.now, **entry))

    def _ending(self) -> None:
        """The match is being closed; another one has ended, with its letter."""
        self._closure(self.match, self.child)
        group = program_maker.make_group(self.season, f"Ended match {self.tag}", GroupKind.MENTORING)
        ended = Match(group=group, status=MatchStatus.CLOSED, started_on=self.start, ended_on=clock.today())
        db.session().add(ended)
        db.flush()
        closure = self._closure(ended, self.second)
        document = self._document(DocumentKind.CLOSURE_LETTER, "match_closure", closure.id, "Letter")
        closure.way, closure.reason, closure.initiator = Ending.EXPECTED, Reason.TERM_DONE, Initiator.PROGRAM
        closure.ends_on, closure.contact, closure.finished_at = ended.ended_on, Contact.NONE, self.now
        party = db.session().get_one(ClosureParty, (closure.id, self.second.id))
        party.document_id, party.rematch = document.id, Rematch.LATER
        self.side.ids |= {"closed_match_id": ended.id, "closure_paper_id": document.id}

    def _closure(self, match: Match, youth: Person) -> MatchClosure:
        closure = MatchClosure(match_id=match.id, opened_at=self.now, attempts=[], interviews={}, version=1)
        db.session().add(closure)
        db.flush()
        closure.seal("words_sealed", json.dumps({"youth": f"Goodbye{self.tag}"}))
        for person, side in ((youth, MatchSide.YOUTH), (self.mentor, MatchSide.MENTOR)):
            db.session().add(ClosureParty(closure_id=closure.id, person_id=person.id, side=side))
        db.flush()
        return closure

    def _survey(self) -> None:
        """A survey of mentors that is due after three months, and the link it was sent by."""
        content = {
            "scale": {"1": ["Never", "Nunca"], "5": ["Always", "Siempre"]},
            "questions": [["one", "Well?", "¿Bien?", False]],
        }
        survey = SurveyInstrument(
            program_id=self.season.program_id, audience=Audience.MENTOR, name=f"Survey {self.tag}", name_es="Encuesta",
            source="Ours", license="Ours", content=content, loaded_at=self.now,
        )  # fmt: skip
        db.session().add(survey)
        db.flush()
        token = crypto.token()
        answer = SurveyAnswer(
            match_id=self.match.id, instrument_id=survey.id, person_id=self.mentor.id, months=3,
            token_hash=crypto.fingerprint(token), sent_at=self.now, ends_at=self.now + timedelta(days=30),
        )  # fmt: skip
        db.session().add(answer)
        db.flush()
        self.side.ids |= {"instrument_id": survey.id, "surveyed_id": self.mentor.id, "survey_months": 3}
        self.side.words |= {f"survey_links.{name} token": token for name in ("show", "say")}

    def _matching(self) -> None:
        """A profile, an entered pair, a run that is ready, and a proposal that mentor and guardian are asked about."""
        pair = Pair(self.second.id, self.mentor.id, 0, ())
        figures = Figures(1, 1, 1, 0, 0, 0, proved=True)
        run = MatchRun(
            season_id=self.season.id,
            state=MatchingState.READY,
            mode=Mode.TOTAL,
            every_days=7,
            in_groups=False,
            progress={},
            result=written(Outcome((pair,), (), figures)),
            asked_at=self.now,
        )
        tie = MatchTie(kind=TieKind.NEVER, one_id=self.child.id, other_id=self.coach.id, made_at=self.now)
        offer = MatchOffer(
            season_id=self.season.id,
            youth_id=self.child.id,
            every_days=7,
            state=OfferState.PENDING,
            shown={"mentors": [self.mentor.id], "score": 7},
            offered_at=self.now,
        )
        told = {"free": [[0, "15:00", "17:00"]], "languages": ["en"], "likes": ["art"]}
        profile = MatchProfile(person_id=self.child.id, told=told, told_at=self.now)
        db.session().add_all([run, tie, offer, profile])
        db.flush()
        asked = {
            Part.MENTOR: MatchParty(offer_id=offer.id, person_id=self.mentor.id, part=Part.MENTOR),
            Part.YOUTH: MatchParty(offer_id=offer.id, person_id=self.child.id, part=Part.YOUTH),
            Part.GUARDIAN: MatchParty(offer_id=offer.id, person_id=self.guardian.id, part=Part.GUARDIAN),
        }
        db.session().add_all(asked.values())
        db.flush()
        _link_id, token = issue_link(
            LinkPurpose.MATCH, self.guardian.id, asked[Part.GUARDIAN].id, days=30, now=self.now
        )
        self.side.words |= {"match_asked.by_link token": token, "match_asked.say_by_link token": token}
        self.side.ids |= {
            "match_run_id": run.id,
            "tie_id": tie.id,
            "offer_id": offer.id,
            "party_id": asked[Part.GUARDIAN].id,
        }

    # ---- forms, mail, papers ----

    def _forms(self) -> None:
        opened = self._request(self.child, self.guardian, RequestState.OPENED)
        signed = self._request(self.second, self.other, RequestState.SENT)
        self._sign(signed)
        self._photo(opened)
        self._take_back()
        self._request(self.second, self.guardian, RequestState.BOUNCED)
        link_id, token = issue_link(LinkPurpose.CONSENT, self.guardian.id, opened.id, days=14, now=self.now)
        self.side.links[LinkPurpose.CONSENT] = link_id
        self.side.words |= {"token": token, "key": self.sections[0].key, "language": "es"}
        self.side.ids |= {"request_id": opened.id, "signed_id": signed.id, "section_id": self.sections[0].id}
        self.side.ids |= {"version_id": opened.form_version_id}
        self._family_matters()
        opened.match_code, opened.scan_sha256 = crypto.code(), self._upload(opened)
        self.side.ids["page_id"] = db.session().query(ConsentUpload.id).filter_by(request_id=opened.id).scalar()
        message = self._message(opened.id)
        self.side.ids["message_id"] = message.id
        self._slip()

    def _family_matters(self) -> None:
        """An excuse, a try to reach, and an answer from somebody not on file."""
        excuse = GuardianExcuse(
            youth_id=self.child.id, guardian_id=self.kept_away.id, excuse=Excuse.NO_RESPONSIBILITY,
            stated_by="Rosa", from_on=self.start, recorded_at=self.now,
        )  # fmt: skip
        attempt = ContactAttempt(
            youth_id=self.child.id, guardian_id=self.guardian.id, way="phone", at=self.now - timedelta(days=3)
        )
        answer = UnmatchedAnswer(
            season_id=self.season.id, form_version_id=self.sections[0].version_id, youth_id=self.child.id,
            state=Matching.WAITING, received_at=self.now - timedelta(days=1),
        )  # fmt: skip
        db.session().add_all([excuse, attempt, answer])
        db.session().flush()
        who = {
            "child_given": "Mateo", "child_family": "", "child_born_on": None, "name": "Abuela Consuelo",
            "relationship": "grandparent", "has_right": True, "email": "consuelo@else.example", "phone": "",
        }  # fmt: skip
        at = (self.now - timedelta(days=1)).isoformat()
        agreement = {"version": DISCLOSURE, "sha256": "0" * 64, "language": "en", "opened_at": at, "accepted_at": at}
        value = {
            "who": who, "answers": {"take_part": {"choice": "yes"}}, "language": "en", "signed": "Consuelo",
            "agreement": agreement,
        }  # fmt: skip
        answer.seal("answer_sealed", json.dumps(value))
        self.side.ids |= {"excuse_id": excuse.id, "answer_id": answer.id}
        for endpoint in ("child", "say_child"):
            self.side.words[f"consent_outside.{endpoint} code"] = str(self.season.id)

    def _slip(self) -> None:
        """A form of the program's own, published once and with a draft of its next version."""
        deed = {"by": SYSTEM, "now": self.now - timedelta(days=3)}
        first = start_form(f"Slip {self.tag}", f"Permiso {self.tag}", **deed)
        use_form(first.form_id, {self.season.program_id: "events"}, **deed)
        blocks = [block_of(each) for each in questions_of(self.sections[0].version_id)[:2]]
        add_blocks(first, blocks, seen=0, **deed)
        publish(first, seen=1, reason="", **deed)
        draft = begin_draft(first.form_id, **deed)
        block = questions_of(draft.id)[0]
        self.side.ids |= {"form_id": first.form_id, "draft_id": draft.id, "block_id": block.section_id}

    def _parts(self) -> None:
        """A request with a part for the office, one for somebody outside, and a file from the family."""
        parted = db.session().query(Section).join(FormVersion, FormVersion.id == Section.version_id)
        parted = parted.join(Form, Form.id == FormVersion.form_id).filter(Form.key == PARTED["key"])
        by_key = {section.key: section for section in parted}
        version_id = by_key["desk"].version_id
        row = self._request(self.waiting, self.third, RequestState.OPENED, version_id)
        part = ConsentPart(request_id=row.id, section_id=by_key["doctor"].id, signer=Signer.EXTERNAL)
        content = b"%PDF-1.7 " + self.tag.encode()
        upload = ConsentUpload(
            request_id=row.id,
            section_id=by_key["exam"].id,
            name="exam.pdf",
            content_type="application/pdf",
            size_bytes=len(content),
            sha256=store_upload(content),
            kept_at=self.now,
        )
        db.session().add_all([part, upload])
        db.flush()
        _link_id, token = issue_link(LinkPurpose.CONSENT_PART, self.third.id, part.id, days=14, now=self.now)
        self.side.words |= {f"cosigners.{name} token": token for name in ("show_outside", "sign_outside")}
        row.scan_sha256 = self._upload(row)
        self.side.ids |= {"parted_id": row.id, "part_section_id": by_key["desk"].id, "upload_id": upload.id}
        self.side.ids |= {"doctor_section_id": by_key["doctor"].id}

    def _request(
        self, child: Person, guardian: Person, state: RequestState, version_id: int | None = None
    ) -> ConsentRequest:
        row = ConsentRequest(
            form_version_id=version_id or self.sections[0].version_id,
            youth_id=child.id,
            guardian_id=guardian.id,
            season_id=self.season.id,
            state=state,
            language="en",
            created_at=self.now - timedelta(days=9),
            sent_at=self.now - timedelta(days=8),
            opened_at=self.now - timedelta(days=6),
            times_asked=1,
        )
        db.session().add(row)
        db.flush()
        for happening, days in ((Happening.SENT, 8), (Happening.OPENED, 6)):
            at = self.now - timedelta(days=days)
            db.session().add(ConsentEvent(request_id=row.id, happening=happening, at=at, detail={}))
        return row

    def _upload(self, request: ConsentRequest) -> str:
        """A scanned page of a request, sealed in its place."""
        digest = uploads.store(b"\x89PNG\r\n\x1a\n" + self.tag.encode())
        row = ConsentUpload(
            request_id=request.id, name="scan.png", content_type="image/png", size_bytes=10, sha256=digest,
            kept_at=self.now, form_version_id=request.form_version_id,
        )  # fmt: skip
        db.session().add(row)
        db.flush()
        return digest

    def _loose(self, person: Person) -> None:
        """A scanned page of somebody of the staff that could not be filed."""
        digest = uploads.store(b"\x89PNG\r\n\x1a\nloose " + self.tag.encode())
        row = LooseScan(
            name="scan.png", page=1, content_type="image/png", size_bytes=10, sha256=digest, received_at=self.now,
            by_id=person.id, program_id=self.season.program_id,
        )  # fmt: skip
        db.session().add(row)
        db.flush()
        self.side.ids["scan_id"] = row.id

    def _photo(self, row: ConsentRequest) -> None:
        """A photo of the first child, whose guardian agreed to photos."""
        section = next(each for each in self.sections if each.key == "photos")
        agreed = ConsentDecision(
            request_id=row.id, section_id=section.id, youth_id=row.youth_id, guardian_id=row.guardian_id,
            season_id=row.season_id, section_key=section.key, decision=Decision.GIVEN,
            decided_at=self.now - timedelta(days=5), valid_until_on=self.season.ends_on,
        )  # fmt: skip
        photo = YouthPhoto(youth_id=row.youth_id, kept_at=self.now)
        db.session().add_all([agreed, photo])
        db.flush()
        photo.seal_bytes("photo_sealed", f"Photo{self.tag}0".encode())
        self.side.canaries[0].fields["photo"] = f"Photo{self.tag}0"

    def _sign(self, row: ConsentRequest) -> None:
        at = self.now - timedelta(days=5)
        document = self._document(DocumentKind.CONSENT_RECORD, "consent_request", row.id, "Consent record")
        row.state, row.signed_at, row.typed_name = RequestState.SIGNED, at, "Dana"
        row.route, row.document_id, row.valid_until_on = Route.ONLINE, document.id, self.season.ends_on
        for section in self.sections:
            decision = ConsentDecision(
                request_id=row.id,
                section_id=section.id,
                youth_id=row.youth_id,
                guardian_id=row.guardian_id,
                season_id=row.season_id,
                section_key=section.key,
                decision=Decision.GIVEN,
                decided_at=at,
                valid_until_on=self.season.ends_on,
            )
            db.session().add(decision)
        db.flush()
        self.side.ids.setdefault("record_id", document.id)

    def _take_back(self) -> None:
        """A guardian's signed form with one answer taken back."""
        row = self._request(self.second, self.guardian, RequestState.SENT)
        self._sign(row)
        at = self.now - timedelta(days=2)
        document = self._document(DocumentKind.WITHDRAWAL_RECORD, "consent_request", row.id, "Record of taking back")
        db.session().add(ConsentWithdrawal(request_id=row.id, at=at, sections=["photos"], document_id=document.id))
        photos = db.session().query(ConsentDecision).filter_by(request_id=row.id, section_key="photos").one()
        photos.withdrawn_at = at
        db.flush()
        self.side.ids["taken_back_id"] = row.id

    def _document(self, kind: DocumentKind, subject_kind: str, subject_id: int, title: str) -> Document:
        """A document's row and a few bytes in its place."""
        code = crypto.code()
        digest = keep(b"%PDF-1.7 " + code.encode(), current_app.config["YOUTHPROG"].documents)
        document = Document(
            code=code,
            kind=kind,
            title=title,
            issuer="Riverton Police Youth Programs",
            sha256=digest,
            size_bytes=1000,
            pages=1,
            language="en",
            sealed=True,
            subject_kind=subject_kind,
            subject_id=subject_id,
            issued_at=self.now - timedelta(days=5),
        )
        db.session().add(document)
        db.flush()
        return document

    def _message(self, request_id: int) -> Message:
        message = Message(
            channel=Channel.EMAIL,
            kind="consent_request",
            subject_id=request_id,
            person_id=self.guardian.id,
            about_youth_id=self.child.id,
            to_name=self.guardian.name,
            to_address=f"rosa.{self.tag}@canary.example".lower(),
            language="en",
            subject=f"A form about {self.child.family_name}",
            delivery=Delivery.FAILED,
            created_at=self.now - timedelta(days=1),
            not_before_at=self.now - timedelta(days=1),
        )
        db.session().add(message)
        db.flush()
        message.seal("text_sealed", f"A form about {self.child.family_name}. Open it: http://localhost/c/none")
        message.seal("html_sealed", f"<p>A form about {self.child.family_name}</p>")
        return message

    def _certificate(self, child: Person) -> Document:
        document = self._document(DocumentKind.CERTIFICATE, "youth", child.id, "Certificate of participation")
        document.seal("holder_sealed", child.name)
        return document

    def _papers(self) -> None:
        document = self._certificate(self.child)
        self.side.ids["certificate_id"] = document.id
        self.side.words |= {
            "code": document.code,
            "documents.badges what": "issuer",
            "batches.file which": "papers.zip",
        }
        self._batch(document)
        row = PlayerRow(
            row=2, given_name="Ira", family_name=f"Import{self.tag}", born_on=self.child.born_on or self.start
        )
        reading = Reading("players.csv", headers=("First name",), mapping={"First name": "given_name"}, rows=(row,))
        upload = try_import(reading, self.season, sha256="0" * 64, by=SYSTEM, now=self.now)
        db.flush()
        self.side.ids["import_id"] = upload.id

    def _batch(self, document: Document) -> None:
        """Certificates that were printed for many, with one paper of which the file is there."""
        batch = PrintBatch(
            kind="participation", scope=f"{self.season.id}:{self.tag}", season_id=self.season.id, options={}, total=1,
            state=BatchState.DONE, asked_at=self.now, ended_at=self.now,
            expires_at=self.now + timedelta(days=14),
        )  # fmt: skip
        db.session().add(batch)
        db.flush()
        paper = PrintedPaper(
            batch_id=batch.id, subject_id=self.child.id, season_id=self.season.id, place=0, printed_at=self.now, document_id=document.id,
            seen={P.CERTIFICATE_ISSUE.key: [self.child.id]},
        )  # fmt: skip
        db.session().add(paper)
        db.flush()
        self.side.ids["batch_id"] = batch.id
        _link_id, token = issue_link(LinkPurpose.CERTIFICATE, self.guardian.id, document.id, days=90, now=self.now)
        self.side.words |= {f"certificate_links.{name} token": token for name in ("show", "file")}
        self.side.words["certificate_links.file which"] = "certificate.pdf"

    # ---- calendars ----

    def _calendars(self) -> None:
        """The guardian's calendar link, and a meeting that was moved at short notice, told and not yet seen."""
        token = crypto.token()
        feed = CalendarFeed(
            kind=FeedKind.FAMILY, person_id=self.guardian.id, token_hash=crypto.fingerprint(token), made_at=self.now
        )
        db.session().add(feed)
        db.flush()
        feed.seal("token_sealed", token)
        starts_at = self.now + timedelta(hours=20)
        moved = program_maker.make_gathering(self.group, starts_at, site_id=self.group.site_id, place="Field 1")
        moved.canceled_at, moved.canceled_reason = self.now, "The field is under water."
        db.flush()
        for person in (self.guardian, self.other, self.coach):
            notice = ChangeNotice(
                gathering_id=moved.id, person_id=person.id, leads=person is self.coach, was_starts_at=starts_at,
                was_ends_at=moved.ends_at, was_place="Field 1", was_canceled=False, noted_at=self.now, told_at=self.now,
            )  # fmt: skip
            db.session().add(notice)
        link_id, seen = issue_link(LinkPurpose.CALENDAR, self.guardian.id, moved.id, days=14, now=self.now)
        self.side.links[LinkPurpose.CALENDAR] = link_id
        self.side.ids |= {"feed_id": feed.id, "moved_id": moved.id}
        self.side.words |= {"calendar_links.fetch token": token}
        self.side.words |= {f"calendar_links.{name} token": seen for name in ("own", "say_seen", "share")}

    # ---- ways in ----

    def _accounts(self) -> None:
        leader = self._adult("Chris", f"Coordinator{self.tag}")
        self._loose(leader)
        program_id = self.season.program_id
        for role, person, program in (
            (Role.COORDINATOR, leader, program_id),
            (Role.COACH, self.coach, None),
            (Role.MENTOR, self.mentor, None),
            (Role.GUARDIAN, self.guardian, None),
        ):
            account = _account(role, person, program)
            self.side.accounts[role], self.side.people[role] = account.id, person.id
        guardian = self.side.accounts[Role.GUARDIAN]
        grant = db.session().query(RoleGrant).filter(RoleGrant.account_id == guardian).one()
        session = UserSession(
            account_id=guardian,
            token_hash=crypto.fingerprint(crypto.token()),
            created_at=self.now,
            expires_at=self.now + timedelta(hours=12),
            ip="127.0.0.1",
            user_agent="test",
        )
        db.session().add(session)
        db.flush()
        self.side.ids |= {"account_id": guardian, "grant_id": grant.id, "session_id": session.id}
        for purpose in (LinkPurpose.INVITATION, LinkPurpose.PASSWORD_RESET):
            link_id, token = issue_link(purpose, self.guardian.id, guardian, days=2, now=self.now)
            self.side.links[purpose] = link_id
            name = "welcome" if purpose is LinkPurpose.INVITATION else "reset"
            self.side.words[f"access.{name} token"] = token

    def _credentials(self) -> None:
        """What the program asks, and the coach's papers: one in force, one to be looked at, an exception to agree on."""
        asked = {
            "program_id": self.season.program_id, "asked": Asked.ALWAYS, "source": "Board of the league",
            "source_on": self.start, "added_at": self.now,
        }  # fmt: skip
        known = db.session().query(CredentialRule).filter_by(program_id=self.season.program_id).first()
        rule = known or CredentialRule(
            kind=CONCUSSION,
            name="Concussion training",
            name_es="",
            is_check=False,
            valid_months=12,
            role=ServiceRole.COACH,
            **asked,
        )
        held = Credential(
            person_id=self.coach.id, kind=CONCUSSION, is_check=False, step=Step.APPROVED,
            issued_on=self.start - timedelta(days=300), provider="County", recorded_at=self.now,
        )  # fmt: skip
        paper = Credential(
            person_id=self.coach.id, kind=CRIMINAL_CHECK, is_check=True, step=Step.PENDING, recorded_at=self.now
        )
        leader = self.side.people[Role.COORDINATOR]
        override = CredentialOverride(
            person_id=self.coach.id, kind=CRIMINAL_CHECK, program_id=self.season.program_id, ground=Ground.RESULT_LATE,
            from_on=self.start, until_on=clock.today() + timedelta(days=20), asked_by_id=leader, asked_at=self.now,
        )  # fmt: skip
        db.session().add_all([rule, held, paper, override])
        db.flush()
        self.side.ids |= {"rule_id": rule.id, "served_id": self.coach.id}
        self.side.ids |= {"credential_id": paper.id, "override_id": override.id}

    def _concern(self) -> None:
        """A concern about the first child and its mentor, and the child's own link to raise one.

        Who raised it was called otherwise then, so that a copy of the name kept anywhere else is seen.
        """
        raiser = people_maker.make_person("Raisa", f"Raiser{self.tag}")
        by = Actor("link", raiser.name, raiser.id)
        said = {"words": f"Words{self.tag}", "who": f"Whom{self.tag}", "raiser": f"Raiser{self.tag}"}
        raised = Raised(
            crypto.token()[:36], (self.child.id,), (self.mentor.id,), words=said["words"], who=said["who"]
        )  # fmt: skip
        concern = raise_concern(raised, by=by, now=self.now)
        raiser.family_name = raiser.folded_name = f"Sincethen{self.tag}"
        add_note(concern, f"Note{self.tag}", by=SYSTEM, now=self.now)
        more = {"note": f"Note{self.tag}", "raiser now": raiser.family_name}
        self.side.canaries.append(Canaries("concern", said | more))
        _link_id, token = issue_link(LinkPurpose.CONCERN, self.child.id, self.child.id, days=9, now=self.now)
        self.side.links[LinkPurpose.CONCERN] = _link_id
        self.side.ids["concern_id"] = concern.id
        self.side.words |= {f"concerns.{name} token": token for name in ("new_by_link", "create_by_link")}
        self.side.words |= {f"match_asked.{name} token": token for name in ("young", "say_young")}

    def _aliases(self) -> dict[str, int]:
        return {"contact_id": self.side.ids["emergency_id"], "document_id": self.side.ids["certificate_id"]}


def _every_phone() -> Iterator[str]:
    for number in count(0):
        yield f"+1{312 + number // 80}55501{number % 80 + 10:02}"


_phones = _every_phone()

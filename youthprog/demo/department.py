"""The plan of a whole department on one day: plain values, made in memory, the same for the same seed.

What the plan holds is loaded by load.py; the plan itself knows no database and no clock.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from youthprog.attendance.types import Mark
from youthprog.demo.cast import MENTEES, TIGERS, WORKERS
from youthprog.demo.offers import (
    ANSWER_SHARES,
    CLOCK,
    CLUB_SIZE,
    DAY_NAMES,
    LEAGUE_DIVISIONS,
    OFFERS,
    SCALES,
    SESSION_NOTES,
    TEAM_SIZE,
    TITLES,
    WORKSHOP_SIZE,
    Offer,
    season_word,
    small_wishes,
    wishes_at,
)
from youthprog.demo.people import Town, YouthPlan, season_cutoff
from youthprog.demo.places import STREETS, site_names
from youthprog.demo.plan import (
    ConsentPlan,
    Department,
    DivisionPlan,
    EnrollmentPlan,
    GatheringPlan,
    GroupPlan,
    ProgramPlan,
    SeasonPlan,
    SessionPlan,
    SitePlan,
    WorkerPlan,
)
from youthprog.demo.registers import Registers, TeamNames
from youthprog.demo.types import Activity, Answer, Duty, Size
from youthprog.mentorship.sessions.types import Activity as Deed
from youthprog.mentorship.types import DutyStatus
from youthprog.people.types import Gender
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind, StaffRole

WEEKS_BEHIND = 15
WEEKS_AHEAD = 2
SATURDAY = 5


def plan_department(size: Size, *, seed: int, today: date) -> Department:
    """Invent a department as it stands on `today`. The same size, seed and day give the same plan."""
    return _Planner(Size(size), seed, today).plan()


FEWEST_UNMATCHED, MOST_UNMATCHED, FIRST_MENTEE_AGE = 4, 12, 10


class _Planner:
    """One pass from people to marks; each step draws from its own stream, so that one may change without the others."""

    def __init__(self, size: Size, seed: int, today: date):
        self.size, self.seed, self.today = size, seed, today
        self.scale = SCALES[size]
        self.cutoff = season_cutoff(today)
        self.monday = today - timedelta(days=today.weekday())
        self.starts_on = self.monday - timedelta(weeks=WEEKS_BEHIND)
        self.ends_on = self.monday + timedelta(weeks=WEEKS_AHEAD + 1, days=5)
        self.town = Town(seed, self.cutoff, 1 if size is Size.S else self.scale.sites, self.scale.ages)
        self.workers: list[WorkerPlan] = []
        self.groups: list[GroupPlan] = []
        self.divisions: list[DivisionPlan] = []
        self.enrollments: list[EnrollmentPlan] = []

    def plan(self) -> Department:
        """Everything, step by step."""
        self.sites = self._sites()
        self._hire()
        self._settle()
        self.programs = self._programs()
        self.seasons = self._seasons()
        self._place()
        gatherings = self._gatherings()
        sessions = self._sessions(gatherings)
        made = self.town.made
        return Department(
            size=self.size,
            seed=self.seed,
            today=self.today,
            sites=self.sites,
            households=tuple(made.households),
            adults=tuple(made.adults.values()),
            youth=tuple(made.youth),
            workers=tuple(self.workers),
            programs=self.programs,
            seasons=(*self.seasons.values(), *self._coming()),
            divisions=tuple(self.divisions),
            groups=tuple(self.groups),
            enrollments=tuple(self.enrollments),
            gatherings=tuple(gatherings),
            sessions=tuple(sessions),
            consents=tuple(self._consents()),
            guardian_account_key=self.tigers[0].guardians[0].adult_key,
        )

    # People -------------------------------------------------------------------------------------------------

    def _random(self, step: str) -> Random:
        return Random(f"youthprog {step} {self.size} {self.seed}")

    def _sites(self) -> tuple[SitePlan, ...]:
        random = self._random("sites")
        return tuple(
            SitePlan(key, name, f"{random.randrange(1, 900)} {random.choice(STREETS)}, Riverton")
            for key, name in enumerate(site_names(self.scale.sites), start=1)
        )

    def _hire(self) -> None:
        """The named workers first, then staff and volunteers up to the figures of the size."""
        for worker in WORKERS:
            adult = self.town.local(worker)
            self.workers.append(WorkerPlan(adult.key, worker.duties, worker.paid, worker.account))
        staff = self.scale.staff - sum(worker.paid for worker in WORKERS)
        volunteers = self.scale.volunteers - sum(not worker.paid for worker in WORKERS)
        mentors = self.scale.mentors - sum(Duty.MENTOR in worker.duties for worker in WORKERS)
        officers = staff // 3
        for number in range(staff):
            title = "Officer" if number < officers else ""
            duty = Duty.ASSISTANT if number < officers else (Duty.CLUB, Duty.CLUB, Duty.OFFICE)[number % 3]
            self._employ(duty, paid=True, title=title)
        for number in range(volunteers):
            self._employ(Duty.MENTOR if number < mentors else Duty.COACH, paid=False)

    def _employ(self, duty: Duty, *, paid: bool, title: str = "") -> None:
        adult = self.town.stranger(title)
        self.workers.append(WorkerPlan(adult.key, (duty,), paid))

    def _doing(self, duty: Duty) -> list[int]:
        return [worker.adult_key for worker in self.workers if duty in worker.duties]

    def _settle(self) -> None:
        """The families: the named team, a sister, the named mentees, then everybody else."""
        self.tigers = self.town.named(TIGERS)
        self.sister = self.town.sibling_of(self.tigers[0], "Lucía", Gender.GIRL, 11)
        self.mentees = self.town.named(MENTEES)
        self.town.families(self.scale.youth)
        self.youth = {youth.key: youth for youth in self.town.made.youth}
        quarters = {household.key: household.quarter for household in self.town.made.households}
        self.home_site = {key: quarters[youth.household_keys[0]] % len(self.sites) for key, youth in self.youth.items()}

    # Programs -----------------------------------------------------------------------------------------------

    def _programs(self) -> tuple[ProgramPlan, ...]:
        return tuple(
            ProgramPlan(key, offer.activity, offer.kind, offer.name, offer.name_es, offer.summary, offer.summary_es)
            for key, offer in enumerate(OFFERS, start=1)
        )

    def _seasons(self) -> dict[Activity, SeasonPlan]:
        """The running season of each program. Capacity is set when places are given."""
        return {
            offer.activity: self._season(key, key, offer, self.starts_on, self.ends_on)
            for key, offer in enumerate(OFFERS, start=1)
        }

    def _coming(self) -> list[SeasonPlan]:
        """The leagues' next seasons: open for registration, nobody in them yet."""
        starts_on = self.ends_on + timedelta(weeks=2)
        ends_on = starts_on + timedelta(weeks=12)
        return [
            replace(
                self._season(key, key - len(OFFERS), OFFERS[key - len(OFFERS) - 1], starts_on, ends_on), capacity=places
            )
            for key, places in ((len(OFFERS) + 1, 160), (len(OFFERS) + 2, 23))
        ]

    def _season(self, key: int, program: int, offer: Offer, starts_on: date, ends_on: date) -> SeasonPlan:
        middle = starts_on + (ends_on - starts_on) / 2
        word, word_es = season_word(middle)
        return SeasonPlan(
            key=key,
            program_key=program,
            site_key=self.sites[offer.site % len(self.sites)].key,
            name=f"{word} {middle.year}",
            name_es=f"{word_es.capitalize()} de {middle.year}",
            starts_on=starts_on,
            ends_on=ends_on,
            registration_opens_on=min(starts_on - timedelta(weeks=8), self.today),
            registration_closes_on=ends_on,
            age_cutoff_on=self.cutoff,
            min_age=offer.min_age,
            max_age=offer.max_age,
            capacity=None,
        )

    def _place(self) -> None:
        """Give every youth a place in at least one program, then build the groups."""
        random = self._random("places")
        wishes: dict[Activity, list[YouthPlan]] = {activity: [] for activity in Activity}
        named = {youth.key for youth in (*self.tigers, self.sister, *self.mentees)}
        wishes[Activity.FOOTBALL] += self.tigers
        wishes[Activity.CLUB] += [self.sister, *self.tigers[::4]]
        wishes[Activity.ONE_TO_ONE] += [*self.mentees, self.sister]
        wish = small_wishes if self.size is Size.S else wishes_at
        for youth in self.town.made.youth:
            if youth.key not in named:
                for activity in wish(random, youth.league_age):
                    wishes[activity].append(youth)
        self._teams(Activity.FOOTBALL, wishes[Activity.FOOTBALL], random)
        self._teams(Activity.BASKETBALL, wishes[Activity.BASKETBALL], random)
        self._clubs(wishes[Activity.CLUB], random)
        self._workshop(wishes[Activity.WORKSHOP], random)
        self._pairs(wishes[Activity.ONE_TO_ONE], random)

    def _teams(self, activity: Activity, players: list[YouthPlan], random: Random) -> None:
        """Divisions by age, teams by neighborhood; the named team comes first and is complete."""
        season = self.seasons[activity]
        coaches, assistants = self._doing(Duty.COACH), self._doing(Duty.ASSISTANT)
        names = TeamNames(activity, self.sites)
        named = {youth.key for youth in self.tigers}
        for low, high in LEAGUE_DIVISIONS[activity]:
            mine = [youth for youth in players if low <= youth.league_age <= high]
            if not mine:
                continue
            division = DivisionPlan(len(self.divisions) + 1, season.key, f"Under {high + 1}", low, high)
            self.divisions.append(division)
            squads = [(0, [youth for youth in mine if youth.key in named])]
            squads += self._squads([youth for youth in mine if youth.key not in named], TEAM_SIZE[activity])
            for site, squad in squads:
                if not squad:
                    continue
                count = sum(group.kind is GroupKind.TEAM for group in self.groups)
                is_tigers = squad[0].key in named
                coach = coaches[0] if is_tigers else coaches[(count + 1) % len(coaches)]
                assistant = assistants[0] if is_tigers else assistants[(count + 1) % len(assistants)]
                leaders = ((coach, StaffRole.HEAD_COACH), (assistant, StaffRole.OFFICER))
                jerseys = tuple(player.jersey for player in TIGERS) if is_tigers else _jerseys(random, len(squad))
                self._group(
                    season,
                    site,
                    GroupKind.TEAM,
                    names.take(site, f"U{high + 1}", first=is_tigers),
                    leaders,
                    squad,
                    _team_days(
                        self.today.weekday() if is_tigers else count % 5,
                        CLOCK[count % 3],
                        0 if self.size is Size.S else count,  # the only two teams meet
                    ),
                    jerseys=jerseys,
                    division_key=division.key,
                )
        self._enroll(season, players, random)

    def _squads(self, players: list[YouthPlan], most: int) -> Iterable[tuple[int, list[YouthPlan]]]:
        by_site: dict[int, list[YouthPlan]] = defaultdict(list)
        for youth in players:
            by_site[self.home_site[youth.key]].append(youth)
        for site in sorted(by_site):
            squad = by_site[site]
            teams = -(-len(squad) // most)
            for number in range(teams):
                yield site, squad[number::teams]

    def _clubs(self, youth: list[YouthPlan], random: Random) -> None:
        season, leaders = self.seasons[Activity.CLUB], self._doing(Duty.CLUB)
        used: dict[str, int] = defaultdict(int)
        for number, (site, members) in enumerate(self._squads(youth, CLUB_SIZE)):
            days = ((1, time(16, 0), 90, GatheringKind.CLASS), (3, time(16, 0), 90, GatheringKind.CLASS))
            name = "Tuesday homework club" if number == 0 else f"Homework club, {self.sites[site].name}"
            used[name] += 1
            name = name if used[name] == 1 else f"{name} {used[name]}"
            leader = leaders[number % len(leaders)]
            self._group(season, site, GroupKind.CLASS, name, ((leader, StaffRole.LEADER),), members, days)
        self._enroll(season, youth, random)

    def _workshop(self, youth: list[YouthPlan], random: Random) -> None:
        """One class per site that wants one; whoever came last waits in line."""
        season = self.seasons[Activity.WORKSHOP]
        waiting = max(1, len(youth) // 8) if youth else 0
        inside, line = youth[: len(youth) - waiting], youth[len(youth) - waiting :]
        officers = self._doing(Duty.ASSISTANT)
        used: dict[int, int] = defaultdict(int)
        for number, (site, members) in enumerate(self._squads(inside, WORKSHOP_SIZE)):
            used[site] += 1
            name = f"Self-defense, {self.sites[site].name}" + (f" {used[site]}" if used[site] > 1 else "")
            days = ((number % 5, time(18, 0), 75, GatheringKind.CLASS),)
            self._group(
                season,
                site,
                GroupKind.CLASS,
                name,
                ((officers[number % len(officers)], StaffRole.OFFICER),),
                members,
                days,
            )
        self._enroll(season, inside, random)
        self.seasons[Activity.WORKSHOP] = replace(season, capacity=len(inside))
        for place, waiter in enumerate(line):
            asked = self.today - timedelta(days=20 - place % 20)
            self.enrollments.append(EnrollmentPlan(season.key, waiter.key, EnrollmentStatus.WAITLISTED, asked))

    def _pairs(self, youth: list[YouthPlan], random: Random) -> None:
        """One mentor with one youth, or with two or three when the mentor has room."""
        season, mentors = self.seasons[Activity.ONE_TO_ONE], self._doing(Duty.MENTOR)
        chosen = youth[: len(mentors) + -(-len(mentors) // 3)]
        for number, mentee in enumerate(chosen):
            mentor = self.town.made.adults[mentors[number % len(mentors)]]
            days = ((number % 5, time(15, 30), 60, GatheringKind.MENTORING),)
            name = f"{mentee.given} {mentee.family[:20]} & {mentor.given} {mentor.family[:20]}"[:76]
            taken = any(group.name == name for group in self.groups)
            self._group(
                season,
                self.home_site[mentee.key],
                GroupKind.MENTORING,
                f"{name} {number}" if taken else name,
                ((mentor.key, StaffRole.MENTOR),),
                [mentee],
                days,
                every_days=14 if number % 4 == 3 else 7,
            )
        unmatched = self._unmatched(youth, len(chosen))
        inside = [*chosen, *unmatched]
        self._enroll(season, inside, random)
        for waiter in youth[len(inside) :]:
            asked = self.today - timedelta(days=random.randrange(5, 60))
            self.enrollments.append(EnrollmentPlan(season.key, waiter.key, EnrollmentStatus.WAITLISTED, asked))
        self.seasons[Activity.ONE_TO_ONE] = replace(season, capacity=len(inside))

    def _unmatched(self, youth: list[YouthPlan], matched: int) -> list[YouthPlan]:
        """Who has a place and no mentor yet: matching is shown with them."""
        first = youth[matched : matched + MOST_UNMATCHED]
        keys = {each.key for each in youth}
        others = [
            each
            for each in reversed(self.town.made.youth)
            if each.key not in keys and each.league_age >= FIRST_MENTEE_AGE
        ]
        return first + others[: max(0, FEWEST_UNMATCHED - len(first))]

    def _group(
        self,
        season: SeasonPlan,
        site: int,
        kind: GroupKind,
        name: str,
        leaders: tuple[tuple[int, StaffRole], ...],
        members: list[YouthPlan],
        weekdays: tuple[tuple[int, time, int, GatheringKind], ...],
        *,
        jerseys: tuple[str, ...] = (),
        division_key: int | None = None,
        every_days: int | None = None,
    ) -> None:
        place = self.sites[site]
        self.groups.append(
            GroupPlan(
                key=len(self.groups) + 1,
                season_key=season.key,
                site_key=place.key,
                kind=kind,
                name=name,
                meets=_as_said(weekdays, place.name),
                leaders=leaders,
                members=tuple(member.key for member in members),
                jerseys=jerseys,
                division_key=division_key,
                every_days=every_days,
                weekdays=weekdays,
            )
        )

    def _enroll(self, season: SeasonPlan, youth: list[YouthPlan], random: Random) -> None:
        for member in youth:
            asked = season.starts_on - timedelta(days=random.randrange(3, 50))
            self.enrollments.append(EnrollmentPlan(season.key, member.key, EnrollmentStatus.ENROLLED, asked))

    # Meetings -----------------------------------------------------------------------------------------------

    def _gatherings(self) -> list[GatheringPlan]:
        """Weekly meetings from the newest back, so that marks end where the size's figure is reached."""
        register = Registers(self._random("marks"), self.scale.marks, self.today, self.youth)
        found: list[GatheringPlan] = []
        for week in range(WEEKS_AHEAD, -WEEKS_BEHIND - 1, -1):
            monday = self.monday + timedelta(weeks=week)
            for group in self.groups:
                for weekday, at, minutes, kind in group.weekdays:
                    on = monday + timedelta(days=weekday)
                    if group.every_days == 14 and on.isocalendar().week % 2:
                        continue
                    found.append(
                        GatheringPlan(
                            key=len(found) + 1,
                            season_key=group.season_key,
                            group_key=group.key,
                            site_key=group.site_key,
                            kind=kind,
                            title=TITLES[kind],
                            on=on,
                            at=at,
                            minutes=minutes,
                            marks=register.take(group, on),
                        )
                    )
        return [gathering for gathering in found if gathering.marks or gathering.on >= self.monday - timedelta(weeks=2)]

    def _sessions(self, gatherings: list[GatheringPlan]) -> list[SessionPlan]:
        random = self._random("sessions")
        return [
            SessionPlan(
                gathering_key=gathering.key,
                group_key=gathering.group_key,
                on=gathering.on,
                minutes=random.choice((45, 60, 60, 75, 90)),
                duty=random.choice(tuple(DutyStatus)),
                activities=tuple(random.sample(tuple(Deed), random.randrange(1, 3))),
                note=random.choice(SESSION_NOTES),
            )
            for gathering in gatherings
            if gathering.kind is GatheringKind.MENTORING
            and gathering.marks
            and gathering.marks[0][1] in (Mark.PRESENT, Mark.LATE)
        ]

    # Consent ------------------------------------------------------------------------------------------------

    def _consents(self) -> Iterable[ConsentPlan]:
        """One request for each enrolled youth and season; two when both guardians decide."""
        random = self._random("consents")
        answers, shares = [answer for answer, _ in ANSWER_SHARES], [share for _, share in ANSWER_SHARES]
        named = zip((*self.tigers, *self.mentees), (*TIGERS, *MENTEES), strict=True)
        known = {youth.key: player.answer for youth, player in named}
        for enrollment in self.enrollments:
            if enrollment.status is not EnrollmentStatus.ENROLLED:
                continue
            youth = self.youth[enrollment.youth_key]
            deciding = [guardian for guardian in youth.guardians if guardian.may_decide]
            answer = known.get(youth.key) or random.choices(answers, shares)[0]
            if answer is Answer.SECOND_GUARDIAN and len(deciding) < 2:
                answer = Answer.SENT
            yield self._consent(youth, deciding[0].adult_key, enrollment, answer, random)
            if answer is Answer.SECOND_GUARDIAN:
                yield self._consent(youth, deciding[1].adult_key, enrollment, Answer.SENT, random)

    def _consent(
        self, youth: YouthPlan, guardian: int, enrollment: EnrollmentPlan, answer: Answer, random: Random
    ) -> ConsentPlan:
        sent, until = enrollment.asked_on + timedelta(days=1), self.ends_on
        signed, asked = None, 1
        if answer in (Answer.SIGNED, Answer.NO_PHOTOS, Answer.SECOND_GUARDIAN):
            signed = sent + timedelta(days=random.randrange(0, 3))
        elif answer is Answer.EXPIRED:
            sent = self.today - timedelta(days=400)
            signed = sent + timedelta(days=2)
            until = self.today - timedelta(days=random.randrange(3, 30))
        elif answer in (Answer.SENT, Answer.OPENED):
            sent = self.today - timedelta(days=random.randrange(2, 12))
            asked = random.choice((1, 1, 2, 3))
        return ConsentPlan(youth.key, guardian, enrollment.season_key, answer, sent, until, signed, asked)


def _team_days(weekday: int, at: time, count: int) -> tuple[tuple[int, time, int, GatheringKind], ...]:
    """A practice in the week and a game on Saturday."""
    practice = (weekday if weekday != SATURDAY else 3, at, 75, GatheringKind.PRACTICE)
    return practice, (SATURDAY, (time(9, 0), time(10, 15), time(11, 30))[count % 3], 60, GatheringKind.GAME)


def _jerseys(random: Random, players: int) -> tuple[str, ...]:
    """Different numbers as text; now and then one is 0 and another 00."""
    numbers = [str(number) for number in random.sample(range(1, 60), players)]
    if players > 3 and random.random() < 0.1:
        numbers[0], numbers[1] = "0", "00"
    return tuple(numbers)


def _as_said(weekdays: tuple[tuple[int, time, int, GatheringKind], ...], place: str) -> str:
    days = " and ".join(
        f"{DAY_NAMES[day]} {at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
        for day, at, *_ in weekdays
    )
    return f"{days}, {place}"

"""The generated department: the same for the same seed, of the sizes that were promised, of the shapes that matter."""

from collections import Counter
from datetime import date
from random import Random

import phonenumbers
import pytest

from youthprog.attendance.types import Mark
from youthprog.core.text import storable
from youthprog.demo.cast import TIGERS
from youthprog.demo.department import plan_department
from youthprog.demo.names import HERITAGES
from youthprog.demo.people import birth_date, season_cutoff
from youthprog.demo.plan import Department
from youthprog.demo.types import Activity, Answer, Duty, Size
from youthprog.people.types import Relationship
from youthprog.programs.types import EnrollmentStatus, GatheringKind, GroupKind

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def small() -> Department:
    return plan_department(Size.S, seed=7, today=TODAY)


@pytest.fixture(scope="module")
def city() -> Department:
    return plan_department(Size.M, seed=7, today=TODAY)


def test_same_seed_same_department(city: Department) -> None:
    assert plan_department(Size.M, seed=7, today=TODAY) == city


def test_another_seed_other_people(city: Department) -> None:
    other = plan_department(Size.M, seed=8, today=TODAY)
    assert [youth.name for youth in other.youth] != [youth.name for youth in city.youth]


def test_people_stay_the_same_on_another_day(city: Department) -> None:
    later = plan_department(Size.M, seed=7, today=date(2027, 2, 27))
    assert later.youth == city.youth
    assert later.adults == city.adults


@pytest.mark.parametrize(
    "day", [date(2026, 2, 28), date(2028, 2, 29), date(2026, 8, 30), date(2026, 8, 31), date(2026, 12, 31)]
)
def test_any_day_of_the_year_can_be_today(day: date) -> None:
    department = plan_department(Size.S, seed=1, today=day)
    names = [(season.program_key, season.name) for season in department.seasons]
    assert len(names) == len(set(names))
    assert all(season.starts_on <= season.ends_on for season in department.seasons)


def test_the_small_department(small: Department) -> None:
    assert len(small.youth) == 25
    assert len(small.workers) == 6
    assert {duty for worker in small.workers for duty in worker.duties} >= {
        Duty.ADMIN,
        Duty.COORDINATOR,
        Duty.COACH,
        Duty.MENTOR,
    }


def test_the_city(city: Department) -> None:
    assert len(city.youth) == 2_200
    assert Counter(worker.paid for worker in city.workers) == {True: 60, False: 200}
    assert len(city.sites) == 6
    assert city.marks == 60_000


def test_the_metropolis() -> None:
    department = plan_department(Size.L, seed=7, today=TODAY)
    assert len(department.youth) == 20_000
    assert len(department.sites) == 40
    assert department.marks == 500_000


def test_the_named_team_is_the_same_for_every_seed(small: Department, city: Department) -> None:
    for department in (small, city):
        names = {youth.key: youth.name for youth in department.youth}
        tigers = next(group for group in department.groups if group.name == "Tigers U10")
        assert [names[key] for key in tigers.members] == [f"{player.given} {player.family}" for player in TIGERS]
        assert tigers.jerseys == tuple(player.jersey for player in TIGERS)


def test_the_named_team_meets_today(small: Department) -> None:
    tigers = next(group for group in small.groups if group.name == "Tigers U10")
    today = [gathering for gathering in small.gatherings if gathering.group_key == tigers.key and gathering.on == TODAY]
    assert [gathering.marks for gathering in today] == [()]


def test_every_guide_account_belongs_to_somebody(small: Department) -> None:
    assert {worker.account for worker in small.workers if worker.account} == {
        "coordinator", "coach", "mentor", "admin", "safeguarding",
    }  # fmt: skip
    children = [
        youth for youth in small.youth if small.guardian_account_key in {one.adult_key for one in youth.guardians}
    ]
    assert len(children) == 2


def test_keys_are_unique_and_lead_somewhere(city: Department) -> None:
    people = [adult.key for adult in city.adults] + [youth.key for youth in city.youth]
    assert len(people) == len(set(people))
    adults, homes = {adult.key for adult in city.adults}, {home.key for home in city.households}
    for youth in city.youth:
        assert {guardian.adult_key for guardian in youth.guardians} <= adults
        assert set(youth.household_keys) <= homes
        assert youth.guardians[0].rank == 1
    groups = {group.key for group in city.groups}
    assert {gathering.group_key for gathering in city.gatherings} <= groups


def test_contacts_are_invented_and_mails_unique(city: Department) -> None:
    mails = [adult.email for adult in city.adults if adult.email]
    assert len(mails) == len(set(mails))
    assert all(mail.endswith(".example") and mail.isascii() and " " not in mail for mail in mails)
    phones = [adult.phone for adult in city.adults if adult.phone]
    assert len(phones) == len(set(phones))
    assert all(phone[6:12] == "555-01" for phone in phones)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone, "US")) for phone in phones)


def test_names_are_of_many_kinds_and_fit_their_column(city: Department) -> None:
    names = [part for youth in city.youth for part in (youth.given, youth.family)]
    assert all(1 <= len(name) <= 80 and storable(name) and name == name.strip() and "|" not in name for name in names)
    assert any(not name.isascii() for name in names)
    assert any("-" in name for name in names)
    assert any("'" in name for name in names)
    assert any(" " in name for name in names)
    assert min(map(len, names)) <= 2
    assert max(map(len, names)) >= 30
    assert len(HERITAGES) >= 15


def test_families_have_many_shapes(city: Department) -> None:
    shapes = Counter(tuple(guardian.relationship for guardian in youth.guardians) for youth in city.youth)
    assert {
        (Relationship.MOTHER, Relationship.FATHER),
        (Relationship.MOTHER,),
        (Relationship.GRANDPARENT,),
        (Relationship.FOSTER,),
    } <= set(shapes)
    assert any(len(youth.household_keys) == 2 for youth in city.youth)
    homes = Counter(youth.household_keys[0] for youth in city.youth)
    assert max(homes.values()) >= 3


def test_a_restricted_adult_neither_decides_nor_collects(small: Department, city: Department) -> None:
    for department in (small, city):
        restricted = [youth for youth in department.youth if youth.restriction]
        assert restricted
        asked = {(consent.youth_key, consent.guardian_key) for consent in department.consents}
        for youth in restricted:
            assert youth.restriction
            assert (youth.key, youth.restriction.adult_key) not in asked
            kept_away = next(one for one in youth.guardians if one.adult_key == youth.restriction.adult_key)
            assert not kept_away.may_collect


def test_about_a_third_speak_spanish(city: Department) -> None:
    spanish = sum(youth.language == "es" for youth in city.youth)
    assert 0.25 <= spanish / len(city.youth) <= 0.36


def test_every_team_player_fits_the_division(city: Department) -> None:
    ages = {youth.key: youth.league_age for youth in city.youth}
    divisions = {division.key: division for division in city.divisions}
    for group in city.groups:
        if group.division_key:
            division = divisions[group.division_key]
            assert all(division.min_age <= ages[key] <= division.max_age for key in group.members)
            assert len(set(group.jerseys)) == len(group.members) <= 15


def test_names_of_groups_are_unique_in_a_season(city: Department) -> None:
    names = Counter((group.season_key, group.name.casefold()) for group in city.groups)
    assert max(names.values()) == 1
    assert all(len(group.name) <= 80 for group in city.groups)


def test_nobody_is_twice_in_a_season(city: Department) -> None:
    places = Counter((enrollment.season_key, enrollment.youth_key) for enrollment in city.enrollments)
    assert max(places.values()) == 1
    assert {enrollment.youth_key for enrollment in city.enrollments} == {youth.key for youth in city.youth}


def test_full_seasons_have_a_waitlist(small: Department, city: Department) -> None:
    for department in (small, city):
        waiting = [one for one in department.enrollments if one.status is EnrollmentStatus.WAITLISTED]
        seasons = {season.key: season for season in department.seasons}
        assert waiting
        for one in waiting:
            season = seasons[one.season_key]
            taken = sum(
                other.season_key == season.key and other.status is EnrollmentStatus.ENROLLED
                for other in department.enrollments
            )
            assert season.capacity == taken


def test_registers_are_of_past_meetings_of_members(city: Department) -> None:
    members = {group.key: set(group.members) for group in city.groups}
    for gathering in city.gatherings:
        if gathering.marks:
            assert gathering.on < TODAY
            assert {youth for youth, _ in gathering.marks} <= members[gathering.group_key]
    ahead = [gathering for gathering in city.gatherings if gathering.on > TODAY]
    assert ahead
    assert any(not gathering.marks and gathering.on < TODAY for gathering in city.gatherings)


def test_attendance_is_plausible(city: Department) -> None:
    marks = Counter(mark for gathering in city.gatherings for _, mark in gathering.marks)
    came = marks[Mark.PRESENT] + marks[Mark.LATE]
    assert 0.8 < came / city.marks < 0.95
    assert set(marks) == {Mark.PRESENT, Mark.LATE, Mark.ABSENT, Mark.EXCUSED}


def test_mentors_wrote_down_the_meetings_that_took_place(small: Department) -> None:
    gatherings = {gathering.key: gathering for gathering in small.gatherings}
    assert small.sessions
    assert all(gatherings[session.gathering_key].kind is GatheringKind.MENTORING for session in small.sessions)


def test_consent_stands_in_every_state(city: Department) -> None:
    answers = Counter(consent.answer for consent in city.consents)
    assert set(answers) == set(Answer)
    assert answers[Answer.SIGNED] / len(city.consents) > 0.65
    for consent in city.consents:
        assert (consent.until_on < TODAY) == (consent.answer is Answer.EXPIRED)
        assert consent.sent_on <= TODAY
        assert consent.signed_on is None or consent.sent_on <= consent.signed_on <= TODAY


def test_a_consent_is_asked_once_of_each_guardian_and_season(city: Department) -> None:
    asked = Counter((one.youth_key, one.guardian_key, one.season_key) for one in city.consents)
    assert max(asked.values()) == 1


def test_next_seasons_are_open_and_empty(small: Department) -> None:
    coming = [season for season in small.seasons if season.starts_on > TODAY]
    assert len(coming) == 2
    assert all(season.registration_opens_on <= TODAY <= season.registration_closes_on for season in coming)
    assert not {enrollment.season_key for enrollment in small.enrollments} & {season.key for season in coming}


@pytest.mark.parametrize("today", [date(2026, 8, 30), date(2026, 8, 31), date(2027, 1, 1), date(2028, 2, 29)])
def test_birth_dates_give_the_league_age_on_the_cutoff(today: date) -> None:
    cutoff = season_cutoff(today)
    assert cutoff <= today
    random = Random(3)
    for age in range(6, 18):
        for _ in range(50):
            born = birth_date(random, age, cutoff)
            assert cutoff.year - born.year - ((cutoff.month, cutoff.day) < (born.month, born.day)) == age


def test_programs_are_all_there(small: Department) -> None:
    assert {program.activity for program in small.programs} == set(Activity)
    kinds = {group.kind for group in small.groups}
    assert kinds == set(GroupKind)

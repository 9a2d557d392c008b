"""Permissions, accounts, passwords and codes, without a database: one test for each refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from youthprog.access import factors
from youthprog.access.passwords import hash_password, is_password, is_stale, refusals_to_password
from youthprog.access.roles import LABELS, LINK_GRANTS, NEEDS_FACTOR, TABLE
from youthprog.access.rules import (
    browser_of,
    grants_of,
    needs_factor,
    refusals_to_close,
    refusals_to_grant,
    refusals_to_open,
    refusals_to_reopen,
    refusals_to_reset_factor,
    refusals_to_send_link,
    refusals_to_take,
    standing_of,
)
from youthprog.access.types import AccountFacts, HeldRole, LinkPurpose, Role, Standing
from youthprog.core.actor import Grant
from youthprog.core.permissions import P, Reach
from youthprog.people.types import PersonKind

NOW = datetime(2026, 9, 17, 15, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
COACH = HeldRole(Role.COACH)
FACTS = AccountFacts(7, has_password=True, held=frozenset({COACH}))


def codes(refusals):
    return [each.code for each in refusals]


# ---- the table ----


def test_every_role_has_its_row_and_its_name():
    assert TABLE.keys() == LABELS.keys() == set(Role)


def test_the_administrator_reads_nothing_about_children():
    about_children = (
        "youth",
        "health",
        "custody",
        "contact",
        "people",
        "consent",
        "register",
        "match",
        "roster",
        "session",
    )
    assert not [each for each in TABLE[Role.ADMIN] if each.key.startswith(about_children)]


def test_only_coordinators_read_custody():
    assert [role for role in Role if P.CUSTODY_READ in TABLE[role]] == [Role.COORDINATOR]


def test_only_administrators_give_roles():
    assert [role for role in Role if P.ROLE_GRANT in TABLE[role]] == [Role.ADMIN]


def test_coach_and_mentor_read_the_alert_and_not_the_note():
    for role in (Role.COACH, Role.MENTOR):
        assert P.HEALTH_ALERT_READ in TABLE[role]
        assert P.HEALTH_READ not in TABLE[role]


def test_nobody_but_the_coordinator_reaches_children_everywhere():
    wide = {Reach.EVERYWHERE, Reach.IN_PROGRAM}
    about_children = ("youth", "health", "custody", "contact")
    for role in (Role.COACH, Role.MENTOR, Role.GUARDIAN):
        assert not [p for p, how_far in TABLE[role].items() if how_far in wide and p.key.startswith(about_children)]


def test_a_link_to_a_password_opens_nothing_else():
    assert LINK_GRANTS.get(LinkPurpose.INVITATION, {}) == LINK_GRANTS.get(LinkPurpose.PASSWORD_RESET, {}) == {}


def test_a_program_narrows_only_what_reaches_a_program():
    grants = grants_of([HeldRole(Role.COORDINATOR, 4), COACH], TABLE)
    assert set(grants[P.YOUTH_READ]) == {Grant(Reach.IN_PROGRAM, 4), Grant(Reach.ASSIGNED)}
    assert grants_of([HeldRole(Role.COORDINATOR)], TABLE)[P.YOUTH_READ] == (Grant(Reach.EVERYWHERE),)


# ---- accounts ----


def test_opening_is_for_adults():
    assert codes(refusals_to_open(PersonKind.YOUTH, "a@city.example", set())) == ["not_adult"]


def test_opening_needs_an_address():
    assert codes(refusals_to_open(PersonKind.ADULT, "", set())) == ["bad_email"]


def test_an_address_opens_one_account():
    assert codes(refusals_to_open(PersonKind.ADULT, "a@city.example", {"a@city.example"})) == ["taken"]


def test_a_person_has_one_account():
    assert codes(refusals_to_open(PersonKind.ADULT, "a@city.example", {"b@city.example"})) == ["has_account"]


def test_an_adult_with_a_free_address_gets_an_account():
    assert refusals_to_open(PersonKind.ADULT, "a@city.example", set()) == []


@pytest.mark.parametrize(
    "refusals", [refusals_to_take, refusals_to_close, refusals_to_reset_factor, refusals_to_reopen]
)
def test_nobody_does_it_to_himself(refusals):
    assert "own_account" in codes(refusals(FACTS, 7))


def test_nobody_gives_himself_a_role():
    assert codes(refusals_to_grant(FACTS, HeldRole(Role.ADMIN), 7)) == ["own_account"]


def test_a_closed_account_gets_no_role():
    assert codes(refusals_to_grant(AccountFacts(7, is_closed=True), COACH, 1)) == ["closed"]


def test_a_role_is_held_once():
    assert codes(refusals_to_grant(FACTS, COACH, 1)) == ["held"]


def test_only_a_coordinator_has_a_program():
    assert codes(refusals_to_grant(FACTS, HeldRole(Role.MENTOR, 3), 1)) == ["no_program"]
    assert refusals_to_grant(FACTS, HeldRole(Role.COORDINATOR, 3), 1) == []


def test_what_is_closed_is_not_closed_again():
    assert codes(refusals_to_close(AccountFacts(7, is_closed=True), 1)) == ["closed"]
    assert refusals_to_close(FACTS, 1) == []


def test_what_is_open_is_not_opened_again():
    assert codes(refusals_to_reopen(FACTS, 1)) == ["open"]
    assert refusals_to_reopen(AccountFacts(7, is_closed=True), 1) == []


def test_a_closed_account_is_sent_no_link():
    assert codes(refusals_to_send_link(AccountFacts(7, is_closed=True))) == ["closed"]
    assert refusals_to_send_link(FACTS) == []


def test_what_is_not_there_is_not_taken_off():
    assert codes(refusals_to_reset_factor(FACTS, 1)) == ["no_factor"]
    assert refusals_to_reset_factor(AccountFacts(7, has_factor=True), 1) == []


def test_a_role_can_be_taken_by_another():
    assert refusals_to_take(FACTS, 1) == []


@pytest.mark.parametrize(
    ("roles", "is_demo", "has_factor", "needed"),
    [
        ({Role.ADMIN}, False, False, True),
        ({Role.COORDINATOR, Role.COACH}, False, False, True),
        ({Role.ADMIN}, True, False, False),
        ({Role.COACH}, False, False, False),
        ({Role.COACH}, False, True, True),
        ({Role.COACH}, True, True, False),
        (set(), False, False, False),
    ],
)
def test_who_needs_a_second_factor(roles, is_demo, has_factor, needed):
    assert needs_factor(roles, NEEDS_FACTOR, is_demo=is_demo, has_factor=has_factor) is needed


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ({"is_closed": True}, Standing.CLOSED),
        ({"has_password": False}, Standing.UNINVITED),
        ({"has_password": False, "is_invited": True}, Standing.INVITED),
        ({"needs_factor": True}, Standing.UNPROTECTED),
        ({"needs_factor": True, "has_factor": True}, Standing.OPEN),
        ({}, Standing.OPEN),
    ],
)
def test_how_far_an_account_has_come(facts, standing):
    usual = {"is_closed": False, "has_password": True, "is_invited": False, "has_factor": False, "needs_factor": False}
    assert standing_of(**(usual | facts)) is standing


@pytest.mark.parametrize(
    ("says", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/138.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/138.0 Safari/537.36 Edg/138.0", "Edge, Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_in_words(says, shown):
    assert browser_of(says) == shown


# ---- passwords ----


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Ngựa chạy qua cầu dài",
        "我喜欢在河边骑自行车和朋友们一起唱歌",
        "x7#kQ!pL2vR9@wTz",
    ],
)
def test_a_long_phrase_will_do(password):
    assert refusals_to_password(password, least=15) == []


def test_short_is_refused():
    assert codes(refusals_to_password("seven77", least=8)) == ["too_short"]
    assert codes(refusals_to_password("fourteen chars", least=15)) == ["too_short"]


def test_over_long_is_refused():
    assert codes(refusals_to_password("long " * 26, least=8)) == ["too_long"]


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "Password12345678", "aaaaaaaaaaaaaaaa", "abababababababab", "abcdefghijklmnopq",
        "12345678901234567", "zyxwvutsrqponmlkj", "football-coach-2026", "Contraseña-secreta-1", "!!!!!!!!!!!!!!!!!!",
        "qwertyuiopasdfgh", "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",
    ],
)  # fmt: skip
def test_the_first_guesses_are_refused(password):
    assert codes(refusals_to_password(password, least=8)) == ["too_easy"]


def test_ones_own_words_are_refused():
    own = ["Alicia", "Moreno", "alicia", "moreno", "city", "example"]
    assert codes(refusals_to_password("Alicia Moreno 1985", least=8, own_words=own)) == ["too_easy"]
    assert refusals_to_password("Alicia Moreno swims at dawn", least=8, own_words=own) == []


def test_the_same_letters_from_another_keyboard_fit():
    assert is_password(hash_password("ni\u00f1os y monta\u00f1as"), "nin\u0303os y montan\u0303as")


def test_a_hash_tells_nothing_and_fits_only_its_password():
    stored = hash_password("three green bicycles")
    assert stored != hash_password("three green bicycles")
    assert is_password(stored, "three green bicycles")
    assert not is_password(stored, "three green bicycle")
    assert not is_password(None, "nobody has this password")
    assert not is_password("not a hash", "x")
    assert not is_stale(stored)


# ---- codes ----


def step(at):
    return int(at.timestamp()) // factors.STEP_SECONDS


def code(at):
    return pyotp.TOTP(SECRET).at(at)


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_fits_around_its_time(seconds):
    at = NOW + timedelta(seconds=seconds)
    assert factors.matching_step(SECRET, code(at), NOW, None) == step(at)


@pytest.mark.parametrize("seconds", [-90, 90, 3600])
def test_a_code_of_another_time_does_not(seconds):
    assert factors.matching_step(SECRET, code(NOW + timedelta(seconds=seconds)), NOW, None) is None


def test_a_step_passes_once():
    assert factors.matching_step(SECRET, code(NOW), NOW, step(NOW)) is None
    assert factors.matching_step(SECRET, code(NOW), NOW, step(NOW) - 1) == step(NOW)


def test_codes_for_paper_are_many_and_hashed_for_their_account():
    fresh = factors.new_recovery_codes()
    assert len(set(fresh)) == factors.RECOVERY_CODES
    typed = factors.in_fours(fresh[0], "-").lower()
    assert factors.recovery_hash(1, typed) == factors.recovery_hash(1, fresh[0]) != factors.recovery_hash(2, fresh[0])


def test_the_offered_secret_belongs_to_the_session_and_the_key():
    offered = factors.pending_secret("key", "token")
    assert offered == factors.pending_secret("key", "token")
    assert len({offered, factors.pending_secret("key", "other"), factors.pending_secret("other", "token")}) == 3
    assert len(offered) == 32


def test_the_picture_is_drawn_without_style():
    drawn = factors.picture(factors.uri(SECRET, "a@city.example", "Riverton Police"))
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert "<script" not in drawn

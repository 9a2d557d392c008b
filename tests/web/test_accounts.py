"""Accounts and roles, as an administrator keeps them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.makers.accounts import PASSWORD, make_account, session_cookie
from tests.makers.people import make_contacts, make_person
from tests.makers.programs import make_program
from tests.support.pages import Browser
from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.core import clock
from youthprog.people.models import Person

NEW = {
    "given_name": "Thảo My",
    "family_name": "Nguyễn",
    "email": "Thao.My@city.example",
    "language": "en",
    "role": "mentor",
}


@pytest.fixture
def admin(session):
    account = make_account(Role.ADMIN)
    session.commit()
    return account


@pytest.fixture
def coach(session):
    account = make_account(Role.COACH)
    session.commit()
    return account


def test_the_list_shows_everybody(visitor, admin, coach):
    page = visitor.sign_in(admin).get("/accounts")
    assert admin.email in page.text
    assert coach.email in page.text


def test_the_list_is_searched_by_name_and_address(visitor, admin, coach):
    page = visitor.sign_in(admin).get("/accounts?find=" + coach.email[:8])
    assert coach.email in page.text
    assert admin.email not in page.text
    assert "Nobody fits" in visitor.get("/accounts?find=%25").text


def test_the_list_goes_on(visitor, admin):
    for _ in range(55):
        make_account(Role.GUARDIAN)
    page = visitor.sign_in(admin).get("/accounts")
    following = visitor.get(page.link("Next page"))
    shown = [a.get("href", "") for each in (page, following) for a in each.all("a")]
    accounts = [href for href in shown if href.removeprefix("/accounts/").isdigit()]
    assert len(accounts) == len(set(accounts)) == 56


def test_the_list_takes_as_many_statements_for_one_as_for_twenty(visitor, admin, statements):
    visitor.sign_in(admin).get("/accounts")
    statements.clear()
    visitor.get("/accounts")
    few = len(statements)
    for _ in range(20):
        make_account(Role.COACH)
    visitor.get("/accounts")
    statements.clear()
    visitor.get("/accounts")
    assert len(statements) == few


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COACH, Role.MENTOR, Role.GUARDIAN])
def test_nobody_else_finds_these_pages(visitor, session, admin, role):
    visitor.sign_in(make_account(role))
    for address in ("/accounts", "/accounts/new", f"/accounts/{admin.id}", "/audit"):
        assert visitor.raw(address).status_code == 404


def test_an_unknown_account_is_not_found(visitor, admin):
    visitor.sign_in(admin)
    for address in (
        "/accounts/999999",
        "/accounts/9223372036854775807",
        "/accounts/9223372036854775808",
        "/accounts/0",
    ):
        assert visitor.raw(address).status_code == 404


def test_a_new_account_is_invited(visitor, admin, session):
    visitor.sign_in(admin).post("/accounts/new", NEW, form_from="/accounts/new")
    assert visitor.page.h1 == "Hand this link over"  # no mail server in the tests
    account = session.scalars(sa.select(Account).where(Account.email == "thao.my@city.example")).one()
    assert account.password_hash is None
    assert not account.is_demo
    assert "/welcome/" in visitor.page.text
    assert "Invited" in visitor.get(f"/accounts/{account.id}").text


def test_a_guardian_of_the_same_name_and_address_becomes_the_account(visitor, admin, session):
    known = make_person("Thảo My", "Nguyễn")
    make_contacts(known, "thao.my@city.example")
    visitor.sign_in(admin).post("/accounts/new", NEW, form_from="/accounts/new")
    assert (
        session.scalars(sa.select(Account.person_id).where(Account.email == "thao.my@city.example")).one() == known.id
    )


def test_another_name_at_a_shared_address_is_another_person(visitor, admin, session):
    known = make_person("Văn Hòa", "Nguyễn")
    make_contacts(known, "thao.my@city.example")
    visitor.sign_in(admin).post("/accounts/new", NEW, form_from="/accounts/new")
    assert (
        session.scalars(sa.select(Account.person_id).where(Account.email == "thao.my@city.example")).one() != known.id
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"}, {"email": ""}, {"given_name": ""}, {"family_name": "x" * 81}, {"role": ""},
        {"role": "chief"}, {"program_id": "999"}, {"language": "xx"}, {"given_name": "a\x00b"}, {"email": "ü" * 260},
    ],
)  # fmt: skip
def test_a_faulty_new_account_is_refused_and_nothing_kept(visitor, admin, session, wrong):
    people = session.scalar(sa.select(sa.func.count()).select_from(Person))
    visitor.sign_in(admin).post("/accounts/new", {**NEW, **wrong}, status=422, form_from="/accounts/new")
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == people


def test_an_address_has_one_account(visitor, admin, coach, session):
    people = session.scalar(sa.select(sa.func.count()).select_from(Person))
    visitor.sign_in(admin).post("/accounts/new", {**NEW, "email": coach.email}, status=422, form_from="/accounts/new")
    assert "There is an account with this address already." in visitor.page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == people


def test_a_program_is_for_coordinators(visitor, admin, session):
    program = make_program()
    visitor.sign_in(admin)
    visitor.post("/accounts/new", {**NEW, "program_id": str(program.id)}, status=422, form_from="/accounts/new")
    assert "Only a coordinator is given a program." in visitor.page.text
    visitor.post("/accounts/new", {**NEW, "role": "coordinator", "program_id": str(program.id)})
    assert (
        session.scalars(sa.select(RoleGrant.program_id).where(RoleGrant.role == Role.COORDINATOR)).one() == program.id
    )


def open_page(visitor, admin, account):
    visitor.sign_in(admin)
    return visitor.get(f"/accounts/{account.id}")


def test_a_role_is_given_and_taken(visitor, admin, coach, session, app):
    open_page(visitor, admin, coach)
    visitor.post(f"/accounts/{coach.id}/roles", {"role": "mentor"})
    assert "The role is given." in visitor.page.text
    other = Browser(app, app.response_class, use_cookies=True)
    token = session_cookie(coach)
    with other.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert other.get("/account").status_code == 200
    grant = session.scalars(sa.select(RoleGrant.id).where(RoleGrant.role == Role.MENTOR)).one()
    visitor.post(f"/accounts/{coach.id}/roles/{grant}/take")
    assert other.get("/account").status_code == 303
    assert "Take it away coach" in visitor.page.text
    assert "Take it away mentor" not in visitor.page.text


def test_a_role_is_given_once(visitor, admin, coach):
    open_page(visitor, admin, coach)
    visitor.post(f"/accounts/{coach.id}/roles", {"role": "coach"}, status=422)
    assert "This account has that role already." in visitor.page.text


def test_nobody_gives_himself_a_role(visitor, admin, session):
    open_page(visitor, admin, admin)
    visitor.post(f"/accounts/{admin.id}/roles", {"role": "coordinator"}, status=422)
    assert session.scalar(sa.select(sa.func.count()).select_from(RoleGrant)) == 1


def test_nobody_takes_his_own_role(visitor, admin, session):
    open_page(visitor, admin, admin)
    grant = session.scalars(sa.select(RoleGrant.id).where(RoleGrant.account_id == admin.id)).one()
    visitor.post(f"/accounts/{admin.id}/roles/{grant}/take", status=422)


def test_nobody_closes_himself(visitor, admin, session):
    open_page(visitor, admin, admin)
    visitor.post(f"/accounts/{admin.id}/close", status=422)
    assert session.get(Account, admin.id, populate_existing=True).closed_at is None


def test_somebody_elses_role_is_not_found_under_this_account(visitor, admin, coach, session):
    mentor = make_account(Role.MENTOR)
    grant = session.scalars(sa.select(RoleGrant.id).where(RoleGrant.account_id == mentor.id)).one()
    open_page(visitor, admin, coach)
    visitor.post(f"/accounts/{coach.id}/roles/{grant}/take", status=404)


def test_closing_ends_everything_and_opening_needs_a_new_password(visitor, admin, coach, session):
    open_page(visitor, admin, coach)
    visitor.post(f"/accounts/{coach.id}/invite")
    link = next(word for word in visitor.page.text.split() if "/reset/" in word)
    visitor.get(f"/accounts/{coach.id}")
    visitor.post(f"/accounts/{coach.id}/close")
    assert "Account closed" in visitor.page.text
    guest = type(visitor)(visitor.app)
    guest.get("/" + link.split("/", 3)[3], status=404)
    guest.post("/sign-in", {"email": coach.email, "password": PASSWORD}, status=422, form_from="/sign-in")
    visitor.post(f"/accounts/{coach.id}/close", status=422)
    visitor.get(f"/accounts/{coach.id}")
    visitor.post(f"/accounts/{coach.id}/reopen")
    assert session.get(Account, coach.id, populate_existing=True).password_hash is None
    visitor.post(f"/accounts/{coach.id}/reopen", status=422)


def test_a_closed_account_is_not_invited(visitor, admin, coach, session):
    coach.closed_at = clock.now()
    open_page(visitor, admin, admin)
    visitor.post(f"/accounts/{coach.id}/invite", status=422)


def test_a_closed_account_is_given_no_role(visitor, admin, coach):
    coach.closed_at = clock.now()
    open_page(visitor, admin, admin)
    visitor.post(f"/accounts/{coach.id}/roles", {"role": "mentor"}, status=422)


def test_a_second_factor_is_taken_off(visitor, admin, coach, session):
    open_page(visitor, admin, coach)
    visitor.post(f"/accounts/{coach.id}/reset-factor", status=422)
    coach.seal("totp_sealed", "JBSWY3DPEHPK3PXP")
    coach.totp_confirmed_at = clock.now()
    visitor.get(f"/accounts/{coach.id}")
    visitor.post(f"/accounts/{coach.id}/reset-factor")
    assert session.get(Account, coach.id, populate_existing=True).totp_sealed is None


def test_a_demoted_administrator_can_do_nothing_more(visitor, admin, coach, session):
    open_page(visitor, admin, coach)
    for grant in session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == admin.id)):
        session.delete(grant)
    visitor.post(f"/accounts/{coach.id}/close", status=404)


def test_each_deed_has_its_line(visitor, admin, coach, session):
    open_page(visitor, admin, coach)
    visitor.post(f"/accounts/{coach.id}/roles", {"role": "mentor"})
    visitor.post(f"/accounts/{coach.id}/close")
    lines = session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_account_id).order_by(AuditEntry.number.desc()).limit(2)
    ).all()
    assert lines == [("account.closed", admin.id), ("role.granted", admin.id)]


def test_pages_are_translated(visitor, admin, coach):
    visitor.sign_in(admin).get("/language/es?next=/accounts")
    assert visitor.page.h1 == "Cuentas"
    assert visitor.get("/accounts/new").h1 == "Cuenta nueva"
    assert "Funciones" in visitor.get(f"/accounts/{coach.id}").text

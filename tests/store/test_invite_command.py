"""`youthprog invite`, on both engines: the first way in, and a fresh one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.programs import make_program
from youthprog.access import commands
from youthprog.access.models import Account, RoleGrant
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.cli import main
from youthprog.people.models import Person

ADA = ("ada@city.example", "--role", "admin", "--given", "Ada", "--family", "Okafor")


@pytest.fixture
def youthprog(app, session, monkeypatch, capsys) -> Any:
    """Runs a command on the test's installation; returns exit code, output and errors."""
    monkeypatch.setattr(commands, "create_app", lambda: app)

    def run(*arguments: str) -> tuple[int, str, str]:
        session.commit()
        code = main(["invite", *arguments])
        said = capsys.readouterr()
        session.rollback()
        return code, said.out, said.err

    return run


def test_the_first_administrator_comes_in_through_the_printed_link(youthprog, session, visitor):
    code, out, err = youthprog(*ADA)
    assert (code, err) == (0, "")
    account = session.scalars(sa.select(Account)).one()
    assert account.email == "ada@city.example"
    assert account.password_hash is None
    assert session.scalars(sa.select(RoleGrant.role)).all() == [Role.ADMIN]
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert {"account.opened", "role.granted", "account.invited"} <= actions
    session.rollback()
    path = urlsplit(out.strip()).path
    assert path.startswith("/welcome/")
    assert visitor.get(path).form()


def test_an_account_that_is_here_is_not_opened_twice(youthprog, session):
    youthprog(*ADA)
    code, out, err = youthprog(*ADA)
    assert (code, out) == (1, "")
    assert err == ("youthprog invite: ada@city.example has an account already; --again makes a fresh link for it.\n")
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_again_makes_a_fresh_link_of_the_kind_the_account_needs(youthprog, session):
    _code, first, _err = youthprog(*ADA)
    _code, second, _err = youthprog("ada@city.example", "--again")
    assert "/welcome/" in second
    assert second != first
    coach = make_account(Role.COACH)
    _code, reset, _err = youthprog(coach.email, "--again")
    assert "/reset/" in reset
    code, _out, err = youthprog("nobody@city.example", "--again")
    assert (code, err) == (1, "youthprog invite: nobody has an account with nobody@city.example.\n")


def test_what_is_missing_or_wrong_is_said_in_one_sentence(youthprog, session):
    program = make_program()
    cases = {
        ("ada@city.example", "--role", "admin"): "say also --given and --family.",
        ("ada", *ADA[1:]): "'ada' is no mail address; write all of it, like ada@city.example.",
        (*ADA, "--program", "99"): f"there is no program 99; there are: {program.id} ({program.name}).",
        (*ADA, "--program", str(program.id)): "Only a coordinator is given a program. Leave it empty.",
    }
    for arguments, sentence in cases.items():
        assert youthprog(*arguments) == (1, "", f"youthprog invite: {sentence}\n")
    assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_a_coordinator_can_be_invited_for_one_program(youthprog, session):
    program = make_program()
    code, _out, err = youthprog(*ADA[:2], "coordinator", *ADA[3:], "--program", str(program.id), "--language", "es")
    assert (code, err) == (0, "")
    assert session.scalars(sa.select(RoleGrant.program_id)).all() == [program.id]
    assert session.scalars(sa.select(Person.language)).all() == ["es"]

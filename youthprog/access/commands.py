"""`youthprog invite`: a way in from the machine itself, for the first administrator and for whoever is locked out."""

import argparse

from flask import current_app

from youthprog import create_app
from youthprog.access import accounts, queries
from youthprog.access.models import Account
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.people.rules import normal_email
from youthprog.web.language import LANGUAGES

OPERATOR = Actor(SYSTEM.kind, SYSTEM.name, grants={P.PROGRAM_READ: (Grant(Reach.EVERYWHERE),)})


class CannotInvite(Exception):
    """Nobody can be invited so. Says why in one sentence."""


def invite_arguments(parser: argparse.ArgumentParser) -> None:
    """Who, as what, and where."""
    parser.add_argument("email", metavar="EMAIL", help="the address this person signs in with")
    parser.add_argument("--role", choices=[role.value for role in Role], help="what this person is")
    parser.add_argument("--given", metavar="NAME", help="given name")
    parser.add_argument("--family", metavar="NAME", help="family name")
    parser.add_argument("--program", type=int, metavar="N", help="a coordinator's one program; without it, all")
    parser.add_argument("--language", choices=list(LANGUAGES), default="en", help="of this person's pages and mails")
    parser.add_argument("--again", action="store_true", help="a fresh link for an account that is here already")


def invite_run(args: argparse.Namespace) -> int:
    """Open an account and print the link that sets its first password; it works once, for three days."""
    app = create_app()
    with app.app_context():
        link = _fresh_link(args.email) if args.again else _first_link(args)
        db.session().commit()
    print(link)
    return 0


def _first_link(args: argparse.Namespace) -> str:
    missing = [f"--{name}" for name in ("role", "given", "family") if not getattr(args, name)]
    if missing:
        raise CannotInvite(f"say also {' and '.join(missing)}.")
    if queries.find_account(args.email) is not None:
        raise CannotInvite(f"{args.email} has an account already; --again makes a fresh link for it.")
    if not normal_email(args.email):
        raise CannotInvite(f"{args.email!r} is no mail address; write all of it, like ada@city.example.")
    programs = {each.program_id: each.name for each in queries.list_programs(OPERATOR)}
    if args.program is not None and args.program not in programs:
        known = ", ".join(f"{key} ({name})" for key, name in programs.items()) or "none yet"
        raise CannotInvite(f"there is no program {args.program}; there are: {known}.")
    account = accounts.open_with_role(
        args.given,
        args.family,
        args.email,
        language=args.language,
        role=Role(args.role),
        program_id=args.program,
        by=OPERATOR,
        now=clock.now(),
    )
    return _invitation(account)


def _fresh_link(email: str) -> str:
    account = queries.find_account(email)
    if account is None:
        raise CannotInvite(f"nobody has an account with {email}.")
    if account.password_hash is None:
        return _invitation(account)
    return _address("access.reset", accounts.send_new_password(account, by=OPERATOR, now=clock.now()))


def _invitation(account: Account) -> str:
    return _address("access.welcome", accounts.invite(account, by=OPERATOR, now=clock.now()))


def _address(endpoint: str, token: str) -> str:
    settings = current_app.config["YOUTHPROG"]
    path = current_app.url_map.bind(settings.host).build(endpoint, {"token": token})
    return f"{settings.public_url.rstrip('/')}{path}"

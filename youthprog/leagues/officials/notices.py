"""Letters to those who serve at games: one a person for each deed, whatever it changed for them.

A letter says which games somebody is on for or no longer on for, never why: a reason may be a child's. Beside each game
stands a link by which whoever holds the letter gives that one place back, without an account, until the game begins.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.core.refusals import NotFound
from youthprog.leagues.officials import queries
from youthprog.leagues.officials.models import Duty, DutyRole
from youthprog.leagues.officials.queries import GameRow
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.types import ContactKind

KIND, LETTER = "duty_changed", "leagues/mail/duty"
CODE_LENGTH = 32  # 128 bits, written in sixteen letters


@dataclass(frozen=True)
class Change:
    """Somebody is on for a game in a role, or no longer."""

    person_id: int
    fixture_id: int
    role_id: int
    is_on: bool


def tell(changes: Iterable[Change], *, by: Actor, now: datetime) -> int:
    """Write one letter to each person the changes are about, and who has an address. Returns how many letters."""
    of: dict[int, list[Change]] = {}
    for change in changes:
        if change.person_id != by.person_id:  # whoever did it knows
            of.setdefault(change.person_id, []).append(change)
    if not of:
        return 0
    games = {
        game.fixture_id: game for game in queries.games_of({each.fixture_id for all_ in of.values() for each in all_})
    }
    contacts, written = people.contacts_of(of), 0
    for person_id, mine in of.items():
        address = next((each for each in contacts.get(person_id, ()) if each.kind is ContactKind.EMAIL), None)
        person = people.find_person(person_id)
        if address is None or person is None:
            continue
        spoken = person.language
        base = str(current_app.config["YOUTHPROG"].public_url).rstrip("/")
        values = {
            "name": person.first_name,
            "on": [
                _line(each, games, spoken) | {"decline": f"{base}/duty/{code_of(duty_id)}"}
                for each in mine
                if each.is_on and (duty_id := _duty_of(each, games))
            ],
            "off": [_line(each, games, spoken) for each in mine if not each.is_on],
            "link": f"{base}/my-games",
        }
        to = Recipient(person.name, address.value, spoken, person.id, address.contact_id)
        outreach.send(KIND, LETTER, to=to, subject_id=mine[0].fixture_id, values=values, by=by, now=now)
        written += 1
    return written


def _duty_of(change: Change, games: dict[int, GameRow]) -> int | None:
    role = games[change.fixture_id].role(change.role_id)
    on = role.on if role is not None else ()
    return next((duty_id for duty_id, person_id, _name in on if person_id == change.person_id), None)


def code_of(duty_id: int) -> str:
    """What the link in a letter ends with: the place, and a proof that this installation wrote it."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    proof = hmac.new(secret, f"duty link:{duty_id}".encode(), hashlib.sha256).hexdigest()[:CODE_LENGTH]
    return f"{duty_id}-{proof}"


def get_duty_by(code: str, now: datetime) -> Duty:
    """The place that the link of a letter gives back, while somebody is on there and the game has not begun.

    Raises `NotFound` for anything else.
    """
    duty_id = db.key_in(code.partition("-")[0])
    if duty_id is None or not hmac.compare_digest(code.encode(), code_of(duty_id).encode()):
        raise NotFound
    return queries.get_coming_duty(duty_id, now)


def _line(change: Change, games: dict[int, GameRow], spoken: str) -> dict[str, Any]:
    game = games[change.fixture_id]
    role = db.session().get_one(DutyRole, change.role_id)
    named = role.name_es if spoken == "es" and role.name_es else role.name
    return {"role": named, "game": game.title, "where": game.where, "starts_at": game.starts_at}

"""Letters to those who serve at games: one a person for each deed, whatever it changed for them.

A letter says which games somebody is on for or no longer on for, never why: a reason may be a child's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from youthprog.core import db
from youthprog.core.actor import Actor
from youthprog.leagues.officials import queries
from youthprog.leagues.officials.models import DutyRole
from youthprog.leagues.officials.queries import GameRow
from youthprog.outreach import services as outreach
from youthprog.outreach.types import Recipient
from youthprog.people import queries as people
from youthprog.people.types import ContactKind

KIND, LETTER = "duty_changed", "leagues/mail/duty"


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
        values = {
            "name": person.first_name,
            "on": [_line(each, games, spoken) for each in mine if each.is_on],
            "off": [_line(each, games, spoken) for each in mine if not each.is_on],
            "link": str(current_app.config["YOUTHPROG"].public_url).rstrip("/") + "/my-games",
        }
        to = Recipient(person.name, address.value, spoken, person.id, address.contact_id)
        outreach.send(KIND, LETTER, to=to, subject_id=mine[0].fixture_id, values=values, by=by, now=now)
        written += 1
    return written


def _line(change: Change, games: dict[int, GameRow], spoken: str) -> dict[str, Any]:
    game = games[change.fixture_id]
    role = db.session().get_one(DutyRole, change.role_id)
    named = role.name_es if spoken == "es" and role.name_es else role.name
    return {"role": named, "game": game.title, "where": game.where, "starts_at": game.starts_at}

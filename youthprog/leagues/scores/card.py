"""The card of a game, from both lists as its reader may see them to a printed sheet. Services floor: it prints."""

from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app

from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.clearance import not_cleared
from youthprog.core.permissions import P
from youthprog.documents.services import letterhead, print_sheet
from youthprog.documents.types import GameCard, GameCardRow, GameCardTeam, Language, Paper, Signatory
from youthprog.leagues.models import Team
from youthprog.leagues.officials import queries as officials
from youthprog.leagues.printing.rules import held_for
from youthprog.leagues.queries import jersey_order
from youthprog.leagues.scores import queries, services
from youthprog.leagues.season.models import Fixture
from youthprog.people import queries as people
from youthprog.programs import queries as programs

MOST_OFFICIALS = 2


def print_card(
    actor: Actor, fixture: Fixture, *, now: datetime, language: str, paper: Paper = Paper.LETTER
) -> tuple[bytes, int]:
    """A game's card as PDF, and how many players are on it. A coach's has the own list, and lines for the other's.

    Whoever is not cleared on the day is struck, with the class of the reason alone: families read the card. Where the
    division keeps no scores, the card has no place for one.
    """
    sheet = card_of(actor, fixture, now=now, language=language, paper=paper)
    return print_sheet(sheet, now=now), len(sheet.home.rows) + len(sheet.away.rows)


def card_of(actor: Actor, fixture: Fixture, *, now: datetime, language: str, paper: Paper = Paper.LETTER) -> GameCard:
    """The values of the card."""
    season = fixture.division.season
    spanish, zone = language == "es", clock.zone()
    keeps = bool(queries.keeping_score([fixture.division_id]))
    rows = queries.entries_of([fixture.id]).get(fixture.id, [])
    is_open = keeps and not queries.facts_of(fixture, rows, now).result.is_final
    program, name = (season.program.name_es, season.name_es) if spanish else (season.program.name, season.name)
    public = urlsplit(current_app.config["YOUTHPROG"].public_url)
    return GameCard(
        letterhead=letterhead(),
        home=_side(actor, fixture, fixture.home, fixture.home_gathering_id),
        away=_side(actor, fixture, fixture.away, fixture.away_gathering_id),
        starts_at=fixture.starts_at.astimezone(zone),
        field=f"{fixture.venue.site.name}, {fixture.venue.name}",
        division=fixture.division.name,
        season=f"{program} · {name}",
        printed_at=now.astimezone(zone),
        code=(services.find_code(fixture, now) or "") if is_open else "",
        address=f"{public.netloc}/g",
        keeps_score=keeps,
        language=Language(language),
        paper=paper,
        officials=_officials(fixture, language),
    )


def _officials(fixture: Fixture, language: str) -> tuple[Signatory, ...]:
    """Who serves at the game, with the role; as many as there are lines for."""
    game = officials.find_game(fixture.id)
    places = game.places if game is not None else ()
    on = [Signatory(name, place.named(language)) for place in places for _duty, _person, name in place.on]
    return tuple(on[:MOST_OFFICIALS])


def _side(actor: Actor, fixture: Fixture, team: Team, gathering_id: int | None) -> GameCardTeam:
    day = clock.day_of(fixture.starts_at)
    members = programs.members_of(team.group_id, day)
    reached = people.reachable(actor, P.ROSTER_PRINT, [member.youth_id for member in members], clock.today())
    shown = sorted((member for member in members if member.youth_id in reached), key=jersey_order)
    held = not_cleared([member.youth_id for member in shown], fixture.season_id, day, gathering_id=gathering_id)
    names = queries.names_of([member.youth_id for member in shown])
    staff = programs.staff_of([team.group_id], day).get(team.group_id, [])
    return GameCardTeam(
        team.group.name,
        staff[0].name if staff else "",
        tuple(
            GameCardRow(
                member.jersey or "",
                *names[member.youth_id],
                held=held_for(reason.code for reason in held.get(member.youth_id, ())),
            )
            for member in shown
        ),
    )

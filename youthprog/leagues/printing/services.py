"""From what a reader may see to a printed paper of a team or a season. Services floor: it prints."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from youthprog.core import clock
from youthprog.documents.services import letterhead, print_sheet
from youthprog.documents.types import (
    BinderContact,
    BinderRow,
    EmergencyBinder,
    Language,
    Paper,
    PlayerCard,
    PlayerCards,
    PublicRoster,
    PublicRow,
    ScheduledGame,
    ScheduleOrder,
    SeasonSchedule,
)
from youthprog.leagues.printing import queries
from youthprog.leagues.printing.queries import BinderEntry
from youthprog.leagues.queries import Roster, TeamHead
from youthprog.leagues.season.queries import GameLine, moment_of
from youthprog.people.rules import age_on
from youthprog.people.types import Relationship
from youthprog.programs.models import Season

Phone = Callable[[str | None], str]
"""Writes a number as people read it."""
Relation = Callable[[Relationship], str]
"""What somebody is to the child, in the language of the sheet."""


def print_public(team: TeamHead, roster: Roster, *, now: datetime, language: str, paper: Paper) -> bytes:
    """The roster that anybody may read, as PDF: numbers and names, no surname where the family asked for that."""
    return print_sheet(public_sheet(team, roster, now=now, language=language, paper=paper), now=now)


def public_sheet(team: TeamHead, roster: Roster, *, now: datetime, language: str, paper: Paper) -> PublicRoster:
    """The values of the team roster."""
    hidden = queries.surnames_hidden([player.youth_id for player in roster.players])
    return PublicRoster(
        letterhead=letterhead(),
        team=team.name,
        season=season_of(team, language),
        division=team.division,
        coach=team.staff[0].name if team.staff else "",
        practice=team.meets or "",
        printed_at=now.astimezone(clock.zone()),
        rows=tuple(
            PublicRow(
                player.jersey or "",
                player.given_name,
                "" if player.youth_id in hidden else player.family_name,
            )
            for player in roster.players
        ),
        language=Language(language),
        paper=paper,
    )


def print_player_cards(team: TeamHead, roster: Roster, *, now: datetime, language: str, paper: Paper) -> bytes:
    """A team's player cards as PDF, ten to a sheet."""
    sheet = PlayerCards(
        letterhead=letterhead(),
        team=team.name,
        division=team.division,
        season=team.season_es if language == "es" else team.season,
        valid_until=team.season_ends_on,
        rows=tuple(
            PlayerCard(player.given_name, player.family_name, player.jersey or "", player.photo)
            for player in roster.players
        ),
        language=Language(language),
        paper=paper,
    )
    return print_sheet(sheet, now=now)


def season_of(team: TeamHead, language: str) -> str:
    """Program and season of a team in a language."""
    return f"{team.program_es} · {team.season_es}" if language == "es" else f"{team.program} · {team.season}"


def print_schedule(
    season: str,
    games: Sequence[GameLine],
    *,
    order: ScheduleOrder = ScheduleOrder.DATE,
    team: str = "",
    now: datetime,
    language: str,
    paper: Paper,
) -> bytes:
    """The games of a season, or of one team, as PDF."""
    places = queries.places_of({game.venue_id for game in games})
    sheet = SeasonSchedule(
        letterhead=letterhead(),
        season=season,
        order=order,
        rows=tuple(_game(game, places) for game in games),
        printed_at=now.astimezone(clock.zone()),
        team=team,
        language=Language(language),
        paper=paper,
    )
    return print_sheet(sheet, now=now)


def _game(game: GameLine, places: dict[int, str]) -> ScheduledGame:
    return ScheduledGame(
        starts_at=moment_of(game.day, game.starts).astimezone(clock.zone()),
        home=game.home,
        away=game.away,
        field=places[game.venue_id],
        division=game.division,
        called_off=game.state.value == "canceled",
    )


def print_binder(
    season: Season,
    entries: Sequence[BinderEntry],
    *,
    part: str,
    whom: str,
    phone: Phone,
    relation: Relation,
    shows_medical: bool,
    shows_barred: bool,
    now: datetime,
    language: str,
    paper: Paper,
) -> bytes:
    """The emergency contacts of a season, or of a part of it, as PDF. `whom` is who has it printed: it stands on each page."""
    spanish = language == "es"
    program, name = (season.program.name_es, season.name_es) if spanish else (season.program.name, season.name)
    on, head = clock.day_of(now), letterhead()
    sheet = EmergencyBinder(
        letterhead=head,
        season=f"{program} · {name}",
        rows=tuple(_block(entry, on, phone, relation) for entry in entries),
        printed_at=now.astimezone(clock.zone()),
        printed_by=whom,
        part=part,
        emergency_phone=head.phone,
        shred_on=season.ends_on,
        shows_medical=shows_medical,
        shows_barred=shows_barred,
        language=Language(language),
        paper=paper,
    )
    return print_sheet(sheet, now=now)


def _block(entry: BinderEntry, on: date, phone: Phone, relation: Relation) -> BinderRow:
    guardians = [
        BinderContact(each.name, relation(each.relationship), phone(each.phone))
        for each in entry.guardians
        if each.phone
    ]
    others = [BinderContact(each.name, each.relation or "", phone(each.phone)) for each in entry.others]
    return BinderRow(
        family_name=entry.family_name,
        given_name=entry.given_name,
        teams=entry.teams,
        number=entry.jersey,
        age=age_on(entry.born_on, on) if entry.born_on else None,
        born_on=entry.born_on,
        address=" / ".join(home.address for home in entry.homes if home.address) or None,
        contacts=(*guardians, *others),
        medical=entry.alert,
        health="; ".join(entry.health) or None,
        pick_up=entry.pick_up,
        barred=entry.barred,
    )

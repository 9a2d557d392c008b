"""The papers of a season, a team and a game: what their templates are given. Runs in the press child, like `compose`.

A paper comes back as its template and the values of it; `compose` renders them, so that one environment serves all.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from youthprog.documents.codes import grouped, halved
from youthprog.documents.fitting import CARD, CARD_FACES, POINTS_PER_MM, Fit, fit
from youthprog.documents.qr import qr_modules, qr_png
from youthprog.documents.types import (
    BinderRow,
    CheckInCard,
    CheckInCards,
    ConsentMark,
    DocumentKind,
    EmergencyBinder,
    GameCard,
    Paper,
    PlayerCards,
    PublicRoster,
    RosterSheet,
    ScheduledGame,
    ScheduleOrder,
    SeasonSchedule,
    SignInSheet,
)
from youthprog.documents.words import Words

INK = "#16202b"
ROWS_AT_EASE = {Paper.LETTER: 19, Paper.A4: 21}
"""So many roster rows fit one page at their full height; up to two more fit when set closer."""
ROWS_CLOSE_MORE = 2
ROWS_PICTURES_TAKE = 4
"""So many rows fewer fit one page with photos; from there on the photos are a little smaller and the rows as high as without."""
LAST_TOGETHER = 4
"""So many rows at least stand on the last page of a roster that needs several, with the legend."""
GAME_ROWS, GAME_ROWS_CLOSE = 15, 19
"""So many players a side fit a game card at their full height, and set closer; up to 30 fit still tighter."""
PUBLIC_ROWS = ((12, "large"), (15, "mid"))
"""Up to so many players a column a public roster is set large; beyond the last, small."""
PUBLIC_ONE_COLUMN = 8
CARDS_A_SHEET = 10
CARD_TOP = {Paper.LETTER: 12.7, Paper.A4: 21.5}
"""Where the first row of cards begins, in mm from the upper edge; a row is 50.8 mm high."""
CARD_HEIGHT = 50.8
LEAST_QR = 28.0
"""How wide a card's picture is at least, with its quiet zone, in mm."""
LEAST_MODULE = 0.7
NAME_ABOVE, FOOT_BELOW, OWN_SCRIPT_HIGH, LINE_OF_CARD = 15.2, 4.4, 5.4, 1.18
"""Of a check-in card in mm: where its name begins, its foot ends, how high a name's own script is; and the leading of names."""
FACE_MOST, FACE_LEAST, FACE_APART, FACE_SHAPE, NUMBER_NEEDS = 22.5, 12.0, 1.4, 0.8, 20.0
PLAYER_CARD = replace(CARD, width=51.0)


@dataclass(frozen=True, slots=True)
class Laid:
    """A paper before it is rendered. `title` names nobody: it may be shown to whoever has the file."""

    kind: DocumentKind
    template: str
    title: str
    words: Words
    page: Mapping[str, Any]
    assets: Mapping[str, bytes] = field(default_factory=dict)


def on_paper(paper: Paper, setting: str = "") -> str:
    """The classes of a page's body: how it is set, and on which paper."""
    return f"{setting} on-a4".strip() if paper is Paper.A4 else setting


# ---- rosters ----


def roster(sheet: RosterSheet) -> Laid:
    """The coach's roster: what is not shown does not even reach the template."""
    words = Words(sheet.language)
    rows = tuple(_as_shown(row, sheet) for row in sheet.rows)
    confidential = words("confidential_health" if sheet.shows_medical else "confidential_family")
    shred = f", {words('shred')} {words.long_day(sheet.shred_on)}" if sheet.shred_on else ""
    playing = [row for row in rows if not row.struck_reason]
    pictures = {f"photo-{place}.jpg": row.photo for place, row in enumerate(rows) if row.photo}
    at_ease = ROWS_AT_EASE[sheet.paper]
    page = {
        "rows": rows,
        "setting": on_paper(sheet.paper),
        "fit": _fit_of(len(rows), at_ease, with_pictures=bool(pictures)),
        "keep": len(rows) - LAST_TOGETHER,
        "columns": 2 + sum((sheet.shows_born, sheet.shows_guardian, sheet.shows_consent, sheet.shows_photos)),
        "pictures": bool(pictures),
        "players": len(playing),
        "may_play": sum(row.consent is ConsentMark.SIGNED for row in playing),
        "alerts": sum(row.medical is not None for row in playing),
        "footer": f"{confidential}{shred}.",
        "kind": words("roster"),
        "under_kind": " · ".join(
            filter(None, (sheet.season, f"{words('version')} {sheet.version}" if sheet.version else ""))
        ),
    }
    title = f"{words('roster')} · {sheet.team}"
    return Laid(DocumentKind.ROSTER, "roster_coach.html", title, words, page, pictures)


def _as_shown(row: Any, sheet: RosterSheet) -> Any:
    """A row without what this sheet does not show."""
    return replace(
        row,
        born_on=row.born_on if sheet.shows_born else None,
        age=row.age if sheet.shows_born else None,
        guardian=row.guardian if sheet.shows_guardian else None,
        phone=row.phone if sheet.shows_guardian else None,
        consent=row.consent if sheet.shows_consent else None,
        photos=row.photos if sheet.shows_photos else None,
        photo=row.photo if sheet.shows_photos and row.photos else None,
        medical=row.medical if sheet.shows_medical else None,
    )


def _fit_of(rows: int, at_ease: int, *, with_pictures: bool) -> str:
    """How close a roster is set, so that a few rows too many take no second page."""
    if with_pictures:
        return "snug" if rows > at_ease - ROWS_PICTURES_TAKE else ""
    return "close" if at_ease < rows <= at_ease + ROWS_CLOSE_MORE else ""


def public_roster(sheet: PublicRoster) -> Laid:
    """Numbers and names in one column or two, larger the fewer they are."""
    words = Words(sheet.language)
    count = len(sheet.rows)
    half = count if count <= PUBLIC_ONE_COLUMN else (count + 1) // 2
    page = {
        "setting": on_paper(sheet.paper),
        "fit": next((fit for most, fit in PUBLIC_ROWS if half <= most), "small"),
        "halves": [part for part in (sheet.rows[:half], sheet.rows[half:]) if part],
        "footer": f"{words('public_footer')} {words('printed')} {words.day(sheet.printed_at)}.",
        "kind": words("public_roster"),
        "under_kind": sheet.season,
    }
    title = f"{words('public_roster')} · {sheet.team}"
    return Laid(DocumentKind.PUBLIC_ROSTER, "roster_public.html", title, words, page)


def sign_in(sheet: SignInSheet) -> Laid:
    """The sheet families sign."""
    words = Words(sheet.language)
    page = {
        "footer": words("return_tonight"),
        "kind": words("sign_in"),
        "under_kind": sheet.gathering,
        "setting": on_paper(sheet.paper),
        "keep": len(sheet.rows) - LAST_TOGETHER,
    }
    title = f"{words('sign_in')} · {sheet.team}"
    return Laid(DocumentKind.SIGN_IN, "sign_in.html", title, words, page)


# ---- cards ----


def check_in_cards(sheet: CheckInCards) -> Laid:
    """Cards with a picture to scan, each at least so large that any phone reads it."""
    words = Words(sheet.language)
    addresses = {card.code: sheet.address + card.code for card in sheet.rows}
    modules = max((qr_modules(each, may_weaken=False) for each in addresses.values()), default=0)
    wide = max(LEAST_QR, LEAST_MODULE * modules)
    cards = [
        (place, card, fitted, _beside_code(card, fitted))
        for place, card in enumerate(sheet.rows)
        for fitted in [fit(card.name, CARD, faces=CARD_FACES)]
    ]
    page = {
        "sheets": _ten_by_ten(cards),
        "qr": wide,
        "quiet": wide / max(modules, 1) * 4,
        "halved": halved,
        **_on_cards(sheet.letterhead.phone, sheet.paper),
    }
    assets = {f"card-{code}.png": qr_png(address, dark=INK, may_weaken=False) for code, address in addresses.items()}
    assets |= {f"photo-{place}.jpg": card.photo for place, card, _fitted, shown in cards if card.photo and shown}
    title = f"{words('cards')} · {sheet.group}"
    return Laid(DocumentKind.CHECK_IN_CARDS, "check_in_cards.html", title, words, page, assets)


@dataclass(frozen=True, slots=True)
class FaceBesideCode:
    """How large a photo stands on a check-in card, in mm, and whether the number beside it is set smaller."""

    width: float
    height: float
    number_small: bool


def _beside_code(card: CheckInCard, fitted: Fit) -> FaceBesideCode | None:
    """The photo of a check-in card: as large as the lines of the name leave room for, or none."""
    if card.photo is None:
        return None
    name = len(fitted.lines) * fitted.size * LINE_OF_CARD / POINTS_PER_MM + (
        OWN_SCRIPT_HIGH if card.name_in_own_script else 0
    )
    height = min(FACE_MOST, CARD_HEIGHT - FOOT_BELOW - NAME_ABOVE - FACE_APART - name)
    if height < FACE_LEAST:
        return None
    return FaceBesideCode(round(height * FACE_SHAPE, 2), round(height, 2), height < NUMBER_NEEDS)


def player_cards(sheet: PlayerCards) -> Laid:
    """Cards to show at a game: the photo where there is one, else the number in its place."""
    words = Words(sheet.language)
    assets = {f"photo-{place}.jpg": card.photo for place, card in enumerate(sheet.rows) if card.photo}
    cards = [
        (place, card, fit(f"{card.given_name} {card.family_name}", PLAYER_CARD, faces=CARD_FACES))
        for place, card in enumerate(sheet.rows)
    ]
    page = {
        "sheets": _ten_by_ten(cards),
        "until": f"{words('valid_until')} {words.day(sheet.valid_until)}",
        **_on_cards(sheet.letterhead.phone, sheet.paper),
    }
    title = f"{words('player_cards')} · {sheet.team}"
    return Laid(DocumentKind.PLAYER_CARDS, "player_cards.html", title, words, page, assets)


def _ten_by_ten(cards: Sequence[Any]) -> list[Sequence[Any]]:
    return [cards[start : start + CARDS_A_SHEET] for start in range(0, len(cards), CARDS_A_SHEET)]


def _on_cards(phone: str, paper: Paper) -> dict[str, Any]:
    tops = [CARD_TOP[paper] + CARD_HEIGHT * (place // 2) for place in range(CARDS_A_SHEET)]
    return {"phone": phone.replace(" ", "\u00a0"), "tops": [f"{top:.2f}" for top in tops], "setting": on_paper(paper)}


# ---- a game, a season's games ----


def game_card(sheet: GameCard) -> Laid:
    """The card of a game. Whatever the number of players, one page."""
    words = Words(sheet.language)
    most = max(len(sheet.home.rows), len(sheet.away.rows))
    printed = f"{words('printed')} {words.day(sheet.printed_at)}, {words.hour(sheet.printed_at)}".rstrip(".")
    setting = "game tight" if most > GAME_ROWS_CLOSE else "game close" if most > GAME_ROWS else "game"
    page = {
        "kind": words("game_card"),
        "under_kind": sheet.season,
        "footer": f"{words('hand_in')} {printed}.",
        "setting": on_paper(sheet.paper, setting),
        "code": grouped(sheet.code),
        "lines": max(GAME_ROWS, most),
    }
    assets = {"qr.png": qr_png(f"https://{sheet.address}/{sheet.code}", dark=INK)} if sheet.code else {}
    title = f"{words('game_card')} · {sheet.home.team} – {sheet.away.team}"
    return Laid(DocumentKind.GAME_CARD, "game_card.html", title, words, page, assets)


@dataclass(frozen=True, slots=True)
class SchedulePart:
    """The games of one team, one field or one day. `lines` are (game, opponent, whether at home)."""

    title: str
    under: str
    lines: tuple[tuple[ScheduledGame, str, bool], ...]


def season_schedule(sheet: SeasonSchedule) -> Laid:
    """A season's games by team, by field or by date; of one team alone only its own."""
    words = Words(sheet.language)
    games = sorted(sheet.rows, key=lambda game: (game.starts_at, game.field, game.home))
    if sheet.team:
        parts = [_of_team(games, sheet.team)]
    else:
        parts = {ScheduleOrder.TEAM: _by_team, ScheduleOrder.FIELD: _by_field, ScheduleOrder.DATE: _by_date}[
            sheet.order
        ](games, words)
    order = "own" if sheet.team else sheet.order.value
    shown = [game for game, _opponent, _at_home in parts[0].lines] if sheet.team else games
    page = {
        "setting": on_paper(sheet.paper),
        "order": order,
        "heading": sheet.team or sheet.season,
        "parts": parts,
        "games": sum(not game.called_off for game in shown),
        "first": shown[0].starts_at if shown else None,
        "last": shown[-1].starts_at if shown else None,
        "footer": f"{words('schedule_footer')} {words('printed')} {words.day(sheet.printed_at)}.",
        "kind": words("season_schedule"),
        "under_kind": sheet.season if sheet.team else words(f"by_{order}"),
    }
    title = f"{words('season_schedule')} · {page['heading']}"
    return Laid(DocumentKind.SEASON_SCHEDULE, "season_schedule.html", title, words, page)


def _of_team(games: Sequence[ScheduledGame], team: str) -> SchedulePart:
    own = [game for game in games if team in (game.home, game.away)]
    lines = tuple((game, game.away if game.home == team else game.home, game.home == team) for game in own)
    return SchedulePart(team, next((game.division for game in own), ""), lines)


def _by_team(games: Sequence[ScheduledGame], _words: Words) -> list[SchedulePart]:
    named = {(game.division, team) for game in games for team in (game.home, game.away)}
    parts = []
    for division, team in sorted(named):
        parts.append(_of_team([game for game in games if game.division == division], team))
    return parts


def _by_field(games: Sequence[ScheduledGame], _words: Words) -> list[SchedulePart]:
    fields = sorted({game.field for game in games})
    return [SchedulePart(name, "", tuple((game, "", True) for game in games if game.field == name)) for name in fields]


def _by_date(games: Sequence[ScheduledGame], words: Words) -> list[SchedulePart]:
    days = groupby(games, key=lambda game: game.starts_at.date())
    return [
        SchedulePart(f"{words.weekday(day)}, {words.long_day(day)}", "", tuple((game, "", True) for game in found))
        for day, found in days
    ]


# ---- the binder ----


def emergency_binder(sheet: EmergencyBinder) -> Laid:
    """Contents by team in front, then a block for each young person by name."""
    words = Words(sheet.language)
    rows = [_as_bound(row, sheet) for row in sheet.rows]
    confidential = words("binder_footer_office" if sheet.shows_barred else "binder_footer")
    shred = f", {words('shred')} {words.long_day(sheet.shred_on)}" if sheet.shred_on else ""
    page = {
        "setting": on_paper(sheet.paper, "binder"),
        "blocks": _with_initials(rows),
        "contents": _contents(rows, words("no_team")),
        "alerts": sum(row.medical is not None or row.health is not None for row in rows),
        "footer": f"{confidential} {words('printed_by', whom=sheet.printed_by)}{shred}.",
        "kind": words("binder"),
        "under_kind": sheet.part or words("by_family_name"),
    }
    title = f"{words('binder')} · {sheet.season}"
    return Laid(DocumentKind.EMERGENCY_BINDER, "emergency_binder.html", title, words, page)


def _as_bound(row: BinderRow, sheet: EmergencyBinder) -> BinderRow:
    return replace(
        row,
        medical=row.medical if sheet.shows_medical else None,
        health=row.health if sheet.shows_medical else None,
        barred=row.barred if sheet.shows_barred else None,
    )


def _with_initials(rows: Sequence[BinderRow]) -> list[tuple[BinderRow, str]]:
    """Each row, with its letter where a new one begins."""
    found, before = [], ""
    for row in rows:
        letter = unicodedata.normalize("NFD", row.family_name or row.given_name)[:1].upper()
        found.append((row, letter if letter != before else ""))
        before = letter
    return found


def _contents(rows: Sequence[BinderRow], nowhere: str) -> list[tuple[str, list[tuple[int, BinderRow]]]]:
    """The young people of each team, by the team's name, with the place of their block; at the end those of no team."""
    teams: dict[str, list[tuple[int, BinderRow]]] = {}
    for place, row in enumerate(rows):
        for team in row.teams or ("",):
            teams.setdefault(team, []).append((place, row))
    ordered = sorted(teams.items(), key=lambda item: (item[0] == "", item[0].casefold()))
    return [(team or nowhere, found) for team, found in ordered]


PAPERS: dict[type, Callable[[Any], Laid]] = {
    RosterSheet: roster,
    PublicRoster: public_roster,
    SignInSheet: sign_in,
    CheckInCards: check_in_cards,
    PlayerCards: player_cards,
    GameCard: game_card,
    SeasonSchedule: season_schedule,
    EmergencyBinder: emergency_binder,
}

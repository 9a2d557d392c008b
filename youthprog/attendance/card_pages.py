"""Cards on a phone screen and on paper, and the page that somebody who found a card sees."""

from flask import Blueprint, Response, flash, redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance import card_queries, cards
from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.documents.codes import halved
from youthprog.documents.types import Paper
from youthprog.people import queries as people
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Group
from youthprog.web.edge import actor, door, public
from youthprog.web.language import LANGUAGES, language, ngettext, speak
from youthprog.web.language import gettext as _
from youthprog.web.pages import asked_choice, file_response, page

bp = Blueprint("cards", __name__)
DARK = "#14212f"


@bp.get("/k/<code>")
@public()
def found(code: str) -> Response:
    """What a finder of a card is told. The code is not looked up, so the page is the same for every code there is or is not."""
    return page("attendance/card_found.html")


# ---- one card on a phone ----


def _youth(permission: P, youth_id: int) -> Person:
    return people.get_youth_for(actor(), permission, youth_id, clock.today())


@bp.get("/youth/<id:youth_id>/card")
@door(P.CARD_SHOW)
def show(youth_id: int) -> Response:
    """The card of a young person, large enough for a camera."""
    youth = _youth(P.CARD_SHOW, youth_id)
    card = card_queries.live_cards([youth.id]).get(youth.id)
    return page(
        "attendance/card.html",
        youth=youth,
        code=halved(card.code) if card else None,
        picture=_picture(cards.address_of(card.code)) if card else None,
        issued_at=card.issued_at if card else None,
    )


def _picture(text: str) -> Markup:
    """The card's picture, dark on white in either color scheme; level M like the printed one."""
    import segno

    symbol = segno.make(text, error="m", boost_error=False, micro=False)
    return Markup(symbol.svg_inline(border=4, dark=DARK, light="#ffffff", omitsize=True))


@bp.post("/youth/<id:youth_id>/card")
@door(P.CARD_ISSUE)
def issue(youth_id: int) -> BaseResponse:
    """Make the card of a young person who has none."""
    youth = _youth(P.CARD_ISSUE, youth_id)
    cards.issue(youth.id, by=actor(), now=clock.now())
    return redirect(url_for(".show", youth_id=youth_id), 303)


@bp.post("/youth/<id:youth_id>/card/replace")
@door(P.CARD_ISSUE)
def replace(youth_id: int) -> BaseResponse:
    """Make a new card; a lost one opens nothing any more."""
    youth = _youth(P.CARD_ISSUE, youth_id)
    cards.replace(youth.id, by=actor(), now=clock.now())
    flash(_("This is the new card. The old one does not work any more."), "signed")
    return redirect(url_for(".show", youth_id=youth_id), 303)


# ---- the cards of a group on paper ----


def _group(permission: P, group_id: int) -> Group:
    return programs.get_group_for(actor(), permission, group_id, clock.today())


@bp.get("/groups/<id:group_id>/cards")
@door(P.CARD_SHOW)
def of_group(group_id: int) -> Response:
    """Who of a group has a card, and the way to the printer."""
    group = _group(P.CARD_SHOW, group_id)
    lines = card_queries.cards_in(actor(), group.id, clock.today())
    return page(
        "attendance/cards.html",
        group=group,
        lines=[(line, halved(line.code) if line.code else None) for line in lines],
        missing=sum(line.code is None for line in lines),
    )


@bp.post("/groups/<id:group_id>/cards")
@door(P.CARD_ISSUE)
def issue_missing(group_id: int) -> BaseResponse:
    """Make the cards that are missing in a group."""
    group = _group(P.CARD_ISSUE, group_id)
    lines = card_queries.cards_in(actor(), group.id, clock.today())
    made = cards.issue_missing([line.youth_id for line in lines], by=actor(), now=clock.now())
    if made:
        flash(ngettext("%(num)s card was made.", "%(num)s cards were made.", made), "signed")
    return redirect(url_for(".of_group", group_id=group_id), 303)


@bp.get("/groups/<id:group_id>/cards.pdf")
@door(P.CARD_SHOW)
def pdf(group_id: int) -> BaseResponse:
    """The cards of a group, ten to a sheet. Reading makes no card: who has none is not on the sheet."""
    group = _group(P.CARD_SHOW, group_id)
    lines = [line for line in card_queries.cards_in(actor(), group.id, clock.today()) if line.code]
    if not lines:
        return redirect(url_for(".of_group", group_id=group_id), 303)
    speak(asked_choice("language", tuple(LANGUAGES), language()))
    paper = Paper(asked_choice("paper", tuple(Paper), Paper.LETTER))
    season = group.season.name_es if language() == "es" else group.season.name
    photos = people.photos_for(actor(), [line.youth_id for line in lines], group.season_id, clock.today())
    printed = cards.print_cards(
        group, lines, season=season, now=clock.now(), language=language(), paper=paper, photos=photos
    )
    record_read("cards.printed", "group", group.id, by=actor(), youth=len(lines))
    return file_response(printed, name=_("%(group)s, check-in cards", group=group.name) + ".pdf")

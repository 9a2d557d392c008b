"""A young person's photo: shown, added, replaced, taken away. An edge module.

What is sent is read by the press alone and drawn anew; what is served is that portrait, to one reader, noted as a read.
"""

import logging

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.press import PressFailed
from youthprog.people import queries as people
from youthprog.people import services
from youthprog.people.models import Person
from youthprog.web.edge import actor, door, recording
from youthprog.web.language import gettext as _
from youthprog.web.language import says
from youthprog.web.pages import file_response, page

bp = Blueprint("photos", __name__)
log = logging.getLogger("youthprog")
BUSY = Refusal("busy", N_("Photos cannot be read just now. Try again in a minute."), "photo")


def _youth(youth_id: int) -> Person:
    return people.get_youth_for(actor(), P.PHOTO_EDIT, youth_id, clock.today())


@bp.get("/youth/<id:youth_id>/photo")
@door(P.PHOTO_EDIT)
def show(youth_id: int) -> Response:
    """The photo there is, and the way to another one."""
    youth = _youth(youth_id)
    documents.warm_up()
    return _shown(youth)


def _shown(youth: Person, *refusals: Refusal, status: int = 200) -> Response:
    row = people.find_photo(youth.id)
    return page(
        "people/photo.html",
        status,
        youth=youth,
        kept_at=row.kept_at if row else None,
        not_agreed=[says(each) for each in services.refusals_to_keep_photo(youth, clock.today())],
        wrong=[says(each) for each in refusals],
    )


@bp.get("/youth/<id:youth_id>/photo.jpg")
@door(P.PHOTO_READ)
def file(youth_id: int) -> Response:
    """The photo itself, while the family agrees to photos."""
    found = people.photos_for(actor(), [youth_id], None, clock.today()).get(youth_id)
    if found is None:
        raise NotFound
    record_read("photo.read", "person", youth_id, by=actor())
    return file_response(found, name="photo.jpg", kind="image/jpeg")


@bp.post("/youth/<id:youth_id>/photo")
@door(P.PHOTO_EDIT, late=True)
def keep(youth_id: int) -> Response | BaseResponse:
    """Keep a photo in place of the one there was."""
    youth = _youth(youth_id)
    sent = request.files.get("photo")
    try:
        refuse_if(services.refusals_to_keep_photo(youth, clock.today()))
        portrait = documents.take_portrait(sent.read() if sent else b"")
    except Refused as refused:
        return _shown(youth, *refused.reasons, status=422)
    except PressFailed as problem:
        log.warning("a photo could not be read: %s", problem)
        return _shown(youth, BUSY, status=503)
    with recording():
        youth = _youth(youth_id)
        services.keep_photo(youth, portrait, by=actor(), now=clock.now())
        name = youth.first_name
    flash(_("The photo of %(name)s is kept.", name=name), "signed")
    return redirect(url_for("photos.show", youth_id=youth_id), 303)


@bp.post("/youth/<id:youth_id>/photo/remove")
@door(P.PHOTO_EDIT)
def remove(youth_id: int) -> BaseResponse:
    """Take the photo away for good."""
    services.remove_photo(_youth(youth_id), by=actor(), now=clock.now())
    flash(_("The photo is gone."))
    return redirect(url_for("photos.show", youth_id=youth_id), 303)

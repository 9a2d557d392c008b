"""The page of a log, as a mentor, a reminder's link and a correction show it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, request
from wtforms import SelectMultipleField

from youthprog.attendance.types import Mark
from youthprog.core import clock
from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.mentorship import queries as matches
from youthprog.mentorship.models import Match
from youthprog.mentorship.rules import LONGEST_SESSION
from youthprog.mentorship.sessions import queries
from youthprog.mentorship.sessions.forms import HELD, NO, YES, SessionForm, fresh_client_id
from youthprog.mentorship.sessions.models import SessionLog
from youthprog.mentorship.sessions.types import ACTIVITIES, MODES, MOODS, NOT_HELD, Expected
from youthprog.mentorship.types import DUTIES, DutyStatus, YouthLine
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor
from youthprog.web.language import gettext
from youthprog.web.pages import page

SEEN = {True: YES, False: NO, None: None}


def wants_json() -> bool:
    """Whether a phone's outbox asks, which reads no page."""
    return request.headers.get("Accept") == "application/json"


def expected_form(expected: Expected, mentors: Mapping[int, str], *, in_group: bool) -> SessionForm:
    """The session that was expected, ready to be confirmed. Who meets one young person says whether others can see them."""
    local = expected.starts_at.astimezone(clock.zone())
    observable = expected.observable if expected.observable is not None else True if in_group else None
    return SessionForm(
        formdata=None,
        client_id=fresh_client_id(),
        on=local.date(),
        at=local.time(),
        place=expected.place,
        minutes=expected.minutes,
        duty=expected.duty.value if expected.duty else None,
        mode=expected.mode.value,
        observable=SEEN[observable],
        mentors=[str(key) for key in mentors],
    )


def form_of_log(kind: type[SessionForm], log: SessionLog, gathering: Gathering) -> SessionForm:
    """A log as it stands, to be corrected."""
    local = gathering.starts_at.astimezone(clock.zone())
    return kind(
        formdata=None,
        client_id=log.client_id,
        on=log.held_on,
        at=local.time(),
        place=gathering.place,
        minutes=log.minutes,
        duty=log.duty.value,
        mode=log.mode.value,
        observable=SEEN[log.observable],
        transport=log.transport,
        other_adult=log.adults > max(1, len(log.mentor_ids)),
        mentors=[str(key) for key in log.mentor_ids],
        activities=log.activities,
        mood=log.mood.value if log.mood else None,
        goal=log.goal,
        note=log.note,
        reason=log.reason,
    )


def youth_then(actor: Actor, permission: P, match: Match, held_on: date | None) -> list[YouthLine]:
    """The youth who were in the match on the day of the form, as far as this reader reaches them."""
    on = clock.today()
    return matches.youth_of(actor, permission, match, on, held_on=held_on or on)


def everybody_came(youth: Sequence[YouthLine]) -> dict[int, Mark]:
    """Everybody who may take part is marked as here, until somebody says otherwise."""
    return {line.youth_id: Mark.PRESENT for line in youth if not line.reasons}


def log_page(
    match: Match,
    form: SessionForm,
    youth: Sequence[YouthLine],
    mentors: Mapping[int, str],
    marks: Mapping[int, Mark],
    status: int = 200,
    *,
    logger_id: int | None,
    duties: Mapping[int, DutyStatus],
    **more: Any,
) -> Response:
    """Render it. `logger_id` logs or logged it, `duties` are those of the others who lead it.

    `more`: `by_link` shows first names only; `draft`; `correcting` the log; `action`, where it is sent.
    """
    on, minutes = form.on.data, form.minutes.data
    starts_at = form.starts_at() if on and form.at.data and not form.on.errors else None
    rides = queries.may_ride([line.youth_id for line in youth], match.group.season_id, clock.today())
    named: SelectMultipleField = form.mentors
    return page(
        "mentorship/sessions/log.html",
        status,
        match=match,
        form=form,
        youth=youth,
        mentors=[(str(key), name) for key, name in mentors.items()],
        led=named.data or [],
        logger=mentors.get(logger_id or 0) if logger_id != actor().person_id and "by_link" not in more else None,
        others=[
            (key, name, duties[key].value if key in duties else form.duty.data)
            for key, name in mentors.items()
            if key != logger_id
        ]
        if logger_id in mentors or len(mentors) > 1
        else [],
        marks={youth_id: mark.value for youth_id, mark in marks.items()},
        rides=rides,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=min(minutes, LONGEST_SESSION)) if starts_at and minutes else None,
        activities=_said(ACTIVITIES),
        duties=_said(DUTIES),
        modes=_said(MODES),
        moods=[(value, words, f"face-{value}") for value, words in _said(MOODS)],
        not_held=[(HELD, gettext("It took place")), *_said(NOT_HELD)],
        date_is_open=bool(form.on.errors or form.at.errors or form.place.errors or form.goal.errors),
        **more,
    )


def _said(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(each.value, gettext(label)) for each, label in labels.items()]

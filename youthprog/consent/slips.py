"""Asking for one gathering: a slip beside the season's form."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from youthprog.access.services import end_links
from youthprog.access.types import LinkPurpose
from youthprog.audit.services import record
from youthprog.consent import queries, rules, slip_queries, timing
from youthprog.consent.asking import write
from youthprog.consent.cases import ASK, close
from youthprog.consent.models import ConsentRequest
from youthprog.consent.slip_queries import SlipForm
from youthprog.consent.types import Asked, RequestState
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.refusals import N_, Refusal, refuse_if
from youthprog.people import queries as people
from youthprog.people.types import GuardianLine
from youthprog.programs.models import Gathering
from youthprog.programs.types import GatheringCanceled, GuardianRule

CANCELED = "gathering_canceled"


def ask_for_gathering(gathering: Gathering, youth_ids: Collection[int], *, by: Actor, now: datetime) -> Asked:
    """Ask the families of youth for a slip for one gathering; who gave one or was asked is left in peace.

    The gathering comes with its season and program. Raises `Refused` when it is over or canceled, or when the program
    uses no form for single gatherings.
    """
    forms = slip_queries.slip_forms(gathering.season_id)
    over, canceled = gathering.ends_at <= now, gathering.canceled_at is not None
    refuse_if(refusals_to_ask(over=over, canceled=canceled, has_form=bool(forms)))
    given, chosen = slip_queries.slips_of(gathering.id), set(youth_ids)
    wanted = [youth_id for youth_id, has_slip in given.items() if youth_id in chosen and not has_slip]
    waiting = {
        (request.youth_id, request.form_version_id, request.guardian_id): request
        for request in _open_slips(gathering.id)
    }
    guardians = people.guardians_of(wanted, clock.day_of(now))
    everybody = gathering.season.program.guardian_rule is GuardianRule.BOTH
    sent, already, unreachable = 0, 0, []
    for youth_id in wanted:
        asked = _to_ask(guardians.get(youth_id, []), everybody=everybody)
        if not asked:
            unreachable.append(youth_id)
        new = [
            _ask_one(gathering, form, guardian, waiting, by=by, now=now) for form in forms for guardian in asked
        ]  # fmt: skip
        sent += any(new)
        already += bool(new) and not any(new)
    return Asked(sent, already, tuple(unreachable))


def refusals_to_ask(*, over: bool, canceled: bool, has_form: bool) -> list[Refusal]:
    """Why nobody can be asked for a slip for this gathering."""
    if canceled:
        return [Refusal("canceled", N_("This meeting was canceled."))]
    if over:
        return [Refusal("over", N_("This meeting is over."))]
    if not has_form:
        return [Refusal("no_form", N_("This program has no form for single outings yet."))]
    return []


def _to_ask(guardians: Collection[GuardianLine], *, everybody: bool) -> list[GuardianLine]:
    """One guardian whom a mail reaches, or every one where both must say yes."""
    reachable = [line for line in guardians if line.may_decide and line.email and not line.email_bounced]
    return reachable if everybody else reachable[:1]


def _ask_one(
    gathering: Gathering,
    form: SlipForm,
    guardian: GuardianLine,
    waiting: dict[tuple[int, int, int], ConsentRequest],
    *,
    by: Actor,
    now: datetime,
) -> bool:
    request = waiting.get((guardian.youth_id, form.version_id, guardian.guardian_id))
    if request is not None and request.state is not RequestState.BOUNCED:
        return False
    if request is None:
        request = ConsentRequest(
            form_version_id=form.version_id,
            youth_id=guardian.youth_id,
            guardian_id=guardian.guardian_id,
            season_id=gathering.season_id,
            gathering_id=gathering.id,
            state=RequestState.QUEUED,
            language=guardian.language,
            created_at=now,
            due_on=timing.slip_due(clock.day_of(now), clock.day_of(gathering.starts_at)),
        )
        db.session().add(request)
        db.flush()
    request.state = RequestState.QUEUED
    case = queries.get_request(request.id)
    write(
        ASK, "consent/mail/slip", case, guardian, by=by, now=now, gathering=gathering.title,
        starts_at=gathering.starts_at, place=gathering.place,
    )  # fmt: skip
    record("consent.asked", "consent_request", request.id, by=by, now=now, gathering_id=gathering.id)
    return True


def _open_slips(gathering_id: int) -> list[ConsentRequest]:
    statement = sa.select(ConsentRequest).where(
        ConsentRequest.gathering_id == gathering_id, ConsentRequest.state.in_(rules.OPEN_STATES)
    )
    return list(db.session().scalars(statement.order_by(ConsentRequest.id)))


def close_slips(event: GatheringCanceled) -> None:
    """A gathering was called off: nothing waits for it any more."""
    now = clock.now()
    for request in _open_slips(event.gathering_id):
        close(request, now, reason=CANCELED)
        end_links(LinkPurpose.CONSENT, request.id, now=now, person_id=request.guardian_id)

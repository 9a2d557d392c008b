"""The desk of an office: two coordinators and a family that answers on paper or by telephone."""

from __future__ import annotations

from typing import Any

from tests.makers import scans
from tests.makers.accounts import make_actor
from tests.makers.consent import YES, Family
from tests.makers.people import NOW, make_person
from youthprog.access.types import Role
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentRequest
from youthprog.consent.services import Entry
from youthprog.core.actor import Actor
from youthprog.core.refusals import Refused
from youthprog.people import queries as people

ON = NOW.date()


class Desk:
    """Two coordinators and a family."""

    def __init__(self, **guardian):
        self.family = Family(**guardian)
        self.first, self.second = (
            make_actor(Role.COORDINATOR, make_person(name, "Desk").id) for name in ("Ada", "Ben")
        )

    def ask(self) -> ConsentRequest:
        """Open a form on paper; give its row, with a code."""
        line = people.guardians_of([self.family.youth.id], ON)[self.family.youth.id][0]
        (request,) = services.ask_on_paper(self.family.youth.id, line, self.family.season_id, by=self.first, now=NOW)
        services.give_code(request, by=self.first, now=NOW)
        return request

    def scan(self, *codes: str | None, by: Actor | None = None) -> services.Filed:
        """Send a scan with one page a code."""
        who = by or self.first
        return services.file_pages(services.receive(scans.pdf(*codes), name="scan.pdf"), by=who, now=NOW)

    def entry(self, request: ConsentRequest, **changes) -> Entry:
        """A complete entry of the sheet."""
        values = {
            "typed_name": "Rosa Elena Aguilar", "is_guardian": True, "answers": dict(YES),
            "seen_version": request.version, "signed_on": ON, "identity": "Called the number on file",
        }  # fmt: skip
        return Entry(**(values | changes))

    def enter(self, request: ConsentRequest, way=None, by: Actor | None = None, **changes):
        """Record an entry: from paper unless told otherwise."""
        prepare = way or services.prepare_paper
        ready = prepare(queries.get_request(request.id), self.entry(request, **changes), by=by or self.first, now=NOW)
        return services.record_entry(queries.get_request(request.id), ready, by=by or self.first, now=NOW)


def refused_codes(problem: Any) -> set[str]:
    """The codes of what a deed was refused for."""
    refused = problem.value
    assert isinstance(refused, Refused)
    return {reason.code for reason in refused.reasons}

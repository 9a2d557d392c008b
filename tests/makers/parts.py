"""A signed form with parts for others: the office, a coach, a doctor outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tests.makers.consent import Family, actor_of, agree, signing
from tests.makers.forms import form_of, publish, section
from tests.makers.people import NOW
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentPart, ConsentRequest
from youthprog.consent.types import Question, RequestState, SectionKind
from youthprog.core import db
from youthprog.outreach.models import Message

DOCTORS = {"choice": "yes", "office": "Riverton Clinic, license 4711"}


def parted_form() -> dict[str, Any]:
    """A form the guardian answers with two pages; three others sign a part."""
    K = SectionKind
    return form_of(
        "parted",
        section("yes", K.DECISION, required=True),
        section("desk", K.STAFF, required=True, more={"fields": ["Locker"]}),
        section("seen", K.DECISION, settings={"signer": "coach"}, statement="%(full_name)s, %(school)s, %(born_on)s."),
        section("doctor", K.EXTERNAL, required=True, body="About %(full_name)s of %(school)s, %(guardian)s."),
    )


class Parted:
    """Mateo's form, asked for and answered; `sign` lets the guardian sign it."""

    def __init__(self, family: Family, now: datetime = NOW, **changes: Any):
        self.family, self.now = family, now
        family.youth.school = "Lincoln School"
        version = publish(parted_form())
        request = ConsentRequest(
            form_version_id=version.id, youth_id=family.youth.id, guardian_id=family.guardian.id,
            season_id=family.season_id, state=RequestState.SENT, language="en", created_at=now, sent_at=now,
        )  # fmt: skip
        db.session().add(request)
        db.session().flush()
        self.id, self.sections = request.id, {each.key: each for each in queries.questions_of(version.id)}
        agree(family.guardian, now)
        answers = {"yes": {"choice": "yes"}, "doctor": {"name": "Dr. Ada Obi", "email": "obi@clinic.example"}}
        services.answer_all(self.case, answers, by=actor_of(family.guardian), now=now)

    @property
    def case(self) -> queries.Case:
        """The request as it is now."""
        return queries.get_request(self.id)

    def prepare(self) -> services.Prepared:
        """The guardian's signature, sealed and not recorded."""
        return services.prepare_signature(
            self.case, signing(self.case.request), by=actor_of(self.family.guardian), now=self.now
        )

    def sign(self, prepared: services.Prepared | None = None) -> Parted:
        """Let the guardian sign."""
        prepared = prepared or self.prepare()
        services.sign(self.case, prepared, by=actor_of(self.family.guardian), now=self.now)
        return self

    def question(self, key: str) -> Question:
        """One of its sections."""
        return self.sections[key]

    def part(self, key: str) -> ConsentPart | None:
        """What is there of a part."""
        return queries.parts_of(self.id).get(self.sections[key].section_id)

    def address(self, key: str) -> str:
        """The page on which a coach or the office fills in a part."""
        return f"/consents/requests/{self.id}/parts/{self.sections[key].section_id}"


def doctors_token() -> str:
    """The secret of the link in the letter to the doctor."""
    message = db.session().scalars(sa.select(Message).where(Message.kind == services.PART)).one()
    return (message.unseal("text_sealed") or "").split("/p/")[1].split()[0]

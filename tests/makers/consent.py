"""Invented requests, at every step of the way."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tests.makers.people import NOW, make_contacts, make_guardian, make_person, make_youth
from tests.makers.programs import join, make_group, make_season
from youthprog.consent import queries, services
from youthprog.consent.models import ConsentRequest, Form, FormUse, FormVersion, Section, SectionText
from youthprog.consent.types import Signing
from youthprog.core import db
from youthprog.core.actor import SYSTEM, Actor
from youthprog.outreach.models import Message
from youthprog.people.models import Guardianship, Person
from youthprog.people.types import Relationship
from youthprog.programs.models import Group, Program, Season

YES: dict[str, dict[str, Any]] = {
    "take_part": {"choice": "yes"},
    "emergency_care": {"choice": "yes"},
    "photos": {"choice": "no"},
    "rides": {"choice": "yes"},
    "health": {"choice": "no"},
    "pickup": {"names": ["Rosa Aguilar", "Abuela Consuelo"]},
    "emergency_contact": {"name": "José Luis Aguilar", "phone": "+12175550142", "relation": ""},
}


class Family:
    """A child on a team with a guardian: Mateo and Rosa Aguilar of the Tigers."""

    def __init__(self, group: Group | None = None, **guardian: Any):
        self.group = _with_season(group) if group else make_group(make_season())
        self.youth: Person = make_youth()
        self.guardian: Person = make_guardian(self.youth, **guardian)
        join(self.youth, self.group)
        self.season_id = self.group.season_id

    def ask(self, now: datetime = NOW) -> ConsentRequest:
        """Ask the family, and give the request."""
        services.ask([self.youth.id], self.season_id, by=SYSTEM, now=now)
        return request_of(self.youth)

    def sign(self, now: datetime = NOW, **changes: dict[str, Any]) -> ConsentRequest:
        """Ask and sign with the answers changed so."""
        request = self.ask(now - timedelta(days=1))
        answer_all(request, now=now, **changes)
        by = actor_of(self.guardian)
        prepared = services.prepare_signature(queries.get_request(request.id), signing(request), by=by, now=now)
        services.sign(queries.get_request(request.id), prepared, by=by, now=now)
        return request

    def cleared_on(self, on: date) -> bool:
        """Whether consent has no objection on a day."""
        return not queries.objections([self.youth.id], self.season_id, on)


class Siblings:
    """Children on one team with one guardian: Mateo, Luca, Noa and Ana Aguilar, and Rosa."""

    NAMES = ("Mateo", "Luca", "Noa", "Ana")

    def __init__(self, count: int = 2, group: Group | None = None):
        self.group = group or make_group(make_season())
        self.season_id = self.group.season_id
        self.youth: list[Person] = []
        self.guardian: Person = make_person("Rosa Elena", "Aguilar")
        make_contacts(self.guardian)
        for name in self.NAMES[:count]:
            child = make_youth(name)
            db.session().add(
                Guardianship(youth_id=child.id, guardian_id=self.guardian.id, relationship=Relationship.MOTHER, rank=1)
            )
            join(child, self.group)
            self.youth.append(child)

    def ask(self, now: datetime = NOW) -> list[ConsentRequest]:
        """Ask the family, and give the requests in order."""
        services.ask([each.id for each in self.youth], self.season_id, by=SYSTEM, now=now)
        return [request_of(each) for each in self.youth]


def next_season(family: Family) -> Season:
    """The next season of the family's program, from March to June 2027."""
    return make_season(
        family.group.season.program, name="Spring 2027", name_es="Primavera 2027",
        starts_on=date(2027, 3, 1), ends_on=date(2027, 6, 30),
    )  # fmt: skip


def _with_season(group: Group) -> Group:
    """The group with what a commit made it forget."""
    season = joinedload(Group.season).joinedload(Season.program)
    return db.session().get_one(Group, group.id, options=[season], populate_existing=True)


def request_of(youth: Person) -> ConsentRequest:
    """The newest request about a youth."""
    statement = sa.select(ConsentRequest).where(ConsentRequest.youth_id == youth.id).order_by(ConsentRequest.id.desc())
    found = db.session().scalars(statement).first()
    assert found is not None
    return found


def actor_of(guardian: Person) -> Actor:
    """The guardian behind a link."""
    return Actor("link", guardian.name, guardian.id, ip="192.0.2.7", user_agent="a phone")


def agree(guardian: Person, now: datetime = NOW) -> None:
    """Let a guardian open the sample and agree to sign on a screen."""
    by = actor_of(guardian)
    services.open_sample(guardian.id, language="en", by=by, now=now)
    services.agree_to_screens([], guardian.id, language="en", by=by, now=now)


def answer_all(request: ConsentRequest, *, now: datetime = NOW, **changes: dict[str, Any]) -> None:
    """Answer every question."""
    case = queries.get_request(request.id)
    agree(case.guardian, now)
    services.open_form(case, language="en", via="link", by=actor_of(case.guardian), now=now)
    for question in queries.questions_of(case.version.id):
        given = changes[question.key] if question.key in changes else YES[question.key]
        services.answer(case, question, given, by=actor_of(case.guardian), now=now)


def signing(request: ConsentRequest, **changes: Any) -> Signing:
    """A complete signature of the answers as they stand."""
    values = {
        "typed_name": "Rosa Elena Aguilar",
        "is_guardian": True,
        "agrees": True,
        "seen_version": request.version,
        "language": "en",
    }
    return Signing(**(values | changes))


def token_in_newest_mail(kind: str | None = None) -> str:
    """The secret of the link in the newest mail."""
    statement = sa.select(Message).order_by(Message.id.desc())
    if kind is not None:
        statement = statement.where(Message.kind == kind)
    text = db.session().scalars(statement).first().unseal("text_sealed")  # type: ignore[union-attr]
    return re.search(r"/c/(\S+)", text or "").group(1)  # type: ignore[union-attr]


def make_slip_form(program: Program, *, now: datetime = NOW) -> FormVersion:
    """A published form for single gatherings with one needed question, in use by the program."""
    starter = services.publish_starter_form(now=now)
    form = Form(key=f"slip-{program.id}", title="Outing", title_es="Salida")
    db.session().add(form)
    db.flush()
    version = FormVersion(form_id=form.id, number=1)
    db.session().add_all([version, FormUse(program_id=program.id, form_id=form.id, for_events=True)])
    db.flush()
    old = db.session().scalars(sa.select(Section).where(Section.version_id == starter.id, Section.key == "take_part"))
    source = old.one()
    section = Section(version_id=version.id, key="take_part", position=1, kind=source.kind, required=True, settings={})
    db.session().add(section)
    db.flush()
    for text in db.session().scalars(sa.select(SectionText).where(SectionText.section_id == source.id)):
        values = {each.key: getattr(text, each.key) for each in SectionText.__table__.columns}
        db.session().add(SectionText(**values | {"section_id": section.id}))
    db.flush()
    version.published_at = now
    db.flush()
    return version

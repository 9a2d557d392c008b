"""Staff pages about people: the list, adding, correcting, guardians, health, custody, merging.

The reading page of a young person, `/youth/<id>`, is composed in the reports room.
"""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.audit.services import record_read
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, NotFound, Refusal, Refused
from youthprog.people import queries, rules, services
from youthprog.people.forms import (
    AdultForm,
    BondForm,
    CustodyForm,
    DeedForm,
    EmergencyForm,
    GuardianForm,
    HealthForm,
    HomeForm,
    MergeForm,
    NameForm,
    NewYouthForm,
    YouthForm,
)
from youthprog.people.models import Guardianship, Person
from youthprog.people.types import (
    HEALTH_KINDS,
    RELATIONSHIPS,
    ContactKind,
    Gender,
    HealthKind,
    PersonKind,
    PersonLine,
    Relationship,
)
from youthprog.web.edge import actor, door
from youthprog.web.filters import phone
from youthprog.web.forms import SelectChoice
from youthprog.web.language import lazy_gettext as _
from youthprog.web.pages import PAGE_ROWS, Slice, asked_choice, asked_cursor, asked_text, cursor, page

bp = Blueprint("people", __name__)
FIELDS_OF_GUARDIAN = {
    "given_name": "guardian_given_name",
    "family_name": "guardian_family_name",
    "name": "guardian_given_name",
}


def file_of(youth_id: int) -> str:
    """The address of a young person's file."""
    return f"/youth/{youth_id}"


def _youth(permission: P, youth_id: int) -> Person:
    return queries.get_youth_for(actor(), permission, youth_id, clock.today())


# ---- the list ----


@bp.get("/people")
@door(P.PEOPLE_LIST)
def index() -> Response:
    """Search and list young people and adults."""
    on, words = clock.today(), asked_text("q")
    who = asked_choice("who", ("youth", "adult"), "youth")
    lines = queries.list_people(
        actor(),
        P.PEOPLE_LIST,
        on=on,
        words=words,
        kind=PersonKind(who),
        after=asked_cursor((str, int)),
        limit=PAGE_ROWS + 1,
    )
    shown = lines[:PAGE_ROWS]
    further = cursor(shown[-1].folded_name, shown[-1].person_id) if len(lines) > PAGE_ROWS else None
    ids = [line.person_id for line in shown]
    guardians = queries.guardians_of(queries.reachable(actor(), P.CONTACT_READ, ids, on), on) if who == "youth" else {}
    children = queries.first_child_within(actor(), P.CONTACT_READ, ids, on) if who == "adult" else {}
    return page(
        "people/index.html",
        people=Slice(shown, further),
        words=words,
        who=who,
        calls={youth_id: rules.first_to_call(lines) for youth_id, lines in guardians.items()},
        children=children,
        phones=_phones(ids if actor().everywhere(P.CONTACT_READ) else list(children)) if who == "adult" else {},
        age_on=rules.age_on,
        relationships=RELATIONSHIPS,
    )


def _phones(person_ids: list[int]) -> dict[int, str]:
    return {
        person_id: next((line.value for line in lines if line.kind is ContactKind.PHONE), "")
        for person_id, lines in queries.contacts_of(person_ids).items()
    }


# ---- adding ----


@bp.get("/people/new")
@door(P.YOUTH_EDIT)
def new() -> Response:
    """The form of a new young person with the first guardian."""
    return page("people/new.html", form=NewYouthForm())


@bp.post("/people/new")
@door(P.YOUTH_EDIT)
def create() -> BaseResponse:
    """Add a young person and the first guardian."""
    form: Any = NewYouthForm()
    now = clock.now()
    if not form.validate_on_submit():
        return page("people/new.html", status=422, form=form)
    doubles = _doubles_of(form)
    if doubles and not form.another.data:
        form.take([_double_refusal(doubles[0])])
        return page("people/new.html", status=422, form=form, doubles=doubles)
    try:
        youth = services.add_person(
            PersonKind.YOUTH,
            form.given_name.data,
            form.family_name.data,
            preferred_name=form.preferred_name.data,
            born_on=form.born_on.data,
            gender=Gender(form.gender.data),
            school=form.school.data,
            language=form.language.data,
            by=actor(),
            now=now,
        )
    except Refused as problem:
        form.take(problem.reasons)
        return page("people/new.html", status=422, form=form)
    try:
        _add_first_guardian(youth, form, now)
    except Refused as problem:
        form.take([_for_guardian(reason) for reason in problem.reasons])
        return page("people/new.html", status=422, form=form)
    flash(_("%(name)s is in the file.", name=youth.name), "signed")
    return redirect(file_of(youth.id), 303)


def _doubles_of(form: Any) -> list[Person]:
    folded = rules.folded(form.family_name.data, form.given_name.data)
    same = queries.find_same(PersonKind.YOUTH, folded, form.born_on.data)
    reachable = queries.reachable(actor(), P.YOUTH_READ, [person.id for person in same], clock.today())
    return [person for person in same if person.id in reachable]


def _double_refusal(double: Person) -> Refusal:
    sentence = N_("%(name)s, born on this day, is in the file already. If this is another child, say so below.")
    return Refusal("double", sentence, "given_name", {"name": double.name})


def _add_first_guardian(youth: Person, form: Any, now: datetime) -> Guardianship:
    guardian = services.take_adult(
        form.guardian_given_name.data,
        form.guardian_family_name.data,
        email=form.email.data,
        phone=form.phone.data,
        language=form.guardian_language.data,
        by=actor(),
        now=now,
    )
    return services.add_guardian(
        youth,
        guardian,
        Relationship(form.relationship.data),
        may_decide=form.may_decide.data,
        may_collect=form.may_collect.data,
        by=actor(),
        now=now,
    )


def _for_guardian(reason: Refusal) -> Refusal:
    return Refusal(
        reason.code, reason.sentence, FIELDS_OF_GUARDIAN.get(reason.field or "", reason.field), reason.values
    )


# ---- correcting ----


@bp.get("/people/<id:person_id>/edit")
@door(P.YOUTH_EDIT)
def edit(person_id: int) -> BaseResponse:
    """The form of what the file says of somebody. A merged record leads to the one it lives on in."""
    try:
        person = queries.get_person_for(actor(), P.YOUTH_EDIT, person_id, clock.today())
    except NotFound:
        kept = queries.merged_into(person_id)
        if kept is None:
            raise
        person = queries.get_person_for(actor(), P.YOUTH_EDIT, kept, clock.today())
        return redirect(url_for("people.edit", person_id=person.id), 303)
    if person.kind is PersonKind.YOUTH:
        return _edit_page(person, YouthForm(obj=person))
    contacts = _contact_values(person)
    return _edit_page(person, AdultForm(obj=person, **contacts))


@bp.post("/people/<id:person_id>/edit")
@door(P.YOUTH_EDIT)
def update(person_id: int) -> BaseResponse:
    """Correct what the file says of somebody."""
    person = queries.get_person_for(actor(), P.YOUTH_EDIT, person_id, clock.today())
    form: Any = YouthForm() if person.kind is PersonKind.YOUTH else AdultForm()
    if not form.validate_on_submit():
        return _edit_page(person, form, 422)
    try:
        _correct(person, form)
    except Refused as problem:
        form.take(problem.reasons)
        return _edit_page(person, form, 422)
    flash(_("Saved."), "signed")
    return redirect(
        file_of(person.id) if person.kind is PersonKind.YOUTH else url_for("people.index", who="adult"), 303
    )


def _correct(person: Person, form: Any) -> None:
    deed: dict[str, Any] = {"by": actor(), "now": clock.now()}
    names = form.given_name.data, form.family_name.data
    services.rename(person, *names, preferred_name=form.preferred_name.data, **deed)
    if person.kind is PersonKind.YOUTH:
        services.correct(
            person,
            born_on=form.born_on.data,
            gender=Gender(form.gender.data),
            school=form.school.data,
            language=form.language.data,
            hides_surname=form.hides_surname.data,
            **deed,
        )
        return
    services.correct(person, born_on=form.born_on.data, school=person.school, language=form.language.data, **deed)
    services.replace_contact(person, ContactKind.EMAIL, form.email.data or "", **deed)
    services.replace_contact(person, ContactKind.PHONE, form.phone.data or "", **deed)


def _contact_values(person: Person) -> dict[str, str]:
    lines = queries.contacts_of([person.id]).get(person.id, [])
    first = {line.kind: line.value for line in reversed(lines)}
    return {"email": first.get(ContactKind.EMAIL, ""), "phone": phone(first.get(ContactKind.PHONE))}


def _edit_page(person: Person, form: NameForm, status: int = 200) -> Response:
    on = clock.today()
    is_youth = person.kind is PersonKind.YOUTH
    return page(
        "people/edit.html" if is_youth else "people/edit_adult.html",
        status=status,
        form=form,
        person=person,
        guardians=queries.guardians_of([person.id], on).get(person.id, []) if is_youth else [],
        children=[] if is_youth else _children(person, on),
        relationships=RELATIONSHIPS,
    )


def _children(person: Person, on: date) -> list[PersonLine]:
    """The children an adult answers for, as far as the reader reaches them."""
    lines = queries.children_of(person.id, on)
    reached = queries.reachable(actor(), P.YOUTH_EDIT, [line.person_id for line in lines], on)
    return [line for line in lines if line.person_id in reached]


# ---- guardians ----


@bp.get("/people/<id:youth_id>/guardians/new")
@door(P.YOUTH_EDIT)
def new_guardian(youth_id: int) -> Response:
    """The form of one more guardian."""
    return _guardian_page(_youth(P.YOUTH_EDIT, youth_id), GuardianForm())


@bp.post("/people/<id:youth_id>/guardians/new")
@door(P.YOUTH_EDIT)
def create_guardian(youth_id: int) -> BaseResponse:
    """Add a guardian; an adult known by name and address is taken, not added again."""
    youth, now = _youth(P.YOUTH_EDIT, youth_id), clock.now()
    form: Any = GuardianForm()
    if not form.validate_on_submit():
        return _guardian_page(youth, form, status=422)
    try:
        guardian = services.take_adult(
            form.given_name.data,
            form.family_name.data,
            email=form.email.data,
            phone=form.phone.data,
            language=form.language.data,
            by=actor(),
            now=now,
        )
        services.add_guardian(
            youth,
            guardian,
            Relationship(form.relationship.data),
            may_decide=form.may_decide.data,
            may_collect=form.may_collect.data,
            by=actor(),
            now=now,
        )
    except Refused as problem:
        form.take(_at_given_name(problem))
        return _guardian_page(youth, form, status=422)
    flash(_("%(guardian)s is a guardian of %(name)s.", guardian=guardian.name, name=youth.first_name), "signed")
    return redirect(file_of(youth.id), 303)


def _guardian_page(youth: Person, form: Any, *, status: int = 200, **values: Any) -> Response:
    """The form speaks of the child by name."""
    name = youth.first_name
    form.relationship.label.text = _("Relation to %(name)s", name=name)
    form.may_collect.label.text = _("May pick %(name)s up", name=name)
    form.may_decide.label.text = _("May sign for %(name)s", name=name)
    template = "people/guardian_edit.html" if "bond" in values else "people/guardian_new.html"
    return page(template, status=status, youth=youth, form=form, **values)


def _at_given_name(problem: Refused) -> list[Refusal]:
    return [
        Refusal(each.code, each.sentence, "given_name" if each.field == "name" else each.field, each.values)
        for each in problem.reasons
    ]


@bp.get("/people/guardians/<id:bond_id>/edit")
@door(P.YOUTH_EDIT)
def edit_guardian(bond_id: int) -> Response:
    """The form of a guardian in the file."""
    bond, youth, guardian = queries.get_bond_for(actor(), P.YOUTH_EDIT, bond_id, clock.today())
    rights = {"may_collect": bond.may_collect, "may_decide": bond.may_decide, "rank": bond.rank}
    form = BondForm(obj=guardian, relationship=bond.relationship.value, **rights, **_contact_values(guardian))
    return _guardian_page(youth, form, bond=bond, guardian=guardian)


@bp.post("/people/guardians/<id:bond_id>/edit")
@door(P.YOUTH_EDIT)
def update_guardian(bond_id: int) -> BaseResponse:
    """Correct a guardian: names, contacts, what they are to the child and may do."""
    bond, youth, guardian = queries.get_bond_for(actor(), P.YOUTH_EDIT, bond_id, clock.today())
    form: Any = BondForm()
    deed: dict[str, Any] = {"by": actor(), "now": clock.now()}
    if form.validate_on_submit():
        try:
            names = form.given_name.data, form.family_name.data
            services.rename(guardian, *names, preferred_name=guardian.preferred_name, **deed)
            about: dict[str, Any] = {"born_on": guardian.born_on, "school": guardian.school}
            services.correct(guardian, **about, language=form.language.data, **deed)
            services.replace_contact(guardian, ContactKind.EMAIL, form.email.data or "", **deed)
            services.replace_contact(guardian, ContactKind.PHONE, form.phone.data or "", **deed)
            services.change_guardian(
                bond,
                relationship=Relationship(form.relationship.data),
                may_decide=form.may_decide.data,
                may_collect=form.may_collect.data,
                rank=form.rank.data,
                **deed,
            )
            flash(_("Saved."), "signed")
            return redirect(file_of(youth.id), 303)
        except Refused as problem:
            form.take(_at_given_name(problem))
    return _guardian_page(youth, form, status=422, bond=bond, guardian=guardian)


@bp.get("/people/guardians/<id:bond_id>/end")
@door(P.YOUTH_EDIT)
def ask_end_guardian(bond_id: int) -> Response:
    """Ask whether a guardianship ends, and say what follows."""
    bond, youth, guardian = queries.get_bond_for(actor(), P.YOUTH_EDIT, bond_id, clock.today())
    return page("people/guardian_end.html", bond=bond, youth=youth, guardian=guardian, form=DeedForm())


@bp.post("/people/guardians/<id:bond_id>/end")
@door(P.YOUTH_EDIT)
def end_guardian(bond_id: int) -> BaseResponse:
    """End a guardianship from today on."""
    bond, youth, guardian = queries.get_bond_for(actor(), P.YOUTH_EDIT, bond_id, clock.today())
    services.end_guardian(bond, by=actor(), now=clock.now())
    flash(_("%(guardian)s is no longer a guardian of %(name)s.", guardian=guardian.name, name=youth.first_name))
    return redirect(file_of(youth.id), 303)


# ---- health ----


@bp.get("/people/<id:youth_id>/health")
@door(P.HEALTH_READ)
def health(youth_id: int) -> Response:
    """A young person's health notes; the reading is recorded."""
    youth = _youth(P.HEALTH_READ, youth_id)
    record_read("health.read", "person", youth.id, by=actor())
    return _health_page(youth, HealthForm())


@bp.post("/people/<id:youth_id>/health")
@door(P.HEALTH_EDIT)
def add_health(youth_id: int) -> BaseResponse:
    """Note something about a young person's health."""
    youth, form = _youth(P.HEALTH_EDIT, youth_id), HealthForm()
    if form.validate_on_submit():
        try:
            kind = HealthKind(form.kind.data)
            about = {"alert": form.alert.data, "detail": form.detail.data}
            services.note_health(youth, kind, **about, by=actor(), now=clock.now())
            flash(_("Saved."), "signed")
            return redirect(url_for("people.health", youth_id=youth.id), 303)
        except Refused as problem:
            form.take(problem.reasons)
    record_read("health.read", "person", youth.id, by=actor())
    return _health_page(youth, form, 422)


@bp.post("/people/<id:youth_id>/health/<id:note_id>/end")
@door(P.HEALTH_EDIT)
def end_health(youth_id: int, note_id: int) -> BaseResponse:
    """Say that a health note no longer holds."""
    youth = _youth(P.HEALTH_EDIT, youth_id)
    services.end_health(queries.get_health_note(youth.id, note_id), by=actor(), now=clock.now())
    flash(_("The note no longer holds. It stays in the file, sealed."))
    return redirect(url_for("people.health", youth_id=youth.id), 303)


def _health_page(youth: Person, form: HealthForm, status: int = 200) -> Response:
    notes = queries.health_of(youth.id)
    return page("people/health.html", status=status, youth=youth, notes=notes, form=form, kinds=HEALTH_KINDS)


# ---- custody ----


@bp.get("/people/<id:youth_id>/custody")
@door(P.CUSTODY_READ)
def custody(youth_id: int) -> Response:
    """What courts forbid adults about a child; the reading is recorded."""
    youth = _youth(P.CUSTODY_READ, youth_id)
    record_read("custody.read", "person", youth.id, by=actor())
    return _custody_page(youth, _custody_form(youth, starts_on=clock.today()))


@bp.post("/people/<id:youth_id>/custody")
@door(P.CUSTODY_EDIT)
def restrict(youth_id: int) -> BaseResponse:
    """Record a custody restriction; it holds at once."""
    youth = _youth(P.CUSTODY_EDIT, youth_id)
    form: Any = _custody_form(youth)
    if form.validate_on_submit():
        try:
            services.restrict_custody(
                youth,
                queries.get_person(int(form.adult_id.data)),
                no_collect=form.no_collect.data,
                no_decide=form.no_decide.data,
                no_information=form.no_information.data,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                note=form.note.data,
                by=actor(),
                now=clock.now(),
            )
            flash(_("The restriction is recorded and holds from its first day."), "signed")
            return redirect(url_for("people.custody", youth_id=youth.id), 303)
        except Refused as problem:
            form.take(
                Refusal(each.code, each.sentence, "no_collect" if each.field == "limits" else each.field, each.values)
                for each in problem.reasons
            )
    record_read("custody.read", "person", youth.id, by=actor())
    return _custody_page(youth, form, 422)


@bp.post("/people/<id:youth_id>/custody/<id:restriction_id>/end")
@door(P.CUSTODY_EDIT)
def end_custody(youth_id: int, restriction_id: int) -> BaseResponse:
    """Let a restriction hold today for the last time."""
    youth = _youth(P.CUSTODY_EDIT, youth_id)
    restriction = queries.get_restriction(youth.id, restriction_id)
    services.end_custody(restriction, on=clock.today(), by=actor(), now=clock.now())
    flash(_("The restriction holds today for the last time."))
    return redirect(url_for("people.custody", youth_id=youth.id), 303)


def _custody_form(youth: Person, **values: Any) -> CustodyForm:
    form = CustodyForm(**values)
    adults = queries.adults_about(actor(), P.CUSTODY_READ, youth.id, clock.today())
    form.adult_id.choices = [SelectChoice(str(adult.id), adult.name) for adult in adults]
    return form


def _custody_page(youth: Person, form: CustodyForm, status: int = 200) -> Response:
    lines, on = queries.custody_of(youth.id), clock.today()
    current = [line for line in lines if line.ends_on is None or line.ends_on >= on]
    past = [line for line in lines if line not in current]
    return page("people/custody.html", status=status, youth=youth, current=current, past=past, form=form)


# ---- emergency contacts and homes ----


@bp.get("/people/<id:youth_id>/emergency")
@door(P.YOUTH_EDIT)
def emergency(youth_id: int) -> Response:
    """Whom to call besides the guardians."""
    return _emergency_page(_youth(P.YOUTH_EDIT, youth_id), EmergencyForm())


@bp.post("/people/<id:youth_id>/emergency")
@door(P.YOUTH_EDIT)
def add_emergency(youth_id: int) -> BaseResponse:
    """Name somebody else to call."""
    youth = _youth(P.YOUTH_EDIT, youth_id)
    form: Any = EmergencyForm()
    if not form.validate_on_submit():
        return _emergency_page(youth, form, 422)
    about: dict[str, Any] = {"relation": form.relation.data, "by": actor(), "now": clock.now()}
    services.add_emergency_contact(youth, form.name.data, form.phone.data, **about)
    flash(_("Saved."), "signed")
    return redirect(url_for("people.emergency", youth_id=youth.id), 303)


@bp.post("/people/<id:youth_id>/emergency/<id:contact_id>/remove")
@door(P.YOUTH_EDIT)
def remove_emergency(youth_id: int, contact_id: int) -> BaseResponse:
    """Call this person no longer."""
    youth = _youth(P.YOUTH_EDIT, youth_id)
    contact = queries.get_emergency_contact(youth.id, contact_id)
    services.remove_emergency_contact(contact, by=actor(), now=clock.now())
    flash(_("Removed."))
    return redirect(url_for("people.emergency", youth_id=youth.id), 303)


def _emergency_page(youth: Person, form: EmergencyForm, status: int = 200) -> Response:
    lines = queries.emergency_of([youth.id]).get(youth.id, [])
    return page("people/emergency.html", status=status, youth=youth, lines=lines, form=form)


@bp.get("/people/<id:youth_id>/homes")
@door(P.YOUTH_EDIT)
def homes(youth_id: int) -> Response:
    """The homes of a child; two are as good as one."""
    return _homes_page(_youth(P.YOUTH_EDIT, youth_id), HomeForm())


@bp.post("/people/<id:youth_id>/homes")
@door(P.YOUTH_EDIT)
def add_home(youth_id: int) -> BaseResponse:
    """Give a child a home; a known address is joined, not made again."""
    youth, form = _youth(P.YOUTH_EDIT, youth_id), HomeForm()
    if not form.validate_on_submit():
        return _homes_page(youth, form, 422)
    address = {name: getattr(form, name).data or None for name in ("street", "unit", "city", "state", "postal_code")}
    services.live_at(youth, **address, by=actor(), now=clock.now())
    flash(_("Saved."), "signed")
    return redirect(url_for("people.homes", youth_id=youth.id), 303)


@bp.post("/people/<id:youth_id>/homes/<id:household_id>/leave")
@door(P.YOUTH_EDIT)
def leave_home(youth_id: int, household_id: int) -> BaseResponse:
    """Let a child live here no longer."""
    youth = _youth(P.YOUTH_EDIT, youth_id)
    home = queries.get_home(youth.id, household_id)
    services.leave_household(home, youth, by=actor(), now=clock.now())
    flash(_("Removed."))
    return redirect(url_for("people.homes", youth_id=youth.id), 303)


def _homes_page(youth: Person, form: HomeForm, status: int = 200) -> Response:
    lines = queries.homes_for(actor(), P.YOUTH_EDIT, youth.id, clock.today())
    return page("people/homes.html", status=status, youth=youth, homes=lines, form=form)


# ---- merging ----


@bp.get("/people/doubles")
@door(P.PEOPLE_MERGE)
def doubles() -> Response:
    """Records that may be one person."""
    return page("people/doubles.html", doubles=queries.list_doubles(actor(), clock.today()))


@bp.get("/people/<id:person_id>/merge")
@door(P.PEOPLE_MERGE)
def ask_merge(person_id: int) -> Response:
    """Choose the record that is the same person, and see what follows."""
    kept = queries.get_person_for(actor(), P.PEOPLE_MERGE, person_id, clock.today())
    return _merge_page(kept, MergeForm(formdata=None))


@bp.post("/people/<id:person_id>/merge")
@door(P.PEOPLE_MERGE)
def merge(person_id: int) -> BaseResponse:
    """Make two records one; this one stays."""
    on = clock.today()
    kept = queries.get_person_for(actor(), P.PEOPLE_MERGE, person_id, on)
    form: Any = MergeForm()
    if not form.validate_on_submit():
        return _merge_page(kept, form, 422)
    gone = queries.get_person_for(actor(), P.PEOPLE_MERGE, form.other_id.data, on)
    try:
        services.merge(kept, gone, by=actor(), now=clock.now())
    except Refused as problem:
        form.take(Refusal(each.code, each.sentence, None, each.values) for each in problem.reasons)
        return _merge_page(kept, form, 422)
    flash(_("The two records are one now."), "signed")
    return redirect(file_of(kept.id) if kept.kind is PersonKind.YOUTH else url_for("people.index", who="adult"), 303)


def _merge_page(kept: Person, form: MergeForm, status: int = 200) -> Response:
    on, words = clock.today(), asked_text("q")
    found = queries.list_people(
        actor(), P.PEOPLE_MERGE, on=on, words=words or kept.family_name or kept.given_name, kind=kept.kind, limit=21
    )
    others = [line for line in found if line.person_id != kept.id][:20]
    return page("people/merge.html", status=status, person=kept, form=form, others=others, words=words)

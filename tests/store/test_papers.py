"""What papers of a season read, on both engines."""

from __future__ import annotations

from datetime import timedelta

from tests.makers.accounts import make_actor
from tests.makers.people import make_guardian, make_youth
from tests.makers.programs import enroll, join, make_season, make_site, make_team
from tests.makers.scores import make_game, make_opponent, make_venue
from youthprog.access.types import Role
from youthprog.core import clock
from youthprog.leagues.models import Division
from youthprog.leagues.printing import queries
from youthprog.people.models import CustodyRestriction, HealthNote
from youthprog.people.types import HealthKind


def test_a_binder_has_everybody_with_a_place_by_name_and_what_its_reader_may_read(session):
    on = clock.today()
    season = make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)
    team = make_team(season)
    child, alone = make_youth("Imani", "Brooks"), make_youth("Noa", "Abel", hides_surname=True)
    make_guardian(child, "Dana", "Brooks")
    father = make_guardian(child, "Victor", "Brooks", rank=2)
    join(child, team.group, "4")
    enroll(alone, season)
    note = HealthNote(youth_id=child.id, kind=HealthKind.ALLERGY, recorded_at=clock.now())
    order = CustodyRestriction(
        youth_id=child.id, adult_id=father.id, no_collect=True, no_decide=False, no_information=True,
        starts_on=on, recorded_at=clock.now(),
    )  # fmt: skip
    session.add_all([note, order])
    session.flush()
    note.seal("detail_sealed", "Pen in the red pouch")
    session.flush()
    actor = make_actor(Role.COORDINATOR)
    youth = queries.binder_youth(actor, season.id, on)
    assert youth == [(alone.id, "Abel"), (child.id, "Brooks")]
    ids = [key for key, _family in youth]
    first, second = queries.binder_entries(actor, ids, season.id, on, with_custody=True)
    assert (first.teams, first.barred, first.guardians) == ((), (), ())
    assert (second.teams, second.jersey, second.barred) == ((team.group.name,), "4", ("Victor Brooks",))
    assert [each.name for each in second.guardians] == ["Dana Brooks"]
    assert second.health == ("Pen in the red pouch",)
    assert [each.barred for each in queries.binder_entries(actor, ids, season.id, on, with_custody=False)] == [None] * 2
    assert queries.surnames_hidden(ids) == {alone.id}
    assert queries.binder_youth(make_actor(Role.COACH, father.id), season.id, on) == []


def test_a_field_is_named_with_its_site_where_there_are_several(session):
    on = clock.today()
    season = make_season(starts_on=on - timedelta(20), ends_on=on + timedelta(60), age_cutoff_on=on)
    team = make_team(season)
    other = make_opponent(session.get_one(Division, team.division_id), season, "Hawks")
    first = make_venue("Field 1")
    game = make_game(team, other, first)
    assert [each.fixture_id for each in queries.games_to_print(season.id, team.id)] == [game.id]
    assert queries.places_of({first.id}) == {first.id: "Field 1"}
    park = make_site("Memorial Park")
    elsewhere = make_venue("Field 1", park.id)
    found = queries.places_of({first.id, elsewhere.id})
    assert found[elsewhere.id] == f"{park.name}, Field 1"
    assert found[first.id].endswith(", Field 1")

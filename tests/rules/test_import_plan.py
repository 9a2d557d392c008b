"""What an import would change: new, update, same or refuse, and how families come together."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from youthprog.demo.department import plan_department
from youthprog.demo.files import sports_connect_csv
from youthprog.demo.types import Size
from youthprog.leagues.imports.importing import read_players
from youthprog.leagues.imports.plan import plan_import
from youthprog.leagues.imports.plan_people import address_key
from youthprog.leagues.imports.types import (
    Action,
    Existing,
    GuardianRow,
    KnownAdult,
    KnownHousehold,
    KnownTeam,
    KnownYouth,
    PlannedRow,
    PlayerRow,
    Ref,
    Window,
)
from youthprog.people.types import Gender

TODAY = date(2026, 11, 23)
BORN = date(2016, 2, 14)
ROSA = GuardianRow("Rosa", "Aguilar", "rosa@post.example", ("+12175550141",))
MATEO = PlayerRow(
    2, "Mateo", "Aguilar", BORN, Gender.BOY, guardians=(ROSA,), street="40 Mill Street", city="Riverton", postal_code="62790",
    division="Under 10", team="Tigers U10", jersey="1", school="Lincoln Elementary", external=(("sports_connect", "18001"),),
)  # fmt: skip

VALUES = {
    "gender": "boy",
    "school": "Lincoln Elementary",
    "allergies": "",
    "conditions": "",
    "emergency_name": "",
    "emergency_phone": "",
}
KNOWN_MATEO = KnownYouth(
    7, "Mateo", "Aguilar", BORN, VALUES, guardian_ids=frozenset({8}), team_ids=frozenset({3}), jersey="1", placed=True
)
KNOWN_ROSA = KnownAdult(
    8, "Rosa", "Aguilar", frozenset({"rosa@post.example"}), frozenset({"+12175550141"}), household_id=5
)
TIGERS = KnownTeam(3, "Tigers U10", "Under 10")
HERE = Existing((KNOWN_MATEO,), (KNOWN_ROSA,), (TIGERS,), (), {("sports_connect", "18001"): 7})


def plan_one(row: PlayerRow, existing: Existing = HERE) -> PlannedRow:
    (planned,) = plan_import([row], existing)
    return planned


def codes(planned: PlannedRow) -> list[str]:
    return [problem.code for problem in planned.problems]


def test_everything_is_new_in_an_empty_department() -> None:
    planned = plan_one(MATEO, Existing())
    assert planned.action is Action.NEW
    assert planned.youth.new
    assert planned.guardians[0].new
    assert planned.household
    assert planned.household.new
    assert planned.team
    assert planned.team.new
    assert (planned.team_name, planned.jersey) == ("Tigers U10", "1")
    assert codes(planned) == ["new_team"]


def test_the_same_again_changes_nothing() -> None:
    planned = plan_one(MATEO)
    assert planned.action is Action.SAME
    assert planned.changes == ()
    assert (planned.youth, planned.guardians, planned.team) == (Ref(id=7), (Ref(id=8),), Ref(id=3))


def test_blank_cells_erase_nothing() -> None:
    bare = PlayerRow(2, "Mateo", "Aguilar", BORN)
    assert plan_one(bare).action is Action.SAME


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"school": "Foundry Middle School"}, "school"),
        ({"gender": Gender.OTHER}, "gender"),
        ({"allergies": "Peanuts"}, "allergies"),
        ({"conditions": "Asthma"}, "conditions"),
        ({"jersey": "00"}, "jersey"),
        ({"team": "Hawks U12", "division": "Under 12"}, "team"),
        ({"guardians": (ROSA, GuardianRow("Luis", "Aguilar", "luis@post.example"))}, "guardians"),
        ({"guardians": (replace(ROSA, phones=("+12175550199",)),)}, "contacts"),
        ({"external": (("sports_connect", "999"),)}, "player_id"),
        ({"family_name": "Aguilar Ruiz"}, "family_name"),
        ({"given_name": "Matías"}, "given_name"),
    ],
)
def test_a_difference_is_an_update_that_names_it(change: dict[str, object], named: str) -> None:
    planned = plan_one(replace(MATEO, **change))  # type: ignore[arg-type]
    assert planned.action is Action.UPDATE
    assert planned.changes == (named,)


def test_an_emergency_contact_counts_with_name_and_phone() -> None:
    whole = replace(MATEO, emergency_name="Luz Ruiz", emergency_phone="+12175550119")
    assert plan_one(whole).changes == ("emergency_name", "emergency_phone")
    assert plan_one(replace(whole, emergency_phone="")).action is Action.SAME


def test_one_of_several_notes_is_known() -> None:
    here = replace(HERE, youth=(replace(KNOWN_MATEO, values=VALUES | {"allergies": "Bees\nPeanuts"}),))
    assert plan_one(replace(MATEO, allergies="Peanuts"), here).action is Action.SAME


def test_nobody_is_taken_out_of_a_team() -> None:
    planned = plan_one(replace(MATEO, team="Hawks U10"))
    assert planned.action is Action.SAME
    assert planned.team is None
    assert codes(planned) == ["other_team"]


def test_a_full_team_takes_nobody() -> None:
    here = replace(HERE, teams=(replace(TIGERS, free=0),))
    assert plan_one(MATEO, here).action is Action.SAME
    planned = plan_one(replace(MATEO, given_name="Noé", external=(), jersey=""), here)
    assert (planned.team, codes(planned)) == (None, ["team_full"])


def test_a_full_season_puts_in_line() -> None:
    window = Window(date(2026, 8, 31), 8, 12, places_left=1)
    rows = [MATEO, replace(MATEO, row=3, given_name="Noé", external=(), jersey="2")]
    first, second = plan_import(rows, Existing(window=window))
    assert first.enrolls
    assert first.team
    assert second.enrolls
    assert (second.team, codes(second)) == (None, ["waitlist"])


def test_a_youth_outside_the_ages_comes_without_a_place() -> None:
    planned = plan_one(MATEO, Existing(window=Window(date(2026, 8, 31), 11, 12)))
    assert planned.action is Action.NEW
    assert not planned.enrolls
    assert planned.team is None
    assert codes(planned) == ["outside_ages"]
    assert str(planned.problems[0]).startswith("10 years old")


def test_who_withdrew_or_waits_stays_so() -> None:
    here = replace(HERE, youth=(replace(KNOWN_MATEO, may_join=False, team_ids=frozenset()),))
    assert plan_one(MATEO, here).action is Action.SAME


def test_accents_and_case_make_no_other_child() -> None:
    assert plan_one(replace(MATEO, given_name="MATÉO", external=())).action is Action.SAME


def test_a_youth_without_a_place_gets_one() -> None:
    here = replace(HERE, youth=(replace(KNOWN_MATEO, placed=False),))
    planned = plan_one(MATEO, here)
    assert planned.changes == ("enrollment",)
    assert planned.enrolls


def test_a_player_id_of_somebody_else_is_refused() -> None:
    planned = plan_one(replace(MATEO, given_name="Bo", family_name="Ng"))
    assert planned.action is Action.REFUSE
    assert codes(planned) == ["other_person"]


def test_two_records_of_one_name_are_refused_unless_a_guardian_tells() -> None:
    double = replace(KNOWN_MATEO, id=70, guardian_ids=frozenset())
    here = replace(HERE, youth=(KNOWN_MATEO, double), external={})
    assert plan_one(replace(MATEO, external=()), here).youth == Ref(id=7)
    stranger = replace(MATEO, external=(), guardians=(GuardianRow("Ana", "Flores", "ana@post.example"),))
    planned = plan_one(stranger, here)
    assert planned.action is Action.REFUSE
    assert codes(planned) == ["two_match"]


def test_another_birth_date_is_another_child_and_told() -> None:
    stranger = GuardianRow("Ana", "Flores", "ana@post.example")
    planned = plan_one(replace(MATEO, born_on=date(2016, 2, 15), external=(), jersey="2", guardians=(stranger,)))
    assert planned.action is Action.NEW
    assert codes(planned) == ["near_match"]


def test_siblings_share_guardian_and_household() -> None:
    sister = replace(MATEO, row=3, given_name="Lucía", external=(), street="", team="")
    first, second = plan_import([MATEO, sister], Existing())
    assert first.household == second.household
    assert first.guardians == second.guardians


def test_siblings_meet_by_address_alone() -> None:
    sister = replace(
        MATEO,
        row=3,
        given_name="Lucía",
        external=(),
        team="",
        street="40 MILL street.",
        guardians=(GuardianRow("Luis", "Ruiz", "l@post.example"),),
    )
    first, second = plan_import([MATEO, sister], Existing())
    assert first.household == second.household
    assert first.guardians != second.guardians


def test_a_sibling_joins_the_household_that_is_here() -> None:
    sister = replace(MATEO, given_name="Lucía", external=(), team="")
    assert plan_one(sister).household == Ref(id=5)
    by_address = Existing(households=(KnownHousehold(9, address_key("40 Mill Street", "", "Riverton", "62790")),))
    assert plan_one(sister, by_address).household == Ref(id=9)


def test_one_mail_address_shared_by_two_adults_stays_two_adults() -> None:
    planned = plan_one(replace(MATEO, guardians=(replace(ROSA, given_name="Luis"),)))
    assert planned.guardians[0].new
    assert planned.changes == ("guardians",)


def test_a_guardian_with_new_contacts_is_known_by_the_child() -> None:
    planned = plan_one(replace(MATEO, guardians=(GuardianRow("Rosa", "Aguilar", "new@post.example"),)))
    assert planned.guardians == (Ref(id=8),)
    assert planned.changes == ("contacts",)


def test_a_namesake_without_common_contact_is_another_adult() -> None:
    other = replace(
        MATEO, given_name="Noé", external=(), guardians=(GuardianRow("Rosa", "Aguilar", "other@post.example"),), team=""
    )
    assert plan_one(other).guardians[0].new


@pytest.mark.parametrize("name", ["tigers u10", " TIGERS  U10 ", "Tígers U10"])
def test_team_names_match_without_case_blanks_and_accents(name: str) -> None:
    assert plan_one(replace(MATEO, team=name)).team == Ref(id=3)


def test_a_team_of_another_division_is_another_team_when_the_file_has_both() -> None:
    older = replace(MATEO, row=3, given_name="Lucía", external=(), team="Tigers", division="Under 12", jersey="")
    younger = replace(MATEO, team="Tigers", division="Under 10")
    first, second = plan_import([younger, older], Existing())
    assert first.team != second.team
    assert (first.team_name, second.team_name) == ("Tigers", "Tigers (Under 12)")
    again = Existing(teams=(KnownTeam(1, "Tigers", "Under 10"), KnownTeam(2, "Tigers (Under 12)", "Under 12")))
    assert [planned.team for planned in plan_import([younger, older], again)] == [Ref(id=1), Ref(id=2)]


def test_an_unknown_team_is_left_out_when_none_may_be_made() -> None:
    (planned,) = plan_import([replace(MATEO, team="Narwhals")], Existing(), may_make_teams=False)
    assert planned.team is None
    assert codes(planned) == ["unknown_team"]


def test_a_jersey_of_a_teammate_is_left_out() -> None:
    other = replace(MATEO, row=3, given_name="Noé", external=())
    planned = plan_one(other)
    assert planned.jersey == ""
    assert codes(planned) == ["jersey_taken"]
    here = replace(HERE, youth=(KNOWN_MATEO, replace(KNOWN_MATEO, id=9, given_name="Noé", jersey="")))
    assert plan_one(other, here).action is Action.SAME


def test_a_child_in_two_divisions_is_made_once() -> None:
    rows = [MATEO, replace(MATEO, row=3, division="Under 12", team="Hawks U12")]
    first, second = plan_import(rows, Existing())
    assert first.youth == second.youth
    assert (first.action, second.action) == (Action.NEW, Action.UPDATE)
    assert second.changes == ("team",)


def test_a_whole_export_twice_changes_nothing_the_second_time() -> None:
    department = plan_department(Size.M, seed=2, today=TODAY)
    rows = read_players(sports_connect_csv(department, most=400), filename="x", today=TODAY).rows
    planned = plan_import([*rows, *rows], Existing())
    assert Counter(one.action for one in planned[: len(rows)]) == {Action.NEW: len(rows)}
    assert Counter(one.action for one in planned[len(rows) :]) == {Action.SAME: len(rows)}


# Alike, and asked about -------------------------------------------------------------------------------------------

STRANGER = GuardianRow("Ana", "Flores", "ana@post.example")


def test_a_child_of_that_name_and_birthday_in_another_family_is_asked_about() -> None:
    planned = plan_one(replace(MATEO, external=(), guardians=(STRANGER,)))
    assert (planned.action, codes(planned)) == (Action.REFUSE, ["maybe_same"])
    (other,) = planned.alike
    assert (other.youth_id, other.guardians, other.teams) == (7, ("Rosa Aguilar",), ("Tigers U10",))


def test_a_nickname_with_the_same_birthday_is_asked_about_and_never_joined() -> None:
    planned = plan_one(replace(MATEO, given_name="Matt", external=()))
    assert (planned.action, codes(planned)) == (Action.REFUSE, ["maybe_same"])


@pytest.mark.parametrize(
    "row", [replace(MATEO, given_name="Matt", external=()), replace(MATEO, external=(), guardians=(STRANGER,))]
)
def test_what_a_person_said_of_the_two_holds(row: PlayerRow) -> None:
    pair = plan_one(row).alike[0].pair
    same = plan_one(row, replace(HERE, decided={pair: True}))
    assert same.youth == Ref(id=7)
    assert not {"given_name", "family_name"} & set(same.changes)
    apart = plan_one(row, replace(HERE, decided={pair: False}))
    assert (apart.action, apart.alike) == (Action.NEW, ())


def test_two_spellings_in_one_file_are_asked_about() -> None:
    first, second = plan_import([MATEO, replace(MATEO, row=3, given_name="Matt", external=())], Existing())
    assert (first.action, second.action) == (Action.NEW, Action.REFUSE)
    assert second.alike[0].row == 2


def test_twins_are_not_asked_about() -> None:
    first, second = plan_import([MATEO, replace(MATEO, row=3, given_name="Lucas", external=(), jersey="2")], Existing())
    assert (first.action, second.action) == (Action.NEW, Action.NEW)


def test_a_row_without_a_birth_date_means_the_one_of_the_season() -> None:
    bare = replace(MATEO, born_on=None, external=(), guardians=())
    assert plan_one(bare).youth == Ref(id=7)
    assert plan_one(bare).action is Action.SAME


def test_a_row_without_a_birth_date_that_is_nobody_here_comes_in_without_a_place() -> None:
    planned = plan_one(replace(MATEO, given_name="Noé", born_on=None, external=(), guardians=()))
    assert (planned.action, planned.enrolls, planned.team) == (Action.NEW, False, None)
    assert codes(planned) == ["no_birth_date_yet"]


def test_a_row_without_a_birth_date_does_not_choose_between_two() -> None:
    two = replace(HERE, youth=(KNOWN_MATEO, replace(KNOWN_MATEO, id=70, born_on=date(2014, 1, 1), jersey="")))
    assert codes(plan_one(replace(MATEO, born_on=None, external=(), guardians=()), two)) == ["two_match"]


def test_a_place_that_is_no_site_here_is_named_and_one_that_is_counts():
    row = replace(MATEO, for_teams=(("BAD_PLACES", "Lincoln Park; Mill Hall"),))
    known = replace(HERE, sites=frozenset({"lincoln park"}))
    assert codes(plan_one(row, known)) == ["unknown_place"]
    assert codes(plan_one(row, replace(known, sites=known.sites | {"mill hall"}))) == []


def test_a_team_that_is_barred_is_said_without_why():
    child = replace(KNOWN_MATEO, team_ids=frozenset(), barred_ids=frozenset({3}))
    planned = plan_one(MATEO, replace(HERE, youth=(child,)))
    assert (codes(planned), planned.team) == (["kept_away"], None)
    assert "custody" not in planned.problems[0].sentence

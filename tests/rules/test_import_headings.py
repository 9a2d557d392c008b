"""What every column of every known export means, heading by heading: facts of our own, against which reading is held.

"Right" is: the column goes to the part named here; or it is never kept ("never": cards, payments, insurance); or it is
passed over because it means nothing here ("-"). A heading that is not known at all is shown for mapping by hand.
"""

from __future__ import annotations

import pytest

from youthprog.demo.headers import SPORTS_CONNECT, TEAMSNAP
from youthprog.leagues.imports.columns import Part, base_of, headings_of, is_never_kept, read_columns, recognized
from youthprog.leagues.imports.file_reading import kind_of
from youthprog.leagues.imports.game_columns import GamePart, read_game_columns
from youthprog.leagues.imports.types import ImportKind

NEVER, NONE = "never", "-"

SPORTS_CONNECT_MEANS = """
Program Name=PROGRAM|Division Name=DIVISION|Account First Name=GUARDIAN_GIVEN|Account Last Name=GUARDIAN_FAMILY|
Player First Name=GIVEN|Player Last Name=FAMILY|Player Gender=GENDER|Player Birth Date=BORN|Street Address=STREET|Unit=UNIT|
City=CITY|State=STATE|Postal Code=POSTAL_CODE|User Email=GUARDIAN_EMAIL|Telephone=CONTACT_PHONE|Cellphone=CONTACT_PHONE|
Other Phone=CONTACT_PHONE|Team Name=TEAM|OrderItem Amount=never|OrderItem Amount Paid=never|OrderItem Balance=never|
Order Payment Status=never|Jersey Size=SHIRT|Player Allergies=ALLERGIES|Player Emergency Contact First Name=EMERGENCY_GIVEN|
Player Emergency Contact Last Name=EMERGENCY_FAMILY|Player Emergency Telephone=EMERGENCY_PHONE|Player Insurance Company=never|
Player Insurance Policy Holder=never|Player Insurance Policy Number=never|Player Physical Conditions=CONDITIONS|
Special Player Request=REQUEST|Position Played=POSITION|School Name=SCHOOL|Little League School Name=SCHOOL|
Current Grade=GRADE|Teammate Request=TEAMMATE|Coach Request=COACH|Years of Experience=EXPERIENCE|Division Price=never|
Division Accept Deposits=never|Division Deposit Amount=never|Division Tryout Fee Amount=never|
Order Detail Program Name=PROGRAM|Order Detail Division Name=DIVISION|Order Deposit Only=never|Order Deposit Only Amount=never|
Order Amount=never|Billing First Name=never|Billing Last Name=never|Billing Address=never|Last 4 of CC=never|
Order Card Expiry Month=never|Order Card Expiry Year=never|Order Payment Message=never|Order Payment Amount=never|
User Paid CC Fee=never|User Paid Registration Fee=never|Admin Paid CC Fee=never|Admin Paid Registration Fee=never|
Total Payment Amount=never|Order Payment Method=never|Non-Volunteer Fee=never|Player Id=PLAYER_ID|Player Middle Initial=MIDDLE|
Birth Date Time Stamp=BORN|Player Email=PLAYER_EMAIL|Player Street=STREET|Player Unit=UNIT|Player City=CITY|Player State=STATE|
Player Postal Code=POSTAL_CODE|Player Telephone=PLAYER_PHONE|Player State Abbreviation=STATE|Player Cellphone=PLAYER_PHONE|
Player Jersey Number=JERSEY|Player Evaluation Rating=RATING|Player Suffix=SUFFIX
"""
TEAMSNAP_MEANS = """
First Name=GIVEN|Last Name=FAMILY|Birthdate=BORN|Mobile phone=CONTACT_PHONE|Other phone=CONTACT_PHONE|Street=STREET|
Street Line Two=UNIT|City=CITY|State/Province/County=STATE|Postal code=POSTAL_CODE|Jersey #=JERSEY|Position=POSITION|
School=SCHOOL|Shirt size=SHIRT|Is Coach=IS_COACH|Is Non-Player=IS_NON_PLAYER
"""
TEAMBUILDER_MEANS = """
PlayerID=PLAYER_ID|Player Name=NAME|Date Of Birth=BORN|Years of Experience:(18643797)=EXPERIENCE|Uniform Size:(18643801)=SHIRT|
Player Evaluation Rating=RATING|Parent LastName=GUARDIAN_FAMILY|Account Street Address=STREET|sponsor_id=-
"""
CYSLF_MEANS = """
id=-|last_name=FAMILY|first_name=GIVEN|grade=GRADE|team=TEAM|coach_skill=RATING|parent_skill=PARENT_RATING|
goalie_skill=GOALIE_RATING|preferred_locations=GOOD_PLACES|backup_locations=SPARE_PLACES|disallowed_locations=BAD_PLACES|
preferred_days=GOOD_DAYS|unavailable_days=BAD_DAYS|teammate_requests=TEAMMATE|lock=LOCKED|school=SCHOOL|comment=REQUEST
"""
SCHEDULES = {
    "teamsnap": """
Date=DATE|Start time=TIME|End time=END_TIME|Arrival Time=ARRIVE|Short label=TITLE|Event type=KIND|Division=DIVISION|
Home Team=HOME|Away Team=AWAY|Location=PLACE
""",
    "sportsengine upload": """
Start_Date=DATE|Start_Time=TIME|End_Date=END_DATE|End_Time=END_TIME|Title=TITLE|Description=-|Location=PLACE|
Location_URL=-|All_Day_Event=-|Event_Type=KIND|Tags=-|Team1_ID=-|Team1_Division_ID=-|Team1_Is_Home=FIRST_IS_HOME|
Team2_ID=-|Team2_Division_ID=-|Team2_Name=SECOND|Custom_Opponent=SECOND|Event_ID=KEY|Game_ID=KEY|Affects_Standings=-|
Points_Win=-|Points_Loss=-|Points_Tie=-|Points_OT_Win=-|Points_OT_Loss=-|Division_Override=DIVISION
""",
    "sportsengine season": """
Date=DATE|Time=TIME|Duration=DURATION|Home Team=HOME|Home Team Score=HOME_SCORE|Away Team=AWAY|
Away Team Score=AWAY_SCORE|Division Name=DIVISION|Location=PLACE|Status=STATUS
""",
    "demosphere": "External ID=KEY|Date=DATE|Time=TIME|Duration=DURATION|Location name=PLACE|Surface name=FIELD",
    "cerad": """
Number=NUMBER|Date=DATE|Time=TIME|Field=FIELD|Home Team=HOME| Away Team=AWAY|HDIV=HOME_DIVISION|ADIV=AWAY_DIVISION|
HREG=-|AREG=-|AREA=-
""",
    "tournament": """
id=KEY|projectKey=-|game_number=NUMBER|date=DATE|time=TIME|field=FIELD|division=DIVISION|pool=-|home=HOME|away=AWAY|
assignor=-|cr=-|ar1=-|ar2=-|r4th=-|medalRound=-|locked=-
""",
    "visitor": "Div=DIVISION|Game #=NUMBER|Date=DATE|Time=TIME|Field=FIELD|Home=HOME|Visitor=AWAY|Type=KIND",
}


def facts(text: str) -> dict[str, str]:
    """Heading -> what it means."""
    return dict(pair.rsplit("=", 1) for pair in text.replace("\n", "").split("|"))


@pytest.mark.parametrize(
    ("means", "headings"),
    [
        (SPORTS_CONNECT_MEANS, SPORTS_CONNECT),
        (TEAMSNAP_MEANS, TEAMSNAP),
        (TEAMBUILDER_MEANS, None),
        (CYSLF_MEANS, None),
    ],
    ids=["sports connect", "teamsnap", "teambuilder", "cyslf"],
)
@pytest.mark.parametrize("dress", [str, str.upper, lambda text: f" {text}  ".replace(" ", "\u00a0")])
def test_every_column_of_a_roster_is_judged_right(means, headings, dress):
    wanted = facts(means)
    headings = headings or tuple(wanted)
    columns = read_columns([dress(heading) for heading in headings])
    found = {index: part.name for part, places in columns.places.items() for index in places}
    found |= dict.fromkeys(columns.dropped, NEVER)
    # an export of Sports Connect names its order columns with OPH and ODP: payments all of them
    right = [
        found.get(index, NONE) == wanted.get(heading, NEVER if heading.startswith(("OPH", "ODP")) else NONE)
        for index, heading in enumerate(headings)
    ]
    wrong = [heading for heading, good in zip(headings, right, strict=True) if not good]
    assert wrong == []
    assert columns.unknown == ()
    assert not columns.missing()


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("dress", [str, str.upper, lambda text: f" {text} "])
def test_every_column_of_a_schedule_is_judged_right(name, dress):
    wanted = facts(SCHEDULES[name])
    columns = read_game_columns([dress(heading) for heading in wanted])
    found = {index: part.name for part, places in columns.places.items() for index in places}
    assert [found.get(index, NONE) for index in range(len(wanted))] == list(wanted.values())
    assert columns.unknown == ()
    assert not columns.missing()
    assert kind_of(tuple(wanted), {}) is ImportKind.SCHEDULE


@pytest.mark.parametrize("means", [SPORTS_CONNECT_MEANS, TEAMSNAP_MEANS, TEAMBUILDER_MEANS, CYSLF_MEANS])
def test_rosters_are_no_schedules(means):
    assert kind_of(tuple(facts(means)), {}) is ImportKind.PLAYERS


def test_what_nobody_knows_is_shown_for_mapping_by_hand():
    headings = ("Vorname", "Last Name", "DOB", "Favorite dinosaur")
    assert read_columns(headings).unknown == (0, 3)
    assert [part.name for part in read_columns(headings).missing()] == ["GIVEN"]


def test_what_was_said_of_a_heading_holds_for_the_next_file():
    said = {base_of("Vorname:(1)"): "GIVEN", base_of("Favorite dinosaur"): ""}
    columns = read_columns(("VORNAME:(77)", "Last Name", "DOB", "Favorite  dinosaur"), said)
    assert columns.places[Part.GIVEN] == (0,)
    assert columns.unknown == ()
    assert recognized(("Vorname", "Nachname"), said | {base_of("Nachname"): "FAMILY"}) == 2


def test_what_was_said_goes_before_what_is_known():
    columns = read_columns(("First Name", "Called", "Last Name", "DOB"), {"called": "GIVEN", "firstname": ""})
    assert columns.places[Part.GIVEN] == (1,)


def test_nobody_can_say_a_card_column_in():
    heading = "Card number"
    assert is_never_kept(heading)
    columns = read_columns((heading, "First Name"), {base_of(heading): "SCHOOL"})
    assert columns.dropped == {0}
    assert Part.SCHOOL not in columns.places


@pytest.mark.parametrize(
    "row", [("Li", "Ana", "K", "F"), ("Li", "Ana", "4th", "girl"), ("Li", "Ana", "Grade 12", "Male")]
)
def test_a_table_without_column_names_is_known_by_its_rows(row):
    assert headings_of([(1, row), (2, row)]) == ("Last Name", "First Name", "Grade", "Gender")


@pytest.mark.parametrize(
    "row", [("", "Ana", "4", "F"), ("Li", "Ana", "44", "F"), ("Li", "Ana", "4", ""), ("Li", "Ana", "4", "F", "x")]
)
def test_a_table_is_not_taken_for_what_one_row_does_not_show(row):
    assert headings_of([(1, ("Li", "Ana", "4", "F")), (2, row)]) == ()


def test_said_parts_of_games_count_too():
    columns = read_game_columns(("Wann", "Heim", "Gast"), {"wann": "DATE", "heim": "HOME", "gast": "AWAY"})
    assert columns.places == {GamePart.DATE: (0,), GamePart.HOME: (1,), GamePart.AWAY: (2,)}

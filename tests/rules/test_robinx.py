"""RobinX files: what is read, and what is refused, in one sentence that names its line."""

from __future__ import annotations

import pytest

from tests.makers.timetables import make_timetable, season_xml
from youthprog.leagues.timetables import xml_files
from youthprog.leagues.timetables.program import unwritable
from youthprog.leagues.timetables.robinx import read_solution, read_timetable
from youthprog.leagues.timetables.types import Range, Separation, Side, TeamDays
from youthprog.leagues.timetables.xml_files import XmlUnusable

PLAIN = season_xml(rules=['<CA1 teams="0" slots="1" mode="H" max="1" type="HARD"/>'])
LINE = PLAIN[: PLAIN.index("<CA1")].count("\n") + 1


def read(old: str = "", new: str = "") -> object:
    assert old in PLAIN
    return read_timetable(PLAIN.replace(old, new, 1).encode())


def test_a_season_is_read():
    timetable = make_timetable(
        compact=True,
        phased=True,
        rules=[
            '<CA1 teamGroups="1" slotGroups="1" mode="A" max="2" penalty="5" type="SOFT"/>',
            '<SE1 teams="0;1" min="3" type="HARD"/>',
        ],
    )
    assert (timetable.name, timetable.rounds, timetable.compact, timetable.phased) == ("Small & made up", 2, True, True)
    assert (timetable.team_names[3], timetable.slot_names[11], timetable.first_half) == ("Team 3", "Slot 11", 6)
    days, apart = timetable.rules
    assert days == TeamDays(
        line=days.line, hard=False, penalty=5, teams=(0, 1), slots=(0, 1, 2), side=Side.AWAY, wanted=Range(0, 2)
    )
    assert apart == Separation(line=days.line + 1, teams=(0, 1), apart=3)


def test_numbers_need_not_begin_at_nought_nor_stand_in_order():
    text = PLAIN.replace('<team id="0"', '<team id="17"').replace('teams="0"', 'teams="17"')
    timetable = read_timetable(text.encode())
    assert timetable.team_numbers == (1, 2, 3, 17)
    assert timetable.team_names[3] == "Team 0"
    assert timetable.rules[0].teams == (3,)


def test_what_is_left_out_has_its_usual_meaning():
    timetable = read("<numberRoundRobin>2</numberRoundRobin>", "")
    assert (timetable.rounds, timetable.rules[0].penalty, timetable.rules[0].wanted.low) == (2, 1, 0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<Instance>", "<Season>", "line 33: This is no well-formed XML"),
        ("<Instance>", "<!DOCTYPE x [<!ENTITY a 'b'>]><Instance>", "line 2: A document type is declared"),
        ('encoding="UTF-8"', 'encoding="UTF-99"', "encoding"),
        ("<Teams>", "<Clubs/><Teams>", None),
        ('<team id="1" league="0"', '<team id="1" league="1"', "The file has 2 leagues"),
        ('<team id="1"', '<team id="0"', "The team 0 stands twice."),
        ('<team id="1"', '<team id="one"', "team has id='one'; a whole number is needed."),
        ('<team id="1"', '<team number="1"', "team has no id"),
        ('<slot id="1"', '<slot id="2"', "The slot 2 stands twice."),
        ("<AdditionalGames/>", '<AdditionalGames><game/></AdditionalGames>', "Additional games are not known"),
        ("<Objective>SC", "<Objective>TR", "The objective 'TR' is not known"),
        ("<numberRoundRobin>2", "<numberRoundRobin>3", "numberRoundRobin must be 1 or 2."),
        ("<compactness>R", "<compactness>X", "compactness must be one of C, R."),
        ("<gameMode>NULL", "<gameMode>Q", "gameMode must be one of P, NULL."),
        ("<CA1 ", "<XY9 ", f"line {LINE}: The rule XY9 is not known"),
        (' type="HARD"', "", f"line {LINE}: CA1 does not say whether it is HARD or SOFT."),
        ('type="HARD"', 'type="MAYBE"', f"line {LINE}: CA1 has type='MAYBE'; known are HARD, SOFT."),
        ('max="1"', 'max="-1"', f"line {LINE}: CA1 has max='-1'; a whole number is needed."),
        ('max="1"', 'max="1" penalty="0.5"', f"line {LINE}: CA1 has penalty='0.5'"),
        ('mode="H"', 'mode="B"', f"line {LINE}: CA1 has mode='B'; known are H, A, HA."),
        ('teams="0"', 'teams="0;9"', f"line {LINE}: CA1 names the team '9', which is not there."),
        ('slots="1"', 'slots="1;-1"', f"line {LINE}: CA1 names the slot '-1', which is not there."),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(old, new, says):
    if says is None:
        assert read(old, new)
        return
    with pytest.raises(XmlUnusable) as problem:
        read(old, new)
    assert says in str(problem.value)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ('<CA2 teams1="0" teams2="1" slots="0" mode1="H" mode2="EVERY" max="0" type="HARD"/>', "CA2 has mode2='EVERY'"),
        ('<CA3 teams1="0" teams2="1" mode1="H" max="0" type="HARD"/>', "CA3 has no intp"),
        ('<CA4 teams1="0" teams2="1" slots="0" mode1="H" max="0" type="HARD"/>', "CA4 has mode2=''"),
        ('<GA1 meetings="0,1,2" slots="0" max="0" type="HARD"/>', "names '0,1,2', which is no pair of teams"),
        ('<GA1 meetings="0,7" slots="0" max="0" type="HARD"/>', "names the team '7'"),
        ('<BR1 teams="0" slots="0" intp="1" mode1="GEQ" type="HARD"/>', "at most so many breaks"),
        ('<BR2 teams="0" slots="0" intp="1" homeMode="H" mode2="LEQ" type="HARD"/>', "BR2 has homeMode='H'"),
        ('<FA2 teams="0;1" slots="0" intp="1" mode="A" type="HARD"/>', "FA2 has mode='A'"),
        ('<SE1 teams="0;1" min="1" mode1="GAMES" type="HARD"/>', "SE1 has mode1='GAMES'"),
    ],
)
def test_a_rule_that_cannot_be_told_exactly_is_refused(rule, says):
    with pytest.raises(XmlUnusable, match=says):
        make_timetable(rules=[rule])


@pytest.mark.parametrize("content", [b"", b"  \n", b"home,away\n", b"\x00\x01", b"<Solution/>"])
def test_what_is_no_season_at_all_is_refused(content):
    with pytest.raises(XmlUnusable):
        read_timetable(content)


def test_a_file_too_large_too_deep_or_too_full_is_refused(monkeypatch):
    with pytest.raises(XmlUnusable, match="more elements than any season has"):
        read_timetable(b"<a>" * 50 + b"</a>" * 50)
    monkeypatch.setattr(xml_files, "MOST_ELEMENTS", 10)
    with pytest.raises(XmlUnusable, match="more elements than any season has"):
        read_timetable(PLAIN.encode())
    monkeypatch.setattr(xml_files, "MOST_BYTES", 100)
    with pytest.raises(XmlUnusable, match="larger than"):
        read_timetable(PLAIN.encode())


def test_a_schedule_with_strange_games_is_refused():
    timetable = make_timetable()
    for game in ('home="0" away="0" slot="1"', 'home="0" away="9" slot="1"', 'home="0" away="1" slot="99"'):
        with pytest.raises(XmlUnusable, match="There is no game"):
            read_solution(f"<S><ScheduledMatch {game}/></S>".encode(), timetable)


@pytest.mark.parametrize(
    "rule",
    [
        '<BR1 teams="0" slots="1" intp="1" mode1="LEQ" mode2="HA" type="HARD"/>',
        '<CA3 teams1="0" teams2="1" intp="2" mode1="H" mode2="GAMES" max="1" type="HARD"/>',
    ],
)
def test_a_season_that_can_be_judged_but_not_solved_says_so(rule):
    assert "every team plays in every slot" in unwritable(make_timetable(rules=[rule]))
    assert not unwritable(make_timetable(rules=[rule], slots=6, compact=True))

"""Seasons in RobinX form, written by ourselves: small, with the rules a test asks for."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from youthprog.leagues.timetables.robinx import read_timetable
from youthprog.leagues.timetables.types import Timetable


def season_xml(
    *,
    teams: int = 4,
    slots: int = 12,
    rules: Sequence[str] = (),
    compact: bool = False,
    phased: bool = False,
    rounds: int = 2,
    extra: str = "",
) -> str:
    """A RobinX file: team groups 0 (all) and 1 (the first two), slot groups 0 (all) and 1 (the first three)."""
    team_lines = "\n".join(
        f'<team id="{n}" league="0" name="Team {n}" teamGroups="{"0;1" if n < 2 else "0"}"/>' for n in range(teams)
    )
    slot_lines = "\n".join(
        f'<slot id="{n}" name="Slot {n}" slotGroup="{"0;1" if n < 3 else "0"}"/>' for n in range(slots)
    )
    listed = "\n".join(rules)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Instance>
<MetaData><InstanceName>Small &amp; made up</InstanceName></MetaData>
<Structure><Format leagueIds="0"><numberRoundRobin>{rounds}</numberRoundRobin>
<compactness>{"C" if compact else "R"}</compactness><gameMode>{"P" if phased else "NULL"}</gameMode></Format>
<AdditionalGames/></Structure>
<ObjectiveFunction><Objective>SC</Objective></ObjectiveFunction>
<Resources>
<Teams>
{team_lines}
</Teams>
<Slots>
{slot_lines}
</Slots>
</Resources>
<Constraints><CapacityConstraints>
{listed}
</CapacityConstraints></Constraints>{extra}
</Instance>
"""


def make_timetable(**asked: object) -> Timetable:
    """The season of `season_xml`, read."""
    return read_timetable(season_xml(**asked).encode())  # type: ignore[arg-type]


def bar(team: int, slots: Sequence[int], mode: str = "H") -> str:
    """A hard rule that keeps a team from playing (at home, by default) in slots."""
    listed = ";".join(map(str, slots))
    return f'<CA1 max="0" min="0" mode="{mode}" penalty="1" slots="{listed}" teams="{team}" type="HARD"/>'


def amateur_rules(teams: int, slots: int, seed: int, *, home_days: int = 0) -> list[str]:
    """Rules like those of real amateur seasons: home days offered, days off, at most two games in four days, wishes."""
    random = Random(seed)
    rules = []
    for team in range(teams):
        offered = random.sample(range(slots), home_days or teams + 4)
        rules.append(bar(team, [slot for slot in range(slots) if slot not in offered]))
        rules.append(bar(team, random.sample(range(slots), 2), "HA"))
    everybody = 'mode1="HA" mode2="SLOTS" teamGroups1="0" teamGroups2="0" min="0"'
    rules.append(f'<CA3 intp="4" max="2" penalty="1" type="HARD" {everybody}/>')
    rules += [
        f'<CA3 intp="{length}" max="1" penalty="{penalty}" type="SOFT" {everybody}/>'
        for length, penalty in ((2, 5), (3, 1), (4, 1))
    ]
    rules.append('<SE1 max="99" min="4" penalty="1" teamGroups="0" type="HARD"/>')
    return rules

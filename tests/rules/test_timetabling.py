"""Timetabling small seasons: what the solver counts is what the judge counts, and the command says what was found."""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.makers.timetables import amateur_rules, bar, make_timetable, season_xml
from youthprog.cli import main
from youthprog.leagues.timetables import command as schedule_command
from youthprog.leagues.timetables.annealing import Heat, Walk, fits, ground_of
from youthprog.leagues.timetables.compact_start import circle_games
from youthprog.leagues.timetables.program import program_of
from youthprog.leagues.timetables.program_solving import Effort, Found, Halt, Net, hard_part, solve
from youthprog.leagues.timetables.robinx import read_solution, read_timetable
from youthprog.leagues.timetables.rules import judge
from youthprog.leagues.timetables.timetabling import Timetabling, games_of, start_of
from youthprog.leagues.timetables.types import Meeting

EVERYBODY = "0;1;2;3;4;5"


def any_rule(random: Random, slots: int) -> str:
    """One rule of any of the nine kinds, hard or soft."""
    some = ";".join(map(str, random.sample(range(6), random.randint(1, 4))))
    days = ";".join(map(str, random.sample(range(slots), random.randint(1, 6))))
    side = random.choice(["H", "A", "HA"])
    high, low = random.randint(0, 2), random.randint(0, 1)
    shared = f'type="{random.choice(["HARD", "SOFT"])}" penalty="{random.randint(1, 9)}"'
    between = f'teams1="{some}" teams2="{EVERYBODY}" mode1="{side}" min="{min(low, high)}" max="{high}" {shared}'
    return random.choice(
        [
            f'<CA1 teams="{some}" slots="{days}" mode="{side}" min="{min(low, high)}" max="{high}" {shared}/>',
            f'<CA2 slots="{days}" mode2="GLOBAL" {between.replace(EVERYBODY, some)}/>',
            f'<CA3 intp="{random.randint(2, 4)}" mode2="SLOTS" {between}/>',
            f'<CA4 slots="{days}" mode2="{random.choice(["GLOBAL", "EVERY"])}" {between}/>',
            f'<GA1 meetings="0,1;2,3;5,4" slots="{days}" min="{min(low, high)}" max="{high}" {shared}/>',
            f'<BR1 teams="{some}" slots="{days}" intp="{low}" mode1="LEQ" mode2="{side}" {shared}/>',
            f'<BR2 teams="{EVERYBODY}" slots="{days}" intp="{high}" homeMode="HA" mode2="LEQ" {shared}/>',
            f'<FA2 teams="{some}" slots="{days}" intp="{low}" mode="H" {shared}/>',
            f'<SE1 teams="{some}" min="{random.randint(1, 7)}" mode1="SLOTS" {shared}/>',
        ]
    )


def test_the_program_costs_what_the_judge_counts():
    for case in range(15):
        random = Random(case)
        timetable = make_timetable(
            teams=6, slots=10, compact=True, phased=case % 2 == 0, rules=[any_rule(random, 10) for _ in range(6)]
        )
        shift = list(range(5))
        random.shuffle(shift)
        games = [
            Meeting(game.home, game.away, shift[game.slot % 5] + 5 * (game.slot // 5))
            for game in circle_games(timetable)
        ]
        verdict = judge(timetable, games)
        assert not verdict.faults
        program = program_of(timetable, elastic=True)
        values = start_of(program, games, Halt())
        assert games_of(program, values) == sorted(games)
        priced = [
            sum(cost * value for cost, value in zip(costs, values, strict=True))
            for costs in (program.hard_cost, program.cost)
        ]
        assert priced == [verdict.hard, verdict.soft], case


def test_a_strict_program_has_only_schedules_that_keep_the_hard_rules():
    for case in range(6):
        timetable = make_timetable(
            teams=6, slots=10, compact=True, rules=[any_rule(Random(case), 10) for _ in range(4)]
        )
        program = program_of(timetable)
        answer = solve(program, program.cost, Effort(20, workers=2, first_only=True), halt=Halt())
        if answer.found in (Found.BEST, Found.SOME):
            assert judge(timetable, games_of(program, answer.values)).feasible


def amateur(seed: int, teams: int = 6, slots: int = 80) -> tuple[str, object]:
    text = season_xml(teams=teams, slots=slots, rules=amateur_rules(teams, slots, seed, home_days=12))
    return text, read_timetable(text.encode())


def test_annealing_counts_every_move_as_the_whole_is_counted():
    rules = [*amateur_rules(5, 40, 3, home_days=16), bar(2, [1, 5, 9], "HA").replace("HARD", "SOFT")]
    timetable = make_timetable(teams=5, slots=40, rules=rules)
    assert fits(timetable)
    program = program_of(timetable)
    answer = solve(program, program.cost, Effort(20, workers=2, first_only=True), halt=Halt(), part=hard_part(program))
    ground = ground_of(timetable)
    day_of = {game[:2]: game.slot for game in games_of(program, answer.values)}
    walk = Walk(ground, [day_of[pair] for pair in zip(ground.hosts, ground.guests, strict=True)], seed=1)

    def figures(days: list[int]) -> int:
        games = [Meeting(*game) for game in zip(ground.hosts, ground.guests, days, strict=True)]
        verdict = judge(timetable, games)
        assert not verdict.faults
        return verdict.soft + 12 * verdict.hard

    assert walk.cost == figures(walk.day)
    start = walk.cost
    for warm in (20.0, 5.0, 1.0):
        walk.thousand(warm)
        assert walk.cost == walk.price() == figures(walk.day)
    for _ in walk.run(Heat(3, 0.2, 20_000), time.monotonic() + 60):
        pass
    assert figures(walk.best) == walk.best_cost < start


@pytest.mark.parametrize(
    "rule",
    [
        '<CA1 teams="0" slots="1;2" mode="H" max="1" type="HARD"/>',
        '<CA3 intp="4" max="2" mode1="H" mode2="SLOTS" teamGroups1="0" teamGroups2="0" type="HARD"/>',
        '<CA3 intp="4" max="2" mode1="HA" mode2="SLOTS" teams1="0" teams2="1" type="HARD"/>',
        '<CA3 intp="9" max="2" mode1="HA" mode2="SLOTS" teamGroups1="0" teamGroups2="0" type="HARD"/>',
        '<GA1 meetings="0,1" slots="1" min="1" max="1" type="HARD"/>',
        '<FA2 teams="0;1" slots="1;2" intp="1" mode="H" type="HARD"/>',
    ],
)
def test_seasons_the_tables_cannot_tell_are_searched_otherwise(rule):
    timetable = make_timetable(slots=30, rules=[rule])
    assert not fits(timetable)
    assert fits(make_timetable())
    best = Timetabling(timetable, seconds=30, workers=1).run()
    assert best.verdict is not None
    assert best.verdict.feasible


def test_a_part_takes_along_what_follows_from_it():
    timetable = make_timetable(
        slots=6,
        compact=True,
        rules=['<BR2 teams="0;1" slots="1;2" intp="0" homeMode="HA" mode2="LEQ" penalty="1" type="SOFT"/>'],
    )
    program = program_of(timetable)
    net = Net(program)
    free = [name for name, game in enumerate(program.games) if game == Meeting(0, 1, 1)]
    moving, rows = net.part(free)
    assert set(free) < set(moving)
    assert all(set(program.rows[place].made) <= set(moving) for place in rows)
    assert len(moving) < len(program.low)


def test_a_clash_of_rules_is_found_and_made_small():
    """Two teams may be without a break; a third cannot. The solver proves it, and only three rules are named."""
    rules = [
        f'<BR1 teams="{team}" slots="0;1;2;3;4" intp="0" mode1="LEQ" mode2="HA" penalty="1" type="HARD"/>'
        for team in range(4)
    ]
    timetable = make_timetable(teams=6, slots=5, compact=True, rounds=1, rules=[*rules, bar(5, [0])])
    best = Timetabling(timetable, seconds=60, workers=1).run()
    assert best.impossible
    (cause,) = best.causes
    assert cause.reason.startswith("No schedule keeps all of these 3 hard rules: BR1 in line")
    assert cause.relaxation == "Loosen one of these rules."


def test_nothing_is_claimed_when_the_time_is_too_short():
    _text, timetable = amateur(1)
    best = Timetabling(timetable, seconds=0.0001, workers=1).run()
    assert best.verdict is None
    assert not best.impossible


def run(tmp_path, text: str, *more: str) -> int:
    (tmp_path / "season.xml").write_text(text)
    return main(
        ["schedule", str(tmp_path / "season.xml"), "--out", str(tmp_path / "solution.xml"), "--workers", "1", *more]
    )


def test_the_command_writes_a_schedule_that_the_judge_confirms(tmp_path, capsys):
    text, timetable = amateur(1)
    assert run(tmp_path, text, "--seconds", "2") == 0
    said = capsys.readouterr()
    games = read_solution((tmp_path / "solution.xml").read_bytes(), timetable)
    verdict = judge(timetable, games)
    assert verdict.feasible
    assert f"hard: 0\nsoft: {verdict.soft}\n" in said.out
    assert "30 games of 6 teams in 80 slots" in said.out
    assert said.err == ""


def test_the_command_says_why_not(tmp_path, capsys):
    assert run(tmp_path, season_xml(rules=[bar(1, range(11))])) == 4
    said = capsys.readouterr().out
    assert "because: Team 1 has 1 day for home games but must be at home 3 times" in said
    assert "least change: 2 more home days for Team 1." in said
    assert not (tmp_path / "solution.xml").exists()


def test_the_command_says_when_nothing_was_found(tmp_path, capsys):
    assert run(tmp_path, amateur(1)[0], "--seconds", "0.0001") == 2
    assert "nothing is proved" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("home,away", "no well-formed XML"),
        (season_xml(rules=['<BR1 teams="0" slots="1" intp="1" type="HARD"/>']), "every team plays in every slot"),
    ],
)
def test_the_command_refuses_what_it_cannot_use(tmp_path, capsys, text, says):
    assert run(tmp_path, text) == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_the_command_refuses_files_and_folders_that_are_not_there(tmp_path, capsys):
    assert main(["schedule", str(tmp_path / "none.xml"), "--out", str(tmp_path / "solution.xml")]) == 1
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "season.xml").write_text(season_xml())
    assert main(["schedule", str(tmp_path / "season.xml"), "--out", str(tmp_path / "no" / "solution.xml")]) == 1
    assert "no such folder" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_so_far(tmp_path, capsys, monkeypatch):
    class Stopped(Timetabling):
        def ticks(self):
            for best in super().ticks():
                if best.verdict is not None:
                    raise KeyboardInterrupt
                yield best

    monkeypatch.setattr(schedule_command, "Timetabling", Stopped)
    text, timetable = amateur(2)
    assert run(tmp_path, text, "--seconds", "600") == 0
    assert judge(timetable, read_solution((tmp_path / "solution.xml").read_bytes(), timetable)).feasible
    assert "soft:" in capsys.readouterr().out


def test_a_schedule_that_misses_hard_rules_is_bent_until_it_keeps_them():
    rules = [
        bar(0, [0, 1]),
        bar(1, [0], "A"),
        '<CA3 intp="3" max="2" mode1="HA" mode2="SLOTS" min="0" teams1="0;1" teams2="2;3;4" type="HARD"/>',
        '<BR2 teams="0;1;2;3;4;5" slots="1;2;3;4;5;6;7;8;9" intp="14" homeMode="HA" mode2="LEQ" type="HARD"/>',
    ]
    timetable = make_timetable(teams=6, slots=10, compact=True, phased=True, rules=rules)
    assert judge(timetable, circle_games(timetable)).hard > 0
    search = Timetabling(timetable, seconds=60, workers=1)
    search._bent()
    assert search.best.hard_left == 0
    assert search.best.verdict is not None
    assert search.best.verdict.feasible


def test_the_line_of_progress_says_how_far_it_is():
    best = Timetabling(make_timetable(), seconds=1).best
    assert "looking for a first schedule" in schedule_command._progress(best, 3, 60)
    best.hard_left = 7
    assert "hard rules still missed by 7" in schedule_command._progress(best, 3, 60)
    best.offer(circle_games(make_timetable(slots=6)))
    assert schedule_command._progress(best, 3, 60).startswith("  3 of 60 s  best so far: 0")

"""Who may serve at which game: one test a refusal, and seasons in which anything happens in any order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.proofs import cases
from youthprog.leagues.officials import rules
from youthprog.leagues.officials.types import (
    Candidate,
    Credential,
    Ending,
    OpenPlace,
    Place,
    Served,
    Span,
)

NINE = datetime(2026, 9, 12, 14, tzinfo=UTC)
DAY = date(2026, 9, 12)
REFEREE, SCORER = 1, 2
HAWKS, OWLS, CROWS = 11, 12, 13


def span(number: int, minutes: int = 0, site: str = "park", length: int = 60) -> Span:
    starts = NINE + timedelta(minutes=minutes)
    return Span(f"game {number}", starts, starts + timedelta(minutes=length), site)


def place(number: int = 1, minutes: int = 0, site: str = "park", **more) -> Place:
    values = {"role": REFEREE, "day": DAY, "teams": frozenset({HAWKS, OWLS})} | more
    return Place(fixture=number, span=span(number, minutes, site), **values)


def somebody(person: int = 1, **more) -> Candidate:
    return Candidate(person, f"Person {person}", **({"roles": frozenset({REFEREE, SCORER})} | more))


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


def test_whoever_is_on_the_list_for_the_role_and_free_may_serve():
    assert rules.refusals_to_assign(place(), somebody()) == []


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"roles": frozenset({SCORER})}, "not_asked"),
        ({"ties": frozenset({OWLS})}, "ties"),
        ({"busy": (span(2, 59),)}, "busy"),
        ({"busy": (span(2, -60, "other"),)}, "too_far"),
        ({"busy": (span(2, 89, "other"),)}, "too_far"),
        ({"busy": (span(2, -60, ""),)}, "too_far"),
        ({"busy": (span(1),)}, "here"),
    ],
)
def test_each_reason_against_somebody(who, code):
    (reason,) = rules.refusals_to_assign(place(), somebody(**who))
    assert reason.code == code
    assert "Person 1" in str(reason)


@pytest.mark.parametrize("busy", [span(2, 60), span(2, -60), span(2, 90, "other"), span(2, -90, "other")])
def test_time_enough_between_two_games_is_enough(busy):
    assert rules.refusals_to_assign(place(), somebody(busy=(busy,))) == []


def test_a_way_that_takes_longer_needs_more_time_between():
    assert codes(rules.refusals_to_assign(place(), somebody(busy=(span(2, 90, "other"),)), 31)) == ["too_far"]


def test_a_credential_is_asked_for_on_the_day_of_the_game():
    wanted = place(needs=("Background check",))
    missing, lapsed, late, good = (
        somebody(credentials=held)
        for held in (
            (),
            (Credential("background CHECK", date(2025, 1, 1), DAY - timedelta(days=1)),),
            (Credential("Background check", DAY + timedelta(days=1)),),
            (Credential("Background check", DAY, DAY),),
        )
    )
    assert codes(rules.refusals_to_assign(wanted, missing)) == ["credential_missing"]
    assert codes(rules.refusals_to_assign(wanted, lapsed)) == ["credential_lapsed"]
    assert codes(rules.refusals_to_assign(wanted, late)) == ["credential_lapsed"]
    assert rules.refusals_to_assign(wanted, good) == []


def test_all_reasons_are_said_at_once():
    who = somebody(roles=frozenset(), ties=frozenset({HAWKS}), busy=(span(2, 30),))
    assert codes(rules.refusals_to_assign(place(needs=("License",)), who)) == [
        "not_asked", "ties", "busy", "credential_missing"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (OpenPlace(False, NINE, 1, 0), "not_on"),
        (OpenPlace(True, NINE - timedelta(hours=1), 1, 0), "begun"),
        (OpenPlace(True, NINE, 1, 1), "taken"),
    ],
)
def test_a_place_that_takes_nobody(facts, code):
    assert codes(rules.refusals_to_fill(facts, NINE - timedelta(minutes=30))) == [code]


def test_a_number_no_game_needs():
    assert codes(rules.refusals_to_need({REFEREE: 10})) == ["number"]
    assert rules.refusals_to_need({REFEREE: 9, SCORER: 0}) == []


def test_the_fewest_games_come_first_then_the_shortest_way():
    old, here, near = somebody(1, load=3), somebody(2, load=1, home="far"), somebody(3, load=1, home="park")
    assert [each.person for each in rules.fill([place()], [old, here, near]).given] == [3]
    there = somebody(2, load=1, busy=(span(7, 120),))
    assert [each.person for each in rules.fill([place()], [old, there, near]).given] == [2]


def test_a_place_only_one_can_take_is_not_lost_to_another_place():
    """The only licensed referee is free for both; the place that asks for the license gets her."""
    licensed, other = somebody(1, credentials=(Credential("License", DAY),)), somebody(2)
    filling = rules.fill([place(1), place(2, 30, needs=("License",))], [licensed, other])
    assert {each.place.fixture: each.person for each in filling.given} == {1: 2, 2: 1}


def test_whoever_was_proposed_moves_over_when_that_fills_one_more():
    """Ana takes A by the rule; C can be hers alone, and Bo could take A: she moves over."""
    first, second, third = place(1), place(2, 300), place(3, 30)
    ana, bo = somebody(1), somebody(2, load=5, busy=(span(9, 45, "x", 10),))
    assert rules.may_serve(third, bo) is False
    filling = rules.fill([first, second, third], [ana, replace(bo, busy=())])
    assert not filling.left


def test_loads_differ_by_one_where_anybody_can_do_anything():
    filling = rules.fill([place(number, number * 100) for number in range(10)], [somebody(n) for n in (1, 2, 3)])
    loads = [sum(each.person == n for each in filling.given) for n in (1, 2, 3)]
    assert sorted(loads) == [3, 3, 4]


def test_a_place_nobody_can_take_says_why_of_everybody():
    filling = rules.fill([place()], [somebody(1, ties=frozenset({HAWKS})), somebody(2, roles=frozenset())])
    (left,) = filling.left
    assert [(person, codes(reasons)) for person, reasons in left.reasons] == [(1, ["ties"]), (2, ["not_asked"])]
    assert left.counted() == [("not_asked", 1), ("ties", 1)]


def test_of_two_games_that_collide_one_stays():
    one, other = Served(1, place(1), 1), Served(2, place(2, 30), 1)
    who = {1: somebody(busy=(one.place.span, other.place.span))}
    (down,) = rules.stand_downs([other, one], who)
    assert (down.served.duty, down.ending) == (2, Ending.BUSY)


def test_whoever_is_on_no_list_any_more_stands_down_and_ties_are_the_reason_kept():
    (down,) = rules.stand_downs([Served(1, place(), 1)], {})
    assert down.ending is Ending.NOT_ASKED
    (down,) = rules.stand_downs([Served(1, place(), 1)], {1: somebody(roles=frozenset(), ties=frozenset({OWLS}))})
    assert down.ending is Ending.TIES


def test_the_refusal_is_one_sentence_for_coach_family_and_court():
    """Ties come without a cause: nothing in the facts could tell one from the other."""
    (reason,) = rules.refusals_to_assign(place(), somebody(ties=frozenset({HAWKS})))
    assert str(reason) == "Person 1 belongs to one of the teams, as family or coach."
    assert not {"court", "custody", "order", "child"} & set(str(reason).casefold().split())


# ---- seasons in which anything happens in any order ----


@dataclass
class Season:
    """A season as a desk keeps it: games that move, people whose lives change, who is on for what."""

    dice: random.Random
    games: dict[int, Place] = field(default_factory=dict)
    off: set[int] = field(default_factory=set)
    people: dict[int, Candidate] = field(default_factory=dict)
    on: dict[int, Served] = field(default_factory=dict)
    number: int = 0
    travel: int = 30

    def candidate(self, person: int) -> Candidate:
        spans = tuple(self.games[each.place.fixture].span for each in self.on.values() if each.person == person)
        who = self.people[person]
        return replace(who, busy=(*who.busy, *spans), load=len(spans))

    def free_places(self) -> list[Place]:
        open_ones = [self.places_of(number) for number in self.games if number not in self.off]
        return [each for found in open_ones for each in found]

    def places_of(self, number: int) -> list[Place]:
        taken = {each.place.role for each in self.on.values() if each.place.fixture == number}
        return [replace(self.games[number], role=role) for role in (REFEREE, SCORER) if role not in taken]

    def put(self, where: Place, person: int) -> None:
        if not rules.refusals_to_assign(where, self.candidate(person), self.travel):
            self.number += 1
            self.on[self.number] = Served(self.number, where, person)

    def look_again(self, numbers: set[int]) -> None:
        mine = [
            replace(each, place=replace(self.games[each.place.fixture], role=each.place.role))
            for each in self.on.values()
            if each.place.fixture in numbers
        ]
        self.on |= {each.duty: each for each in mine}
        who = {person: self.candidate(person) for person in self.people}
        for down in rules.stand_downs(mine, who, self.travel):
            del self.on[down.served.duty]
        for duty in [key for key, each in self.on.items() if each.place.fixture in self.off]:
            del self.on[duty]


def a_season(dice: random.Random) -> Season:
    season = Season(dice, travel=dice.choice((0, 15, 30, 45)))
    teams = list(range(dice.randint(2, 6)))
    for number in range(dice.randint(2, 6)):
        season.games[number] = a_game(dice, number, teams)
    for person in range(1, dice.randint(2, 6)):
        season.people[person] = Candidate(
            person,
            str(person),
            frozenset(dice.sample((REFEREE, SCORER), dice.randint(1, 2))),
            tuple(span(100 + n, dice.randrange(0, 600, 15), dice.choice("ab")) for n in range(dice.randint(0, 1))),
            frozenset(dice.sample(teams, dice.randint(0, 1))),
            a_paper(dice),
        )
    return season


def a_game(dice: random.Random, number: int, teams: list[int]) -> Place:
    when = span(number, dice.randrange(0, 600, 15), dice.choice("ab"), dice.choice((45, 60, 90)))
    needs = ("License",) if dice.random() < 0.4 else ()
    return Place(number, REFEREE, when, DAY, frozenset(dice.sample(teams, 2)), needs)


def a_paper(dice: random.Random) -> tuple[Credential, ...]:
    from_on = DAY + timedelta(days=dice.randint(-3, 1))
    return dice.choice(((), (Credential("License", from_on, from_on + timedelta(days=dice.randint(0, 4))),)))


def something_happens(season: Season) -> None:
    """One deed of a desk, an official, a family, a court or the weather."""
    dice = season.dice
    number, person = dice.choice(list(season.games)), dice.choice(list(season.people))
    who = season.people[person]
    match dice.randrange(8):
        case 0 | 1:
            for where in season.places_of(number) if number not in season.off else ():
                season.put(where, person)
        case 2:
            for each in rules.fill(season.free_places(), map(season.candidate, season.people), season.travel).given:
                season.put(each.place, each.person)
        case 3:  # somebody declines, and somebody else steps in
            mine = [key for key, each in season.on.items() if each.person == person]
            if mine:
                gone = season.on.pop(dice.choice(mine))
                season.put(gone.place, dice.choice(list(season.people)))
        case 4:  # a game moves
            moved = a_game(dice, number, sorted(season.games[number].teams))
            season.games[number] = replace(moved, needs=season.games[number].needs)
            season.look_again({number})
        case 5:  # a child joins a team, or a court keeps somebody from one
            season.people[person] = replace(who, ties=who.ties | {dice.choice(sorted(season.games[number].teams))})
            season.look_again(set(season.games))
        case 6:  # a credential ends, is renewed, or is asked for from now on
            season.people[person] = replace(who, credentials=a_paper(dice))
            season.games[number] = replace(season.games[number], needs=("License",))
            season.look_again(set(season.games))
        case 7:
            season.off.add(number)
            season.look_again({number})


def wrong_with(season: Season) -> list[str]:
    """What must never be, said anew without the rules' own code."""
    found = []
    way = timedelta(minutes=season.travel)
    for each in season.on.values():
        game, who = season.games[each.place.fixture], season.people[each.person]
        if who.ties & game.teams:
            found.append("own child")
        held = [paper for paper in who.credentials if paper.name in game.needs]
        if game.needs and not any(p.from_on <= DAY and (p.until_on is None or p.until_on >= DAY) for p in held):
            found.append("lapsed credential")
        others = [season.games[other.place.fixture].span for other in season.on.values()
                  if other.person == each.person and other.duty != each.duty]  # fmt: skip
        for span_ in (*others, *who.busy):
            gap = max(span_.starts_at - game.span.ends_at, game.span.starts_at - span_.ends_at)
            if gap < (timedelta(0) if span_.site == game.span.site else way):
                found.append("double booking")
        if each.place.fixture in season.off:
            found.append("a game called off")
    places = [(each.place.fixture, each.place.role) for each in season.on.values()]
    return [*found, *(["two in one place"] if len(set(places)) < len(places) else [])]


@pytest.mark.proof("nobody is at two games, at a game of their own child, or without a credential", room="leagues")
def test_whatever_happens_in_whatever_order_nobody_serves_where_they_must_not():
    served = 0
    for case in range(cases(full=10_000, sample=150)):
        season = a_season(random.Random(case))
        for _deed in range(16):
            something_happens(season)
            assert wrong_with(season) == [], case
        served += len(season.on)
    assert served > 100, "the seasons are not empty"


@pytest.mark.proof(
    "a proposal is the same in whatever order it is asked for, and nobody has two more than need be", room="leagues"
)
def test_a_proposal_depends_on_nothing_but_what_is_asked():
    for case in range(cases(full=2_000, sample=40)):
        season = a_season(random.Random(case))
        who, places = [season.candidate(each) for each in season.people], season.free_places()
        filling = rules.fill(places, who, season.travel)
        dice = random.Random(-case)
        shuffled = rules.fill(dice.sample(places, len(places)), dice.sample(who, len(who)), season.travel)
        assert shuffled.given == filling.given, case
        assert len(filling.given) + len(filling.left) == len(places)
        assert all(reasons for left in filling.left for _person, reasons in left.reasons), "every refusal is explained"

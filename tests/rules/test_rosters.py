"""Who may play on a day and why not, who may join, who moves up: one test a refusal. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.leagues.rosters.rules import (
    age_exception,
    exceptions_to_join,
    games_left,
    next_places,
    reasons_held,
    reasons_off_the_game,
    refusals_to_clear,
    refusals_to_join,
    refusals_to_set,
    refusals_to_suspend,
    refusals_to_transfer,
    refusals_without_reason,
    returns_on,
    why_not,
)
from youthprog.leagues.rosters.types import (
    Exceptional,
    GameOf,
    HoldFacts,
    JoinFacts,
    OpenTeam,
    PaperKind,
    PlayFacts,
    Reason,
    RosterRules,
    SuspensionFacts,
    WaitFrom,
    WaitingChild,
)

CUTOFF = date(2026, 8, 31)
GAME = date(2026, 10, 3)
AT = datetime(2026, 10, 3, 15, tzinfo=UTC)
RULES = RosterRules(CUTOFF, min_age=9, max_age=10, most_players=12, closes_on=date(2026, 9, 15))
FINE = PlayFacts(on=GAME, at=AT, rules=RULES, born_on=date(2016, 3, 1), joined_on=date(2026, 9, 1))
HOLD = HoldFacts(date(2026, 9, 20), date(2026, 9, 20), needs_clearance=True, wait_days=7, wait_from=WaitFrom.CLEARANCE)
DAY = timedelta(days=1)


def codes(facts: PlayFacts) -> list[str]:
    return [reason.code for reason in reasons_off_the_game(facts)]


def game(days: int, group_id: int = 1, teams: frozenset[int] = frozenset({1})) -> GameOf:
    return GameOf(AT + days * DAY, group_id, teams)


# ---- nothing stands against it ----


def test_who_has_everything_may_play():
    assert why_not(FINE, [], []) == []


def test_what_other_rooms_say_counts_as_it_is():
    consent = Reason("consent.not_asked", "missing", "Consent form", "Not asked yet.")
    assert why_not(FINE, [], [consent]) == [consent]


# ---- age, on the division's own day ----


def test_the_division_s_cutoff_day_decides_not_today():
    turns_eleven_after = replace(FINE, born_on=CUTOFF.replace(year=2015) + DAY)
    assert codes(turns_eleven_after) == []
    assert codes(replace(FINE, born_on=CUTOFF.replace(year=2015))) == ["age.too_old"]
    later = replace(RULES, cutoff_on=date(2026, 12, 31))
    assert codes(replace(turns_eleven_after, rules=later)) == ["age.too_old"]


def test_too_young_unless_a_coordinator_lets_the_child_play_up():
    young = replace(FINE, born_on=date(2018, 1, 1))
    assert codes(young) == ["age.too_young"]
    assert codes(replace(young, accepted=frozenset({Exceptional.PLAY_UP}))) == []
    assert codes(replace(young, accepted=frozenset({Exceptional.PLAY_DOWN}))) == ["age.too_young"]


def test_too_old_unless_a_coordinator_lets_the_child_play_down():
    old = replace(FINE, born_on=date(2014, 1, 1))
    assert codes(old) == ["age.too_old"]
    assert codes(replace(old, accepted=frozenset({Exceptional.PLAY_DOWN}))) == []


def test_without_a_birth_date_nobody_knows_the_age():
    assert codes(replace(FINE, born_on=None)) == ["age.unknown"]
    assert age_exception(RosterRules(CUTOFF), None) is None, "a division without ages asks for none"


# ---- papers ----


def test_a_paper_that_is_not_on_file():
    asking = replace(FINE, rules=replace(RULES, papers=frozenset(PaperKind)))
    assert codes(asking) == ["paper.age_proof", "paper.physical"]
    assert codes(replace(asking, papers={PaperKind.AGE_PROOF: None, PaperKind.PHYSICAL: GAME})) == []


def test_a_paper_that_ended_the_day_before():
    asking = replace(FINE, rules=replace(RULES, papers=frozenset({PaperKind.PHYSICAL})))
    (reason,) = reasons_off_the_game(replace(asking, papers={PaperKind.PHYSICAL: GAME - DAY}))
    assert (reason.state, reason.values) == ("expired", (("on", GAME - DAY),))


# ---- the roster itself ----


def test_who_is_not_on_the_roster_that_day_is_not_written_in():
    assert codes(replace(FINE, joined_on=None)) == ["roster.not_listed"]


def test_who_joined_after_rosters_closed():
    late = replace(FINE, joined_on=RULES.closes_on + DAY)
    assert codes(late) == ["roster.late"]
    assert codes(replace(late, accepted=frozenset({Exceptional.LATE}))) == []
    assert codes(replace(FINE, joined_on=RULES.closes_on)) == [], "the day itself is in time"


def test_who_came_when_the_roster_was_full():
    assert codes(replace(FINE, place=12)) == []
    assert codes(replace(FINE, place=13)) == ["roster.over_limit"]
    assert codes(replace(FINE, place=13, accepted=frozenset({Exceptional.OVER_LIMIT}))) == []


def test_whom_another_coach_listed_first():
    twice = replace(FINE, other_team="Owls")
    assert codes(twice) == ["roster.second_team"]
    assert codes(replace(twice, accepted=frozenset({Exceptional.SECOND_TEAM}))) == []
    assert codes(replace(twice, rules=replace(RULES, one_team=False))) == []


def test_whom_custody_keeps_from_a_leader_and_no_word_says_so():
    (reason,) = reasons_off_the_game(replace(FINE, kept_away=True))
    assert reason.code == "roster.ask_the_office"
    assert not {"custody", "court", "restriction"} & set((reason.word + reason.sentence).lower().split())


def test_every_reason_at_once():
    all_wrong = replace(FINE, born_on=None, joined_on=GAME, place=13, other_team="Owls", kept_away=True)
    assert len(codes(all_wrong)) == 5


# ---- suspensions ----


def test_a_number_of_games_is_sat_out_one_by_one():
    two = SuspensionFacts(1, AT - 14 * DAY, games=2)
    played = [game(-10)]
    assert codes(replace(FINE, suspensions=(two,))) == ["suspended.games"]
    assert codes(replace(FINE, suspensions=(two,), games=tuple(played))) == ["suspended.last"]
    assert codes(replace(FINE, suspensions=(two,), games=(*played, game(-3)))) == []


def test_games_before_a_suspension_and_the_game_itself_are_not_served():
    one = SuspensionFacts(1, AT - 5 * DAY, games=1)
    assert games_left(one, [game(-6), game(0), game(2)], AT) == 1


def test_a_game_of_another_team_is_served_only_after_leaving_the_first():
    one = SuspensionFacts(1, AT - 5 * DAY, games=1)
    assert games_left(one, [game(-3, 2, frozenset({1, 2}))], AT) == 1
    assert games_left(one, [game(-3, 2, frozenset({2}))], AT) == 0, "a transfer takes the suspension along"


def test_until_a_day_that_day_included():
    until = SuspensionFacts(1, AT - 5 * DAY, until_on=GAME)
    assert codes(replace(FINE, suspensions=(until,))) == ["suspended.until"]
    assert codes(replace(FINE, suspensions=(replace(until, until_on=GAME - DAY),))) == []


def test_a_lifted_suspension_and_one_given_after_the_game():
    until = SuspensionFacts(1, AT - 5 * DAY, until_on=GAME)
    assert codes(replace(FINE, suspensions=(replace(until, lifted_at=AT),))) == []
    assert codes(replace(FINE, suspensions=(replace(until, lifted_at=AT + DAY),))) == ["suspended.until"]
    assert codes(replace(FINE, suspensions=(replace(until, from_at=AT + DAY),))) == []


# ---- medical holds ----


def test_a_hold_keeps_off_until_somebody_ends_it():
    (reason,) = reasons_held([HOLD], GAME)
    assert (reason.word, reason.state) == ("Held, medical", "missing")
    assert reasons_held([HOLD], HOLD.from_on - DAY) == []


def test_no_word_says_what_the_matter_is():
    (reason,) = reasons_held([HOLD], GAME)
    assert not {"concussion", "head", "doctor", "clearance"} & set(
        (reason.word + " " + reason.sentence).lower().split()
    )


def test_after_the_clearance_seven_whole_days():
    cleared = replace(HOLD, cleared_on=date(2026, 9, 25), recorded_on=date(2026, 9, 25))
    assert returns_on(cleared) == date(2026, 10, 2)
    assert [reason.state for reason in reasons_held([cleared], date(2026, 10, 1))] == ["waiting"]
    assert reasons_held([cleared], date(2026, 10, 2)) == []
    assert returns_on(replace(cleared, wait_days=10)) == date(2026, 10, 5)


def test_a_league_may_count_from_the_hold():
    cleared = replace(HOLD, wait_from=WaitFrom.HOLD, cleared_on=date(2026, 9, 25), recorded_on=date(2026, 9, 25))
    assert returns_on(cleared) == date(2026, 9, 27)
    assert returns_on(replace(cleared, recorded_on=GAME)) == GAME, "nobody returns before the clearance was seen"


def test_without_a_clearance_no_wait_ends_it():
    assert returns_on(replace(HOLD, recorded_on=GAME)) is None
    assert returns_on(replace(HOLD, needs_clearance=False, recorded_on=GAME)) == GAME


def test_days_gone_by_keep_their_answer():
    entered_late = replace(HOLD, held_on=GAME)
    assert reasons_held([entered_late], GAME - DAY) == []
    seen_late = replace(HOLD, cleared_on=HOLD.from_on, recorded_on=GAME)
    assert reasons_held([seen_late], GAME - DAY)


def test_the_longest_of_several_holds_counts():
    cleared = replace(HOLD, cleared_on=date(2026, 9, 30), recorded_on=date(2026, 9, 30))
    assert reasons_held([cleared, HOLD], GAME)[0].state == "missing"
    assert reasons_held([], GAME) == []


def refused_clearing(**given: object) -> set[str]:
    values = {"cleared_on": GAME, "signed_by": "Dr. Ortiz", "has_paper": True, "today": GAME} | given
    return {refusal.code for refusal in refusals_to_clear(HOLD, **values)}  # type: ignore[arg-type]


def test_ending_a_hold_needs_a_dated_signed_clearance_on_file():
    assert refused_clearing() == set()
    assert refused_clearing(cleared_on=None) == {"no_day"}
    assert refused_clearing(cleared_on=GAME + DAY) == {"day_ahead"}
    assert refused_clearing(cleared_on=HOLD.from_on - DAY) == {"day_before"}
    assert refused_clearing(signed_by=" ") == {"no_name"}
    assert refused_clearing(has_paper=False) == {"no_paper"}


def test_a_hold_is_ended_once():
    ended = replace(HOLD, recorded_on=GAME)
    found = refusals_to_clear(ended, cleared_on=GAME, signed_by="Dr. Ortiz", has_paper=True, today=GAME)
    assert [refusal.code for refusal in found] == ["cleared"]


# ---- joining, moving, suspending, setting ----

JOINING = JoinFacts(RULES, RULES.closes_on, date(2016, 3, 1), inside=5)


def asked(facts: JoinFacts) -> list[Exceptional]:
    return [kind for kind, _refusal in exceptions_to_join(facts)]


def test_joining_asks_for_nothing_where_everything_fits():
    assert asked(JOINING) == []
    assert refusals_to_join(JOINING) == []


def test_what_joining_asks_to_be_let_stand():
    assert asked(replace(JOINING, born_on=date(2018, 1, 1))) == [Exceptional.PLAY_UP]
    assert asked(replace(JOINING, born_on=date(2014, 1, 1))) == [Exceptional.PLAY_DOWN]
    assert asked(replace(JOINING, born_on=None)) == [Exceptional.NO_BIRTH_DATE]
    assert asked(replace(JOINING, on=RULES.closes_on + DAY)) == [Exceptional.LATE]
    assert asked(replace(JOINING, inside=12)) == [Exceptional.OVER_LIMIT]
    assert asked(replace(JOINING, other_team="Owls")) == [Exceptional.SECOND_TEAM]
    assert asked(replace(JOINING, waiting=2)) == [Exceptional.AHEAD]


def test_a_reason_in_writing_overrules_and_blanks_do_not():
    late = exceptions_to_join(replace(JOINING, on=RULES.closes_on + DAY))
    assert [refusal.code for refusal in refusals_without_reason(late, " ")] == ["roster.late", "reason_needed"]
    assert refusals_without_reason(late, "Moved to town") == []
    assert refusals_without_reason([], "") == []


def test_no_reason_overrules_custody():
    assert [refusal.code for refusal in refusals_to_join(replace(JOINING, kept_away=True))] == ["kept_away"]


def test_what_stands_against_a_transfer():
    good = {"same_team": False, "same_season": True, "met_today": False, "reason": "Closer to home"}
    found = {
        name: [refusal.code for refusal in refusals_to_transfer(**(good | {name: value}))]  # type: ignore[arg-type]
        for name, value in {"same_team": True, "same_season": False, "met_today": True, "reason": " "}.items()
    }
    assert found == {
        "same_team": ["same_team"], "same_season": ["other_season"], "met_today": ["met_today"], "reason": ["no_reason"],
    }  # fmt: skip
    assert refusals_to_transfer(**good) == []  # type: ignore[arg-type]


def test_a_suspension_is_games_or_a_day_and_says_why():
    def refused(games: int | None, until_on: date | None, reason: str = "Red card") -> list[str]:
        found = refusals_to_suspend(games=games, until_on=until_on, today=GAME, reason=reason)
        return [refusal.code for refusal in found]

    assert refused(2, None) == []
    assert refused(None, GAME) == []
    assert refused(None, None) == ["games_or_day"]
    assert refused(1, GAME) == ["games_or_day"]
    assert refused(0, None) == ["games_out_of_range"]
    assert refused(None, GAME - DAY) == ["day_over"]
    assert refused(2, None, "") == ["no_reason"]
    backward = refusals_to_suspend(games=None, until_on=GAME, today=GAME, reason="Red card", from_on=GAME + DAY)
    assert [refusal.code for refusal in backward] == ["ends_before_start"]


def test_rules_that_cannot_be():
    def refused(wait_days: int = 7, **values: object) -> list[str]:
        wanted = replace(RULES, **values)  # type: ignore[arg-type]
        return [refusal.code for refusal in refusals_to_set(wanted, wait_days=wait_days)]

    assert refused() == []
    assert refused(min_age=11) == ["ages_swapped"]
    assert refused(max_age=30) == ["ages_out_of_range"]
    assert refused(most_players=0) == ["no_players"]
    assert refused(fewest_players=13) == ["limits_swapped"]
    assert refused(wait_days=61) == ["wait_out_of_range"]


# ---- the waitlist ----


def test_the_first_in_line_gets_the_place_on_the_smallest_team():
    teams = [OpenTeam(2, 3, 5), OpenTeam(1, 3, 5), OpenTeam(3, 5, 5)]
    first, second = WaitingChild(1, 11, fits=True), WaitingChild(2, 12, fits=True)
    assert next_places([first, second], teams) == [(first, 1), (second, 2)]


def test_who_cannot_have_the_place_is_passed_over_and_keeps_the_place_in_line():
    teams = [OpenTeam(1, 4, 5)]
    too_old, barred, last = (
        WaitingChild(1, 11, fits=False),
        WaitingChild(2, 12, True, frozenset({1})),
        WaitingChild(3, 13, True),
    )
    assert next_places([too_old, barred, last], teams) == [(last, 1)]


WAITING = st.lists(st.tuples(st.booleans(), st.frozensets(st.integers(1, 4), max_size=3)), max_size=12)
TEAMS = st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(WAITING, TEAMS)
def test_no_limit_is_passed_and_nobody_is_overtaken(waiting: list[tuple[bool, frozenset[int]]], sizes: list) -> None:
    line = [WaitingChild(number, number, fits, barred) for number, (fits, barred) in enumerate(waiting)]
    teams = [OpenTeam(number, players, most) for number, (players, most) in enumerate(sizes, 1)]
    given_places = next_places(line, teams)
    got = {child.wait_id: group_id for child, group_id in given_places}
    players = {team.group_id: team.players + list(got.values()).count(team.group_id) for team in teams}
    assert all(team.most is None or players[team.group_id] <= max(team.most, team.players) for team in teams)
    assert all(child.fits and group_id not in child.barred for child, group_id in given_places)
    for child in line:
        if child.fits and child.wait_id not in got:  # whoever came later took no place this child could have had
            later = {group_id for wait_id, group_id in got.items() if wait_id > child.wait_id}
            assert later <= child.barred

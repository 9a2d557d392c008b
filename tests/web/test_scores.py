"""Scores on the screen: both coaches, a mismatch, who decides; the code of a game card; standings; playoffs."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.accounts import make_account
from tests.makers.people import make_guardian, make_person, make_youth
from tests.makers.programs import join, lead, make_season
from tests.makers.scores import make_game, make_opponent, make_venue, said
from tests.support.pages import Visitor
from youthprog.access.services import assign
from youthprog.access.types import Role
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.leagues.models import Division
from youthprog.leagues.scores import queries, services, table_queries
from youthprog.leagues.scores.models import DrawnLot, ScoreEntry, ScoreLink
from youthprog.leagues.scores.types import Happened, Known, Said, Side
from youthprog.leagues.season.models import Fixture, VenueHours
from youthprog.outreach.models import Message
from youthprog.people.models import CustodyRestriction
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering, Group

SYSTEM_WIDE = Actor("system", grants={P.PROGRAM_READ: (Grant(Reach.EVERYWHERE),)})
THREE_TWO = {"happened": "played", "home_score": "3", "away_score": "2"}


class League:
    """Four teams of a division, a field, and the first two teams' coaches."""

    def __init__(self) -> None:
        today = clock.today()
        self.season = make_season(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))
        self.division = Division(season=self.season, name="Under 10", folded_name="under 10", max_age=9)
        db.session().add(self.division)
        db.flush()
        self.names = ["Tigers", "Lions", "Bears", "Wolves"]
        self.teams = [make_opponent(self.division, self.season, name) for name in self.names]
        self.venue = make_venue()
        self.coaches = [make_person("Casey", f"Coach {name}") for name in self.names[:2]]
        self.groups = [db.session().get_one(Group, team.group_id) for team in self.teams]
        for coach, group in zip(self.coaches, self.groups, strict=False):
            lead(coach, group)

    def game(self, home: int = 0, away: int = 1, **values) -> Fixture:
        return make_game(self.teams[home], self.teams[away], self.venue, **values)


@pytest.fixture
def league(session):
    """A league with one game that was played two days ago."""
    made = League()
    made.fixture = made.game()
    session.commit()
    return made


def _group(league, number):
    """The group of a team with its season, after whatever was committed."""
    return programs.get_group_for(SYSTEM_WIDE, P.PROGRAM_READ, league.teams[number].group_id, clock.today())


def as_coach(app, league, number):
    visitor = Visitor(app)
    visitor.sign_in(make_account(Role.COACH, league.coaches[number]))
    return visitor


def enter(visitor, here, status=200, **form):
    return visitor.post(here, {**visitor.get(here).form(here), **form}, status=status)


def known(fixture_id):
    (game,) = table_queries.games_where(Fixture.id == fixture_id, now=clock.now())
    return game.result


def test_both_coaches_say_the_score_and_differ_until_one_gives_way(app, session, league):
    here = f"/games/{league.fixture.id}/score"
    home, away = as_coach(app, league, 0), as_coach(app, league, 1)
    enter(home, here, **THREE_TWO)
    assert "One side has said the score." in home.get(here).text
    enter(away, here, **THREE_TWO | {"away_score": "4"})
    for visitor in (home, away):
        shown = visitor.get(here).text
        assert "The two teams say different scores." in shown
        assert "3 : 2" in shown
        assert "3 : 4" in shown
    enter(home, here, **THREE_TWO | {"away_score": "4"})
    assert known(league.fixture.id).known is Known.FINAL
    shown = home.get(here).text
    assert "replaced later" in shown, "what was said first stays"
    assert session.scalar(sa.select(sa.func.count()).select_from(ScoreEntry)) == 3
    assert 'name="happened"' not in home.get(here).text_source
    assert "is final" in home.post(here, THREE_TWO | {"seen": "3-2-0"}, status=422).text


def letters(session):
    rows = session.scalars(sa.select(Message).where(Message.kind == "scores_differ").order_by(Message.id))
    return [(row.person_id, row.delivery.value) for row in rows]


def test_two_scores_are_told_once_to_both_coaches_and_the_coordinator_and_given_up_when_they_agree(
    app, session, league
):
    boss = make_person("Coe", "Ordinator")
    make_account(Role.COORDINATOR, boss)
    here = f"/games/{league.fixture.id}/score"
    home, away = as_coach(app, league, 0), as_coach(app, league, 1)
    enter(home, here, **THREE_TWO)
    assert letters(session) == []
    enter(away, here, **THREE_TWO | {"away_score": "4"})
    everybody = {league.coaches[0].id, league.coaches[1].id, boss.id}
    assert {person_id for person_id, _state in letters(session)} == everybody
    text = session.scalar(sa.select(Message)).unseal("text_sealed")
    assert "Tigers: 3 : 2" in text
    assert "Lions: 3 : 4" in text
    assert f"/games/{league.fixture.id}/score" in text
    enter(away, here, **THREE_TWO | {"away_score": "5"})
    assert len(letters(session)) == 3, "still two scores: nobody is told twice"
    enter(away, here, **THREE_TWO)
    session.expire_all()
    assert {state for _person, state in letters(session)} == {"canceled"}


def test_whoever_a_court_keeps_from_a_child_of_one_of_the_teams_gets_no_letter_of_the_game(app, session, league):
    child = make_youth("Zoe")
    join(child, league.groups[1])
    kept = CustodyRestriction(
        youth_id=child.id, adult_id=league.coaches[0].id, no_collect=True, no_decide=False, no_information=True,
        starts_on=clock.today() - timedelta(days=9), recorded_at=clock.now(),
    )  # fmt: skip
    session.add(kept)
    for number in (0, 1):
        make_account(Role.COACH, league.coaches[number])
    session.commit()
    fixture = queries.get_game(league.fixture.id)
    for side, score in ((Side.HOME, 1), (Side.AWAY, 2)):
        services.say(fixture, side, Said(Happened.PLAYED, score, 0), seen=0, by=SYSTEM, now=clock.now())
    assert [person_id for person_id, _state in letters(session)] == [league.coaches[1].id]


def test_two_people_at_once_overwrite_nothing(app, session, league):
    here = f"/games/{league.fixture.id}/score"
    home = as_coach(app, league, 0)
    form = home.get(here).form(here)
    home.post(here, {**form, **THREE_TWO})
    shown = home.post(here, {**form, **THREE_TWO, "home_score": "9"}, status=409)
    assert "meanwhile" in shown.text
    assert 'value="9"' in shown.text_source, "what was typed is kept"
    assert known(league.fixture.id).said == Said(Happened.PLAYED, 3, 2)


def test_the_coordinator_decides_a_mismatch_with_a_reason(app, session, visitor, league):
    said(league.fixture, Side.HOME, 3, 2)
    said(league.fixture, Side.AWAY, 2, 3)
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    assert "To be settled" in visitor.get("/today").text
    season = visitor.get(f"/seasons/{league.season.id}/scores")
    assert "Two different scores" in season.text
    here, there = f"/games/{league.fixture.id}/score", f"/games/{league.fixture.id}/decide"
    form = visitor.get(here).form(there)
    assert "Write the reason." in visitor.post(there, {**form, **THREE_TWO}, status=422).text
    visitor.post(there, {**form, **THREE_TWO, "reason": "The referee’s card says so."})
    assert "The referee’s card says so." in visitor.get(here).text
    assert known(league.fixture.id).said == Said(Happened.PLAYED, 3, 2)
    again = visitor.get(here).form(there)
    visitor.post(there, {**again, **THREE_TWO, "home_score": "1", "reason": "Read wrongly."})
    assert known(league.fixture.id).said == Said(Happened.PLAYED, 1, 2)
    assert "The referee’s card says so." in visitor.get(here).text, "what was decided before stays"
    visitor.post(there, {**again, **THREE_TWO, "reason": "Late."}, status=409)


def test_a_coach_says_only_own_games_and_only_after_their_start(app, session, league):
    other = league.game(2, 3)
    coming = league.game(starts_at=clock.now() + timedelta(hours=1))
    session.commit()
    coach = as_coach(app, league, 0)
    coach.get(f"/games/{other.id}/score", status=404)
    coach.post(f"/games/{other.id}/score", THREE_TWO, status=404, form_from="/teams")
    here = f"/games/{coming.id}/score"
    assert "has not begun yet" in coach.get(here).text
    assert "has not begun yet" in coach.post(here, THREE_TWO, status=422).text
    coach.post(f"/games/{league.fixture.id}/decide", {**THREE_TWO, "reason": "x"}, status=404)


# ---- the code on a game card ----


@pytest.fixture
def code(session, league):
    link = services.make_link(league.fixture, by=SYSTEM, now=clock.now())
    session.commit()
    return services.code_of(link)


def test_whoever_holds_the_card_says_which_side_and_the_score(session, visitor, league, code):
    youth = make_youth("Mateo", "Canary")
    join(youth, _group(league, 0))
    session.commit()
    here = f"/g/{code}"
    shown = visitor.get(here)
    assert "Tigers – Lions" in shown.text
    assert "Canary" not in shown.text_source
    visitor.post(here, {**shown.form(here), **THREE_TWO}, status=422)  # for which side
    visitor.post(here, {**shown.form(here), **THREE_TWO, "side": "home"})
    assert "Tigers 3 : 2" in visitor.get(f"{here}/said").text
    visitor.post(here, {**visitor.get(here).form(here), **THREE_TWO, "side": "away"})
    assert "Final: 3 : 2" in visitor.get(f"{here}/said").text
    visitor.get(here, status=404)  # once final, the code ends
    visitor.post(here, {**THREE_TWO, "side": "away"}, status=404, form_from="/g")
    row = session.scalar(sa.select(ScoreEntry).where(ScoreEntry.side == Side.AWAY))
    assert (row.by_link, row.said_by_id) == (True, None)
    assert session.scalar(sa.select(ScoreLink.code_hash)) != code


def test_a_code_opens_its_own_game_alone_and_ends_days_after_it(app, session, visitor, league, code):
    league.game(2, 3)
    session.commit()
    assert "Bears" not in visitor.get(f"/g/{code}").text
    visitor.get("/g/AAAABBBBCCCC", status=404)
    session.execute(sa.update(ScoreLink.__table__).values(days=1))
    session.commit()
    assert "opens nothing" in visitor.get(f"/g/{code}", status=404).text
    again = services.make_link(league.fixture, by=SYSTEM, now=clock.now())
    assert services.code_of(again) == code, "the same game, the same card"


def test_looking_at_a_code_uses_nothing_up_and_guessing_is_slow(session, visitor, code):
    for _time in range(3):
        visitor.get(f"/g/{code}")
    typed = f"{code[:4]}-{code[4:8].lower()} {code[8:]}"
    assert visitor.post("/g", {"code": typed}, form_from="/g").h1 == "Tigers – Lions"
    for _try in range(10):
        visitor.post("/g", {"code": "AAAA-BBBB-CCCC"}, status=422)
    assert "Too many tries" in visitor.post("/g", {"code": code}, status=429).text


def test_too_many_words_of_one_card_are_refused(session, visitor, league, code):
    here = f"/g/{code}"
    for number in range(8):
        form = {**visitor.get(here).form(here), **THREE_TWO, "side": "home", "home_score": str(number)}
        visitor.post(here, form)
    visitor.post(here, {**form, "seen": "8-0-0"}, status=429)


def test_the_game_card_has_the_own_list_only_and_the_code(app, session, league):
    for number, name in enumerate(["Ours", "Theirs"]):
        youth = make_youth("Kim", name)
        join(youth, _group(league, number), str(number))
        if not number:
            assign([(league.coaches[0].id, youth.id)], source="x", from_on=clock.today())
    session.commit()
    coach = as_coach(app, league, 0)
    card = f"/games/{league.fixture.id}/card"
    assert "Scan" not in coach.client.get(f"{card}.pdf").get_data(as_text=True), "no code before somebody makes one"
    coach.get(f"/games/{league.fixture.id}/score")
    token = coach.page.form(card)["csrf_token"]
    coach.raw(card, "POST", data={"csrf_token": token}, headers={"Referer": "http://localhost/"})
    printed = coach.client.get(f"{card}.pdf").get_data(as_text=True)
    assert "Ours" in printed
    assert "Theirs" not in printed
    link = session.scalar(sa.select(ScoreLink))
    written = services.code_of(link)
    assert "-".join(re.findall("....", written)) in printed


# ---- standings ----


def play(league, session, *results):
    for home, away, mine, theirs in results:
        fixture = league.game(home, away)
        said(fixture, Side.HOME, mine, theirs)
        said(fixture, Side.AWAY, mine, theirs)
    session.commit()


def order_on(page):
    """The teams of a table from the top."""
    return [cell.text.strip() for cell in page.all("th") if cell.get("scope") == "row"]


def test_the_table_says_what_decided_each_place(session, visitor, league):
    visitor.sign_in(make_account(Role.COORDINATOR))
    shown = visitor.get(f"/standings/divisions/{league.division.id}")
    assert order_on(shown) == sorted(league.names)
    assert "alphabetical order" in shown.text
    assert "Level on points" not in shown.text
    play(league, session, (0, 2, 1, 0), (1, 3, 1, 0), (0, 1, 2, 1), (2, 3, 0, 0))
    assert "2 : 1" in visitor.get(f"/seasons/{league.season.id}/schedule").text
    file = visitor.raw(f"/seasons/{league.season.id}/export/sportsengine.csv").data.decode("utf-8-sig")
    assert {row["Home Team Score"] + ":" + row["Away Team Score"] for row in csv.DictReader(io.StringIO(file))} >= {
        "2:1",
        "1:0",
        "0:0",
    }
    shown = visitor.get(f"/standings/divisions/{league.division.id}")
    assert order_on(shown) == ["Tigers", "Lions", "Bears", "Wolves"] or order_on(shown)[2:] == ["Wolves", "Bears"]
    rows = ["".join(row.itertext()) for row in shown.all("tr")][1:]
    assert "Behind Tigers by points" in rows[1]
    assert "Level: lots will decide" in rows[3]
    there = f"/standings/divisions/{league.division.id}/lots"
    visitor.post(there, {})
    shown = visitor.get(f"/standings/divisions/{league.division.id}")
    assert "by the lots drawn" in shown.text
    drawn = session.scalars(sa.select(DrawnLot).order_by(DrawnLot.number)).all()
    assert len(drawn) == 4
    order = [lot.team_id for lot in drawn if lot.team_id in (league.teams[2].id, league.teams[3].id)]
    assert order_on(shown)[2:] == [league.names[[team.id for team in league.teams].index(team_id)] for team_id in order]
    visitor.post(there, {}, status=409)  # nobody draws again until the order pleases


def test_standings_are_public_by_a_deed_and_name_no_child_nor_place(app, session, visitor, league):
    play(league, session, (0, 1, 2, 1))
    league.game(2, 3, starts_at=clock.now() + timedelta(days=3))
    join(make_youth("Mateo", "Canary"), _group(league, 0))
    session.commit()
    office = Visitor(app)
    office.sign_in(make_account(Role.COORDINATOR))
    here = f"/seasons/{league.season.id}/scores"
    visitor.get("/standings/AAAABBBBCC", status=404)
    office.post(f"{here}/publish", {}, form_from=here)
    address = office.get(here).link("/standings/")
    shown = visitor.get(address)
    assert "2 : 1" in shown.text
    for hidden in ("Canary", "Field 1", "Bears – Wolves", "Casey"):
        assert hidden not in shown.text_source
    office.post(f"{here}/withdraw", {})
    visitor.get(address, status=404)


def test_who_is_kept_from_a_child_of_a_team_reads_results_and_not_where_the_team_will_be(session, visitor, league):
    play(league, session, (0, 1, 2, 1))
    league.game(2, 3, starts_at=clock.now() + timedelta(days=3))
    own, kept = make_youth("Dan", "Garza"), make_youth("Ana", "Garza")
    join(own, _group(league, 2))
    father = make_guardian(own, "Paul", "Garza")
    session.commit()
    visitor.sign_in(make_account(Role.GUARDIAN, father))
    here = f"/standings/divisions/{league.division.id}"
    assert "Bears – Wolves" in visitor.get(here).text
    join(kept, _group(league, 3))
    session.add(
        CustodyRestriction(
            youth_id=kept.id, adult_id=father.id, no_collect=True, no_decide=True, no_information=True,
            starts_on=clock.today(), recorded_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()
    shown = visitor.get(here).text
    assert "Tigers – Lions" in shown
    assert "Bears – Wolves" not in shown


def test_a_division_without_scores_has_none_anywhere(app, session, visitor, league):
    play(league, session, (0, 1, 2, 1))
    code = services.code_of(services.make_link(league.fixture, by=SYSTEM, now=clock.now()))
    session.commit()
    office = Visitor(app)
    office.sign_in(make_account(Role.COORDINATOR))
    office.post(f"/seasons/{league.season.id}/scores/publish", {}, form_from=f"/seasons/{league.season.id}/scores")
    public = office.get(f"/seasons/{league.season.id}/scores").link("/standings/")
    rules = f"/seasons/{league.season.id}/scores/rules"
    office.post(rules, {**office.get(rules).form(rules), "no_scores_under": "10"})
    coach = as_coach(app, league, 0)
    here = f"/games/{league.fixture.id}/score"
    assert "keeps no scores" in coach.get(here).text
    assert "keeps no scores" in coach.post(here, THREE_TWO, status=422).text
    table = f"/standings/divisions/{league.division.id}"
    for page in (office.get(table), coach.get(table), visitor.get(public)):
        assert "2 : 1" not in page.text
    visitor.get(f"/g/{code}", status=404)
    assert "keeps no scores" in coach.client.get(f"/games/{league.fixture.id}/card.pdf").get_data(as_text=True)
    assert not [game for game in queries.unsettled_in(league.season.id, clock.now())]
    own = f"/standings/divisions/{league.division.id}/rules"
    office.post(own, {**office.get(own).form(own), "keeping": "kept"})
    assert "2 : 1" in coach.get(table).text


def test_a_league_begins_with_known_rules_and_changes_them(session, visitor, league):
    visitor.sign_in(make_account(Role.COORDINATOR))
    here = f"/standings/divisions/{league.division.id}/rules"
    filled = visitor.get(f"{here}?preset=capped")
    assert "SincSports" in filled.text
    form = filled.form(here)
    assert (form["most_margin"], form["step2"]) == ("5", "wins")
    assert visitor.post(here, {**form, "win": "x"}, status=422)
    visitor.post(here, {**form, "own_rules": "y", "step3": "", "after_split": "continue"})
    kept = queries.settings_of([league.division], league.season.id)[league.division.id].rules
    assert (kept.most_margin, kept.steps, kept.after_split.value) == (
        5,
        ("head_to_head_points", "wins", "scored", "fewest_conceded"),
        "continue",
    )


# ---- playoffs ----


def test_playoffs_are_seeded_by_the_standings_and_winners_go_on_by_themselves(session, visitor, league):
    play(league, session, (0, 1, 1, 0), (0, 2, 1, 0), (0, 3, 1, 0), (1, 2, 1, 0), (1, 3, 1, 0), (2, 3, 1, 0))
    visitor.sign_in(make_account(Role.COORDINATOR))
    base = f"/standings/divisions/{league.division.id}"
    new = f"{base}/playoffs/new"
    assert "4 teams" in visitor.post(new, {"teams": "5"}, status=422).text
    visitor.post(new, {"teams": "3"})
    shown = visitor.get(base)
    assert "Straight into the second round: Tigers." in shown.text
    assert "Tigers – Winner of game 1" in shown.text
    day = (clock.today() + timedelta(days=2)).isoformat()
    when = {"on": day, "starts": "10:00", "minutes": "60", "venue_id": str(league.venue.id)}
    visitor.post(f"{base}/playoffs/main-2-1", when, status=409)
    before = session.scalar(sa.select(sa.func.count()).select_from(Gathering))
    visitor.post(f"{base}/playoffs/main-1-1", when)
    assert session.scalar(sa.select(sa.func.count()).select_from(Gathering)) == before + 2
    visitor.post(f"{base}/playoffs/main-1-1", when, status=409)
    game = session.scalar(sa.select(Fixture).order_by(Fixture.id.desc()).limit(1))
    start = clock.now() - timedelta(hours=3)
    game.starts_at, game.ends_at = start, start + timedelta(hours=1)
    said(game, Side.HOME, 1, 1, goes_on=Side.AWAY)
    said(game, Side.AWAY, 1, 1, goes_on=Side.AWAY)
    session.commit()
    shown = visitor.get(base).text
    assert "Tigers – Bears" in shown
    assert "Bears goes on" in shown
    table = table_queries.standings(league.division.id, queries.rules_from(None), [], clock.now())
    assert {row.team: row.place.record.played for row in table.rows} == dict.fromkeys(league.names, 3)


def test_who_loses_plays_for_the_third_place_or_in_the_consolation(session, visitor, league):
    """Eight teams: the losers of the first round play on among themselves, those of the second for the third place."""
    league.teams += [make_opponent(league.division, league.season, f"Owls {number}") for number in range(4)]
    for better in range(8):
        for worse in range(better + 1, 8):
            game = league.game(better, worse)
            said(game, Side.LEAGUE, 1, 0)
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    base = f"/standings/divisions/{league.division.id}"
    visitor.post(f"{base}/playoffs/new", {"teams": "8", "third": "y", "consolation": "y"})
    shown = visitor.get(base).text
    assert "For the third place" in shown
    assert "Consolation, round 2" in shown
    assert "Loser of game 1 – Loser of game 4" in shown
    names = [*league.names, *(f"Owls {number}" for number in range(4))]

    def win(key):
        """Set the game of a key and let its home team win."""
        when = {"on": (clock.today() + timedelta(days=2)).isoformat(), "starts": "10:00", "minutes": "60"}
        free = make_venue(f"Field {key}")
        session.add(
            VenueHours(season_id=league.season.id, venue_id=free.id, weekday=0, starts_minute=0, ends_minute=60)
        )
        session.commit()
        visitor.post(f"{base}/playoffs/{key}", when | {"venue_id": str(free.id)})
        game = session.scalar(sa.select(Fixture).order_by(Fixture.id.desc()).limit(1))
        game.starts_at, game.ends_at = clock.now() - timedelta(hours=3), clock.now() - timedelta(hours=2)
        said(game, Side.LEAGUE, 2, 1)
        session.commit()
        teams = {team.id: name for team, name in zip(league.teams, names, strict=True)}
        return teams[game.home_team_id], teams[game.away_team_id]

    first = [win(f"main-1-{number}") for number in (1, 2, 3, 4)]
    assert first == [("Tigers", "Owls 3"), ("Wolves", "Owls 0"), ("Lions", "Owls 2"), ("Bears", "Owls 1")]
    assert win("consolation-1-1") == ("Owls 3", "Owls 1")
    second = [win(f"main-2-{number}") for number in (1, 2)]
    assert second == [("Tigers", "Wolves"), ("Lions", "Bears")]
    visitor.post(f"{base}/playoffs/consolation-2-1", {}, status=422)
    assert win("third") == ("Wolves", "Bears")
    assert "Tigers – Lions" in visitor.get(base).text

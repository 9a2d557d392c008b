"""What a calendar holds, for whom, and when its link ends."""

from __future__ import annotations

import random
from datetime import timedelta

import icalendar
import pytest
import sqlalchemy as sa

from tests.makers.calendars import (
    DAY,
    DEED,
    HOUR,
    NOW,
    Circle,
    actor,
    bond,
    give_account,
    keep_from,
    make_circle,
    practice,
)
from tests.makers.people import make_person, make_youth
from tests.makers.programs import join, make_program, make_season, make_team
from tests.rules.test_ical import HOSTILE, kept
from youthprog.access.types import Role
from youthprog.audit.models import AuditEntry
from youthprog.calendars import queries, rules, services
from youthprog.calendars.models import CalendarFeed
from youthprog.calendars.types import FeedEnd, FeedKind
from youthprog.core import clock, db
from youthprog.core.actor import Actor
from youthprog.core.crypto import fingerprint
from youthprog.core.refusals import NotFound
from youthprog.leagues.imports.export_queries import games_out
from youthprog.people import services as people
from youthprog.people.models import Guardianship, Person
from youthprog.people.types import PeopleMerged
from youthprog.programs import services as programs
from youthprog.programs.models import Gathering, GroupMember
from youthprog.programs.types import GatheringKind


@pytest.fixture(autouse=True)
def at_the_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def circle(session) -> Circle:
    return make_circle()


def family(person) -> set[int]:
    return {each.gathering_id for each in queries.family_meetings(actor(person), NOW)}


def coordinator(program_id: int | None = None) -> Actor:
    person = make_person("Chris", "Coordinator")
    give_account(Role.COORDINATOR, person, program_id)
    return actor(person)


def fetched(visitor, feed: CalendarFeed, **kwargs) -> list[icalendar.Event]:
    answer = visitor.raw(f"/cal/{feed.unseal('token_sealed')}.ics", **kwargs)
    assert answer.status_code == 200
    calendar = icalendar.Calendar.from_ical(answer.data)
    return list(calendar.walk("VEVENT"))


# ---- what is in it ----


def test_one_calendar_holds_what_all_children_go_to(circle):
    hours = [practice(group) for group in (circle.tigers, circle.hawks, circle.match)]
    other = make_team(circle.season, "Bears").group
    practice(other)
    assert family(circle.rosa) == {each.id for each in hours} | {circle.game.home_gathering_id}
    assert family(circle.dana) == {hours[0].id, circle.game.home_gathering_id}
    assert family(circle.coach) == set()


def test_two_children_who_play_each_other_see_one_game(circle):
    meetings = [each for each in queries.family_meetings(actor(circle.rosa), NOW) if each.game]
    assert [(each.game.home, each.game.away, each.game.field) for each in meetings] == [("Tigers", "Hawks", "Field 1")]


def test_a_child_goes_to_what_lies_in_its_days_on_the_team(circle, session):
    before, after = practice(circle.tigers, NOW - 3 * DAY), practice(circle.tigers, NOW + 3 * DAY)
    member = session.scalars(sa.select(GroupMember).where(GroupMember.youth_id == circle.stranger.id)).one()
    member.until_on = NOW.date()
    session.flush()
    assert before.id in family(circle.dana)
    assert after.id not in family(circle.dana)


def test_a_meeting_of_a_whole_season_is_everybodys(circle, session):
    party = Gathering(
        season_id=circle.season.id, kind=GatheringKind.EVENT, title="Awards night", starts_at=NOW + DAY,
        ends_at=NOW + DAY + HOUR,
    )  # fmt: skip
    session.add(party)
    session.flush()
    assert party.id in family(circle.rosa)


def test_what_a_phone_fetches_is_exactly_what_there_is(circle, visitor, session):
    dice = random.Random(7)
    wanted = {}
    for number in range(60):
        starts_at = NOW + timedelta(minutes=dice.randrange(0, 80 * 24 * 60))
        title = dice.choice(HOSTILE).replace("\x07", "")[:120]
        row = practice(
            circle.tigers, starts_at, title=title, place=dice.choice(HOSTILE)[:120], kind=GatheringKind.CLASS
        )
        if dice.random() < 0.3:
            row.canceled_at, row.canceled_reason = NOW, f"Rain; {number}, sorry"
        wanted[f"gathering-{row.id}@127.0.0.1"] = (row.starts_at, row.ends_at, row.canceled_at is not None, title)
    session.flush()
    feed = services.share(FeedKind.GROUP, group_id=circle.tigers.id, by=actor(circle.coach), now=NOW)
    found = {str(each["UID"]): each for each in fetched(visitor, feed)}
    del found[f"gathering-{circle.game.home_gathering_id}@127.0.0.1"]
    assert found.keys() == wanted.keys()
    for uid, (starts_at, ends_at, canceled, title) in wanted.items():
        event = found[uid]
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (starts_at, ends_at)
        assert (event["STATUS"] == "CANCELLED") is canceled
        said = f"Tigers {kept(title)}"
        assert str(event["SUMMARY"]) == (f"Canceled: {said}" if canceled else said)


# ---- no name in it ----


def test_no_name_of_a_child_is_in_any_calendar(circle, visitor, session):
    circle.zoe.preferred_name = "Zozo"
    names = ["Mateo", "Zoe", "Zozo", "Noa", "Aguilar", "Yusuf", "Demir"]
    rows = []
    for number, name in enumerate(names):
        for group in (circle.tigers, circle.hawks, circle.match):
            kind = GatheringKind.MENTORING if group is circle.match else GatheringKind.PRACTICE
            at = NOW + (number + 1) * DAY
            rows.append(
                practice(
                    group, at, kind=kind, title=f"Practice with {name}", place=f"{name}'s house", site_id=circle.site.id
                )
            )
            rows[-1].canceled_at, rows[-1].canceled_reason = NOW, f"{name.upper()} is ill."
    session.flush()
    guardian, coach = actor(circle.rosa), actor(circle.coach)
    by = coordinator()
    feeds = [services.share(FeedKind.FAMILY, by=guardian, now=NOW)]
    feeds += [services.share(FeedKind.GROUP, group_id=circle.tigers.id, by=each, now=NOW) for each in (guardian, coach)]
    feeds += [services.share(FeedKind.GROUP, group_id=circle.match.id, by=guardian, now=NOW)]
    feeds += [services.share(FeedKind.PLACE, site_id=circle.site.id, by=by, now=NOW)]
    own = {"Mateo", "Aguilar", "Yusuf", "Demir"}
    for feed in feeds:
        answer = visitor.raw(f"/cal/{feed.unseal('token_sealed')}.ics")
        text = answer.get_data(as_text=True).replace("\r\n ", "").casefold()
        assert text.count("begin:vevent") >= len(names)
        wanted = own if feed.group_id == circle.tigers.id else {"Noa", "Aguilar"} if feed.group_id else set(names)
        assert not [name for name in wanted if name.casefold() in text]


def test_what_names_nobody_is_shown_as_it_was_typed(circle):
    say = lambda text, **values: text % values if values else text  # noqa: E731
    row = practice(circle.tigers, title="Picture day", place="Gym West", site_id=circle.site.id)
    meeting = queries.meetings_of([row.id])[row.id]
    names = queries.names_of([meeting])
    assert rules.summary_of(meeting, names, say) == "Tigers Picture day"
    assert rules.where_of(meeting, names) == f"{circle.site.name}, Gym West"
    assert "mateo" in names


# ---- counting changes ----


def test_the_sequence_rises_with_each_change_and_with_no_other(circle, session, monkeypatch):
    row = practice(circle.tigers, NOW + 5 * DAY, place="Field 2")
    known = {"starts_at": row.starts_at, "ends_at": row.ends_at, "place": "Field 2", "title": row.title}
    assert (row.sequence, row.changed_at) == (0, NOW)
    programs.move_gathering(row, **known, **DEED)
    assert row.sequence == 0
    monkeypatch.setattr(clock, "now", lambda: NOW + HOUR)
    for number, change in enumerate(({"place": "Field 3"}, {"ends_at": row.ends_at + HOUR}, {"title": "Scrimmage"}), 1):
        known |= change
        programs.move_gathering(row, **known, **DEED)
        assert (row.sequence, row.changed_at) == (number, NOW + HOUR)
    programs.cancel_gathering(row, reason="Rain.", **DEED)
    assert row.sequence == 4
    row.place = "By another way than the services"
    session.flush()
    assert row.sequence == 5


# ---- whom a court keeps away ----


def test_who_is_kept_from_a_child_sees_nothing_of_that_child(circle):
    away, home = practice(circle.hawks), practice(circle.match)
    keep_from(circle.rosa, circle.zoe)
    assert family(circle.rosa) == {home.id}  # nor the game of the other child's team against that child's
    assert away.id not in family(circle.rosa)


def test_a_child_of_ones_own_on_the_same_team_does_not_open_it(circle):
    keep_from(circle.rosa, circle.stranger)
    own = practice(circle.hawks)
    practice(circle.tigers)
    assert family(circle.rosa) == {own.id}
    with pytest.raises(NotFound):
        queries.get_group_for(actor(circle.rosa), circle.tigers.id, NOW.date())
    assert queries.group_meetings(actor(circle.rosa), circle.tigers.id, NOW) == []
    assert [group.name for group in queries.own_groups(actor(circle.rosa), NOW.date())] == ["Hawks", circle.match.name]


def test_an_order_that_begins_later_closes_what_lies_after_it_now(circle):
    row = practice(circle.tigers, NOW + 10 * DAY)
    keep_from(circle.rosa, circle.stranger, starts_on=(NOW + 5 * DAY).date())
    assert row.id not in family(circle.rosa)


def test_an_order_that_ended_closes_nothing(circle):
    row = practice(circle.tigers)
    keep_from(circle.rosa, circle.stranger, starts_on=(NOW - 9 * DAY).date(), ends_on=(NOW - DAY).date())
    assert row.id in family(circle.rosa)


def test_a_coordinator_kept_from_a_child_does_not_learn_it_from_the_field(circle):
    by = coordinator()
    tigers = practice(circle.tigers, site_id=circle.site.id)
    hawks = practice(circle.hawks, site_id=circle.site.id)

    def shown() -> set[int]:
        return {each.gathering_id for each in queries.place_meetings(by, circle.site.id, None, NOW)}

    assert shown() == {tigers.id, hawks.id, circle.game.home_gathering_id}
    keep_from(db.session().get_one(Person, by.person_id), circle.stranger)
    assert shown() == {hawks.id}


# ---- links ----


def test_a_link_is_kept_as_a_hash_and_a_sealed_copy(circle):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=NOW)
    token = feed.unseal("token_sealed")
    assert feed.token_hash == fingerprint(token)
    assert token.encode() not in feed.token_sealed
    assert queries.find_feed(token).id == feed.id
    db.session().commit()
    trail = db.session().scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert trail.action == "calendar.shared"
    assert token not in repr(trail.detail)


def test_a_new_link_ends_the_old_one_and_no_other(circle):
    by = actor(circle.rosa)
    old = services.share(FeedKind.FAMILY, by=by, now=NOW)
    team = services.share(FeedKind.GROUP, group_id=circle.tigers.id, by=by, now=NOW)
    token = old.unseal("token_sealed")
    new = services.share(FeedKind.FAMILY, by=by, now=NOW)
    assert (old.ended_why, old.token_sealed) == (FeedEnd.RENEWED, None)
    assert queries.find_feed(token) is None
    assert [each.feed_id for each in queries.own_feeds(circle.rosa.id)] == [team.id, new.id]


def test_a_restriction_ends_the_links_of_everybody_who_answers_for_the_child(circle):
    father = make_person("Paul", "Aguilar")
    bond(circle.mateo, father)
    give_account(Role.GUARDIAN, father)
    mine, his, others = (
        services.share(FeedKind.FAMILY, by=actor(each), now=NOW) for each in (circle.rosa, father, circle.dana)
    )
    people.restrict_custody(
        circle.mateo, father, no_collect=True, no_decide=True, no_information=True, starts_on=NOW.date(), **DEED
    )
    assert (mine.ended_why, his.ended_why, others.ended_why) == (FeedEnd.FAMILY, FeedEnd.FAMILY, None)
    assert queries.ended_for_safety(circle.rosa.id)
    assert not queries.ended_for_safety(circle.dana.id)
    services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=NOW)
    assert not queries.ended_for_safety(circle.rosa.id)


def test_the_end_of_a_guardianship_ends_the_links(circle, session):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=NOW)
    people.end_guardian(session.query(Guardianship).filter_by(youth_id=circle.zoe.id).one(), **DEED)
    assert feed.ended_why is FeedEnd.FAMILY


def test_a_merge_ends_the_link_of_the_record_that_goes(circle):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.dana), now=NOW)
    services.follow_merge(PeopleMerged(circle.rosa.id, circle.dana.id, NOW))
    assert (feed.person_id, feed.ended_why) == (circle.rosa.id, FeedEnd.MERGED)


def test_nobody_stops_anothers_link(circle):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=NOW)
    with pytest.raises(NotFound):
        queries.get_own_feed(circle.dana.id, feed.id)


def test_a_coordinator_of_another_program_has_no_calendar_of_this_one(circle):
    by = coordinator(make_program().id)
    for get in (queries.get_group_for, queries.get_site_for):
        with pytest.raises(NotFound):
            get(by, circle.tigers.id if get is queries.get_group_for else circle.site.id, NOW.date())


# ---- what it costs ----


def test_a_family_of_three_costs_as_much_as_one_and_stays_small(circle, visitor, session, statements):
    feed = services.share(FeedKind.FAMILY, by=actor(circle.rosa), now=NOW)
    session.commit()
    statements.clear()
    fetched(visitor, feed)
    once = len(statements)
    for group in (circle.tigers, circle.hawks, circle.match):
        for week in range(12):
            for hours in (0, 48):
                practice(group, NOW + week * 7 * DAY + hours * HOUR, place="Field 2", site_id=circle.site.id)
    twin = make_youth("Ben", "Aguilar")
    bond(twin, circle.rosa)
    join(twin, circle.hawks)
    session.commit()
    statements.clear()
    answer = visitor.raw(f"/cal/{feed.unseal('token_sealed')}.ics")
    assert answer.data.count(b"BEGIN:VEVENT") == 73
    assert len(answer.data) < 50_000
    assert len(statements) == once <= 12


# ---- files of games ----


def test_files_of_games_hold_the_published_ones(circle, session):
    assert list(games_out(make_season())) == []
    (game,) = games_out(circle.season)
    assert (game.home, game.away, game.place, game.canceled) == (
        "Tigers",
        "Hawks",
        f"{circle.site.name}, Field 1",
        False,
    )
    programs.cancel_gathering(session.get(Gathering, circle.game.home_gathering_id), reason="Rain.", **DEED)
    (game,) = games_out(circle.season)
    assert game.canceled

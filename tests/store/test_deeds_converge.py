"""Phones find a network in any order: whatever way the same deeds come in, the register is the same. On both engines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.makers.people import NOW
from tests.makers.programs import make_gathering
from tests.store.test_attendance import BEGUN, Team
from tests.support.clearing import only_these_are_not_cleared
from tests.support.proofs import cases
from youthprog.attendance import services
from youthprog.attendance.models import AttendanceMark, Deed
from youthprog.attendance.types import DeedKind, Mark, Said

SPOKEN = (
    (DeedKind.MARK, Mark.PRESENT), (DeedKind.MARK, Mark.ABSENT), (DeedKind.MARK, Mark.LATE),
    (DeedKind.ARRIVE, Mark.PRESENT), (DeedKind.ARRIVE, None), (DeedKind.LEAVE, None),
)  # fmt: skip


def story(dice: random.Random, youth: Sequence[int], place: int) -> list[Said]:
    """What phones say of some youth; the sayers saw some of it, and some is taken back. Ids begin with the place."""
    found: list[Said] = []
    for number in range(dice.randint(6, 14)):
        kind, mark = dice.choice(SPOKEN)
        who = dice.choice(youth)
        before = [each.client_id for each in found if each.youth_id == who]
        saw = tuple(dice.sample(before, min(len(before), dice.choice((0, 0, 1, 2)))))
        at, undoes = BEGUN + timedelta(minutes=dice.randint(0, 3)), None
        if before and dice.random() < 0.15:
            kind, mark, saw, undoes = DeedKind.TAKE_BACK, None, (), dice.choice(before)
        found.append(Said(f"{place}-{number}", who, kind, at, mark, saw, undoes))
    return found


def batches(dice: random.Random, said: Sequence[Said]) -> Iterator[list[Said]]:
    """The same deeds in another order, some twice, in messages of any size."""
    row = [*said, *dice.sample(said, dice.randint(0, len(said)))]
    dice.shuffle(row)
    while row:
        size = dice.randint(1, len(row))
        yield row[:size]
        row = row[size:]


@pytest.mark.proof("any permutation, duplication and split of batches gives one register", room="attendance")
def test_however_batches_come_they_give_one_register(app, session):
    dice, wrong = random.Random(4), []
    with only_these_are_not_cleared(app) as barred:
        team = Team(2)
        barred.add(team.ids[1])
        session.commit()
        for case in range(cases(full=10_000, sample=24)):
            seed = dice.random()
            whole = told(team, session, [story(random.Random(seed), team.ids, 1)])
            again = told(team, session, batches(dice, story(random.Random(seed), team.ids, 1)))
            if whole != again:
                wrong.append((case, whole, again))
    assert not wrong, f"{len(wrong)} differ, first {wrong[0]}"


def told(team: Team, session, messages) -> tuple[list[tuple[object, ...]], int]:
    """What holds at a fresh gathering after these messages, and how many deeds were kept. Nothing of it stays."""
    gathering = make_gathering(team.group, BEGUN)
    session.flush()
    for message in messages:
        services.say(gathering, message, by=team.actor, now=NOW)
    mark = AttendanceMark.__table__.c
    rows = session.execute(
        sa.select(mark.youth_id, mark.mark, mark.said, mark.disputed, mark.in_at, mark.out_at, mark.minutes)
        .where(mark.gathering_id == gathering.id)
        .order_by(mark.youth_id)
    )
    found = [tuple(row) for row in rows]
    kept = session.scalar(sa.select(sa.func.count()).select_from(Deed))
    session.rollback()
    return found, kept

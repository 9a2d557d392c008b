"""Divisions to be formed: generated children with links and wishes as a league has them."""

from __future__ import annotations

import random

from youthprog.leagues.forming.types import Child, Link, LinkKind, Pin, PinKind, Side, Task, Wish


def make_division(children: int, teams: int, *, seed: int = 1, apart: int = 0, days: bool = False) -> Task:
    """One linked pair per 8 children, one trio per 40, one coach's child a team, a third with a wish, half of these mutual.

    `apart` pairs are kept apart; with `days` teams practice on days that one child in twelve cannot make.
    """
    chance = random.Random(seed)
    ids = list(range(1, children + 1))
    away = {each: chance.randrange(5) for each in ids if days and chance.random() < 1 / 12}
    pool = tuple(
        Child(
            each,
            gender="girl" if chance.random() < 0.45 else "boy",
            skill=min(5, max(1, round(chance.gauss(3, 1.1)))),
            age=chance.choice((9, 10)),
            no_days=frozenset({away[each]} if each in away else ()),
        )
        for each in ids
    )
    sides = tuple(Side(1000 + each, days=frozenset({each % 5} if days else ())) for each in range(teams))
    loose = ids[:]
    chance.shuffle(loose)
    pins = tuple(Pin(PinKind.COACH, loose.pop(), side.id) for side in sides)
    away_pins = {pin.child for pin in pins if pin.child in away}
    pins = tuple(pin for pin in pins if pin.child not in away_pins)
    links: list[Link] = []
    for _ in range(children // 8):
        links.append(Link(LinkKind.SIBLINGS, loose.pop(), loose.pop()))
    for _ in range(children // 40):
        one, two, three = loose.pop(), loose.pop(), loose.pop()
        links += [Link(LinkKind.CARPOOL, one, two), Link(LinkKind.CARPOOL, two, three)]
    for _ in range(apart):
        links.append(Link(LinkKind.APART, loose.pop(), loose.pop()))
    return Task(pool, sides, tuple(links), pins, _wishes(ids, chance))


def _wishes(ids: list[int], chance: random.Random) -> tuple[Wish, ...]:
    wishing = chance.sample(ids, len(ids) // 3)
    paired = wishing[: len(wishing) // 4 * 2]
    wishes = {Wish(one, two) for one, two in zip(paired[::2], paired[1::2], strict=True)}
    wishes |= {Wish(each.wanted, each.child) for each in wishes}
    for each in wishing[len(paired) :]:
        wishes.add(Wish(each, chance.choice([other for other in ids if other != each])))
    return tuple(sorted(wishes, key=lambda each: (each.child, each.wanted)))

"""Whose turn it is in a live draft, whom that team may pick, and which round pays for whom. Pure.

A team pays one round for each of its children. Who is kept together by a rule comes along with a pick and costs the
team's next rounds. A child who belongs to a team before the draft (a parent coaches it, or it stays from before) costs the
round in which a child of its rating would be picked. A team whose round is paid already is passed over. A pick that
would leave somebody without a team is not offered: after each one there is still a way to place all the others. So the
draft always ends, with teams as even as the rules allow.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count

from youthprog.core.refusals import N_, Refusal
from youthprog.leagues.drafting.types import Board, DraftOrder, Placed, Turn
from youthprog.leagues.forming.types import Child, LinkKind, Pin

TRIES = 4_000  # steps of one search for a way to place all who are left
UNEVEN = 4  # how many more than even a team is allowed one by one, before any number


def order_in(board: Board, round_: int) -> tuple[int, ...]:
    """The teams in the order in which they pick in a round, from 1."""
    teams = tuple(team.id for team in board.teams)
    back = board.order is DraftOrder.SNAKE and round_ % 2 == 0
    return teams[::-1] if back else teams


def charged(board: Board) -> dict[int, set[int]]:
    """The rounds that each team has paid."""
    paid: dict[int, set[int]] = {team.id: set() for team in board.teams}
    for each in board.placed:
        paid.setdefault(each.team, set()).add(each.round)
    return paid


def turn_of(board: Board) -> Turn | None:
    """The next pick: the earliest round that a team has not paid, of a team that can pick somebody.

    None when everybody is placed, or when the rules leave nobody a pick (they were changed meanwhile).
    """
    left = Left(board)
    if not left.blocks:
        return None
    paid = charged(board)
    last = max((round_ for rounds in paid.values() for round_ in rounds), default=0)
    for round_ in count(1):
        for team in order_in(board, round_):
            if round_ not in paid[team] and left.may_pick(team):
                return Turn(round_, team)
        if round_ > last:
            return None
    return None


def choices(board: Board, team: int) -> frozenset[int]:
    """The children whom a team may pick now, each with all who come along."""
    left = Left(board)
    return frozenset(child for number in left.choices(team) for child in left.blocks[number].members)


def coming_along(board: Board, child: int) -> tuple[int, ...]:
    """Who is kept together with a child and not placed yet, the child first."""
    for block in Left(board).blocks:
        if child in block.members:
            return (child, *(each for each in block.members if each != child))
    return ()


def refusals_to_pick(board: Board, turn: Turn, child: int) -> list[Refusal]:
    """Why a child cannot be picked at this turn, empty when it can."""
    if any(each.child == child for each in board.placed):
        return [Refusal("taken", N_("Somebody was faster: this child is on a team already."), "child")]
    if turn_of(board) != turn:
        return [Refusal("moved_on", N_("Somebody was faster: the draft has gone on. Look at it again."))]
    if child not in choices(board, turn.team):
        sentence = N_(
            "A rule that is never broken keeps this child from that team, or there is no place for all who come along."
        )
        return [Refusal("does_not_fit", sentence, "child")]
    return []


def picked(board: Board, turn: Turn, child: int) -> tuple[Placed, ...]:
    """The places that a pick gives: the child's this round, those who come along the team's next free ones."""
    rounds = _free_rounds(charged(board)[turn.team], turn.round)
    return tuple(
        Placed(each, turn.team, round_) for each, round_ in zip(coming_along(board, child), rounds, strict=False)
    )


def _free_rounds(paid: Collection[int], first: int) -> Iterable[int]:
    return (round_ for round_ in count(first) if round_ not in paid)


def with_placed(board: Board, more: Iterable[Placed]) -> Board:
    """The draft once these are placed."""
    return replace(board, placed=(*board.placed, *more))


def without(board: Board, children: Collection[int]) -> Board:
    """The draft before these were placed."""
    return replace(board, placed=tuple(each for each in board.placed if each.child not in children))


# ---- who is on a team before the draft ----


def settled_before(board: Board, pins: Iterable[Pin]) -> tuple[Placed, ...]:
    """The places of children who belong to a team before the draft, and of those who are kept together with them.

    Each costs the round of its rating; where that is paid already, the next one, then an earlier one.
    """
    on_team = {pin.child: pin.team for pin in pins}
    for child, team in tuple(on_team.items()):
        on_team |= {mate: team for mate in _kept_with(board, child) if mate not in on_team}
    rounds = -(-len(board.children) // len(board.teams)) if board.teams else 0
    found: list[Placed] = []
    for side in board.teams:
        mine = [child for child, of in on_team.items() if of == side.id]
        paid: set[int] = set()
        for child in sorted(mine, key=lambda each: (round_of(board, each), each)):
            own = round_of(board, child)
            wanted = (*range(own, rounds + 1), *range(own - 1, 0, -1))
            paid_for = next((each for each in wanted if each not in paid), None) or next(iter(_free_rounds(paid, own)))
            paid.add(paid_for)
            found.append(Placed(child, side.id, paid_for))
    return tuple(found)


def round_of(board: Board, child: int) -> int:
    """The round in which a child of this rating would be picked: the middle of those rated alike."""
    skills = {each.id: each.skill for each in board.children}
    better = sum(skill > skills[child] for skill in skills.values())
    alike = sum(skill == skills[child] for skill in skills.values())
    return (better + (alike - 1) // 2) // max(1, len(board.teams)) + 1


def _kept_with(board: Board, child: int) -> frozenset[int]:
    return next(group for group in _together(board) if child in group)


def _together(board: Board) -> list[frozenset[int]]:
    """The children in groups that no rule lets part."""
    group_of = {child.id: {child.id} for child in board.children}
    for link in board.links:
        if link.kind is not LinkKind.APART and link.one in group_of and link.other in group_of:
            one, other = group_of[link.one], group_of[link.other]
            if one is not other:
                one |= other
                group_of |= dict.fromkeys(other, one)
    return [frozenset(group) for group in {id(group): group for group in group_of.values()}.values()]


# ---- who is left ----


@dataclass(frozen=True)
class Block:
    """Children who come to a team together, with the teams that suit them all, and the blocks they are kept from."""

    members: tuple[int, ...]
    suits: frozenset[int]
    apart: frozenset[int] = field(default=frozenset())


class Left:
    """Who is not placed yet, and in which ways they could be."""

    def __init__(self, board: Board):
        self.board = board
        self.team_of = {each.child: each.team for each in board.placed}
        self.heads = Counter(self.team_of.values())
        self.blocks = self._blocks()
        self._known: dict[object, bool] = {}

    def _blocks(self) -> list[Block]:
        children = {child.id: child for child in self.board.children}
        apart: dict[int, set[int]] = {}
        for link in self.board.links:
            if link.kind is LinkKind.APART:
                apart.setdefault(link.one, set()).add(link.other)
                apart.setdefault(link.other, set()).add(link.one)
        found: list[tuple[tuple[int, ...], frozenset[int]]] = []
        for group in _together(self.board):
            free = tuple(sorted(group - self.team_of.keys()))
            if free:
                suits = self._suits([children[each] for each in free], group - set(free), apart)
                found.append((free, suits))
        number_of = {child: number for number, (members, _suits) in enumerate(found) for child in members}
        blocks = []
        for number, (members, suits) in enumerate(found):
            kept = {number_of[other] for each in members for other in apart.get(each, ()) if other in number_of}
            blocks.append(Block(members, frozenset() if number in kept else suits, frozenset(kept - {number})))
        return blocks

    def _suits(
        self, free: Sequence[Child], mates: Iterable[int], apart: Mapping[int, Collection[int]]
    ) -> frozenset[int]:
        """The teams that suit all of these: where their mates are, and nobody whom they are kept from."""
        kept_from = {self.team_of[other] for each in free for other in apart.get(each.id, ()) if other in self.team_of}
        homes = {self.team_of[mate] for mate in mates}
        return frozenset(
            team.id
            for team in self.board.teams
            if team.id not in kept_from and (not homes or team.id in homes) and all(team.suits(each) for each in free)
        )

    # -- room --

    @cached_property
    def room(self) -> dict[int, int]:
        """How many each team still takes: as even as there is a way, and no more than it has places."""
        fewest = max(-(-len(self.board.children) // max(1, len(self.board.teams))), *self.heads.values(), 0)
        for most in (*range(fewest, fewest + UNEVEN), len(self.board.children)):
            room = self._room(most)
            if self._completes(room, {}):
                return room
        return self._room(len(self.board.children))

    def _room(self, most: int) -> dict[int, int]:
        return {
            team.id: max(0, min(most, most if team.capacity is None else team.capacity) - self.heads[team.id])
            for team in self.board.teams
        }

    @cached_property
    def has_a_way(self) -> bool:
        """Whether all who are left can be placed."""
        return self._completes(self.room, {})

    # -- picks --

    def may_pick(self, team: int) -> bool:
        """Whether a team can pick anybody."""
        return any(self._fits(number, team) for number in range(len(self.blocks)))

    def choices(self, team: int) -> list[int]:
        """The blocks that a team may pick, by number."""
        return [number for number in range(len(self.blocks)) if self._fits(number, team)]

    def _fits(self, number: int, team: int) -> bool:
        """Whether a block may come to a team: it suits, and all the others still find one."""
        block = self.blocks[number]
        if team not in block.suits or len(block.members) > self.room[team]:
            return False
        if not self.has_a_way:
            return True  # rules changed in the middle: what each pick breaks is all that can be asked
        alike = (team, block.suits, len(block.members)) if not block.apart else (team, number)
        if alike not in self._known:
            self._known[alike] = self._completes(self.room, {number: team})
        return self._known[alike]

    def _completes(self, room: Mapping[int, int], given: Mapping[int, int]) -> bool:
        """Whether there is a way to place every block, some of them on given teams."""
        return _Search(self.blocks, room, given).finds()


class _Search:
    """A way to place all blocks: those of several children or kept apart by trying, the others by flow."""

    def __init__(self, blocks: Sequence[Block], room: Mapping[int, int], given: Mapping[int, int]):
        self.blocks, self.room, self.at = blocks, dict(room), dict(given)
        for number, team in given.items():
            self.room[team] -= len(blocks[number].members)
        self.plain = Counter(
            block.suits
            for number, block in enumerate(blocks)
            if number not in given and len(block.members) == 1 and not block.apart
        )
        special = (
            number
            for number, block in enumerate(blocks)
            if number not in given and (len(block.members) > 1 or block.apart)
        )
        self.special = sorted(special, key=lambda each: (-len(blocks[each].members), len(blocks[each].suits), each))
        self.tries = 0

    def finds(self) -> bool:
        """Whether there is a way, as far as so many tries tell."""
        wanted = sum(len(block.members) for number, block in enumerate(self.blocks) if number not in self.at)
        return min(self.room.values(), default=0) >= 0 and wanted <= sum(self.room.values()) and self._place(0)

    def _place(self, depth: int) -> bool:
        self.tries += 1
        if self.tries > TRIES:
            return False
        if depth == len(self.special):
            return self._flows()
        number = self.special[depth]
        block = self.blocks[number]
        kept_from = {self.at[other] for other in block.apart if other in self.at}
        teams = [team for team in block.suits - kept_from if self.room[team] >= len(block.members)]
        for team in sorted(teams, key=lambda each: (-self.room[each], each)):
            self.room[team] -= len(block.members)
            self.at[number] = team
            if self._place(depth + 1):
                return True
            self.room[team] += len(block.members)
            del self.at[number]
        return False

    def _flows(self) -> bool:
        """Whether the single children fill what room is left: a flow from kinds of children to teams."""
        if all(suits >= self.room.keys() for suits in self.plain):
            return True  # the count was compared already
        room, sent = dict(self.room), {suits: dict.fromkeys(suits, 0) for suits in self.plain}
        return all(
            self._send(suits, room, sent, set()) for suits, heads in self.plain.items() for _child in range(heads)
        )

    def _send(
        self,
        suits: frozenset[int],
        room: dict[int, int],
        sent: dict[frozenset[int], dict[int, int]],
        seen: set[int],
    ) -> bool:
        """One more child of a kind to a team; where none has room, another kind's child makes some."""
        for team in suits - seen:
            if room[team] > 0:
                room[team] -= 1
                sent[suits][team] += 1
                return True
        for team in suits - seen:
            seen.add(team)
            for other, teams in sent.items():
                if teams.get(team, 0) > 0 and self._send(other, room, sent, seen):
                    teams[team] -= 1
                    sent[suits][team] += 1
                    return True
        return False

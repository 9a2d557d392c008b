"""The nine kinds of rules of a RobinX file, read into plain words. Pure.

Two things the format leaves open are read as its files mean them: an empty list of slots means no slot, and teams may be
listed or named by their groups.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from youthprog.leagues.timetables.types import (
    NO_LIMIT,
    Crowding,
    GroupBreaks,
    GroupDays,
    HomeBalance,
    NamedGames,
    Range,
    Rule,
    Separation,
    Side,
    TeamBreaks,
    TeamDays,
    TeamOpponents,
)
from youthprog.leagues.timetables.xml_files import Element, XmlUnusable


class Names:
    """The numbers a file uses for its teams or slots, and the groups it puts them in."""

    def __init__(self, kind: str, numbers: Sequence[int], groups: Mapping[str, Sequence[int]]):
        self.kind = kind
        self.places = {number: place for place, number in enumerate(numbers)}
        self.groups = groups

    def listed(self, element: Element, alone: str, grouped: str) -> tuple[int, ...]:
        """The places that an element lists by number, or else by group."""
        text = element.attributes.get(alone) or ""
        if text.strip():
            return tuple(self.place(element, each) for each in _split(text))
        found: list[int] = []
        for group in _split(element.attributes.get(grouped) or ""):
            found += [self.places[number] for number in self.groups.get(group, ())]
        return tuple(found)

    def place(self, element: Element, text: str) -> int:
        """The place of one number. Raises `XmlUnusable` when there is no such team or slot."""
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
        if number not in self.places:
            raise XmlUnusable(f"{element.name} names the {self.kind} {text[:20]!r}, which is not there.", element.line)
        return self.places[number]


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.replace(",", ";").split(";") if each.strip()]


def text_of(root: Element, name: str) -> str:
    """The text of the first element of that name, on one line; empty when there is none."""
    element = root.first(name)
    return " ".join(element.text.split())[:200] if element is not None else ""


def whole(element: Element, name: str, default: int | None) -> int:
    """A whole number of an element. Raises `XmlUnusable` when it is none, or missing without a default."""
    text = (element.attributes.get(name) or "").strip()
    if not text and default is not None:
        return default
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        says = f"{name}={text[:20]!r}" if text else f"no {name}"
        raise XmlUnusable(f"{element.name} has {says}; a whole number is needed.", element.line)
    return int(digits)


def _word(element: Element, name: str, default: str, words: Sequence[str]) -> str:
    text = (element.attributes.get(name) or default).strip()
    if text not in words:
        raise XmlUnusable(f"{element.name} has {name}={text[:20]!r}; known are {', '.join(words)}.", element.line)
    return text


def _side(element: Element, name: str, default: str = "HA") -> Side:
    return Side(_word(element, name, default, tuple(Side)))


def _wanted(element: Element) -> Range:
    return Range(whole(element, "min", 0), whole(element, "max", NO_LIMIT))


def _shared(element: Element) -> dict[str, Any]:
    return {
        "line": element.line,
        "hard": _word(element, "type", "", ("HARD", "SOFT")) == "HARD",
        "penalty": whole(element, "penalty", 1),
    }


def _slots(element: Element, slots: Names) -> tuple[int, ...]:
    return slots.listed(element, "slots", "slotGroups")


def _team_days(element: Element, teams: Names, slots: Names) -> Rule:
    return TeamDays(
        teams=teams.listed(element, "teams", "teamGroups"),
        slots=_slots(element, slots),
        side=_side(element, "mode"),
        wanted=_wanted(element),
        **_shared(element),
    )


def _team_opponents(element: Element, teams: Names, slots: Names) -> Rule:
    _word(element, "mode2", "GLOBAL", ("GLOBAL",))
    return TeamOpponents(
        teams=teams.listed(element, "teams1", "teamGroups1"),
        opponents=teams.listed(element, "teams2", "teamGroups2"),
        slots=_slots(element, slots),
        side=_side(element, "mode1"),
        wanted=_wanted(element),
        **_shared(element),
    )


def _crowding(element: Element, teams: Names, _slots_unused: Names) -> Rule:
    return Crowding(
        teams=teams.listed(element, "teams1", "teamGroups1"),
        opponents=teams.listed(element, "teams2", "teamGroups2"),
        length=max(1, whole(element, "intp", None)),
        side=_side(element, "mode1"),
        wanted=_wanted(element),
        by_games=_word(element, "mode2", "SLOTS", ("SLOTS", "GAMES")) == "GAMES",
        **_shared(element),
    )


def _group_days(element: Element, teams: Names, slots: Names) -> Rule:
    return GroupDays(
        teams=teams.listed(element, "teams1", "teamGroups1"),
        opponents=teams.listed(element, "teams2", "teamGroups2"),
        slots=_slots(element, slots),
        side=_side(element, "mode1"),
        wanted=_wanted(element),
        each_slot=_word(element, "mode2", "", ("GLOBAL", "EVERY")) == "EVERY",
        **_shared(element),
    )


def _named_games(element: Element, teams: Names, slots: Names) -> Rule:
    games = []
    for each in (element.attributes.get("meetings") or "").split(";"):
        if each.strip():
            pair = [teams.place(element, part.strip()) for part in each.split(",")]
            if len(pair) != 2:
                raise XmlUnusable(
                    f"{element.name} names {each.strip()[:20]!r}, which is no pair of teams.", element.line
                )
            games.append((pair[0], pair[1]))
    return NamedGames(games=tuple(games), slots=_slots(element, slots), wanted=_wanted(element), **_shared(element))


def _at_most(element: Element) -> int:
    for name in ("mode1", "mode2"):
        if element.attributes.get(name) not in (None, "", "LEQ", *Side):
            raise XmlUnusable(f"{element.name} can only ask for at most so many breaks (LEQ).", element.line)
    return whole(element, "intp", None)


def _team_breaks(element: Element, teams: Names, slots: Names) -> Rule:
    return TeamBreaks(
        teams=teams.listed(element, "teams", "teamGroups"),
        slots=_slots(element, slots),
        most=_at_most(element),
        side=_side(element, "mode2"),
        **_shared(element),
    )


def _group_breaks(element: Element, teams: Names, slots: Names) -> Rule:
    _word(element, "homeMode", "HA", ("HA",))
    return GroupBreaks(
        teams=teams.listed(element, "teams", "teamGroups"),
        slots=_slots(element, slots),
        most=_at_most(element),
        **_shared(element),
    )


def _home_balance(element: Element, teams: Names, slots: Names) -> Rule:
    _word(element, "mode", "H", ("H",))
    return HomeBalance(
        teams=teams.listed(element, "teams", "teamGroups"),
        slots=_slots(element, slots),
        most=whole(element, "intp", None),
        **_shared(element),
    )


def _separation(element: Element, teams: Names, _slots_unused: Names) -> Rule:
    _word(element, "mode1", "SLOTS", ("SLOTS",))
    return Separation(
        teams=teams.listed(element, "teams", "teamGroups"), apart=whole(element, "min", 0), **_shared(element)
    )


READERS: dict[str, Callable[[Element, Names, Names], Rule]] = {
    "CA1": _team_days,
    "CA2": _team_opponents,
    "CA3": _crowding,
    "CA4": _group_days,
    "GA1": _named_games,
    "BR1": _team_breaks,
    "BR2": _group_breaks,
    "FA2": _home_balance,
    "SE1": _separation,
}

"""RobinX files: a season to be timetabled is read, a schedule is written. Pure.

The format is that of Van Bulck, Goossens, Schoenberger and Guajardo (EJOR 280, 2020): one league, everybody against
everybody, in slots; nine kinds of rules. What is not known is refused with its line, never passed over.
"""

from collections.abc import Callable, Iterable, Sequence
from xml.sax.saxutils import quoteattr

from youthprog.leagues.timetables.robinx_rules import READERS, Names, text_of, whole
from youthprog.leagues.timetables.types import Meeting, Rule, Timetable, Verdict
from youthprog.leagues.timetables.xml_files import Element, XmlUnusable, read_xml

MOST_TEAMS = 50
MOST_SLOTS = 2000


def read_timetable(content: bytes) -> Timetable:
    """The season that a RobinX file asks for. Raises `XmlUnusable` with one sentence that names the line."""
    root = read_xml(content)
    if root.name != "Instance":
        raise XmlUnusable(f"This is no RobinX season: it begins with <{root.name}>, not <Instance>.", root.line)
    refuse_unknown_structure(root)
    team_elements = _numbered(root, "Teams", "team", 2, MOST_TEAMS)
    slot_elements = _numbered(root, "Slots", "slot", 1, MOST_SLOTS)
    teams = Names("team", [number for number, _ in team_elements], _groups(team_elements, ("teamGroups",)))
    slots = Names("slot", [number for number, _ in slot_elements], _groups(slot_elements, ("slotGroup", "slotGroups")))
    return Timetable(
        name=text_of(root, "InstanceName"),
        team_numbers=tuple(teams.places),
        team_names=_names(team_elements, "Team"),
        slot_numbers=tuple(slots.places),
        slot_names=_names(slot_elements, "Slot"),
        rules=tuple(_rules(root, teams, slots)),
        rounds=_rounds(root),
        compact=_one_of(root, "compactness", {"C": True, "R": False, "": False}),
        phased=_one_of(root, "gameMode", {"P": True, "NULL": False, "": False}),
    )


def refuse_unknown_structure(root: Element) -> None:
    """Say no to what would be scheduled wrongly: several leagues, additional games, another objective."""
    leagues = {each.attributes.get("league", "") for each in root.every("team")}
    if len(leagues) > 1:
        raise XmlUnusable(f"The file has {len(leagues)} leagues; one league at a time can be scheduled.")
    more = root.first("AdditionalGames")
    if more is not None and more.children:
        raise XmlUnusable("Additional games are not known; only everybody against everybody.", more.line)
    objective = root.first("Objective")
    if objective is not None and objective.text.strip() not in ("", "SC"):
        raise XmlUnusable(
            f"The objective {objective.text.strip()[:20]!r} is not known; only SC, the sum of soft penalties.",
            objective.line,
        )


def _numbered(root: Element, whole_name: str, name: str, low: int, high: int) -> list[tuple[int, Element]]:
    holder = root.first(whole_name)
    if holder is None:
        raise XmlUnusable(f"The file names no {whole_name.lower()}: <{whole_name}> is missing.")
    found: dict[int, Element] = {}
    for element in holder.every(name):
        number = whole(element, "id", None)
        if number in found:
            raise XmlUnusable(f"The {name} {number} stands twice.", element.line)
        found[number] = element
    if not low <= len(found) <= high:
        raise XmlUnusable(f"There are {len(found)} {name}s; from {low} to {high} can be scheduled.", holder.line)
    return sorted(found.items())


def _names(elements: Sequence[tuple[int, Element]], kind: str) -> tuple[str, ...]:
    return tuple(" ".join(each.attributes.get("name", "").split()) or f"{kind} {number}" for number, each in elements)


def _groups(elements: Sequence[tuple[int, Element]], attributes: Sequence[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for number, element in elements:
        listed = next((element.attributes[each] for each in attributes if element.attributes.get(each)), "")
        for group in listed.replace(",", ";").split(";"):
            if group.strip():
                groups.setdefault(group.strip(), []).append(number)
    return groups


def _rounds(root: Element) -> int:
    element = root.first("numberRoundRobin")
    text = element.text.strip() if element is not None else ""
    if element is not None and text not in ("", "1", "2"):
        raise XmlUnusable("numberRoundRobin must be 1 or 2.", element.line)
    return int(text or 2)


def _one_of(root: Element, name: str, words: dict[str, bool]) -> bool:
    element = root.first(name)
    text = element.text.strip() if element is not None else ""
    if text not in words:
        raise XmlUnusable(
            f"{name} must be one of {', '.join(filter(None, words))}.", element.line if element is not None else 0
        )
    return words[text]


def _rules(root: Element, teams: Names, slots: Names) -> Iterable[Rule]:
    holder = root.first("Constraints")
    for element in holder.walk() if holder is not None else ():
        if "type" not in element.attributes:
            if element.attributes or (not element.children and element.name[-1:].isdigit()):
                raise XmlUnusable(f"{element.name} does not say whether it is HARD or SOFT.", element.line)
            continue
        reader: Callable[[Element, Names, Names], Rule] | None = READERS.get(element.name)
        if reader is None:
            raise XmlUnusable(
                f"The rule {element.name[:20]} is not known; known are {', '.join(sorted(READERS))}.", element.line
            )
        yield reader(element, teams, slots)


def write_solution(timetable: Timetable, games: Iterable[Meeting], verdict: Verdict) -> str:
    """A schedule as a RobinX solution, in the order of the slots."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<Solution>",
        "  <MetaData>",
        f"    <SolutionName>{_text(timetable.name)}</SolutionName>",
        f"    <InstanceName>{_text(timetable.name)}</InstanceName>",
        "    <Contributor>youthprog</Contributor>",
        f"    <ObjectiveValue infeasibility={quoteattr(str(verdict.hard))} objective={quoteattr(str(verdict.soft))}/>",
        "  </MetaData>",
        "  <Games>",
    ]
    for home, away, slot in sorted(games, key=lambda game: (game.slot, game.home)):
        numbers = timetable.team_numbers[home], timetable.team_numbers[away], timetable.slot_numbers[slot]
        lines.append('    <ScheduledMatch home="{}" away="{}" slot="{}"/>'.format(*numbers))
    return "\n".join([*lines, "  </Games>", "</Solution>", ""])


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read_solution(content: bytes, timetable: Timetable) -> list[Meeting]:
    """The games of a RobinX solution. Raises `XmlUnusable` with the line."""
    root = read_xml(content)
    teams = {number: place for place, number in enumerate(timetable.team_numbers)}
    slots = {number: place for place, number in enumerate(timetable.slot_numbers)}
    games = []
    for element in root.every("ScheduledMatch"):
        home, away, slot = (whole(element, name, None) for name in ("home", "away", "slot"))
        if home not in teams or away not in teams or slot not in slots or home == away:
            raise XmlUnusable(f"There is no game {home} against {away} in slot {slot}.", element.line)
        games.append(Meeting(teams[home], teams[away], slots[slot]))
    return games

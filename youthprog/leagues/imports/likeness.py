"""Who may be the same young person under another spelling: by name, birth date and guardian. Pure.

It only finds whom to ask about. Nobody is joined to anybody here; a person looks at the two and says (docs/decisions/0070).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256

from youthprog.core.text import fold

SHORTEST_WITH_A_SLIP = 4  # letters of a name in which one slip of the keyboard is believed
NOTHING_ELSE = ("jr", "sr", "ii", "iii", "iv", "de", "del", "la", "las", "los", "van", "von", "da", "dos")

# What families call a child and what stands in the papers: any two words of a line may be one name.
NICKNAMES = """
abigail abby gail|alejandro alejandra alex ale|alexander alexandra alexis alex sandy sasha xander|andrew andres andy drew|
anthony antonio tony toni|barbara barb babs|benjamin ben benny benji|catherine katherine kathryn kate katie cathy kathy kat|
charles carlos charlie chuck|christopher chris topher kit cris|christina cristina chris tina cris|daniel danny dan dani|
david dave davey|dolores lola|edward eduardo ed eddie ted lalo|elizabeth elisabeth isabel liz lizzie beth betsy eliza ellie|
emily emma em|enrique henry hank harry quique kike|evangelina eva|fernando fer nando|francisco francis frank paco pancho cisco|
francisca paquita pancha|gabriel gabriela gabrielle gabe gaby gabby|gerald gerardo jerry|gregory gregorio greg goyo|
guadalupe lupe lupita|guillermo william will bill billy liam memo willy|ignacio nacho|isabella isabelle bella izzy isa|
jacob jake jakob|james jaime jim jimmy jamie|javier xavier javi|jennifer jenny jen jenna|jessica jess jessie|jesus chuy|
john jon johnny jack|jonathan jon johnny nathan|joseph jose joe joey pepe|josephine josefina josie pepa|joshua josh|
kimberly kim|lawrence lorenzo larry|leonardo leonard leo|luis louis lou lucho|manuel emmanuel manny manolo|
margaret margarita maggie meg peggy rita|maria mary marie mia mari|mariana marianne mari|matthew mateo matt matty|
michael miguel mike mikey mick|nathaniel nathan nate|nicholas nicolas nick nico|nicole nicki|olivia liv livvy|
pamela pam|patricia patrick pat patty trish|pedro peter pete|philip felipe phil|rafael raphael rafa|ramon raymond ray moncho|
rebecca becky becca|richard ricardo rick ricky rich dick|robert roberto bob bobby rob robbie beto|rosario charo|
rosa rose rosie rosita|samuel samantha sam sammy|santiago diego tiago santi|sebastian seb bastian|sergio serge checo|
sofia sophia sophie sofi|stephen steven esteban steve|susan susana suzanne sue susie|teresa theresa terry tere|
theodore teodoro theo ted teddy|thomas tomas tom tommy|timothy timoteo tim timmy|valentina valeria vale val|
vicente vincent vince chente|victor vic|victoria vicky tori|zachary zach zack|joaquin quino|concepcion concha|consuelo chelo
"""


@cache
def _lines_of_names() -> dict[str, tuple[int, ...]]:
    """On which lines each word stands; made when it is first wanted, for most processes never want it."""
    found: dict[str, tuple[int, ...]] = {}
    for number, line in enumerate(NICKNAMES.replace("\n", "").split("|")):
        for name in line.split():
            found[name] = (*found.get(name, ()), number)
    return found


@dataclass(frozen=True, slots=True)
class Somebody:
    """A young person as far as likeness goes: folded names, birth date, and what their guardians go by."""

    given: str
    family: str
    born_on: date | None
    guardians: frozenset[str] = frozenset()


def somebody(given: str, family: str, born_on: date | None, guardians: Collection[str] = ()) -> Somebody:
    """Anybody by name; `guardians` are their folded names, mails and phones."""
    return Somebody(fold(given), fold(family), born_on, frozenset(guardians))


def may_be_same(one: Somebody, other: Somebody) -> bool:
    """Whether two may be one: two of name, birth date and guardian agree, and the third does not speak against it.

    Without a common guardian both names must be alike and the birth date the same. With one, a family name may differ (a
    second one, a new one), or the birth date by a slip. Twins are not alike: their given names differ.
    """
    if not given_alike(one.given, other.given):
        return False
    family = family_alike(one.family, other.family)
    shared = bool(one.guardians & other.guardians)
    if one.born_on == other.born_on and one.born_on is not None:
        return family or shared
    if one.born_on is None or other.born_on is None:
        return family and (shared or one.given == other.given)
    return family and shared and born_alike(one.born_on, other.born_on)


def given_alike(one: str, other: str) -> bool:
    """Whether two folded given names may name one child: equal, one within the other, a nickname, one slip."""
    if one == other:
        return True
    first, second = _words(one), _words(other)
    if not first or not second:
        return False
    if first[0] == second[0] and (set(first) <= set(second) or set(second) <= set(first)):
        return True
    lines = _lines_of_names()
    may_be_one = not set(lines.get(first[0], ())).isdisjoint(lines.get(second[0], ()))
    return may_be_one or _one_slip("".join(first), "".join(second))


def family_alike(one: str, other: str) -> bool:
    """Whether two folded family names may be one: equal but for blanks and hyphens, one of two names, one slip."""
    first, second = _words(one), _words(other)
    if "".join(first) == "".join(second):
        return True
    if first and second and (set(first) <= set(second) or set(second) <= set(first)):
        return True
    return _one_slip("".join(first), "".join(second))


def born_alike(one: date, other: date) -> bool:
    """Whether one birth date may be the other mistyped: day and month changed places, or one of the three numbers differs."""
    if (one.day, one.month, one.year) == (other.month, other.day, other.year):
        return True
    return sum((one.day != other.day, one.month != other.month, one.year != other.year)) == 1


def _words(name: str) -> list[str]:
    words = "".join(letter if letter.isalnum() or letter == "'" else " " for letter in name).replace("'", "").split()
    return [word for word in words if word not in NOTHING_ELSE] or words


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two changed about make one word of the other."""
    if one == other:
        return True
    if min(len(one), len(other)) < SHORTEST_WITH_A_SLIP or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, more = one[start:], other[start:]
    if len(rest) == len(more):
        return rest[1:] == more[1:] or (rest[:2] == more[1::-1] and rest[2:] == more[2:])
    return rest[1:] == more if len(rest) > len(more) else rest == more[1:]


Named = tuple[str, str, date | None, Collection[str]]
"""Given name, family name, birth date, and the folded names of guardians."""


def pair_key(one: Named, other: Named) -> str:
    """What a pair of people is remembered by, in either order: a hash of their folded names and birth dates.

    Where these are the same for both, only their guardians tell the two apart, and go into it too.
    """
    said = [f"{fold(given)}|{fold(family)}|{born or ''}" for given, family, born, _guardians in (one, other)]
    if said[0] == said[1]:
        said = ["|".join((text, *sorted(each[3]))) for text, each in zip(said, (one, other), strict=True)]
    return sha256("\n".join(sorted(said)).encode("utf-8", "surrogatepass")).hexdigest()

"""Whether two spellings may be one adult's name, by keys that can be compared as they are or as salted hashes. Pure.

A court's order names a person; at the gate a leader types what somebody says. So the comparison is generous: accents,
case, order, hyphens, initials, middle names, left-out second family names and letters that sound alike do not matter.
It errs toward holding the child: two people whose names come this near are told apart by a call, not by a screen.

The rule is equality of short texts and nothing else, so that a phone without a network can apply it to salted hashes
of `keys_of_adult` and learn no name: hash each of `keys_of_typed` with the same salt and look for one in common.

1. Fold (`core.text.fold`), take away apostrophes, split at everything that is no letter or digit: the tokens.
2. Of a part of a name (what is typed; an adult's given names; an adult's family names) the pieces are its tokens and
   every two or three neighbors written as one ("mary ann" also gives "maryann"), each as it sounds (`sound`). Of an
   adult's parts single particles ("de", "la", "van") and titles ("jr", "mr") are left out, unless there is nothing else.
3. An adult has a key for each given piece with each family piece, both whole; for each initial of one with the whole
   other; where a record itself has an initial, one marked `~` that a whole typed name gives too.
4. What is typed has a key for every two of its pieces, and one marked `~` for the initial of each with each other.
5. Names written without a blank are one key marked `=`: all tokens in a row, for an adult in both orders.
"""

from collections.abc import Iterable
from itertools import combinations

from youthprog.core.text import fold

PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "des",
        "la",
        "las",
        "le",
        "los",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "van",
        "von",
        "der",
        "den",
        "y",
        "e",
    ]
)
TITLES = frozenset(["jr", "sr", "ii", "iii", "iv", "mr", "mrs", "ms", "miss", "dr", "sra"])
SKIPPED = PARTICLES | TITLES
LONGEST_RUN = 3
MOST_TOKENS = 12  # a longer text is no name; what is typed beyond is not compared
ALIKE = (("ph", "f"), ("ck", "k"), ("qu", "k"), ("c", "k"), ("z", "s"), ("y", "i"), ("v", "b"), ("x", "j"), ("w", "u"))
INITIAL, WHOLE = "~", "="


def tokens_of(text: str) -> list[str]:
    """The words of a name, folded: "O'Brien-Peña, María" gives obrien, pena, maria."""
    folded = fold(text).replace("'", "").replace("`", "")
    spaced = "".join(letter if letter.isalnum() else " " for letter in folded)
    return spaced.split()[:MOST_TOKENS]


def sound(token: str) -> str:
    """A token as it sounds: "gonzalez" and "gonzales", "phillip" and "filip", "jon" and "john" are alike.

    Replacements one after the other as `ALIKE` lists them, then h inside the word and the second of doubled letters go.
    """
    for written, said in ALIKE:
        token = token.replace(written, said)
    token = token[:1] + token[1:].replace("h", "")
    return "".join(letter for place, letter in enumerate(token) if place == 0 or letter != token[place - 1])


def keys_of_adult(given: str, family: str, preferred: str | None = None) -> frozenset[str]:
    """The keys of a known adult, from the parts of the record. Empty when the record has no letter."""
    found: set[str] = set()
    last = tokens_of(family)
    for first in {tuple(tokens_of(given)), tuple(tokens_of(preferred or given))}:
        found |= {key for a in _telling(first) for b in _telling(last) for key in _known(a, b)}
        found |= {WHOLE + sound("".join(row)) for row in ((*first, *last), (*last, *first)) if row}
    return frozenset(found)


def keys_of_typed(name: str) -> frozenset[str]:
    """The keys of a name as somebody typed it, in any order."""
    tokens = tokens_of(name)
    if not tokens:
        return frozenset()
    pairs = {key for a, b in combinations(_pieces(tokens), 2) for key in _typed(a, b)}
    return frozenset(pairs | {WHOLE + sound("".join(tokens))})


def may_be(name: str, keys: Iterable[str]) -> bool:
    """Whether a typed name may be the adult whose keys these are."""
    return not keys_of_typed(name).isdisjoint(keys)


def is_same(name: str, other: str) -> bool:
    """Whether two names are the same words in any order, but for accents, case and hyphens. Nothing generous here."""
    tokens = sorted(tokens_of(name))
    return bool(tokens) and tokens == sorted(tokens_of(other))


def _pieces(tokens: Iterable[str]) -> list[str]:
    """The tokens, and neighbors as one word. "Martin Martin" has two alike."""
    row = list(tokens)
    runs = ("".join(row[at : at + size]) for size in range(2, LONGEST_RUN + 1) for at in range(len(row) - size + 1))
    return [*row, *runs]


def _telling(tokens: Iterable[str]) -> list[str]:
    """The pieces of a part of a record, without single particles and titles unless there is nothing else."""
    row = list(tokens)
    kept = [each for each in _pieces(row) if each not in SKIPPED]
    return kept or row


def _known(given: str, family: str) -> Iterable[str]:
    """The keys of a given and a family piece of a record."""
    yield _pair(sound(given), sound(family))
    if len(given) == 1 or len(family) == 1:
        yield INITIAL + _pair(sound(given), sound(family))
    if len(given) > 1:
        yield _pair(sound(given[0]), sound(family))
    if len(family) > 1:
        yield _pair(sound(given), sound(family[0]))


def _typed(one: str, other: str) -> Iterable[str]:
    """The keys of two typed pieces; a whole piece may be what a record has as an initial."""
    yield _pair(sound(one), sound(other))
    if len(one) > 1:
        yield INITIAL + _pair(sound(one[0]), sound(other))
    if len(other) > 1:
        yield INITIAL + _pair(sound(one), sound(other[0]))


def _pair(one: str, other: str) -> str:
    return "+".join(sorted((one, other)))

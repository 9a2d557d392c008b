"""How hard a text is to read. Pure, without a library: a few rules and a short list of exceptions.

English: the grade of Flesch and Kincaid (1975). Spanish: INFLESZ, the scale of Szigriszt-Pazos (1993) as Barrio-Cantalejo
(2008) read it; 55 and more is ordinary or easier. Both need sentences, words and syllables. English syllables are estimated:
see docs/decisions/0047 for how well, against the dictionary of Carnegie Mellon. Spanish syllables follow from the spelling.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HIGHEST_GRADE = 8.0
LOWEST_INFLESZ = 55.0
FEWEST_WORDS = 8  # a label or a short question alone says nothing about how hard a text is

PLACE = re.compile(r"%\(\w+\)s")
MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.M)  # what stands before a line of a list
END = re.compile(r"[.!?…]+(?=[\s\"”’»)]|$)|\n+")
WORD = re.compile(r"[^\W_]+(?:[’'\-.][^\W_]+)*")
NUMBER = re.compile(r"\d")


@dataclass(frozen=True)
class Counts:
    """What a text consists of."""

    sentences: int
    words: int
    syllables: int


@dataclass(frozen=True)
class Level:
    """How hard a text is: an English grade (lower is easier), or a Spanish INFLESZ (higher is easier)."""

    language: str
    figure: float
    words: int

    @property
    def is_plain(self) -> bool:
        """Whether it lies inside the limit; a text of a few words does."""
        if self.words < FEWEST_WORDS:
            return True
        if self.language == "es":
            return self.figure >= LOWEST_INFLESZ
        return self.figure <= HIGHEST_GRADE


def level(text: str, language: str) -> Level:
    """How hard a text is in its language."""
    found = counts(text, language)
    if not found.words:
        return Level(language, 0.0 if language == "en" else 100.0, 0)
    length, weight = found.words / found.sentences, found.syllables / found.words
    if language == "es":
        return Level(language, round(206.835 - 62.3 * weight - length, 1), found.words)
    return Level(language, round(0.39 * length + 11.8 * weight - 15.59, 1), found.words)


def level_of(words: Mapping[str, str], more: Sequence[str], language: str) -> Level:
    """How hard a whole section is: everything a guardian reads to decide, one part a sentence at least."""
    parts = [words.get(name, "") for name in ("question", "body", "statement")]
    return level("\n".join(part for part in [*parts, *more] if part.strip()), language)


def counts(text: str, language: str) -> Counts:
    """Sentences, words and syllables. A place such as %(name)s counts as one short name, a line of a list as a sentence."""
    plain = MARK.sub("", PLACE.sub("Mateo", text))
    parts = [WORD.findall(part) for part in END.split(plain)]
    words = [word for part in parts for word in part]
    syllables = spanish_syllables if language == "es" else english_syllables
    return Counts(sum(bool(part) for part in parts), len(words), sum(syllables(word) for word in words))


# ---- English ----

# What the rules below get wrong among the words that forms use most.
EXCEPTIONS = {
    "area": 3, "areas": 3, "association": 5, "behavior": 3, "business": 2, "businesses": 3, "client": 2, "clients": 2,
    "clothes": 1, "coach": 1, "coed": 2, "cooperate": 4, "diabetes": 4, "diabetic": 4, "diet": 2, "every": 2,
    "everybody": 4, "everyone": 3, "everything": 3, "everywhere": 3, "evening": 2, "giving": 2, "hour": 1, "hours": 1,
    "hundred": 2, "idea": 3, "ideas": 3, "maybe": 2, "naked": 2, "people": 2, "quiet": 2, "really": 2, "science": 2,
    "somebody": 3, "vehicle": 3, "vehicles": 3, "video": 3, "videos": 3, "wednesday": 2, "wicked": 2, "anyone": 3,
    "ok": 2, "dr": 2, "mr": 2, "mrs": 2, "ms": 1, "tv": 2, "id": 2, "ids": 2, "radio": 3, "real": 1, "element": 3, "elements": 3, "tired": 1, "carefully": 3, "hopefully": 3, "reliable": 4,
    "parliament": 3, "therefore": 2, "society": 4, "poem": 2, "lion": 2, "etc": 4, "interest": 2, "several": 2,
    "different": 2, "camera": 2, "favorite": 2, "basically": 4, "league": 1, "leagues": 1, "fatigue": 2, "react": 2,
}  # fmt: skip
VOWELS = re.compile(r"[aeiouy]+")
# A silent e: at the end (make, while, not table), before s or d (makes, asked, not wished, matches, wanted), inside (safely).
SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l)e$|(?:[^aeiouylcsgxz]|[aeiouy]l|[^cs]h)(?<!ch)(?<!sh)es$|(?<![^aeiouyl]l)(?<=[^aeiouytd])ed$"
    r"|[^aeiouy]e(?=(?:ly|ment|ful|less|ness|ty)s?$)|^(?:base|face|fire|fore|game|home|life|name|side|some|there|time|where)"
    r"(?<=e)(?=[bdfghkmprtw][aeiouy]?)(?!re$|d$|ful|ment|less|ness)|[gq]ue$"
)
# Vowels side by side that belong to two syllables.
APART = re.compile(
    r"(?<![cgtlnsxv])io|(?<=v)iou|(?<![cgts])ia(?!r\b|ge)|(?<=[ct])ia(?=t)|(?<=[dr])ien(?=ce|t)|(?<=[aeiouy][^aeiouy])i(?=er$|est$)"
    r"|(?<=[aeiouy][^aeiouy][^aeiouy])i(?=er$|est$)|iet|eum|(?<![qg])ua|uou|(?<!q)uen|ii|crea(?=t)|rea(?=ct|li[tsz])|nuclea|theat"
    r"|[aeou]y(?=[aeiou])(?!ed$|es?$)|(?<![aeou])ying|[eou]ing$|[aiy]sms?$|eo(?=l|ry)|(?<=[^aeiouy])oe(?=m|t)"
)


def english_syllables(word: str) -> int:
    """Roughly how many syllables an English word has: groups of vowels, less what is silent, plus what is apart."""
    return sum(_english(part) for part in re.split(r"[\-.]", word.casefold().replace("’", "'")) if part)


def _english(word: str) -> int:
    if NUMBER.search(word):
        return 1
    word = re.sub(r"'(?:s|re|ve|ll|d|m|t)?$", "", word) or word
    known = EXCEPTIONS.get(word)
    if known:
        return known
    found = len(VOWELS.findall(word)) - len(SILENT.findall(word)) + len(APART.findall(word))
    return max(1, found)


# ---- Spanish ----

NUCLEI = re.compile(r"[íú]|[aeoáéó]|[iuyü]+")


def spanish_syllables(word: str) -> int:
    """How many syllables a Spanish word has: strong vowels stand alone, weak ones lean on them unless accented."""
    folded = word.casefold()
    if NUMBER.search(folded):
        return 1
    folded = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "g", folded)
    folded = re.sub(r"y(?=[aeiouáéíóú])", "ll", folded)
    found = 0
    for group in re.findall(r"[aeiouyáéíóúü]+", folded):
        strong = len(re.findall(r"[aeoáéóíú]", group))
        found += strong or 1
    return max(1, found)

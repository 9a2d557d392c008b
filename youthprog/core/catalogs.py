"""The sentences of a language, as `translations/` has them: loaded once a process, for pages and for letters."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).resolve().parent.parent / "translations"
COMPILED = Path("LC_MESSAGES/messages.mo")
AT_HAND = 1000  # sentences that pages ask for again and again


@cache
def catalog(language: str) -> NullTranslations:
    """The catalog of a language; an empty one where there is none, as for English, which the sentences are written in."""
    try:
        with (FOLDER / language / COMPILED).open("rb") as file:
            found: Any = Translations(file)
    except OSError:
        return NullTranslations()
    found._catalog = Texts(found._catalog)
    made: NullTranslations = found
    return made


class Texts:
    """What a catalog looks sentences up in: the texts one after another, and where each begins, by the hash of its key.

    As a dict of texts the Spanish catalog held a megabyte more, and a page says two hundred of its four thousand
    sentences. The keys are not kept: that one which is not there has the hash of one that is happens to nobody.
    """

    def __init__(self, texts: Mapping[Any, str]) -> None:
        ordered = sorted((hash(key), text.encode()) for key, text in texts.items())
        self.hashes = array("q", [each for each, _text in ordered])
        self.ends = array("L", accumulate(len(text) for _each, text in ordered))
        self.letters = b"".join(text for _each, text in ordered)
        self.find = lru_cache(AT_HAND)(self._find)

    def _find(self, key: Any) -> str | None:
        number = hash(key)
        place = bisect_left(self.hashes, number)
        if place == len(self.hashes) or self.hashes[place] != number:
            return None
        return self.letters[self.ends[place - 1] if place else 0 : self.ends[place]].decode()

    def get(self, key: Any, default: Any = None) -> Any:
        """The text of a key, as a dict has it."""
        found = self.find(key)
        return default if found is None else found

    def __getitem__(self, key: Any) -> str:
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        return found

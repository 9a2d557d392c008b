"""Text as people type it: folding for search, and what no field may hold."""

import unicodedata

COMBINING_LIMIT = 4


def fold(text: str) -> str:
    """Lower case without accents and with single blanks, for search and comparison.

    "García  López" and "garcia lopez" fold alike; "ø", "ł", "đ" and "ı" fold to their plain letter.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = text.translate(_PLAIN)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


_PLAIN = str.maketrans(
    {
        "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "İ": "I",
        "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "þ": "th",
        "’": "'", "‘": "'", "ʼ": "'", "–": "-", "‐": "-",
    }
)  # fmt: skip


def storable(text: str) -> bool:
    """Whether both engines can keep the text: no NUL and no lone surrogate."""
    if "\x00" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def crowded(text: str) -> bool:
    """Whether more than four combining marks sit on one letter (no language needs it; layout suffers)."""
    run = 0
    for character in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.combining(character) else 0
        if run > COMBINING_LIMIT:
            return True
    return False

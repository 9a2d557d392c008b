"""What a batch may be, and what its files are called. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from youthprog.core.refusals import N_, Refusal

MOST = 2_000  # papers in one batch
LONGEST_NAME = 80
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)
NOBODY = "paper"


def refusals_to_ask(*, count: int, nobody: str, signs: bool, signatory: str, role: str) -> list[Refusal]:
    """Every reason why a batch is not taken on: nobody to print for, too many at once, nobody who signs."""
    reasons = []
    if signs and not signatory.strip():
        reasons.append(Refusal("no_signatory", N_("Write who signs."), "signatory"))
    if signs and not role.strip():
        reasons.append(Refusal("no_role", N_("Write the title under the line."), "role"))
    if count == 0:
        reasons.append(Refusal("nobody", nobody))
    elif count > MOST:
        sentence = N_("A batch holds %(most)s papers. Choose one team after the other.")
        reasons.append(Refusal("too_many", sentence, values={"most": MOST}))
    return reasons


def refusals_to_span(first: date, last: date, seasons: int) -> list[Refusal]:
    """Why no papers are printed for a program's seasons between two days."""
    if last < first:
        return [Refusal("ends_before_it_begins", N_("The last day lies before the first."), "last")]
    if not seasons:
        return [Refusal("no_season", N_("No season of this program lies in these days."), "first")]
    return []


def file_names(abouts: Iterable[str], ending: str = ".pdf") -> Iterator[str]:
    """Names for files side by side in one folder, in order: safe on Windows and macOS, no two alike, in any case of letters."""
    taken: set[str] = set()
    for about in abouts:
        plain = _safe(about)
        name, number = plain, 1
        while _as_compared(name) in taken:
            number += 1
            name = f"{plain} ({number})"
        taken.add(_as_compared(name))
        yield name + ending


def _as_compared(name: str) -> str:
    """A name as a file system that knows no case and no form of accents compares it."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold())


def _safe(about: str) -> str:
    """A name without what a file system refuses, reads as a command, or shows the other way round."""
    text = unicodedata.normalize("NFC", about)
    text = "".join(
        each for each in text if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    text = " ".join(UNSAFE.sub(" ", text).split()).strip(". ")
    while len(text.encode()) > 2 * LONGEST_NAME or len(text) > LONGEST_NAME:
        text = text[:-1].rstrip(". ")
    if RESERVED.match(text):
        text = f"_{text}"
    return text or NOBODY

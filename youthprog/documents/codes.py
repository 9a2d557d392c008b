"""Codes that people read aloud."""

import re

from youthprog.core.crypto import CODE_LETTERS
from youthprog.core.crypto import code as random_letters

CODE_LENGTH = 8
GROUP = 4
MATCH_PREFIX = "YP:"  # what a match code's picture says before the code; capital letters keep the picture small


def new_code() -> str:
    """A fresh document code: 8 characters without 0 O 1 I, about 40 bits."""
    return random_letters(CODE_LENGTH)


def grouped(code: str) -> str:
    """A code as it is printed: "R3WD-8HNC"."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def halved(code: str) -> str:
    """A card's code as it is printed: "ABCDE-FGHJK"."""
    return f"{code[: len(code) // 2]}-{code[len(code) // 2 :]}"


def read_code(typed: str) -> str | None:
    """The code in what someone typed, or None: case, blanks and dashes do not matter."""
    code = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def match_code_in(text: str) -> str | None:
    """The match code in what a picture says, or None when the picture is none of ours."""
    return read_code(text.removeprefix(MATCH_PREFIX)) if text.startswith(MATCH_PREFIX) else None

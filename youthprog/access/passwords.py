"""Passwords: hashing (argon2id) and which ones will not do. Pure: text in, text or truth out."""

import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from youthprog.core.refusals import N_, Refusal
from youthprog.core.text import fold

# OWASP's floor is 19 MiB, t=2, p=1; ours is above it and stays near a tenth of a second.
HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
DUMMY = HASHER.hash("nobody has this password")

# NIST SP 800-63B-4: length is what counts, more of it where the password stands alone.
LEAST_ALONE = 15
LEAST_WITH_FACTOR = 8
MOST = 128
LEAST_DIFFERENT = 5
RUNS = ("0123456789" * 13, "abcdefghijklmnopqrstuvwxyz" * 5, "qwertyuiopasdfghjklzxcvbnm" * 5)
COMMON_WORDS = """
    password passw0rd passphrase contrasena clave secret letmein welcome bienvenido admin administrator user login
    qwerty azerty qwertz asdfgh iloveyou teamo monkey dragon football futbol soccer baseball basketball sunshine
    princess princesa shadow master superman batman michael jordan summer winter spring autumn verano invierno
    police policia sheriff department officer coach mentor coordinator guardian youth youthprog program league
    changeme default temporary temporal trustno starwars whatever freedom america
"""
COMMON = frozenset(COMMON_WORDS.split())


def hash_password(password: str) -> str:
    """The hash to store."""
    return HASHER.hash(_normal(password))


def is_password(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for an unknown account as for a known one."""
    try:
        HASHER.verify(stored or DUMMY, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_stale(stored: str) -> bool:
    """Whether the hash was made with weaker settings and should be made anew at this sign-in."""
    return HASHER.check_needs_rehash(stored)


def refusals_to_password(
    password: str, *, least: int, own_words: Iterable[str] = (), field: str = "password"
) -> list[Refusal]:
    """Why a password will not do: its length, or that it is among the first to be guessed (NIST SP 800-63B-4)."""
    if len(password) < least:
        return [
            Refusal(
                "too_short",
                N_("Use %(least)s characters or more. A few words in a row work well."),
                field,
                {"least": least},
            )
        ]
    if len(password) > MOST:
        return [Refusal("too_long", N_("Use %(most)s characters at most."), field, {"most": MOST})]
    if is_easy(password, own_words):
        return [
            Refusal("too_easy", N_("This is one of the first passwords somebody would try. Choose other words."), field)
        ]
    return []


def is_easy(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether little is left of the password without common words, one's own names, runs and repetitions."""
    plain = "".join(character for character in fold(_normal(password)) if character.isalnum())
    if len(set(plain)) < LEAST_DIFFERENT or any(plain in run or plain in run[::-1] for run in RUNS):
        return True
    own = {fold(word) for word in own_words if len(word) > 3}
    for word in sorted(COMMON | own, key=lambda each: (-len(each), each)):
        plain = plain.replace(word, "")
    return len(set(plain.strip("0123456789"))) < LEAST_DIFFERENT - 1


def _normal(password: str) -> str:
    """The same letters typed on another keyboard give the same password."""
    return unicodedata.normalize("NFKC", password)

"""Password hashing (argon2id). Pure: text in, text or truth out."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's floor is 19 MiB, t=2, p=1; ours is above it and stays near a tenth of a second.
HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
DUMMY = HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The hash to store."""
    return HASHER.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for an unknown account as for a known one."""
    try:
        HASHER.verify(stored or DUMMY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_stale(stored: str) -> bool:
    """Whether the hash was made with weaker settings and should be made anew at this sign-in."""
    return HASHER.check_needs_rehash(stored)

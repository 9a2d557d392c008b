"""The web process gives back the pages of its libraries that it does not use at the moment.

Libraries lie in files that the kernel maps into the process as they are touched, sixteen pages at a time, and leaves there.
Most of that was touched once, while everything was loaded. Letting go of it costs nothing: the file stays in the system's
cache, and what is used again is mapped again. Only stretches that nobody has ever written to are given back. See
docs/decisions/0009.
"""

import ctypes
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

SMAPS = Path("/proc/self/smaps")  # Linux; elsewhere nothing is given back
DONT_NEED = 4  # MADV_DONTNEED of <sys/mman.h>
EVERY_SECONDS = 1.0
TRIM, TRIM_SECONDS = "malloc_trim", 3  # glibc: what was allocated once and lies free between things in use
STRETCH = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+) *(.*)")
READ_ONLY = ("r-xp", "r--p")


def keep_giving_back() -> None:
    """Give back every second, in a thread that ends with the process."""
    if SMAPS.exists():
        threading.Thread(target=_give_back_for_ever, name="given-back", daemon=True).start()


def _give_back_for_ever() -> None:
    stretches, pause, trim = (
        list(untouched(SMAPS.read_text())),
        threading.Event(),
        getattr(ctypes.CDLL(None), TRIM, None),
    )
    seconds = 0
    while not pause.wait(EVERY_SECONDS):
        give_back(stretches)
        seconds += 1
        if trim is not None and seconds % TRIM_SECONDS == 0:
            trim(0)


def give_back(stretches: Iterable[tuple[int, int]]) -> None:
    """Let go of stretches of memory that `untouched` found. Half a thousandth of a second."""
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for start, end in stretches:
        madvise(start, end - start, DONT_NEED)


def untouched(smaps: str) -> Iterator[tuple[int, int]]:
    """The stretches of memory that are read from a file and hold no page of the process's own."""
    place: tuple[int, int] | None = None
    for line in smaps.splitlines():
        if found := STRETCH.fullmatch(line):
            start, end, rights, inode, _path = found.groups()
            place = (int(start, 16), int(end, 16)) if rights in READ_ONLY and inode != "0" else None
        elif place is not None and line.startswith("Anonymous:"):
            if line.split()[1] == "0":
                yield place
            place = None

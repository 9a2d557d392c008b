"""Long proofs: the same test runs a sample in `make test` and its full count in `make prove`.

    @pytest.mark.proof("no two marks for one youth", room="attendance")
    def test_marks(...):
        for case in range(cases(full=100_000, sample=500)):
            ...

`is_full` is the one place that asks which of the two is running.
"""

import os
from collections import defaultdict

import pytest

FULL = "PROOFS_FULL"
COUNTED: dict[str, int] = defaultdict(int)


def is_full() -> bool:
    """Whether this is `make prove`."""
    return bool(os.environ.get(FULL))


def cases(*, full: int, sample: int) -> int:
    """How many cases this run takes: `full` in `make prove`, else `sample`."""
    count = full if is_full() else sample
    COUNTED[os.environ.get("PYTEST_CURRENT_TEST", "").rsplit(" ", 1)[0]] += count
    return count


def count_of(nodeid: str) -> int:
    """How many cases the test took; a proof that names no count is one case."""
    return COUNTED.get(nodeid, 0) or 1


def proof_of(item: pytest.Item) -> tuple[str, str] | None:
    """The room and name of a proof, or None for any other test."""
    marker = item.get_closest_marker("proof")
    return (marker.kwargs["room"], marker.args[0]) if marker else None

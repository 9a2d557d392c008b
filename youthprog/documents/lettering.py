"""Which names no face here can draw, found for many at once: `python -m youthprog.documents.lettering`, beside the worker.

The faces are opened in that process alone; see `faces`.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from youthprog.core.beside import serve
from youthprog.documents.faces import missing_glyphs


def undrawable(names: Mapping[int, str], instance: Path) -> dict[int, str]:
    """Of names by some key, those that cannot be drawn, with the letters that nobody can draw."""
    found = ((key, missing_glyphs(name, instance=instance)) for key, name in names.items())
    return {key: letters for key, letters in found if letters}


def work(task: tuple[dict[int, str], Path], tell: Callable[[Any], None], _stopped: Callable[[], bool]) -> None:
    """Look at names, and tell which are undrawable."""
    tell(undrawable(*task))


if __name__ == "__main__":
    sys.exit(serve(work))

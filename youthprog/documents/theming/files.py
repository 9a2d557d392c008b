"""The files of a department's own paper: each change is a new one, the newest number holds, none is ever changed.

    <instance>/paper/theme/0003.json                 crest, colors, who signs
    <instance>/paper/pictures/<what it is>.svg       crests and signatures, named by their SHA-256
    <instance>/paper/templates/award/0003.html       a template of the department's own, and its style beside it

The press reads them itself, so no sheet carries them. What somebody broke by hand is passed over.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from youthprog.documents.theming.rules import refusals_to_color
from youthprog.documents.theming.types import OwnTemplate, Theme
from youthprog.documents.types import Signatory

FOLDER = "paper"
ENDINGS = frozenset({".svg", ".png"})


def read_theme(instance: Path) -> Theme:
    """The newest theme that can be read; the house's own where there is none."""
    return next(themes_of(instance), Theme())


def themes_of(instance: Path) -> Iterator[Theme]:
    """The versions of the theme that can be read, newest first."""
    for path in reversed(versions_in(theme_folder(instance), ".json")):
        try:
            yield theme_of(json.loads(path.read_text(encoding="utf-8")), int(path.stem))
        except (OSError, ValueError, TypeError, KeyError):
            continue


def theme_folder(instance: Path) -> Path:
    """Where the versions of the theme lie."""
    return instance / FOLDER / "theme"


def theme_of(values: dict[str, Any], number: int) -> Theme:
    """The theme a file holds. Raises `ValueError`, `TypeError`, `KeyError` for what is none."""
    signers = tuple(Signatory(**{name: str(text) for name, text in each.items()}) for each in values["signers"])
    theme = Theme(number, str(values["main"]), str(values["accent"]), str(values["crest"]), signers)
    if refusals_to_color(theme.main, theme.accent):
        raise ValueError("colors nobody can read")
    return theme


def written(theme: Theme) -> str:
    """The file of a theme; the number is its name."""
    values = asdict(theme)
    del values["number"]
    return json.dumps(values, ensure_ascii=False, indent=1)


def versions_in(folder: Path, ending: str) -> list[Path]:
    """The numbered files of a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(
        (path for path in folder.iterdir() if path.suffix == ending and path.stem.isdecimal()),
        key=lambda path: int(path.stem),
    )


def picture_path(instance: Path, name: str) -> Path | None:
    """Where a picture of the theme lies; None for a name that is none, or a file that is gone."""
    stem, _, ending = name.rpartition(".")
    if not (stem.isascii() and stem.isalnum()) or f".{ending}" not in ENDINGS:
        return None
    path = pictures_folder(instance) / name
    return path if path.is_file() else None


def pictures_folder(instance: Path) -> Path:
    """Where crests and signatures lie."""
    return instance / FOLDER / "pictures"


def templates_folder(instance: Path, name: str) -> Path:
    """Where the versions of a department's own template lie."""
    return instance / FOLDER / "templates" / name


def templates_of(instance: Path, name: str) -> Iterator[OwnTemplate]:
    """The versions of a department's own template, newest first. One without words means: the house's own again."""
    for path in reversed(versions_in(templates_folder(instance, name), ".html")):
        try:
            yield OwnTemplate(
                int(path.stem), path.read_text(encoding="utf-8"), path.with_suffix(".css").read_text(encoding="utf-8")
            )
        except (OSError, UnicodeDecodeError):
            continue

"""How a department's paper looks: its crest, two colors, who signs. Kept as plain files, each change a new one.

    <instance>/paper/theme/0003.json         the newest number holds
    <instance>/paper/pictures/<name>.svg     crests and signatures, named by what they are

The press reads the files itself, so no sheet carries them. Pure but for reading; `theme_services` writes.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from youthprog.core.refusals import N_, Refusal

MAIN, ACCENT, PAPER = "#123f73", "#f2b01e", "#fffefb"
LEAST_OF_TEXT = 4.5
"""Contrast of the main color on paper: names of things are set in it (WCAG 1.4.3)."""
LEAST_OF_LINES = 1.4
"""And of the accent, which is only ever a line or a fill: below it, a border is not seen in print."""
LEAST_BETWEEN = 2.0
"""Between both: in gray one of them must still be darker."""
MOST_SIGNATORIES = 8
FOLDER, PICTURES = "paper", "pictures"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs paper for the department. `picture` names a file, or is empty: then the hand signs."""

    name: str
    role: str
    role_es: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of a department's paper. `number` is its version; 0 is the house's own."""

    number: int = 0
    main: str = MAIN
    accent: str = ACCENT
    crest: str = ""
    signers: tuple[Signer, ...] = ()

    @property
    def is_house(self) -> bool:
        """Whether the two colors are the house's own."""
        return (self.main, self.accent) == (MAIN, ACCENT)


def read_theme(instance: Path) -> Theme:
    """The newest theme that can be read; the house's own where there is none."""
    for path in reversed(versions_in(instance / FOLDER / "theme", ".json")):
        try:
            return theme_of(json.loads(path.read_text(encoding="utf-8")), int(path.stem))
        except (OSError, ValueError, TypeError, KeyError):
            continue  # somebody edited it by hand: the last good one stays in use
    return Theme()


def theme_of(values: dict[str, Any], number: int) -> Theme:
    """The theme a file holds. Raises `ValueError`, `TypeError`, `KeyError` for what is none."""
    signers = tuple(Signer(**{name: str(text) for name, text in each.items()}) for each in values["signers"])
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
    if not stem.isalnum() or ending not in ("svg", "png"):
        return None
    path = instance / FOLDER / PICTURES / name
    return path if path.is_file() else None


# ---- colors ----


def refusals_to_color(main: str, accent: str) -> list[Refusal]:
    """Why two colors cannot be printed with: not readable as colors, too pale for words, lines or to be told apart."""
    bad = [field for field, color in (("main", main), ("accent", accent)) if not is_color(color)]
    if bad:
        return [Refusal("bad_color", N_("Write a color as # and six digits, like #123f73."), field) for field in bad]
    reasons = []
    if contrast(main, PAPER) < LEAST_OF_TEXT:
        sentence = N_("The main color is too pale for words: its contrast is %(found)s to 1, and 4.5 to 1 is needed.")
        reasons.append(Refusal("main_too_pale", sentence, "main", values={"found": _said(contrast(main, PAPER))}))
    if contrast(accent, PAPER) < LEAST_OF_LINES:
        sentence = N_("The accent color is hardly seen on paper. Choose a darker one.")
        reasons.append(Refusal("accent_too_pale", sentence, "accent"))
    if not reasons and contrast(main, accent) < LEAST_BETWEEN:
        sentence = N_("The two colors look alike when printed in gray. Make one lighter or darker.")
        reasons.append(Refusal("colors_alike", sentence, "accent"))
    return reasons


def is_color(text: str) -> bool:
    """Whether a text is a color as we write it: "#123f73"."""
    return len(text) == 7 and text[0] == "#" and set(text[1:].lower()) <= set("0123456789abcdef")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _said(ratio: float) -> str:
    return f"{int(ratio * 10) / 10:.1f}"

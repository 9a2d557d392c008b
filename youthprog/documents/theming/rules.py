"""Whether a department's colors and those who sign can be printed. Pure."""

from collections.abc import Sequence

from youthprog.core.refusals import N_, Refusal
from youthprog.documents.theming.types import MOST_SIGNERS, PAPER
from youthprog.documents.types import Signatory

LEAST_OF_TEXT = 4.5
"""Contrast of the main color on paper: headings are set in it (WCAG 1.4.3)."""
LEAST_OF_LINES = 1.4
"""And of the accent, which is only ever a line or a fill: below it, a border is not seen in print."""
LEAST_BETWEEN = 2.0
"""Between both: in gray one of them must still be darker."""


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


def refusals_to_sign(signers: Sequence[Signatory]) -> list[Refusal]:
    """Why somebody cannot be printed under a line: a name without a title, the same name twice, too many."""
    reasons = []
    if len(signers) > MOST_SIGNERS:
        reasons.append(
            Refusal("too_many_signers", N_("%(most)s people at most can be named here."), values={"most": MOST_SIGNERS})
        )
    for number, each in enumerate(signers):
        if not each.name or not each.role:
            sentence = N_("Whoever signs has a name and a title.")
            reasons.append(Refusal("half_a_signer", sentence, f"signers-{number}-name"))
    if len({each.name.casefold() for each in signers}) < len(signers):
        reasons.append(Refusal("signer_twice", N_("Somebody is named twice. Name each person once.")))
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

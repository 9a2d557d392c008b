"""How a department's paper looks, and what may be wrong with what was written for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from youthprog.documents.types import Signatory

MAIN, ACCENT, PAPER = "#123f73", "#f2b01e", "#fffefb"
MOST_SIGNERS = 8
TEMPLATES = ("participation", "completion", "hours", "award", "appreciation", "closure_letter")
"""The papers whose template a department may change; see `compose_certificates.HOUSE_TEMPLATES`."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of a department's paper. `number` is its version; 0 is the house's own."""

    number: int = 0
    main: str = MAIN
    accent: str = ACCENT
    crest: str = ""
    signers: tuple[Signatory, ...] = ()

    @property
    def is_house(self) -> bool:
        """Whether the two colors are the house's own."""
        return (self.main, self.accent) == (MAIN, ACCENT)


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A template of a department's own, as it was saved. `number` is its version."""

    number: int
    html: str
    css: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The invented paper a template is tried out with."""

    long: bool = False
    writing: str = "both"
    paper: str = "letter"
    signers: int = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: a sentence (a msgid), its values, and where. Line 0 means the whole."""

    part: str
    line: int
    text: str
    values: Mapping[str, str] = field(default_factory=dict)

"""Words of batches: where one stands, what kinds there are, one paper of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from youthprog.core.actor import Actor
from youthprog.core.permissions import P
from youthprog.core.refusals import N_
from youthprog.documents.types import Sheet


class BatchState(StrEnum):
    """Where a batch stands. `refused` printed nothing, or nothing more, and says why; `failed` can be taken up again."""

    ASKED = "asked"
    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"
    FAILED = "failed"


UNDER_WAY = (BatchState.ASKED, BatchState.WORKING)
ENDED = (BatchState.DONE, BatchState.STOPPED)
"""With files to fetch: of a stopped batch those that were printed."""
STATES = {
    BatchState.ASKED: ("waiting", N_("Waits for its turn")),
    BatchState.WORKING: ("waiting", N_("Being printed")),
    BatchState.DONE: ("signed", N_("Ready")),
    BatchState.STOPPED: ("neutral", N_("Stopped")),
    BatchState.REFUSED: ("missing", N_("Not printed")),
    BatchState.FAILED: ("missing", N_("Broke off")),
}


AWARD_WORDS = ("award_en", "award_es", "words_en", "words_es")


@dataclass(frozen=True)
class Task:
    """What a batch is to print: plain values, known without its row."""

    season_id: int
    group_id: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What was said in the form: `signatory`, `role`, the words of an award, and whether to `mail` them."""
    language: str = "en"
    """Of whoever asked: the language of sheets that have one."""


@dataclass(frozen=True)
class Paper:
    """One sheet of a batch. `about` is whose name heads its file; `seen` which youth it shows by which permission.

    `refused` says, when there is no sheet, why there can be none for this one any more.
    """

    subject_id: int
    about: str
    sheet: Sheet | None
    seen: Mapping[P, Sequence[int]]
    refused: str = ""


SubjectsOf = Callable[[Actor, Task, date], list[int]]
PapersOf = Callable[[Actor, Task, Sequence[int], datetime], list[Paper]]


@dataclass(frozen=True)
class BatchKind:
    """A kind of paper that can be printed for many. More kinds are more lines of `wiring.BATCH_KINDS`.

    `subjects` says for whom there is one, `papers` writes some of them; both within the reach of `permission`. A sealed
    kind has a certificate of its own in the books for each; the others are working sheets, kept only to be fetched.
    """

    key: str
    title: str
    permission: P
    subject_kind: str
    subjects: SubjectsOf
    papers: PapersOf
    sealed: bool = True
    signed_for: bool = True
    """Whether it asks who signs."""
    worded: bool = False
    """Whether it asks for the words of an award."""
    of_groups: bool = True
    """Whether it can be asked for one team alone."""
    nobody: str = N_("There is nobody to print this for.")


@dataclass(frozen=True)
class Trouble:
    """Why a paper cannot be printed. `name` is empty for whom the reader may not see."""

    subject_id: int
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

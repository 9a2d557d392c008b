"""The fast screen for a paper sheet: one row a youth in the order of the sheet, one letter a mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from youthprog.attendance import keyed, keying_services, paper_queries, queries, rules, walk_in_queries
from youthprog.attendance.forms import shown_as, written
from youthprog.attendance.keyed import Meeting, Read, Row, Sheet
from youthprog.attendance.keying_services import Keyed, Walked
from youthprog.attendance.paper_queries import NO_PASSAGES, Passages
from youthprog.attendance.types import NOTHING, Kept, Mark, Roll, RollLine, Saved
from youthprog.core import clock
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.core.text import fold, storable
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.web.edge import actor, door
from youthprog.web.language import gettext as _
from youthprog.web.language import language, says, time_of
from youthprog.web.pages import page

bp = Blueprint("attendance_paper", __name__)
ADDED_LINES = 2  # as many as the sheet has
ADDED_TO_NOBODY = 9  # of a gathering without a group, where every line is one
LONGEST_NAME = 160


@bp.get("/gatherings/<id:gathering_id>/register/paper")
@door(P.REGISTER_TAKE)
def show(gathering_id: int) -> Response:
    """The rows of the sheet, with what is known already."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    return _Screen(gathering).drawn()


@bp.post("/gatherings/<id:gathering_id>/register/paper")
@door(P.REGISTER_TAKE)
def save(gathering_id: int) -> BaseResponse:
    """Keep the sheet, or fill in the rest without keeping anything."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    screen, sheet = _Screen(gathering), keyed.sheet_in(request.form)
    if sheet.wants_rest:
        flash(_("Everyone else is marked present. Nothing is saved yet."), "waiting")
        return screen.drawn(screen.with_rest(sheet))
    try:
        saved = keying_services.key_sheet(gathering, screen.read(sheet), by=actor(), now=clock.now())
    except Conflict as conflict:
        return _Screen(gathering).drawn(sheet, conflict.reasons, 409)
    except Refused as refused:
        return _Screen(gathering).drawn(sheet, refused.reasons, 422)
    flash(_said(saved), "signed")
    return redirect(url_for("attendance.show", gathering_id=gathering_id), 303)


def _said(saved: Saved) -> str:
    absent = saved.counts.get(Mark.ABSENT, 0) + saved.counts.get(Mark.EXCUSED, 0)
    here = sum(saved.counts.values()) - absent
    return _("The sheet is keyed in: %(here)s here, %(absent)s not.", here=here, absent=absent)


@dataclass(frozen=True)
class _Line:
    """A row of the screen: who, what stands in its fields, and what somebody should know."""

    line: RollLine
    keyed: Row
    shown: str
    times_shown: str
    passages: Passages
    told: str  # a mark no letter stands for
    note: str


class _Screen:
    """The sheet of one gathering as it is now."""

    def __init__(self, gathering: Gathering):
        self.gathering = gathering
        self.roll: Roll = queries.roll_of(actor(), P.REGISTER_TAKE, gathering, clock.today())
        self.passages = paper_queries.passages_of(gathering.id)
        self.meeting = Meeting(gathering.starts_at, gathering.ends_at, clock.zone())
        self.letters: Mapping[Mark, str] = keyed.WRITTEN["es" if language() == "es" else "en"]
        self.names = {line.youth_id: line.name for line in self.roll.lines}
        self.cleared = [line.youth_id for line in self.roll.lines if line.is_cleared]

    def stands(self, line: RollLine) -> Row:
        """What is in the fields of a row before anybody types."""
        times = self.passages.get(line.youth_id, NO_PASSAGES).times
        mark = self.letters.get(line.kept.mark, "") if line.kept.mark else ""
        return Row(mark, time_of(times.came_at), time_of(times.left_at))

    def read(self, sheet: Sheet) -> Keyed:
        """What the sheet changes. Raises `Refused` with every reason why it cannot be read."""
        found = keyed.read(sheet.rows, self.names, self.meeting, self.cleared)
        walked, reasons = self._walked(sheet)
        strangers = rules.refusals_to_mark(dict.fromkeys(sheet.rows), self.names, ())
        refuse_if([*strangers[:1], *found.refusals, *reasons])
        shown = {who: shown_as(value) for who, value in sheet.shown.items()}
        return Keyed(
            marks=self._touched(found, sheet, shown),
            seen={who: kept.version for who, kept in shown.items()},
            times=found.times,
            times_shown=sheet.times,
            names=self.names,
            walked=walked,
        )

    def _touched(self, found: Read, sheet: Sheet, shown: Mapping[int, Kept]) -> dict[int, Mark | None]:
        """The marks that differ from those shown. A mark no letter stands for stays while its field is empty."""
        marks = {}
        for who, mark in found.marks.items():
            was = shown.get(who, NOTHING).mark
            untouched = mark is None and was is not None and was not in self.letters
            if mark != was and not untouched:
                marks[who] = mark
        return marks

    def _walked(self, sheet: Sheet) -> tuple[list[Walked], list[Refusal]]:
        """Who stands on the added lines. A name is written out in full: nothing is told of anybody by a piece of it."""
        found, reasons = [], []
        for line, (name, came, left) in sorted(sheet.walked.items()):
            row = Row("p", came, left)
            times = keyed.read({line: row}, {line: name}, self.meeting, (line,))
            reasons += [replace(each, field=f"walked-{line}") for each in times.refusals]
            written = name[:LONGEST_NAME]
            meant = (
                walk_in_queries.walk_ins_named(actor(), self.gathering, written, clock.today())
                if storable(written)
                else []
            )
            if len(meant) == 1:
                found.append(Walked(line, meant[0].youth_id, meant[0].name, times.times[line]))
            else:
                code, sentence = self._why_not(name, len(meant))
                reasons.append(Refusal(code, sentence, f"walked-{line}", {"name": name[:LONGEST_NAME]}))
        return found, reasons

    def _why_not(self, name: str, count: int) -> tuple[str, str]:
        """Why somebody on an added line cannot be put on the register."""
        if count:
            return "several_called", N_("Several are called %(name)s. Write the whole name.")
        words = sorted(fold(name.replace(",", " ")).split())
        if any(sorted(fold(each).split()) == words for each in self.names.values()):
            return "on_the_sheet", N_("%(name)s has a row above. Mark that one.")
        return "not_enrolled", N_("Nobody called %(name)s is enrolled in this season. Ask the office.")

    def with_rest(self, sheet: Sheet) -> Sheet:
        """The sheet with Present in every empty row of who is cleared."""
        here, rows = self.letters[Mark.PRESENT], dict(sheet.rows)
        for line in self.roll.lines:
            row = rows.get(line.youth_id, Row())
            if line.is_cleared and not row.mark and not line.kept.mark:
                rows[line.youth_id] = replace(row, mark=here)
        return replace(sheet, rows=rows)

    def drawn(self, sheet: Sheet | None = None, refusals: Sequence[Refusal] = (), status: int = 200) -> Response:
        """The page; with a sheet, what was typed stays."""
        gathering, now = self.gathering, clock.now()
        facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now)
        closed = rules.refusals_to_take(facts)
        rows = [self._line(line, sheet, status) for line in self.roll.lines]
        marks = [keyed.mark_in(row.keyed.mark) or (row.line.kept.mark if row.told else None) for row in rows]
        counts: dict[str, Any] = {mark.value: count for mark, count in rules.counts_of(marks).items()}
        return page(
            "attendance/paper.html",
            status,
            gathering=gathering,
            rows=rows,
            counts=counts | {"none": marks.count(None)},
            letters=self.letters,
            known={letter: mark.value for letter, mark in keyed.LETTERS.items()},
            added=[
                (line, *(sheet.walked.get(line, ("", "", "")) if sheet else ("", "", ""))) for line in self._added()
            ],
            closed=[says(reason) for reason in closed],
            problems=[(reason.field, says(reason)) for reason in refusals],
            wrong={reason.field for reason in refusals},
        )

    def _added(self) -> range:
        return range(1, 1 + (ADDED_LINES if self.gathering.group_id else ADDED_TO_NOBODY))

    def _line(self, line: RollLine, sheet: Sheet | None, status: int) -> _Line:
        stands, passages = self.stands(line), self.passages.get(line.youth_id, NO_PASSAGES)
        row = sheet.rows.get(line.youth_id, stands) if sheet else stands
        if passages.elsewhere:
            row = replace(row, came=stands.came, left=stands.left)
        told = line.kept.mark if line.kept.mark and line.kept.mark not in self.letters else None
        return _Line(
            line, row, written(line.kept), passages.times.written(clock.zone()), passages,
            told.value if told else "", self._meanwhile(line, row, sheet) if status == 409 else "",
        )  # fmt: skip

    def _meanwhile(self, line: RollLine, row: Row, sheet: Sheet | None) -> str:
        """What somebody else said of this row since it was shown, in the words of the register."""
        shown = shown_as(sheet.shown.get(line.youth_id, "")) if sheet else NOTHING
        if line.kept.version == shown.version or not line.kept.mark:
            return ""
        return line.kept.mark.value if keyed.mark_in(row.mark) != line.kept.mark else ""

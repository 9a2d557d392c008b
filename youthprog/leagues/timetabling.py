"""Timetabling a season: first a schedule that keeps every hard rule, then a better one until the time is up. Pure.

The best schedule so far is always at hand. It is judged apart from the solver before it counts.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from youthprog.leagues.neighborhoods import Freed, Kind, Sight, a_while, some_hosts, some_teams, sore_games
from youthprog.leagues.program_solving import Answer, Effort, Found, Halt, Net, solve
from youthprog.leagues.timetable_program import Program, program_of
from youthprog.leagues.timetable_rules import judge
from youthprog.leagues.timetable_types import Cause, Meeting, Timetable, Verdict

Note = Callable[[str], None]

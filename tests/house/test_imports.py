"""Who may know whom: storeys between rooms, floors inside a room, no import inside a function."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "youthprog"
STOREYS = {
    "core": 0, "web": 0, "audit": 1, "documents": 1, "people": 2, "access": 3, "outreach": 4, "programs": 5,
    "concerns": 6, "credentials": 6, "consent": 6, "attendance": 6, "calendars": 6, "mentorship": 7, "leagues": 7, "events": 7, "partners": 7,
    "reports": 8, "demo": 9, "operations": 9,
}  # fmt: skip
OPEN = {"types", "models", "queries", "services"}  # what a room shows to higher storeys
EDGE = {
    "routes",
    "portal",
    "commands",
    "command",
    "forms",
    "public",
    "pages",
    "certificates",
    "paper",
    "teams",
    "shown",
    "builder",
    "drafting",
    "sections",
    "chase",
    "outings",
    "desk",
    "answers",
    "cosigners",
    "form_life",
    "sealed",
    "strangers",
    "checking",
    "keeping",
    "entries",
    "part_entries",
    "sheet_forms",
    "csv_files",
    "walk",
    "questions",
    "turns",
    "signature",
    "withdrawing",
    "own_list",
    "pickup_links",
    "release",
    "agreement",
    "siblings",
    "copies",
    "guardians",
    "fair_forms",
    "telling",
    "walk_ins",
    "card_pages",
    "scan",
    "kiosk",
    "history",
    "keying",
    "missing",
    "figures",
    "figure_lists",
    "exports",
    "xlsx_files",
    "deed_forms",
    "sync",
    "season_papers",
}
FLOORS = {
    "types": 0,
    "models": 1,
    "rules": 2,
    "standing": 2,
    "asked": 2,
    "fairness_rules": 2,
    "blocks": 2,
    "showing": 2,
    "validity": 2,
    "composing": 2,
    "timing": 2,
    "entry_rules": 2,
    "collecting_rules": 2,
    "retention": 2,
    "drawn": 2,
    "absences": 2,
    "calendars": 2,
    "keyed": 2,
    "paper_queries": 3,
    "keying_services": 4,
    "absence_queries": 3,
    "missing_queries": 3,
    "history_queries": 3,
    "ledger": 2,
    "card_rules": 2,
    "counting": 2,
    "counting_scope": 3,
    "counting_queries": 3,
    "ical": 2,
    "queries": 3,
    "notice_queries": 3,
    "card_queries": 3,
    "snapshots": 4,
    "services": 4,
    "cards": 4,
    "arriving": 4,
    "notices": 4,
    "judging": 3,
    "listing": 3,
    "photos": 4,
    "photo_pages": 6,
    "certificate_links": 6,
    "portraits": 2,
    "lapses": 4,
    "volunteer_rules": 2,
    "volunteer_services": 4,
    "forms": 5,
} | dict.fromkeys(EDGE - {"forms"}, 6)
# how sections of a form behave, what decisions are worth, whom to ask, how paper is entered, how long records stay
PURE = {"rules", "blocks", "showing", "validity", "composing", "standing", "fairness_rules", "entry_rules", "retention"}
PURE |= {"asked"}  # what a season asked on a day
PURE |= {"collecting_rules"}  # who may have a child
PURE |= {"ledger"}  # what holds of attendance, out of what was said
PURE |= {"card_rules"}  # what a scanned text says, whom letters on a tablet mean
PURE |= {"absences", "calendars", "keyed"}  # who stays away; the months of a youth; a sheet as typed
PURE |= {"counting"}  # what is counted of attendance, and how
PURE |= {"ical"}  # calendars as telephones read them
PURE |= {"volunteer_rules"}  # a file of volunteers, read and judged
PURE |= {"drawn"}  # what a drawn signature may be on paper
# A room that grew has wings, folders with floors of their own under the same names (docs/decisions/0074). What a wing has
# beside the usual floors; pure modules are marked so: they decide, and know neither database nor request.
KEEP, DECIDE, READ, WRITE, SHOW = 1, 2, 3, 4, 6
WINGS: dict[str, dict[str, int]] = {
    "imports": {
        **dict.fromkeys(("limits",), KEEP),
        **dict.fromkeys(("cells", "columns", "sheets", "workbooks", "importing", "row_reading", "keeping_rows", "likeness", "stated", "plan_people", "plan_teams", "plan"), DECIDE),
        **dict.fromkeys(("game_columns", "game_reading", "game_plan", "known_fields", "file_reading", "review"), DECIDE),
        **dict.fromkeys(("game_queries", "export_queries", "snapshot"), READ),
        **dict.fromkeys(("game_services", "field_services", "writing", "newcomers"), WRITE),
    },
    "forming": {
        **dict.fromkeys(("engine", "blocks", "checks", "search", "solver", "reasons", "wire", "words", "child"), DECIDE),
        **dict.fromkeys(("looking",), DECIDE),
        **dict.fromkeys(("known", "work"), WRITE),
        **dict.fromkeys(("links_pages",), SHOW),
    },
    "matching": {
        **dict.fromkeys(("hours", "scoring", "pairing", "grouping", "engine", "profiles", "wire", "child", "reading"), DECIDE),
        **dict.fromkeys(("letters", "work"), WRITE),
    },
    "rosters": {"facts": READ, "records": READ, "waiting": WRITE, "holds": WRITE, "division_pages": SHOW},
    "season": {
        **dict.fromkeys(("words",), 0),
        **dict.fromkeys(("pairings", "board", "constructing", "improving", "rain_out", "making", "child"), DECIDE),
        **dict.fromkeys(("faults", "causes", "counts", "day_counts", "proof", "overlaps"), DECIDE),
        **dict.fromkeys(("limits", "spec_queries"), READ),
        **dict.fromkeys(("work", "limit_services"), WRITE),
        **dict.fromkeys(("fields", "limit_pages"), SHOW),
        **dict.fromkeys(("game_words",), READ),
    },
    "changes": {**dict.fromkeys(("carrying", "telling"), WRITE), **dict.fromkeys(("rain_pages",), SHOW)},
    "stamping": {
        **dict.fromkeys(("shaping", "embedding", "symbols", "files", "places", "reading", "layouts", "stamps"), DECIDE),
        **dict.fromkeys(("pages", "makes", "strings", "setting", "breaking", "tables", "table_types", "table_files", "together"), DECIDE),
        **dict.fromkeys(("table_reading", "table_sheets", "table_layouts", "table_specimens"), DECIDE),
    },
    "timetables": {
        **dict.fromkeys(("xml_files", "weighing", "robinx", "robinx_rules", "open_days", "impossible", "program"), DECIDE),
        **dict.fromkeys(("program_solving", "conflicts", "neighborhoods", "part_search", "annealing"), DECIDE),
        **dict.fromkeys(("compact_start", "timetabling"), DECIDE),
    },
    "standings": dict.fromkeys(("tables", "files"), DECIDE),
    "cadence": {**dict.fromkeys(("warnings", "plans"), DECIDE), "known": READ},
    "hours": {},
    "drafting": {},
    "scores": {
        **dict.fromkeys(("bracket", "league_rules"), DECIDE),
        **dict.fromkeys(("bracket_queries", "table_queries"), READ),
        **dict.fromkeys(("bracket_services", "card", "notices"), WRITE),
        **dict.fromkeys(("games", "card_links", "settings", "brackets"), SHOW),
    },
    "officials": {"candidates": READ, "own_queries": READ, "notices": WRITE, "list_services": WRITE, "lists": SHOW, "links": SHOW},
    "playing_time": {},
    "printing": {},
    "forfeits": {},
    "gate": {
        **dict.fromkeys(("topics",), KEEP),
        **dict.fromkeys(("requirements",), DECIDE),
        **dict.fromkeys(("facts", "own_queries"), READ),
        **dict.fromkeys(("asking",), WRITE),
        **dict.fromkeys(("own",), SHOW),
    },
    "sessions": {"plan_queries": READ, "reminding": WRITE},
    "closing": {"rematching": READ, "forgetting": WRITE},
    "theming": dict.fromkeys(("files", "templating", "pictures", "trying"), DECIDE),
    "batches": {"kinds": WRITE, "work": WRITE},
    "evidence": {"lists": DECIDE, "measures": READ, "period": READ, "clearing": READ},
}  # fmt: skip
PURE_IN_WINGS = {
    # who meets whom, where and when; what is wrong with a schedule; why there is none; new places after rain
    "forming": "engine blocks checks search solver reasons looking wire words",  # the blocks, the trades, the proof, the reasons
    "season": "pairings board constructing improving rain_out faults causes counts day_counts proof making overlaps",
    "changes": "rules",  # what a change of a published schedule may be
    # a season read from a file, judged, proved impossible, timetabled
    "timetables": "types xml_files robinx robinx_rules rules open_days impossible annealing program program_solving "
    "conflicts neighborhoods part_search compact_start timetabling weighing",
    "standings": "tables",  # the table of a division
    "gate": "rules requirements topics",  # what a program asks, what is missing and for whom
    "cadence": "rules warnings plans",  # contacts due, matches that worry, a plan as it is kept
    "hours": "rules",  # sessions as a ledger
    "printing": "rules",  # the class of a reason on a game card, the parts of a binder
    "scores": "rules bracket league_rules",  # what a result is, who meets whom after it, a league's rules as data
    "batches": "rules",  # what a batch may be, and how its files are called
    # pages learned from specimens and stamped again; knows nothing of the room around
    "stamping": "shaping embedding symbols files places reading layouts stamps pages makes strings setting breaking tables "
    "table_types table_files table_reading table_sheets table_layouts table_specimens together",
    "evidence": "lists",  # a list of benchmarks, a survey, as a program loads it
}
PURE_MAY = {"types"} | PURE
# The heavy libraries, loaded where they are used (docs/decisions/0002), and the application itself.
LAZY = {
    "weasyprint",
    "pyhanko",
    "pyhanko_certvalidator",
    "ortools",
    "webauthn",
    "youthprog",
    "asn1crypto",
    "PIL",
    "numpy",
}
LAZY |= {"psycopg"}  # the driver of the other engine, where SQLAlchemy does not load it
LAZY |= {"xml"}  # a parser that only workbooks want (docs/decisions/0069)
LAZY |= {"babel", "segno"}  # wanted so rarely in the web process that it should not carry them (docs/decisions/0009)
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc"}
# Pure helpers a room shows beside its open floors, each with its reason.
ALSO_OPEN = {
    ("consent", "keeping_queries"),  # the term of words said about matches stands in the same file
    ("people", "rules"),  # age_on and its kin: pure words of the field every room needs
    ("access", "rules"),  # browser_of: what a browser calls itself
    ("access", "roles"),  # the permission table itself
    ("documents", "codes"),  # how a code is written for people
    ("documents", "press"),  # PressFailed, raised by services
    ("documents", "seal"),  # operations make the keys
    ("documents", "badge_keys"),
    ("documents", "joining"),  # the command joins what it printed into one file
    ("audit", "anchors"),  # operations check them
    ("outreach", "jobs"),  # operations run the worker
    ("access", "passwords"),  # the demo hashes its own
    ("access", "throttle"),  # how often something may be tried from one place
    ("attendance", "collecting"),  # what Today tells of children not checked out
    ("consent", "rules"),
    ("attendance", "cards"),  # the command prints check-in cards too
    ("attendance", "card_queries"),
    ("attendance", "absence_queries"),  # Today shows who stays away
    ("attendance", "calendars"),  # the file of a youth draws the last months
    ("attendance", "history_queries"),
    ("attendance", "missing_queries"),  # and registers not entered
    ("attendance", "counting"),  # what is counted, and the figures' own words
    ("attendance", "counting_queries"),
    ("calendars", "notice_queries"),  # Today shows changes at short notice
    ("calendars", "notices"),  # and how they are told
    ("mentorship", "own_queries"),  # Today says what one has to read and sign before mentoring
    ("leagues", "own_queries"),  # Today shows the games one serves at, and where places are open
    ("credentials", "volunteer_rules"),  # the command reads files of volunteers
    ("credentials", "volunteer_services"),
    ("credentials", "judging"),  # Today shows meetings with too few cleared adults
    ("credentials", "listing"),  # and whose papers are missing
    ("mentorship", "plan_queries"),  # Today shows which sessions are to be looked at, and what was missed
    ("consent", "timing"),  # the demo gives its requests their due days
}


@dataclass(frozen=True)
class Import:
    """One import statement: where, of what, and whether inside a function."""

    path: Path
    line: int
    target: str
    inside: bool

    def __str__(self) -> str:
        return f"{self.path.relative_to(PACKAGE.parent)}:{self.line} imports {self.target}"


def imports_of(path: Path) -> list[Import]:
    """Every import statement of a module, in its order."""
    found: list[Import] = []
    waiting: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_text(encoding="utf-8")), False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.expr):
            continue  # no import stands in an expression
        if isinstance(node, ast.Import):
            found += [Import(path, node.lineno, alias.name, inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            parts = [f"{base}.{alias.name}" for alias in node.names] if _is_package(base) else [base]
            found += [Import(path, node.lineno, part, inside) for part in parts]
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        waiting += [(each, inside) for each in ast.iter_child_nodes(node)]
    return sorted(found, key=lambda each: each.line)


def _is_package(module: str) -> bool:
    return module.startswith("youthprog") and (PACKAGE.parent / module.replace(".", "/")).is_dir()


FILES = [path for path in sorted(PACKAGE.rglob("*.py"))]


@cache
def all_imports() -> list[Import]:
    """Read when the first test asks, not while tests are collected: every process of a run collects all of them."""
    return [each for path in FILES for each in imports_of(path)]


def room_of(path: Path) -> str | None:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else None


def wing_of(path: Path) -> str | None:
    """The wing of a module: the folder inside its room."""
    parts = path.relative_to(PACKAGE).parts
    return parts[1] if len(parts) > 2 else None


def named(target: str) -> tuple[str | None, str]:
    """Wing and module of an imported name such as `youthprog.leagues.season.services`."""
    parts = target.split(".")
    if len(parts) > 3 and (PACKAGE / parts[1] / parts[2]).is_dir():
        return parts[2], parts[3]
    return None, parts[2] if len(parts) > 2 else ""


def floor_of(wing: str | None, module: str) -> int | None:
    return WINGS.get(wing or "", {}).get(module, FLOORS.get(module))


def is_edge(path: Path) -> bool:
    floor = floor_of(wing_of(path), path.stem)
    return floor is not None and floor > WRITE


def is_pure(wing: str | None, module: str, among: set[str]) -> bool:
    return module in (PURE_IN_WINGS.get(wing, "").split() if wing in PURE_IN_WINGS else among)


def test_every_folder_is_a_room_with_a_storey():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms <= STOREYS.keys()


def test_every_folder_of_a_room_is_a_wing_with_floors():
    wings = {path.parent.name for path in FILES if path.name == "__init__.py" and wing_of(path)}
    assert wings == WINGS.keys()


def test_rooms_import_only_lower_rooms_and_there_only_what_is_open():
    wrong = []
    for each in all_imports():
        room, target = room_of(each.path), each.target.split(".")
        if room is None or target[0] != "youthprog" or len(target) < 2 or target[1] not in STOREYS:
            continue
        other = target[1]
        if other in (room, "core") or (other == "web" and is_edge(each.path)):
            continue
        if other == "web":
            if room not in ("web", "operations"):
                wrong.append(f"{each}: only edge modules may import the porch")
        elif room in ("core", "web"):
            wrong.append(f"{each}: storey 0 knows no room")
        elif STOREYS[other] >= STOREYS[room]:
            wrong.append(f"{each}: {other} is not below {room}")
        elif len(target) > 2 and (module := named(each.target)[1]) not in OPEN and (other, module) not in ALSO_OPEN:
            wrong.append(f"{each}: {other} does not show {module}")
    assert not wrong, "\n".join(wrong)


def test_floors_inside_a_room_are_climbed_only_upward():
    wrong = []
    for each in all_imports():
        room, target = room_of(each.path), each.target.split(".")
        if room in (None, "core", "web") or target[:2] != ["youthprog", room] or len(target) < 3:
            continue
        here, there = floor_of(wing_of(each.path), each.path.stem), floor_of(*named(each.target))
        if here is not None and there is not None and there > here:
            wrong.append(str(each))
    assert not wrong, "\n".join(wrong)


def test_rules_are_pure():
    wrong = []
    for each in all_imports():
        if room_of(each.path) is None or not is_pure(wing_of(each.path), each.path.stem, PURE):
            continue
        target = each.target.split(".")
        if target[0] in ("flask", "sqlalchemy", "flask_login", "wtforms", "requests"):
            wrong.append(str(each))
        if (
            target[0] == "youthprog"
            and target[1] != "core"
            and (name := named(each.target))[1] != "types"
            and not is_pure(*name, PURE_MAY)
        ):
            wrong.append(str(each))
        if each.target in ("youthprog.core.db", "youthprog.core.clock"):
            wrong.append(str(each))
    assert not wrong, "\n".join(wrong)


def test_no_import_inside_a_function_but_the_named_ones():
    wrong = [str(each) for each in all_imports() if each.inside and each.target.split(".")[0] not in LAZY]
    wrong += [
        str(e) for e in all_imports() if e.inside and e.target.startswith("youthprog") and e.path.name != "__init__.py"
    ]
    assert not wrong, "\n".join(wrong)


def test_no_type_checking_block_but_the_named_one():
    found = [str(path) for path in FILES if "TYPE_CHECKING" in path.read_text() and path != PACKAGE / "core" / "db.py"]
    assert not found


def test_no_file_named_after_nothing():
    assert not [path for path in FILES if path.stem in FORBIDDEN_NAMES]


def test_only_one_module_imports_each_outside_hand():
    owners = {"flask_sqlalchemy": "core/db.py", "flask_babel": "web/language.py", "huey": "outreach/"}
    wrong = [
        str(each)
        for each in all_imports()
        for library, owner in owners.items()
        if each.target.split(".")[0] == library and owner not in each.path.as_posix()
    ]
    assert not wrong, "\n".join(wrong)


def test_services_queries_and_views_never_commit():
    allowed = {"web/edge.py", "core/db.py"}
    wrong = []
    for path in FILES:
        short = path.relative_to(PACKAGE).as_posix()
        if (
            short in allowed
            or short.split("/")[0] in ("operations", "demo")
            or path.stem in ("commands", "worker", "chores", "delivery")
        ):
            continue
        if ".commit()" in path.read_text():
            wrong.append(short)
    assert not wrong, wrong


def test_views_touch_no_session():
    wrong = []
    for path in FILES:
        if path.stem in ("routes", "portal", "public", "forms") and room_of(path) not in ("web",):
            text = path.read_text()
            wrong += [
                f"{path.relative_to(PACKAGE)}: {word}"
                for word in ("db.session", "sa.select", "import sqlalchemy")
                if word in text
            ]
    assert not wrong, "\n".join(wrong)


HEAVY = ["ortools", "weasyprint", "pyhanko", "openpyxl", "icalendar", "youthprog.documents.stamping"]


def test_nothing_heavy_is_loaded_at_the_start():
    import subprocess
    import sys

    whole = "from youthprog import create_app; create_app(environment='testing')"
    code = f"{whole}; import sys; print(*sorted(sys.modules.keys() & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, check=True, capture_output=True, text=True)
    assert done.stdout.split() == [], "imported at the start"


def test_each_second_look_at_a_table_has_a_role_of_its_own():
    """Two that share one would be one table where a statement of the one stands inside the other's."""
    asked = re.compile(r"another\(\s*(\w+),\s*f?\"([^\"]+)\"")
    roles = Counter(role for path in PACKAGE.rglob("*.py") for role in asked.findall(path.read_text(encoding="utf-8")))
    assert roles
    assert [role for role, times in roles.items() if times > 1] == []

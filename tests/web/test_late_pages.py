"""Pages that are loaded when somebody first opens one: the same doors, the same views, no matter who comes first."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask

from youthprog import wiring
from youthprog.core import late
from youthprog.web import doors
from youthprog.web.edge import Door
from youthprog.web.late_pages import LatePages, LateView

PACKAGE = Path(late.__file__).parents[1]
# In a process of its own, where nothing is loaded yet: what the start loads, and what the rest adds.
WHOLE = """
import json, sys
from youthprog import create_app
from youthprog.core import db
from youthprog.web.edge import door_of
from youthprog.web.late_pages import LateView

def addresses(app):
    told = [[r.rule, r.endpoint, sorted(r.methods), r.defaults, r.provide_automatic_options] for r in app.url_map.iter_rules()]
    return sorted([*each, repr(door_of(app, each[1]))] for each in told)

late_house = create_app(at_once=False, environment="testing")
at_start, models = sorted(sys.modules), db.modules()
waiting = [view for view in late_house.view_functions.values() if type(view) is LateView]
said = addresses(late_house)
for view in waiting:
    view.pages.load()
whole = create_app(environment="testing")
views = {name: view.__module__ + view.__qualname__ for name, view in late_house.view_functions.items()}
print(json.dumps({
    "blueprints": sorted(whole.blueprints),
    "modules": sorted({view.__module__ for view in whole.view_functions.values()}),
    "at_start": [name for name in at_start if name.startswith("youthprog.")],
    "models": models == db.modules(),
    "waiting": len(waiting),
    "same_addresses": said == addresses(whole) == addresses(late_house),
    "same_views": views == {name: view.__module__ + view.__qualname__ for name, view in whole.view_functions.items()},
    "same_errors": late_house.error_handler_spec.keys() >= {"consent_keeping"} and
        {k: v.keys() for k, v in late_house.error_handler_spec.items()} == {k: v.keys() for k, v in whole.error_handler_spec.items()},
}))
"""


@pytest.fixture(scope="module")
def told() -> dict:
    done = subprocess.run([sys.executable, "-c", WHOLE], cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict = json.loads(done.stdout)
    return found


def test_the_web_process_starts_without_the_pages_and_with_all_tables(told):
    pages = {f"youthprog.{each.partition(':')[0]}" for each in wiring.PAGES}
    assert pages & set(told["at_start"]) == set()
    assert told["models"]
    assert told["waiting"] > 500


def test_doors_known_beforehand_are_those_of_the_whole_house(told):
    assert told["same_addresses"]
    assert told["same_views"]
    assert told["same_errors"]


def test_what_listens_to_rows_is_loaded_at_the_start():
    """A listener in a module that comes later would miss what was written before."""
    listens = re.compile(r"event\.listens?(_for)?\(")
    modules = {
        path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        for path in PACKAGE.rglob("*.py")
        if path.stem != "models" and "core" not in path.parts and listens.search(path.read_text(encoding="utf-8"))
    }
    assert modules == set(wiring.LISTENING)


def test_every_page_is_named_in_the_table(told):
    """A module with pages that `wiring` forgets would be missed by nobody but those who look for it."""
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    named = {name for text in sources.values() for name in re.findall(r"^\w+ = Blueprint\(\"(\w+)\"", text, re.M)}
    assert named == set(told["blueprints"])
    with_pages = {path for path, text in sources.items() if re.search(r"^@\w+\.(get|post)\(", text, re.M)}
    modules = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in with_pages}
    assert len(modules) > 80
    assert modules <= set(told["modules"])


# ---- one by one ----


def small_house(monkeypatch, tmp_path, source: str) -> tuple[Flask, LatePages]:
    """A house with one late blueprint, whose module is not loaded yet, and what it says at /hello."""
    (tmp_path / "late_room.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(late, "PACKAGE", "")
    monkeypatch.delitem(sys.modules, "late_room", raising=False)
    app = Flask("small", static_folder=None)
    pages = LatePages(app, "late_room:bp", ["late_room"])
    app.view_functions["room.hello"] = LateView("room.hello", Door("public"), pages)
    app.add_url_rule("/hello", "room.hello")
    return app, pages


ROOM = """
from flask import Blueprint
bp = Blueprint("room", __name__)
LOADED = []
LOADED.append("once")

@bp.get("/hello")
def hello():
    raise KeyError("own")

@bp.errorhandler(KeyError)
def fault(problem):
    return "handled", 200
"""


def test_eight_who_come_first_together_find_a_page_that_was_loaded_once(monkeypatch, tmp_path):
    slow = ROOM + "for number in range(200_000):\n    bp.number = number\n"  # long enough for others to come meanwhile
    app, pages = small_house(monkeypatch, tmp_path, slow)
    together, said = threading.Barrier(8), []

    def come() -> None:
        together.wait()
        said.append(app.test_client().get("/hello").text)

    threads = [threading.Thread(target=come) for _each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said == ["handled"] * 8
    assert late.find("late_room:LOADED") == ["once"]
    assert type(app.view_functions["room.hello"]) is not LateView
    assert pages.are_loaded


def test_a_page_whose_module_is_broken_fails_alone_and_each_time(monkeypatch, tmp_path):
    app, pages = small_house(monkeypatch, tmp_path, "import nowhere_to_be_found\n")
    app.add_url_rule("/other", view_func=lambda: "fine")
    for _each in range(2):
        assert app.test_client().get("/hello").status_code == 500
    assert app.test_client().get("/other").text == "fine"
    assert not pages.are_loaded


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (ROOM.replace('"/hello"', '"/hello", endpoint="other"'), "other addresses"),
        (ROOM + "\n@bp.app_context_processor\ndef words():\n    return {}\n", "whole house"),
        (ROOM + "\n@bp.app_template_global()\ndef word():\n    return 1\n", "whole house"),
    ],
)
def test_pages_that_are_not_what_the_table_says_are_refused(monkeypatch, tmp_path, source, says):
    _app, pages = small_house(monkeypatch, tmp_path, source)
    with pytest.raises(RuntimeError, match=says):
        pages.load()


# ---- functions that are named ----


@pytest.mark.parametrize(
    ("name", "problem"), [("people.services:nobody", AttributeError), ("people.nowhere:at_all", ImportError)]
)
def test_a_name_that_leads_nowhere_stops_whoever_loads_all(monkeypatch, name, problem):
    monkeypatch.setattr(late, "NAMED", {name: late.Late(name)})
    with pytest.raises(problem):
        late.find_all()


def test_a_name_is_one_function(monkeypatch):
    monkeypatch.setattr(late, "NAMED", {})
    age = late.late("people.rules:age_on")
    assert age is late.late("people.rules:age_on")
    assert age.__name__ == "age_on"
    assert age.found is None
    assert age.find() is sys.modules["youthprog.people.rules"].age_on


# ---- the table ----


def test_a_table_of_other_modules_is_not_believed(monkeypatch, tmp_path):
    kept = tmp_path / "doors.json"
    monkeypatch.setattr(doors, "KEPT", kept)
    asked = []
    monkeypatch.setattr(doors.subprocess, "run", lambda command, **_: asked.append(command) or Told)
    for text in ("", "{}", json.dumps({"of": "others", "pages": []})):
        kept.write_text(text, encoding="utf-8")
        assert doors.known() == {"of": "told"}
    kept.unlink()
    assert doors.known() == {"of": "told"}
    assert len(asked) == 4
    kept.write_text(json.dumps({"of": doors.fingerprint(), "pages": [1]}), encoding="utf-8")
    assert doors.known()["pages"] == [1]
    assert len(asked) == 4


class Told:
    stdout = '{"of": "told"}'

"""The addresses of all rooms, known before their pages are loaded.

The web process learns from a table which addresses there are, by which methods they are asked and who may pass, so that
its doors, `url_for` and its answers to unknown addresses are those of the whole house. The module of a page is loaded
when somebody who may pass first opens an address of its blueprint. See docs/decisions/0101.

The table is told by the house itself: set-up keeps it beside the compiled modules, and where the source has changed since
then the process asks another one for it (`python -m youthprog.web.doors`) that loads everything. Nobody writes it by hand.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from werkzeug.routing import Rule

from youthprog.core import db, late
from youthprog.core.permissions import P
from youthprog.web.edge import Door, door_of
from youthprog.web.late_pages import LatePages, LateView

PACKAGE = Path(__file__).resolve().parents[1]
KEPT = PACKAGE / "__pycache__" / "doors.json"
Table = dict[str, Any]


def fingerprint() -> str:
    """Of all modules of the program, by what Python knows compiled ones by: when they changed, and their size."""
    whole = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        known = path.stat()
        whole.update(f"{path.relative_to(PACKAGE)} {int(known.st_mtime)} {known.st_size}\n".encode())
    return whole.hexdigest()


# ---- the whole house tells ----


def register(app: Flask, pages: Iterable[str]) -> None:
    """Load pages and put them in: `room.module:blueprint`, or `room.module` for one that stands on a later blueprint."""
    for name in pages:
        found = late.find(name)
        if isinstance(found, Blueprint):
            app.register_blueprint(found)


def tell(app: Flask, pages: Sequence[str]) -> Table:
    """The table of the late pages of a house that has them all, and of the modules that hold tables of the database."""
    rules: dict[str, list[Rule]] = {}
    for rule in app.url_map.iter_rules():
        rules.setdefault(rule.endpoint.rpartition(".")[0], []).append(rule)
    told = []
    for home in pages:
        blueprint = late.find(home)
        if isinstance(blueprint, Blueprint):
            addresses = [_address(app, rule) for rule in rules[blueprint.name]]
            views = {app.view_functions[each["endpoint"]].__module__ for each in addresses}
            modules = sorted({each.removeprefix(late.PACKAGE) for each in views} | {home.partition(":")[0]})
            told.append({"home": home, "modules": modules, "addresses": addresses})
    return {"of": fingerprint(), "models": db.modules(), "pages": told}


def _address(app: Flask, rule: Rule) -> dict[str, Any]:
    door = door_of(app, rule.endpoint)
    return {
        "rule": rule.rule,
        "endpoint": rule.endpoint,
        "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
        "defaults": rule.defaults,
        "door": asdict(door) | {"permission": door.permission and door.permission.name},
    }


# ---- the web process is told ----


def known() -> Table:
    """The table: the one that set-up kept, where it is of these very modules, else told by another process."""
    try:
        table: Table = json.loads(KEPT.read_text(encoding="utf-8"))
        if table["of"] == fingerprint():
            return table
    except (OSError, ValueError, KeyError):
        pass
    done = subprocess.run([sys.executable, "-m", "youthprog.web.doors"], stdout=subprocess.PIPE, check=True)
    told: Table = json.loads(done.stdout)
    return told


def install(app: Flask, table: Table) -> None:
    """Put in the doors of pages that are loaded later."""
    for told in table["pages"]:
        pages = LatePages(app, told["home"], told["modules"])
        for each in told["addresses"]:
            permission = each["door"]["permission"]
            mark = Door(**each["door"] | {"permission": permission and P[permission]})
            app.view_functions.setdefault(each["endpoint"], LateView(each["endpoint"], mark, pages))
            app.add_url_rule(each["rule"], each["endpoint"], defaults=each["defaults"], methods=each["methods"])


if __name__ == "__main__":
    from youthprog.wiring import PAGES, build

    sys.stdout.write(json.dumps(tell(build(), PAGES)))

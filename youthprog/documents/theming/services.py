"""Changing a department's own paper: pictures taken in, themes and templates tried out and kept.

*Prepare*, without a lock: `take_picture`, `try_out`, `refuse_unless_good` ask the press. *Record*, in the
transaction of the deed: `keep_theme`, `keep_template` write the next number, which exists once; whoever saw an older
one gets `Conflict`. `forget` takes a file away again when the deed was not recorded after all.
"""

import base64
import os
from dataclasses import asdict, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import current_app

from youthprog import config
from youthprog.core.refusals import N_, Conflict, Refusal, Refused, refuse_if
from youthprog.documents import services as documents
from youthprog.documents.theming import files
from youthprog.documents.theming.rules import contrast, refusals_to_color, refusals_to_sign
from youthprog.documents.theming.types import PAPER, Fault, OwnTemplate, Sample, Theme

STALE = Refusal("stale", N_("Somebody else changed this in the meantime. Open it again and look before you change it."))


class BadTemplate(Refused):
    """A template or theme does not come out. `faults` say where."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__([Refusal("fault", each.text, each.part, dict(each.values)) for each in faults])


# ---- reading ----


def theme() -> Theme:
    """The look of the department's paper."""
    return files.read_theme(_instance())


def themes() -> list[Theme]:
    """All versions of it that can be read, newest first; the house's own last."""
    return [*files.themes_of(_instance()), Theme()]


def contrast_of(look: Theme) -> str:
    """The contrast of the main color on paper, as it is shown: "10.5"."""
    return f"{contrast(look.main, PAPER):.1f}"


def template(name: str, number: int | None = None) -> OwnTemplate:
    """A template of the department's own: the newest, or a version. The house's where there is none."""
    for each in files.templates_of(_instance(), name):
        if number is None or each.number == number:
            return each if each.html else _house(name, each.number)
    return _house(name, 0)


def versions(name: str) -> list[tuple[int, bool]]:
    """The versions of a template, newest first, each with whether it is the house's own."""
    return [(each.number, not each.html) for each in files.templates_of(_instance(), name)]


def _house(name: str, number: int) -> OwnTemplate:
    """The house's template as text to begin from, as it stands in `templates/documents/`."""
    folder = documents.templates_folder() / "documents"
    page, style = ("closure_letter", "letter") if name == "closure_letter" else ("certificate", "certificate")
    read = [(folder / file).read_text(encoding="utf-8") for file in (f"{page}.html", f"{style}.css")]
    return OwnTemplate(number, *read)


# ---- prepare ----


def take_picture(content: bytes, field: str) -> str:
    """Keep a picture, drawn anew by the press; returns its name. Raises `Refused`, `PressFailed`."""
    answer = documents.press().ask("take_picture", content=base64.b64encode(content).decode("ascii"))
    if "refused" in answer:
        raise Refused([Refusal("bad_picture", answer["refused"], field)])
    clean = base64.b64decode(answer["content"])
    name = sha256(clean).hexdigest()[:32] + answer["ending"]
    path = files.pictures_folder(_instance()) / name
    if not path.exists():
        _write(path, clean)
    return name


def try_out(name: str, sample: Sample, *, own: OwnTemplate | None = None, theme: Theme | None = None) -> bytes:
    """The PDF of an invented paper. Raises `BadTemplate`, `Refused`, `PressFailed`."""
    if theme is not None:
        refuse_if(refusals_to_color(theme.main, theme.accent))
    answer = documents.press().ask("try_out", **_trial(name, own, theme), sample=asdict(sample))
    _raise(answer)
    return base64.b64decode(answer["content"])


def refuse_unless_good(name: str, own: OwnTemplate) -> None:
    """Lay out every sample with a template. Raises `BadTemplate` with the lines, `PressFailed`."""
    _raise(documents.press().ask("try_out", **_trial(name, own, None), sample=None))


def _trial(name: str, own: OwnTemplate | None, theme: Theme | None) -> dict[str, Any]:
    head = documents.letterhead()
    return {
        "name": name,
        "letterhead": {each.name: getattr(head, each.name) for each in fields(head)},
        "templates": str(documents.templates_folder()),
        "instance": str(_instance()),
        "own": asdict(own) if own else None,
        "theme": files.written(theme) if theme else None,
    }


def _raise(answer: dict[str, Any]) -> None:
    if answer["faults"]:
        raise BadTemplate([Fault(*each) for each in answer["faults"]])


# ---- record ----


def refusals_to_keep(changed: Theme) -> list[Refusal]:
    """Why a look cannot be printed with: its colors, or who signs."""
    return [*refusals_to_color(changed.main, changed.accent), *refusals_to_sign(changed.signers)]


def keep_theme(changed: Theme, *, seen: int) -> Path:
    """Keep the next version of the theme. Raises `Refused`, `Conflict`."""
    refuse_if(refusals_to_keep(changed))
    if theme().number != seen:
        raise Conflict([STALE])
    path = files.theme_folder(_instance()) / f"{_next(files.theme_folder(_instance()), '.json'):04}.json"
    _write(path, files.written(changed).encode())
    return path


def keep_template(name: str, own: OwnTemplate, *, seen: int) -> Path:
    """Keep the next version of a template; one without words means the house's own again. Raises `Conflict`."""
    folder = files.templates_folder(_instance(), name)
    newest = next(files.templates_of(_instance(), name), None)
    if (newest.number if newest else 0) != seen:
        raise Conflict([STALE])
    path = folder / f"{_next(folder, '.html'):04}.html"
    _write(path.with_suffix(".css"), own.css.encode(), may_exist=True)
    _write(path, own.html.encode())
    return path


def forget(path: Path) -> None:
    """Take a version away that was kept and then not recorded."""
    path.unlink(missing_ok=True)
    if path.suffix == ".html":
        path.with_suffix(".css").unlink(missing_ok=True)


def _next(folder: Path, ending: str) -> int:
    found = files.versions_in(folder, ending)
    return int(found[-1].stem) + 1 if found else 1


def _write(path: Path, content: bytes, *, may_exist: bool = False) -> None:
    """Write a file whole or not at all; a number that exists already was taken by somebody else."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        if may_exist:
            draft.replace(path)
        else:
            os.link(draft, path)
    except FileExistsError as problem:
        raise Conflict([STALE]) from problem
    finally:
        draft.unlink(missing_ok=True)


def _instance() -> Path:
    settings: config.Settings = current_app.config["YOUTHPROG"]
    return settings.instance

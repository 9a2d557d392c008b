"""Letters: a folder of templates becomes subject, words and HTML in the reader's own language.

A letter is written in the language of whoever gets it, in the web server or in the worker, so it has an
environment of its own that knows no request and no session. `subject.txt`, `body.txt` and `body.html` lie in
one folder under `templates/`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import jinja2
from flask import current_app

from youthprog.core import catalogs, clock, dates
from youthprog.outreach.types import Written

LANGUAGES = ("en", "es")
LONGEST_SUBJECT = 300


def write(letter: str, language: str, values: Mapping[str, Any]) -> Written:
    """Write the letter of a folder, such as "consent/mail/request"."""
    spoken = language if language in LANGUAGES else "en"
    words = _environment(spoken)
    known = {"language": spoken, "settings": current_app.config["YOUTHPROG"], **values}

    def part(name: str) -> str:
        return words.get_template(f"{letter}/{name}").render(known).strip()

    return Written(" ".join(part("subject.txt").split())[:LONGEST_SUBJECT], part("body.txt") + "\n", part("body.html"))


def _environment(language: str) -> jinja2.Environment:
    made: dict[str, jinja2.Environment] = current_app.extensions.setdefault("youthprog.letters", {})
    if language not in made:
        made[language] = _new_environment(language)
    return made[language]


def _new_environment(language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=current_app.jinja_loader,
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogs.catalog(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "day": lambda value: _day(value, language),
        "moment": lambda value: f"{_day(value, language)}, {dates.hour(value.astimezone(clock.zone()), language)}",
    }
    return environment


def _day(value: date | datetime, language: str) -> str:
    return dates.day(clock.day_of(value) if isinstance(value, datetime) else value, language)

"""English and Spanish: the one module that imports Flask-Babel.

Each room keeps its Spanish in `translations/es/<room>.po`; they are compiled into one catalog when they
are newer than it. Flask-Babel finds the sentences; days and hours are written by `core.dates`. It is handed
finished `Locale`s, because parsing the name of one loads the tables of all (docs/decisions/0009).
"""

import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, g, request, session
from flask_babel import Babel, gettext, lazy_gettext, ngettext
from flask_login import current_user

from youthprog.core import clock, dates
from youthprog.core.catalogs import COMPILED, FOLDER, catalog
from youthprog.core.refusals import Refusal

LANGUAGES = {"en": "English", "es": "Español"}
LOCALES = {name: Locale(name, territory="US") for name in LANGUAGES}

__all__ = ["gettext", "lazy_gettext", "ngettext"]


def install(app: Flask) -> None:
    """Speak both languages."""
    compile_catalogs()
    app.config["BABEL_DEFAULT_LOCALE"] = LOCALES["en"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    babel = Babel(app, locale_selector=lambda: LOCALES[language()])
    with app.app_context():
        babel.domain_instance.cache = _Catalogs()


class _Catalogs(dict[tuple[str, str], Any]):
    """Where Flask-Babel looks for the catalog of a locale, ("es_US", "messages"), before it would make one of its own."""

    def __missing__(self, key: tuple[str, str]) -> Any:
        found = self[key] = catalog(key[0].partition("_")[0])
        return found


def compile_catalogs(folder: Path = FOLDER) -> None:
    """Make `messages.mo` from the rooms' catalogs when one of them is newer."""
    for language_folder, sources in stale_catalogs(folder):
        _compile(sources, language_folder / COMPILED, language_folder.name)


def stale_catalogs(folder: Path = FOLDER) -> list[tuple[Path, list[Path]]]:
    """The languages whose catalog is older than one of its sources, each with its sources."""
    found = []
    for language_folder in folder.glob("*/"):
        sources, compiled = sorted(language_folder.glob("*.po")), language_folder / COMPILED
        if not compiled.exists() or any(source.stat().st_mtime > compiled.stat().st_mtime for source in sources):
            found.append((language_folder, sources))
    return found


def _compile(sources: Iterable[Path], compiled: Path, language: str) -> None:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale=Locale(language))
    for source in sources:
        with source.open("rb") as file:
            for message in read_po(file, locale=Locale(language)):
                if message.id and message.string:
                    merged[message.id] = message
    compiled.parent.mkdir(exist_ok=True)
    fresh = compiled.with_suffix(f".{os.getpid()}")  # several processes may start at once
    with fresh.open("wb") as file:
        write_mo(file, merged)
    fresh.replace(compiled)


def language() -> str:
    """The language of this page: the switch, else the account's, else the browser's."""
    if "language" in g:
        return str(g.language)
    chosen = session.get("language")
    if chosen not in LANGUAGES and current_user and current_user.is_authenticated:
        chosen = current_user.actor.language
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(list(LANGUAGES), "en")
    return str(chosen)


def speak(chosen: str) -> None:
    """Use this language for the rest of the request."""
    if chosen in LANGUAGES:
        g.language = chosen
        for stale in ("_flask_babel",):
            g.pop(stale, None)


def says(refusal: Refusal) -> str:
    """A refusal in the page's language."""
    values = {name: shown(value) for name, value in refusal.values.items()}
    return gettext(refusal.sentence, **values) if values else gettext(refusal.sentence)


def sentence(msgid: str, values: Iterable[tuple[str, Any]] = ()) -> str:
    """A sentence of a rule in the page's language, its values written out."""
    if not msgid:
        return ""
    filled = {name: shown(value) for name, value in values}
    return str(gettext(msgid, **filled))


def shown(value: Any) -> Any:
    """A value inside a sentence: dates written out, what has names in both languages by its own, the rest as it is."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    named = getattr(value, "named", None)
    return named(language()) if named is not None else value


def day(value: date | None, style: str = "long") -> str:
    """September 17, 2026 / 17 de septiembre de 2026. Styles: long, full, short (Sep 17), near (September 17)."""
    if value is None:
        return ""
    return dates.day(clock.day_of(value) if isinstance(value, datetime) else value, language(), style)


def month(on: date) -> str:
    """September 2026 / Septiembre de 2026."""
    return dates.month(on, language())


def time_of(value: datetime | None) -> str:
    """5:30 pm, in the department's zone."""
    if value is None:
        return ""
    return dates.hour(value.astimezone(clock.zone()), language())


def moment(value: datetime | None) -> str:
    """Sep 17, 2026, 5:30 pm."""
    if value is None:
        return ""
    return f"{day(value, 'medium')}, {time_of(value)}"


def weekday(value: date | datetime, *, whole: bool = False) -> str:
    """Thu, or Thursday in whole."""
    on = clock.day_of(value) if isinstance(value, datetime) else value
    return dates.weekday(on, language(), whole=whole)


if __name__ == "__main__":
    compile_catalogs()

"""The sentences of a language, as `translations/` has them: loaded once a process, for pages and for letters."""

import gettext
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).resolve().parent.parent / "translations"


@cache
def catalog(language: str) -> NullTranslations:
    """The catalog of a language; an empty one where there is none, as for English, which the sentences are written in."""
    try:
        return gettext.translation("messages", str(FOLDER), [language], class_=Translations)
    except OSError:
        return NullTranslations()

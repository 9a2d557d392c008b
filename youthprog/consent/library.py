"""The standard sections a coordinator may put into a form: those of the forms that ship, with source and day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from youthprog.consent.publishing import FORMS, Block, block_from


@dataclass(frozen=True)
class StandardForm:
    """A form that ships: its titles, from where its words come, on which day they were read again, and its sections."""

    key: str
    title: Mapping[str, str]
    source: str
    checked_on: date
    sections: Mapping[str, Block]


@cache
def standard_forms() -> Mapping[str, StandardForm]:
    """Every form that ships, by key, the starter form first."""
    sources = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FORMS.glob("*.toml"))]
    forms = [source for source in sources if "section" in source]  # other texts lie in the folder too
    found = [_standard(source) for source in sorted(forms, key=lambda source: source["place"])]
    return {form.key: form for form in found}


def _standard(source: Mapping[str, Any]) -> StandardForm:
    sections = {f"{source['key']}.{each['key']}": block_from(each) for each in source["section"]}
    return StandardForm(source["key"], source["title"], source["source"], source["checked_on"], sections)


def standard_sections(names: list[str]) -> list[Block]:
    """The standard sections of these names, in the order in which they ship; unknown names are left out."""
    every = {name: block for form in standard_forms().values() for name, block in form.sections.items()}
    return [block for name, block in every.items() if name in names]

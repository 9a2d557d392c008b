"""What a section has beside its sentences: how it behaves, and the words only some kinds have. Pure.

`Section.settings` is the JSON of `types.Settings`, with only what differs from the default. `SectionText.more` holds
the words only some kinds have, by the keys of `MORE`:

* information: `pages`, a list: a sheet read page by page to its end
* video: `title`
* initials: `clauses`, a list: each gets the signer's initials
* choice: `options`, a list: an answer is the option's index as text, the same order in every language
* persons: `noun`, such as "Person who may collect"
* upload: `wanted`, what to send
* external: `role`, such as "Doctor"
* staff: `fields`, a list: what the office fills in
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from youthprog.consent.types import Original, Question, SectionKind, Settings, ShowIf, Signer, Validity
from youthprog.core.refusals import N_, Refusal, Refused

# Which other words a kind has, and whether they are one text or a list of texts.
MORE: Mapping[SectionKind, Mapping[str, type[str] | type[list[str]]]] = {
    SectionKind.INFORMATION: {"pages": list},
    SectionKind.VIDEO: {"title": str},
    SectionKind.INITIALS: {"clauses": list},
    SectionKind.CHOICE: {"options": list},
    SectionKind.PERSONS: {"noun": str},
    SectionKind.UPLOAD: {"wanted": str},
    SectionKind.EXTERNAL: {"role": str},
    SectionKind.STAFF: {"fields": list},
}
SHOW_IF = ("age_under", "age_from", "answer", "program")
LONGEST_TEXT = 4000  # of one page, clause or option

# ---- settings ----


def settings_of(source: Mapping[str, Any]) -> Settings:
    """The settings kept as JSON. Raises `Refused` on an unknown key or value."""
    known = {each.name for each in fields(Settings)}
    unknown = sorted(set(source) - known)
    if unknown:
        raise _not_settings(", ".join(unknown))
    try:
        return Settings(**{name: _value_of(name, value) for name, value in source.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise _not_settings(str(error)) from error


def settings_as(settings: Settings) -> dict[str, Any]:
    """The settings as JSON, without what is the default. The inverse of `settings_of`."""
    plain = Settings()
    found: dict[str, Any] = {}
    for each in fields(Settings):
        value = getattr(settings, each.name)
        if value == getattr(plain, each.name):
            continue
        if isinstance(value, ShowIf):
            value = {"what": value.what, "values": list(value.values)} | ({"key": value.key} if value.key else {})
        elif isinstance(value, date):
            value = value.isoformat()
        found[each.name] = str(value) if isinstance(value, Signer | Validity | Original) else value
    return found


def _value_of(name: str, value: Any) -> Any:
    match name:
        case "signer":
            return Signer(value)
        case "validity":
            return Validity(value)
        case "original":
            return Original(value)
        case "until_on":
            return value if isinstance(value, date) or value is None else date.fromisoformat(value)
        case "show_if":
            return None if value is None else _show_if(value)
        case "days" if value is None:
            return None
        case "days" | "least" | "most":
            return _whole(value)
        case "initials_if_refused" | "asks_last_day":
            return _flag(value)
    return _text(value)


def _show_if(value: Mapping[str, Any]) -> ShowIf:
    if set(value) - {"what", "values", "key"} or value["what"] not in SHOW_IF:
        raise ValueError(f"show_if {value!r}")
    if isinstance(value["values"], str):
        raise TypeError("show_if values")
    return ShowIf(value["what"], tuple(str(each) for each in value["values"]), _text(value.get("key", "")))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10_000:
        raise ValueError(f"{value!r} is no number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _not_settings(what: str) -> Refused:
    sentence = N_("A section cannot be set up so: %(what)s.")
    return Refused([Refusal("bad_settings", sentence, values={"what": what})])


# ---- other words ----


def more_of(kind: SectionKind, source: Mapping[str, Any]) -> dict[str, Any]:
    """The other words of a kind, stripped, with empty ones left out. Raises `Refused` on a key the kind does not have."""
    known = MORE.get(kind, {})
    found: dict[str, Any] = {}
    for key, value in source.items():
        shape = known.get(key)
        if shape is str and isinstance(value, str):
            words: str | list[str] = value.strip()
        elif shape is list and isinstance(value, list) and all(isinstance(each, str) for each in value):
            words = [each.strip() for each in value if each.strip()]
        else:
            raise _not_settings(key)
        if any(len(each) > LONGEST_TEXT for each in ([words] if isinstance(words, str) else words)):
            raise _not_settings(key)
        if words:
            found[key] = words
    return found


def words_hash(texts: Sequence[str], more: Mapping[str, Any]) -> str:
    """The SHA-256 of a section's words in one language; `more` counts when there is any, so older hashes stay true."""
    parts = list(texts)
    if more:
        parts.append(json.dumps(more, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def shape_of(question: Question) -> Mapping[str, Any]:
    """The other words of a question in any language: how many pages, clauses, options it has in all of them."""
    return next(iter(question.words.values())).more if question.words else {}

"""Reading what a program loads: a list of benchmarks, a survey. Pure; each fault is told with its place."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from youthprog.core.refusals import N_, Refusal, Refused
from youthprog.core.text import crowded, storable
from youthprog.mentorship.evidence.types import (
    Audience,
    Benchmark,
    BenchmarkList,
    Edition,
    InBoth,
    Instrument,
    Question,
)

MOST_QUESTIONS = 100
LONGEST_TEXT = 500
LONGEST_LICENSE = 4000
WIDEST = (0, 10)
KEY = re.compile(r"[a-z0-9_-]{1,20}")
YES = frozenset({"yes", "y", "true", "1", "x", "sí", "si"})

# ---- benchmarks ----


def benchmarks_of(text: str) -> BenchmarkList:
    """A list of benchmarks as its file says. Raises `ValueError` naming the fault, for whoever wrote the file."""
    found = tomllib.loads(text)
    try:
        editions = {key: _edition(key, each) for key, each in found["edition"].items()}
        groups = {key: InBoth(each["en"], each["es"]) for key, each in found["group"].items()}
        entries = tuple(_benchmark(each, editions, groups) for each in found["benchmark"])
        default = found.get("default", next(iter(editions)))
        met_from, partly_from = int(found.get("met_from", 100)), int(found.get("partly_from", 50))
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"the list of benchmarks lacks {problem}") from problem
    if default not in editions or not 0 < partly_from <= met_from <= 100:
        raise ValueError("default names an edition; 0 < partly_from <= met_from <= 100")
    return BenchmarkList(default, met_from, partly_from, editions, groups, entries)


def _edition(key: str, each: Mapping[str, Any]) -> Edition:
    noted_on = each["noted_on"]
    if not isinstance(noted_on, date):
        raise TypeError("noted_on as a day")
    return Edition(key, InBoth(each["en"], each["es"]), each["source"], noted_on, bool(each.get("checked")))


def _benchmark(each: Mapping[str, Any], editions: Mapping[str, Edition], groups: Mapping[str, InBoth]) -> Benchmark:
    if each["group"] not in groups:
        raise KeyError(f"group {each['group']}")
    codes = {key: each[key] for key in editions if each.get(key)}
    return Benchmark(
        each["group"], InBoth(each["en"], each["es"]), codes, each.get("measure", ""), bool(each.get("checked"))
    )


# ---- surveys ----


def read_instrument(content: bytes, name: str) -> Instrument:
    """The survey in a file, JSON or CSV (docs/guides/surveys.md). Raises `Refused` with every fault and its row."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            [Refusal("not_text", N_("This file is no text in UTF-8. Save it as CSV UTF-8, or JSON."), "file")]
        ) from None
    if not storable(text) or crowded(text):
        raise Refused([Refusal("not_storable", N_("This file has a character we cannot keep."), "file")])
    rows = _rows_of_json(text) if name.lower().endswith(".json") or text.lstrip()[:1] == "{" else _rows_of_csv(text)
    return instrument_of(rows)


def _rows_of_csv(text: str) -> list[tuple[int, dict[str, str]]]:
    try:
        reader = csv.reader(io.StringIO(text), strict=True)
        return [
            (number, dict(zip(("kind", "key", "en", "es", "reversed"), (cell.strip() for cell in row), strict=False)))
            for number, row in enumerate(reader, 1)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        raise Refused([Refusal("not_csv", N_("This file cannot be read as a table."), "file")]) from None


def _rows_of_json(text: str) -> list[tuple[int, dict[str, str]]]:
    """The same rows as a table would have; a question counts as the row of its place."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused([Refusal("not_json", N_("This file cannot be read as JSON."), "file")]) from None
    if not isinstance(found, dict):
        raise Refused([Refusal("not_json", N_("This file cannot be read as JSON."), "file")])
    rows = [{"kind": kind, "key": "", "en": found.get(kind), "es": found.get(f"{kind}_es")} for kind in ("name",)]
    rows += [{"kind": kind, "key": "", "en": found.get(kind)} for kind in ("audience", "source", "license")]
    for kind in ("scale", "questions"):
        told = found.get(kind)
        for each in told if isinstance(told, list) else []:
            if isinstance(each, dict):
                key = each.get("value") if kind == "scale" else each.get("key")
                rows.append({**each, "kind": "scale" if kind == "scale" else "question", "key": key})
    return [
        (number, {k: "" if v is None else str(v).strip() for k, v in row.items()}) for number, row in enumerate(rows, 1)
    ]


def instrument_of(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Instrument:
    """A survey out of its rows: name, audience, source, license, scale, question. Raises `Refused` with every fault."""
    said: dict[str, InBoth] = {}
    scale: dict[int, InBoth] = {}
    questions: list[Question] = []
    reasons: list[Refusal] = []
    for number, row in rows:
        kind, key = row.get("kind", "").lower(), row.get("key", "").lower()
        words = InBoth(row.get("en", ""), row.get("es", ""))
        if kind == "kind":
            continue
        if kind in ("name", "audience", "source", "license"):
            said[kind] = words
        elif kind == "scale" and key.isascii() and key.isdigit() and WIDEST[0] <= int(key) <= WIDEST[1]:
            scale[int(key)] = words
        elif kind == "question" and KEY.fullmatch(key) and words.en and key not in {each.key for each in questions}:
            questions.append(Question(key, words, row.get("reversed", "").lower() in YES))
        else:
            sentence = N_("Row %(row)s: not a name, audience, source, license, scale or question we can read.")
            reasons.append(Refusal("bad_row", sentence, "file", {"row": number}))
        longest = LONGEST_LICENSE if kind == "license" else LONGEST_TEXT
        if max(len(words.en), len(words.es)) > longest:
            sentence = N_("Row %(row)s is too long: %(max)s characters at most.")
            reasons.append(Refusal("row_too_long", sentence, "file", {"row": number, "max": longest}))
    reasons += _whole(said, scale, questions)
    if reasons:
        raise Refused(reasons)
    return Instrument(
        said["name"], Audience(said["audience"].en.lower()), said["source"].en, said["license"].en,
        min(scale), max(scale), scale, tuple(questions),
    )  # fmt: skip


def _whole(said: Mapping[str, InBoth], scale: Mapping[int, InBoth], questions: Sequence[Question]) -> list[Refusal]:
    reasons = []
    sentences = {
        "name": N_("Give the survey a name."),
        "source": N_("Say where the survey comes from."),
        "license": N_("Say by what license or permission you use the survey."),
    }
    reasons += [
        Refusal(f"no_{kind}", sentence, "file")
        for kind, sentence in sentences.items()
        if kind not in said or not said[kind].en
    ]
    if "audience" not in said or said["audience"].en.lower() not in set(Audience):
        reasons.append(Refusal("no_audience", N_("Say whom it asks: mentor, youth or guardian."), "file"))
    if len(scale) < 2:
        reasons.append(
            Refusal("no_scale", N_("Give the least and the most of the scale, from 0 to 10, with words."), "file")
        )
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        sentence = N_("A survey has 1 to %(max)s questions.")
        reasons.append(Refusal("no_questions", sentence, "file", {"max": MOST_QUESTIONS}))
    return reasons


def kept(instrument: Instrument) -> dict[str, Any]:
    """The questions and scale of a survey as they are kept."""
    return {
        "scale": {str(value): [words.en, words.es] for value, words in instrument.scale.items()},
        "questions": [[each.key, each.text.en, each.text.es, each.reversed] for each in instrument.questions],
    }


def scale_of(held: Mapping[str, Any]) -> dict[int, InBoth]:
    """The scale of a survey out of what is kept."""
    return {int(value): InBoth(*words) for value, words in held["scale"].items()}


def questions_of(held: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of a survey out of what is kept."""
    return tuple(Question(key, InBoth(en, es), turned) for key, en, es, turned in held["questions"])

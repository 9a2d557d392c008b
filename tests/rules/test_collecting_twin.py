"""A phone without a network decides as the server does who may take a child home: both rules on the same cases."""

from __future__ import annotations

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.support.browser import DRIVER_REASON, driver_starts
from tests.support.proofs import cases
from tests.support.skipping import skip_unless_ci
from youthprog.attendance.collecting_rules import refusals_to_collect
from youthprog.attendance.types import CollectedBy, Collector, DeedKind
from youthprog.core import collecting
from youthprog.core.collecting import BIRTH_DATE, HOUSE, Barred, Collecting, Proof, house_number
from youthprog.core.crypto import fingerprint
from youthprog.core.names import keys_of_adult, keys_of_typed

TWIN = Path(__file__).resolve().parents[2] / "youthprog" / "static" / "js" / "collecting.js"
RUN = """
import { readFileSync } from "node:fs";
const source = readFileSync(process.argv[2], "utf8");
const twin = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
const found = [];
for (const each of JSON.parse(readFileSync(0, "utf8"))) {
  if (each.days) found.push(twin.atTime(each.days, each.moment, each.sure));
  else found.push([await twin.refusalToCollect(each.kind, each.to, each.known), [...twin.keysOfTyped(each.to.name ?? "")].sort()]);
}
process.stdout.write(JSON.stringify(found));
"""
GIVEN = (
    "María", "Maria José", "Jon", "John", "Phillip", "Filip", "Zoë", "Łukasz", "Đặng", "İbrahim", "O'Neil", "Anne-Marie",
    "J.", "Thị Minh", "Øystein", "Straße", "Æsa", "Иван", "Σοφος", "明", "al", "de",
)  # fmt: skip
FAMILY = (
    "García López", "Gonzalez", "Gonzales", "O’Brien", "de la Cruz", "van der Berg", "Smith-Jones", "Smith Jr", "Nguyễn",
    "Wiśniewska", "Peña", "McCarthy", "Quick", "Vasquez", "Ximénez", "Þórsdóttir", "Петров", "李", "Lee", "Ng", "",
)  # fmt: skip
SALT = "a salt"


def name_of(dice: random.Random) -> tuple[str, str]:
    """A given and a family name."""
    return dice.choice(GIVEN), dice.choice(FAMILY)


def typed(dice: random.Random, given: str, family: str) -> str:
    """A name as somebody types it: another order, case, spelling, a letter more or less."""
    words = f"{given} {family}".split()
    if dice.random() < 0.4:
        dice.shuffle(words)
    if dice.random() < 0.2:
        words = [word[0] + "." if dice.random() < 0.5 else word for word in words]
    text = dice.choice((" ", " ", ", ", "-", "")).join(words)
    if dice.random() < 0.3 and text:
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(("", "h", "'", "\u0301", "z")) + text[at + 1 :]
    return dice.choice((str, str.upper, str.lower, str.title))(text)


SAID = (
    (BIRTH_DATE, "1950-03-02"), (BIRTH_DATE, "1950-3-2"), (BIRTH_DATE, "1982-07-09"), (HOUSE, "1204"),
    (HOUSE, "No. 01204 Oak"), (HOUSE, "9"), (HOUSE, "0"), (HOUSE, "none"),
)  # fmt: skip


def proofs_of(dice: random.Random) -> tuple[Proof, ...]:
    """What a guardian called like a barred adult must show; most need nothing."""
    held = (Proof(BIRTH_DATE, "1950-03-02"), Proof(HOUSE, "1204"), Proof(HOUSE, "0"))
    return tuple(dice.sample(held, dice.randint(1, 3))) if dice.random() < 0.5 else ()


def hashed(each: collecting.Collector) -> dict[str, list[str]]:
    """The same as a phone has it."""
    found = [fingerprint(SALT + proof.text)[:24] for proof in each.proofs]
    return {"proofs": found} if found and each.kind == collecting.GUARDIAN else {}


def case(dice: random.Random) -> tuple[dict[str, Any], str | None, list[str]]:
    """A child, somebody at the gate, and what the server says."""
    people = [name_of(dice) for _each in range(dice.randint(0, 3))]
    kinds = (collecting.GUARDIAN, collecting.LISTED)
    allowed = tuple(
        collecting.Collector(1, dice.choice(kinds), number + 1, f"{given} {family}".strip(), proofs=proofs_of(dice))
        for number, (given, family) in enumerate(people)
    )
    kept_away = [name_of(dice) for _each in range(dice.randint(0, 2))]
    barred = tuple(Barred(1, 50 + number, keys_of_adult(*each)) for number, each in enumerate(kept_away))
    alone = dice.random() < 0.5
    kind = dice.choice((DeedKind.LEAVE, DeedKind.LEAVE, DeedKind.STOP))
    name = typed(dice, *dice.choice([*people, *kept_away, name_of(dice)])) if dice.random() < 0.9 else None
    how = dice.choice((CollectedBy.GUARDIAN, CollectedBy.LISTED, CollectedBy.ALONE, None))
    person = dice.choice((None, 1, 1, 2, 9)) if how is CollectedBy.GUARDIAN else None
    if allowed and dice.random() < 0.3:  # somebody chosen from the list, whose name and photo ID may be right
        how, person, name = CollectedBy.GUARDIAN, 1, allowed[0].name
    check = dice.choice((None, *SAID)) if person else None
    proof = check and Proof(check[0], (house_number(check[1]) or "") if check[0] == HOUSE else check[1])
    seen = dice.choice((None, True, True, False))
    to = Collector(how, name, person, seen, proof)
    found = refusals_to_collect(kind, to, Collecting(allowed, barred), may_leave_alone=alone)
    hashes = sorted({fingerprint(SALT + key)[:24] for each in barred for key in each.keys})
    known = {
        "salt": SALT, "barred": hashes, "alone": alone,
        "collect": [
            {"kind": each.kind, "person": each.person_id, "name": each.name, **hashed(each)} for each in allowed
        ],
    }  # fmt: skip
    told = {"kind": how and how.value, "name": name, "person": person, "id_seen": seen}
    sent = {"kind": kind.value, "to": {**told, **({"check": {check[0]: check[1]}} if check else {})}, "known": known}
    return sent, found[0].code if found else None, sorted(keys_of_typed(name or ""))


def asked_of_the_phone(tmp_path: Path, sent: list[dict[str, Any]]) -> list[Any]:
    """What `collecting.js` answers."""
    if not driver_starts():
        skip_unless_ci(DRIVER_REASON)
    script = tmp_path / "run.mjs"
    script.write_text(RUN, encoding="utf-8")
    done = subprocess.run(
        [compute_driver_executable()[0], str(script), str(TWIN)],
        input=json.dumps(sent), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout)
    return found


def a_day(dice: random.Random) -> Collecting:
    """With whom one child may leave on a day: some of four people, of whom some must prove who they are."""
    people = [
        collecting.Collector(1, kind, number, f"Person {number}", proofs=proofs_of(dice))
        for number, kind in enumerate((collecting.GUARDIAN, collecting.GUARDIAN, collecting.LISTED, collecting.LISTED))
        if dice.random() < 0.8
    ]
    bars = [Barred(1, number, keys_of_adult("Paul", f"Kept{number}")) for number in range(3) if dice.random() < 0.4]
    return Collecting(tuple(people), tuple(bars))


def as_given(day: Collecting, alone: bool) -> dict[str, Any]:
    """A day as a phone has it; proofs and names of the barred unhashed, so that they can be compared."""
    return {
        "alone": alone,
        "barred": sorted({key for bar in day.barred for key in bar.keys}),
        "collect": [
            {"kind": each.kind, "person": each.person_id, **({"proofs": [p.text for p in each.proofs]} if each.proofs else {})}
            for each in day.allowed
        ],
    }  # fmt: skip


def in_one_order(day: dict[str, Any]) -> dict[str, Any]:
    """The same day, whatever order its lists have."""
    asked = [{**each, "proofs": sorted(each.get("proofs") or ())} for each in day["collect"]]
    return {"alone": day["alone"], "barred": sorted(day["barred"]), "collect": asked}


def test_both_say_the_same_of_several_days(tmp_path: Path) -> None:
    dice, sent, server = random.Random(5), [], []
    for _each in range(400):
        days = [(a_day(dice), dice.random() < 0.6) for _day in range(dice.randint(1, 3))]
        begins = [f"2026-09-{18 + number}T05:00:00.000Z" for number in range(len(days))]
        first, *later = [{**as_given(*day), "from": since} for day, since in zip(days, begins, strict=True)]
        at, sure = dice.randrange(len(days)), dice.random() < 0.5
        moment = datetime(2026, 9, 18 + at, 5, tzinfo=UTC) + timedelta(minutes=dice.choice((0, 1, 1439)))
        sent.append({"days": {**first, "later": later}, "moment": moment.timestamp() * 1000, "sure": sure})
        all_of = collecting.strictest([day for day, _alone in days]), all(alone for _day, alone in days)
        server.append(as_given(*(days[at] if sure else all_of)))
    phone = asked_of_the_phone(tmp_path, sent)
    assert [in_one_order(each) for each in phone] == [in_one_order(each) for each in server]


@pytest.mark.proof("a phone without a network releases and stops as the server does", room="attendance")
def test_both_say_the_same(tmp_path: Path) -> None:
    dice = random.Random(4)
    made = [case(dice) for _each in range(cases(full=20_000, sample=600))]
    answers = asked_of_the_phone(tmp_path, [sent for sent, _code, _keys in made])
    phone = [(code, sorted(keys)) for code, keys in answers]
    server = [(code, keys) for _sent, code, keys in made]
    wrong = [(sent, a, b) for (sent, *_), a, b in zip(made, phone, server, strict=True) if a != b]
    assert not wrong, f"{len(wrong)} differ, first {wrong[0]}"
    assert {code for code, _keys in server} == {
        None,
        "barred",
        "not_proven",
        "not_listed",
        "not_this_person",
        "not_alone",
    }

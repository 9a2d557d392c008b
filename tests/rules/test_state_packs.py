"""State packs: what ships is good, and every fault of a file is told."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from youthprog.consent import reading, state_packs

GOOD = """
state = "xx"
status = "ask your attorney"
name.en = "Nowhere"
name.es = "Ninguna parte"
[cardiac]
sheet = true
video = true
every = "year"
signers = ["athlete", "guardian"]
source = "A leaflet"
checked_on = 2026-11-26
says.en = "Read it."
says.es = "Léalo."
[retention]
after_signature_days = 730
after_18_years = 3
source = "A list"
checked_on = 2026-11-26
says.en = "Keep it."
says.es = "Guárdelo."
"""


def test_what_ships_is_marked_sourced_dated_and_plain():
    assert len(state_packs.packs()) >= 2
    for pack in state_packs.packs().values():
        assert pack.status == "ask your attorney"
        for claim in pack.claims:
            assert claim.source
            assert isinstance(claim.checked_on, date)
            assert reading.level(claim.says["en"], "en").is_plain
            assert reading.level(claim.says["es"], "es").is_plain


def test_retention_numbers_are_there_for_the_desk():
    found = state_packs.find_pack("NY")
    assert found is not None
    assert found.retention == state_packs.Retention(2192, 3)
    assert state_packs.find_pack("zz") is None
    assert state_packs.packs()["oh"].retention is None


def test_a_good_file_is_read():
    pack = state_packs.pack_of(tomllib.loads(GOOD), "xx")
    assert [claim.topic for claim in pack.claims] == ["cardiac", "retention"]
    assert pack.retention == state_packs.Retention(730, 3)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"ask your attorney"', '"checked"', "status"),
        ('state = "xx"', 'state = "yy"', "two letters"),
        ('name.es = "Ninguna parte"', "", "name needs"),
        ('source = "A list"', 'source = " "', "retention: no source"),
        ('checked_on = 2026-11-26\nsays.en = "Keep', 'checked_on = "lately"\nsays.en = "Keep', "no day"),
        ('says.es = "Léalo."', "", "cardiac: says needs"),
        ('every = "year"', 'every = "often"', "every is"),
        ('["athlete", "guardian"]', '["neighbor"]', "unknown signer"),
        ("video = true", "movie = true", "unknown: movie"),
        ("video = true", 'video = "yes"', "true or false"),
        ("after_signature_days = 730", "after_signature_days = -1", "whole number"),
        ("after_signature_days = 730\n", "", "is missing"),
        ("[cardiac]", "[heart]", "unknown: heart"),
    ],
)
def test_every_fault_of_a_file_is_told(old, new, fault):
    assert old in GOOD
    with pytest.raises(state_packs.BadPack, match=fault):
        state_packs.pack_of(tomllib.loads(GOOD.replace(old, new)), "xx")


def test_an_unknown_waiver_word_is_told():
    part = {"allowed": "sometimes", "source": "A", "checked_on": date(2026, 1, 1), "says": {"en": "A", "es": "A"}}
    source = {"state": "xx", "status": "ask your attorney", "name": {"en": "A", "es": "A"}, "waiver": part}
    assert state_packs.faults_of(source, "xx") == ["waiver: allowed is may_be_upheld, rejected or unknown"]

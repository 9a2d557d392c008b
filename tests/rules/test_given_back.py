"""Pages of libraries are given back where nothing was written to them, and the process goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from youthprog.operations.given_back import SMAPS, untouched

CODE = "7f00000000-7f00002000 r-xp 00000000 fd:00 123    /usr/lib/libx.so\nRss: 8 kB\nAnonymous:         {kept} kB\n"
OTHERS = (
    "7f00010000-7f00012000 rw-p 00000000 fd:00 123    /usr/lib/libx.so\nAnonymous:         0 kB\n"
    "7f00020000-7f00022000 r--p 00000000 00:00 0\nAnonymous:         0 kB\n"
    "7f00030000-7f00032000 r--s 00000000 fd:00 77    /var/lib/data\nAnonymous:         0 kB\n"
)
GIVING = """
import re, ssl, decimal
from pathlib import Path
from youthprog.operations import given_back

def mapped():
    return int(re.search(r"RssFile:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = mapped()
given_back.give_back(given_back.untouched(given_back.SMAPS.read_text()))
print(mapped() < before, decimal.Decimal("1.10") + 1, ssl.OPENSSL_VERSION[:7])
"""


def test_only_what_is_read_from_a_file_and_never_written_to_is_given_back():
    assert list(untouched(CODE.format(kept=0) + OTHERS)) == [(0x7F00000000, 0x7F00002000)]


def test_what_holds_a_page_of_its_own_stays():
    assert list(untouched(CODE.format(kept=4) + OTHERS)) == []


@pytest.mark.skipif(not SMAPS.exists(), reason="only Linux tells what is mapped")
def test_a_process_goes_on_with_less():
    told = subprocess.run([sys.executable, "-c", GIVING], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["True", "2.10", "OpenSSL"]

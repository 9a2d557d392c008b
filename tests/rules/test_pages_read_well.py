"""What a page says of a count and of a consent that ran out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, Undefined

from youthprog.consent.types import RequestState
from youthprog.reports.queries import RequestOfYouth

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LAST = date(2026, 11, 22)


def heading(number: object) -> str:
    """The heading of a section as a reader hears it."""
    macros = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.do"])
    page = macros.from_string(
        '{% from "_ui/section.html" import section %}{% call section("Not here yet", number=number) %}{% endcall %}'
    )
    return page.render(number=number).partition("<h2>")[2].partition("</h2>")[0]


@pytest.mark.parametrize("number", [0, 3, "0/1"])
def test_a_count_and_its_heading_are_one_sentence(number):
    assert heading(number) == f'<b class="neutral">{number}</b> not here yet'


@pytest.mark.parametrize("number", [None, Undefined()])
def test_without_a_count_there_is_no_gap(number):
    assert heading(number) == "Not here yet"


@pytest.mark.parametrize(
    ("state", "last", "on", "over"),
    [
        (RequestState.SIGNED, LAST, date(2026, 11, 22), False),
        (RequestState.SIGNED, LAST, date(2026, 11, 23), True),
        (RequestState.SIGNED, None, date(2026, 11, 23), False),
        (RequestState.SENT, LAST, date(2026, 11, 23), False),
    ],
)
def test_a_signed_form_is_over_the_day_after_its_last(state, last, on, over):
    form = RequestOfYouth(1, "", "", "", "", "", "", "", state, None, None, last, None)
    assert form.is_over(on) is over

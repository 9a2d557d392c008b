"""Figures of attendance as pages: each number opens a list of that length, within the reader's reach."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine

from tests.makers.accounts import make_account
from tests.makers.people import make_youth
from tests.makers.programs import join, make_gathering, make_group, make_season, make_site
from youthprog.access.types import Role
from youthprog.attendance.models import AttendanceMark, Register
from youthprog.attendance.types import Mark
from youthprog.audit.models import AuditEntry
from youthprog.core import db

FIGURES = "/reports/attendance"
PERIOD = "from=2026-09-01&until=2026-09-30"


class Season:
    """A team of 60 with three practices in September 2026, the last without a register."""

    def __init__(self, session, size=60):
        self.site, self.season = make_site(), make_season()
        self.group = make_group(self.season)
        youth = [make_youth(f"Youth{number:02}", "Ochoa") for number in range(size)]
        youth[0].family_name = "=SUM(A1)"
        for each in youth:
            join(each, self.group)
        for day in (8, 10, 15):
            starts = datetime(2026, 9, day, 22, 30, tzinfo=UTC)
            row = make_gathering(self.group, starts, site_id=self.site.id)
            if day == 15:
                continue
            session.add(Register(gathering_id=row.id, taken_at=starts, saved_at=starts))
            came = {each.id: Mark.ABSENT if number % 4 == 0 else Mark.PRESENT for number, each in enumerate(youth)}
            session.add_all(
                AttendanceMark(gathering_id=row.id, youth_id=key, mark=mark, marked_at=starts)
                for key, mark in came.items()
            )
        session.commit()

    @property
    def program_id(self):
        return self.season.program_id


@pytest.fixture
def season(session):
    return Season(session)


@pytest.fixture
def coordinator(visitor, season):
    return visitor.sign_in(make_account(Role.COORDINATOR, program_id=season.program_id))


def listed(visitor, address):
    """How many rows a list has, over all its pages."""
    rows, page = 0, visitor.get(address)
    while True:
        rows += max(0, page.text_source.count('<tr role="row">') - 1)
        following = [a.attrib["href"] for a in page.all("a") if a.get("rel") == "next"]
        if not following:
            return rows
        page = visitor.get(following[0])


def test_every_number_opens_a_list_of_exactly_that_length(coordinator):
    page = coordinator.get(f"{FIGURES}?{PERIOD}")
    opened = {}
    for anchor in page.all("a"):
        if (found := re.match(rf"{FIGURES}/(\w+)\?", anchor.get("href", ""))) and anchor.text:
            number = re.search(r"\d[\d,]*(?:\.\d)?", anchor.text)
            opened.setdefault(found[1], (number[0] if number else "", anchor.attrib["href"]))
    assert {name: words for name, (words, _href) in opened.items() if name != "missing"} == {
        "served": "45", "new": "45", "returning": "0", "days": "2", "sessions": "2", "visits": "90", "held": "3",
        "offered": "90",
    }  # fmt: skip
    for name, (_words, href) in opened.items():
        count = {"served": 45, "new": 45, "returning": 0, "visits": 90, "offered": 90, "held": 3, "missing": 1}.get(
            name, 2
        )
        assert listed(coordinator, href) == count
    assert "1 register is missing." in page.text
    assert "135.0" in page.text  # ninety visits of an hour and a half
    assert "45.0" in page.text


def test_each_figure_says_how_it_is_counted(coordinator):
    page = coordinator.get(f"{FIGURES}?{PERIOD}")
    assert len([each for each in page.all("details") if "How this is counted" in "".join(each.itertext())]) == 3
    assert "Youth served. Different young people who came at least once" in page.text
    coordinator.get("/language/es")
    assert (
        "Menores atendidos. Menores distintos que vinieron al menos una vez"
        in coordinator.get(f"{FIGURES}?{PERIOD}").text
    )


def cells(answer):
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_a_list_goes_into_a_spreadsheet_whole_and_harmless(coordinator, session):
    page = coordinator.get(f"{FIGURES}/offered?{PERIOD}")
    answer = coordinator.client.get(page.link("For a spreadsheet (CSV)"))
    head, *rows = cells(answer)
    assert len(rows) == 90
    assert head[:4] == ["Day", "Begins", "Team or group", "Gathering"]
    assert rows[0][:2] == ["2026-09-08", "17:30"]
    assert "=" not in {cell[:1] for row in rows for cell in row}
    db.session().rollback()
    line = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "figures.exported")).one()
    assert (line.detail["list"], line.detail["rows"]) == ("offered", 90)


def test_a_formula_in_a_name_is_text(coordinator, session, season):
    session.execute(sa.update(db.table(AttendanceMark)).values(mark=Mark.PRESENT))
    session.commit()
    rows = cells(coordinator.client.get(f"{FIGURES}/served.csv?{PERIOD}"))
    assert [row[0] for row in rows if "SUM" in row[0]] == ["'=SUM(A1), Youth00"]


def test_the_form_narrows_what_is_counted(coordinator, session, season):
    page = coordinator.get(f"{FIGURES}?{PERIOD}&site={make_site().id}&program={season.program_id}")
    assert "No gathering was held then." in page.text
    page = coordinator.get(
        f"{FIGURES}?from=2026-09-09&until=2026-09-10&site={season.site.id}&season={season.season.id}"
    )
    assert page.link("1: open the list")
    assert "67.5" in page.text
    assert "Fall 2026" in page.text


def test_another_programs_figures_are_not_there(visitor, session, season):
    elsewhere = make_season()
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR, program_id=elsewhere.program_id))
    for asked in (
        f"program={season.program_id}",
        f"season={season.season.id}",
        "program=987654321",
        "site=0",
        "program=x",
    ):
        for address in (FIGURES, f"{FIGURES}/served", f"{FIGURES}/served.csv"):
            assert visitor.client.get(f"{address}?{PERIOD}&{asked}").status_code == 404
    assert visitor.client.get(f"{FIGURES}/everything?{PERIOD}").status_code == 404
    assert "No gathering was held then." in visitor.get(f"{FIGURES}?{PERIOD}").text
    assert len(cells(visitor.client.get(f"{FIGURES}/served.csv?{PERIOD}"))) == 1


def test_days_that_cannot_be_counted_are_said_beside_the_field(coordinator):
    for address in (FIGURES, f"{FIGURES}/served", f"{FIGURES}/served.csv"):
        page = coordinator.get(f"{address}?from=2026-09-31&until=2026-09-30", status=422)
        assert "Write the day as year-month-day, like 2026-09-17." in page.text
    assert (
        "The last day lies before the first."
        in coordinator.get(f"{FIGURES}?from=2026-09-02&until=2026-09-01", status=422).text
    )


def test_a_season_left_from_another_program_is_left_out_and_said(visitor, session, season):
    other = make_season()
    session.commit()
    visitor.sign_in(make_account(Role.COORDINATOR))
    page = visitor.get(f"{FIGURES}?{PERIOD}&program={season.program_id}&season={other.id}")
    assert "All seasons of this program are counted." in page.text
    assert page.link("45: open the list")


def test_without_days_the_year_so_far_is_counted(coordinator):
    with time_machine.travel(datetime(2026, 9, 17, 12, tzinfo=UTC), tick=False):
        coordinator.sign_in(make_account(Role.COORDINATOR))
        assert "January 1, 2026 to September 17, 2026" in coordinator.get(FIGURES).text

"""What is counted for benchmarks. One small function a measure, by the name the list of benchmarks gives it.

A room or wing with new records adds its function to `MEASURES`; until then a benchmark reads "not measured here".
"""

from collections.abc import Callable
from datetime import date, timedelta

import sqlalchemy as sa

from youthprog.core import db
from youthprog.core.clearance import not_cleared
from youthprog.mentorship.closing.models import ClosureParty, MatchClosure
from youthprog.mentorship.closing.rules import LEAST_ATTEMPTS, MONTHS, span_of
from youthprog.mentorship.closing.types import Party, Talk, Way
from youthprog.mentorship.evidence import clearing
from youthprog.mentorship.evidence.models import SurveyAnswer, SurveyInstrument
from youthprog.mentorship.evidence.period import Period
from youthprog.mentorship.evidence.rules import due_on
from youthprog.mentorship.evidence.types import MONTHS as SURVEY_MONTHS
from youthprog.mentorship.evidence.types import Count
from youthprog.people.models import Guardianship
from youthprog.programs.models import Enrollment
from youthprog.programs.types import EnrollmentStatus

MONTHLY_MINUTES = 240  # four hours (PCCD, BBBS)
MONTH_DAYS = 30


def _described(period: Period) -> Count:
    """Sessions with a day, a length and a word of what was done (EEPM B.5.8)."""
    return Count(sum(described for *_rest, described in period.sessions), len(period.sessions))


def _four_hours(period: Period) -> Count:
    """Matches under way for a month or more of the period whose people met four hours in thirty days on average."""
    minutes: dict[int, int] = {}
    for match_id, length, came, _described in period.sessions:
        minutes[match_id] = minutes.get(match_id, 0) + (length if came else 0)
    done = of = 0
    for each in period.matches:
        last = min(each.ended_on or period.until_on, period.until_on)
        days = (last - max(each.started_on, period.from_on)).days + 1
        if days >= MONTH_DAYS:
            of += 1
            done += minutes.get(each.match_id, 0) * MONTH_DAYS >= MONTHLY_MINUTES * days
    return Count(done, of)


def _one_year(period: Period) -> Count:
    """Of the matches that began a year or more ago, those that lasted a year."""
    year = MONTHS[12]
    old = [each for each in period.matches if (period.until_on - each.started_on).days + 1 >= year]
    lasted = [span_of(each.started_on, each.ended_on, period.until_on).days >= year for each in old]
    return Count(sum(lasted), len(old))


def _enrolled(period: Period) -> Count:
    """Youth in open matches who hold a place in the season, which their age and a place gave them."""
    ids = {youth_id for _season, youth_id in period.youth}
    rows = db.session().execute(
        sa.select(Enrollment.season_id, Enrollment.youth_id).where(
            Enrollment.youth_id.in_(ids), Enrollment.status == EnrollmentStatus.ENROLLED
        )
    )
    return Count(len({tuple(row) for row in rows} & set(period.youth)), len(period.youth))


def _guardian_known(period: Period) -> Count:
    """Youth in open matches with a guardian on file."""
    ids = {youth_id for _season, youth_id in period.youth}
    known = sa.select(Guardianship.youth_id).where(
        Guardianship.youth_id.in_(ids),
        sa.or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > period.on),
    )
    return Count(len(set(db.session().scalars(known))), len(ids))


def _permission(period: Period) -> Count:
    """Youth in open matches to whose taking part nothing objects today: every form that is asked is signed and in force."""
    by_season: dict[int, list[int]] = {}
    for season_id, youth_id in period.youth:
        by_season.setdefault(season_id, []).append(youth_id)
    barred = sum(
        sum(bool(reasons) for reasons in not_cleared(ids, season_id, period.on).values())
        for season_id, ids in by_season.items()
    )
    return Count(len(period.youth) - barred, len(period.youth))


def _closed(period: Period) -> Count:
    """Matches that ended in the period with a whole closure: reason, talks, decision, letters."""
    return Count(len(period.closures), len(period.ended))


def _way(way: Way) -> Callable[[Period], Count]:
    def count(period: Period) -> Count:
        rows = [each for each in period.closures if each.way is way]
        if way is Way.UNREACHABLE:
            return Count(sum(len(each.attempts) >= LEAST_ATTEMPTS for each in rows), len(rows))
        return Count(sum(_settled(each, party) for each in rows for party in Party) // len(Party), len(rows))

    return count


def _settled(closure: MatchClosure, party: Party) -> bool:
    return closure.interviews.get(party.value, {}).get("state", Talk.OPEN) != Talk.OPEN


def _talk(*parties: Party) -> Callable[[Period], Count]:
    def count(period: Period) -> Count:
        states = [each.interviews.get(party.value, {}).get("state") for each in period.closures for party in parties]
        return Count(states.count(Talk.DONE.value), len(states))

    return count


def _rematch(period: Period) -> Count:
    """People of matches that ended of whom it is decided whether they may be matched again."""
    ids = [each.id for each in period.closures]
    row = (
        db.session()
        .execute(
            sa.select(sa.func.count(ClosureParty.rematch), sa.func.count()).where(ClosureParty.closure_id.in_(ids))
        )
        .one()
    )
    return Count(row[0], row[1])


def _contact_rule(period: Period) -> Count:
    """Endings at which everybody was told the rule on contact."""
    return Count(sum(each.contact_told_on is not None for each in period.closures), len(period.closures))


def _surveys(period: Period) -> Count:
    """Surveys that were due in the period, one for each match, survey and month, and of them those answered."""
    ids = [each.match_id for each in period.matches]
    held = (
        db.session()
        .execute(
            sa.select(SurveyInstrument.id, SurveyInstrument.program_id).where(
                SurveyInstrument.program_id.in_({each.program_id for each in period.matches}),
                SurveyInstrument.retired_at.is_(None),
            )
        )
        .all()
    )
    answered = {
        tuple(row)
        for row in db.session().execute(
            sa.select(SurveyAnswer.match_id, SurveyAnswer.instrument_id, SurveyAnswer.months).where(
                SurveyAnswer.match_id.in_(ids), SurveyAnswer.answered_at.is_not(None)
            )
        )
    }
    asked = {
        (each.match_id, instrument_id, months)
        for each in period.matches
        for instrument_id, program_id in held
        if program_id == each.program_id
        for months in SURVEY_MONTHS
        if period.from_on <= due_on(each.started_on, months) <= min(period.until_on, each.ended_on or date.max)
    }
    return Count(len(asked & answered), len(asked))


MEASURES: dict[str, Callable[[Period], Count]] = {
    "described": _described,
    "four_hours": _four_hours,
    "one_year": _one_year,
    "enrolled": _enrolled,
    "guardian_known": _guardian_known,
    "permission": _permission,
    "closed": _closed,
    "closed_expected": _way(Way.EXPECTED),
    "closed_unexpected": _way(Way.UNEXPECTED),
    "closed_unreachable": _way(Way.UNREACHABLE),
    "talks": _talk(*Party),
    "talk_mentor": _talk(Party.MENTOR),
    "talk_youth": _talk(Party.YOUTH),
    "talk_guardian": _talk(Party.GUARDIAN),
    "rematch": _rematch,
    "contact_rule": _contact_rule,
    "surveys": _surveys,
    **clearing.MEASURES,
}


def count_of(measure: str, period: Period) -> Count | None:
    """What a measure counts in a period; None where nothing here can be counted for it."""
    counter = MEASURES.get(measure)
    return counter(period) if counter is not None else None


def usual_period(on: date) -> tuple[date, date]:
    """The last twelve months up to a day."""
    return on - timedelta(days=364), on

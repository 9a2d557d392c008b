"""Whether somebody may serve on a day: what is asked of them, and where each credential stands. Pure.

Validity belongs to the requirement (role, jurisdiction, program), not to the paper: one course can be over in one program
and good in another. It counts from the day of issue, never from the day somebody entered it.
"""

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from youthprog.core.refusals import N_, Refusal
from youthprog.credentials.types import (
    HELD,
    LONGEST_OVERRIDE_DAYS,
    NOT_HELD,
    NOTICE_DAYS,
    OVER_HOURS,
    Asked,
    CredentialState,
    Hours,
    Kind,
    Lasting,
    Limits,
    Paper,
    Permit,
    Requirement,
    Service,
    ServiceRole,
    Standing,
    Step,
)

ADULT_AGE = 18
# What is least in force comes first: of several requirements of one kind the worst standing counts.
WORST_FIRST = (
    CredentialState.MISSING,
    CredentialState.DENIED,
    CredentialState.LAPSED,
    CredentialState.PENDING,
    CredentialState.REVIEW,
    CredentialState.GRACE,
    CredentialState.EXPIRING,
    CredentialState.APPROVED,
)


def is_adult_on(born_on: date | None, is_adult_record: bool, on: date) -> bool:
    """Whether somebody counts as an adult that day: by age, and without a day of birth by the kind of their file.

    A youth who turns 18 during a season is an adult for this from the birthday on.
    """
    if born_on is None:
        return is_adult_record
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day)) >= ADULT_AGE


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later; the last one where that month is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# ---- what is asked ----


def asked_of(
    requirements: Iterable[Requirement], service: Service, jurisdiction: str, *, is_adult: bool = True
) -> dict[str, Requirement]:
    """What is asked of somebody for what they do in a program, by kind: of each kind the narrowest that fits.

    A requirement of the program outweighs one of a law, that one of a role, that one for all. Nothing is asked of a child.
    """
    found: dict[str, Requirement] = {}
    if not is_adult:
        return found
    for each in requirements:
        fits = (
            each.role in (None, service.role)
            and each.jurisdiction in ("", jurisdiction)
            and each.program_id in (None, service.program_id)
        )
        if fits and (each.kind not in found or _narrowness(each) > _narrowness(found[each.kind])):
            found[each.kind] = each
    return found


def _narrowness(each: Requirement) -> tuple[bool, bool, bool]:
    return each.program_id is not None, bool(each.jurisdiction), each.role is not None


# ---- where it stands ----


def last_day(paper: Paper, valid_months: int | None) -> date | None:
    """The last day a paper is in force: so many months from its issue, or the day it says itself when that is sooner."""
    by_rule = add_months(paper.issued_on, valid_months) if paper.issued_on and valid_months else None
    ends = [day for day in (by_rule, paper.until_on) if day is not None]
    return min(ends, default=None)


def standing_of(papers: Sequence[Paper], asked: Requirement, on: date) -> Standing:
    """Where what somebody has of one kind stands on a day: the one rule everything else asks.

    A paper issued after the day does not count on it. Of accepted papers the one that lasts longest counts; a background
    check that came back since with another light outweighs the older ones. What is not in force shows what is under way.
    """
    known = [each for each in papers if each.issued_on is None or each.issued_on <= on]
    decided = sorted((each for each in known if each.step in (Step.APPROVED, Step.DENIED)), key=_newest)
    last = decided[-1] if decided else None
    accepted = [each for each in decided if each.step is Step.APPROVED]
    if last is not None and last.step is Step.DENIED and asked.is_check:
        accepted = []
    best = accepted[0] if accepted else None
    if len(accepted) > 1:
        best = max(accepted, key=lambda each: (last_day(each, asked.valid_months) or date.max, each.paper_id))
    held = _accepted(best, asked, on) if best is not None else None
    if held is not None and held.state in HELD:
        return held
    for step, state in ((Step.REVIEW, CredentialState.REVIEW), (Step.PENDING, CredentialState.PENDING)):
        open_ = max((each for each in known if each.step is step), key=_newest, default=None)
        if open_ is not None:
            ends_on = held.ends_on if held else None
            return _standing(asked, state, open_, ends_on=ends_on)
    if last is not None and last.step is Step.DENIED:
        return _standing(asked, CredentialState.DENIED, last)
    return held or Standing(asked.kind, CredentialState.MISSING, asked=asked.asked)


def _newest(paper: Paper) -> tuple[date, int]:
    return paper.issued_on or date.min, paper.paper_id


def _standing(asked: Requirement, state: CredentialState, paper: Paper, ends_on: date | None = None) -> Standing:
    return Standing(
        asked.kind, state, paper.issued_on, ends_on, paper.reason, paper_id=paper.paper_id, asked=asked.asked
    )


def _accepted(paper: Paper, asked: Requirement, on: date) -> Standing:
    ends_on = last_day(paper, asked.valid_months)
    if ends_on is None or on < ends_on - timedelta(days=asked.renew_days):
        state = CredentialState.APPROVED
    elif on <= ends_on:
        state = CredentialState.EXPIRING
    elif on <= ends_on + timedelta(days=asked.grace_days):
        state = CredentialState.GRACE
    else:
        state = CredentialState.LAPSED
    grace_until = ends_on + timedelta(days=asked.grace_days) if ends_on else None
    return replace(_standing(asked, state, paper, ends_on), grace_until=grace_until)


def standings_of(
    services: Iterable[Service],
    requirements: Sequence[Requirement],
    jurisdictions: Mapping[int, str],
    papers: Sequence[Paper],
    permits: Sequence[Permit],
    on: date,
    *,
    is_adult: bool = True,
    kinds: Collection[str] = (),
) -> tuple[Standing, ...]:
    """Where everything stands that is asked of somebody on a day, by kind; of several standings of one kind the worst.

    What somebody holds beyond that is there too, not required. `kinds` are looked at whether asked or not.
    """
    worst: dict[str, Standing] = {}
    of: dict[str, list[Paper]] = {}
    for paper in papers:
        of.setdefault(paper.kind, []).append(paper)
    for service in services:
        law = jurisdictions.get(service.program_id, "")
        for kind, asked in asked_of(requirements, service, law, is_adult=is_adult).items():
            here = _excused(standing_of(of.get(kind, ()), asked, on), service.program_id, permits, on)
            worst[kind] = min(worst.get(kind, here), here, key=_badness)
    for kind in {*of, *kinds} - worst.keys():
        asked = Requirement(kind, is_check=any(each.is_check for each in of.get(kind, ())))
        here = _excused(standing_of(of.get(kind, ()), asked, on), None, permits, on)
        worst[kind] = replace(here, is_required=kind in kinds and is_adult)
    return tuple(worst[kind] for kind in sorted(worst))


def _excused(standing: Standing, program_id: int | None, permits: Iterable[Permit], on: date) -> Standing:
    if standing.is_held:
        return standing
    there = [
        each
        for each in permits
        if each.kind == standing.kind and each.program_id in (None, program_id) and each.from_on <= on <= each.until_on
    ]
    if not there:
        return standing
    longest = max(there, key=lambda each: (each.until_on, each.permit_id))
    return replace(standing, excused_until=longest.until_on, permit_id=longest.permit_id)


def _badness(standing: Standing) -> tuple[bool, bool, bool, int, date]:
    asked_later = standing.asked is Asked.REGULAR
    return (
        standing.in_force,
        standing.is_held,
        asked_later,
        WORST_FIRST.index(standing.state),
        standing.ends_on or date.max,
    )


def lasting_of(papers: Sequence[Paper], permits: Iterable[Permit], asked: Requirement) -> list[Lasting]:
    """From when until when what somebody has of one kind counts, grace and exceptions included: for those who plan ahead.

    After a background check that came back with another light nothing before it counts.
    """
    decided = sorted((each for each in papers if each.step in (Step.APPROVED, Step.DENIED)), key=_newest)
    if asked.is_check and decided and decided[-1].step is Step.DENIED:
        decided = []
    found = [Lasting(asked.kind, each.from_on, each.until_on) for each in permits if each.kind == asked.kind]
    for paper in decided:
        if paper.step is Step.APPROVED and paper.issued_on is not None:
            ends_on = last_day(paper, asked.valid_months)
            found.append(Lasting(asked.kind, paper.issued_on, ends_on and ends_on + timedelta(days=asked.grace_days)))
    return found


# ---- may somebody serve ----


def is_fully_cleared(standings: Iterable[Standing]) -> bool:
    """Whether everything asked of somebody is in force, also what is asked of regular volunteers only."""
    return all(each.in_force for each in standings if each.is_required)


def used_percent(hours: Hours, limits: Limits) -> int:
    """How much of the month's or the year's hours is used, in full percent, whichever is more. A limit of 0 is used up."""
    shares = [
        100 * minutes // (most * 60) if most else 100
        for minutes, most in ((hours.month, limits.month_hours), (hours.year, limits.year_hours))
    ]
    return max(shares)


def is_over(hours: Hours, limits: Limits) -> bool:
    """Whether more was served than an occasional volunteer may in the month or in the year."""
    return hours.month > limits.month_hours * 60 or hours.year > limits.year_hours * 60


def warns_of_hours(standings: Iterable[Standing], hours: Hours, limits: Limits) -> bool:
    """Whether somebody not fully cleared has used so much of their hours that a coordinator should know."""
    return not is_fully_cleared(standings) and used_percent(hours, limits) >= limits.warn_percent


def waits_for_hours(standings: Iterable[Standing]) -> bool:
    """Whether somebody serves only as long as the hours of an occasional volunteer last."""
    return any(each.is_required and each.asked is Asked.REGULAR and not each.in_force for each in standings)


def refusals_to_serve(
    name: str, standings: Iterable[Standing], kinds: Mapping[str, Kind], hours: Hours, limits: Limits
) -> list[Refusal]:
    """Every reason why somebody does not serve on the day the standings are of; `hours` count what they would serve then.

    Each names the credential and never says why it is not in force: others read it too.
    """
    found = []
    later = False
    for each in standings:
        if each.in_force or not each.is_required:
            continue
        if each.asked is Asked.REGULAR:
            later = True
            continue
        values = {"name": name, "credential": kinds.get(each.kind, each.kind)}
        found.append(Refusal(NOT_HELD, N_("%(name)s: %(credential)s is not in force that day."), "person_id", values))
    if later and is_over(hours, limits):
        sentence = N_("%(name)s has used the hours of a volunteer who is not fully cleared.")
        found.append(Refusal(OVER_HOURS, sentence, "person_id", {"name": name}))
    return found


def permits_used(standings: Iterable[Standing]) -> list[int]:
    """The exceptions without which somebody could not serve: whoever assigns writes them down."""
    return [
        each.permit_id for each in standings if each.is_required and not each.is_held and each.permit_id is not None
    ]


# ---- notices ----


def notice_due(ends_on: date | None, told_days: int | None, on: date) -> int | None:
    """Which notice is due: 90, 60, 30 or 7 days before the last day. Of steps missed only the nearest is written.

    None when the last one written was the same step or a nearer one, and once the last day is over. Where the end has
    moved away since (a requirement was changed), what was written before counts no more.
    """
    if ends_on is None or on > ends_on:
        return None
    left = (ends_on - on).days
    if told_days is not None and left > told_days:
        told_days = None
    step = min((days for days in NOTICE_DAYS if left <= days), default=None)
    return step if step is not None and (told_days is None or step < told_days) else None


# ---- what is entered ----


def refusals_to_record(
    step: Step, issued_on: date | None, until_on: date | None, today: date, *, is_check: bool, has_reason: bool
) -> list[Refusal]:
    """Why a paper is not entered like this."""
    found = []
    if issued_on is None and (step is Step.APPROVED or (step is Step.DENIED and is_check)):
        found.append(Refusal("no_date", N_("Write the day it was issued: validity counts from it."), "issued_on"))
    if issued_on is not None and issued_on > today:
        found.append(Refusal("future", N_("The day of issue cannot be in the future."), "issued_on"))
    if issued_on is not None and issued_on.year < today.year - 60:
        found.append(Refusal("too_old", N_("Check the year of issue."), "issued_on"))
    if until_on is not None and (issued_on is None or until_on < issued_on):
        found.append(Refusal("ends_first", N_("This ends before it begins."), "until_on"))
    if step is Step.DENIED and not is_check and not has_reason:
        found.append(Refusal("no_reason", N_("Choose why it is not accepted."), "reason"))
    return found


def refusals_to_excuse(
    *, asked_by: int | None, person_id: int, from_on: date, until_on: date, today: date
) -> list[Refusal]:
    """Why an exception cannot be asked for."""
    found = []
    if asked_by is None or asked_by == person_id:
        found.append(Refusal("own", N_("Nobody makes an exception for themselves.")))
    if until_on < max(from_on, today):
        found.append(Refusal("past", N_("Choose a last day that is not past."), "until_on"))
    elif until_on > max(from_on, today) + timedelta(days=LONGEST_OVERRIDE_DAYS):
        reason = N_("An exception lasts %(days)s days at most.")
        found.append(Refusal("too_long", reason, "until_on", {"days": LONGEST_OVERRIDE_DAYS}))
    return found


def refusals_to_agree(*, asked_by: int, agreed_by: int | None, person_id: int, is_open: bool) -> list[Refusal]:
    """Why somebody cannot be the second person behind an exception."""
    if not is_open:
        return [Refusal("settled", N_("This exception is settled already."))]
    if agreed_by is None or agreed_by in (asked_by, person_id):
        return [Refusal("second_person", N_("A second person has to agree: not who asked, and not who it is for."))]
    return []


def role_of_staff(role: str) -> ServiceRole:
    """What a leader of a group is, as requirements name it."""
    known = {
        "head_coach": ServiceRole.COACH,
        "assistant_coach": ServiceRole.COACH,
        "officer": ServiceRole.OFFICER,
        "mentor": ServiceRole.MENTOR,
        "leader": ServiceRole.LEADER,
        "official": ServiceRole.OFFICIAL,
    }
    return known.get(role, ServiceRole.VOLUNTEER)


def role_of_program(kind: str) -> ServiceRole:
    """What somebody is looked at as who does nothing in a program of this kind yet."""
    known = {"league": ServiceRole.COACH, "mentorship": ServiceRole.MENTOR, "class": ServiceRole.LEADER}
    return known.get(kind, ServiceRole.VOLUNTEER)

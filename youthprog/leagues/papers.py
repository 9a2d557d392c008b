"""A team's papers: from a roster as its reader may see it to a printed sheet. Services floor: it prints."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from youthprog.core import clock
from youthprog.core.refusals import N_
from youthprog.documents.services import letterhead, print_sheet
from youthprog.documents.types import ConsentMark, Language, Paper, RosterRow, RosterSheet, SignInRow, SignInSheet
from youthprog.leagues.queries import PlayerLine, Roster, SignInLine, TeamHead
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.programs.types import GroupKind, StaffRole

IN_SERIES = N_("%(what)s · gathering %(number)s of %(count)s")
LINES_TO_ADD = 2
LINES_OF_NOBODY = 20  # a page of them


def print_roster(
    team: TeamHead,
    roster: Roster,
    *,
    notes: Mapping[int, str],
    phone: Callable[[str | None], str],
    now: datetime,
    language: str,
    paper: Paper = Paper.LETTER,
) -> bytes:
    """The coach's roster as PDF. A column the reader may not read is not on the paper.

    `notes` has the line under each player's consent, by youth id, in the sheet's language;
    `phone` writes a number as people read it.
    """
    sheet = roster_sheet(team, roster, notes=notes, phone=phone, now=now, language=language, paper=paper)
    return print_sheet(sheet, now=now)


def roster_sheet(
    team: TeamHead,
    roster: Roster,
    *,
    notes: Mapping[int, str],
    phone: Callable[[str | None], str],
    now: datetime,
    language: str,
    paper: Paper = Paper.LETTER,
) -> RosterSheet:
    """The values of the sheet, in the reader's language."""
    head = letterhead()
    spanish = language == "es"
    season = team.season_es if spanish else team.season
    program = team.program_es if spanish else team.program
    return RosterSheet(
        letterhead=head,
        team=team.name,
        season=f"{program} · {season}",
        coach=_name_of(team, StaffRole.HEAD_COACH, StaffRole.ASSISTANT_COACH) or "",
        officer=_name_of(team, StaffRole.OFFICER),
        practice=team.meets or "",
        printed_at=now.astimezone(clock.zone()),
        rows=tuple(_row(player, notes.get(player.youth_id, ""), phone) for player in roster.players),
        language=Language(language),
        emergency_phone=head.phone,
        shred_on=team.season_ends_on,
        shows_guardian=roster.shows_contacts,
        shows_photos=roster.shows_photos,
        shows_medical=roster.shows_alerts,
        paper=paper,
    )


def print_sign_in(
    gathering: Gathering,
    lines: Sequence[SignInLine],
    *,
    what: str,
    now: datetime,
    language: str,
    paper: Paper = Paper.LETTER,
) -> bytes:
    """The sheet that families sign at one gathering, as PDF; `what` says which, in the sheet's language."""
    sheet = sign_in_sheet(gathering, lines, what=what, now=now, language=language, paper=paper)
    return print_sheet(sheet, now=now)


def sign_in_sheet(
    gathering: Gathering,
    lines: Sequence[SignInLine],
    *,
    what: str,
    now: datetime,
    language: str,
    paper: Paper = Paper.LETTER,
) -> SignInSheet:
    """The values of the sheet. Families read it: who is not cleared is asked to see the coordinator, no more.

    Of a gathering without a group the whole sheet is lines to add somebody.
    """
    site = gathering.site.name if gathering.site else None
    group = gathering.group
    return SignInSheet(
        letterhead=letterhead(),
        team=group.name if group else _season_of(gathering, language),
        gathering=what,
        starts_at=gathering.starts_at.astimezone(clock.zone()),
        ends_at=gathering.ends_at.astimezone(clock.zone()),
        place=", ".join(part for part in (site, gathering.place) if part),
        coach=_leader_of(gathering),
        printed_at=now.astimezone(clock.zone()),
        rows=tuple(_sign_in_row(line) for line in lines),
        language=Language(language),
        spare_rows=LINES_TO_ADD if lines else LINES_OF_NOBODY,
        of_team=group is not None and group.kind is GroupKind.TEAM,
        paper=paper,
    )


def _season_of(gathering: Gathering, language: str) -> str:
    program = gathering.season.program
    return program.name_es if language == "es" else program.name


def _leader_of(gathering: Gathering) -> str:
    """Who leads the group that day: head coach, mentor or leader first."""
    if gathering.group_id is None:
        return ""
    staff = programs.staff_of([gathering.group_id], clock.day_of(gathering.starts_at))
    return next((line.name for line in staff.get(gathering.group_id, ())), "")


def _sign_in_row(line: SignInLine) -> SignInRow:
    return SignInRow(
        number=line.jersey or "",
        family_name=line.family_name,
        given_name=line.given_name,
        pick_up=line.pick_up,
        see_coordinator=not line.is_cleared,
    )


def _name_of(team: TeamHead, *roles: StaffRole) -> str | None:
    return next((person.name for role in roles for person in team.staff if person.role == role), None)


def _row(player: PlayerLine, note: str, phone: Callable[[str | None], str]) -> RosterRow:
    return RosterRow(
        number=player.jersey or "",
        family_name=player.family_name,
        given_name=player.given_name,
        age=player.age,
        born_on=player.born_on,
        guardian=player.guardian.name if player.guardian else None,
        phone=phone(player.guardian.phone) if player.guardian else None,
        consent=ConsentMark(player.consent.state),
        consent_note=note,
        photos=player.consent.photos,
        medical=player.alert,
        photo=player.photo,
    )

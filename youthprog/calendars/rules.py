"""What a calendar says of a meeting, and which change is told at once. Pure.

No child's name stands in a calendar: telephones hand calendars on to watches, cars and whoever borrows them. Team and
place names are the department's own; what somebody typed is shown unless it holds a name of the group's young people.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from youthprog.calendars.types import Change, Event, Meeting
from youthprog.core.refusals import N_
from youthprog.core.text import fold
from youthprog.programs.types import GATHERING_KINDS, GatheringKind, GroupKind, WhenAndWhere

SHORT_NOTICE = timedelta(hours=48)
QUIET = timedelta(minutes=2)  # what is corrected or follows within them is in the same letter, or in none
SHOWN_BACK, SHOWN_AHEAD = timedelta(days=14), timedelta(days=240)
LINK_DAYS = 14
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)  # when a meeting was set that is older than calendars
PLAIN = frozenset(GATHERING_KINDS.values())
SHORTEST_NAME = 2
POSSESSIVES = ("s", "es")
GAME = N_("Game: %(home)s vs. %(away)s")
OF_GROUP = N_("%(group)s %(what)s")
CANCELED = N_("Canceled: %(what)s")
NAMED_GROUPS = (GroupKind.TEAM, GroupKind.CLASS)  # a match may bear the name of its child
Say = Callable[..., str]


# ---- what is said ----


def names_in(texts: Collection[str]) -> frozenset[str]:
    """The words of names, folded, that no calendar shows. A single letter is none."""
    return frozenset(word for text in texts for word in _words_of(text) if len(word) >= SHORTEST_NAME)


def names_nobody(text: str | None, names: Collection[str]) -> str:
    """A text as typed when none of its words is a name ("Mateo", "Mateo's", "Mateos"); else nothing.

    In scripts that set no blanks between words, a name anywhere in the text counts.
    """
    words = set(_words_of(text or ""))
    words |= {word[: -len(end)] for word in words for end in POSSESSIVES if word.endswith(end)}
    folded = fold(text or "")
    is_named = any(name in words or (not name.isascii() and name in folded) for name in names)
    return "" if is_named else text or ""


def _words_of(text: str) -> list[str]:
    """All words of a text, folded; an apostrophe parts them too."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()


def group_of(meeting: Meeting) -> str:
    """The name of the group where it is nobody's own."""
    return meeting.group or "" if meeting.group_kind in NAMED_GROUPS else ""


def title_of(meeting: Meeting, names: Collection[str], say: Say) -> str:
    """What kind of meeting it is, or its own title, in the reader's language."""
    plain = say(GATHERING_KINDS[meeting.kind])
    if meeting.title in PLAIN:
        return say(meeting.title)
    return plain if meeting.kind is GatheringKind.MENTORING else names_nobody(meeting.title, names) or plain


def summary_of(meeting: Meeting, names: Collection[str], say: Say) -> str:
    """One line: who plays whom, or the group and what it meets for."""
    if meeting.game is not None:
        return say(GAME, home=meeting.game.home, away=meeting.game.away)
    title, group = title_of(meeting, names, say), group_of(meeting)
    if not group:
        return title
    return say(OF_GROUP, group=group, what=title if meeting.title not in PLAIN else title.lower())


def where_of(meeting: Meeting, names: Collection[str]) -> str:
    """The site, and the field or what was typed."""
    field = meeting.game.field if meeting.game else None
    place = meeting.place if field and meeting.place == field else names_nobody(meeting.place, names)
    return ", ".join(part for part in (meeting.site, place) if part)


def event_of(meeting: Meeting, names: Collection[str], say: Say, host: str) -> Event:
    """A meeting as an event in its reader's words."""
    summary = summary_of(meeting, names, say)
    return Event(
        uid=f"gathering-{meeting.gathering_id}@{host}",
        sequence=meeting.sequence,
        changed_at=meeting.changed_at or BEGUN,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        summary=say(CANCELED, what=summary) if meeting.canceled else summary,
        location=where_of(meeting, names),
        description=names_nobody(meeting.reason, names) if meeting.canceled else "",
        canceled=meeting.canceled,
    )


def one_of_a_game(meetings: Collection[Meeting]) -> list[Meeting]:
    """Of a game whose two teams are both meant, the home team's gathering alone; the rest as they are, by start."""
    here = {each.gathering_id for each in meetings}

    def is_twin(each: Meeting) -> bool:
        home = each.game.home_gathering_id if each.game else None
        return home is not None and home != each.gathering_id and home in here

    found = [each for each in meetings if not is_twin(each)]
    return sorted(found, key=lambda each: (each.starts_at, each.gathering_id))


def without_the_kept(
    meetings: Collection[Meeting], kept_groups: Collection[int], kept_seasons: Collection[int]
) -> list[Meeting]:
    """Leave out where a child plays whom a court keeps from the reader: on the own team, on the other one, in the season.

    A child of the reader's on the same team does not open it again: the court's order is about where the other one is.
    """

    def is_kept(each: Meeting) -> bool:
        groups = {each.group_id, *(each.game.group_ids if each.game else ())}
        return bool(groups & set(kept_groups)) or (each.group_id is None and each.season_id in kept_seasons)

    return [each for each in meetings if not is_kept(each)]


# ---- what is told at once ----


def is_short_notice(was: WhenAndWhere, now_is: WhenAndWhere, now: datetime) -> bool:
    """Whether a change is told at once: the meeting was to begin, or now begins, within 48 hours, and is not over."""
    if was == now_is or (was.canceled and now_is.canceled):
        return False
    starts = [each.starts_at for each in (was, now_is) if not each.canceled]
    ahead = any(now <= moment <= now + SHORT_NOTICE for moment in starts)
    return ahead or any(not each.canceled and each.starts_at <= now < each.ends_at for each in (was, now_is))


def change_of(was: WhenAndWhere, now_is: WhenAndWhere) -> Change | None:
    """What became of a meeting, the weightiest first; None when it is again what it was."""
    if was.canceled != now_is.canceled:
        return Change.CANCELED if now_is.canceled else Change.BACK
    if was.canceled:
        return None
    if (was.starts_at, was.ends_at) != (now_is.starts_at, now_is.ends_at):
        return Change.TIME
    return Change.PLACE if was.place != now_is.place else None


@dataclass(frozen=True)
class Audience:
    """Who leads a group and who answers for whom of its young people, on a meeting's day."""

    leaders: frozenset[int]
    guardians: Mapping[int, tuple[int, ...]]  # adult -> own children in the group


def who_is_told(audience: Audience, kept: Collection[int], by_id: int | None) -> dict[int, bool]:
    """Whom to tell, and whether each leads: everybody concerned but who made the change, and who is kept from a child there."""
    people = audience.leaders | audience.guardians.keys()
    return {each: each in audience.leaders for each in sorted(people) if each != by_id and each not in kept}

"""What a season asked of its families on a day, whichever day is asked for. Pure.

A program's rule and the forms it asks keep what they were until each day on which they changed; a form's versions say
themselves from which day they hold. So what changes today says nothing else of a day gone by.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from youthprog.consent.types import FALLBACK_REQUIRED, Requirement
from youthprog.programs.types import GuardianRule

Kept = TypeVar("Kept")
FALLBACK = tuple(Requirement(key) for key in FALLBACK_REQUIRED)


def as_of(now: Kept, changes: Iterable[tuple[date, Kept]], on: date) -> Kept:
    """What something was on a day: what it was until the earliest change after it, of one day the first; else as it is."""
    later = [change for change in changes if change[0] > on]
    return min(later, key=lambda change: change[0])[1] if later else now


@dataclass(frozen=True)
class VersionFact:
    """A published version of a form: the day from which it holds, and the sections it cannot do without."""

    published_on: date
    requirements: tuple[Requirement, ...]


def version_on(versions: Sequence[VersionFact], on: date) -> VersionFact:
    """The version of a form that holds on a day: the newest published by then; before the first, the first."""
    return next((each for each in reversed(versions) if each.published_on <= on), versions[0])


@dataclass(frozen=True)
class SeasonRule:
    """What a season asks of its families: by which rule of the program, and with which forms, now and before."""

    programs: frozenset[str]  # the names its program goes by
    rule: GuardianRule
    rule_changes: tuple[tuple[date, GuardianRule], ...] = ()
    uses: frozenset[int] = frozenset()  # the forms its program uses for a season and that are not closed
    use_changes: Mapping[int, Sequence[tuple[date, bool]]] = field(default_factory=dict)  # by form
    forms: Mapping[int, Sequence[VersionFact]] = field(default_factory=dict)  # published versions, oldest first
    starter_id: int | None = None
    _known: dict[date, tuple[Requirement, ...]] = field(default_factory=dict, init=False, repr=False)

    def may_have_asked(self, rule: GuardianRule) -> bool:
        """Whether its program has the rule, or had it once."""
        return rule is self.rule or any(rule is was for _on, was in self.rule_changes)

    def rule_on(self, on: date) -> GuardianRule:
        """Whose consent its program asked for on a day."""
        return as_of(self.rule, self.rule_changes, on)

    def requirements_on(self, on: date) -> tuple[Requirement, ...]:
        """The sections of the forms asked on a day that nobody could do without; worked out once for a day."""
        if on not in self._known:
            self._known[on] = self._requirements(on)
        return self._known[on]

    def _requirements(self, on: date) -> tuple[Requirement, ...]:
        own = [form for form in self.forms if as_of(form in self.uses, self.use_changes.get(form, ()), on)]
        if own:
            return tuple(each for form in own for each in version_on(self.forms[form], on).requirements)
        starter = self.forms.get(self.starter_id) if self.starter_id is not None else None
        return (version_on(starter, on).requirements if starter else ()) or FALLBACK

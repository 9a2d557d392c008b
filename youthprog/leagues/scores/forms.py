"""Forms of results and of a league's rules."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, ValidationError

from youthprog.core.db import key_in
from youthprog.core.refusals import N_
from youthprog.leagues.scores.league_rules import FIRSTS, MEETINGS, MOST_STEPS, PRESETS, SPLITS, STEPS
from youthprog.leagues.scores.rules import MOST_SCORE
from youthprog.leagues.scores.types import Happened, Keeping, Said, Side
from youthprog.leagues.standings.tables import AfterSplit, First, NotAllMet, Rules, steps_known
from youthprog.web.forms import CalendarDay, ClockTime, Filled, Form, OneOf, Optional, SelectChoice, Text, Whole
from youthprog.web.language import gettext
from youthprog.web.language import lazy_gettext as _

NUMBER = Filled(_("Write a number."))
KEEPING = {
    Keeping.BY_AGE: N_("As the season says for its ages"),
    Keeping.KEPT: N_("Yes"),
    Keeping.NOT_KEPT: N_("No: no scores and no standings, for nobody"),
}


class OneRadio(RadioField):
    """One of a few values, each with its own button."""

    def __init__(self, *given: Any, **more: Any):
        super().__init__(*given, **more)
        self.type = "RadioField"  # templates draw it as one

    def pre_validate(self, form: Any) -> None:
        """The value is one of those offered."""
        offered: Any = self.choices or ()
        if self.data not in {choice.value for choice in offered}:
            raise ValidationError(str(_("Choose one of the list.")))


class ScoreForm(Form):
    """What became of a game. `seen` is what was on the page."""

    seen = HiddenField()
    side: Any = OneRadio(_("You enter it for"))
    happened: Any = OneRadio(_("What happened"))
    home_score = Whole(_("Home"), [Optional()], most=MOST_SCORE)
    away_score = Whole(_("Away"), [Optional()], most=MOST_SCORE)
    goes_on = OneOf(_("Who goes on, where the score is level"))
    reason = Text(_("Reason"), [Optional()], limit=300)

    def offer(self, home: str, away: str, *, sides: tuple[Side, ...], is_knockout: bool, for_league: bool) -> None:
        """Name the teams in the words to choose from."""
        self.home_score.label.text, self.away_score.label.text = home, away
        happened = [
            (Happened.PLAYED, gettext("It was played")),
            (Happened.HOME_FORFEIT, gettext("%(team)s did not come or forfeits", team=home)),
            (Happened.AWAY_FORFEIT, gettext("%(team)s did not come or forfeits", team=away)),
            (Happened.DOUBLE_FORFEIT, gettext("Both teams forfeit")),
            (Happened.NOT_PLAYED, gettext("It did not take place")),
        ]
        if not for_league:
            happened.insert(4, (Happened.ABANDONED, gettext("It was broken off")))
        self.happened.choices = [SelectChoice(value.value, label) for value, label in happened]
        teams = {Side.HOME: home, Side.AWAY: away}
        self.side.choices = [SelectChoice(side.value, teams[side]) for side in sides]
        if len(sides) == 1 and self.side.data not in ("home", "away"):
            self.side.data = sides[0].value
        choices = [SelectChoice("", gettext("Nobody yet")), SelectChoice("home", home), SelectChoice("away", away)]
        self.goes_on.choices = choices if is_knockout else choices[:1]
        if self.goes_on.data is None:
            self.goes_on.data = ""
        if self.happened.data is None:
            self.happened.data = Happened.PLAYED.value

    def drop_side(self) -> None:
        """Nobody is asked for a side: the league speaks, or the team is known."""
        del self.side

    def said(self) -> Said:
        """The result as the form says it."""
        goes_on = Side(self.goes_on.data) if self.goes_on.data else None
        return Said(Happened(self.happened.data), self.home_score.data, self.away_score.data, goes_on)

    def was_seen(self, side: Side) -> int:
        """The number of what a side said when the page was made, 0 for nothing; of the league: of anything said."""
        numbers = [key_in(part) or 0 for part in (self.seen.data or "").split("-", 3)]
        seen = dict(zip(Side, [*numbers, 0, 0, 0], strict=False))
        return max(seen.values()) if side is Side.LEAGUE else seen[side]

    def look(self, rows: Iterable[Any]) -> None:
        """Remember what stands on the page."""
        said = {row.side: row.id for row in rows}
        self.seen.data = "-".join(str(said.get(side, 0)) for side in Side)

    def fill(self, said: Said) -> None:
        """Show what was said before."""
        self.happened.data, self.home_score.data, self.away_score.data = (
            said.happened.value,
            said.home_score,
            said.away_score,
        )
        self.goes_on.data = said.goes_on.value if said.goes_on else ""


class RulesForm(Form):
    """How places are decided."""

    win = Whole(_("Points for a win"), [NUMBER], most=20)
    draw = Whole(_("Points for a draw"), [NUMBER], most=20)
    loss = Whole(_("Points for a loss"), [NUMBER], most=20)
    forfeit_loss = Whole(_("Points for who forfeits"), [NUMBER], least=-10, most=20)
    forfeit_score = Whole(_("Score of a forfeited game, to nothing"), [NUMBER], most=99)
    most_scored = Whole(_("Counted for a team in one game at most"), [Optional()], least=1, most=99)
    most_margin = Whole(_("Counted difference of one game at most"), [Optional()], least=1, most=99)
    first = OneOf(_("The table goes by"), FIRSTS)
    after_split = OneOf(_("Where a step parts some of the level teams, the others"), SPLITS)
    not_all_met = OneOf(_("Where the level teams have not all met"), MEETINGS)

    def fill(self, rules: Rules) -> None:
        """Show rules."""
        for name in ("win", "draw", "loss", "forfeit_loss", "forfeit_score", "most_scored", "most_margin"):
            self[name].data = getattr(rules, name)
        for name in ("first", "after_split", "not_all_met"):
            self[name].data = getattr(rules, name).value
        for number in range(MOST_STEPS):
            self[f"step{number + 1}"].data = rules.steps[number] if number < len(rules.steps) else ""

    def rules(self) -> Rules:
        """The rules as the form says them; a step named twice counts once."""
        named = dict.fromkeys(self[f"step{number + 1}"].data for number in range(MOST_STEPS))
        return Rules(
            win=self.win.data or 0,
            draw=self.draw.data or 0,
            loss=self.loss.data or 0,
            forfeit_loss=self.forfeit_loss.data or 0,
            forfeit_score=self.forfeit_score.data or 0,
            most_scored=self.most_scored.data,
            most_margin=self.most_margin.data,
            first=First(self.first.data),
            after_split=AfterSplit(self.after_split.data),
            not_all_met=NotAllMet(self.not_all_met.data),
            steps=tuple(step for step in named if step),
        )


_STEP_WORDS = {"": N_("No more steps"), **{step: STEPS[step] for step in steps_known()}}
for _number in range(1, MOST_STEPS + 1):
    setattr(RulesForm, f"step{_number}", OneOf(_("Step %(number)s", number=_number), _STEP_WORDS))


class SeasonScoresForm(RulesForm):
    """How a season keeps its scores."""

    no_scores_under = Whole(_("No scores where all children are younger than"), [Optional()], least=1, most=21)
    final_hours = Whole(_("Hours after which one side’s word is final"), [NUMBER], least=1, most=720)
    link_days = Whole(_("Days for which the code on a game card works"), [NUMBER], least=1, most=30)


class DivisionScoresForm(RulesForm):
    """What a division does differently."""

    keeping = OneOf(_("Keep scores in this division"), KEEPING)
    own_rules: Any = BooleanField(_("Rules of its own, as written below"))


class PresetForm(Form):
    """Rules to begin with."""

    preset = OneOf(_("Begin with"), {key: preset.label for key, preset in PRESETS.items()})


class CodeForm(Form):
    """The code of a game card, typed."""

    code = Text(_("Code on the game card"), [Filled(_("Type the code."))], limit=40)


class BracketForm(Form):
    """Which teams play on."""

    teams = Whole(_("How many teams"), [NUMBER], least=2, most=64)
    third: Any = BooleanField(_("A game for the third place"))
    consolation: Any = BooleanField(_("A round of games for who loses in the first round"))


class BracketGameForm(Form):
    """When and where a game of the bracket is played."""

    on = CalendarDay(_("Day"), [Filled(_("Write the day."))])
    starts = ClockTime(_("Starts"), [Filled(_("Write the time."))])
    minutes = Whole(_("Minutes"), [NUMBER], least=10, most=480)
    venue_id = OneOf(_("Field or court"))

"""A season in which everybody plays in every slot, by the circle method: right in its structure, blind to all rules. Pure."""

from youthprog.leagues.timetables.types import Meeting, Timetable


def circle_games(timetable: Timetable) -> list[Meeting]:
    """Everybody against everybody as often as asked, one half after the other, each half in its own slots.

    One team stands still, the others turn around it, sides alternating along the circle. The second half has the sides
    changed and begins one turn on, so that nobody is three times in a row at home, or away, at the join.
    """
    count = len(timetable.teams)
    turns = count - 1 + count % 2
    games = []
    for turn in range(turns):
        pairs = [(turn, count - 1) if turn % 2 else (count - 1, turn)] if count % 2 == 0 else []
        for step in range(1, (turns + 1) // 2):
            ahead, behind = (turn + step) % turns, (turn - step) % turns
            pairs.append((ahead, behind) if step % 2 else (behind, ahead))
        for home, away in pairs:
            games.append(Meeting(home, away, turn))
            if timetable.rounds == 2:
                games.append(Meeting(away, home, turns + (turn - 1) % turns))
    return games

"""Files of other programs read, checked, reviewed and written: players, teams, schedules."""

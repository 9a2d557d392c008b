"""What happens to a season's schedule once families rely on it: rain-outs, moves, games called off and added, undo."""

"""The `youthprog` command.

Only the module of the command asked for is imported, so that `--help` answers at once. A failure is one
plain sentence on standard error and an exit code, never a traceback.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

BROKEN = 1


@dataclass(frozen=True)
class Command:
    """One command: what it does, an example, and `module:name`, where `name_arguments` and `name_run` are."""

    does: str
    example: str
    home: str


COMMANDS: dict[str, Command] = {
    "init": Command(
        "create or upgrade the database, keys and folders; safe to repeat",
        "youthprog init",
        "youthprog.operations.commands:init",
    ),
    "demo": Command(
        "fill an empty installation with a generated department",
        "youthprog demo --size m --seed 7",
        "youthprog.demo.commands:demo",
    ),
    "invite": Command(
        "open an account and print its one-time welcome link",
        "youthprog invite ada@city.example --role admin --given Ada --family Okafor",
        "youthprog.access.commands:invite",
    ),
    "serve": Command(
        "run the web server and the worker",
        "youthprog serve --port 8000 --workers 2",
        "youthprog.operations.serve:serve",
    ),
    "worker": Command("run the background worker alone", "youthprog worker", "youthprog.operations.commands:worker"),
    "import": Command(
        "import an export of players, games or volunteers",
        "youthprog import players.csv --season 3 --dry-run",
        "youthprog.leagues.commands:import",
    ),
    "roster": Command(
        "print a paper of a team, of its next game or of its season",
        "youthprog roster 12 --out tigers.pdf --kind coach",
        "youthprog.leagues.printing.commands:roster",
    ),
    "certificates": Command(
        "print certificates for a whole season, or for the people of a file",
        "youthprog certificates --season 3 --signatory 'Ana Ruiz' --role 'Chief of Police' --out all.pdf",
        "youthprog.reports.batches.commands:certificates",
    ),
    "schedule": Command(
        "timetable a season from a file, or say why it cannot be",
        "youthprog schedule season.xml --out solution.xml --seconds 60",
        "youthprog.leagues.timetables.command:schedule",
    ),
    "standings": Command(
        "the table of a list of games, and what decided each place",
        "youthprog standings games.csv --rules rules.toml",
        "youthprog.leagues.standings.command:standings",
    ),
    "match": Command(
        "propose mentors for young people out of two files, with reasons",
        "youthprog match --mentors mentors.csv --youth youth.csv --mode most",
        "youthprog.mentorship.matching.command:match",
    ),
    "verify": Command(
        "say whether a sealed PDF is ours and unchanged",
        "youthprog verify record.pdf",
        "youthprog.documents.commands:verify",
    ),
    "audit": Command(
        "recompute the audit chain", "youthprog audit verify", "youthprog.audit.commands:audit"
    ),
    "backup": Command(
        "write a consistent copy while serving",
        "youthprog backup youthprog-2026-09-17.tar.gz",
        "youthprog.operations.commands:backup",
    ),
    "restore": Command(
        "fill an empty installation from a backup",
        "youthprog restore youthprog-2026-09-17.tar.gz",
        "youthprog.operations.commands:restore",
    ),
    "check": Command(
        "check libraries, keys, migrations, outbox and disk",
        "youthprog check",
        "youthprog.operations.commands:check",
    ),
    "rekey": Command(
        "seal every sealed field with a new key", "youthprog rekey", "youthprog.operations.commands:rekey"
    ),
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given[0] if given else ""
    if name not in COMMANDS:
        return _overview(name)
    command = COMMANDS[name]
    module_name, _, function = command.home.partition(":")
    try:
        module = importlib.import_module(module_name)
        parser = argparse.ArgumentParser(
            prog=f"youthprog {name}", description=command.does.capitalize() + ".", epilog=f"example: {command.example}"
        )
        getattr(module, f"{function}_arguments")(parser)
        return int(getattr(module, f"{function}_run")(parser.parse_args(given[1:])))
    except KeyboardInterrupt:
        return 130
    except Exception as problem:
        if os.environ.get("YOUTHPROG_TRACEBACK"):
            raise
        print(f"youthprog {name}: {sentence_of(problem)}", file=sys.stderr)
        return BROKEN


def _overview(name: str) -> int:
    asked = name in ("", "-h", "--help")
    out = sys.stdout if asked else sys.stderr
    if not asked:
        print(f"youthprog: there is no command {name!r}.", file=out)
    print("usage: youthprog COMMAND [options]\n", file=out)
    for each, command in COMMANDS.items():
        print(f"  {each:<11}{command.does}", file=out)
    print("\n'youthprog COMMAND --help' shows its options and an example.", file=out)
    return 0 if asked else 2


def sentence_of(problem: BaseException) -> str:
    """A failure in one plain line."""
    if type(problem).__module__.startswith("sqlalchemy"):
        inner = str(getattr(problem, "orig", problem)).strip().splitlines()
        text = f"the database cannot be used: {inner[0] if inner else problem}"
        return text + ". Run 'youthprog init' first." if "no such table" in text or "does not exist" in text else text
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename or 'file'}: {problem.strerror.lower()}."
    return " ".join(str(problem).split()) or type(problem).__name__


if __name__ == "__main__":
    sys.exit(main())

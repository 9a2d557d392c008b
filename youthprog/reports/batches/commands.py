"""`youthprog certificates --season S | --people FILE.csv --out FILE.pdf`: a batch printed at the machine itself."""

import argparse
import csv
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from youthprog import create_app
from youthprog.audit.services import record, record_read
from youthprog.core import clock, db
from youthprog.core.actor import SYSTEM, Actor, Grant
from youthprog.core.permissions import P, Reach
from youthprog.core.refusals import Refused
from youthprog.documents import services as documents
from youthprog.documents.joining import join
from youthprog.documents.types import Certificate, Signatory
from youthprog.people.models import Person
from youthprog.programs import queries as programs
from youthprog.programs.models import Season
from youthprog.reports.batches import queries, services
from youthprog.reports.batches.pages import zipped
from youthprog.reports.batches.rules import MOST
from youthprog.reports.batches.types import BatchState
from youthprog.reports.batches.work import at_work
from youthprog.web.language import says, sentence, speak

REFUSED = 2
UNUSABLE = 1
ALL_DAY = 24 * 3600.0
OPERATOR = Actor(SYSTEM.kind, SYSTEM.name, grants=dict.fromkeys(P, (Grant(Reach.EVERYWHERE),)))
GUEST = "guest"  # whom a certificate is for that nobody here has a file of
LONGEST_FILE = 2_000_000


class Unusable(Exception):
    """What was asked for cannot be had. The text says why."""


def certificates_arguments(parser: argparse.ArgumentParser) -> None:
    """For whom, who signs, where to."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--season", type=int, metavar="S", help="everybody of this season who came; the season's number")
    whom.add_argument("--people", type=Path, metavar="FILE.csv", help="a file with a column name, perhaps one hours")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf", help="all certificates in one file")
    parser.add_argument("--zip", type=Path, metavar="FILE.zip", help="also the sealed certificates, one file each")
    parser.add_argument(
        "--kind", default="participation", help="which certificate; participation unless said otherwise"
    )
    parser.add_argument("--signatory", default="", help="who signs")
    parser.add_argument("--role", default="", help="the title under the line")
    parser.add_argument("--program", default="", help="with --people: what they took part in")
    parser.add_argument("--program-es", default="", help="the same in Spanish")
    parser.add_argument("--when", default="", help='with --people: the season or day, such as "Summer 2026"')
    parser.add_argument("--when-es", default="", help="the same in Spanish")
    parser.add_argument("--again", action="store_true", help="also for those who have one from an earlier batch")


def certificates_run(args: argparse.Namespace) -> int:
    """Print a batch; 0 when the file is written, 2 when it was refused, with the names."""
    app = create_app()
    with app.app_context():
        speak("en")
        try:
            return _of_season(args) if args.people is None else _of_people(args)
        except Refused as refused:
            db.session().rollback()
            print("\n".join(says(reason) for reason in refused.reasons), file=sys.stderr)
            return REFUSED
        except Unusable as problem:
            print(problem, file=sys.stderr)
            return UNUSABLE
        finally:
            documents.press().close()


def _of_season(args: argparse.Namespace) -> int:
    kind = queries.kinds().get(args.kind)
    if kind is None or not kind.sealed:
        known = ", ".join(key for key, each in queries.kinds().items() if each.sealed)
        raise Unusable(f"There is no certificate {args.kind!r}. There are: {known}.")
    if db.session().get(Season, args.season) is None:
        raise Unusable(f"There is no season {args.season}.")
    options = {"signatory": args.signatory, "role": args.role}
    season, now = programs.get_season(args.season), clock.now()
    batch = services.ask(season, kind, group_id=None, options=options, again=args.again, by=OPERATOR, now=now)
    batch_id, total = batch.id, batch.total
    services.take_up(batch_id, now=now)  # before a worker does
    db.session().commit()
    with closing(at_work(batch_id, seconds=ALL_DAY)) as steps:
        for _step in steps:
            db.session().commit()
            _tell(queries.counts_of(batch_id).printed, total)
            db.session().rollback()
    db.session().commit()
    batch = queries.get_batch(batch_id)
    if batch.state is not BatchState.DONE or batch.bytes_in_all is None:
        _say_why(batch.trouble)
        return REFUSED
    made = queries.made_of(batch)
    record_read("batch.fetched", "print_batch", batch_id, by=OPERATOR, papers=len(made), file=args.out.suffix)
    db.session().commit()
    _write(args.out, documents.fetched(services.file_of(batch_id, services.ALL)))
    if args.zip:
        _write(args.zip, zipped(batch_id, made, clock.now()))
    print(f"{args.out}: {len(made)} certificates.")
    return 0


def _say_why(trouble: Iterable[list[object]]) -> None:
    found = [(int(str(key)), sentence(str(text), dict(values).items())) for key, text, values in trouble]  # type: ignore[call-overload]
    persons = db.session().scalars(sa.select(Person).where(Person.id.in_([key for key, _why in found])))
    names = {person.id: person.name for person in persons}
    for key, why in found:
        print(f"{names[key]}: {why}" if key in names else why, file=sys.stderr)
    print("Nothing more was printed.", file=sys.stderr)


# ---- people of a file ----


def _of_people(args: argparse.Namespace) -> int:
    if not args.program or not args.when:
        raise Unusable("With --people say also --program and --when: they are printed on the certificate.")
    sheets = [_sheet(args, name, hours) for name, hours in _people_in(args.people)]
    lacking = [f"{sheet.name}: {says(each)}" for sheet in sheets for each in documents.refusals_to_print(sheet)]
    found = documents.undrawable({place: sheet.name for place, sheet in enumerate(sheets)})
    lacking += [f"{sheets[place].name}: no typeface here can draw {' '.join(each)}" for place, each in found.items()]
    if lacking:
        print("\n".join([*lacking, "Nothing was printed."]), file=sys.stderr)
        return REFUSED
    now, contents = clock.now(), []
    for place, (sheet, printed) in enumerate(zip(sheets, documents.print_many(sheets, now=now), strict=True)):
        prepared = documents.keep_printed(sheet, printed)
        document = documents.record_document(prepared, subject_kind=GUEST, subject_id=0, now=now)
        record("certificate.issued", "document", document.id, by=OPERATOR, now=now, sha256=prepared.sha256)
        db.session().commit()
        contents.append(prepared.content)
        _tell(place + 1, len(sheets))
    _write(args.out, [join(contents)])
    print(f"{args.out}: {len(contents)} certificates.")
    return 0


def _people_in(path: Path) -> Iterator[tuple[str, int | None]]:
    try:
        text = path.read_bytes()[:LONGEST_FILE].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Unusable(f"{path.name} cannot be read as a text file.") from None
    lines = csv.DictReader(text.splitlines())
    heads = {str(head).strip().lower(): head for head in lines.fieldnames or ()}
    if "name" not in heads:
        raise Unusable(f"{path.name} has no column name.")
    count = 0
    for line in lines:
        name = " ".join((line[heads["name"]] or "").split())
        hours = (line.get(heads.get("hours", ""), "") or "").strip()
        if name:
            count += 1
            yield name, int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 6 else None
        if count > MOST:
            raise Unusable(f"{path.name} has more than {MOST} people. Print it in parts.")
    if not count:
        raise Unusable(f"{path.name} names nobody.")


def _sheet(args: argparse.Namespace, name: str, hours: int | None) -> Certificate:
    return Certificate(
        letterhead=documents.letterhead(),
        name=name,
        program_en=args.program,
        program_es=args.program_es or args.program,
        season_en=args.when,
        season_es=args.when_es or args.when,
        awarded_on=clock.today(),
        code=documents.new_code(),
        signatories=(Signatory(args.signatory, args.role),),
        hours=hours,
    )


# ---- writing ----


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _write(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that appears only when it is whole, readable by its owner alone: it names children."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for part in parts:
            file.write(part)
    fresh.replace(path)

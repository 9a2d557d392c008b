"""Registers on phones: what a phone keeps of one register, and what it sends back. The protocol is in docs/sync.md."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_wtf.csrf import generate_csrf

from youthprog.attendance import card_rules, cards, deeds, rules, sayings, snapshots, walk_in_queries
from youthprog.attendance.card_queries import KnownCard
from youthprog.attendance.deed_forms import MOST_BYTES, Malformed, TooMuch, read_message
from youthprog.attendance.routes import device
from youthprog.attendance.snapshots import NOTHING_SAID, Door, Leaving, Standing, Told
from youthprog.attendance.types import Fate, Heard, Outcome, RollLine, Said
from youthprog.audit.services import record_read
from youthprog.core import clock, compact, crypto
from youthprog.core.actor import Actor
from youthprog.core.collecting import GUARDIAN, Collecting, Collector
from youthprog.core.permissions import P
from youthprog.core.refusals import N_, Refusal
from youthprog.programs import queries as programs
from youthprog.programs.models import Gathering
from youthprog.programs.types import Occasion
from youthprog.web.edge import actor, door, keep_alone, keep_together, public
from youthprog.web.headers import Answer
from youthprog.web.language import gettext, says, sentence
from youthprog.web.pages import page

bp = Blueprint("sync", __name__)
HASH = 24  # hexadecimal digits of a hash that a phone keeps
CARD_HASH = 10
_write = compact.writer(ascii_only=True)
WORKER = Path(__file__).resolve().parents[1] / "static" / "js" / "sw.js"

MALFORMED = Refusal("malformed", N_("This entry cannot be read. Load the page again and tap once more."))
BAD_MESSAGE = Refusal("malformed", N_("This message cannot be read. Load the page again."))
TOO_MUCH = Refusal("too_much", N_("That is too much for one message. Send it in parts."))


@bp.get("/gatherings/<id:gathering_id>/register.json")
@door(P.REGISTER_TAKE)
def snapshot(gathering_id: int) -> Response:
    """What a phone keeps of a register, to go on without a network."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    now = clock.now()
    found = snapshots.snapshot_of(actor(), gathering, now, current_app.config["YOUTHPROG"].offline_hours)
    record_read(
        "register.kept",
        "gathering",
        gathering.id,
        by=actor(),
        youth=len(found.roll.lines),
        health=found.roll.shows_health,
    )
    salt = crypto.token()
    return _answer(
        {
            "gathering": gathering.id,
            "owner": _owner(),
            "token": generate_csrf(),
            "server": _iso(now),
            "hours": (found.until - now) // timedelta(seconds=36) / 100,
            "salt": salt,
            "zone": str(clock.zone()),
            "starts_at": _iso(gathering.starts_at),
            "ends_at": _iso(gathering.ends_at),
            "opens_at": _iso(gathering.starts_at - rules.OPENS_BEFORE),
            "canceled": gathering.canceled_at is not None,
            "youth": [
                {
                    **_line(line),
                    **_standing(found.standing.get(line.youth_id, NOTHING_SAID)),
                    **_leaving(line.youth_id, found.leaving, salt),
                    "card": _hash(salt, found.codes.get(line.youth_id)),
                }
                for line in found.roll.lines
            ],
        }
    )


@bp.get("/gatherings/<id:gathering_id>/cards.json")
@door(P.REGISTER_TAKE)
def door_kept(gathering_id: int) -> Response:
    """What a phone keeps to read cards without a network: hashes of their codes, and the names of the door's list."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    found = snapshots.door_of(actor(), gathering, clock.today())
    salt = crypto.token()
    facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, clock.now())
    refusals = [*card_rules.OF_A_CARD, *(rules.refusal_of(code, facts) for code in ("not_begun", "gathering_canceled"))]
    told = {each.code: _meaning(each, found) for each in found.cards if each.ended_at is None}
    ended = {each.code: says(card_rules.ended(each.ended_at)) for each in found.cards if each.ended_at is not None}
    return _answer(
        {
            "salt": salt,
            "host": current_app.config["YOUTHPROG"].host,
            "says": {each.code: says(each) for each in refusals},
            "youth": {
                who: {
                    "name": name,
                    "cleared": who not in found.watching,
                    "reasons": [sentence(each.sentence, each.values) for each in found.reasons.get(who, ())],
                }
                for who, name in found.names.items()
            },
            "cards": {_card_hash(salt, code): meaning for code, meaning in told.items()},
            "ended": {_card_hash(salt, code): words for code, words in ended.items()},
        }
    )


def _meaning(card: KnownCard, door: Door) -> int | str:
    """Whose card it is: of the door's list by key, else what its youth is to the gathering, without saying who."""
    if card.youth_id in door.names:
        return card.youth_id
    if not (card.is_member or card.is_enrolled):
        return card_rules.NOT_ENROLLED.code
    if card.youth_id in door.watching:
        return "watches"
    return "belongs" if card.is_member else "walk_in"


def _card_hash(salt: str, code: str) -> str:
    """Shorter than other hashes, for there are many. Of 100,000 cards one is taken for a foreign code once in ten million scans."""
    return crypto.fingerprint(salt + code)[:CARD_HASH]


@bp.get("/gatherings/<id:gathering_id>/standing.json")
@door(P.REGISTER_TAKE)
def standing(gathering_id: int) -> Response:
    """What holds now, so that two who take one register see each other's marks. It names nobody."""
    gathering = programs.get_gathering_for(actor(), P.REGISTER_TAKE, gathering_id, clock.today())
    found = snapshots.standing_for(actor(), gathering, clock.today())
    return _answer({"youth": {who: _standing(found[who]) for who in sorted(found)}})


@bp.post("/gatherings/<id:gathering_id>/deeds")
@door(P.REGISTER_TAKE, late=True, inside=True)
def keep(gathering_id: int) -> Response:
    """Keep what a device says of a gathering. The same message again is answered alike and changes nothing."""
    try:
        message = read_message(_body())
    except TooMuch:
        return _refused(gathering_id, TOO_MUCH, 413)
    except Malformed:
        return _refused(gathering_id, BAD_MESSAGE, 400)
    now = clock.now()
    sent = [each if each.device else replace(each, device=device()) for _id, each in message.deeds if each is not None]
    keep_ours = keep_together if rules.LEAVING.isdisjoint(each.kind for each in sent) else keep_alone
    gathering, concerned, unread, heard = keep_ours(_hear, gathering_id, sent, now=now, save_id=message.save_id)
    known = [each.client_id for each in heard.outcomes if each.fate is Fate.KNOWN]
    before = snapshots.told_before(gathering.id, known)
    told = {each.client_id: _told(gathering, each, before.get(each.client_id), unread, now) for each in heard.outcomes}
    standing = snapshots.standing_after(gathering.id, concerned, heard.holds)
    return _answer(
        {
            "server": _iso(now),
            "results": [_result(sent_id, each, told) for sent_id, each in message.deeds],
            "youth": {who: _standing(standing.get(who, NOTHING_SAID)) for who in sorted(concerned)},
        }
    )


def _body() -> bytes:
    """What was sent. Of what is longer than may be, or of a length that nobody announced, one byte more than may be.

    Straight from the server, which gives no more than was announced: Flask's own way there is as long as reading it.
    """
    environ = request.environ
    announced = environ.get("CONTENT_LENGTH", "")
    if announced.isascii() and announced.isdigit() and int(announced) <= MOST_BYTES:
        body: bytes = environ["wsgi.input"].read(int(announced))
        return body
    return request.stream.read(MOST_BYTES + 1)


@bp.get("/sw.js")
@public()
def worker() -> Response:
    """The service worker: at the root, so that it may answer for every page of ours when there is no network."""
    return Response(WORKER.read_bytes(), mimetype="text/javascript")


@bp.get("/offline")
@public()
def offline() -> Response:
    """The shell a phone opens without a network. It is the same for everyone and names nobody."""
    return page("attendance/offline.html", actor=None, nav=[], other_language=None)


def _hear(
    gathering_id: int, sent: list[Said], *, by: Actor, now: datetime, save_id: str | None
) -> tuple[Occasion, set[int], dict[str, Refusal], Heard]:
    """Find out what a message is about and keep it, in one transaction: the gathering, the youth it concerns, why scanned
    codes mean nobody, and what became of the deeds. Of children who leave others are told: that needs the whole gathering.
    """
    today = clock.day_of(now)
    asker = sayings.Asker(by, P.REGISTER_TAKE, today)
    gate = sayings.gate_of(asker, gathering_id)
    place = gate.place
    deeds.lock(place)
    asked: list[Any] | None = sayings.ask(gate.asked, sent)
    said: list[Said] = sent
    unread: dict[str, Refusal] = {}
    if any(row.living is None or row.living != row.who for row in asked or ()):
        said, unread = _known_youth(place, sent, snapshots.meant_by(by, place, asked or (), today), by=by)
        asked = None  # of whom these deeds are about now, it has to be asked anew
    whole: Occasion | Gathering = place
    if not rules.LEAVING.isdisjoint(each.kind for each in said):
        whole = programs.get_gathering_for(by, P.REGISTER_TAKE, gathering_id, today)
    heard = deeds.hear(whole, said, by=by, now=now, save_id=save_id, unread=unread, on=gate.on, asked_already=asked)
    return place, {each.youth_id for each in said if each.youth_id is not None}, unread, heard


def _known_youth(
    gathering: Occasion, said: list[Said], meant: dict[int, int], *, by: Actor
) -> tuple[list[Said], dict[str, Refusal]]:
    """Deeds with the youth that this actor means, and why a scanned code means nobody. A typed name may mean nobody too.

    Deeds about youth out of reach are deeds about nobody: foreign and nonexistent ones look alike.
    """
    scanned = {each.code or "" for each in said if _is_scan(each)}
    codes = cards.resolve_all(scanned, gathering, by=by) if scanned else {}
    typed = {each.name for each in said if each.name is not None}
    called = walk_in_queries.walk_ins_called(by, gathering, typed, clock.today()) if typed else {}
    found = []
    unread: dict[str, Refusal] = {}
    for each in said:
        who = codes[each.code or ""] if _is_scan(each) else meant.get(each.youth_id or 0)
        who = called.get(each.name) if each.name is not None else who
        if isinstance(who, Refusal):
            unread[each.client_id] = who
        youth_id = who if isinstance(who, int) else None
        found.append(each if youth_id == each.youth_id else replace(each, youth_id=youth_id))
    return found, unread


def _is_scan(said: Said) -> bool:
    return said.youth_id is None and said.code is not None


def _told(
    gathering: Occasion, outcome: Outcome, kept: Told | None, unread: dict[str, Refusal], now: datetime
) -> dict[str, Any]:
    """What became of a deed. One that came before is answered as it was then; one of another gathering tells nothing."""
    if outcome.fate is not Fate.KNOWN:
        return _fate(outcome.fate, outcome.refusal, outcome.flag)
    if kept is None or not kept.here:
        return {"state": Fate.KNOWN.value}
    if kept.refusal is None:
        return _fate(Fate.KEPT, None, kept.flag)
    facts = rules.GatheringFacts(gathering.starts_at, gathering.canceled_at is not None, now)
    code = unread.get(outcome.client_id)
    same = code if code is not None and code.code == kept.refusal else None
    return _fate(Fate.REFUSED, same or rules.refusal_of(kept.refusal, facts), kept.flag)


def _fate(fate: Fate, refusal: Refusal | None, flag: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {"state": fate.value}
    if flag is not None:
        told |= {"flag": flag, "says": sentence(rules.FLAGS[flag])}
    if refusal is not None:
        told |= {"code": refusal.code, "says": says(refusal)}
    return told


def _result(sent_id: str | None, said: Said | None, told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if said is None:
        return {"id": sent_id, **_fate(Fate.REFUSED, MALFORMED, None)}
    return {"id": said.client_id, **told[said.client_id]}


def _line(line: RollLine) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": line.youth_id,
        "name": line.name,
        "first": line.first_name,
        "jersey": line.jersey,
        "cleared": line.is_cleared,
        "walked_in": line.walked_in,
    }
    if line.reasons:
        found["reasons"] = [{"code": each.code, "says": sentence(each.sentence, each.values)} for each in line.reasons]
    if line.alert:
        found["alert"] = line.alert
    return found


def _leaving(youth_id: int, days: list[Leaving], salt: str) -> dict[str, Any]:
    """With whom a youth may leave now; and `later`, from when something else holds, where a day brings it."""
    first, *following = days
    last = first.of(youth_id)
    found = _on_a_day(*last, salt)
    later = []
    for day in following:
        if day.of(youth_id) != last:
            last = day.of(youth_id)
            later.append({"from": _iso(day.begins_at.astimezone(UTC)), **_on_a_day(*last, salt)})
    return {**found, "later": later} if later else found


def _on_a_day(known: Collecting, alone: bool, salt: str) -> dict[str, Any]:
    return {**_collecting(known, salt), "alone": alone}


def _collecting(known: Collecting, salt: str) -> dict[str, Any]:
    """Who may take a youth home; and, as salted hashes, the keys of the names of who may not (`core.names`)."""
    return {
        "collect": [
            {
                "kind": each.kind,
                "person": each.person_id,
                "name": each.name,
                "relation": gettext(each.relation) if each.kind == GUARDIAN and each.relation else each.relation,
                "phone": each.phone,
                **_checks(each, salt),
            }
            for each in known.allowed
        ],
        "barred": sorted({_hash(salt, key) or "" for bar in known.barred for key in bar.keys}),
    }


def _checks(each: Collector, salt: str) -> dict[str, Any]:
    """Of somebody called like an adult who may not: what to compare of the photo ID, and the salted hashes it must give."""
    if not each.proofs:
        return {}
    return {"checks": list(each.checks), "proofs": sorted(_hash(salt, proof.text) or "" for proof in each.proofs)}


def _hash(salt: str, text: str | None) -> str | None:
    return crypto.fingerprint(salt + text)[:HASH] if text else None


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "mark": standing.mark.value if standing.mark else None,
        "version": standing.version,
        "disputed": standing.disputed,
        "in_at": _iso(standing.in_at),
        "out_at": _iso(standing.out_at),
        "heads": list(standing.heads),
    }


def _owner() -> str:
    """Whose deeds wait on a phone, without saying who: only the same person's sign-in sends them."""
    return crypto.fingerprint(f"{current_app.config['SECRET_KEY']} outbox of {actor().person_id}")[:24]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def _refused(gathering_id: int, refusal: Refusal, status: int) -> Response:
    asker = sayings.Asker(actor(), P.REGISTER_TAKE, clock.today())
    sayings.gate_of(asker, gathering_id)  # raises `NotFound` as for a message that can be read
    return _answer({"error": refusal.code, "says": says(refusal)}, status)


def _answer(values: dict[str, Any], status: int = 200) -> Response:
    return Answer([_write(values).encode()], status, content_type="application/json")

"""What states may ask of a consent, as data: one reviewable file a state in `packs/`, with sources and days.

Nothing in a pack is stated as a fact: its only status is "ask your attorney". The format is in packs/README.md.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from youthprog.consent.types import Signer
from youthprog.core.refusals import N_

PACKS = Path(__file__).resolve().parent / "packs"
STATUS = "ask your attorney"
TOPICS = {
    "concussion": N_("Concussion"),
    "cardiac": N_("Sudden cardiac arrest"),
    "waiver": N_("Waiver"),
    "retention": N_("Keeping records"),
}
EVERY = {"year": N_("Each year"), "season": N_("Each season"), "once": N_("Once")}
ALLOWED = {
    "may_be_upheld": N_("A court may uphold it"),
    "rejected": N_("Courts reject it"),
    "unknown": N_("Not known"),
}
KEYS = {
    "concussion": {"sheet", "every", "signers"},
    "cardiac": {"sheet", "every", "signers", "video"},
    "waiver": {"allowed"},
    "retention": {"after_signature_days", "after_18_years"},
}
ALWAYS = {"source", "checked_on", "says"}


class BadPack(ValueError):
    """A pack that cannot be used, with every fault in plain words."""


@dataclass(frozen=True)
class Claim:
    """One thing a source says about a state: what about, in words, from where, read on which day."""

    topic: str
    says: Mapping[str, str]
    source: str
    checked_on: date
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Retention:
    """How long a record is kept at least: to the later of both days. `after_18_years` None: the birthday plays no part."""

    after_signature_days: int
    after_18_years: int | None = None


@dataclass(frozen=True)
class Pack:
    """What sources say about one state. `status` is always "ask your attorney"."""

    state: str
    name: Mapping[str, str]
    status: str
    claims: tuple[Claim, ...]

    @property
    def retention(self) -> Retention | None:
        """The numbers about keeping records, when a source gives any."""
        for claim in self.claims:
            if claim.topic == "retention":
                return Retention(claim.values["after_signature_days"], claim.values.get("after_18_years"))
        return None


@cache
def packs() -> Mapping[str, Pack]:
    """Every pack that is shipped, by state. Raises `BadPack` for a file with a fault."""
    found = [
        pack_of(tomllib.loads(path.read_text(encoding="utf-8")), path.stem) for path in sorted(PACKS.glob("*.toml"))
    ]
    return {pack.state: pack for pack in found}


def find_pack(state: str) -> Pack | None:
    """The pack of a state by its two letters, or None: then the attorney alone knows."""
    return packs().get(state.lower())


def pack_of(source: Mapping[str, Any], name: str) -> Pack:
    """A pack from its file. Raises `BadPack` with every fault."""
    faults = faults_of(source, name)
    if faults:
        raise BadPack(f"{name}.toml: {'; '.join(faults)}")
    claims = tuple(_claim(topic, source[topic]) for topic in TOPICS if topic in source)
    return Pack(source["state"], source["name"], source["status"], claims)


def _claim(topic: str, part: Mapping[str, Any]) -> Claim:
    values = {key: value for key, value in part.items() if key not in ALWAYS}
    return Claim(topic, part["says"], part["source"], part["checked_on"], values)


def faults_of(source: Mapping[str, Any], name: str) -> list[str]:
    """Everything that is wrong with a pack's source, in plain words."""
    faults = []
    if source.get("status") != STATUS:
        faults.append(f'status is not "{STATUS}"')
    if source.get("state") != name or len(name) != 2:
        faults.append("state is not the two letters of the file's name")
    if not _both(source.get("name")):
        faults.append("name needs en and es")
    unknown = source.keys() - {"state", "status", "name"} - TOPICS.keys()
    if unknown:
        faults.append(f"unknown: {', '.join(sorted(unknown))}")
    for topic in TOPICS:
        if topic in source:
            faults += [f"{topic}: {fault}" for fault in _faults_of_part(topic, source[topic])]
    return faults


def _faults_of_part(topic: str, part: Mapping[str, Any]) -> list[str]:
    faults = []
    if not str(part.get("source", "")).strip():
        faults.append("no source")
    if not isinstance(part.get("checked_on"), date):
        faults.append("no day on which it was checked")
    if not _both(part.get("says")):
        faults.append("says needs en and es")
    unknown = part.keys() - ALWAYS - KEYS[topic]
    if unknown:
        faults.append(f"unknown: {', '.join(sorted(unknown))}")
    faults += _wrong_values(part)
    if topic == "retention" and "after_signature_days" not in part:
        faults.append("after_signature_days is missing")
    return faults


def _wrong_values(part: Mapping[str, Any]) -> list[str]:
    faults = []
    if part.get("every", "year") not in EVERY:
        faults.append("every is year, season or once")
    if part.get("allowed", "unknown") not in ALLOWED:
        faults.append("allowed is may_be_upheld, rejected or unknown")
    if not set(part.get("signers", ())) <= {signer.value for signer in Signer}:
        faults.append("an unknown signer")
    for key in ("sheet", "video"):
        if not isinstance(part.get(key, False), bool):
            faults.append(f"{key} is true or false")
    for key, most in (("after_signature_days", 36_600), ("after_18_years", 100)):
        value = part.get(key, 0)
        if type(value) is not int or not 0 <= value <= most:
            faults.append(f"{key} is a whole number up to {most}")
    return faults


def _both(words: Any) -> bool:
    return isinstance(words, Mapping) and all(str(words.get(language, "")).strip() for language in ("en", "es"))

"""What files of a batch are called, which names are right, and what a badge says."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthprog.documents import rules as document_rules
from youthprog.documents.badge_keys import _json as as_part
from youthprog.documents.badges import LONGEST, Badge, credential_of, id_of, revocation_list
from youthprog.documents.seal import NAMED, sealed_words
from youthprog.reports.batches.rules import MOST, file_names, refusals_to_ask

# ---- file names ----

REFUSED = set('<>:"/\\|?*') | {chr(number) for number in range(32)}


def safe_everywhere(name: str) -> bool:
    """What Windows and macOS take for a file name, written down again from their own lists."""
    stem = name.removesuffix(".pdf")
    devices = {"con", "prn", "aux", "nul", *(f"{each}{n}" for each in ("com", "lpt") for n in "123456789¹²³")}
    return (
        bool(stem)
        and len(name.encode()) <= 255
        and not set(name) & REFUSED
        and stem == stem.strip(". ")
        and stem.partition(".")[0].rstrip(" ").casefold() not in devices
        and name.isprintable()
    )


@given(
    st.lists(
        st.text(max_size=120) | st.sampled_from(["con", "AUX.", "Ana", "ana", "Ána", "", "..", "com1.x"]), max_size=8
    )
)
@settings(max_examples=40)
def test_file_names_are_safe_and_no_two_are_one(abouts):
    names = list(file_names(abouts))
    assert len(names) == len(abouts)
    assert all(safe_everywhere(name) for name in names), names
    folded = {unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name).casefold()) for name in names}
    assert len(folded) == len(names)


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ("Kofi Mensah", "Kofi Mensah.pdf"),
        ("María Fernanda de la Concepción", "María Fernanda de la Concepción.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ("aux", "_aux.pdf"),
        ("COM1.Smith", "_COM1.Smith.pdf"),
        ("Ana\u202efdp.exe", "Anafdp.exe.pdf"),
        ("  ...  ", "paper.pdf"),
    ],
)
def test_a_file_name_is_what_one_would_write(about, name):
    assert list(file_names([about])) == [name]


def test_two_of_one_name_are_told_apart_in_order():
    assert list(file_names(["Ana Ruiz", "ana ruiz", "Ana Ruiz"])) == [
        "Ana Ruiz.pdf",
        "ana ruiz (2).pdf",
        "Ana Ruiz (3).pdf",
    ]


# ---- asking ----


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"count": 0}, ["nobody"]),
        ({"count": MOST + 1}, ["too_many"]),
        ({"signatory": " "}, ["no_signatory"]),
        ({"role": ""}, ["no_role"]),
        ({"signatory": "", "role": "", "count": 0}, ["no_signatory", "no_role", "nobody"]),
        ({"signatory": "", "role": "", "signs": False}, []),
    ],
)
def test_why_a_batch_is_not_taken_on(change, codes):
    asked = {"count": 3, "nobody": "Nobody.", "signs": True, "signatory": "Ana Ruiz", "role": "Chief"} | change
    assert [each.code for each in refusals_to_ask(**asked)] == codes


# ---- the name on a certificate ----


def is_right(typed: str, printed: str = "María de la O'Neil-Núñez") -> bool:
    return document_rules.name_digest(typed) == document_rules.name_digest(printed)


@pytest.mark.parametrize(
    "typed",
    ["María de la O'Neil-Núñez", "  maria DE la o’neil nunez ", "O'Neil-Núñez, María de la", "MARIA DE LA ONEIL-NUNEZ"],
)
def test_a_name_is_right_however_it_is_typed(typed):
    assert is_right(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "María", "O'Neil-Núñez", "María O'Neil-Núñez", "María de la O'Neil", "María de la O'Neil-Núñez Ruiz", "%"],
)
def test_half_a_name_is_no_name(typed):
    assert not is_right(typed)


def test_no_name_is_not_the_name_of_a_paper_without_one():
    assert document_rules.name_digest("") == document_rules.name_digest(" . ")  # so `is_holder` asks for one besides


# ---- what the seal names ----


def test_a_seal_names_its_document():
    assert NAMED.search(sealed_words("Certificate · Chess · 2026", "R3WD8HNC"))[1] == "R3WD-8HNC"
    assert NAMED.search(sealed_words("Certificate · Chess", None)) is None


# ---- badges ----

BADGE = Badge(
    title="Certificate of Participation · Flag football",
    holder="Kofi Mensah",
    issuer="Riverton Police Youth Programs",
    issued_at=datetime(2026, 11, 21, 18, 30, 5, 999, tzinfo=UTC),
    file_sha256="ab" * 32,
    verify_at="https://youth.riverton.example/v/R3WD-8HNC",
    address="https://youth.riverton.example/badges",
)


def faults_of(badge: dict) -> list[str]:
    """What Open Badges 3.0 requires of an OpenBadgeCredential and of its JSON Web Token, in rules of our own."""
    subject, issuer = badge.get("credentialSubject", {}), badge.get("issuer", {})
    achievement, status = subject.get("achievement", {}), badge.get("credentialStatus", {})
    identities = subject.get("identifier", [])
    required = {
        "@context begins with credentials v2": badge.get("@context", [""])[0] == "https://www.w3.org/ns/credentials/v2",
        "@context goes on with Open Badges 3.0": badge.get("@context", ["", ""])[1].startswith("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0"),
        "@context names the kind of status": "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json" in badge.get("@context", ()),
        "id is an address": _is_uri(badge.get("id")),
        "type": {"VerifiableCredential", "OpenBadgeCredential"} <= set(badge.get("type", ())),
        "name": bool(badge.get("name")),
        "issuer.id": _is_uri(issuer.get("id")),
        "issuer.type": "Profile" in issuer.get("type", ()),
        "validFrom is a moment with its zone": datetime.fromisoformat(badge.get("validFrom", "1")[:-1] + "+00:00").tzinfo is UTC,
        "subject.type": "AchievementSubject" in subject.get("type", ()),
        "subject is somebody": _is_uri(subject.get("id")) or bool(identities),
        "identities": all(
            each.get("type") == "IdentityObject" and each.get("identityType") == "name" and isinstance(each.get("hashed"), bool) and each.get("identityHash")
            and (not each["hashed"] or (each["identityHash"].startswith("sha256$") and len(each["identityHash"]) == 71 and each.get("salt")))
            for each in identities
        ),
        "achievement.id": _is_uri(achievement.get("id")),
        "achievement.type": "Achievement" in achievement.get("type", ()),
        "achievement.criteria": bool(achievement.get("criteria", {}).get("narrative") or achievement.get("criteria", {}).get("id")),
        "achievement.description": bool(achievement.get("description")),
        "achievement.name": bool(achievement.get("name")),
        "status": status.get("type") == "1EdTechRevocationList" and _is_uri(status.get("id")),
        "iss": badge.get("iss") == issuer.get("id"),
        "jti": badge.get("jti") == badge.get("id"),
        "sub": badge.get("sub") == subject.get("id"),
        "nbf": badge.get("nbf") == int(datetime.fromisoformat(badge.get("validFrom", "2000-01-01T00:00:00Z")[:-1] + "+00:00").timestamp()),
        "no claim of a wrapped credential": "vc" not in badge,
    }  # fmt: skip
    return [name for name, holds in required.items() if not holds]


def _is_uri(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("https://", "urn:uuid:"))


def test_a_badge_is_an_open_badge():
    assert faults_of(credential_of(BADGE)) == []


@pytest.mark.parametrize("lost", ["id", "type", "issuer", "credentialSubject", "credentialStatus", "iss", "sub", "nbf"])
def test_the_rules_of_a_badge_see_what_is_missing(lost):
    badge = credential_of(BADGE)
    del badge[lost]
    assert faults_of(badge)


# Of each kind of thing in a badge: what it must have, and whether it may have more (data model of Open Badges 3.0, B.1).
MUST_HAVE = {
    "OpenBadgeCredential": ({"@context", "id", "type", "issuer", "validFrom", "credentialSubject"}, True),
    "Profile": ({"id", "type"}, True),
    "AchievementSubject": ({"type", "achievement"}, True),
    "Achievement": ({"id", "type", "name", "description", "criteria"}, True),
    "IdentityObject": ({"type", "hashed", "identityHash", "identityType"}, False),
    "Evidence": ({"type"}, True),
    "1EdTechRevocationList": ({"type"}, True),
}
MAY_HAVE = {"IdentityObject": {"salt"}}
ONE_TYPE = {"IdentityObject", "1EdTechRevocationList"}  # a word; of all others the type is a list with the word in it


def typed_in(value: object) -> list[dict]:
    """Everything in a badge that says what it is."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [each for part in inside for each in typed_in(part)]
    return [value, *found] if isinstance(value, dict) and "type" in value else found


@pytest.mark.parametrize("with_name", [False, True])
def test_everything_in_a_badge_has_what_its_kind_must_have(with_name):
    seen = set()
    for thing in typed_in(credential_of(replace(BADGE, with_name=with_name))):
        kinds = {thing["type"]} if isinstance(thing["type"], str) else set(thing["type"]) - {"VerifiableCredential"}
        (kind,) = kinds
        must, more = MUST_HAVE[kind]
        assert isinstance(thing["type"], str) == (kind in ONE_TYPE)
        assert must <= thing.keys()
        assert more or thing.keys() <= must | MAY_HAVE[kind]
        seen.add(kind)
    assert seen == MUST_HAVE.keys()


def test_a_name_is_in_a_badge_only_when_asked_for():
    assert "Kofi" not in json.dumps(credential_of(BADGE))
    named = credential_of(
        Badge(**{**{name: getattr(BADGE, name) for name in BADGE.__dataclass_fields__}, "with_name": True})
    )
    assert named["credentialSubject"]["identifier"][0]["identityHash"] == "Kofi Mensah"
    assert faults_of(named) == []


def test_two_papers_are_two_badges_and_one_paper_always_the_same():
    values = {name: getattr(BADGE, name) for name in BADGE.__dataclass_fields__}
    other = credential_of(Badge(**{**values, "file_sha256": "cd" * 32}))
    first, again = credential_of(BADGE), credential_of(Badge(**values))
    assert first == again
    hashes = [each["credentialSubject"]["identifier"][0]["identityHash"] for each in (first, other)]
    assert hashes[0] != hashes[1]
    assert first["id"] != other["id"]
    assert first["credentialSubject"]["achievement"] == other["credentialSubject"]["achievement"]


def test_the_largest_badge_is_small_enough():
    worst = Badge(
        title="Ñ" * 200, holder="Ñ" * 100, issuer="Ñ" * 200, issued_at=BADGE.issued_at, file_sha256="ab" * 32,
        verify_at=f"https://{'h' * 40}.example/v/R3WD-8HNC", address=f"https://{'h' * 40}.example/badges",
    )  # fmt: skip
    for with_name in (False, True):
        claims = credential_of(
            Badge(**{**{n: getattr(worst, n) for n in worst.__dataclass_fields__}, "with_name": with_name})
        )
        header = {"alg": "RS256", "kid": f"{worst.address}/{'k' * 16}", "typ": "JWT"}
        assert len(f"{as_part(header)}.{as_part(claims)}.") + 342 <= LONGEST


def test_the_list_of_revoked_badges_gives_no_code_away():
    listed = revocation_list(["ab" * 32], address=BADGE.address)
    assert listed["revokedCredential"] == [{"id": id_of("ab" * 32), "revoked": True}]
    assert listed["id"] == credential_of(BADGE)["credentialStatus"]["id"]
    assert listed["issuer"] == credential_of(BADGE)["iss"]
    assert "R3WD" not in json.dumps(listed)

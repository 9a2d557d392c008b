"""A certificate as an Open Badges 3.0 credential: plain values, before they are signed. Pure.

Shape and names: 1EdTech Open Badges 3.0 (OpenBadgeCredential, VC data model 2.0), secured as a JSON Web Token whose
payload is the credential itself (8.2). A child's name is in it only as a salted hash, unless somebody asked for it.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",  # names 1EdTechRevocationList, which the two before do not
)
KEY_SET = "badge-keys.json"
LONGEST = 2_500
"""So many bytes a signed credential has at most."""
ROOM = 1_450
"""So many bytes its claims may have, so that with header and signature it stays within that."""
LONGEST_NAMES = 60, 44
"""So many bytes a title or an issuer has, and where that is too much for the whole."""


@dataclass(frozen=True)
class Badge:
    """What a credential says. `address` is where this department's badges are explained, without a slash at the end."""

    title: str
    holder: str
    issuer: str
    issued_at: datetime
    file_sha256: str
    verify_at: str
    address: str
    with_name: bool = False


def credential_of(badge: Badge) -> dict[str, Any]:
    """The claims of a badge: the credential, and beside it what a JSON Web Token repeats of it."""
    claims: dict[str, Any] = {}
    for longest in LONGEST_NAMES:
        claims = _claims(badge, longest)
        if _size(claims) > ROOM:
            del claims["evidence"]  # the one thing in it that may be left out; the paper says it too
        if _size(claims) <= ROOM:
            break
    return claims


def _size(claims: dict[str, Any]) -> int:
    return len(json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode())


def _claims(badge: Badge, longest: int) -> dict[str, Any]:
    issuer_id, badge_id = f"{badge.address}/issuer", id_of(badge.file_sha256)
    title = _short(badge.title, longest)
    issued_at = badge.issued_at.astimezone(UTC).replace(microsecond=0)
    holder_id = _urn("holder", badge.file_sha256)
    return {
        "@context": list(CONTEXT),
        "id": badge_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "issuer": {"id": issuer_id, "type": ["Profile"], "name": _short(badge.issuer, longest)},
        "validFrom": issued_at.isoformat().replace("+00:00", "Z"),
        "credentialSubject": {
            "id": holder_id,
            "type": ["AchievementSubject"],
            "identifier": [_identity(badge)],
            "achievement": {
                "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{issuer_id} {badge.title}')}",
                "type": ["Achievement"],
                "name": title,
                "description": "A sealed certificate.",
                "criteria": {"narrative": "As printed on it."},
            },
        },
        "evidence": [{"id": badge.verify_at, "type": ["Evidence"]}],
        "credentialStatus": {"id": f"{badge.address}/revoked", "type": "1EdTechRevocationList"},
        "iss": issuer_id,
        "jti": badge_id,
        "sub": holder_id,
        "nbf": int(issued_at.timestamp()),
    }


def _identity(badge: Badge) -> dict[str, Any]:
    if badge.with_name:
        return {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": badge.holder}
    salt = hashlib.sha256(f"salt {badge.file_sha256}".encode()).hexdigest()[:16]
    digest = hashlib.sha256(f"{badge.holder}{salt}".encode()).hexdigest()
    return {
        "type": "IdentityObject", "identityType": "name", "hashed": True, "identityHash": f"sha256${digest}", "salt": salt
    }  # fmt: skip


def id_of(file_sha256: str) -> str:
    """What a badge is called. It follows from the sealed file, so that nobody who has only the name learns the code."""
    return _urn("badge", file_sha256)


def issuer_profile(*, address: str, name: str, home: str, email: str, phone: str) -> dict[str, Any]:
    """Who issues the badges, for whoever follows the address in one."""
    return {
        "@context": list(CONTEXT),
        "id": f"{address}/issuer",
        "type": ["Profile"],
        "name": name,
        "url": home,
        "email": email,
        "phone": phone,
    }


def revocation_list(file_sha256s: Iterable[str], *, address: str) -> dict[str, Any]:
    """The badges that hold no more (1EdTech Revocation List), without a reason."""
    return {
        "id": f"{address}/revoked",
        "issuer": f"{address}/issuer",
        "revokedCredential": [{"id": id_of(each), "revoked": True} for each in file_sha256s],
    }


def _urn(what: str, file_sha256: str) -> str:
    return f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(f'{what} {file_sha256}'.encode()).digest()[:16], version=4)}"


def _short(text: str, most: int) -> str:
    """A text in at most so many bytes."""
    short = text.encode()[:most].decode("utf-8", "ignore")
    return short if short == text else f"{short.encode()[: most - 3].decode('utf-8', 'ignore').rstrip()}…"

"""The key that signs badges, and signing with it: RS256, the one algorithm every reader of Open Badges 3.0 must know (8.2).

In the press child and in commands only: what makes keys weighs a megabyte. The public half lies beside it as a JWKS,
which the web process hands out as it is. A new key is put in front; old ones stay, for badges signed with them.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from youthprog.documents.badges import KEY_SET

PRIVATE = "badge-key.pem"
BITS = 2048


def make_badge_key(folder: Path) -> bool:
    """Make the signing key in `folder`, readable by its owner alone, unless it is there. Returns whether it was made."""
    if (folder / PRIVATE).exists() and (folder / KEY_SET).exists():
        return False
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    kind, how = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    try:
        with os.fdopen(os.open(folder / PRIVATE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(serialization.Encoding.PEM, kind, how))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        key = _load(folder)
    (folder / KEY_SET).write_text(json.dumps({"keys": [public_key(key)]}, indent=1))
    return True


def public_key(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """The public half as a JWK (RFC 7517). Its `kid` is its thumbprint (RFC 7638), shortened."""
    numbers = key.public_key().public_numbers()
    named = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    thumbprint = hashlib.sha256(json.dumps(named, sort_keys=True, separators=(",", ":")).encode()).digest()
    return named | {"alg": "RS256", "use": "sig", "kid": _text(thumbprint)[:16]}


def sign(claims: Mapping[str, Any], *, folder: Path, keys_at: str) -> str:
    """A credential as a compact JWS (RFC 7515); `keys_at` is where its key can be had by its `kid`."""
    key = _load(folder)
    header = {"alg": "RS256", "kid": f"{keys_at}/{public_key(key)['kid']}", "typ": "JWT"}
    signed = f"{_json(header)}.{_json(claims)}"
    return f"{signed}.{_text(key.sign(signed.encode('ascii'), padding.PKCS1v15(), hashes.SHA256()))}"


def _load(folder: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key((folder / PRIVATE).read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _json(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")

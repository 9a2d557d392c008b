"""The department's seal: one certification signature over the whole file (PAdES, ETSI.CAdES.detached).

The root and the sealing key are the installation's own, made once by `youthprog init`. They are valid for
a hundred years, longer than any record is kept, so an old seal is never "expired". Sealing and
verifying run in the press child only: they import pyhanko.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from youthprog.documents.endings import DOUBTFUL
from youthprog.documents.types import NO_SEAL, SealReport

ROOT_CERTIFICATE, ROOT_KEY = "seal-root.pem", "seal-root-key.pem"
CERTIFICATE, KEY = "seal.pem", "seal-key.pem"
VALID_FOR = timedelta(days=36525)
FIELD = "Seal"
NAMED = re.compile(r" · ([A-Z0-9]{4}-[A-Z0-9]{4})$")  # the document's code, at the end of what the seal says


def make_seal_keys(folder: Path, *, department: str, now: datetime | None = None) -> bool:
    """Make the root and the sealing key in `folder`, unless they are there. Returns whether it made them.

    Files are readable by their owner alone. Existing keys are never replaced: old seals need them.
    """
    if all((folder / file).exists() for file in (KEY, CERTIFICATE, ROOT_KEY, ROOT_CERTIFICATE)):
        return False
    now = now or datetime.now(UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name(department, "Document root"), _name(department, "Document seal")
    root = _certificate(root_name, root_name, root_key.public_key(), now, is_root=True).sign(root_key, hashes.SHA256())
    leaf = _certificate(name, root_name, key.public_key(), now, is_root=False).sign(root_key, hashes.SHA256())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        _write_private(folder / KEY, _private(key))  # whoever writes it first makes the others too
    except FileExistsError:
        return False
    _write_private(folder / ROOT_KEY, _private(root_key))
    _write_private(folder / CERTIFICATE, leaf.public_bytes(serialization.Encoding.PEM))
    _write_private(folder / ROOT_CERTIFICATE, root.public_bytes(serialization.Encoding.PEM))
    return True


def _name(department: str, role: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, department[:64]), (NameOID.COMMON_NAME, f"{department[:48]}, {role}"[:64]))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, *, is_root: bool
) -> x509.CertificateBuilder:
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root,
                content_commitment=not is_root,
                key_cert_sign=is_root,
                crl_sign=is_root,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def seal_pdf(content: bytes, *, keys: Path, reason: str) -> bytes:
    """Certify a PDF so that no later change is allowed, and return it. Tags and archival promise stay whole."""
    signer = _signer(keys, (keys / KEY).stat().st_mtime_ns)
    room = _room_for(signer)
    sealed = _sealed(content, signer, reason, room)
    while DOUBTFUL in sealed[len(content) :]:  # two digits more move what is listed there, and it ends otherwise
        room += 2
        sealed = _sealed(content, signer, reason, room)
    return sealed


def sealed_words(title: str, code: str | None) -> str:
    """What a seal says: the title, and which document it is for."""
    return f"{title} · {code[:4]}-{code[4:]}" if code else title


@lru_cache(maxsize=2)
def _signer(keys: Path, _changed: int) -> Any:
    """The key and its chain, read once for many seals."""
    from pyhanko.sign import signers

    signer = signers.SimpleSigner.load(str(keys / KEY), str(keys / CERTIFICATE), (str(keys / ROOT_CERTIFICATE),))
    if signer is None:
        raise FileNotFoundError(f"no usable sealing key in {keys.name}; run youthprog init")
    return signer


def _sealed(content: bytes, signer: Any, reason: str, room: int) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    writer = IncrementalPdfFileWriter(BytesIO(content))
    # pyHanko would rewrite the XMP in a way that breaks PDF/A-3a (MatthiasValvekens/pyHanko #755).
    writer._update_meta = lambda: None  # type: ignore[method-assign]
    place = fields.SigFieldSpec(FIELD, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True))
    manner = signers.PdfSignatureMetadata(
        field_name=FIELD,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
    )
    sealed = BytesIO()
    signers.PdfSigner(manner, signer, new_field_spec=place).sign_pdf(writer, output=sealed, bytes_reserved=room)
    return sealed.getvalue()


def _room_for(signer: Any) -> int:
    """How many hexadecimal digits a seal may take: its certificates and a kilobyte; pyHanko alone leaves twice as much."""
    certificates = [signer.signing_cert, *signer.cert_registry]
    return 2 * (sum(len(each.dump()) for each in certificates) + 1024)


def verify_pdf(content: bytes, *, trust_root: Path, at: datetime | None = None) -> SealReport:
    """Say whether a file bears our seal and is unchanged, now or as somebody will find it `at` a later moment.

    Anything that is no PDF has no seal; never raises.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        seals = PdfFileReader(BytesIO(content)).embedded_signatures
        if len(seals) != 1:
            return NO_SEAL
        status = validate_pdf_signature(seals[0], _trust(trust_root, at))
    except Exception:  # a stranger's bytes: whatever goes wrong in reading them, the answer is "not ours"
        return NO_SEAL
    return SealReport(
        ours=bool(status.valid and status.trust_problem_indic is None and status.validation_path is not None),
        intact=bool(status.intact and status.valid),
        whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE and bool(status.docmdp_ok),
        signed_at=status.signer_reported_dt,
        code=_named(seals[0]),
    )


def _named(seal: Any) -> str | None:
    """The code that a seal names."""
    found = NAMED.search(str(seal.sig_object.get("/Reason", "")))
    return found[1].replace("-", "") if found else None


def _trust(root: Path, at: datetime | None) -> Any:
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(trust_roots=[load_cert_from_pemder(str(root))], allow_fetching=False, moment=at)

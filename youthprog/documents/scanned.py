"""Scans of signed paper: which match code stands on each page. Runs in the press child only: it reads what strangers made.

A photo or a scan is one page. A PDF from a scanner holds one picture a page; each becomes a page of its own, so that the
sheets of two families that went through one scanner part. Any other PDF stays whole.
"""

import importlib
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from youthprog.documents.codes import match_code_in
from youthprog.documents.types import ScannedPage

MOST_PAGES = 60
MOST_PIXELS = 80_000_000
PICTURES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}  # MPO: what some phones make of a photo
PDF = "application/pdf"


class NotAScan(Exception):
    """The file is neither a PDF nor a picture that can be read."""


def read_scan(content: bytes) -> list[ScannedPage]:
    """The pages of a file with the match code of each. Raises `NotAScan`."""
    return _read_pdf(content) if content[:1024].lstrip().startswith(b"%PDF-") else [_read_picture(content)]


def _read_picture(content: bytes) -> ScannedPage:
    picture = _opened(content)
    kind = PICTURES.get(picture.format or "")
    if kind is None:
        raise NotAScan(f"a picture of kind {picture.format}")
    return ScannedPage(content, kind, _only(_codes_in(picture)))


def _read_pdf(content: bytes) -> list[ScannedPage]:
    reader = importlib.import_module("pyhanko.pdf_utils.reader")
    try:
        pages = list(_pages(reader.PdfFileReader(BytesIO(content), strict=False)))
    except Exception as problem:  # whatever a broken file makes the reader say
        raise NotAScan(f"{type(problem).__name__}: {problem}") from problem
    if not pages:
        raise NotAScan("a PDF without a page")
    if len(pages) > MOST_PAGES:
        raise NotAScan(f"{len(pages)} pages")
    found = [[_picture_of(each) for each in pictures] for pictures in pages]
    if all(len(pictures) == 1 and pictures[0] is not None for pictures in found):
        return [_read_picture(picture) for (picture,) in found if picture is not None]
    codes = {code for pictures in found for each in pictures if each is not None for code in _codes_in(_opened(each))}
    return [ScannedPage(content, PDF, _only(codes))]


def _only(codes: set[str]) -> str | None:
    return next(iter(codes)) if len(codes) == 1 else None


def _codes_in(picture: Any) -> set[str]:
    """Every match code on a page: tried as it is, then larger, for a faint or a small copy."""
    zxingcpp = importlib.import_module("zxingcpp")
    gray = picture.convert("L")
    for tried in (gray, gray.resize((gray.width * 2, gray.height * 2)) if gray.width < 2000 else None):
        if tried is not None:
            found = zxingcpp.read_barcodes(tried, formats=zxingcpp.BarcodeFormat.QRCode)
            codes = {code for each in found if (code := match_code_in(each.text)) is not None}
            if codes:
                return codes
    return set()


def _opened(content: bytes) -> Any:
    images: Any = importlib.import_module("PIL.Image")
    images.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # twice as many are refused
    try:
        picture = images.open(BytesIO(content), formats=["JPEG", "PNG", "JPEG2000", "TIFF"])
        picture.load()
    except Exception as problem:  # many kinds of broken pictures, each with an error of its own
        raise NotAScan(f"{type(problem).__name__}: {problem}") from problem
    return picture


# ---- pictures inside a PDF ----


def _pages(reader: Any) -> Iterator[list[Any]]:
    """The pictures of each page, in the order of the pages."""
    yield from _below(reader.root["/Pages"], None, 0)


def _below(node: Any, inherited: Any, depth: int) -> Iterator[list[Any]]:
    resources = _at(node, "/Resources", inherited)
    if _at(node, "/Type") == "/Pages" or "/Kids" in node:
        if depth > 50:
            raise NotAScan("pages too deep")
        for kid in node["/Kids"]:
            yield from _below(kid.get_object(), resources, depth + 1)
        return
    named = _at(resources or {}, "/XObject", {})
    things = [named[name] for name in named]
    yield [each for each in things if _at(each, "/Subtype") == "/Image"]


def _at(thing: Any, key: str, otherwise: Any = None) -> Any:
    """What a dictionary of a PDF holds, wherever in the file it lies."""
    return thing[key] if key in thing else otherwise  # noqa: SIM401 (its own get does not follow references)


def _picture_of(thing: Any) -> bytes | None:
    """A picture of a PDF as a file of its own; None for a kind that is rare in scans."""
    try:
        width, height = int(thing["/Width"]), int(thing["/Height"])
    except (KeyError, TypeError, ValueError, OverflowError):  # a picture that does not say how large it is
        return None
    if width * height > MOST_PIXELS:
        return None
    try:
        return _as_file(thing, width, height)
    except Exception:  # an odd coding: the page is then kept whole and its code typed
        return None


def _as_file(thing: Any, width: int, height: int) -> bytes | None:
    filters = [name for name, _parameters in thing._filters()]
    if filters == ["/DCTDecode"]:
        return bytes(thing.encoded_data)
    if filters == ["/JPXDecode"]:
        return _as_png(_opened(bytes(thing.encoded_data)))
    if filters == ["/CCITTFaxDecode"]:
        return _as_png(_opened(_fax(thing, width, height)))
    if filters in ([], ["/FlateDecode"]):
        return _as_png(_from_samples(thing, width, height))
    return None


def _from_samples(thing: Any, width: int, height: int) -> Any:
    bits, space = int(_at(thing, "/BitsPerComponent", 1 if _at(thing, "/ImageMask") else 8)), _at(thing, "/ColorSpace")
    depth = _components(space)
    mode = {(1, 1): "1", (1, 8): "L", (3, 8): "RGB", (4, 8): "CMYK"}[depth, bits]
    return importlib.import_module("PIL.Image").frombytes(mode, (width, height), thing.data)


def _components(space: Any) -> int:
    if isinstance(space, list):
        if space[0] == "/ICCBased":
            return int(space[1]["/N"])
        return {"/CalGray": 1, "/CalRGB": 3}[str(space[0])]
    return {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}[str(space)]


def _as_png(picture: Any) -> bytes:
    file = BytesIO()
    (picture.convert("RGB") if picture.mode == "CMYK" else picture).save(file, "PNG", compress_level=3)
    return file.getvalue()


def _fax(thing: Any, width: int, height: int) -> bytes:
    """A TIFF file around fax data (group 4), the way black-and-white scanners write."""
    (_name, parameters), *_more = thing._filters()
    if int(parameters.get("/K", 0)) >= 0:
        raise NotAScan("fax of group 3")
    data = bytes(thing.encoded_data)
    is_black_zero = 0 if parameters.get("/BlackIs1", False) else 1
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 4), (262, 3, 1 - is_black_zero), (273, 4, 122),
        (277, 3, 1), (278, 4, height), (279, 4, len(data)),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHLL", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\x00" + struct.pack("<LH", 8, len(tags)) + entries + b"\x00\x00\x00\x00" + data

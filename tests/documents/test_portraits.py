"""A photo somebody sent becomes a portrait: one shape, upright, and nothing of the file that came; what is none is refused."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageFile

from youthprog.documents import portraits
from youthprog.documents.portraits import BadPhoto, portrait_of

SECRET = b"SECRET-PLACE"


def photo(size=(1200, 900), color="#3a6ea5", kind="JPEG", mode="RGB", **how) -> bytes:
    file = BytesIO()
    Image.new(mode, size, color).save(file, kind, **how)
    return file.getvalue()


def told_everything() -> bytes:
    """A photo as a telephone makes it: the place, the camera, a note, a small copy, a color profile."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0110] = SECRET.decode(), "Phone 9"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 46.0, 54.0), 29: SECRET.decode()})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return photo(exif=exif, comment=SECRET, icc_profile=profile + SECRET)


def test_nothing_of_the_file_survives_but_what_is_seen():
    sent = told_everything()
    assert sent.count(SECRET) >= 3
    made = portrait_of(sent)
    assert SECRET not in made
    with Image.open(BytesIO(made)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (400, 500))
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    markers = {made[place + 1] for place in range(len(made) - 1) if made[place] == 0xFF}
    assert not {0xE1, 0xE2, 0xFE} & markers & {0xE1, 0xFE}, "a block of EXIF or a comment"


def test_a_photo_taken_sideways_stands_upright():
    sideways = Image.new("RGB", (900, 600), "#c00000")
    sideways.paste("#0000c0", (450, 0, 900, 600))
    exif, file = Image.Exif(), BytesIO()
    exif[0x0112] = 6  # turn it to the right
    sideways.save(file, "JPEG", exif=exif, quality=95)
    with Image.open(BytesIO(portrait_of(file.getvalue()))) as upright:
        above, below = upright.getpixel((200, 60)), upright.getpixel((200, 440))
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]


@pytest.mark.parametrize(
    "sent",
    [
        photo((4000, 3000)), photo((160, 200)), photo((200, 2000)), photo(kind="PNG", mode="RGBA"),
        photo(kind="WEBP"), photo(mode="L", color=90), photo(mode="CMYK", color=(0, 90, 90, 0)), photo(kind="PNG", mode="P", color=3),
    ],
    ids=["large", "small", "narrow", "see-through", "webp", "gray", "for print", "few colors"],
)  # fmt: skip
def test_every_photo_gets_one_shape(sent):
    with Image.open(BytesIO(portrait_of(sent))) as picture:
        assert (picture.size, picture.mode) == ((400, 500), "RGB")


def test_even_noise_stays_small():
    noise = Image.frombytes("RGB", (800, 1000), random.Random(7).randbytes(800 * 1000 * 3))
    file = BytesIO()
    noise.save(file, "PNG", compress_level=0)
    assert len(portrait_of(file.getvalue())) <= portraits.LARGEST_PORTRAIT


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it is 900 million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


REFUSED = {
    "nothing": (b"", portraits.NONE_SENT),
    "20 megabytes": (photo() + b"\0" * 20_000_000, portraits.TOO_LARGE),
    "a bomb": (bomb(), portraits.UNREADABLE),
    "too many pixels": (bomb(8_000), portraits.TOO_MANY_PIXELS),
    "too small": (photo((120, 150)), portraits.TOO_SMALL),
    "cut short": (photo((3000, 2000), kind="PNG", compress_level=0)[:9000], portraits.UNREADABLE),
    "a cut JPEG": (told_everything()[:1500], portraits.UNREADABLE),
    "a GIF": (photo(kind="GIF", mode="P", color=1), portraits.UNREADABLE),
    "a TIFF": (photo(kind="TIFF"), portraits.UNREADABLE),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', portraits.UNREADABLE),
    "a PDF": (b"%PDF-1.7 a page", portraits.UNREADABLE),
    "a page": (b"<!doctype html><h1>x</h1>", portraits.UNREADABLE),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_photo_is_refused_in_one_sentence(what, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as it is in the press, where weasyprint is
    sent, sentence = REFUSED[what]
    with pytest.raises(BadPhoto) as problem:
        portrait_of(sent)
    assert str(problem.value) == sentence

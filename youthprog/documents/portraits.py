"""A photo somebody sent, drawn anew as the portrait that sheets print. Runs in the press child: it reads what strangers made.

What comes out is pixels alone, upright, of one shape and size. No EXIF, no place, no comment, no color profile of the
file that came survives, because nothing of that file is written again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from youthprog.core.refusals import N_

WIDTH, HEIGHT = 400, 500
"""In pixels: the photo of a player card, 24 by 30 mm, at more than 400 dots an inch."""
LEAST_WIDTH, LEAST_HEIGHT = 160, 200
MOST_PIXELS = 60_000_000  # the cameras of telephones make 50 million
MOST_BYTES = 12 * 1024 * 1024
LARGEST_PORTRAIT = 40_000  # bytes: a page with it still opens at once on a telephone
QUALITIES = (84, 76, 68, 58, 46, 34, 22)
FORMATS = ("JPEG", "PNG", "WEBP")  # a JPEG of several pictures, as some telephones make, is read as its first
A_LITTLE_UP = (0.5, 0.4)
"""Where a photo of another shape is cropped: faces are above the middle."""

NONE_SENT = N_("Choose a photo, or take one.")
TOO_LARGE = N_("This photo is larger than 12 MB. Send a smaller one.")
TOO_MANY_PIXELS = N_("This photo has too many pixels. Send a smaller one.")
TOO_SMALL = N_("This photo is too small to print. Send one at least 160 pixels wide and 200 high.")
UNREADABLE = N_("This is no photo we can read. Send a JPEG, PNG or WebP.")


class BadPhoto(Exception):
    """A file is not taken as a photo; the text is the sentence for whoever sent it."""


def portrait_of(content: bytes) -> bytes:
    """The portrait as a JPEG without anything of the file but what is seen. Raises `BadPhoto`."""
    from PIL import Image, ImageOps

    if not content:
        raise BadPhoto(NONE_SENT)
    if len(content) > MOST_BYTES:
        raise BadPhoto(TOO_LARGE)
    try:
        with _whole_pictures_only(), Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise BadPhoto(TOO_MANY_PIXELS)
            if min(opened.size) < LEAST_WIDTH or max(opened.size) < LEAST_HEIGHT:
                raise BadPhoto(TOO_SMALL)
            opened.draft("RGB", (4 * WIDTH, 4 * HEIGHT))  # a large JPEG is read smaller
            upright = ImageOps.exif_transpose(opened)
            fitted = ImageOps.fit(_on_white(upright), (WIDTH, HEIGHT), centering=A_LITTLE_UP)
    except BadPhoto:
        raise
    except Exception as problem:  # many kinds of broken pictures, each with an error of its own
        raise BadPhoto(UNREADABLE) from problem
    return _written(fitted)


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Pillow fills what is missing of a cut file with gray where it is told so, and weasyprint tells it for all."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _on_white(picture: Any) -> Any:
    """A picture as three colors; what is seen through becomes white."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    ground = Image.new("RGB", clear.size, "#ffffff")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def _written(fitted: Any) -> bytes:
    from PIL import Image

    fresh = Image.new("RGB", (WIDTH, HEIGHT))
    fresh.paste(fitted)  # its pixels alone: a picture carries the comments and profiles of its file along
    content = b""
    for quality in QUALITIES:
        file = BytesIO()
        fresh.save(file, "JPEG", quality=quality, optimize=True)
        content = file.getvalue()
        if len(content) <= LARGEST_PORTRAIT:
            break
    return content

"""Portraits for the demonstration: flat figures drawn from a number. Nobody's face; the same number, the same picture."""

from io import BytesIO
from random import Random

WIDTH, HEIGHT, FINER = 400, 500, 2
GROUNDS = ("#dfe8f3", "#f6ecd2", "#e2efe6", "#efe6f1", "#e9ecef")
SKINS = ("#f2d3b8", "#e0b08c", "#c68a5e", "#9a6440", "#6f4429")
HAIRS = ("#2a1d16", "#4a3020", "#7a5230", "#b98a4b", "#1c1c22")
SHIRTS = ("#123f73", "#8f2f2f", "#136339", "#5a4a86", "#b3661a")
SHAPES = ("cap", "long", "curls", "short")


def drawn_face(number: int) -> bytes:
    """A portrait as a JPEG of 400 by 500 pixels."""
    from PIL import Image, ImageDraw

    random = Random(f"face {number}")
    ground, skin, hair, shirt, shape = (random.choice(each) for each in (GROUNDS, SKINS, HAIRS, SHIRTS, SHAPES))
    picture = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), ground)
    pen = ImageDraw.Draw(picture)

    def oval(color: str, x: int, y: int, wide: int, high: int) -> None:
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        pen.ellipse([each * FINER for each in box], fill=color)

    middle = WIDTH // 2
    if shape == "long":
        oval(hair, middle, 270, 220, 330)
    if shape == "curls":
        for x, y in ((120, 165), (150, 118), (200, 100), (250, 118), (280, 165), (112, 215), (288, 215)):
            oval(hair, x, y, 90, 90)
    oval(shirt, middle, 505, 330, 230)
    oval(skin, middle, 375, 76, 120)
    oval(skin, middle, 240, 170, 215)
    if shape in ("short", "long", "cap"):
        pen.chord([each * FINER for each in (114, 118, 286, 300)], 180, 360, fill=shirt if shape == "cap" else hair)
    if shape == "cap":
        pen.rounded_rectangle([each * FINER for each in (104, 200, 300, 218)], 9 * FINER, fill=shirt)
    for x in (middle - 36, middle + 36):
        oval("#20262e", x, 252, 13, 15)
    smile = [each * FINER for each in (middle - 34, 262, middle + 34, 312)]
    pen.arc(smile, 25, 155, fill="#20262e", width=4 * FINER)
    file = BytesIO()
    picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(file, "JPEG", quality=80, optimize=True)
    return file.getvalue()

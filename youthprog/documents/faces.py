"""The faces opened: which letters they have. In the press child only: harfbuzz and open faces weigh megabytes."""

import unicodedata
from functools import lru_cache
from pathlib import Path

import uharfbuzz

from youthprog.documents.fonts import OUR_FONTS

FONT_ENDINGS = {".ttf", ".otf"}
UNDRAWN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}


@lru_cache(maxsize=32)
def face(path: Path) -> uharfbuzz.Face:
    """An opened font file."""
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


@lru_cache(maxsize=8)
def _drawable(folders: tuple[Path, ...]) -> frozenset[int]:
    files = (file for folder in folders if folder.is_dir() for file in sorted(folder.iterdir()))
    return frozenset().union(*(face(file).unicodes for file in files if file.suffix.lower() in FONT_ENDINGS))


def missing_glyphs(text: str, *, instance: Path | None = None) -> str:
    """The characters of `text` that no face of ours can draw, each once, in order of appearance."""
    folders = (OUR_FONTS,) if instance is None else (OUR_FONTS, instance / "fonts")
    drawable = _drawable(folders)
    composed = unicodedata.normalize("NFC", text)
    letters = dict.fromkeys(composed)
    return "".join(c for c in letters if ord(c) not in drawable and unicodedata.category(c) not in UNDRAWN)

"""What is copied out of a PDF, or read aloud from it, is what was typed.

A letter with an accent that has no sign of its own ("ọ̀") is drawn by several glyphs. weasyprint gives the
whole text to the last of them and nothing to the first, so that "Adébáyọ̀" was read as "Adébáyoọ̀".
Here each glyph of such a group says its own character.
"""

import unicodedata
from typing import Any

import uharfbuzz


class Spelled(dict[int, str]):
    """Glyph to text, as the PDF will say it; knows the character each glyph stands for by itself."""

    def __init__(self, font_file: bytes):
        super().__init__()
        self.font_file = font_file
        self._own: dict[int, str] = {}

    def __setitem__(self, glyph: int, text: str) -> None:
        own = self._characters().get(glyph, "")
        if own and (not text or unicodedata.combining(own)):
            text = own
        super().__setitem__(glyph, text)

    def _characters(self) -> dict[int, str]:
        if not self._own:
            opened = uharfbuzz.Face(self.font_file)
            font = uharfbuzz.Font(opened)
            for codepoint in sorted(opened.unicodes, reverse=True):  # of several characters the plainest wins
                glyph = font.get_nominal_glyph(codepoint)
                if glyph is not None:
                    self._own[glyph] = chr(codepoint)
        return self._own


def spell_every_glyph() -> None:
    """Let every font weasyprint opens from now on spell so."""
    from weasyprint.pdf import stream

    if issubclass(stream.Font, _SpellingFont):
        return

    class Font(_SpellingFont, stream.Font):
        """weasyprint's font."""

    stream.Font = Font


class _SpellingFont:
    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        self.to_unicode = Spelled(self.file_content)  # type: ignore[attr-defined]

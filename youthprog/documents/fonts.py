"""The faces we print with: shipped beside this module, found by fontconfig without /etc/fonts.

A department may add faces of its own (a script we do not ship) to `fonts/` in its instance folder.
"""

import os
import tempfile
from html import escape
from pathlib import Path

OUR_FONTS = Path(__file__).resolve().parent / "fonts"


def use_our_fonts(instance: Path) -> Path:
    """Write fonts.conf with absolute paths, point fontconfig to it, and return its path.

    Must run before weasyprint is imported. An instance folder that cannot be written to is
    no obstacle: configuration and cache then live in the system's temporary folder.
    """
    home = _writable(instance / "cache" / "fontconfig")
    filled = (OUR_FONTS / "fonts.conf").read_text(encoding="utf-8") % {
        "fonts": escape(str(OUR_FONTS), quote=False),
        "own_fonts": escape(str(instance / "fonts"), quote=False),
        "cache": escape(str(home), quote=False),
    }
    conf = home / "fonts.conf"
    if not conf.exists() or conf.read_text(encoding="utf-8") != filled:
        draft = home / f"fonts.conf.{os.getpid()}"
        draft.write_text(filled, encoding="utf-8")
        draft.replace(conf)
    os.environ["FONTCONFIG_FILE"] = str(conf)
    return conf


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        pass
    if os.access(folder, os.W_OK):
        return folder
    return Path(tempfile.mkdtemp(prefix="youthprog-fonts-"))

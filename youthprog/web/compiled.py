"""Pages compiled when the program is installed: the web process reads code instead of making it from the templates.

Making it takes two seconds for all of them and leaves a megabyte in holes behind (docs/decisions/0009). What has
changed since is compiled where it is used, and not written: the program does not write to itself.
"""

from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket

PATTERN = "%s.page"


class Compiled(BytecodeCache):
    """What `compile_pages` made, read only."""

    def __init__(self, folder: Path) -> None:
        self.made = FileSystemBytecodeCache(str(folder), PATTERN)

    def load_bytecode(self, bucket: Bucket) -> None:
        self.made.load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Nothing is written."""


def folder_of(app: Flask) -> Path:
    """Where the compiled pages of an application's templates lie."""
    return Path(str(app.template_folder)) / "__pycache__"


def install(app: Flask) -> None:
    """Use what was compiled."""
    app.jinja_env.bytecode_cache = Compiled(folder_of(app))


def compile_pages(app: Flask) -> int:
    """Compile every page of the web; returns how many. Sheets and letters have environments of their own."""
    folder = folder_of(app)
    folder.mkdir(exist_ok=True)
    for old in folder.glob(PATTERN % "*"):
        old.unlink()
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder), PATTERN)
    pages = [name for name in app.jinja_env.list_templates(["html"]) if not name.startswith("documents/")]
    for name in pages:
        app.jinja_env.get_template(name)
    install(app)
    return len(pages)


if __name__ == "__main__":
    from youthprog import create_app

    compile_pages(create_app())

"""Write requirements.lock (to run) and requirements-dev.lock (to develop) anew from pyproject.toml.

The compiler of the locks is itself pinned here and installed only for this: nothing at run time needs it.
"""

import sys

import bootstrap
import native

COMPILER = "uv==0.13.9"
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--extra=postgres",
]


def main() -> int:
    for command in (
        [*bootstrap.pip(), "install", "--quiet", COMPILER],
        compile_command("requirements.lock"),
        compile_command("requirements-dev.lock", "--group=dev"),
    ):
        done = native.quiet(command, cwd=bootstrap.ROOT)
        if done.returncode != 0:
            print(f"lock: {done.stderr.strip()}", file=sys.stderr)
            return 1
    return 0


def compile_command(lock: str, *more: str) -> list:
    """With the lock itself as output, versions already locked stay unless pyproject.toml forbids them."""
    return [bootstrap.VENV / "bin" / "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *more, f"--output-file={lock}"]


if __name__ == "__main__":
    sys.exit(main())

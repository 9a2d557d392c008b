"""Where a stream ends, beyond doubt.

What lies before `endstream` is an end of line, and CR LF is one end of line. A compressed stream whose last byte happens
to be CR (one in 256) and that is followed by LF alone can be read as one byte shorter than its Length says: strict readers
then call the file broken (ISO 32000-1, 7.3.8.1; ISO 19005-3, 6.1.7.1). Such a stream gets CR LF after it. Runs in the
press child only.
"""

from typing import Any

END = b"\nendstream"
DOUBTFUL = b"\r" + END


def end_streams_plainly() -> None:
    """Let every stream that weasyprint writes from now on end beyond doubt."""
    from weasyprint.pdf import pydyf

    written: Any = pydyf.Stream.data
    if getattr(written.fget, "ends_plainly", False):
        return

    def data(stream: Any) -> bytes:
        content: bytes = written.fget(stream)
        return content.removesuffix(END) + b"\r" + END if content.endswith(DOUBTFUL) else content

    data.ends_plainly = True  # type: ignore[attr-defined]
    pydyf.Stream.data = property(data)

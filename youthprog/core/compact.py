"""JSON without spaces, for texts that are made again and again.

`json.dumps` with settings of one's own makes its encoder anew for every text, which takes longer than a short text does.
"""

import json
from collections.abc import Callable
from typing import Any


def writer(
    *, default: Callable[[Any], Any] | None = None, sort_keys: bool = False, ascii_only: bool = False
) -> Callable[[Any], str]:
    """A function that writes a value as JSON; `default` says how to write what JSON has no word for."""
    plain = json.JSONEncoder(default=default, ensure_ascii=ascii_only, separators=(",", ":"), sort_keys=sort_keys)
    make: Any = getattr(json.encoder, "c_make_encoder", None)  # Python's own, where it was compiled
    if make is None:
        return plain.encode
    texts: Any = json.encoder.encode_basestring_ascii if ascii_only else json.encoder.encode_basestring
    pieces = make(None, plain.default, texts, None, ":", ",", sort_keys, False, True)
    return lambda value: "".join(pieces(value, 0))

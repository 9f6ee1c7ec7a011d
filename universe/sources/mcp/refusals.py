"""What an MCP server says instead of an answer, as our errors. Errors often come as ordinary text.

SourceError
├── NotOffered       this server cannot be asked that: no tool, no argument, not all rows. REST can.
└── Unavailable
    └── UnknownDialect   the server has tools, and none that we know
"""

from __future__ import annotations

import re
from collections.abc import Callable

from universe.errors import (
    BadPayload,
    NotEntitled,
    NotFound,
    NotOffered,
    RateLimited,
    Rejected,
    SourceError,
    Unavailable,
)


class UnknownDialect(Unavailable):
    """The server's tools are none that we know. Somebody has to choose another server."""

    permanent = True


Refuse = Callable[..., SourceError]
_STATUS = re.compile(r"\b(?:HTTP|status code|status)[ :]+(\d{3})\b")
#: The first that is found in the words decides, where no HTTP status stands in them.
_WORDS: tuple[tuple[str, Refuse], ...] = (
    ("path not in allowlist", NotOffered),
    ("unknown tool", NotOffered),
    ("tool not found", NotOffered),
    ("[rate_limit]", RateLimited),
    ("exceeded the maximum requests", RateLimited),
    ("limit reach", RateLimited),
    ("not_authorized", NotEntitled),
    ("not entitled", NotEntitled),
    ("access denied", NotEntitled),
    ("upgrade your plan", NotEntitled),
    ("current subscription", NotEntitled),
    ("[auth]", Rejected),
    ("api key", Rejected),
    ("[not_found]", NotFound),
    ("[invalid_request]", Rejected),
    ("-32602", Rejected),
    ("validation error", Rejected),
    ("[too_large]", BadPayload),
    ("[invalid_response]", BadPayload),
    ("sql error", Rejected),
)


def refusal(words: str, *, vendor: str, path: str) -> SourceError:
    """The error that ``words`` (already free of the key) stand for. What is not understood is `Unavailable`:
    a server that hides its reason may be right again in a moment."""
    text = f"{vendor} {path} over MCP: {words}"
    if found := _STATUS.search(words):
        return _by_status(int(found[1]))(text, vendor=vendor)
    lower = words.lower()
    refuse = next((kind for sign, kind in _WORDS if sign in lower), Unavailable)
    return refuse(text, vendor=vendor)


def _by_status(status: int) -> Refuse:
    if status == 429:
        return RateLimited
    if status in (402, 403):
        return NotEntitled
    if status == 404:
        return NotFound
    return Unavailable if status >= 500 or status in (408, 499) else Rejected

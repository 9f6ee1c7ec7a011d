"""What can go wrong between the vendors and the tables.

UniverseError
├── SourceError          a vendor call did not give what was asked
│   ├── Unavailable      no answer, or 5xx: retried a few times, then the caller works with what it has
│   │   └── LeftAlone    not asked: it failed so often that it is left alone for half a minute
│   ├── RateLimited      429: wait `retry_after` seconds; the rest of the batch is left for later
│   ├── NotEntitled      402, 403: the plan lacks it; the caller takes the fallback and does not ask again
│   ├── NotOffered       this transport cannot ask that; another one may
│   ├── NotFound         404: a result ("no such ticker"), not a failure
│   ├── BadPayload       the answer, or one datum of it, is not what was agreed: that datum is dropped
│   └── Rejected         400, 401: our key or our question is wrong; the source stops and the owner is told
├── BarFileError         a file of bars cannot be read, or written, as a whole: nothing is stored of it
├── CriteriaError        the limits that an admin gave contradict themselves
└── NotEnoughData        a universe cannot be built yet: the text says what is missing
"""

from __future__ import annotations


class UniverseError(Exception):
    """Base of everything below."""


class SourceError(UniverseError):
    """A vendor call failed. ``permanent``: the same question will fail again."""

    permanent = False

    def __init__(self, message: str, *, vendor: str = "") -> None:
        super().__init__(message)
        self.vendor = vendor


class Unavailable(SourceError):
    """The vendor did not answer, or answered 5xx. Retried with back-off; then work with what is there."""


class LeftAlone(Unavailable):
    """The vendor failed several times in a row and is not asked for a while. Not retried."""


class RateLimited(SourceError):
    """Too many calls. ``retry_after`` is the wait in seconds that the vendor or its plan asks for."""

    def __init__(self, message: str, *, vendor: str = "", retry_after: float = 60.0) -> None:
        super().__init__(message, vendor=vendor)
        self.retry_after = retry_after


class NotEntitled(SourceError):
    """The plan of this key lacks the endpoint, the symbol or the date. Take the fallback."""

    permanent = True


class NotOffered(SourceError):
    """The server behind this transport has no way to ask that. Ask over the other transport."""

    permanent = True


class NotFound(SourceError):
    """There is no such thing. A result for whoever asked about one symbol."""

    permanent = True


class BadPayload(SourceError):
    """The answer, or one datum in it, has not the agreed shape. Names ``symbol`` and ``field`` if known, and
    the ``value`` as it came; ``fault`` is one of `universe.gates.Fault` where it is more than unreadable."""

    permanent = True

    def __init__(
        self,
        message: str,
        *,
        vendor: str = "",
        symbol: str = "",
        field: str = "",
        value: str = "",
        fault: str = "",
    ) -> None:
        super().__init__(message, vendor=vendor)
        self.symbol = symbol
        self.field = field
        self.value = value
        self.fault = fault


class Rejected(SourceError):
    """The vendor refuses our key or our question. Not retried: somebody has to mend it."""

    permanent = True


class BarFileError(UniverseError, ValueError):
    """A file of bars cannot be read or written; the text names it and what is wrong. Nothing has changed."""


class CriteriaError(UniverseError, ValueError):
    """The limits of the universe are impossible; the text names the field, its value and its bound."""


class NotEnoughData(UniverseError):
    """The universe of a session cannot be built from what is stored."""

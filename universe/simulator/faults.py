"""The faults that a simulated market shows on request: what they are, and which answer one falls on.

Pure but for the registry's memory. What a fault does to an answer is in `spoiling`, to a socket in
`dialects.socket`.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

REFUSALS = ("402", "403", "429", "500", "502", "503", "504", "error_200")
BODIES = ("nan", "null", "strings", "empty", "duplicates", "endless_paging")
VIEWS = ("yesterday", "frozen")
WIRES = ("slow", "reset", "truncated_gzip", "html")
FAREWELLS = ("socket_drop", "slow_consumer", "max_connections")
SOCKETS = (*FAREWELLS, "socket_stall", "socket_duplicate", "socket_disorder")
REST = (*REFUSALS, *WIRES, *BODIES, *VIEWS)
VENDORS = ("polygon", "fmp")
SOCKET_PATH = "/stocks"
MAX_SECONDS = 600


class FaultError(ValueError):
    """A fault that cannot be set; the text says which part and what is allowed."""


def vendor_of(path: str) -> str | None:
    """Whose path it is; None for the market's own."""
    if path.startswith("/simulator/"):
        return None
    return "fmp" if path.startswith(("/stable/", "/api/")) else "polygon"


@dataclass(frozen=True)
class Fault:
    """``path`` is a prefix and ``vendor`` one of VENDORS, None: all. ``count`` answers (or connections) fall
    to it, None: until it is cleared. ``how`` holds the parameters of its kind, ``since`` is market time."""

    kind: str
    since: dt.datetime
    path: str | None = None
    vendor: str | None = None
    count: int | None = None
    how: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, path: str) -> bool:
        vendor = vendor_of(path)
        if vendor is None or (self.vendor is not None and self.vendor != vendor):
            return False
        return self.path is None or path.startswith(self.path)


def _one_of(*words: str) -> Callable[[Any], str | None]:
    return lambda value: None if value in words else f"must be one of {', '.join(words)}"


def _number(low: float, high: float) -> Callable[[Any], str | None]:
    def judge(value: Any) -> str | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number and low <= value <= high else f"must be a number from {low:g} to {high:g}"

    return judge


def _whole(low: int, high: int) -> Callable[[Any], str | None]:
    def judge(value: Any) -> str | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return None if is_whole and low <= value <= high else f"must be a whole number from {low} to {high}"

    return judge


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


_EVERY = {"every": _whole(1, 100_000)}
#: The parameters of each kind beside path, vendor and count.
HOW: dict[str, dict[str, Callable[[Any], str | None]]] = {
    "429": {"retry_after": _number(0, MAX_SECONDS)},
    "403": {"words": _one_of("plan", "timeframe")},
    "402": {"words": _one_of("endpoint", "symbol")},
    "slow": {"seconds": _number(0, MAX_SECONDS)},
    "reset": {"at": _one_of("start", "middle")},
    "nan": _EVERY,
    "null": _EVERY,
    "strings": _EVERY,
    "empty": {"shape": _one_of("absent", "list", "null")},
    "duplicates": {"differ": _flag},
    "endless_paging": {"cursor": _one_of("same", "new")},
    "socket_drop": {"after": _whole(0, 1_000_000), "code": _whole(1000, 4999), "abrupt": _flag},
}
COMMON = ("kind", "path", "vendor", "count")


def read_fault(value: Any, now: dt.datetime) -> Fault:
    """A fault from its control row; FaultError names what is wrong and what is allowed."""
    kinds = ", ".join((*REST, *SOCKETS))
    if not isinstance(value, dict):
        raise FaultError(f"'fault' must be an object with a 'kind': one of {kinds}")
    kind = str(value.get("kind"))
    if kind not in (*REST, *SOCKETS):
        raise FaultError(f"'kind' is {value.get('kind')!r}, but must be one of {kinds}")
    judges = HOW.get(kind, {})
    for name in value:
        if name not in (*COMMON, *judges):
            raise FaultError(f"{name!r} is nothing of {kind}; it takes {', '.join((*COMMON, *judges))}")
    _check(value, {"vendor": _one_of(*VENDORS), "path": _path, "count": _whole(1, 1_000_000)} | judges)
    if kind == "slow" and "seconds" not in value:
        raise FaultError("'seconds' is missing: how long a slow answer takes")
    how = {name: value[name] for name in judges if name in value}
    return Fault(kind, now, value.get("path"), value.get("vendor"), value.get("count"), how)


def _check(value: Mapping[str, Any], judges: Mapping[str, Callable[[Any], str | None]]) -> None:
    for name, judge in judges.items():
        wrong = judge(value[name]) if value.get(name) is not None else None
        if wrong:
            raise FaultError(f"{name!r} is {value[name]!r}, but {wrong}")


def _path(value: Any) -> str | None:
    fits = isinstance(value, str) and value.startswith("/") and vendor_of(value) is not None
    return None if fits else "must be the beginning of a vendor's path, such as /v2/snapshot or /stable/quote"


class Faults:
    """The faults in force, in the order in which they were set. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._fallen: dict[int, int] = {}
        self._next = 1

    def add(self, fault: Fault) -> int:
        """Its number."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._faults[number], self._fallen[number] = fault, 0
            return number

    def clear(self) -> int:
        """How many there were."""
        with self._lock:
            count = len(self._faults)
            self._faults.clear()
            self._fallen.clear()
            return count

    def rows(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "number": number, "kind": fault.kind, "path": fault.path, "vendor": fault.vendor,
                    "count": fault.count, **fault.how, "since": fault.since.isoformat(),
                    "fallen": self._fallen[number],
                }
                for number, fault in self._faults.items()
            ]  # fmt: skip

    def on_call(self, path: str) -> list[Fault]:
        """What falls on this call: everything that slows it, and the oldest other fault."""
        with self._lock:
            found: list[Fault] = []
            for number, fault in tuple(self._faults.items()):
                if fault.kind not in REST or not fault.fits(path):
                    continue
                if fault.kind == "slow" or all(other.kind == "slow" for other in found):
                    found.append(fault)
                    self._fall(number)
            return found

    def on_socket(self, kind: str) -> Fault | None:
        """The oldest fault of a kind that the stream is under; nothing is counted."""
        with self._lock:
            fitting = (fault for fault in self._faults.values() if fault.kind == kind)
            return next((fault for fault in fitting if fault.fits(SOCKET_PATH)), None)

    def count_socket(self, fault: Fault) -> None:
        """One connection fell to ``fault``."""
        with self._lock:
            for number, known in tuple(self._faults.items()):
                if known is fault:
                    self._fall(number)

    def _fall(self, number: int) -> None:
        """One more; a fault that has had its count is over."""
        self._fallen[number] += 1
        if self._fallen[number] == self._faults[number].count:
            del self._faults[number], self._fallen[number]

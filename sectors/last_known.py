"""What this process read last from PostgreSQL, for while it is away; never shown while it answers."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError

from universe.postgresql import is_refusal

T = TypeVar("T")


_all: weakref.WeakSet[LastKnown[Any]] = weakref.WeakSet()


def forget() -> None:
    """Empty every memory of this process: for tests, whose rows begin anew."""
    for memory in list(_all):
        memory.clear()


class LastKnown(Generic[T]):
    """The newest ``size`` things by key; safe from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()
        _all.add(self)

    def read(self, key: Hashable, ask: Callable[[], T]) -> T:
        """What ``ask`` gives, kept; while PostgreSQL is away or busy what was kept last, else its error."""
        try:
            found = ask()
        except (OperationalError, InterfaceError) as exc:
            with self._lock:
                if key in self._kept and not is_refusal(exc):
                    return self._kept[key]
            raise
        self.keep(key, found)
        return found

    def keep(self, key: Hashable, found: T) -> None:
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            return self._kept.get(key)

    def drop(self, key: Hashable) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

"""How often what was asked of Redis was there: the board, and what pages read.

Counted in Redis, in the same exchange as the question; a miss is counted with what fills it. While Redis is
away nothing is counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import timezone

from universe import keys
from universe.redis import client

Kind = Literal["board", "pages"]
KINDS: tuple[Kind, ...] = ("board", "pages")
#: The least share of hits that is well. The board is missed after a restart of Redis alone; a page also when
#: it is opened for the first time in five minutes, and after each write of its tables.
TARGETS: Mapping[Kind, float] = {"board": 0.99, "pages": 0.5}
#: Fewer questions are not judged: the misses of one restart would decide.
ENOUGH = 1_000


@dataclass(frozen=True, slots=True)
class HitRate:
    """``asked`` questions of one kind, ``missed`` of them in vain, since a wall moment."""

    kind: Kind
    asked: int
    missed: int
    since: dt.datetime

    @property
    def share(self) -> float:
        """The hits among the questions, 0 to 1."""
        return max(0.0, 1 - self.missed / self.asked)

    @property
    def verdict(self) -> Literal["ok", "low", "too few"]:
        if self.asked < ENOUGH:
            return "too few"
        return "ok" if self.share >= TARGETS[self.kind] else "low"


def ask_counted(pipe: Any, kind: Kind) -> None:
    """Count a question in its own pipeline: two answers more."""
    pipe.hsetnx(keys.hit_counts(), f"{kind}:since", timezone.now().isoformat())
    pipe.hincrby(keys.hit_counts(), f"{kind}:asked", 1)


def miss_counted(pipe: Any, kind: Kind) -> None:
    pipe.hincrby(keys.hit_counts(), f"{kind}:missed", 1)


def hit_rates() -> dict[Kind, HitRate]:
    """Of each kind that was asked for. Raises RedisError while Redis is away."""
    stored: Any = client().hgetall(keys.hit_counts())
    found = {name.decode(): value.decode() for name, value in stored.items()}
    return {
        kind: HitRate(
            kind,
            int(found[f"{kind}:asked"]),
            int(found.get(f"{kind}:missed", 0)),
            dt.datetime.fromisoformat(found[f"{kind}:since"]),
        )
        for kind in KINDS
        if f"{kind}:asked" in found and f"{kind}:since" in found
    }

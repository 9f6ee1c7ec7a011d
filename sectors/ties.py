"""How a sector moves with its funds: measured by whoever computes daily returns, asked for here.

Returns are computed above this app, so that the figures are handed down: the composition root names who
measures them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectors.types import FundTie
from universe.types import Session

TiesReader = Callable[[Session], Mapping[str, tuple[FundTie, ...]]]

_readers: list[TiesReader] = []


def ties_provide(reader: TiesReader) -> None:
    """Name who measures from now on: a session to the ties of every sector, as known before that session."""
    _readers[:] = [reader]


def ties_of(slug: str, session: Session) -> tuple[FundTie, ...]:
    """A sector's ties with its small-cap fund, its large-cap fund and the benchmark; empty: none measured."""
    return _readers[0](session).get(slug, ()) if _readers else ()

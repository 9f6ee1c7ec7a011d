"""Where the inputs of a run came from: kept by whoever makes runs, asked for here.

Runs are made above this app, so that their lineage is handed down: the composition root names its reader.
"""

from __future__ import annotations

from collections.abc import Callable

from sectors.types import Lineage

LineageReader = Callable[[int], Lineage | None]

_readers: list[LineageReader] = []


def lineage_provide(reader: LineageReader) -> None:
    """Name who reads lineages from now on: run id to lineage, None for a run without a stored one."""
    _readers[:] = [reader]


def lineage_of(run_id: int) -> Lineage | None:
    """The lineage of a run; None when none was stored with it, or it is not kept any more."""
    return _readers[0](run_id) if _readers else None

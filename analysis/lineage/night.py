"""The world's indices, each with its own moment, when a run before the first prints asked for them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis.engine.scoring import overnight_shift
from analysis.lineage.described import BESIDE, VENDORS, Origins, entry_of, ids_of, span_of
from sectors import figures
from sectors.types import LineageInput
from universe.selectors import calls_named
from universe.services import IndexMove
from universe.sessions import hours, previous_session

#: How the names of these inputs begin.
INDEX = "index_"


def night(origins: Origins) -> Iterator[LineageInput]:
    """One input an index; a run of one sector keeps those of the standing board. Where too
    few are known to shift a light, there is no part that they go into."""
    kept = origins.findings.night
    if kept is not None:
        yield from kept.lineage
        return
    report, frame = origins.findings.indices, origins.frame
    if report is None:
        return
    brought = ids_of(calls_named(report.calls))
    since = hours(previous_session(frame.session)).close
    for move in report.moves:
        yield entry_of(
            f"{INDEX}{move.symbol.removeprefix('^')}",
            f"{move.name}, {move.symbol}",
            parts=("overnight",) if overnight_shift(frame.overnight) else BESIDE,
            source=VENDORS.get(move.source, move.source),
            calls=brought if move.as_of else [],
            as_of=span_of([move.as_of] if move.as_of else []),
            received_at=span_of([move.fetched_at] if move.fetched_at else []),
            known=int(math.isfinite(move.move_pct)),
            wanted=1,
            rule=f"counts when newer than the close of {figures.day(since)}; universe/services/indices",
            note=_note(move),
        )


def _note(move: IndexMove) -> str:
    """Why it counts as unknown, or the two prices of which the move is made."""
    if move.note or move.price is None or move.previous_close is None:
        return move.note
    return f"{figures.plain(move.price)} after {figures.plain(move.previous_close)} at its close before"

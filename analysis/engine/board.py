"""The whole board from one input frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.engine.frames import FrameError, check
from analysis.engine.performance import DAY1, SectorMoves, StockNumbers, sector_moves, stock_numbers
from analysis.engine.ranking import ranked_stocks, tops_of
from analysis.engine.scoring import score_sector, score_sectors
from analysis.types import BoardScores, InputFrame, SectorScore

IndexArray = NDArray[np.intp]


def score_board(frame: InputFrame) -> BoardScores:
    """Every sector's score and every core stock's rank. Raises FrameError for a frame of odd shape."""
    check(frame)
    # Bad prices and unknown values are NaN by design and drop out where they stand.
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        numbers = stock_numbers(frame)
        sectors = score_sectors(frame, numbers)
        stocks = ranked_stocks(frame, numbers, sectors)
    return BoardScores(
        sectors=sectors,
        stocks=stocks,
        tops=tops_of(stocks, (sector.slug for sector in sectors)),
        dropped=dropped(frame, numbers),
    )


def score_one(frame: InputFrame, slug: str) -> SectorScore:
    """One sector's score, the same as on the whole board: no other sector has a part in it.

    Raises FrameError for a frame of odd shape or without that sector.
    """
    _, moves = sector_members(frame, slug)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return score_sector(frame, moves)


def sector_members(frame: InputFrame, slug: str) -> tuple[IndexArray, SectorMoves]:
    """The rows of one sector's members in the frame, and the members as its score sees them.

    Raises FrameError for a frame of odd shape or without that sector.
    """
    check(frame)
    sector = next((sector for sector in frame.sectors if sector.slug == slug), None)
    if sector is None:
        raise FrameError(f"the frame has no sector {slug!r}")
    rows = np.flatnonzero(frame.members.sector == slug)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return rows, sector_moves(frame, stock_numbers(frame), sector, rows)


def dropped(frame: InputFrame, numbers: StockNumbers) -> dict[str, int]:
    """How many members could not take part, by reason; a member may count under several."""
    members = frame.members
    known = np.isin(members.sector, [sector.slug for sector in frame.sectors])
    moved = np.isfinite(numbers.today[:, DAY1])
    return {
        "unknown_sector": int((~known).sum()),
        "no_print_today": int((~np.isfinite(members.last)).sum()),
        "price_not_positive": int((members.last <= 0).sum()),
        "no_previous_close": int((~(members.closes[:, 0] > 0)).sum()),
        "no_relative_volume": int((~np.isfinite(numbers.relative_volume)).sum()),
        "core_not_ranked": int((members.core & ~(moved & known)).sum()),
    }

"""The numbers of SectorLight: pure functions from one input frame to one board.

The shape page
==============
n members, m of them in one sector, 8 sectors, 4 timeframes in the order 30min, 1d, 3d, 1w. Arrays are
float64 unless they are text or flags; NaN is missing, never 0. Returns and alphas are percent, prices
USD per share, volumes shares, scores -1 to +1, confidences 0 to 1, ranks 0 to 10.

    array                    shape   what
    members.symbol, sector   (n,)    text, as `analysis.types.MemberFrame`; a sector that the frame does
                                     not list is counted in `dropped` and takes part in nothing
    members.closes           (n, 6)  split-adjusted regular closes, newest first; [:, 0] is one session ago
    today, last_session      (n, 4)  stock returns, percent        `performance.StockNumbers`
    legs                     (n, 3)  pre, regular, post, percent   the same
    relative_volume          (n,)    times usual by now            the same; unclipped
    weights                  (n,)    sqrt of it clipped            the same; 1 where unknown
    returns, ... of a sector (m, 4)  the rows of one sector        `performance.SectorMoves`

    symbol  sector      last  closes[:, 0]  ref_30min  ->  today: 30min    1d     3d     1w
    OCUL    healthcare  9.90  9.00          9.80                  +1.02  +10.00  +8.79  +12.50
    NEWC    healthcare  4.10  nan           nan                   nan    nan     nan    nan

The algorithm
=============
1. Refuse a frame of odd shape.                                         `frames.check`
2. Stock returns over four timeframes, relative volume, weights.        `performance.stock_numbers`
3. Split by sector; with too few prints the last session's returns
   stand in, labelled, and today's move is kept apart.                  `performance.sector_moves`
4. Per timeframe: winsorise, weighted return R, mean, median, breadth.  `performance.frame_returns`
5. Base: weighted tanh of R over its scale, plus the overnight shift.   `scoring.base_of`
6. Four factors; 1.0 where their input is missing or the base is 0.     `factors.all_factors`
7. Multiply, clip to -1..+1, round half to even once.                   `scoring.product`, `score_of`
8. Confidence, state, colour, cautions, relative light, pattern.        `scoring`, `colours`, `patterns`
9. Rank core stocks on the sector's direction; cause; top 3 a side.     `ranking`, `catalysts.causes`

Nothing here reads a clock, a setting, a database or the network; the same frame gives the same decimals,
whatever the order of its members.
"""

from analysis.engine.board import score_board
from analysis.engine.frames import FrameError

__all__ = ["FrameError", "score_board"]

"""Recorded days as wide arrays: one row a session, one column a symbol, NaN where nothing was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.engine.history import History
from analysis.errors import EvaluationRefused
from analysis.types import FloatArray, TextArray
from sectors.classification import CompanyProfile, VendorLabel, classify
from universe.benchmarks import BENCHMARK
from universe.recording import Candles, Cast, drawn_files, read_candles, read_cast, read_panel
from universe.types import Session


@dataclass(frozen=True, slots=True)
class Recording:
    """All symbols of a folder, oldest session first; d sessions, n symbols.

    sector     (n,) slug, "" for none;  kind, mic (n,) the vendor's codes
    close      (d, n) USD as printed;  volume (d, n) shares as traded;  shares (d, n) outstanding, as told
    adjusted   (d, n) closes without splits, in USD of the symbol's first recorded session: only ratios of
               one column mean something
    benchmark  (d,) closes of IWM, adjusted by its source
    """

    sessions: tuple[Session, ...]
    symbol: TextArray
    sector: TextArray
    kind: TextArray
    mic: TextArray
    close: FloatArray
    adjusted: FloatArray
    volume: FloatArray
    shares: FloatArray
    benchmark: FloatArray

    def history(self, place: int, count: int, columns: slice | np.ndarray = slice(None)) -> History:
        """The ``count`` sessions before the one at ``place``, less at the start of the recording.

        Highs and lows are those of closes: the recording has no others. Volumes are without splits too.
        """
        rows = slice(max(0, place - count), place)
        close, printed = self.adjusted[rows][:, columns], self.close[rows][:, columns]
        return History(close, close, close, self.volume[rows][:, columns] * printed / close)


def recording_read(folder: Path) -> Recording:
    """The recording of a folder laid out as docs/simulated-market.md says, every symbol classified.

    Raises FolderError for a folder that is not so, EvaluationRefused for prices that were drawn.
    """
    drawn = drawn_files(folder)
    if drawn:
        raise EvaluationRefused(
            f"{', '.join(drawn)} holds interpolated prices; give the recorded ones alone."
        )
    panel = read_panel(folder)
    funds = read_candles(folder, panel.sessions)
    cast = read_cast(folder, panel.symbols, ())
    listings, stocks = cast.listings, slice(0, cast.stocks)
    return Recording(
        sessions=panel.sessions,
        symbol=np.array(listings.symbols[stocks], dtype=np.str_),
        sector=np.array([sector_of(cast, row) for row in range(cast.stocks)], dtype=np.str_),
        kind=np.array(listings.kinds[stocks], dtype=np.str_),
        mic=np.array(listings.mics[stocks], dtype=np.str_),
        close=panel.close,
        adjusted=adjusted_closes(panel.close, panel.returns.astype(np.float64)),
        volume=panel.volume,
        shares=panel.shares,
        benchmark=benchmark_closes(funds, len(panel.sessions)),
    )


def sector_of(cast: Cast, row: int) -> str:
    """The sector by the product's rules from what the recording tells of a company; "" for none."""
    listings = cast.listings
    label = VendorLabel(listings.sectors[row], listings.industries[row])
    profile = CompanyProfile(
        symbol=listings.symbols[row],
        name=listings.names[row],
        kind=listings.kinds[row],
        sic=listings.sics[row],
        description=cast.texts[row],
        labels=(label,) if label.sector or label.industry else (),
    )
    return classify(profile).sector or ""


def adjusted_closes(close: FloatArray, returns: FloatArray) -> FloatArray:
    """Closes (d, n) chained by the source's split-adjusted ``returns`` (d, n), fractions.

    A symbol starts at its first close. Where no return is known, or the session before has no close, the
    printed closes themselves tell the step. NaN where there is no close.
    """
    adjusted = np.full(close.shape, np.nan)
    known, printed = np.full(close.shape[1], np.nan), np.full(close.shape[1], np.nan)
    followed = np.zeros(close.shape[1], dtype=np.bool_)
    for day, row in enumerate(close):
        told = followed & np.isfinite(returns[day]) & (returns[day] > -1.0)
        step = np.where(told, 1.0 + returns[day], row / printed)
        here = np.isfinite(row)
        adjusted[day, here] = np.where(np.isfinite(known), known * step, row)[here]
        known, printed = np.where(here, adjusted[day], known), np.where(here, row, printed)
        followed = here
    return adjusted


def benchmark_closes(funds: Candles, sessions: int) -> FloatArray:
    """(sessions,) closes of the benchmark fund, NaN where none was recorded."""
    if BENCHMARK not in funds.symbols:
        return np.full(sessions, np.nan)
    closes: FloatArray = funds.close[:, funds.symbols.index(BENCHMARK)]
    return closes

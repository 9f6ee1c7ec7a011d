"""The classes of gap frequency on real openings: what the edges were chosen on, and the page that says so."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analysis.evaluation.panel import sector_of
from sectors.places import PLACES
from tests.recorded import DATA, ROOT
from universe.criteria import verdict_for
from universe.gaps import GapClass, sector_class, stock_class
from universe.recording import read_cast
from universe.services.snapshot import gap_share
from universe.types import Candidate, UniverseCriteria

pytestmark = [pytest.mark.recorded, pytest.mark.unmeasured]

PAGE = ROOT / "docs" / "gap-classes.md"
SESSIONS = 60
#: Shares outstanding are recorded from here on only, nine months after the openings.
SHARES_UNTIL = dt.date(2024, 10, 31)


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    """The breadth tier after 2024-01-31, as far as it was recorded: sector and the two shares of gaps."""
    rows = pd.read_parquet(
        DATA / "ohlcv_daily.parquet", columns=["date", "symbol", "open", "close", "volume"]
    )
    opens, closes, volumes = (
        rows.pivot(index="date", columns="symbol", values=name).astype(float).where(lambda frame: frame > 0)
        for name in ("open", "close", "volume")
    )
    wide = slice(-SESSIONS - 1, None)
    shares5 = gap_share(opens.to_numpy()[wide], closes.to_numpy()[wide])
    moves = np.abs(opens.to_numpy()[wide][1:] / closes.to_numpy()[wide][:-1] - 1)
    known = np.isfinite(moves).sum(axis=0)
    shares10 = np.where(known > 0, (moves >= 0.10).sum(axis=0) / np.maximum(known, 1), np.nan)
    outstanding = pd.read_parquet(
        DATA / "market_daily.parquet",
        columns=["symbol", "shares_k"],
        filters=[("date", "<=", SHARES_UNTIL), ("shares_k", ">", 0)],
    )
    outstanding = outstanding.groupby("symbol")["shares_k"].last() * 1000.0
    symbols = tuple(closes.columns)
    cast = read_cast(DATA, symbols, ())
    found = []
    for row, symbol in enumerate(symbols):
        count, price = outstanding.get(symbol), closes[symbol].iloc[-1]
        candidate = Candidate(
            symbol=symbol,
            exchange=cast.listings.mics[row] or None,
            kind=cast.listings.kinds[row] or None,
            price=None if np.isnan(price) else float(price),
            market_cap=None if count is None else float(count * price),
            avg_volume=float(volumes[symbol].iloc[-20:].mean()),
            float_shares=None,
            shares_outstanding=None if count is None else float(count),
        )
        if verdict_for(candidate, UniverseCriteria()).tier is not None and np.isfinite(shares5[row]):
            found.append((symbol, sector_of(cast, row), shares5[row], shares10[row]))
    return pd.DataFrame(found, columns=["symbol", "sector", "five", "ten"])


def rows_of(members: pd.DataFrame) -> list[str]:
    """The table of the page, in the order of the board."""
    rows = []
    for place in PLACES:
        own = members[members["sector"] == place.slug]
        five, ten = own["five"].mean(), own["ten"].mean()
        measured = sector_class(float(five))
        assert measured is not None
        source = GapClass(place.gap_class)
        rows.append(
            f"| {place.name} | {len(own)} | {five:.2%} | {ten:.2%} | {measured.words} | {source.words} |"
        )
    return rows


def test_the_page_has_the_figures_that_the_recording_gives(members: pd.DataFrame) -> None:
    rows = rows_of(members)
    print("\n".join(rows))
    assert [row for row in rows if row not in PAGE.read_text(encoding="utf-8").splitlines()] == []


def test_every_class_has_stocks_and_sectors(members: pd.DataFrame) -> None:
    stocks = members["five"].map(stock_class).value_counts(normalize=True)
    print(stocks.round(3).to_dict())
    assert set(stocks.index) == set(GapClass)
    assert stocks.min() > 0.03
    sectors = members[members["sector"] != ""].groupby("sector")["five"].mean()
    assert {sector_class(share) for share in sectors} == set(GapClass)


def test_small_biotechs_gap_most_and_energy_and_utilities_least(members: pd.DataFrame) -> None:
    means = members[members["sector"] != ""].groupby("sector")["five"].mean().sort_values()
    assert means.index[-1] == "healthcare"
    assert set(means.index[:2]) == {"energy", "utilities"}
    assert list(means.index[-3:-1]) == ["consumer_discretionary", "technology"]


def test_few_stocks_gap_ten_percent_often(members: pd.DataFrame) -> None:
    often = float((members["ten"] * SESSIONS >= 2.5).mean())
    print(f"three or more gaps of 10 % in 60 sessions: {often:.1%}")
    assert 0.01 < often < 0.06

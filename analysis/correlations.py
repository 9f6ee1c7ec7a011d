"""How each sector moves with its two proxy funds and with the benchmark, as it was known before a session."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
from django.core.cache import cache

from analysis.engine.correlation import WINDOW, common_pairs, correlation, returns_traded
from analysis.engine.daily import daily_returns, sector_daily_returns
from analysis.norms import correlations_key, history_of, past_codes
from analysis.selectors import parameters_current
from analysis.types import FloatArray
from sectors.selectors import classification_map, sectors_list
from sectors.types import FundRole, FundTie
from universe import sessions
from universe.benchmarks import BENCHMARK, FUNDS
from universe.clock import ClockUnavailableError, market_now
from universe.selectors import members, members_past, price_frame
from universe.types import Session

logger = logging.getLogger(__name__)

KEPT_SECONDS = 20 * 3600
KEPT_UNFINISHED_SECONDS = 600
#: A session more than returns: the first close has none before it.
CLOSES = WINDOW + 1

Row = tuple[str, FundRole, float | None, float | None, float | None, int]
#: As it lies in the cache: plain values, which outlive a change of the classes.
Stored = dict[str, list[Row]]


def sector_correlations(session: Session) -> dict[str, tuple[FundTie, ...]]:
    """Slug to its ties with small-cap fund, large-cap fund and benchmark over 60 sessions before ``session``.

    Measured once a session and kept in the cache; empty, and not kept, before there is a universe. While the
    session before it has no bars yet the figures are kept for ten minutes only.
    """
    key = correlations_key(session)
    kept: Stored | None = cache.get(key)
    if kept is None:
        kept, seconds = _measure(session)
        if kept:
            cache.set(key, kept, seconds)
    return {slug: tuple(FundTie(*row) for row in rows) for slug, rows in kept.items()}


def correlations_measure() -> None:
    """Measure for the session that the market is in, so that no page has to wait for it."""
    try:
        session = sessions.session_of(market_now())
    except ClockUnavailableError as exc:
        logger.warning("no correlations are measured: %s", exc)
        return
    sector_correlations(session)


def _measure(session: Session) -> tuple[Stored, int]:
    """The figures, and for how many seconds they stand."""
    standing = {row.symbol for row in members(session)}
    sectors = sectors_list()
    if not standing or not sectors:
        return {}, 0
    sector_returns, funds = _returns(session, standing, [sector.slug for sector in sectors])
    is_whole = bool(np.isfinite(sector_returns[-1]).any())
    roles: tuple[FundRole, ...] = ("small", "large", "market")
    stored: Stored = {
        sector.slug: [
            _tie(symbol, role, sector_returns[:, column], funds[symbol].to_numpy())
            for role, symbol in zip(
                roles, (sector.small_cap_proxy, sector.large_cap_proxy, BENCHMARK), strict=True
            )
        ]
        for column, sector in enumerate(sectors)
    }
    return stored, KEPT_SECONDS if is_whole else KEPT_UNFINISHED_SECONDS


def _returns(session: Session, standing: set[str], slugs: list[str]) -> tuple[FloatArray, pd.DataFrame]:
    """Daily returns in percent of the 61 sessions before: (61, sectors + 1), and one column a fund.

    A session whose universe was not built is taken with the members of ``session``.
    """
    days = [sessions.session_offset(session, -back) for back in range(CLOSES, 0, -1)]
    past = members_past(days)
    ever = sorted(standing.union(*past.values()))
    prices = price_frame([*ever, *FUNDS], sessions.hours(session).pre_open, CLOSES)
    codes = past_codes(ever, [past.get(day, standing) for day in days], classification_map(ever), slugs)
    stocks = history_of(prices, session, ever, count=CLOSES)
    funds = history_of(prices, session, FUNDS, count=CLOSES)
    moves = daily_returns(stocks.close, parameters_current().winsor_pct)
    return (
        sector_daily_returns(moves, codes, sectors=len(slugs)),
        pd.DataFrame(returns_traded(funds.close, funds.volume), columns=list(FUNDS)),
    )


def _tie(symbol: str, role: FundRole, sector: FloatArray, fund: FloatArray) -> Row:
    found = correlation(sector, fund)
    if found is None:
        return symbol, role, None, None, None, common_pairs(sector, fund).shape[1]
    return symbol, role, found.r, found.low, found.high, found.sessions

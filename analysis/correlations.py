"""How each sector moves with its two proxy funds and with the benchmark, as it was known before a session."""

from __future__ import annotations

import logging

import pandas as pd
from django.core.cache import cache
from django.utils import timezone

from analysis.engine.correlation import WINDOW, common_pairs, correlation, returns_traded
from analysis.models import FundCorrelations
from analysis.norms import history_of, sector_history
from analysis.selectors import parameters_current
from analysis.types import FloatArray
from sectors.selectors import classification_map, sectors_list
from sectors.types import FundRole, FundTie
from universe import sessions
from universe.benchmarks import BENCHMARK, FUNDS
from universe.clock import ClockUnavailableError, market_now
from universe.selectors import members, price_frame
from universe.types import Session

logger = logging.getLogger(__name__)

KEPT_SECONDS = 600
#: A session more than returns: the first close has none before it.
CLOSES = WINDOW + 1

Row = tuple[str, FundRole, float | None, float | None, float | None, int]
#: As it is stored: plain values of `FundTie`, in its order.
Stored = dict[str, list[Row]]


def correlations_stored(session: Session) -> dict[str, tuple[FundTie, ...]]:
    """Slug to its ties with small-cap fund, large-cap fund and benchmark over 60 sessions before ``session``,
    as they were measured last; empty while they are not. Nothing is measured here: pages wait for nobody."""
    kept: Stored | None = cache.get(_key(session))
    if kept is None:
        kept = FundCorrelations.objects.filter(session=session).values_list("ties", flat=True).first() or {}
        cache.set(_key(session), kept, KEPT_SECONDS)
    return {slug: tuple(FundTie(*row) for row in rows) for slug, rows in kept.items()}


def correlations_measure() -> None:
    """Measure for the session that the market is in, and keep it for whoever looks at that session later."""
    try:
        session = sessions.session_of(market_now())
    except ClockUnavailableError as exc:
        logger.warning("no correlations are measured: %s", exc)
        return
    found = _measure(session)
    if found:
        FundCorrelations.objects.update_or_create(
            session=session, defaults={"ties": found, "measured_at": timezone.now()}
        )
        cache.delete(_key(session))


def _key(session: Session) -> str:
    return f"fund-correlations:{session.isoformat()}"


def _measure(session: Session) -> Stored:
    symbols = [row.symbol for row in members(session)]
    sectors = sectors_list()
    if not symbols or not sectors:
        return {}
    moment = sessions.hours(session).pre_open
    classes, parameters = classification_map(symbols), parameters_current()
    daily = sector_history(moment, symbols, classes, parameters=parameters).daily[-CLOSES:]
    funds = _funds(session)
    roles: tuple[FundRole, ...] = ("small", "large", "market")
    return {
        sector.slug: [
            _tie(symbol, role, daily[:, column], funds[symbol].to_numpy())
            for role, symbol in zip(
                roles, (sector.small_cap_proxy, sector.large_cap_proxy, BENCHMARK), strict=True
            )
        ]
        for column, sector in enumerate(sectors)
    }


def _funds(session: Session) -> pd.DataFrame:
    """Daily returns in percent of the 61 sessions before, one column a fund."""
    prices = price_frame(FUNDS, sessions.hours(session).pre_open, CLOSES)
    funds = history_of(prices, session, FUNDS, count=CLOSES)
    return pd.DataFrame(returns_traded(funds.close, funds.volume), columns=list(FUNDS))


def _tie(symbol: str, role: FundRole, sector: FloatArray, fund: FloatArray) -> Row:
    found = correlation(sector, fund)
    if found is None:
        return symbol, role, None, None, None, common_pairs(sector, fund).shape[1]
    return symbol, role, found.r, found.low, found.high, found.sessions

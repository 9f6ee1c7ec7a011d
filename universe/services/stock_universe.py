"""The newest universe as a plain table and a Redis set, for anyone who reads them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal

import redis as redis_errors
from django.db import transaction
from django.utils import timezone

from universe import keys
from universe.bulk import rows_insert
from universe.models import StockUniverse
from universe.redis import client
from universe.selectors.universe import members
from universe.types import Session

logger = logging.getLogger(__name__)

SYMBOL_MAX = 10
COLUMNS = {
    "symbol": "text",
    "market_cap": "int8",
    "avg_daily_volume": "int8",
    "sector": "text",
    "volatility_multiplier": "numeric",
    "last_updated": "timestamptz",
    "tier": "text",
    "cap_tier": "text",
    "float_shares": "int8",
    "session": "date",
}
SectorOf = Mapping[str, tuple[str, Decimal]]


def stock_universe_replace(session: Session, classes: SectorOf) -> int:
    """Replace the table and the set by the members in force on ``session``; gives their number.

    ``classes`` maps a symbol to its sector's slug and volatility weight; a member without one has neither
    sector nor more than weight 1. A Redis that is away is logged: the table is the truth.
    """
    now = timezone.now()
    rows = [row for row in members(session) if len(row.symbol) <= SYMBOL_MAX]
    with transaction.atomic():
        StockUniverse.objects.all().delete()
        rows_insert(
            StockUniverse,
            COLUMNS,
            (
                (
                    row.symbol,
                    _whole(row.market_cap),
                    _whole(row.avg_volume),
                    *classes.get(row.symbol, ("", Decimal(1))),
                    now,
                    str(row.tier),
                    row.cap_tier,
                    _whole(row.float_shares),
                    session,
                )
                for row in rows
            ),
        )
        transaction.on_commit(lambda: _publish([row.symbol for row in rows]))
    return len(rows)


def stock_universe_is_behind(session: Session) -> bool:
    """Whether the table holds no universe, or one of an earlier session than ``session``."""
    newest = StockUniverse.objects.order_by("-session").values_list("session", flat=True).first()
    return newest is None or newest < session


def stock_universe_mend() -> bool:
    """Put the set of the newest universe back when Redis has none; True when it did."""
    try:
        if client().exists(keys.universe_stocks()):
            return False
    except redis_errors.RedisError:
        return False
    symbols = list(StockUniverse.objects.values_list("symbol", flat=True))
    return bool(symbols) and _publish(symbols)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _publish(symbols: Sequence[str]) -> bool:
    """Swap the set in one step, so that no reader sees half of it; False: Redis is away."""
    name = keys.universe_stocks()
    fresh = f"{name}:next"
    try:
        with client().pipeline(transaction=True) as pipe:
            pipe.delete(fresh)
            if symbols:
                pipe.sadd(fresh, *symbols)
                pipe.rename(fresh, name)
            else:
                pipe.delete(name)
            pipe.execute()
    except redis_errors.RedisError as exc:
        logger.warning("the set %s was not replaced: %s", name, exc)
        return False
    return True

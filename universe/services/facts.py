"""Slow facts of the listed companies: shares, floats, labels, short interest. Nothing known is unlearnt."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from universe import clock
from universe.bulk import Target, rows_update
from universe.errors import SourceError
from universe.models import Stock
from universe.selectors.criteria import criteria_current
from universe.services.asking import answers
from universe.services.progress import Progress, unheard
from universe.sessions import session_of
from universe.sources import facts_source, price_source
from universe.types import CompanyFacts, ShortInterest

logger = logging.getLogger(__name__)

SHORT_INTEREST_DAYS = 45
BIGINT_MAX = 9e18
FACT_FIELDS = (
    "market_cap_usd",
    "shares_outstanding",
    "float_shares",
    "sector_label",
    "industry_label",
    "sic",
    "country",
    "description",
    "is_fund",
)
FACTS = Target(
    Stock,
    {
        "symbol": "text",
        "market_cap_usd": "int8",
        "shares_outstanding": "int8",
        "float_shares": "int8",
        "sector_label": "text",
        "industry_label": "text",
        "sic": "text",
        "country": "text",
        "description": "text",
        "is_fund": "bool",
        "facts_source": "text",
        "facts_fetched_at": "timestamptz",
    },
    key=("symbol",),
    keep_known=True,
)
SHORT = Target(
    Stock, {"symbol": "text", "short_interest": "int8", "days_to_cover": "float8"}, key=("symbol",)
)


def facts_refresh(progress: Progress | None = None) -> dict[str, int]:
    """Fetch facts in bulk, then one by one for common stocks whose shares nobody told, then short interest.

    Raises `SourceError` only when the bulk call fails altogether; everything else is counted.
    """
    tell = progress or unheard
    parsed = facts_source().fetch_facts()
    tell(1, 3)
    counts: Counter[str] = Counter(parsed.dropped)
    counts["facts"] = facts_store(parsed.rows)
    counts.update(details_refresh(_unknown_symbols()))
    tell(2, 3)
    counts.update(short_interest_refresh())
    tell(3, 3)
    return dict(counts)


def facts_store(facts: Iterable[CompanyFacts]) -> int:
    """Merge facts into the listed stocks; of two values for one field the later in the order wins."""
    merged: dict[str, dict[str, Any]] = {}
    for row in facts:
        known = merged.setdefault(row.symbol, {"sources": []})
        known["fetched_at"] = row.fetched_at
        if row.source not in known["sources"]:
            known["sources"].append(row.source)
        for name in FACT_FIELDS:
            value = getattr(row, name)
            if value is not None:
                known[name] = value
    return rows_update(FACTS, (_fact_values(symbol, known) for symbol, known in merged.items()))


def _fact_values(symbol: str, known: dict[str, Any]) -> Sequence[Any]:
    return (
        symbol,
        _whole(known.get("market_cap_usd")),
        _whole(known.get("shares_outstanding")),
        _whole(known.get("float_shares")),
        _cut(known.get("sector_label"), 80),
        _cut(known.get("industry_label"), 120),
        _cut(known.get("sic"), 4),
        _cut(known.get("country"), 60),
        known.get("description"),
        known.get("is_fund"),
        _cut(",".join(known["sources"]), 40),
        known["fetched_at"],
    )


def _whole(value: float | None) -> int | None:
    return None if value is None or value > BIGINT_MAX else round(value)


def _cut(text: str | None, length: int) -> str | None:
    return None if text is None else text[:length]


def _unknown_symbols() -> list[str]:
    """Common stocks of the allowed exchanges that no vendor has told anything about."""
    criteria = criteria_current()
    unknown = Stock.objects.filter(
        active=True,
        mic__in=criteria.exchanges,
        kind__in=criteria.kinds,
        shares_outstanding=None,
        market_cap_usd=None,
        facts_fetched_at=None,
    )
    return list(unknown.values_list("symbol", flat=True))


def details_refresh(symbols: Sequence[str]) -> Counter[str]:
    """Ask the price vendor about each symbol; what it refuses is counted, an outage ends the asking."""
    counts: Counter[str] = Counter()
    told = answers(price_source().fetch_details, symbols, failed="details_failed", counts=counts)
    counts["details"] = facts_store(facts for facts in told if facts is not None)
    return counts


def short_interest_refresh() -> Counter[str]:
    """The newest settlement per symbol, as known on the market's day."""
    today = session_of(clock.market_now())
    try:
        parsed = price_source().fetch_short_interest(today - dt.timedelta(days=SHORT_INTEREST_DAYS))
    except SourceError as exc:
        logger.warning("no short interest: %s", exc)
        return Counter(short_interest_failed=1)
    newest: dict[str, ShortInterest] = {}
    for row in sorted(parsed.rows, key=lambda row: row.settlement):
        if row.settlement < today:
            newest[row.symbol] = row
    changed = rows_update(
        SHORT, ((row.symbol, _whole(row.shares_short), row.days_to_cover) for row in newest.values())
    )
    return Counter(short_interest=changed) + parsed.dropped

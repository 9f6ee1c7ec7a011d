"""Slow facts of the listed companies: shares, floats, labels, short interest. Nothing known is unlearnt."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from universe import clock
from universe.bulk import Target, rows_update
from universe.errors import SourceError
from universe.models import Stock, UniverseSnapshot
from universe.selectors.criteria import criteria_current
from universe.services.asking import answers
from universe.services.calls import calls_kept
from universe.services.due import day_keep, day_kept, floats_due, short_interest_due
from universe.services.progress import Progress, unheard
from universe.sessions import session_of
from universe.sources import Parsed, facts_source, facts_source_beside, price_source
from universe.sources.base import joined
from universe.types import CompanyFacts, ShortInterest

logger = logging.getLogger(__name__)

SHORT_INTEREST_DAYS = 45
#: Questions about one name each, of one kind, that a build may ask when the tables are filled.
SINGLES_A_BUILD = 3
#: More unknown names than this share of all are no newcomers but a start.
START_SHARE = 0.05
ASK_AGAIN = dt.timedelta(days=7)
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

    Floats come in bulk weekly, between that for new names; short interest when a new settlement can be out.
    Raises `SourceError` only when the bulk call fails altogether; everything else is counted.
    """
    tell = progress or unheard
    session = session_of(clock.market_now())
    with_floats = floats_due(_fetched_on("floats", "float_shares"), session)
    new = [] if with_floats else _unknown_symbols()[:SINGLES_A_BUILD]
    with calls_kept("floats" if with_floats else "facts", session):
        parsed = _bulk(floats=with_floats)
        tell(1, 3)
        counts: Counter[str] = Counter(parsed.dropped)
        counts["facts"] = facts_store(parsed.rows)
        if with_floats:
            day_keep("floats", session)
        counts.update(_new_floats(new))
        counts.update(details_refresh(_details_wanted(counts)))
    tell(2, 3)
    if short_interest_due(_fetched_on("settlement", "short_interest"), session):
        counts.update(short_interest_refresh())
    tell(3, 3)
    return dict(counts)


def _bulk(*, floats: bool) -> Parsed[CompanyFacts]:
    """What comes in bulk; where the vendor's plan lacks a part, the other vendor's stands under it."""
    parsed = facts_source().fetch_facts(floats=floats)
    other = facts_source_beside()
    if other is None or not any(reason.startswith("not_entitled") for reason in parsed.dropped):
        return parsed
    try:
        return joined([other.fetch_facts(floats=floats), parsed])
    except SourceError as exc:
        logger.warning("no facts of the other vendor: %s", exc)
        return joined([parsed, Parsed([], Counter(other_facts_failed=1))])


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


def _fetched_on(what: str, field: str) -> dt.date | None:
    """The day kept for ``what``; None when no stock has the ``field``, as in new tables."""
    return day_kept(what) if Stock.objects.exclude(**{field: None}).exists() else None


def _common_stocks() -> QuerySet[Stock]:
    criteria = criteria_current()
    return Stock.objects.filter(active=True, mic__in=criteria.exchanges, kind__in=criteria.kinds)


def _unknown_symbols() -> list[str]:
    """Common stocks of the allowed exchanges that no vendor has told anything about, the newest first; after
    them those about which nobody knew a thing a week ago."""
    stale = Q(facts_fetched_at=None) | Q(facts_fetched_at__lt=timezone.now() - ASK_AGAIN)
    unknown = _common_stocks().filter(stale, shares_outstanding=None, market_cap_usd=None)
    order = F("facts_fetched_at").asc(nulls_first=True)
    return list(unknown.order_by(order, "-pk").values_list("symbol", flat=True))


def _details_wanted(counts: Counter[str]) -> list[str]:
    """Whom to ask about one by one: everybody at a start, then a few a day; the rest is counted."""
    unknown = _unknown_symbols()
    is_start = len(unknown) > START_SHARE * _common_stocks().count() or not UniverseSnapshot.objects.exists()
    if is_start:
        return unknown
    counts["details_later"] = len(unknown[SINGLES_A_BUILD:])
    return unknown[:SINGLES_A_BUILD]


def _new_floats(symbols: Sequence[str]) -> Counter[str]:
    if not symbols:
        return Counter()
    try:
        parsed = facts_source().fetch_floats(symbols)
    except SourceError as exc:
        logger.warning("no floats of new names: %s", exc)
        return Counter(floats_failed=1)
    return Counter(floats=facts_store(parsed.rows)) + parsed.dropped


def details_refresh(symbols: Sequence[str]) -> Counter[str]:
    """Ask the price vendor about each symbol; what it refuses is counted, an outage ends the asking. A symbol
    that it does not know is not asked about again for a week."""
    counts: Counter[str] = Counter()
    ask = price_source().fetch_details
    told = dict(answers(lambda name: (name, ask(name)), symbols, failed="details_failed", counts=counts))
    counts["details"] = facts_store(facts for facts in told.values() if facts is not None)
    nobody = [name for name, facts in told.items() if facts is None]
    Stock.objects.filter(symbol__in=nobody).update(facts_fetched_at=timezone.now())
    return counts


def short_interest_refresh() -> Counter[str]:
    """The newest settlement per symbol, as known on the market's day."""
    today = session_of(clock.market_now())
    try:
        with calls_kept("short_interest", today):
            parsed = price_source().fetch_short_interest(today - dt.timedelta(days=SHORT_INTEREST_DAYS))
    except SourceError as exc:
        logger.warning("no short interest: %s", exc)
        return Counter(short_interest_failed=1)
    newest: dict[str, ShortInterest] = {}
    for row in sorted(parsed.rows, key=lambda row: row.settlement):
        if row.settlement < today:
            newest[row.symbol] = row
    if newest:
        day_keep("settlement", max(row.settlement for row in newest.values()))
    changed = rows_update(
        SHORT, ((row.symbol, _whole(row.shares_short), row.days_to_cover) for row in newest.values())
    )
    return Counter(short_interest=changed) + parsed.dropped

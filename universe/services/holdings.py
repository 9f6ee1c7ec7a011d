"""What funds hold: which stocks, and how much of the fund each is."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from universe.errors import NotFound, SourceError
from universe.models import FundHolding
from universe.notices import Holding
from universe.services.calls import calls_kept
from universe.services.due import holdings_due
from universe.sources import second_source
from universe.sources.fmp.rest import FmpRest
from universe.types import SYMBOL_MAX, Session

logger = logging.getLogger(__name__)


def holdings_refresh(funds: Sequence[str], session: Session) -> dict[str, int]:
    """Ask what ``funds`` hold, each weekly, and keep it in place of what was known of the fund.

    Raises nothing: a plan without holdings, an outage and a fund that the vendor does not know are counted,
    and what is known stays. Without a key of FMP nobody is asked.
    """
    source = second_source()
    if source is None:
        return {}
    counts: Counter[str] = Counter()
    try:
        with calls_kept("holdings", session):
            for fund in holdings_due(_asked_on(), funds, session):
                counts.update(_fund_refresh(source, fund, session))
    except SourceError as exc:
        logger.info("no holdings of funds: %s", exc)
        counts[f"holdings_failed:{type(exc).__name__}"] += 1
    return dict(counts)


def _fund_refresh(source: FmpRest, fund: str, session: Session) -> Counter[str]:
    try:
        parsed = source.fetch_holdings(fund)
    except NotFound:
        return Counter(funds_unknown=1)
    return Counter(holdings=holdings_store(fund, parsed.rows, session)) + parsed.dropped


def holdings_store(fund: str, held: Sequence[Holding], session: Session) -> int:
    """Replace what is known of ``fund``; gives the number of stocks. Cash, short positions and what has no
    symbol of ours are left out; nothing at all leaves what is known, since no fund is empty."""
    rows = {
        row.symbol: row
        for row in held
        if row.symbol and len(row.symbol) <= SYMBOL_MAX and (row.weight_pct is None or row.weight_pct > 0)
    }
    if not rows:
        return 0
    with transaction.atomic():
        FundHolding.objects.filter(fund=fund).delete()
        FundHolding.objects.bulk_create(_row(fund, symbol, row, session) for symbol, row in rows.items())
    return len(rows)


def _row(fund: str, symbol: str, held: Holding, session: Session) -> FundHolding:
    return FundHolding(
        fund=fund,
        symbol=symbol,
        weight_pct=held.weight_pct,
        told_on=held.as_of,
        source=held.source,
        fetched_on=session,
        fetched_at=held.fetched_at,
    )


def _asked_on() -> dict[str, dt.date | None]:
    rows = FundHolding.objects.order_by().values_list("fund").annotate(Max("fetched_on"))
    return dict(rows)

"""Who is listed, as the price vendor tells it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from universe.bulk import Target, rows_upsert
from universe.errors import BadPayload
from universe.models import Stock
from universe.services.calls import calls_kept
from universe.services.progress import Progress, unheard
from universe.services.renames import renames_follow, renames_found
from universe.sources import price_source
from universe.types import Listing, is_symbol

logger = logging.getLogger(__name__)

# A list that loses more than a fifth from one day to the next is a broken answer, not a market event.
SHRINK_MAX = 0.2
#: So many symbols that are left out are named in the log.
REFUSED_TOLD = 10
TARGET = Target(
    Stock,
    {
        "symbol": "text",
        "name": "text",
        "mic": "text",
        "kind": "text",
        "cik": "text",
        "figi": "text",
        "active": "bool",
        "last_listed_at": "timestamptz",
    },
    key=("symbol",),
    defaults={
        "sector_label": "",
        "industry_label": "",
        "sic": "",
        "country": "",
        "description": "",
        "is_fund": False,
        "facts_source": "",
    },
)


def listings_refresh(progress: Progress | None = None) -> dict[str, int]:
    """Fetch every active listing and store it; those the vendor no longer names become inactive.

    Raises `SourceError`; `BadPayload` when the list is empty or lost over a fifth of its names, in which case
    nothing changes.
    """
    tell = progress or unheard
    with calls_kept("listings"):
        parsed = price_source().fetch_listings()
    tell(1, 2)
    stored = listings_store(parsed.rows)
    tell(2, 2)
    return stored | dict(parsed.dropped)


def listings_store(listings: Iterable[Listing]) -> dict[str, int]:
    """Store a whole list: what it does not name is not listed any more.

    A symbol that no page could be reached by ("A B", "..") is left out and counted as "bad_symbol".
    """
    told = list(listings)
    rows = {row.symbol: row for row in told if is_symbol(row.symbol)}
    refused = sorted({row.symbol for row in told} - set(rows))
    _refuse_a_broken_list(len(rows))
    with transaction.atomic():
        renamed = renames_found(rows)
        rows_upsert(TARGET, map(_values, rows.values()))
        renames_follow(renamed)
        gone = Stock.objects.filter(active=True).exclude(symbol__in=list(rows)).update(active=False)
    logger.info("%d listings stored, %d no longer listed", len(rows), gone)
    if refused:
        logger.warning("%d listings left out for their symbols: %s", len(refused), refused[:REFUSED_TOLD])
    more = {"renamed": len(renamed), "bad_symbol": len(refused)}
    return {"listings": len(rows), "gone": gone} | {name: count for name, count in more.items() if count}


def _refuse_a_broken_list(count: int) -> None:
    known = Stock.objects.filter(active=True).count()
    if count == 0 or count < known * (1 - SHRINK_MAX):
        raise BadPayload(
            f"The list names {count} listings where {known} are known; a loss of over {SHRINK_MAX:.0%} is "
            "not believed. The stored list stays as it is; ask again later.",
            field="listings",
        )


def _values(row: Listing) -> Sequence[Any]:
    return (
        row.symbol,
        row.name[:200],
        (row.mic or "")[:8],
        (row.kind or "")[:16],
        (row.cik or "")[:10],
        (row.figi or "")[:12],
        row.active,
        row.fetched_at,
    )

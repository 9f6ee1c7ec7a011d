"""Following a listing to its new symbol: its FIGI stays, and so does its history.

When a symbol leaves the vendor's list and another comes with the same FIGI, they are one listing. The bars,
their corrections and the facts of the old symbol are copied to the new one, once; a day that the new one has
already stays.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from universe import clock
from universe.models import BarCorrection, DailyBar, Stock, StockSplit, SymbolChange
from universe.sessions import session_of
from universe.types import Listing

logger = logging.getLogger(__name__)

FACTS = (
    *("market_cap_usd", "shares_outstanding", "float_shares", "sector_label", "industry_label", "sic"),
    *("country", "description", "is_fund", "short_interest", "days_to_cover", "facts_source"),
    "facts_fetched_at",
)
BAR = ("session", "open", "high", "low", "close", "volume", "source", "fetched_at")
COPIED = {
    # Before the bars: a correction belongs to a bar that the new symbol does not have yet.
    BarCorrection: ("number", *BAR),
    DailyBar: BAR,
    StockSplit: ("session", "split_from", "split_to", "source"),
}


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    new: str
    figi: str


def renames_found(rows: Mapping[str, Listing]) -> list[Rename]:
    """The stored listings that a new list, by symbol, has under another symbol. A FIGI told of two listings
    proves nothing."""
    told = Counter(row.figi for row in rows.values() if row.figi)
    by_figi = {row.figi: row.symbol for row in rows.values() if row.figi and told[row.figi] == 1}
    stored = Stock.objects.filter(active=True).values_list("symbol", "figi")
    known = {symbol for symbol, _ in stored}
    return [
        Rename(symbol, by_figi[figi], figi)
        for symbol, figi in stored
        if symbol not in rows and figi in by_figi and by_figi[figi] not in known
    ]


@transaction.atomic
def renames_follow(renames: Sequence[Rename]) -> None:
    """Give each new symbol, which is stored by now, what the old one had, and remember the change."""
    if not renames:
        return
    session = session_of(clock.market_now())
    for rename in renames:
        for model, columns in COPIED.items():
            _copy(model._meta.db_table, columns, rename)
        facts = Stock.objects.filter(symbol=rename.old).values(*FACTS).get()
        Stock.objects.filter(symbol=rename.new).update(**facts)
        SymbolChange.objects.get_or_create(
            old=rename.old, new=rename.new, session=session, defaults={"figi": rename.figi}
        )
        logger.info("%s goes under %s now", rename.old, rename.new)


def _copy(table: str, columns: Sequence[str], rename: Rename) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    # What the new symbol has by itself stays as it is, and without the old one's corrections.
    known = "universe_dailybar" if "close" in columns else table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (symbol, {names}) SELECT %s, {names} FROM "{table}" AS old '
            f'WHERE symbol = %s AND NOT EXISTS (SELECT 1 FROM "{known}" AS own '
            "WHERE own.symbol = %s AND own.session = old.session)",
            [rename.new, rename.old, rename.new],
        )

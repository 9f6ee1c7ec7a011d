"""Which funds hold a stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from universe.models import FundHolding


def funds_holding(funds: Iterable[str], symbols: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
    """By symbol those of ``funds`` that hold it, by name; a stock in none of them is absent. ``symbols``
    None: all stocks."""
    rows = FundHolding.objects.filter(fund__in=list(funds))
    if symbols is not None:
        rows = rows.filter(symbol__in=list(symbols))
    held: defaultdict[str, list[str]] = defaultdict(list)
    for symbol, fund in rows.order_by("symbol", "fund").values_list("symbol", "fund"):
        held[symbol].append(fund)
    return {symbol: tuple(names) for symbol, names in held.items()}

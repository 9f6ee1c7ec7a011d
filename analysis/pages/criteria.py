"""One listing against the six criteria: value, limit, place in the range, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sectors import figures
from sectors.pages.reasons import EXCHANGES, KINDS, reason_words
from universe.models import SnapshotMember, Stock
from universe.types import CapTier, UniverseCriteria

#: The range bar's box is 120 wide; the allowed part of a band and of a one-sided limit.
BAND = (10.0, 110.0)
FLOOR = (45.0, 120.0)
DECADE = 25.0
LAST_X = 117.0


@dataclass(frozen=True, slots=True)
class Bar:
    """Places in a box of 120: the allowed part and the value."""

    start: str
    width: str
    at: str


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """``holds`` False: ``result`` says by how much or that it is not known."""

    name: str
    value: str
    limit: str
    holds: bool
    result: str
    source: str
    bar: Bar | None = None


def criteria_rows(
    stock: Stock, verdict: SnapshotMember, limits: UniverseCriteria, *, close_of: str
) -> tuple[CriterionRow, ...]:
    """The six rows of one verdict; ``close_of`` names the session that price and cap are of.

    Float, exchange and type are those that were judged. A universe of an older version kept none of them:
    then the listing's own of today stand in.
    """
    mic, kind = verdict.mic or stock.mic, verdict.kind or stock.kind
    return (
        _cap(verdict, limits, close_of),
        _volume(verdict, limits),
        _price(verdict, limits, close_of),
        _float(stock, verdict, limits),
        _listed(verdict, "Exchange", EXCHANGES.get(mic, mic), limits.exchanges, EXCHANGES),
        _listed(verdict, "Type", KINDS.get(kind, kind), limits.kinds, KINDS),
    )


def _cap(verdict: SnapshotMember, limits: UniverseCriteria, close_of: str) -> CriterionRow:
    cap = verdict.market_cap
    low, high, tier = _cap_band(verdict, limits)
    result = _result(verdict, ("market_cap_below", "market_cap_above", "data_missing:market_cap"))
    if cap is not None and result:
        result = (
            f"{figures.usd_large(low - cap)} short" if cap < low else f"{figures.usd_large(cap - high)} over"
        )
    return CriterionRow(
        "Market cap",
        figures.usd_large(cap),
        f"{figures.usd_large(low, trim=True)} to {figures.usd_large(high, trim=True)}{tier}",
        not result,
        result or "in",
        close_of,
        _band(cap, low, high),
    )


def _cap_band(verdict: SnapshotMember, limits: UniverseCriteria) -> tuple[float, float, str]:
    """The band of the verdict's tier, or both together for a cap outside them."""
    if verdict.cap_tier == CapTier.MICRO:
        return limits.micro_cap_min, limits.small_cap_min, ", micro cap"
    if verdict.cap_tier == CapTier.SMALL:
        return limits.small_cap_min, limits.small_cap_max, ", small cap"
    return limits.micro_cap_min, limits.small_cap_max, ""


def _volume(verdict: SnapshotMember, limits: UniverseCriteria) -> CriterionRow:
    volume = verdict.avg_volume
    result = _result(verdict, ("volume_below", "data_missing:avg_volume"))
    if volume is not None and result:
        result = f"{figures.count(limits.core_volume_min - volume)} short"
    core, breadth = figures.count(limits.core_volume_min), figures.count(limits.breadth_volume_min)
    return CriterionRow(
        f"Average volume, {limits.volume_sessions} sessions",
        figures.count(volume),
        f"at least {core}; breadth {breadth}",
        not result,
        result or "in",
        f"at least {limits.volume_sessions_min} with a volume",
        _floor(volume, limits.core_volume_min),
    )


def _price(verdict: SnapshotMember, limits: UniverseCriteria, close_of: str) -> CriterionRow:
    price, low, high = verdict.price, limits.price_min, limits.price_max
    result = _result(verdict, ("price_below", "price_above", "data_missing:price"))
    if price is not None and result:
        result = f"{figures.usd(low - price)} short" if price < low else f"{figures.usd(price - high)} over"
    return CriterionRow(
        "Price",
        figures.usd(price),
        f"{figures.usd(low)} to {figures.usd(high)}",
        not result,
        result or "in",
        close_of,
        _band(price, low, high),
    )


def _float(stock: Stock, verdict: SnapshotMember, limits: UniverseCriteria) -> CriterionRow:
    judged = verdict if verdict.mic else stock
    shares = judged.float_shares if judged.float_shares is not None else judged.shares_outstanding
    cap = verdict.market_cap
    is_micro = cap is None or cap < limits.small_cap_min
    over = limits.micro_float_over if is_micro else limits.small_float_over
    result = _result(verdict, ("float_below", "data_missing:float"))
    if shares is not None and result:
        result = f"{figures.count(over - shares + 1)} short"
    known = judged.float_shares is not None
    return CriterionRow(
        "Free float",
        figures.count(shares),
        f"more than {figures.count(over)}",
        not result,
        result or "in",
        stock.facts_source or "not known" if known else "bound by shares outstanding",
        _floor(shares, over),
    )


def _listed(
    verdict: SnapshotMember, name: str, value: str, allowed: Iterable[str], words: dict[str, str]
) -> CriterionRow:
    codes = (
        ("exchange_not_allowed", "data_missing:exchange")
        if name == "Exchange"
        else ("not_common_stock", "data_missing:kind")
    )
    result = _result(verdict, codes)
    limit = ", ".join(words.get(code, code) for code in allowed)
    return CriterionRow(name, value or figures.DASH, limit, not result, result or "in", "listing")


def _result(verdict: SnapshotMember, codes: Iterable[str]) -> str:
    """The words of the reason that applies, empty when the criterion holds."""
    return next((reason_words(code) for code in codes if code in verdict.reasons), "")


def _band(value: float | None, low: float, high: float) -> Bar | None:
    """Between two limits, on a logarithmic scale; a value outside stands beside the allowed part."""
    if value is None or min(value, low) <= 0 or high <= low:
        return None
    start, end = BAND
    place = start + (end - start) * math.log(value / low) / math.log(high / low)
    return _bar(start, end, place)


def _floor(value: float | None, low: float) -> Bar | None:
    """Above one limit: a decade is 25 wide."""
    if value is None or min(value, low) <= 0:
        return None
    start, end = FLOOR
    return _bar(start, end, start + DECADE * math.log10(value / low))


def _bar(start: float, end: float, place: float) -> Bar:
    return Bar(f"{start:.0f}", f"{end - start:.0f}", f"{min(LAST_X, max(0.0, place - 1.5)):.1f}")

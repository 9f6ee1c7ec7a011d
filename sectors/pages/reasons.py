"""Why a listing is not in the universe, in the words of a reader. Pure."""

from __future__ import annotations

from collections.abc import Callable

from sectors import figures
from universe.criteria import float_bound, float_limit
from universe.types import Candidate, UniverseCriteria

REASONS = {
    "market_cap_below": "market cap too small",
    "market_cap_above": "market cap too large",
    "volume_below": "too few shares traded",
    "price_below": "price too low",
    "price_above": "price too high",
    "float_below": "free float too small",
    "exchange_not_allowed": "listed on another exchange",
    "not_common_stock": "not a common stock",
}
FIELDS = {
    "exchange": "exchange",
    "kind": "type",
    "price": "price",
    "market_cap": "market cap",
    "avg_volume": "average volume",
    "float": "free float",
}
FIELD_OF = {
    "market_cap_below": "market_cap",
    "market_cap_above": "market_cap",
    "volume_below": "avg_volume",
    "price_below": "price",
    "price_above": "price",
    "float_below": "float",
    "exchange_not_allowed": "exchange",
    "not_common_stock": "kind",
}
STAGES = {
    "listings": "Listings",
    "exchange": "On an allowed exchange",
    "common stock": "Common stock",
    "has data": "Price, cap and float known",
    "market cap": "Market cap in a band",
    "price": "Price in range",
    "float": "Free float large enough",
    "breadth volume": "Breadth tier: traded enough to count",
    "core volume": "Core tier: traded enough to rank",
}


EXCHANGES = {
    "XNAS": "NASDAQ",
    "XNYS": "NYSE",
    "XASE": "NYSE American",
    "ARCX": "NYSE Arca",
    "BATS": "Cboe BZX",
    "IEXG": "IEX",
}
KINDS = {
    "CS": "common stock",
    "ADRC": "ADR common",
    "OS": "ordinary shares",
    "NYRS": "New York registry shares",
    "ETF": "fund (ETF)",
    "ETN": "note (ETN)",
    "FUND": "closed-end fund",
    "PFD": "preferred stock",
    "WARRANT": "warrant",
    "UNIT": "unit",
    "RIGHT": "right",
    "ADRP": "ADR preferred",
    "ADRW": "ADR warrant",
    "SP": "structured product",
    "SPAC": "shell (SPAC)",
}

#: Above this a whole number is exact enough to tell a value from its limit.
EXACT_FROM = 1_000


def reason_words(code: str) -> str:
    """A stored reason as words: "data_missing:float" as "free float not known"."""
    kind, _, field = code.partition(":")
    if kind == "data_missing":
        return f"{FIELDS.get(field, field.replace('_', ' '))} not known"
    return REASONS.get(code, code.replace("_", " "))


def stage_words(name: str) -> str:
    return STAGES.get(name, name.capitalize())


def reason_told(code: str, values: Candidate, limits: UniverseCriteria) -> str:
    """A stored reason with its value and its limit: "price $1.94, below $2.00"; without them where the value
    is not stored."""
    price, cap, volume = values.price, values.market_cap, values.avg_volume
    if code in ("price_below", "price_above") and price is not None:
        return _against("price", price, *_side(code, limits.price_min, limits.price_max), figures.usd)
    if code in ("market_cap_below", "market_cap_above") and cap is not None:
        bounds = (limits.micro_cap_min, limits.small_cap_max)
        return _against("market cap", cap, *_side(code, *bounds), figures.usd_large)
    if code == "volume_below" and volume is not None:
        low = limits.breadth_volume_min if volume < limits.breadth_volume_min else limits.core_volume_min
        return _against("average volume", volume, "below", low, figures.count)
    shares, is_bound = float_bound(values)
    if code == "float_below" and shares is not None:
        name = "free float at most" if is_bound else "free float"
        return _against(name, shares, "not above", float_limit(cap, limits), figures.count)
    if code == "exchange_not_allowed" and values.exchange:
        return f"listed on {EXCHANGES.get(values.exchange, values.exchange)}"
    if code == "not_common_stock" and values.kind:
        return f"{KINDS.get(values.kind, values.kind)}, not a common stock"
    return reason_words(code)


def reason_gone(code: str, now: Candidate, before: Candidate, limits: UniverseCriteria) -> str:
    """A reason of ``before`` that fell away, with both values: "price $2.10, was $1.94, below $2.00".
    ``limits`` are those that ``before`` was judged by."""
    field, value = _figure(code, now)
    told = reason_told(code, before, limits).removeprefix(f"{field} ")
    return f"{value}, was {told}" if value else f"no longer {told}"


def _figure(code: str, values: Candidate) -> tuple[str, str]:
    """What a reason is about, and that with its value as exact as a page has it; "" where it is not known."""
    name = FIELD_OF.get(code, code.partition(":")[2])
    field = FIELDS.get(name, name)
    shares, is_bound = float_bound(values)
    shown = {
        "price": figures.usd(values.price),
        "market_cap": figures.usd_large(values.market_cap),
        "avg_volume": figures.count(values.avg_volume),
        "float": f"at most {figures.count(shares)}" if is_bound and shares else figures.count(shares),
        "exchange": EXCHANGES.get(values.exchange or "", values.exchange or figures.DASH),
        "kind": KINDS.get(values.kind or "", values.kind or figures.DASH),
    }.get(name, figures.DASH)
    return field, "" if shown == figures.DASH else f"{field} {shown}"


def _side(code: str, low: float, high: float) -> tuple[str, float]:
    return ("below", low) if code.endswith("_below") else ("above", high)


def _against(name: str, value: float, side: str, limit: float, write: Callable[[float], str]) -> str:
    """Value and limit; more exact where both would read the same, down to every digit."""
    shown, bound = write(value), write(limit)
    money = "$" if shown.startswith("$") else ""
    for digits in (",.0f", ",.12g") if limit > EXACT_FROM else (",.12g",):
        if shown != bound or value == limit:
            break
        shown, bound = f"{money}{value:{digits}}", f"{money}{limit:{digits}}"
    return f"{name} {shown}, {side} {bound}"


def limits_words(limits: UniverseCriteria) -> str:
    """The limits of both tiers in one sentence."""
    cap = [figures.usd_large(value, trim=True) for value in (limits.micro_cap_min, limits.small_cap_max)]
    floats = f"{figures.count(limits.micro_float_over)} (micro cap), {figures.count(limits.small_float_over)}"
    return (
        f"market cap {cap[0]} to {cap[1]}, price {figures.usd(limits.price_min)} to "
        f"{figures.usd(limits.price_max)}, free float over {floats} (small cap), average volume from "
        f"{figures.count(limits.core_volume_min)} for core, {figures.count(limits.breadth_volume_min)} for "
        "breadth"
    )

"""Why a listing is not in the universe, in the words of a reader. Pure."""

from __future__ import annotations

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
STAGES = {
    "listings": "Listings",
    "exchange": "On an allowed exchange",
    "common stock": "Common stock",
    "has data": "Price, cap and volume known",
    "market cap": "Market cap in a band",
    "price": "Price in range",
    "float": "Free float large enough",
    "breadth volume": "Breadth tier: traded enough to count",
    "core volume": "Core tier: traded enough to rank",
}


def reason_words(code: str) -> str:
    """A stored reason as words: "data_missing:float" as "free float not known"."""
    kind, _, field = code.partition(":")
    if kind == "data_missing":
        return f"{FIELDS.get(field, field.replace('_', ' '))} not known"
    return REASONS.get(code, code.replace("_", " "))


def stage_words(name: str) -> str:
    return STAGES.get(name, name.capitalize())

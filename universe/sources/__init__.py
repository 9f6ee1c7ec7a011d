"""The vendors. `SOURCES` is the whole table: adding one is one folder and one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from universe.sources.base import FactsSource, Parsed, PriceSource
from universe.sources.fmp.rest import FmpRest
from universe.sources.http import Door
from universe.sources.polygon.rest import PolygonRest
from universe.sources.polygon.stream import MinuteStream
from universe.sources.status import vendor_observed, vendor_status

__all__ = [
    "SOURCES",
    "FactsSource",
    "MinuteStream",
    "Parsed",
    "PriceSource",
    "Source",
    "facts_source",
    "minute_stream",
    "price_source",
    "vendor_status",
]


@dataclass(frozen=True, slots=True)
class Source:
    """``open`` takes the base URL and the key."""

    label: str
    open: Callable[[str, str], PolygonRest | FmpRest]


@cache
def _polygon(base_url: str, key: str) -> PolygonRest:
    return PolygonRest(
        Door("polygon", base_url, header="Authorization", prefix="Bearer ", key=key, observe=vendor_observed)
    )


@cache
def _fmp(base_url: str, key: str) -> FmpRest:
    return FmpRest(Door("fmp", base_url, header="apikey", key=key, observe=vendor_observed))


SOURCES = {
    "polygon": Source("Polygon.io (Massive)", _polygon),
    "fmp": Source("Financial Modeling Prep", _fmp),
}


def price_source() -> PriceSource:
    """The vendor of listings, bars and quotes, one client a process."""
    return _polygon(settings.POLYGON_BASE_URL, str(settings.POLYGON_API_KEY))


def facts_source() -> FactsSource:
    """The vendor of slow facts: FMP with a key of it, else the price vendor's own ratios and floats."""
    if settings.FMP_API_KEY:
        return _fmp(settings.FMP_BASE_URL, str(settings.FMP_API_KEY))
    return _polygon(settings.POLYGON_BASE_URL, str(settings.POLYGON_API_KEY))


def minute_stream(
    *,
    is_open: Callable[[], bool],
    on_link: Callable[[bool], None],
    silence_seconds: float = 60.0,
) -> MinuteStream:
    """The stream of all minute bars; exactly one process may listen with one key."""
    return MinuteStream(
        settings.POLYGON_WS_URL,
        str(settings.POLYGON_API_KEY),
        is_open=is_open,
        on_link=on_link,
        silence_seconds=silence_seconds,
    )

"""The vendors, and which of them answers what: a new one is a folder, and a line in `price_source` or
`facts_source`."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import cache, partial

from django.conf import settings

from universe.sources.base import FactsSource, Parsed, PriceSource, Transport
from universe.sources.budget import Budget
from universe.sources.fmp.rest import FmpRest
from universe.sources.http import Door
from universe.sources.plans import Entitlement, PlanMemory
from universe.sources.polygon.rest import PolygonRest
from universe.sources.polygon.stream import SILENCE_SECONDS, MinuteStream
from universe.sources.routing import transports
from universe.sources.status import told_forget, vendor_observed, vendor_status

__all__ = [
    "Entitlement",
    "FactsSource",
    "MinuteStream",
    "Parsed",
    "PriceSource",
    "facts_source",
    "minute_stream",
    "plan_of",
    "price_source",
    "sources_close",
    "transport_in_force",
    "vendor_status",
]


_doors: list[Transport] = []


def _transport(vendor: str, base_url: str, key: str, *, header: str, prefix: str = "") -> Transport:
    """REST for one vendor and key."""
    plan = plan_memory(vendor, key)
    door = Door(
        vendor,
        base_url,
        header=header,
        prefix=prefix,
        key=key,
        observe=partial(vendor_observed, transport="rest"),
        budget=Budget(vendor, key, plan.pace),
        plan=plan,
    )
    _doors.append(door)
    return door


@cache
def plan_memory(vendor: str, key: str) -> PlanMemory:
    """What the plan of one key holds, one memory a process."""
    return PlanMemory(vendor, key)


def plan_of(vendor: str) -> PlanMemory:
    """What the plan of the key in force holds, "polygon" or "fmp"."""
    return plan_memory(vendor, str(settings.POLYGON_API_KEY if vendor == "polygon" else settings.FMP_API_KEY))


def transport_in_force(vendor: str) -> dict[str, str]:
    """What carries "bulk" and "small" questions to a vendor: "rest" or "mcp"."""
    if not mcp_target(vendor):
        return {"bulk": "rest", "small": "rest"}
    return transports(str(settings.MCP_CARRIES))


def mcp_target(vendor: str) -> str:
    """The command or address of the vendor's MCP server; "" when there is none."""
    return str(settings.POLYGON_MCP if vendor == "polygon" else settings.FMP_MCP)


@cache
def _polygon(base_url: str, key: str) -> PolygonRest:
    return PolygonRest(_transport("polygon", base_url, key, header="Authorization", prefix="Bearer "))


@cache
def _fmp(base_url: str, key: str) -> FmpRest:
    return FmpRest(_transport("fmp", base_url, key, header="apikey"))


@atexit.register
def sources_close() -> None:
    """Close every connection of this process; the next question opens new ones."""
    _polygon.cache_clear()
    _fmp.cache_clear()
    plan_memory.cache_clear()
    told_forget()
    while _doors:
        _doors.pop().close()


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
    silence_seconds: float = SILENCE_SECONDS,
) -> MinuteStream:
    """The stream of all minute bars; exactly one process may listen with one key."""
    return MinuteStream(
        settings.POLYGON_WS_URL,
        str(settings.POLYGON_API_KEY),
        is_open=is_open,
        on_link=on_link,
        silence_seconds=silence_seconds,
    )

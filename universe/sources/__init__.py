"""The vendors, and which of them answers what: a new one is a folder, and a line in `price_source` or
`facts_source`."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

from django.conf import settings

from universe.sources.base import FactsSource, NewsSource, Parsed, PriceSource, Transport
from universe.sources.budget import Budget
from universe.sources.counted import Counted
from universe.sources.fmp import mcp as fmp_mcp
from universe.sources.fmp.rest import FmpRest
from universe.sources.http import Door
from universe.sources.mcp.target import target_read
from universe.sources.plans import Entitlement, PlanMemory
from universe.sources.polygon import mcp as polygon_mcp
from universe.sources.polygon.rest import PolygonRest
from universe.sources.polygon.stream import SILENCE_SECONDS, MinuteStream
from universe.sources.routing import Routed, transports
from universe.sources.status import lag_observed, told_forget, vendor_observed, vendor_status

if TYPE_CHECKING:
    from universe.sources.mcp.door import McpDoor

__all__ = [
    "Entitlement",
    "FactsSource",
    "MinuteStream",
    "Parsed",
    "PriceSource",
    "budget_of",
    "facts_source",
    "facts_source_beside",
    "lag_observed",
    "mcp_target",
    "minute_stream",
    "news_sources",
    "plan_of",
    "price_source",
    "second_source",
    "sources_close",
    "transport_in_force",
    "transport_of",
    "vendor_status",
]


#: The header that carries the key, and what stands before it.
HEADERS = {"polygon": ("Authorization", "Bearer "), "fmp": ("apikey", "")}

#: The MCP servers that are known of each vendor, and what a child reads from its environment.
MCP = {"polygon": polygon_mcp, "fmp": fmp_mcp}
#: Only the plans with real-time prices have the real-time socket; one key must not listen to both.
DELAYED_SOCKET = "wss://delayed.polygon.io/stocks"
SOCKETS = {"Advanced or Business": "wss://socket.polygon.io/stocks"}

#: Seconds that a question about news may take.
NEWS_PATIENCE = 10.0

_doors: list[Transport] = []


def transport_of(vendor: str) -> Transport:
    """What carries the questions to "polygon" or "fmp" with the settings in force."""
    base_url = settings.POLYGON_BASE_URL if vendor == "polygon" else settings.FMP_BASE_URL
    return _transport(vendor, base_url, _key_of(vendor))


@cache
def _budget(vendor: str, key: str) -> Budget:
    return Budget(vendor, key, plan_memory(vendor, key).pace)


def budget_of(vendor: str) -> Budget:
    """The calls of the key in force."""
    return _budget(vendor, _key_of(vendor))


@cache
def _transport(vendor: str, base_url: str, key: str) -> Transport:
    """What carries the questions to one vendor, one a process."""
    door = _door(vendor, base_url, key)
    return door if not mcp_target(vendor) else _beside(door, vendor, base_url, key)


@cache
def _door(vendor: str, base_url: str, key: str, *, patience: float | None = None) -> Door:
    header, prefix = HEADERS[vendor]
    door = Door(
        vendor,
        base_url,
        header=header,
        prefix=prefix,
        key=key,
        observe=partial(vendor_observed, transport="rest"),
        budget=_budget(vendor, key),
        plan=plan_memory(vendor, key),
        patience=patience,
    )
    _doors.append(door)
    return door


def _beside(rest: Door, vendor: str, base_url: str, key: str) -> Transport:
    """``rest`` and the vendor's MCP server, as the settings divide the questions."""
    from universe.sources.mcp.door import McpDoor  # brings the MCP SDK: a second that few processes need

    speech = MCP[vendor]
    # The servers add FMP's ``/stable`` themselves.
    own = base_url.rstrip("/").removesuffix("/stable")
    mcp = McpDoor(
        vendor,
        target_read(mcp_target(vendor)),
        key,
        dialects=speech.DIALECTS,
        environment=speech.CHILD.environment(key, None if base_url == speech.BASE_URL else own),
        observe=lambda vendor, error: vendor_observed(
            vendor, error, transport="mcp", server=mcp_described(mcp)
        ),
        budget=_budget(vendor, key),
        plan=plan_memory(vendor, key),
    )
    _doors.append(mcp)
    return Routed(rest, mcp, carries=str(settings.MCP_CARRIES))


def mcp_described(door: McpDoor) -> dict[str, str]:
    """What the health pages tell of a server: its name and version, and the dialect it was taken for."""
    told = door.described()
    return {name: str(told[name]) for name in ("server", "dialect", "target") if told[name]}


@cache
def plan_memory(vendor: str, key: str) -> PlanMemory:
    """What the plan of one key holds, one memory a process."""
    return PlanMemory(vendor, key)


def plan_of(vendor: str) -> PlanMemory:
    """What the plan of the key in force holds, "polygon" or "fmp"."""
    return plan_memory(vendor, _key_of(vendor))


def _key_of(vendor: str) -> str:
    """The key as the settings hold it: a text that a traceback does not show."""
    key: str = settings.POLYGON_API_KEY if vendor == "polygon" else settings.FMP_API_KEY
    return key


def transport_in_force(vendor: str) -> dict[str, str]:
    """What carries "bulk" and "small" questions to a vendor: "rest" or "mcp"."""
    if not mcp_target(vendor):
        return {"bulk": "rest", "small": "rest"}
    return transports(str(settings.MCP_CARRIES))


def mcp_target(vendor: str) -> str:
    """The command or address of the vendor's MCP server; "" when there is none."""
    return str(settings.POLYGON_MCP if vendor == "polygon" else settings.FMP_MCP)


@atexit.register
def sources_close() -> None:
    """Close every connection of this process; the next question opens new ones."""
    _transport.cache_clear()
    _door.cache_clear()
    plan_memory.cache_clear()
    _budget.cache_clear()
    told_forget()
    while _doors:
        _doors.pop().close()


def price_source() -> PriceSource:
    """The vendor of listings, bars and quotes."""
    return PolygonRest(transport_of("polygon"))


def facts_source() -> FactsSource:
    """The vendor of slow facts: FMP with a key of it, else the price vendor's own ratios and floats."""
    return FmpRest(transport_of("fmp")) if settings.FMP_API_KEY else PolygonRest(transport_of("polygon"))


def facts_source_beside() -> FactsSource | None:
    """Whoever else tells facts, for what the plan of `facts_source` lacks; None without a second vendor."""
    return PolygonRest(transport_of("polygon")) if settings.FMP_API_KEY else None


def second_source() -> FmpRest | None:
    """Who is asked whether a large move is true: the facts vendor with a key of it, else nobody."""
    return FmpRest(transport_of("fmp")) if settings.FMP_API_KEY else None


def news_sources(count: Callable[[], None]) -> list[NewsSource]:
    """Who tells news and filings, the price vendor first; ``count`` is called for each question.

    They have doors of their own: a vendor whose news fail is still asked for prices, and one that hangs costs
    a run `NEWS_PATIENCE` a question.
    """
    sources: list[NewsSource] = [PolygonRest(Counted(_aside("polygon"), count))]
    if settings.FMP_API_KEY:
        sources.append(FmpRest(Counted(_aside("fmp"), count)))
    return sources


def _aside(vendor: str) -> Transport:
    """The transport of what is asked beside the prices; an MCP server carries it as it does everything."""
    base_url = settings.POLYGON_BASE_URL if vendor == "polygon" else settings.FMP_BASE_URL
    if mcp_target(vendor):
        return transport_of(vendor)
    return _door(vendor, base_url, _key_of(vendor), patience=NEWS_PATIENCE)


def minute_stream(
    *,
    is_open: Callable[[], bool],
    on_link: Callable[[bool], None],
    silence_seconds: float = SILENCE_SECONDS,
) -> MinuteStream:
    """The stream of all minute bars; exactly one process may listen with one key."""
    return MinuteStream(
        lambda: settings.POLYGON_WS_URL or SOCKETS.get(plan_of("polygon").plan(), DELAYED_SOCKET),
        str(settings.POLYGON_API_KEY),
        is_open=is_open,
        on_link=on_link,
        silence_seconds=silence_seconds,
    )

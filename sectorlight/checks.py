"""System checks: mistakes of the operator, each with an id and how to mend it.

Run by `manage.py check` and at the start of most commands; `manage.py doctor` shows them too.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@register(Tags.security)
def public_without_tls(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Other machines may reach us, but passwords and sessions would travel in the open."""
    if settings.HOST in LOOPBACK or settings.SECURE_SSL:
        return []
    return [
        Warning(
            f"HOST is {settings.HOST}, so other machines reach this server, but SECURE_SSL is off.",
            hint="Put a TLS proxy in front and set SECURE_SSL=true, or set HOST=127.0.0.1.",
            id="sectorlight.W001",
        )
    ]


@register(Tags.security)
def debug_in_public(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not settings.DEBUG or settings.HOST in LOOPBACK:
        return []
    return [
        Error(
            f"DEBUG is on while HOST is {settings.HOST}: its error pages show the code to everybody.",
            hint="Set DEBUG=false.",
            id="sectorlight.E001",
        )
    ]


@register()
def any_host(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Warning(
            "ALLOWED_HOSTS is *, so a forged Host header is believed.",
            hint="Name the hosts, with commas between: ALLOWED_HOSTS=board.example.com,localhost",
            id="sectorlight.W002",
        )
    ]


@register()
def facts_without_key(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A live market works without FMP, but knows floats and sectors less well, and no economic releases."""
    if settings.MARKET_WORLD != "live" or settings.FMP_API_KEY:
        return []
    return [
        Warning(
            "FMP_API_KEY is not set: floats and sectors come from Polygon alone, and releases are not known.",
            hint="Put a key of Financial Modeling Prep into .env, or go on without.",
            id="sectorlight.W003",
        )
    ]


@register()
def first_session_of_a_live_market(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not settings.MARKET_FROM or settings.MARKET_WORLD != "live":
        return []
    return [
        Warning(
            f"MARKET_FROM is {settings.MARKET_FROM}, but the market is live: it is always now.",
            hint="Set MARKET to simulated or to a folder of recorded days, or unset MARKET_FROM.",
            id="sectorlight.W004",
        )
    ]

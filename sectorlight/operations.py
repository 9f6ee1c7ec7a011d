"""How the parts and the vendors are, for whoever keeps the product running: `/operations/`.

The page asks no vendor; it tells what each last answered, what its plan was found to lack and what is taken
instead, how far its prices are behind, and how many calls the key has made today.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sectorlight.health import CHECKS, Check
from sectors import figures
from universe.hit_rates import ENOUGH, TARGETS, HitRate, Kind, hit_rates
from universe.sources import (
    Entitlement,
    budget_of,
    mcp_target,
    plan_of,
    transport_in_force,
    vendor_status,
)

VENDORS: Mapping[str, str] = {"polygon": "Polygon / Massive", "fmp": "Financial Modeling Prep"}
PARTS: Mapping[str, str] = {
    "database": "PostgreSQL",
    "redis": "Redis",
    "celery": "Worker and tick",
    "slots": "Schedule",
    "polygon": "Polygon / Massive",
    "fmp": "FMP",
}
LOOKS: Mapping[str, tuple[str, str]] = {
    "ok": ("ok", "g-ok"),
    "degraded": ("caution", "g-warn"),
    "down": ("bad", "g-x"),
}
RATES: Mapping[Kind, str] = {"board": "The board", "pages": "What a page reads"}
#: Prices further behind the market than this are late, not just on their way.
LATE_SECONDS = 120

SERIES = {
    "universe_dailybar": "Daily bars",
    "universe_minutequote": "Prices of passes and minutes",
    "sector_sentiment": "Lights",
    "analysis_stockreading": "Ranks of stocks",
}


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part: ``look`` and ``glyph`` of its badge, ``detail`` in words."""

    name: str
    status: str
    look: str
    glyph: str
    detail: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """How often Redis had what was asked of it; ``look`` and ``glyph`` are empty while nothing is judged."""

    name: str
    share: str
    word: str
    look: str
    glyph: str
    asked: str
    missed: str
    since: str


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """What a plan holds or lacks; ``instead`` is empty while it holds it."""

    title: str
    verdict: str
    look: str
    instead: str
    words: str
    checked: str


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One table of market detail: how long it is kept, and who drops and compresses it."""

    name: str
    kept: str
    dropped_by: str
    compressed_by: str
    chunks: str


@dataclass(frozen=True, slots=True)
class TransportRow:
    """How one transport did; ``carries`` says what goes over it first."""

    name: str
    carries: str
    answered: str
    failed: str
    server: str


@dataclass(frozen=True, slots=True)
class VendorPanel:
    """Everything about one vendor. ``unused``: why there is nothing to tell."""

    slug: str
    name: str
    unused: str
    plan: str
    lag: str
    lag_is_late: bool
    calls: str
    pace: str
    transports: tuple[TransportRow, ...]
    capabilities: tuple[CapabilityRow, ...]


@never_cache
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """The page of the keepers; 403 for everybody else."""
    _keepers_only(request)
    told = {name: check() for name, check in CHECKS.items()}
    context = {
        "parts": [_part(PARTS[name], check) for name, check in told.items()],
        "series": series_rows(told["database"]),
        "vendors": [vendor_panel(vendor) for vendor in VENDORS],
        "rates": rate_rows(),
    }
    return render(request, "operations.html", context)


@require_POST
def plan_forget(request: HttpRequest, vendor: str) -> HttpResponse:
    """Forget what the vendor's plan was found to lack, for somebody who has changed it."""
    _keepers_only(request)
    if vendor not in VENDORS:
        raise Http404(f"There is no vendor {vendor!r}.")
    try:
        plan_of(vendor).forget()
    except redis.RedisError:
        messages.error(request, "Redis does not answer, so nothing was forgotten. Try again in a moment.")
    else:
        messages.success(request, f"{VENDORS[vendor]}: everything is asked anew from the next run on.")
    return redirect("operations")


def series_rows(check: Check) -> list[SeriesRow]:
    """The tables of market detail as `/health/database` tells them; none while PostgreSQL is away."""
    return [
        SeriesRow(
            SERIES.get(table, table),
            str(told["kept"]),
            str(told["dropped_by"] or "nobody"),
            str(told["compressed_by"]),
            f"{told['chunks']}, {told['compressed_chunks']} compressed" if "chunks" in told else "–",
        )
        for table, told in check.get("series", {}).items()
    ]


def _keepers_only(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied("This page is for admins.")


def _part(name: str, check: Check) -> PartRow:
    look, glyph = LOOKS[check["status"]]
    return PartRow(name, str(check["status"]), look, glyph, _detail(check))


def _detail(check: Check) -> str:
    if check.get("detail"):
        return str(check["detail"])
    if check.get("error"):
        return f"the last call failed: {check['error']}"
    if check.get("answered_at"):
        return f"answered {_moment(check['answered_at'])}"
    if "worker_age_seconds" in check:
        return f"seen {check['worker_age_seconds']} s and {check['tick_age_seconds']} s ago"
    return f"{check.get('storage', 'version')} {check.get('server', '')}"


def vendor_panel(vendor: str) -> VendorPanel:
    """What is known of one vendor; empty rows while Redis is away."""
    unused = ""
    if vendor == "fmp" and not settings.FMP_API_KEY:
        unused = "FMP_API_KEY is not set, so this vendor is not asked."
    plan, budget = plan_of(vendor), budget_of(vendor)
    pace, used = plan.pace(), budget.used_today()
    try:
        status, is_known = vendor_status(vendor), True
    except redis.RedisError:
        status, is_known = {}, False
    lag = (status.get("lag") or {}).get("seconds")
    return VendorPanel(
        slug=vendor,
        name=VENDORS[vendor],
        unused=unused,
        plan=plan.plan() or _unknown("not known yet", is_known=is_known),
        lag=_lag(lag) if is_known else _unknown("", is_known=False),
        lag_is_late=lag is not None and lag > LATE_SECONDS,
        calls="not known" if used is None else figures.count(used),
        pace=f"{figures.plain(pace.per_minute, 1 if pace.per_minute < 10 else 0)} a minute"
        + (f", {pace.per_day} a day" if pace.per_day else ""),
        transports=_transports(vendor, status),
        capabilities=tuple(_capability(entry, is_known=is_known) for entry in plan.entitlements()),
    )


def rate_rows() -> list[RateRow]:
    """The hit rates; none before the first question, and while Redis is away."""
    try:
        rates = hit_rates().values()
    except redis.RedisError:
        return []
    return [_rate(rate) for rate in rates]


def _rate(rate: HitRate) -> RateRow:
    target = f"{figures.plain(100 * TARGETS[rate.kind], 0)} %"
    word, (look, glyph) = {
        "ok": (f"{target} or more", LOOKS["ok"]),
        "low": (f"low: below {target}", LOOKS["degraded"]),
        "too few": (f"judged from {figures.count(ENOUGH)} on", ("", "")),
    }[rate.verdict]
    return RateRow(
        name=RATES[rate.kind],
        share=f"{figures.plain(100 * rate.share, 2)} %",
        word=word,
        look=look,
        glyph=glyph,
        asked=figures.count(rate.asked),
        missed=figures.count(rate.missed),
        since=_moment(rate.since),
    )


def _lag(seconds: int | None) -> str:
    if seconds is None:
        return "not measured yet"
    return f"{seconds} s" if seconds <= LATE_SECONDS else f"{round(seconds / 60)} min"


def _transports(vendor: str, status: Mapping[str, Any]) -> tuple[TransportRow, ...]:
    told = status.get("transports", {})
    rows = [_transport("REST", "rest", vendor, told)]
    if mcp_target(vendor):
        rows.append(_transport("MCP", "mcp", vendor, told))
    return tuple(rows)


def _transport(name: str, kind: str, vendor: str, told: Mapping[str, Any]) -> TransportRow:
    entry = told.get(kind, {})
    carried = [what for what, first in transport_in_force(vendor).items() if first == kind]
    failed = f"{_moment(entry['failed_at'])}: {entry.get('error', '')}" if entry.get("failed_at") else ""
    server = entry.get("server") or {}
    return TransportRow(
        name=name,
        carries=" and ".join(carried) + " questions" if carried else "stands by",
        answered=_moment(entry["answered_at"]) if entry.get("answered_at") else "",
        failed=failed,
        server=" ".join(str(value) for value in server.values() if value),
    )


def _unknown(words: str, *, is_known: bool) -> str:
    """``words`` for what Redis does not hold; while Redis is away nobody knows whether it does."""
    return words if is_known else "not known while Redis is away"


def _capability(entry: Entitlement, *, is_known: bool) -> CapabilityRow:
    verdict, look = {
        True: ("yes", "ok"),
        False: ("no", "caution"),
        None: (_unknown("not asked yet", is_known=is_known), ""),
    }[entry.allowed]
    return CapabilityRow(
        title=entry.capability.title,
        verdict=verdict,
        look=look,
        instead=entry.capability.instead if entry.allowed is False else "",
        words=entry.words,
        checked=_moment(entry.checked_at) if entry.checked_at else "",
    )


def _moment(moment: dt.datetime | str) -> str:
    """A wall-clock moment, UTC, with the day when it is not today's."""
    at = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    at = at.astimezone(dt.UTC)
    day = "" if at.date() == timezone.now().date() else f"{at:%-d %b} "
    return f"{day}{at:%H:%M:%S} UTC"

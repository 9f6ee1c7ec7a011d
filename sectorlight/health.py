"""How the product is, part by part, as JSON: ``{"status": ..., "checks": {...}, "version": ...}``.

``ok``, ``degraded`` (works, but something is missing or old) or ``down``, which answers 503. The whole is
down only when the board cannot be served: PostgreSQL is away and Redis holds no board. Nothing here calls a
vendor; it tells what the vendor last answered. No address, key or password appears.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analysis.selectors import rules_enabled
from analysis.slot_selectors import slots_begun, slots_past
from analysis.slot_words import slot_words
from universe import keys
from universe.clock import ClockUnavailableError, market_now
from universe.hit_rates import HitRate, Kind, hit_rates
from universe.postgresql import is_busy, within
from universe.redis import client, takes_writing
from universe.selectors import series_keeping, storage
from universe.sources import transport_in_force, vendor_status

Status = Literal["ok", "degraded", "down"]
Check = dict[str, Any]

#: A failing vendor is "down" when its last good answer is older than this.
VENDOR_GRACE = dt.timedelta(minutes=5)
#: Ages at which a missing heartbeat counts.
WORKER_LATE = dt.timedelta(seconds=60)
TICK_LATE = dt.timedelta(seconds=150)
#: How old what is told of chunks and policies may be.
KEEPING_SECONDS = 60
#: How many slots without a result are named; the count tells the rest.
SLOTS_NAMED = 3
#: A statement of ours; who asks for the health is not kept waiting by a connection that hangs.
STATEMENT_SECONDS = 4.0


def database_check() -> Check:
    """Reachable or not, which server and storage, and what drops and compresses old market detail."""
    try:
        with within(STATEMENT_SECONDS):
            found = storage()
            keeping = _keeping()
    except DatabaseError as exc:
        if is_busy(exc):
            return {"status": "degraded", "detail": "PostgreSQL answers, but no connection was free"}
        return {"status": "down", "detail": "PostgreSQL does not answer; the last board stays, read-only"}
    return {"status": "ok", "server": found.server, "storage": found.words, "series": keeping}


def _keeping() -> Check:
    """How market detail is kept, as it was at most a minute ago."""
    keeping: Check | None = cache.get("series-keeping")
    if keeping is None:
        keeping = dict(series_keeping(world=settings.MARKET_WORLD))
        cache.set("series-keeping", keeping, KEEPING_SECONDS)
    return keeping


def redis_check() -> Check:
    try:
        has_board = bool(client().exists(keys.board()))
        is_full = not takes_writing()
        server: Any = client().info("server")
        rates = hit_rates()
    except redis.RedisError:
        return {
            "status": "down",
            "detail": "Redis does not answer; pushes and runs wait, the board needs PostgreSQL",
            "has_board": False,
        }
    version = server.get("valkey_version") or server.get("redis_version", "unknown")
    told = {"server": str(version), "has_board": has_board, **_rates(rates)}
    if is_full:
        return {"status": "degraded", "detail": "Redis takes no writing; pushes and runs wait", **told}
    return {"status": "ok", **told}


def _rates(rates: Mapping[Kind, HitRate]) -> Check:
    """How often the board, and all that a page reads, was in Redis: 0 to 1; null before it was asked for."""
    board, pages = rates.get("board"), rates.get("pages")
    return {
        "hit_rate": round(board.share, 4) if board else None,
        "page_hit_rate": round(pages.share, 4) if pages else None,
        "counted_since": min(rate.since for rate in rates.values()).isoformat() if rates else None,
    }


def vendor_check(vendor: str) -> Check:
    """What the vendor last answered. A vendor without a key in a live market is not used, so it is ok."""
    if vendor == "fmp" and settings.MARKET_WORLD == "live" and not settings.FMP_API_KEY:
        return {"status": "ok", "detail": "not used: FMP_API_KEY is not set"}
    try:
        known = vendor_status(vendor)
    except redis.RedisError:
        return {"status": "degraded", "detail": "not known while Redis is away"}
    if not known:
        return {"status": "degraded", "detail": "not asked yet"}
    answered = _moment(known.get("answered_at"))
    check: Check = {
        "status": "ok",
        "answered_at": known.get("answered_at"),
        "world": settings.MARKET_WORLD,
        "transport": transport_in_force(vendor),
        "transports": {name: _transport(told) for name, told in known["transports"].items()},
        "lag_seconds": (known.get("lag") or {}).get("seconds"),
    }
    if not known.get("ok"):
        is_recent = answered is not None and timezone.now() - answered < VENDOR_GRACE
        check |= {
            "status": "degraded" if is_recent else "down",
            "failed_at": known.get("failed_at"),
            "error": known.get("error_kind"),
        }
    return check


def _transport(told: Mapping[str, Any]) -> Check:
    """When one transport last answered and failed; for MCP also which server it speaks to."""
    shown = ("answered_at", "failed_at", "server")
    return {"ok": told.get("ok"), **{name: told[name] for name in shown if name in told}}


def celery_check() -> Check:
    """Whether a worker and the minute tick were seen lately."""
    try:
        seen = {"worker": _age(keys.worker_heartbeat()), "tick": _age(keys.tick_heartbeat())}
    except redis.RedisError:
        return {"status": "degraded", "detail": "not known while Redis is away"}
    late = {
        name
        for name, bound in (("worker", WORKER_LATE), ("tick", TICK_LATE))
        if (age := seen[name]) is None or age > bound
    }
    ages = {f"{name}_age_seconds": round(age.total_seconds()) if age else None for name, age in seen.items()}
    if not late:
        return {"status": "ok", **ages}
    return {
        "status": "down" if "worker" in late else "degraded",
        "detail": f"late: {', '.join(sorted(late))}",
        **ages,
    }


def slots_check() -> Check:
    """Whether the runs of the schedule had their results in time. An unfilled slot is told by its name; the
    part is down when it is the newest, degraded when later ones went well."""
    try:
        with within(STATEMENT_SECONDS):
            if slots_begun() is None:
                return {"status": "ok", "detail": "no run was published yet"}
            past = slots_past(market_now(), rules_enabled())
    except DatabaseError:
        return {"status": "degraded", "detail": "not known while PostgreSQL is away"}
    except ClockUnavailableError:
        return {"status": "degraded", "detail": "not known while the market does not tell its time"}
    unfilled = [slot for slot in past if slot.is_unfilled]
    if not unfilled:
        return {"status": "ok", "detail": "every slot has its result in time"}
    later = past[past.index(unfilled[-1]) + 1 :]
    names = [slot_words(slot) for slot in unfilled]
    return {
        "status": "degraded" if any(slot.is_filled for slot in later) else "down",
        "detail": f"no result: {', '.join(names[:SLOTS_NAMED])}" + (" …" if len(names) > SLOTS_NAMED else ""),
        "unfilled": len(unfilled),
        "since": unfilled[0].scheduled_for.isoformat(),
    }


CHECKS: Mapping[str, Callable[[], Check]] = {
    "database": database_check,
    "redis": redis_check,
    "polygon": lambda: vendor_check("polygon"),
    "fmp": lambda: vendor_check("fmp"),
    "celery": celery_check,
    "slots": slots_check,
}


def overall_status(checks: Mapping[str, Check]) -> Status:
    """Down without a board to show, degraded when any part is not ok."""
    if checks["database"]["status"] == "down" and not checks["redis"].get("has_board"):
        return "down"
    return "ok" if all(check["status"] == "ok" for check in checks.values()) else "degraded"


@never_cache
@login_not_required
@require_safe
def overall(request: HttpRequest) -> JsonResponse:
    """Every part at once."""
    checks = {name: check() for name, check in CHECKS.items()}
    return _answer(overall_status(checks), checks)


@never_cache
@login_not_required
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return _answer("ok", {})


@never_cache
@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """A reader would get a board: 503 takes this process out of a load balancer."""
    checks = {"database": database_check(), "redis": redis_check()}
    return _answer(overall_status(checks), checks)


def _part(name: str) -> Callable[[HttpRequest], JsonResponse]:
    @never_cache
    @login_not_required
    @require_safe
    def part(request: HttpRequest) -> JsonResponse:
        check = CHECKS[name]()
        return _answer(check["status"], {name: check})

    return part


VIEWS: Mapping[str, Callable[[HttpRequest], JsonResponse]] = {
    "live": live,
    "ready": ready,
    **{name: _part(name) for name in CHECKS},
}


def _answer(status: Status, checks: Mapping[str, Check]) -> JsonResponse:
    body = {"status": status, "checks": dict(checks), "version": settings.VERSION}
    return JsonResponse(body, status=503 if status == "down" else 200)


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _age(key: str) -> dt.timedelta | None:
    """How long ago the heartbeat in ``key`` was written; None when there is none."""
    raw = client().get(key)
    moment = _moment(raw.decode() if isinstance(raw, bytes) else None)
    return timezone.now() - moment if moment else None

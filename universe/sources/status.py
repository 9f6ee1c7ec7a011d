"""What each vendor last did, kept in Redis for the health pages. Never in the way of a call.

One hash a vendor: a field for each transport ("rest", "mcp") and one for the measured lag of its prices.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import redis
from django.utils import timezone

from universe import keys
from universe.errors import LeftAlone, NotEntitled, NotFound, NotOffered, SourceError
from universe.redis import client

logger = logging.getLogger(__name__)

# A run makes a hundred calls a second; their success needs to be told once.
SUCCESS_EVERY_SECONDS = 1.0
TRANSPORTS = ("rest", "mcp")
LAG = "lag"

_lock = threading.Lock()
_told_at: dict[tuple[str, str], float] = {}


def vendor_observed(
    vendor: str,
    error: SourceError | None,
    *,
    transport: str = "rest",
    server: Mapping[str, Any] | None = None,
) -> None:
    """Keep the outcome of one call. A success right after another, a call that was not made because the
    vendor is left alone or the server has no tool, and a Redis that is away are skipped. A refusal by the
    plan and a name that is not known are answers. ``server`` describes an MCP server."""
    now = time.monotonic()
    if isinstance(error, (LeftAlone, NotOffered)):
        return
    if isinstance(error, (NotEntitled, NotFound)):
        error = None
    with _lock:
        last = _told_at.get((vendor, transport), -SUCCESS_EVERY_SECONDS)
        if error is None and now - last < SUCCESS_EVERY_SECONDS:
            return
        _told_at[vendor, transport] = now if error is None else -SUCCESS_EVERY_SECONDS
    try:
        _write(vendor, transport, error, server=server)
    except redis.RedisError as exc:
        logger.debug("the status of %s was not kept: %s", vendor, exc)


def lag_observed(vendor: str, seconds: float) -> None:
    """Keep how far the vendor's newest price was behind the market clock."""
    entry = {"seconds": round(seconds), "measured_at": timezone.now().isoformat()}
    try:
        client().hset(keys.vendor_status(vendor), LAG, json.dumps(entry))
    except redis.RedisError as exc:
        logger.debug("the lag of %s was not kept: %s", vendor, exc)


def told_forget() -> None:
    """The next success is told again."""
    with _lock:
        _told_at.clear()


def _write(
    vendor: str, transport: str, error: SourceError | None, *, server: Mapping[str, Any] | None
) -> None:
    moment = timezone.now().isoformat()
    status = _fields(vendor).get(transport, {})
    if error is None:
        status |= {"ok": True, "answered_at": moment}
    else:
        status |= {
            "ok": False,
            "failed_at": moment,
            "error": str(error)[:300],
            "error_kind": type(error).__name__,
        }
    if server:
        status["server"] = dict(server)
    client().hset(keys.vendor_status(vendor), transport, json.dumps(status))


def _fields(vendor: str) -> dict[str, dict[str, Any]]:
    raw: Any = client().hgetall(keys.vendor_status(vendor))
    found: dict[str, dict[str, Any]] = {}
    for name, text in raw.items():
        try:
            entry = json.loads(text)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found[name.decode()] = entry
    return found


def vendor_status(vendor: str) -> dict[str, Any]:
    """What is known; {} when the vendor was never asked. Raises `redis.RedisError`.

    ``ok``, ``answered_at``, ``failed_at``, ``error``, ``error_kind`` of the transport that was used last,
    ``answered_at`` the latest of all; ``transports`` has the same for each, with ``server`` for MCP; ``lag``
    has ``seconds`` and ``measured_at``.
    """
    fields = _fields(vendor)
    used = {name: fields[name] for name in TRANSPORTS if name in fields}
    if not used:
        return {}
    newest = max(used.values(), key=_last_moment)
    answered = [entry["answered_at"] for entry in used.values() if entry.get("answered_at")]
    overall = {name: value for name, value in newest.items() if name != "server"}
    if answered:
        overall["answered_at"] = max(answered)
    return overall | {"transports": used, "lag": fields.get(LAG)}


def _last_moment(entry: Mapping[str, Any]) -> str:
    """ISO times in UTC sort as they are."""
    return max(str(entry.get("answered_at") or ""), str(entry.get("failed_at") or ""))

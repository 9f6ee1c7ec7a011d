"""What each vendor last did, kept in Redis for the health pages. Never in the way of a call."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

import redis
from django.utils import timezone

from universe import keys
from universe.errors import SourceError
from universe.redis import client

logger = logging.getLogger(__name__)

# A run makes a hundred calls a second; their success needs to be told once.
SUCCESS_EVERY_SECONDS = 1.0

_lock = threading.Lock()
_told_at: dict[str, float] = {}


def vendor_observed(vendor: str, error: SourceError | None) -> None:
    """Keep the outcome of one call. A success right after another, or a Redis that is away, is skipped."""
    now = time.monotonic()
    with _lock:
        if error is None and now - _told_at.get(vendor, -SUCCESS_EVERY_SECONDS) < SUCCESS_EVERY_SECONDS:
            return
        _told_at[vendor] = now if error is None else -SUCCESS_EVERY_SECONDS
    try:
        _write(vendor, error)
    except redis.RedisError as exc:
        logger.debug("the status of %s was not kept: %s", vendor, exc)


def told_forget() -> None:
    """The next success is told again."""
    with _lock:
        _told_at.clear()


def _write(vendor: str, error: SourceError | None) -> None:
    moment = timezone.now().isoformat()
    status = vendor_status(vendor)
    if error is None:
        status |= {"ok": True, "answered_at": moment}
    else:
        status |= {
            "ok": False,
            "failed_at": moment,
            "error": str(error)[:300],
            "error_kind": type(error).__name__,
        }
    client().set(keys.vendor_status(vendor), json.dumps(status))


def vendor_status(vendor: str) -> dict[str, Any]:
    """What is known: ``ok``, ``answered_at``, ``failed_at``, ``error``, ``error_kind``; {} when never asked.
    Raises `redis.RedisError`."""
    raw = client().get(keys.vendor_status(vendor))
    try:
        status = json.loads(raw) if isinstance(raw, bytes | str) else {}
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}

"""What is told to every open page, as events over the channel layer; `consumers` turns them into frames.

Callers are synchronous: a Celery worker, a view's thread, a command. A push that is lost is no loss of data:
every event carries a version or an id, and a page that missed one reads the board again. So a layer that is
away is logged once and never raised.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Sequence
from typing import Any

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder

from sectors.outages import OutageLog
from universe import keys
from universe.redis import resting

SEND_SECONDS = 2.0

logger = logging.getLogger(__name__)
layer_outage = OutageLog(logger, "The channel layer (Redis)", "open pages get no push until it is back")


def announce_readings(run_id: int, slugs: Sequence[str], *, version: int) -> None:
    """New lights of ``slugs`` are stored. ``version`` rises with every snapshot: its publish time in ms."""
    event = {"type": "readings.changed", "run_id": run_id, "version": version, "sectors": list(slugs)}
    _send(keys.BOARD_GROUP, event)


def announce_progress(run: dict[str, Any]) -> None:
    """``run`` is what the freshness bar prints: id, kind, status, stage, percent, ..."""
    _send(keys.BOARD_GROUP, run | {"type": "run.progress"})


def announce_alerts(alerts: Sequence[dict[str, Any]]) -> None:
    if alerts:
        _send(keys.BOARD_GROUP, {"type": "alerts.raised", "alerts": list(alerts)})


def announce_preferences(user_id: int) -> None:
    """Tells the user's own open pages, nobody else's. While Redis is left alone nobody waits for it: the
    page that saved shows what was saved, the others when they are next read."""
    if resting():
        layer_outage.failed(redis.ConnectionError("Redis did not answer a moment ago"))
        return
    _send(keys.user_group(user_id), {"type": "preferences.changed", "user_id": user_id})


def announce_log_out(user_id: int) -> None:
    """Closes the user's open pages; those of another session come back by themselves."""
    _send(keys.user_group(user_id), {"type": "session.ended"})


def _send(group: str, event: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(event, cls=DjangoJSONEncoder))
    if not _is_in_event_loop():
        _deliver(group, plain)
        return
    # A blocking call cannot run inside a loop of its own thread; a thread without one can.
    thread = threading.Thread(target=_deliver, args=(group, plain), name="announce")
    thread.start()
    thread.join(SEND_SECONDS)


def _is_in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _deliver(group: str, plain: dict[str, Any]) -> None:
    try:
        async_to_sync(_send_within_bounds)(group, plain)
    except (redis.RedisError, OSError) as exc:
        layer_outage.failed(exc)
    else:
        layer_outage.answered()


async def _send_within_bounds(group: str, event: dict[str, Any]) -> None:
    """A Redis that accepts and never answers must not hold up the run that speaks."""
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, event), SEND_SECONDS)

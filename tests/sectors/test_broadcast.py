"""Events over the real channel layer, told from threads without an event loop of their own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import settings

from sectors import broadcast
from tests.sectors.market import at
from universe import keys
from universe.redis import breaker


def heard(group: str, tell: Callable[[], None]) -> dict[str, Any]:
    """What a member of ``group`` receives when a worker's thread tells it."""

    async def listen() -> dict[str, Any]:
        layer = get_channel_layer()
        assert layer is not None
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        try:
            await asyncio.to_thread(tell)
            return dict(await asyncio.wait_for(layer.receive(channel), 5))
        finally:
            await layer.group_discard(group, channel)

    found: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(listen())))
    thread.start()
    thread.join(20)
    assert found, "Nothing arrived within 5 s."
    return found[0]


@pytest.mark.parametrize(
    ("tell", "event"),
    [
        (
            lambda: broadcast.announce_readings(7, ["energy"], version=1_000),
            {"type": "readings.changed", "run_id": 7, "version": 1_000, "sectors": ["energy"]},
        ),
        (
            lambda: broadcast.announce_progress({"id": 7, "percent": 40}),
            {"type": "run.progress", "id": 7, "percent": 40},
        ),
        (
            lambda: broadcast.announce_alerts([{"symbol": "SOUN", "at": at(10)}]),
            {"type": "alerts.raised", "alerts": [{"symbol": "SOUN", "at": "2026-03-10T10:00:00-04:00"}]},
        ),
    ],
    ids=["readings", "progress", "alerts"],
)
def test_the_board_hears(tell: Callable[[], None], event: dict[str, Any]) -> None:
    assert heard(keys.BOARD_GROUP, tell) == event


def test_a_user_hears_of_their_own_preferences() -> None:
    event = heard(keys.user_group(3), lambda: broadcast.announce_preferences(3))
    assert event == {"type": "preferences.changed", "user_id": 3}


def test_a_save_does_not_wait_for_a_redis_that_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(broadcast, "_send", lambda *event: told.append(event))
    monkeypatch.setattr(breaker(str(settings.REDIS_URL)), "_rests_until", time.monotonic() + 60)
    broadcast.announce_preferences(3)
    assert told == []
    breaker(str(settings.REDIS_URL)).forget()
    broadcast.announce_preferences(3)
    assert len(told) == 1


def test_no_alert_is_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(broadcast, "_send", lambda *event: told.append(event))
    broadcast.announce_alerts([])
    assert told == []


def test_without_a_channel_layer_nothing_is_told_and_nothing_raised(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}
    broadcast.announce_preferences(3)


def test_many_threads_may_tell_at_once() -> None:

    def tell(run_id: int) -> int:
        broadcast.announce_readings(run_id, ["energy"], version=run_id)
        return run_id

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(tell, range(30), timeout=20)) == list(range(30))


def test_an_event_told_inside_an_event_loop_is_sent_too() -> None:
    """A service that an async view calls without a thread of its own."""

    def tell() -> None:
        async def view() -> None:
            broadcast.announce_readings(9, ["energy"], version=9)

        asyncio.run(view())

    assert heard(keys.BOARD_GROUP, tell)["run_id"] == 9

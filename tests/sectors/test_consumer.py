from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast
from unittest import mock
from urllib.parse import urlsplit

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from django.test import Client

from sectors import push
from sectors.broadcast import announce_alerts, announce_preferences, announce_progress
from sectors.consumers import CLOSE_LOGGED_OUT, CLOSE_NO_LAYER, BoardConsumer
from sectors.services import readings_record, sectors_seed
from tests.gate import gate
from tests.sectors.cast import NOW, PASS, full_board, run_stamp
from tests.sectors.market import at
from universe import clock
from universe.redis import breaker

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = b"http://testserver"


class OpenPage(ApplicationCommunicator):
    """One end of a WebSocket, as a browser holds it."""

    is_cut_off = False

    async def connect(self) -> bool:
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(5))["type"] == "websocket.accept")

    async def frame(self) -> dict[str, Any]:
        sent = await self.receive_output(5)
        assert sent["type"] == "websocket.send", sent
        frame: dict[str, Any] = json.loads(sent["text"])
        return frame

    async def frame_of(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; the clock's may come in between."""
        while (frame := await self.frame())["kind"] != kind:
            pass
        return frame

    async def close_code(self) -> int:
        """The code that the server closes with; frames may come before it."""
        while (sent := await self.receive_output(5))["type"] == "websocket.send":
            pass
        assert sent["type"] == "websocket.close", sent
        return int(sent["code"])

    async def leave(self) -> None:
        if self.future is None or self.future.done():
            return
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


Talk = Callable[[OpenPage], Awaitable[Any]]


@pytest.fixture
def trader(client: Client) -> Client:
    push.forget()
    sectors_seed()
    client.force_login(get_user_model().objects.create_user("mara", password="a long password"))
    return client


@pytest.fixture
def _noon() -> Any:
    with clock.override(NOW):
        yield


def talk(
    client: Client | None, version: int | str, conversation: Talk, *, origin: bytes = ORIGIN, view: str = ""
) -> Any:
    """Hold a conversation over the whole ASGI application, with the session cookie of ``client``."""
    from sectorlight.asgi import application

    headers = [(b"origin", origin), (b"host", b"testserver")]
    if client is not None and client.cookies:
        headers.append((b"cookie", client.cookies.output(header="", sep=";").strip().encode()))

    async def hold() -> Any:
        scope = {
            "type": "websocket",
            "path": "/ws/board/",
            "query_string": f"version={version}&view={view}".encode(),
            "headers": headers,
            "subprotocols": [],
        }

        async def connection_to_page(scope: Any, receive: Any, send: Any) -> None:
            async def deliver(message: Any) -> None:
                if page.is_cut_off:
                    raise ConnectionResetError
                await send(message)

            await application(scope, receive, deliver)

        page = OpenPage(connection_to_page, scope)
        try:
            return await conversation(page)
        finally:
            await page.leave()

    def run() -> Any:
        try:
            return asyncio.run(hold())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(30)


async def in_thread(call: Callable[[], Any]) -> Any:
    """Call a service as a worker does, outside of the event loop."""

    def work() -> Any:
        try:
            return call()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(None, work)


def card_of(html: str, slug: str) -> str:
    start = html.index(f'<article class="card" id="card-{slug}"')
    return html[start : html.index("</article>", start) + len("</article>")]


def turned() -> list[Any]:
    """The board one pass later: technology has turned from dark to light red."""
    first, *others = full_board()
    return [replace(first, score=Decimal("-0.410"), colour="light_red"), *others]


def test_a_stranger_is_turned_away(eight_sectors: None) -> None:
    async def conversation(page: OpenPage) -> Any:
        return await page.connect()

    assert talk(None, 0, conversation) is False


def test_a_foreign_origin_is_refused(trader: Client) -> None:
    async def conversation(page: OpenPage) -> Any:
        return await page.connect()

    assert talk(trader, 0, conversation, origin=b"http://elsewhere.example") is False


@pytest.mark.usefixtures("_noon")
def test_an_old_page_plus_the_push_equals_a_reload_byte_for_byte(trader: Client) -> None:
    readings_record(full_board(), run_stamp(1, at(10)))
    old = trader.get("/").content.decode()

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        await in_thread(lambda: readings_record(turned(), run_stamp(2, PASS)))
        return await page.frame_of("cards")

    version = int(old.split('data-version="')[1].split('"')[0])
    frame = talk(trader, version, conversation)
    reloaded = trader.get("/").content.decode()
    assert len(frame["cards"]) == 8
    for news in frame["cards"]:
        assert news["html"].strip() == card_of(reloaded, news["sector"])
        assert news["html"].strip() != card_of(old, news["sector"])
    assert frame["strip"].strip() in reloaded
    assert frame["glance"].strip() in reloaded
    assert frame["modes"].strip() in reloaded


@pytest.mark.usefixtures("_noon")
def test_what_was_published_between_page_and_socket_comes_on_connecting(trader: Client) -> None:
    shown = readings_record(full_board(), run_stamp(1, at(10))).board["version"]
    newest = readings_record(turned(), run_stamp(2, PASS)).board["version"]

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        return await page.frame()

    frame = talk(trader, shown, conversation)
    assert (frame["kind"], frame["version"]) == ("cards", newest)


@pytest.mark.usefixtures("_noon")
def test_a_page_that_shows_the_newest_gets_no_cards_on_connecting(trader: Client) -> None:
    shown = readings_record(full_board(), run_stamp(1, PASS)).board["version"]

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        first = await page.frame()
        return first, await page.receive_nothing(0.2)

    first, nothing = talk(trader, shown, conversation)
    assert (first["kind"], nothing) == ("clock", True)


@pytest.mark.usefixtures("_noon")
def test_a_compact_page_gets_the_lines_that_a_reload_would_give(trader: Client) -> None:
    readings_record(turned(), run_stamp(1, PASS))

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        return await page.frame_of("cards")

    frame = talk(trader, 0, conversation, view="compact")
    reloaded = trader.get("/?view=compact").content.decode()
    assert len(frame["cards"]) == 8
    for news in frame["cards"]:
        assert news["html"].strip() in reloaded
    plain = talk(trader, 0, conversation, view="cinema")
    assert 'class="card"' in plain["cards"][0]["html"], "nonsense is the board"


def test_the_hours_of_the_sessions_come_with_the_first_clock_of_each_day(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sectors.consumers.CLOCK_SECONDS", 0.01)

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        with clock.override(NOW):
            first, second = await page.frame_of("clock"), await page.frame_of("clock")
        with clock.override(at(4, 1, day=20)):
            while (later := await page.frame_of("clock"))["day"] != "2026-03-20":
                pass
        return first, second, later

    with clock.override(NOW):
        first, second, later = talk(trader, 0, conversation)
    assert first["day"] == second["day"] == "2026-03-10"
    assert "windows" not in second
    days = [[window[0] for window in json.loads(frame["windows"])] for frame in (first, later)]
    assert min(days[1]) > min(days[0])
    assert max(days[1]) > max(days[0])


@pytest.mark.usefixtures("_noon")
@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "١"])
def test_a_version_that_is_none_is_taken_for_nothing_shown(trader: Client, version: str) -> None:
    readings_record(full_board(), run_stamp(1, PASS))

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        return await page.frame()

    assert len(talk(trader, version, conversation)["cards"]) == 8


@pytest.mark.usefixtures("_noon")
def test_a_movers_run_sends_its_one_card(trader: Client) -> None:
    shown = readings_record(full_board(), run_stamp(1, PASS)).board["version"]

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        await in_thread(lambda: readings_record([turned()[0]], run_stamp(2, at(10, 41), kind="mover")))
        return await page.frame_of("cards")

    frame = talk(trader, shown, conversation)
    assert [news["sector"] for news in frame["cards"]] == ["technology"]


@pytest.mark.usefixtures("_noon")
def test_the_clock_frame_carries_the_market_and_its_time(trader: Client, settings: Any) -> None:
    settings.MARKET_WORLD = "replay"

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        return await page.frame_of("clock")

    frame = talk(trader, 0, conversation)
    assert (frame["world"], frame["now"]) == ("replay", int(NOW.timestamp() * 1000))


@pytest.mark.usefixtures("_noon")
def test_progress_alerts_and_preferences_reach_the_page(trader: Client) -> None:
    user = get_user_model().objects.get()

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        run = {"id": 3, "kind": "on_demand", "status": "running", "percent": 64, "stage": "scoring sectors"}
        await in_thread(lambda: announce_progress(run))
        progress = await page.frame_of("progress")
        await in_thread(lambda: announce_alerts([{"symbol": "OCUL"}]))
        await page.frame_of("alerts")
        await in_thread(lambda: announce_preferences(user.pk))
        return progress, await page.frame_of("preferences")

    progress, preferences = talk(trader, 0, conversation)
    assert (progress["word"], progress["headline"]) == ("RUNNING 64%", "Scoring sectors.")
    assert preferences["stale_minutes"] == 240


@pytest.mark.usefixtures("_noon")
def test_another_users_preferences_are_not_heard(trader: Client) -> None:
    other = get_user_model().objects.create_user("noor", password="a long password")

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        await in_thread(lambda: announce_preferences(other.pk))
        return await page.receive_nothing(0.3)

    assert talk(trader, 0, conversation) is True


def test_what_the_page_says_is_ignored(trader: Client) -> None:
    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        await page.send_input({"type": "websocket.receive", "text": '{"run": "everything"}'})
        return await page.receive_nothing(0.2)

    with clock.override(NOW):
        assert talk(trader, 0, conversation) is True


@pytest.mark.parametrize("address", ["/logout/", "/admin/logout/"])
def test_a_log_out_in_another_tab_closes_the_page_and_it_does_not_come_back(
    client: Client, address: str
) -> None:
    client.force_login(get_user_model().objects.create_superuser("ada", password="a long password"))
    same_cookies = Client()
    same_cookies.cookies = client.cookies.copy()

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        await in_thread(lambda: same_cookies.post(address))
        return await page.close_code()

    async def return_at_once(page: OpenPage) -> Any:
        return await page.connect()

    with clock.override(NOW):
        assert talk(client, 0, conversation) == CLOSE_LOGGED_OUT
        assert talk(client, 0, return_at_once) is False


def test_the_session_has_ended_before_the_pages_are_told(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that comes back in that very moment would be let in and stay."""
    key = trader.session.session_key
    ended: list[bool] = []
    monkeypatch.setattr(
        "sectors.views.login.announce_log_out", lambda user_id: ended.append(not SessionStore().exists(key))
    )
    trader.post("/logout/")
    assert ended == [True]


def test_another_users_log_out_closes_no_page(trader: Client) -> None:
    other = Client()
    other.force_login(get_user_model().objects.create_user("noor", password="a long password"))

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        await in_thread(lambda: other.post("/logout/"))
        return await page.receive_nothing(0.3)

    with clock.override(NOW):
        assert talk(trader, 0, conversation) is True


@pytest.mark.usefixtures("dead_redis")
def test_without_a_channel_layer_the_page_is_told_to_come_again(trader: Client) -> None:
    async def conversation(page: OpenPage) -> Any:
        await page.send_input({"type": "websocket.connect"})
        return await page.close_code()

    assert talk(trader, 0, conversation) == CLOSE_NO_LAYER


def test_a_page_that_was_cut_off_while_it_was_told_leaves_its_groups(trader: Client) -> None:
    async def conversation(page: OpenPage) -> Any:
        layer = cast(Any, get_channel_layer())._get_layer()
        await page.connect()
        await page.frame_of("clock")
        joined = set(layer.groups)
        page.is_cut_off = True
        await in_thread(lambda: announce_alerts([{"symbol": "OCUL"}]))
        with pytest.raises(ConnectionResetError):
            await page.wait(5)
        return joined, set(layer.groups)

    with clock.override(NOW):
        joined, left = talk(trader, 0, conversation)
    assert (len(joined), left) == (2, set())


@pytest.mark.usefixtures("_noon")
def test_a_page_whose_clock_had_a_fault_leaves_its_groups_and_tells_the_fault(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoardConsumer, "_tick", mock.AsyncMock(side_effect=KeyError("a fault")))

    async def conversation(page: OpenPage) -> Any:
        layer = cast(Any, get_channel_layer())._get_layer()
        await page.connect()
        joined = set(layer.groups)
        await page.send_input({"type": "websocket.disconnect", "code": 1000})
        with pytest.raises(KeyError):
            await page.wait(5)
        return joined, set(layer.groups)

    joined, left = talk(trader, 0, conversation)
    assert (len(joined), left) == (2, set())


@pytest.mark.usefixtures("_noon")
def test_an_open_page_is_told_of_an_outage_and_gets_what_it_missed_when_it_is_over(
    trader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sectors.consumers.LOOK_SECONDS", 0.02)
    shown = readings_record(full_board(), run_stamp(1, PASS)).board["version"]
    rests = breaker(str(settings.REDIS_URL))

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        well = await page.frame_of("clock")
        monkeypatch.setattr(rests, "_rests_until", time.monotonic() + 60)
        ill = await page.frame_of("clock")
        # Published by somebody whose push is lost.
        monkeypatch.setattr("sectors.services.lights.announce_readings", lambda *_, **__: None)
        await in_thread(lambda: readings_record(turned(), run_stamp(2, at(10, 41))))
        rests.forget()
        return well, ill, await page.frame_of("clock"), await page.frame_of("cards")

    well, ill, healed, cards = talk(trader, shown, conversation)
    assert (well["outages"], healed["outages"]) == ("", "")
    assert "Redis does not answer since 10:42:18 ET" in ill["outages"]
    assert cards["version"] > shown


def tell_until(is_heard: threading.Event) -> None:
    while not is_heard.wait(0.1):
        announce_alerts([{"id": 1}])


@pytest.mark.usefixtures("_noon")
def test_a_push_arrives_again_when_the_layer_s_redis_is_back(trader: Client, settings: Any) -> None:
    address = urlsplit(str(settings.REDIS_URL))
    with gate((address.hostname or "", address.port or 6379)) as door:
        hosts = [{"address": address._replace(netloc=f":{address.password}@127.0.0.1:{door.port}").geturl()}]
        config = {"hosts": [hosts[0] | {"socket_timeout": None}], "prefix": "test-layer"}
        backend = "channels_redis.pubsub.RedisPubSubChannelLayer"
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": backend, "CONFIG": config}}

        async def conversation(page: OpenPage) -> Any:
            await page.connect()
            await page.frame_of("clock")
            door.shut()
            await asyncio.sleep(0.1)
            door.open()
            is_heard = threading.Event()
            telling = asyncio.create_task(in_thread(lambda: tell_until(is_heard)))
            try:
                return await page.frame_of("alerts")
            finally:
                is_heard.set()
                await telling

        assert talk(trader, 0, conversation) == {"kind": "alerts"}

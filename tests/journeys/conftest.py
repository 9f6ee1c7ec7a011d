"""A browser on the whole product. Playwright's event loop lives in the test's thread, so services of the
product, which may speak to the channel layer, are called in a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import uvicorn
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from sectors import consumers, push
from sectors.services import readings_record, sectors_seed
from tests.sectors.cast import NOW, PASS, full_board, run_stamp, surroundings
from universe import clock

PASSWORD = "a long password"
Aside = Callable[[Callable[[], Any]], Any]


class Restartable:
    """The whole product on one port, which can go away and come back."""

    def __init__(self, session: str) -> None:
        self.port = 0
        #: The session of the trader mara, who has logged in.
        self.session = session
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        from sectorlight.asgi import application

        listening = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                listening.set()

        config = uvicorn.Config(
            application,
            host="127.0.0.1",
            port=self.port,
            lifespan="off",
            log_level="error",
            ws="websockets-sansio",
            timeout_graceful_shutdown=15,
        )
        self._server = Server(config)
        self._thread = threading.Thread(target=self._server.run, name="journey-server")
        self._thread.start()
        assert listening.wait(20), "The server did not begin to listen within 20 s."
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "The server did not stop within 20 s."
        self._server = self._thread = None


@pytest.fixture(scope="session")
def base_url() -> None:
    """Addresses are written out; the plugin's own fixture warns about its future with this pytest."""


@pytest.fixture
def aside(transactional_db: None) -> Iterator[Aside]:
    """Call something in another thread and wait for its answer."""
    with ThreadPoolExecutor(1, thread_name_prefix="aside") as pool:
        yield lambda call: pool.submit(call).result(60)
        pool.submit(lambda: connection.close()).result(10)


@pytest.fixture
def server(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restartable]:
    """Eight lights of the 10:30 pass, the trader mara, and the market's clock at 10:42:18."""

    def build() -> str:
        sectors_seed()
        surroundings()
        readings_record(full_board(), run_stamp(1, PASS))
        client = Client()
        client.force_login(get_user_model().objects.create_user("mara", password=PASSWORD))
        return client.cookies["sessionid"].value

    push.forget()
    # A frame of the clock twice a second, and patience with a busy machine.
    monkeypatch.setattr(consumers, "CLOCK_SECONDS", 0.5)
    expect.set_options(timeout=20_000)
    with clock.override(NOW):
        live = Restartable(aside(build))
        live.start()
        try:
            yield live
        finally:
            live.stop()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console says: errors, refused styles and scripts."""
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def log_in(page: Page, server: Restartable) -> None:
    """By the form."""
    page.goto(server.url + "/")
    page.get_by_label("User name").fill("mara")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(server.url + "/")


def is_logged_in(context: BrowserContext, server: Restartable) -> BrowserContext:
    """The browser keeps the cookie of somebody who has logged in."""
    context.add_cookies([{"name": "sessionid", "value": server.session, "url": server.url}])
    return context


@pytest.fixture
def board(page: Page, server: Restartable, complaints: list[str]) -> Iterator[Page]:
    """The board of a user who is logged in, connected. At the end the console is silent: no refused
    style or script, no error; but for a server that was away."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    is_logged_in(page.context, server)
    page.goto(server.url + "/")
    page.locator('[data-slot="connection"]', has_text="Connected").wait_for()
    yield page
    assert [said for said in complaints if "ERR_CONNECTION_REFUSED" not in said] == []

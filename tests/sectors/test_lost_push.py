"""A push that is lost keeps no open page on an older board, and one that is noticed twice is sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from sectors import push
from sectors.consumers import BoardConsumer
from sectors.live import BOARD_VIEW
from sectors.services import readings_record, sectors_seed
from tests.sectors.cast import NOW, PASS, full_board, run_stamp
from tests.sectors.market import at
from tests.sectors.test_consumer import OpenPage, in_thread, talk, turned
from universe import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _market() -> Iterator[None]:
    push.forget()
    sectors_seed()
    with clock.override(NOW):
        yield


def test_a_board_whose_push_was_lost_follows_with_the_clock(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(get_user_model().objects.create_user("mara"))
    monkeypatch.setattr("sectors.consumers.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("sectors.consumers.CLOCK_SECONDS", 0.02)
    monkeypatch.setattr("sectors.push.VERSION_HOLDS_SECONDS", 0.0)
    monkeypatch.setattr("sectors.services.lights.announce_readings", lambda *_, **__: None)
    shown = readings_record(full_board(), run_stamp(1, PASS)).board["version"]

    async def conversation(page: OpenPage) -> Any:
        await page.connect()
        await page.frame_of("clock")
        newest = await in_thread(lambda: readings_record(turned(), run_stamp(2, at(10, 41))))
        return newest.board["version"], await asyncio.wait_for(page.frame_of("cards"), 20)

    newest, cards = talk(client, shown, conversation)
    assert cards["version"] == newest


def test_one_look_at_the_newest_version_serves_every_open_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sectors.push.VERSION_HOLDS_SECONDS", 3600.0)
    version = readings_record(full_board(), run_stamp(1, PASS)).board["version"]
    with mock.patch.object(push, "board_fetch", wraps=push.board_fetch) as looked:
        assert [push.version_newest() for _ in range(3)] == [version] * 3
    assert looked.call_count == 1


def test_cards_that_an_event_and_the_clock_notice_at_once_are_sent_once() -> None:
    version = readings_record(full_board(), run_stamp(1, PASS)).board["version"]
    page = BoardConsumer()
    page.user_id, page.shown, page.view = get_user_model().objects.create_user("mara").pk, 0, BOARD_VIEW
    sent: list[int] = []

    async def twice() -> None:
        page.sending = asyncio.Lock()
        await asyncio.gather(page._send_board(), page._send_board())

    def run() -> None:
        try:
            asyncio.run(twice())
        finally:
            connection.close()

    with (
        mock.patch.object(page, "send_json", side_effect=lambda frame: sent.append(frame["version"])),
        ThreadPoolExecutor(1) as pool,
    ):
        pool.submit(run).result(30)
    assert sent == [version]

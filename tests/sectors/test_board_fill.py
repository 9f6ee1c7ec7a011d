"""A board that Redis has lost: one reader puts it back, and never an older one over a newer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
import redis
from django.db import OperationalError, connection

from sectors import board_fill, selectors
from sectors.board_cache import board_fetch, board_store
from sectors.models import BoardSnapshot
from sectors.services import board_mend, sectors_seed
from tests.analysis.page_cast import AS_OF, board_publish
from universe import keys

pytestmark = pytest.mark.django_db(transaction=True)
READERS = 20


@pytest.fixture(autouse=True)
def _board() -> None:
    sectors_seed()
    board_publish(7, AS_OF, count=80)


@pytest.fixture
def reads() -> Iterator[list[str]]:
    """The thread of every reading of the board from PostgreSQL; each takes a moment."""
    found: list[str] = []
    stored = selectors._board_stored

    def noted() -> Any:
        found.append(threading.current_thread().name)
        board = stored()
        # The others arrive while this one reads.
        threading.Event().wait(0.1)
        return board

    with mock.patch.object(selectors, "_board_stored", noted):
        yield found


def ask(start: threading.Barrier) -> dict[str, Any] | None:
    start.wait(10)
    try:
        return selectors.board_current()
    finally:
        connection.close()


def asked_at_once() -> list[dict[str, Any] | None]:
    start = threading.Barrier(READERS)
    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(ask, [start] * READERS))


def test_twenty_readers_of_an_empty_redis_make_one_fill(
    redis_server: redis.Redis, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is: nobody's patience, and no lock, ends before the one has read.
    monkeypatch.setattr(board_fill, "WAIT_SECONDS", 30)
    monkeypatch.setattr(board_fill, "FILL_SECONDS", 60)
    redis_server.delete(keys.board())
    boards = asked_at_once()
    assert len(reads) == 1
    assert [board["run_id"] for board in boards if board] == [7] * READERS
    assert board_fetch() == boards[0]


def test_twenty_readers_of_a_redis_that_is_away_all_have_a_board(settings: Any, reads: list[str]) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [board["run_id"] for board in asked_at_once() if board] == [7] * READERS


def test_a_fill_never_replaces_a_newer_board(redis_server: redis.Redis) -> None:
    old = BoardSnapshot.objects.get().board
    redis_server.delete(keys.board())

    def overtaken() -> dict[str, Any]:
        """A run publishes while the reader reads."""
        board_store(old | {"version": old["version"] + 1, "run_id": 8}, [])
        return dict(old)

    assert board_fill.board_filled(overtaken) is not None
    standing = board_fetch()
    assert standing is not None
    assert standing["run_id"] == 8


def test_without_any_board_nobody_waits_for_one(redis_server: redis.Redis) -> None:
    redis_server.delete(keys.board())
    BoardSnapshot.objects.all().delete()
    assert selectors.board_current() is None
    assert redis_server.exists(keys.board_filling()) == 0


def test_a_reader_whose_postgresql_is_away_lets_the_next_one_try(redis_server: redis.Redis) -> None:
    redis_server.delete(keys.board())
    with pytest.raises(OperationalError):
        board_fill.board_filled(mock.Mock(side_effect=OperationalError))
    assert redis_server.exists(keys.board_filling()) == 0


def test_behind_a_reader_that_hangs_the_others_read_themselves(
    redis_server: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_fill, "WAIT_SECONDS", 0.05)
    redis_server.delete(keys.board())
    redis_server.set(keys.board_filling(), "somebody", ex=60)
    board = selectors.board_current()
    assert board is not None
    assert board["run_id"] == 7


def test_the_tick_puts_back_the_keys_of_the_sectors_that_a_reader_left(redis_server: redis.Redis) -> None:
    lost = [keys.board(), keys.sector_sentiment("technology"), keys.sector_top_stocks("technology")]
    redis_server.delete(*lost)
    assert selectors.board_current() is not None
    assert redis_server.exists(*lost) == 1
    assert board_mend()
    assert redis_server.exists(*lost) == 3
    assert not board_mend()

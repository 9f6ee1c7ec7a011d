"""Two writers of the same rows, each in an order of its own: one waits for the other, both end well."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
import pytest
from django.db import DatabaseError, connection

from tests.workers import until
from universe import clock
from universe.models import BarCorrection, DailyBar, MinuteQuote
from universe.services import bars_store, minute_bars_store
from universe.services.bar_store import session_store
from universe.types import MINUTE, Bar, MinuteBar

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = dt.date(2026, 3, 30)
NOW = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
#: By code points, as no other collation has them.
NAMES = ("ANNE", "BACX", "BACa")
BARS = [Bar(name, MONDAY, 10.0, 11.0, 9.0, 10.5, 1000.0, "polygon", NOW) for name in NAMES]
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'
"""


def is_waiting(count: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0] == count)


@contextmanager
def middle(statement: str, *values: object) -> Iterator[psycopg.Connection]:
    """A session that is at the row in the middle, and has not made up its mind."""
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": False}) as other:
        other.execute(statement, values)
        yield other
        other.rollback()


def by_answer(bars: list[Bar]) -> int:
    return bars_store(bars, now=NOW).written


def by_session(bars: list[Bar]) -> int:
    return session_store(bars, MONDAY, now=NOW)


def both(other: psycopg.Connection, *works: Callable[[], int]) -> list[int]:
    """What two give who come to the row in the middle before ``other`` leaves it."""
    written: list[int] = []
    failed: list[DatabaseError] = []

    def work(way: Callable[[], int]) -> None:
        try:
            written.append(way())
        except DatabaseError as exc:
            failed.append(exc)
        finally:
            connection.close()

    writers = [threading.Thread(target=work, args=(way,)) for way in works]
    for count, writer in enumerate(writers, 1):
        writer.start()
        until(partial(is_waiting, count))
    other.rollback()
    for writer in writers:
        writer.join(60)
    assert failed == []
    return sorted(written)


@pytest.mark.parametrize("second", [by_answer, by_session])
def test_two_who_store_the_same_bars_in_opposite_orders_both_end_well(
    second: Callable[[list[Bar]], int],
) -> None:
    columns = "INSERT INTO universe_dailybar (session, symbol, close, source, fetched_at)"
    with middle(f"{columns} VALUES (%s, %s, 1, 'other', %s)", MONDAY, NAMES[1], NOW) as other:
        written = both(other, lambda: by_answer(BARS), lambda: second(BARS[::-1]))
    assert written == [0, 3]
    assert (DailyBar.objects.count(), BarCorrection.objects.count()) == (3, 0)


def test_two_who_store_the_same_minutes_in_opposite_orders_both_end_well() -> None:
    """As the stream, which tells minutes again in any order, and the fill of a gap."""
    minutes = [MinuteBar("ANNE", NOW - MINUTE * back, 10.0, None, "polygon") for back in (4, 3, 2)]
    columns = "INSERT INTO universe_minutequote (as_of, symbol, price, source, interpolated, halted)"
    with (
        clock.override(NOW),
        middle(f"{columns} VALUES (%s, 'ANNE', 1, 'other', false, false)", minutes[1].as_of) as other,
    ):
        stores = (partial(minute_bars_store, told) for told in (minutes, minutes[::-1]))
        assert both(other, *stores) == [3, 3]
    assert MinuteQuote.objects.count() == 3

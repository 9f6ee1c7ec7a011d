"""Two writers of the same new bars, each in an order of its own: one waits for the other, both end well."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest
from django.db import DatabaseError, connection

from tests.workers import until
from universe.models import BarCorrection, DailyBar
from universe.services import bars_store
from universe.services.bar_store import session_store
from universe.types import Bar

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


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


@pytest.fixture
def middle() -> Iterator[psycopg.Connection]:
    """A session that is at the bar in the middle, and has not made up its mind."""
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": False}) as other:
        other.execute(
            "INSERT INTO universe_dailybar (session, symbol, close, source, fetched_at)"
            " VALUES (%s, %s, 1, 'other', %s)",
            [MONDAY, NAMES[1], NOW],
        )
        yield other
        other.rollback()


def by_answer(bars: list[Bar]) -> int:
    return bars_store(bars, now=NOW).written


def by_session(bars: list[Bar]) -> int:
    return session_store(bars, MONDAY, now=NOW)


@pytest.mark.parametrize("second", [by_answer, by_session])
def test_two_who_store_the_same_bars_in_opposite_orders_both_end_well(
    middle: psycopg.Connection, second: Callable[[list[Bar]], int]
) -> None:
    written: list[int] = []
    failed: list[DatabaseError] = []

    def store(way: Callable[[list[Bar]], int], bars: list[Bar]) -> None:
        try:
            written.append(way(bars))
        except DatabaseError as exc:
            failed.append(exc)
        finally:
            connection.close()

    first = [threading.Thread(target=store, args=(by_answer, BARS))]
    writers = [*first, threading.Thread(target=store, args=(second, [replace(bar) for bar in BARS[::-1]]))]
    for count, writer in enumerate(writers, 1):
        writer.start()
        until(lambda count=count: waiting() == count)
    middle.rollback()
    for writer in writers:
        writer.join(60)
    assert (failed, sorted(written)) == ([], [0, 3])
    assert (DailyBar.objects.count(), BarCorrection.objects.count()) == (3, 0)

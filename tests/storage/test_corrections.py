"""A stored daily bar stays as it is: what is told later is read over it, and costs no rewriting."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from universe import clock
from universe.models import BarCorrection, DailyBar, Stock
from universe.selectors import bar_origins, closes_stored, price_frame
from universe.selectors.prices import bar_arrays
from universe.services import bars_store, corrections_prune
from universe.services.renames import Rename, renames_follow
from universe.sessions import hours, session_offset
from universe.types import Bar

pytestmark = pytest.mark.django_db
SESSION = dt.date(2026, 3, 31)
MONDAY = dt.date(2026, 3, 30)
FRIDAY = dt.date(2026, 3, 27)
NOW = dt.datetime(2026, 3, 31, 16, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=3)
BAR = Bar("ANNE", MONDAY, 10.0, 11.0, 9.0, 10.5, 1000.0, "polygon", NOW)


def store(*bars: Bar) -> tuple[int, int, int]:
    done = bars_store(bars, now=NOW)
    return done.new, done.equal, done.corrected


def closes(*symbols: str) -> list[float]:
    return closes_stored(MONDAY, symbols).tolist()


def test_an_equal_bar_changes_nothing() -> None:
    assert store(BAR) == (1, 0, 0)
    assert store(replace(BAR, fetched_at=LATER, source="fmp")) == (0, 1, 0)
    assert (DailyBar.objects.get().fetched_at, BarCorrection.objects.exists()) == (NOW, False)


def test_a_differing_bar_is_a_new_row_and_is_read_over_the_stored_one() -> None:
    store(BAR)
    assert store(replace(BAR, close=10.6, volume=None, fetched_at=LATER)) == (0, 0, 1)
    assert DailyBar.objects.get().close == 10.5
    bars = bar_arrays([MONDAY], ["ANNE"])
    assert (bars.close[0, 0], str(bars.volume[0, 0])) == (10.6, "nan")
    assert price_frame(["ANNE"], hours(SESSION).open, 1).close.iloc[0, 0] == 10.6


def test_the_same_correction_twice_is_one_row() -> None:
    store(BAR)
    store(replace(BAR, close=10.6))
    assert store(replace(BAR, close=10.6)) == (0, 1, 0)
    assert BarCorrection.objects.count() == 1


def test_the_newest_of_several_corrections_counts_also_when_it_takes_the_first_back() -> None:
    store(BAR)
    for close in (10.6, 10.7, 10.5):
        store(replace(BAR, close=close))
    assert list(BarCorrection.objects.values_list("number", "close")) == [(3, 10.5), (2, 10.7), (1, 10.6)]
    assert closes("ANNE") == [10.5]


def test_only_the_bars_that_differ_are_corrected() -> None:
    others = [replace(BAR, symbol=symbol) for symbol in ("BEA", "CAL")]
    store(BAR, *others)
    assert store(replace(BAR, close=10.6), *others, replace(BAR, symbol="DOT")) == (1, 2, 1)
    assert closes("ANNE", "BEA", "CAL", "DOT") == [10.6, 10.5, 10.5, 10.5]


def test_a_correction_that_cannot_be_true_leaves_the_bar_as_it_is() -> None:
    store(BAR)
    assert store(replace(BAR, close=-1.0)) == (0, 0, 0)
    assert closes("ANNE") == [10.5]


def test_bars_and_their_corrections_are_read_by_one_query() -> None:
    store(BAR, replace(BAR, session=FRIDAY))
    store(replace(BAR, close=10.6))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        bars = bar_arrays([FRIDAY, MONDAY])
    assert (bars.close[:, 0].tolist(), len(queries)) == ([10.5, 10.6], 1)


def test_a_correction_without_its_bar_is_not_read() -> None:
    store(replace(BAR, symbol="BEA"))
    BarCorrection.objects.create(
        session=FRIDAY, symbol="ANNE", number=1, close=3.0, source="polygon", fetched_at=NOW
    )
    assert str(closes_stored(FRIDAY, ["ANNE"])[0]) == "nan"


def test_the_origin_of_a_corrected_bar_is_that_of_the_correction() -> None:
    store(BAR, replace(BAR, symbol="BEA"))
    store(replace(BAR, close=10.6, source="import", fetched_at=LATER))
    origin = bar_origins([MONDAY], ["ANNE", "BEA"])[MONDAY]
    assert (origin.rows, origin.sources, origin.newest) == (2, ("import", "polygon"), LATER)


def test_a_rename_takes_the_corrections_along_but_not_over_the_new_symbols_own_bars() -> None:
    for symbol in ("OLD", "NEW"):
        Stock.objects.create(symbol=symbol, name=symbol, figi="F1", last_listed_at=NOW)
    bars = [replace(BAR, symbol="OLD", session=day) for day in (FRIDAY, MONDAY)]
    store(*bars, replace(BAR, symbol="NEW", close=9.5))
    store(*(replace(bar, close=10.6) for bar in bars))
    with clock.override(NOW):
        renames_follow([Rename("OLD", "NEW", "F1")])
    assert bar_arrays([FRIDAY, MONDAY], ["NEW"]).close[:, 0].tolist() == [10.6, 9.5]


def test_corrections_go_when_their_bars_are_gone() -> None:
    store(BAR, replace(BAR, session=FRIDAY))
    store(replace(BAR, close=10.6), replace(BAR, session=FRIDAY, close=10.7))
    assert corrections_prune() == 0
    DailyBar.objects.filter(session=FRIDAY).delete()
    assert corrections_prune() == 1
    assert list(BarCorrection.objects.values_list("session", flat=True)) == [MONDAY]


def test_a_correction_rewrites_no_stored_row() -> None:
    store(*(replace(BAR, session=session_offset(SESSION, -back)) for back in range(1, 10)))
    before = places()
    store(replace(BAR, session=session_offset(SESSION, -9), close=10.6))
    assert places() == before


def places() -> list[tuple[object, ...]]:
    """Where each bar lies: an overwritten row moves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid, ctid::text, session FROM universe_dailybar ORDER BY session")
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_one_bar_at_once_both_get_a_number() -> None:
    store(BAR)
    ready = threading.Barrier(2, timeout=20)

    def correct(close: float) -> None:
        try:
            ready.wait()
            bars_store([replace(BAR, close=close)], now=NOW)
        finally:
            connection.close()

    writers = [threading.Thread(target=correct, args=(close,)) for close in (10.6, 10.7)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)
    found = BarCorrection.objects.order_by("number")
    assert {(row.number, row.close) for row in found} in ({(1, 10.6), (2, 10.7)}, {(1, 10.7), (2, 10.6)})

from __future__ import annotations

import datetime as dt

import pytest

from tests.universe.canned import GROUPED, SESSION, canned_market
from tests.universe.vendor import Answer, Vendor
from universe.errors import BadPayload, Unavailable
from universe.models import DailyBar
from universe.selectors import closes_stored
from universe.services import bars_refresh, bars_store
from universe.sessions import hours, session_offset
from universe.types import Bar

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
YESTERDAY = dt.date(2026, 3, 30)


def a_bar(symbol: str, close: float) -> Bar:
    return Bar(symbol, YESTERDAY, 1.0, None, None, close, 1000.5, "polygon", NOW)


def test_the_missing_sessions_before_the_asked_one_are_fetched(vendor: Vendor) -> None:
    canned_market(vendor)
    counts = bars_refresh(SESSION, sessions=26)
    assert (counts["fetched"], counts["present"]) == (26, 0)
    stored = DailyBar.objects.values_list("session", flat=True).distinct()
    assert (max(stored), min(stored)) == (YESTERDAY, session_offset(SESSION, -26))


def test_what_is_stored_is_not_fetched_again_and_more_depth_fetches_the_rest(vendor: Vendor) -> None:
    canned_market(vendor)
    bars_refresh(SESSION, sessions=5)
    asked = len(vendor.asked)
    assert bars_refresh(SESSION, sessions=8) == {"present": 5, "fetched": 3, "rows": 39}
    assert len(vendor.asked) - asked == 3


def test_bars_are_asked_for_as_they_were_traded(vendor: Vendor) -> None:
    canned_market(vendor)
    bars_refresh(SESSION, sessions=1)
    assert vendor.asked[0].query["adjusted"] == "false"


def test_progress_reaches_the_number_of_sessions(vendor: Vendor) -> None:
    canned_market(vendor)
    heard: list[tuple[int, int]] = []
    bars_refresh(SESSION, sessions=3, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_one_bad_row_is_dropped_and_counted_and_the_session_is_kept(vendor: Vendor) -> None:
    vendor.on(f"{GROUPED}/{YESTERDAY}", Answer({"results": [{"T": "ANNE", "c": 10}, {"T": "BEA", "c": "x"}]}))
    counts = bars_refresh(SESSION, sessions=1)
    assert counts == {"present": 0, "fetched": 1, "rows": 1, "bad_payload:c": 1}


def test_a_session_that_lost_many_rows_is_left_for_the_next_call(vendor: Vendor) -> None:
    rows = [{"T": f"S{number}", "c": "x" if number % 3 else 10.0} for number in range(300)]
    vendor.on(f"{GROUPED}/{YESTERDAY}", Answer({"results": rows}))
    with pytest.raises(BadPayload, match="Of the bars of 2026-03-30 200 of 300 cannot be read"):
        bars_refresh(SESSION, sessions=1)
    assert not DailyBar.objects.exists()


def test_the_bars_of_another_session_are_refused(vendor: Vendor) -> None:
    end = int(hours(session_offset(SESSION, -2)).close.timestamp() * 1000)
    vendor.on(f"{GROUPED}/{YESTERDAY}", Answer({"results": [{"T": "ANNE", "c": 10.0, "t": end}]}))
    with pytest.raises(BadPayload, match="asked for the bars of 2026-03-30 and sent those of 2026-03-27"):
        bars_refresh(SESSION, sessions=1)
    assert not DailyBar.objects.exists()


def test_a_session_without_bars_is_counted_as_empty(vendor: Vendor) -> None:
    vendor.on(f"{GROUPED}/{YESTERDAY}", Answer({"status": "OK", "resultsCount": 0}))
    assert bars_refresh(SESSION, sessions=1)["empty"] == 1


def test_a_session_that_fails_is_left_for_the_next_call(vendor: Vendor) -> None:
    canned_market(vendor, sessions=2)
    vendor.on(f"{GROUPED}/{YESTERDAY}", Answer({"message": "your plan"}, 403))
    assert bars_refresh(SESSION, sessions=2) == {"present": 0, "fetched": 1, "failed": 1, "rows": 13}
    canned_market(vendor, sessions=2)
    assert bars_refresh(SESSION, sessions=2)["present"] == 1


def test_a_vendor_that_gives_nothing_at_all_is_an_error(vendor: Vendor) -> None:
    vendor.on(f"{GROUPED}/{YESTERDAY}", Answer("oops", 500))
    with pytest.raises(Unavailable):
        bars_refresh(SESSION, sessions=1)


def test_a_session_that_another_worker_stored_meanwhile_is_corrected(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned_market(vendor)
    bars_store([a_bar("ANNE", 99.0)])
    monkeypatch.setattr("universe.services.bars.sessions_stored", lambda wanted: set())
    assert bars_refresh(SESSION, sessions=1)["rows"] == 13
    assert closes_stored(YESTERDAY, ["ANNE", "BEA"]).tolist() == [10.0, 20.0]


def test_what_is_not_known_is_stored_as_null() -> None:
    bars_store([a_bar("ANNE", 10.0)])
    stored = DailyBar.objects.get()
    assert (stored.high, stored.volume, stored.fetched_at) == (None, 1000.5, NOW)

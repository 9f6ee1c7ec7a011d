"""Each fault of the control, as bytes on the wire."""

from __future__ import annotations

import gzip
import http.client
import json
import math
import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import PREVIOUS, SESSION
from tests.universe.simulator.wire import QUOTE, SNAPSHOT, fetch

TICKERS = "/v3/reference/tickers?limit=2"


@pytest.fixture(scope="module")
def faulty() -> Iterator[RunningMarket]:
    with start_market(first=f"{SESSION}T10:30") as market:
        yield market


@pytest.fixture(autouse=True)
def no_fault_before(faulty: RunningMarket) -> None:
    faulty.faults_clear()


def rows_of(body: Any) -> list[dict[str, Any]]:
    return list(body if isinstance(body, list) else body["tickers"])


@pytest.mark.parametrize(
    ("kind", "path", "status", "words"),
    [
        ("429", SNAPSHOT, 429, "You've exceeded the maximum requests per minute"),
        ("429", QUOTE, 429, '"Error Message":"Limit Reach .'),
        ("402", QUOTE, 402, "Restricted Endpoint: This endpoint is not available"),
        ("403", SNAPSHOT, 403, "You are not entitled to this data"),
        ("403", QUOTE, 403, "Legacy Endpoint"),
        ("500", SNAPSHOT, 500, "<html>"),
        ("502", QUOTE, 502, "<html>"),
        ("503", QUOTE, 503, "<html>"),
        ("504", SNAPSHOT, 504, "<html>"),
        ("html", SNAPSHOT, 200, "<!DOCTYPE html>"),
        ("error_200", QUOTE, 200, '{"Error Message":'),
        ("error_200", SNAPSHOT, 200, '"status":"ERROR"'),
    ],
)
def test_a_refusal_has_the_vendors_status_and_words(
    faulty: RunningMarket, kind: str, path: str, status: int, words: str
) -> None:
    faulty.fault(kind)
    answer = fetch(faulty, path)
    assert answer.status == status
    assert words in answer.text


def test_429_says_how_long_to_wait_only_when_asked_to(faulty: RunningMarket) -> None:
    faulty.fault("429", retry_after=7, count=1)
    faulty.fault("429", count=1)
    assert fetch(faulty, SNAPSHOT).headers["retry-after"] == "7"
    assert "retry-after" not in fetch(faulty, SNAPSHOT).headers
    assert fetch(faulty, SNAPSHOT).status == 200


def test_a_refusal_can_use_the_vendors_other_words(faulty: RunningMarket) -> None:
    faulty.fault("403", words="timeframe", vendor="polygon")
    faulty.fault("402", words="symbol", vendor="fmp")
    assert "doesn't include this data timeframe" in fetch(faulty, SNAPSHOT).text
    assert fetch(faulty, QUOTE).text.startswith("Premium Query Parameter")


def test_a_reset_comes_before_the_answer_or_in_its_middle(faulty: RunningMarket) -> None:
    faulty.fault("reset", at="start", count=1)
    with pytest.raises(ConnectionResetError):
        fetch(faulty, SNAPSHOT)
    faulty.fault("reset", count=1)
    connection = http.client.HTTPConnection("127.0.0.1", faulty.port, timeout=30)
    try:
        connection.request("GET", SNAPSHOT, headers={"Authorization": "Bearer any"})
        answer = connection.getresponse()
        assert answer.status == 200
        with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
            answer.read()
    finally:
        connection.close()


def test_a_truncated_gzip_body_is_whole_for_http_and_cut_for_gzip(faulty: RunningMarket) -> None:
    faulty.fault("truncated_gzip")
    answer = fetch(faulty, SNAPSHOT)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(answer.body)
    with pytest.raises(EOFError):
        gzip.decompress(answer.body)


@pytest.mark.parametrize("path", [SNAPSHOT, QUOTE])
def test_numbers_are_bare_words_that_no_strict_reader_takes(faulty: RunningMarket, path: str) -> None:
    faulty.fault("nan")
    text = fetch(faulty, path).text
    assert ":NaN" in text
    assert ":Infinity" in text
    row = rows_of(json.loads(text))[0]
    assert not any(math.isfinite(value) for value in row.values() if isinstance(value, float))


@pytest.mark.parametrize(("kind", "type_"), [("null", type(None)), ("strings", str)])
def test_numbers_are_null_or_text(faulty: RunningMarket, kind: str, type_: type) -> None:
    faulty.fault(kind)
    assert isinstance(rows_of(faulty.get(SNAPSHOT))[0]["prevDay"]["c"], type_)
    assert isinstance(rows_of(faulty.get(QUOTE))[0]["price"], type_)


def test_only_each_nth_row_is_hit_when_asked_so(faulty: RunningMarket) -> None:
    faulty.fault("null", every=2)
    assert [row["price"] is None for row in faulty.get(QUOTE)] == [True, False]


def test_an_empty_answer_is_a_success_of_each_shape(faulty: RunningMarket) -> None:
    for shape in ("absent", "list", "null"):
        faulty.fault("empty", shape=shape, vendor="polygon", count=1)
    faulty.fault("empty", vendor="fmp", count=1)
    absent, empty, null = (faulty.get(SNAPSHOT) for _ in range(3))
    assert "tickers" not in absent
    assert (empty["tickers"], null["tickers"], empty["count"], empty["status"]) == ([], None, 0, "OK")
    assert faulty.get(QUOTE) == []


def test_yesterdays_answer_is_that_of_the_same_moment(faulty: RunningMarket) -> None:
    today = faulty.get(SNAPSHOT)["tickers"][0]
    faulty.fault("yesterday", path="/v2/snapshot")
    old = faulty.get(SNAPSHOT)["tickers"][0]
    day = faulty.get(f"/v2/aggs/ticker/IWM/range/1/day/{PREVIOUS}/{PREVIOUS}")["results"][0]
    assert old["day"]["o"] == pytest.approx(day["o"], abs=0.01)
    assert today["updated"] - old["updated"] == pytest.approx(86_400e9, abs=60e9)


def test_duplicates_come_twice_and_may_differ(faulty: RunningMarket) -> None:
    faulty.fault("duplicates", vendor="polygon")
    faulty.fault("duplicates", vendor="fmp", differ=True)
    first, second = rows_of(faulty.get(SNAPSHOT))[:2]
    assert first == second
    first, second = faulty.get(QUOTE)[:2]
    assert (second["symbol"], second["price"]) == (
        first["symbol"],
        pytest.approx(1.001 * first["price"]),
    )


@pytest.mark.parametrize(("cursor", "kinds"), [("same", 1), ("new", 5)])
def test_paging_never_ends(faulty: RunningMarket, cursor: str, kinds: int) -> None:
    faulty.fault("endless_paging", cursor=cursor)
    path, links, names = TICKERS, [], set()
    for _ in range(5):
        page = faulty.get(path)
        links.append(page["next_url"])
        names.add(page["results"][0]["ticker"])
        path = page["next_url"].removeprefix(faulty.url)
    assert len(set(links)) == kinds
    assert len(names) == 1


def test_pages_without_links_never_end_either(faulty: RunningMarket) -> None:
    faulty.fault("endless_paging")
    pages = [faulty.get(f"/stable/shares-float-all?limit=2&page={page}") for page in (0, 1, 9000)]
    assert pages[0] == pages[1] == pages[2]


def test_frozen_prices_stand_still_while_times_go_on(faulty: RunningMarket) -> None:
    faulty.fault("frozen")
    before = faulty.get(SNAPSHOT)["tickers"][0]
    faulty.control(clock=f"{SESSION}T11:10")
    after = faulty.get(SNAPSHOT)["tickers"][0]
    faulty.faults_clear()
    thawed = faulty.get(SNAPSHOT)["tickers"][0]
    assert after["lastTrade"]["p"] == before["lastTrade"]["p"]
    assert (after["day"], after["min"]["av"]) == (before["day"], before["min"]["av"])
    assert after["min"]["t"] - before["min"]["t"] >= 39 * 60_000
    assert thawed["min"]["av"] > after["min"]["av"]


def test_a_fault_falls_only_where_it_was_set(faulty: RunningMarket) -> None:
    faulty.fault("500", path="/stable/quote", count=1)
    assert fetch(faulty, SNAPSHOT).status == 200
    assert fetch(faulty, QUOTE).status == 200
    assert [fetch(faulty, "/stable/quote?symbol=IWM").status for _ in range(2)] == [500, 200]


def test_a_slow_answer_is_good_and_may_be_slow_and_bad(faulty: RunningMarket) -> None:
    faulty.fault("slow", seconds=0.01)
    assert fetch(faulty, SNAPSHOT).status == 200
    faulty.fault("500")
    assert fetch(faulty, SNAPSHOT).status == 500
    assert [(row["kind"], row["fallen"]) for row in faulty.faults()] == [("slow", 2), ("500", 1)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "fire"}, "'kind' is 'fire', but must be one of 402, 403, 429"),
        ("500", "must be an object with a 'kind'"),
        ({"kind": "slow"}, "'seconds' is missing"),
        ({"kind": "slow", "seconds": "long"}, "'seconds' is 'long', but must be a number from 0 to 600"),
        ({"kind": "500", "seconds": 1}, "'seconds' is nothing of 500; it takes kind, path, vendor, count"),
        ({"kind": "500", "vendor": "yahoo"}, "must be one of polygon, fmp"),
        ({"kind": "500", "path": "quote"}, "the beginning of a vendor's path"),
        ({"kind": "500", "path": "/simulator/control"}, "the beginning of a vendor's path"),
        ({"kind": "500", "count": 0}, "'count' is 0, but must be a whole number from 1"),
        ({"kind": "empty", "shape": "round"}, "must be one of absent, list, null"),
    ],
)
def test_a_fault_that_cannot_be_set_says_what_is_allowed(
    faulty: RunningMarket, fault: Any, words: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        faulty.control(fault=fault)
    with caught.value as error:
        assert error.code == 400
        assert words in json.loads(error.read())["error"]


def test_the_list_of_faults_and_calls_wants_the_token(faulty: RunningMarket) -> None:
    assert faulty.refusal("/simulator/faults")[0] == 401
    assert faulty.refusal("/simulator/asked")[0] == 401


def test_calls_are_counted_by_vendor_and_kind_of_path(faulty: RunningMarket) -> None:
    faulty.asked_reset()
    for path in ("/v3/reference/tickers/IWM", "/v3/reference/tickers/SPY", "/stable/quote?symbol=IWM"):
        faulty.get(path)
    fetch(faulty, f"/v2/aggs/grouped/locale/us/market/stocks/{PREVIOUS}?apiKey=")
    asked = faulty.asked()
    assert (asked["total"], asked["polygon"], asked["fmp"]) == (4, 3, 1)
    assert asked["paths"] == {
        "/stable/quote": 1,
        "/v2/aggs/grouped/locale/us/market/stocks/{date}": 1,
        "/v3/reference/tickers/{ticker}": 2,
    }

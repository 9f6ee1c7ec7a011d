from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.universe.vendor import Answer, Vendor, running_vendor
from universe.errors import (
    BadPayload,
    LeftAlone,
    NotEntitled,
    NotFound,
    RateLimited,
    Rejected,
    SourceError,
    Unavailable,
)
from universe.sources import http
from universe.sources.budget import Budget, Pace
from universe.sources.http import Door, HeaderKey, results_of

KEY = "very-secret-key"


class Naps(list[float]):
    """Instead of sleeping, remember for how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def host() -> Iterator[Vendor]:
    with running_vendor() as vendor:
        yield vendor


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def door(host: Vendor, naps: Naps) -> Iterator[Door]:
    door = Door(
        "polygon",
        host.url,
        header="Authorization",
        prefix="Bearer ",
        key=KEY,
        sleep=naps,
        chance=lambda: 0.5,
    )
    yield door
    door.close()


def test_the_key_travels_in_the_header_and_never_in_the_url(host: Vendor, door: Door) -> None:
    host.on("/x", Answer({"a": 1}))
    assert door.get("/x", {"limit": 5}) == {"a": 1}
    assert host.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in host.asked[0].raw


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "bad date"}, Rejected),
        (401, {"error": "Unknown API Key"}, Rejected),
        (402, "Premium Query Parameter: not in your plan", NotEntitled),
        (403, {"status": "NOT_AUTHORIZED", "message": "not in your plan"}, NotEntitled),
        (404, "no such page", NotFound),
        (429, {"error": "too many"}, RateLimited),
        (500, "<html>oops</html>", Unavailable),
        (503, {"message": "busy"}, Unavailable),
        (200, "<html>fine</html>", BadPayload),
    ],
)
def test_each_refusal_becomes_its_own_error(
    host: Vendor, door: Door, status: int, body: Any, error: type[SourceError]
) -> None:
    host.on("/x", Answer(body, status))
    with pytest.raises(error) as caught:
        door.get("/x")
    assert type(caught.value) is error
    assert caught.value.vendor == "polygon"


def test_an_error_carries_the_vendors_words_and_the_path(host: Vendor, door: Door) -> None:
    host.on("/x", Answer({"status": "NOT_AUTHORIZED", "message": "Please upgrade your plan"}, 403))
    with pytest.raises(NotEntitled, match="polygon /x answered 403: Please upgrade your plan"):
        door.get("/x")


def test_a_key_that_the_vendor_repeats_is_cut_out_of_the_error(host: Vendor, door: Door) -> None:
    host.on("/x", Answer({"error": f"Unknown API Key {KEY}"}, 401))
    with pytest.raises(Rejected) as caught:
        door.get("/x")
    assert KEY not in str(caught.value)
    assert "***" in str(caught.value)


def test_the_key_shows_in_no_repr() -> None:
    assert KEY not in repr(HeaderKey("apikey", KEY))


@pytest.mark.paced
def test_a_server_error_is_asked_again_with_growing_waits(host: Vendor, door: Door, naps: Naps) -> None:
    host.on("/x", [Answer("", 502), Answer("", 500), Answer([1])])
    assert door.get("/x") == [1]
    assert naps == [0.5, 1.0]


def test_retries_end_after_the_third_answer(host: Vendor, door: Door) -> None:
    host.on("/x", Answer("", 500))
    with pytest.raises(Unavailable):
        door.get("/x")
    assert len(host.asked) == 3


def test_a_refused_question_is_not_asked_again(host: Vendor, door: Door) -> None:
    host.on("/x", Answer("", 400))
    with pytest.raises(Rejected):
        door.get("/x")
    assert len(host.asked) == 1


def test_a_short_retry_after_is_waited_for(host: Vendor, door: Door, naps: Naps) -> None:
    host.on("/x", [Answer({}, 429, {"Retry-After": "3"}), Answer([1])])
    assert door.get("/x") == [1]
    assert naps == [3.0]


def test_a_date_in_retry_after_is_understood(host: Vendor, door: Door, naps: Naps) -> None:
    host.on("/x", [Answer({}, 429, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}), Answer([1])])
    assert door.get("/x") == [1]
    assert naps == [0.0]


@pytest.mark.parametrize("words", ["soon", "nan", "1e400", "-5"])
def test_a_retry_after_that_cannot_be_read_is_a_minute(host: Vendor, door: Door, words: str) -> None:
    host.on("/x", Answer({}, 429, {"Retry-After": words}))
    with pytest.raises(RateLimited) as caught:
        door.get("/x")
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize("status", [429, 200])
def test_the_third_limit_after_a_pause_that_names_no_time_is_the_days(
    host: Vendor, door: Door, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    host.on("/x", Answer({"Error Message": "Limit Reach . Please upgrade"}, status))
    now = 1000.0
    monkeypatch.setattr(http.time, "monotonic", lambda: now)
    waits = []
    for _ in range(3):
        now += 61
        with pytest.raises(RateLimited) as caught:
            door.get("/x")
        waits.append(caught.value.retry_after)
    assert waits == [60.0, 60.0, 3600.0]


def test_limits_that_were_on_their_way_count_as_one(host: Vendor, door: Door) -> None:
    host.on("/x", Answer({"Error Message": "Limit Reach . Please upgrade"}, 429))
    waits = []
    for _ in range(4):
        with pytest.raises(RateLimited) as caught:
            door.get("/x")
        waits.append(caught.value.retry_after)
    assert waits == [60.0] * 4


def test_a_limit_by_the_minute_is_never_the_days(
    host: Vendor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.on("/x", Answer({"error": "You've exceeded the maximum requests per minute, please wait"}, 429))
    now = 1000.0
    monkeypatch.setattr(http.time, "monotonic", lambda: now)
    for _ in range(5):
        now += 61
        with pytest.raises(RateLimited) as caught:
            door.get("/x")
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("Exclusive Endpoint: not under your current subscription", NotEntitled),
        ("Invalid API KEY", Rejected),
        ("Something else", BadPayload),
    ],
)
def test_an_error_with_status_200_is_an_error(
    host: Vendor, door: Door, words: str, error: type[SourceError]
) -> None:
    host.on("/x", Answer({"Error Message": words}))
    with pytest.raises(error):
        door.get("/x")


def test_five_failures_in_a_row_leave_the_vendor_alone(host: Vendor, door: Door) -> None:
    host.on("/x", Answer("", 500))
    for _ in range(2):
        with pytest.raises(Unavailable):
            door.get("/x")
    assert len(host.asked) == 5
    with pytest.raises(LeftAlone, match="polygon did not answer a moment ago"):
        door.get("/y")
    assert len(host.asked) == 5


def test_a_refusal_is_an_answer_and_no_failure(host: Vendor, door: Door) -> None:
    host.on("/x", Answer("", 500))
    host.on("/y", Answer({"error": "bad date"}, 400))
    for path, error in (("/x", Unavailable), ("/y", Rejected), ("/x", Unavailable)):
        with pytest.raises(error):
            door.get(path)
    assert len(host.asked) == 7


def test_a_limit_stops_everybody_who_uses_the_key(host: Vendor, naps: Naps) -> None:
    budget = Budget("polygon", KEY, lambda: Pace(6000, burst=10), sleep=naps)
    door = Door("polygon", host.url, header="apikey", key=KEY, sleep=naps, budget=budget)
    host.on("/x", Answer({"error": "exceeded the maximum requests per minute"}, 429))
    for words in ("answered 429", "wants no call"):
        with pytest.raises(RateLimited, match=words):
            door.get("/x")
    door.close()
    assert len(host.asked) == 1


def test_a_rate_limit_without_a_time_is_left_to_the_caller(host: Vendor, door: Door, naps: Naps) -> None:
    host.on("/x", Answer({"error": "exceeded the maximum requests per minute"}, 429))
    with pytest.raises(RateLimited) as caught:
        door.get("/x")
    assert (caught.value.retry_after, naps, len(host.asked)) == (60.0, [], 1)


def test_a_host_that_does_not_listen_is_unavailable(naps: Naps) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        door = Door("fmp", url, header="apikey", key=KEY, sleep=naps)
        with pytest.raises(Unavailable, match="fmp /x failed: ConnectError"):
            door.get("/x")
        door.close()
    assert len(naps) == 2


def test_a_slow_host_is_named_with_its_time_out(naps: Naps) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    door = Door("fmp", "http://h", header="apikey", key=KEY, sleep=naps, transport=httpx.MockTransport(never))
    with pytest.raises(Unavailable, match="fmp /x did not answer within 30 s"):
        door.get("/x", timeout=30.0)


def test_an_answer_that_drips_is_given_up_as_a_whole(naps: Naps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WHOLE_ANSWER", 2.0)
    gone = threading.Event()

    def drip(listener: socket.socket) -> None:
        """Every single wait is short, and the answer never ends."""
        while not gone.is_set():
            asker, _ = listener.accept()
            with asker, suppress(OSError):
                asker.recv(65_536)
                asker.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not gone.wait(0.02):
                    asker.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        dripping = threading.Thread(target=drip, args=(listener,), daemon=True)
        dripping.start()
        door = Door("fmp", f"http://127.0.0.1:{port}", header="apikey", key=KEY, sleep=naps)
        try:
            with pytest.raises(Unavailable, match="did not answer within"):
                door.get("/v1/slowly", timeout=0.1)
        finally:
            gone.set()
            door.close()
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            dripping.join(5)


def test_the_observer_hears_success_and_failure(host: Vendor) -> None:
    heard: list[tuple[str, str]] = []
    door = Door(
        "polygon",
        host.url,
        header="a",
        key=KEY,
        observe=lambda vendor, error: heard.append((vendor, type(error).__name__)),
    )
    host.on("/x", [Answer([]), Answer("", 403)])
    door.get("/x")
    with pytest.raises(NotEntitled):
        door.get("/x")
    door.close()
    assert heard == [("polygon", "NoneType"), ("polygon", "NotEntitled")]


def test_pages_are_followed_on_our_host_whatever_host_the_link_names(host: Vendor, door: Door) -> None:
    host.on("/list", Answer({"results": [1], "next_url": "https://api.elsewhere.com:443/next?cursor=a"}))
    host.on("/next", Answer({"results": [2]}))
    pages = list(door.pages("/list", {"limit": 1}))
    assert [page["results"] for page in pages] == [[1], [2]]
    assert host.asked[1].query == {"cursor": "a"}
    assert host.asked[1].headers["authorization"] == f"Bearer {KEY}"


def test_a_link_that_leads_back_is_refused(host: Vendor, door: Door) -> None:
    host.on("/list", Answer({"results": [1], "next_url": "/list?cursor=a"}))
    with pytest.raises(BadPayload, match="leads to the same page twice"):
        list(door.pages("/list", {}))
    assert len(host.asked) == 2


def test_pages_without_end_are_refused(host: Vendor, door: Door) -> None:
    host.on(
        "/list",
        lambda asked: Answer({"next_url": f"/list?cursor={int(asked.query.get('cursor', 0)) + 1}"}),
    )
    with pytest.raises(BadPayload, match="over 100 pages"):
        list(door.pages("/list", {}))


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": []}])
def test_absent_null_and_empty_results_are_all_empty(body: Any) -> None:
    assert results_of(body, vendor="polygon", path="/x") == []


@pytest.mark.parametrize("body", [[], {"results": {}}, "text"])
def test_results_of_another_shape_are_refused(body: Any) -> None:
    with pytest.raises(BadPayload, match="polygon /x sent"):
        results_of(body, vendor="polygon", path="/x")


def test_a_key_at_the_end_of_a_long_text_leaves_nothing_of_it(host: Vendor, door: Door) -> None:
    host.on("/x", Answer({"error": "x" * 195 + KEY}, 400))
    with pytest.raises(Rejected) as caught:
        door.get("/x")
    assert KEY[:4] not in str(caught.value)

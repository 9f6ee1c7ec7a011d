"""What the doors note of an answered question: enough to find it again, and never a key."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from urllib.parse import quote

import pytest

from tests.universe.sources.mcp.doors import KEY as MCP_KEY
from tests.universe.sources.mcp.doors import TICKER, stdio_door
from tests.universe.vendor import Answer, Vendor, running_vendor
from universe.errors import SourceError
from universe.sources.calls import FOLD_ABOVE, PATH_MAX, Asked, calls_open, rows_of, shown_path
from universe.sources.http import Door

KEY = "canary key/0123+456"


@pytest.fixture
def host() -> Iterator[Vendor]:
    with running_vendor() as vendor:
        yield vendor


@pytest.fixture
def door(host: Vendor) -> Iterator[Door]:
    door = Door("polygon", host.url, header="apikey", key=KEY, sleep=lambda _: None)
    yield door
    door.close()


def test_an_answer_is_noted_with_its_question_its_rows_and_the_vendors_own_name(
    host: Vendor, door: Door
) -> None:
    host.on("/x", Answer({"request_id": "req-1", "results": [1, 2, 3]}))
    with calls_open() as log:
        door.get("/x", {"limit": 5})
    (call,) = log.calls()
    assert (call.vendor, call.transport, call.path) == ("polygon", "rest", "/x?limit=5")
    assert (call.request_id, call.rows, call.asked) == ("req-1", 3, 1)


def test_nothing_is_kept_when_nobody_listens(host: Vendor, door: Door) -> None:
    host.on("/x", Answer([]))
    with calls_open() as log:
        pass
    door.get("/x")
    assert log.calls() == []


def test_a_refused_question_is_no_call(host: Vendor, door: Door) -> None:
    host.on("/x", Answer({"error": "no"}, 403))
    with calls_open() as log, pytest.raises(SourceError):
        door.get("/x")
    assert log.calls() == []


def test_a_log_inside_another_keeps_its_calls_to_itself(host: Vendor, door: Door) -> None:
    host.on_all(Answer([1]))
    with calls_open() as outer:
        door.get("/a")
        with calls_open() as inner:
            door.get("/b")
        door.get("/c")
    assert [call.path for call in outer.calls()] == ["/a", "/c"]
    assert [call.path for call in inner.calls()] == ["/b"]


def test_a_thread_that_was_given_the_context_is_heard(host: Vendor, door: Door) -> None:
    host.on("/x", Answer([1]))
    with calls_open() as log, ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, door.get, "/x").result()
        pool.submit(door.get, "/x", {"unheard": 1}).result()
    assert [call.path for call in log.calls()] == ["/x"]


def test_the_pages_of_one_list_are_one_call(host: Vendor, door: Door) -> None:
    pages = [
        {"results": [1, 2], "request_id": "first", "next_url": f"{host.url}/list?cursor=abc"},
        {"results": [3], "request_id": "second"},
    ]
    host.on("/list", [Answer(page) for page in pages])
    with calls_open() as log:
        list(door.pages("/list", {"limit": 2}))
    (call,) = log.calls()
    assert (call.path, call.request_id, call.rows, call.asked) == ("/list?limit=2", "first", 3, 2)


@pytest.mark.parametrize(("names", "kept"), [(FOLD_ABOVE, FOLD_ABOVE), (FOLD_ABOVE + 1, 1)])
def test_many_questions_of_one_shape_are_one_call(host: Vendor, door: Door, names: int, kept: int) -> None:
    host.on_all(Answer({"results": [1]}))
    with calls_open() as log:
        for number in range(names):
            door.get(f"/v3/reference/tickers/N{number}")
        door.get("/v1/other/names")
    calls = log.calls()
    assert len(calls) == kept + 1
    assert sum(call.asked for call in calls) == names + 1
    assert (calls[0].path == "/v3/reference/tickers/*") == (kept == 1)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"/x/{KEY}", {}),
        (f"/x/{quote(KEY, safe='')}", {}),
        (f"/x?apiKey={quote(KEY)}&cursor=1", {}),
        (f"/x?cursor={quote(KEY)}", {}),
        ("/x", {"apikey": KEY}),
        ("/x", {"APIKEY": "somebody else's"}),
        ("/x", {"token": "somebody else's"}),
        ("/x", {"symbol": KEY}),
        ("/x", {KEY: "1"}),
    ],
)
def test_no_part_of_a_question_tells_a_key(path: str, query: dict[str, str]) -> None:
    shown = shown_path(Asked("polygon", "rest", path, query), (KEY,))
    for form in (KEY, quote(KEY), quote(KEY, safe=""), "0123", "somebody"):
        assert form not in shown


def test_a_vendor_that_repeats_the_key_as_the_name_of_a_call_is_not_believed(
    host: Vendor, door: Door
) -> None:
    host.on("/a", Answer({"request_id": KEY}))
    host.on("/b", Answer([], headers={"X-Request-ID": quote(KEY)}))
    host.on("/c", Answer([], headers={"X-Request-ID": "head-7"}))
    with calls_open() as log:
        for path in ("/a", "/b", "/c"):
            door.get(path)
    assert [call.request_id for call in log.calls()] == ["", "", "head-7"]


def test_a_long_question_is_cut() -> None:
    shown = shown_path(Asked("fmp", "rest", "/batch-quote", {"symbols": "ABCD," * 100}), ("",))
    assert len(shown) == PATH_MAX
    assert shown.endswith("…")


@pytest.mark.parametrize(
    ("answer", "rows"),
    [([1, 2], 2), ({"tickers": []}, 0), ({"results": {"one": 1}}, None), ("text", None), (None, None)],
)
def test_rows_are_counted_where_an_answer_has_a_list(answer: object, rows: int | None) -> None:
    assert rows_of(answer) == rows


def test_a_question_over_mcp_is_noted_as_such_and_without_the_key() -> None:
    with stdio_door() as door, calls_open() as log:
        door.get(TICKER("ABC"))
    (call,) = log.calls()
    assert (call.vendor, call.transport, call.path) == ("polygon", "mcp", TICKER("ABC"))
    assert MCP_KEY not in repr(call)

"""Every trouble of a real server, over real stdio and real HTTP."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sectorlight.embedded.ports import free_port
from tests.market import ROOT
from tests.universe.sources.mcp.doors import KEY, TICKER, http_door, http_server, stdio_door
from universe.errors import (
    BadPayload,
    NotEntitled,
    NotFound,
    NotOffered,
    RateLimited,
    Rejected,
    SourceError,
    Unavailable,
)
from universe.sources.mcp import session
from universe.sources.mcp.door import McpDoor
from universe.sources.mcp.refusals import UnknownDialect
from universe.sources.mcp.target import Target

pytestmark = pytest.mark.unmeasured

TICKERS = "/v3/reference/tickers"
SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"
BIG = 40_000


@pytest.fixture(scope="module")
def door() -> Iterator[McpDoor]:
    with stdio_door() as door:
        yield door


def test_an_answer_has_the_shape_of_rest(door: McpDoor) -> None:
    assert door.get(TICKER("AAA")) == {"results": {"ticker": "AAA", "cik": "0000000007"}}


@pytest.mark.parametrize(
    ("ticker", "error"),
    [
        ("RATE", RateLimited),
        ("PLAN", NotEntitled),
        ("NOKEY", Rejected),
        ("DOWN", Unavailable),
        ("GONE", NotFound),
        ("NET", Unavailable),
        ("PATH", NotOffered),
        ("WORDS", Rejected),
        ("LARGE", BadPayload),
        ("HTML", BadPayload),
        ("HALF", BadPayload),
    ],
)
def test_an_error_that_comes_as_ordinary_text_is_an_error(
    door: McpDoor, ticker: str, error: type[SourceError]
) -> None:
    with pytest.raises(SourceError) as caught:
        door.get(TICKER(ticker))
    assert type(caught.value) is error
    assert caught.value.vendor == "polygon"


def test_pages_are_followed_to_the_last(door: McpDoor) -> None:
    pages = list(door.pages(TICKERS, {"limit": 1}))
    assert [page["results"][0]["ticker"] for page in pages] == ["A0", "A1", "A2"]


def test_a_page_that_leads_to_itself_is_refused(door: McpDoor) -> None:
    with pytest.raises(BadPayload, match="leads to the same page twice"):
        list(door.pages(TICKERS, {"search": "circle"}))


@pytest.mark.parametrize("search", ["cut", "narrow", "bare"])
def test_a_table_that_is_cut_off_or_lacks_columns_is_refused(door: McpDoor, search: str) -> None:
    with pytest.raises(BadPayload):
        door.get(TICKERS, {"search": search})


def test_an_announcement_inside_a_cell_is_no_page(door: McpDoor) -> None:
    assert "next_url" not in door.get(TICKERS, {"search": "quoted"})


def test_tickers_that_look_like_other_things_stay_tickers(door: McpDoor) -> None:
    rows = door.get(TICKERS, {"search": "names"})["results"]
    assert [row["ticker"] for row in rows] == ["TRUE", "NAN", "NA", "INF"]
    assert rows[0] == {"ticker": "TRUE", "cik": "0000000001", "active": True}
    assert rows[2] == {"ticker": "NA"}


def test_a_path_whose_columns_are_not_known_is_not_asked(door: McpDoor) -> None:
    with pytest.raises(NotOffered, match="cannot be asked over the MCP server"):
        door.get("/v1/unheard/of")


def test_an_answer_of_megabytes_comes_over_stdio(door: McpDoor) -> None:
    assert len(door.get(SNAPSHOT)["tickers"]) == BIG


def test_an_answer_of_megabytes_comes_over_http_and_the_server_may_start_again() -> None:
    port = free_port()
    with http_door(port) as door:
        with http_server(port):
            rows = door.get(SNAPSHOT)["tickers"]
        with pytest.raises(Unavailable):
            door.get(TICKER("AAA"))
        with http_server(port):
            again = door.get(TICKER("AAA"))
    assert len(rows) == BIG
    assert rows[7] == {
        "ticker": "NAME00007",
        "day": {"c": 20.5, "v": 7},
        "updated": 1605192894630916600,
        "note": "x",
    }
    assert again["results"]["ticker"] == "AAA"


def test_a_server_that_dies_in_the_middle_is_started_again(tmp_path: Path) -> None:
    with stdio_door(environment={"MASSIVE_MAX_MARK": str(tmp_path / "died")}) as door:
        assert door.get(TICKER("DIEONCE"))["results"]["ticker"] == "DIEONCE"


def test_a_server_that_always_dies_is_unavailable_after_three_tries() -> None:
    naps: list[float] = []
    with stdio_door(sleep=naps.append) as door, pytest.raises(Unavailable):
        door.get(TICKER("DIE"))
    assert len(naps) == 2


def test_a_call_that_takes_too_long_is_given_up() -> None:
    slow = {"MASSIVE_MAX_SLOW": "30"}
    with (
        stdio_door(patience=0.3, environment=slow) as door,
        pytest.raises(Unavailable, match="over MCP did not answer within"),
    ):
        door.get(TICKER("SLOW"), timeout=0.5)


def test_a_server_of_another_dialect_is_named_with_its_tools() -> None:
    with stdio_door("strange") as door:
        with pytest.raises(UnknownDialect, match="speaks another dialect: it has the tools ask_the_oracle"):
            door.open()
        assert door.described()["connected"] is False


def test_a_tool_without_the_argument_we_need_is_another_dialect() -> None:
    with stdio_door("narrow") as door, pytest.raises(UnknownDialect):
        door.open()


def test_an_address_where_nothing_listens_cannot_be_opened() -> None:
    with http_door() as door, pytest.raises(Unavailable, match="cannot be opened"):
        door.get(TICKER("AAA"))


def test_a_program_that_never_greets_is_given_up_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "OPEN_SECONDS", 0.5)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    silent = McpDoor("fmp", Target(command=("sh", "-c", "cat > /dev/null")), KEY, dialects=())
    with pytest.raises(Unavailable, match="did not greet"):
        silent.open()
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_the_key_is_in_no_error_log_or_description(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), stdio_door() as door, pytest.raises(Rejected) as caught:
        door.get(TICKER("KEY"))
    with caplog.at_level(logging.DEBUG), http_door() as other, pytest.raises(Unavailable) as unheard:
        other.get(TICKER("AAA"))
    assert KEY not in f"{caught.value} {unheard.value} {caplog.text}"
    assert KEY not in f"{door!r} {other!r} {other.described()} {other._target!r}"
    assert "the key is ***" in caplog.text


def test_the_door_tells_what_it_speaks_to(door: McpDoor) -> None:
    door.open()
    told = door.described()
    assert (told["dialect"], told["server"], told["connected"]) == ("massive 0.9", "Troubled 0.9.1", True)


def test_closing_ends_the_child_and_the_thread() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with stdio_door() as door:
        door.open()
        during = {child.pid for child in psutil.Process().children(recursive=True)} - before
        name = f"mcp {door.described()['target']}"
        door.close()
    assert during
    assert not any(psutil.pid_exists(pid) for pid in during)
    assert sum(thread.name == name for thread in threading.enumerate()) <= 1


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_opens_a_session_of_its_own() -> None:
    with stdio_door() as door:
        door.open()
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.write(writing, b"open" if door.described()["connected"] else b"none")
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        told = os.read(reading, 10)
        os.close(reading)
        assert (told, door.described()["connected"]) == (b"none", True)


def test_several_threads_share_one_session(door: McpDoor) -> None:
    found: list[str] = []
    names = [f"N{number}" for number in range(8)]

    def ask(name: str) -> None:
        found.append(door.get(TICKER(name))["results"]["ticker"])

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == names


def test_a_process_that_ends_without_closing_leaves_no_child(tmp_path: Path) -> None:
    program = (
        "import sys; from tests.universe.sources.mcp.doors import *; "
        "door = stdio_door().__enter__(); door.open(); "
        "import psutil; print(*(child.pid for child in psutil.Process().children(recursive=True)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    children = [int(pid) for pid in ended.stdout.split()]
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in children if psutil.pid_exists(pid)], 30)
    assert children
    assert alive == []

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator import recording
from tests.universe.simulator.recording import GAP_DAY, LAST, REAL_DAY, SESSIONS, SPLIT_DAY, close_of
from universe.sessions import hours, previous_session
from universe.simulator.replay.folder import FolderError
from universe.simulator.replay.splits import split_ratio
from universe.simulator.replay.world import ReplayWorld

SNAPSHOT = "/v2/snapshot/locale/us/markets/stocks/tickers"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording.write(tmp_path_factory.mktemp("recording"))


@pytest.fixture(scope="module")
def world(folder: Path) -> ReplayWorld:
    return ReplayWorld(folder)


@pytest.fixture(scope="module")
def replay(folder: Path) -> Iterator[RunningMarket]:
    with start_market(folder) as market:
        yield market


def test_a_replay_begins_at_ten_of_its_last_session_and_says_what_it_is(replay: RunningMarket) -> None:
    clock = replay.get("/simulator/clock")
    assert clock["market_anchor"].startswith(f"{LAST}T10:00")
    assert (clock["world"], clock["interpolated"], clock["label"]) == ("replay", True, f"REPLAY of {LAST}")


def test_the_list_holds_whoever_had_a_row_the_session_before(replay: RunningMarket) -> None:
    rows = {row["ticker"]: row for row in replay.get("/v3/reference/tickers?limit=1000")["results"]}
    assert {symbol for symbol, row in rows.items() if row["type"] in ("CS", "ADRC")} == {
        "ALFA", "BETA.B", "GAMM", "NA", "SPLT", "LATE",
    }  # fmt: skip
    assert {symbol: row["type"] for symbol, row in rows.items() if symbol not in ("ALFA", "NA")} == {
        "BETA.B": "CS", "GAMM": "ADRC", "SPLT": "CS", "LATE": "CS", "IWM": "ETF", "ALFAW": "WARRANT",
        "BETApC": "PFD", "BLNK": "OTHER",
    }  # fmt: skip
    early = replay.get(f"/v3/reference/tickers?limit=1000&date={SESSIONS[30]}")["results"]
    assert not {"LATE", "ALFAW"} & {row["ticker"] for row in early}


def test_a_recorded_day_is_served_with_what_was_recorded_and_no_more(replay: RunningMarket) -> None:
    path = "/v2/aggs/grouped/locale/us/market/stocks"
    rows = {row["T"]: row for row in replay.get(f"{path}/{SESSIONS[10]}?adjusted=false")["results"]}
    assert rows["ALFA"]["c"] == close_of("ALFA", 10)
    assert rows["ALFA"]["v"] == 1_000_000
    assert not {"o", "h", "l", "vw"} & rows["ALFA"].keys()
    assert (rows["IWM"]["o"], rows["IWM"]["c"]) == (110.0, 111.0)
    gap = {row["T"]: row for row in replay.get(f"{path}/{GAP_DAY}?adjusted=false")["results"]}
    assert (gap["ALFA"]["c"], "v" in gap["ALFA"]) == (close_of("ALFA", 55), False)


def test_a_split_is_found_where_the_close_jumps_and_the_return_does_not(replay: RunningMarket) -> None:
    (split,) = replay.get("/stocks/v1/splits?limit=100")["results"]
    assert (split["ticker"], split["execution_date"]) == ("SPLT", SPLIT_DAY.isoformat())
    assert (split["split_from"], split["split_to"]) == (10, 1)
    day = previous_session(SPLIT_DAY)
    raw, adjusted = (
        replay.get(f"/v2/aggs/ticker/SPLT/range/1/day/{day}/{day}?adjusted={word}")["results"][0]["c"]
        for word in ("false", "true")
    )
    assert (raw, adjusted) == (0.5, 5.0)


@pytest.mark.parametrize(
    ("jump", "ratio"),
    [
        (10.0, (10.0, 1.0)),
        (0.5, (1.0, 2.0)),
        (0.6667, (2.0, 3.0)),
        (24.98, (25.0, 1.0)),
        (250.3, (250.0, 1.0)),
        (0.1535, None),
        (63.0, None),
        (1.37, None),
        (0.98, None),
    ],
)
def test_only_a_ratio_of_a_split_counts_as_one(jump: float, ratio: tuple[float, float] | None) -> None:
    assert split_ratio(jump) == ratio


def test_a_drawn_price_says_so_and_ends_at_the_real_close(replay: RunningMarket, world: ReplayWorld) -> None:
    rows = {row["ticker"]: row for row in replay.get(SNAPSHOT)["tickers"]}
    assert rows["ALFA"]["interpolated"] is True
    grid, bars = world.grid(LAST), world.day(LAST)
    stocks = np.isfinite(bars.close)
    assert np.allclose(grid.price[719][stocks], bars.close[stocks], rtol=1e-6)


def test_recorded_bars_are_served_as_they_are(replay: RunningMarket) -> None:
    path = f"/v2/aggs/ticker/ALFA/range/5/minute/{REAL_DAY}/{REAL_DAY}?adjusted=false&limit=50000"
    rows = replay.get(path)["results"]
    end = close_of("ALFA", 60)
    assert len(rows) == 78
    assert rows[0]["t"] == hours(REAL_DAY).open.timestamp() * 1000
    assert (rows[-1]["c"], rows[-1]["v"]) == (pytest.approx(end), 1077)
    assert "interpolated" not in rows[0]
    hour = replay.get(path.replace("/5/minute", "/1/hour"))["results"]
    assert hour[1]["v"] == sum(1000 + bar for bar in range(6, 18))


def test_bars_that_do_not_end_at_the_days_close_are_not_believed(world: ReplayWorld) -> None:
    grid = world.grid(REAL_DAY)
    alfa, gamma = world.listings.index["ALFA"], world.listings.index["GAMM"]
    assert set(grid.real) == {alfa}
    assert not grid.drawn[alfa]
    assert grid.drawn[gamma]


def test_a_recorded_open_pins_the_gap_unless_it_was_adjusted(world: ReplayWorld) -> None:
    grid = world.grid(LAST)
    assert grid.open[world.listings.index["NA"]] == 5.5
    assert grid.open[world.listings.index["ALFA"]] < 15.0


def test_a_day_without_recorded_volume_trades_as_usual(world: ReplayWorld) -> None:
    grid = world.grid(GAP_DAY)
    assert grid.volume[-1, world.listings.index["ALFA"]] == pytest.approx(1_000_000, rel=1e-3)


def test_share_counts_are_those_of_the_last_twenty_sessions(world: ReplayWorld) -> None:
    row = world.listings.index["ALFA"]
    assert world.shares(GAP_DAY)[row] == 30_000_000
    assert np.isnan(world.shares(dt.date(2025, 12, 25))[row])


def test_slow_facts_come_with_the_words_of_the_recording(replay: RunningMarket) -> None:
    (gamma,) = replay.get("/stable/profile?symbol=GAMM")
    (alfa,) = replay.get("/stable/profile?symbol=ALFA")
    assert (gamma["sector"], gamma["description"]) == ("Healthcare", "Makes, among others, medicines.")
    assert (alfa["sector"], alfa["industry"]) == ("Technology", "Software")
    floats = {row["symbol"]: row for row in replay.get("/stable/shares-float-all?limit=5000")}
    assert floats["ALFA"]["floatShares"] == 20_000_000
    assert (floats["NA"]["floatShares"], floats["NA"]["outstandingShares"]) == (None, 30_000_000)
    assert floats.keys() == {"ALFA", "BETA-B", "GAMM", "NA", "SPLT", "LATE"}


def test_recorded_news_is_served_unjudged_and_once(replay: RunningMarket) -> None:
    rows = replay.get("/v2/reference/news?limit=100")["results"]
    assert rows == []
    with start_market(replay_folder(replay), first=f"{REAL_DAY}T10:00") as earlier:
        (article,) = earlier.get("/v2/reference/news?limit=100")["results"]
    assert article["tickers"] == ["ALFA", "GAMM"]
    assert "insights" not in article


def test_recorded_filings_are_told_when_their_day_is_over_and_none_is_made_up(folder: Path) -> None:
    index, days = "/stocks/filings/vX/index", f"from={REAL_DAY}&to={REAL_DAY}"
    with start_market(folder, first=f"{REAL_DAY}T17:29") as market:
        assert market.get(index)["results"] == []
        assert market.get(f"/stable/sec-filings-8k?{days}") == []
        market.control(clock=f"{REAL_DAY}T17:30")
        rows = market.get(index)["results"]
        assert [(row["ticker"], row["form_type"], row["accession_number"]) for row in rows] == [
            ("ALFA", "8-K", "0000000077-25-000123"),
            ("BETA.B", "S-3", "0000000088-25-000001"),
        ]
        assert {row["filing_date"] for row in rows} == {REAL_DAY.isoformat()}
        assert [row["cik"] for row in rows] == ["0000000077", "0000000088"]
        (paper,) = market.get(f"/stable/sec-filings-8k?{days}")
        assert (paper["symbol"], paper["acceptedDate"]) == ("ALFA", None)
        assert market.get("/stocks/filings/8-K/vX/disclosures")["results"] == []
        assert market.get(f"{index}?filing_date.gte={LAST}")["results"] == []


def replay_folder(replay: RunningMarket) -> str:
    return replay.words[replay.words.index("--market") + 1]


def test_the_index_is_quoted_and_the_world_beyond_is_not(replay: RunningMarket) -> None:
    rows = replay.get("/stable/batch-quote?symbols=%5EVIX,%5EN225,IWM")
    assert [row["symbol"] for row in rows] == ["^VIX", "IWM"]
    assert replay.get("/stable/economic-calendar") == []


def test_the_clock_stops_at_the_end_of_the_recording(folder: Path) -> None:
    with start_market(folder, first=f"{LAST}T19:59:59") as market:
        market.control(clock="2026-01-05T10:00")
        clock = market.get("/simulator/clock")
        assert (clock["ended"], clock["market_anchor"][:19]) == (True, f"{LAST}T20:00:00")
        row = market.get(f"{SNAPSHOT}/ALFA")["ticker"]
        assert row["day"]["c"] == close_of("ALFA", len(SESSIONS) - 1)
        listed = market.get("/v3/reference/tickers?type=CS")["results"]
        assert len(listed) == 5


def test_a_folder_without_its_panel_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"market_daily.parquet is missing"):
        ReplayWorld(tmp_path)


def test_a_damaged_file_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "market_daily.parquet").write_bytes((folder / "market_daily.parquet").read_bytes())
    with pytest.raises(FolderError, match=r"symbols.csv.gz is missing or has no column symbol"):
        ReplayWorld(tmp_path)
    (tmp_path / "symbols.csv.gz").write_bytes(gzip.compress(b"symbol,name\nA,B,C,D\n"))
    with pytest.raises(FolderError, match=r"symbols.csv.gz is no readable CSV file"):
        ReplayWorld(tmp_path)
    (tmp_path / "market_daily.parquet").write_bytes(b"nonsense")
    with pytest.raises(FolderError, match=r"market_daily.parquet cannot be read"):
        ReplayWorld(tmp_path)

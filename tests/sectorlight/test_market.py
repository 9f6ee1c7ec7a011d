"""Which market MARKET asks for, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectorlight.env import SettingError
from sectorlight.market import Market, market_choose, market_try, replay_start
from tests.universe.simulator import recording


@pytest.mark.parametrize(
    ("value", "has_key", "expected"),
    [
        ("", False, Market("simulated", "simulated")),
        ("", True, Market("live", "live")),
        ("live", True, Market("live", "live")),
        ("simulated", True, Market("simulated", "simulated")),
    ],
)
def test_without_a_wish_the_key_decides(value: str, has_key: bool, expected: Market, tmp_path: Path) -> None:
    assert market_choose(value, has_key=has_key, base=tmp_path) == expected


def test_a_folder_of_recorded_days_is_replayed_and_may_be_relative(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    (tmp_path / "days" / "market_daily.parquet").touch()
    market = market_choose("days", has_key=True, base=tmp_path)
    assert market == Market(str(tmp_path / "days"), "replay")


def test_live_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"MARKET is 'live'.*POLYGON_API_KEY is not set"):
        market_choose("live", has_key=False, base=tmp_path)


def test_a_folder_that_does_not_exist_is_refused_with_the_place_looked_at(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=rf"MARKET is 'nowhere'.*{tmp_path}/nowhere"):
        market_choose("nowhere", has_key=False, base=tmp_path)


def test_a_folder_without_recorded_days_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"holds market_daily\.parquet"):
        market_choose(str(tmp_path), has_key=False, base=tmp_path)


def test_a_replay_starts_at_a_date_or_at_the_newest() -> None:
    assert replay_start("") == ""
    assert replay_start("2026-03-31") == "2026-03-31"
    with pytest.raises(SettingError, match=r"MARKET_FROM is 'March'.*2026-03-31"):
        replay_start("March")


@pytest.mark.parametrize("start", ["1999-01-04", "2027-01-01"])
def test_a_day_that_is_not_recorded_is_refused_with_the_days_that_are(start: str, tmp_path: Path) -> None:
    folder = recording.write(tmp_path)
    with pytest.raises(
        SettingError, match=rf"MARKET_FROM is {start}, .* from 2025-09-03 to 2025-12-10: {folder} "
    ):
        market_try(str(folder), start)


def test_a_recording_that_cannot_be_read_is_refused_by_the_name_of_its_setting(tmp_path: Path) -> None:
    (tmp_path / "market_daily.parquet").write_bytes(b"nonsense")
    with pytest.raises(
        SettingError, match=rf"MARKET is {tmp_path}, but market_daily\.parquet cannot be read"
    ):
        market_try(str(tmp_path), "")


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("", ""),
        ("2025-12-05", ""),
        (
            "2025-12-06",
            "MARKET_FROM is 2025-12-06, a Saturday without trading: the next session, 2025-12-08, ",
        ),
    ],
)
def test_a_day_without_trading_is_moved_to_the_next_session_and_that_is_said(
    start: str, said: str, tmp_path: Path
) -> None:
    note = market_try(str(recording.write(tmp_path)), start)
    assert note.startswith(said)
    assert bool(note) is bool(said)


def test_every_market_keeps_its_prices_in_a_folder_of_its_own() -> None:
    folders = [
        Market("live", "live").folder(),
        Market("simulated", "simulated").folder(),
        Market("/days/one", "replay").folder(),
        Market("/days/two", "replay").folder(),
    ]
    assert folders[:2] == ["live", "simulated"]
    assert len(set(folders)) == 4
    assert Market("/days/one", "replay").folder() == folders[2]


def test_markets_that_begin_on_different_days_keep_apart_what_they_computed() -> None:
    recording = Market("/days/one", "replay")
    folders = [recording.folder(start) for start in ("", "2026-03-27", "2026-03-30")]
    assert len(set(folders)) == 3
    assert recording.folder("2026-03-27") == folders[1]
    assert Market("simulated", "simulated").folder("2026-03-27") == "simulated-2026-03-27"
    assert Market("live", "live").folder("2026-03-27") == "live"

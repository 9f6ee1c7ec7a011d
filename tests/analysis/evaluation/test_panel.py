"""Recorded days as arrays: splits out, gaps told by the closes, drawn prices refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.errors import EvaluationRefused
from analysis.evaluation.panel import adjusted_closes, recording_read
from tests.analysis.evaluation.small import LAST, recording
from tests.universe.simulator import recording as made
from universe.recording import FolderError, crowded_days, drawn_files

NAN = np.nan


def adjusted(close: list[float], returns: list[float]) -> list[float]:
    return adjusted_closes(np.array([close]).T, np.array([returns]).T)[:, 0].tolist()


def test_a_split_leaves_the_return_that_the_source_tells() -> None:
    # One for ten overnight: printed 2.00 to 22.00, but only +10 %.
    assert adjusted([2.0, 22.0, 11.0], [NAN, 0.10, -0.50]) == pytest.approx([2.0, 2.2, 1.1])


def test_a_return_that_nobody_tells_is_that_of_the_closes() -> None:
    assert adjusted([2.0, 3.0, 6.0], [NAN, NAN, 1.0]) == pytest.approx([2.0, 3.0, 6.0])


def test_over_a_session_without_a_close_the_closes_tell_the_step() -> None:
    # The return of the third session is against the second, which is not recorded.
    found = adjusted([10.0, NAN, 12.0, 6.0], [NAN, NAN, 0.5, -0.5])
    assert found == pytest.approx([10.0, NAN, 12.0, 6.0], nan_ok=True)


def test_a_symbol_begins_at_its_first_close() -> None:
    assert adjusted([NAN, 4.0, 5.0], [NAN, 0.9, 0.25]) == pytest.approx([NAN, 4.0, 5.0], nan_ok=True)


def test_history_ends_with_the_session_before_and_takes_splits_out_of_volumes() -> None:
    small = recording()
    small.close[LAST - 1 :, 0] *= 10.0
    history = small.history(LAST, 3)
    assert history.close[:, 0].tolist() == [10.0] * 3
    assert history.volume[:, 0].tolist() == [1_000_000.0, 1_000_000.0, 10_000_000.0]
    assert len(small.history(2, 20).close) == 2


def test_a_folder_is_read_and_classified(tmp_path: Path) -> None:
    found = recording_read(made.write(tmp_path))
    sectors = dict(zip(found.symbol.tolist(), found.sector.tolist(), strict=True))
    assert (sectors["BETA.B"], sectors["NA"], sectors["LATE"]) == ("financial", "technology", "")
    place = found.sessions.index(made.SPLIT_DAY)
    split = found.symbol.tolist().index("SPLT")
    assert found.close[place - 1 : place + 1, split].tolist() == [0.5, 5.0]
    assert found.adjusted[place, split] == pytest.approx(found.adjusted[place - 1, split])
    assert found.benchmark[:2].tolist() == [101.0, 102.0]


def test_drawn_prices_are_refused_by_the_name_of_their_file(tmp_path: Path) -> None:
    folder = made.write(tmp_path)
    assert drawn_files(folder) == []
    bars = pq.read_table(folder / "intraday_5m.parquet")
    for flags, refused in (([False] * len(bars), False), ([False] * (len(bars) - 1) + [True], True)):
        marked = bars.append_column("interpolated", pa.array(flags))
        pq.write_table(marked, folder / "intraday_5m.parquet")
        assert drawn_files(folder) == (["intraday_5m.parquet"] if refused else [])
    with pytest.raises(EvaluationRefused, match=r"intraday_5m\.parquet holds interpolated prices"):
        recording_read(folder)


def test_a_folder_that_is_no_recording_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"market_daily\.parquet is missing"):
        recording_read(tmp_path)


def test_only_days_with_enough_symbols_are_crowded(tmp_path: Path) -> None:
    rows = [(f"2025-11-0{day}", symbol) for day in (3, 3, 4) for symbol in ("A", "B")][:5]
    table = pa.table(
        {"ts": [np.datetime64(f"{day}T15:00", "ms") for day, _ in rows], "symbol": [s for _, s in rows]}
    )
    pq.write_table(table, tmp_path / "intraday_30m.parquet")
    assert [day.isoformat() for day in crowded_days(tmp_path, 2)] == ["2025-11-03"]
    assert [day.day for day in crowded_days(tmp_path, 1)] == [3, 4]


def test_a_file_of_bars_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "intraday_30m.parquet").write_text("not parquet")
    for read in (lambda: crowded_days(tmp_path, 1), lambda: drawn_files(tmp_path)):
        with pytest.raises(FolderError, match=r"intraday_30m\.parquet cannot be read"):
            read()

"""What a frame takes from the sessions before today: levels, means, yesterday's restriction."""

from __future__ import annotations

import numpy as np

from analysis.engine.history import History, extreme, mean_known, restricted_from


def test_a_restriction_needs_no_low_where_the_close_itself_fell() -> None:
    history = History(
        close=np.array([[10.0, 10.0], [8.9, 9.5]]),
        high=np.full((2, 2), np.nan),
        low=np.full((2, 2), np.nan),
        volume=np.ones((2, 2)),
    )
    assert restricted_from(history).tolist() == [True, False]


def test_a_fall_of_exactly_ten_percent_restricts() -> None:
    closes = np.array([[10.0, 3.3, 3.3], [9.0, 2.97, 2.98]])
    history = History(close=closes, high=closes, low=closes, volume=np.ones((2, 3)))
    assert restricted_from(history).tolist() == [True, True, False]


def test_extremes_need_fifteen_known_sessions() -> None:
    levels = np.full((20, 2), np.nan)
    levels[:15, 0], levels[:14, 1] = 5.0, 5.0
    levels[3, :] = 9.0
    assert extreme(levels, highest=True)[0] == 9.0
    assert np.isnan(extreme(levels, highest=True)[1])
    assert extreme(levels, highest=False)[0] == 5.0


def test_a_mean_takes_what_is_known() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    assert mean_known(values)[0] == 2.0
    assert np.isnan(mean_known(values)[1])


def test_the_low_restricts_though_the_close_came_back() -> None:
    closes = np.array([[10.0, 10.0], [9.8, 9.8]])
    history = History(
        close=closes, high=closes, low=np.array([[10.0, 10.0], [9.0, 9.01]]), volume=np.ones((2, 2))
    )
    assert restricted_from(history).tolist() == [True, False]


def test_one_session_alone_tells_no_fall() -> None:
    one = np.array([[10.0, 5.0]])
    assert restricted_from(History(close=one, high=one, low=one, volume=one)).tolist() == [False, False]

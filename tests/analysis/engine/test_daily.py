"""Each sector's daily returns of completed sessions."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.engine.daily import daily_returns, sector_daily_returns

NAN = np.nan


def test_a_return_needs_both_closes_and_is_winsorised() -> None:
    closes = np.array([[10.0, 10.0, 10.0, 0.0], [11.0, NAN, 20.0, 5.0], [9.9, 12.0, 2.0, 5.5]])
    expected = np.array([[NAN] * 4, [10.0, NAN, 25.0, NAN], [-10.0, NAN, -25.0, 10.0]])
    np.testing.assert_allclose(daily_returns(closes, 25.0), expected)


def test_a_sector_is_the_plain_mean_of_its_members_of_that_session() -> None:
    returns = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 100.0], [5.0, 4.0, 3.0, 2.0, 1.0, 6.0]])
    codes = np.array([[0, 0, 0, 0, 0, -1], [0, 0, 0, 0, 0, 0]])
    np.testing.assert_allclose(sector_daily_returns(returns, codes, sectors=1), [[3.0, 3.0], [3.5, 3.5]])


def test_fewer_than_five_returns_are_no_move_of_a_sector_but_count_in_the_whole() -> None:
    returns = np.array([[1.0, 1.0, 1.0, 1.0, NAN, 6.0]])
    found = sector_daily_returns(returns, np.array([[0, 0, 0, 0, 0, 1]]), sectors=2)
    assert np.isnan(found[0, :2]).all()
    assert found[0, 2] == pytest.approx(2.0)

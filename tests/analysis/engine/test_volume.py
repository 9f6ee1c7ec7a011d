"""What is usual by which time of day, and what movers usually trade."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analysis.engine.volume import (
    REGULAR_STEPS,
    expected_share,
    mover_volume,
    relative_volume,
    usual_mover_volume,
    volume_weights,
)
from analysis.types import ScoringParameters
from universe.types import SessionHours

ET = ZoneInfo("America/New_York")
PARAMETERS = ScoringParameters()
NAN = math.nan


def at(hour: int, minute: int = 0, day: int = 11) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=ET)


FULL = SessionHours(dt.date(2026, 3, 11), at(4), at(9, 30), at(16), at(20))
EARLY = SessionHours(dt.date(2026, 3, 11), at(4), at(9, 30), at(13), at(17))


@pytest.mark.parametrize(
    ("moment", "share"),
    [
        (at(3), 0.005),
        (at(4, 1), 0.005),
        (at(8), 0.005),
        (at(8, 30), 0.0095),
        (at(9), 0.014),
        (at(9, 30), 0.02),
        (at(10), 0.195),
        (at(12, 45), 0.58),
        (at(16), 0.96),
        (at(16, 30), 0.983),
        (at(17), 0.989),
        (at(18), 0.995),
        (at(20), 1.0),
        (at(23, 59), 1.0),
    ],
)
def test_the_share_of_the_day_by_hand(moment: dt.datetime, share: float) -> None:
    assert expected_share(moment, FULL) == pytest.approx(share, abs=1e-9)


def test_the_share_never_falls_and_joins_without_a_step() -> None:
    minutes = [at(4) + dt.timedelta(minutes=minute) for minute in range(16 * 60 + 1)]
    shares = [expected_share(minute, FULL) for minute in minutes]
    steps = np.diff(shares)
    assert (steps >= 0).all()
    assert steps.max() < 0.007


def test_the_open_and_the_close_are_the_busiest_half_hours() -> None:
    middle = REGULAR_STEPS[6]
    assert REGULAR_STEPS[0] > 2 * middle
    assert REGULAR_STEPS[-1] > 2 * middle


def test_an_early_close_keeps_the_shape_in_less_time() -> None:
    assert expected_share(at(13), EARLY) == pytest.approx(0.96)
    assert expected_share(at(11, 15), EARLY) == pytest.approx(expected_share(at(12, 45), FULL))
    assert expected_share(at(17), EARLY) == 1.0


def test_relative_volume_is_against_what_is_usual_by_now() -> None:
    done = np.array([1e6, NAN, 1e6, -5.0, 0.0])
    average = np.array([4e6, 4e6, 0.0, 4e6, 4e6])
    assert relative_volume(done, average, 0.25).tolist() == pytest.approx(
        [1.0, NAN, NAN, NAN, 0.0], nan_ok=True
    )


def test_a_first_print_at_four_is_not_five_hundred_times_usual() -> None:
    assert relative_volume(np.array([1000.0]), np.array([1e5]), 0.0).tolist() == [2.0]


def test_an_unknown_share_leaves_the_relative_volume_unknown() -> None:
    assert np.isnan(relative_volume(np.array([1.0]), np.array([1.0]), NAN)).all()


def test_weights_are_bounded_roots_and_one_where_unknown() -> None:
    weights = volume_weights(np.array([0.01, 0.25, 4.0, 100.0, NAN]), PARAMETERS)
    assert weights.tolist() == pytest.approx([0.5, 0.5, 2.0, math.sqrt(5), 1.0])


def test_mover_volume_counts_only_those_that_move_that_way() -> None:
    returns = np.array([2.0, 6.0, -5.0, 0.0, 3.0, NAN])
    traded = np.array([1.0, 3.0, 5.0, 5.0, NAN, 5.0])
    assert mover_volume(returns, traded, 1.0) == pytest.approx(2.5)
    assert mover_volume(returns, traded, -1.0) == 5.0
    assert mover_volume(np.array([-1.0]), np.array([1.0]), 1.0) is None


def history(days: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    closes = 20 * np.exp(np.cumsum(rng.normal(0, 0.03, (days, count)), axis=0))
    volumes = rng.lognormal(13, 0.8, (days, count))
    volumes[rng.random((days, count)) < 0.15] = NAN
    closes[rng.random((days, count)) < 0.05] = NAN
    return closes, volumes


def q_by_loops(closes: np.ndarray, volumes: np.ndarray, day: int) -> float | None:
    """One session's q of one sector, by the formula and plain loops."""
    traded: list[float | None] = []
    for place in range(closes.shape[1]):
        before = [v for v in volumes[max(0, day - 20) : day, place].tolist() if not math.isnan(v)]
        now = float(volumes[day, place])
        known = len(before) >= 15 and not math.isnan(now)
        traded.append(min(5.0, max(0.25, now / statistics.fmean(before))) if known else None)

    def moves(back: int) -> list[float]:
        if day < back:
            return [NAN] * closes.shape[1]
        pairs = zip(closes[day].tolist(), closes[day - back].tolist(), strict=True)
        return [
            min(25.0, max(-25.0, 100 * (now / then - 1))) if now / then == now / then else NAN
            for now, then in pairs
        ]

    base = 0.0
    for back, weight, scale in ((1, 0.30, 2.5), (3, 0.25, 4.5), (5, 0.20, 6.0)):
        pairs = [
            (move, math.sqrt(1.0 if v is None else v))
            for move, v in zip(moves(back), traded, strict=True)
            if not math.isnan(move)
        ]
        if pairs:
            base += weight * math.tanh(sum(m * w for m, w in pairs) / sum(w for _, w in pairs) / scale)
    movers = [(m, v) for m, v in zip(moves(1), traded, strict=True) if v is not None and m * base > 0]
    if not movers:
        return None
    return sum(abs(m) * v for m, v in movers) / sum(abs(m) for m, _ in movers)


def test_usual_mover_volume_is_the_median_of_sixty_sessions_by_loops() -> None:
    closes, volumes = history(90, 24, 11)
    codes = np.array([0, 1, -1] * 8)
    usual = usual_mover_volume(closes, volumes, codes, sectors=3)
    for code in (0, 1):
        rows = codes == code
        daily = [q_by_loops(closes[:, rows], volumes[:, rows], day) for day in range(30, 90)]
        assert usual[code] == pytest.approx(statistics.median(q for q in daily if q is not None))
    assert math.isnan(usual[2])


def test_too_short_a_history_has_nothing_usual() -> None:
    closes, volumes = history(20, 8, 12)
    assert np.isnan(usual_mover_volume(closes, volumes, np.zeros(8, dtype=np.intp), sectors=1)).all()


def test_a_history_shorter_than_asked_counts_whole() -> None:
    closes, volumes = history(50, 12, 14)
    closes[40, :6] = 0.0
    usual = usual_mover_volume(closes, volumes, np.zeros(12, dtype=np.intp), sectors=1)
    shown = np.where(closes > 0, closes, NAN)
    daily = [q_by_loops(shown, volumes, day) for day in range(50)]
    assert usual[0] == pytest.approx(statistics.median(q for q in daily if q is not None))


def test_no_history_at_all_has_nothing_usual() -> None:
    nothing = np.empty((0, 8))
    assert np.isnan(usual_mover_volume(nothing, nothing, np.zeros(8, dtype=np.intp), sectors=2)).all()


def test_only_the_last_sessions_count() -> None:
    closes, volumes = history(90, 12, 13)
    codes = np.zeros(12, dtype=np.intp)
    short = usual_mover_volume(closes, volumes, codes, sectors=1, sessions=20, parameters=PARAMETERS)
    daily = [q_by_loops(closes, volumes, day) for day in range(70, 90)]
    assert short[0] == pytest.approx(statistics.median(q for q in daily if q is not None))


def test_each_session_counts_its_own_members() -> None:
    closes, volumes = history(90, 24, 15)
    codes = np.zeros((90, 24), dtype=np.intp)
    codes[:60, 12:] = -1
    codes[60:, :6] = -1
    usual = usual_mover_volume(closes, volumes, codes, sectors=1)
    daily = [
        q_by_loops(closes[:, codes[day] == 0], volumes[:, codes[day] == 0], day) for day in range(30, 90)
    ]
    assert usual[0] == pytest.approx(statistics.median(q for q in daily if q is not None))

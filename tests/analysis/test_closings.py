"""Sessions before the first board, rebuilt from daily bars for a preview."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analysis.closings import closing_frames
from analysis.engine.board import score_one
from analysis.engine.volatility import reweighed
from analysis.models import RunKind
from analysis.services import parameters_revise
from analysis.whatif import weight_whatif
from sectors.types import WeightSetting
from tests.analysis.conftest import Scene
from tests.analysis.small_market import LABELS, SESSION, SYMBOLS, WALL, et
from universe.models import DailyBar
from universe.sessions import session_offset

SESSIONS = 30


def bars(moves: dict[str, float]) -> None:
    """30 sessions; each symbol gains its percent on the last of them and none before."""
    DailyBar.objects.all().delete()
    DailyBar.objects.bulk_create(
        DailyBar(
            session=session_offset(SESSION, -back),
            symbol=symbol,
            close=10.0 * (1 + moves.get(symbol, 0.0) / 100) if back == 1 else 10.0,
            volume=1e6,
            source="polygon",
            fetched_at=WALL,
        )
        for back in range(1, SESSIONS + 1)
        for symbol in SYMBOLS
    )


@pytest.fixture
def risen(scene: Scene) -> Scene:
    """Energy rose by 6 % in the session before today; of today there is a board."""
    bars(dict.fromkeys(LABELS["Energy"], 6.0))
    scene.run(RunKind.PASS)
    return scene


def test_a_rebuilt_close_is_scored_by_the_live_engine_from_the_bars(risen: Scene) -> None:
    yesterday = session_offset(SESSION, -1)
    (frame,) = closing_frames("energy", SESSION, [yesterday])
    assert (frame.session, frame.phase) == (yesterday, "post")
    score = score_one(reweighed(frame, "energy", WeightSetting(Decimal("1.00"))), "energy")
    returns = {str(one.timeframe): one.value for one in score.frames}
    assert returns == pytest.approx({"30min": None, "1d": 6.0, "3d": 6.0, "1w": 6.0})
    # 0.30 tanh(6 / 2.5) + 0.25 tanh(6 / 4.5) + 0.20 tanh(6 / 6), and the technical factor at its most.
    assert score.base == pytest.approx(0.66494, abs=1e-5)
    assert {factor.name for factor in score.factors if factor.known} == {"volatility", "technical"}


def test_a_close_too_old_or_without_bars_is_left_out(risen: Scene) -> None:
    old, gone = session_offset(SESSION, -SESSIONS - 1), session_offset(SESSION, -3)
    DailyBar.objects.filter(session=gone).delete()
    assert list(closing_frames("energy", SESSION, [old, gone])) == []
    assert list(closing_frames("materials", SESSION, [session_offset(SESSION, -1)])) == []


def test_a_preview_fills_the_sessions_without_a_board_and_says_so(risen: Scene) -> None:
    found = weight_whatif("energy", WeightSetting(Decimal("0.10")))
    newest, yesterday, *_ = found.sessions
    assert (newest.is_rebuilt, yesterday.is_rebuilt) == (False, True)
    assert yesterday.before.weight == 1.2
    assert (yesterday.before.band, yesterday.after.band if yesterday.after else "") == (
        "dark_green",
        "blue_neutral",
    )
    assert len({one.as_of for one in found.sessions}) == len(found.sessions)
    assert newest.as_of.date() == et(10).date()


def test_a_rebuilt_close_is_scored_with_the_constants_in_force(risen: Scene) -> None:
    parameters_revise({"winsor_pct": 2}, reason="a test", author=None)
    (frame,) = closing_frames("energy", SESSION, [session_offset(SESSION, -1)])
    returns = [one.value for one in score_one(frame, "energy").frames]
    assert returns[1:] == pytest.approx([2.0, 2.0, 2.0])


def test_a_measured_weight_is_told_as_not_known_where_too_few_sessions_are(risen: Scene) -> None:
    found = weight_whatif("energy", WeightSetting(Decimal("0.80"), "dynamic"))
    assert {one.after.lacks_measure for one in found.sessions if one.after} == {True}
    assert {one.after.weight for one in found.sessions if one.after} == {0.80}
    assert not any(one.before.lacks_measure for one in found.sessions)

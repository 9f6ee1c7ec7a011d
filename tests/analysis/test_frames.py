"""The input frame is what is stored, and nothing of the future or of another session is in it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

from analysis.engine import score_board
from analysis.engine.frames import pack, unpack
from analysis.frames import frame_build
from analysis.norms import past_codes
from analysis.services import parameters_revise
from analysis.types import InputFrame, ScoringParameters
from sectors.services import weight_revise
from tests.analysis import small_market
from tests.analysis.small_market import SYMBOLS, et
from universe.selectors import members_past
from universe.services import minute_bars_store, splits_store
from universe.types import MinuteBar, Split

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _market(db) -> None:
    small_market.build()


def of(frame: InputFrame, symbol: str, column: str):
    place = list(frame.members.symbol).index(symbol)
    return getattr(frame.members, column)[place]


def test_every_member_has_one_row_with_its_tier_and_sector() -> None:
    frame = frame_build(et(10))
    assert list(frame.members.symbol) == list(SYMBOLS)
    assert (of(frame, "ECHO", "sector"), of(frame, "HOTEL", "sector")) == ("energy", "utilities")
    assert (bool(of(frame, "ECHO", "core")), bool(of(frame, "SLEEPY", "core"))) == (True, False)


def test_prices_of_now_and_of_half_an_hour_ago_are_found() -> None:
    small_market.trade({"ECHO": 10.5}, et(9, 45))
    small_market.trade({"ECHO": 11.0}, et(10, 14))
    frame = frame_build(et(10, 15))
    assert (of(frame, "ECHO", "last"), of(frame, "ECHO", "ref_30min")) == (11.0, 10.5)
    assert of(frame, "ECHO", "last_at") == et(10, 14).timestamp()
    assert np.isnan(of(frame, "FOX", "last"))


def test_a_name_that_has_not_traded_since_has_no_half_hour() -> None:
    small_market.trade({"ECHO": 10.5, "FOX": 10.5}, et(9, 40))
    small_market.trade({"FOX": 10.5}, et(10, 14))
    frame = frame_build(et(10, 15))
    assert np.isnan(of(frame, "ECHO", "ref_30min"))
    assert of(frame, "FOX", "ref_30min") == 10.5


def test_the_regular_close_is_known_once_the_session_is_over() -> None:
    small_market.trade({"ECHO": 10.5}, et(15, 59))
    assert np.isnan(of(frame_build(et(15, 59)), "ECHO", "regular_close"))
    small_market.trade({"ECHO": 11.5}, et(16, 20))
    frame = frame_build(et(16, 30))
    assert (of(frame, "ECHO", "regular_close"), of(frame, "ECHO", "last")) == (10.5, 11.5)


def test_a_price_after_the_run_is_not_seen() -> None:
    small_market.trade({"ECHO": 10.5}, et(10, 0))
    small_market.trade({"ECHO": 99.0}, et(10, 16))
    assert of(frame_build(et(10, 15)), "ECHO", "last") == 10.5


def test_the_half_hour_does_not_reach_over_the_opening_bell() -> None:
    small_market.trade({"ECHO": 10.5}, et(9, 20))
    small_market.trade({"ECHO": 10.8}, et(9, 44))
    assert np.isnan(of(frame_build(et(9, 45)), "ECHO", "ref_30min"))


def test_a_price_of_yesterday_is_not_todays() -> None:
    yesterday = dt.date(2026, 3, 9)
    small_market.trade({"ECHO": 10.5}, et(19, 59, day=yesterday))
    assert np.isnan(of(frame_build(et(4, 30)), "ECHO", "last"))


def test_closes_are_newest_first_and_adjusted_for_a_split_of_today() -> None:
    splits_store([Split("ECHO", small_market.SESSION, 1.0, 2.0, "polygon")])
    frame = frame_build(et(10))
    assert of(frame, "TUMBLE", "closes")[:2].tolist() == [8.5, 10.0]
    assert of(frame, "ECHO", "closes").tolist() == [5.0] * 6


def test_the_average_volume_counts_shares_of_today_after_a_split() -> None:
    before = of(frame_build(et(10)), "ECHO", "avg_volume")
    splits_store([Split("ECHO", small_market.SESSION, 1.0, 2.0, "polygon")])
    assert of(frame_build(et(10)), "ECHO", "avg_volume") == 2 * before


def test_levels_and_averages_come_from_the_twenty_sessions_before() -> None:
    frame = frame_build(et(10))
    assert (of(frame, "TUMBLE", "high_20"), of(frame, "TUMBLE", "low_20")) == (10.2, 8.4)
    assert of(frame, "ECHO", "avg_dollar_volume") == pytest.approx(20_000_000)
    assert of(frame, "SLEEPY", "avg_volume") == 200_000


def test_a_fall_of_ten_percent_yesterday_restricts_short_sales_today() -> None:
    frame = frame_build(et(10))
    assert [str(symbol) for symbol in frame.members.symbol[frame.members.restricted]] == ["TUMBLE"]


def test_weights_and_their_revisions_are_those_in_force() -> None:
    weight_revise("energy", Decimal("2.50"), reason="a test", author=None)
    sectors = {sector.slug: sector for sector in frame_build(et(10)).sectors}
    assert len(sectors) == 8
    assert sectors["energy"].weight == 2.5
    assert sectors["energy"].weight_revision_id != sectors["utilities"].weight_revision_id


def test_the_benchmark_is_apart_from_the_members() -> None:
    minute_bars_store([MinuteBar("IWM", et(9, 59), 10.1, 1.0, "polygon")])
    benchmark = frame_build(et(10)).benchmark
    assert benchmark is not None
    assert (benchmark.last, benchmark.closes[0]) == (10.1, 10.0)
    assert "IWM" not in SYMBOLS


def test_usual_mover_volume_is_unknown_on_a_short_history() -> None:
    assert all(np.isnan(sector.usual_mover_volume) for sector in frame_build(et(10)).sectors)


def test_revised_constants_of_the_score_measure_the_usual_volume_anew(monkeypatch) -> None:
    measured: list[float] = []

    def measure(closes, volumes, codes, *, sectors: int, parameters: ScoringParameters):
        measured.append(parameters.winsor_pct)
        return np.ones(sectors)

    monkeypatch.setattr("analysis.norms.usual_mover_volume", measure)
    frame_build(et(10))
    frame_build(et(10, 30))
    parameters_revise({"winsor_pct": 20}, reason="a test", author=None)
    assert frame_build(et(11)).sectors[0].usual_mover_volume == 1.0
    assert measured == [25.0, 20]


def test_a_stored_frame_gives_the_same_decimals_again() -> None:
    small_market.trade({symbol: 10 + place / 10 for place, symbol in enumerate(SYMBOLS)}, et(9, 59))
    frame = frame_build(et(10))
    first, again = score_board(frame), score_board(unpack(pack(frame)))
    assert [(one.slug, one.score, one.confidence) for one in first.sectors] == [
        (one.slug, one.score, one.confidence) for one in again.sectors
    ]
    assert first.stocks == again.stocks


def test_a_past_session_counts_its_own_members_and_others_todays() -> None:
    codes = past_codes(
        ["ECHO", "FOX", "GONE"],
        [{"ECHO", "GONE"}, {"ECHO", "FOX"}],
        {"ECHO": "energy", "FOX": "energy", "GONE": "utilities"},
        ["energy", "utilities"],
    )
    assert codes.tolist() == [[0, -1, 1], [0, 0, -1]]


def test_the_members_of_sessions_with_a_universe_are_known() -> None:
    built = members_past([small_market.SESSION, et(0, day=dt.date(2026, 3, 9)).date()])
    assert built == {small_market.SESSION: set(SYMBOLS)}

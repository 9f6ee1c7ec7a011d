from __future__ import annotations

import datetime as dt
from collections import Counter
from statistics import median

import numpy as np
import pytest

from tests.universe.simulator.conftest import PREVIOUS, SESSION
from universe.sessions import previous_session, session_offset, sessions_between
from universe.simulator.sectors import SLUGS, slug_of
from universe.simulator.synthetic.names import KNOWN
from universe.simulator.synthetic.releases import releases
from universe.simulator.synthetic.world import SyntheticWorld
from universe.simulator.world import Flags

COMMON = ("CS", "ADRC", "OS")


def tiers(world: SyntheticWorld, through: dt.date) -> tuple[Flags, Flags]:
    """(breadth, core) counted anew, by the limits of the product."""
    close = world.day(through).close
    sessions = sessions_between(session_offset(through, -19), through)
    volume = np.mean([world.day(session).volume for session in sessions], axis=0)
    shares, free = world.shares(through), world.float_shares(through)
    cap = shares * close
    free = np.where(np.isnan(free), shares, free)
    common = np.array([kind in COMMON for kind in world.listings.kinds])
    shell = np.array([trade == "Shell Companies" for trade in world.listings.industries])
    banded = (cap >= 1e7) & (cap <= 2e9) & (close >= 2) & (close <= 100)
    breadth = common & ~shell & banded & (free > np.where(cap < 3e8, 5e6, 1e7)) & (volume >= 1e5)
    return breadth, breadth & (volume >= 1e6)


def test_the_cast_is_eight_thousand_listings_of_all_kinds(world: SyntheticWorld) -> None:
    kinds = Counter(world.listings.kinds)
    assert len(world.listings) == 8000 == len(set(world.listings.symbols))
    assert {"CS", "ADRC", "OS", "ETF", "WARRANT", "UNIT", "RIGHT", "PFD", "FUND", "SP", ""} == set(kinds)


@pytest.mark.parametrize("listings", [1000, 2000])
def test_a_smaller_market_has_the_same_mix(world: SyntheticWorld, listings: int) -> None:
    small = SyntheticWorld(listings=listings)
    assert len(small.listings) == listings == len(set(small.listings.symbols))
    part, whole = Counter(small.listings.kinds), Counter(world.listings.kinds)
    for kind in ("CS", "ETF", "WARRANT", "PFD", "ADRC", "FUND"):
        assert part[kind] / listings == pytest.approx(whole[kind] / 8000, rel=0.05), kind
    breadth, core = tiers(small, PREVIOUS)
    assert 0.8 <= breadth.mean() / tiers(world, PREVIOUS)[0].mean() <= 1.2
    assert core.sum() >= listings / 30


def test_no_invented_company_has_a_ticker_that_everybody_knows(world: SyntheticWorld) -> None:
    invented = zip(world.listings.symbols, world.listings.kinds, strict=True)
    tickers = {str(symbol) for symbol, kind in invented if kind in COMMON}
    assert tickers & {"AMZN", "DELL", "PLTR", "AAPL", "NVDA", "SOUN"} == set()
    assert tickers & KNOWN == set()


def test_enough_companies_fall_into_both_tiers_and_all_sectors(world: SyntheticWorld) -> None:
    breadth, core = tiers(world, PREVIOUS)
    assert 1500 <= breadth.sum() <= 1950
    assert 350 <= core.sum() <= 600
    listings = world.listings
    slugs = Counter(
        slug_of(listings.sectors[row], listings.industries[row]) for row in np.flatnonzero(breadth)
    )
    assert all(slugs[slug] >= 20 for slug in SLUGS)


def test_the_same_seed_draws_the_same_past_whatever_was_asked_before(world: SyntheticWorld) -> None:
    fresh = SyntheticWorld()
    other = SyntheticWorld(seed=5)
    old = dt.date(2024, 2, 12)
    assert np.array_equal(fresh.day(old).close, world.day(old).close)
    assert np.array_equal(fresh.grid(old).price, world.grid(old).price)
    assert not np.array_equal(fresh.day(old).close[:100], other.day(old).close[:100])


def test_a_days_minutes_meet_its_open_its_close_and_its_bounds(world: SyntheticWorld) -> None:
    bars, grid = world.day(SESSION), world.grid(SESSION)
    traded = bars.volume > 0
    regular = grid.price[330:720]
    assert np.allclose(grid.price[719][traded], bars.close[traded], rtol=1e-5)
    assert np.array_equal(grid.open, bars.open)
    assert (regular.max(axis=0) <= bars.high * 1.0001).all()
    assert (regular.min(axis=0) >= bars.low * 0.9999).all()
    assert np.allclose(grid.volume[-1], bars.volume, rtol=1e-4)


def test_a_minute_without_a_trade_keeps_the_price(world: SyntheticWorld) -> None:
    grid = world.grid(SESSION)
    quiet = grid.last[600] != 600
    assert quiet.any()
    assert np.array_equal(grid.price[600][quiet], grid.price[599][quiet])
    assert np.array_equal(grid.volume[600][quiet], grid.volume[599][quiet])


def test_before_nine_thirty_and_after_four_little_of_the_day_is_traded(world: SyntheticWorld) -> None:
    grid = world.grid(SESSION)
    total = float(grid.volume[-1].sum())
    assert 0.005 < float(grid.volume[329].sum()) / total < 0.05
    assert 0.92 < float(grid.volume[719].sum()) / total < 0.99


def test_an_early_close_has_a_shorter_day(world: SyntheticWorld) -> None:
    grid = world.grid(dt.date(2026, 11, 27))
    assert grid.minutes == 780
    assert grid.close_minute == 540


def test_the_sectors_part_and_change_within_a_day(world: SyntheticWorld) -> None:
    """On most days some sector is clearly up while another is clearly down, and leaders change."""
    spread = []
    labels = np.array(world.listings.sectors)
    breadth, _ = tiers(world, PREVIOUS)
    for session in sessions_between(dt.date(2026, 9, 1), SESSION):
        before = world.day(previous_session(session)).close
        move = np.clip(world.day(session).close / before - 1.0, -0.25, 0.25)
        means = [move[(labels == sector) & breadth].mean() for sector in set(labels) - {""}]
        spread.append(100 * (max(means) - min(means)))
    assert 3.0 < median(spread) < 9.0


def test_healthcare_gaps_most(world: SyntheticWorld) -> None:
    labels = np.array(world.listings.sectors)
    gaps: Counter[str] = Counter()
    for session in sessions_between(dt.date(2026, 9, 1), SESSION):
        before = world.day(previous_session(session)).close
        wide = np.abs(world.day(session).open / before - 1.0) > 0.15
        for sector in ("Healthcare", "Financial Services", "Utilities"):
            gaps[sector] += int(wide[labels == sector].sum())
    assert gaps["Healthcare"] > 3 * gaps["Financial Services"] > 0
    assert gaps["Utilities"] < gaps["Healthcare"] / 10


def test_a_split_moves_price_and_shares_and_not_the_value(world: SyntheticWorld) -> None:
    split = next(split for split in world.splits() if split.session > dt.date(2026, 6, 1))
    before = previous_session(split.session)
    values = [
        world.shares(day)[split.row] * world.day(day).close[split.row] for day in (before, split.session)
    ]
    jump = world.day(split.session).open[split.row] / world.day(before).close[split.row]
    assert jump / split.price_factor == pytest.approx(1.0, abs=0.6)
    assert values[1] / values[0] == pytest.approx(1.0, abs=0.6)


def test_halted_listings_stand_still_while_others_move(world: SyntheticWorld) -> None:
    grid = world.grid(SESSION)
    assert grid.halts
    for halt in grid.halts:
        assert halt.end is not None
        assert len(set(grid.price[halt.start : halt.end, halt.row].tolist())) == 1
        assert (grid.last[halt.start : halt.end, halt.row] < halt.start).all()


def test_news_comes_in_order_and_jumps_have_a_reason(world: SyntheticWorld) -> None:
    articles = world.articles(SESSION)
    bars, before = world.day(SESSION), world.day(PREVIOUS)
    jump = np.abs(np.log(bars.open / before.close))
    jumped = {
        symbol
        for symbol, kind, move in zip(world.listings.symbols, world.listings.kinds, jump, strict=True)
        if move > 0.2 and kind in ("CS", "ADRC")
    }
    named = {article.symbols[0] for article in articles}
    assert [a.published_at for a in articles] == sorted(a.published_at for a in articles)
    assert len(jumped - named) <= len(jumped) * 0.1
    assert any(not article.tones for article in articles)
    assert len({article.id for article in articles}) == len(articles)


def test_the_fear_index_moves_against_the_market(world: SyntheticWorld) -> None:
    row = world.listings.index["SPY"]
    moves = []
    for session in sessions_between(dt.date(2026, 10, 1), SESSION):
        change = world.day(session).close[row] / world.day(previous_session(session)).close[row] - 1.0
        end = dt.datetime.combine(session, dt.time(21, 0), tzinfo=dt.UTC)
        vix = next(index for index in world.indices(end, session) if index.symbol == "^VIX")
        moves.append((change, vix.price / vix.previous_close - 1.0))
    assert np.corrcoef(np.array(moves).T)[0, 1] < -0.9


def test_the_releases_of_a_day_are_the_same_each_time_and_none_on_a_closed_day() -> None:
    thursday = list(releases(dt.date(2026, 11, 19), 20))
    assert thursday == list(releases(dt.date(2026, 11, 19), 20))
    assert "Initial Jobless Claims" in [release.event for release in thursday]
    assert list(releases(dt.date(2026, 11, 26), 20)) == []

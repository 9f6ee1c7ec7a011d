"""What the correlations say on recorded days: which funds check a sector, and which are only context."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.engine.correlation import WINDOW, correlation, returns_traded
from analysis.engine.daily import daily_returns, sector_daily_returns
from analysis.evaluation.members import members_of
from analysis.evaluation.panel import Recording, recording_read
from analysis.types import FloatArray
from sectors.places import PLACES, SLUGS
from tests.recorded import DATA, ROOT
from universe.recording import read_candles
from universe.types import UniverseCriteria

pytestmark = [pytest.mark.recorded, pytest.mark.unmeasured]

PAGE = ROOT / "docs" / "sector-funds.md"
#: Universes are made anew every so many sessions; between them members hardly change.
EVERY = 5
FIRST = 15


@pytest.fixture(scope="module")
def real() -> Recording:
    return recording_read(DATA)


@pytest.fixture(scope="module")
def sectors(real: Recording) -> FloatArray:
    """(sessions, 9) returns of the eight sectors and of all members, as the product takes them."""
    own = np.array([SLUGS.index(slug) if slug in SLUGS else -1 for slug in real.sector], dtype=np.intp)
    codes = np.full(real.close.shape, -1, dtype=np.intp)
    for place in range(FIRST, len(real.sessions)):
        if (place - FIRST) % EVERY == 0:
            columns = members_of(real, place, UniverseCriteria()).columns
        codes[place, columns] = own[columns]
    return sector_daily_returns(daily_returns(real.adjusted, 25.0), codes, sectors=len(SLUGS))


@pytest.fixture(scope="module")
def funds(real: Recording) -> dict[str, FloatArray]:
    candles = read_candles(DATA, real.sessions)
    returns = returns_traded(candles.close, candles.volume)
    return {symbol: returns[:, column] for column, symbol in enumerate(candles.symbols)}


def whole(first: FloatArray, second: FloatArray) -> float:
    """The correlation over all recorded sessions, by numpy's own formula."""
    known = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(first[known], second[known])[0, 1])


def span_of(sector: FloatArray, fund: FloatArray) -> list[float]:
    """r of every whole 60-session window that can be measured."""
    ends = range(FIRST + WINDOW, len(sector) + 1, EVERY)
    found = [correlation(sector[:end], fund[:end]) for end in ends]
    return [one.r for one in found if one is not None]


def test_the_page_has_the_figures_that_the_recording_gives(
    sectors: FloatArray, funds: dict[str, FloatArray]
) -> None:
    rows = []
    for column, place in enumerate(PLACES):
        own = sectors[:, column]
        large, market = (span_of(own, funds[symbol]) for symbol in (place.large_cap_proxy, "IWM"))
        cells = [
            f"{place.name}, {place.large_cap_proxy}",
            f"{whole(own, funds[place.large_cap_proxy]):.2f}",
            f"{min(large):.2f} to {max(large):.2f}",
            f"{whole(own, funds['IWM']):.2f}",
            f"{min(market):.2f} to {max(market):.2f}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    print("\n".join(rows))
    assert [row for row in rows if row not in PAGE.read_text(encoding="utf-8").splitlines()] == []


def test_small_caps_move_with_iwm_more_than_with_large_caps_of_their_own_trade(
    sectors: FloatArray, funds: dict[str, FloatArray]
) -> None:
    """Energy is the exception: oil moves both sizes."""
    nearer = {
        place.slug
        for column, place in enumerate(PLACES)
        if whole(sectors[:, column], funds["IWM"]) > whole(sectors[:, column], funds[place.large_cap_proxy])
    }
    assert nearer == set(SLUGS) - {"energy"}


def test_of_the_large_cap_funds_most_sectors_come_nearest_to_their_own(
    sectors: FloatArray, funds: dict[str, FloatArray]
) -> None:
    nearest = {
        place.slug: max(
            PLACES, key=lambda other: whole(sectors[:, column], funds[other.large_cap_proxy])
        ).slug
        for column, place in enumerate(PLACES)
    }
    print(nearest)
    own = {slug for slug, found in nearest.items() if slug == found}
    assert own == set(SLUGS) - {"healthcare", "utilities"}


def test_the_small_cap_fund_of_energy_is_nearest_to_energy_where_it_traded(
    sectors: FloatArray, funds: dict[str, FloatArray]
) -> None:
    found = [whole(sectors[:, column], funds["PSCE"]) for column in range(len(SLUGS))]
    print([round(r, 2) for r in found])
    assert SLUGS[int(np.argmax(found))] == "energy"
    assert max(found) > 0.9
    assert sorted(found)[-2] < 0.8


def test_most_small_cap_funds_were_recorded_too_thinly_to_be_compared(
    sectors: FloatArray, funds: dict[str, FloatArray]
) -> None:
    """The recording has them from one small venue: a day without a trade there repeats the close before."""
    counts = {place.small_cap_proxy: int(np.isfinite(funds[place.small_cap_proxy]).sum()) for place in PLACES}
    print(counts)
    assert [symbol for symbol, count in counts.items() if count >= 30] == ["PSCT", "PSCE"]
    measured = {
        place.small_cap_proxy: span_of(sectors[:, column], funds[place.small_cap_proxy])
        for column, place in enumerate(PLACES)
    }
    print({symbol: [round(r, 2) for r in found] for symbol, found in measured.items() if found})
    assert [symbol for symbol, found in measured.items() if found] == ["PSCE"]

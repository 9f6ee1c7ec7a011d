"""A month of real days: the universe as counted apart, the returns by pandas, the page that is stored."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.evaluation.days import Day, days, period
from analysis.evaluation.members import members_of
from analysis.evaluation.panel import Recording, recording_read
from analysis.evaluation.report import month_rows
from analysis.evaluation.tables import closes_of, colour_shares, whole_colour
from tests.recorded import DATA, ROOT
from universe.types import UniverseCriteria

pytestmark = [pytest.mark.recorded, pytest.mark.unmeasured]

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "universe_sessions.json").read_text())["sessions"]
PAGE = ROOT / "docs" / "evaluation.md"


@pytest.fixture(scope="module")
def real() -> Recording:
    return recording_read(DATA)


@pytest.fixture(scope="module")
def june(real: Recording) -> list[Day]:
    return list(days(real, period(real, dt.date(2025, 6, 1), dt.date(2025, 6, 30))))


@pytest.mark.parametrize("session", sorted(GOLDEN))
def test_the_universe_has_the_members_that_were_counted_apart(real: Recording, session: str) -> None:
    members = members_of(real, real.sessions.index(dt.date.fromisoformat(session)), UniverseCriteria())
    assert (int(members.core.sum()), len(members)) == (GOLDEN[session]["core"], GOLDEN[session]["breadth"])


def test_a_sectors_mean_return_is_that_of_the_sources_own_returns(real: Recording, june: list[Day]) -> None:
    day = june[10]
    place = real.sessions.index(day.session)
    members = members_of(real, place, UniverseCriteria())
    rows = pd.read_parquet(DATA / "market_daily.parquet", filters=[("date", "==", day.session)])
    returns = rows.assign(symbol=rows["symbol"].str.replace("/", ".")).set_index("symbol")["ret"] * 100
    for score in day.close:
        mine = members.columns[real.sector[members.columns] == score.slug]
        told = returns.reindex(real.symbol[mine]).dropna()
        assert score.frames[1].valid == len(told)
        assert score.frames[1].mean == pytest.approx(float(told.astype(float).mean()), abs=1e-4)


def test_the_shares_of_a_month_are_whole(june: list[Day]) -> None:
    for scores in closes_of(june).values():
        assert sum(colour_shares(scores, whole_colour).values()) == pytest.approx(1.0)


def test_the_stored_page_has_the_month_that_is_computed_now(june: list[Day]) -> None:
    assert f"| {' | '.join(month_rows(june)[0])} |" in PAGE.read_text(encoding="utf-8").splitlines()


def test_no_real_morning_makes_up_a_close(june: list[Day]) -> None:
    for score in (score for day in june for score in day.overnight):
        assert [part.note for part in score.frames][1:] == ["last session"] * 3
        assert [part.known for part in score.factors] == [True, False, False, False]

"""The days that the product is for, on the simulated market, from the vendor's answer to the light.

One market and one database for the module; the tests follow one another through one day and the next morning.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from analysis.models import Alert, AnalysisRun, RunKind, RunStatus, StockReading
from analysis.services import parameters_revise, run_create_now, run_execute, slots_seed
from sectors.models import Classification, SentimentReading
from sectors.presenters import cards_from_payload
from sectors.selectors import board_current
from sectors.types import ViewLimits
from tests.market import RunningMarket, start_market
from universe import clock
from universe.models import Stock, StockUniverse
from universe.selectors import price_frame, quotes_newest
from universe.sources import sources_close

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

#: Some 190 of them are healthcare: enough for one name to be lost among them.
LISTINGS = 5_000
#: The moves of the four names of an FDA day: their mean is +20.75 %.
FDA_DAY = (45.0, 18.0, 8.0, 12.0)


@pytest.fixture
def _django_db_helper() -> None:
    """In this module the database is the fixture ``market``'s: it is kept from test to test."""


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[RunningMarket]:
    """A market at 10:30 of 31 March 2026 with its first board, and a database emptied again at the end."""
    patch = pytest.MonkeyPatch()
    with start_market(first="2026-03-31T10:30", listings=LISTINGS) as running, django_db_blocker.unblock():
        from django.conf import settings

        for name, value in running.settings.items():
            patch.setattr(settings, name, value)
        clock.forget()
        slots_seed()
        run()
        yield running
        call_command("flush", interactive=False, verbosity=0)
        patch.undo()
        clock.forget()
        sources_close()


def run(kind: RunKind = RunKind.ON_DEMAND) -> AnalysisRun:
    asked = run_create_now(kind)
    run_execute(asked.pk)
    asked.refresh_from_db()
    assert asked.status in (RunStatus.COMPLETE, RunStatus.PARTIAL), asked.message
    return asked


def reading(sector: str, at: AnalysisRun) -> SentimentReading:
    return SentimentReading.objects.get(run_id=at.pk, sector=sector)


def members(sector: str, tier: str = "core") -> list[str]:
    """The most traded first: what trades seldom may keep its last price over a move and show it later."""
    rows = StockUniverse.objects.filter(sector=sector, tier=tier)
    return list(rows.order_by("-avg_daily_volume", "symbol").values_list("symbol", flat=True))


def lift(market: RunningMarket, symbol: str, day_pct: float) -> None:
    """Trade ``symbol`` so that its day's move becomes ``day_pct`` percent."""
    now = clock.market_now()
    last = float(quotes_newest([symbol], now)["price"].iloc[0])
    previous = float(price_frame([symbol], now, 1).close[symbol].iloc[-1])
    market.control(move={"symbol": symbol, "percent": 100 * (previous * (1 + day_pct / 100) / last - 1)})


def approval_tell(market: RunningMarket, symbol: str) -> None:
    """The news of the day: the regulator lets the company's drug onto the market."""
    name = Stock.objects.get(symbol=symbol).name.split(" Inc.")[0].split(" Common")[0]
    market.tell(symbol, f"{name} wins FDA approval for its first drug", tone="positive")


def test_in_a_large_sector_one_name_moves_nothing(market: RunningMarket) -> None:
    before = reading("healthcare", run())
    symbol = members("healthcare")[0]
    approval_tell(market, symbol)
    lift(market, symbol, 45.0)
    after = reading("healthcare", run())
    assert after.members > 150
    # Cut to +25 %, at five times the usual volume, it weighs 2.24 of more than 150.
    assert abs(after.returns["1d"] - before.returns["1d"]) < 0.5
    assert abs(after.sentiment_score - before.sentiment_score) < Decimal("0.15")


def test_a_whole_pass_takes_at_most_five_calls(market: RunningMarket) -> None:
    market.asked_reset()
    run(RunKind.PASS)
    asked = market.asked()
    assert 2 <= asked["total"] <= 5, asked


def test_a_technology_sell_off_with_healthcare_strength_gives_opposite_lights(market: RunningMarket) -> None:
    market.control(move={"sector": "technology", "percent": -9})
    market.control(move={"sector": "healthcare", "percent": 9})
    asked = run()
    technology, healthcare = (reading(name, asked) for name in ("technology", "healthcare"))
    assert technology.color_classification in ("dark_red", "light_red")
    assert healthcare.color_classification in ("dark_green", "light_green")
    assert technology.relative_score < 0 < healthcare.relative_score  # type: ignore[operator]
    cards = {card.slug: card for card in cards_from_payload(board_current(), asked.as_of, ViewLimits())}  # type: ignore[arg-type]
    withheld = {name: [one.side for one in cards[name].tops if one.withheld] for name in cards}
    assert withheld["technology"] in ([], ["bullish"])
    assert withheld["healthcare"] in ([], ["bearish"])


def test_a_mixed_technology_is_no_signal(market: RunningMarket) -> None:
    names = members("technology") + members("technology", "breadth")
    for place, symbol in enumerate(names):
        lift(market, symbol, 6.0 if place % 2 else -6.0)
    technology = reading("technology", run())
    assert technology.state == "noise"
    assert 0.35 < technology.advancing / technology.valid < 0.65
    assert abs(technology.returns["1d"]) < 2.0


def test_an_fda_day_among_four_healthcare_names_is_dark_green(market: RunningMarket) -> None:
    four = members("healthcare")[1:5]
    Classification.objects.filter(sector="healthcare").exclude(symbol__in=four).update(sector=None)
    parameters_revise({"minimum_valid": 4}, reason="a sector of four", author=None)
    approval_tell(market, four[0])
    for symbol, move in zip(four, FDA_DAY, strict=True):
        lift(market, symbol, move)
    asked = run()
    healthcare = reading("healthcare", asked)
    day = healthcare.waterfall["frames"]["1d"]
    assert (healthcare.members, day["mean"]) == (4, pytest.approx(20.75, abs=1.0))
    assert healthcare.color_classification == "dark_green"
    assert healthcare.sentiment_score >= Decimal("0.85")
    assert healthcare.state == "normal"
    causes = {row["symbol"]: row["cause"] for row in healthcare.tops["bullish"]}
    # Gap, sector and size are alike: the volume of the day may rank another of the four first.
    assert len(causes) == 3
    assert set(causes) <= set(four)
    assert causes[four[0]]["tag"] == "FDA"


def test_overnight_moves_of_fifteen_percent_are_told_before_the_open(market: RunningMarket) -> None:
    market.control(clock="2026-04-01T07:00")
    clock.forget()
    run()
    up, down = members("energy")[:2]
    lift(market, up, 18.0)
    lift(market, down, -18.0)
    asked = run()
    moved = {alert.symbol: alert.level for alert in Alert.objects.filter(session="2026-04-01", kind="mover")}
    assert (moved[up], moved[down]) == (15, -15)
    ranks = {row.symbol: row.parts for row in StockReading.objects.filter(run_id=asked.pk)}
    # Before the open the whole move is the pre-market's, and a fall of 10 % restricts short sales.
    assert ranks[up]["pre_pct"] == pytest.approx(ranks[up]["gap_pct"])
    assert (ranks[up]["regular_pct"], ranks[up]["post_pct"]) == (None, None)
    assert (ranks[down]["restricted"], ranks[up]["restricted"]) == (True, False)
    energy = reading("energy", asked)
    assert up in [row["symbol"] for row in energy.tops["bullish"]]
    assert down in [row["symbol"] for row in energy.tops["bearish"]]

"""A price that is not believed reaches no figure of a run; a gapper does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from analysis.engine.frames import unpack
from analysis.listener import StreamListener
from analysis.models import Alert, AnalysisRun, StockReading
from analysis.movers import MoverWatch
from sectors.models import SentimentReading
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe import clock
from universe.models import MinuteQuote, QuarantinedPrice
from universe.services import minute_bars_store, splits_store
from universe.sessions import ET
from universe.types import MinuteBar, Split

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


def tell(scene: Scene, symbol: str, price: float, *, volume: float = 500_000.0, **blocks: Any) -> None:
    """The next snapshot: everybody at the last close, ``symbol`` at another price."""
    body = small_market.snapshot(small_market.all_at({}), scene.now(), volume=500_000.0)
    row = next(row for row in body["tickers"] if row["ticker"] == symbol)
    row["lastTrade"]["p"] = row["day"]["c"] = price
    row["day"] |= {"v": volume} | blocks.get("day", {})
    row["min"] |= {"c": price, "av": volume} | blocks.get("minute", {})
    scene.vendor.on(SNAPSHOT, Answer(body))


def reached(symbol: str) -> tuple[int, int, int]:
    """Alerts, ranks and stored minutes of a symbol."""
    return (
        Alert.objects.filter(symbol=symbol).count(),
        StockReading.objects.filter(symbol=symbol).count(),
        MinuteQuote.objects.filter(symbol=symbol).count(),
    )


def second_source(scene: Scene, *quotes: dict[str, Any], path: str = "/stable/batch-quote") -> None:
    """What the second vendor says of stocks from now on."""
    scene.vendor.on(
        path, lambda asked: Answer([row for row in quotes if row["symbol"] in asked.query["symbols"]])
    )


def quote(symbol: str, price: float, at: dt.datetime, *, previous: float = 10.0) -> dict[str, Any]:
    return {"symbol": symbol, "price": price, "previousClose": previous, "timestamp": int(at.timestamp())}


def questions(scene: Scene) -> list[str]:
    """The names that the second source was asked about, a text a call."""
    return [
        asked.query["symbols"]
        for asked in scene.vendor.asked
        if asked.path in ("/stable/batch-quote", "/stable/batch-aftermarket-trade")
        and "^VIX" not in asked.query["symbols"]
    ]


def held() -> list[tuple[str, str]]:
    return list(QuarantinedPrice.objects.values_list("symbol", "reason"))


def test_a_reverse_split_that_nobody_listed_reaches_nothing_and_leaves_one_row(scene: Scene) -> None:
    tell(scene, "ECHO", 300.0, volume=20_000.0, day={"o": 301.0})
    run = scene.run()
    scene.later(1)
    tell(scene, "ECHO", 302.0, volume=21_000.0, day={"o": 301.0})
    scene.run()
    assert reached("ECHO") == (0, 0, 0)
    assert held() == [("ECHO", "ratio_like_jump")]
    assert run.counts["quotes"]["quarantined:ratio_like_jump"] == 1


def test_a_single_print_of_a_thousand_percent_reaches_nothing_and_leaves_one_row(scene: Scene) -> None:
    tell(scene, "FOX", 110.0, minute={"n": 1})
    scene.run()
    assert reached("FOX") == (0, 0, 0)
    assert held() == [("FOX", "single_print")]


def test_the_next_ordinary_price_releases_a_single_print(scene: Scene) -> None:
    tell(scene, "FOX", 14.0, minute={"n": 1})
    scene.run()
    scene.later(1)
    tell(scene, "FOX", 10.1)
    scene.run()
    row = QuarantinedPrice.objects.get()
    assert (row.released_at, row.seen, row.reference) == (et(10, 16), 1, 10.0)


def test_a_second_trade_near_a_lone_one_makes_it_a_price(scene: Scene) -> None:
    tell(scene, "FOX", 14.0, minute={"n": 1})
    scene.run()
    scene.later(1)
    tell(scene, "FOX", 14.3, minute={"n": 1})
    scene.run()
    assert Alert.objects.filter(symbol="FOX").exists()
    assert MinuteQuote.objects.get(symbol="FOX").price == 14.3


def test_the_same_trade_told_by_a_second_pass_stays_alone(scene: Scene) -> None:
    tell(scene, "FOX", 14.0, minute={"n": 1})
    scene.run()
    scene.later(1)
    scene.run()
    assert (reached("FOX"), QuarantinedPrice.objects.get().seen) == ((0, 0, 0), 2)


def test_the_streams_watch_of_movers_does_not_see_a_price_that_is_held(scene: Scene) -> None:
    listener = StreamListener(poll_seconds=60)
    start = et(10, 14)
    bars = [
        MinuteBar("ECHO", start, 300.0, 20_000.0, "polygon", prints=90),
        MinuteBar("FOX", start, 11.7, 900_000.0, "polygon", prints=90),
    ]
    with clock.override(scene.now()):
        listener._store(bars)
    assert [alert.symbol for alert in Alert.objects.all()] == ["FOX"]
    assert [run.sector for run in AnalysisRun.objects.all()] == ["energy"]
    assert held() == [("ECHO", "ratio_like_jump")]


def test_a_gapper_on_heavy_volume_is_ranked_and_alerted(scene: Scene) -> None:
    tell(scene, "ECHO", 18.0, volume=20_000_000.0, day={"o": 17.0})
    scene.run()
    assert StockReading.objects.get(symbol="ECHO").parts["gap_pct"] == pytest.approx(80.0)
    assert Alert.objects.filter(symbol="ECHO").exists()
    assert held() == []


def test_a_gapper_that_nobody_else_tells_is_ranked_and_labelled(scene: Scene) -> None:
    tell(scene, "ECHO", 18.0, volume=20_000_000.0, day={"o": 17.0})
    run = scene.run()
    reading = StockReading.objects.get(symbol="ECHO")
    assert (reading.unconfirmed, reading.parts["unconfirmed"]) == (True, True)
    assert StockReading.objects.filter(unconfirmed=True).count() == 1
    assert (questions(scene), run.counts["quotes"]["unconfirmed"]) == (["ECHO"], 1)


def test_a_gapper_that_the_second_source_tells_too_is_not_labelled_all_session(scene: Scene) -> None:
    second_source(scene, quote("ECHO", 18.3, scene.now()))
    tell(scene, "ECHO", 18.0, volume=20_000_000.0, day={"o": 17.0})
    run = scene.run()
    scene.later(1)
    scene.run()
    assert not StockReading.objects.filter(unconfirmed=True).exists()
    assert (questions(scene), run.counts["quotes"]["confirmed"]) == (["ECHO"], 1)


@pytest.mark.parametrize(
    ("price", "minutes_ago", "previous"),
    [(17.0, 0, 10.0), (18.0, 24 * 60, 10.0), (18.0, 0, 18.5)],
    ids=["another price", "yesterday's", "another previous close"],
)
def test_a_second_source_that_tells_something_else_confirms_nothing(
    scene: Scene, price: float, minutes_ago: int, previous: float
) -> None:
    at = scene.now() - dt.timedelta(minutes=minutes_ago)
    second_source(scene, quote("ECHO", price, at, previous=previous))
    tell(scene, "ECHO", 18.0, volume=20_000_000.0, day={"o": 17.0})
    scene.run()
    assert StockReading.objects.get(symbol="ECHO").unconfirmed


def test_before_the_open_the_second_source_is_asked_for_trades(scene: Scene) -> None:
    scene.later(-75)
    path = "/stable/batch-aftermarket-trade"
    trade = {"symbol": "ECHO", "price": 14.1, "tradeSize": None}
    second_source(scene, trade | {"timestamp": int(scene.now().timestamp() * 1000)}, path=path)
    tell(scene, "ECHO", 14.0, volume=900_000.0, day={"o": 0})
    scene.run()
    assert not StockReading.objects.get(symbol="ECHO").unconfirmed
    assert questions(scene) == ["ECHO"]


def test_a_second_source_that_fails_leaves_the_run_as_it_is(scene: Scene) -> None:
    scene.vendor.on("/stable/batch-quote", Answer("Restricted Endpoint", 402))
    tell(scene, "ECHO", 18.0, volume=20_000_000.0, day={"o": 17.0})
    run = scene.run()
    assert run.counts["quotes"]["confirmations_failed"] == 1
    assert StockReading.objects.get(symbol="ECHO").unconfirmed


def test_a_move_beyond_belief_is_believed_once_the_second_source_tells_it(scene: Scene) -> None:
    second_source(scene, quote("ECHO", 111.0, scene.now()))
    tell(scene, "ECHO", 112.0, volume=90_000_000.0, day={"o": 40.0})
    scene.run()
    assert (reached("ECHO"), held()) == ((0, 0, 0), [("ECHO", "implausible")])
    scene.later(1)
    tell(scene, "ECHO", 112.0, volume=90_000_000.0, day={"o": 40.0})
    scene.run()
    assert StockReading.objects.get(symbol="ECHO").unconfirmed is False


def test_a_frozen_feed_is_told_and_lowers_the_confidence(scene: Scene) -> None:
    first = scene.run()
    scene.later(6)
    frozen = scene.run()
    assert first.message == ""
    assert "The feed looks frozen: 100% of prices and volumes are those of 10:15." in frozen.message
    assert "a feed that looks frozen" in unpack(bytes(frozen.input.frame)).degraded
    oldest = SentimentReading.objects.filter(run_id=frozen.pk).values_list("oldest_input_at", flat=True)
    assert {moment.astimezone(ET).strftime("%H:%M") for moment in oldest} == {"10:15"}


def test_a_feed_that_moves_or_is_asked_again_at_once_is_not_called_frozen(scene: Scene) -> None:
    scene.run()
    scene.later(1)
    again = scene.run()
    scene.later(6)
    scene.prices({"Technology": -3.0, "Healthcare": 3.0, "Energy": 1.0, "Utilities": -1.0})
    moved = scene.run()
    assert (again.message, moved.message) == ("", "")


def test_a_split_that_is_listed_on_its_day_is_known_before_the_first_pass_and_asked_for_once(
    scene: Scene,
) -> None:
    split = {"ticker": "ECHO", "execution_date": "2026-03-10", "split_from": 30, "split_to": 1}
    scene.vendor.on("/stocks/v1/splits", Answer({"status": "OK", "results": [split]}))
    tell(scene, "ECHO", 303.0, volume=20_000.0, day={"o": 301.0})
    scene.run()
    scene.later(1)
    scene.run()
    assert StockReading.objects.filter(symbol="ECHO").first().parts["gap_pct"] == pytest.approx(1.0)
    assert (held(), scene.vendor.paths().count("/stocks/v1/splits")) == ([], 1)


def test_a_split_that_is_listed_after_the_watch_began_alerts_nobody(scene: Scene) -> None:
    watch = MoverWatch()
    assert watch.look({"ECHO": 10.0}, et(10, 15)) == []
    splits_store([Split("ECHO", small_market.SESSION, 30.0, 1.0, "polygon")])
    assert watch.look({"ECHO": 303.0}, et(10, 16)) == []
    assert [alert.symbol for alert in watch.look({"ECHO": 390.0}, et(10, 17))] == ["ECHO"]


def test_a_fifth_of_the_names_without_a_price_is_told(scene: Scene) -> None:
    prices = small_market.all_at({"Technology": 1.0})
    for name in ("ECHO", "FOX", "ALPHA", "BRAVO", "NOVA"):
        del prices[name]
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot(prices, scene.now())))
    assert "Only 19 of 24 members have a price of today." in scene.run().message


def test_a_vendor_that_prices_the_pass_does_not_confirm_itself(scene: Scene) -> None:
    scene.vendor.on(SNAPSHOT, Answer({"status": "NOT_AUTHORIZED", "message": "not in your plan"}, 403))
    prices = small_market.all_at({"Technology": 1.0}) | {"ECHO": 14.5}
    rows = [
        {"symbol": name, "price": price, "timestamp": int(scene.now().timestamp()), "volume": 9e6}
        for name, price in prices.items()
    ]
    scene.vendor.on("/stable/batch-quote", Answer(rows))
    run = scene.run()
    assert StockReading.objects.get(run_id=run.pk, symbol="ECHO").unconfirmed


def test_a_lone_print_that_an_ordinary_price_of_the_same_batch_follows_is_released(scene: Scene) -> None:
    minute_bars_store(
        [
            MinuteBar("FOX", et(10, 10), 14.0, 400_000.0, "polygon", prints=1),
            MinuteBar("FOX", et(10, 11), 10.1, 401_000.0, "polygon", prints=50),
        ]
    )
    row = QuarantinedPrice.objects.get()
    assert (row.reason, row.released_at) == ("single_print", et(10, 12))

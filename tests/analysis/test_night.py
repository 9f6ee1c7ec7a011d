"""The run at 4:00 stands on the last closes; the world's indices shift its lights, and it says so."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from analysis.engine.frames import unpack
from analysis.models import AnalysisRun, RunInput, RunKind, RunStatus
from analysis.night import is_night
from analysis.pages.runs import count_words
from analysis.recomputation import runs_recompute
from analysis.services import run_execute
from analysis.whatif import weight_whatif
from sectors.api_explanation import explanation_json
from sectors.models import SentimentReading
from sectors.presenters.market import night_banner
from sectors.selectors import board_current
from sectors.services import weight_revise
from sectors.types import WeightSetting
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.analysis.small_market import et
from tests.universe.vendor import Answer, Asked
from universe import clock
from universe.models import VendorCall

MOVES = {"^N225": 0.8, "^HSI": -0.2, "^FTSE": 0.5, "^GDAXI": 0.3}
MEAN = 0.35
INDICES = ("index_N225", "index_HSI", "index_FTSE", "index_GDAXI")
CALENDAR = "/stable/economic-calendar"


def indices(scene: Scene, moves: dict[str, float], *, at: dt.datetime | None = None) -> None:
    """What the facts vendor says of the world's indices; other symbols have no quote."""
    stamp = int((at or et(3, 58)).timestamp())

    def quotes(asked: Asked) -> Answer:
        wanted = [symbol for symbol in asked.query.get("symbols", "").split(",") if symbol in moves]
        return Answer(
            [
                {
                    "symbol": symbol,
                    "price": 1000.0 * (1 + moves[symbol] / 100),
                    "previousClose": 1000.0,
                    "timestamp": stamp,
                }
                for symbol in wanted
            ]
        )

    scene.vendor.on("/stable/batch-quote", quotes)


@pytest.fixture
def night(scene: Scene) -> Scene:
    """Four o'clock in the morning: the price vendor has emptied its snapshot."""
    scene.later(-375)
    scene.vendor.on(SNAPSHOT, Answer(small_market.snapshot({}, scene.now())))
    indices(scene, MOVES)
    return scene


def sources(run: AnalysisRun) -> dict[str, Any]:
    return {one["name"]: one for one in RunInput.objects.get(run=run).lineage["inputs"]}


def reading(run: AnalysisRun, sector: str = "healthcare") -> SentimentReading:
    return SentimentReading.objects.get(run_id=run.pk, sector=sector)


@pytest.mark.django_db
def test_the_night_shifts_every_light_by_a_bar_of_its_own(night: Scene) -> None:
    run = night.run(RunKind.OVERNIGHT)
    assert run.status == RunStatus.COMPLETE, run.message
    healthcare = reading(run).waterfall
    assert healthcare["parts"]["overnight"] == pytest.approx(0.05 * math.tanh(MEAN), abs=1e-12)
    assert healthcare["base"] == pytest.approx(sum(healthcare["parts"].values()), abs=1e-12)
    assert [name for name, _ in healthcare["indices"]] == ["Nikkei 225", "Hang Seng", "FTSE 100", "DAX"]
    frame = unpack(bytes(RunInput.objects.get(run=run).frame))
    assert frame.overnight == pytest.approx(tuple(MOVES.values()))


@pytest.mark.django_db
def test_the_bar_opens_to_each_index_with_its_moments_and_the_call(night: Scene) -> None:
    indices(night, {symbol: MOVES[symbol] for symbol in ("^N225", "^FTSE", "^GDAXI")})
    run = night.run(RunKind.OVERNIGHT)
    told = sources(run)
    tokyo, hong_kong = told["index_N225"], told["index_HSI"]
    assert (tokyo["words"], tokyo["source"], tokyo["parts"]) == ("Nikkei 225, ^N225", "FMP", ["overnight"])
    assert tokyo["as_of"] == [et(3, 58).isoformat()]
    call = VendorCall.objects.get(pk__in=tokyo["calls"])
    assert call.purpose == "indices"
    assert tokyo["received_at"] != []
    assert tokyo["rule"].startswith("counts when newer than the close of Mon 9 Mar")
    assert (hong_kong["known"], hong_kong["note"], hong_kong.get("calls")) == (0, "no quote", None)
    explained = explanation_json(reading(run))
    assert explained is not None
    (bar,) = [part for part in explained["parts"] if part["name"] == "overnight"]
    assert bar["lineage"] == [*INDICES, "parameters"]
    values = {one["name"]: one["value"] for one in bar["inputs"]}
    assert (values["Hang Seng"], values["indices_mean"]) == (None, pytest.approx(1.6 / 3))
    assert bar["words"].endswith("Hang Seng not known, FTSE 100 +0.50%, DAX +0.30%")


@pytest.mark.django_db
def test_a_run_of_the_night_computed_again_gives_the_same_decimals(night: Scene) -> None:
    run = night.run(RunKind.OVERNIGHT)
    with clock.override(night.now()):
        report = runs_recompute([run.pk])
    assert report.differences == ()


@pytest.mark.django_db
def test_a_new_weight_keeps_the_bar_of_the_night_as_previewed(
    night: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    before = reading(night.run(RunKind.OVERNIGHT)).waterfall
    night.later(5)
    wanted = WeightSetting(Decimal("3.00"))
    with clock.override(night.now()):
        (preview,) = [one for one in weight_whatif("healthcare", wanted).now if one.sector == "healthcare"]
        with django_capture_on_commit_callbacks(execute=True):
            weight_revise("healthcare", wanted, reason="a try", author=None)
        run = AnalysisRun.objects.get(kind=RunKind.REWEIGHT)
        run_execute(run.pk)
        assert runs_recompute([run.pk]).differences == ()
    after = reading(run)
    for part in ("parts", "base", "indices", "indices_mean"):
        assert after.waterfall[part] == before[part]
    assert preview.after is not None
    assert after.sentiment_score == preview.after.score
    assert sources(run)["index_N225"]["parts"] == ["overnight"]
    assert (board_current() or {})["context"]["night"]["shift"] == before["parts"]["overnight"]


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "shifted"), [(("^N225", "^FTSE"), True), (("^N225",), False)])
def test_two_indices_are_enough_and_one_is_not(night: Scene, told: tuple[str, ...], shifted: bool) -> None:
    indices(night, {symbol: MOVES[symbol] for symbol in told})
    run = night.run(RunKind.OVERNIGHT)
    assert ("overnight" in reading(run).waterfall["parts"]) == shifted
    assert ("Fewer than two world indices" in run.message) != shifted
    assert (run.status == RunStatus.PARTIAL) != shifted


@pytest.mark.django_db
def test_an_index_that_has_not_traded_since_the_last_close_tells_nothing(night: Scene) -> None:
    indices(night, MOVES, at=et(15, 59, day=dt.date(2026, 3, 9)))
    run = night.run(RunKind.OVERNIGHT)
    assert "overnight" not in reading(run).waterfall["parts"]
    assert "Nikkei 225 (has not traded since the last close)" in run.message
    told = sources(run)
    assert {told[name]["note"] for name in INDICES} == {"has not traded since the last close"}
    assert {(told[name]["known"], *told[name]["parts"]) for name in INDICES} == {(0, "beside")}


@pytest.mark.django_db
def test_a_vendor_without_indices_leaves_the_lights_unshifted_and_the_run_partial(
    night: Scene, client: Client
) -> None:
    night.vendor.on("/stable/batch-quote", Answer({"Error Message": "Down for maintenance"}))
    run = night.run(RunKind.OVERNIGHT)
    assert run.status == RunStatus.PARTIAL
    assert "The world indices are not known, so nothing shifts the lights" in run.message
    assert "overnight" not in reading(run).waterfall["parts"]
    client.force_login(get_user_model().objects.create_user("trader", password="-"))
    with clock.override(night.now()):
        board = client.get("/").content.decode()
    assert "World indices are missing: no overnight shift." in board


@pytest.mark.django_db
@pytest.mark.parametrize("lacking", ["key", "indices", "all but one"])
def test_a_plan_without_two_indices_is_a_fact_that_the_board_tells_and_the_run_is_complete(
    night: Scene, client: Client, settings: Any, lacking: str
) -> None:
    def single(asked: Asked) -> Answer:
        stamp = int(et(3, 58).timestamp())
        tokyo = {"symbol": "^N225", "price": 1008.0, "previousClose": 1000.0, "timestamp": stamp}
        has_it = lacking == "all but one" and asked.query["symbol"] == "^N225"
        return Answer([tokyo]) if has_it else Answer("Premium", 402)

    if lacking == "key":
        settings.FMP_API_KEY = ""
    else:
        night.vendor.on("/stable/batch-quote", Answer("Exclusive Endpoint", 402))
        night.vendor.on("/stable/quote", single)
    run = night.run(RunKind.OVERNIGHT)
    assert run.status == RunStatus.COMPLETE, run.message
    assert "overnight" not in reading(run).waterfall["parts"]
    assert {sources(run)[name]["note"] for name in INDICES[1:]} == {"not in the plan"}
    client.force_login(get_user_model().objects.create_user("trader", password="-"))
    with clock.override(night.now()):
        board = client.get("/").content.decode()
    alone = "Only one world index" if lacking == "all but one" else "No world indices"
    assert f"{alone} in the plan: no overnight shift." in board
    assert ("No world indices in the plan" in count_words(run.counts)[1]) == (lacking != "all but one")


@pytest.mark.django_db
def test_the_nights_catalysts_are_counted_with_those_that_the_run_itself_reads(night: Scene) -> None:
    stories = [
        {
            "id": f"n-{symbol}",
            "published_utc": told,
            "title": f"FDA approves {symbol} Inc. drug for asthma",
            "article_url": f"https://news.example/{symbol}",
            "publisher": {"name": "Wire Daily"},
            "tickers": [symbol],
        }
        for symbol, told in (("CHARLY", "2026-03-10T06:00:00Z"), ("DELTA", "2026-03-09T19:00:00Z"))
    ]
    night.vendor.on("/v2/reference/news", Answer({"status": "OK", "results": stories}))
    run = night.run(RunKind.OVERNIGHT)
    # DELTA's is of 15:00 the day before: the close knew it.
    assert run.counts["overnight_catalysts"] == 1
    assert (board_current() or {})["context"]["night"]["catalysts"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [10, 31])
def test_a_mover_keeps_the_night_that_the_other_lights_stand_on_until_they_leave_it(
    night: Scene, client: Client, minutes: int
) -> None:
    """Also at 4:31, when the first pass has not published yet; and the indices are not asked again."""
    before = night.run(RunKind.OVERNIGHT)
    told = (board_current() or {})["context"]["night"]
    night.later(minutes)
    night.prices({"Healthcare": 16.0})
    indices(night, dict.fromkeys(MOVES, -9.0))
    mover = night.run(RunKind.MOVER, sector="healthcare")
    assert mover.status == RunStatus.COMPLETE, mover.message
    assert reading(mover).waterfall["parts"]["overnight"] == pytest.approx(0.05 * math.tanh(MEAN), abs=1e-12)
    assert reading(mover).waterfall["indices"] == reading(before).waterfall["indices"]
    assert {name: sources(mover)[name] for name in INDICES} == {
        name: sources(before)[name] for name in INDICES
    }
    assert VendorCall.objects.filter(purpose="indices").count() == 1
    assert (board_current() or {})["context"]["night"] == told
    client.force_login(get_user_model().objects.create_user("trader", password="-"))
    with clock.override(night.now()):
        assert "NO PRE-MARKET PRINTS YET" in client.get("/").content.decode()
        assert runs_recompute([mover.pk]).differences == ()


@pytest.mark.django_db
def test_a_mover_after_the_first_pass_has_no_night(night: Scene) -> None:
    night.run(RunKind.OVERNIGHT)
    night.later(30)
    night.prices({"Healthcare": 2.0})
    night.run(RunKind.PASS)
    night.later(5)
    night.prices({"Healthcare": 18.0})
    mover = night.run(RunKind.MOVER, sector="healthcare")
    assert "overnight" not in reading(mover).waterfall["parts"]
    assert (board_current() or {})["context"]["night"] == {}


@pytest.mark.django_db
def test_a_mover_under_a_board_without_a_night_adds_none(night: Scene) -> None:
    """The run at 4:00 has failed: the other lights are those of the evening before."""
    mover = night.run(RunKind.MOVER, sector="healthcare")
    assert "overnight" not in reading(mover).waterfall["parts"]
    assert (board_current() or {})["context"]["night"] == {}
    assert not VendorCall.objects.filter(purpose="indices").exists()


@pytest.mark.parametrize(
    ("kind", "at", "is_so"),
    [
        (RunKind.OVERNIGHT, et(4, 0), True),
        (RunKind.ON_DEMAND, et(4, 29, 59), True),
        (RunKind.ON_DEMAND, et(4, 30), False),
        (RunKind.OVERNIGHT, et(9, 0), False),
        (RunKind.MOVER, et(4, 10), False),
        (RunKind.PASS, et(4, 10), False),
        (RunKind.COMPREHENSIVE, et(20, 0), False),
    ],
)
def test_the_night_ends_with_the_first_pass(kind: RunKind, at: dt.datetime, is_so: bool) -> None:
    assert is_night(kind, at) == is_so


@pytest.mark.django_db
def test_the_board_says_that_there_are_no_prints_yet_and_the_page_opens_the_bar(
    night: Scene, client: Client
) -> None:
    run = night.run(RunKind.OVERNIGHT)
    client.force_login(get_user_model().objects.create_user("trader", password="-"))
    with clock.override(night.now()):
        board = client.get("/").content.decode()
        sector = client.get("/sectors/healthcare/").content.decode()
    assert "NO PRE-MARKET PRINTS YET" in board
    assert "World indices: Nikkei 225 +0.8%, Hang Seng −0.2%, FTSE 100 +0.5%, DAX +0.3%." in board
    assert "They add +0.017 to every base." in board
    assert "world indices before the first prints +0.35%: Nikkei 225 +0.80%, Hang Seng −0.20%" in sector
    assert "1,008.00 after 1,000.00 at its close before" in sector
    assert count_words(run.counts)[1].endswith(
        "; 0 overnight catalysts; "
        "World indices: Nikkei 225 +0.80%, Hang Seng −0.20%, FTSE 100 +0.50%, DAX +0.30%; "
        "0 releases today, none of high impact"
    )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"prints": 0, "carried": 8}, "The returns are those of the last session, with 1 catalyst since"),
        ({"prints": 1, "carried": 1}, "1 member traded so far; 1 of 8 lights still shows the last session,"),
        (
            {"prints": 90, "carried": 5},
            "90 members traded so far; 5 of 8 lights still show the last session,",
        ),
        (
            {"prints": 900, "carried": 0},
            "900 members traded so far; no light shows the last session any more,",
        ),
    ],
)
def test_the_board_says_how_much_of_it_is_of_the_last_session(told: dict[str, int], words: str) -> None:
    night = {"sectors": 8, "catalysts": 1, "indices": [["DAX", 1.0], ["FTSE 100", -3.0]], "shift": -0.038}
    banner = night_banner({"night": night | told})
    assert banner is not None
    assert words in banner.text
    assert banner.more == "World indices: DAX +1.0%, FTSE 100 −3.0%. They add −0.038 to every base."
    assert banner.title == ("EARLY PRE-MARKET" if told["prints"] else "NO PRE-MARKET PRINTS YET")


@pytest.mark.django_db
def test_the_first_pass_leaves_the_night_behind(night: Scene, client: Client) -> None:
    night.run(RunKind.OVERNIGHT)
    night.later(30)
    night.prices({"Healthcare": 2.0})
    first = night.run(RunKind.PASS)
    assert "overnight" not in reading(first).waterfall["parts"]
    assert (board_current() or {})["context"]["night"] == {}

"""Stored news and papers, judged; and what a frame takes from them at a moment."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest

from analysis import catalyst_services
from analysis.catalyst_selectors import (
    catalyst_findings,
    catalysts_are_short,
    catalysts_between,
    catalysts_since,
    dilution_of,
    recent_since,
)
from analysis.catalyst_services import catalysts_backfill, catalysts_judge, catalysts_prune, catalysts_refresh
from analysis.catalysts import CatalystKind
from analysis.frames import frame_build
from analysis.models import CatalystEvent, RunKind, StockReading
from sectors.models import SentimentReading
from tests.analysis.conftest import NEWS, Scene
from tests.analysis.small_market import et
from tests.universe.vendor import Answer
from universe.errors import SourceError
from universe.models import NewsArticle, NewsCoverage, SecFiling
from universe.services import stock_universe_replace
from universe.sessions import session_offset

pytestmark = pytest.mark.django_db

NOW = et(10, 15)
SECTORS = {"CHARLY": "healthcare", "DELTA": "healthcare", "ECHO": "energy"}
HOUR = dt.timedelta(hours=1)


def article(symbol: str, title: str, at: dt.datetime = NOW, **facts: Any) -> NewsArticle:
    values: dict[str, Any] = {
        "source": "polygon",
        "vendor_id": f"{symbol}-{at:%m%d%H%M}-{abs(hash(title)) % 10_000}",
        "published_at": at,
        "title": title,
        "url": f"https://news.example/{symbol.lower()}/{at:%m%d%H%M}",
        "publisher": "Wire Daily",
        "symbols": [symbol],
        "tone": {},
        "fetched_at": at,
    }
    return NewsArticle.objects.create(**(values | facts))


def approval(symbol: str, at: dt.datetime = NOW) -> NewsArticle:
    return article(symbol, f"FDA approves {symbol} Inc. drug for asthma", at)


def paper(symbol: str, form: str, at: dt.datetime, number: int = 1) -> SecFiling:
    return SecFiling.objects.create(
        accession_number=f"0001-26-{number:06d}",
        form=form,
        filed_on=at.date(),
        accepted_at=at,
        symbols=[symbol],
        url=f"https://sec.example/{number}",
        source="polygon",
        fetched_at=at,
    )


def covered(days: int) -> None:
    """The news are known without a gap since ``days`` days ago."""
    NewsCoverage.objects.create(kind=NewsCoverage.Kind.NEWS, first=NOW - dt.timedelta(days=days), last=NOW)


def test_judging_again_adds_nothing_and_keeps_the_rules_version(db: None) -> None:
    approval("CHARLY")
    article("DELTA", "12 health care stocks moving in Tuesday's session")
    for _ in range(2):
        assert catalysts_judge(NOW - HOUR, NOW) == 1
    row = CatalystEvent.objects.get()
    assert (row.symbol, row.kind, row.tone, row.rules_version) == (
        "CHARLY",
        "fda",
        1.0,
        catalyst_services.RULES_VERSION,
    )


def test_what_the_rules_do_not_call_a_catalyst_any_more_goes(db: None) -> None:
    told = approval("CHARLY")
    approval("DELTA", NOW - 2 * HOUR)
    catalysts_judge(NOW - 3 * HOUR, NOW)
    NewsArticle.objects.filter(pk=told.pk).update(title="Is CHARLY a buy?")
    catalysts_judge(NOW - HOUR, NOW)
    assert list(CatalystEvent.objects.values_list("symbol", flat=True)) == ["DELTA"]


def test_a_vendors_endless_words_are_cut_not_lost(db: None) -> None:
    article("CHARLY", "FDA approves CHARLY Inc. drug " + "x" * 400, url="https://e.example/" + "y" * 900)
    catalysts_judge(NOW - HOUR, NOW)
    assert len(CatalystEvent.objects.get().title) == 300


def test_one_event_of_two_publishers_counts_once(db: None) -> None:
    approval("CHARLY", NOW - 2 * HOUR)
    article("CHARLY", "CHARLY Inc. drug for asthma approved by FDA", NOW - HOUR)
    catalysts_judge(NOW - 5 * HOUR, NOW)
    (event,) = catalysts_between(NOW - 5 * HOUR, NOW)
    assert (event.at, event.kind) == (NOW - 2 * HOUR, CatalystKind.FDA)


def test_nothing_after_the_moment_is_known(db: None) -> None:
    approval("CHARLY", NOW + HOUR)
    catalysts_judge(NOW - HOUR, NOW + 2 * HOUR)
    found = catalyst_findings(NOW, SECTORS)
    assert (found.recent, found.densities["healthcare"].count) == ((), 0)


def test_a_sector_is_compared_with_its_own_sessions(db: None) -> None:
    covered(40)
    for back in (1, 2):
        day = session_offset(NOW.date(), -back)
        approval("DELTA", et(9, 0, day=day))
    approval("CHARLY", NOW - HOUR)
    catalysts_judge(NOW - dt.timedelta(days=30), NOW)
    density = catalyst_findings(NOW, SECTORS).densities["healthcare"]
    assert (density.count, density.usual, density.tone) == (1, pytest.approx(2 / 20), 1.0)


def test_without_five_known_sessions_there_is_no_rate(db: None) -> None:
    covered(4)
    approval("CHARLY")
    catalysts_judge(NOW - HOUR, NOW)
    found = catalyst_findings(NOW, SECTORS)
    assert found.densities["healthcare"].count == 1
    assert math.isnan(found.densities["healthcare"].usual)
    assert catalysts_are_short(NOW)


def test_a_known_month_is_not_short(db: None) -> None:
    covered(40)
    assert not catalysts_are_short(NOW)


def test_the_recent_ones_reach_back_to_the_close_before_a_weekend() -> None:
    monday = et(9, 0, day=dt.date(2026, 3, 9))
    assert recent_since(monday) == et(16, 0, day=dt.date(2026, 3, 6))
    assert recent_since(et(18, 0)) == et(16, 0, day=dt.date(2026, 3, 9))


def test_papers_about_new_shares_raise_a_flag_as_it_stood(db: None) -> None:
    paper("CHARLY", "S-3", NOW - dt.timedelta(days=30), 1)
    paper("CHARLY", "424B5", NOW - HOUR, 2)
    paper("DELTA", "4", NOW - HOUR, 3)
    catalysts_judge(NOW - dt.timedelta(days=40), NOW)
    flags = dilution_of(["CHARLY", "DELTA", "ECHO"], NOW)
    assert set(flags) == {"CHARLY"}
    assert flags["CHARLY"].kinds[-1] == "shelf"
    assert dilution_of(["CHARLY"], NOW - 2 * HOUR)["CHARLY"].kinds == ("shelf",)


def test_old_catalysts_are_dropped(db: None) -> None:
    approval("CHARLY", NOW - dt.timedelta(days=3 * 366))
    approval("DELTA")
    catalysts_judge(NOW - dt.timedelta(days=4 * 366), NOW)
    assert catalysts_prune(NOW) == 1
    assert CatalystEvent.objects.get().symbol == "DELTA"


# -- in a run --------------------------------------------------------------------------------------------


def headline(symbol: str, title: str, at: dt.datetime, **facts: Any) -> dict[str, Any]:
    stamp = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": f"{symbol}-{stamp}",
        "published_utc": stamp,
        "title": title,
        "article_url": f"https://news.example/{symbol.lower()}",
        "publisher": {"name": "Wire Daily"},
        "tickers": [symbol],
    } | facts


def test_a_run_tells_the_cause_of_a_move_on_card_and_rank(scene: Scene) -> None:
    told = headline("CHARLY", "FDA approves CHARLY Inc. drug for asthma", NOW - HOUR)
    scene.vendor.on(NEWS[0], Answer({"status": "OK", "results": [told]}))
    scene.prices({"Healthcare": 4.0}, CHARLY=12.0)
    stock_universe_replace(NOW.date(), {"CHARLY": ("healthcare", Decimal("1.5"))})
    run = scene.run()
    rank = StockReading.objects.get(run_id=run.pk, symbol="CHARLY")
    assert (rank.parts["cause"]["tag"], rank.parts["borrow"]) == ("FDA", "unknown")
    tops = SentimentReading.objects.get(run_id=run.pk, sector="healthcare").tops["bullish"]
    causes = {row["symbol"]: row["cause"] for row in tops}
    assert causes["CHARLY"]["url"] == "https://news.example/charly"
    assert catalysts_since(NOW - 2 * HOUR, NOW) == 1
    assert run.counts["news"]["headlines"] == 1


def test_a_run_with_a_rate_gives_the_catalyst_factor_its_input(scene: Scene) -> None:
    covered(40)
    told = headline("CHARLY", "FDA approves CHARLY Inc. drug for asthma", NOW - HOUR)
    scene.vendor.on(NEWS[0], Answer({"status": "OK", "results": [told]}))
    run = scene.run()
    factors = SentimentReading.objects.get(run_id=run.pk, sector="healthcare").waterfall["factors"]
    factor = next(one for one in factors if one["name"] == "catalyst")
    # One against none: log2(2 / 1) = 1, wholly good, and healthcare rises.
    assert (factor["known"], factor["value"]) == (True, pytest.approx(1.1))


def test_without_news_a_run_is_partial_and_says_so(scene: Scene) -> None:
    for path in NEWS:
        scene.vendor.on(path, Answer({"status": "ERROR"}, 500))
    scene.vendor.on("/stable/news/stock-latest", Answer({"no": "news"}, 500))
    scene.vendor.on("/stable/sec-filings-8k", Answer({"no": "filings"}, 500))
    run = scene.run()
    assert run.status == "partial"
    assert "not fresh" in run.message
    assert SentimentReading.objects.filter(run_id=run.pk).count() == 8


def test_a_movers_run_asks_for_news_and_not_for_filings(scene: Scene) -> None:
    scene.run(RunKind.MOVER, sector="healthcare")
    assert [path for path in scene.vendor.paths() if path in NEWS] == [NEWS[0]]


def test_a_refresh_that_fails_leaves_what_is_stored(scene: Scene) -> None:
    approval("CHARLY")
    catalysts_judge(NOW - HOUR, NOW)
    scene.vendor.on_all(Answer({"status": "ERROR"}, 500))
    with pytest.raises(SourceError):
        catalysts_refresh(NOW)
    assert CatalystEvent.objects.count() == 1


def test_a_backfill_judges_the_month_and_new_rules_judge_it_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = headline("CHARLY", "FDA approves CHARLY Inc. drug for asthma", NOW - dt.timedelta(days=9))
    scene.vendor.on(NEWS[0], Answer({"status": "OK", "results": [old]}))
    catalysts_backfill(NOW)
    assert CatalystEvent.objects.get().at == NOW - dt.timedelta(days=9)
    monkeypatch.setattr(catalyst_services, "RULES_VERSION", "next")
    catalysts_backfill(NOW)
    assert CatalystEvent.objects.get().rules_version == "next"


def test_the_frame_holds_the_members_catalysts(scene: Scene) -> None:
    approval("CHARLY", NOW - HOUR)
    approval("NOBODY", NOW - HOUR)
    catalysts_judge(NOW - 2 * HOUR, NOW)
    assert [one.symbol for one in frame_build(NOW).catalysts] == ["CHARLY"]

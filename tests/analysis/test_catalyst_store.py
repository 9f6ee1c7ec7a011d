"""Stored news and papers, judged; and what a frame takes from them at a moment."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from analysis import catalyst_services
from analysis.catalyst_selectors import (
    catalyst_findings,
    catalysts_are_short,
    catalysts_between,
    catalysts_since,
    dilution_of,
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
        "vendor_id": f"{symbol}-{NewsArticle.objects.count()}",
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


def changed(row: NewsArticle | SecFiling, **facts: Any) -> None:
    """Something new was told about a stored text."""
    type(row).objects.filter(pk=row.pk).update(changed_at=timezone.now(), **facts)


@contextmanager
def locked_elsewhere(number: int) -> Iterator[None]:
    """Another process holds an advisory lock."""
    known = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    other = psycopg.connect(**{name: known[name] for name in names if name in known})
    try:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield
        # A close alone is not waited for by the server.
        other.rollback()
    finally:
        other.close()


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
        catalysts_judge()
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
    catalysts_judge()
    changed(told, title="Is CHARLY a buy?")
    catalysts_judge()
    assert list(CatalystEvent.objects.values_list("symbol", flat=True)) == ["DELTA"]


def test_a_vendors_endless_words_are_cut_not_lost(db: None) -> None:
    article("CHARLY", "FDA approves CHARLY Inc. drug " + "x" * 400, url="https://e.example/" + "y" * 900)
    catalysts_judge()
    assert len(CatalystEvent.objects.get().title) == 300


def test_one_event_of_two_publishers_counts_once(db: None) -> None:
    approval("CHARLY", NOW - 2 * HOUR)
    article("CHARLY", "CHARLY Inc. drug for asthma approved by FDA", NOW - HOUR)
    catalysts_judge()
    (event,) = catalysts_between(NOW - 5 * HOUR, NOW)
    assert (event.at, event.kind) == (NOW - 2 * HOUR, CatalystKind.FDA)


def test_nothing_after_the_moment_is_known(db: None) -> None:
    approval("CHARLY", NOW + HOUR)
    catalysts_judge()
    found = catalyst_findings(NOW, SECTORS)
    assert (found.recent, found.densities["healthcare"].count) == ((), 0)


def test_a_sector_is_compared_with_its_own_sessions(db: None) -> None:
    covered(40)
    for back in (1, 2):
        day = session_offset(NOW.date(), -back)
        approval("DELTA", et(9, 0, day=day))
    approval("CHARLY", NOW - HOUR)
    catalysts_judge()
    density = catalyst_findings(NOW, SECTORS).densities["healthcare"]
    assert (density.count, density.usual, density.tone) == (1, pytest.approx(2 / 20), 1.0)


def test_without_five_known_sessions_there_is_no_rate(db: None) -> None:
    covered(4)
    approval("CHARLY")
    catalysts_judge()
    found = catalyst_findings(NOW, SECTORS)
    assert found.densities["healthcare"].count == 1
    assert math.isnan(found.densities["healthcare"].usual)
    assert catalysts_are_short(NOW)


def test_a_known_month_is_not_short(db: None) -> None:
    covered(40)
    assert not catalysts_are_short(NOW)


def test_what_came_over_the_weekend_is_known_on_monday_and_may_be_the_cause(db: None) -> None:
    monday = et(4, 0, day=dt.date(2026, 3, 9))
    approval("CHARLY", et(21, 0, day=dt.date(2026, 3, 6)))
    approval("DELTA", et(15, 0, day=dt.date(2026, 3, 6)))
    catalysts_judge()
    found = catalyst_findings(monday, SECTORS)
    assert [event.symbol for event in found.recent] == ["CHARLY"]
    assert found.cause_from == et(16, 0, day=dt.date(2026, 3, 6))


def test_an_event_of_yesterdays_session_is_counted_and_is_no_cause_of_today(db: None) -> None:
    approval("CHARLY", et(11, 0, day=dt.date(2026, 3, 9)))
    catalysts_judge()
    found = catalyst_findings(NOW, SECTORS)
    assert found.densities["healthcare"].count == 1
    assert found.recent[0].at < found.cause_from  # type: ignore[operator]


def test_a_paper_that_is_completed_later_is_judged_then(db: None) -> None:
    told = paper("CHARLY", "424B5", NOW - dt.timedelta(days=9))
    changed(told, symbols=[])
    catalysts_judge()
    assert not CatalystEvent.objects.exists()
    changed(told, symbols=["CHARLY"])
    catalysts_judge()
    assert CatalystEvent.objects.get().symbol == "CHARLY"


def test_a_moment_that_is_learnt_later_moves_the_event(db: None) -> None:
    told = paper("CHARLY", "424B5", NOW - dt.timedelta(days=3))
    changed(told, accepted_at=None)
    catalysts_judge()
    accepted = NOW - dt.timedelta(days=3, hours=2)
    changed(told, accepted_at=accepted)
    catalysts_judge()
    assert CatalystEvent.objects.get().at == accepted


def test_who_judges_second_leaves_it_to_the_first(db: None) -> None:
    approval("CHARLY")
    with locked_elsewhere(catalyst_services.JUDGE_LOCK):
        assert catalysts_judge() == 0
    assert catalysts_judge() == 1


def test_two_long_keys_that_begin_alike_stay_two(db: None) -> None:
    for end in "ab":
        article("CHARLY", f"FDA approves CHARLY Inc. drug {end}", vendor_id="x" * 180 + end)
    catalysts_judge()
    keys = set(CatalystEvent.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert max(map(len, keys)) <= 160


def test_papers_make_a_rate_only_where_they_are_known_as_far_back_as_the_news(db: None) -> None:
    covered(40)
    paper("CHARLY", "424B5", NOW - HOUR)
    catalysts_judge()
    assert catalyst_findings(NOW, SECTORS).densities["healthcare"].count == 0
    for kind in (NewsCoverage.Kind.PAPERS, NewsCoverage.Kind.DISCLOSURES):
        NewsCoverage.objects.create(kind=kind, first=NOW - dt.timedelta(days=40), last=NOW)
    assert catalyst_findings(NOW, SECTORS).densities["healthcare"].count == 1


def test_papers_about_new_shares_raise_a_flag_as_it_stood(db: None) -> None:
    paper("CHARLY", "S-3", NOW - dt.timedelta(days=30), 1)
    paper("CHARLY", "424B5", NOW - HOUR, 2)
    paper("DELTA", "4", NOW - HOUR, 3)
    catalysts_judge()
    flags = dilution_of(["CHARLY", "DELTA", "ECHO"], NOW)
    assert set(flags) == {"CHARLY"}
    assert flags["CHARLY"].kinds[-1] == "shelf"
    assert dilution_of(["CHARLY"], NOW - 2 * HOUR)["CHARLY"].kinds == ("shelf",)


def test_old_catalysts_are_dropped(db: None) -> None:
    approval("CHARLY", NOW - dt.timedelta(days=3 * 366))
    approval("DELTA")
    catalysts_judge()
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


def test_news_that_fail_for_hours_keep_no_pass_from_its_prices(scene: Scene) -> None:
    for path in (*NEWS, "/stable/news/stock-latest", "/stable/sec-filings-8k"):
        scene.vendor.on(path, Answer({"status": "ERROR"}, 500))
    for number in range(4):
        scene.later(number)
        scene.prices({"Healthcare": 4.0})
        run = scene.run()
        assert SentimentReading.objects.filter(run_id=run.pk).count() == 8, run.message
        news = [path for path in scene.vendor.paths() if path == NEWS[0]]
        assert len(news) <= number + 1


def test_a_movers_run_asks_for_news_and_not_for_filings(scene: Scene) -> None:
    scene.run(RunKind.MOVER, sector="healthcare")
    assert [path for path in scene.vendor.paths() if path in NEWS] == [NEWS[0]]


def test_a_refresh_that_fails_leaves_what_is_stored(scene: Scene) -> None:
    approval("CHARLY")
    catalysts_judge()
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
    catalysts_judge()
    assert [one.symbol for one in frame_build(NOW).catalysts] == ["CHARLY"]

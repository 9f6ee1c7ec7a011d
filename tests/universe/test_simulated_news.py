"""News and filings from a simulated market, over real HTTP, into the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.test_control import traded_company
from universe import clock
from universe.models import NewsArticle, NewsCoverage, SecFiling
from universe.selectors import filings_between, headlines_between, news_covered_from
from universe.selectors.news import FILINGS
from universe.services import news_backfill, news_refresh
from universe.sources import sources_close

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

SESSION = dt.date(2026, 3, 31)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def market(settings: Any) -> Iterator[RunningMarket]:
    with start_market(first=f"{SESSION}T10:00", listings=None) as running:
        settings.MARKET_WORLD = "simulated"
        settings.SIMULATOR_URL = settings.POLYGON_BASE_URL = running.url
        settings.FMP_BASE_URL = f"{running.url}/stable"
        settings.POLYGON_API_KEY = settings.FMP_API_KEY = "simulated"
        clock.forget()
        yield running
        clock.forget()
        sources_close()


def to(market: RunningMarket, moment: str) -> dt.datetime:
    """The market's clock at a moment; what it is then."""
    market.control(clock=moment)
    clock.refresh()
    return clock.market_now()


def events_of_today() -> list[str]:
    rows = SecFiling.objects.filter(form="8-K", filed_on=SESSION)
    return list(rows.values_list("accession_number", flat=True))


def test_a_start_fetches_a_months_news_in_few_calls_and_the_next_pass_in_two(market: RunningMarket) -> None:
    now = clock.market_now()
    first, whole = news_refresh(now), news_backfill(now)
    market.asked_reset()
    second = news_refresh(to(market, f"{SESSION}T10:30"))
    print(f"start: {first.calls} and {whole.calls} calls, {first.headlines + whole.headlines} articles")
    assert (first.problems, whole.problems, second.problems) == ((), (), ())
    assert market.asked()["total"] == second.calls <= 2
    assert first.calls <= 4
    assert whole.calls <= 40
    # About 160 articles a session and those of the jumps, of 21 sessions.
    assert 3_000 < NewsArticle.objects.count() < 6_000
    assert SecFiling.objects.filter(form="8-K").count() > 1_500
    assert SecFiling.objects.filter(form__in=["424B5", "S-3"]).count() > 100
    assert not SecFiling.objects.filter(symbols=[]).exists()
    assert not SecFiling.objects.filter(form="8-K", categories=[]).exists()
    assert news_covered_from(now) == dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    assert news_covered_from(now, kinds=FILINGS) == dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def test_the_other_vendor_tells_the_same_articles_without_tone_and_the_same_8ks(
    market: RunningMarket,
) -> None:
    now = clock.market_now()
    news_refresh(now)
    titles = {row.title for row in headlines_between(now - 20 * HOUR, now)}
    numbers = set(events_of_today())
    for model in (NewsArticle, SecFiling, NewsCoverage):
        model.objects.all().delete()
    market.fault("403", vendor="polygon")
    report = news_refresh(now)
    assert set(report.sources.values()) == {"fmp"}
    rows = headlines_between(now - 20 * HOUR, now)
    assert titles == {row.title for row in rows}
    assert {tone for row in rows for tone in row.tone.values()} == set()
    assert numbers == set(events_of_today()) != set()
    assert all(row.accepted_at and row.accepted_at <= now for row in filings_between(now - 20 * HOUR, now))


def test_what_both_tell_of_a_paper_is_one_row_with_all_of_it(market: RunningMarket) -> None:
    symbol = traded_company(market, "Energy")
    number = market.file(symbol, "8-K", title="Announces contract")["number"]
    news_refresh(to(market, f"{SESSION}T10:10"))
    market.fault("403", vendor="polygon")
    news_refresh(to(market, f"{SESSION}T11:30"))
    row = SecFiling.objects.get(accession_number=number)
    assert row.accepted_at is not None
    assert (row.symbols, row.source) == ([symbol], "polygon")
    assert row.categories == ["business_operations/material_agreement/new_agreement"]


def test_nothing_after_the_asked_moment_is_stored_whatever_the_vendor_tells(market: RunningMarket) -> None:
    asked = to(market, f"{SESSION}T12:00") - HOUR
    report = news_refresh(asked)
    assert report.dropped["from_the_future"] > 0
    newest = NewsArticle.objects.order_by("-published_at").values_list("published_at", flat=True).first()
    assert newest is not None
    assert asked - HOUR < newest <= asked
    assert news_refresh(asked + HOUR).headlines == report.dropped["from_the_future"]


def test_an_ordered_article_reaches_the_selector(market: RunningMarket) -> None:
    symbol = traded_company(market, "Energy")
    news_refresh(to(market, f"{SESSION}T10:10"))
    market.tell(symbol, "Great news", tone="positive", minutes=5)
    now = to(market, f"{SESSION}T10:30")
    news_refresh(now)
    (row,) = (row for row in headlines_between(now - HOUR, now, [symbol]) if row.title == "Great news")
    assert (row.tone, row.symbols, row.source) == ({symbol: 1.0}, (symbol,), "polygon")


@pytest.mark.parametrize("kind", ["duplicates", "null", "strings", "nan", "empty"])
def test_spoiled_answers_cost_what_is_spoiled_and_no_more(market: RunningMarket, kind: str) -> None:
    market.fault(kind, vendor="polygon")
    now = clock.market_now()
    report = news_refresh(now)
    assert report.problems == ()
    assert (report.headlines > 100) == (kind != "empty")
    assert NewsArticle.objects.count() == report.headlines


def test_an_outage_of_both_vendors_is_a_gap_that_the_next_backfill_fills(market: RunningMarket) -> None:
    news_refresh(clock.market_now())
    now = to(market, "2026-04-08T10:00")
    news_refresh(now)
    assert news_covered_from(now) == now - dt.timedelta(days=4)
    assert news_backfill(now, sessions=5).headlines > 300
    # Good Friday lies between: five sessions before are 31 March, a day before that the 30th, 4:00.
    assert news_covered_from(now) == dt.datetime(2026, 3, 30, 8, tzinfo=dt.UTC)

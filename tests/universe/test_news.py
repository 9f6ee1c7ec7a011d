"""Fetching news and filings: which span is asked for, who stands in, what is known as a gap."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.universe.canned import SESSION, at
from tests.universe.canned_news import (
    BROKEN,
    DISCLOSURES,
    FMP_NEWS,
    FMP_PAPERS,
    NEWS,
    NOT_IN_PLAN,
    PAPERS,
    article,
    disclosure,
    fmp_article,
    fmp_paper,
    newsroom,
    paper,
    queries,
    utc,
)
from tests.universe.vendor import Answer, Vendor
from universe.errors import SourceError
from universe.models import NewsArticle, NewsCoverage, SecFiling
from universe.selectors import news_covered_from
from universe.selectors.news import FILINGS
from universe.services import news_backfill, news_prune, news_refresh

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TEN = at(10).astimezone(dt.UTC)
#: One article in each of the weeks that a backfill at ten asks for.
WEEKS = [article(f"w{week}", TEN - 7 * week * DAY - HOUR) for week in range(5)]


def stored() -> list[str]:
    return list(NewsArticle.objects.order_by("vendor_id").values_list("vendor_id", flat=True))


def spans(kind: str = "news") -> list[tuple[dt.datetime, dt.datetime]]:
    return list(NewsCoverage.objects.filter(kind=kind).values_list("first", "last"))


def test_the_first_refresh_reads_a_day_back_and_keeps_what_it_was_told(vendor: Vendor) -> None:
    newsroom(vendor, article("a", at(9), "ANNE", "BEA", tone="positive"), article("b", at(9) - 2 * DAY))
    report = news_refresh(TEN)
    assert (report.headlines, report.problems, report.sources["news"]) == (1, (), "polygon")
    row = NewsArticle.objects.get()
    assert (row.title, row.text, row.url) == ("Title a", "Text a", "https://news.example/a")
    assert (row.symbols, row.tone, row.publisher) == (["ANNE", "BEA"], {"ANNE": 1.0, "BEA": 1.0}, "Wire")
    assert row.published_at == at(9)
    assert queries(vendor, NEWS)[0]["published_utc.gte"] == utc(TEN - DAY)


def test_a_later_refresh_reads_on_from_the_newest_article_and_stores_nothing_twice(vendor: Vendor) -> None:
    newsroom(vendor, article("a", at(9), "ANNE"))
    news_refresh(TEN)
    newsroom(vendor, article("a", at(9), "ANNE"), article("late", at(8, 30)), article("c", at(10, 20)))
    assert news_refresh(at(10, 30)).headlines == 2
    assert stored() == ["a", "c", "late"]
    assert queries(vendor, NEWS)[-1]["published_utc.gte"] == utc(at(7))
    assert spans() == [(TEN - DAY, at(10, 30))]
    assert news_refresh(at(10, 30)).headlines == 0


def test_an_article_that_is_told_again_with_more_keeps_what_was_known(vendor: Vendor) -> None:
    newsroom(vendor, article("a", at(9), "ANNE", tone="negative"))
    news_refresh(TEN)
    first = NewsArticle.objects.get()
    newsroom(vendor, article("a", at(9, 5), "BEA", title="A better title", description=None))
    news_refresh(at(10, 30))
    row = NewsArticle.objects.get()
    assert (row.title, row.text, row.symbols) == ("A better title", "Text a", ["ANNE", "BEA"])
    assert (row.tone, row.published_at, row.fetched_at) == ({"ANNE": -1.0}, at(9), first.fetched_at)


def test_what_is_published_after_now_or_absurdly_old_is_left_out_and_counted(vendor: Vendor) -> None:
    rows = [article("future", at(10, 1)), article("now", TEN), article("old", TEN - 200 * DAY)]
    newsroom(vendor)
    vendor.on(NEWS, Answer({"results": rows}))
    vendor.on(
        PAPERS, Answer({"results": [paper("1-26-1", SESSION + DAY), paper("1-25-1", SESSION - 400 * DAY)]})
    )
    report = news_refresh(TEN)
    assert stored() == ["now"]
    assert SecFiling.objects.count() == 0
    assert report.dropped == {"from_the_future": 2, "too_old": 2}


def test_usual_moments_take_two_calls_at_most_and_filings_come_about_once_an_hour(vendor: Vendor) -> None:
    newsroom(vendor)
    calls = [news_refresh(TEN + number * dt.timedelta(minutes=15)).calls for number in range(10)]
    assert calls[0] == 3
    assert max(calls[1:]) == 2
    assert len(queries(vendor, PAPERS)) == len(queries(vendor, DISCLOSURES)) == 3
    assert len(vendor.asked) == sum(calls)


def test_filings_of_today_are_asked_for_whole_and_of_yesterday_the_first_time_of_a_day(
    vendor: Vendor,
) -> None:
    newsroom(vendor)
    for moment in (at(10) - DAY, at(9), at(10), at(11)):
        news_refresh(moment)
    days = [(query["filing_date.gte"], query["filing_date.lte"]) for query in queries(vendor, PAPERS)]
    assert days == [("2026-03-29", "2026-03-30"), ("2026-03-29", "2026-03-31"), ("2026-03-31", "2026-03-31")]


@pytest.mark.parametrize("refusal", [NOT_IN_PLAN, BROKEN], ids=["not in the plan", "broken"])
def test_the_other_vendor_stands_in_for_each_list(vendor: Vendor, refusal: Answer) -> None:
    newsroom(vendor)
    for path in (NEWS, PAPERS, DISCLOSURES):
        vendor.on(path, refusal)
    told = [fmp_article("a", at(9), "ANNE"), fmp_article("a", at(9), "BEA")]
    vendor.on(FMP_NEWS, Answer([*told, fmp_article("old", at(9) - 2 * DAY, "BEA")]))
    vendor.on(FMP_PAPERS, Answer([fmp_paper("0000000001-26-000001", at(8), "ANNE")]))
    report = news_refresh(TEN)
    assert (report.headlines, report.filings, report.problems) == (1, 1, ())
    assert report.sources == {"news": "fmp", "papers": "fmp", "disclosures": "fmp"}
    row = NewsArticle.objects.get()
    assert (row.source, row.symbols, row.tone) == ("fmp", ["ANNE", "BEA"], {})
    assert spans() == [(TEN - DAY, TEN)]


def test_without_a_second_key_a_list_that_fails_is_a_problem_in_words(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    newsroom(vendor)
    vendor.on(NEWS, BROKEN)
    vendor.on(PAPERS, Answer({"results": [paper("0000000001-26-000001", SESSION)]}))
    report = news_refresh(TEN)
    assert (report.headlines, report.filings) == (0, 1)
    assert len(report.problems) == 1
    assert report.problems[0].startswith("The news are not fresh: polygon /v2/reference/news ")
    assert (spans(), spans("papers")) == ([], [(TEN - DAY, TEN)])


def test_a_plan_that_lacks_a_list_is_counted_and_no_problem(vendor: Vendor, settings: Any) -> None:
    settings.FMP_API_KEY = ""
    newsroom(vendor, article("a", at(9)))
    vendor.on(PAPERS, NOT_IN_PLAN)
    vendor.on(DISCLOSURES, NOT_IN_PLAN)
    report = news_refresh(TEN)
    assert (report.headlines, report.problems) == (1, ())
    assert report.dropped == {"not_entitled:papers": 1, "not_entitled:disclosures": 1}
    assert spans("papers") == []


@pytest.mark.parametrize("ask", [news_refresh, news_backfill])
def test_only_when_neither_news_nor_filings_come_it_is_an_error(vendor: Vendor, ask: Any) -> None:
    vendor.on_all(BROKEN)
    with pytest.raises(SourceError, match="/v2/reference/news"):
        ask(TEN)
    assert NewsCoverage.objects.count() == 0


def test_a_backfill_fetches_twenty_sessions_once_in_weeks_the_newest_first(vendor: Vendor) -> None:
    # Twenty sessions before 31 March 2026 is 3 March; a day before that is the 2nd.
    newsroom(vendor, *WEEKS, article("c", at(9) - 40 * DAY))
    report = news_backfill(TEN)
    assert stored() == ["w0", "w1", "w2", "w3", "w4"]
    start = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    assert [spans(kind) for kind in ("news", "papers", "disclosures")] == [[(start, TEN)]] * 3
    asked = queries(vendor, NEWS)
    assert [query["published_utc.lte"] for query in asked][:2] == [utc(TEN), utc(TEN - 7 * DAY)]
    assert asked[-1]["published_utc.gte"] == utc(start)
    assert (len(asked), report.calls) == (5, 15)
    assert news_backfill(at(10, 30)).calls == 0


def test_an_outage_leaves_a_gap_that_is_known_and_filled_by_the_next_backfill(vendor: Vendor) -> None:
    before, after = TEN - 9 * DAY, TEN
    newsroom(vendor, *(article(f"b{week}", before - 7 * week * DAY - HOUR) for week in range(5)))
    news_backfill(before)
    newsroom(vendor, article("gap", TEN - 6 * DAY), article("new", TEN - HOUR))
    news_refresh(after)
    assert "gap" not in stored()
    assert news_covered_from(after) == after - 4 * DAY
    assert len(spans()) == 2
    report = news_backfill(after)
    # A question for the news and one for the papers; the disclosures were not asked for after the outage.
    assert ("gap" in stored(), report.headlines, report.calls) == (True, 1, 4)
    assert news_covered_from(after) == spans()[0][0] < before
    assert len(spans()) == 1


def test_a_backfill_that_breaks_off_keeps_what_came_and_goes_on_there(vendor: Vendor) -> None:
    newsroom(vendor)
    vendor.on(FMP_NEWS, BROKEN)
    vendor.on(NEWS, [Answer({"results": [WEEKS[0]]}), Answer({"results": [WEEKS[1]]}), BROKEN])
    report = news_backfill(TEN)
    assert len(report.problems) == 1
    assert spans() == [(TEN - 14 * DAY, TEN)]
    newsroom(vendor, *WEEKS)
    vendor.asked.clear()
    assert news_backfill(TEN).problems == ()
    assert {query["published_utc.lte"] for query in queries(vendor, NEWS)} == {
        utc(TEN - 14 * DAY),
        utc(TEN - 21 * DAY),
        utc(TEN - 28 * DAY),
    }


def test_a_vendor_that_has_more_than_it_may_be_asked_for_covers_from_its_oldest_article(
    vendor: Vendor,
) -> None:
    newsroom(vendor)
    vendor.on(NEWS, NOT_IN_PLAN)
    hundred = [fmp_article(f"n{number}", at(9), "ANNE") for number in range(250)]
    vendor.on(FMP_NEWS, Answer(hundred))
    report = news_refresh(TEN)
    assert report.dropped["cut_short"] == 1
    assert spans() == [(at(9), TEN)]


def test_a_day_and_more_without_an_article_is_not_known_but_a_short_silence_is(vendor: Vendor) -> None:
    newsroom(vendor)
    assert news_refresh(TEN).dropped == {"silent": 1}
    assert news_covered_from(TEN) is None
    newsroom(vendor, article("a", at(9)))
    news_refresh(TEN)
    newsroom(vendor)
    assert news_refresh(at(11)).dropped == {}
    assert news_covered_from(at(11)) == TEN - DAY


def test_a_list_of_the_newest_that_ends_too_early_is_a_plans_limit(vendor: Vendor) -> None:
    newsroom(vendor)
    vendor.on(NEWS, NOT_IN_PLAN)
    vendor.on(FMP_NEWS, Answer([fmp_article("a", at(9), "ANNE"), fmp_article("b", at(8), "ANNE")]))
    assert news_refresh(TEN).dropped == {"cut_short": 1}
    assert news_covered_from(TEN) == at(8)


def test_a_vendor_that_takes_no_days_is_not_asked_for_every_week_in_vain(vendor: Vendor) -> None:
    newsroom(vendor)
    vendor.on(NEWS, NOT_IN_PLAN)
    vendor.on(FMP_NEWS, Answer([fmp_article(f"n{number}", at(9), "ANNE") for number in range(250)]))
    news_backfill(TEN)
    assert spans() == [(at(9), TEN)]
    asked = len(queries(vendor, FMP_NEWS))
    news_backfill(TEN)
    assert len(queries(vendor, FMP_NEWS)) == asked + 20
    assert spans() == [(at(9), TEN)]


def test_the_two_lists_of_the_price_vendor_make_one_filing(vendor: Vendor) -> None:
    newsroom(vendor)
    vendor.on(PAPERS, Answer({"results": [paper("0000000001-26-000001", SESSION, "8-K/A")]}))
    vendor.on(DISCLOSURES, Answer({"results": [disclosure("0000000001-26-000001", SESSION, "ANNE")]}))
    report = news_refresh(TEN)
    assert report.filings == 1
    row = SecFiling.objects.get()
    assert (row.form, row.symbols, row.cik, row.accepted_at) == ("8-K/A", ["ANNE"], "0000000001", None)
    assert (row.categories, row.text) == (["financial_results/guidance"], "Guidance 0000000001-26-000001")
    assert (row.filed_on, row.source) == (SESSION, "polygon")


def test_coverage_of_filings_is_as_young_as_the_younger_of_their_lists(vendor: Vendor) -> None:
    newsroom(vendor)
    news_refresh(TEN)
    assert news_covered_from(TEN, kinds=FILINGS) == TEN - DAY
    NewsCoverage.objects.filter(kind="disclosures").update(first=at(9))
    assert news_covered_from(at(11), kinds=FILINGS) == at(9)
    assert news_covered_from(at(12, 30), kinds=FILINGS) is None
    assert news_covered_from(at(9) - 2 * DAY) is None


def test_a_market_that_went_back_in_time_is_covered_where_it_was(vendor: Vendor) -> None:
    newsroom(vendor, *WEEKS, article("b", at(11)))
    news_backfill(at(12))
    assert news_covered_from(at(10)) == dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    assert news_refresh(at(10)).headlines == 0
    assert spans() == [(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), at(12))]


def test_pruning_keeps_ninety_days_and_papers_about_new_shares_three_years(vendor: Vendor) -> None:
    newsroom(vendor, article("a", TEN - HOUR), article("b", TEN - 20 * HOUR))
    forms = ["8-K", "S-3/A", "424B5", "FWP", "S-1MEF", "F-3ASR"]
    rows = [paper(f"1-26-{number}", SESSION, form) for number, form in enumerate(forms)]
    vendor.on(PAPERS, Answer({"results": rows}))
    news_refresh(TEN)
    later = TEN + 90 * DAY - 10 * HOUR
    assert news_prune(later - 11 * HOUR) == 0
    assert news_prune(later) == 1
    assert spans() == [(later - 90 * DAY, TEN)]
    assert news_prune(TEN + 92 * DAY) == 2
    assert stored() == []
    assert SecFiling.objects.count() == 5
    assert NewsCoverage.objects.count() == 0
    assert news_prune(TEN + 1_090 * DAY) == 0
    assert news_prune(TEN + 1_100 * DAY) == 5

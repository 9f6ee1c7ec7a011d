"""News and filings in both dialects: paging, filters, point in time, and what a hand adds to them."""

from __future__ import annotations

import datetime as dt
import json
import urllib.error
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.market import RunningMarket, start_market
from tests.universe.simulator.conftest import OWN_LISTINGS, SESSION
from tests.universe.simulator.test_control import traded_company
from universe.sessions import ET
from universe.simulator.synthetic.world import SyntheticWorld

NEWS = "/v2/reference/news"
INDEX = "/stocks/filings/vX/index"
DISCLOSURES = "/stocks/filings/8-K/vX/disclosures"
FMP_NEWS = "/stable/news/stock-latest"
FMP_FILINGS = "/stable/sec-filings-8k"


def results(market: RunningMarket, path: str) -> list[dict[str, Any]]:
    """All pages of Polygon's."""
    rows: list[dict[str, Any]] = []
    while path:
        body = market.get(path)
        rows += body["results"]
        path = body.get("next_url", "").removeprefix(market.url)
    return rows


def pages(market: RunningMarket, path: str, limit: int) -> list[dict[str, Any]]:
    """All pages of FMP's."""
    rows: list[dict[str, Any]] = []
    for page in range(100):
        told = market.get(f"{path}&limit={limit}&page={page}")
        rows += told
        if len(told) < limit:
            return rows
    raise AssertionError(f"{path} has no end")


def test_a_span_of_a_month_ago_is_served_page_by_page_the_same_by_both(market: RunningMarket) -> None:
    span = "published_utc.gte=2026-10-20T04:00:00Z&published_utc.lte=2026-10-24T03:59:59Z"
    ours = results(market, f"{NEWS}?{span}&limit=100")
    theirs = pages(market, f"{FMP_NEWS}?from=2026-10-20&to=2026-10-23", 90)
    assert len(ours) == len({row["id"] for row in ours}) > 500
    assert {row["published_utc"][:10] for row in ours} >= {"2026-10-20", "2026-10-21", "2026-10-22"}
    assert sorted(row["article_url"] for row in ours) == sorted(row["url"] for row in theirs)
    assert ours == results(market, f"{NEWS}?{span}&limit=1000")


def test_filings_of_a_month_ago_are_served_by_the_days_that_they_were_filed_on(market: RunningMarket) -> None:
    days = "filing_date.gte=2026-10-20&filing_date.lte=2026-10-21"
    ours = results(market, f"{INDEX}?{days}&limit=50")
    theirs = pages(market, f"{FMP_FILINGS}?from=2026-10-20&to=2026-10-21", 40)
    disclosed = results(market, f"{DISCLOSURES}?{days}&limit=30")
    assert {row["filing_date"] for row in ours} == {"2026-10-20", "2026-10-21"}
    assert len(ours) == len({row["accession_number"] for row in ours}) > 100
    events = {row["accession_number"] for row in ours if row["form_type"] == "8-K"}
    assert {row["accession_number"] for row in disclosed} == events
    assert {row["link"].rpartition("/")[2].removesuffix("-index.htm") for row in theirs} == events
    assert results(market, f"{INDEX}?filing_date=2026-10-20&limit=1000") == [
        row for row in ours if row["filing_date"] == "2026-10-20"
    ]


def test_nothing_is_told_before_its_moment(market: RunningMarket) -> None:
    now = dt.datetime.fromisoformat(market.get("/simulator/clock")["market_anchor"])
    limit = now + dt.timedelta(minutes=30)
    told = results(market, f"{NEWS}?published_utc.gte=2026-11-19T00:00:00Z&limit=1000")
    filed = market.get(f"{FMP_FILINGS}?from={SESSION}&to=2026-12-31&limit=1000")
    assert told
    assert max(dt.datetime.fromisoformat(row["published_utc"]) for row in told) < limit
    accepted = [dt.datetime.fromisoformat(row["acceptedDate"]).replace(tzinfo=ET) for row in filed]
    assert accepted
    assert max(accepted) < limit
    with start_market(first=f"{SESSION}T15:00", listings=None) as later:
        more = results(later, f"{NEWS}?published_utc.gte=2026-11-19T00:00:00Z&limit=1000")
    assert len(more) > len(told)
    assert more[-len(told) :] == told


def test_an_evening_paper_is_filed_on_the_next_sessions_day(world: SyntheticWorld) -> None:
    evening = [
        paper
        for paper in world.papers(dt.date(2026, 11, 20))
        if paper.public_at.astimezone(ET).date() == dt.date(2026, 11, 20)
        and paper.public_at.astimezone(ET).time() >= dt.time(17, 30)
    ]
    assert evening
    assert {paper.filed_on for paper in evening} == {dt.date(2026, 11, 23)}


def test_offerings_come_with_a_prospectus_and_events_with_an_8k(world: SyntheticWorld) -> None:
    forms: Counter[str] = Counter()
    for session in (dt.date(2026, 11, day) for day in (16, 17, 18, 19, 20)):
        papers = world.papers(session)
        by_article: dict[tuple[str, str], set[str]] = {}
        for paper in papers:
            by_article.setdefault((paper.symbol, paper.title), set()).add(paper.form)
            forms[paper.form] += 1
        for (_, title), filed in by_article.items():
            is_priced = "offering" in title
            assert filed == ({"8-K", "424B5"} if is_priced else filed - {"424B5"})
            assert ("S-3" in filed) == ("shelf" in title)
        assert len({paper.number for paper in papers}) == len(papers)
    assert forms["8-K"] > 300
    assert forms["424B5"] > 15
    assert forms["S-3"] > 3


@pytest.mark.parametrize(
    ("words", "least"),
    [
        (("FDA approval", "FDA clearance", "complete response letter", "clinical hold"), 20),
        (("Phase 2", "Phase 3", "trial"), 20),
        (("estimates",), 60),
        (("guidance", "outlook"), 60),
        (("offering",), 40),
        (("shelf", "warrants"), 15),
        (("acquired", "merger"), 20),
        (("contract", "purchase order"), 30),
        (("partnership",), 10),
        (("bid price", "delisting", "reverse stock split"), 15),
        (("halted",), 15),
        (("upgraded", "downgraded"), 20),
        (("pre-market session", "moving premarket", "Top small-cap movers"), 40),
        (("class action", "investigates claims"), 30),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_in_a_fortnight_every_kind_of_news_occurs(
    fortnight: Counter[str], words: tuple[str, ...], least: int
) -> None:
    found = sum(count for title, count in fortnight.items() if any(word in title for word in words))
    assert least <= found < fortnight.total() / 3


@pytest.fixture(scope="module")
def fortnight(world: SyntheticWorld) -> Counter[str]:
    days = [dt.date(2026, 11, day) for day in (9, 10, 11, 12, 13, 16, 17, 18, 19, 20)]
    return Counter(article.title for day in days for article in world.articles(day))


def test_tones_mostly_agree_with_the_words_and_lists_are_not_judged(world: SyntheticWorld) -> None:
    for article in world.articles(SESSION):
        if len(article.symbols) > 1:
            assert article.tones == {}
        if "offering" in article.title or "class action" in article.title:
            assert set(article.tones.values()) <= {"negative"}
        if "FDA approval" in article.title or "to be acquired" in article.title:
            assert set(article.tones.values()) <= {"positive"}


def test_the_same_seed_tells_the_same_and_another_something_else(world: SyntheticWorld) -> None:
    assert world.articles(SESSION) == SyntheticWorld().articles(SESSION)
    assert world.papers(SESSION) == SyntheticWorld().papers(SESSION)
    other = SyntheticWorld(21).articles(SESSION)
    assert {article.title for article in other} != {article.title for article in world.articles(SESSION)}


def test_an_ordered_article_is_told_by_both_and_of_the_moment_that_was_ordered(
    own_market: RunningMarket,
) -> None:
    symbol = traded_company(own_market, "Energy")
    own_market.tell(symbol, "Great news", tone="positive", text="At length.", minutes=20)
    own_market.tell(symbol, "Plain news")
    ours = own_market.get(f"{NEWS}?ticker={symbol}&limit=10")["results"]
    assert [row["title"] for row in ours[:2]] == ["Plain news", "Great news"]
    assert (ours[1]["description"], ours[1]["tickers"]) == ("At length.", [symbol])
    assert [insight["sentiment"] for insight in ours[1]["insights"]] == ["positive"]
    assert "insights" not in ours[0]
    assert f"{SESSION}T15:10" <= ours[1]["published_utc"] < f"{SESSION}T15:15"
    theirs = own_market.get(f"/stable/news/stock?symbols={symbol}&limit=10")
    assert [row["title"] for row in theirs[:2]] == ["Plain news", "Great news"]


def test_an_ordered_filing_is_in_the_lists_of_its_form(own_market: RunningMarket) -> None:
    symbol = traded_company(own_market, "Energy")
    done = own_market.file(symbol, "S-3", title="Shelf of 100 million")
    own_market.file(symbol, "8-K", title="Announces contract", minutes=5)
    index = own_market.get(f"{INDEX}?ticker={symbol}")["results"]
    assert [row["form_type"] for row in index][-2:] == ["8-K", "S-3"]
    shelf = next(row for row in index if row["accession_number"] == done["number"])
    assert (shelf["form_type"], shelf["filing_date"], done["day"]) == ("S-3", str(SESSION), str(SESSION))
    assert len(shelf["cik"]) == 10
    (disclosed,) = (
        row
        for row in own_market.get(f"{DISCLOSURES}?tickers={symbol}")["results"]
        if row["supporting_text"] == "Announces contract"
    )
    assert disclosed["secondary_category"] == "material_agreement"
    newest = own_market.get(f"/stable/sec-filings-search/symbol?symbol={symbol}&from={SESSION}&to={SESSION}")
    assert [row["formType"] for row in newest][:2] == ["S-3", "8-K"]


def test_what_was_ordered_is_told_after_a_restart_and_under_a_new_name(tmp_path: Path) -> None:
    state = tmp_path / "market.json"
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as first:
        symbol = traded_company(first, "Energy")
        first.tell(symbol, "Great news", tone="positive")
        first.file(symbol, "S-3")
        first.rename(symbol, "WXYZQ")
    with start_market(first=SESSION.isoformat(), state=state, listings=OWN_LISTINGS) as second:
        assert second.get(f"{NEWS}?ticker={symbol}")["results"][0]["title"] == "Great news"
        second.control(clock="2026-11-23T10:00")
        assert any(row["title"] == "Great news" for row in second.get(f"{NEWS}?ticker=WXYZQ")["results"])
        forms = [row["form_type"] for row in second.get(f"{INDEX}?ticker=WXYZQ")["results"]]
        assert "S-3" in forms


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"article": {"symbol": "ZZZZZ", "title": "A"}}, "'ZZZZZ', which is not listed"),
        ({"article": {"symbol": "IWM"}}, "'title' is ''"),
        ({"article": {"symbol": "IWM", "title": 7}}, "'title' is 7"),
        ({"article": {"symbol": "IWM", "title": "A", "tone": "glad"}}, "'tone' is 'glad'"),
        ({"article": {"symbol": "IWM", "title": "A", "minutes": -1}}, "'minutes' is -1"),
        ({"filing": {"symbol": "IWM", "form": " "}}, "'form' is ' '"),
        ({"filing": {"symbol": "IWM", "form": "8-K", "minutes": 50_000}}, "a number from 0 to 43200"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(
    market: RunningMarket, command: dict[str, Any], words: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        market.control(**command)
    with refused.value as error:
        assert error.code == 400
        assert words in json.loads(error.read())["error"]

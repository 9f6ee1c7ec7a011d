"""What the tables of news and filings make of odd rows, and what is read from them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from tests.universe.canned import SESSION, at
from universe.models import NewsArticle, SecFiling, Stock
from universe.notices import Filing, is_offering
from universe.selectors import filings_between, headlines_between, stock_names
from universe.services.coverage import span_keep
from universe.services.news_store import filings_store, headlines_store
from universe.sessions import hours, next_session, previous_session
from universe.spans import Span
from universe.types import Headline

pytestmark = pytest.mark.django_db

CAME = dt.datetime(2026, 3, 31, 14, tzinfo=dt.UTC)
HEADLINE = Headline("a", at(9), "Title", "https://news.example/a", "Wire", ("ANNE",), {}, "polygon", CAME)
PAPER = Filing(
    accession_number="0000000001-26-000001",
    form="8-K",
    filed_on=SESSION,
    accepted_at=None,
    symbols=("ANNE",),
    cik="0000000001",
    url="https://sec.example/1.txt",
    categories=(),
    text="",
    source="polygon",
    fetched_at=CAME,
)
YESTERDAY, TOMORROW = previous_session(SESSION), next_session(SESSION)


def stock(symbol: str, cik: str, *, active: bool = True) -> None:
    Stock.objects.create(
        symbol=symbol, name=f"{symbol.title()} Inc.", cik=cik, active=active, last_listed_at=CAME
    )


def test_an_odd_article_is_cut_and_cleaned_and_costs_no_other() -> None:
    odd = replace(
        HEADLINE,
        id="https://news.example/" + "x" * 9_000,
        title="A\0B\ud800C" + "t" * 900,
        text="y" * 50_000,
        url="https://news.example/" + "x" * 9_000,
        publisher="p" * 500,
        symbols=("ANNE", "", "A" * 17, "B\0EA", *(f"S{number}" for number in range(300))),
        tone={"ANNE": float("nan"), "B\0EA": 1.0, "CAL": -1.0},
    )
    other = replace(odd, id="https://news.example/" + "x" * 8_999 + "y")
    assert headlines_store([HEADLINE, odd, other]) == 3
    assert headlines_store([HEADLINE, odd, other]) == 0
    row = NewsArticle.objects.exclude(vendor_id="a").first()
    assert row is not None
    assert (row.title[:4], len(row.title), len(row.text), row.url) == ("ABCt", 500, 4_000, "")
    assert (row.symbols[:2], len(row.symbols), len(row.publisher)) == (["ANNE", "BEA"], 100, 120)
    assert row.tone == {"BEA": 1.0, "CAL": -1.0}


def test_an_odd_filing_is_cut_and_cleaned_and_one_without_a_number_is_counted() -> None:
    odd = replace(
        PAPER,
        form="8-K" + "x" * 99,
        cik="a company",
        url="u" * 9_000,
        categories=("c" * 999, "z\0"),
        text="t\0" * 9_000,
    )
    dropped: Counter[str] = Counter()
    nameless = [replace(PAPER, accession_number=number) for number in ("\0", "9" * 41)]
    assert filings_store([odd, *nameless], dropped) == 1
    assert dropped == {"bad_accession_number": 2}
    row = SecFiling.objects.get()
    assert (len(row.form), row.cik, row.url, len(row.text)) == (32, "", "", 4_000)
    assert ([len(name) for name in row.categories], row.categories[1]) == ([200, 1], "z")


def test_a_filing_of_both_vendors_is_one_and_nothing_of_it_is_unlearnt() -> None:
    told = replace(PAPER, symbols=("BEA",), source="fmp", accepted_at=at(8), url="https://fmp.example/1")
    disclosed = replace(PAPER, symbols=(), cik=None, url="", categories=("deals",), text="One.")
    assert filings_store([PAPER, disclosed]) == 1
    assert filings_store([told]) == 0
    assert filings_store([replace(disclosed, text="Two."), disclosed, PAPER]) == 0
    row = SecFiling.objects.get()
    assert (row.accepted_at, row.symbols, row.cik) == (at(8), ["ANNE", "BEA"], "0000000001")
    assert (row.categories, row.text) == (["deals"], "One.\nTwo.")
    assert (row.source, row.url) == ("polygon", "https://sec.example/1.txt")


def test_a_long_text_does_not_grow_with_every_asking() -> None:
    long = replace(PAPER, text="a long text " * 1_000)
    for _ in range(3):
        filings_store([long])
    assert SecFiling.objects.get().text == ("a long text " * 1_000)[:4_000]


def test_a_filing_without_symbols_gets_those_of_the_listings_with_its_cik() -> None:
    stock("ANNE", "0000000007")
    stock("ANNE.W", "7")
    stock("OLD", "0000000007", active=False)
    stock("BEA", "0000000008")
    filings_store([replace(PAPER, symbols=(), cik="7")])
    filings_store([replace(PAPER, accession_number="2", symbols=(), cik="0000000009")])
    rows = dict(SecFiling.objects.values_list("accession_number", "symbols"))
    assert rows == {PAPER.accession_number: ["ANNE", "ANNE.W"], "2": []}


def test_headlines_between_two_moments_come_in_order_and_by_symbol() -> None:
    rows = [
        replace(HEADLINE, id=name, url=name, published_at=at(hour), symbols=symbols)
        for name, hour, symbols in [("c", 11, ("CAL",)), ("a", 9, ("ANNE",)), ("b", 10, ("ANNE", "BEA"))]
    ]
    headlines_store(rows)
    assert [row.id for row in headlines_between(at(9), at(10))] == ["a", "b"]
    assert [row.id for row in headlines_between(at(9, 1), at(11))] == ["b", "c"]
    assert [row.id for row in headlines_between(at(4), at(12), ["BEA", "CAL"])] == ["b", "c"]
    assert headlines_between(at(4), at(12), []) == []
    assert headlines_between(at(9), at(9)) == [rows[1]]


def test_an_article_that_both_vendors_told_is_the_judged_one_with_the_symbols_of_both() -> None:
    judged = replace(HEADLINE, tone={"ANNE": 1.0})
    other = replace(HEADLINE, id="other", source="fmp", symbols=("BEA",))
    headlines_store([other, judged, replace(HEADLINE, id="again"), replace(other, id="alone", url="")])
    read = headlines_between(at(9), at(9))
    assert sorted(row.id for row in read) == ["a", "again", "alone"]
    (one,) = (row for row in read if row.tone)
    assert (one.id, one.source, set(one.symbols)) == ("a", "polygon", {"ANNE", "BEA"})


def test_filings_between_two_moments_go_by_their_acceptance_else_by_their_day() -> None:
    evening = hours(YESTERDAY).post_close - dt.timedelta(hours=1)
    filings_store(
        [
            replace(PAPER, accession_number="evening", filed_on=SESSION, accepted_at=evening),
            replace(PAPER, accession_number="day", symbols=("BEA",)),
            replace(PAPER, accession_number="morning", accepted_at=at(8)),
            replace(PAPER, accession_number="tomorrow", filed_on=TOMORROW),
        ]
    )

    def numbers(first: dt.datetime, last: dt.datetime, symbols: list[str] | None = None) -> list[str]:
        return [row.accession_number for row in filings_between(first, last, symbols)]

    assert numbers(at(4), at(10)) == ["morning", "day"]
    assert numbers(evening, evening) == ["evening"]
    assert numbers(at(4), at(7), ["BEA"]) == ["day"]
    assert numbers(at(9), at(10) + dt.timedelta(days=1)) == ["day", "tomorrow"]
    assert filings_between(at(8), at(8), ["ANNE"]) == [
        replace(PAPER, accession_number="morning", accepted_at=at(8))
    ]


def test_names_are_those_of_listings_that_are_known() -> None:
    stock("ANNE", "")
    assert stock_names(["ANNE", "NOBODY"]) == {"ANNE": "Anne Inc."}


@pytest.mark.parametrize(
    ("form", "offers"),
    [
        *((form, True) for form in ("424B5", "S-3ASR", "s-1/a", "F-3", "FWP")),
        *((form, False) for form in ("8-K", "SC 13G", "10-Q", "4", "")),
    ],
)
def test_forms_that_may_mean_more_shares_are_told_by_their_beginning(form: str, offers: bool) -> None:
    assert is_offering(form) is offers


@pytest.mark.parametrize("page", ["newsarticle", "secfiling", "newscoverage"])
def test_the_admin_lists_what_was_fetched(admin_client: Client, page: str) -> None:
    headlines_store([HEADLINE])
    filings_store([PAPER])
    span_keep("news", Span(at(9), at(10)))
    answer = admin_client.get(reverse(f"admin:universe_{page}_changelist"))
    assert answer.status_code == 200
    assert 'class="field-' in answer.content.decode()

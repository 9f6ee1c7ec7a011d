"""Whose event a headline is, how much it weighs, and its tone."""

from __future__ import annotations

import pytest

from analysis.catalysts import judge_headline
from analysis.catalysts.names import core_of, mention_in
from tests.analysis.catalysts.made_up import NAMES, headline, judged, kind_of


@pytest.mark.parametrize(
    "title",
    [
        "Orvane wins FDA approval; rival Quellmar falls",
        "Quellmar stock rises as FDA rejects rival Orvane's drug",
        "Orvane beats estimates, lifting Quellmar",
        "Orvane Pharma (ORVN) wins FDA approval for drug tested at Quellmar",
        "ORVN stock gains, Quellmar shares drop on positive results from trial",
        "Orvane prices $20 million public offering with Quellmar",
        "Orvane launches $600 million ATM program with Brokers and Quellmar",
        "Orvane reports third-quarter results - analysts like Quellmar",
        "Quellmar Global Equity Fund Q2 Earnings Call Highlights",
        "Party politics: NDA accepted at the summit of ministers",
    ],
)
def test_a_headline_that_merely_names_a_company_is_not_its_catalyst(title: str) -> None:
    assert kind_of(title) == ""


def test_a_headline_about_somebody_else_is_no_catalyst_whatever_the_vendor_tags_it_with() -> None:
    assert judged("Orvane Receives FDA Fast Track Designation", "QLMR", "VRDN") == []
    assert judged("Orvane Receives FDA Fast Track Designation", "UNKNOWN") == []


@pytest.mark.parametrize(
    ("title", "symbol"),
    [
        ("Quellmar Receives FDA Fast Track Designation", "QLMR"),
        ("QUELLMAR THERAPEUTICS RECEIVES FDA FAST TRACK DESIGNATION", "QLMR"),
        ("Quellmar Therapeutics’ drug gets FDA approval", "QLMR"),
        ("FDA approves Quellmar Tx's drug", "QLMR"),
        ("QLMR stock soars after FDA approval", "QLMR"),
        ("(NASDAQ: QLMR) drug maker gets FDA approval", "QLMR"),
        ("BRIEF-Quellmar wins FDA approval", "QLMR"),
        ("Summit gains after FDA accepts key cancer drug application", "SUMT"),
        ("FDA accepts Summit's cancer drug application", "SUMT"),
        ("Shares of Summit Therapeutics rise on FDA approval", "SUMT"),
        ("Summit Bio jumps after FDA approval", "SUMT"),
        ("FDA lets Summit start trial of cancer drug", "SUMT"),
        ("FDA, Summit agree on a trial of the cancer drug", "SUMT"),
        ("ON stock sinks on FDA rejection", "ON"),
    ],
)
def test_a_company_is_known_by_name_and_by_ticker(title: str, symbol: str) -> None:
    assert kind_of(title, symbol) == "fda"


@pytest.mark.parametrize(
    ("title", "symbol"),
    [
        ("Leaders at the summit hail FDA approval of vaccine", "SUMT"),
        ("Summit Energy wins FDA approval", "SUMT"),
        ("Ministers at Summit hail FDA approval of the vaccine", "SUMT"),
        ("FDA Approval Hailed by Many in Summit of Experts", "SUMT"),
        ("New drug wins FDA approval on Monday", "ON"),
        ("FDA-approved drug maker Quellmar-backed Orvane Health files", "QLMR"),
    ],
)
def test_an_ordinary_word_is_no_company(title: str, symbol: str) -> None:
    assert kind_of(title, symbol) == ""


def test_both_parties_of_a_deal_have_it() -> None:
    found = judged("Verdana to acquire Quellmar for $2 billion", "QLMR", "VRDN")
    assert {one.symbol: one.kind for one in found} == {"QLMR": "merger", "VRDN": "merger"}
    weights = {one.symbol: one.relevance for one in found}
    assert weights == {"VRDN": 0.8, "QLMR": 0.64}


@pytest.mark.parametrize(
    ("title", "symbols", "tone", "weight"),
    [
        ("Quellmar wins FDA approval", ("QLMR",), {}, 1.0),
        ("FDA approval goes to drug of Quellmar", ("QLMR",), {}, 0.8),
        ("QLMR stock rises on FDA approval", ("QLMR",), {}, 0.9),
        ("Quellmar wins FDA approval", ("QLMR", "A"), {}, 0.8),
        ("Quellmar wins FDA approval", ("QLMR", "A", "B"), {}, 0.6),
        ("Quellmar wins FDA approval", ("QLMR", "A", "B", "C"), {}, 0.4),
        ("Quellmar wins FDA approval", ("QLMR", "A"), {"A": 1.0}, 0.4),
    ],
)
def test_surer_and_less_shared_news_weighs_more(
    title: str, symbols: tuple[str, ...], tone: dict[str, float], weight: float
) -> None:
    (found,) = judged(title, *symbols, tone=tone)
    assert found.relevance == pytest.approx(weight)


@pytest.mark.parametrize(
    ("title", "vendor", "tone"),
    [
        ("Quellmar wins FDA approval", None, 1),
        ("Quellmar wins FDA approval", 0.0, 1),
        ("Quellmar wins FDA approval", -1.0, 1),
        ("Quellmar Receives Complete Response Letter", None, -1),
        ("Quellmar prices public offering", 1.0, -1),
        ("Quellmar withdraws public offering", None, 1),
        ("Quellmar Q3 earnings beat estimates", None, 1),
        ("Quellmar misses Q3 estimates", None, -1),
        ("Quellmar narrows Q2 loss", None, 1),
        ("Quellmar widens Q2 loss", None, -1),
        ("Quellmar pill cuts relapse risk by 50% in key trial", None, 1),
        ("Quellmar Q3 earnings beat estimates, revenue misses", None, 0),
        ("Quellmar Q3 earnings beat estimates, revenue misses", -1.0, -1),
        ("Quellmar Reports Third Quarter Results", None, 0),
        ("Quellmar Reports Third Quarter Results", 1.0, 1),
        ("Quellmar Reports Third Quarter Results", 3.0, 1),
        ("Quellmar cuts 2026 guidance", None, -1),
        ("Quellmar regains compliance with Nasdaq", None, 1),
        ("Quellmar announces reverse stock split", None, -1),
    ],
)
def test_a_clear_event_has_its_own_tone_and_the_vendor_decides_the_unclear(
    title: str, vendor: float | None, tone: float
) -> None:
    (found,) = judged(title, tone={} if vendor is None else {"QLMR": vendor})
    assert found.tone == tone


def test_a_catalyst_says_where_it_is_from() -> None:
    article = headline("Quellmar wins FDA approval for its pill - Wire Daily")
    (found,) = judge_headline(article, NAMES)
    assert (found.key, found.rule, found.form) == ("news:vendor:77", "fda.approved", "")
    assert (found.title, found.url, found.publisher, found.source) == (
        article.title,
        article.url,
        article.publisher,
        article.source,
    )
    assert (found.at, found.fetched_at) == (article.published_at, article.fetched_at)


def test_a_symbol_told_twice_is_judged_once() -> None:
    assert len(judged("Quellmar wins FDA approval", "QLMR", "QLMR")) == 1


@pytest.mark.parametrize(
    ("listed", "core"),
    [
        ("Quellmar Therapeutics Inc. Common Stock", ("Quellmar", "Therapeutics")),
        ("The Verdana Company (Ireland) Ordinary Shares", ("Verdana",)),
        ("Orvane & Sons Ltd. American Depositary Shares (each representing two)", ("Orvane", "&", "Sons")),
        ("Common Stock", ("Common", "Stock")),
        ("", ()),
        ("The", ()),
    ],
)
def test_a_listed_name_is_stripped_of_its_legal_form(listed: str, core: tuple[str, ...]) -> None:
    assert core_of(listed) == core


@pytest.mark.parametrize(
    ("title", "symbol", "name"),
    [
        ("J. Orvane & Son reports results", "JOS", "J. Orvane & Son Inc. Common Stock"),
        ("JP Orvane names a chief", "X", "JP Orvane & Co. Common Stock"),
        ("JPOrvane names a chief", "X", "JP Orvane & Co. Common Stock"),
        ("Some Brightbrook branch", "BRBK", "Brightbrook Bancorp Inc."),
        ("Call: [QLM Q2 Call]", "QLX", "QLM Corporation Common Stock"),
        ("Twolet QLMR rises", "QLMR", ""),
        ("Jack Orvane shares rise", "JOA", "Jack Orvane & Associates Inc. Common Stock"),
        ("News of Harmony Bio", "HMN", "Harmony Biosciences Holdings Inc. Common Stock"),
    ],
)
def test_a_name_is_found_as_people_write_it(title: str, symbol: str, name: str) -> None:
    assert mention_in(title, symbol, name) is not None


@pytest.mark.parametrize(
    ("title", "symbol", "name"),
    [
        ("A brightbrook runs", "BRBK", "Brightbrook Bancorp Inc."),
        ("QLMR RISES", "X", "(The)"),
        ("C drops", "C", ""),
        ("AI spending grows", "AI", ""),
        ("ALL CAPS QLMR NEWS", "QLMR", ""),
    ],
)
def test_what_only_looks_like_a_name_is_none(title: str, symbol: str, name: str) -> None:
    assert mention_in(title, symbol, name) is None

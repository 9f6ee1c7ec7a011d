"""One catalyst per event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.catalysts import Catalyst, distinct
from tests.analysis.catalysts.made_up import MONDAY, catalyst

HOUR = dt.timedelta(hours=1)
RULES = (
    "fda.approved",
    "fda.refused",
    "earnings.call",
    "guidance.cut",
    "contract.won",
    "filing.other",
    "offering.atm",
)
TITLES = ("Quellmar wins navy order", "Quellmar wins large navy order today", "Army award", "8-K")


def told(rule: str, hours: float, **changes: Any) -> Catalyst:
    fields = {"key": f"news:vendor:{rule}:{hours}"} | changes
    return catalyst(rule, MONDAY + hours * HOUR, **fields)


def test_several_articles_of_one_event_count_once_and_the_first_is_kept() -> None:
    articles = [told("fda.approved", hours, title=f"Words {hours}") for hours in (5, 0, 23)]
    assert distinct(articles) == [articles[1]]


def test_a_day_later_the_same_kind_is_another_event() -> None:
    assert len(distinct([told("earnings.report", 0), told("earnings.report", 24)])) == 2


def test_another_company_has_its_own_event() -> None:
    assert len(distinct([told("merger.deal", 0), told("merger.deal", 1, symbol="VRDN")])) == 2


def test_two_orders_of_one_day_are_two_when_their_titles_differ() -> None:
    first = told("contract.won", 0, title="Quellmar wins $3 million order from Navy")
    again = told("contract.won", 2, title="Quellmar stock rises on $3 million Navy order")
    other = told("contract.won", 3, title="Hospital chain in Ohio picks imaging unit")
    assert distinct([first, again, other]) == [first, other]


def test_an_outlook_told_with_the_results_is_one_event() -> None:
    assert len(distinct([told("earnings.report", 0), told("guidance.raised", 1)])) == 1
    assert len(distinct([told("earnings.against", 0), told("guidance.cut", 1, tone=-1.0)])) == 1


def test_a_prospectus_belongs_to_its_offering_but_a_withdrawal_does_not() -> None:
    offered = told("offering.public", 0, tone=-1.0)
    paper = told("dilution.warrants", 5, tone=-1.0, key="sec:1", form="424B5")
    withdrawn = told("offering.withdrawn", 6, tone=1.0)
    assert distinct([paper, withdrawn, offered]) == [offered, withdrawn]


def test_an_unclassed_8_k_is_the_paper_to_what_was_told_before_it() -> None:
    article, paper = told("contract.won", 0), told("filing.other", 3, form="8-K")
    assert distinct([paper, article]) == [article]
    assert distinct([paper]) == [paper]
    assert distinct([paper, told("contract.won", 4)]) == [paper, told("contract.won", 4)]
    assert len(distinct([article, told("filing.other", 25)])) == 2


def test_the_same_words_tell_the_same_event_whatever_its_class() -> None:
    title = "Quellmar announces positive topline results from its Phase 3 trial"
    article = told("trial.positive", 0, title=title)
    paper = told("earnings.report", 16, title=title, key="sec:2", form="8-K")
    assert distinct([paper, article]) == [article]
    assert len(distinct([article, told("earnings.report", 25, title=title)])) == 2


def test_a_paper_without_contents_takes_no_words_from_an_event() -> None:
    paper = told("filing.other", 0, title="Quellmar files current report", form="8-K")
    event = told("contract.won", 1, title="Quellmar files current report")
    assert distinct([paper, event]) == [paper, event]


def test_titles_without_words_are_not_alike() -> None:
    assert len(distinct([told("contract.won", 0, title="-"), told("contract.won", 1, title="-")])) == 2


def test_thousands_of_articles_of_one_company_are_compared_with_a_few_each() -> None:
    many = [told("contract.won", n / 1000, title=f"a{n} b{n} c{n}", key=f"k{n}") for n in range(3000)]
    assert len(distinct(many)) == 3000


def one() -> st.SearchStrategy[Catalyst]:
    return st.builds(
        told,
        st.sampled_from(RULES),
        st.integers(0, 60).map(lambda quarter: quarter / 1.5),
        symbol=st.sampled_from(("QLMR", "VRDN")),
        title=st.sampled_from(TITLES),
        tone=st.sampled_from((-1.0, 0.0, 1.0)),
        key=st.integers(0, 30).map(str),
    )


MANY = st.lists(one(), max_size=25)


@settings(deadline=None)
@given(MANY, st.randoms(use_true_random=False))
def test_the_order_of_the_articles_does_not_matter(articles: list[Catalyst], random: Any) -> None:
    shuffled = articles[:]
    random.shuffle(shuffled)
    assert distinct(shuffled) == distinct(articles)


@settings(deadline=None)
@given(MANY)
def test_what_is_distinct_stays_so(articles: list[Catalyst]) -> None:
    once = distinct(articles)
    assert distinct(once) == once
    assert set(once) <= set(articles)
    assert bool(once) == bool(articles)


@settings(deadline=None)
@given(MANY, st.integers(0, 40))
def test_a_later_article_never_removes_an_event(articles: list[Catalyst], hours: int) -> None:
    until = MONDAY + hours * HOUR
    known = [article for article in articles if article.at <= until]
    assert distinct(known) == [event for event in distinct(articles) if event.at <= until]

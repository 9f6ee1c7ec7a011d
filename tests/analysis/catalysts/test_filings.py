"""Papers filed with the SEC, by form, categories and text."""

from __future__ import annotations

import datetime as dt

import pytest

from analysis.catalysts import judge_filing
from analysis.catalysts.filings import base_form
from tests.analysis.catalysts.made_up import FETCHED, filing

MONDAY_AT_20 = dt.datetime(2026, 3, 3, 1, 0, tzinfo=dt.UTC)
"""20:00 New York of 2026-03-02, in winter time."""


def rule_of(form: str, text: str = "", **changes: object) -> str:
    found = judge_filing(filing(form, text, **changes))
    return found[0].rule if found else ""


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        ("S-1", "offering.public"),
        ("S-1/A", "offering.public"),
        ("F-1", "offering.public"),
        ("424B4", "offering.public"),
        ("424B5", "offering.public"),
        ("424B3", "dilution.resale"),
        ("424B7", "dilution.resale"),
        ("S-3", "dilution.shelf"),
        ("S-3ASR", "dilution.shelf"),
        ("F-3", "dilution.shelf"),
        ("D", "offering.private"),
        ("RW", "offering.withdrawn"),
        ("S-4", "merger.deal"),
        ("425", "merger.deal"),
        ("DEFM14A", "merger.deal"),
        ("SC TO-T/A", "merger.deal"),
        ("SCHEDULE TO-T", "merger.deal"),
        ("SC14D9C", "merger.deal"),
        ("SC 13E3", "merger.deal"),
        ("25-NSE", "listing.delisted"),
        ("8-K", "filing.other"),
        ("8-K/A", "filing.other"),
        ("6-K", "filing.other"),
    ],
)
def test_a_form_tells_what_it_is_for(form: str, rule: str) -> None:
    assert rule_of(form) == rule


@pytest.mark.parametrize(
    "form",
    [
        *(
            "3",
            "4",
            "4/A",
            "5",
            "144",
            "SCHEDULE 13G",
            "SC 13D/A",
            "13F-HR",
            "10-Q",
            "10-K",
            "20-F",
            "NT 10-Q",
        ),
        *("DEF 14A", "PRE 14A", "DEFA14A", "ARS", "S-8", "S-8 POS", "EFFECT", "POS AM", "CORRESP", ""),
    ],
)
def test_what_is_no_event_is_no_catalyst(form: str) -> None:
    assert judge_filing(filing(form)) == []


@pytest.mark.parametrize(
    ("form", "text", "rule"),
    [
        ("S-3", "Up to $75,000,000 in an at-the-market offering", "offering.atm"),
        ("424B5", "We have entered into a sales agreement with an agent", "offering.atm"),
        ("S-1", "The resale of up to 4,000,000 shares by the selling stockholders", "dilution.resale"),
        ("424B3", "Shares under our committed equity facility", "dilution.equity_line"),
        ("424B5", "Common stock and warrants that are exercisable at $2.00", "dilution.warrants"),
        ("424B2", "Convertible senior notes due 2031", "offering.convertible"),
        ("424B5", "A registered direct offering of shares", "offering.direct"),
        ("S-3", "This prospectus is part of a shelf", "dilution.shelf"),
        ("S-4", "Holders may resale", "merger.deal"),
    ],
)
def test_the_text_of_a_prospectus_says_what_kind_of_new_shares(form: str, text: str, rule: str) -> None:
    assert rule_of(form, text) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Quellmar prices public offering", "offering.public"),
        (
            "Item 2.02\tResults of Operations\n\nOn March 2 the Company told its shareholders.",
            "earnings.report",
        ),
        ("Item 3.01 Notice\n\nThe Company was told.", "listing.deficiency"),
        ("Item 3.02 Sales", "offering.private"),
        ("Item 2.01 Completion", "merger.deal"),
        ("Item 1.01\tEntry into an Agreement\n\nThe Company entered a lease.", "filing.other"),
        ("The FDA may impose a clinical hold on our trials.", "filing.other"),
        ("Topline data are expected in the second half.", "filing.other"),
        ("The Company&#8217;s pivotal trial met its primary endpoint.", "trial.positive"),
        ("We could dilute. The FDA has placed a clinical hold on our trial.", "fda.hold"),
    ],
)
def test_an_8_k_is_read_by_what_it_says_and_not_by_what_may_be(text: str, rule: str) -> None:
    assert rule_of("8-K", text) == rule


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("financial_results/earnings_announcement/quarterly_results", "earnings.report"),
        ("financial_results/guidance/guidance_update", "guidance.given"),
        ("capital_markets/equity_issuance/public_offering", "offering.public"),
        ("mergers_and_acquisitions/merger_agreement/definitive_agreement", "merger.deal"),
        ("regulatory/product_approval/regulatory_decision", "fda.decision_date"),
        ("business_operations/material_agreement/new_agreement", "filing.other"),
        ("leadership/executive_change/executive_appointment", "filing.other"),
        ("listing/delisting_notice/deficiency", "listing.deficiency"),
    ],
)
def test_an_8_k_is_read_by_the_vendors_categories(path: str, rule: str) -> None:
    assert rule_of("8-K", categories=(path,)) == rule


def test_the_sentence_of_a_disclosure_makes_its_category_finer() -> None:
    category = ("regulatory/product_approval/regulatory_decision",)
    (found,) = judge_filing(filing("8-K", "Quellmar receives complete response letter", categories=category))
    assert (found.rule, found.tone) == ("fda.refused", -1)


def test_the_category_counts_where_a_later_sentence_tells_of_something_else() -> None:
    category = ("financial_results/earnings_announcement/quarterly_results",)
    (found,) = judge_filing(filing("8-K", "Costs fell. Quellmar wins large order", categories=category))
    assert (found.rule, found.tone) == ("earnings.report", -1)


def test_what_the_paper_says_first_counts_before_the_vendors_category() -> None:
    category = ("regulatory_matters/other",)
    text = "Quellmar discontinues Phase 2 trial after interim analysis. More follows."
    (found,) = judge_filing(filing("8-K", text, categories=category))
    assert (found.kind.value, found.tone) == ("trial", -1)


def test_a_paper_without_a_time_is_known_at_the_end_of_its_day() -> None:
    (found,) = judge_filing(filing("8-K"))
    assert found.at == MONDAY_AT_20


def test_a_paper_is_known_when_it_was_accepted_or_when_we_had_it() -> None:
    accepted = dt.datetime(2026, 3, 2, 21, 5, tzinfo=dt.UTC)
    assert judge_filing(filing("8-K", accepted_at=accepted))[0].at == accepted
    early = dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC)
    assert judge_filing(filing("8-K", fetched_at=early))[0].at == early


def test_a_paper_is_a_catalyst_of_each_of_its_companies_once() -> None:
    found = judge_filing(filing("8-K", symbols=("QLMR", "VRDN", "QLMR")))
    assert [one.symbol for one in found] == ["QLMR", "VRDN"]
    assert judge_filing(filing("8-K", symbols=())) == []


def test_a_catalyst_of_a_paper_says_where_it_is_from() -> None:
    (found,) = judge_filing(filing("424B5/A"))
    assert (found.form, found.key, found.publisher) == ("424B5/A", "sec:0000000000-26-000001", "SEC")
    assert (found.title, found.fetched_at, found.relevance) == ("424B5/A: Offering", FETCHED, 1.0)


def test_a_paper_without_a_class_weighs_half() -> None:
    (found,) = judge_filing(filing("8-K"))
    assert (found.title, found.relevance, found.tone, found.kind.tag) == (
        "8-K: contents not told",
        0.5,
        0,
        "8-K",
    )


def test_the_title_of_a_paper_is_its_first_sentence_cut_to_a_line() -> None:
    text = "Item 8.01\tOther Events\n\nQuellmar wins FDA approval. More follows."
    assert judge_filing(filing("8-K", text))[0].title == "Quellmar wins FDA approval."
    long = judge_filing(filing("8-K", "word " * 100))[0].title
    assert (len(long) <= 200, long[-1]) == (True, "…")


@pytest.mark.parametrize(
    ("form", "base"), [("424b5/A ", "424B5"), ("SCHEDULE 13G/A", "SC 13G"), ("8-K", "8-K"), ("F-1/A", "F-1")]
)
def test_amendments_and_new_names_of_forms_are_seen_through(form: str, base: str) -> None:
    assert base_form(form) == base

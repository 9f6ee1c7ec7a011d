"""Titles that state an event behind an opinion, name only a paper, or name nobody at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.catalysts import judge_headline
from analysis.catalysts.frames import framed
from analysis.catalysts.wires import names_nobody
from tests.analysis.catalysts.made_up import NAMES, headline, kind_of


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("fda", "Does FDA Priority Review For Qumabin Reshape The Bull Case For Quellmar (QLMR)?"),
        ("fda", "Will FDA's Extended QUMABIN Review Timeline Change Quellmar's (QLMR) Narrative"),
        ("fda", "Is Quellmar's FDA Win Just the Beginning?"),
        ("fda", "QLMR Stock Jumped 13% Today – What Is The Latest FDA Action All About?"),
        ("fda", "Quellmar (QLMR) Wins Qumabin Approval, Is The Upside Already Priced In?"),
        ("trial", "Quellmar (QLMR) Won Its Phase 3 Trial. How Much Does the Subgroup Matter?"),
        ("merger", "Does Orvane's Acquisition of Quellmar Make the Stock a Buy?"),
        ("earnings", "How Quellmar's (QLMR) Higher Earnings on Lower Revenue Will Impact Investors"),
        ("earnings", "Is Quellmar's Rising Revenue But Softer Earnings Rewriting Its Profit Story?"),
        ("earnings", "Did Stronger Q2 Results Just Shift Quellmar's (QLMR) Investment Narrative?"),
        ("earnings", "Could Quellmar's Earnings Beat Be a Turning Point?"),
        ("guidance", "How Quellmar's New Tools and Upgraded Outlook At Quellmar Has Changed Its Story"),
        ("guidance", "The Bull Case For Quellmar (QLMR) Could Change Following Mixed 2026 Outlook"),
        ("guidance", "Lower Outlook And Legal Scrutiny Might Change The Case For Investing In Quellmar"),
        ("guidance", "Quellmar Eyes 2026 Launches Following Raised 2026 Outlook"),
        ("guidance", "Quellmar stock slides after 2026 sales outlook; spring deadline in focus"),
        ("guidance", "What Quellmar's Guidance Cut Means For Shareholders"),
        ("contract", "How Investors Are Reacting To Quellmar (QLMR) Landing A $9 Million Contract"),
        ("partnership", "Quellmar Lands New Collaboration But Is The Valuation Already Priced In"),
        ("fda", "The FDA Just Snubbed Quellmar. Should You Buy the Dip or Stay Away"),
    ],
)
def test_an_opinion_that_states_an_event_counts_as_the_event(kind: str, title: str) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    "title",
    [
        "Can Quellmar's AI Push Change Its Investment Story?",
        "Will Quellmar's Q2 Earnings Change The Story For Investors?",
        "Does Higher Price Target Change The Bull Case For Quellmar?",
        "Will FDA Rejection Of Rival's Drug Change Quellmar's Narrative?",
        "Does FDA Approval Of Qumabin Change The Bull Case For Orvane?",
        "Is Quellmar Undervalued After Strong Q2 Results?",
        "A Look At Quellmar (QLMR) Valuation After FDA Approval Of Qumabin",
        "How Quellmar's Advertising Will Impact Investors",
    ],
)
def test_an_opinion_without_an_event_of_the_company_stays_none(title: str) -> None:
    assert kind_of(title) == ""


def test_the_company_of_a_stated_event_is_less_sure_than_a_subject() -> None:
    (found,) = judge_headline(headline("Does Raised 2026 Outlook Change The Bull Case For Quellmar?"), NAMES)
    assert (found.relevance, found.tone) == (0.8, 1)


def test_only_the_event_is_taken_out_of_the_opinion() -> None:
    assert framed("Has Orvane's Recent Merger Quietly Altered Its Risk Profile?") == "Orvane's Recent Merger"
    assert framed("Quellmar wins FDA approval") == ""


@pytest.mark.parametrize(
    ("kind", "title", "text"),
    [
        ("earnings", "Form 8-K QUELLMAR INC For: Aug 05", "It announced its financial results for the year."),
        (
            "merger",
            "Quellmar Inc. SEC Filing (Aug 17, 2026)",
            "Filed an amendment to its S-3 registration to deregister shares after completion of a merger.",
        ),
        ("", "Quellmar Inc. SEC Filing (Aug 17, 2026)", "A Form 144 to sell shares after its merger."),
        ("", "Form 8-K QUELLMAR INC For: Aug 05", ""),
    ],
)
def test_the_bare_name_of_a_paper_is_judged_by_its_text(kind: str, title: str, text: str) -> None:
    found = judge_headline(replace(headline(title), text=text), NAMES)
    assert [one.kind.value for one in found] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("fda", "FDA fast-tracks new cell therapy for kids with rare disorder - Stock Titan"),
        ("fda", "At-home relief for migraine: FDA review sought for QUMABIN film - Stock Titan"),
        ("fda", "No approved drugs for this tumor: FDA shapes path for an option - Stock Titan"),
        ("trial", "Experimental gene therapy for Friedreich's ataxia treats first person - Stock Titan"),
        ("trial", "Migraine drug shows no signs of heart damage in 90 people - PR Newswire"),
        ("trial", "Drugmaker maps out migraine trial - Stock Titan"),
        ("offering", "Migraine drug developer prices $20 million public offering - Stock Titan"),
    ],
)
def test_a_wire_that_names_nobody_tells_of_its_only_company(kind: str, title: str) -> None:
    (found,) = judge_headline(headline(title), NAMES)
    assert (found.kind.value, found.relevance) == (kind, 0.6)


def test_a_wire_is_known_by_its_publisher_too() -> None:
    article = headline("FDA fast-tracks new cell therapy for kids with rare disorder")
    assert judge_headline(article, NAMES) == []
    (found,) = judge_headline(replace(article, publisher="Business Wire"), NAMES)
    assert found.kind.value == "fda"


@pytest.mark.parametrize(
    "title",
    [
        "FDA lets Orvane resume Phase 3 trial - Stock Titan",
        "Orvane halts trial of migraine drug - Stock Titan",
        "Orvane Pharma (NASDAQ: ORVN) wins FDA approval for pill - Stock Titan",
        "Maker of pills (ORVN) wins FDA approval - Stock Titan",
        "FDA Clears New Migraine Pill For Adults - Stock Titan",
        "FDA clears new migraine pill for adults - City Herald",
        "New migraine pill wins over doctors - Stock Titan",
        "Is the new migraine pill cleared by the FDA? - Stock Titan",
    ],
)
def test_a_title_that_may_be_another_companys_is_not_given_to_the_tagged_one(title: str) -> None:
    assert kind_of(title) == ""


def test_a_wire_with_two_companies_or_with_a_named_one_tells_nothing_of_the_unnamed() -> None:
    unnamed = headline("FDA clears new migraine pill for adults - Stock Titan", "QLMR", "VRDN")
    assert judge_headline(unnamed, NAMES) == []
    named = headline("FDA clears new migraine pill of Quellmar - Stock Titan", "QLMR", "VRDN")
    assert [one.symbol for one in judge_headline(named, NAMES)] == ["QLMR"]


@pytest.mark.parametrize(
    ("title", "nobody"),
    [
        ("Patients gain from new pill", True),
        ("Trial results lift hopes of drugmaker", True),
        ("Study to test new pill", True),
        ("Orvane to test new pill", False),
        ("New pill of Orvane passes test", False),
        ("Pill", False),
        ("", False),
    ],
)
def test_a_sentence_names_somebody_by_a_capital_or_by_an_actor_at_its_start(title: str, nobody: bool) -> None:
    assert names_nobody(title) is nobody

"""What the form of a paper alone tells, and what a vendor's categories tell.

Not in the table and so no catalyst: what insiders and funds file (3, 4, 5, 144, 13D, 13G, 13F), proxies and
annual meetings (DEF 14A and the like), shares for employees (S-8), notices that a registration became
effective (EFFECT: of what, they do not say), and the periodic reports (10-Q, 10-K, 20-F, 40-F, NT): their
figures were told by the 8-K or the press release before, and a second count of the same results would swell
the sector's rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.catalysts.kinds import Rule, rule


@dataclass(frozen=True, slots=True)
class FormRule:
    """``forms`` is a pattern for the whole form, without the "/A" of an amendment."""

    name: str
    tone: float
    forms: re.Pattern[str]


def _form(name: str, tone: float, forms: str) -> FormRule:
    return FormRule(name, tone, re.compile(forms))


CURRENT = re.compile(r"8-K(12B|12G3|15D5)?|6-K")
"""Forms whose content decides."""
REGISTERED = re.compile(r"S-1(MEF)?|S-3(ASR|MEF|D)?|F-1(MEF)?|F-3(ASR|D|MEF)?|F-10|424B\d|1-A|SUPPL|POS AM")
"""Forms of which the text, where there is any, says what kind of new shares they are about."""

FORMS = (
    _form("offering.withdrawn", 1, r"RW|AW"),
    _form("offering.public", -1, r"S-1(MEF)?|F-1(MEF)?|424B[145]|1-A"),
    _form("dilution.shelf", -1, r"S-3(ASR|MEF)?|F-3(ASR|MEF)?|F-10|424B2"),
    _form("dilution.resale", -1, r"424B[37]"),
    _form("offering.private", -1, r"D"),
    _form("merger.deal", 0, r"S-4|F-4|425|DEFM14[AC]|PREM14[AC]|SC ?TO-[TC]|SC ?14D9C?|SC 14D9|SC ?13E3"),
    _form("listing.delisted", -1, r"25(-NSE)?"),
)

SAID = (
    rule("offering.atm", -1, r"at[\s-]the[\s-]market | equity\sdistribution\sagreement | sales\sagreement"),
    rule("dilution.equity_line", -1, r"equity\sline | standby\sequity | committed\sequity"),
    rule("dilution.resale", -1, r"resale | selling\s(?:stock|share|security)?holders"),
    rule("offering.convertible", -1, r"convertible\s(?:senior\s)?notes"),
    rule("offering.direct", -1, r"registered\sdirect"),
    rule("offering.private", -1, r"private\splacement"),
    rule("dilution.warrants", -1, r"\bwarrants?\b(?=.{0,80}\b(?:exercis|induce|issuable))"),
    rule("dilution.shelf", -1, r"\bshelf\b"),
)
"""Looked for in the text of a registration or a prospectus, which speaks of its own shares only."""

CATEGORIES: tuple[Rule, ...] = (
    rule("halt.halted", -1, r"trading_(?:halt|suspension)"),
    rule("fda.refused", -1, r"complete_response|regulatory_(?:rejection|denial) | clinical_hold"),
    rule(
        "fda.approved",
        1,
        r"(?:product|drug|device|fda|marketing|regulatory)_approval(?!/regulatory_decision) | clearance",
    ),
    rule(
        "fda.decision_date",
        0,
        r"""
            regulatory_(?:decision|submission|filing|designation) | product_approval | \bfda\b |
            drug_application
        """,
    ),
    rule("trial.data", 0, r"clinical | trial"),
    rule("offering.atm", -1, r"at_the_market | atm_"),
    rule("offering.convertible", -1, r"convertible"),
    rule("offering.private", -1, r"private_placement | unregistered_sale"),
    rule("offering.direct", -1, r"registered_direct"),
    rule(
        "offering.public",
        -1,
        r"""
            equity_(?:issuance|offering|financing) | (?:public|stock|share|secondary)_offering |
            initial_public
        """,
    ),
    rule("dilution.shelf", -1, r"shelf"),
    rule("dilution.warrants", -1, r"warrant"),
    rule(
        "merger.deal",
        0,
        r"""
            merger | acquisition | divestiture | takeover | spin_?off | strategic_(?:alternatives|review) |
            tender_offer | asset_sale
        """,
    ),
    rule("guidance.given", 0, r"guidance | outlook"),
    rule("earnings.report", 0, r"earnings | (?:quarterly|annual|financial|preliminary)_results"),
    rule(
        "contract.won",
        1,
        r"contract_(?:award|win) | customer_contract | government_contract | purchase_order",
    ),
    rule(
        "partnership.made",
        1,
        r"partnership | collaboration | licens(?:e|ing) | joint_venture | strategic_alliance",
    ),
    rule("listing.deficiency", -1, r"delist | listing_(?:deficiency|notice|compliance) | non_?compliance"),
    rule("listing.reverse_split", -1, r"reverse_(?:stock_)?split"),
    rule("listing.split", 1, r"stock_split"),
)
"""Read from the vendor's three levels joined by "/". Its list of categories is not published in full, so the
words decide; one that no line knows leaves the paper to its text."""

ITEMS: tuple[Rule, ...] = (
    rule("listing.deficiency", -1, r"\bitem\s3\.01\b"),
    rule("offering.private", -1, r"\bitem\s3\.02\b"),
    rule("merger.deal", 0, r"\bitem\s2\.01\b"),
    rule("earnings.report", 0, r"\bitem\s2\.02\b"),
)
"""The numbered items of an 8-K that have a class whatever they say: delisting notice, unregistered sale of
shares, completed acquisition or sale, results. 1.01 (an agreement), 7.01 and 8.01 (anything) do not."""

"""Every class by headlines that no one has printed, and what is no catalyst."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.catalysts import TAGS, CatalystKind
from tests.analysis.catalysts.made_up import kind_of
from tests.recorded import ROOT

TOLD = {
    "halt": """
        Quellmar Trading Halted, News Pending
        Nasdaq Halts Quellmar Therapeutics, Inc.
        Nasdaq halts trading in Quellmar Therapeutics
        Quellmar shares halted on circuit breaker to the upside, last up 45%
        Trading in Quellmar to resume at 10:30 a.m.
        Quellmar (NASDAQ: QLMR) halted T1
        Quellmar shares resume trading after LULD pause
        SEC suspends trading of Quellmar shares
    """,
    "fda": """
        Quellmar Receives Complete Response Letter from FDA for QM-101
        FDA Assigns PDUFA Date of March 3 to Quellmar's QM-101
        Quellmar Announces FDA Acceptance of NDA for QM-101
        Quellmar Granted Orphan Drug Designation for QM-101
        FDA Advisory Committee Votes 9-2 in Favor of Quellmar's QM-101
        Quellmar Receives CHMP Positive Opinion for QM-101
        Quellmar wins 510(k) clearance for its pump
        Quellmar Submits New Drug Application to FDA for QM-101
        Quellmar secures CE Mark for heart valve
        FDA lifts clinical hold on Quellmar's gene therapy
        FDA pauses Quellmar gene therapy trial
        Quellmar gets Breakthrough Device Designation
        Quellmar Announces IND Clearance for QM-7
        Health Canada approves Quellmar's QM-101
        Quellmar shares slump as FDA extends review of its pain pill by three months
        Quellmar Announces Alignment with FDA on Pivotal Design
        FDA Sends Decision Letter to Quellmar for NDA of QM-101
        Quellmar hammered on a surprise delay for its leading drug
        FDA asks Quellmar for full QM-101 data
        FDA takes closer look at Quellmar pill in key meeting
        Quellmar Invited by FDA to Present QM-101 Results
        Quellmar stock: secures regulatory pathway clarity for QM-101
        Quellmar Announces Regulatory Update on QM-101
        Quellmar announces alignment with China's CDE on QM-101
        Quellmar surges as FDA protocol amendment aims for approval
        FDA lets Quellmar start Phase 2 trial
        Quellmar Surges After QM-101 Phase 3 Greenlight
        Quellmar QUMABIN Approval Adds Pillar to Growth
        Quellmar gains label expansion for QM-101
        Quellmar's pill recommended for approval
        Quellmar wins Japan approval for its pill
        EMA validates Quellmar's application
        Real-time FDA review starts for Quellmar's pill
        FDA staff questions Quellmar pill
        FDA spurns Quellmar's pill
        Quellmar gets FDA sign-off
        Quellmar pill gets priority FDA review
        Quellmar Provides Regulatory and Business Update on QUMABIN
        Quellmar shares surge on regulatory development
        Quellmar withdraws marketing application in Europe
        Quellmar's QM-101 approved in Japan for migraine
        Quellmar says FDA won't require another trial
        Quellmar stock jumps as FDA filing timeline sharpens
        Quellmar maps NDA strategy
        Quellmar opens expanded access to QM-101
        Quellmar gets go-ahead from UK regulator for trial
        Quellmar receives national priority voucher
        Quellmar stock hit as FDA flags safety risk
        Quellmar's inhaler wins U.S. approval
    """,
    "trial": """
        Quellmar Announces Positive Topline Results from Phase 3 Trial of QM-101
        Quellmar's Phase 2 trial fails to meet primary endpoint
        Quellmar doses first patient in Phase 1 study of QM-7
        Quellmar completes enrollment in pivotal trial
        Quellmar to discontinue Phase 2 study of QM-101
        Quellmar Presents Interim Data from Phase 1b Study at a Congress
        Quellmar Announces Preclinical Data Supporting QM-9
        Quellmar plunges after late-stage study misses main goal
        Quellmar's obesity pill shows 12% weight loss in mid-stage trial
        Quellmar halts dosing in study after patient death
        Quellmar stock craters as Alzheimer's drug fails in trial
        Quellmar won its Phase 3 trial
        Quellmar pill shows strong efficacy
        Quellmar's images show regression of metastasized tumors
        Quellmar's drug shows early promise
        Quellmar pill cuts pain in 90 people
        Quellmar announces publication of QM-101 findings
        Study links Quellmar's pill to less pain
        Quellmar stock jumps on trial success
        Quellmar maps out two obesity trials
        Quellmar stock jumps on 2026 trial calendar
        Quellmar Is Up 8% After Pipeline Update
        Quellmar stock rises on study launch
        Quellmar study reaches 50% enrollment
        Quellmar study shaken by safety concerns
        Trial of Quellmar's pill moves faster
        Quellmar pill to test seven tumors in trial
        Quellmar's treatment for sleep apnea advances
        Quellmar Updates on Qumabin Development
        Quellmar announces data publication
        Quellmar adds trial site in Ohio
        Quellmar's pill lets most patients cut coughing in half
        Quellmar scan shows repair lasting two years
        Quellmar therapy shows immune potential
        Drug work halted at Quellmar
        Quellmar stops its drug development
        Quellmar shares crash after drug trial miss
        Quellmar sinks on late-stage failure
        Quellmar discontinues development of QM-7
        Quellmar reports survival benefit
        Quellmar jumps on mid-stage success
        Quellmar shares jump on weight-loss data
        Quellmar reports 52-week data for QM-101
        Quellmar's vaccine triggers immune response in mice
        Quellmar highlights data at ESMO
        Quellmar's drug slows decline
        Quellmar says QM-101 reduces episodes
        Quellmar randomizes first patient
        Quellmar takes its pill through Phase III
        Quellmar gene therapy restores hearing in children
        Quellmar reports complete remission
        Quellmar unveils head-to-head win
        Quellmar shares surge on cancer vaccine results
        Quellmar posts mixed data on NASH drug
        Quellmar announces last patient visit
        Quellmar advances lead candidate into clinic
        Quellmar receives ethics approval to start Phase 1 study
        Quellmar drug fails to beat placebo
        Quellmar's vaccine 90% effective
    """,
    "offering": """
        Quellmar Announces Pricing of $20 Million Public Offering of Common Stock
        Quellmar Announces Proposed Underwritten Public Offering
        Quellmar Announces $8.0 Million Registered Direct Offering Priced At-the-Market Under Nasdaq Rules
        Quellmar prices upsized IPO at $16 a share
        Quellmar Announces Closing of $15 Million Private Placement
        Quellmar launches $200 million convertible senior notes offering
        Quellmar enters into at-the-market equity offering program
        Quellmar shares fall on stock offering
        Quellmar prices offering
        Quellmar Announces $5 Million PIPE Financing
        Quellmar terminates proposed public offering
        Quellmar Closes Public Offering and Underwriters' Option to Purchase Additional Shares
        Quellmar Announces Strategic Investment from a Foundation
        Quellmar closes $40 million financing
        Quellmar raises $30 million to fund its pill
        Quellmar launches $600 million ATM
        Quellmar announces private placement of convertible notes
        Quellmar raises $12 million through ATM
        Quellmar enters securities purchase agreement for $6 million
        Quellmar prices follow-on at $12
    """,
    "dilution": """
        Quellmar Files $150 Million Mixed Shelf
        Quellmar files S-3 shelf registration statement
        Quellmar Announces Exercise of Warrants for $6.4 Million Gross Proceeds
        Quellmar Announces Warrant Inducement Transaction for $5 Million
        Quellmar files to sell up to $200M of securities via mixed shelf
        Quellmar registers 12 million shares for resale by holders
        Quellmar enters $30 million equity line with a fund
        Quellmar shareholders approve increase in authorized shares
        Quellmar files prospectus to offer securities for up to $100 million
        Quellmar trades new 5-year warrants for $11M cash
        Quellmar files to offer 5.2M shares for holders
    """,
    "merger": """
        Quellmar to Be Acquired by Orvane for $12.00 Per Share in Cash
        Orvane to Acquire Quellmar for $2 Billion
        Quellmar Receives Unsolicited Takeover Proposal
        Quellmar explores strategic alternatives including sale
        Quellmar enters definitive merger agreement with Orvane
        Quellmar signs non-binding LOI to acquire Orvane Labs
        Quellmar to go private in $300 million deal
        Quellmar shareholders approve merger
        Quellmar acquires AI startup Orvane
        Quellmar completes spin-off of diagnostics unit
        Quellmar sells its animal health business for $40 million
        Quellmar rejects buyout bid from Orvane
        Quellmar terminates merger agreement with Orvane
        Quellmar and Orvane Announce Strategic Transaction
        Orvane's $2 Billion Quellmar Takeover Stuns Rudder Street
        Orvane acquisition to lift Quellmar
        Quellmar buys the only shot for a rare disease
        Quellmar sold to Orvane for $400M
        Orvane completes purchase of Quellmar
        Orvane walks away from Quellmar deal
        FTC sues to block Quellmar's Orvane deal
        Orvane makes offer for Quellmar
        Activist pushes Quellmar to sell itself
        Orvane sweetens bid for Quellmar
        Quellmar merger wins backing
        Quellmar expands with Orvane acquisition
        Quellmar buys Orvane Robotics
        Orvane buys Quellmar
        Quellmar shareholders vote for merger
    """,
    "earnings": """
        Quellmar Reports Third Quarter 2025 Financial Results and Provides Business Update
        Quellmar Q3 EPS $(0.12) Beats $(0.15) Estimate, Sales $4.2M Miss $5.0M Estimate
        Quellmar swings to a loss in second quarter
        Quellmar posts record net interest income
        Quellmar Announces Preliminary Fourth Quarter Revenue
        Quellmar (QLMR) Q3 2025 Earnings Call Transcript
        Quellmar stock sinks after earnings miss
        Quellmar tops Q2 estimates and raises full-year outlook
        Quellmar misses earnings estimates
        Quellmar Beats Across All Metrics and Raises Outlook
        Quellmar Q2 2026 Cash Squeeze Shows
        Quellmar Inc. SEC 10-K Report
        Quellmar files its annual report on Form 10-K
        Quellmar Launches Pump With Preliminary $2.1 Million Revenue
        Quellmar earns $2.8M on $228.5M trust
        Quellmar reports record Q2 operating cash flow
        Quellmar sales growth in second quarter surprises
        Quellmar Is Up 9% After Mounting Losses
        Quellmar AUM rises to $909B
        Quellmar reports July sales
        Quellmar beats on revenue
        Quellmar stock drops as earnings disappoint
        Quellmar GAAP EPS of -$0.12
        Quellmar Q3: Revenue Slightly Ahead
        Quellmar announces record second quarter
        Quellmar shares slide after Q2 report
        Quellmar stock jumps on strong quarter
        Quellmar (QLMR) Lags Q2 Earnings Estimates
        Quellmar bottom line climbs in Q3
        Quellmar Q2 Income Advances
        Quellmar: Strong Q2 Print
        Quellmar revenue up 20% in Q2
        Quellmar posts surprise profit
    """,
    "guidance": """
        Quellmar Raises Full-Year 2026 Revenue Guidance
        Quellmar cuts FY26 outlook
        Quellmar Sees FY26 Sales $40M-$44M vs $42M Est
        Quellmar reaffirms 2026 guidance
        Quellmar withdraws guidance
        Quellmar sees Q4 revenue below estimates
        Quellmar warns on first-quarter profit
        Quellmar maps out $900-$920 million sales outlook
        Quellmar Extends its Operating Runway
        Quellmar cash runway into 2029
        Quellmar sees 2026 revenue of $50 million
        Quellmar sets 2028 financial targets
        Quellmar sees FY revenue above consensus
        Quellmar predicts 20% growth next year
    """,
    "contract": """
        Quellmar Awarded $12.5 Million Contract by U.S. Department of Defense
        Quellmar Receives Purchase Order for 40 Units
        Quellmar Wins NIH Grant
        Quellmar secures $3M purchase order from hospital chain
        Quellmar selected by NASA for $20 million lunar contract
        Quellmar Receives $4.8 Million Follow-On Order
        Quellmar loses key customer
        Quellmar signs supply agreement with a carmaker
        Quellmar announces 20-year agreements with Orvane
        Quellmar wins fund mandate
        Quellmar's Navy contract just got bigger
        Quellmar receives BARDA funding
        Quellmar chosen to supply batteries
        Quellmar selected for Missile Defense program
        Quellmar wins deal to build hospital
        Quellmar secures five-year deal with Orvane
        Quellmar wins bid for port project
        Quellmar secures Pentagon deal
        Quellmar to supply chips to Orvane
        Quellmar awarded grant for vaccine
    """,
    "partnership": """
        Quellmar and Orvane Announce Strategic Collaboration
        Quellmar Signs Exclusive License Agreement with Orvane
        Quellmar enters joint venture with Orvane
        Quellmar signs MOU with Orvane to develop drones
        Quellmar Announces Non-Binding Letter of Intent with Orvane
        Orvane terminates collaboration with Quellmar
        Quellmar stock jumps after Orvane deal
        Quellmar strikes cancer drug deal worth $800 million
        Quellmar, Orvane Foundation Expand Protein Resource
        Quellmar inks three capsid pacts
        Quellmar earns $20 million milestone payment
        Quellmar flags $10 mln Orvane milestone
        Orvane picks Quellmar as AI partner
        Quellmar regains rights to QM-101
    """,
    "listing": """
        Quellmar Announces 1-for-20 Reverse Stock Split
        Quellmar Receives Nasdaq Notification Regarding Minimum Bid Price Deficiency
        Quellmar Regains Compliance with Nasdaq Minimum Bid Price Requirement
        Quellmar to Transfer Listing to NYSE American
        Quellmar joins Russell 3000 Index
        Quellmar removed from the S&P SmallCap 600
        Quellmar announces two-for-one stock split
        Quellmar receives Nasdaq delisting notice
        Nasdaq to delist Quellmar shares
        Quellmar receives NYSE American non-compliance notice
        Quellmar Granted Extension by Nasdaq Hearings Panel
        Quellmar celebrates its recent Nasdaq listing
        Quellmar receives Nasdaq staff determination
        Quellmar wins more time from Nasdaq
        Quellmar gets Nasdaq notice on bid price
        Quellmar out of compliance with NYSE rule
    """,
    "": """
        Quellmar to Report Third Quarter Results on November 5
        Quellmar Announces Inducement Grants Under Nasdaq Listing Rule 5635(c)(4)
        Quellmar price target raised to $20 from $15 at Orvane Securities
        Is Quellmar a Buy After Q3 Results?
        Orvane vs. Quellmar: Which Stock Is Better?
        Why Quellmar Stock Is Up Today
        12 Health Care Stocks Moving In Friday's Session: Quellmar Up 30%
        Quellmar CEO Sells 20,000 Shares
        Quellmar Appoints Jane Roe as Chief Medical Officer
        Quellmar Declares Quarterly Dividend
        Quellmar Announces $50 Million Share Repurchase Program
        Quellmar to Present at an Investor Conference
        Quellmar launches new product line
        Quellmar Deadline Alert: Law Firm Reminds Investors
        Short interest in Quellmar jumps 20%
        Orvane Capital cuts stake in Quellmar
        Assessing Quellmar (QLMR) Valuation After FDA Approval
        Quellmar prices $300 million of senior notes
        Quellmar names former FDA official to board
        Quellmar Sets Date for Third Quarter Earnings Call
        Quellmar settles patent lawsuit
        3 Reasons to Sell Quellmar
        Quellmar downgraded to Hold at Orvane Securities
        How Quellmar Could Benefit From Its Latest Collaborations
        Quellmar earnings preview: what to expect
        Quellmar stock slips after Iran deal
        Quellmar wins shareholder approval
        QUELLMAR WINS SHAREHOLDER APPROVAL
        Quellmar's acquisition strategy in five charts
        Quellmar wins Canada approval for copper mine
        Quellmar files ESOP shelf registration
        Quellmar trials expected to yield results in 2026
        Quellmar pill maker lays out 2026 plans for new trials
        Quellmar: A Buy Ahead Of FDA Decision
        Quellmar set for Phase 3 readout in Q4
        Quellmar: Phase 3 Data Could Double The Stock
        Quellmar hires head of clinical development
        Quellmar remains far from the FDA
        Quellmar stock: why the FDA approval does not matter
        After-Hours Rally: Quellmar Leads Gains on FDA Milestone
        How Recent FDA Wins Are Shaping Quellmar
        Quellmar's stock could pop on FDA ruling
        Quellmar rises in sympathy with Orvane's FDA approval
        Quellmar CEO discusses Q2 results
        Quellmar investors sue over FDA statements
        Quellmar wins patent for trial software
        Quellmar shares climb on Phase 3 optimism
        Quellmar buys Bitcoin
        Quellmar launches free trial of its software
        Quellmar wins design award
        Quellmar stock slides ahead of topline
    """,
}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("kind", "title"), [(kind, title) for kind in TOLD for title in lines(TOLD[kind])])
def test_a_headline_has_the_class_of_its_event(kind: str, title: str) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("halt", "Quellmar shares halted pending FDA approval news"),
        ("fda", "Quellmar wins FDA approval, reports third-quarter results"),
        ("earnings", "Quellmar Reports Second Quarter Results, Raises Guidance and Signs License Agreement"),
        ("offering", "Quellmar Announces Public Offering of Common Stock and Warrants"),
    ],
)
def test_of_two_events_the_earlier_class_counts(kind: str, title: str) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (
            "guidance",
            "Why Quellmar (QLMR) Is Up 13% After Raising 2026 Guidance - Has The Bull Case Changed?",
        ),
        ("earnings", "Quellmar (QLMR) Is Down 5% After Q2 Earnings Miss – What's Changed"),
        ("fda", "Quellmar scores FDA approval, Orvane Securities reaffirms $80 price target"),
        ("", "Why Quellmar Stock Is Sinking - What You Need To Know"),
    ],
)
def test_a_mover_counts_by_the_cause_that_it_names(kind: str, title: str) -> None:
    assert kind_of(title) == kind


def test_every_class_has_the_tag_and_the_place_of_the_document() -> None:
    rows = [
        [cell.strip(" `") for cell in line.split("|")[1:3]]
        for line in (Path(ROOT) / "docs" / "catalysts.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    told = [kind for kind in CatalystKind if kind is not CatalystKind.FILING]
    assert [[kind.value, kind.tag] for kind in told] == rows
    assert (TAGS[CatalystKind.FILING], set(TAGS)) == ("8-K", set(CatalystKind))

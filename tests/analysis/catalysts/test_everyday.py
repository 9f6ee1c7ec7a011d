"""Everyday news of every trade: what is an event beside what only sounds like one."""

from __future__ import annotations

import pytest

from analysis.catalysts import judge_headline
from tests.analysis.catalysts.made_up import headline, kind_of

NO_EVENT = """
    Quellmar stock holds above $40 as investors weigh deposit growth
    Quellmar shares steady as traders await Fed decision
    Quellmar stock firm as investors look past quarterly earnings
    Quellmar stock slides as oil prices fall after OPEC deal
    Quellmar shares rise on strong AI chip demand
    Quellmar stock slips with bank shares amid loan loss worries
    Quellmar shares climb as bitcoin tops $100,000
    Quellmar stock drifts lower in quiet trading after last week's earnings
    Quellmar stock edges up as gold hits record
    Quellmar shares gain as airline fuel costs drop
    Quellmar sees strong demand for its data center chips
    Quellmar CEO sees record demand for summer travel
    Quellmar says holiday sales outlook hinges on tariffs
    Quellmar outlines growth strategy for 2027
    Quellmar maps out plan to double store count
    Quellmar sets sustainability targets for 2030
    Quellmar sets 2030 emissions target
    Quellmar forecasts hotter summer for Texas grid
    Quellmar economist forecasts slower growth in 2027
    Quellmar sees gold at $5,000 by year-end
    Quellmar expects Fed to cut rates twice in 2026
    Quellmar predicts 10% growth in cloud market in 2027
    Quellmar study finds most shoppers plan to spend less
    Quellmar study shows small firms worry about cyber attacks
    Quellmar report reveals retail theft is up 20%
    Quellmar survey shows consumer confidence falling
    Quellmar report: US home sales rise in June
    Quellmar releases annual report on workplace trends
    Quellmar releases 2025 sustainability report
    Quellmar publishes quarterly housing index
    Quellmar launches new ETF tracking the Russell 2000
    Quellmar launches leveraged ETF on Nvidia
    Quellmar ETF sees record inflows after earnings
    Quellmar closes $1.2 billion real estate fund
    Quellmar raises $3 billion for its fifth infrastructure fund
    Quellmar closes final fund at $500 million
    Quellmar files for Solana ETF with SEC
    Quellmar lists new bitcoin ETF on NYSE Arca
    Quellmar fund announces monthly distribution
    Quellmar announces that portfolio company Zentor raised $40 million in equity
    Quellmar portfolio company Zentor wins FDA approval for its stent
    Quellmar-backed Zentor files for IPO
    Quellmar advises Zentor on $2 billion acquisition
    Quellmar acts as lead manager of Zentor's public offering
    Quellmar serves as underwriter in Zentor IPO
    Quellmar provides $200 million financing to Zentor
    Quellmar closes $50 million loan for apartment developer
    Quellmar secures $500 million credit facility
    Quellmar closes $300 million senior notes offering
    Quellmar prices $750 million senior notes
    Quellmar announces second quarter 2026 earnings conference call
    Quellmar to report second quarter results on August 5
    Quellmar Second Quarter 2026 Results Conference Call and Webcast
    Quellmar Q2 2026 earnings release date and conference call
    Quellmar announces timing of its third quarter earnings call
    Quellmar earnings call scheduled for Tuesday
    Quellmar invites investors to its Q2 earnings call
    Quellmar Q3 earnings: what analysts expect
    Quellmar Q2 earnings could show margin pressure
    Quellmar earnings on Thursday may test the rally
    What Quellmar's earnings will tell us about the consumer
    Quellmar faces key test with Q2 results
    Can Quellmar's earnings keep the rally alive?
    Quellmar partners with local school for coding camp
    Quellmar joins forces with Red Cross for flood relief
    Quellmar teams up with pop star for new sneaker
    Quellmar collaborates with chef on holiday menu
    Quellmar partners with nonprofit to plant one million trees
    Quellmar Foundation awards $2 million grant to food banks
    Quellmar awards scholarships to 50 students
    Quellmar grants $5 million to local charities
    Quellmar wins best bank award
    Quellmar receives award for customer service
    Quellmar wins three industry awards at CES
    Quellmar named to Fortune 100 list
    Quellmar earns Great Place to Work certification
    Quellmar receives ISO certification
    Quellmar gets approval from city council for new data center
    Quellmar gets zoning approval for new warehouse
    Quellmar wins court approval of bankruptcy plan
    Quellmar receives FAA approval for new route
    Quellmar gets Fed approval to open London branch
    Quellmar gets regulatory approval for rate increase
    Quellmar shareholders approve board slate
    Quellmar receives OCC approval for national trust bank charter
    Quellmar wins approval to offer crypto trading in Europe
    Quellmar launches pilot trial of drone delivery
    Quellmar begins trial of self-driving trucks in Texas
    Quellmar starts trial of four-day work week
    Quellmar trial over data breach begins
    Quellmar completes feasibility study at its Nevada mine
    Quellmar antitrust trial starts Monday
    Quellmar offers 30-day trial of new streaming plan
    Quellmar tests new burger in phase one of menu revamp
    Quellmar begins Phase 2 of its factory expansion
    Quellmar completes Phase 1 drilling at gold project
    Quellmar announces phase 2 of housing project
    Quellmar reports positive drill results from Phase 3 program
    Quellmar announces clinical app for nurses
    Quellmar declares quarterly dividend
    Quellmar raises quarterly dividend by 5%
    Quellmar announces $500 million share buyback
    Quellmar authorizes $2 billion stock repurchase program
    Quellmar names new CFO
    Quellmar opens 100th store
    Quellmar launches new electric truck
    Quellmar unveils new AI agent for banks
    Quellmar cuts 500 jobs
    Quellmar recalls 10,000 vehicles
    Quellmar stock rises as rival Zentor posts earnings miss
    Quellmar shares drop after Zentor's weak guidance
    Quellmar falls as Zentor cuts outlook
    Quellmar stock jumps as Nvidia beats estimates
    Quellmar shares rise after Zentor agrees to be acquired
    Quellmar gains after Zentor merger talk
    Quellmar falls after FDA rejects Zentor's drug
    Quellmar shares slip after Zentor trial failure
    Quellmar slides as FDA delays decision on Zentor's pill
    Quellmar customer Zentor cuts 2026 outlook
    Zentor reports Q2 results, cites Quellmar partnership
    Zentor wins contract over Quellmar
    Quellmar's AI push could win it more government contracts
    Quellmar eyes acquisition of regional banks
    Quellmar acquisition strategy pays off
    Quellmar's acquisition spree raises questions
    Quellmar hopes for FDA approval next year
    Quellmar pipeline could deliver three readouts in 2027
    Quellmar's 2027 pipeline outlook: what matters
    Quellmar outlook: can growth continue?
    Quellmar growth outlook brightens as rates fall
    Quellmar earnings growth potential attracts buyers
    Quellmar earnings quality questioned
    Quellmar earnings multiple looks full
    Quellmar's profit margins face pressure from tariffs
    Quellmar revenue growth slows: is the stock still worth it?
    Three reasons Quellmar revenue growth may slow
    Quellmar's strong sales make it a top pick
    Quellmar benefits from higher interest income
    Quellmar stock up 40% this year on AI optimism
    Quellmar stock falls 3% as market slides
    Quellmar stock pulls back after record run
    Quellmar shares jump after Trump tariff pause
    Quellmar stock gains after China trade deal
    Quellmar shares rise after peace deal hopes
    Quellmar falls on Medicare rate cut
    Quellmar stock jumps after S&P upgrade of outlook
    Moody's raises Quellmar outlook to positive
    Fitch affirms Quellmar; outlook stable
    S&P cuts Quellmar outlook to negative
    Quellmar outlook revised to stable by Fitch
    Quellmar signs lease for new headquarters
    Quellmar signs deal with union
    Quellmar reaches settlement with SEC
    Quellmar reaches agreement with regulators over data breach
    Quellmar agrees to pay $20 million fine
    Quellmar and union reach four-year labor agreement
    Quellmar receives warning letter from EPA
    Quellmar adds support for Zentor tokens
    Quellmar to buy back $1 billion of shares
    Quellmar buys $50 million of bitcoin
    Quellmar buys land for new campus
    Quellmar acquires 500 bitcoin
    Quellmar sells 2,000 homes in June
    Quellmar sells out of holiday toy
    Quellmar sale offers 50% off laptops
    Quellmar stock sale by chairman tops $3 million
    Quellmar offers direct deal on flights to Europe
    Quellmar shares fall on offering fears
    Quellmar convertible car gets new engine
    Quellmar splits CEO and chairman roles
    Quellmar joins S&P 500 rally
    Quellmar pauses hiring
    Quellmar halts sales of e-bike
    Quellmar suspends flights to Tel Aviv
    Quellmar resumes production at Ohio plant
    Quellmar's patient app helps people track sleep
    Quellmar shows how banks can reduce risk in lending
    Quellmar data shows lower fraud in Europe
    Quellmar approves dividend for Japan shareholders
    Quellmar clears path for new store
    Quellmar gets nod as top employer in Canada
    Quellmar wins Canadian approval for pipeline
    Quellmar receives orders to close plant after storm
    Quellmar gets court order in patent case
    Quellmar offers new customers $200 award miles
    Quellmar expands award program
    Quellmar renews mandate to repurchase shares
    Quellmar extends contract of CEO
    Quellmar CEO signs contract extension
    Quellmar signs baseball star to 5-year contract
    Quellmar awarded patent for battery
    Quellmar among winners in AI contract race
    Quellmar's $2 billion order backlog explained
    Quellmar and Zentor compete for Navy contract
    Quellmar bids for Navy contract
    Quellmar's contract drilling business explained
    Quellmar holds near record as investors digest rate outlook
    Quellmar stock treads water as traders weigh outlook for rates
    Quellmar outlook: steady rates and deposits in view
    Quellmar shares dip on weak retail sales data
    Quellmar stock slips on weak Chinese economic data
    Quellmar shares rise on strong jobs data
    Quellmar gains on upbeat Micron forecast
    Quellmar falls on weak forecast from Intel
    Quellmar tumbles after Lockheed wins fighter contract
    Quellmar rises as oil gains on Iran deal
    Quellmar economist lifts 2026 GDP forecast
    Quellmar raises gold price forecast
    Quellmar lifts S&P 500 target for 2026
    Quellmar strategists raise earnings forecast for S&P 500
    Quellmar to sponsor NFL team under multi-year deal
    Quellmar signs multi-year sponsorship deal with Chelsea
    Quellmar sells $1 billion of bonds
    Quellmar arranges $90 million loan for Dallas office tower
    Quellmar leads $50 million funding round in Zentor
    Quellmar invests $20 million in startup Zentor
    Quellmar Ventures backs AI startup in $30M round
    Quellmar upgrades mobile app with AI features
    Quellmar chip wins praise in test
    Quellmar adds 20 new stores in Florida
    Quellmar eyes sale of bonds
    Quellmar ETF adds 3% after earnings season
    Quellmar Q2 results to be released August 12
    Quellmar confirms date for fiscal Q3 results
    Quellmar earnings due Wednesday with margins in view
    Quellmar's results next week could move the stock
    Quellmar heads toward earnings with momentum
    Quellmar announces collaboration feature for documents
    Quellmar launches partnership program for resellers
    Quellmar pacts with actors union
    Quellmar customers can now split payments
    Quellmar trial lawyer testifies
    Quellmar completes study of Arizona copper project
"""
EVENTS = """
    earnings: Quellmar Q2 profit rises 12% on higher interest income
    earnings: Quellmar posts record second-quarter revenue
    earnings: Quellmar shares fall after Q3 results miss estimates
    earnings: Quellmar stock jumps 8% on earnings beat
    earnings: Quellmar same-store sales rise 4% in third quarter
    earnings: Quellmar swings to profit in Q2
    earnings: Quellmar FFO tops estimates
    earnings: Quellmar Q2 earnings call transcript
    earnings: Quellmar reports second quarter 2026 financial results
    earnings: Quellmar tops Street views on cloud growth
    earnings: Quellmar loss widens as costs climb
    earnings: Quellmar net interest income climbs 9% in Q2
    guidance: Quellmar raises full-year outlook on travel demand
    guidance: Quellmar cuts 2026 sales forecast
    guidance: Quellmar shares plunge after weak guidance
    guidance: Quellmar reaffirms 2026 guidance
    guidance: Quellmar withdraws guidance amid tariffs
    guidance: Quellmar warns on profit
    guidance: Quellmar sees 2026 revenue of $3 billion to $3.2 billion
    guidance: Quellmar lifts production guidance for 2026
    merger: Quellmar to acquire Zentor for $2 billion
    merger: Quellmar agrees to be acquired by Zentor in all-cash deal
    merger: Quellmar sells Canadian unit to Zentor
    merger: Quellmar completes merger with Zentor
    merger: Quellmar receives takeover bid from Zentor
    merger: Zentor ends talks to buy Quellmar merger
    merger: Quellmar explores strategic alternatives
    merger: Quellmar Acquisition Corp announces business combination with Zentor
    merger: Quellmar to spin off its snack business
    contract: Quellmar wins $200 million Navy contract
    contract: Quellmar receives purchase order for 50 buses
    contract: Quellmar awarded contract by Texas school district
    contract: Quellmar signs five-year supply agreement with Zentor
    contract: Quellmar loses Pentagon contract
    contract: Quellmar secures $30 million DOE grant
    contract: Quellmar lands airline order for 20 jets
    partnership: Quellmar partners with Zentor on stablecoin payments
    partnership: Quellmar and Zentor form joint venture for lithium
    partnership: Quellmar teams up with Nvidia on AI servers
    partnership: Quellmar signs licensing agreement with Zentor
    partnership: Quellmar expands collaboration with Microsoft
    partnership: Quellmar ends partnership with Zentor
    offering: Quellmar prices $100 million public offering of common stock
    offering: Quellmar announces $400 million convertible senior notes offering
    offering: Quellmar launches $1 billion at-the-market program
    offering: Quellmar closes private placement
    offering: Quellmar prices IPO at $18
    dilution: Quellmar files $500 million mixed shelf
    dilution: Quellmar registers shares for resale
    listing: Quellmar announces 1-for-10 reverse stock split
    listing: Quellmar receives Nasdaq notice on minimum bid price
    listing: Quellmar to join S&P 500
    listing: Quellmar moves listing to Nasdaq from NYSE
    halt: Quellmar trading halted for news pending
    fda: FDA approves Quellmar's heart pump
    fda: Quellmar wins FDA clearance for glucose monitor
    fda: FDA rejects Quellmar's pain drug
    trial: Quellmar's Phase 3 trial meets main goal
    trial: Quellmar doses first patient in Phase 2 study
    trial: Quellmar begins Phase 2 study of its obesity pill
    trial: Quellmar starts trial of heart device
    trial: Quellmar study shows drug cuts deaths
    earnings: Quellmar quarterly sales fall short, shares drop
    guidance: Quellmar expects third-quarter revenue below estimates
"""
SHELL = {"QLMR": "Quellmar Acquisition Corp. II Class A Ordinary Shares"}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("title", lines(NO_EVENT))
def test_what_only_sounds_like_an_event_has_no_class(title: str) -> None:
    assert kind_of(title) == ""


@pytest.mark.parametrize("line", lines(EVENTS))
def test_an_event_of_any_trade_has_its_class(line: str) -> None:
    kind, _, title = line.partition(": ")
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Quellmar Acquisition Corp. II announces Orvane was awarded a $46M contract", []),
        ("Quellmar Acquisition partner Orvane secures FDA clearance", []),
        ("Quellmar Acquisition Corp. II target Orvane reports record Q2 revenue", []),
        ("Quellmar Acquisition Corp. II announces business combination with Orvane", ["merger"]),
        ("Quellmar Acquisition Corp. II prices $200 million IPO", ["offering"]),
    ],
)
def test_a_shell_company_has_no_orders_and_no_medicines_of_its_own(title: str, kinds: list[str]) -> None:
    assert [one.kind.value for one in judge_headline(headline(title), SHELL)] == kinds


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Quellmar shares rise after Qumabin's trial meets main goal", "trial"),
        ("Quellmar shares rise after Quellmar's strong guidance", "guidance"),
        ("Quellmar shares slide as January's weak guidance sinks in", "guidance"),
        ("Quellmar falls as FDA rejects Alzheimer's pill", "fda"),
        ("Quellmar Falls After Lowered Outlook", "guidance"),
    ],
)
def test_a_capital_that_is_no_company_leaves_the_event_to_ours(title: str, kind: str) -> None:
    assert kind_of(title) == kind


def test_a_company_of_unknown_name_may_be_the_one_that_acts() -> None:
    told = judge_headline(headline("QLMR stock jumps as Quellmar beats estimates"), {})
    assert [one.kind.value for one in told] == ["earnings"]

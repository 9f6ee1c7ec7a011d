"""One company to one of eight sectors, by several hints, with a confidence and the evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sectors.classification import CompanyProfile, VendorLabel, classify
from sectors.classification.labels import label_rule
from sectors.classification.sic import sic_rule

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "classification.json").read_text())["cases"]


def company(name: str = "Acme Inc.", *labels: tuple[str, str], **facts: Any) -> CompanyProfile:
    return CompanyProfile(
        symbol="ACME", name=name, labels=tuple(VendorLabel(*label) for label in labels), **facts
    )


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["symbol"])
def test_the_worked_cases_come_out(case: dict[str, Any]) -> None:
    industry = case.get("vendor_industry")
    result = classify(
        CompanyProfile(
            symbol=case["symbol"],
            name=case["name"],
            description=case.get("description", ""),
            sic=case.get("sic", ""),
            labels=(VendorLabel("", industry),) if industry else (),
        )
    )
    assert result.sector == case["sector"]


@pytest.mark.parametrize(
    ("sector", "industry", "expected", "subsector"),
    [
        ("Consumer Defensive", "Packaged Foods", "consumer_discretionary", "staples"),
        ("Real Estate", "REIT - Office", "financial", "real_estate"),
        ("Real Estate", "REIT—Office", "financial", "real_estate"),
        ("Communication Services", "Telecom Services", "technology", "telecom"),
        ("Communication Services", "Electronic Gaming & Multimedia", "technology", "interactive"),
        ("Communication Services", "Broadcasting", "consumer_discretionary", "media"),
        ("Communication Services", "Advertising Agencies", "consumer_discretionary", "media"),
        ("Consumer Cyclical", "Packaging & Containers", "materials", ""),
        ("Utilities", "Uranium", "energy", ""),
        ("Energy", "Solar", "technology", ""),
        ("Healthcare", "Medical - Distribution", "healthcare", ""),
        ("Industrials", "an industry of tomorrow", "industrials", ""),
        ("Technology", "", "technology", ""),
        ("Consumer Discretionary", "Marine Transportation", "industrials", ""),
        ("Consumer Discretionary", "Professional Services", "industrials", ""),
        ("Consumer Discretionary", "Telecommunications Equipment", "technology", "telecom"),
        ("Industrials", "Major Chemicals", "materials", ""),
        ("Industrials", "Auto Manufacturing", "consumer_discretionary", ""),
        ("Real Estate", "Other Consumer Services", "consumer_discretionary", ""),
        ("Utilities", "Telecommunications Equipment", "technology", "telecom"),
        ("Miscellaneous", "Industrial Machinery/Components", "industrials", ""),
        ("Technology", "Advertising", "consumer_discretionary", "media"),
        ("Technology", "Retail: Computer Software & Peripheral Equipment", "technology", ""),
    ],
)
def test_a_vendors_pair_has_its_place(sector: str, industry: str, expected: str, subsector: str) -> None:
    rule = label_rule(sector, industry)
    assert rule is not None
    assert (rule.sector, rule.subsector) == (expected, subsector)


@pytest.mark.parametrize(
    "pair", [("Miscellaneous", "Miscellaneous"), ("", ""), ("Consumer Discretionary", "")]
)
def test_a_pair_that_says_nothing_gives_no_rule(pair: tuple[str, str]) -> None:
    assert label_rule(*pair) is None


@pytest.mark.parametrize(
    ("code", "expected", "subsector"),
    [
        ("2834", "healthcare", ""),
        ("7372", "technology", ""),
        ("100", "consumer_discretionary", "staples"),
        ("0100", "consumer_discretionary", "staples"),
        ("0800", "materials", ""),
        ("1531", "consumer_discretionary", ""),
        ("1623", "industrials", ""),
        ("3674", "technology", ""),
        ("3826", "healthcare", ""),
        ("3827", "technology", ""),
        ("4922", "energy", ""),
        ("4924", "utilities", ""),
        ("4953", "industrials", ""),
        ("5912", "consumer_discretionary", "staples"),
        ("6324", "healthcare", ""),
        ("6022", "financial", ""),
        ("6798", "financial", "real_estate"),
        ("6792", "energy", ""),
        ("8731", "healthcare", ""),
        ("8111", "industrials", ""),
    ],
)
def test_a_sic_code_has_its_place(code: str, expected: str, subsector: str) -> None:
    rule = sic_rule(code)
    assert rule is not None
    assert (rule.sector, rule.subsector) == (expected, subsector)


@pytest.mark.parametrize("code", ["", "0", "8880", "9995", "9100", "12x4", "77777", "²834"])
def test_a_code_that_says_nothing_gives_no_rule(code: str) -> None:
    assert sic_rule(code) is None


def test_a_code_between_the_ranges_takes_the_nearest_at_half_its_weight() -> None:
    rule = sic_rule("2912")
    assert rule is not None
    assert (rule.kind, rule.sector, rule.weight) == ("sic, nearest range", "energy", 0.44)


def test_agreeing_sources_raise_the_confidence() -> None:
    one = classify(company("Acme Inc.", ("Healthcare", "Biotechnology")))
    two = classify(company("Acme Inc.", ("Healthcare", "Biotechnology"), sic="2836"))

    assert one.sector == two.sector == "healthcare"
    assert two.confidence > one.confidence
    assert not two.disputed


def test_a_dispute_lowers_the_confidence_and_is_said() -> None:
    agreed = classify(company("Acme Inc.", ("Technology", "Software - Application"), sic="7372"))
    disputed = classify(company("Acme Inc.", ("Technology", "Software - Application"), sic="8742"))

    assert disputed.sector == "technology"
    assert disputed.disputed
    assert disputed.confidence < agreed.confidence
    assert {piece.sector for piece in disputed.evidence} == {"technology", "industrials"}


def test_the_vendors_label_outweighs_an_old_sic_code() -> None:
    result = classify(company("Acme Inc.", ("Healthcare", "Biotechnology"), sic="1040"))
    assert (result.sector, result.disputed) == ("healthcare", True)


@pytest.mark.parametrize(
    "profile",
    [
        company("Acme Acquisition Corp. II"),
        company("Acme Acquisition Corp.", ("Financial Services", "Shell Companies")),
        company("Acme Acquisition Corp.", ("Finance", "Blank Checks")),
        company("Acme Holdings Corp.", sic="6770"),
        company("Acme Growth Merger Corp.", sic="6770"),
        company("Acme Senior Income Fund"),
        company("Acme Oil Ltd.", ("Energy", "Oil & Gas E&P"), is_fund=True),
        company("Acme Oil Warrants", ("Energy", "Oil & Gas E&P"), kind="WARRANT"),
        company("Acme Dynamic Trust", ("Finance", "Trusts Except Educational Religious and Charitable")),
    ],
    ids=lambda profile: profile.name,
)
def test_shells_and_funds_are_excluded(profile: CompanyProfile) -> None:
    result = classify(profile)
    assert result.excluded
    assert result.sector is None


@pytest.mark.parametrize(
    "name",
    [
        "BlackRock Example Term Trust Common Shares of Beneficial Interest",
        "Nuveen Somewhere Select Tax-Free Income Portfolio Common Stock",
        "Invesco Trust for Example Municipals Common Stock",
        "Gabelli Example Trust Inc. (The) Common Stock",
        "Calamos Example Total Return Common Stock",
        "Synthetic Fixed-Income Securities Inc. Example Certificates",
    ],
)
def test_a_closed_end_fund_is_no_company_whatever_its_label(name: str) -> None:
    profile = company(name, ("Financial Services", "Asset Management"))
    assert classify(profile).excluded


@pytest.mark.parametrize(
    "name",
    [
        "BlackRock Inc. Common Stock",
        "Invesco Ltd Common Stock",
        "Invesco Mortgage Capital Trust Common Stock",
        "Nuveen Example Direct Lending Trust",
        "Barings BDC Dividend Inc. Common Stock",
        "Angel Oak Example Realty Trust Inc. Common Stock",
        "Northern Example Trust Corporation Common Stock",
    ],
)
def test_what_a_fund_house_runs_as_a_company_stays_one(name: str) -> None:
    profile = company(name, ("Financial Services", "Asset Management"))
    assert classify(profile).sector == "financial"


def test_a_company_that_merged_into_a_shell_keeps_its_business() -> None:
    result = classify(
        company(
            "Acme Robotics Inc.",
            ("Financial Services", "Shell Companies"),
            description="Acme develops semiconductors and software.",
        )
    )
    assert (result.sector, result.excluded) == ("technology", False)


def test_a_company_named_acquisition_with_a_business_is_no_shell() -> None:
    result = classify(company("Carlisle Acquisition Co.", ("Energy", "Oil & Gas E&P"), sic="1311"))
    assert (result.sector, result.excluded) == ("energy", False)


def test_a_profile_of_the_symbols_former_owner_counts_half() -> None:
    text = "Blue Whale Pharma is a clinical stage biopharmaceutical company that treats cancer."
    former = classify(company("Zenith Steelworks", ("Healthcare", "Biotechnology"), description=text))
    own = classify(company("Blue Whale Pharma", ("Healthcare", "Biotechnology"), description=text))

    assert own.confidence > 0.9
    assert former.confidence < 0.6
    assert any("another company" in piece.kind for piece in former.evidence)


def test_a_tanker_is_energy_and_a_container_ship_is_not() -> None:
    ship = ("Industrials", "Marine Shipping")
    tanker = classify(company("Acme", ship, description="Acme owns crude oil tankers and product tankers."))
    boxes = classify(company("Acme", ship, description="Acme operates containerships and logistics."))

    assert tanker.sector == "energy"
    assert boxes.sector == "industrials"


@pytest.mark.parametrize(
    "profile",
    [
        company(""),
        company("A", ("", "")),
        company("The Company Inc", sic="zz", description="\x00 ���"),
        company("Acme", ("Martian", "Canals")),
        company("Acme", description="software oil bank gold drugs " * 400),
    ],
)
def test_odd_facts_never_raise_and_unknown_stays_unknown(profile: CompanyProfile) -> None:
    result = classify(profile)
    assert result.sector is None
    assert result.confidence < 0.5
    assert not result.excluded


def test_confidence_never_claims_certainty_and_is_of_two_decimals_when_stored() -> None:
    result = classify(
        company(
            "Acme Pharmaceuticals",
            ("Healthcare", "Biotechnology"),
            ("Health Care", "Biotechnology: Pharmaceutical Preparations"),
            sic="2834",
            description="Acme is a clinical stage biopharmaceutical company with drugs for patients.",
        )
    )
    assert 0.95 < result.confidence <= 0.99


def test_words_that_speak_for_two_sectors_alike_say_nothing() -> None:
    assert classify(company("Acme", description="software and oil")).evidence == ()


def test_the_same_facts_give_the_same_answer() -> None:
    profile = company("Acme Energy", ("Utilities", "Oil & Gas Production"), description="water and oil")
    assert classify(profile) == classify(profile)

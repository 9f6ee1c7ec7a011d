"""Companies that vendors file where nobody looks for them, and what must hold for every company."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sectors.classification import CompanyProfile, VendorLabel, classify, fmp, screener
from sectors.classification.confidence import CEILING, Constants, Pulls, confidence, pulls
from sectors.classification.engine import weighed
from sectors.classification.funds import RULES, sector_fund
from sectors.classification.labels import label_rule
from sectors.places import PLACES, SLUGS
from universe.benchmarks import SMALL_CAP_PROXIES

BIOTECH = ("Healthcare", "Biotechnology")
SOFTWARE = ("Technology", "Software - Application")
MINER = ("Financial Services", "Financial - Capital Markets")


def company(name: str, *labels: tuple[str, str], **facts: Any) -> CompanyProfile:
    told = tuple(VendorLabel(*label) for label in labels)
    return CompanyProfile(symbol="ACME", name=name, labels=told, **facts)


# -- what the source's own lists get wrong -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("Companhia Siderurgica Nacional S.A. Common Stock", ("Industrials", "Steel/Iron Ore"), "materials"),
        ("Greenidge Generation Holdings Inc. Class A Common Stock", MINER, "financial"),
        ("HIVE Digital Technologies Ltd. Common Shares", MINER, "financial"),
        ("BTCS Inc. Common Stock", MINER, "financial"),
    ],
    ids=["SID", "GREE", "HIVE", "BTCS"],
)
def test_a_name_that_stood_in_two_sectors_stands_in_one(
    name: str, label: tuple[str, str], expected: str
) -> None:
    result = classify(company(name, label))
    assert (result.sector, result.excluded) == (expected, False)


@pytest.mark.parametrize(
    ("text", "subsector"),
    [
        ("Acme is a bitcoin mining company with data centers.", "crypto"),
        ("Acme mines cryptocurrencies and lends.", "crypto"),
        ("Acme is engaged in the mining of digital assets.", "crypto"),
        ("Acme lends to miners and trades digital assets.", None),
    ],
)
def test_a_coin_miner_under_finance_stays_there_and_is_marked(text: str, subsector: str | None) -> None:
    result = classify(
        company("Acme", ("Financial Services", "Financial - Capital Markets"), description=text)
    )
    assert (result.sector, result.subsector) == ("financial", subsector)


@pytest.mark.parametrize("kind", ["ADRC", "CS", "OS", "GDR"])
def test_a_foreign_company_is_judged_like_one_at_home(kind: str) -> None:
    result = classify(company("Acme Biotech ADR", BIOTECH, kind=kind, sic="8880"))
    assert (result.sector, result.excluded) == ("healthcare", False)
    assert "sic" not in {piece.kind for piece in result.evidence}


# -- labels under which several sectors are filed ------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "words", "expected"),
    [
        (("Technology", "Information Technology Services"), "Acme offers payment processing.", "financial"),
        (
            ("Technology", "Information Technology Services"),
            "Acme offers business process outsourcing and payroll.",
            "industrials",
        ),
        (("Technology", "Information Technology Services"), "Acme sells software.", "technology"),
        (("Industrials", "Marine Shipping"), "Acme owns tankers.", "energy"),
        (("Industrials", "Marine Shipping"), "Acme carries grain in dry bulk vessels.", "industrials"),
        (("Real Estate", "Real Estate"), "", "industrials"),
        (("Finance", "Real Estate"), "", "financial"),
    ],
)
def test_words_decide_where_the_label_holds_several_sectors(
    label: tuple[str, str], words: str, expected: str
) -> None:
    assert classify(company("Acme", label, description=words)).sector == expected


def test_no_label_promises_more_than_the_whole() -> None:
    tables = (fmp.INDUSTRIES, fmp.SECTOR_ALONE, screener.INDUSTRIES, screener.PAIRS, RULES)
    for rule in (rule for table in tables for rule in table.values()):
        named = [rule.weight, *(weight for _, weight in rule.also)]
        assert sum(named) < 1
        assert named == sorted(named, reverse=True)
        assert {sector for sector, _ in rule.also} <= set(SLUGS) - {rule.sector}


# -- funds ---------------------------------------------------------------------------------------------


def test_every_sector_fund_that_is_asked_about_tells_its_sector() -> None:
    assert set(RULES) == set(SMALL_CAP_PROXIES)
    assert {fund: rule.sector for fund, rule in RULES.items()} == {
        place.small_cap_proxy: place.slug for place in PLACES
    }


@pytest.mark.parametrize(
    ("funds", "told"),
    [
        ((), None),
        (("PSCE",), "PSCE"),
        (("IWM", "PSCE"), "PSCE"),
        (("PSCE", "PSCM"), None),
        (("XLE",), None),
        (("PSCE", "PSCE"), "PSCE"),
    ],
)
def test_membership_in_exactly_one_sector_fund_counts(funds: tuple[str, ...], told: str | None) -> None:
    assert sector_fund(funds) == told


def test_a_fund_alone_names_the_sector_and_is_shown() -> None:
    result = classify(company("Acme", funds=("PSCM",)))
    assert result.sector == "materials"
    assert result.confidence > 0.9
    assert [(piece.kind, piece.value) for piece in result.evidence] == [("fund", "PSCM")]


def test_a_fund_settles_what_two_labels_dispute() -> None:
    labels = (
        ("Consumer Cyclical", "Auto Manufacturers"),
        ("Industrials", "Construction/Ag Equipment/Trucks"),
    )
    disputed = classify(company("Acme", *labels))
    settled = classify(company("Acme", *labels, funds=("PSCI",)))
    assert settled.sector == "industrials"
    assert settled.confidence > disputed.confidence


def test_the_fund_of_utilities_and_communications_leaves_a_carrier_where_its_label_has_it() -> None:
    carrier = ("Communication Services", "Telecommunications Services")
    alone, held = classify(company("Acme", carrier)), classify(company("Acme", carrier, funds=("PSCU",)))
    assert (held.sector, held.disputed) == ("technology", False)
    assert held.confidence >= alone.confidence
    power = classify(company("Acme", ("Utilities", "Regulated Electric"), funds=("PSCU",)))
    assert power.sector == "utilities"


# -- what must hold for every company ------------------------------------------------------------------

LABELS = (BIOTECH, SOFTWARE, MINER, ("Industrials", "Marine Shipping"), ("Energy", ""), ("Martian", "Canals"))
TEXTS = (
    "",
    "Acme is a bank.",
    "Acme drills for oil and gas.",
    "Acme sells software to hospitals.",
    "\x00 \u20ac",
)
profiles = st.builds(
    CompanyProfile,
    symbol=st.just("ACME"),
    name=st.sampled_from(["Acme Inc.", "Acme Bancorp", "", "Acme Pharma plc"]) | st.text(max_size=30),
    kind=st.sampled_from(["", "CS", "ADRC"]),
    sic=st.sampled_from(["", "2834", "7372", "8880", "zz"]) | st.text(max_size=5),
    description=st.sampled_from(TEXTS) | st.text(max_size=60),
    labels=st.lists(
        st.builds(lambda pair: VendorLabel(*pair), st.sampled_from(LABELS)), max_size=3, unique=True
    ).map(tuple),
    funds=st.lists(st.sampled_from([*SMALL_CAP_PROXIES, "IWM"]), max_size=3).map(tuple),
)


@pytest.mark.unmeasured
@given(profile=profiles)
@settings(max_examples=300, deadline=None)
def test_whatever_is_known_gives_an_answer_between_nothing_and_nearly_certain(
    profile: CompanyProfile,
) -> None:
    result = classify(profile)
    assert 0.0 <= result.confidence <= CEILING
    assert result.sector is None or result.sector in SLUGS
    assert not (result.excluded and result.sector)


@pytest.mark.unmeasured
@given(profile=profiles)
@settings(max_examples=150, deadline=None)
def test_the_order_of_labels_and_funds_does_not_matter(profile: CompanyProfile) -> None:
    first = classify(profile)
    for labels in permutations(profile.labels):
        other = classify(
            CompanyProfile(
                profile.symbol,
                profile.name,
                kind=profile.kind,
                sic=profile.sic,
                description=profile.description,
                labels=labels,
                funds=profile.funds[::-1],
            )
        )
        assert (other.sector, other.confidence, other.excluded) == (
            first.sector,
            first.confidence,
            first.excluded,
        )


def test_of_two_labels_that_weigh_alike_neither_wins_by_its_place() -> None:
    offices, banks = ("Real Estate", "Building operators"), ("Finance", "Commercial Banks")
    homes = ("Consumer Discretionary", "Homebuilding")
    wells = ("Energy", "Oil & Gas Production")
    for one, other in ((homes, wells), (offices, banks)):
        first, second = classify(company("Acme", one, other)), classify(company("Acme", other, one))
        assert (first.sector, first.confidence) == (second.sector, second.confidence)


FUND_OF = {place.slug: place.small_cap_proxy for place in PLACES if place.small_cap_proxy != "PSCU"}


@pytest.mark.unmeasured
@given(profile=profiles)
@settings(max_examples=300, deadline=None)
def test_a_fund_that_agrees_never_lowers_the_confidence(profile: CompanyProfile) -> None:
    alone = CompanyProfile(
        profile.symbol,
        profile.name,
        sic=profile.sic,
        description=profile.description,
        labels=profile.labels,
    )
    before = classify(alone)
    if before.sector not in FUND_OF:
        return
    after = classify(
        CompanyProfile(
            alone.symbol,
            alone.name,
            sic=alone.sic,
            description=alone.description,
            labels=alone.labels,
            funds=(FUND_OF[before.sector],),
        )
    )
    assert after.sector == before.sector
    assert after.confidence >= before.confidence


likely = st.floats(0.005, 0.98)


@given(said=st.lists(likely, max_size=6), more=st.floats(1 / len(SLUGS), 0.98))
@settings(max_examples=300, deadline=None)
def test_more_agreement_never_lowers_and_more_dispute_never_raises(said: list[float], more: float) -> None:
    before = confidence(pulls(said))
    assert confidence(pulls([*said, more])) >= before - 1e-12
    assert confidence(pulls([*said, (1 - more) / 7])) <= before + 1e-12
    assert confidence(pulls([more, *said])) == pytest.approx(confidence(pulls([*said, more])))


def test_the_confidence_of_two_agreeing_and_one_opposing_hint_is_the_written_sum() -> None:
    # ln(0.9/0.1) + ln 7 = 4.1431, ln(0.5/0.5) + ln 7 = 1.9459, ln(0.02/0.98) + ln 7 = -1.9459.
    told = pulls([0.5, 0.02, 0.9])
    assert (told.strongest, told.further, told.against) == pytest.approx((4.1431, 1.9459, 1.9459), abs=1e-4)
    odds = Constants(start=-2.0, strongest=1.0, further=0.5, against=1.0)
    # -2 + 4.1431 + 0.9730 - 1.9459 = 1.1702, and 1 / (1 + exp(-1.1702)) = 0.7632.
    assert confidence(told, odds) == pytest.approx(0.7632, abs=1e-4)


def test_nothing_known_pulls_nowhere() -> None:
    assert pulls([]) == Pulls(0.0, 0.0, 0.0)
    assert weighed(company("")) is None
    assert label_rule("Martian", "Canals") is None

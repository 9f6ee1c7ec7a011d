"""The simulator's news: each of its phrases has the class that it was written for."""

from __future__ import annotations

import pytest

from tests.analysis.catalysts.made_up import kind_of
from universe.simulator.synthetic import phrases

SIMULATED = {
    "receives FDA approval for its lead drug": "fda",
    "wins FDA clearance for its diagnostic device": "fda",
    "granted FDA fast track designation": "fda",
    "granted FDA breakthrough therapy designation": "fda",
    "reports positive Phase 2 data": "trial",
    "announces positive topline results from Phase 3 trial, which met its primary endpoint": "trial",
    "says FDA accepts new drug application with priority review": "fda",
    "lands multi-year cloud contract worth ${million} million": "contract",
    "selected by {other} for its data platform under a strategic partnership": "partnership",
    "posts record net interest income": "earnings",
    "raises production outlook": "guidance",
    "signs ten-year supply agreement": "contract",
    "beats {quarter} earnings estimates as revenue jumps {percent}%": "earnings",
    "reports {quarter} results above estimates": "earnings",
    "beats quarterly estimates and raises full-year guidance": "earnings",
    "raises full-year outlook": "guidance",
    "raises {quarter} guidance on strong demand": "guidance",
    "to be acquired by {other} for ${price} per share in cash": "merger",
    "enters definitive merger agreement with {other}": "merger",
    "wins ${million} million contract": "contract",
    "receives purchase order worth ${million} million": "contract",
    "announces strategic partnership with {other}": "partnership",
    "enters license agreement with {other}": "partnership",
    "regains compliance with minimum bid price requirement": "listing",
    "shares halted on circuit breaker to the upside": "halt",
    "receives complete response letter from FDA": "fda",
    "says FDA places clinical hold on its study": "fda",
    "halts trial after safety review": "trial",
    "says Phase 3 trial did not meet its primary endpoint": "trial",
    "discontinues Phase 2 trial after interim analysis": "trial",
    "prices ${million} million public offering": "offering",
    "cuts revenue outlook": "guidance",
    "loses contract with its largest customer": "contract",
    "misses earnings estimates on lower income": "earnings",
    "cuts output forecast": "guidance",
    "misses {quarter} earnings estimates as revenue falls {percent}%": "earnings",
    "reports {quarter} results below estimates": "earnings",
    "misses quarterly estimates and lowers full-year guidance": "earnings",
    "lowers full-year outlook": "guidance",
    "withdraws full-year guidance": "guidance",
    "and {other} terminate merger agreement": "merger",
    "says ${million} million contract was terminated": "contract",
    "receives notice of noncompliance with minimum bid price requirement": "listing",
    "receives delisting determination, will request hearing on its listing": "listing",
    "announces 1-for-{ratio} reverse stock split plan": "listing",
    "prices ${million} million public offering of common stock": "offering",
    "announces ${million} million registered direct offering at ${price} per share": "offering",
    "announces proposed public offering of common stock and warrants": "offering",
    "announces ${million} million private placement of convertible notes": "offering",
    "enters ${million} million at-the-market offering program": "offering",
    "files ${million} million mixed shelf registration": "dilution",
    "registers shares for resale by holders of warrants": "dilution",
    "announces exercise of warrants for ${million} million in gross proceeds": "dilution",
    "shares halted on circuit breaker to the downside": "halt",
    "shares halted, news pending": "halt",
}
FIGURES = {
    "million": "12.5",
    "price": "4.20",
    "percent": "30",
    "ratio": "10",
    "quarter": "second quarter",
    "other": "Orvane Labs",
    "bank": "Harlow Stone",
    "name": "Quellmar",
    "firm": "Brandt & Lowe LLP",
    "count": "9",
    "weekday": "Monday",
    "way": "higher",
}


def test_the_simulators_news_is_classed_and_the_rest_of_it_is_none() -> None:
    groups = [group for table in (phrases.GOOD, phrases.BAD) for group in table.values()]
    words = {phrase.words for group in (*groups, phrases.PLAIN) for phrase in group}
    assert set(SIMULATED) <= words
    assert {line: kind_of(f"Quellmar {line.format(**FIGURES)}") for line in words} == {
        line: SIMULATED.get(line, "") for line in words
    }


@pytest.mark.parametrize("line", [*phrases.LAW, *phrases.LISTS])
def test_the_simulators_advertisements_and_lists_have_no_class(line: str) -> None:
    assert kind_of(line.format(**FIGURES)) == ""

"""Recorded papers: which forms of real companies are events, and what stands in the middle of them."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter
from collections.abc import Iterator

import pytest

from analysis.catalysts import judge_filing
from tests.analysis.catalysts.made_up import filing
from tests.recorded import DATA

pytestmark = pytest.mark.recorded

WITHOUT_EVENT = {"3", "4", "5", "144", "10-Q", "10-K", "20-F", "S-8", "EFFECT", "DEF 14A", "SCHEDULE 13G"}
RAISING = {"S-1", "S-3", "F-1", "F-3", "424B3", "424B4", "424B5", "424B7", "S-3ASR", "D"}


def rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def test_every_recorded_form_is_judged_as_its_number_says() -> None:
    kinds: dict[str, Counter[str]] = {}
    for row in rows("sec_filings.csv.gz"):
        day = dt.date.fromisoformat(row["filed"])
        found = judge_filing(filing(row["form"], filed_on=day, symbols=(row["symbol"],)))
        assert len(found) <= 1
        form = row["form"].removesuffix("/A")
        kinds.setdefault(form, Counter())[found[0].kind if found else ""] += 1
    assert sum(map(Counter.total, kinds.values())) > 1000
    assert all(set(kinds[form]) == {""} for form in WITHOUT_EVENT & set(kinds))
    assert all(set(kinds[form]) <= {"offering", "dilution"} for form in RAISING & set(kinds))
    assert set(kinds["8-K"]) == {"filing"}


def test_a_lifted_hold_is_good_and_a_placed_one_bad() -> None:
    tones = Counter(
        (found.rule, found.tone)
        for row in rows("sec_events.csv.gz")
        if row["event_type"] == "CLINICAL_HOLD"
        for found in judge_filing(filing("8-K", row["snippet"]))
    )
    assert {rule for rule, _ in tones} <= {"fda.hold", "fda.hold_lifted", "filing.other"}
    assert tones[("fda.hold_lifted", 1)] >= 5
    assert tones[("fda.hold", -1)] >= 4


def test_a_warning_of_what_may_come_is_no_event() -> None:
    warnings = [row for row in rows("sec_events.csv.gz") if "may impose a clinical hold" in row["snippet"]]
    assert warnings
    assert {judge_filing(filing("8-K", row["snippet"]))[0].rule for row in warnings} == {"filing.other"}

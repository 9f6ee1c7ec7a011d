"""Each part of a score opened: its figures as stored, and the inputs of the run that go into it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from sectors.models import VolatilityWeight
from sectors.pages.explanation import Explanation, Part, explanation_of
from sectors.pages.part_rows import PartRow, part_rows, span_words
from sectors.pages.waterfall import ScoreParts
from sectors.types import Lineage

CALL: dict[str, Any] = {
    "id": 68,
    "vendor": "Polygon",
    "transport": "rest",
    "path": "/v2/snapshot?include_otc=false",
    "request_id": "7313aa",
    "received_at": "2026-03-10T14:15:02+00:00",
    "rows": 8000,
    "asked": 1,
}
INPUTS: list[dict[str, Any]] = [
    {
        "name": "last_prices",
        "words": "Last prices",
        "parts": ["30min", "1d", "technical"],
        "source": "Polygon",
        "calls": [68],
        "as_of": ["2026-03-10T09:31:04-04:00", "2026-03-10T10:15:00-04:00"],
        "received_at": ["2026-03-10T10:15:02-04:00"],
        "known": 58,
        "wanted": 60,
    },
    {
        "name": "close_1",
        "words": "Close of Mon 9 Mar",
        "parts": ["1d", "1d last session"],
        "source": "Polygon",
    },
    {"name": "close_2", "words": "Close of Fri 6 Mar", "parts": ["1d last session"]},
    {"name": "weight_energy", "words": "Volatility weight", "parts": ["volatility"], "sector": "energy"},
    {
        "name": "weight_materials",
        "words": "Volatility weight",
        "parts": ["volatility"],
        "sector": "materials",
    },
    {"name": "benchmark", "words": "Benchmark", "parts": ["beside"]},
]
LINEAGE: Lineage = {"version": 1, "inputs": INPUTS, "calls": [CALL]}  # type: ignore[typeddict-item]


def parts(**notes: str) -> ScoreParts:
    base = 0.1 + 0.2
    factors = [
        {"name": "volatility", "value": 1.3, "known": True, "inputs": {"weight": 1.3}},
        {
            "name": "technical",
            "value": 1.02,
            "known": True,
            "inputs": {"net": 0.1, "beyond": 9.0, "near": 3.0, "known": 58.0},
        },
    ]
    stored = {
        "parts": {"30min": 0.1, "1d": 0.2},
        "base": base,
        "factors": factors,
        "unclamped": base * 1.3 * 1.02,
        "scales": {"30min": 0.8, "1d": 2.5},
        "weights": {"30min": 0.25, "1d": 0.3},
        "frames": {"1d": {"valid": 58, "advancing": 40, "mean": 2.1, "median": 1.9}},
    }
    return ScoreParts(Decimal("0.398"), stored, {"30min": 0.34, "1d": 2.2}, notes)


def explained(lineage: Lineage | None = LINEAGE, **more: Any) -> Explanation:
    weight = more.pop("weight", None)
    return explanation_of(parts(**more), lineage, slug="energy", weight=weight)


def part(explanation: Explanation, name: str) -> Part:
    return next(one for one in explanation.parts if one.move.name == name)


def row(explanation: Explanation, name: str) -> PartRow:
    names = [one.move.name for one in explanation.parts]
    return part_rows(explanation)[names.index(name)]


def test_the_parts_stand_in_the_order_in_which_they_are_applied() -> None:
    names = [one.move.name for one in explained().parts]
    assert names == ["30min", "1d", "3d", "1w", "base", "volatility", "technical", "score"]
    assert [one.move.kind for one in explained().parts][3:6] == ["add", "sum", "multiply"]


def test_a_frame_tells_its_return_its_scale_its_weight_and_its_members() -> None:
    told = {figure.name: figure.value for figure in part(explained(), "1d").figures}
    assert told == {
        "return_pct": 2.2,
        "scale_pct": 2.5,
        "weight": 0.3,
        "members": 58,
        "rising": 40,
        "mean_pct": 2.1,
        "median_pct": 1.9,
        "part": 0.2,
    }


def test_a_factor_tells_what_it_was_made_from_in_one_order() -> None:
    told = [(figure.words, figure.text) for figure in part(explained(), "technical").figures]
    assert told == [
        ("t, net share", "0.1000"),
        ("beyond the level", "9"),
        ("within 2% inside it", "3"),
        ("levels known", "58"),
        ("factor", "1.02"),
    ]


def test_the_score_tells_the_product_before_the_cut_to_the_last_digit() -> None:
    told = [(figure.name, figure.text) for figure in part(explained(), "score").figures]
    assert told == [("unclamped", repr((0.1 + 0.2) * 1.3 * 1.02)), ("score", "+0.398")]


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("30min", ["last_prices"]),
        ("1d", ["last_prices", "close_1"]),
        ("base", []),
        ("volatility", ["weight_energy"]),
        ("technical", ["last_prices"]),
        ("score", ["benchmark"]),
    ],
)
def test_a_part_opens_to_its_own_inputs(name: str, inputs: list[str]) -> None:
    assert [one["name"] for one in part(explained(), name).sources] == inputs


def test_a_carried_frame_opens_to_the_closes_that_it_was_measured_on() -> None:
    carried = explained(**{"1d": "last session"})
    assert [one["name"] for one in part(carried, "1d").sources] == ["close_1", "close_2"]


def test_a_weight_outlives_the_lineage() -> None:
    moment = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
    weight = VolatilityWeight(
        pk=12, sector_id="energy", weight=Decimal("1.30"), reason="Gaps.", created_at=moment
    )
    for lineage in (LINEAGE, None):
        (one,) = part(explained(lineage, weight=weight), "volatility").sources
        assert (one["rule"], one["note"]) == ("weight revision 12: 1.30", "Gaps.")
        assert (one["source"], one["as_of"]) == ("the product’s default", [moment.isoformat()])


def test_without_a_lineage_the_figures_stay_and_the_row_says_so() -> None:
    bare = explained(None)
    assert not bare.stored
    assert part(bare, "1d").figures
    assert "is not stored with this reading" in row(bare, "1d").unstored
    assert row(explained(), "1d").unstored == row(bare, "base").unstored == ""


def test_an_input_shows_its_call_with_its_request_and_its_moments() -> None:
    (source,) = row(explained(), "30min").sources
    assert (source.known, source.source) == ("58 of 60", "Polygon")
    assert source.as_of == "Tue 10 Mar, 9:31:04 to 10:15:00"
    assert source.received == "Tue 10 Mar, 10:15:02"
    (call,) = source.calls
    assert call.path == "/v2/snapshot?include_otc=false"
    assert call.about == "Polygon over REST, request 7313aa, 8,000 rows, call 68"


def test_what_a_vendor_told_by_a_call_that_is_not_kept_is_said() -> None:
    told = {one.words: one.lacks_call for one in row(explained(), "1d").sources}
    assert told == {"Last prices": False, "Close of Mon 9 Mar": True}


def test_a_frame_leads_to_its_members_the_strongest_first() -> None:
    assert row(explained(), "1d").members_sort == "-1d"
    assert row(explained(), "1w").members_sort == "1w"
    assert row(explained(), "volatility").members_sort == ""


@pytest.mark.parametrize(
    ("moments", "words"),
    [
        ([], "–"),
        (
            ["2026-03-06T16:00:00-05:00", "2026-03-09T16:00:00-04:00"],
            "Fri 6 Mar, 16:00:00 to Mon 9 Mar, 16:00:00",
        ),
    ],
)
def test_moments_in_words(moments: list[str], words: str) -> None:
    assert span_words(moments) == words


def test_a_reading_without_parts_opens_to_nothing() -> None:
    bare = ScoreParts(Decimal("0.1"), {}, {}, {})
    assert explanation_of(bare, LINEAGE, slug="energy", weight=None).parts == ()


EVENT: dict[str, Any] = {
    "symbol": "OCUL",
    "tag": "FDA",
    "title": "FDA approves a drug",
    "url": "https://news.example/ocul",
    "publisher": "Wire Daily",
    "at": "2026-03-10T09:05:00-04:00",
    "tone": 1.0,
    "relevance": 0.8,
    "rule": "fda.approved",
}


def test_the_events_that_a_factor_counts_are_listed_and_the_others_counted() -> None:
    told: dict[str, Any] = {
        "name": "catalysts_energy",
        "words": "Own events",
        "parts": ["1d"],
        "known": 3,
        "events": [EVENT],
    }
    lineage: Lineage = {"version": 1, "inputs": [told], "calls": []}  # type: ignore[typeddict-item]
    found = explanation_of(parts(), lineage, slug="energy", weight=None)
    (source,) = next(row.sources for row in part_rows(found) if row.sources)
    (event,) = source.events
    assert (event.symbol, event.cause.tag, event.cause.url) == ("OCUL", "FDA", "https://news.example/ocul")
    assert event.about == (
        "FDA approves a drug, Wire Daily, Tue 10 Mar, 9:05:00, tone +1.00 with weight 0.80, rule fda.approved"
    )
    assert source.more == "and 2 others"

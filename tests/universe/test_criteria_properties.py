"""What holds for every market that can be made up: order, growth, and each reason for itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import given

from universe.criteria import CRITERION_OF, reasons_for, select
from universe.types import Candidate, Selection, Tier, UniverseCriteria

CRITERIA = UniverseCriteria()


def around(*edges: float) -> st.SearchStrategy[float | None]:
    """Not known, on an edge, just beside it, or anywhere."""
    near = [edge * factor for edge in edges for factor in (0.5, 0.999999, 1.0, 1.000001, 2.0)]
    return st.none() | st.sampled_from(near) | st.floats(0.01, 1e11)


CANDIDATES = st.builds(
    Candidate,
    symbol=st.just(""),
    exchange=st.sampled_from(["XNAS", "XNYS", "XASE", "ARCX", None]),
    kind=st.sampled_from(["CS", "ADRC", "OS", "ETF", "SPAC", None]),
    price=around(2.0, 100.0),
    market_cap=around(10e6, 300e6, 2e9),
    avg_volume=around(100e3, 1e6),
    float_shares=around(5e6, 10e6),
    shares_outstanding=around(5e6, 10e6),
)
MARKETS = st.lists(CANDIDATES, max_size=12).map(
    lambda rows: [replace(row, symbol=f"S{n}") for n, row in enumerate(rows)]
)


def float_limit(row: Candidate) -> float:
    return 5e6 if row.market_cap is None or row.market_cap < 300e6 else 10e6


def shares(row: Candidate) -> float | None:
    if row.float_shares is not None:
        return row.float_shares
    if row.shares_outstanding is not None:
        return row.shares_outstanding
    return row.market_cap / row.price if row.market_cap is not None and row.price else None


#: Each reason by its own sentence of the contract, knowing nothing of the others.
SENTENCES: dict[str, Callable[[Candidate], bool]] = {
    "exchange_not_allowed": lambda row: row.exchange == "ARCX",
    "data_missing:exchange": lambda row: row.exchange is None,
    "not_common_stock": lambda row: row.kind in ("ETF", "SPAC"),
    "data_missing:kind": lambda row: row.kind is None,
    "data_missing:price": lambda row: row.price is None,
    "data_missing:market_cap": lambda row: row.market_cap is None,
    "data_missing:avg_volume": lambda row: row.avg_volume is None,
    "data_missing:float": lambda row: shares(row) is None,
    "market_cap_below": lambda row: row.market_cap is not None and row.market_cap < 10e6,
    "market_cap_above": lambda row: row.market_cap is not None and row.market_cap > 2e9,
    "price_below": lambda row: row.price is not None and row.price < 2,
    "price_above": lambda row: row.price is not None and row.price > 100,
    "float_below": lambda row: (found := shares(row)) is not None and found <= float_limit(row),
    "volume_below": lambda row: row.avg_volume is not None and row.avg_volume < 1e6,
}


def told(selection: Selection) -> dict[str, tuple[Tier | None, tuple[str, ...]]]:
    return {verdict.symbol: (verdict.tier, verdict.reasons) for verdict in selection.verdicts}


@given(MARKETS)
def test_each_reason_is_counted_by_its_own_sentence_alone(market: list[Candidate]) -> None:
    assert set(SENTENCES) == set(CRITERION_OF)
    counts = Counter(reason for verdict in select(market, CRITERIA).verdicts for reason in verdict.reasons)
    assert counts == Counter(
        {reason: count for reason, holds in SENTENCES.items() if (count := sum(map(holds, market)))}
    )


@given(MARKETS)
def test_every_listing_has_a_membership_or_its_reasons(market: list[Candidate]) -> None:
    for verdict in select(market, CRITERIA).verdicts:
        assert (verdict.tier == Tier.CORE) == (verdict.reasons == ())
        assert verdict.tier != Tier.BREADTH or verdict.reasons == ("volume_below",)


@given(MARKETS, st.randoms(use_true_random=False))
def test_the_order_of_the_listings_does_not_matter(market: list[Candidate], dice: random.Random) -> None:
    other = list(market)
    dice.shuffle(other)
    first, second = select(market, CRITERIA), select(other, CRITERIA)
    assert told(first) == told(second)
    assert (first.funnel, first.relaxing) == (second.funnel, second.relaxing)


@given(MARKETS, CANDIDATES)
def test_one_listing_more_takes_no_other_out(market: list[Candidate], newcomer: Candidate) -> None:
    before, after = select(market, CRITERIA), select([*market, newcomer], CRITERIA)
    assert told(before).items() <= told(after).items()
    grown = [now.count - was.count for was, now in zip(before.funnel, after.funnel, strict=True)]
    assert grown == sorted(grown, reverse=True)
    assert set(grown) <= {0, 1}


@given(MARKETS)
def test_the_funnel_only_narrows_and_ends_in_the_tiers(market: list[Candidate]) -> None:
    selection = select(market, CRITERIA)
    counts = [stage.count for stage in selection.funnel]
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-2:]) == (len(market), [selection.breadth, selection.core])


@given(CANDIDATES, CANDIDATES)
def test_a_reason_of_one_value_does_not_hang_on_another(one: Candidate, other: Candidate) -> None:
    """With another price, volume, exchange or type, the reasons of all else stay."""
    for field, own in (("avg_volume", "volume"), ("exchange", "exchange"), ("kind", ("kind", "common"))):
        changed = replace(one, **{field: getattr(other, field)})
        words = (own,) if isinstance(own, str) else own
        kept = [reason for reason in reasons_for(one, CRITERIA) if not any(word in reason for word in words)]
        assert kept == [
            reason for reason in reasons_for(changed, CRITERIA) if not any(word in reason for word in words)
        ]

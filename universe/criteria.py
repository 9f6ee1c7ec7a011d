"""Who is in the universe, and why not: the limits of the product applied to candidates.

1. `validate` refuses limits that contradict themselves.
2. `reasons_for` gives every reason that one candidate is not a core member.
3. `verdict_for` turns the reasons into a tier and a cap tier.
4. `select` judges a whole market, counts the funnel, and what relaxing one criterion would add.

Pure: candidates and limits in, a `Selection` out. Money is USD, volumes and floats are shares.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from universe.errors import CriteriaError
from universe.types import Candidate, CapTier, FunnelStage, Selection, Tier, UniverseCriteria, Verdict

VOLUME_BELOW = "volume_below"

# The criterion that each reason belongs to, in the order of the funnel.
CRITERION_OF = {
    "exchange_not_allowed": "exchange",
    "data_missing:exchange": "exchange",
    "not_common_stock": "common stock",
    "data_missing:kind": "common stock",
    "data_missing:price": "has data",
    "data_missing:market_cap": "has data",
    "data_missing:avg_volume": "breadth volume",
    "data_missing:float": "has data",
    "market_cap_below": "market cap",
    "market_cap_above": "market cap",
    "price_below": "price",
    "price_above": "price",
    "float_below": "float",
    VOLUME_BELOW: "core volume",
}
FUNNEL_STAGES = (
    "listings",
    "exchange",
    "common stock",
    "has data",
    "market cap",
    "price",
    "float",
    "breadth volume",
    "core volume",
)


def validate(criteria: UniverseCriteria) -> None:
    """Raise `CriteriaError` naming the field, its value and its bound."""
    _in_order(criteria, "micro_cap_min", "small_cap_min", "small_cap_max")
    _in_order(criteria, "breadth_volume_min", "core_volume_min")
    _in_order(criteria, "price_min", "price_max")
    _in_order(criteria, "volume_sessions_min", "volume_sessions")
    for name in ("micro_float_over", "small_float_over", "volume_sessions_min", "target_names"):
        _not_negative(criteria, name)
    if not 1 <= criteria.volume_sessions <= 60:
        raise CriteriaError(
            f"volume_sessions is {criteria.volume_sessions}; at most 60 sessions are kept, and one is needed."
        )
    for name in ("exchanges", "kinds"):
        if not getattr(criteria, name):
            raise CriteriaError(f"{name} is empty; name at least one, or nothing is in the universe.")


def _not_negative(criteria: UniverseCriteria, name: str) -> None:
    value = getattr(criteria, name)
    if not 0 <= value < math.inf:
        raise CriteriaError(f"{name} is {value}; it must be a number of 0 or more.")


def _in_order(criteria: UniverseCriteria, *names: str) -> None:
    for name in names:
        _not_negative(criteria, name)
    for low, high in pairwise(names):
        if getattr(criteria, low) > getattr(criteria, high):
            raise CriteriaError(
                f"{low} is {getattr(criteria, low)}, above {high} of {getattr(criteria, high)}; "
                f"lower the one or raise the other."
            )


def cap_tier_of(market_cap: float | None, criteria: UniverseCriteria) -> CapTier | None:
    """The band of a market cap; its outer edges are in, the shared edge is small cap."""
    if market_cap is None or not criteria.micro_cap_min <= market_cap <= criteria.small_cap_max:
        return None
    return CapTier.MICRO if market_cap < criteria.small_cap_min else CapTier.SMALL


def float_bound(candidate: Candidate) -> tuple[float | None, bool]:
    """The free float, or the shares that bound it from above and True; None: nothing is known.

    Shares outstanding are the bound; where they are not known, market cap divided by price.
    """
    if candidate.float_shares is not None:
        return candidate.float_shares, False
    if candidate.shares_outstanding is not None:
        return candidate.shares_outstanding, True
    if candidate.market_cap is not None and candidate.price:
        return candidate.market_cap / candidate.price, True
    return None, True


def float_limit(market_cap: float | None, criteria: UniverseCriteria) -> float:
    """The limit of the band, or of the nearer one outside both; of a cap not known, the lower."""
    if market_cap is None:
        return min(criteria.micro_float_over, criteria.small_float_over)
    return criteria.micro_float_over if market_cap < criteria.small_cap_min else criteria.small_float_over


def _within(name: str, value: float | None, low: float, high: float) -> str | None:
    if value is None:
        return f"data_missing:{name}"
    if value < low:
        return f"{name}_below"
    return f"{name}_above" if value > high else None


def reasons_for(candidate: Candidate, criteria: UniverseCriteria) -> tuple[str, ...]:
    """Every reason that keeps a candidate out of the core tier, in the order of the funnel."""
    found: list[str | None] = []
    if candidate.exchange not in criteria.exchanges:
        found.append("exchange_not_allowed" if candidate.exchange else "data_missing:exchange")
    if candidate.kind not in criteria.kinds:
        found.append("not_common_stock" if candidate.kind else "data_missing:kind")
    found.append(_within("market_cap", candidate.market_cap, criteria.micro_cap_min, criteria.small_cap_max))
    found.append(_within("price", candidate.price, criteria.price_min, criteria.price_max))
    shares, _ = float_bound(candidate)
    if shares is None:
        found.append("data_missing:float")
    elif shares <= float_limit(candidate.market_cap, criteria):
        found.append("float_below")
    if candidate.avg_volume is None:
        found.append("data_missing:avg_volume")
    elif candidate.avg_volume < criteria.core_volume_min:
        found.append(VOLUME_BELOW)
    return tuple(reason for reason in found if reason)


def verdict_for(candidate: Candidate, criteria: UniverseCriteria) -> Verdict:
    """Core without a reason; breadth when volume is the only one and reaches the breadth limit."""
    reasons = reasons_for(candidate, criteria)
    tier = None
    if not reasons:
        tier = Tier.CORE
    elif reasons == (VOLUME_BELOW,) and (candidate.avg_volume or 0) >= criteria.breadth_volume_min:
        tier = Tier.BREADTH
    _, estimated = float_bound(candidate)
    return Verdict(
        symbol=candidate.symbol,
        tier=tier,
        cap_tier=cap_tier_of(candidate.market_cap, criteria),
        reasons=reasons,
        float_estimated=tier is not None and estimated,
    )


def select(candidates: Sequence[Candidate], criteria: UniverseCriteria) -> Selection:
    """Judge every candidate. ``breadth`` counts core members too; the list is never padded.

    ``relaxing`` maps a criterion to the number of candidates that it alone keeps out of the breadth tier.
    """
    verdicts = tuple(verdict_for(candidate, criteria) for candidate in candidates)
    tiers = Counter(verdict.tier for verdict in verdicts)
    core = tiers[Tier.CORE]
    breadth = core + tiers[Tier.BREADTH]
    return Selection(
        verdicts=verdicts,
        funnel=_funnel(verdicts, breadth=breadth, core=core),
        core=core,
        breadth=breadth,
        relaxing=_relaxing(candidates, verdicts, criteria),
    )


def _funnel(verdicts: Sequence[Verdict], *, breadth: int, core: int) -> tuple[FunnelStage, ...]:
    """The count that passes each stage and all before it."""
    failed_at = Counter(_first_failure(verdict.reasons) for verdict in verdicts)
    left = len(verdicts)
    stages = [FunnelStage("listings", left)]
    for name in FUNNEL_STAGES[1:-2]:  # the last two are the tiers themselves
        left -= failed_at[name]
        stages.append(FunnelStage(name, left))
    return (*stages, FunnelStage("breadth volume", breadth), FunnelStage("core volume", core))


def _first_failure(reasons: Iterable[str]) -> str:
    failed = {CRITERION_OF[reason] for reason in reasons}
    return next((stage for stage in FUNNEL_STAGES if stage in failed), "")


def _relaxing(
    candidates: Sequence[Candidate], verdicts: Sequence[Verdict], criteria: UniverseCriteria
) -> dict[str, int]:
    """Per criterion, the candidates outside both tiers that it alone keeps out of the breadth tier."""
    alone: Counter[str] = Counter()
    for candidate, verdict in zip(candidates, verdicts, strict=True):
        if verdict.tier is not None:
            continue
        failed = {CRITERION_OF[reason] for reason in verdict.reasons if reason != VOLUME_BELOW}
        if (candidate.avg_volume or 0) < criteria.breadth_volume_min:
            failed.add("breadth volume")
        if len(failed) == 1:
            alone[failed.pop()] += 1
    return dict(alone)

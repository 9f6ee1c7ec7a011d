"""Building the universe of a session, once.

1. the sessions before it give price and average volume, both as traded: shares outstanding are told as late
   as splits, so that a close scaled for this morning's split would make ten times the market cap
2. the stored facts give shares, float and kind: these are the candidates
3. `universe.criteria.select` judges them all
4. against the universe before: a loss of over a fifth of the members is refused, nothing is built; any other
   stage that moved by a fifth raises an alarm, which is stored with the universe that is built all the same
5. snapshot and every verdict are stored in one transaction; a second build finds the first
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone
from numpy.typing import NDArray

from universe.adjustment import price_factors
from universe.bulk import rows_insert
from universe.changes import alarm_words, funnel_alarms
from universe.criteria import select
from universe.errors import NotEnoughData
from universe.models import SnapshotMember, Stock, UniverseSnapshot
from universe.selectors.criteria import criteria_current, criteria_from
from universe.selectors.prices import BarArrays, bar_arrays, sessions_before, splits_until
from universe.sessions import previous_session
from universe.types import Candidate, FunnelStage, Selection, Session, UniverseCriteria, Verdict

logger = logging.getLogger(__name__)

GAP_SESSIONS = 60
GAP_FRACTION = 0.05
GAP_FRACTION_WIDE = 0.10
GAP_SESSIONS_MIN = 15
SHRINK_MAX = 0.2
SPAC_SIC = "6770"
VERDICT_COLUMNS = {
    "snapshot_id": "int8",
    "symbol": "text",
    "tier": "text",
    "cap_tier": "text",
    "reasons": "varchar[]",
    "price": "float8",
    "market_cap": "float8",
    "avg_volume": "float8",
    "float_shares": "float8",
    "shares_outstanding": "float8",
    "float_estimated": "bool",
    "mic": "text",
    "kind": "text",
    "gap_share": "float8",
    "gap_share_10": "float8",
}
STOCK_FIELDS = (
    "symbol",
    "mic",
    "kind",
    "is_fund",
    "sic",
    "market_cap_usd",
    "shares_outstanding",
    "float_shares",
)


@dataclass(frozen=True, slots=True)
class Averages:
    """Per symbol of the last sessions: last close, mean volume, share of openings with a gap of 5 %, and of
    10 %; NaN not known."""

    column: Mapping[str, int]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    gap_share: NDArray[np.float64]
    gap_share_10: NDArray[np.float64]

    def of(self, symbol: str, values: NDArray[np.float64]) -> float | None:
        index = self.column.get(symbol)
        if index is None or np.isnan(values[index]):
            return None
        return float(values[index])


def snapshot_build(session: Session) -> UniverseSnapshot:
    """Build the universe of ``session`` from data through the session before; the stored one if it exists.

    Raises `NotEnoughData` when the session before has no bars, too few sessions have, nothing is listed, or
    over a fifth of the members of the universe before would be lost by the same criteria.
    """
    built = UniverseSnapshot.objects.filter(session=session).first()
    if built is not None:
        return built
    criteria = criteria_current()
    averages = _averages(session, criteria)
    candidates = list(_candidates(averages))
    if not candidates:
        raise NotEnoughData(
            f"No listing is stored for the universe of {session}; refresh the listings first."
        )
    selection = select(candidates, criteria)
    before = _comparable(session, criteria)
    _refuse_collapse(session, before, selection)
    values = {"session": session, "criteria": asdict(criteria), "alarms": _alarms(before, selection)}
    try:
        snapshot = _store(values, candidates, selection, averages)
    except IntegrityError:
        # Another worker was quicker: its universe is the one.
        return UniverseSnapshot.objects.get(session=session)
    logger.info("universe %s", snapshot)
    for alarm in snapshot.alarms:
        logger.warning("universe of %s: %s", session, alarm_words(alarm))
    return snapshot


def candidates_again(snapshot: UniverseSnapshot, criteria: UniverseCriteria) -> list[Candidate]:
    """What a build for the session of ``snapshot`` would judge by the facts of now.

    Prices and volumes are those of its verdicts, unless ``criteria`` average over other sessions than it did:
    then they are read from the bars, which raises `NotEnoughData` where those do not reach.
    """
    built = criteria_from(snapshot.criteria)
    if (criteria.volume_sessions, criteria.volume_sessions_min) == (
        built.volume_sessions,
        built.volume_sessions_min,
    ):
        return list(_candidates(_averages_judged(snapshot)))
    return list(_candidates(_averages(snapshot.session, criteria)))


def _averages_judged(snapshot: UniverseSnapshot) -> Averages:
    columns = ("price", "avg_volume", "gap_share", "gap_share_10")
    rows = list(snapshot.members.order_by().values_list("symbol", *columns))
    figures = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(rows), len(columns))
    return Averages({row[0]: index for index, row in enumerate(rows)}, *figures.T)


def _averages(session: Session, criteria: UniverseCriteria) -> Averages:
    before = sessions_before(session, GAP_SESSIONS + 1)
    bars = bar_arrays(before)
    _refuse_holes(session, bars, criteria)
    factors = price_factors(
        splits_until(session), sessions=bars.sessions, symbols=bars.symbols, closes=bars.close
    )
    volume = bars.volume[-criteria.volume_sessions :]
    known = np.isfinite(volume).sum(axis=0)
    mean = np.where(known > 0, np.nansum(volume, axis=0) / np.maximum(known, 1), np.nan)
    return Averages(
        column={symbol: index for index, symbol in enumerate(bars.symbols)},
        close=bars.close[-1],
        volume=np.where(known >= criteria.volume_sessions_min, mean, np.nan),
        gap_share=gap_share(bars.open * factors, bars.close * factors),
        gap_share_10=gap_share(bars.open * factors, bars.close * factors, GAP_FRACTION_WIDE),
    )


def _refuse_holes(session: Session, bars: BarArrays, criteria: UniverseCriteria) -> None:
    filled = [day for day, row in zip(bars.sessions, bars.close, strict=True) if np.isfinite(row).any()]
    last = previous_session(session)
    if last not in filled:
        raise NotEnoughData(f"The universe of {session} needs the bars of {last}; none are stored yet.")
    recent = [day for day in filled if day in bars.sessions[-criteria.volume_sessions :]]
    if len(recent) < criteria.volume_sessions_min:
        raise NotEnoughData(
            f"The universe of {session} needs bars of at least {criteria.volume_sessions_min} of the last "
            f"{criteria.volume_sessions} sessions; {len(recent)} are stored."
        )


def _comparable(session: Session, criteria: UniverseCriteria) -> UniverseSnapshot | None:
    """The newest universe before, when it was built by the same limits: others may differ as they want."""
    before = UniverseSnapshot.objects.filter(session__lt=session).order_by("-session").first()
    if before is None or before.criteria != json.loads(json.dumps(asdict(criteria))):
        return None
    return before


def _refuse_collapse(session: Session, before: UniverseSnapshot | None, selection: Selection) -> None:
    """A market does not lose a fifth of its small caps overnight; an input does."""
    if before is not None and selection.breadth < before.breadth * (1 - SHRINK_MAX):
        raise NotEnoughData(
            f"The universe of {session} would have {selection.breadth:,} members where that of "
            f"{before.session} has {before.breadth:,}. A loss of over {SHRINK_MAX:.0%} means that an input "
            "is missing: it is refused, and not built."
        )


def _alarms(before: UniverseSnapshot | None, selection: Selection) -> list[dict[str, Any]]:
    if before is None:
        return []
    stages = [FunnelStage(stage["name"], stage["count"]) for stage in before.funnel]
    return funnel_alarms(stages, selection.funnel, against=before.session)


def gap_share(
    opens: NDArray[np.float64], closes: NDArray[np.float64], fraction: float = GAP_FRACTION
) -> NDArray[np.float64]:
    """Share of sessions that opened ``fraction`` or more away from the close before, of those where both are
    known.

    Arrays are [session x symbol], split-adjusted, oldest first. NaN where fewer than 15 sessions are known.
    """
    gaps = np.abs(opens[1:] / closes[:-1] - 1)
    known = np.isfinite(gaps).sum(axis=0)
    with np.errstate(invalid="ignore"):
        # 9.00 after 10.00 is a gap of 10 %, and 0.0999... in floats.
        wide = (gaps >= fraction - 1e-9).sum(axis=0)
    return np.where(known >= GAP_SESSIONS_MIN, wide / np.maximum(known, 1), np.nan)


def _candidates(averages: Averages) -> Iterator[Candidate]:
    for row in Stock.objects.filter(active=True).values(*STOCK_FIELDS).iterator():
        price = averages.of(row["symbol"], averages.close)
        yield Candidate(
            symbol=row["symbol"],
            exchange=row["mic"] or None,
            kind=_kind(row),
            price=price,
            market_cap=_market_cap(row, price),
            avg_volume=averages.of(row["symbol"], averages.volume),
            float_shares=row["float_shares"],
            shares_outstanding=row["shares_outstanding"],
        )


def _kind(row: Mapping[str, object]) -> str | None:
    """The vendor's type, unless other facts know better: funds and shells are listed as common stock too.

    A shell is told by its SIC alone: labels call insurers "Shell Companies" years after the merger. One that
    no SIC tells is a member that the classification keeps out of every sector, and so out of every colour.
    """
    if row["is_fund"]:
        return "FUND"
    if row["sic"] == SPAC_SIC:
        return "SPAC"
    return str(row["kind"]) or None


def _market_cap(row: Mapping[str, int | None], price: float | None) -> float | None:
    """Shares times the close; where the shares are not known, the vendor's own figure."""
    shares = row["shares_outstanding"]
    if shares is not None and price is not None:
        return shares * price
    return None if row["market_cap_usd"] is None else float(row["market_cap_usd"])


@transaction.atomic
def _store(
    values: Mapping[str, Any], candidates: list[Candidate], selection: Selection, averages: Averages
) -> UniverseSnapshot:
    """``values`` are the session, its limits and its alarms."""
    snapshot = UniverseSnapshot.objects.create(
        **values,
        built_from=previous_session(values["session"]),
        built_at=timezone.now(),
        funnel=[asdict(stage) for stage in selection.funnel],
        listings=len(candidates),
        core=selection.core,
        breadth=selection.breadth,
        relaxing=selection.relaxing,
    )
    judged = zip(candidates, selection.verdicts, strict=True)
    rows = (_verdict_values(candidate, verdict, averages) for candidate, verdict in judged)
    rows_insert(SnapshotMember, VERDICT_COLUMNS, ((snapshot.pk, *row) for row in rows))
    return snapshot


def _verdict_values(candidate: Candidate, verdict: Verdict, averages: Averages) -> Sequence[object]:
    return (
        verdict.symbol,
        str(verdict.tier or ""),
        str(verdict.cap_tier or ""),
        list(verdict.reasons),
        candidate.price,
        candidate.market_cap,
        candidate.avg_volume,
        candidate.float_shares,
        candidate.shares_outstanding,
        verdict.float_estimated,
        candidate.exchange or "",
        candidate.kind or "",
        averages.of(verdict.symbol, averages.gap_share),
        averages.of(verdict.symbol, averages.gap_share_10),
    )

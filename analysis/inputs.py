"""What a run takes from the vendors, and what it learns on the way: prices, and whether they will do.

A vendor that gives less than everything leaves a problem in words; only when there is nothing to judge at all
`PricesMissing` is raised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.catalyst_services import catalysts_refresh
from analysis.errors import PricesMissing
from analysis.readings import unpriced_sectors
from analysis.types import InputFrame
from sectors.selectors import sectors_list
from sectors.types import LineageInput
from universe.clock import market_now
from universe.errors import SourceError
from universe.selectors import quotes_newest
from universe.services import (
    Frozen,
    IndicesReport,
    Progress,
    QuotesReport,
    quotes_refresh,
    splits_today,
    tracked_symbols,
    unheard,
)
from universe.sessions import ET, hours, phase, previous_session, session_of

#: Prices of the stream that are no older stand in for a snapshot that failed.
STAND_IN = dt.timedelta(minutes=5)
#: Below this share of members with a price in the regular session, the run says so; thin names print late.
COVERAGE_MIN, COVERAGE_MIN_EARLY = 0.8, 0.5
EARLY = dt.timedelta(minutes=30)
#: Among the degraded inputs of a run: what its vendor tells does not move any more.
FROZEN = "a feed that looks frozen"


@dataclass(frozen=True, slots=True)
class Night:
    """What the standing board was shifted by before the first prints: the indices' ``moves``, percent, NaN
    unknown, their ``lineage``, and what the board tells of the night."""

    moves: tuple[float, ...]
    lineage: tuple[LineageInput, ...]
    told: dict[str, Any]


@dataclass(slots=True)
class Findings:
    """What a run learnt on its way: ``problems`` in words, ``degraded`` inputs, ``failed`` sectors with the
    reason, ``counts`` by name, the ``lag`` of a delayed plan; ``end_of_day``: no plan has today's prices.
    ``report`` tells of the prices that were fetched, ``indices`` of the world's; None: none were. ``night``
    is the standing board's, for a run of one of its sectors; None: it stands on prices of the day."""

    problems: list[str] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)
    oldest_input_at: dt.datetime | None = None
    source: str = "Polygon"
    lag: dt.timedelta | None = None
    end_of_day: bool = False
    report: QuotesReport | None = None
    indices: IndicesReport | None = None
    night: Night | None = None


def splits_take(findings: Findings) -> bool:
    """Fetch the splits of today before its first pass. Whether the vendor was asked."""
    try:
        return splits_today(session_of(market_now()))
    except SourceError as exc:
        findings.problems.append(f"Splits of today are not known, the next pass asks again: {exc}")
        return True


def catalysts_take(findings: Findings, *, filings: bool, progress: Progress = unheard) -> None:
    """Fetch and judge the news since the last time, and the ``filings`` when theirs are due. What is not told
    leaves the stored ones, and a plan without news leaves none: then the catalyst factor says that."""
    try:
        report = catalysts_refresh(market_now(), filings=filings, progress=progress)
    except SourceError as exc:
        findings.problems.append(f"News and filings are not fresh, the next pass asks again: {exc}")
        return
    findings.problems += report.problems
    findings.counts["news"] = {"headlines": report.headlines, "filings": report.filings} | report.dropped


def prices_take(findings: Findings, *, progress: Progress = unheard) -> dt.datetime:
    """Fetch the newest prices; the market moment they are of. PricesMissing when there are none to use."""
    asked_at = market_now()
    try:
        report = quotes_refresh(asked_at, progress=progress)
    except SourceError as exc:
        _stand_in(asked_at, exc, findings)
        return asked_at
    findings.report = report
    findings.counts["quotes"] = _report_counts(report)
    findings.oldest_input_at = report.newest
    findings.source = source_words(report)
    if report.end_of_day:
        return _end_of_day(findings)
    if report.frozen is not None:
        # Whatever moment the vendor stamps on them: the prices are those of that pass.
        findings.oldest_input_at = min(filter(None, (report.newest, report.frozen.since)))
        findings.problems.append(_frozen_words(report.frozen))
        findings.degraded.append(FROZEN)
    if report.newest is not None and report.lag is not None and report.is_delayed:
        # The market of the vendor's time, so that the half hour is one of its half hours.
        findings.lag = report.lag
        return report.newest
    if report.newest is None and phase(asked_at) == "regular":
        raise PricesMissing(
            "The price vendor answered without one usable price of today "
            f"({_words(report.dropped)}). The board keeps its last readings."
        )
    # Not before the call: a price of the second in which the vendor answered would lie in the future.
    return market_now()


def source_words(report: QuotesReport) -> str:
    """Whose the prices are, with the measured delay: "Polygon", "Polygon, 15 min late"."""
    name = {"fmp": "FMP"}.get(report.source, report.source.capitalize())
    if report.lag is None or not report.is_delayed:
        return name
    return f"{name}, {round(report.lag.total_seconds() / 60)} min late"


def _end_of_day(findings: Findings) -> dt.datetime:
    """No plan has a price of the session: the closes are judged, and everything says so."""
    findings.end_of_day = True
    findings.source = f"{findings.source}, end of day"
    findings.problems.append(
        "Neither key's plan has prices within the session: the figures are those of the last close."
    )
    findings.degraded.append("closes in place of prices")
    now = market_now()
    findings.oldest_input_at = _last_close(now)
    return now


def _last_close(now: dt.datetime) -> dt.datetime:
    """The close that the newest daily bars are of: they come after the session's end."""
    session = session_of(now)
    is_over = now >= hours(session).post_close
    return hours(session if is_over else previous_session(session)).close


def _stand_in(as_of: dt.datetime, error: SourceError, findings: Findings) -> None:
    """Take the stream's prices when they are fresh; else there is nothing new to publish."""
    newest = _newest_stored(as_of)
    if newest is None or as_of - newest > STAND_IN:
        known = (
            f"the newest stored price is of {newest.astimezone(ET):%-H:%M}" if newest else "none is stored"
        )
        raise PricesMissing(
            f"The price vendor does not answer ({error}), and {known}. The board keeps its last readings."
        ) from error
    findings.problems.append(f"The price snapshot failed ({error}); prices are those of the minute stream.")
    findings.degraded.append("prices from the minute stream")
    findings.oldest_input_at = newest


def _newest_stored(as_of: dt.datetime) -> dt.datetime | None:
    """The moment of the newest stored price of the session of ``as_of``."""
    moments = quotes_newest(sorted(tracked_symbols(session_of(as_of))), as_of)["as_of"].dropna()
    return None if moments.empty else moments.max().to_pydatetime()


def _frozen_words(frozen: Frozen) -> str:
    since = f"{frozen.since.astimezone(ET):%-H:%M}"
    return f"The feed looks frozen: {frozen.share:.0%} of prices and volumes are those of {since}."


def _report_counts(report: QuotesReport) -> dict[str, Any]:
    return {"wanted": report.wanted, "stored": report.stored, "halted": report.halted} | (
        report.confirmations | report.dropped
    )


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in sorted(counts.items()))


def coverage_judge(frame: InputFrame, findings: Findings) -> None:
    """Say which inputs of the frame are thin. An empty universe is a failure."""
    count = len(frame.members)
    if count == 0:
        raise PricesMissing(
            f"The universe of {frame.session} has no member, so there is nothing to score. See the funnel."
        )
    priced = int(np.isfinite(frame.members.last).sum())
    findings.counts |= {"members": count, "core": int(frame.members.core.sum()), "priced": priced}
    if not priced and not np.isfinite(frame.members.closes[:, 0]).any():
        raise PricesMissing(
            "No member has a price of today or a close before it. The board keeps its last readings."
        )
    is_early = frame.as_of < hours(frame.session).open + EARLY
    least = COVERAGE_MIN_EARLY if is_early else COVERAGE_MIN
    if frame.phase == "regular" and priced < least * count and not findings.end_of_day:
        findings.problems.append(f"Only {priced:,} of {count:,} members have a price of today.")
    if frame.benchmark is None:
        findings.problems.append("The benchmark has no price, so there is no relative light.")


def sectors_judge(frame: InputFrame, findings: Findings) -> None:
    """Leave out the sectors that lost their prices; when all did, the run fails."""
    findings.failed = unpriced_sectors(frame)
    populated = {sector.slug for sector in frame.sectors} & set(frame.members.sector.tolist())
    if findings.failed and populated <= set(findings.failed):
        raise PricesMissing("No sector has enough prices of today. The board keeps its last readings.")
    names = {sector.slug: sector.name for sector in sectors_list()}
    for slug, reason in findings.failed.items():
        findings.problems.append(f"{names[slug]} could not be judged: {reason}. Its last reading stays.")

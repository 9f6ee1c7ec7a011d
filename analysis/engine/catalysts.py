"""What the catalysts of a moment say: how many a sector has against its rate, and which one moves a stock."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.catalysts.kinds import Catalyst, CatalystKind
from analysis.types import Cause

#: A sector's catalysts are counted over this time.
WINDOW = dt.timedelta(hours=24)
#: Its own rate is the mean over so many sessions; of fewer than five it says nothing.
RATE_SESSIONS = 20
RATE_SESSIONS_MIN = 5
ORDER = {kind: place for place, kind in enumerate(CatalystKind)}


@dataclass(frozen=True, slots=True)
class Density:
    """``count`` of the last 24 hours, ``usual`` the mean count of the same 24 hours in earlier sessions (NaN:
    fewer than five are known, or no event of the sector at all: then nobody tells of it), ``tone`` the mean
    by relevance, -1 to +1, 0 without any."""

    count: int
    usual: float
    tone: float


def densities(
    catalysts: Iterable[Catalyst],
    sectors: Mapping[str, str],
    as_of: dt.datetime,
    *,
    earlier: Sequence[dt.datetime],
) -> dict[str, Density]:
    """The density of each sector that ``sectors`` (symbol to slug) names.

    ``catalysts`` are distinct events; those of other symbols and after ``as_of`` take no part. ``earlier``
    are the moments of the sessions before that ``as_of`` is compared with, newest first; of each the whole 24
    hours before it must be known.
    """
    own: dict[str, list[Catalyst]] = {slug: [] for slug in sectors.values()}
    for catalyst in catalysts:
        slug = sectors.get(catalyst.symbol)
        if slug is not None and catalyst.at <= as_of:
            own[slug].append(catalyst)
    return {slug: _density(told, as_of, earlier) for slug, told in own.items()}


def _density(told: list[Catalyst], as_of: dt.datetime, earlier: Sequence[dt.datetime]) -> Density:
    moments = sorted(catalyst.at for catalyst in told)
    counts = [_within(moments, moment) for moment in earlier[:RATE_SESSIONS]]
    is_known = len(counts) >= RATE_SESSIONS_MIN and bool(told)
    usual = math.fsum(counts) / len(counts) if is_known else math.nan
    recent = [catalyst for catalyst in told if as_of - WINDOW < catalyst.at]
    return Density(len(recent), usual, mean_tone(recent))


def _within(moments: Sequence[dt.datetime], end: dt.datetime) -> int:
    """How many of the sorted ``moments`` lie in the 24 hours up to and with ``end``."""
    return bisect_right(moments, end) - bisect_right(moments, end - WINDOW)


def mean_tone(catalysts: Sequence[Catalyst]) -> float:
    """The mean tone weighted by relevance, -1 to +1; 0 where nothing has any weight."""
    total = math.fsum(catalyst.relevance for catalyst in catalysts)
    if total <= 0:
        return 0.0
    return math.fsum(catalyst.tone * catalyst.relevance for catalyst in catalysts) / total


def causes(catalysts: Iterable[Catalyst], moves: Mapping[str, float]) -> dict[str, Cause]:
    """The likeliest cause of each stock's move (``moves``: symbol to percent) among ``catalysts``.

    One whose tone goes with the move comes before one without a tone; then the class of the higher place in
    docs/catalysts.md, the more relevant, the later one. An event whose tone is against the move is no cause
    of it, and a stock without another has none.
    """
    own: defaultdict[str, list[Catalyst]] = defaultdict(list)
    for catalyst in catalysts:
        if catalyst.tone * moves.get(catalyst.symbol, math.nan) >= 0:
            own[catalyst.symbol].append(catalyst)
    return {symbol: _cause(told, moves[symbol]) for symbol, told in own.items()}


def _cause(told: list[Catalyst], move: float) -> Cause:
    best = min(told, key=lambda one: (-_sign(one.tone * move), *_precedence(one)))
    return Cause(
        kind=best.kind.value,
        tag=best.kind.tag if not best.form or best.kind is not CatalystKind.FILING else best.form,
        title=best.title,
        url=best.url,
        publisher=best.publisher,
        at=best.at,
    )


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _precedence(one: Catalyst) -> tuple[int, float, float, str]:
    return ORDER[one.kind], -one.relevance, -one.at.timestamp(), one.key

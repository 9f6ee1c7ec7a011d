"""What is usual for each sector, from the sessions before today: mover volume, and volatility."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from zlib import crc32

import numpy as np
import pandas as pd
from django.core.cache import cache
from numpy.typing import NDArray

from analysis.engine.daily import daily_returns, sector_daily_returns
from analysis.engine.history import USUAL_DEPTH, History
from analysis.engine.volatility import realised_volatility
from analysis.engine.volume import usual_mover_volume
from analysis.types import FloatArray, ScoringParameters
from sectors.selectors import classification_map, sectors_list
from universe import sessions
from universe.selectors import PriceFrame, members_past, price_frame
from universe.types import Session

KEPT_SECONDS = 20 * 3600
#: While the session before has no bars yet.
KEPT_UNFINISHED_SECONDS = 600


@dataclass(frozen=True, slots=True)
class SectorNorms:
    """``usual_mover_volume`` is the median q of 60 sessions, ``realised`` the volatility against the whole;
    NaN where too few sessions are known."""

    usual_mover_volume: float
    realised: float


@dataclass(frozen=True, slots=True)
class SectorHistory:
    """Each sector's norms by slug; ``daily`` (81, sectors + 1) is what it did in each session before,
    percent."""

    norms: dict[str, SectorNorms]
    daily: FloatArray


def sector_norms(
    as_of: dt.datetime,
    symbols: Sequence[str],
    classes: Mapping[str, str],
    *,
    parameters: ScoringParameters,
) -> dict[str, SectorNorms]:
    """The norms of `sector_history`, by slug."""
    return sector_history(as_of, symbols, classes, parameters=parameters).norms


def sector_history(
    as_of: dt.datetime,
    symbols: Sequence[str],
    classes: Mapping[str, str],
    *,
    parameters: ScoringParameters,
) -> SectorHistory:
    """What is usual for each sector. Kept while session, classes and constants stay; for ten
    minutes only while the session before it has no bars yet.

    ``symbols`` are today's members, who stand for a past session whose own universe was never built.
    """
    session, slugs = sessions.session_of(as_of), [sector.slug for sector in sectors_list()]
    basis = (tuple(slugs), asdict(parameters), crc32(repr(sorted(classes.items())).encode()))
    kept: tuple[object, SectorHistory] | None = cache.get(_key(session))
    if kept is not None and kept[0] == basis:
        return kept[1]
    history, codes = _past(as_of, symbols, classes, slugs=slugs)
    usual = usual_mover_volume(
        history.close, history.volume, codes, sectors=len(slugs), parameters=parameters
    )
    daily = sector_daily_returns(
        daily_returns(history.close, parameters.winsor_pct), codes, sectors=len(slugs)
    )
    pairs = zip(usual.tolist(), realised_volatility(daily).tolist(), strict=True)
    norms = {slug: SectorNorms(*pair) for slug, pair in zip(slugs, pairs, strict=True)}
    found = SectorHistory(norms, daily)
    is_whole = bool(np.isfinite(daily[-1]).any())
    cache.set(_key(session), (basis, found), KEPT_SECONDS if is_whole else KEPT_UNFINISHED_SECONDS)
    return found


def norms_forget(session: Session) -> None:
    """Have what is usual in a session measured anew: older prices have come."""
    cache.delete(_key(session))


def _key(session: Session) -> str:
    return f"sector-norms:{session.isoformat()}"


def _past(
    as_of: dt.datetime, symbols: Sequence[str], classes: Mapping[str, str], *, slugs: Sequence[str]
) -> tuple[History, NDArray[np.intp]]:
    """The 81 sessions before today of all who were members in any of them, and in which sector they were."""
    session = sessions.session_of(as_of)
    days = [sessions.session_offset(session, -back) for back in range(USUAL_DEPTH, 0, -1)]
    past = members_past(days)
    ever = sorted(set(symbols).union(*past.values()))
    known = dict(classes) | classification_map([symbol for symbol in ever if symbol not in classes])
    history = history_of(price_frame(ever, as_of, USUAL_DEPTH), session, ever, count=USUAL_DEPTH)
    return history, past_codes(ever, [past.get(day, set(symbols)) for day in days], known, slugs)


def history_of(prices: PriceFrame, session: Session, symbols: Sequence[str], *, count: int) -> History:
    """The ``count`` sessions before ``session``, one row each; a session or symbol without a bar is NaN."""
    days = [sessions.session_offset(session, -back) for back in range(count, 0, -1)]

    def table(frame: pd.DataFrame) -> FloatArray:
        values = frame.reindex(index=days, columns=list(symbols)).to_numpy(dtype=np.float64)
        return np.asarray(values, dtype=np.float64)

    return History(table(prices.close), table(prices.high), table(prices.low), table(prices.volume))


def past_codes(
    symbols: Sequence[str], members: Sequence[set[str]], classes: Mapping[str, str], slugs: Sequence[str]
) -> NDArray[np.intp]:
    """(days, n) place of each symbol's sector in ``slugs`` in each session; -1 where it was no member."""
    places = {slug: place for place, slug in enumerate(slugs)}
    own = np.array([places.get(classes.get(symbol, ""), -1) for symbol in symbols], dtype=np.intp)
    return np.array([np.where(np.isin(symbols, list(day)), own, -1) for day in members], dtype=np.intp)

"""The input frame of a run: everything that the score looks at, read once and in one place.

Rows come from selectors as dates, decimals and None; here they become float64 columns with NaN for missing.
All looking back is from ``as_of``: nothing reads a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.catalyst_selectors import catalyst_findings
from analysis.engine.catalysts import Density
from analysis.engine.frames import CLOSES
from analysis.engine.history import (
    LEVEL_SESSIONS,
    extreme,
    mean_known,
    restricted_from,
)
from analysis.engine.volatility import weighed
from analysis.engine.volume import expected_share
from analysis.norms import history_of, sector_norms
from analysis.selectors import parameters_current
from analysis.types import (
    Benchmark,
    BoolArray,
    FloatArray,
    InputFrame,
    MemberFrame,
    ScoringParameters,
    SectorInput,
    TextArray,
)
from sectors.selectors import classification_map, sectors_list, weight_settings
from universe import sessions
from universe.benchmarks import BENCHMARK
from universe.clock import clock_state
from universe.selectors import (
    MemberRow,
    PriceFrame,
    confirmed_symbols,
    price_frame,
    quotes_newest,
    reference_prices,
    regular_closes,
)
from universe.selectors import members as universe_members
from universe.services import Progress, unheard
from universe.types import Session

WEIGHT_UNKNOWN = 1.0


def frame_build(
    as_of: dt.datetime,
    *,
    degraded: Sequence[str] = (),
    release: str = "",
    overnight: tuple[float, ...] = (),
    progress: Progress = unheard,
) -> InputFrame:
    """The frame of the whole board at market time ``as_of``, from what is stored.

    ``degraded`` names inputs that are carried forward, ``release`` a high-impact release that is near,
    ``overnight`` the moves of the world's indices, percent, NaN unknown.
    """
    session = sessions.session_of(as_of)
    rows = universe_members(session)
    symbols = [row.symbol for row in rows]
    prices = price_frame([*symbols, BENCHMARK], as_of, LEVEL_SESSIONS + 1)
    quotes = quotes_newest([*symbols, BENCHMARK], as_of)
    progress(1, 3)
    references = reference_prices([*symbols, BENCHMARK], as_of)
    classes = classification_map(symbols)
    state = clock_state()
    parameters = parameters_current()
    found = catalyst_findings(as_of, classes)
    progress(2, 3)
    return InputFrame(
        as_of=as_of,
        session=session,
        phase=sessions.phase(as_of),
        expected_volume_share=expected_share(as_of, sessions.hours(session)),
        members=_members(
            session,
            rows,
            classes,
            prices=prices,
            quotes=quotes,
            references=references,
            closed=regular_closes(symbols, as_of),
        ),
        sectors=_sectors(as_of, symbols, classes, parameters=parameters, densities=found.densities),
        benchmark=_benchmark(session, prices, quotes=quotes, references=references),
        parameters=parameters,
        degraded=tuple(degraded),
        world=state.world,
        interpolated=state.interpolated,
        release=release,
        overnight=overnight,
        catalysts=found.recent,
        dilution=found.dilution,
        cause_from=found.cause_from,
    )


def _members(
    session: Session,
    rows: Sequence[MemberRow],
    classes: Mapping[str, str],
    *,
    prices: PriceFrame,
    quotes: pd.DataFrame,
    references: pd.DataFrame,
    closed: pd.DataFrame,
) -> MemberFrame:
    symbols = [row.symbol for row in rows]
    quoted = quotes.reindex(symbols)
    history = history_of(prices, session, symbols, count=LEVEL_SESSIONS + 1)
    confirmed = confirmed_symbols(session)
    levels = slice(-LEVEL_SESSIONS, None)
    return MemberFrame(
        symbol=_texts(symbols),
        sector=_texts([classes.get(symbol, "") for symbol in symbols]),
        core=_flags(row.is_core for row in rows),
        last=_floats(quoted["price"]),
        last_at=_seconds(quoted["as_of"]),
        ref_30min=traded_since(references.reindex(symbols), quoted),
        closes=np.ascontiguousarray(history.close[::-1][:CLOSES].T),
        day_open=_floats(quoted["day_open"]),
        day_low=_floats(quoted["day_low"]),
        regular_close=_floats(closed["price"]),
        day_volume=_floats(quoted["day_volume"]),
        avg_volume=mean_known(history.volume[levels]),
        high_20=extreme(history.high[levels], highest=True),
        low_20=extreme(history.low[levels], highest=False),
        float_shares=_floats(row.float_shares for row in rows),
        avg_dollar_volume=mean_known(history.close[levels] * history.volume[levels]),
        short_interest=_floats(row.short_interest for row in rows),
        days_to_cover=_floats(row.days_to_cover for row in rows),
        float_estimated=_flags(row.float_estimated for row in rows),
        halted=_flags(quoted["halted"]),
        restricted=restricted_from(history),
        confirmed=_flags(symbol in confirmed for symbol in symbols),
    )


def traded_since(references: pd.DataFrame, quotes: pd.DataFrame) -> FloatArray:
    """The reference prices, (n,); NaN where the newest price is the reference itself: nothing has traded
    since, and that is no return of 0. Both have price and as_of, one row a symbol in the same order."""
    prices = _floats(references["price"])
    prices[~(quotes["as_of"] > references["as_of"]).to_numpy(dtype=np.bool_)] = np.nan
    return prices


def _sectors(
    as_of: dt.datetime,
    symbols: Sequence[str],
    classes: Mapping[str, str],
    *,
    parameters: ScoringParameters,
    densities: Mapping[str, Density],
) -> tuple[SectorInput, ...]:
    """The sectors in board order: the weights in force, their norms, their catalysts."""
    slugs = [sector.slug for sector in sectors_list()]
    settings, norms = weight_settings(), sector_norms(as_of, symbols, classes, parameters=parameters)
    inputs = (
        SectorInput(
            slug=slug,
            weight=WEIGHT_UNKNOWN,
            weight_revision_id=None,
            usual_mover_volume=norms[slug].usual_mover_volume,
            catalysts=densities[slug].count if slug in densities else 0,
            usual_catalysts=densities[slug].usual if slug in densities else np.nan,
            catalyst_tone=densities[slug].tone if slug in densities else np.nan,
            realised=norms[slug].realised,
        )
        for slug in slugs
    )
    return tuple(weighed(one, settings[one.slug]) if one.slug in settings else one for one in inputs)


def _benchmark(
    session: Session, prices: PriceFrame, *, quotes: pd.DataFrame, references: pd.DataFrame
) -> Benchmark | None:
    """The benchmark fund, or None when neither a price nor a close of it is known."""
    closes = history_of(prices, session, [BENCHMARK], count=CLOSES).close[::-1, 0]
    quoted = quotes.reindex([BENCHMARK])
    last = _floats(quoted["price"])[0]
    if not np.isfinite(closes).any() and not np.isfinite(last):
        return None
    return Benchmark(
        symbol=BENCHMARK,
        last=float(last),
        ref_30min=float(traded_since(references.reindex([BENCHMARK]), quoted)[0]),
        closes=tuple(closes.tolist()),
    )


def _texts(values: Sequence[str]) -> TextArray:
    return np.array(list(values), dtype=np.str_)


def _flags(values: Iterable[bool]) -> BoolArray:
    return np.array(list(values), dtype=np.bool_)


def _floats(values: Iterable[float | int | None]) -> FloatArray:
    """A float64 column; None and not-a-number are NaN."""
    return np.array([np.nan if pd.isna(value) else float(value) for value in values], dtype=np.float64)


def _seconds(moments: Iterable[object]) -> FloatArray:
    """Unix seconds of aware moments; NaN without one."""
    return np.array(
        [
            moment.timestamp() if isinstance(moment, dt.datetime) and not pd.isna(moment) else np.nan
            for moment in moments
        ],
        dtype=np.float64,
    )

"""The cast: twelve stocks in four sectors, small enough to work out by hand, and random markets by size."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from typing import Any

import numpy as np

from analysis.types import Benchmark, InputFrame, MemberFrame, ScoringParameters, SectorInput

NAN = math.nan
AS_OF = dt.datetime(2026, 3, 11, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=-4)))
SECTORS = (
    SectorInput("technology", 1.3, 1, usual_mover_volume=1.36),
    SectorInput("healthcare", 1.5, 2),
    SectorInput("energy", 1.2, 3),
    SectorInput("utilities", 0.7, 4),
)
#: IWM: +1.5 % in 30 minutes, +1.2 % today, +3 % over three sessions, -1 % over a week.
IWM = Benchmark(
    "IWM", 202.4, 199.4088669950739, (200.0, 198.0, 196.504854368932, 199.0, 204.444444444444, 203.0)
)

FLAT = (10.0,) * 6
STOCK: dict[str, Any] = {
    "core": True,
    "last": 10.0,
    "last_at": AS_OF.timestamp(),
    "ref_30min": 10.0,
    "closes": FLAT,
    "day_open": 10.0,
    "day_low": NAN,
    "regular_close": NAN,
    "day_volume": 1_000_000.0,
    "avg_volume": 2_000_000.0,
    "high_20": 20.0,
    "low_20": 5.0,
    "float_shares": 30_000_000.0,
    "avg_dollar_volume": 20_000_000.0,
    "short_interest": NAN,
    "days_to_cover": NAN,
    "float_estimated": False,
    "halted": False,
    "restricted": False,
    "confirmed": False,
}


def stock(symbol: str, sector: str, **facts: Any) -> dict[str, Any]:
    """A stock that stands still at 10 USD on usual volume, but for the facts given."""
    return {**STOCK, "symbol": symbol, "sector": sector, **facts}


CAST = (
    stock(
        "SOUN", "technology", last=10.80, day_volume=4_000_000.0, closes=(10, 10, 12, 10, 9, 10), high_20=10.5
    ),
    stock("BBAI", "technology", last=9.60, core=False, ref_30min=NAN),
    stock("PATH", "technology", last=11.25, day_volume=2_250_000.0, high_20=11.40, float_shares=60e6),
    stock("SMCI", "technology", last=9.75, day_volume=100_000.0, short_interest=7e6, float_shares=30e6),
    stock("KLYX", "technology", last=13.0, day_volume=9_000_000.0, day_open=12.0, float_shares=NAN),
    stock("NIMB", "technology", day_volume=NAN, closes=(10, 10, NAN, 10, 10, 10)),
    stock("OCUL", "healthcare", last=8.90, restricted=False, days_to_cover=6.0),
    stock("KPTI", "healthcare", last=9.50, halted=True),
    stock("DTIL", "healthcare", last=10.20, restricted=True),
    stock("SDRL", "energy", last=10.10),
    stock("REIX", "energy", last=NAN, ref_30min=NAN, day_volume=NAN, closes=(12, 10, 10, 8, 10, 10)),
    stock("WATT", "utilities", last=NAN, ref_30min=NAN, closes=(NAN,) * 6),
)
_TEXTS = ("symbol", "sector")


def members_of(stocks: tuple[dict[str, Any], ...]) -> MemberFrame:
    columns: dict[str, Any] = {}
    for column in dataclasses.fields(MemberFrame):
        values = [row[column.name] for row in stocks]
        flag = isinstance(STOCK.get(column.name), bool)
        kind = np.str_ if column.name in _TEXTS else np.bool_ if flag else np.float64
        shape = (len(stocks), 6) if column.name == "closes" else (len(stocks),)
        columns[column.name] = np.array(values, dtype=kind).reshape(shape)
    return MemberFrame(**columns)


def frame_of(stocks: tuple[dict[str, Any], ...] = CAST, **facts: Any) -> InputFrame:
    """The frame of these stocks at noon, when half of a day's volume has usually traded."""
    values: dict[str, Any] = {
        "as_of": AS_OF,
        "session": AS_OF.date(),
        "phase": "regular",
        "expected_volume_share": 0.5,
        "members": members_of(stocks),
        "sectors": SECTORS,
        "benchmark": IWM,
        "parameters": ScoringParameters(),
    }
    return InputFrame(**(values | facts))


def shuffled(frame: InputFrame, seed: int) -> InputFrame:
    order = np.random.default_rng(seed).permutation(len(frame.members))
    members = {f.name: getattr(frame.members, f.name)[order] for f in dataclasses.fields(MemberFrame)}
    return dataclasses.replace(frame, members=MemberFrame(**members))


def random_frame(count: int, *, seed: int, missing: float = 0.1, printed: float = 1.0) -> InputFrame:
    """A market of ``count`` seeded names in eight sectors, with holes at the rate ``missing``."""
    rng = np.random.default_rng(seed)
    slugs = np.array(
        ["technology", "healthcare", "energy", "financial", "industrials", "materials", "utilities"]
    )
    sector = np.append(slugs, "consumer_discretionary")[rng.integers(0, 8, count)]
    steps = rng.normal(rng.normal(0, 1.5, (8, 1, 1)), 3.5, (8, 1, 7))[rng.integers(0, 8, count), 0]
    closes = np.round(rng.uniform(2, 100, count)[:, None] * np.exp(np.cumsum(steps + 0.4, axis=1) / 100), 2)

    def holed(values: np.ndarray) -> np.ndarray:
        return np.where(rng.random(values.shape) < missing, np.nan, values)

    average = rng.lognormal(13.5, 1.0, count)
    last = np.where(rng.random(count) < printed, closes[:, 0], np.nan)
    return InputFrame(
        as_of=AS_OF,
        session=AS_OF.date(),
        phase="regular",
        expected_volume_share=0.5,
        sectors=tuple(
            SectorInput(
                str(slug),
                weight,
                place,
                usual_mover_volume=1.36,
                catalysts=place,
                usual_catalysts=3.0,
                catalyst_tone=place / 8 - 0.5,
            )
            for place, (slug, weight) in enumerate(
                zip(sorted(set(sector.tolist())), (1.5, 1.3, 1.2, 1.2, 1.1, 1.0, 0.9, 0.7), strict=False)
            )
        ),
        benchmark=IWM,
        parameters=ScoringParameters(),
        members=MemberFrame(
            symbol=np.array([f"S{number:05d}" for number in range(count)], dtype=np.str_),
            sector=sector.astype(np.str_),
            core=rng.random(count) < 0.3,
            last=last,
            last_at=np.full(count, AS_OF.timestamp()),
            ref_30min=holed(
                np.where(np.isnan(last), np.nan, closes[:, 0] * np.exp(rng.normal(0, 0.01, count)))
            ),
            closes=holed(closes[:, 1:]),
            day_open=holed(closes[:, 1] * np.exp(rng.normal(0, 0.02, count))),
            day_low=holed(closes[:, 1] * 0.97),
            regular_close=np.full(count, np.nan),
            day_volume=holed(average * 0.5 * rng.lognormal(0, 0.7, count)),
            avg_volume=average,
            high_20=holed(closes.max(axis=1) * 0.99),
            low_20=holed(closes.min(axis=1) * 1.01),
            float_shares=holed(rng.lognormal(17, 1, count)),
            avg_dollar_volume=holed(average * closes[:, 0]),
            short_interest=holed(rng.lognormal(14, 1, count)),
            days_to_cover=holed(rng.exponential(2, count)),
            float_estimated=rng.random(count) < 0.05,
            halted=rng.random(count) < 0.01,
            restricted=rng.random(count) < 0.02,
            confirmed=rng.random(count) < 0.5,
        ),
    )

"""A second opinion: the same numbers by plain Python loops over single stocks, written from the formulas.

No NumPy, no function of the engine. Slow and flat on purpose.
"""

from __future__ import annotations

import math
import statistics
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from analysis.types import InputFrame, SectorInput

FRAMES = ("30min", "1d", "3d", "1w")
BACK = {"1d": 0, "3d": 2, "1w": 4}


def known(*values: float) -> bool:
    return all(math.isfinite(value) and value > 0 for value in values)


def stock_return(row: dict[str, Any], frame: str, carried: bool) -> float | None:
    if frame == "30min":
        last, reference = (math.nan, math.nan) if carried else (row["last"], row["ref_30min"])
    elif carried:
        last, reference = row["closes"][0], row["closes"][BACK[frame] + 1]
    else:
        last, reference = row["last"], row["closes"][BACK[frame]]
    return (last / reference - 1) * 100 if known(last, reference) else None


def times_usual(row: dict[str, Any], share: float) -> float | None:
    if not known(row["avg_volume"]) or not math.isfinite(row["day_volume"]):
        return None
    return row["day_volume"] / (row["avg_volume"] * max(share, 0.005))


def rows_of(frame: InputFrame, slug: str) -> list[dict[str, Any]]:
    members = frame.members
    rows = []
    for place in range(len(members)):
        if members.sector[place] == slug:
            rows.append({name: getattr(members, name)[place].tolist() for name in members.__slots__})
    return rows


def bounded(value: float, low: float, high: float) -> float:
    return low if value < low else high if value > high else value


def sector(frame: InputFrame, given: SectorInput) -> dict[str, Any]:
    rows = rows_of(frame, given.slug)
    prints = sum(known(row["last"]) for row in rows)
    carried = prints < min(len(rows), max(5, 0.2 * len(rows)))
    for row in rows:
        row["v"] = None if carried else times_usual(row, frame.expected_volume_share)
        row["v"] = None if row["v"] is None else bounded(row["v"], 0.25, 5)
        row["w"] = 1.0 if row["v"] is None else math.sqrt(row["v"])
    returns: dict[str, float | None] = {}
    means: dict[str, float | None] = {}
    for name in FRAMES:
        top = bottom = 0.0
        plain = []
        for row in rows:
            value = stock_return(row, name, carried)
            if value is not None:
                top += row["w"] * bounded(value, -25, 25)
                bottom += row["w"]
                plain.append(value)
        returns[name] = top / bottom if plain else None
        means[name] = statistics.fmean(plain) if plain else None
    base = sum(
        frame.parameters.weights[name] * math.tanh(value / frame.parameters.scales[name])
        for name, value in returns.items()
        if value is not None
    )
    factors = (
        [1.0] * 4
        if base == 0
        else [
            given.weight,
            volume_factor(rows, given, base, carried),
            catalyst_factor(given, base),
            technical_factor(rows, base, carried),
        ]
    )
    unclamped = base * factors[0] * factors[1] * factors[2] * factors[3]
    return {
        "carried": carried,
        "returns": returns,
        "means": means,
        "base": base,
        "factors": factors,
        "score": Decimal(bounded(unclamped, -1, 1)).quantize(Decimal("0.001"), ROUND_HALF_EVEN),
        "confidence": confidence(rows, returns, base, carried),
    }


def day_returns(rows: list[dict[str, Any]], carried: bool) -> list[tuple[dict[str, Any], float]]:
    pairs = [(row, stock_return(row, "1d", carried)) for row in rows]
    return [(row, bounded(value, -25, 25)) for row, value in pairs if value is not None]


def volume_factor(rows: list[dict[str, Any]], given: SectorInput, base: float, carried: bool) -> float:
    top = bottom = 0.0
    for row, value in day_returns(rows, carried):
        if value * base > 0 and row["v"] is not None:
            top += row["v"] * abs(value)
            bottom += abs(value)
    if bottom == 0 or not math.isfinite(given.usual_mover_volume):
        return 1.0
    return bounded(1 + 0.25 * math.log2(top / bottom / given.usual_mover_volume), 0.8, 1.3)


def catalyst_factor(given: SectorInput, base: float) -> float:
    if math.isnan(given.usual_catalysts) or math.isnan(given.catalyst_tone):
        return 1.0
    surprise = bounded(math.log2((given.catalysts + 1) / (given.usual_catalysts + 1)), 0, 2)
    return bounded(1 + 0.1 * surprise * given.catalyst_tone * (1 if base > 0 else -1), 0.9, 1.2)


def technical_factor(rows: list[dict[str, Any]], base: float, carried: bool) -> float:
    top = bottom = 0.0
    for row in rows:
        last, level = row["last"], row["high_20"] if base > 0 else row["low_20"]
        if carried or not known(last, level):
            continue
        if base > 0:
            step = 1 if last > level else -1 if last >= 0.98 * level else 0
        else:
            step = 1 if last < level else -1 if last <= 1.02 * level else 0
        top += row["w"] * step
        bottom += row["w"]
    return 1.0 if bottom == 0 else bounded(1 + 0.2 * top / bottom, 0.9, 1.1)


def confidence(rows: list[dict[str, Any]], returns: dict[str, Any], base: float, carried: bool) -> float:
    values = [value for _, value in day_returns(rows, carried)]
    if not values:
        return 0.0
    weights = {"30min": 0.25, "1d": 0.30, "3d": 0.25, "1w": 0.20}
    agreement = abs(
        sum(weights[name] * ((value > 0) - (value < 0)) for name, value in returns.items() if value)
    )
    same = sum(value * base > 0 for value in values) / len(values)
    certainty = 0.0
    if len(values) > 1:
        error = statistics.stdev(values) / math.sqrt(len(values))
        mean = abs(statistics.fmean(values))
        certainty = min(1.0, mean / (2 * error)) if error else float(mean > 0)
    return len(values) / len(rows) * (0.4 * agreement + 0.3 * max(0.0, 2 * same - 1) + 0.3 * certainty)


def rank(row: dict[str, Any], light: str, state: str, share: float) -> float | None:
    move = stock_return(row, "1d", carried=False)
    if move is None or not row["core"]:
        return None
    traded = times_usual(row, share)
    side = 0 if state == "insufficient" else {"red": -1, "een": 1}.get(light[-3:], 0)
    aligned = 0.5 if side == 0 else 1.0 if move * side > 0 else 0.0
    volume = 0.0 if traded is None else math.tanh(traded / 1.3)
    return 4 * math.tanh(abs(move) / 8.75) + 3 * volume + 2 * aligned + shortable(row)


def shortable(row: dict[str, Any]) -> float:
    if row["halted"]:
        return 0.0
    points = [1.0, 0.6, 0.5, 0.4]
    limits = [(50e6, 50e6), (20e6, 10e6), (10e6, 2e6), (0, 0)]
    shares, dollars = row["float_shares"], row["avg_dollar_volume"]
    if math.isnan(shares) or row["float_estimated"]:
        place = 2
    elif math.isnan(dollars):
        place = 3
    else:
        place = next(i for i, (most, paid) in enumerate(limits) if shares >= most and dollars >= paid)
    squeezed = row["short_interest"] > 0.2 * shares or row["days_to_cover"] > 5
    return points[min(place + squeezed, 3)]

"""A hundred made-up days at full size: every quote, rank, bar and light that the product would have stored.

Prices walk at random in cents around a level of their own, trades come at odd microseconds, volumes grow
through the day: what compresses well in a real market does so here, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

DAYS, NAMES, CORE, PASSES, LISTINGS = 100, 1_550, 380, 32, 8_000
#: Days, of the last, on which the stream ran too: a minute's close of every name that traded in it, by how
#: often core and breadth names do. All hundred would be thirty million rows more.
STREAMED, TRADED_CORE, TRADED_BREADTH = 24, 0.7, 0.25
#: Boards that are really scored; each stands for twenty passes some days apart.
BOARDS = 160
HALF_HOUR, MINUTE = dt.timedelta(minutes=30), dt.timedelta(minutes=1)
OPEN, REGULAR_MINUTES = dt.timedelta(hours=5), 390


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of one table were stored in how many seconds."""

    table: str
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Quarter:
    """``days`` oldest first, each the moment of its first pass, 8:30 UTC."""

    days: list[dt.datetime]
    symbols: list[str]
    loaded: list[Loaded]


def quarter_store(last: dt.date, *, days: int = DAYS) -> Quarter:
    """Fill the four tables with ``days`` days that end with ``last``, by the product's own COPY."""
    from universe.bulk import rows_insert
    from universe.models import DailyBar, MinuteQuote
    from universe.services import bar_store, quotes

    first = dt.datetime.combine(last, dt.time(8, 30), dt.UTC)
    starts = [first - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    symbols = [f"S{number:04d}" for number in range(LISTINGS)]
    dice = np.random.default_rng(7)
    loaded = [_lights_store(starts)]
    for model, columns, rows in (
        (MinuteQuote, quotes.QUOTES.columns, _quotes(dice, starts, symbols[:NAMES])),
        (MinuteQuote, quotes.QUOTES.columns, _minutes(dice, starts[-STREAMED:], symbols[:NAMES])),
        (DailyBar, bar_store.COLUMNS, _bars(dice, starts, symbols)),
        (_rank_model(), RANK_COLUMNS, _ranks(dice, starts, symbols[:CORE])),
    ):
        count, seconds = 0, 0.0
        for batch in rows:
            started = time.perf_counter()
            count += rows_insert(model, columns, batch)
            seconds += time.perf_counter() - started
        loaded.append(Loaded(model._meta.db_table, count, seconds))
    return Quarter(starts, symbols, loaded)


def passes_of(day: dt.datetime) -> list[dt.datetime]:
    return [day + number * HALF_HOUR for number in range(PASSES)]


def _quotes(
    dice: np.random.Generator, days: list[dt.datetime], symbols: list[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """One list a day. A name's last trade lies up to half an hour before the pass."""
    price = np.round(np.exp(dice.uniform(np.log(2), np.log(100), len(symbols))), 2)
    usual = np.exp(dice.normal(14, 1, len(symbols)))
    for day in days:
        price = np.maximum(np.round(price * np.exp(dice.normal(0, 0.04, len(symbols))), 2), 0.5)
        opened, low = price.copy(), price.copy()
        volume = np.zeros(len(symbols))
        rows: list[tuple[Any, ...]] = []
        for moment in passes_of(day):
            price = np.maximum(np.round(price * np.exp(dice.normal(0, 0.008, len(symbols))), 2), 0.5)
            low = np.minimum(low, price)
            volume += np.round(usual * dice.exponential(1 / PASSES, len(symbols)))
            ago = (dice.beta(0.5, 6, len(symbols)) * 1.8e9).astype(np.int64)
            rows += [
                (moment - dt.timedelta(microseconds=late), symbol, *told, "polygon", False, False)
                for symbol, late, *told in zip(
                    symbols,
                    ago.tolist(),
                    *(one.tolist() for one in (price, volume, opened, low)),
                    strict=True,
                )
            ]
        yield rows


def _minutes(
    dice: np.random.Generator, days: list[dt.datetime], symbols: list[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """One list a day: the regular session's minutes, at their ends."""
    price = np.round(np.exp(dice.uniform(np.log(2), np.log(100), len(symbols))), 2)
    usual = np.exp(dice.normal(14, 1, len(symbols)))
    often = np.where(np.arange(len(symbols)) < CORE, TRADED_CORE, TRADED_BREADTH)
    for day in days:
        volume = np.zeros(len(symbols))
        rows: list[tuple[Any, ...]] = []
        for number in range(1, REGULAR_MINUTES + 1):
            traded = np.flatnonzero(dice.random(len(symbols)) < often)
            moved = np.round(price[traded] * np.exp(dice.normal(0, 0.002, len(traded))), 2)
            price[traded] = np.maximum(moved, 0.5)
            volume[traded] += np.round(usual[traded] * dice.exponential(1 / REGULAR_MINUTES, len(traded)))
            # A second off the half hours of the passes, whose keys they must not have.
            at = day + OPEN + number * MINUTE + dt.timedelta(seconds=1)
            rows += [
                (at, symbols[place], close, shares, None, None, "polygon", False, False)
                for place, close, shares in zip(
                    traded.tolist(), price[traded].tolist(), volume[traded].tolist(), strict=True
                )
            ]
        yield rows


def _bars(
    dice: np.random.Generator, days: list[dt.datetime], symbols: list[str]
) -> Iterator[list[tuple[Any, ...]]]:
    close = np.round(np.exp(dice.uniform(np.log(1), np.log(200), len(symbols))), 2)
    for day in days:
        before, close = close, np.round(close * np.exp(dice.normal(0, 0.04, len(symbols))), 2)
        spread = np.abs(dice.normal(0, 0.02, len(symbols)))
        high = np.round(np.maximum(before, close) * (1 + spread), 2)
        low = np.round(np.minimum(before, close) * (1 - spread / 2), 2)
        volume = np.round(np.exp(dice.normal(13, 2, len(symbols))))
        yield [
            (day.date(), symbol, *told, "polygon", day)
            for symbol, *told in zip(
                symbols, *(one.tolist() for one in (before, high, low, close, volume)), strict=True
            )
        ]


RANK_COLUMNS = {
    "run_id": "int8",
    "symbol": "text",
    "timestamp": "timestamptz",
    "sector": "text",
    "rank": "float8",
    "unconfirmed": "bool",
    "parts": "jsonb",
}


def _rank_model() -> Any:
    from analysis.models import StockReading

    return StockReading


def _ranks(
    dice: np.random.Generator, days: list[dt.datetime], symbols: list[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """One list a day; the parts as a run stores them. What a day leaves alone stays alone: the opening gap,
    the leg before the open; the rest is new in every pass.
    """
    from psycopg.types.json import Jsonb

    from sectors.places import SLUGS

    number = 0
    for day in days:
        rows: list[tuple[Any, ...]] = []
        fixed = dice.normal(0, 5, (len(symbols), len(FIXED))).tolist()
        for moment in passes_of(day):
            number += 1
            figures = dice.normal(0, 5, (len(symbols), len(MOVING))).tolist()
            rows += [
                (
                    number,
                    symbol,
                    moment,
                    SLUGS[place % len(SLUGS)],
                    abs(told[0]) % 10,
                    False,
                    Jsonb(_parts(symbol, SLUGS[place % len(SLUGS)], told, fixed[place])),
                )
                for place, (symbol, told) in enumerate(zip(symbols, figures, strict=True))
            ]
        yield rows


MOVING = ("rank", "gap_part", "volume_part", "gap_pct", "relative_volume", "dollar_volume", "regular_pct")
FIXED = ("opening_gap_pct", "pre_pct", "alignment", "alignment_part", "shortability_part")


def _parts(symbol: str, sector: str, moving: list[float], fixed: list[float]) -> dict[str, Any]:
    from analysis.readings import PARTS_DECIMALS

    told = zip((*MOVING, *FIXED), (*moving, *fixed), strict=True)
    return {name: round(value, PARTS_DECIMALS) for name, value in told} | {
        "symbol": symbol,
        "sector": sector,
        "shortability": "good",
        "restricted": False,
        "squeeze": False,
        "halted": False,
        "unconfirmed": False,
        "post_pct": None,
        "cause": None,
        "dilution": [],
        "borrow": "unknown",
    }


def _lights_store(days: list[dt.datetime]) -> Loaded:
    """Eight readings and a board for every pass."""
    from django.conf import settings

    from sectors.models import BoardSnapshot, SentimentReading
    from sectors.services import sectors_seed
    from tests.analysis.page_cast import board_publish

    sectors_seed()
    moments = [moment for day in days for moment in passes_of(day)]
    for seed in range(min(BOARDS, len(moments))):
        board_publish(seed + 1, moments[seed], seed=seed, count=NAMES)
    boards = list(BoardSnapshot.objects.order_by("run_id"))
    readings = [list(SentimentReading.objects.filter(run_id=board.run_id)) for board in boards]
    _empty(SentimentReading, BoardSnapshot, _rank_model())
    started = time.perf_counter()
    count = 0
    for number, moment in enumerate(moments):
        board, lights = boards[number % len(boards)], readings[number % len(boards)]
        for light in lights:
            light.timestamp, light.run_id = moment + dt.timedelta(seconds=3), number + 1
            light.as_of = light.computed_at = moment
        SentimentReading.objects.bulk_create(lights)
        told = json.loads(json.dumps(board.board)) | {"world": settings.MARKET_WORLD, "version": number + 1}
        BoardSnapshot.objects.create(
            run_id=number + 1, timestamp=moment, as_of=moment, board=told, sha256=board.sha256
        )
        count += len(lights)
    return Loaded("sector_sentiment", count, time.perf_counter() - started)


def _empty(*models: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"TRUNCATE {model._meta.db_table}")

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
#: Boards that are really scored; each stands for ten passes some days apart.
BOARDS = 320
HALF_HOUR = dt.timedelta(minutes=30)


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
    from universe.services import bars, quotes

    first = dt.datetime.combine(last, dt.time(8, 30), dt.UTC)
    starts = [first - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    symbols = [f"S{number:04d}" for number in range(LISTINGS)]
    dice = np.random.default_rng(7)
    loaded = [_lights_store(starts)]
    for model, columns, rows in (
        (MinuteQuote, quotes.QUOTES.columns, _quotes(dice, starts, symbols[:NAMES])),
        (DailyBar, bars.TARGET.columns, _bars(dice, starts, symbols)),
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
    """One list a day; the parts as a run stores them, with fresh figures in every row."""
    from psycopg.types.json import Jsonb

    from sectors.places import SLUGS

    number = 0
    for day in days:
        rows: list[tuple[Any, ...]] = []
        for moment in passes_of(day):
            number += 1
            figures = dice.normal(0, 5, (len(symbols), 12)).tolist()
            rows += [
                (
                    number,
                    symbol,
                    moment,
                    SLUGS[place % len(SLUGS)],
                    abs(told[0]) % 10,
                    False,
                    Jsonb(_parts(symbol, SLUGS[place % len(SLUGS)], told)),
                )
                for place, (symbol, told) in enumerate(zip(symbols, figures, strict=True))
            ]
        yield rows


def _parts(symbol: str, sector: str, told: list[float]) -> dict[str, Any]:
    names = (
        *("rank", "gap_part", "volume_part", "alignment_part", "shortability_part", "gap_pct"),
        *("opening_gap_pct", "relative_volume", "alignment", "dollar_volume", "pre_pct", "regular_pct"),
    )
    return dict(zip(names, told, strict=True)) | {
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

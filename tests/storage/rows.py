"""One row of each time series at a moment, and which moments are stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from analysis.models import StockReading
from sectors.models import SentimentReading
from universe.models import DailyBar, MinuteQuote
from universe.selectors.series import time_field

DAY = dt.timedelta(days=1)


def a_quote(at: dt.datetime, symbol: str = "ANNE", price: float = 10.0) -> MinuteQuote:
    return MinuteQuote(as_of=at, symbol=symbol, price=price, day_volume=1e6, source="polygon")


def a_bar(at: dt.datetime, symbol: str = "ANNE", close: float = 10.0) -> DailyBar:
    return DailyBar(
        session=at.date(), symbol=symbol, close=close, volume=1e6, source="polygon", fetched_at=at
    )


def a_rank(at: dt.datetime, symbol: str = "ANNE", run_id: int = 1) -> StockReading:
    return StockReading(
        run_id=run_id, symbol=symbol, timestamp=at, sector="energy", rank=7.5, parts={"gap": 1}
    )


def a_reading(at: dt.datetime, sector: str = "energy", score: str = "0.250") -> SentimentReading:
    return SentimentReading(
        timestamp=at,
        sector=sector,
        sentiment_score=Decimal(score),
        color_classification="light_green",
        confidence_level=Decimal("0.80"),
        run_id=int(at.timestamp()),
        run_kind="pass",
        as_of=at,
        computed_at=at,
        state="ok",
        advancing=10,
        valid=20,
        members=25,
        core=5,
        coverage=0.8,
        source="polygon",
        world="simulated",
    )


MAKERS = {DailyBar: a_bar, MinuteQuote: a_quote, StockReading: a_rank, SentimentReading: a_reading}


def fill(moments: Iterable[dt.datetime]) -> None:
    """One row of every series at each moment."""
    wanted = list(moments)
    for model, make in MAKERS.items():
        model.objects.bulk_create([make(at) for at in wanted])  # type: ignore[attr-defined]


def days_stored(model: type[Model]) -> list[str]:
    """The UTC days that the table has rows of, oldest first."""
    field = time_field(model)
    column = connection.ops.quote_name(field.column)
    day = column if field.get_internal_type() == "DateField" else f"({column} AT TIME ZONE 'UTC')::date"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {day} AS day FROM {model._meta.db_table} ORDER BY day")
        return [row[0].isoformat() for row in cursor.fetchall()]


def rows_of(model: type[Model]) -> list[Any]:
    """Every row as a tuple, in the order of the key."""
    names = [field.attname for field in model._meta.concrete_fields]
    return list(
        model.objects.order_by(*(field.attname for field in model._meta.pk_fields)).values_list(*names)
    )  # type: ignore[attr-defined]

"""The cast of the pages: a scored market as a run publishes it, its universe, runs, alerts and a reader."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from analysis.engine import score_board
from analysis.engine.volatility import weighed
from analysis.models import Alert, AnalysisRun, RunKind, RunStatus
from analysis.readings import Provenance, reading_inputs, stock_readings
from analysis.types import InputFrame
from sectors.models import BoardSnapshot, Classification
from sectors.selectors import weight_settings
from sectors.services import readings_record
from sectors.types import RunStamp
from tests.analysis.engine.cast import random_frame
from universe.models import DailyBar, MinuteQuote, SnapshotMember, Stock, UniverseSnapshot
from universe.sessions import ET, session_of, session_offset
from universe.types import UniverseCriteria

#: Wednesday 11 March 2026, in the regular session.
TODAY = dt.date(2026, 3, 11)
NOW = dt.datetime(2026, 3, 11, 12, 10, tzinfo=ET)
AS_OF = dt.datetime(2026, 3, 11, 12, 0, tzinfo=ET)


def reader(name: str = "mara") -> Any:
    return get_user_model().objects.create_user(name, password="a long pass phrase")


def scored_frame(as_of: dt.datetime, seed: int = 7, count: int = 1_500) -> InputFrame:
    """A random market with the weights that are in force."""
    frame = random_frame(count, seed=seed)
    weights = weight_settings()
    sectors = tuple(weighed(one, weights[one.slug]) for one in frame.sectors)
    return replace(frame, as_of=as_of, session=session_of(as_of), sectors=sectors)


def board_publish(
    run_id: int, as_of: dt.datetime = AS_OF, *, seed: int = 7, count: int = 1_500
) -> BoardSnapshot:
    """Score a market and record it as a run does: eight readings, the board, and every rank."""
    frame = scored_frame(as_of, seed, count)
    scores = score_board(frame)
    provenance = Provenance("Polygon", as_of - dt.timedelta(seconds=20))
    stamp = RunStamp(
        run_id=run_id,
        kind=str(RunKind.PASS),
        as_of=as_of,
        computed_at=as_of + dt.timedelta(seconds=2),
        published_at=as_of + dt.timedelta(seconds=3),
        world=settings.MARKET_WORLD,
        interpolated=False,
    )
    snapshot = readings_record(reading_inputs(frame, scores, provenance), stamp)
    rows = stock_readings(scores.stocks, run_id, snapshot.timestamp)
    type(rows[0]).objects.bulk_create(rows)
    return snapshot


def universe_build(session: dt.date = TODAY, **changes: Any) -> UniverseSnapshot:
    """A snapshot with the counts of a real day, without its verdicts."""
    values: dict[str, Any] = {
        "session": session,
        "built_from": session_offset(session, -1),
        "built_at": dt.datetime(2026, 3, 10, 20, 1, tzinfo=ET),
        "criteria": asdict(UniverseCriteria()),
        "funnel": [
            {"name": name, "count": count}
            for name, count in (
                ("listings", 5749),
                ("exchange", 5512),
                ("common stock", 4980),
                ("has data", 4611),
                ("market cap", 3021),
                ("price", 2325),
                ("float", 2204),
                ("breadth volume", 1588),
                ("core volume", 500),
            )
        ],
        "listings": 5749,
        "core": 500,
        "breadth": 1588,
        "relaxing": {"float": 27, "price": 214, "market cap": 388, "breadth volume": 616},
    }
    return UniverseSnapshot.objects.create(**(values | changes))


def listing(symbol: str, snapshot: UniverseSnapshot | None, **facts: Any) -> Stock:
    """A core member of ``snapshot`` by default; ``verdict`` changes what the build said of it."""
    verdict = facts.pop("verdict", {})
    values: dict[str, Any] = {
        "name": f"{symbol.title()} Systems",
        "mic": "XNAS",
        "kind": "CS",
        "shares_outstanding": 36_000_000,
        "float_shares": 31_400_000,
        "market_cap_usd": 180_000_000,
        "short_interest": 3_800_000,
        "days_to_cover": 1.8,
        "facts_source": "fmp",
        "last_listed_at": AS_OF,
    }
    stock = Stock.objects.create(symbol=symbol, **(values | facts))
    if snapshot is not None:
        judged: dict[str, Any] = {
            "tier": "core",
            "cap_tier": "micro_cap",
            "reasons": [],
            "price": 5.0,
            "market_cap": 180e6,
            "avg_volume": 2.1e6,
            "gap_share": 0.12,
        }
        SnapshotMember.objects.create(snapshot=snapshot, symbol=symbol, **(judged | verdict))
    return stock


def prices_store(symbol: str, last: float, closes: tuple[float, ...], half_hour_ago: float) -> None:
    """A print now, one 31 minutes ago, and the closes of the sessions before today, newest first."""
    for back, close in enumerate(closes, start=1):
        DailyBar.objects.create(
            session=session_offset(TODAY, -back),
            symbol=symbol,
            close=close,
            volume=1_000_000.0,
            source="polygon",
            fetched_at=AS_OF,
        )
    for ago, price in ((31, half_hour_ago), (1, last)):
        MinuteQuote.objects.create(
            as_of=NOW - dt.timedelta(minutes=ago),
            symbol=symbol,
            price=price,
            day_volume=410_000.0,
            source="polygon",
        )


def classified(symbol: str, sector: str | None = "technology", **changes: Any) -> Classification:
    values: dict[str, Any] = {
        "confidence": "0.94",
        "evidence": [
            {"kind": "sector", "value": "Technology / Software", "sector": sector, "weight": 0.7},
            {"kind": "sic", "value": "7372", "sector": sector, "weight": 0.45},
            {"kind": "description", "value": "healthcare 3, next 1", "sector": "healthcare", "weight": 0.36},
        ],
        "rules_version": "14",
        "classified_at": AS_OF,
    }
    return Classification.objects.create(symbol=symbol, sector_id=sector, **(values | changes))


def run_store(at: dt.datetime = AS_OF, **changes: Any) -> AnalysisRun:
    """A complete pass of ``at`` with the timings and counts that a run leaves."""
    values: dict[str, Any] = {
        "world": settings.MARKET_WORLD,
        "kind": RunKind.PASS,
        "scheduled_for": at,
        "status": RunStatus.COMPLETE,
        "as_of": at,
        "published_at": at + dt.timedelta(seconds=3),
        "started_wall": at,
        "finished_wall": at + dt.timedelta(seconds=3.4),
        "percent": 100,
        "counts": {
            "members": 1588,
            "core": 500,
            "priced": 1549,
            "quotes": {"wanted": 1606, "stored": 1567},
            "dropped": {"no_reference": 12},
        },
        "timings": {"publish": 0.31, "universe": 0.02, "prices": 2.4, "frame": 0.52, "score": 0.04},
    }
    return AnalysisRun.objects.create(**(values | changes))


def mover(symbol: str = "OCUL", at: dt.datetime = AS_OF, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "kind": Alert.Kind.MOVER,
        "at": at,
        "session": session_of(at),
        "sector": "healthcare",
        "symbol": symbol,
        "level": 45,
        "change_pct": 45.3,
    }
    return Alert.objects.create(**(values | changes))


def colour_change(at: dt.datetime = AS_OF, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "kind": Alert.Kind.COLOUR,
        "at": at,
        "session": session_of(at),
        "sector": "technology",
        "old": "light_red",
        "new": "dark_red",
        "old_score": "-0.580",
        "new_score": "-0.772",
    }
    return Alert.objects.create(**(values | changes))

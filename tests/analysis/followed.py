"""A market of eleven stocks at ten dollars in two sectors, with readings as runs publish them: to see what
follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings

from analysis.engine import score_board
from analysis.engine.frames import digest, pack
from analysis.models import AnalysisRun, Outcome, RunInput, RunKind, RunStatus
from analysis.readings import Provenance, reading_inputs
from analysis.types import Benchmark
from sectors.services import readings_record, sectors_seed
from sectors.types import RunStamp
from tests.analysis.engine.cast import frame_of, stock
from universe.services import bars_store, minute_bars_store
from universe.sessions import ET, phase, session_of
from universe.types import Bar, MinuteBar, Session

ENERGY = ("ECHO", "FOX", "GOLF", "QUEBEC", "ROMEO", "SIERRA")
TECHNOLOGY = ("ALPHA", "BRAVO", "KILO", "LIMA", "MIKE")
SECTOR_OF = dict.fromkeys(ENERGY, "energy") | dict.fromkeys(TECHNOLOGY, "technology")
MINUTE = dt.timedelta(minutes=1)


def et(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ET)


def published(
    as_of: dt.datetime,
    *,
    kind: RunKind = RunKind.PASS,
    only: str = "",
    start: Mapping[str, float] = {},
    unpriced: Collection[str] = (),
    ages: Mapping[str, dt.timedelta | None] = {},
    flags: tuple[str, ...] = (),
    interpolated: bool = False,
    **facts: Any,
) -> AnalysisRun:
    """A published run of prices of ``as_of``: ten dollars but for ``start``, none for the ``unpriced``, so
    much older for ``ages`` (None: of an unknown moment); the benchmark stands at 200. ``facts`` are the
    frame's."""

    def known_at(symbol: str) -> float:
        age = ages.get(symbol, dt.timedelta())
        return float("nan") if age is None else (as_of - age).timestamp()

    sectors_seed()
    stocks = tuple(
        stock(
            symbol,
            sector,
            last=float("nan") if symbol in unpriced else start.get(symbol, 10.0),
            last_at=known_at(symbol),
        )
        for symbol, sector in SECTOR_OF.items()
    )
    values = {
        "as_of": as_of,
        "session": session_of(as_of),
        "phase": phase(as_of),
        "benchmark": Benchmark("IWM", 200.0, 199.0, (198.0,) * 6),
    }
    frame = frame_of(stocks, **(values | facts))
    at = as_of + dt.timedelta(seconds=2)
    run = AnalysisRun.objects.create(
        kind=kind,
        scheduled_for=as_of,
        sector=only,
        as_of=as_of,
        published_at=at,
        status=RunStatus.COMPLETE,
    )
    world = settings.MARKET_WORLD
    stamp = RunStamp(
        run.pk,
        str(kind),
        as_of=as_of,
        computed_at=at,
        published_at=at,
        world=world,
        interpolated=interpolated,
    )
    lights = reading_inputs(frame, score_board(frame), Provenance("Polygon", as_of, flags), only=only)
    readings_record([light for light in lights if light.sector in ("energy", "technology")], stamp)
    packed = pack(frame)
    RunInput.objects.create(run=run, frame=packed, sha256=digest(packed))
    return run


def priced(
    changes: Mapping[str, float], at: dt.datetime, *, interpolated: bool = False, of: float = 10.0
) -> None:
    """The last minute of each symbol ends at ``at``, so many percent above its price ``of``."""
    minute_bars_store(
        MinuteBar(
            symbol, at - MINUTE, of * (1 + change / 100), 500_000.0, "polygon", interpolated=interpolated
        )
        for symbol, change in changes.items()
    )


def closed(changes: Mapping[str, float], session: Session, *, of: float = 10.0) -> None:
    """Each symbol's regular close of ``session``, so many percent above its price ``of``."""
    bars_store(
        Bar(symbol, session, of, None, None, of * (1 + change / 100), 1e6, "polygon", et("2026-01-02T12:00"))
        for symbol, change in changes.items()
    )


def alike(change: float, sectors: Collection[str] = SECTOR_OF) -> dict[str, float]:
    """One change in percent for every symbol of ``sectors``."""
    return dict.fromkeys(sectors, change)


def told(sector: str = "energy", horizon: str = "4h") -> tuple[str, str | None, int, dict[str, int]]:
    """State, value, members used and those left out of the newest outcome."""
    row = Outcome.objects.filter(sector=sector, horizon=horizon).latest("as_of", "pk")
    return row.state, None if row.value_pct is None else str(row.value_pct), row.used, row.left_out

"""Prices and volumes: those of today, and those of the sessions before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from analysis.engine.history import LEVEL_SESSIONS
from analysis.lineage.described import (
    BESIDE,
    CARRIED,
    TODAY,
    WEIGHING,
    Origins,
    entry_of,
    ids_of,
    known_of,
    moments_of,
    received_of,
    span_of,
    vendor_words,
    vendors,
)
from analysis.types import FloatArray
from sectors import figures
from sectors.types import LineageInput
from universe.selectors import reference_prices, splits_count
from universe.sessions import hours

#: Which close, in sessions before today, each frame is measured from, and to where it is carried.
CLOSE_PARTS = {
    1: ("1d", *CARRIED, "volume"),
    2: ("1d last session",),
    3: ("3d",),
    4: ("3d last session",),
    5: ("1w",),
    6: ("1w last session",),
}
ADJUSTED = "split-adjusted to {:%Y-%m-%d}, universe/adjustment"
#: A long history names so many of its calls, newest first.
CALLS_SHOWN = 3


def last_prices(origins: Origins) -> Iterator[LineageInput]:
    members = origins.frame.members
    yield entry_of(
        "last_prices",
        "Last prices, day’s opens and lows",
        parts=(*TODAY, "volume", "technical"),
        source=origins.findings.source,
        calls=ids_of(origins.asked),
        as_of=span_of(moments_of(members.last_at)),
        received_at=received_of(origins.asked),
        **known_of(members.last),
        rule="universe/integrity: what is not believed is held back",
        note=_told_words(origins),
    )


def _told_words(origins: Origins) -> str:
    """How many of the last prices this run's snapshot told, and how the others came."""
    members, report = origins.frame.members, origins.findings.report
    told = report.told if report else {}
    priced = int(np.isfinite(members.last).sum())
    fresh = sum(
        symbol in told and told[symbol].timestamp() == at
        for symbol, at in zip(origins.symbols, members.last_at.tolist(), strict=True)
    )
    if fresh == priced:
        return ""
    return (
        f"{figures.count(fresh)} told by this run’s snapshot; {figures.count(priced - fresh)} stored before, "
        "by the minute stream or an earlier run"
    )


def references(origins: Origins) -> Iterator[LineageInput]:
    frame = origins.frame
    found = reference_prices(origins.symbols, frame.as_of)["as_of"]
    used = found[np.isfinite(frame.members.ref_30min)].dropna()
    earlier = origins.calls.get("minutes", ())
    yield entry_of(
        "reference_30min",
        "Prices 30 minutes ago",
        parts=("30min",),
        source="stored before this run",
        calls=ids_of(earlier),
        as_of=span_of([moment.to_pydatetime() for moment in (used.min(), used.max())] if len(used) else []),
        received_at=received_of(earlier),
        **known_of(frame.members.ref_30min),
        rule="the last price at or before 30 minutes ago in the same phase",
        note="by the minute stream, which has no calls, or by an earlier run’s snapshot",
    )


def day_volumes(origins: Origins) -> Iterator[LineageInput]:
    members = origins.frame.members
    yield entry_of(
        "day_volumes",
        "Day volumes",
        parts=WEIGHING,
        source=origins.findings.source,
        calls=ids_of(origins.asked),
        as_of=span_of(moments_of(members.last_at)),
        received_at=received_of(origins.asked),
        **known_of(members.day_volume),
        rule=f"since 4:00; {origins.frame.expected_volume_share:.1%} of a day is expected by now",
    )


def benchmark(origins: Origins) -> Iterator[LineageInput]:
    benchmark, report = origins.frame.benchmark, origins.findings.report
    moment = report.told.get(benchmark.symbol) if report and benchmark else None
    yield entry_of(
        "benchmark",
        "Benchmark, IWM: price and closes",
        parts=BESIDE,
        source=origins.findings.source,
        calls=ids_of(origins.asked),
        as_of=span_of([moment] if moment else []),
        received_at=received_of(origins.asked),
        **known_of(np.array([benchmark.last, *benchmark.closes] if benchmark else [np.nan])),
        rule="for the relative light",
    )


def closes(origins: Origins) -> Iterator[LineageInput]:
    """One input for each of the six sessions before: the frames are measured from different ones."""
    closes = origins.frame.members.closes
    for back, parts in CLOSE_PARTS.items():
        session = origins.sessions[back - 1]
        yield _history(
            origins,
            f"close_{back}",
            f"Close of {figures.day(session)}",
            sessions=[session],
            parts=parts,
            values=closes[:, back - 1],
        )


def volumes(origins: Origins) -> Iterator[LineageInput]:
    members = origins.frame.members
    recent = origins.sessions[:LEVEL_SESSIONS]
    yield _history(
        origins,
        "average_volumes",
        f"Average volumes of {LEVEL_SESSIONS} sessions",
        sessions=recent,
        parts=WEIGHING,
        values=members.avg_volume,
    )
    yield _history(
        origins,
        "levels",
        f"Highs and lows of {LEVEL_SESSIONS} sessions",
        sessions=recent,
        parts=("technical",),
        values=members.high_20,
    )


def usual_volumes(origins: Origins) -> Iterator[LineageInput]:
    values = np.array([sector.usual_mover_volume for sector in origins.frame.sectors])
    entry = _history(
        origins,
        "usual_volume",
        "Usual volume of movers, 60 sessions",
        sessions=origins.sessions,
        parts=("volume",),
        values=values,
    )
    kept = "worked out once a session and kept; one value a sector"
    entry["note"] = f"{kept}; {entry['note']}" if entry.get("note") else kept
    yield entry


def _history(
    origins: Origins,
    name: str,
    words: str,
    *,
    sessions: Sequence[dt.date],
    parts: Sequence[str],
    values: FloatArray,
) -> LineageInput:
    """An input made of the daily bars of ``sessions``, newest first."""
    stored = [origins.bars[session] for session in sessions if session in origins.bars]
    calls = [call for session in sessions for call in origins.calls.get(f"bars {session}", ())]
    fetched = [moment for origin in stored for moment in (origin.oldest, origin.newest) if moment]
    fetched += [call.received_at for call in calls] if len(sessions) > len(stored) else []
    return entry_of(
        name,
        words,
        parts=parts,
        source=vendors(origin for origin in stored),
        calls=ids_of(calls[:CALLS_SHOWN]),
        as_of=span_of([hours(sessions[-1]).close, hours(sessions[0]).close]),
        received_at=span_of(fetched),
        **known_of(values),
        rule=ADJUSTED.format(origins.frame.session),
        note=f"one call a session, {len(calls)} kept" if len(sessions) > 1 else "",
    )


def splits(origins: Origins) -> Iterator[LineageInput]:
    session, calls = origins.frame.session, origins.calls.get("splits", ())
    count = splits_count(origins.sessions[-1], session, origins.symbols)
    yield entry_of(
        "splits",
        "Splits",
        parts=(*TODAY[1:], *CARRIED, "volume", "technical"),
        source=vendor_words(calls),
        calls=ids_of(calls),
        as_of=span_of([hours(session).pre_open]),
        received_at=received_of(calls),
        known=count,
        rule="universe/adjustment: doubles and refuted ones are not believed",
        note=f"listed for members in {len(origins.sessions)} sessions"
        + ("" if calls else "; fetched by an earlier run"),
    )

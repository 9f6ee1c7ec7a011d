"""Alerts in words: a stock that moved 15 %, a light that changed its colour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from analysis.models import Alert
from sectors import figures
from sectors.lights import LIGHTS, lamp, score_text, stored_band
from sectors.places import PLACES
from sectors.types import Lamp
from universe import sessions

NEW_SECONDS = 90
SECTOR_NAMES = {place.slug: place.name for place in PLACES}


@dataclass(frozen=True, slots=True)
class AlertRow:
    """``symbol`` or ``sector`` is what the row is about; ``figure`` is printed bold after it."""

    kind: str
    time: str
    iso: str
    lamp: Lamp
    symbol: str
    sector: str
    sector_name: str
    figure: str
    sign: Literal["", "neg", "pos"]
    text: str
    scores: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class AlertDay:
    title: str
    rows: tuple[AlertRow, ...]


@dataclass(frozen=True, slots=True)
class AlertRail:
    """The newest alerts of the session for the side of the board; ``is_unknown``: not readable now."""

    rows: tuple[AlertRow, ...]
    note: str
    is_unknown: bool = False


def alert_row(alert: Alert, now: dt.datetime) -> AlertRow:
    """One alert in words; ``now`` is market time and decides what is new."""
    row = _mover(alert) if alert.kind == Alert.Kind.MOVER else _colour(alert)
    age = (now - alert.at).total_seconds()
    return replace(row, is_new=age < NEW_SECONDS)


def alert_days(alerts: Iterable[Alert], now: dt.datetime) -> tuple[AlertDay, ...]:
    """The rows under the session they belong to, newest first as they come."""
    today = sessions.session_of(now)
    return tuple(
        AlertDay(
            "Latest session" if session == today else figures.day(session),
            tuple(alert_row(alert, now) for alert in group),
        )
        for session, group in groupby(alerts, key=lambda alert: alert.session)
    )


def alert_rail(alerts: Sequence[Alert], counts: Mapping[str, int], now: dt.datetime) -> AlertRail:
    """``alerts`` are the newest of the session, ``counts`` all of it by kind."""
    rows = tuple(alert_row(alert, now) for alert in alerts)
    movers, changes = counts.get(Alert.Kind.MOVER, 0), counts.get(Alert.Kind.COLOUR, 0)
    note = f"{figures.number_of(movers, 'mover')}, {figures.number_of(changes, 'change')} of colour"
    return AlertRail(rows, note if rows else "")


def _mover(alert: Alert) -> AlertRow:
    change = alert.change_pct if alert.change_pct is not None else float(alert.level)
    name = SECTOR_NAMES.get(alert.sector, "")
    return AlertRow(
        kind=str(alert.kind),
        time=figures.clock(alert.at),
        iso=alert.at.isoformat(),
        lamp=lamp("dark_green" if change > 0 else "dark_red"),
        symbol=alert.symbol,
        sector=alert.sector if name else "",
        sector_name=name,
        figure=figures.percent(change),
        sign=figures.sign_class(change),
        text=f"passed {figures.signed(alert.level, 0)}%." if alert.level else "moved.",
    )


def _colour(alert: Alert) -> AlertRow:
    light = LIGHTS[stored_band(alert.new)]
    before = LIGHTS[stored_band(alert.old)]
    scores = ""
    if alert.old_score is not None and alert.new_score is not None:
        scores = f"{score_text(alert.old_score)} → {score_text(alert.new_score)}"
    return AlertRow(
        kind=str(alert.kind),
        time=figures.clock(alert.at),
        iso=alert.at.isoformat(),
        lamp=lamp(stored_band(alert.new)),
        symbol="",
        sector=alert.sector,
        sector_name=SECTOR_NAMES.get(alert.sector, alert.sector),
        figure=light.verdict.lower(),
        sign="",
        text=f"was {before.words}" if alert.old else "",
        scores=scores,
    )

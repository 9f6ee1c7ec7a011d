"""The line above the board: how many lights favour shorts, benchmarks, breadth, the next release. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sectors import figures
from sectors.presenters.ages import milliseconds
from sectors.presenters.market import in_words
from sectors.types import CardData
from universe import sessions

FAVOUR = ("dark_red", "light_red")
LEAVE = ("light_green", "dark_green")
UNREADABLE = "cannot be read right now"
#: Benchmarks in their order on the strip: symbol as stored, name, decimals. All but the first are minor.
BENCHMARKS = (("IWM", "IWM", 2), ("SPY", "SPY", 2), ("QQQ", "QQQ", 2), ("^VIX", "VIX", 1))


class Price(Protocol):
    """A benchmark's newest price, as `universe.selectors.benchmarks` gives it."""

    @property
    def symbol(self) -> str: ...
    @property
    def price(self) -> float: ...
    @property
    def previous_close(self) -> float | None: ...


class Release(Protocol):
    """A row of the economic calendar (`universe.models.EconomicEvent`)."""

    at: dt.datetime
    event: str
    impact: str
    previous: float | None
    estimate: float | None
    actual: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class StripItem:
    term: str
    value: str
    change: str = ""
    sign: Literal["", "neg", "pos"] = ""
    small: str = ""
    minor: bool = True
    countdown_ms: int = 0


@dataclass(frozen=True, slots=True)
class Strip:
    headline: str
    rest: str
    items: tuple[StripItem, ...]


def strip_of(
    cards: Sequence[CardData],
    prices: Sequence[Price] | None,
    releases: Sequence[Release] | None,
    now: dt.datetime,
) -> Strip:
    """``prices`` and ``releases`` None: they cannot be read, which is told in their place."""
    known = [card for card in cards if card.state in ("normal", "noise", "stale")]
    items = [*_benchmarks(prices), *_breadth(known), *_next_release(releases, now)]
    if not known:
        return Strip("No sector has a light yet", "", tuple(items))
    lit = [card for card in known if card.age_state != "stale"]
    favour = [card for card in lit if card.lit == "normal" and card.lamp.band in FAVOUR]
    verb = "favours" if len(favour) == 1 else "favour"
    headline = (
        f"{len(favour)} of {len(cards)} sectors {verb} shorts" if lit else "No light is within your limit"
    )
    return Strip(headline, _rest(cards, lit), tuple(items))


def _rest(cards: Sequence[CardData], lit: Sequence[CardData]) -> str:
    """ "1 leans, within noise · 2 neutral · 3 to leave alone · 1 late"; empty parts fall away. Only lights
    that were just read, and not within noise, say what to do. The page says it anew when a light goes out."""
    leans = sum(card.lit == "noise" and card.lamp.band in (*FAVOUR, *LEAVE) for card in lit)
    neutral = sum(card.lit != "stale" and card.lamp.band == "blue_neutral" for card in lit)
    leave = sum(card.lit == "normal" and card.lamp.band in LEAVE for card in lit)
    late = sum(card.lit == "stale" for card in lit)
    unlit = sum(card.lamp.band == "none" for card in cards)
    past = sum(card.lamp.band != "none" and card.age_state == "stale" for card in cards)
    parts = (
        (leans, "leans, within noise" if leans == 1 else "lean, within noise"),
        (neutral, "neutral"),
        (leave, "to leave alone"),
        (late, "late"),
        (unlit, "without a verdict"),
        (past, "past your limit"),
    )
    return " · ".join(f"{count} {words}" for count, words in parts if count)


def _benchmarks(prices: Sequence[Price] | None) -> list[StripItem]:
    if prices is None:
        return [StripItem("Benchmarks", UNREADABLE, minor=False)]
    known = {price.symbol: price for price in prices}
    return [
        StripItem(
            name,
            figures.plain(known[symbol].price, places),
            _change(known[symbol]),
            _sign(known[symbol]),
            minor=symbol != "IWM",
        )
        for symbol, name, places in BENCHMARKS
        if symbol in known
    ]


def _move(price: Price) -> float | None:
    return 100 * (price.price / price.previous_close - 1) if price.previous_close else None


def _change(price: Price) -> str:
    move = _move(price)
    return figures.percent(move, 2) if move is not None else ""


def _sign(price: Price) -> Literal["", "neg", "pos"]:
    move = _move(price)
    return figures.sign_class(round(move, 2)) if move is not None else ""


def _breadth(lit: Sequence[CardData]) -> list[StripItem]:
    valid = sum(card.valid for card in lit)
    if not valid:
        return []
    up = sum(card.up_count for card in lit)
    small = f"{figures.count(up)} of {figures.count(valid)}"
    return [StripItem("Small caps up", f"{round(100 * up / valid)}%", small=small)]


def _next_release(releases: Sequence[Release] | None, now: dt.datetime) -> list[StripItem]:
    if releases is None:
        return [StripItem("Next release", UNREADABLE, minor=False)]
    coming = min((release for release in releases if release.at > now), key=lambda r: r.at, default=None)
    if coming is None:
        return []
    same_day = coming.at.astimezone(sessions.ET).date() == now.astimezone(sessions.ET).date()
    clock = figures.clock(coming.at) if same_day else figures.day_and_clock(coming.at)
    return [
        StripItem(
            "Next release",
            f"{clock} {coming.event}",
            small=f"in {in_words(coming.at - now)}" if same_day else "",
            minor=False,
            countdown_ms=milliseconds(coming.at) if same_day else 0,
        )
    ]

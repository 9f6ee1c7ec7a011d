"""The last gate before a price is stored: what `universe.integrity` does not believe is kept apart."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from universe.integrity import BoolArray, Doubt, FloatArray, PriceSet, TextArray, judge, usual_share
from universe.models import QuarantinedPrice
from universe.selectors.prices import price_frame
from universe.selectors.quarantine import confirmed_symbols
from universe.selectors.quotes import reference_prices
from universe.sessions import hours
from universe.types import MinuteBar, Quote, Session

logger = logging.getLogger(__name__)

VOLUME_SESSIONS = 20
UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One told price, whichever way it came. USD and shares, NaN for what the way does not tell."""

    symbol: str
    price: float
    at: dt.datetime
    source: str
    day_open: float = UNKNOWN
    day_volume: float = UNKNOWN
    prints: float = UNKNOWN
    minute_close: float = UNKNOWN

    @property
    def key(self) -> tuple[str, dt.datetime]:
        return self.symbol, self.at


@dataclass(slots=True)
class Memory:
    """What a session knows of its symbols: the last close before it, the last price of it that was believed,
    lone prices (with their Unix seconds) that wait for a second one, and whose move is confirmed."""

    session: Session
    closes: Mapping[str, float]
    last: dict[str, float]
    held: dict[str, tuple[float, float]]
    confirmed: set[str] = field(default_factory=set)
    volumes: dict[str, float] = field(default_factory=dict)

    def volumes_read(self, symbols: Iterable[str]) -> None:
        """Read the average volumes of those that are looked at closely, once each."""
        missing = sorted(set(symbols) - set(self.volumes))
        if missing:
            frame = price_frame(missing, hours(self.session).open, VOLUME_SESSIONS).volume
            self.volumes |= {str(symbol): float(mean) for symbol, mean in frame.mean().items()}


@dataclass(frozen=True, slots=True)
class Held:
    """A sighting that is not believed."""

    sighting: Sighting
    doubt: Doubt
    reference: float


def quote_sighting(quote: Quote) -> Sighting:
    return Sighting(
        quote.symbol,
        quote.price,
        quote.as_of,
        quote.source,
        _known(quote.day_open),
        _known(quote.day_volume),
        _known(quote.prints),
        _known(quote.minute_close),
    )


def bar_sighting(bar: MinuteBar) -> Sighting:
    return Sighting(
        bar.symbol,
        bar.close,
        bar.as_of,
        bar.source,
        day_volume=_known(bar.day_volume),
        prints=_known(bar.prints),
    )


def _known(value: float | None) -> float:
    return UNKNOWN if value is None else float(value)


def sightings_judge(
    session: Session, sightings: Sequence[Sighting], *, known_until: dt.datetime
) -> dict[tuple[str, dt.datetime], Doubt]:
    """The keys of the prices that are not believed, with the reason; their rows are written.

    All are of ``session``; several of one symbol are judged in their order. Jumps are measured against the
    last stored price up to ``known_until``.
    """
    if not sightings:
        return {}
    memory = _memory({sighting.symbol for sighting in sightings}, session, known_until=known_until)
    held: list[Held] = []
    believed: dict[str, dt.datetime] = {}
    for turn in _turns(sightings):
        for sighting, doubt, reference in _judged(turn, memory):
            if doubt is None:
                memory.last[sighting.symbol] = sighting.price
                memory.held.pop(sighting.symbol, None)
                believed[sighting.symbol] = sighting.at
            else:
                held.append(Held(sighting, doubt, reference))
                if doubt == Doubt.SINGLE:
                    memory.held[sighting.symbol] = (sighting.price, sighting.at.timestamp())
    _hold(session, held)
    _release(session, believed)
    return {one.sighting.key: one.doubt for one in held}


def _turns(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """The first price of each symbol, the second of each, and so on."""
    turns: list[list[Sighting]] = []
    seen: Counter[str] = Counter()
    for sighting in sorted(sightings, key=lambda one: one.at):
        place = seen[sighting.symbol]
        seen[sighting.symbol] += 1
        if place == len(turns):
            turns.append([])
        turns[place].append(sighting)
    return turns


def _memory(symbols: set[str], session: Session, *, known_until: dt.datetime) -> Memory:
    names = sorted(symbols)
    day = hours(session)
    closes = price_frame(names, day.open, 1).close.iloc[-1]
    until = min(max(known_until, day.pre_open), day.post_close - dt.timedelta(seconds=1))
    last = reference_prices(names, until, 0, same_phase=False)["price"].dropna()
    waiting = QuarantinedPrice.objects.filter(
        session=session, symbol__in=names, reason=Doubt.SINGLE, released_at=None
    )
    return Memory(
        session,
        {str(symbol): float(close) for symbol, close in closes.items()},
        {str(symbol): float(price) for symbol, price in last.items()},
        {row.symbol: (row.price, row.last_at.timestamp()) for row in waiting},
        confirmed_symbols(session),
    )


def _judged(turn: Sequence[Sighting], memory: Memory) -> list[tuple[Sighting, Doubt | None, float]]:
    """Each sighting with its doubt, if any, and what it was measured against."""
    prices = _price_set(turn, memory)
    close_look = prices.is_jump() | _moved_far(prices)
    memory.volumes_read(one.symbol for one, looked in zip(turn, close_look, strict=True) if looked)
    verdicts = np.full(len(turn), "", dtype="U20")
    if close_look.any():
        verdicts = _verdicts(_price_set(turn, memory), memory.session)
    return [
        (sighting, Doubt(verdict) if verdict else None, float(reference))
        for sighting, verdict, reference in zip(turn, verdicts.tolist(), prices.reference, strict=True)
    ]


def _verdicts(prices: PriceSet, session: Session) -> TextArray:
    return judge(prices, share_done=usual_share(prices.at, hours(session)))


def _moved_far(prices: PriceSet) -> BoolArray:
    """Whether the previous close alone makes the price worth a look, however near the last one is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        moved: BoolArray = np.abs(np.log(prices.price / prices.previous_close)) > np.log(2.0)
    return moved


def _price_set(turn: Sequence[Sighting], memory: Memory) -> PriceSet:
    def column(values: Iterable[float]) -> FloatArray:
        return np.array(list(values), dtype=np.float64)

    symbols = [sighting.symbol for sighting in turn]
    waiting = [memory.held.get(symbol, (UNKNOWN, UNKNOWN)) for symbol in symbols]
    return PriceSet(
        price=column(sighting.price for sighting in turn),
        at=column(sighting.at.timestamp() for sighting in turn),
        previous_close=column(memory.closes.get(symbol, UNKNOWN) for symbol in symbols),
        last=column(memory.last.get(symbol, UNKNOWN) for symbol in symbols),
        day_open=column(sighting.day_open for sighting in turn),
        day_volume=column(sighting.day_volume for sighting in turn),
        avg_volume=column(memory.volumes.get(symbol, UNKNOWN) for symbol in symbols),
        prints=column(sighting.prints for sighting in turn),
        minute_close=column(sighting.minute_close for sighting in turn),
        held=column(price for price, _ in waiting),
        held_at=column(moment for _, moment in waiting),
        confirmed=np.array([symbol in memory.confirmed for symbol in symbols], dtype=np.bool_),
    )


def _hold(session: Session, held: Sequence[Held]) -> None:
    """Write one row per symbol and reason: a new one, or what the newest price changes of it."""
    grouped: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
    for one in held:
        grouped[one.sighting.symbol, one.doubt].append(one)
    if not grouped:
        return
    known = QuarantinedPrice.objects.filter(session=session, symbol__in={symbol for symbol, _ in grouped})
    rows = {(row.symbol, row.reason): row for row in known}
    fresh, changed = [], []
    for key, group in grouped.items():
        if key in rows:
            changed.append(_told_again(rows[key], group))
        else:
            fresh.append(_told_first(session, group))
            logger.warning("price of %s is held, %s: %s", key[0], key[1], fresh[-1].price)
    # Another process may have written the same row a moment ago: then its words are as good.
    QuarantinedPrice.objects.bulk_create(fresh, ignore_conflicts=True)
    QuarantinedPrice.objects.bulk_update(changed, ["price", "reference", "last_at", "seen", "released_at"])


def _told_first(session: Session, group: Sequence[Held]) -> QuarantinedPrice:
    newest = group[-1].sighting
    return QuarantinedPrice(
        symbol=newest.symbol,
        session=session,
        reason=group[-1].doubt,
        price=newest.price,
        reference=_stored(group[-1].reference),
        source=newest.source,
        first_at=group[0].sighting.at,
        last_at=newest.at,
        seen=len(group),
    )


def _told_again(row: QuarantinedPrice, group: Sequence[Held]) -> QuarantinedPrice:
    newest = group[-1].sighting
    row.seen += len(group)
    row.released_at = None
    if newest.at >= row.last_at:
        row.price, row.last_at = newest.price, newest.at
        row.reference = _stored(group[-1].reference)
    return row


def _stored(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _release(session: Session, believed: Mapping[str, dt.datetime]) -> None:
    """A later price of a symbol that is believed ends its quarantine."""
    rows = [
        row
        for row in QuarantinedPrice.objects.filter(session=session, released_at=None)
        if row.symbol in believed and believed[row.symbol] >= row.last_at
    ]
    for row in rows:
        row.released_at = believed[row.symbol]
    QuarantinedPrice.objects.bulk_update(rows, ["released_at"])

"""Prices within the session: from the whole-market snapshot, from the stream, and filled up afterwards."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from django.conf import settings

from universe import clock
from universe.benchmarks import CONTEXT, FUNDS, VOLATILITY_INDEX
from universe.bulk import Target, rows_upsert
from universe.errors import SourceError
from universe.gates import AHEAD_MAX, Fault, Kind, Refusal, counted, minutes_gate, quotes_gate
from universe.models import MarketContext, MinuteQuote
from universe.selectors.universe import member_symbols, members_in_order
from universe.services.asking import answers
from universe.services.calls import calls_kept
from universe.services.confirmations import moves_confirm
from universe.services.frozen import Frozen, feed_look
from universe.services.pricing import DELAY_MIN, lag_measure, prices_end, quotes_fetch
from universe.services.progress import Progress, unheard
from universe.services.quarantine import bar_sighting, quote_sighting, sightings_judge
from universe.services.refusals import INTRADAY, refusals_keep, refusals_release
from universe.sessions import SessionError, hours, session_of
from universe.sources import facts_source, price_source
from universe.types import MinuteBar, Quote, Session

logger = logging.getLogger(__name__)

MINUTE = dt.timedelta(minutes=1)
QUOTES = Target(
    MinuteQuote,
    {
        "as_of": "timestamptz",
        "symbol": "text",
        "price": "float8",
        "day_volume": "float8",
        "day_open": "float8",
        "day_low": "float8",
        "source": "text",
        "interpolated": "bool",
        "halted": "bool",
    },
    key=("as_of", "symbol"),
)
BARS = Target(
    MinuteQuote,
    {
        "as_of": "timestamptz",
        "symbol": "text",
        "price": "float8",
        "day_volume": "float8",
        "source": "text",
        "interpolated": "bool",
    },
    key=("as_of", "symbol"),
    # A minute that is fetched again for a gap has no running volume; the stream's stays.
    keep_known=True,
    defaults={"halted": False},
)
CONTEXT_TARGET = Target(
    MarketContext,
    {
        "symbol": "text",
        "price": "float8",
        "previous_close": "float8",
        "as_of": "timestamptz",
        "source": "text",
    },
    key=("symbol",),
)
#: The values of a `Quote` in the order of the columns, which its fields are called by.
_quote_values, _context_values = attrgetter(*QUOTES.columns), attrgetter(*CONTEXT_TARGET.columns)
#: The order in which prices are written, so that the stream, a pass and a fill never wait for each other.
_key = attrgetter("as_of", "symbol")


@dataclass(frozen=True, slots=True)
class QuotesReport:
    """What one snapshot brought: ``wanted`` members and funds, ``stored`` of them, ``dropped`` by reason;
    ``confirmations`` counts the moves over 30 % that a second source did and did not tell the same.

    ``newest`` is the market moment that the session's prices reach to: a run that follows takes its ``as_of``
    from the clock after this call, so that none of them lies in its future. ``lag`` is how far the funds'
    newest price is behind the market (None: not measured), ``end_of_day`` that no plan has intraday prices.
    ``told`` are the moments of the stored prices by symbol, ``calls`` the ids of the `VendorCall`s that
    brought them.
    """

    session: Session
    wanted: int
    stored: int
    dropped: dict[str, int] = field(default_factory=dict)
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None
    interpolated: bool = False
    halted: int = 0
    source: str = ""
    lag: dt.timedelta | None = None
    end_of_day: bool = False
    confirmations: dict[str, int] = field(default_factory=dict)
    frozen: Frozen | None = None
    told: Mapping[str, dt.datetime] = field(default_factory=dict)
    calls: tuple[int, ...] = ()

    @property
    def is_delayed(self) -> bool:
        """Whether the prices are behind the market by more than their way takes."""
        return self.lag is not None and self.lag > DELAY_MIN


def quotes_refresh(as_of: dt.datetime, *, progress: Progress = unheard) -> QuotesReport:
    """Fetch the whole market once and store the prices of members, benchmarks and sector funds.

    Where the plan lacks the snapshot, the other vendor is asked about them. Prices of another session than
    that of ``as_of``, of the future, and those that are not believed, are dropped and counted. When most lie
    in the future, the simulated market's clock was moved, and is asked for anew first. Raises `SourceError`
    when the snapshot itself fails; the indices may fail, and are counted.
    """
    session = session_of(as_of)
    in_order = refresh_order(session)
    wanted = set(in_order)
    with calls_kept("quotes", session) as kept_calls:
        priced = quotes_fetch(in_order)
    progress(1, 4)
    parsed = priced.parsed
    dropped: Counter[str] = Counter(parsed.dropped)
    now = _moment_of([quote.as_of for quote in parsed.rows if quote.symbol in wanted], asked_at=as_of)
    gated = quotes_gate((quote for quote in parsed.rows if quote.symbol in wanted), now=now)
    dropped.update(_counts(gated.refused))
    kept = [quote for quote in gated.rows if _is_of_session(quote, session=session, dropped=dropped)]
    kept = _believed(kept, session=session, now=now, dropped=dropped)
    progress(2, 4)
    dropped["not_in_snapshot"] = len(wanted - {quote.symbol for quote in parsed.rows})
    rows_upsert(QUOTES, map(_quote_values, sorted(kept, key=_key)))
    refused = [*(one for one in parsed.refused if one.symbol in wanted), *gated.refused]
    refusals_keep(Kind.QUOTE, refused, now=now, session=session)
    refusals_release(INTRADAY, session, {quote.symbol: quote.as_of for quote in kept}, now=now)
    progress(3, 4)
    with calls_kept("context", session):
        _context_refresh(kept, now=now, dropped=dropped)
    moves = {quote.symbol: quote.price for quote in kept if quote.symbol not in FUNDS}
    asked = moves_confirm(session, moves, now=now, priced_by=priced.source)
    progress(4, 4)
    moments = [quote.as_of for quote in kept]
    return QuotesReport(
        session=session,
        wanted=len(wanted),
        stored=len(kept),
        dropped={reason: count for reason, count in dropped.items() if count},
        frozen=feed_look(session, [quote for quote in kept if quote.symbol not in FUNDS], now=now),
        confirmations={name: count for name, count in asked.items() if count},
        oldest=min(moments, default=None),
        newest=max(moments, default=None),
        interpolated=any(quote.interpolated for quote in kept),
        halted=sum(quote.halted for quote in kept),
        source=priced.source,
        lag=lag_measure(kept, now=min(now, prices_end(session, priced.source)), source=priced.source),
        end_of_day=priced.end_of_day,
        told={quote.symbol: quote.as_of for quote in kept},
        calls=kept_calls.ids,
    )


def _moment_of(moments: Sequence[dt.datetime], *, asked_at: dt.datetime) -> dt.datetime:
    """The market's time at which prices of these ``moments`` came, not before ``asked_at``."""
    now = max(asked_at, clock.market_now())
    ahead = sum(moment > now + AHEAD_MAX for moment in moments)
    if settings.MARKET_WORLD == "live" or 2 * ahead <= len(moments):
        return now
    try:
        clock.refresh()
    except clock.ClockUnavailableError as exc:
        logger.warning("%s of %s prices are from the future: %s", ahead, len(moments), exc)
    return max(asked_at, clock.market_now())


def _counts(refused: Sequence[Refusal]) -> Counter[str]:
    """By reason; a price of the future has been counted under its own name since before there was a gate."""
    counts = Counter(counted(refused))
    future = counts.pop(f"refused:{Fault.FUTURE}", 0)
    return counts + Counter(from_the_future=future)


def _is_of_session(quote: Quote, *, session: Session, dropped: Counter[str]) -> bool:
    day = hours(session)
    if not day.pre_open <= quote.as_of <= day.post_close:
        dropped["other_session"] += 1
        return False
    return True


def _believed(
    quotes: Iterable[Quote], *, session: Session, now: dt.datetime, dropped: Counter[str]
) -> list[Quote]:
    """Each price once, without those that are held for a doubt; these are counted by its name."""
    once = list({(quote.symbol, quote.as_of): quote for quote in quotes}.values())
    held = sightings_judge(session, [quote_sighting(quote) for quote in once], known_until=now)
    dropped.update(f"quarantined:{doubt}" for doubt in held.values())
    return [quote for quote in once if (quote.symbol, quote.as_of) not in held]


def _context_refresh(quotes: Sequence[Quote], *, now: dt.datetime, dropped: Counter[str]) -> None:
    """Keep the newest price of benchmarks and funds, and ask the facts vendor for the volatility index."""
    rows = {quote.symbol: quote for quote in quotes if quote.symbol in FUNDS}
    try:
        found = facts_source().fetch_context([VOLATILITY_INDEX])
    except SourceError as exc:
        logger.warning("no %s: %s", VOLATILITY_INDEX, exc)
        dropped[f"context_failed:{VOLATILITY_INDEX}"] += 1
    else:
        rows |= {
            quote.symbol: quote
            for quote in found.rows
            if quote.symbol in CONTEXT and quote.as_of <= now + AHEAD_MAX
        }
    rows_upsert(CONTEXT_TARGET, map(_context_values, rows.values()))


def minute_bars_store(bars: Iterable[MinuteBar], *, only: set[str] | None = None) -> int:
    """Like `minute_bars_accept`; gives the number stored."""
    return len(minute_bars_accept(bars, only=only))


def minute_bars_accept(bars: Iterable[MinuteBar], *, only: set[str] | None = None) -> list[MinuteBar]:
    """Store the minute closes that are believed, at their minute's end, and give them; of ``only`` these
    symbols.

    The same minute again replaces: the vendor repeats a minute for a quarter of an hour when trades come
    late, and the last one wins. Minutes that cannot be true are kept apart.
    """
    once = {(bar.symbol, bar.as_of): bar for bar in bars if only is None or bar.symbol in only}
    by_session: defaultdict[Session, list[MinuteBar]] = defaultdict(list)
    for bar in _possible(list(once.values())):
        by_session[session_of(bar.start)].append(bar)
    believed: list[MinuteBar] = []
    for session, told in by_session.items():
        first = min(bar.start for bar in told)
        held = sightings_judge(session, [bar_sighting(bar) for bar in told], known_until=first)
        stands = [bar for bar in told if (bar.symbol, bar.as_of) not in held]
        _release(session, stands)
        believed += stands
    if believed:
        rows_upsert(BARS, map(_bar_values, sorted(believed, key=_key)))
    return believed


def minutes_refuse(refused: Iterable[Refusal], *, only: set[str]) -> int:
    """Write down minutes of the stream that could not be read, of ``only`` these symbols."""
    now = clock.market_now()
    wanted = [one for one in refused if one.symbol in only]
    return refusals_keep(Kind.MINUTE, wanted, now=now, session=session_of(now))


def _possible(bars: Sequence[MinuteBar]) -> list[MinuteBar]:
    """Those that can be true; the others are written down, each under its session, or under that of now where
    the calendar does not reach it."""
    if not bars:
        return []
    ends = [bar.as_of for bar in bars]
    try:
        now = _moment_of(ends, asked_at=clock.market_now())
    except clock.ClockUnavailableError:
        # Without a clock nothing is known to be of the future.
        now = max(ends)
    gated = minutes_gate(bars, now=now)
    refused: defaultdict[Session | None, list[Refusal]] = defaultdict(list)
    for one in gated.refused:
        refused[_session_near(one.at or now, now)].append(one)
    for session, told in refused.items():
        refusals_keep(Kind.MINUTE, told, now=now, session=session)
    return gated.rows


def _session_near(*moments: dt.datetime) -> Session | None:
    """The session of the first moment that the calendar reaches."""
    for moment in moments:
        with suppress(SessionError):
            return session_of(moment)
    return None


def _release(session: Session, believed: Iterable[MinuteBar]) -> None:
    newest: dict[str, dt.datetime] = {}
    for bar in believed:
        newest[bar.symbol] = max(bar.as_of, newest.get(bar.symbol, bar.as_of))
    if newest:
        refusals_release(INTRADAY, session, newest, now=max(newest.values()))


def _bar_values(bar: MinuteBar) -> Sequence[object]:
    return (bar.as_of, bar.symbol, bar.close, bar.day_volume, bar.source, bar.interpolated)


def tracked_symbols(session: Session) -> set[str]:
    """Whose minutes are kept: members of the universe in force, benchmarks and sector funds."""
    return member_symbols(session) | set(FUNDS)


def refresh_order(session: Session) -> list[str]:
    """`tracked_symbols` in the order in which they are asked for where it takes many questions: the funds,
    which everything is compared with, then core members, those that gap most often first, then breadth."""
    return [*FUNDS, *(symbol for symbol in members_in_order(session) if symbol not in FUNDS)]


def quotes_backfill(
    session: Session,
    symbols: Sequence[str],
    *,
    since: dt.datetime | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> dict[str, int]:
    """Fetch the minutes of ``session`` for each symbol, in order, and store them up to the market's now.

    ``since`` leaves out the minutes before it. For the start and for gaps of the stream. A symbol that
    fails is counted; an outage ends the asking, and so does ``go_on``, asked after each answer, when it says
    no. What has come is stored.
    """
    ask = partial(price_source().fetch_minute_bars, session=session, since=since)
    now = clock.market_now()
    counts: Counter[str] = Counter()
    with (
        calls_kept("minutes", session),
        closing(answers(ask, symbols, failed="failed", counts=counts)) as told,
    ):
        for parsed in told:
            counts.update(parsed.dropped)
            refusals_keep(Kind.MINUTE, parsed.refused, now=now, session=session)
            counts["symbols"] += 1
            counts["minutes"] += minute_bars_store(bar for bar in parsed.rows if bar.start + MINUTE <= now)
            if not go_on():
                break
    return dict(counts)


def minutes_kept_from(session: Session) -> dt.datetime:
    """The moment from which on the minutes are surely kept while ``session`` is the market's."""
    kept = MinuteQuote.series.kept(settings.MARKET_WORLD)
    assert kept is not None
    return hours(session).pre_open - kept

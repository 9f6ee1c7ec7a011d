"""Large moves asked about at a second source. What it does not tell the same is ranked, and labelled."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from universe.errors import SourceError
from universe.integrity import JUMP
from universe.models import ConfirmedMove
from universe.selectors.prices import price_frame
from universe.selectors.quarantine import confirmed_symbols, implausible_prices
from universe.selectors.universe import members_in_order
from universe.services.calls import calls_kept
from universe.sessions import hours, phase, session_of
from universe.sources import second_source
from universe.types import Quote, Session

logger = logging.getLogger(__name__)

#: Two sources tell the same within this fraction, for the price and for the previous close.
AGREEMENT = 0.05
#: A larger difference is told in the log.
WORTH_A_WORD = 0.005


def moves_confirm(
    session: Session, prices: Mapping[str, float], *, now: dt.datetime, priced_by: str
) -> Counter[str]:
    """Ask the second source about moves over 30 % that it has not confirmed for ``session``, in one call.

    ``prices`` are USD, believed at ``now``; held ones that no other source could release are asked about too.
    Confirmed names are remembered for the session. A failure confirms nothing; it is counted. The vendor that
    they are ``priced_by`` is no second source.
    """
    moved = _unconfirmed(session, prices)
    source = second_source()
    if not moved or source is None or source.name == priced_by:
        return Counter()
    try:
        with calls_kept("confirmation", session):
            told = source.fetch_confirmations(list(moved), extended=phase(now) != "regular")
    except SourceError as exc:
        logger.warning("no move is confirmed, the second source does not answer: %s", exc)
        return Counter(confirmations_failed=1)
    agreed = [
        quote for quote in told.rows if quote.symbol in moved and _agrees(quote, moved, session=session)
    ]
    ConfirmedMove.objects.bulk_create(
        (
            ConfirmedMove(
                symbol=quote.symbol,
                session=session,
                price=quote.price,
                source=quote.source,
                at=quote.as_of,
            )
            for quote in agreed
        ),
        ignore_conflicts=True,
    )
    return Counter(confirmed=len(agreed), unconfirmed=len(moved) - len(agreed))


def _unconfirmed(session: Session, prices: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Price and previous close of each move that nobody confirmed yet.

    One call has room for a hundred: members come in the order of their refresh, core and gap-prone first,
    then whoever else by the size of the move.
    """
    asked = {**implausible_prices(session), **prices}
    known = confirmed_symbols(session)
    names = sorted(set(asked) - known)
    closes = price_frame(names, hours(session).open, 1).close.iloc[-1]
    moved = {
        name: (asked[name], float(close))
        for name, close in zip(names, closes.tolist(), strict=True)
        if close > 0 and abs(asked[name] / close - 1.0) > JUMP
    }
    place = {symbol: place for place, symbol in enumerate(members_in_order(session))} if moved else {}
    by_size = sorted(moved.items(), key=lambda item: -abs(item[1][0] / item[1][1] - 1.0))
    return dict(sorted(by_size, key=lambda item: place.get(item[0], len(place))))


def _agrees(quote: Quote, moved: Mapping[str, Sequence[float]], *, session: Session) -> bool:
    """Whether the second source tells the price, within ``session``, and the close behind the move."""
    price, close = moved[quote.symbol]
    difference = abs(quote.price / price - 1.0)
    is_today = session_of(quote.as_of) == session and quote.as_of >= hours(session).pre_open
    if is_today and difference > WORTH_A_WORD:
        logger.info(
            "%s costs %s, %s tells %s: %.1f %% apart",
            quote.symbol,
            price,
            quote.source,
            quote.price,
            100 * difference,
        )
    is_same_close = quote.previous_close is None or abs(quote.previous_close / close - 1.0) <= AGREEMENT
    return is_today and difference <= AGREEMENT and is_same_close

"""What was kept apart: prices that were not believed, rows that cannot be true; and confirmed moves."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import CharField, F, FloatField, Q, QuerySet, Value

from universe.integrity import Doubt
from universe.models import ConfirmedMove, QuarantinedPrice, RefusedRow
from universe.sessions import session_of
from universe.types import Session


def quarantine_standing(symbol: str, session: Session) -> QuarantinedPrice | None:
    """The newest price of a symbol in a session that is held and not released, if any."""
    return (
        QuarantinedPrice.objects.filter(symbol=symbol, session=session, released_at=None)
        .order_by("-last_at")
        .first()
    )


def quarantined_at(moment: dt.datetime) -> set[str]:
    """The symbols of which a price of the session of ``moment`` was held then, and not released yet."""
    held = QuarantinedPrice.objects.filter(
        Q(released_at=None) | Q(released_at__gt=moment), session=session_of(moment), first_at__lte=moment
    )
    return set(held.values_list("symbol", flat=True))


def implausible_prices(session: Session) -> dict[str, float]:
    """Held prices (USD) that a second source may release."""
    held = QuarantinedPrice.objects.filter(session=session, reason=Doubt.IMPLAUSIBLE, released_at=None)
    return dict(held.values_list("symbol", "price"))


def confirmed_symbols(session: Session) -> set[str]:
    """Whose move over 30 % a second source told the same in ``session``."""
    return set(ConfirmedMove.objects.filter(session=session).values_list("symbol", flat=True))


class KeptApart(NamedTuple):
    """One row of either kind. A price that was not believed has ``price`` and ``reference`` (USD; None:
    nothing to measure it against), a refused row has ``field`` and ``value`` as it was told. ``at`` is the
    moment that it claims, None where it claims none; the other moments are the market's."""

    symbol: str
    session: dt.date
    kind: str
    reason: str
    field: str
    value: str
    price: float | None
    reference: float | None
    source: str
    at: dt.datetime | None
    first_at: dt.datetime
    last_at: dt.datetime
    seen: int
    released_at: dt.datetime | None


def kept_apart(
    *, reason: str = "", state: str = "", symbol: str = "", session: dt.date | None = None
) -> QuerySet[Any, tuple[Any, ...]]:
    """The values of `KeptApart` of every row that fits all that is asked, newest first. ``state`` is "held",
    "released" or "" for both; ``symbol`` is the beginning of one, in any letters."""
    wanted = Q()
    if reason:
        wanted &= Q(reason=reason)
    if state:
        wanted &= Q(released_at__isnull=state == "held")
    if symbol:
        wanted &= Q(symbol__istartswith=symbol)
    if session:
        wanted &= Q(session=session)
    text, number = CharField(), FloatField()
    doubted = QuarantinedPrice.objects.order_by().annotate(
        kind=Value("price", text),
        field=Value("", text),
        value=Value("", text),
        at=F("last_at"),
    )
    refused = RefusedRow.objects.order_by().annotate(price=Value(None, number), reference=Value(None, number))
    parts = [rows.filter(wanted).values_list(*KeptApart._fields) for rows in (doubted, refused)]
    # Down to what no two rows share, or a row may stand on two pages and another on none.
    order = ("-last_at", "symbol", "-session", "reason", "kind", "field")
    return parts[0].union(parts[1], all=True).order_by(*order)

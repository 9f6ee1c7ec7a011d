"""Prices that were not believed, and large moves that a second source confirmed."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from universe.integrity import Doubt
from universe.models import ConfirmedMove, QuarantinedPrice
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

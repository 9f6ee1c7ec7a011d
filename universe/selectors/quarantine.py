"""Prices that were not believed."""

from __future__ import annotations

from universe.models import QuarantinedPrice
from universe.types import Session


def quarantine_standing(symbol: str, session: Session) -> QuarantinedPrice | None:
    """The newest price of a symbol in a session that is held and not released, if any."""
    return (
        QuarantinedPrice.objects.filter(symbol=symbol, session=session, released_at=None)
        .order_by("-last_at")
        .first()
    )

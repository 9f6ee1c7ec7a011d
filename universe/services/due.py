"""Which of the slow things are due: what cannot have changed since it was fetched is not asked for again.

The days are kept in the cache. A cache that forgot them, or a market that went back, costs one fetch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.cache import cache

from universe.sessions import previous_session, session_offset
from universe.types import Session

KEEP_SECONDS = 90 * 24 * 3600
FLOATS_EVERY = dt.timedelta(days=7)
HOLDINGS_EVERY = dt.timedelta(days=7)
#: Funds asked about on one day once some are known: eight of them are through within a week of sessions.
FUNDS_A_DAY = 2
#: A settlement is public on the seventh session after it at the earliest.
PUBLIC_AFTER_SESSIONS = 7


def _key(what: str) -> str:
    return f"fetched:{settings.MARKET_WORLD}:{what}"


def day_kept(what: str) -> dt.date | None:
    day = cache.get(_key(what))
    return day if isinstance(day, dt.date) else None


def day_keep(what: str, day: dt.date) -> None:
    cache.set(_key(what), day, KEEP_SECONDS)


def floats_due(fetched_on: Session | None, session: Session) -> bool:
    """Floats are fetched weekly."""
    return fetched_on is None or not fetched_on <= session < fetched_on + FLOATS_EVERY


def holdings_due(
    asked_on: Mapping[str, Session | None], funds: Sequence[str], session: Session
) -> Sequence[str]:
    """Which of ``funds`` to ask about: all of them while none is known, then weekly, a few a day: the oldest
    first, and last those not in ``asked_on``, of which the vendor may know nothing."""
    days = {fund: asked_on.get(fund) for fund in funds}
    if not any(days.values()):
        return funds
    due = [fund for fund in funds if _is_stale(days[fund], session)]
    return sorted(due, key=lambda fund: days[fund] or dt.date.max)[:FUNDS_A_DAY]


def _is_stale(asked_on: Session | None, session: Session) -> bool:
    return asked_on is None or not asked_on <= session < asked_on + HOLDINGS_EVERY


def short_interest_due(known: Session | None, session: Session) -> bool:
    """Whether a settlement newer than the ``known`` one can be public."""
    return known is None or not settlement_public(session) <= known <= session


def settlement_public(session: Session) -> Session:
    """The newest settlement that can be public: the last session up to the 15th, or of a month."""
    latest = session_offset(session, -PUBLIC_AFTER_SESSIONS)
    month = latest.replace(day=1)
    next_month = (month + dt.timedelta(days=31)).replace(day=1)
    for settlement in (previous_session(next_month), previous_session(latest.replace(day=16))):
        if settlement <= latest:
            return settlement
    return previous_session(month)

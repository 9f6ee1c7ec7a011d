"""The banners of an outage: which server is away, since when, what still works and what waits. Pure."""

from __future__ import annotations

import datetime as dt

from sectors import figures
from sectors.away import Away
from sectors.presenters.market import Banner
from universe.sessions import ET


def outage_banners(away: Away) -> tuple[Banner, ...]:
    """One per server, none while all is well."""
    found = [_redis(away) if away.redis else None, _database(away) if away.database else None]
    if away.is_full:
        text = "Redis takes no writing: it is full, read-only or cannot reach its disk. "
        text += "Runs and live updates wait until it does."
        found.append(Banner("degraded", "DEGRADED", text, "What you save is stored."))
    if away.is_busy:
        text = "All connections to PostgreSQL are at work. Parts of this page may be missing for a moment."
        found.append(Banner("degraded", "BUSY", text))
    if away.clock:
        text = "The simulated market does not tell its time. Ages count from the last board."
        found.append(Banner("degraded", "DEGRADED", text))
    return tuple(banner for banner in found if banner)


def _redis(away: Away) -> Banner:
    text = f"Redis does not answer{_since(away.redis_since)}. Runs and live updates wait"
    if away.database:
        return Banner("degraded", "DEGRADED", f"{text} until it is back.")
    text += "; the lights come from PostgreSQL, and this heals by itself."
    return Banner("degraded", "DEGRADED", text, "What you save is stored.")


def _database(away: Away) -> Banner:
    lead = f"PostgreSQL does not answer{_since(away.database_since)}. Nothing can be saved or started; "
    text = f"{lead}the last known lights stay, and this heals by itself."
    return Banner("degraded", "READ-ONLY", text, "Board and sectors work, other pages wait.")


def _since(moment: dt.datetime | None) -> str:
    return f" since {figures.clock(moment.astimezone(ET), seconds=True)} ET" if moment else ""

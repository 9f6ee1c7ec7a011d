"""The rail of the newest alerts, for the side of the board."""

from __future__ import annotations

from django import template
from django.db import DatabaseError

from analysis.pages.alerts import AlertRail, alert_rail
from analysis.run_list import alerts_latest
from sectors.live import board_now
from universe import sessions

register = template.Library()

RAIL_ROWS = 10


@register.inclusion_tag("analysis/_alerts_rail.html")
def alerts_rail() -> dict[str, AlertRail]:
    """``{% load alerts %}{% alerts_rail %}``: the ten newest alerts of the session.

    While PostgreSQL is away the rail says so; the board beside it stays.
    """
    now = board_now(None)
    try:
        session = sessions.session_of(now)
        alerts, counts = alerts_latest(session, RAIL_ROWS)
    except DatabaseError:
        return {"rail": AlertRail((), "", is_unknown=True)}
    return {"rail": alert_rail(alerts, counts, now)}

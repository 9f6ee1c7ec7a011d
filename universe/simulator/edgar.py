"""The day that a paper is filed on, as the SEC counts it. Pure."""

from __future__ import annotations

import datetime as dt

from universe.sessions import ET, is_session, new_york, next_session

CLOSES = dt.time(17, 30)


def filing_day(moment: dt.datetime) -> dt.date:
    """What is accepted after 17:30, or on a closed day, is filed on the next session."""
    local = new_york(moment)
    is_open = is_session(local.date()) and local.time() < CLOSES
    return local.date() if is_open else next_session(local.date())


def day_over(day: dt.date) -> dt.datetime:
    """When everything that is filed on ``day`` has been."""
    return dt.datetime.combine(day, CLOSES, tzinfo=ET)


def accession_number(cik: str, year: int, serial: int) -> str:
    return f"{cik:0>10}-{year % 100:02}-{serial % 1_000_000:06}"

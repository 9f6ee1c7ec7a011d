"""Write `slots_2026_2027.csv`: every slot of two years, from a calendar that the product does not use.

Needs `pandas_market_calendars` and `holidays` (README.md has the versions) and nothing of the product.
The times come from the library's NYSE, the rhythm from the product's published table of runs.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import holidays
import pandas as pd
import pandas_market_calendars as markets

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
HOURS = ["pre", "market_open", "market_close", "post"]
FULL_DAY = pd.Timedelta(hours=16)
KINDS = ("overnight", "release", "comprehensive", "pass")


def schedule() -> pd.DataFrame:
    """The sessions with their four moments, UTC; refused unless a third calendar knows the same days."""
    exchange = markets.get_calendar("NYSE")
    own = "pandas_market_calendars.calendars.nyse"
    if type(exchange).__module__ != own:
        raise SystemExit(f"NYSE is that of {type(exchange).__module__}, not the library's own {own}.")
    found = exchange.schedule(FIRST, LAST, market_times=HOURS)
    sessions = {stamp.date() for stamp in found.index}
    weekdays = {stamp.date() for stamp in pd.date_range(FIRST, LAST, freq="B")}
    years = [FIRST.year, LAST.year]
    closed = set(holidays.financial_holidays("NYSE", years=years))
    if weekdays - sessions != closed & weekdays or sessions - weekdays:
        raise SystemExit(f"The calendars differ on {sorted((weekdays - sessions) ^ (closed & weekdays))}.")
    shorter = found[found.post - found.pre < FULL_DAY]
    halves = set(holidays.financial_holidays("NYSE", years=years, categories=("half_day",)))
    if {stamp.date() for stamp in shorter.index} != halves & weekdays:
        raise SystemExit(f"The calendars differ about early closes: {shorter.index}, {sorted(halves)}.")
    return found


def slots(day: pd.Series) -> dict[str, list[pd.Timestamp]]:
    """By kind the moments of one session. On an early close 20:00 does not come, and neither does its run."""
    early_release, late_release = (
        day.market_open - pd.Timedelta("90min"),
        day.market_open - pd.Timedelta("55min"),
    )
    evening = [day.post] if day.post - day.pre == FULL_DAY else []
    half_hours = pd.date_range(day.pre, day.post, freq="30min")[1:]
    return {
        "overnight": [day.pre],
        "release": [early_release, late_release],
        "comprehensive": evening,
        "pass": [moment for moment in half_hours if moment not in (early_release, *evening)],
    }


def told(moment: pd.Timestamp, session: dt.date) -> str:
    """ "13:30", or "00:30+1" on the day after the session's, both UTC."""
    return f"{moment:%H:%M}" + ("+1" if moment.date() > session else "")


def main() -> None:
    with Path(__file__).with_name("slots_2026_2027.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["session", "pre_open", "open", "close", "post_close", "slots", *KINDS])
        for stamp, day in schedule().iterrows():
            session, due = stamp.date(), slots(day)
            hours = [told(day[name], session) for name in HOURS]
            lists = [" ".join(told(moment, session) for moment in due[kind]) for kind in KINDS]
            rows.writerow([session, *hours, sum(map(len, due.values())), *lists])


if __name__ == "__main__":
    main()

"""A stored moment that a reader asks for, as ``?at=`` in an address: read, and judged against the market."""

from __future__ import annotations

import datetime as dt

from sectors import figures
from universe.sessions import ET, FIRST_DAY, LAST_DAY


class MomentRefusedError(ValueError):
    """What was asked for is no moment that can be shown; page and API say ``verdict`` and ``reason``."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(f"{verdict}. {reason}")
        self.verdict = verdict
        self.reason = reason


def moment_asked(text: str, now: dt.datetime) -> dt.datetime:
    """The moment of ``text``, an ISO time, New York's without an offset; not after market time ``now``.

    Raises `MomentRefusedError`.
    """
    moment = _read(text.strip())
    if moment > now:
        reason = f"The market is at {moment_words(now, now)}; what comes later is not stored yet."
        raise MomentRefusedError("has not come yet", reason)
    return moment


def _read(given: str) -> dt.datetime:
    try:
        # A plus sign that was not encoded arrives as a space.
        moment = dt.datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
    except ValueError as exc:
        raise MomentRefusedError("is not a moment", "Without an offset it is New York time.") from exc
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ET)
    if not FIRST_DAY < moment.date() < LAST_DAY:
        reason = f"The calendar knows {FIRST_DAY.year} to {LAST_DAY.year}."
        raise MomentRefusedError("is not a moment", reason)
    return moment.astimezone(ET)


def moment_words(moment: dt.datetime, now: dt.datetime) -> str:
    """ "Mon 10 Mar, 20:00"; with its year when that is not the market's: "Mon 10 Mar 2025, 20:00"."""
    local = moment.astimezone(ET)
    if local.year == now.astimezone(ET).year:
        return figures.day_and_clock(local)
    return f"{figures.day(local)} {local.year}, {figures.clock(local)}"


def moment_example(now: dt.datetime) -> dt.datetime:
    """A moment that can be asked for: the newest 4:00."""
    example = now.replace(hour=4, minute=0, second=0, microsecond=0)
    return example - dt.timedelta(days=1) if example > now else example

"""The list of what was kept apart: its rows, its filters, and each reason in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sectors import figures
from sectors.pages.listings import Choice, Option
from sectors.quarantine_query import STATES, QuarantineQuery
from universe.models import QuarantinedPrice, RefusedRow
from universe.selectors import KeptApart
from universe.sessions import ET, FIRST_DAY, LAST_DAY
from universe.types import is_symbol

DOUBT, ROW = QuarantinedPrice.Reason, RefusedRow.Reason
KINDS = dict(RefusedRow.RowKind.choices) | {"price": "price"}
CALENDAR = f"{FIRST_DAY.year} to {LAST_DAY.year}"
STATE_WORDS = {"held": "Held now", "released": "Released"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is kept apart, in words: what it comes from, what it does, what may be done."""

    code: str
    name: str
    cause: str
    effect: str
    remedy: str


_NOT_COUNTED = "The price reaches no return, rank, colour or alert; the last one that was believed stands."
_NOT_STORED = "The row is not stored: a daily bar leaves a gap, a price within the session an older one."
_IMPORT = (
    "If the vendor tells no better one, bring in the right bar with manage.py import_bars (docs/bars.md)."
)
_REMEDY = f"Within the session nothing: the next price that can be true ends it. {_IMPORT}"

REASONS = (
    Reason(
        DOUBT.RATIO,
        DOUBT.RATIO.label,
        "The price is at a usual split’s ratio to the last close, on ordinary volume; no split is listed.",
        _NOT_COUNTED,
        "Look whether the company has split its shares. Once the vendor lists it, the next run knows.",
    ),
    Reason(
        DOUBT.SINGLE,
        DOUBT.SINGLE.label,
        "One print carries a price 30% or more from the last one.",
        _NOT_COUNTED,
        "Nothing: a second price near it, or one where it was before, ends it.",
    ),
    Reason(
        DOUBT.IMPLAUSIBLE,
        DOUBT.IMPLAUSIBLE.label,
        "The price is more than eleven times the last close, or less than a twentieth of it.",
        _NOT_COUNTED,
        "Nothing: a second source is asked, and what it tells the same is released.",
    ),
    Reason(
        ROW.PRICE,
        ROW.PRICE.label,
        "A price is no number, below $0.0001, the finest tick, or above $10,000,000: no share costs that.",
        _NOT_STORED,
        _REMEDY,
    ),
    Reason(
        ROW.RANGE,
        ROW.RANGE.label,
        "Open or close lie above the day’s high or below its low, or the high lies below the low.",
        _NOT_STORED,
        _IMPORT,
    ),
    Reason(
        ROW.VOLUME,
        ROW.VOLUME.label,
        "A volume is no number, below zero, or above 100 billion shares: the whole market trades fewer.",
        _NOT_STORED,
        _REMEDY,
    ),
    Reason(
        ROW.FUTURE,
        ROW.FUTURE.label,
        "A daily bar of a session that was not over, a price over 90 seconds ahead of the market’s time, or "
        "a bar that came, as its file says, as far ahead of this machine’s.",
        _NOT_STORED,
        "Of a file mend the time. Many at once are a clock’s fault: look at this machine’s, and at that of a "
        "simulated market.",
    ),
    Reason(
        ROW.CLOSED,
        ROW.CLOSED.label,
        f"The exchange was closed on that day, or the calendar, which knows {CALENDAR}, does not reach it.",
        "The row is not stored; within the calendar nothing is missing by it.",
        "Mend the date in the file that was brought in; of a vendor’s row nothing.",
    ),
    Reason(
        ROW.TWICE,
        ROW.TWICE.label,
        "One answer, or one file, tells the same bar or moment twice, and not the same of it.",
        "Neither of both is stored, as either may be the wrong one.",
        _REMEDY,
    ),
    Reason(
        ROW.UNREADABLE,
        ROW.UNREADABLE.label,
        "Where a number or a time belongs is something else. The field has the vendor’s, or the file’s, own "
        "name.",
        _NOT_STORED,
        f"{_REMEDY} Where one field is unreadable for many symbols, the vendor has changed its answers.",
    ),
)
_OUTSIDE = f"of a day that the calendar, {CALENDAR}, does not reach"
BY_CODE = {reason.code: reason for reason in REASONS}
CODES = tuple(BY_CODE)


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One row in words. ``is_linked``: its symbol has a page."""

    symbol: str
    is_linked: bool
    told: str
    session: str
    kind: str
    reason: Reason
    reason_name: str
    what: str
    source: str
    seen: str
    state: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """Everything `sectors/quarantine.html` prints beside its rows; ``keep`` is the query for its pages."""

    total: str
    told: str
    choices: tuple[Choice, ...]
    query: QuarantineQuery
    keep: str
    reasons: tuple[Reason, ...]


def kept_lines(rows: Iterable[KeptApart], *, today: dt.date) -> tuple[KeptLine, ...]:
    return tuple(_line(row, today) for row in rows)


def _line(row: KeptApart, today: dt.date) -> KeptLine:
    released = row.released_at
    state = "held" if released is None else f"released {figures.day_and_clock(released, today)}"
    return KeptLine(
        symbol=row.symbol,
        is_linked=is_symbol(row.symbol),
        told=figures.day_and_clock(row.last_at, today),
        session=_day(row.session, today),
        kind=KINDS.get(row.kind, row.kind),
        reason=BY_CODE[row.reason],
        reason_name=_reason_name(row),
        what=_what(row),
        source=row.source,
        seen=figures.count(row.seen),
        state=state,
        is_held=released is None,
    )


def _day(day: dt.date, today: dt.date) -> str:
    """ "Mon 10 Mar"; with its year when that is not ``today``'s: "Mon 10 Mar 2025"."""
    return figures.day(day) if day.year == today.year else f"{figures.day(day)} {day.year}"


def _reason_name(row: KeptApart) -> str:
    day = row.session if row.at is None else row.at.astimezone(ET).date()
    is_outside = row.reason == ROW.CLOSED and not FIRST_DAY <= day <= LAST_DAY
    return _OUTSIDE if is_outside else BY_CODE[row.reason].name


def _what(row: KeptApart) -> str:
    """What was told, and what it was measured against."""
    if row.price is None:
        at = f" at {_claimed(row.at, row.session)}" if row.at is not None else ""
        return f"{row.field}: {row.value}{at}"
    against = f", against {figures.usd(row.reference)}" if row.reference is not None else ""
    return f"{figures.usd(row.price)}{against}"


def _claimed(at: dt.datetime, session: dt.date) -> str:
    """The moment that a row claims, beside its session: the day, and the year, where they are others."""
    local = at.astimezone(ET)
    if local.year == session.year:
        return figures.day_and_clock(at, session)
    return f"{_day(local.date(), session)}, {figures.clock(at)}"


def quarantine_page(query: QuarantineQuery, count: int, *, today: dt.date) -> QuarantinePage:
    keep = urlencode(query.parameters())
    return QuarantinePage(
        total=figures.number_of(count, "row"),
        told=_told(query, today),
        choices=_choices(query),
        query=query,
        keep=f"{keep}&" if keep else "",
        reasons=REASONS,
    )


def _told(query: QuarantineQuery, today: dt.date) -> str:
    """What the filters ask for, in words."""
    told = []
    if query.state:
        told.append(STATE_WORDS[query.state].lower())
    if query.reason:
        told.append(BY_CODE[query.reason].name)
    if query.symbol:
        told.append(f"symbol beginning with “{query.symbol}”")
    if query.session:
        told.append(f"session of {_day(query.session, today)}")
    return ", ".join(told)


def _choices(query: QuarantineQuery) -> tuple[Choice, ...]:
    def choice(name: str, label: str, values: Sequence[tuple[str, str]], chosen: str) -> Choice:
        options = [Option(value, words, value == chosen) for value, words in values]
        return Choice(name, label, (Option("", "All", not chosen), *options))

    return (
        choice("state", "State", [(state, STATE_WORDS[state]) for state in STATES], query.state),
        choice("reason", "Reason", [(one.code, one.name.capitalize()) for one in REASONS], query.reason),
    )

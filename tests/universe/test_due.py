"""When slow things can have changed."""

from __future__ import annotations

import datetime as dt

import pytest

from universe.services.due import floats_due, settlement_public, short_interest_due

TUESDAY = dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("fetched_on", "is_due"),
    [
        (None, True),
        (dt.date(2026, 3, 24), True),
        (dt.date(2026, 3, 25), False),
        (dt.date(2026, 3, 31), False),
        (dt.date(2026, 4, 1), True),
    ],
    ids=["never", "a week ago", "six days ago", "today", "on a day that is yet to come"],
)
def test_floats_are_due_weekly(fetched_on: dt.date | None, is_due: bool) -> None:
    assert floats_due(fetched_on, TUESDAY) is is_due


@pytest.mark.parametrize(
    ("session", "settlement"),
    [
        (dt.date(2026, 3, 10), dt.date(2026, 2, 27)),
        (dt.date(2026, 3, 23), dt.date(2026, 2, 27)),
        (dt.date(2026, 3, 24), dt.date(2026, 3, 13)),
        (dt.date(2026, 3, 31), dt.date(2026, 3, 13)),
        (dt.date(2026, 4, 9), dt.date(2026, 3, 13)),
        (dt.date(2026, 4, 10), dt.date(2026, 3, 31)),
        (dt.date(2026, 1, 12), dt.date(2025, 12, 31)),
    ],
)
def test_a_settlement_is_public_seven_sessions_later(session: dt.date, settlement: dt.date) -> None:
    assert settlement_public(session) == settlement


@pytest.mark.parametrize(
    ("known", "is_due"),
    [
        (None, True),
        (dt.date(2026, 2, 27), True),
        (dt.date(2026, 3, 13), False),
        (dt.date(2026, 4, 15), True),
    ],
    ids=["never", "the one before", "the newest", "one that is yet to come"],
)
def test_short_interest_is_due_twice_a_month(known: dt.date | None, is_due: bool) -> None:
    assert short_interest_due(known, TUESDAY) is is_due

"""Which prices were held at a moment, of those that are held or were."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.universe.canned import SESSION, at
from universe.integrity import Doubt
from universe.models import QuarantinedPrice
from universe.selectors import quarantined_at
from universe.sessions import previous_session
from universe.types import Session

pytestmark = pytest.mark.django_db


def hold(
    symbol: str, first: dt.datetime, *, released: dt.datetime | None = None, session: Session = SESSION
) -> None:
    QuarantinedPrice.objects.create(
        symbol=symbol,
        session=session,
        reason=Doubt.RATIO,
        price=100.0,
        source="polygon",
        first_at=first,
        last_at=first,
        released_at=released,
    )


def test_a_price_is_held_from_its_first_sighting_to_its_release() -> None:
    hold("ANNE", at(10), released=at(11))
    hold("BEA", at(10, 30))
    moments = [at(9, 59), at(10), at(10, 45), at(11), at(19)]
    assert [quarantined_at(moment) for moment in moments] == [
        set(),
        {"ANNE"},
        {"ANNE", "BEA"},
        {"BEA"},
        {"BEA"},
    ]


def test_a_price_that_was_held_in_another_session_is_not_held_in_this_one() -> None:
    yesterday = previous_session(SESSION)
    hold("ANNE", at(10) - (SESSION - yesterday), session=yesterday)
    assert quarantined_at(at(12)) == set()

"""Past lights by the hour and the day of New York, worked by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client

from sectors.history_selectors import DAY, HOUR, lights_by
from tests.storage.rows import a_reading
from universe.sessions import ET

pytestmark = pytest.mark.django_db


def et(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ET)


def light(text: str, score: str, **changes: object) -> None:
    reading = a_reading(et(text), score=score)
    for name, value in changes.items():
        setattr(reading, name, value)
    reading.save(force_insert=True)


@pytest.fixture
def morning() -> None:
    """Friday 6 March 2026, the last in winter time, and Monday 9 March, the first in summer time."""
    light("2026-03-06T09:00:03", "0.100")
    light("2026-03-06T09:30:03", "0.300", color_classification="light_green", run_kind="mover")
    light("2026-03-06T09:59:59", "0.000", state="insufficient")
    light("2026-03-06T10:00:00", "-0.500", color_classification="light_red")
    light("2026-03-09T09:00:03", "0.700", color_classification="dark_green")


def hours_of(first: str, last: str) -> list[tuple[str, str, Decimal]]:
    return [
        (f"{light.at.astimezone(ET):%d %H:%M:%S}", light.band, light.score)
        for light in lights_by(HOUR, "energy", et(first), et(last))
    ]


@pytest.mark.usefixtures("morning")
def test_of_each_hour_with_a_light_the_last_one_stands() -> None:
    assert hours_of("2026-03-06T04:00", "2026-03-10T04:00") == [
        ("06 09:59:59", "none", Decimal("0.000")),
        ("06 10:00:00", "light_red", Decimal("-0.500")),
        ("09 09:00:03", "dark_green", Decimal("0.700")),
    ]


@pytest.mark.usefixtures("morning")
def test_the_first_moment_is_inside_and_the_last_is_not() -> None:
    assert [at for at, _, _ in hours_of("2026-03-06T09:30:03", "2026-03-06T10:00")] == ["06 09:59:59"]
    assert hours_of("2026-03-06T09:30:04", "2026-03-06T09:59:59") == []


@pytest.mark.usefixtures("morning")
def test_days_are_those_of_new_york_across_the_clock_change() -> None:
    light("2026-03-09T00:30", "0.100")
    light("2026-03-09T23:30", "0.200")
    days = lights_by(DAY, "energy", et("2026-03-06T00:00"), et("2026-03-11T00:00"))
    assert [(one.at, one.score) for one in days] == [
        (et("2026-03-06T10:00"), Decimal("-0.500")),
        (et("2026-03-09T23:30"), Decimal("0.200")),
    ]


@pytest.mark.usefixtures("morning")
def test_another_world_and_another_sector_are_left_out() -> None:
    light("2026-03-06T11:00", "0.900", world="replay" if settings.MARKET_WORLD != "replay" else "live")
    light("2026-03-06T11:00:01", "0.900", sector="utilities")
    assert len(lights_by(HOUR, "energy", et("2026-03-06T04:00"), et("2026-03-10T04:00"))) == 3


def test_sixty_sessions_are_drawn_by_the_hour(client: Client, django_user_model: type) -> None:
    from sectors.services import sectors_seed
    from universe.clock import override

    sectors_seed()
    for minutes in (3, 33):
        light(f"2026-03-06T10:{minutes:02d}:00", "0.250")
    light("2026-03-06T11:03:00", "0.450")
    client.force_login(django_user_model.objects.create_user("mara"))  # type: ignore[attr-defined]
    with override(et("2026-03-06T12:00")):
        by_hour = client.get("/sectors/energy/?sessions=60").content.decode()
        each = client.get("/sectors/energy/?sessions=20").content.decode()
    assert "Colour at the end of each hour" in by_hour
    assert "in 2 hourly readings" in by_hour
    assert "in 3 readings" in each
    latest = "The last of each hour. Publish time"
    assert (latest in by_hour, latest in each) == (True, False)

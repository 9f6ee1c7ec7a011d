"""An outside monitor sees on `/health` that a slot has no result, and `doctor` that its owner can be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.services import slots_seed
from sectorlight.env import env_email
from universe import clock
from universe.sessions import ET

pytestmark = pytest.mark.django_db

TEN = dt.datetime(2026, 3, 10, 10, tzinfo=ET)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def published() -> Iterator[None]:
    """The pass of 10:00 has been published; it is 10:20."""
    slots_seed()
    serve(TEN)
    with clock.override(TEN + 20 * MINUTE):
        yield


def serve(moment: dt.datetime, status: RunStatus = RunStatus.COMPLETE) -> None:
    AnalysisRun.objects.create(
        kind=RunKind.PASS,
        scheduled_for=moment,
        status=status,
        **({"as_of": moment, "published_at": moment} if status == RunStatus.COMPLETE else {}),
    )


def asked(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/health/slots")
    return answer.status_code, answer.json()["checks"]["slots"]


@pytest.mark.usefixtures("published")
def test_a_slot_without_a_result_takes_its_part_down_and_is_named(client: Client) -> None:
    assert asked(client)[1]["status"] == "ok"
    with clock.override(TEN + 35 * MINUTE):
        status, check = asked(client)
        assert (status, check["status"], check["unfilled"]) == (503, "down", 1)
        assert check["detail"] == "no result: “Half-hourly pass” of Tue 10 Mar, 10:30"
        assert dt.datetime.fromisoformat(check["since"]) == TEN + 30 * MINUTE
        assert client.get("/health").json()["status"] == "degraded"
        assert client.get("/health").status_code == 200


@pytest.mark.usefixtures("published")
def test_an_older_slot_without_a_result_leaves_its_part_degraded(client: Client) -> None:
    serve(TEN + 30 * MINUTE, RunStatus.QUEUED)
    serve(TEN + 60 * MINUTE, RunStatus.CARRIED)
    with clock.override(TEN + 70 * MINUTE):
        status, check = asked(client)
    assert (status, check["status"], check["unfilled"]) == (200, "degraded", 1)


@pytest.mark.usefixtures("published")
def test_many_slots_without_a_result_are_counted_and_three_of_them_named(client: Client) -> None:
    with clock.override(TEN + 200 * MINUTE):
        check = asked(client)[1]
    assert check["unfilled"] == 6
    assert check["detail"].count("Half-hourly pass") == 3
    assert check["detail"].endswith("…")


@pytest.mark.usefixtures("published")
def test_what_cannot_be_known_is_degraded(client: Client, settings: Any) -> None:
    with mock.patch("sectorlight.health.slots_begun", side_effect=OperationalError("away")):
        assert asked(client) == (200, {"status": "degraded", "detail": "not known while PostgreSQL is away"})
    with mock.patch("sectorlight.health.market_now", side_effect=clock.ClockUnavailableError("?")):
        assert asked(client)[1]["detail"] == "not known while the market does not tell its time"


def doctor() -> str:
    out = StringIO()
    with suppress(SystemExit):
        call_command("doctor", stdout=out)
    return out.getvalue()


def test_the_doctor_tells_whether_the_owner_can_be_mailed(settings: Any) -> None:
    assert "note  OWNER_EMAIL is not set: nobody is mailed when a slot has no result." in doctor()
    settings.OWNER_EMAIL = "owner@example.com"
    assert "ok    owner@example.com is mailed when a slot has no result." in doctor()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert "BAD   OWNER_EMAIL is set, but EMAIL_URL is not: no mail goes out." in doctor()


@pytest.mark.parametrize("value", ["owner", "a@b", "one@example.com,two@example.com", "a\nb@example.com"])
def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OWNER_EMAIL", value)
    with pytest.raises(ImproperlyConfigured, match=r"OWNER_EMAIL is .* must be one mail address"):
        env_email("OWNER_EMAIL")


def test_an_address_is_taken_and_none_means_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_EMAIL", " owner@example.com ")
    assert env_email("OWNER_EMAIL") == "owner@example.com"
    monkeypatch.setenv("OWNER_EMAIL", "")
    assert env_email("OWNER_EMAIL") == ""

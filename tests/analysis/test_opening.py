"""What a window does by itself when it opens on a stale board: one run for all of them, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.services import preference_set
from tests.analysis.page_cast import NOW, reader, run_store
from universe.clock import ClockUnavailableError, override

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
EARLY = NOW - dt.timedelta(hours=6)


@pytest.fixture
def mara() -> Any:
    user = reader()
    preference_set(user, on_open="run")
    return user


@pytest.fixture
def window(client: Client, mara: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A window of mara's on a board of six hours ago; runs are asked for here and never done."""
    monkeypatch.setattr("analysis.requests.run_enqueue", lambda run_id: None)
    client.force_login(mara)
    run_store(EARLY, kind=RunKind.OVERNIGHT)
    with override(NOW):
        yield client


def bar(window: Client) -> str:
    return str(window.get("/analysis/progress/").content.decode())


def opened(window: Client) -> str:
    """Open the board as the page does: the bar, and what it asks for by itself."""
    if " data-auto" not in bar(window):
        return bar(window)
    return str(window.post("/analysis/run/", {"by_itself": "1"}, **HTMX).content.decode())


def asked() -> int:
    return AnalysisRun.objects.filter(kind=RunKind.ON_DEMAND).count()


def end(**values: Any) -> None:
    AnalysisRun.objects.filter(status=RunStatus.QUEUED).update(
        **({"status": RunStatus.COMPLETE, "finished_wall": timezone.now()} | values)
    )


def test_windows_and_reloads_share_the_one_run_while_it_works(window: Client) -> None:
    assert "QUEUED" in opened(window)
    for _ in range(4):
        assert "QUEUED" in opened(window)
    assert asked() == 1


def test_a_window_that_asks_after_the_run_of_another_has_come_starts_none(window: Client) -> None:
    assert " data-auto" in bar(window), "both windows were drawn before either asked"
    opened(window)
    end(as_of=NOW, published_at=NOW)
    answer = window.post("/analysis/run/", {"by_itself": "1"}, **HTMX)
    assert "FRESH" in answer.content.decode()
    assert asked() == 1


def test_a_failed_run_is_told_and_not_started_again_by_itself(window: Client) -> None:
    opened(window)
    end(status=RunStatus.FAILED, percent=40, message="the price vendor did not answer.")
    for _ in range(4):
        assert "Stopped at 40%: the price vendor did not answer." in opened(window)
    assert asked() == 1


def test_prices_that_are_older_than_the_limit_even_when_new_start_no_run_for_ever(window: Client) -> None:
    opened(window)
    end(as_of=EARLY, published_at=NOW)
    with override(NOW + dt.timedelta(minutes=3)):
        for _ in range(4):
            html = opened(window)
    assert "No run starts by itself: the last one came 3 min ago, its prices are older." in html
    assert asked() == 1


def test_half_of_the_hours_runs_are_left_to_the_user(window: Client, mara: Any) -> None:
    for number in range(3):
        run_store(
            EARLY, kind=RunKind.ON_DEMAND, requested_by=mara, scheduled_for=EARLY.replace(second=number)
        )
    html = opened(window)
    assert "A fresh run is recommended. No run starts by itself: you have started 3 within the hour." in html
    assert asked() == 3
    window.post("/analysis/run/", **HTMX)
    assert asked() == 4, "the button still starts one"


@pytest.mark.parametrize("wish", ["view", "ask"])
def test_whoever_does_not_want_it_gets_no_run(window: Client, mara: Any, wish: str) -> None:
    preference_set(mara, on_open=wish)
    opened(window)
    window.post("/analysis/run/", {"by_itself": "1"}, **HTMX)
    assert asked() == 0


def test_without_the_markets_time_nothing_starts_by_itself(
    window: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ClockUnavailableError

    monkeypatch.setattr("analysis.views.runs.market_now", away)
    window.post("/analysis/run/", {"by_itself": "1"}, **HTMX)
    assert asked() == 0


def test_why_a_run_was_refused_stands_in_a_state_of_its_own(window: Client, mara: Any) -> None:
    for number in range(6):
        run_store(
            EARLY, kind=RunKind.ON_DEMAND, requested_by=mara, scheduled_for=EARLY.replace(second=number)
        )
    html = window.post("/analysis/run/", **HTMX).content.decode()
    assert 'data-state="refused"' in html
    assert "6 runs this hour, the most allowed." in html

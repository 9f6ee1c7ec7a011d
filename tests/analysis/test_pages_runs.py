from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.pages.runs import active_bar, count_words, missing_words, seconds, stage_bars
from analysis.services import run_request, slots_seed
from tests.analysis.page_cast import AS_OF, NOW, reader, run_store
from universe.clock import override

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


NOBODY = AnonymousUser()


@pytest.fixture
def trader(client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    # Runs are asked for here and never done.
    monkeypatch.setattr("analysis.requests.run_enqueue", lambda run_id: None)
    client.force_login(reader())
    with override(NOW):
        yield client


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_page_asks_for_a_login(client: Client) -> None:
    assert client.get("/analysis/").status_code == 302
    assert client.post("/analysis/run/").status_code == 302
    assert not AnalysisRun.objects.exists()


def test_without_a_run_the_page_says_when_one_comes(trader: Client) -> None:
    assert "No run yet" in text_of(trader.get("/analysis/"))


def test_a_run_shows_its_state_timings_counts_and_who_asked(trader: Client) -> None:
    run_store(requested_by=reader("nina"), kind=RunKind.ON_DEMAND)
    page = text_of(trader.get("/analysis/"))
    for words in ("On demand", "complete", "3.40 s", "prices 2.40 s", "1,549 of 1,588 priced", "nina"):
        assert words in page
    assert "no reference price: 12" in page


@pytest.mark.parametrize(("status", "warns"), [(RunStatus.COMPLETE, False), (RunStatus.PARTIAL, True)])
def test_what_a_complete_run_left_out_is_no_warning(trader: Client, status: str, warns: bool) -> None:
    run_store(status=status)
    assert ("said warn" in trader.get("/analysis/").content.decode()) == warns


def test_the_page_says_whether_covered_slots_are_in_the_list(trader: Client) -> None:
    assert "read along, are hidden" in text_of(trader.get("/analysis/"))
    assert "read along, are in the list" in text_of(trader.get("/analysis/?show=all"))


def test_a_run_beside_the_slots_says_that_it_completed_inputs(trader: Client) -> None:
    run_store(counts={"completes_inputs": True, "members": 1588})
    page = text_of(trader.get("/analysis/"))
    assert "Older prices came in" in page
    assert "older prices 1,588 members" in page
    assert "Half-hourly pass" not in page


def test_a_failed_run_says_why_and_a_late_one_is_marked(trader: Client) -> None:
    run_store(status=RunStatus.FAILED, message="The price vendor does not answer.", late=True)
    page = text_of(trader.get("/analysis/"))
    assert "failed late The price vendor does not answer." in page


def test_a_slot_without_a_result_stands_above_the_list_for_everybody(trader: Client) -> None:
    slots_seed()
    run_store(scheduled_for=NOW - dt.timedelta(hours=2), published_at=NOW - dt.timedelta(hours=2))
    for shown in (trader.get("/analysis/"), trader.get("/analysis/", **HTMX)):
        page = text_of(shown)
        assert "A slot has no result. “Half-hourly pass” of Wed 11 Mar, 10:30, has no result" in page
        assert "3 slots after it wait too." in page


def test_slots_that_a_later_run_covered_are_shown_on_wish(trader: Client) -> None:
    run_store(status=RunStatus.COVERED, message="A later run covered this slot.")
    assert "No run yet" in text_of(trader.get("/analysis/"))
    assert "A later run covered this slot." in text_of(trader.get("/analysis/?show=all"))


def test_runs_of_another_market_are_not_shown(trader: Client) -> None:
    run_store(world="replay")
    assert "No run yet" in text_of(trader.get("/analysis/"))


def test_the_list_is_newest_first_and_paged(trader: Client) -> None:
    runs = [run_store(AS_OF - dt.timedelta(minutes=30 * back)) for back in range(30)]
    first = trader.get("/analysis/").content.decode()
    assert first.index(f"run-{runs[0].pk}") < first.index(f"run-{runs[1].pk}")
    assert f'id="run-{runs[25].pk}"' not in first
    assert 'rel="next" href="?page=2"' in first
    second = trader.get("/analysis/?page=2").content.decode()
    assert f'id="run-{runs[25].pk}"' in second
    assert 'rel="prev"' in second


@pytest.mark.parametrize("page", ["0", "99", "last", "-3"])
def test_a_page_that_does_not_exist_is_the_nearest(trader: Client, page: str) -> None:
    run_store()
    assert "complete" in text_of(trader.get(f"/analysis/?page={page}"))


def test_a_run_at_work_shows_its_percent_and_is_asked_after_often(trader: Client) -> None:
    run_store(status=RunStatus.RUNNING, percent=64, stage="scoring 1,504 stocks", finished_wall=None)
    page = trader.get("/analysis/").content.decode()
    assert 'value="64"' in page
    assert "scoring 1,504 stocks" in page
    assert 'data-hx-trigger="every 2s"' in page


def test_with_nothing_at_work_the_page_asks_rarely(trader: Client) -> None:
    run_store()
    assert 'data-hx-trigger="every 30s"' in trader.get("/analysis/").content.decode()


def test_a_request_of_htmx_gets_the_list_alone(trader: Client) -> None:
    run_store()
    fragment = trader.get("/analysis/?page=1", **HTMX).content.decode()
    assert fragment.lstrip().startswith('<div class="stack" id="runs-live" data-hx-get="/analysis/?page=1"')
    assert "<html" not in fragment


def test_the_button_asks_for_one_run_and_says_so(trader: Client) -> None:
    answer = trader.post("/analysis/run/", follow=True)
    run = AnalysisRun.objects.get()
    assert (run.kind, run.requested_by.username) == (RunKind.ON_DEMAND, "mara")
    assert f"Run {run.pk} was asked for. Everyone gets its result." in text_of(answer)


def test_a_second_click_gets_the_run_that_waits(trader: Client) -> None:
    trader.post("/analysis/run/")
    answer = trader.post("/analysis/run/", follow=True)
    assert AnalysisRun.objects.count() == 1
    assert "waits already" in text_of(answer)


def spend_the_hour(trader: Client) -> None:
    for _ in range(6):
        trader.post("/analysis/run/")
        AnalysisRun.objects.update(status=RunStatus.COMPLETE)


def test_beyond_the_limit_the_page_says_when_the_next_is_free(trader: Client) -> None:
    spend_the_hour(trader)
    page = text_of(trader.post("/analysis/run/", follow=True))
    assert "Not started. 6 runs this hour, the most allowed." in page
    assert AnalysisRun.objects.count() == 6


def test_htmx_gets_the_bar_with_the_refusal(trader: Client) -> None:
    spend_the_hour(trader)
    fragment = trader.post("/analysis/run/", **HTMX).content.decode()
    assert "NOT STARTED" in fragment
    assert "runs this hour, the most allowed" in fragment
    assert "<html" not in fragment


def test_the_progress_fragment_is_the_freshness_bar(trader: Client) -> None:
    run_request(reader("nina"))
    fragment = trader.get("/analysis/progress/").content.decode()
    assert 'id="freshness"' in fragment
    assert "QUEUED" in fragment


def test_a_run_is_never_started_by_a_get(trader: Client) -> None:
    assert trader.get("/analysis/run/").status_code == 405


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/sectors/energy/", "/sectors/energy/"),
        ("https://elsewhere.example/", "/analysis/"),
        ("", "/analysis/"),
    ],
)
def test_the_button_leads_back_to_where_it_stood_and_never_elsewhere(
    trader: Client, wanted: str, place: str
) -> None:
    assert trader.post("/analysis/run/", {"next": wanted}).headers["Location"] == place


def test_the_page_costs_a_fixed_number_of_queries(
    trader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for back in range(25):
        run_store(AS_OF - dt.timedelta(minutes=30 * back), requested_by=reader(f"user{back}"))
    with django_assert_max_num_queries(12):
        trader.get("/analysis/")


def test_a_finished_run_is_not_at_work() -> None:
    assert active_bar(None, NOBODY) is None
    assert active_bar(AnalysisRun(status=RunStatus.COMPLETE), NOBODY) is None


def test_a_waiting_run_says_for_what_it_waits() -> None:
    bar = active_bar(AnalysisRun(pk=7, kind="pass", status=RunStatus.QUEUED), NOBODY)
    assert bar is not None
    assert bar.stage == "waiting for the worker"


def test_a_waiting_run_says_that_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.selectors.resting", lambda: True)
    bar = active_bar(AnalysisRun(pk=7, kind="pass", status=RunStatus.QUEUED), NOBODY)
    assert bar is not None
    assert bar.stage == "waiting for Redis, which does not answer"


@pytest.mark.parametrize(("value", "words"), [(0.344, "0.34 s"), (12.44, "12.4 s"), (125, "2 min 5 s")])
def test_seconds_grow_into_minutes(value: float, words: str) -> None:
    assert seconds(value) == words


def test_stages_fill_the_bar_in_the_order_of_a_run() -> None:
    bars = stage_bars({"publish": 1.0, "extra": 1.0, "prices": 2.0, "broken": "x"})
    assert [(bar.name, bar.x, bar.width) for bar in bars] == [
        ("prices", "0.0", "50.0"),
        ("publish", "50.0", "25.0"),
        ("extra", "75.0", "25.0"),
    ]
    assert stage_bars({"frame": 0.0})[0].width == "0.0"


def test_counts_of_any_shape_are_readable() -> None:
    assert count_words({"releases": 3, "completes_inputs": True}) == ("3 releases", "3 releases")
    assert count_words({}) == ("", "")


def test_what_was_missing_is_said_by_reason() -> None:
    counts = {"dropped": {"unknown_sector": 2, "no_print_today": 1204}}
    assert missing_words(counts) == ("not traded yet today: 1,204", "in none of the eight sectors: 2")
    assert missing_words({}) == ()

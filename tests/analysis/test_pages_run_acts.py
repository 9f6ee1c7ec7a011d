"""The buttons that cancel a run and ask for one again: who sees them, what they do, what is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from analysis.lifecycle import run_claim
from analysis.models import AnalysisRun, RunKind, RunStatus
from analysis.services import run_request
from tests.analysis.page_cast import NOW, reader, run_store
from universe.clock import override

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def mara() -> Any:
    return reader("mara")


@pytest.fixture
def trader(client: Client, mara: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr("analysis.requests.run_enqueue", lambda run_id: None)
    client.force_login(mara)
    with override(NOW):
        yield client


@pytest.fixture
def admin(trader: Client, mara: Any) -> Client:
    mara.is_staff = True
    mara.save()
    return trader


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def forms(client: Client, path: str = "/analysis/") -> list[str]:
    """The addresses of the buttons on a page, once each."""
    found = re.findall(r'action="(/analysis/run/\d+/[a-z]+/)"', client.get(path).content.decode())
    return list(dict.fromkeys(found))


def at_work(**values: Any) -> AnalysisRun:
    return run_store(status=RunStatus.RUNNING, percent=43, finished_wall=None, **values)


def test_who_asked_sees_a_button_to_cancel_and_nobody_else(trader: Client, mara: Any) -> None:
    run, _ = run_request(mara)
    other = Client()
    other.force_login(reader("nina"))
    assert forms(trader) == [f"/analysis/run/{run.pk}/cancel/"]
    assert forms(other) == []


def test_an_admin_may_cancel_a_run_of_the_schedule_and_is_asked_before(admin: Client) -> None:
    run = at_work()
    page = admin.get("/analysis/").content.decode()
    assert f'data-hx-confirm="Cancel run {run.pk} of the schedule?' in page
    assert forms(admin) == [f"/analysis/run/{run.pk}/cancel/"]


def test_the_own_run_is_cancelled_without_a_question(trader: Client, mara: Any) -> None:
    run_request(mara)
    assert "data-hx-confirm" not in trader.get("/analysis/").content.decode()


def test_an_admin_is_told_how_many_wait_for_the_own_run(admin: Client, mara: Any) -> None:
    run, _ = run_request(mara)
    for name in ("nina", "omar"):
        run_request(reader(name))
    page = admin.get("/analysis/")
    assert f'data-hx-confirm="Cancel run {run.pk}? 2 others wait for it."' in page.content.decode()
    assert "Asked for by mara, +2 and also nina, omar" in text_of(page)


def test_who_joins_is_told_whether_the_run_waits_or_works(trader: Client) -> None:
    run, _ = run_request(reader("nina"))
    assert f"Run {run.pk} waits already." in text_of(trader.post("/analysis/run/", follow=True))
    run_claim(run.pk)
    assert f"Run {run.pk} is at work already." in text_of(trader.post("/analysis/run/", follow=True))


def test_a_run_that_waits_is_cancelled_and_the_page_says_so(trader: Client, mara: Any) -> None:
    run, _ = run_request(mara)
    answer = trader.post(f"/analysis/run/{run.pk}/cancel/", {"next": "/analysis/?page=1"}, follow=True)
    assert answer.redirect_chain == [("/analysis/?page=1", 302)]
    page = text_of(answer)
    assert f"Run {run.pk} is cancelled. The board keeps what it has." in page
    assert "cancelled Cancelled by mara before it began; the board keeps what it has." in page


@pytest.mark.parametrize(
    "wanted", ["?page=2", "foo", "é", "board", "//evil.example", "/\\evil.example", "http://[", "\x00", ""]
)
def test_a_way_back_that_is_no_path_of_ours_leads_to_the_runs(trader: Client, wanted: str) -> None:
    answer = trader.post("/analysis/run/", {"next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, "/analysis/")


def test_a_way_back_keeps_its_query(trader: Client) -> None:
    answer = trader.post("/analysis/run/", {"next": "/analysis/?page=2&show=é"})
    assert (answer.status_code, answer["Location"]) == (302, "/analysis/?page=2&show=%C3%A9")


def test_a_run_at_work_is_shown_as_being_cancelled_without_a_second_button(trader: Client, mara: Any) -> None:
    run = at_work(kind=RunKind.ON_DEMAND, requested_by=mara)
    answer = trader.post(f"/analysis/run/{run.pk}/cancel/", follow=True)
    page = text_of(answer)
    assert f"Run {run.pk} is being cancelled: it ends with its next step." in page
    assert "CANCELLING 43%" in page
    assert "cancelling 43%" in page
    assert forms(trader) == []


def test_htmx_gets_the_list_where_it_stood_with_the_words_above(trader: Client, mara: Any) -> None:
    run, _ = run_request(mara)
    where = {"next": "/analysis/?show=all&page=1", "shown": "list"}
    answer = trader.post(f"/analysis/run/{run.pk}/cancel/", where, **HTMX)
    fragment = answer.content.decode()
    assert fragment.startswith('<div class="toast good" role="status"')
    assert 'data-hx-get="/analysis/?show=all&amp;page=1"' in fragment
    assert "<html" not in fragment
    assert "is cancelled" not in text_of(trader.get("/analysis/"))


def test_htmx_of_the_board_gets_the_bar(trader: Client, mara: Any) -> None:
    run, _ = run_request(mara)
    bar = trader.get("/analysis/progress/").content.decode()
    assert f'action="/analysis/run/{run.pk}/cancel/"' in bar
    run_claim(run.pk)
    fragment = trader.post(f"/analysis/run/{run.pk}/cancel/", **HTMX)
    assert "CANCELLING 0%" in text_of(fragment)
    assert "Cancelled by mara." in text_of(fragment)
    assert "/cancel/" not in fragment.content.decode()


def test_a_refused_cancel_says_why_on_the_page_and_in_the_bar(trader: Client) -> None:
    run = at_work(publishing=True)
    address = f"/analysis/run/{run.pk}/cancel/"
    words = f"Run {run.pk} belongs to the schedule; only an admin may cancel it."
    assert f"Not cancelled. {words}" in text_of(trader.post(address, follow=True))
    bar = text_of(trader.post(address, **HTMX))
    assert "NOT CANCELLED" in bar
    assert words in bar


def test_what_is_being_published_has_no_button(admin: Client) -> None:
    run = at_work(publishing=True)
    assert forms(admin) == []
    answer = admin.post(f"/analysis/run/{run.pk}/cancel/", follow=True)
    assert f"Not cancelled. Run {run.pk} is being published; it is too late" in text_of(answer)


@pytest.mark.parametrize(
    "status", [RunStatus.FAILED, RunStatus.CARRIED, RunStatus.PARTIAL, RunStatus.CANCELLED]
)
def test_a_run_that_did_not_come_out_whole_can_be_asked_for_again(trader: Client, status: RunStatus) -> None:
    old = run_store(status=status)
    assert forms(trader) == [f"/analysis/run/{old.pk}/again/"]
    page = text_of(trader.post(f"/analysis/run/{old.pk}/again/", follow=True))
    new = AnalysisRun.objects.get(retry_of=old)
    assert f"Run {new.pk} was asked for. Everyone gets its result." in page
    assert f"mara retry of run {old.pk}" in page


@pytest.mark.parametrize("status", [RunStatus.COMPLETE, RunStatus.COVERED])
def test_a_run_that_did_offers_nothing(trader: Client, status: RunStatus) -> None:
    run_store(status=status)
    assert forms(trader, "/analysis/?show=all") == []


def test_asking_again_beyond_the_limit_says_when_the_next_is_free(
    trader: Client, settings: django_settings
) -> None:
    settings.USER_RUNS_PER_HOUR = 1
    old = run_store(status=RunStatus.FAILED)
    trader.post("/analysis/run/")
    AnalysisRun.objects.filter(status=RunStatus.QUEUED).update(status=RunStatus.COMPLETE)
    page = text_of(trader.post(f"/analysis/run/{old.pk}/again/", follow=True))
    assert "Not started. 1 run this hour, the most allowed." in page


@pytest.mark.parametrize("act", ["cancel", "again"])
def test_the_buttons_are_for_who_is_logged_in_by_post_and_for_runs_that_there_are(
    trader: Client, act: str
) -> None:
    run = run_store(status=RunStatus.FAILED)
    assert trader.get(f"/analysis/run/{run.pk}/{act}/").status_code == 405
    assert trader.post(f"/analysis/run/{run.pk + 1}/{act}/").status_code == 404
    answer = Client().post(f"/analysis/run/{run.pk}/{act}/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")
    assert AnalysisRun.objects.count() == 1


@pytest.mark.parametrize("path", ["/analysis/run/1/cancel/", "/analysis/run/1/again/"])
def test_the_buttons_need_the_forms_token(mara: Any, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mara)
    assert client.post(path).status_code == 403

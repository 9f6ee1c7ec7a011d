"""What a reader gets while PostgreSQL, or both servers, are away, and what becomes of what they send."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client, override_settings

from analysis.models import FreshnessPreference
from sectorlight import auth
from sectorlight.embedded.ports import free_port
from sectorlight.outage_logs import OutageFilter
from sectorlight.postgresql import base as postgresql
from sectors import away, last_known
from sectors.places import PLACES, SLUGS
from sectors.services import sectors_seed
from tests.analysis.page_cast import NOW, board_publish, reader
from tests.analysis.test_preferences_page import GIVEN
from tests.sectors.test_readings import refusing_database
from universe import clock
from universe.models import EconomicEvent, MarketContext
from universe.postgresql import PoolBusy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trader(client: Client) -> Iterator[Client]:
    """Mara, who likes it light, has looked at the board once."""
    auth._remembered_at.clear()
    sectors_seed()
    user = reader()
    FreshnessPreference.objects.create(user=user, theme="light", stale_minutes=300)
    client.force_login(user)
    with clock.override(NOW):
        board_publish(2118)
        assert client.get("/?view=board").status_code == 200
        yield client


@contextmanager
def redis_away() -> Iterator[None]:
    dead = f"redis://127.0.0.1:{free_port()}/0"
    caches = {"default": settings.CACHES["default"] | {"LOCATION": dead}}
    with override_settings(REDIS_URL=dead, CACHES=caches):
        yield


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_the_banner_says_since_when_and_goes_by_itself(trader: Client) -> None:
    with refusing_database():
        page = read(trader, "/?view=board")
    assert "READ-ONLY" in page
    assert f"PostgreSQL does not answer since {NOW:%-H:%M:%S} ET" in page
    assert "does not answer" not in read(trader, "/?view=board")


def test_the_reader_s_own_looks_and_limits_stay(trader: Client) -> None:
    with refusing_database():
        page = read(trader, "/?view=board")
    assert 'data-theme="light"' in page
    assert 'data-stale-minutes="300"' in page


def test_a_sector_that_was_looked_at_keeps_everything_behind_its_light(trader: Client) -> None:
    assert "<summary>Base</summary>" in read(trader, "/sectors/technology/")
    with refusing_database():
        page = read(trader, "/sectors/technology/")
    assert "<summary>Base</summary>" in page
    assert "PostgreSQL does not answer" in page


def test_a_sector_that_nobody_looked_at_shows_its_light_and_claims_nothing(trader: Client) -> None:
    with refusing_database():
        page = read(trader, "/sectors/energy/")
    assert "last known light" in page
    assert "js/healing.js" in page
    assert "No revision stored" not in page
    assert "No reading" not in page


def test_what_stands_behind_an_older_light_is_not_shown_with_a_newer_one(trader: Client) -> None:
    read(trader, "/sectors/technology/")
    board_publish(2119)
    with refusing_database():
        page = read(trader, "/sectors/technology/")
    assert "<summary>Base</summary>" not in page


@pytest.mark.parametrize("path", ["/analysis/", "/alerts/", "/universe/", "/stocks/ECHO/"])
def test_a_page_that_needs_postgresql_opens_by_itself_when_it_is_back(trader: Client, path: str) -> None:
    with refusing_database():
        read(trader, "/?view=board")
        page = read(trader, path, 503)
    assert 'data-theme="light"' in page
    assert "Open the board" in page
    assert "/analysis/preferences/" in page
    assert 'href="/alerts/"' not in page
    assert f"PostgreSQL does not answer since {NOW:%-H:%M:%S} ET" in page
    assert "js/healing.js" in page


def test_the_page_of_the_outage_leads_to_the_pages_that_work_and_they_do(trader: Client) -> None:
    with refusing_database():
        page = read(trader, "/alerts/", 503)
        links = re.findall(r'href="(/[^"]*)"', page.split("These work meanwhile")[1].split("</nav>")[0])
        shown = {link: read(trader, link) for link in links}
    assert [f"/sectors/{slug}/" in shown for slug in SLUGS] == [True] * 8
    assert {"/?view=compact", "/analysis/preferences/"} < set(shown)
    assert all("READ-ONLY" in shown[link] for link in links)
    assert all(f"<h1>{place.name}" in shown[f"/sectors/{place.slug}/"] for place in PLACES)


def test_preferences_that_cannot_be_saved_stand_as_they_were_typed(trader: Client) -> None:
    with refusing_database():
        assert 'name="theme" value="light" checked' in read(trader, "/analysis/preferences/")
        answer = trader.post("/analysis/preferences/", GIVEN | {"stale_hours": "7.5", "theme": "contrast"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Not saved." in page
    assert "The database does not answer, nothing was changed." in page
    assert 'value="7.5"' in page
    assert 'name="theme" value="contrast" checked' in page
    assert FreshnessPreference.objects.get().stale_minutes == 300


def test_a_run_that_cannot_be_asked_for_is_told_and_not_sent_again(trader: Client) -> None:
    with refusing_database():
        answer = trader.post("/analysis/run/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "What you sent was not stored and starts nothing." in page
    assert "js/healing.js" not in page


def test_a_busy_pool_is_told_as_busy(trader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise PoolBusy("no connection within 2 s")

    connection.close()
    monkeypatch.setattr(postgresql.DatabaseWrapper, "get_new_connection", busy)
    away.forget()
    assert "All connections to PostgreSQL are at work." in read(trader, "/?view=board")
    page = read(trader, "/analysis/", 503)
    assert "the database is busy" in page
    assert "does not answer" not in page
    assert trader.get("/health/database").json()["checks"]["database"]["status"] == "degraded"
    problem = trader.get("/api/v1/sectors/")
    assert problem.status_code == 503
    assert "at work" in problem.json()["detail"]


def test_without_both_servers_the_last_board_stands_for_who_was_logged_in(trader: Client) -> None:
    with ExitStack() as both:
        both.enter_context(redis_away())
        both.enter_context(refusing_database())
        page = read(trader, "/?view=board")
        assert 'data-state="normal"' in page
        assert "Redis does not answer" in page
        assert "PostgreSQL does not answer" in page
        assert read(trader, "/sectors/energy/")


def test_a_process_that_began_without_both_servers_says_what_is_away(trader: Client) -> None:
    with ExitStack() as both:
        both.enter_context(redis_away())
        both.enter_context(refusing_database())
        last_known.forget()
        page = read(trader, "/?view=board", 503)
    assert "PostgreSQL does not answer" in page
    assert "has no board to show" in page
    assert "These work meanwhile" not in page
    assert "last known lights" not in page
    assert "Open the board" not in page


def test_a_session_that_was_ended_stays_ended_while_postgresql_knows_it(trader: Client) -> None:
    cookies = trader.cookies.copy()
    trader.post("/logout/")
    trader.cookies = cookies
    with redis_away():
        assert trader.get("/?view=board").status_code == 302


PAGES = ("/?view=board", "/sectors/technology/", "/analysis/preferences/")


def test_who_was_deactivated_is_out_also_without_postgresql(trader: Client) -> None:
    user = get_user_model().objects.get()
    user.is_active = False
    user.save()
    with refusing_database():
        assert [trader.get(path).status_code for path in PAGES] == [302, 302, 302]


def test_who_was_deactivated_while_redis_was_away_is_out_when_only_postgresql_is(trader: Client) -> None:
    user = get_user_model().objects.get()
    user.is_active = False
    with redis_away():
        user.save()
    with refusing_database():
        assert trader.get("/?view=board").status_code == 302


def test_who_was_deactivated_in_bulk_and_then_asked_is_out_without_postgresql(trader: Client) -> None:
    get_user_model().objects.update(is_active=False)
    assert trader.get("/?view=board").status_code == 302
    with refusing_database():
        assert trader.get("/?view=board").status_code == 302


def test_a_deleted_user_is_out_without_postgresql(trader: Client) -> None:
    get_user_model().objects.get().delete()
    with refusing_database():
        assert trader.get("/?view=board").status_code == 302


def test_a_session_of_the_old_password_is_out_without_postgresql(trader: Client) -> None:
    user = get_user_model().objects.get()
    user.set_password("another long pass phrase")
    user.save()
    with refusing_database():
        assert trader.get("/?view=board").status_code == 503


def test_who_was_let_in_again_is_in_without_postgresql(trader: Client) -> None:
    user = get_user_model().objects.get()
    for user.is_active in (False, True):
        user.save()
    with refusing_database():
        assert trader.get("/?view=board").status_code == 200


def test_a_copy_in_memory_ends_with_its_time(trader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "KEPT_SECONDS", -1)
    with redis_away(), refusing_database():
        assert trader.get("/?view=board").status_code == 302


def surround() -> None:
    event = {"event": "Job openings", "impact": "High", "country": "US", "source": "fmp"}
    EconomicEvent.objects.create(at=NOW + dt.timedelta(hours=1), **event)
    MarketContext.objects.create(symbol="^VIX", price=17.25, as_of=NOW, source="fmp")


def test_what_stood_around_the_cards_stays_as_it_was_read_last(trader: Client) -> None:
    surround()
    read(trader, "/?view=board")
    with refusing_database():
        page = read(trader, "/?view=board")
    assert page.count("Job openings") == 2
    assert "17.2" in page


def test_what_was_never_read_is_told_as_such_and_not_as_none(trader: Client) -> None:
    surround()
    last_known.forget()
    with refusing_database():
        page = read(trader, "/?view=board")
    assert "No releases are known" not in page
    assert "The releases cannot be read right now" in page
    assert page.count('<dd><span class="num">cannot be read right now') == 2
    assert 'data-day=""' in page


def failing(monkeypatch: pytest.MonkeyPatch, cause: psycopg.Error, path: str) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("it failed") from cause

    monkeypatch.setattr(path, fail)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (psycopg.errors.QueryCanceled("statement timeout"), "the database took too long"),
        (psycopg.errors.LockNotAvailable("locked"), "the database took too long"),
        (psycopg.errors.DeadlockDetected("deadlock"), "the database took too long"),
        (psycopg.errors.DiskFull("no space left"), "the database refused"),
    ],
)
def test_a_statement_that_failed_is_no_outage_and_is_in_the_log(
    trader: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    cause: psycopg.Error,
    words: str,
) -> None:
    failing(monkeypatch, cause, "analysis.views.runs.runs_page")
    page = read(trader, "/analysis/", 503)
    assert words in page
    assert "does not answer" not in page
    assert "READ-ONLY" not in page
    assert "js/healing.js" not in page
    assert "by itself" not in page
    [record] = [record for record in caplog.records if record.exc_info]
    assert "a statement for /analysis/ failed" in record.getMessage()
    assert OutageFilter().filter(record)
    assert record.exc_info


def test_a_sector_whose_statement_took_too_long_claims_no_outage(
    trader: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read(trader, "/sectors/technology/")
    failing(monkeypatch, psycopg.errors.QueryCanceled("slow"), "sectors.views.detail.reading_newest")
    page = read(trader, "/sectors/technology/", 503)
    assert "the database took too long" in page
    assert "does not answer" not in page
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("part", ["releases_between", "benchmarks"])
def test_the_board_goes_on_without_what_failed_around_it_and_the_log_has_it(
    trader: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    failing(monkeypatch, psycopg.errors.QueryCanceled("slow"), f"sectors.surroundings.{part}")
    assert "cannot be read right now" in read(trader, "/?view=board")
    assert any("could not be read" in record.getMessage() and record.exc_info for record in caplog.records)


def test_the_api_tells_a_statement_that_took_too_long(
    trader: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(monkeypatch, psycopg.errors.QueryCanceled("slow"), "sectors.api.SectorsView.get")
    problem = trader.get("/api/v1/sectors/").json()
    assert problem["detail"] == "A statement took too long and was given up. Try again shortly."
    assert any(record.exc_info for record in caplog.records)

"""Pages opened again: nothing of another reader, nothing from before an act, and ages that go on."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from analysis.models import AnalysisRun, FreshnessPreference, RunKind, RunStatus
from sectorlight.accounts import first_login_ensure, roles_ensure
from sectors.services import sectors_seed
from tests.analysis.page_cast import NOW, board_publish, reader, run_store
from universe import clock, keys
from universe.hit_rates import hit_rates
from universe.page_reads import FORMAT, KEPT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _market() -> Iterator[None]:
    sectors_seed()
    with clock.override(NOW):
        board_publish(run_store().pk, count=80)
        yield


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mara() -> Client:
    return client_of(reader("mara"))


def text(client: Client, path: str, **headers: str) -> str:
    """The page as it is on the second load."""
    client.get(path, headers=headers)
    return again(client, path, **headers)


def again(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_user_keeps_the_own_looks(mara: Client) -> None:
    nils = reader("nils")
    FreshnessPreference.objects.create(user=nils, time_zone="Asia/Tokyo")
    assert "Tokyo" not in text(mara, "/")
    assert "Tokyo" in text(client_of(nils), "/")
    assert "Tokyo" not in again(mara, "/")


def test_one_browser_in_the_hands_of_another_user_shows_the_others_pages() -> None:
    browser = client_of(reader("wanda"))
    assert "wanda" in text(browser, "/alerts/")
    browser.force_login(reader("nils"))
    shown = again(browser, "/alerts/")
    assert "nils" in shown
    assert "wanda" not in shown


def test_two_tokens_read_their_own_preferences() -> None:
    tokens = {}
    for name, minutes in (("mara", 60), ("nils", 90)):
        user = reader(name)
        FreshnessPreference.objects.create(user=user, fresh_minutes=minutes, stale_minutes=600)
        tokens[name] = {"Authorization": f"Token {Token.objects.create(user=user).key}"}
    for _ in range(2):
        assert '"fresh_minutes":60' in again(Client(), "/api/v1/preferences/", **tokens["mara"])
        assert '"fresh_minutes":90' in again(Client(), "/api/v1/preferences/", **tokens["nils"])


def test_a_button_of_the_keepers_goes_with_the_right_to_it(mara: Client) -> None:
    roles_ensure()
    first_login_ensure("boss", "admin", "boss-password")
    user = get_user_model().objects.get(username="boss")
    keeper = client_of(user)
    assert keeper.get("/operations/").status_code == 200
    assert mara.get("/operations/").status_code == 403
    user.groups.remove(Group.objects.get(name="admin"))
    get_user_model().objects.filter(pk=user.pk).update(is_staff=False)
    assert keeper.get("/operations/").status_code == 403


def test_saved_preferences_show_on_the_next_load(mara: Client) -> None:
    text(mara, "/")
    user = get_user_model().objects.get(username="mara")
    FreshnessPreference.objects.create(user=user, time_zone="Asia/Tokyo")
    assert "Tokyo" in text(mara, "/")
    FreshnessPreference.objects.update(time_zone="")
    assert "Tokyo" not in again(mara, "/")


def test_a_run_that_one_asks_for_and_another_cancels_shows_on_both_pages(mara: Client) -> None:
    nils = client_of(reader("nils"))
    assert "mara" not in text(nils, "/analysis/")
    text(mara, "/analysis/")
    mara.post("/analysis/run/")
    run = AnalysisRun.objects.get(kind=RunKind.ON_DEMAND)
    assert f"/analysis/run/{run.pk}/cancel/" in again(mara, "/analysis/")
    assert "mara" in again(nils, "/analysis/")
    AnalysisRun.objects.filter(pk=run.pk).update(status=RunStatus.CANCELLED, finished_wall=NOW)
    assert f"/analysis/run/{run.pk}/cancel/" not in again(mara, "/analysis/")
    assert "cancelled" in again(nils, "/analysis/").lower()


def test_a_new_run_is_on_the_next_load_of_the_sector(mara: Client) -> None:
    text(mara, "/sectors/technology/")
    later = NOW + dt.timedelta(minutes=30)
    with clock.override(later):
        run = run_store(later)
        board_publish(run.pk, later, seed=11, count=80)
        shown = again(mara, "/sectors/technology/")
    assert f"run={run.pk}" in shown


def test_ages_go_on_where_nothing_is_read_again(mara: Client) -> None:
    text(mara, "/alerts/")
    text(mara, "/")
    with clock.override(NOW + dt.timedelta(seconds=30)), CaptureQueriesContext(connection) as queries:
        shown = again(mara, "/")
    assert len(queries) == 1
    assert str(int((NOW + dt.timedelta(seconds=30)).timestamp() * 1000)) in shown


def test_no_password_and_no_session_lies_among_what_is_kept(mara: Client, redis_server: redis.Redis) -> None:
    for path in ("/", "/analysis/", "/sectors/technology/", "/admin/"):
        mara.get(path)
    user = get_user_model().objects.get(username="mara")
    bodies = [
        zlib.decompress(redis_server.get(name) or b"")  # type: ignore[arg-type]
        for name in redis_server.scan_iter(match=f"{django_settings.REDIS_PREFIX}reads:*")
    ]
    assert len(bodies) == 3
    assert not any(user.password.encode() in body for body in bodies)
    assert not any(mara.session.session_key.encode() in body for body in bodies)  # type: ignore[union-attr]


def test_what_is_kept_does_not_outlive_its_bound(mara: Client, redis_server: redis.Redis) -> None:
    mara.get("/")
    (name,) = redis_server.scan_iter(match=f"{django_settings.REDIS_PREFIX}reads:*")
    assert 0 < redis_server.ttl(name) <= KEPT_SECONDS  # type: ignore[operator]


def test_what_only_an_act_reads_is_kept_nowhere(mara: Client, redis_server: redis.Redis) -> None:
    mara.post("/analysis/run/")
    assert list(redis_server.scan_iter(match=f"{keys.page_reads('')}*")) == []


def test_the_asgi_server_takes_pages_from_redis_too(asgi_server: str, mara: Client) -> None:
    name = django_settings.SESSION_COOKIE_NAME
    with httpx.Client(base_url=asgi_server, cookies={name: mara.cookies[name].value}) as browser:
        for _ in range(3):
            assert browser.get("/alerts/").status_code == 200
    rate = hit_rates()["pages"]
    assert (rate.asked, rate.missed) == (3, 1)


@pytest.mark.parametrize("cookie", [None, "made-up"])
def test_strangers_leave_nothing_of_their_own_in_redis(redis_server: redis.Redis, cookie: str | None) -> None:
    stranger = Client()
    if cookie:
        stranger.cookies[django_settings.SESSION_COOKIE_NAME] = cookie
    for number in range(3):
        for path in ("/", "/health", "/health/slots", "/health/slots/", "/login/"):
            stranger.get(f"{path}?n={number}")
    kept = {name.decode() for name in redis_server.scan_iter(match=f"{keys.page_reads('')}*")}
    assert kept == {keys.page_reads(f"{FORMAT}:{page}") for page in ("health", "health-slots")}


def test_a_watcher_who_is_logged_in_does_not_count_as_a_reader(mara: Client) -> None:
    for client in (mara, Client()):
        client.get("/health")
    assert "pages" not in hit_rates()

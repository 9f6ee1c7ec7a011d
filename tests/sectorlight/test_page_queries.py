"""How often each page of the product asks PostgreSQL: at most 12 times cold, at most twice warm.

Cold: nothing is in Redis, not even the session. Warm: the same page again, a second of the market later,
while nothing was written. Django's own admin is not meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from analysis.models import AnalysisRun, RunKind
from sectorlight.accounts import first_login_ensure, roles_ensure
from sectors import away
from tests.analysis.conftest import MOVES, Scene, connected_scene
from tests.analysis.page_cast import colour_change, mover
from universe import clock

pytestmark = pytest.mark.django_db(transaction=True)

COLD, WARM = 12, 2
HTMX = {"HX-Request": "true"}
ACTS = "no page: it takes a POST alone"


#: Where each pattern is opened; {run} and {at} stand for the newest complete run and a moment.
PAGES: dict[str, tuple[str, ...] | str] = {
    "": (
        "/",
        "/?view=board",
        "/?view=compact",
        "/?at={at}",
        "/?part=calendar",
    ),
    "login/": ("/login/",),
    "logout/": ("/logout/",),
    "sectors/": ("/sectors/",),
    "sectors/<slug:slug>/": (
        "/sectors/technology/",
        "/sectors/technology/?sessions=20",
        "/sectors/technology/?at={at}",
    ),
    "universe/": (
        "/universe/",
        "/universe/?session=2026-03-10",
    ),
    "universe/listings/": (
        "/universe/listings/",
        "/universe/listings/?q=a&tier=core&sort=symbol",
        "/universe/listings/?sector=technology",
        "/universe/listings/?format=csv",
    ),
    "universe/quarantine/": (
        "/universe/quarantine/",
        "/universe/quarantine/?state=held&symbol=A",
    ),
    "analysis/": (
        "/analysis/",
        "/analysis/?show=all",
    ),
    "analysis/run/": ACTS,
    "analysis/run/<int:run_id>/again/": ACTS,
    "analysis/run/<int:run_id>/cancel/": ACTS,
    "analysis/progress/": ("/analysis/progress/",),
    "analysis/preferences/": ("/analysis/preferences/",),
    "alerts/": (
        "/alerts/",
        "/alerts/?kind=mover",
    ),
    "alerts/rail/": ("/alerts/rail/",),
    "sectors/<slug:slug>/inputs/": (
        "/sectors/technology/inputs/",
        "/sectors/technology/inputs/?run={run}",
        "/sectors/energy/inputs/?run={run}&format=csv",
    ),
    "find/": (
        "/find/",
        "/find/?q=alpha",
        "/find/?q=alpah",
        "/find/?recent=ALPHA,BRAVO",
    ),
    "stocks/": (
        "/stocks/",
        "/stocks/?q=alpha",
        "/stocks/?q=inc",
        "/stocks/?q=nobody",
    ),
    "stocks/<path:symbol>/": (
        "/stocks/ALPHA/",
        "/stocks/SLEEPY/",
        "/stocks/NOBODY/",
    ),
    "favicon.ico": ("/favicon.ico",),
    "operations/": ("/operations/",),
    "operations/<slug:vendor>/ask-again/": ACTS,
    "api/schema/": ("/api/schema/",),
    "api/docs/": (
        "/api/docs/",
        "/api/docs/?script=",
    ),
    "api/v1/sectors/": (
        "/api/v1/sectors/",
        "/api/v1/sectors/?at={at}",
    ),
    "api/v1/sectors/<slug:slug>/": ("/api/v1/sectors/technology/",),
    "api/v1/universe/": (
        "/api/v1/universe/",
        "/api/v1/universe/?tier=core&sector=technology",
    ),
    "api/v1/universe/funnel/": ("/api/v1/universe/funnel/",),
    "api/v1/runs/": (
        "/api/v1/runs/",
        "/api/v1/runs/?status=complete",
    ),
    "api/v1/runs/<int:run_id>/": ("/api/v1/runs/{run}/",),
    "api/v1/runs/<int:run_id>/cancel/": ACTS,
    "api/v1/runs/<int:run_id>/retry/": ACTS,
    "api/v1/preferences/": ("/api/v1/preferences/",),
    "api/^v1/(?:.*/)?$": ("/api/v1/nothing/",),
    "^health/?$": ("/health",),
    **{
        f"^health/{name}/?$": (f"/health/{name}",)
        for name in ("live", "ready", "database", "redis", "polygon", "fmp", "celery", "slots")
    },
}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every pattern below, as it is written, but Django's admin."""
    for entry in resolver.url_patterns:
        whole = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield whole
        elif entry.app_name != "admin":
            yield from patterns(entry, whole)


def test_the_table_names_every_page_of_the_product() -> None:
    assert set(patterns(get_resolver())) == set(PAGES)


@pytest.fixture
def scene(settings: Any) -> Iterator[Scene]:
    with connected_scene(settings) as scene:
        yield scene


@pytest.fixture
def keeper(scene: Scene) -> Client:
    """Sees every page, also the operations; two runs, alerts and a run that waits are there to see."""
    scene.run()
    scene.later(5)
    scene.prices({**MOVES, "Technology": -6.0})
    scene.run(RunKind.COMPREHENSIVE)
    scene.later(1)
    mover("ALPHA", scene.now())
    colour_change(scene.now())
    roles_ensure()
    first_login_ensure("keeper", get_user_model().Role.ADMIN, "keeper-password")  # type: ignore[attr-defined]
    user = get_user_model().objects.get(username="keeper")
    AnalysisRun.objects.create(
        kind=RunKind.ON_DEMAND,
        scheduled_for=scene.now(),
        requested_by=user,
        world=django_settings.MARKET_WORLD,
    )
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client, address: str, headers: dict[str, str], moment: dt.datetime) -> list[str]:
    """The statements that opening the page sent to PostgreSQL, by a process whose last look at the servers
    holds no more."""
    away.forget()
    with clock.override(moment), CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    assert answer.status_code < 500 or address.startswith("/health"), (address, body[:300])
    return [query["sql"] for query in queries]


def test_no_page_asks_postgresql_more_than_12_times_cold_and_twice_warm(
    keeper: Client, scene: Scene, redis_server: redis.Redis, record_property: Callable[[str, Any], None]
) -> None:
    newest = AnalysisRun.objects.filter(status="complete").latest("pk").pk
    addresses = [
        (address.format(run=newest, at="2026-03-10T10:17-04:00"), headers)
        for row in PAGES.values()
        if not isinstance(row, str)
        for address in row
        for headers in ({}, HTMX)
    ]
    counts = {}
    for address, headers in addresses:
        for name in redis_server.scan_iter(match=f"{django_settings.REDIS_PREFIX}*", count=1000):
            redis_server.delete(name)
        cold = opened(keeper, address, headers, scene.now() + dt.timedelta(seconds=20))
        warm = opened(keeper, address, headers, scene.now() + dt.timedelta(seconds=21))
        counts[f"{address} of htmx" if headers else address] = (len(cold), len(warm))
    record_property("page_queries", counts)
    assert {page: pair for page, pair in counts.items() if pair[0] > COLD or pair[1] > WARM} == {}

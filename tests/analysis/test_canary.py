"""The vendors' keys on every failure path: whatever the vendor answers, nothing of ours repeats a key.

Both keys are canaries, and each failure of the vendor repeats the key that it was asked with. After each the
test looks into everything that outlives a run: all log records, raw and formatted, with their tracebacks;
every value in Redis, the broker's messages among them; every row of every table; the pages, the API, the
admin, the health pages; and Django's debug page of the error itself.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter

from analysis.models import AnalysisRun, RunKind
from analysis.tasks import run_task
from sectorlight.logs import JsonFormatter, TextFormatter
from sectorlight.models import User
from tests.analysis import small_market
from tests.analysis.conftest import SNAPSHOT, Scene
from tests.market import free_port
from tests.universe.vendor import Answer, Asked
from universe.errors import SourceError
from universe.models import VendorCall
from universe.sources import facts_source, price_source, sources_close

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

POLYGON, FMP = "canary-polygon-2f9c71d0", "canary-fmp-8e55a3b4"
CANARIES = (POLYGON, FMP)
#: Where the vendor puts the key that it was asked with.
KEY = "%KEY%"
LATER = {"Retry-After": "3600", "X-Echo": KEY}
FAILURES = {
    "401": Answer({"status": "ERROR", "error": f"Unknown API Key {KEY}"}, 401),
    "400": Answer({"status": "ERROR", "error": f"bad ?apiKey={KEY}&apikey={KEY}"}, 400),
    "402": Answer(f"Restricted Endpoint: {KEY}", 402),
    "403": Answer({"status": "NOT_AUTHORIZED", "message": KEY}, 403),
    "404": Answer({"status": "NOT_FOUND", "message": KEY}, 404),
    "429": Answer({"error": f"exceeded the maximum requests per minute {KEY}"}, 429, LATER),
    "500": Answer(f"<html>Authorization: Bearer {KEY}, apikey: {KEY}</html>", 500),
    "302": Answer("", 302, {"Location": f"https://elsewhere.example/?apikey={KEY}&apiKey={KEY}"}),
    "html": Answer(f"<html>{KEY}</html>"),
    "error in 200": Answer({"Error Message": f"Limit Reach {KEY}"}),
    "no list": Answer({"status": "OK", "tickers": KEY, "results": KEY}),
    "bad rows": Answer({"status": "OK", "tickers": [{"ticker": "ANNE", "lastTrade": KEY}]}),
    "bad next link": Answer({"status": "OK", "results": [], "next_url": f"http://[{KEY}"}),
}
ADMIN = ("index", "analysis_analysisrun_changelist", "sectors_sector_changelist", "universe_stock_changelist")
PAGES = ("/", "/sectors/technology/", "/analysis/", "/alerts/", "/operations/", "/stocks/ALPHA/")
PAGES += ("/sectors/technology/inputs/", "/sectors/technology/?at=2026-03-10T10:15:00")
OPEN = ("/health", "/health/polygon", "/health/fmp", "/health/ready", "/api/v1/sectors/")
OPEN += ("/api/v1/sectors/technology/",)


class Everything(logging.Handler):
    """Every record as it came and as our two formats write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._formats = (logging.Formatter(), TextFormatter(), JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        record.exc_text = None
        for format_as in self._formats:
            self.lines.append(format_as.format(record))
            record.exc_text = None


@pytest.fixture
def written() -> Iterator[Everything]:
    """Whatever the product's loggers say at any level, and others as the settings let them."""
    handler, root = Everything(), logging.getLogger()
    loud = [logging.getLogger(name) for name in ("", "analysis", "universe", "celery")]
    levels = [logger.level for logger in loud]
    root.addHandler(handler)
    for logger in loud:
        logger.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    for logger, level in zip(loud, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def keyed(scene: Scene, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The scene with canaries for keys."""
    settings.POLYGON_API_KEY, settings.FMP_API_KEY = POLYGON, FMP
    sources_close()
    return scene


@pytest.fixture
def keeper() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("nora", password="pw"))
    return client


def echoing(answer: Answer) -> Callable[[Asked], Answer]:
    """``answer`` with the key that the question came with."""

    def give(asked: Asked) -> Answer:
        key = asked.headers.get("apikey") or asked.headers["authorization"].removeprefix("Bearer ")
        text = answer.content.decode().replace(KEY, key)
        return Answer(
            text, answer.status, {name: value.replace(KEY, key) for name, value in answer.headers.items()}
        )

    return give


def told(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def everything_asked(scene: Scene, answer: Answer | None) -> list[SourceError]:
    """Every question that a run can ask, each met with ``answer``; gives the errors."""
    if answer is not None:
        scene.vendor.on_all(echoing(answer))
    errors: list[SourceError] = []
    today = scene.now().date()
    prices, facts = price_source(), facts_source()
    for ask in (
        prices.fetch_listings,
        prices.fetch_quotes,
        lambda: prices.fetch_daily_bars(today),
        lambda: prices.fetch_splits(today, today),
        lambda: prices.fetch_details("ANNE"),
        lambda: prices.fetch_minute_bars("ANNE", today),
        lambda: prices.fetch_short_interest(today),
        lambda: prices.fetch_headlines(scene.now()),
        facts.fetch_facts,
        lambda: facts.fetch_context(["^VIX"]),
        lambda: facts.fetch_releases(today, today),
    ):
        try:
            ask()
        except SourceError as exc:
            logging.getLogger("universe").exception("asked in vain")
            errors.append(exc)
    return errors


def debug_page(error: SourceError) -> str:
    """Django's page of the error, with the variables of every frame."""
    try:
        raise error
    except SourceError:
        return str(ExceptionReporter(RequestFactory().get("/"), *sys.exc_info()).get_traceback_html())


def redis_holds() -> str:
    """Every key and value of the product, whatever its kind."""
    with redis.Redis.from_url(str(django_settings.REDIS_URL)) as client:
        found: list[Any] = []
        readers = {b"string": client.get, b"hash": client.hgetall, b"set": client.smembers}
        for key in client.scan_iter(count=1000):
            kind = client.type(key)
            read = readers.get(kind)  # type: ignore[call-overload]
            found.append((key, read(key) if read else client.lrange(key, 0, -1) if kind == b"list" else kind))
    return repr(found)


def tables_hold() -> str:
    """Every row of every table, as PostgreSQL writes it."""
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += cursor.fetchall()
    return repr(rows)


def shown(keeper: Client) -> str:
    paths = [*PAGES, *OPEN, *(reverse(f"admin:{name}") for name in ADMIN)]
    newest = AnalysisRun.objects.order_by("-pk").first()
    if newest is not None:
        paths.append(reverse("admin:analysis_analysisrun_change", args=[newest.pk]))
    return "".join(keeper.get(path).content.decode() for path in paths)


@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_of_a_vendor_makes_us_tell_a_key(
    keyed: Scene, keeper: Client, written: Everything, failure: str
) -> None:
    errors = everything_asked(keyed, FAILURES[failure])
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=keyed.now())
    run_task(run.pk)
    sent = [asked.headers for asked in keyed.vendor.asked]
    assert any(POLYGON in headers.get("authorization", "") for headers in sent)
    assert failure in ("bad rows", "bad next link", "no list") or errors
    assert told("\n".join(written.lines)) == []
    assert told("".join(map(debug_page, errors))) == []
    assert told(redis_holds()) == []
    assert told(tables_hold()) == []
    assert told(shown(keeper)) == []


def test_the_calls_that_are_kept_tell_no_key(keyed: Scene) -> None:
    prices = small_market.snapshot(small_market.all_at({}), keyed.now())
    keyed.vendor.on(SNAPSHOT, echoing(Answer(prices | {"request_id": KEY}, headers={"X-Request-ID": KEY})))
    keyed.run()
    assert VendorCall.objects.filter(purpose="quotes", request_id="").count() == 1
    assert told(tables_hold() + redis_holds()) == []


def test_a_vendor_that_is_away_makes_us_tell_no_key(
    keyed: Scene, keeper: Client, written: Everything, settings: Any
) -> None:
    settings.POLYGON_BASE_URL = settings.FMP_BASE_URL = f"http://127.0.0.1:{free_port()}"
    sources_close()
    errors = everything_asked(keyed, None)
    assert len(errors) >= 8
    assert told("\n".join(written.lines) + "".join(map(debug_page, errors))) == []
    assert told(redis_holds() + tables_hold() + shown(keeper)) == []


def test_the_test_would_see_a_key(
    keyed: Scene, keeper: Client, written: Everything, redis_server: redis.Redis
) -> None:
    logging.getLogger("universe").info("asking with %s", POLYGON)
    redis_server.set(f"{django_settings.REDIS_PREFIX}leak", FMP)
    AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=keyed.now(), message=POLYGON)
    assert told("\n".join(written.lines)) == [POLYGON]
    assert told(redis_holds()) == [FMP]
    assert told(tables_hold()) == [POLYGON]
    assert told(shown(keeper)) == [POLYGON]


def test_the_tasks_of_the_product_carry_numbers_alone(keyed: Scene) -> None:
    run = AnalysisRun.objects.create(kind=RunKind.ON_DEMAND, scheduled_for=keyed.now())
    assert told(repr(run_task.s(run.pk))) == []

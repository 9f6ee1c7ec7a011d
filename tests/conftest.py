"""What every test may ask for: a clean Redis, an ASGI server, a browser, the recorded market data."""

from __future__ import annotations

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
import uvicorn
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from sectorlight.postgresql import base as postgresql
from sectors import away, last_known
from tests import haste
from tests.emptying import database_empty
from tests.longest import LONGEST
from tests.measured import measured
from tests.recorded import DATA as RECORDED
from tests.recorded import ROOT
from universe import generations
from universe.redis import breaker

# The synchronous Playwright runs an event loop in the test thread; Django would take it for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Generated cases are the same in every run, and a busy machine is no defect.
hypothesis.settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")

RECORDED_COUNTS = pytest.StashKey[dict[str, int]]()
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, emptied quickly; before it is dropped, whoever is still in it is sent out.

    A stopping ASGI server cuts off the request that it works at, and its connection stays until the thread
    is collected: PostgreSQL drops no database that somebody is in.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", database_empty)
        yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    """A plain client on the tests' Redis."""
    with redis.Redis.from_url(str(settings.REDIS_URL)) as client:
        yield client


@pytest.fixture(autouse=True)
def _clean_redis(redis_server: redis.Redis) -> None:
    """Every test begins without a key of its worker, and no server is left alone for a failure before it."""
    breaker(str(settings.REDIS_URL)).forget()
    postgresql.breaker.forget()
    generations.debts_forget()
    away.forget()
    last_known.forget()
    keys = list(redis_server.scan_iter(match=f"{settings.REDIS_PREFIX}*", count=1000))
    if keys:
        redis_server.delete(*keys)


@pytest.fixture(scope="session", autouse=True)
def _hasty() -> Iterator[None]:
    """No test waits for the pace of a key or long between two tries, but those marked `paced`."""
    with pytest.MonkeyPatch.context() as patch:
        haste.pace_set(patch, haste.HASTY, haste.HASTY_BACKOFF_SECONDS)
        yield


@pytest.fixture(autouse=True)
def _paced(request: pytest.FixtureRequest, _hasty: None) -> Iterator[None]:
    """The product's own pace and back-off for a test that is about them."""
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("paced"):
            haste.pace_set(patch, haste.REAL, haste.REAL_BACKOFF_SECONDS)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """With its fixtures."""
    with measured(item):
        return (yield)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium, else the one that Playwright has downloaded."""
    chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    return {"args": CHROMIUM_ARGUMENTS, "timeout": 120_000} | (
        {"executable_path": chromium} if chromium else {}
    )


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """The folder of recorded market data; only tests marked `recorded` may ask for it."""
    return RECORDED


# -- the suite that reads recorded market data ---------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files, and leave out what reads recorded data where there is none; the summary
    says how many."""
    places = {ROOT / path: place for place, path in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))
    recorded = [item for item in items if item.get_closest_marker("recorded")]
    counts = {"there": len(recorded), "left_out": 0}
    if not (RECORDED / "market_daily.parquet").is_file():
        counts = {"there": 0, "left_out": len(recorded)}
        items[:] = [item for item in items if item not in recorded]
        if recorded:
            config.hook.pytest_deselected(items=recorded)
    config.stash[RECORDED_COUNTS] = counts
    if hasattr(config, "workeroutput"):
        config.workeroutput["recorded"] = counts


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """xdist: every worker collects the same tests, so the last one's counts are everybody's."""
    counts = getattr(node, "workeroutput", {}).get("recorded")
    if counts:
        node.config.stash[RECORDED_COUNTS] = counts


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts = config.stash.get(RECORDED_COUNTS, {"there": 0, "left_out": 0})
    if counts["left_out"]:
        terminalreporter.section("recorded market data")
        terminalreporter.line(
            f"{counts['left_out']} tests were left out: they read recorded market data, and there is none in "
            f"{RECORDED}. SECTORLIGHT_DATA names another folder."
        )
    elif counts["there"]:
        terminalreporter.section("recorded market data")
        terminalreporter.line(f"{counts['there']} tests read the recorded market data in {RECORDED}.")
    for line in _told(terminalreporter, "recorded universes"):
        terminalreporter.line(f"Names of the breadth tier over the {line}.")
    _answers_table(terminalreporter)
    _faults_table(terminalreporter)
    _misses_table(terminalreporter)
    _queries_table(terminalreporter)


def _told(terminalreporter: Any, wanted: str) -> list[Any]:
    """What tests told under one name, whichever the worker."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    return [
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == wanted and report.when == "call"
    ]


def _faults_table(terminalreporter: Any) -> None:
    """How real runs met each fault of the vendors."""
    rows = _told(terminalreporter, "vendor_fault")
    if not rows:
        return
    terminalreporter.section("faults of the vendors")
    head = ("fault", "run at 10:30", "run at 20:00", "universe", "tries")
    for fault, day, evening, universe, tries in (head, *rows):
        terminalreporter.line(f"{fault:<30}{day:<20}{evening:<20}{universe:<10}{tries:>6}")


def _misses_table(terminalreporter: Any) -> None:
    """Where the rules for catalysts and the labels differ."""
    for lines in _told(terminalreporter, "catalyst misses"):
        terminalreporter.section("catalysts that the rules miss")
        for line in lines:
            terminalreporter.line(line)


def _queries_table(terminalreporter: Any) -> None:
    """How often each page asks PostgreSQL; the parts that htmx asks for alone where they differ."""
    for counts in _told(terminalreporter, "page_queries"):
        terminalreporter.section("queries of each page, cold and warm")
        for page, (cold, warm) in counts.items():
            if counts.get(page.removesuffix(" of htmx")) != (cold, warm) or not page.endswith(" of htmx"):
                terminalreporter.line(f"{page:<64}{cold:>4}{warm:>4}")


def _answers_table(terminalreporter: Any) -> None:
    """What became of every recorded answer of the vendors, from what its tests told, whichever the worker."""
    told: dict[str, list[Any]] = {}
    for answer, rows, read, refused in _told(terminalreporter, "recorded_answer"):
        known = told.setdefault(answer, [0, None, Counter()])
        known[0] += rows
        known[1] = read if known[1] is None else known[1] + (read or 0)
        known[2] = refused if isinstance(refused, str) else known[2] + Counter(refused)
    if not told:
        return
    terminalreporter.section("recorded answers of the vendors")
    terminalreporter.line(f"{'answer':<58}{'rows':>6}{'read':>6}  refused, or why it is not in use")
    for answer, (rows, read, refused) in sorted(told.items()):
        reasons = refused if isinstance(refused, str) else _reasons(refused)
        terminalreporter.line(f"{answer:<58}{rows:>6}{'-' if read is None else read:>6}  {reasons}".rstrip())
    in_use = [(rows, read, refused.total()) for rows, read, refused in told.values() if read is not None]
    rows, read, refused = (sum(column) for column in zip(*in_use, strict=True)) if in_use else (0, 0, 0)
    terminalreporter.line(
        f"{len(told)} answers, {len(in_use)} of endpoints in use: {rows} rows, {read} read, {refused} "
        "refused by name; the others are foreign listings and countries."
    )


def _reasons(refused: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(refused.items()))


class _Server(uvicorn.Server):
    """A uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@pytest.fixture
def asgi_server(transactional_db: None) -> Iterator[str]:
    """The whole product (pages, static files, WebSocket) on a port of its own; gives its address."""
    from sectorlight.asgi import application

    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        lifespan="off",
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=15,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, name="asgi-server")
    thread.start()
    try:
        assert server.listening.wait(20), "The ASGI server did not begin to listen within 20 s."
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive(), "The ASGI server did not stop within 20 s."

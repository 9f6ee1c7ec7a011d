"""An outage is a line a minute in the log; a fault of the program keeps its traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable

import kombu.exceptions
import psycopg
import pytest
import redis
from celery.beat import SchedulingError
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError

from sectorlight import outage_logs
from sectorlight.outage_logs import OutageFilter


def raised(
    error: Exception, cause: BaseException | None = None, *, during: BaseException | None = None
) -> logging.LogRecord:
    """The record of an error that was logged with its traceback, raised while ``during`` was handled."""
    error.__cause__, error.__context__ = cause, during
    return logging.LogRecord(
        "library", logging.ERROR, __file__, 1, "It failed: %s", ("x",), (type(error), error, None)
    )


def test_an_outage_is_one_line_without_a_traceback() -> None:
    record = raised(redis.ConnectionError("refused\nand more"))
    assert OutageFilter().filter(record)
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.getMessage() == "a server is away, this goes on trying: ConnectionError: refused"


def test_of_the_same_outage_one_line_a_minute_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now, told = 1000.0, OutageFilter()
    monkeypatch.setattr(outage_logs.time, "monotonic", lambda: now)
    assert [told.filter(raised(redis.ConnectionError("refused"))) for _ in range(3)] == [True, False, False]
    assert told.filter(raised(OperationalError("gone")))
    now += outage_logs.EVERY_SECONDS
    assert told.filter(raised(redis.ConnectionError("refused")))


@pytest.mark.parametrize(
    "error",
    [
        lambda: raised(KeyError("sector")),
        lambda: raised(IntegrityError("twice")),
        lambda: raised(KeyError("sector"), during=redis.ConnectionError("refused")),
        lambda: raised(OperationalError("too slow"), psycopg.errors.QueryCanceled("statement timeout")),
    ],
)
def test_what_is_no_outage_keeps_its_traceback(error: Callable[[], logging.LogRecord]) -> None:
    record = error()
    assert OutageFilter().filter(record)
    assert record.exc_info is not None
    assert record.getMessage() == "It failed: x"


@pytest.mark.parametrize(
    "cause", [psycopg.OperationalError("refused"), psycopg.errors.AdminShutdown("shutting down")]
)
def test_a_server_that_shuts_down_or_refuses_is_an_outage(cause: psycopg.OperationalError) -> None:
    record = raised(OperationalError("gone"), cause)
    assert OutageFilter().filter(record)
    assert record.exc_info is None


def test_what_a_library_makes_of_an_outage_is_one() -> None:
    record = raised(SchedulingError("not sent"), during=kombu.exceptions.OperationalError("refused"))
    assert OutageFilter().filter(record)
    assert record.exc_info is None


def test_a_worker_s_tries_to_connect_are_told_once_a_minute_too() -> None:
    told = OutageFilter()
    words, refused = "consumer: Cannot connect to %s: %s", redis.ConnectionError("refused")
    tries = [
        logging.LogRecord("celery.worker.consumer.consumer", 40, __file__, 1, words, ("redis", refused), None)
        for _ in range(3)
    ]
    assert [told.filter(record) for record in tries] == [True, False, False]


def answered(status: int, error: Exception | None = None) -> logging.LogRecord:
    """What Django logs of a request that it answered so."""
    info = (type(error), error, None) if error else None
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s: %s", ("It", "/x"), info)
    record.status_code = status
    return record


def test_a_refused_request_is_a_line_each_without_a_traceback() -> None:
    told, records = OutageFilter(), [answered(403, PermissionDenied()) for _ in range(3)]
    assert [told.filter(record) for record in records] == [True, True, True]
    assert [record.exc_info for record in records] == [None, None, None]


def test_requests_that_an_outage_ended_are_one_line_a_minute() -> None:
    told, records = OutageFilter(), [answered(503) for _ in range(3)]
    assert [told.filter(record) for record in records] == [True, False, False]
    assert records[0].levelname == "WARNING"
    assert records[0].getMessage() == "a server is away, this goes on trying: 503: It: /x"


def test_a_fault_of_a_request_keeps_its_traceback() -> None:
    record = answered(500, KeyError("x"))
    assert OutageFilter().filter(record)
    assert record.exc_info is not None

"""An outage is no fault of the program: libraries that meet one say so once a minute, without a traceback.

Channels, Celery and beat log each failed try with all its frames, once a second some of them. What is not the
absence of a server keeps its traceback.
"""

from __future__ import annotations

import logging
import threading
import time
from http import HTTPStatus

import amqp.exceptions
import kombu.exceptions
import psycopg
import redis
from django.db import InterfaceError, OperationalError

from universe.postgresql import is_away_state

EVERY_SECONDS = 60.0
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)
_AWAY = (
    *(redis.ConnectionError, redis.TimeoutError, InterfaceError),
    *(kombu.exceptions.OperationalError, amqp.exceptions.ConnectionError),
)


def outage_of(error: BaseException | None) -> BaseException | None:
    """The error in the chain of ``error`` that tells of a server that is away; None: it is something else,
    which a fault of the program is also where it was made while an outage was handled."""
    while error is not None:
        if isinstance(error, _AWAY) or _is_database_away(error):
            return error
        error = error.__cause__ or (None if isinstance(error, _FAULTS) else error.__context__)
    return None


def _is_database_away(error: BaseException) -> bool:
    if isinstance(error, OperationalError):
        return error.__cause__ is None or _is_database_away(error.__cause__)
    if isinstance(error, psycopg.OperationalError):
        return is_away_state(error.sqlstate)
    return False


def _told_outage(record: logging.LogRecord) -> BaseException | None:
    """That of the traceback; Celery tells of each failed connect in words, with the error among them."""
    if record.exc_info:
        return outage_of(record.exc_info[1])
    if record.name.startswith("celery.") and isinstance(record.args, tuple):
        errors = (outage_of(arg) for arg in record.args if isinstance(arg, BaseException))
        return next((error for error in errors if error is not None), None)
    return None


class OutageFilter(logging.Filter):
    """On a handler: shortens the records of an outage, and lets one of a kind through in a minute. Of what
    Django tells of each request, a refusal (403) keeps its line and a 503 is an outage like any other."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._said_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None) if record.name == "django.request" else None
        if status == HTTPStatus.FORBIDDEN:
            record.exc_info = record.exc_text = None
        outage = _told_outage(record)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            return self._is_new((record.name, "503")) and _shortened(record, "503", record.getMessage())
        if outage is None:
            return True
        kind = type(outage).__name__
        first = (str(outage).splitlines() or [""])[0]
        return self._is_new((record.name, kind)) and _shortened(record, kind, first)

    def _is_new(self, kind: tuple[str, str]) -> bool:
        now = time.monotonic()
        with self._lock:
            is_new = now - self._said_at.get(kind, -EVERY_SECONDS) >= EVERY_SECONDS
            if is_new:
                self._said_at[kind] = now
        return is_new


def _shortened(record: logging.LogRecord, kind: str, words: str) -> bool:
    record.exc_info = record.exc_text = None
    record.levelno, record.levelname = logging.WARNING, "WARNING"
    record.msg, record.args = "a server is away, this goes on trying: %s: %s", (kind, words)
    return True

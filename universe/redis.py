"""The one pooled connection to Redis. Callers handle `redis.RedisError`: a dead Redis is no dead board.

After a failure this process leaves it alone for a few seconds: `client` fails at once then, and the cache.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry

from universe import keys
from universe.breaker import Breaker

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.0
PATIENT_SECONDS = 2.0
PROBE_SECONDS = 60
#: Of one pool: far more than a process has threads, so that none mistakes its own neighbours for an outage.
MOST_CONNECTIONS = 1_000


@cache
def breaker(url: str) -> Breaker:
    """The breaker of the server at ``url``: one for the client and the cache."""
    return Breaker("Redis", redis.ConnectionError, redis.TimeoutError)


def resting() -> bool:
    """Whether this process leaves Redis alone just now, because it did not answer a moment ago."""
    return breaker(str(settings.REDIS_URL)).is_resting()


def client() -> redis.Redis:
    """A client of this process's pool; every exchange ends within two seconds, with an answer or an error."""
    return _client(str(settings.REDIS_URL))


def takes_writing() -> bool:
    """Whether Redis takes a write, by one: full, read-only or without a disk it answers and refuses. Raises
    RedisError while it does not answer at all."""
    try:
        client().set(keys.probe(), 1, ex=PROBE_SECONDS)
    except (redis.ConnectionError, redis.TimeoutError):
        raise
    except redis.RedisError:
        return False
    return True


def patient_client() -> redis.Redis:
    """For what is written once and asked for later: tries also while `client` leaves Redis alone."""
    return _patient(str(settings.REDIS_URL))


def connection_options() -> dict[str, Any]:
    """Pool and time-outs for a question that has a fallback. A connection that went stale is replaced once; a
    time-out is not tried again."""
    return {
        "socket_timeout": READ_SECONDS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "max_connections": MOST_CONNECTIONS,
        "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    }


@cache
def _patient(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, **connection_options() | {"socket_timeout": PATIENT_SECONDS})


class _Client(redis.Redis):
    """Asks through the breaker of its server."""

    breaker: Breaker

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with self.breaker.asking():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        pipe = _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe.breaker = self.breaker
        return pipe


class _Pipeline(Pipeline):
    breaker: Breaker

    def immediate_execute_command(self, *args: Any, **options: Any) -> Any:
        with self.breaker.asking():
            return super().immediate_execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with self.breaker.asking():
            return super().execute(raise_on_error)


@cache
def _client(url: str) -> redis.Redis:
    found: Any = _Client.from_url(url, health_check_interval=30, **connection_options())
    found.breaker = breaker(url)
    return cast(redis.Redis, found)

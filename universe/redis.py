"""The one pooled connection to Redis. Callers handle `redis.RedisError`: a dead Redis is no dead board."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings

TIMEOUT_SECONDS = 2.0


def client() -> redis.Redis:
    """A client of this process's pool; every command ends within two seconds, with an answer or an error."""
    return _client(str(settings.REDIS_URL))


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        health_check_interval=30,
    )

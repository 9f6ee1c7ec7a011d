"""Django's cache on a Redis that may be away or take no writing: a miss then, never an error.

Sessions are ``cached_db``, so a miss means one more query. The outage is logged once and its end once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from universe.redis import breaker, connection_options

logger = logging.getLogger(__name__)

#: What a full server refuses; it still reads and deletes.
_STORING = ("add", "set", "set_many")

P = ParamSpec("P")
T = TypeVar("T")


@cache
def _client(server: str) -> RedisCacheClient:
    """The client of one server, with its pool, for the whole process: Django makes a cache of its own for
    every request of an ASGI server, and one client each would connect anew each time."""
    return RedisCacheClient([server], **connection_options())


class EnduringRedisCache(RedisCache):
    """`RedisCache` of one server whose reads miss and whose writes are lost while Redis is away,
    or takes no writing.

    After a failure they do so at once for a few seconds, without asking (`universe.redis`). The time-outs
    are those of every question to Redis; ``OPTIONS`` are not read.
    """

    _away = False
    #: It answers, and was full, read-only or without its disk when something was to be stored.
    _refuses = False

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._server = str(server)
        self._breaker = breaker(self._server)

    @property
    def _cache(self) -> RedisCacheClient:
        return _client(self._server)

    def _enduring(self, call: Callable[P, T], otherwise: T, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with self._breaker.asking():
                result = call(*args, **kwargs)
        except (redis.ConnectionError, redis.TimeoutError) as exc:
            if not EnduringRedisCache._away:
                logger.warning("The cache is away, going on without it: %s", exc)
            EnduringRedisCache._away = True
            return otherwise
        except redis.RedisError as exc:
            if not EnduringRedisCache._refuses:
                logger.warning("The cache takes no writing, going on without it: %s", exc)
            EnduringRedisCache._refuses = True
            return otherwise
        if EnduringRedisCache._away:
            logger.warning("The cache is back.")
        if EnduringRedisCache._refuses and getattr(call, "__name__", "") in _STORING:
            logger.warning("The cache takes writing again.")
            EnduringRedisCache._refuses = False
        EnduringRedisCache._away = False
        return result

    def add(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._enduring(super().add, False, key, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._enduring(super().get, default, key, default, version)

    def set(self, key: Any, *args: Any, **kwargs: Any) -> None:
        self._enduring(super().set, None, key, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._enduring(super().touch, False, key, *args, **kwargs)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._enduring(super().delete, False, key, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        return self._enduring(super().get_many, {}, keys, version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._enduring(super().has_key, False, key, version)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return self._enduring(super().set_many, list(data), data, *args, **kwargs)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._enduring(super().delete_many, None, keys, version)

    def clear(self) -> None:
        self._enduring(super().clear, None)

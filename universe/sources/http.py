"""The one door to the network: time-outs, bounded retries, status to error, redaction.

1. `Door.get` does not ask what the plan is known to lack, keeps the key's pace, and retries what may heal by
   itself (no answer, 5xx, a short 429), three tries in all; five failures in a row leave the vendor alone
   for half a minute.
2. `_refuse` turns every other status into the most exact of our errors, with the vendor's own words.
3. `Door.pages` follows the vendor's next links on our own host only, each once, up to a limit.

The key travels in a header set on each request, never in a URL, and is cut out of every error text.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import orjson

from universe.breaker import Breaker
from universe.errors import (
    BadPayload,
    LeftAlone,
    NotEntitled,
    NotFound,
    RateLimited,
    Rejected,
    SourceError,
    Unavailable,
)
from universe.sources.base import Query
from universe.sources.budget import Budget
from universe.sources.calls import Asked, call_note
from universe.sources.plans import LIMITED_PLAN, PlanMemory

logger = logging.getLogger(__name__)

RETRIES = 2
BACKOFF_SECONDS = 0.5
RATE_WAIT_MAX_SECONDS = 15.0
RATE_WAIT_DEFAULT_SECONDS = 60.0
#: The longest pause that is believed; and the one after three refusals in a row: the day's calls are used up.
RATE_PAUSE_MAX_SECONDS = 3600.0
LIMITS_IN_A_ROW = 3
FAILURES_IN_A_ROW = 5
LEFT_ALONE_SECONDS = 30.0
#: Headers that told how the body came; it is whole and plain then.
OF_THE_WIRE = frozenset(("content-encoding", "content-length", "transfer-encoding"))
#: The whole answer may take so many times what one wait within it may: a vendor that sends byte by byte keeps
#: every single wait short.
WHOLE_ANSWER = 4.0
IN_FLIGHT = 10
PAGES_MAX = 100
WORDS_MAX = 200
_NUMBER = re.compile(r"\d+(\.\d+)?")

T = TypeVar("T")
Observer = Callable[[str, SourceError | None], None]
Reader = Callable[[httpx.Response, str], T]


class HeaderKey(httpx.Auth):
    """Puts the vendor's key into one header of each request. Its repr does not show it."""

    def __init__(self, header: str, value: str) -> None:
        self._header = header
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers[self._header] = self._value
        yield request

    def __repr__(self) -> str:
        return f"HeaderKey({self._header})"


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the doors of this process trust; reading it anew costs each of them 50 ms."""
    return httpx.create_ssl_context()


class Door:
    """One vendor's host. Thread-safe; ``observe`` hears the outcome of every question.

    Without a ``budget`` it keeps no pace, without a ``plan`` it asks everything.
    """

    kind = "rest"

    def __init__(
        self,
        vendor: str,
        base_url: str,
        *,
        header: str,
        key: str,
        prefix: str = "",
        observe: Observer | None = None,
        budget: Budget | None = None,
        plan: PlanMemory | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        patience: float | None = None,
    ) -> None:
        """``patience`` seconds a question and one try: for what must not hold up a run."""
        self.vendor = vendor
        self._patience = patience
        self._base = base_url.rstrip("/")
        self._key = key
        self._observe = observe
        self._budget = budget
        self._plan = plan
        self._breaker = Breaker(
            vendor, LeftAlone, Unavailable, after=FAILURES_IN_A_ROW, rest_seconds=LEFT_ALONE_SECONDS
        )
        self._lock = threading.Lock()
        self._limits = 0
        self._limited_until = 0.0
        self._sleep = sleep
        self._chance = chance
        self._client = httpx.Client(
            verify=_trusted(),
            auth=HeaderKey(header, f"{prefix}{key}"),
            timeout=httpx.Timeout(10.0, connect=5.0, pool=30.0),
            limits=httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT),
            headers={"Accept": "application/json", "User-Agent": "sectorlight"},
            transport=transport,
            trust_env=transport is None,
        )

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> Any:
        """The decoded JSON of ``path``. Raises the `SourceError` that fits; ``timeout`` seconds a try."""
        return self._answer(path, query, timeout, self._decoded)

    def text(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> str:
        """The text of ``path``, for the answers that are no JSON."""
        return self._answer(path, query, timeout, lambda response, _: response.text)

    def _answer(self, path: str, query: Query | None, timeout: float, read: Reader[T]) -> T:
        if self._plan is not None:
            self._plan.check(path)
        try:
            answer = self._ask(path, dict(query or {}), timeout, read)
        except SourceError as exc:
            self._tell(path, exc)
            raise
        self._tell(path, None)
        return answer

    def pages(self, path: str, query: Query, *, timeout: float = 30.0) -> Iterator[Mapping[str, Any]]:
        """The page at ``path`` and all that its ``next_url`` leads to.

        Only path and query of a next link are used, so that the key stays with our host. A link seen twice
        or more than `PAGES_MAX` pages raise `BadPayload`: the list would be wrong or without end.
        """
        payload = _as_object(self.get(path, query, timeout=timeout), self.vendor, path)
        seen: set[str] = set()
        while True:
            yield payload
            link = payload.get("next_url")
            if not link:
                return
            target = self._next_target(str(link))
            if target in seen or len(seen) >= PAGES_MAX:
                raise BadPayload(
                    f"{self.vendor} {path} leads to the same page twice or to over {PAGES_MAX} pages.",
                    vendor=self.vendor,
                    field="next_url",
                )
            seen.add(target)
            payload = _as_object(self.get(target, timeout=timeout), self.vendor, path)

    def _next_target(self, link: str) -> str:
        try:
            parts = urlsplit(link)
        except ValueError as exc:
            raise BadPayload(
                f"{self.vendor} sent a next link that is no address.", vendor=self.vendor, field="next_url"
            ) from exc
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def _tell(self, path: str, error: SourceError | None) -> None:
        if self._plan is not None:
            self._plan.learn(path, error)
        if self._observe is not None:
            self._observe(self.vendor, error)

    def _ask(self, path: str, query: dict[str, str | int], timeout: float, read: Reader[T]) -> T:
        retries = RETRIES if self._patience is None else 0
        for attempt in range(retries + 1):
            try:
                return self._try(path, query, min(timeout, self._patience or timeout), read)
            except (Unavailable, RateLimited) as exc:
                wait = self._wait_before_retry(exc, attempt)
                if attempt == retries or wait is None:
                    raise
                logger.info("%s; asking again in %.1f s", exc, wait)
                self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _try(self, path: str, query: dict[str, str | int], timeout: float, read: Reader[T]) -> T:
        """One question at the pace of the key, unless the vendor is left alone."""
        if self._budget is not None and not self._breaker.is_resting():
            self._budget.take()
        with self._breaker.asking():
            return self._once(path, query, timeout, read)

    def _wait_before_retry(self, error: SourceError, attempt: int) -> float | None:
        """Seconds until the next try; None: too long to wait inside a run."""
        if isinstance(error, LeftAlone):
            return None
        if isinstance(error, RateLimited):
            return error.retry_after if error.retry_after <= RATE_WAIT_MAX_SECONDS else None
        return float(BACKOFF_SECONDS * 2**attempt * (0.5 + self._chance()))

    def _once(self, path: str, query: dict[str, str | int], timeout: float, read: Reader[T]) -> T:
        try:
            response = self._fetched(path, query, timeout)
        except httpx.TimeoutException as exc:
            raise Unavailable(
                f"{self.vendor} {_short(path)} did not answer within {timeout:.0f} s", vendor=self.vendor
            ) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise Unavailable(
                f"{self.vendor} {_short(path)} failed: {type(exc).__name__} {self.quotable(str(exc))}",
                vendor=self.vendor,
            ) from exc
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise self._limited(response, path)
        if response.status_code != httpx.codes.OK:
            self._limits = 0
            raise self._refuse(response, path)
        answer = read(response, path)
        self._limits = 0
        asked = Asked(self.vendor, self.kind, path, query)
        call_note(asked, answer, secrets=(self._key,), headers=response.headers)
        return answer

    def _fetched(self, path: str, query: dict[str, str | int], timeout: float) -> httpx.Response:
        """The whole answer, decompressed; httpx.ReadTimeout when it drips for longer than an answer may."""
        ends = time.monotonic() + WHOLE_ANSWER * timeout
        waits = httpx.Timeout(timeout, connect=5.0)
        address = f"{self._base}{path}"
        with self._client.stream("GET", address, params=query or None, timeout=waits) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("the answer drips", request=response.request)
        headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in OF_THE_WIRE]
        return httpx.Response(
            response.status_code, headers=headers, content=bytes(body), request=response.request
        )

    def _limited(self, response: httpx.Response, path: str) -> RateLimited:
        """A 429 stops everybody who uses the key, for as long as it says. The third in a row that asks for
        more than a moment stops them for an hour: then the day's calls are used up."""
        words = self._words(response)
        wait = min(_retry_after(response), RATE_PAUSE_MAX_SECONDS)
        with self._lock:
            now = time.monotonic()
            # One that was on its way when the pause began says nothing new, nor does a limit by the minute.
            if wait > RATE_WAIT_MAX_SECONDS and now >= self._limited_until and LIMITED_PLAN not in words:
                self._limits += 1
            if self._limits >= LIMITS_IN_A_ROW:
                wait = RATE_PAUSE_MAX_SECONDS
            self._limited_until = max(self._limited_until, now + wait)
        if self._budget is not None:
            self._budget.pause(wait)
        text = f"{self.vendor} {_short(path)} answered {response.status_code}: {words}"
        return RateLimited(text, vendor=self.vendor, retry_after=wait)

    def _decoded(self, response: httpx.Response, path: str) -> Any:
        try:
            answer = _loaded(response.content)
        except (ValueError, RecursionError) as exc:
            raise BadPayload(
                f"{self.vendor} {_short(path)} answered 200 without JSON: {self._words(response)}",
                vendor=self.vendor,
                field="body",
            ) from exc
        if isinstance(answer, dict) and answer.get("Error Message"):
            raise self._error_within(response, path)
        return answer

    def _error_within(self, response: httpx.Response, path: str) -> SourceError:
        """FMP's errors that come with status 200."""
        words = self._words(response)
        text = f"{self.vendor} {_short(path)} answered 200: {words}"
        if "limit reach" in words.lower():
            return self._limited(response, path)
        if "subscription" in words.lower():
            return NotEntitled(text, vendor=self.vendor)
        if "api key" in words.lower():
            return Rejected(text, vendor=self.vendor)
        return BadPayload(text, vendor=self.vendor, field="body")

    def _refuse(self, response: httpx.Response, path: str) -> SourceError:
        status = response.status_code
        text = f"{self.vendor} {_short(path)} answered {status}: {self._words(response)}"
        if status >= 500 or status in (408, 499):
            return Unavailable(text, vendor=self.vendor)
        if status in (402, 403):
            return NotEntitled(text, vendor=self.vendor)
        if status == httpx.codes.NOT_FOUND:
            return NotFound(text, vendor=self.vendor)
        return Rejected(text, vendor=self.vendor)

    def _words(self, response: httpx.Response) -> str:
        """What the vendor says: ``error``, ``message`` or "Error Message", else the start of the text."""
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            body = None
        words = response.text
        if isinstance(body, dict):
            words = next(
                (str(body[name]) for name in ("error", "message", "Error Message") if body.get(name)), words
            )
        return self.quotable(words)

    def quotable(self, words: str) -> str:
        """What may be repeated of a vendor's words: one line, not too long, without the key."""
        words = " ".join(words.split())
        return (words.replace(self._key, "***") if self._key else words)[:WORDS_MAX]


def _loaded(content: bytes) -> Any:
    """JSON, also with NaN or a number beyond all bounds: one datum is refused then, not the whole market."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return json.loads(content)


def _short(path: str) -> str:
    """The path alone: a next link's cursor repeats the whole question."""
    return path.partition("?")[0]


def _retry_after(response: httpx.Response) -> float:
    """Seconds, from a number or an HTTP date; a minute when it says nothing that can be read."""
    text = response.headers.get("Retry-After", "")
    try:
        seconds = float(text) if _NUMBER.fullmatch(text.strip()) else _seconds_until(text)
    except (ValueError, TypeError, OverflowError):
        return RATE_WAIT_DEFAULT_SECONDS
    return max(0.0, seconds)


def _seconds_until(http_date: str) -> float:
    return (parsedate_to_datetime(http_date) - dt.datetime.now(dt.UTC)).total_seconds()


def _as_object(answer: Any, vendor: str, path: str) -> Mapping[str, Any]:
    if isinstance(answer, dict):
        return answer
    raise BadPayload(
        f"{vendor} {_short(path)} sent {type(answer).__name__} where an object is due.",
        vendor=vendor,
        field="body",
    )


def results_of(answer: Any, *, vendor: str, path: str, key: str = "results") -> list[Any]:
    """The list under ``key``; absent and null are an empty list, anything else is refused."""
    value = _as_object(answer, vendor, path).get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadPayload(
            f"{vendor} {_short(path)} sent {key} as {type(value).__name__}, not as a list.",
            vendor=vendor,
            field=key,
        )
    return value

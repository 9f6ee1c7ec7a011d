"""A vendor's MCP server, asked as `Door` is: the same paths, the same shapes back.

What is lost on this way: the answer's ``status``, so delayed data cannot be told from real-time data. A
server gives no Retry-After, so a rate limit waits the usual minute. Bulk is slower than over REST.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from mcp import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND, REQUEST_TIMEOUT

from universe.breaker import Breaker
from universe.errors import BadPayload, LeftAlone, NotOffered, RateLimited, SourceError, Unavailable
from universe.sources.base import Query
from universe.sources.budget import Budget
from universe.sources.calls import Asked, call_note
from universe.sources.http import (
    BACKOFF_SECONDS,
    FAILURES_IN_A_ROW,
    LEFT_ALONE_SECONDS,
    PAGES_MAX,
    RATE_WAIT_MAX_SECONDS,
    RETRIES,
    WORDS_MAX,
    Observer,
)
from universe.sources.mcp.dialect import Answer, Dialect, Recognise
from universe.sources.mcp.refusals import UnknownDialect, refusal
from universe.sources.mcp.session import CLOSE_SECONDS, Session, SessionLost
from universe.sources.mcp.target import Target
from universe.sources.plans import PlanMemory

logger = logging.getLogger(__name__)

#: A tool asks the vendor, turns the answer into text, and is read again: it gets no less than this.
PATIENCE_SECONDS = 60.0
#: So many calls in a row without an answer, and the server is started anew.
SILENT_CALLS = 2
TOOLS_SHOWN = 12
#: How a text begins that is no answer, whatever `Answer.is_error` says.
REFUSING = ("Error", "ACCESS DENIED")

_doors: weakref.WeakSet[McpDoor] = weakref.WeakSet()


class McpDoor:
    """One vendor's MCP server. Opened at the first question, kept open, opened again after its death.

    Thread-safe; a forked process leaves its parent's session alone and opens its own. ``environment`` is what
    a child process gets (the key is in it), ``dialects`` are tried in turn, ``observe`` hears the outcome of
    every question, ``budget`` and ``plan`` are the key's own, shared with REST; ``patience`` is the least
    time-out of a call in seconds.
    """

    kind = "mcp"

    def __init__(
        self,
        vendor: str,
        target: Target,
        key: str,
        *,
        dialects: Sequence[Recognise],
        environment: Mapping[str, str] | None = None,
        observe: Observer | None = None,
        budget: Budget | None = None,
        plan: PlanMemory | None = None,
        patience: float = PATIENCE_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.vendor = vendor
        self._target = target
        self._secrets = tuple(text for text in (key, *target.secrets) if text)
        self._dialects = dialects
        self._environment = dict(environment or {})
        self._observe = observe
        self._budget = budget
        self._plan = plan
        self._breaker = Breaker(
            f"The MCP server of {vendor}",
            LeftAlone,
            Unavailable,
            after=FAILURES_IN_A_ROW,
            rest_seconds=LEFT_ALONE_SECONDS,
        )
        self._patience = patience
        self._sleep = sleep
        self._chance = chance
        self._forget()
        _doors.add(self)

    def __repr__(self) -> str:
        return f"McpDoor({self.vendor}, {self._target.shown})"

    def _forget(self) -> None:
        """As if never opened: the state of a new door, and of a forked process."""
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._dialect: Dialect | None = None
        self._server = ""
        self._silent = 0

    # -- questions ---------------------------------------------------------------------------------

    def get(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> Any:
        """What the vendor's REST API would answer. Raises the `SourceError` that fits, `NotOffered` when this
        server cannot be asked; ``timeout`` seconds a tool call, but no less than the door's patience."""
        if self._plan is not None:
            self._plan.check(path)
        try:
            answer = self._ask(path, dict(query or {}), max(timeout, self._patience))
        except SourceError as exc:
            self._tell(path, exc)
            raise
        self._tell(path, None)
        call_note(Asked(self.vendor, self.kind, path, dict(query or {})), answer, secrets=self._secrets)
        return answer

    def text(self, path: str, query: Query | None = None, *, timeout: float = 10.0) -> str:
        """The text of a bulk answer. `NotOffered` where the server gives none."""
        answer = self.get(path, query, timeout=timeout)
        if not isinstance(answer, str):
            raise NotOffered(f"{self.vendor} {path} over MCP is no text; REST gives it.", vendor=self.vendor)
        return answer

    def pages(self, path: str, query: Query, *, timeout: float = 30.0) -> Iterator[Mapping[str, Any]]:
        """The page at ``path`` and all that follow it. `BadPayload` for a page seen twice, for more than
        `PAGES_MAX`, and for an answer that is no object."""
        target, seen = "", set[str]()
        while True:
            page = (
                self.get(*_asked(target), timeout=timeout)
                if target
                else self.get(path, query, timeout=timeout)
            )
            if not isinstance(page, dict):
                raise self._bad(path, "body", f"sent {type(page).__name__} where an object is due")
            yield page
            target = str(page.get("next_url") or "")
            if not target:
                return
            if target in seen or len(seen) >= PAGES_MAX:
                raise self._bad(
                    path, "next_url", f"leads to the same page twice or to over {PAGES_MAX} pages"
                )
            seen.add(target)

    def quotable(self, words: str) -> str:
        """What may be repeated of anybody's words: one line, not too long, without a secret."""
        words = " ".join(words.split())
        for secret in self._secrets:
            words = words.replace(secret, "***")
        return words[:WORDS_MAX]

    def described(self) -> dict[str, Any]:
        """For pages and the doctor, without secrets; opens nothing. ``lacking``: paths left to REST."""
        dialect = self._dialect
        return {
            "transport": "mcp over http" if self._target.url else "mcp over stdio",
            "target": self._target.shown,
            "server": self._server,
            "dialect": dialect.name if dialect else "",
            "lacking": list(dialect.lacking) if dialect else [],
            "connected": self._session is not None and self._session.is_alive,
        }

    def open(self) -> None:
        """Open the session now. Raises `Unavailable`; `UnknownDialect` for a server of unknown tools."""
        self._opened()

    def close(self) -> None:
        """End the session. One that another thread is still opening is left to end with the process."""
        if not self._lock.acquire(timeout=CLOSE_SECONDS):
            return
        try:
            session, self._session = self._session, None
        finally:
            self._lock.release()
        if session is not None:
            session.close()

    # -- the session -------------------------------------------------------------------------------

    def _opened(self) -> tuple[Session, Dialect]:
        with self._lock:
            if self._session is None or not self._session.is_alive:
                self._session = None
                session = self._start()
                try:
                    self._dialect = self._recognised(session)
                except UnknownDialect:
                    session.close()
                    raise
                self._session, self._server, self._silent = session, session.server, 0
                logger.info("%s speaks %s over MCP (%s)", self._target.shown, self._dialect.name, self.vendor)
            assert self._dialect is not None
            return self._session, self._dialect

    def _start(self) -> Session:
        try:
            return Session(self._target, self._environment, quotable=self.quotable)
        except SessionLost as exc:
            raise Unavailable(
                f"The MCP server of {self.vendor}, {self._target.shown}, cannot be opened: {exc}",
                vendor=self.vendor,
            ) from None

    def _recognised(self, session: Session) -> Dialect:
        for recognise in self._dialects:
            if dialect := recognise(session.tools):
                return dialect
        names = sorted(session.tools)
        shown = ", ".join(names[:TOOLS_SHOWN]) + (" ..." if len(names) > TOOLS_SHOWN else "")
        raise UnknownDialect(
            f"The MCP server of {self.vendor}, {self._target.shown}, speaks another dialect: it has "
            f"the tools {self.quotable(shown) or '(none)'}. README.md names those that are known.",
            vendor=self.vendor,
        )

    def _lose(self, session: Session) -> None:
        """Drop a session that is of no more use, unless somebody else did already."""
        with self._lock:
            if self._session is session:
                self._session = None
        session.close()

    # -- one question, several tries ---------------------------------------------------------------

    def _ask(self, path: str, query: Query, timeout: float) -> Any:
        for attempt in range(RETRIES + 1):
            try:
                return self._try(path, query, timeout)
            except (Unavailable, RateLimited) as exc:
                wait = self._wait_before_retry(exc, attempt)
                if attempt == RETRIES or wait is None:
                    raise
                logger.info("%s; asking again in %.1f s", exc, wait)
                self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _try(self, path: str, query: Query, timeout: float) -> Any:
        """One question at the pace of the key, unless the server is left alone."""
        if self._budget is not None and not self._breaker.is_resting():
            self._budget.take()
        with self._breaker.asking():
            try:
                return self._once(path, query, timeout)
            except RateLimited as exc:
                if self._budget is not None:
                    self._budget.pause(exc.retry_after)
                raise

    def _wait_before_retry(self, error: SourceError, attempt: int) -> float | None:
        """Seconds until the next try; None: too long to wait, or of no use."""
        if error.permanent or isinstance(error, LeftAlone):
            return None
        if isinstance(error, RateLimited):
            return error.retry_after if error.retry_after <= RATE_WAIT_MAX_SECONDS else None
        return float(BACKOFF_SECONDS * 2**attempt * (0.5 + self._chance()))

    def _once(self, path: str, query: Query, timeout: float) -> Any:
        session, dialect = self._opened()

        calls = 0

        def call(tool: str, arguments: Mapping[str, Any]) -> Answer:
            nonlocal calls
            calls += 1
            if calls > 1 and self._budget is not None:
                self._budget.take()
            return self._call(session, path, tool=tool, arguments=arguments, timeout=timeout)

        try:
            return dialect.payload(path, query, call)
        except NotOffered as exc:
            raise NotOffered(
                f"{self.vendor} {path} cannot be asked over the MCP server {self._target.shown} "
                f"({dialect.name}): {self.quotable(str(exc))}",
                vendor=self.vendor,
            ) from None
        except BadPayload as exc:
            raise self._bad(path, exc.field or "body", self.quotable(str(exc))) from None

    def _call(
        self, session: Session, path: str, *, tool: str, arguments: Mapping[str, Any], timeout: float
    ) -> Answer:
        try:
            answer = session.call(tool, arguments, timeout=timeout)
        except TimeoutError:
            raise self._overdue(session, path, timeout) from None
        except SessionLost as exc:
            self._lose(session)
            raise Unavailable(f"{self.vendor} {path} over MCP: {exc}", vendor=self.vendor) from None
        except MCPError as exc:
            raise self._broken(session, path, exc=exc, timeout=timeout) from None
        except Exception as exc:  # noqa: BLE001  whatever breaks inside the SDK costs the session, not the run
            self._lose(session)
            words = f"{type(exc).__name__} {self.quotable(str(exc))}"
            raise Unavailable(f"{self.vendor} {path} over MCP failed: {words}", vendor=self.vendor) from None
        self._silent = 0
        words = answer.text.lstrip()
        if answer.is_error or words.startswith(REFUSING):
            raise refusal(self.quotable(words[: 10 * WORDS_MAX]), vendor=self.vendor, path=path)
        return answer

    def _overdue(self, session: Session, path: str, timeout: float) -> Unavailable:
        self._silent += 1
        if self._silent >= SILENT_CALLS:
            self._lose(session)
        return Unavailable(
            f"{self.vendor} {path} over MCP did not answer within {timeout:.0f} s", vendor=self.vendor
        )

    def _broken(self, session: Session, path: str, *, exc: MCPError, timeout: float) -> SourceError:
        """A protocol error: the question's fault, a time-out, or the end of the session."""
        if exc.code == REQUEST_TIMEOUT:
            return self._overdue(session, path, timeout)
        words = self.quotable(exc.message)
        if exc.code in (INVALID_PARAMS, METHOD_NOT_FOUND):
            return refusal(f"{words} ({exc.code})", vendor=self.vendor, path=path)
        self._lose(session)
        return Unavailable(f"{self.vendor} {path} over MCP failed: {words}", vendor=self.vendor)

    def _bad(self, path: str, field: str, words: str) -> BadPayload:
        return BadPayload(f"{self.vendor} {path} over MCP {words}.", vendor=self.vendor, field=field)

    def _tell(self, path: str, error: SourceError | None) -> None:
        # What a server refuses or composes by itself is not what the key's plan says; a rate limit is.
        if self._plan is not None and isinstance(error, RateLimited):
            self._plan.learn(path, error)
        if self._observe is not None:
            self._observe(self.vendor, error)


def _asked(link: str) -> tuple[str, dict[str, str | int]]:
    path, _, query = link.partition("?")
    return path, dict(parse_qsl(query, keep_blank_values=True))


def _forked() -> None:
    """The session's thread stayed with the parent, its child process and sockets are the parent's."""
    for door in list(_doors):
        door._forget()


os.register_at_fork(after_in_child=_forked)

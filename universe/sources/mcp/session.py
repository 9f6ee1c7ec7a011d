"""One open session with one MCP server, on a thread and an event loop of its own.

1. `open` starts the thread; it starts the child or reaches the address, greets, and reads the tools.
2. `call` may come from any thread; several may wait at once.
3. `close` lets the server end: its input closes, it is given two seconds, then it is stopped.

The thread is a daemon, since `atexit` closes sessions after other threads are waited for. A child that we
leave without closing sees the end of its input and goes by itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from universe.sources.mcp.dialect import Answer, Tool, Tools
from universe.sources.mcp.target import Target

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: A first start may fetch the server's packages.
OPEN_SECONDS = 120.0
CLOSE_SECONDS = 15.0
GRACE_SECONDS = 5.0
TOOL_PAGES_MAX = 100
STDERR_CHUNK = 65536

# The SDK logs whole messages and addresses with their queries. What fails is told by our own errors.
logging.getLogger("mcp").setLevel(logging.CRITICAL)
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class SessionLost(Exception):
    """The server could not be opened, went away, or refuses to talk; the text says how."""


class Session:
    """Made open, or raises `SessionLost`. ``quotable`` cuts secrets out of what the child writes."""

    def __init__(
        self, target: Target, environment: Mapping[str, str], *, quotable: Callable[[str], str]
    ) -> None:
        self._target = target
        self._environment = dict(environment)
        self._quotable = quotable
        self._opened: Future[None] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._client: Client | None = None
        self.tools: Tools = {}
        self.server = ""
        self._thread = threading.Thread(target=self._run, name=f"mcp {target.shown}", daemon=True)
        self._thread.start()
        try:
            self._opened.result(OPEN_SECONDS)
        except FutureTimeout:
            self.close()
            raise SessionLost(f"it did not greet within {OPEN_SECONDS:.0f} s") from None
        except BaseException:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def call(self, tool: str, arguments: Mapping[str, Any], *, timeout: float) -> Answer:
        """Raises `TimeoutError` when ``timeout`` seconds pass, `SessionLost` when the server is gone."""
        loop, client = self._loop, self._client
        if loop is None or client is None or not self.is_alive:
            raise SessionLost("the session is closed")
        asked = client.call_tool(tool, dict(arguments), read_timeout_seconds=timeout)
        waiting = self._submit(asked, loop)
        try:
            result = waiting.result(timeout + GRACE_SECONDS)
        except FutureTimeout:
            waiting.cancel()
            raise TimeoutError from None
        except RuntimeError as exc:
            raise SessionLost(str(exc)) from None
        texts = tuple(block.text for block in result.content if block.type == "text")
        return Answer(texts, result.structured_content, bool(result.is_error))

    @staticmethod
    def _submit(work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> Future[T]:
        try:
            return asyncio.run_coroutine_threadsafe(work, loop)
        except RuntimeError as exc:
            work.close()
            raise SessionLost(f"the session is closed ({exc})") from None

    def close(self) -> None:
        """End the session and its child, even in the midst of opening; waits for both. Safe to repeat."""
        loop, stop, task = self._loop, self._stop, self._task
        if loop is not None and stop is not None and task is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set if self._client is not None else task.cancel)
        if self._thread is not threading.current_thread():
            self._thread.join(CLOSE_SECONDS)

    # -- on the session's own thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:  # noqa: BLE001  whoever opened it hears of it; later ones see it gone
            self._fail(exc)
        finally:
            self._client = None

    def _fail(self, exc: BaseException) -> None:
        reason = f"{type(_innermost(exc)).__name__} {self._quotable(str(_innermost(exc)))}".strip()
        if not self._opened.done():
            self._opened.set_exception(SessionLost(reason))
        else:
            logger.info("the session with %s ended: %s", self._target.shown, reason)

    async def _serve(self) -> None:
        self._stop, self._task = asyncio.Event(), asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        async with self._transport() as transport:
            # Old servers stumble over the newer discovery, and both kinds answer the classic greeting.
            async with Client(transport, mode="legacy") as client:
                self.tools = await _tools_of(client)
                if info := client.server_info:
                    self.server = self._quotable(f"{info.name} {info.version}")
                self._client = client
                self._opened.set_result(None)
                await self._stop.wait()
            self._client = None

    @asynccontextmanager
    async def _transport(self) -> AsyncIterator[AbstractAsyncContextManager[Any]]:
        if self._target.url:
            # Without the limit: the whole market is one event of several MiB.
            yield streamable_http_client(self._target.url, max_sse_event_size=None)
            return
        program, *arguments = self._target.command
        child = StdioServerParameters(command=program, args=arguments, env=self._environment)
        async with self._overheard() as errors:
            yield stdio_client(child, errlog=errors)

    @asynccontextmanager
    async def _overheard(self) -> AsyncIterator[Any]:
        """A file for the child's complaints; what is written to it goes to our log at DEBUG, redacted."""
        reading, writing = os.pipe()
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        pipe, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb")
        )
        listening = asyncio.create_task(self._listen(reader))
        try:
            with os.fdopen(writing, "w") as errors:
                yield errors
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            pipe.close()
            await asyncio.sleep(0)  # the pipe closes on the next turn of the loop

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(STDERR_CHUNK):
            for line in chunk.decode(errors="replace").splitlines():
                logger.debug("%s: %s", self._target.shown, self._quotable(line))


async def _tools_of(client: Client) -> Tools:
    """Every tool, following the cursor."""
    tools: dict[str, Tool] = {}
    cursor = None
    for _ in range(TOOL_PAGES_MAX):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            schema = tool.input_schema
            tools[tool.name] = Tool(
                tool.name, schema.get("properties") or {}, frozenset(schema.get("required") or ())
            )
        cursor = page.next_cursor
        if not cursor:
            break
    return tools


def _innermost(exc: BaseException) -> BaseException:
    """The first real error inside the groups that task groups wrap round it."""
    while isinstance(exc, BaseExceptionGroup):
        exc = exc.exceptions[0]
    return exc

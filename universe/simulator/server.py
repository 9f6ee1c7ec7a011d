"""The simulated market as a server: the vendors' REST under their own paths, the stream, the control."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from universe.sessions import hours, next_session
from universe.simulator import state
from universe.simulator.dialects.answers import BadParameterError, fmp_error, polygon_error, unknown_path
from universe.simulator.dialects.asked import Asked, Counting
from universe.simulator.dialects.commands import Doorkeeper
from universe.simulator.dialects.control import Control
from universe.simulator.dialects.disturbance import Disturbance
from universe.simulator.dialects.entitlement import Entitlement, PlanCommands
from universe.simulator.dialects.fault_commands import FaultCommands
from universe.simulator.dialects.fmp import Facts
from universe.simulator.dialects.fmp_context import Surroundings
from universe.simulator.dialects.fmp_funds import Funds
from universe.simulator.dialects.fmp_market import MarketWide
from universe.simulator.dialects.misbehaviour import Misbehaviour
from universe.simulator.dialects.news_commands import NewsCommands
from universe.simulator.dialects.polygon_context import Context
from universe.simulator.dialects.polygon_corporate import Corporate
from universe.simulator.dialects.polygon_prices import Prices
from universe.simulator.dialects.polygon_reference import Reference
from universe.simulator.dialects.price_commands import PriceCommands
from universe.simulator.dialects.socket import Stream
from universe.simulator.dialects.wire import WithTransport
from universe.simulator.faults import Faults
from universe.simulator.market import Market
from universe.simulator.plans import Plans

SAVE_SECONDS = 1.0
PREPARE_SECONDS = 2.0
FMP_UNKNOWN_KEY = (
    "Invalid API KEY. Feel free to create a Free API Key or visit the documentation for more information."
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """``keys`` empty: any key is welcome, but there must be one. ``state_path`` None: nothing is
    remembered."""

    identity: str
    keys: frozenset[str] = frozenset()
    token: str = ""
    state_path: Path | None = None


def is_known_key(key: str, keys: frozenset[str]) -> bool:
    return bool(key) and (not keys or key in keys)


class KeyCheck:
    """Refuses callers without a key, in the words of the vendor whose path they call."""

    def __init__(self, app: ASGIApp, keys: frozenset[str]) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/simulator/"):
            await self._app(scope, receive, send)
            return
        is_fmp = scope["path"].startswith("/stable/")
        key = _key(scope, is_fmp)
        if is_known_key(key, self._keys):
            await self._app(scope, receive, send)
            return
        if is_fmp:
            refusal = fmp_error(401, FMP_UNKNOWN_KEY)
        else:
            refusal = polygon_error(401, "Unknown API Key" if key else "API Key was not provided")
        await refusal(scope, receive, send)


def _key(scope: Scope, is_fmp: bool) -> str:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    params = QueryParams(scope["query_string"])
    if is_fmp:
        return headers.get("apikey") or params.get("apikey", "")
    return headers.get("authorization", "").removeprefix("Bearer ").strip() or params.get("apiKey", "")


def _bad_parameter(request: Request, exc: Exception) -> Response:
    refuse = fmp_error if request.url.path.startswith("/stable/") else polygon_error
    return refuse(400, str(exc))


def make_app(market: Market, options: Options, plans: Plans) -> ASGIApp:
    writing = threading.Lock()

    def write_down() -> None:
        if options.state_path is not None:
            try:
                with writing:
                    state.save(options.state_path, options.identity, market)
            except OSError as exc:
                logger.warning("market time was not written to %s: %s", options.state_path, exc)

    faults, asked = Faults(), Asked()
    stream = Stream(market, lambda key: is_known_key(key, options.keys), Disturbance(faults, plans))
    door, hands = Doorkeeper(options.token), FaultCommands(market, faults, asked, stream.notice)
    commands = {
        **PriceCommands(market).commands(),
        **NewsCommands(market).commands(),
        **hands.commands(),
        **PlanCommands(plans).commands(),
    }
    control = Control(market, door, write_down, commands)
    facts = Facts(market)
    parts = (Reference(market), Prices(market), Context(market), Corporate(market), facts,
             Surroundings(market, facts), Funds(market, facts), MarketWide(market, facts),
             control)  # fmt: skip

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(stream.run()),
            asyncio.create_task(_remember(write_down)),
            asyncio.create_task(_prepare(market)),
        ]
        for task in tasks:
            task.add_done_callback(_report)
        # The cast lives as long as the process: the collector need not walk it at each snapshot.
        gc.freeze()
        yield
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        write_down()

    app = Starlette(
        routes=[
            *(route for part in parts for route in part.routes()),
            *hands.routes(door),
            WebSocketRoute("/stocks", stream.serve),
        ],
        lifespan=lifespan,
        exception_handlers={404: unknown_path, BadParameterError: _bad_parameter},
    )
    app.add_middleware(Entitlement, plans=plans, market=market)
    app.add_middleware(Misbehaviour, faults=faults)
    app.add_middleware(KeyCheck, keys=options.keys)
    return WithTransport(Counting(app, asked))


def _report(task: asyncio.Task[None]) -> None:
    """A background task that ends by an error says so; the market goes on without it."""
    if not task.cancelled() and task.exception() is not None:
        logger.error("a part of the simulated market stopped", exc_info=task.exception())


async def _prepare(market: Market) -> None:
    """Draw the running session before somebody asks, and the next one in the minutes after the last close."""
    while True:
        now = market.now()
        session = market.session()
        last = market.world.last_session
        if now >= hours(session).post_close and (last is None or session < last):
            session = next_session(session)
        await asyncio.to_thread(market.grid, session)
        await asyncio.sleep(PREPARE_SECONDS)


async def _remember(write_down: Callable[[], None]) -> None:
    """Write the state down each second, so that a killed market loses no more than that."""
    while True:
        await asyncio.sleep(SAVE_SECONDS)
        await asyncio.to_thread(write_down)


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Run until SIGINT or SIGTERM. A taken port ends the process with uvicorn's error."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="on",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )

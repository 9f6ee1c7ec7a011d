"""People who browse, as real clients over HTTP with sessions of their own, and open pages' sockets."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import websockets

#: Seconds of reading before the next page.
THINK = (4.0, 12.0)
#: An answer that takes longer is none.
PATIENCE = 15.0
BOARD = "board"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
STOCK = re.compile(r'href="(/stocks/[^"/]+/)"')
SECTORS = ("technology", "healthcare", "financial", "energy", "industrials", "materials", "utilities")
AWAY = re.compile(r"(Redis|PostgreSQL) does not answer")
LONGEST_RETRY = 5.0


@dataclass(frozen=True, slots=True)
class Visit:
    """One answer: ``at`` is its beginning (monotonic seconds), ``status`` 0 for none."""

    page: str
    at: float
    seconds: float
    status: int
    away: frozenset[str]
    is_ours: bool


@dataclass(slots=True)
class Heard:
    """One frame of a socket; ``away`` None: it tells nothing of that."""

    at: float
    kind: str
    away: frozenset[str] | None


@dataclass(slots=True)
class Crowd:
    """Everybody who browses, and what they have met so far."""

    url: str
    password: str
    visits: list[Visit] = field(default_factory=list)
    heard: list[list[Heard]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def browse(self, people: int, sockets: int, stop: asyncio.Event) -> None:
        clients = [httpx.AsyncClient(base_url=self.url, timeout=PATIENCE) for _ in range(people)]
        try:
            for number, client in enumerate(clients):
                await _log_in(client, f"reader{number}", self.password)
            self.heard = [[] for _ in range(sockets)]
            tasks = [self._reader(client, random.Random(n)) for n, client in enumerate(clients)]
            tasks += [self._socket(clients[n], self.heard[n]) for n in range(sockets)]
            tasks.append(self._watcher(clients[0]))
            running = [asyncio.create_task(task) for task in tasks]
            await stop.wait()
            for task in running:
                task.cancel()
            for ended in await asyncio.gather(*running, return_exceptions=True):
                if isinstance(ended, Exception):
                    self.faults.append(f"a client of the proof ended: {ended!r}")
        finally:
            for client in clients:
                await client.aclose()

    async def _reader(self, client: httpx.AsyncClient, rng: random.Random) -> None:
        await asyncio.sleep(rng.uniform(0, THINK[1]))
        for page, path in _journey(rng):
            await self._visit(client, page, path)
            await asyncio.sleep(rng.uniform(*THINK))

    async def _watcher(self, client: httpx.AsyncClient) -> None:
        """Reloads the board each half second, to see when banners come and go."""
        while True:
            await self._visit(client, "watched board", "/?view=board")
            await asyncio.sleep(0.5)

    async def _visit(self, client: httpx.AsyncClient, page: str, path: str) -> None:
        began = time.monotonic()
        status, text = 0, ""
        # A browser asks once more when the connection that it had kept was closed just then.
        for _ in range(2):
            with suppress(httpx.TransportError):
                answer = await client.get(path)
                status, text = answer.status_code, answer.text
                break
        away = frozenset(AWAY.findall(text))
        is_ours = "SectorLight" in text and "Traceback" not in text
        self.visits.append(Visit(page, began, time.monotonic() - began, status, away, is_ours))

    async def _socket(self, client: httpx.AsyncClient, heard: list[Heard]) -> None:
        """An open page: connects again as `socket.js` does."""
        address = "ws://" + urlsplit(self.url).netloc + "/ws/board/?version=0"
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        for attempt in itertools.count(1):
            try:
                async with websockets.connect(
                    address, origin=self.url, additional_headers={"Cookie": cookies}, max_size=None
                ) as socket:
                    async for message in socket:
                        heard.append(_heard(json.loads(message)))
            except (OSError, websockets.WebSocketException):
                pass
            heard.append(Heard(time.monotonic(), "closed", None))
            await asyncio.sleep(random.uniform(0, min(LONGEST_RETRY, 0.5 * 2**attempt)))


def _heard(frame: dict[str, object]) -> Heard:
    told = frame.get("outages")
    away = frozenset(AWAY.findall(str(told))) if told is not None else None
    return Heard(time.monotonic(), str(frame["kind"]), away)


def _journey(rng: random.Random) -> Iterator[tuple[str, str]]:
    """What one person opens, for ever: the board most, then the sectors, then all else."""
    while True:
        yield BOARD, "/?view=board"
        sector = rng.choice(SECTORS)
        yield "sector", f"/sectors/{sector}/"
        yield BOARD, "/?view=compact"
        others = [
            ("stock", f"/stocks/{rng.choice(('BOSR', 'MRCD', 'ERNR', 'VEMA', 'LODA'))}/"),
            ("runs", "/analysis/"),
            ("alerts", "/alerts/"),
            ("preferences", "/analysis/preferences/"),
            ("universe", "/universe/"),
        ]
        yield rng.choice(others)


async def _log_in(client: httpx.AsyncClient, name: str, password: str) -> None:
    page = await client.get("/login/")
    token = TOKEN.search(page.text)
    assert token, f"the log-in page has no form: {page.status_code}"
    form = {"username": name, "password": password, "csrfmiddlewaretoken": token[1]}
    answer = await client.post("/login/", data=form, headers={"Referer": str(client.base_url)})
    assert answer.status_code == 302, f"{name} is not let in: {answer.status_code}"
